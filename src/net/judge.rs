//! Reading an answer as success or as one of the classes of trouble, for services that keep to HTTP's meanings.
//! Services that do not (403 for "slow down", 200 with an error inside) bring a [`Judge`] of their own.

use super::{Answer, Class, retry_after};
use crate::domain::Timestamp;
use serde_json::Value as Json;
use std::time::Duration;

/// Reads an answer; `None` means it is fine.
pub type Judge = fn(&Answer, Timestamp) -> Option<Fault>;

/// What a judge found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What kind of trouble.
    pub class: Class,
    /// The service's own words, as they came; they are scrubbed before anybody sees them.
    pub words: String,
    /// How long it asks to wait.
    pub wait: Option<Duration>,
}

/// The meanings of RFC 9110 and of common use: 402 is money, 429 is pace, 451 is the law.
pub fn by_status(answer: &Answer, now: Timestamp) -> Option<Fault> {
    let class = match answer.status() {
        200..=299 => return None,
        300..=399 => Class::Moved,
        401 | 407 => Class::Auth,
        402 => Class::Quota,
        403 => Class::Permission,
        404 | 410 => Class::NotFound,
        408 => Class::Timeout,
        425 | 429 => Class::RateLimited,
        451 => Class::Withheld,
        500.. => Class::Server,
        _ => Class::Rejected,
    };
    let wait = answer.header("retry-after").and_then(|raw| retry_after(raw, now));
    Some(Fault { class, words: remote_words(answer), wait })
}

/// Where services put their words, most telling first. A dot goes one level down, a number into a list.
const WORD_PATHS: &[&str] = &[
    "error_details.message",
    "error.message",
    "errors.0.details",
    "errors.0.detail",
    "errors.0.message",
    "Message",
    "error_description",
    "detail",
    "message",
    "msg",
    "error_message",
    "errorMessage",
    "error",
    "errors.0",
    "title",
];

/// What the service said about its trouble: a JSON string, one of the usual keys, a map of field problems, or
/// plain text. Empty when it said nothing.
pub fn remote_words(answer: &Answer) -> String {
    if answer.is_html() {
        return "it sent an HTML page".to_owned();
    }
    let text = answer.text();
    let Ok(json) = serde_json::from_str::<Json>(&text) else { return text.trim().to_owned() };
    words_in(&json)
}

fn words_in(json: &Json) -> String {
    if let Json::String(words) = json {
        return words.clone();
    }
    let at = |path: &&str| json.pointer(&format!("/{}", path.replace('.', "/")))?.as_str().filter(|words| !words.is_empty());
    if let Some(words) = WORD_PATHS.iter().find_map(at) {
        return words.to_owned();
    }
    // Field problems: {"[0].outcome_id": ["Could not convert …"], "start": ["A valid integer is required."]}
    let Some(map) = json.as_object() else { return String::new() };
    let problem = |(field, problems): (&String, &Json)| {
        let first = problems.as_array()?.first()?.as_str()?;
        Some(format!("{field}: {first}"))
    };
    map.iter().filter_map(problem).take(3).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_documented_shape_gives_its_words() {
        for (body, words) in [
            (json!("No matching custom table"), "No matching custom table"),
            (json!({"ClassName": "System.Exception", "Message": "A Site must be selected", "Data": null}), "A Site must be selected"),
            (json!({"error": "invalid_client", "error_description": "The client is unknown"}), "The client is unknown"),
            (json!({"error": "invalid_client"}), "invalid_client"),
            (
                json!({"[0].outcome_id": ["Could not convert string to integer: abc."]}),
                "[0].outcome_id: Could not convert string to integer: abc.",
            ),
            (
                json!({"errors": [{"id": "wrong_params", "code": 400, "details": "You are missing the domain parameter"}]}),
                "You are missing the domain parameter",
            ),
            (json!({"error_details": {"code": "X", "message": "new"}, "error": "old"}), "new"),
            (json!({"error": {"code": "ZI0004", "message": "slow down"}}), "slow down"),
            (json!({"statusCode": 400, "message": "Validation failed", "errors": ["size must be at least 10"]}), "Validation failed"),
            (json!([1, 2]), ""),
        ] {
            assert_eq!(words_in(&body), words);
        }
    }
}
