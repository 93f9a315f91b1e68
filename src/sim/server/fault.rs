//! Faults on demand: what can go wrong, where and how often. `act` carries them out.

use serde::{Deserialize, Serialize};

/// One thing that goes wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// 429 in this API's words, whether or not a limit was reached.
    TooMany {
        /// The header that goes with it.
        #[serde(default)]
        retry_after: RetryAfter,
    },
    /// That status with no body.
    Empty {
        /// Such as 500.
        status: u16,
    },
    /// That status with a gateway's HTML page.
    Html {
        /// Such as 502.
        status: u16,
    },
    /// 503 with a short text.
    Unavailable {
        /// The header that goes with it.
        #[serde(default)]
        retry_after: RetryAfter,
    },
    /// 504 from a gateway **after** the request was carried out: the answer is lost, the write is not.
    LostAnswer,
    /// The connection closes without a byte of answer.
    HangUp {
        /// Whether the request was carried out before.
        applied: bool,
    },
    /// The connection is reset in the middle of the body; the request was carried out.
    ResetMidBody,
    /// Fewer bytes than `Content-Length` says, then the end of the connection.
    BodyTooShort,
    /// More bytes than `Content-Length` says.
    BodyTooLong,
    /// The body stops in the middle of the JSON, with a `Content-Length` that fits.
    TruncatedJson,
    /// Valid JSON, nested that deep.
    DeepJson {
        /// Levels.
        depth: u32,
    },
    /// 200 and `application/json`, but no JSON.
    NotJson,
    /// 200 with this API's way of saying that it failed.
    ErrorInside,
    /// 204 with no body.
    NoContent,
    /// The label says UTF-8, the bytes are Latin-1.
    WrongCharset,
    /// Every object has keys that nobody documented.
    UnknownFields,
    /// Texts are numbers and numbers are texts.
    WrongTypes,
    /// A small gzip body that unpacks to that much.
    GzipBomb {
        /// Unpacked size.
        megabytes: u32,
    },
    /// A body of that size.
    HugeBody {
        /// Size.
        megabytes: u32,
    },
    /// Headers one byte at a time, for at most that long, then the connection ends.
    SlowHeaders {
        /// Between two bytes.
        pause_ms: u32,
        /// Over all.
        seconds: u32,
    },
    /// The right headers at once, the body one byte at a time.
    SlowBody {
        /// Between two bytes.
        pause_ms: u32,
        /// Over all; then the connection ends.
        seconds: u32,
    },
    /// The right answer, late.
    Late {
        /// How late.
        millis: u32,
    },
    /// 302 to another address.
    Redirect {
        /// Where to.
        to: String,
    },
    /// 401 in this API's words, though the login is good.
    Unauthorized,
    /// 403 with no body.
    Forbidden,
    /// The list is wrong in a way only the service can act out.
    Twist {
        /// How.
        twist: Twist,
    },
}

/// Wrong lists.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Twist {
    /// The first page, whichever was asked for.
    RepeatPage,
    /// Half the rows asked for, though more remain.
    ShrinkingPage,
    /// Pages never end: the total is far too high and rows come again.
    EndlessPages,
    /// The page starts that many rows too late (rows were deleted ahead of it) or, below zero, too early.
    PageDrift {
        /// Rows.
        by: i32,
    },
    /// The list as it was that long ago.
    StaleList {
        /// Seconds.
        seconds: u32,
    },
}

/// The `Retry-After` header of a refusal.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// No header.
    #[default]
    None,
    /// A number of seconds.
    Seconds(u32),
    /// An HTTP date that many seconds ahead.
    Date(u32),
    /// These very words.
    Raw(String),
}

/// A fault with its time and place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Planned {
    /// What.
    pub fault: Fault,
    /// Only requests whose `METHOD /path` starts so, in any case; all when absent.
    #[serde(default)]
    pub route: Option<String>,
    /// Let that many matching requests pass first.
    #[serde(default)]
    pub skip: u32,
    /// Then strike that many times.
    #[serde(default = "once")]
    pub times: u32,
}

fn once() -> u32 {
    1
}

impl Planned {
    /// Strikes the next request, whatever it is.
    pub fn next(fault: Fault) -> Self {
        Self { fault, route: None, skip: 0, times: 1 }
    }

    /// Only at requests whose `METHOD /path` starts so.
    #[must_use]
    pub fn at(mut self, route: &str) -> Self {
        self.route = Some(route.to_owned());
        self
    }

    /// After that many matching requests.
    #[must_use]
    pub fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// That often.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// For ever.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }
}

/// A wrong list strikes like any fault.
impl From<Twist> for Fault {
    fn from(twist: Twist) -> Self {
        Self::Twist { twist }
    }
}

/// More plans than any test needs; further ones are refused.
pub(super) const MAX_PLANS: usize = 1000;

/// Takes the fault that strikes a request, if any. The first matching plan wins.
pub(super) fn strike(plans: &mut Vec<Planned>, request: &str) -> Option<Fault> {
    let matching = |plan: &Planned| plan.route.as_deref().is_none_or(|route| starts_with_any_case(request, route));
    let nth = plans.iter().position(matching)?;
    let plan = &mut plans[nth];
    if plan.skip > 0 {
        plan.skip -= 1;
        return None;
    }
    let fault = plan.fault.clone();
    if plan.times != u32::MAX {
        plan.times = plan.times.saturating_sub(1);
        if plan.times == 0 {
            plans.remove(nth);
        }
    }
    Some(fault)
}

fn starts_with_any_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_strike_where_and_as_often_as_said() {
        let mut plans = vec![Planned::next(Fault::NoContent).at("get /api/users").after(1).times(2), Planned::next(Fault::NotJson)];
        let mut hit = |request| strike(&mut plans, request);
        assert_eq!(hit("GET /api/Users"), None);
        assert_eq!(hit("GET /api/Users"), Some(Fault::NoContent));
        assert_eq!(hit("POST /api/Users"), Some(Fault::NotJson));
        assert_eq!(hit("GET /api/Users/7"), Some(Fault::NoContent));
        assert_eq!(hit("GET /api/Users"), None);
        let json = r#"{"fault":{"kind":"too_many","retry_after":{"seconds":3}},"route":"GET /"}"#;
        let plan: Planned = serde_json::from_str(json).unwrap();
        assert_eq!(plan, Planned::next(Fault::TooMany { retry_after: RetryAfter::Seconds(3) }).at("GET /"));
    }
}
