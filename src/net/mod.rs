//! One careful HTTP client. Absent: any provider's name.
