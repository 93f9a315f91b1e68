//! What was paid for and serves many: kept where it outlives the process, so that it is not bought again. Absent: where
//! that is, and what the things mean.

use futures_util::future::BoxFuture;
use serde_json::Value as Json;
use std::collections::HashMap;

/// Keeps things that were bought, by name.
pub trait Shelf: Send + Sync {
    /// Those of these things that are there. What cannot be read is bought again, which costs but harms nobody.
    fn find<'a>(&'a self, shelf: &'a str, names: &'a [String]) -> BoxFuture<'a, HashMap<String, Json>>;

    /// Puts things there; they are kept for as long as they hold.
    fn put<'a>(&'a self, shelf: &'a str, things: Vec<(String, Json)>) -> BoxFuture<'a, ()>;
}

/// No shelf: for one-off use and tests.
pub struct NoShelf;

impl Shelf for NoShelf {
    fn find<'a>(&'a self, _: &'a str, _: &'a [String]) -> BoxFuture<'a, HashMap<String, Json>> {
        Box::pin(async { HashMap::new() })
    }

    fn put<'a>(&'a self, _: &'a str, _: Vec<(String, Json)>) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}
