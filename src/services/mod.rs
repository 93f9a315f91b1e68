//! The one door through which every front end asks. Absent: ratatui, clap, axum.
