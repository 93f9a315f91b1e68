//! What somebody lacks, and what is known of them that a source can be asked by. Absent: sources.

use super::{HOLDS, Request, Step, memory};
use crate::{
    domain::{ContactId, Field, Giver, Golden, Source, SourceRecord, SuppressionKey, Text, Timestamp, Value},
    providers::{Clue, Deliverability},
    store::{Result, View},
    sync::{Rules, golden::golden},
};

/// Somebody, as the store has them now.
pub(super) struct Person {
    pub id: ContactId,
    pub golden: Golden,
    pub members: Vec<SourceRecord>,
    /// Not to be contacted: nobody is asked about them.
    pub withheld: bool,
}

/// Reads somebody; `None` for whoever is gone.
pub(super) fn person(view: &View<'_>, rules: &Rules, id: ContactId) -> Result<Option<Person>> {
    let id = view.standing(id)?;
    if view.is_gone(id)? {
        return Ok(None);
    }
    let members = view.members(id.0)?;
    let golden = golden(&members, &view.overrides(id)?, rules);
    let withheld = view.suppressed(&SuppressionKey::of(&golden.fields()))?.is_some();
    Ok(Some(Person { id, golden, members, withheld }))
}

impl Person {
    /// Which of these fields are to be asked for.
    pub fn gaps<'f>(&self, fields: &'f [Field], request: &Request, now: Timestamp) -> impl Iterator<Item = Field> + use<'_, 'f> {
        let stale_before = request.stale_before;
        fields.iter().copied().filter(move |field| !self.withheld && self.lacks(*field, stale_before, now))
    }

    fn lacks(&self, field: Field, stale_before: Option<Timestamp>, now: Timestamp) -> bool {
        let Some(golden) = self.golden.get(field) else { return field != Field::EmailStatus || self.email().is_some() };
        // What a person said stays, also that there is nothing.
        if golden.locked || matches!(golden.giver, Giver::Decision(_)) {
            return false;
        }
        let unsaid = field == Field::EmailStatus
            && golden.value.as_ref().and_then(Value::as_str).is_none_or(|status| status == Deliverability::Unverified.key());
        let before = if field == Field::EmailStatus { Some(now.minus(HOLDS)).max(stale_before) } else { stale_before };
        let given = match golden.giver {
            Giver::Record(id, _) => self.members.iter().find(|member| member.id == id).map(|member| member.seen_at),
            Giver::Decision(_) => None,
        };
        unsaid || golden.value.is_none() || before.zip(given).is_some_and(|(before, given)| given < before)
    }

    /// The address that mail goes to.
    pub fn email(&self) -> Option<&crate::domain::Email> {
        match self.golden.get(Field::Email)?.value.as_ref()? {
            Value::Email(email) => Some(email),
            _ => None,
        }
    }

    /// What the status of that address is, as far as it is known.
    pub fn status(&self) -> Option<&str> {
        self.golden.get(Field::EmailStatus)?.value.as_ref()?.as_str()
    }

    /// What a source can be asked by; `None` when that is too little.
    pub fn clue(&self, source: Source) -> Option<Clue> {
        let text =
            |field: Field| self.golden.get(field).and_then(|golden| golden.value.as_ref()).map(ToString::to_string).unwrap_or_default();
        let mut clue = Clue {
            id: None,
            email: self.email().cloned(),
            first_name: Text::from(text(Field::FirstName)),
            last_name: Text::from(text(Field::LastName)),
            company: Text::from(text(Field::CompanyName)),
            domain: Text::from(text(Field::CompanyDomain)),
            linkedin: Text::from(text(Field::LinkedIn)),
        };
        if clue.email.is_none() && clue.linkedin.is_empty() {
            // An id only where there is nothing better: one from an export file is not always one that the API knows.
            clue.id = self.id_of(source);
        }
        let employed = !clue.company.is_empty() || !clue.domain.is_empty();
        let named = !clue.first_name.is_empty() && !clue.last_name.is_empty() && employed;
        (clue.id.is_some() || clue.email.is_some() || !clue.linkedin.is_empty() || named).then_some(clue)
    }

    fn id_of(&self, source: Source) -> Option<Text> {
        let own = |member: &&SourceRecord| member.draft.source == source && !member.draft.external_id.contains(':');
        self.members.iter().filter(own).max_by_key(|member| member.seen_at).map(|member| member.draft.external_id.clone())
    }

    /// When that source last said something about the person itself.
    pub fn seen(&self, source: Source) -> Option<Timestamp> {
        let whole = |member: &&SourceRecord| member.draft.source == source && !memory::is_check(&member.draft.external_id);
        self.members.iter().filter(whole).map(|member| member.seen_at).max()
    }

    /// Whether a step is for this person at all: something of its is lacking, and there is something to ask by.
    pub fn is_for(&self, step: &Step, request: &Request, now: Timestamp) -> bool {
        self.gaps(&step.fields, request, now).next().is_some()
            && match step.ask {
                super::Ask::Check => self.email().is_some(),
                super::Ask::Person | super::Ask::Numbers => self.clue(step.source).is_some(),
            }
    }
}
