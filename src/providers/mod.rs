//! The sources: one file or folder each. Absent: store, sync, HaloPSA.

pub mod file;
