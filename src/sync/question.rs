//! The question that a person is asked about a record, and what lists show of it.

use super::Core;
use crate::{
    domain::{
        About, Candidate, Defect, Draft, Field, ReviewId, ReviewItem, ReviewKind, ReviewState, SourceRecord, Text, Timestamp, folded,
    },
    store::{Desk, Result, ReviewFace, StoreError, View},
};

/// The question about a record: is it one of these, or (when there are none) is it good enough?
pub fn about(id: ReviewId, record: &SourceRecord, candidates: Vec<Candidate>, created_at: Timestamp) -> ReviewItem {
    let best = candidates.first().map(|candidate| &candidate.evidence);
    let score = record.draft.quality.score();
    let (kind, reason, pattern, priority) = match best {
        Some(evidence) => {
            let priority = 100 + (evidence.probability.0 * 100.0).round() as i32;
            (ReviewKind::Duplicate, evidence.headline(), evidence.pattern, priority)
        }
        None => (ReviewKind::LowQuality, weakness(&record.draft), weakness_pattern(&record.draft), i32::from(score)),
    };
    ReviewItem {
        id,
        kind,
        about: About::Record(record.id),
        candidates,
        reason,
        pattern,
        priority,
        created_at,
        state: ReviewState::Open,
        claim: None,
    }
}

/// Why a record is weak, in a line: its defects, else what it lacks.
fn weakness(draft: &Draft) -> Text {
    let mut parts: Vec<String> = draft.defects.iter().take(2).map(|defect| defect.sentence.to_string()).collect();
    if parts.is_empty() {
        let lacks = [Field::Email, Field::Phone, Field::JobTitle, Field::CompanyName]
            .into_iter()
            .filter(|field| draft.fields.get(*field).is_none());
        parts.extend(lacks.map(|field| format!("no {}", field.label().to_lowercase())));
    }
    Text::from(format!("score {}: {}", draft.quality.score(), if parts.is_empty() { "thin".to_owned() } else { parts.join("; ") }))
}

/// Equal for records that are weak in the same way, so that one decision can settle them together.
fn weakness_pattern(draft: &Draft) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hash = rustc_hash::FxHasher::default();
    "weak".hash(&mut hash);
    for Defect { field, severity, .. } in &draft.defects {
        (field.map(Field::key), *severity as u8).hash(&mut hash);
    }
    for field in [Field::Email, Field::Phone, Field::Mobile, Field::JobTitle, Field::CompanyName] {
        draft.fields.get(field).is_some().hash(&mut hash);
    }
    hash.finish().max(1)
}

/// What lists show of a question about a record.
pub fn face(record: &SourceRecord) -> ReviewFace {
    let fields = &record.draft.fields;
    let name = fields.person_name();
    ReviewFace {
        name: if name.is_empty() { Text::new(fields.str(Field::Email)) } else { name },
        company: Text::new(fields.str(Field::CompanyName)),
        email: Text::new(fields.str(Field::Email)),
        source: record.draft.source,
        quality: record.draft.quality.score(),
    }
}

/// What a filter looks in.
pub fn text(record: &SourceRecord) -> String {
    let face = face(record);
    folded(&format!("{} {} {} {}", face.name, face.company, face.email, face.source.label()))
}

/// The same question about what `record` may be now; who has it open keeps it.
pub fn again(asked: &ReviewItem, record: &SourceRecord, candidates: Vec<Candidate>) -> ReviewItem {
    ReviewItem { state: asked.state, claim: asked.claim.clone(), ..about(asked.id, record, candidates, asked.created_at) }
}

/// That question takes the place of what was asked.
pub fn renew(desk: &Desk<'_>, asked: &ReviewItem, record: &SourceRecord, candidates: Vec<Candidate>) -> Result<()> {
    desk.update_review(&again(asked, record, candidates), &face(record), &text(record))
}

/// The question as it stands now takes the place of what was asked.
pub fn ask_anew(desk: &Desk<'_>, core: &Core, id: ReviewId) -> Result<()> {
    let item = desk.review(id)?.ok_or(StoreError::NotFound { what: "review item", id: id.to_string() })?;
    let incoming = incoming(desk, &item)?;
    let candidates = core.meet(desk, &incoming)?.candidates();
    renew(desk, &item, &incoming, candidates)
}

/// The record a question is about; for a question about a contact, the contact's newest member.
pub fn incoming(view: &View<'_>, item: &ReviewItem) -> Result<SourceRecord> {
    let found = match item.about {
        About::Record(record) => view.record(record)?,
        About::Contact(contact) => view.members(view.standing(contact)?.0)?.into_iter().max_by_key(|member| member.id),
    };
    found.ok_or(StoreError::NotFound { what: "record of review item", id: item.id.to_string() })
}
