//! The one door through which every front end asks. Each verb checks the person's role, does its work in the
//! rooms below, and answers with types that are ready to show. Absent: ratatui, clap, axum.

mod types;

pub use types::*;
