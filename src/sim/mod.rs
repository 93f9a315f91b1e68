//! Strict copies of the documented APIs on real HTTP, fed from one made-up world. Absent: store, sync, services.

mod dice;
mod server;
mod sighting;
pub mod world;
