//! Parts that several views use. They know roles and cells, not records.

pub mod filter;
pub mod input;
pub mod note;
pub mod progress;
pub mod rank;
pub mod table;
pub mod text;
