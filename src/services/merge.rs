//! Merges before they are made, and merges of two known contacts.

use super::{Done, Kind, MergeChoice, MergePreview, MergeRow, Result, ServiceError, Session, Takes, review};
use crate::{
    domain::{
        About, Choice, ContactId, ContactSummary, DecisionId, Field, Fields, Giver, Golden, GoldenField, Override, ReviewId, ReviewKind,
        Rule, SourceRecord, Subject, Target, Text, Uuid, Value,
    },
    halopsa::Entity,
    store::{self, StoreError, View},
    sync::{Rules, golden::golden, plan, question},
};

impl Session {
    /// What accepting a question would do, field by field. `choice` names another candidate and chosen values.
    pub async fn merge_preview(&self, id: ReviewId, choice: &MergeChoice) -> Result<MergePreview> {
        let choices = review::checked(&choice.choices)?;
        let (candidate, core) = (choice.candidate, self.services.core.clone());
        let preview = self
            .look(move |view| {
                let item = view.review(id)?.ok_or(StoreError::NotFound { what: "review item", id: id.to_string() })?;
                let into = match (candidate, item.about) {
                    _ if item.kind == ReviewKind::Audit => None,
                    (Some(contact), _) | (None, About::Contact(contact)) => Some(contact),
                    (None, About::Record(_)) => item.candidates.first().map(|best| best.contact),
                };
                let Some(into) = into else { return Ok(None) };
                let incoming = question::incoming(view, &item)?;
                let label = format!("{} {}", incoming.draft.source, incoming.draft.external_id);
                let right = Side { fields: incoming.draft.fields.clone(), from: origin_of(&incoming), records: vec![incoming], label };
                preview(view, &core.rules, into, &right, &choices).map(Some)
            })
            .await?;
        preview.ok_or_else(|| {
            ServiceError::new(Kind::Invalid, "there is nothing to choose here: nobody is like this record, or it is merged already")
        })
    }

    /// What folding one contact into another would do.
    pub async fn contact_merge_preview(&self, from: ContactId, into: ContactId, choices: &[Choice]) -> Result<MergePreview> {
        let choices = review::checked(choices)?;
        let core = self.services.core.clone();
        self.look(move |view| {
            let from = view.standing(from)?;
            let records = view.members(from.0)?;
            let golden = golden(&records, &view.overrides(from)?, &core.rules);
            let right =
                Side { fields: golden.fields(), from: "the other contact".into(), records, label: format!("contact {}", from.short()) };
            preview(view, &core.rules, into, &right, &choices)
        })
        .await
    }

    /// Folds one contact into another.
    pub async fn merge_contacts(&self, from: ContactId, into: ContactId, choices: &[Choice]) -> Result<Done> {
        let choices = review::checked(choices)?;
        let decision = self.decide(move |deciding| deciding.merge(from, into, None, &choices)).await?;
        self.done(decision).await
    }
}

/// The incoming side of a merge.
struct Side {
    label: String,
    fields: Fields,
    from: Text,
    records: Vec<SourceRecord>,
}

fn origin_of(record: &SourceRecord) -> Text {
    Text::from(format!("{} {}", record.draft.source, review::day(record.dated())))
}

fn preview(view: &View<'_>, rules: &Rules, into: ContactId, right: &Side, choices: &[Choice]) -> store::Result<MergePreview> {
    let into = view.standing(into)?;
    let summary = view.contact(into)?.ok_or(StoreError::NotFound { what: "contact", id: into.to_string() })?;
    let members = view.members(into.0)?;
    let overrides = view.overrides(into)?;
    let left = golden(&members, &overrides, rules);
    let mut all = members.clone();
    all.extend(right.records.iter().filter(|record| members.iter().all(|member| member.id != record.id)).cloned());
    let result = golden(&all, &with_choices(&overrides, into, choices), rules);
    let rows = rows(&left, right, &result, &members);
    let link = view.link(&Target::User(into))?;
    let wanted: Fields = result.fields().iter().filter(|(field, _)| Entity::User.has_column(*field)).map(|(f, v)| (f, v.clone())).collect();
    let writes = link.as_ref().map(|link| plan::changes(&link.base, &wanted).iter().map(|(field, _)| field).collect()).unwrap_or_default();
    let halo_user = link.map(|link| link.halo_id);
    Ok(MergePreview { incoming: Text::from(right.label.clone()), result: line(&result, &summary), into: summary, rows, writes, halo_user })
}

/// Choices as they would stand once decided: after every other.
fn with_choices(overrides: &[Override], contact: ContactId, choices: &[Choice]) -> Vec<Override> {
    let last = overrides.iter().map(|one| one.at).max().unwrap_or_default();
    let at = last.max(crate::domain::Timestamp::from_micros(i64::MAX / 2));
    let chosen = choices.iter().map(|choice| Override {
        contact,
        field: choice.field,
        value: choice.value.clone(),
        decision: DecisionId(Uuid::nil()),
        at,
    });
    overrides.iter().cloned().chain(chosen).collect()
}

fn rows(left: &Golden, right: &Side, result: &Golden, members: &[SourceRecord]) -> Vec<MergeRow> {
    let shown = Field::ALL
        .iter()
        .copied()
        .filter(|field| field.subject() != Subject::Company || matches!(field, Field::CompanyName | Field::CompanyDomain));
    let row = |field: Field| {
        let (known, becomes) = (left.get(field), result.get(field));
        let (l, r) = (known.and_then(|one| one.value.clone()), right.fields.get(field).cloned());
        if l.is_none() && r.is_none() {
            return None;
        }
        let value = becomes.and_then(|one| one.value.clone());
        let takes = takes(l.as_ref(), r.as_ref(), value.as_ref(), becomes);
        Some(MergeRow {
            field,
            left_from: known.map(|one| from(one, members)).unwrap_or_default(),
            right_from: if r.is_some() { right.from.clone() } else { Text::default() },
            why: Text::new(if takes == Takes::Same { "both say so" } else { becomes.map_or("nobody says", |one| one.rule.words()) }),
            left: l,
            right: r,
            result: value,
            takes,
        })
    };
    let mut rows: Vec<MergeRow> = shown.filter_map(row).collect();
    rows.sort_by_key(|row| !row.differs());
    rows
}

fn takes(left: Option<&Value>, right: Option<&Value>, result: Option<&Value>, becomes: Option<&GoldenField>) -> Takes {
    if plan::same(left, right) {
        return if plan::same(left, result) { Takes::Same } else { Takes::Other };
    }
    if becomes.is_some_and(|one| one.rule == Rule::United) {
        return Takes::Both;
    }
    if plan::same(result, left) {
        Takes::Left
    } else if plan::same(result, right) {
        Takes::Right
    } else {
        Takes::Other
    }
}

fn from(field: &GoldenField, members: &[SourceRecord]) -> Text {
    let day = review::day(field.dated);
    Text::from(match (field.giver, field.rule) {
        (_, Rule::HaloEdit) => format!("edited in HaloPSA {day}"),
        (Giver::Decision(_), _) => format!("chosen here {day}"),
        (Giver::Record(id, source), _) => match members.iter().find(|member| member.id == id) {
            Some(member) => origin_of(member).to_string(),
            None => source.to_string(),
        },
    })
}

/// The result in a line: name, title, company, number.
fn line(result: &Golden, before: &ContactSummary) -> Text {
    let fields = result.fields();
    let name = fields.person_name();
    let phone =
        [Field::Mobile, Field::Phone].into_iter().map(|field| fields.str(field)).find(|phone| !phone.is_empty()).unwrap_or_default();
    let parts = [if name.is_empty() { &before.name } else { &name }, fields.str(Field::JobTitle), fields.str(Field::CompanyName), phone];
    Text::from(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "))
}
