//! Parses arguments, chooses the front end, maps errors to exit codes.

fn main() {}
