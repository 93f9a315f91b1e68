//! What can go wrong with a call, as one type: what happened, whether a retry helps, and who must do what.

use super::{Credits, scrub};
use crate::domain::Text;
use std::{fmt, time::Duration};

/// A service as its errors name it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Service {
    /// In the store and in logs: `apollo`.
    pub key: &'static str,
    /// For people: `Apollo.io`.
    pub label: &'static str,
    /// The setting that holds its login, as a person would look for it: `APOLLO_API_KEY`.
    pub credential: &'static str,
    /// The setting that holds its address.
    pub address: &'static str,
}

/// What kind of trouble.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// No connection: name, route, refusal, TLS.
    Unreachable,
    /// No complete answer in time.
    Timeout,
    /// The connection broke inside the answer.
    CutOff,
    /// The answer was larger than allowed.
    TooLarge,
    /// The answer could not be understood.
    Malformed,
    /// It wanted us to go elsewhere.
    Moved,
    /// The login was refused.
    Auth,
    /// The login is good, the right is missing.
    Permission,
    /// Too many calls; later.
    RateLimited,
    /// Credits or plan are used up.
    Quota,
    /// The ceiling on credits that we set ourselves leaves too few.
    Ceiling,
    /// The request was understood and refused.
    Rejected,
    /// There is no such thing.
    NotFound,
    /// The law or the person forbids it: somebody not to be contacted.
    Withheld,
    /// Trouble on its side.
    Server,
    /// Failed too often; we leave it alone for a while.
    Resting,
    /// Cannot be called as configured.
    Setup,
}

impl Class {
    /// In logs and JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::CutOff => "cut_off",
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::Moved => "moved",
            Self::Auth => "auth",
            Self::Permission => "permission",
            Self::RateLimited => "rate_limited",
            Self::Quota => "quota",
            Self::Ceiling => "ceiling",
            Self::Rejected => "rejected",
            Self::NotFound => "not_found",
            Self::Withheld => "withheld",
            Self::Server => "server",
            Self::Resting => "resting",
            Self::Setup => "setup",
        }
    }

    /// The same request may succeed later without anybody changing anything.
    pub const fn retry_helps(self) -> bool {
        matches!(self, Self::Unreachable | Self::Timeout | Self::CutOff | Self::RateLimited | Self::Server | Self::Resting)
    }
}

/// A call that failed. Its text is one or two sentences for a person; it holds no secret and no personal data.
#[derive(Clone)]
pub struct NetError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    service: &'static Service,
    class: Class,
    status: Option<u16>,
    place: Text,
    words: Text,
    wait: Option<Duration>,
    in_doubt: bool,
    attempts: u32,
    /// What a ceiling leaves of credits, and what was asked for.
    room: Option<(Credits, Credits)>,
}

impl NetError {
    /// `place` is method and path, `raw` what went wrong (a remote's words are scrubbed of people and `secrets`).
    pub fn new(service: &'static Service, class: Class, place: &str, raw: &str, secrets: &[&str]) -> Self {
        let (place, words) = (Text::new(place), scrub(raw, secrets));
        Self(Box::new(Inner { service, class, status: None, place, words, wait: None, in_doubt: false, attempts: 1, room: None }))
    }

    /// A paid call, `place`, that was not made: of the `ceiling` on credits `used` are used, and it may take `asked`.
    pub fn ceiling(service: &'static Service, place: &str, (used, ceiling): (Credits, Credits), asked: Credits) -> Self {
        let raw = format!("{used} of {ceiling} credits are used, and this may take {asked}");
        let mut error = Self::new(service, Class::Ceiling, place, &raw, &[]);
        error.0.room = Some((ceiling.less(used), asked));
        error
    }

    /// Of `things` asked about in one call that a ceiling on credits refused, how many it leaves room for: fewer than
    /// `things`. `None` when that is none, and for any other trouble.
    pub fn fitting(&self, things: usize) -> Option<usize> {
        let (left, asked) = self.0.room?;
        let share = things as u128 * u128::from(left.as_thousandths()) / u128::from(asked.as_thousandths().max(1));
        let fits = usize::try_from(share).unwrap_or(things).min(things.saturating_sub(1));
        (fits > 0).then_some(fits)
    }

    /// With the HTTP status it came with.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// With the wait that the service, or the budget, asks for.
    #[must_use]
    pub fn with_wait(mut self, wait: Option<Duration>) -> Self {
        self.0.wait = wait;
        self
    }

    /// Marks that the request may have taken effect: look before sending it again.
    #[must_use]
    pub fn doubtful(mut self) -> Self {
        self.0.in_doubt = true;
        self
    }

    /// Says that it took so many attempts.
    #[must_use]
    pub fn after(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// The same trouble seen as another kind: a 401 with a fresh token is a missing right.
    #[must_use]
    pub fn seen_as(mut self, class: Class) -> Self {
        self.0.class = class;
        self
    }

    /// Whose.
    pub const fn service(&self) -> &'static Service {
        self.0.service
    }

    /// What kind.
    pub const fn class(&self) -> Class {
        self.0.class
    }

    /// The HTTP status, when there was an answer.
    pub const fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// What the service said, or what we saw.
    pub fn words(&self) -> &str {
        &self.0.words
    }

    /// When to come back, where somebody said so.
    pub const fn wait(&self) -> Option<Duration> {
        self.0.wait
    }

    /// How often it was tried.
    pub const fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The request may have taken effect although no answer came.
    pub const fn in_doubt(&self) -> bool {
        self.0.in_doubt
    }

    /// The same request may succeed later without anybody changing anything.
    pub const fn retry_helps(&self) -> bool {
        self.0.class.retry_helps()
    }

    /// What happened, in one sentence without its full stop.
    pub fn what(&self) -> String {
        let Inner { service, class, status, place, words, .. } = &*self.0;
        let name = service.label;
        let (place, words) = (place.as_str(), words.as_str());
        let said = if words.is_empty() { String::new() } else { format!(": {words}") };
        let code = status.map(|status| format!(" ({status})")).unwrap_or_default();
        match class {
            Class::Unreachable => format!("{name} cannot be reached{said}"),
            Class::Timeout => format!("{name} did not answer {place} in time{said}"),
            Class::CutOff => format!("{name} broke off its answer to {place}{said}"),
            Class::TooLarge => format!("{name} sent too large an answer to {place}{said}"),
            Class::Malformed => format!("{name} answered {place} in a form that cannot be read{code}{said}"),
            Class::Moved => format!("{name} wants {place} to be sent to another address{code}{said}"),
            Class::Auth => format!("{name} refused the login{code}{said}"),
            Class::Permission => format!("{name} does not permit {place}{code}{said}"),
            Class::RateLimited => format!("{name} takes no more calls for now{code}{said}"),
            Class::Quota => format!("{name} has no credits left for {place}{code}{said}"),
            Class::Ceiling => format!("{name} was not asked for {place}, for credit_ceiling of [sources.{}] is reached{said}", service.key),
            Class::Rejected => format!("{name} rejected {place}{code}{said}"),
            Class::NotFound => format!("{name} knows no such thing at {place}{code}{said}"),
            Class::Withheld => format!("{name} may not tell about this person{code}{said}"),
            Class::Server => format!("{name} has trouble of its own at {place}{code}{said}"),
            Class::Resting => format!("{name} failed several times in a row and is left alone for now{said}"),
            Class::Setup => format!("{name} cannot be called{said}"),
        }
    }

    /// What to do about it, in one sentence.
    pub fn advice(&self) -> String {
        let Inner { service, class, wait, in_doubt, .. } = &*self.0;
        let later = wait.map_or_else(|| "later".to_owned(), |wait| format!("in {}", Wait(wait)));
        let again =
            if *in_doubt { format!("It is looked for first and tried again {later}") } else { format!("It is tried again {later}") };
        match class {
            Class::Unreachable => format!("{again}; if that does not help, check the network and {}.", service.address),
            Class::Timeout | Class::CutOff | Class::Server | Class::RateLimited | Class::Resting => format!("{again}."),
            Class::TooLarge => "Ask for smaller pages.".to_owned(),
            Class::Malformed => "If it happens again the interface has changed: report it with this text.".to_owned(),
            Class::Moved => format!(
                "Redirects are not followed, so that no key leaves for another host: put the right address into {}.",
                service.address
            ),
            Class::Auth => format!("Check {}.", service.credential),
            Class::Permission => format!("Give the login in {} that right, or use one that has it.", service.credential),
            Class::Quota => "Buy credits, or wait for the next period; the run can be resumed.".to_owned(),
            Class::Ceiling => "Raise it, or wait until the month ends; the run can be resumed.".to_owned(),
            Class::Rejected => "Sending it again will not help: mend what it names.".to_owned(),
            Class::NotFound => "It may have been deleted there.".to_owned(),
            Class::Withheld => "Put the person on the do-not-contact list.".to_owned(),
            Class::Setup => "Mend the configuration.".to_owned(),
        }
    }
}

struct Wait(Duration);

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64().ceil() as u64;
        if seconds < 120 { write!(f, "{seconds} s") } else { write!(f, "{} min", seconds.div_ceil(60)) }
    }
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what();
        write!(f, "{}. {}", what.trim_end_matches('.'), self.advice())
    }
}

impl fmt::Debug for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { service, class, status, place, words, wait, in_doubt, attempts, room } = &*self.0;
        f.debug_struct("NetError")
            .field("service", &service.key)
            .field("class", class)
            .field("status", status)
            .field("place", place)
            .field("words", words)
            .field("wait", wait)
            .field("in_doubt", in_doubt)
            .field("attempts", attempts)
            .field("room", room)
            .finish()
    }
}

impl std::error::Error for NetError {}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: Service = Service { key: "demo", label: "Demo", credential: "DEMO_API_KEY", address: "DEMO_BASE_URL" };

    #[test]
    fn a_ceiling_says_what_it_leaves_and_for_how_many() {
        let refused = |used, asked| NetError::ceiling(&DEMO, "search", (Credits::whole(used), Credits::whole(20)), Credits::whole(asked));
        assert_eq!(
            refused(18, 30).to_string(),
            "Demo was not asked for search, for credit_ceiling of [sources.demo] is reached: 18 of 20 credits are used, and this may take 30. \
             Raise it, or wait until the month ends; the run can be resumed."
        );
        assert_eq!((refused(0, 30).fitting(30), refused(18, 30).fitting(30), refused(18, 6).fitting(3)), (Some(20), Some(2), Some(1)));
        assert_eq!((refused(18, 3).fitting(1), refused(20, 1).fitting(9)), (None, None));
        assert_eq!(NetError::new(&DEMO, Class::Quota, "search", "", &[]).fitting(9), None);
    }

    #[test]
    fn an_error_says_what_happened_and_what_to_do() {
        let error = NetError::new(&DEMO, Class::Auth, "GET account", "Invalid API key.", &[]).with_status(401);
        assert_eq!(error.to_string(), "Demo refused the login (401): Invalid API key. Check DEMO_API_KEY.");
        let error =
            NetError::new(&DEMO, Class::RateLimited, "GET people", "", &[]).with_status(429).with_wait(Some(Duration::from_secs(200)));
        assert_eq!(error.to_string(), "Demo takes no more calls for now (429). It is tried again in 4 min.");
        let error = NetError::new(&DEMO, Class::Timeout, "POST Users", "30 s", &[]).doubtful();
        assert_eq!(error.to_string(), "Demo did not answer POST Users in time: 30 s. It is looked for first and tried again later.");
        assert!(error.retry_helps() && error.in_doubt());
    }
}
