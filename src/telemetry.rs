//! Logs: a rolling file, and the ring that the log screen reads. Absent: personal data and secrets.
