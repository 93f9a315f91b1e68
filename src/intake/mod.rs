//! Raw row -> clean, validated, scored draft. Absent: I/O, the clock, chance.

pub mod raw;
