//! Engines that move records: import, pull, push. Absent: services and every front end.
