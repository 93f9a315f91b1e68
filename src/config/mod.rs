//! Configuration: files, environment, schema, secrets. Absent: acting on any of it.
