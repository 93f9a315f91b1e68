//! What things are: records, contacts, companies, leads, evidence, decisions, ids, and the words for them.
//!
//! Absent on purpose: I/O, the clock, randomness, and every other room. A function here given the same
//! arguments gives the same answer for ever. The types carry serde derives because the store, the command
//! line and the simulators all write the same shapes; none of them is a provider's or HaloPSA's wire shape.

mod contact;
pub mod csv_safe;
mod custom_field;
mod decision;
pub mod document;
mod evidence;
mod field;
mod fold;
mod id;
mod journal;
mod lead;
pub mod mail;
mod operation;
mod period;
mod quality;
mod record;
mod review;
mod run;
mod schedule;
mod source;
mod suppression;
mod text;
mod time;
mod value;

pub use contact::*;
pub use custom_field::*;
pub use decision::*;
pub use evidence::*;
pub use field::*;
pub use fold::*;
pub use id::*;
pub use journal::*;
pub use lead::*;
pub use mail::*;
pub use operation::*;
pub use period::*;
pub use quality::*;
pub use record::*;
pub use review::*;
pub use run::*;
pub use schedule::*;
pub use source::*;
pub use suppression::*;
pub use text::*;
pub use time::*;
pub use value::*;
