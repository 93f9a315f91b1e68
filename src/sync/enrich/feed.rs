//! Asking: a run's pages, each one question to one source about as many people as it takes at a time. A source that
//! cannot be asked is left out from then on and the next in the chain has its turn; what it would have been asked is
//! asked when the run is resumed.

use super::{
    Ask, Request, Step,
    gaps::{self, Person},
    memory::{self, Before, Found},
};
use crate::{
    domain::{ContactId, Email, Field, RunId, Source, Text},
    intake::raw::{Asked, BadRow, Form, RawPage, Rows},
    net::Class,
    providers::{Capabilities, Clue, Deliverability, FetchError, Finding, Provider, SUPPRESS},
    store::StoreError,
    sync::{
        Core,
        import::{Feed, FeedError, Order, Then},
    },
};
use futures_util::{
    future::BoxFuture,
    stream::{self, StreamExt as _},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// People of one page at most: as many are in doubt when a process dies.
pub(super) const PAGE: u32 = 25;
/// Addresses checked at the same time, and in one page.
const CHECKS_AT_ONCE: usize = 4;
const CHECKS: usize = 12;
/// A source that wants to be left alone for longer than this is passed over.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long to wait where a source says "later" and not when.
const LATER: Duration = Duration::from_secs(30);

/// The sources that can be asked, and why those that cannot.
pub type Sources = HashMap<Source, std::result::Result<Arc<dyn Provider>, Text>>;

/// Gaps being filled.
pub struct Enrichment {
    core: Core,
    run: RunId,
    request: Arc<Request>,
    sources: Sources,
    begun: AtomicBool,
}

impl Enrichment {
    /// For that run.
    pub fn new(core: Core, run: RunId, request: Request, sources: Sources) -> Self {
        Self { core, run, request: Arc::new(request), sources, begun: AtomicBool::new(false) }
    }
}

/// How far it has come.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Place {
    step: usize,
    /// The next of the request's people.
    at: usize,
    /// Sources that could not be asked, and why.
    out: BTreeMap<Source, Out>,
    /// Somebody answered something.
    answered: bool,
    /// People of whom a source says that they must not be processed, by their places, and which source.
    withheld: Option<(Source, Vec<usize>)>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Out {
    words: Text,
    /// Its login is to be mended.
    refused: bool,
}

/// People to be asked about in one go.
#[derive(Default)]
struct Group {
    people: Vec<(usize, ContactId, Clue, Option<String>)>,
    /// Whose answers were lost with a process.
    lost: Vec<(usize, ContactId)>,
    /// Where the next group begins.
    next: usize,
}

/// What came of asking a group.
struct Answers {
    rows: Vec<Json>,
    form: Form,
    /// People of whom nothing was to be learnt.
    nothing: u32,
    withheld: Vec<usize>,
    /// The first who was not asked about after all.
    stopped_at: Option<usize>,
}

/// Why nobody was asked.
enum Trouble {
    Store(StoreError),
    Source(FetchError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Feed for Enrichment {
    fn page<'a>(&'a self, cursor: Option<&'a str>) -> BoxFuture<'a, Result<RawPage, FeedError>> {
        Box::pin(async move {
            let read = cursor.map_or(Ok(Place::default()), serde_json::from_str);
            let mut place: Place =
                read.map_err(|_| fail("the place where this run stopped cannot be read; start it anew: nobody is asked twice"))?;
            if !self.begun.swap(true, Ordering::Relaxed) {
                // Whoever was asked is remembered; sources that were in trouble have another chance.
                place = Place { answered: place.answered, withheld: place.withheld, ..Place::default() };
                self.tidy().await.map_err(|error| fail(&error.to_string()))?;
            }
            self.next_page(place).await
        })
    }

    fn order(&self) -> Order {
        Order::InTurn
    }
}

impl Enrichment {
    async fn next_page(&self, mut place: Place) -> Result<RawPage, FeedError> {
        if let Some((source, people)) = place.withheld.take() {
            let rows = self.withheld(source, &people).await.map_err(|error| fail(&error.to_string()))?;
            return Ok(page(rows, Asked { source, form: Form::Fields }, &place));
        }
        while let Some(step) = self.request.steps.get(place.step) {
            let source = match self.sources.get(&step.source) {
                _ if place.out.contains_key(&step.source) => None,
                Some(Ok(source)) => Some(source),
                Some(Err(words)) => {
                    place.out.insert(step.source, Out { words: words.clone(), refused: true });
                    None
                }
                None => None,
            };
            let Some(source) = source else {
                (place.step, place.at) = (place.step + 1, 0);
                continue;
            };
            let group = self.group(step, source.capabilities(), place.at).await.map_err(|error| fail(&error.to_string()))?;
            if group.people.is_empty() && group.lost.is_empty() {
                (place.step, place.at) = (place.step + 1, 0);
                continue;
            }
            match self.ask(&**source, step, &group).await {
                Ok(answers) => {
                    place.answered = true;
                    place.at = answers.stopped_at.unwrap_or(group.next);
                    place.withheld = (!answers.withheld.is_empty()).then_some((step.source, answers.withheld));
                    let mut page = page(answers.rows, Asked { source: step.source, form: answers.form }, &place);
                    page.skipped = answers.nothing;
                    page.bad = group.lost.iter().map(|(nth, id)| self.lost(place.step, *nth, *id, step.source)).collect();
                    return Ok(page);
                }
                Err(Trouble::Store(error)) => return Err(fail(&error.to_string())),
                Err(Trouble::Source(error)) => {
                    if let Some(wait) = waits(&error) {
                        return Err(FeedError { words: Text::from(error.what()), then: Then::Wait(wait) });
                    }
                    tracing::warn!(run = %self.run, source = step.source.key(), %error, "the source is passed over");
                    let refused = matches!(error.class(), Some(Class::Auth | Class::Permission | Class::Setup));
                    place.out.insert(step.source, Out { words: Text::from(error.to_string()), refused });
                }
            }
        }
        self.end(&place).await
    }

    /// What no longer holds is forgotten.
    async fn tidy(&self) -> Result<(), StoreError> {
        let now = self.core.clock.now();
        self.core.store.write(move |desk| memory::forget(desk, now)).await
    }

    /// The next people for a step, from the `at`th on.
    async fn group(&self, step: &Step, capabilities: &'static Capabilities, at: usize) -> Result<Group, StoreError> {
        let (core, request, step, run) = (self.core.clone(), self.request.clone(), step.clone(), self.run);
        let most = if step.ask == Ask::Check { CHECKS } else { PAGE.min(capabilities.batch.max(1)) as usize };
        self.core
            .store
            .read(move |view| {
                let now = core.clock.now();
                let page = view.run_of(run)?.map_or(0, |run| run.pages);
                let mut group = Group { next: request.contacts.len(), ..Group::default() };
                for (nth, id) in request.contacts.iter().enumerate().skip(at) {
                    if group.people.len() == most {
                        group.next = nth;
                        break;
                    }
                    let Some(person) = gaps::person(view, &core.rules, *id)?.filter(|person| person.is_for(&step, &request, now)) else {
                        continue;
                    };
                    match wanted(view, &person, &step, capabilities, Some((run, page)), now)? {
                        Before::Never => {}
                        Before::Holds => continue,
                        Before::Lost => {
                            group.lost.push((nth, person.id));
                            continue;
                        }
                    }
                    let clue = if step.ask == Ask::Check {
                        Clue { email: person.email().cloned(), ..Clue::default() }
                    } else {
                        person.clue(step.source).unwrap_or_default()
                    };
                    group.people.push((nth, person.id, clue, person.status().map(str::to_owned)));
                }
                Ok(group)
            })
            .await
    }

    async fn ask(&self, source: &dyn Provider, step: &Step, group: &Group) -> Result<Answers, Trouble> {
        if step.ask == Ask::Check { self.check(source, group).await } else { self.enrich(source, step, group).await }
    }

    /// Asks about people, or about the first of them when the ceiling on credits leaves no room for all. That they were
    /// asked about is written down first: a process that dies has asked.
    async fn enrich(&self, source: &dyn Provider, step: &Step, group: &Group) -> Result<Answers, Trouble> {
        let mut answers = Answers { rows: Vec::new(), form: Form::Source, nothing: 0, withheld: Vec::new(), stopped_at: None };
        if group.people.is_empty() {
            return Ok(answers);
        }
        let clues: Vec<Clue> = group.people.iter().map(|(_, _, clue, _)| clue.clone()).collect();
        let everybody: Vec<ContactId> = group.people.iter().map(|(_, id, ..)| *id).collect();
        let mut fit = clues.len();
        let found = loop {
            let asked = everybody[..fit].to_vec();
            self.write_down(step, source.capabilities(), asked.clone(), true).await?;
            let nothing = match source.enrich(&clues[..fit], step.ask.reveal()).await {
                Ok(found) if !found.is_empty() => break found,
                // It may have charged: as good as asked.
                Err(error) if error.in_doubt() => return Err(Trouble::Source(error)),
                nothing => nothing.err(),
            };
            self.write_down(step, source.capabilities(), asked, false).await?;
            let Some(fewer) = nothing.as_ref().and_then(|error| error.fitting(fit)) else {
                let spent = FetchError::Unsupported(step.source, "answer now: its credits are used up");
                return Err(Trouble::Source(nothing.unwrap_or(spent)));
            };
            fit = fewer;
        };
        let unanswered: Vec<usize> = (0..clues.len()).filter(|nth| found.iter().all(|one| one.clue != *nth)).collect();
        if let Some(first) = unanswered.first() {
            answers.stopped_at = group.people.get(*first).map(|(nth, ..)| *nth);
            let people = unanswered.iter().map(|nth| everybody[*nth]).collect();
            self.write_down(step, source.capabilities(), people, false).await?;
        }
        for one in found {
            match one.finding {
                Finding::Row(row) => answers.rows.push(row),
                Finding::Nothing => answers.nothing += 1,
                Finding::Withheld => answers.withheld.extend(group.people.get(one.clue).map(|(nth, ..)| *nth)),
            }
        }
        Ok(answers)
    }

    async fn write_down(
        &self,
        step: &Step,
        capabilities: &'static Capabilities,
        people: Vec<ContactId>,
        going: bool,
    ) -> Result<(), StoreError> {
        let (step, run, now) = (step.clone(), self.run, self.core.clock.now());
        self.core
            .store
            .write(move |desk| {
                if !going {
                    return memory::not_gone(desk, &people, &step, capabilities, now);
                }
                let page = desk.run_of(run)?.map_or(0, |run| run.pages);
                memory::going(desk, &people, &step, capabilities, (run, page), now)
            })
            .await
    }

    /// Checks addresses; each answer is kept at once, so that nothing of it is asked again when something dies.
    async fn check(&self, source: &dyn Provider, group: &Group) -> Result<Answers, Trouble> {
        let one = |(nth, _, clue, status): &(usize, ContactId, Clue, Option<String>)| {
            let (nth, email, status) = (*nth, clue.email.clone(), status.clone());
            async move {
                let Some(email) = email else { return (nth, Ok(None)) };
                let found = self.look_up(source, &email).await;
                (nth, found.map(|found| Some((email, status, found))))
            }
        };
        let found: Vec<_> = stream::iter(group.people.iter().map(one)).buffered(CHECKS_AT_ONCE).collect().await;
        let mut answers = Answers { rows: Vec::new(), form: Form::Fields, nothing: 0, withheld: Vec::new(), stopped_at: None };
        let mut trouble = None;
        let mut any = false;
        for (nth, found) in found {
            match found {
                Ok(Some((_, _, found))) if found.status == Deliverability::Withheld.key() => answers.withheld.push(nth),
                Ok(Some((_, status, found))) if found.is_unsaid() || status.as_deref() == Some(&*found.status) => answers.nothing += 1,
                Ok(Some((email, _, found))) => answers.rows.push(found.row(&email)),
                Ok(None) => {}
                Err(error) => {
                    answers.stopped_at.get_or_insert(nth);
                    trouble = trouble.or(Some(error));
                    continue;
                }
            }
            any = true;
        }
        match trouble {
            Some(error) if !any => Err(error),
            _ => Ok(answers),
        }
    }

    async fn look_up(&self, source: &dyn Provider, email: &Email) -> Result<Found, Trouble> {
        let (name, now, address) = (source.source(), self.core.clock.now(), email.clone());
        if let Some(found) = self.core.store.read(move |view| memory::found(view, name, &address, now)).await? {
            return Ok(found);
        }
        let checked = source.verify_email(email).await.map_err(Trouble::Source)?;
        let now = self.core.clock.now();
        let found = Found { at: now.as_micros(), status: checked.result.key().to_owned(), confidence: checked.confidence };
        let (address, kept) = (email.clone(), found.clone());
        self.core.store.write(move |desk| memory::keep(desk, name, &address, &kept, now)).await?;
        Ok(found)
    }

    /// Rows for the do-not-contact list.
    async fn withheld(&self, source: Source, people: &[usize]) -> Result<Vec<Json>, StoreError> {
        let (core, ids) = (self.core.clone(), people.iter().filter_map(|nth| self.request.contacts.get(*nth).copied()).collect::<Vec<_>>());
        self.core
            .store
            .read(move |view| {
                let mut rows = Vec::new();
                for id in ids {
                    let Some(person) = gaps::person(view, &core.rules, id)? else { continue };
                    let text = |field: Field| person.golden.get(field).and_then(|golden| golden.value.as_ref()).map(ToString::to_string);
                    let mut row = json!({ SUPPRESS: format!("asked {source} not to be processed") });
                    for field in [Field::FullName, Field::Email, Field::LinkedIn] {
                        if let Some(text) = text(field) {
                            row[field.key()] = Json::from(text);
                        }
                    }
                    rows.push(row);
                }
                Ok(rows)
            })
            .await
    }

    /// The end, or why it is not the end.
    async fn end(&self, place: &Place) -> Result<RawPage, FeedError> {
        let left = self.left_over(place).await.map_err(|error| fail(&error.to_string()))?;
        if left == 0 {
            return Ok(RawPage::default());
        }
        let reasons: Vec<&str> = place.out.values().map(|out| out.words.as_str()).collect();
        let people = if left == 1 { "1 person was".to_owned() } else { format!("{left} people were") };
        let words = Text::from(format!("{} {people} not asked about there; resume the run when that is mended.", reasons.join(" ")));
        let then = match (place.answered, place.out.values().all(|out| out.refused)) {
            (true, _) => Then::End,
            (false, true) => Then::Refuse,
            (false, false) => Then::Fail,
        };
        Err(FeedError { words, then })
    }

    /// People whom sources that are out would still have been asked about.
    async fn left_over(&self, place: &Place) -> Result<usize, StoreError> {
        let steps: Vec<(Step, &'static Capabilities)> = self
            .request
            .steps
            .iter()
            .filter(|step| place.out.contains_key(&step.source))
            .filter_map(|step| Some((step.clone(), crate::providers::entry(step.source)?.capabilities)))
            .collect();
        if steps.is_empty() {
            return Ok(0);
        }
        let (core, request) = (self.core.clone(), self.request.clone());
        self.core
            .store
            .read(move |view| {
                let now = core.clock.now();
                let mut left = 0;
                for id in &request.contacts {
                    let Some(person) = gaps::person(view, &core.rules, *id)? else { continue };
                    for (step, capabilities) in &steps {
                        let asks = person.is_for(step, &request, now);
                        if asks && wanted(view, &person, step, capabilities, None, now)? == Before::Never {
                            left += 1;
                            break;
                        }
                    }
                }
                Ok(left)
            })
            .await
    }

    fn lost(&self, step: usize, nth: usize, id: ContactId, source: Source) -> BadRow {
        let line = (step * self.request.contacts.len() + nth + 1) as u64;
        let words = format!("{source} was being asked when the program ended; it may have charged, so it is not asked again for 30 days.");
        BadRow::new(line, words, id.to_string().as_bytes())
    }
}

/// Whether a question is to be put.
fn wanted(
    view: &crate::store::View<'_>,
    person: &Person,
    step: &Step,
    capabilities: &Capabilities,
    here: Option<(RunId, u32)>,
    now: crate::domain::Timestamp,
) -> Result<Before, StoreError> {
    if step.ask != Ask::Check {
        return memory::before(view, person, step, capabilities, here, now);
    }
    let Some(email) = person.email() else { return Ok(Before::Holds) };
    let found = memory::found(view, step.source, email, now)?;
    let news = found.is_none_or(|found| !found.is_unsaid() && person.status() != Some(&found.status));
    Ok(if news { Before::Never } else { Before::Holds })
}

impl Found {
    /// The source could not say.
    fn is_unsaid(&self) -> bool {
        self.status == Deliverability::Unverified.key()
    }

    fn row(&self, email: &Email) -> Json {
        json!({
            "external_id": memory::check_id(email),
            (Field::Email.key()): email.as_str(),
            (Field::EmailStatus.key()): self.status,
            (Field::Confidence.key()): self.confidence,
        })
    }
}

fn page(rows: Vec<Json>, asked: Asked, place: &Place) -> RawPage {
    RawPage { rows: Rows::Objects(rows), next: serde_json::to_string(place).ok(), asked: Some(asked), ..RawPage::default() }
}

/// How long a source is waited for, where that is not too long.
fn waits(error: &FetchError) -> Option<Duration> {
    let busy = matches!(error.class(), Some(Class::RateLimited | Class::Resting));
    busy.then(|| error.wait().unwrap_or(LATER)).filter(|wait| *wait <= PATIENCE)
}

fn fail(words: &str) -> FeedError {
    FeedError { words: Text::new(words), then: Then::Fail }
}
