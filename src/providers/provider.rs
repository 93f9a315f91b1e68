//! What a source can be asked, whichever it is.

use super::{FetchError, Filter, Search, SearchError};
use crate::{
    domain::{Email, Source, Text, Timestamp},
    intake::raw::RawPage,
    net::{Credits, NetError},
};
use futures_util::future::BoxFuture;
use serde_json::Value as Json;

/// Put into a row whose person asked not to be processed: the value says so in words. Such a row is for the
/// do-not-contact list only.
pub const SUPPRESS: &str = "_suppress";

/// Says whether the person with that id of the source is known already, so that nothing is paid twice.
pub type Known<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// A source of people. Dropping any of its futures is safe: at most the calls under way are lost, and paid calls that may
/// have arrived stay in the books.
pub trait Provider: Send + Sync {
    /// Which one.
    fn source(&self) -> Source;

    /// What it can do.
    fn capabilities(&self) -> &'static Capabilities;

    /// Whether a search asks for what the source has, without a call.
    fn check(&self, search: &Search) -> Result<(), SearchError> {
        search.check(self.source(), self.capabilities())
    }

    /// One page of a search, from its start (`None`) or from [`RawPage::next`]. When paying fails in the middle of a
    /// page, what was paid for comes back and `next` goes on in that page.
    fn fetch<'a>(&'a self, search: &'a Search, cursor: Option<&'a str>, known: Known<'a>) -> BoxFuture<'a, Result<RawPage, FetchError>>;

    /// Logs in and tries the right that a search needs, as cheaply as the source allows.
    fn test_login(&self) -> BoxFuture<'_, Result<Login, FetchError>>;

    /// What is left of credits and calls.
    fn usage(&self) -> BoxFuture<'_, Result<Usage, FetchError>>;

    /// How many rows and credits a search would take; pays nothing.
    fn estimate<'a>(&'a self, search: &'a Search) -> BoxFuture<'a, Result<Estimate, FetchError>>;

    /// What the source knows about people of whom we know something; at most one answer a clue, in the order of the
    /// clues. Whoever has no answer was not asked for, and not paid for.
    fn enrich<'a>(&'a self, clues: &'a [Clue], reveal: Reveal) -> BoxFuture<'a, Result<Vec<Enriched>, FetchError>>;

    /// Whether mail to an address arrives.
    fn verify_email<'a>(&'a self, email: &'a Email) -> BoxFuture<'a, Result<Verification, FetchError>> {
        let _ = email;
        Box::pin(async { Err(FetchError::Unsupported(self.source(), "verify e-mail addresses")) })
    }
}

/// What a source can do, as its documentation says.
#[derive(Debug)]
pub struct Capabilities {
    /// Rows of one page at most.
    pub page: u32,
    /// Rows of one search at most, over all its pages.
    pub window: Option<u64>,
    /// People paid for in one call at most.
    pub batch: u32,
    /// What asking about people who are known costs.
    pub prices: Prices,
    /// Tells how many credits are left.
    pub tells_usage: bool,
    /// What a search may ask for.
    pub filters: &'static [Filter],
    /// What things cost, in words.
    pub costs: &'static str,
}

/// What asking about one person costs at most, as documented.
#[derive(Clone, Copy, Debug)]
pub struct Prices {
    /// All that comes by itself.
    pub person: Credits,
    /// Telephone numbers on top, where they are sold apart; `None` where they come with the person or never.
    pub numbers: Option<Credits>,
    /// An address checked, where the source does that.
    pub check: Option<Credits>,
    /// Asking again about the same person.
    pub again: Again,
}

/// What asking again about the same person costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Again {
    /// Nothing: the source remembers what it sold.
    Free,
    /// As much as the first time, or nobody has promised otherwise.
    Charged,
}

/// What is to be told about a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reveal {
    /// All that comes by itself.
    Person,
    /// Telephone numbers too, where they are sold apart.
    Numbers,
}

impl Capabilities {
    /// The filter of that name.
    pub fn filter(&self, name: &str) -> Option<&'static Filter> {
        self.filters.iter().find(|filter| filter.name == name)
    }
}

/// A login that works.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Login {
    /// Whose or which, in words fit for a screen: a plan, a team. Empty where the source does not say.
    pub account: Text,
}

/// What is left.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Usage {
    /// Credits, by kind.
    pub credits: Vec<Balance>,
    /// Calls, by window.
    pub rates: Vec<RateLeft>,
}

/// One kind of credits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Balance {
    /// The source's name of it.
    pub name: Text,
    /// Used in this period.
    pub used: Option<Credits>,
    /// Left; `None` is unlimited or unknown.
    pub left: Option<Credits>,
    /// When it is filled up again.
    pub resets: Option<Timestamp>,
}

/// One window of calls.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RateLeft {
    /// The window: `search, a minute`.
    pub name: Text,
    /// Calls allowed.
    pub limit: u64,
    /// Calls left.
    pub left: u64,
}

/// What a search would take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Estimate {
    /// People found, cut to the search's limit and the source's window; `None` where only the search itself tells.
    pub rows: Option<u64>,
    /// Credits at most, when nobody is known yet.
    pub credits: Option<Credits>,
    /// Calls.
    pub calls: Option<u64>,
    /// What else is to be known, in a sentence; empty for nothing.
    pub note: &'static str,
}

/// What is known of somebody whom a source is asked about.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Clue {
    /// The source's own id.
    pub id: Option<Text>,
    /// Address.
    pub email: Option<Email>,
    /// First name.
    pub first_name: Text,
    /// Last name.
    pub last_name: Text,
    /// Employer's name.
    pub company: Text,
    /// Employer's domain.
    pub domain: Text,
    /// Profile.
    pub linkedin: Text,
}

/// The answer to one clue.
#[derive(Clone, PartialEq, Debug)]
pub struct Enriched {
    /// Which clue, from 0.
    pub clue: usize,
    /// What was found.
    pub finding: Finding,
}

/// Asks about one after another. What was found before a failure is kept; whoever has no answer may be asked about again.
pub async fn one_by_one<'a, F>(clues: &'a [Clue], ask: impl Fn(&'a Clue) -> F + Send) -> Result<Vec<Enriched>, FetchError>
where
    F: Future<Output = Result<Finding, NetError>> + Send,
{
    let mut answers = Vec::new();
    for (clue, about) in clues.iter().enumerate() {
        match ask(about).await {
            Ok(finding) => answers.push(Enriched { clue, finding }),
            Err(error) if answers.is_empty() => return Err(error.into()),
            Err(_) => break,
        }
    }
    Ok(answers)
}

/// What was found.
#[derive(Clone, PartialEq, Debug)]
pub enum Finding {
    /// A row, as [`Provider::fetch`] gives them.
    Row(Json),
    /// The source does not know the person.
    Nothing,
    /// The person asked not to be processed: for the do-not-contact list.
    Withheld,
}

/// What came of checking an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verification {
    /// The result.
    pub result: Deliverability,
    /// 0 to 100, where the source gives one.
    pub confidence: Option<u8>,
}

/// Whether mail arrives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Deliverability {
    /// Yes.
    Verified,
    /// The server takes anything, so nobody knows.
    AcceptAll,
    /// Nobody could say.
    Unverified,
    /// No.
    Invalid,
    /// The person asked not to be processed.
    Withheld,
}

impl Deliverability {
    /// Its name as a value of [`crate::domain::Field::EmailStatus`].
    pub const fn key(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::AcceptAll => "accept_all",
            Self::Unverified => "unverified",
            Self::Invalid => "invalid",
            Self::Withheld => "withheld",
        }
    }
}
