//! The review queue: pages, questions, decisions, and taking them back.

use super::{
    Batch, CandidateView, Done, Kind, MergeChoice, Question, Result, ReviewFilter, ReviewKey, ReviewRow, ReviewVerb, Role, ServiceError,
    Session, Suggestion, history,
};
use crate::{
    domain::{
        About, Action, Candidate, Choice, ContactId, Decision, DecisionId, Field, RecordId, ReviewId, ReviewItem, ReviewKind, ReviewState,
        Target, Text, Timestamp, Value, folded,
    },
    store::{self, StoreError, View},
    sync::{
        Core, Meeting,
        bus::Event,
        decide::{DecideError, Deciding},
        question,
    },
};
use std::time::Duration;

/// How long an item that is open on a screen counts as somebody's, unless renewed.
const CLAIM: Duration = Duration::from_secs(60);
/// Items one decision may settle together.
const ALIKE: u32 = 500;
/// How far back `undo` looks for something to take back.
const UNDO_DEPTH: u32 = 200;

impl Session {
    /// Open questions, heaviest first, after `after`. The filter's text is folded here.
    pub async fn review_page(&self, filter: &ReviewFilter, after: Option<ReviewKey>, limit: u32) -> Result<Vec<ReviewRow>> {
        let (filter, now) = (fold(filter), self.now());
        self.look(move |view| view.review_page(&filter, after, limit, now)).await
    }

    /// How many open questions match.
    pub async fn review_count(&self, filter: &ReviewFilter) -> Result<u64> {
        let filter = fold(filter);
        self.look(move |view| view.review_count(&filter)).await
    }

    /// How many open questions there are of each kind.
    pub async fn review_counts(&self) -> Result<Vec<(ReviewKind, u64)>> {
        self.look(|view| view.review_counts()).await
    }

    /// A question with all that is needed to decide it, as things stand now: whoever came in since it arose counts.
    pub async fn question(&self, id: ReviewId) -> Result<Question> {
        let core = self.services.core.clone();
        self.look(move |view| question(view, &core, id)).await
    }

    /// The item that a person names by its id or by the last digits of it.
    pub async fn named_review(&self, name: &str) -> Result<ReviewId> {
        if let Ok(id) = name.parse() {
            return Ok(id);
        }
        let short = name.to_owned();
        let found = self.look(move |view| view.reviews_ending(&short)).await?;
        only(&found, "review item", name, ReviewId::short)
    }

    /// Does what the question suggests, or joins the candidate that `choice` names. Of an audit: the merge was right.
    pub async fn accept(&self, id: ReviewId, choice: &MergeChoice) -> Result<Done> {
        let (choice, core) = (choice.clone(), self.services.core.clone());
        let decision = self.decide_review(id, move |deciding| accept(deciding, &core, id, &choice)).await?;
        self.done(decision).await
    }

    /// Decides a question. Where it turns out to be another question by now, it is asked anew and not decided.
    async fn decide_review(
        &self,
        id: ReviewId,
        verb: impl FnOnce(&Deciding<'_>) -> Result<Decision, DecideError> + Send + 'static,
    ) -> Result<Decision> {
        self.services.core.warm().await?;
        match self.decide(verb).await {
            Err(error) if error.kind() == Kind::Changed => {
                let core = self.services.core.clone();
                self.services.core.store.write(move |desk| question::ask_anew(desk, &core, id)).await?;
                self.services.core.bus.tell(Event::Changed);
                Err(error)
            }
            decided => decided,
        }
    }

    /// Makes a new contact of the incoming record: none of the candidates. Of an audit: the merge was wrong and is taken
    /// back.
    pub async fn create_new(&self, id: ReviewId) -> Result<Done> {
        let core = self.services.core.clone();
        let decision = self.decide_review(id, move |deciding| create(deciding, &core, id)).await?;
        self.done(decision).await
    }

    /// Turns the incoming record away.
    pub async fn drop_record(&self, id: ReviewId) -> Result<Done> {
        let decision = self.decide(move |deciding| drop_incoming(deciding, id)).await?;
        self.done(decision).await
    }

    /// Puts the question off.
    pub async fn defer(&self, id: ReviewId, time: Duration) -> Result<Done> {
        let decision = self.decide(move |deciding| deciding.defer(id, time)).await?;
        self.done(decision).await
    }

    /// Open questions that look the same as this one and that one decision can settle.
    pub async fn alike(&self, id: ReviewId) -> Result<Vec<ReviewRow>> {
        let now = self.now();
        self.look(move |view| {
            let item = view.review(id)?.ok_or(StoreError::NotFound { what: "review item", id: id.to_string() })?;
            if item.pattern == 0 {
                return view.review_page(&ReviewFilter::default(), None, 0, now);
            }
            view.review_page(&ReviewFilter { pattern: Some(item.pattern), ..ReviewFilter::default() }, None, ALIKE, now)
        })
        .await
    }

    /// Decides many questions, each in a transaction of its own; one that fails stops no other.
    pub async fn decide_many(&self, ids: &[ReviewId], verb: ReviewVerb) -> Result<Batch> {
        self.need(Role::Operator)?;
        let mut batch = Batch::default();
        for id in ids.iter().copied() {
            let core = self.services.core.clone();
            let decided = self
                .decide_review(id, move |deciding| match verb {
                    ReviewVerb::Accept => accept(deciding, &core, id, &MergeChoice::default()),
                    ReviewVerb::Create => create(deciding, &core, id),
                    ReviewVerb::Drop => drop_incoming(deciding, id),
                    ReviewVerb::Defer(time) => deciding.defer(id, time),
                })
                .await;
            match decided {
                Ok(decision) => batch.done.push(decision.id),
                Err(error) => batch.failed.push((id, Text::from(error.to_string()))),
            }
        }
        Ok(batch)
    }

    /// Marks an item as open on this person's screen. Answers who else has it open.
    pub async fn claim(&self, id: ReviewId) -> Result<Option<Text>> {
        if self.role() < Role::Operator {
            return Ok(None);
        }
        let (by, now) = (self.login().clone(), self.now());
        Ok(self.services.core.store.write(move |desk| desk.claim_review(id, &by, now, CLAIM)).await?)
    }

    /// Gives all of this person's claims back.
    pub async fn release_claims(&self) -> Result<()> {
        let by = self.login().clone();
        Ok(self.services.core.store.write(move |desk| desk.release_claims(&by)).await?)
    }

    /// Takes this person's last decision back; called again, the one before.
    pub async fn undo(&self) -> Result<Done> {
        let last = self.last_of(|decision| !matches!(decision.action, Action::Undo { .. })).await?;
        let last = last.ok_or_else(|| ServiceError::new(Kind::Invalid, "there is nothing of yours to take back"))?;
        self.undo_decision(last.id).await
    }

    /// Makes this person's last taken-back decision hold again, unless they decided something else since.
    pub async fn redo(&self) -> Result<Done> {
        let last = self.last_of(|_| true).await?.filter(|decision| matches!(decision.action, Action::Undo { .. }));
        let last = last.ok_or_else(|| ServiceError::new(Kind::Invalid, "there is nothing to redo"))?;
        self.undo_decision(last.id).await
    }

    /// Takes one decision back, whoever made it; an undo among them is a redo.
    pub async fn undo_decision(&self, id: DecisionId) -> Result<Done> {
        let decision = self.decide(move |deciding| deciding.undo(id)).await?;
        self.done(decision).await
    }

    /// The decision that a person names by its id or by the last digits of it.
    pub async fn named_decision(&self, name: &str) -> Result<DecisionId> {
        if let Ok(id) = name.parse() {
            return Ok(id);
        }
        let short = name.to_owned();
        let found = self.look(move |view| view.decisions_ending(&short)).await?;
        only(&found, "decision", name, DecisionId::short)
    }

    /// What `undo` would take back.
    pub async fn last_undoable(&self) -> Result<Option<super::HistoryRow>> {
        let Some(last) = self.last_of(|decision| !matches!(decision.action, Action::Undo { .. })).await? else { return Ok(None) };
        self.look(move |view| history::row(view, &last).map(Some)).await
    }

    /// This person's latest decision that still holds and that `wanted` accepts. Redone pairs (an undo and the undo
    /// of it) cancel out and are passed over.
    async fn last_of(&self, wanted: impl Fn(&Decision) -> bool) -> Result<Option<Decision>> {
        let me = self.login().clone();
        let mine = self.look(move |view| view.decisions_by(&me, None, UNDO_DEPTH)).await?;
        let redo = |decision: &Decision| {
            let Action::Undo { decision: target } = decision.action else { return false };
            mine.iter().any(|other| other.id == target && matches!(other.action, Action::Undo { .. }))
        };
        Ok(mine.iter().find(|decision| decision.undone_by.is_none() && !redo(decision) && wanted(decision)).cloned())
    }

    pub(super) async fn done(&self, decision: Decision) -> Result<Done> {
        let hold = self.services.core.rules.hold;
        let (id, takes_back) = (decision.id, matches!(decision.action, Action::Undo { .. }));
        let told = move |view: &View<'_>| {
            Ok((history::words(view, &decision)?, history::contact(view, &decision)?, history::changes_something(view, &decision)?))
        };
        let (words, contact, changes) = self.look(told).await?;
        let sent = if contact.is_some() && changes { format!("; HaloPSA gets it in {} s", hold.as_secs()) } else { String::new() };
        let back = match (takes_back, contact.is_some()) {
            (true, _) => "",
            (false, true) => ", u takes it back",
            (false, false) => "; u takes it back",
        };
        let words = format!("{words}{sent}{back}");
        Ok(Done { decision: id, words: Text::from(words), contact })
    }

    /// Opens questions that were put off until now. Called by whoever keeps time.
    pub async fn wake(&self) -> Result<usize> {
        let now = self.now();
        let woken = self.services.core.store.write(move |desk| desk.wake_reviews(now)).await?;
        if woken > 0 {
            self.services.core.bus.tell(Event::Changed);
        }
        Ok(woken)
    }
}

/// The one id that ends as a person typed it.
pub(super) fn only<T: Copy>(found: &[T], what: &str, name: &str, short: impl Fn(&T) -> String) -> Result<T> {
    match found {
        [one] => Ok(*one),
        [] => Err(ServiceError::new(Kind::NotFound, format!("there is no {what} {name}; the list shows the ids"))),
        [first, ..] => {
            Err(ServiceError::new(Kind::Invalid, format!("more than one {what} ends in {name}; give more digits, as in {}", short(first))))
        }
    }
}

fn fold(filter: &ReviewFilter) -> ReviewFilter {
    ReviewFilter { text: folded(filter.text.trim()), ..filter.clone() }
}

fn question(view: &View<'_>, core: &Core, id: ReviewId) -> store::Result<Question> {
    let mut item = view.review(id)?.ok_or(StoreError::NotFound { what: "review item", id: id.to_string() })?;
    let incoming = question::incoming(view, &item)?;
    // An audit is about the merge as it was made, not about whom the record could be now.
    if item.state == ReviewState::Open && item.kind != ReviewKind::Audit && matches!(item.about, About::Record(_)) {
        let now = core.meet(view, &incoming)?.candidates();
        if !now.is_empty() || !item.candidates.is_empty() {
            item = question::again(&item, &incoming, now);
        }
    }
    let mut candidates = Vec::new();
    for Candidate { contact, evidence } in &item.candidates {
        let standing = view.standing(*contact)?;
        if view.is_gone(standing)? || candidates.iter().any(|known: &CandidateView| known.contact.id == standing) {
            continue;
        }
        if let Some(summary) = view.contact(standing)? {
            let halo_user = view.link(&Target::User(standing))?.map(|link| link.halo_id);
            candidates.push(CandidateView { contact: summary, halo_user, evidence: evidence.clone() });
        }
    }
    let suggestion = match candidates.first() {
        Some(merged) if item.kind == ReviewKind::Audit => Suggestion::Keep(merged.contact.id),
        Some(best) if best.evidence.speaks_for_same() => Suggestion::Join(best.contact.id),
        _ => Suggestion::Create,
    };
    let alike =
        if item.pattern == 0 { 0 } else { view.review_count(&ReviewFilter { pattern: Some(item.pattern), ..ReviewFilter::default() })? };
    let fields = &incoming.draft.fields;
    let name = fields.person_name();
    let name = if name.is_empty() { Text::new(fields.str(Field::Email)) } else { name };
    let (quality, defects) = (incoming.draft.quality, incoming.draft.defects.clone());
    Ok(Question { item, incoming, name, quality, defects, candidates, suggestion, alike })
}

/// The open item with the record it asks about.
fn open(deciding: &Deciding<'_>, id: ReviewId) -> Result<(ReviewItem, RecordId), DecideError> {
    let item = deciding.desk.review(id)?.ok_or(StoreError::NotFound { what: "review item", id: id.to_string() })?;
    if let ReviewState::Done(_) = item.state {
        return Err(StoreError::Stale { what: format!("review item {}", id.short()) }.into());
    }
    match item.about {
        About::Record(record) => Ok((item, record)),
        About::Contact(_) => Err(DecideError::Senseless("this is a conflict: choose a value for each field (Enter)".into())),
    }
}

fn accept(deciding: &Deciding<'_>, core: &Core, id: ReviewId, choice: &MergeChoice) -> Result<Decision, DecideError> {
    let item = deciding.desk.review(id)?.ok_or(StoreError::NotFound { what: "review item", id: id.to_string() })?;
    if let About::Contact(contact) = item.about {
        return deciding.settle(contact, id, &choice.choices);
    }
    if item.kind == ReviewKind::Audit {
        return if choice.candidate.is_none() && choice.choices.is_empty() { deciding.confirm(id) } else { Err(made_already()) };
    }
    let (item, record) = open(deciding, id)?;
    let incoming = question::incoming(deciding.desk, &item)?;
    let now = core.meet(deciding.desk, &incoming)?;
    let evidence = |contact: ContactId| {
        let seen = now.clone().candidates().into_iter().chain(item.candidates.clone());
        seen.into_iter().find(|candidate| candidate.contact == contact).map(|candidate| candidate.evidence)
    };
    if let Some(contact) = choice.candidate {
        let standing = deciding.desk.standing(contact)?;
        return deciding.join(record, contact, Some(id), &choice.choices, evidence(standing).as_ref());
    }
    match &now {
        Meeting::Certain(best) => deciding.join(record, best.contact, Some(id), &choice.choices, Some(&best.evidence)),
        Meeting::Perhaps(candidates) => {
            // What was shown as the best must still be the best; else the person looks again.
            let shown = item.candidates.first().map(|best| deciding.desk.standing(best.contact)).transpose()?;
            match candidates.first() {
                Some(best) if shown == Some(best.contact) => {
                    deciding.join(record, best.contact, Some(id), &choice.choices, Some(&best.evidence))
                }
                _ => Err(DecideError::Changed),
            }
        }
        Meeting::Nobody => deciding.create(record, Some(id), &choice.choices, &[]),
    }
}

fn create(deciding: &Deciding<'_>, core: &Core, id: ReviewId) -> Result<Decision, DecideError> {
    let (item, record) = open(deciding, id)?;
    if item.kind == ReviewKind::Audit {
        return deciding.refute(id);
    }
    let incoming = question::incoming(deciding.desk, &item)?;
    let not: Vec<ContactId> =
        item.candidates.iter().map(|candidate| deciding.desk.standing(candidate.contact)).collect::<store::Result<_>>()?;
    // A person told it apart from those that were shown, not from whoever came in since.
    if core.meet(deciding.desk, &incoming)?.candidates().iter().any(|candidate| !not.contains(&candidate.contact)) {
        return Err(DecideError::Changed);
    }
    deciding.create(record, Some(id), &[], &not)
}

fn drop_incoming(deciding: &Deciding<'_>, id: ReviewId) -> Result<Decision, DecideError> {
    let (item, record) = open(deciding, id)?;
    if item.kind == ReviewKind::Audit {
        return Err(made_already());
    }
    deciding.drop_record(record, id)
}

/// An audit takes two answers only.
fn made_already() -> DecideError {
    DecideError::Senseless(
        "this merge is made already: accept says that it was right, create new says that it was wrong and takes it back".into(),
    )
}

/// A choice's text, checked against its field: what a form or a script typed.
pub(super) fn checked(choices: &[Choice]) -> Result<Vec<Choice>> {
    for choice in choices {
        if let Some(text) = &choice.value
            && Value::parse(choice.field.kind(), text).is_none()
        {
            let words = format!("{} cannot be {:?}: {}", choice.field.label(), text.as_str(), wanted(choice.field));
            return Err(ServiceError::new(Kind::Invalid, words));
        }
    }
    Ok(choices.to_vec())
}

/// What a field takes, for the person who typed something else.
fn wanted(field: Field) -> &'static str {
    use crate::domain::FieldKind::{Country, Date, Domain, Email, Flag, List, Number, Phone, Span, Text, Url};
    match field.kind() {
        Text | Url | List => "it takes words",
        Email => "it takes one address, as in ann@corp.example",
        Phone => "it takes a number with its country, as in +44 20 7946 0112",
        Domain => "it takes a host name, as in corp.example",
        Country => "it takes two letters, as in GB",
        Number => "it takes a whole number",
        Span => "it takes a number or a range, as in 201-500",
        Flag => "it takes yes or no",
        Date => "it takes a date, as in 2026-11-30",
    }
}

/// When something was, as a screen's sentence needs it.
pub(super) fn day(at: Timestamp) -> String {
    at.to_string().get(..10).unwrap_or_default().to_owned()
}
