//! The console. Absent: I/O in update, and every room below services.
