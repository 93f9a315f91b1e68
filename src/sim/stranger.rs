//! A host that nobody configured: redirects can point here, and its request log shows whether a client followed, and
//! with which headers.

use super::server::{
    Service,
    call::{Call, Reply},
};
use serde_json::{Value, json};

/// Says yes to everything.
pub(crate) struct Stranger;

impl Service for Stranger {
    fn answer(&self, _: &Call) -> Reply {
        Reply::json(200, json!({"stranger": true}))
    }

    fn unauthorized(&self) -> Reply {
        Reply::empty(401)
    }

    fn too_many(&self) -> Reply {
        Reply::empty(429)
    }

    fn error_inside(&self) -> Reply {
        Reply::json(200, json!({"error": "stranger"}))
    }

    fn dump(&self) -> Value {
        Value::Null
    }

    fn load(&self, _: Value) -> Result<(), String> {
        Ok(())
    }

    fn config(&self) -> Value {
        json!({})
    }

    fn configure(&self, _: Value) -> Result<Value, String> {
        Err("a stranger has no switches".to_owned())
    }
}
