//! Decisions in words: for history, hint rows and the palette.

use super::HistoryRow;
use crate::{
    domain::{Action, Choice, ContactId, Decision, Field, RecordId, Text},
    store::{self, View},
};

pub(super) fn row(view: &View<'_>, decision: &Decision) -> store::Result<HistoryRow> {
    let words = words(view, decision)?;
    let undoable = match (&decision.action, decision.undone_by) {
        (Action::Undo { .. }, _) => Err(Text::new("an undo is taken back by taking the decision again (Ctrl-R)")),
        (_, Some(_)) => Err(Text::new("already taken back")),
        _ => Ok(()),
    };
    Ok(HistoryRow {
        decision: decision.id,
        at: decision.at,
        actor: decision.actor.name().clone(),
        words,
        undone: decision.undone_by.is_some(),
        undoable,
    })
}

/// What was decided, in a line.
pub(super) fn words(view: &View<'_>, decision: &Decision) -> store::Result<Text> {
    let words = match &decision.action {
        Action::Create { contact, .. } => format!("new contact {}", name(view, *contact)?),
        Action::Join { record, contact, choices } => {
            format!("merged {} into {}{}", source(view, *record)?, name(view, *contact)?, chosen(choices))
        }
        Action::Drop { record } => format!("dropped {}", source(view, *record)?),
        Action::Merge { from, into, choices, .. } => {
            format!("merged {} into {}{}", name(view, *from)?, name(view, *into)?, chosen(choices))
        }
        Action::Edit { contact, choices } => format!("edited {}{}", name(view, *contact)?, chosen(choices)),
        Action::Move { lead, to, .. } => {
            let who = view.lead(*lead)?.map(|lead| name(view, lead.contact)).transpose()?.unwrap_or_default();
            format!("moved {who} to {}", to.stage.as_str().replace('_', " "))
        }
        Action::Defer { until } => format!("put off until {}", super::review::day(*until)),
        Action::Settle { contact, choices } => format!("settled {}{}", name(view, *contact)?, chosen(choices)),
        Action::Confirm { contact, .. } => format!("found the merge into {} right", name(view, *contact)?),
        Action::Refute { record, contact, .. } => {
            format!("found a merge wrong: {} is not {}", source(view, *record)?, name(view, *contact)?)
        }
        Action::Undo { decision } => match view.decision(*decision)? {
            Some(undone) if matches!(undone.action, Action::Undo { .. }) => "redid the last undo".to_owned(),
            Some(undone) => format!("took back: {}", self::words(view, &undone)?),
            None => "took something back".to_owned(),
        },
    };
    Ok(Text::from(words))
}

/// Whose decision it is, also for drops and undos.
pub(super) fn contact(view: &View<'_>, decision: &Decision) -> store::Result<Option<ContactId>> {
    Ok(match &decision.action {
        Action::Move { lead, .. } => view.lead(*lead)?.map(|lead| lead.contact),
        Action::Undo { decision } => match view.decision(*decision)? {
            Some(undone) => contact(view, &undone)?,
            None => None,
        },
        action => action.contact(),
    })
}

/// Whether it changes what HaloPSA has: saying that something is right does not.
pub(super) fn changes_something(view: &View<'_>, decision: &Decision) -> store::Result<bool> {
    Ok(match &decision.action {
        Action::Confirm { .. } => false,
        Action::Undo { decision } => match view.decision(*decision)? {
            Some(undone) => changes_something(view, &undone)?,
            None => false,
        },
        _ => true,
    })
}

fn name(view: &View<'_>, contact: ContactId) -> store::Result<String> {
    Ok(view.contact(contact)?.map_or_else(|| contact.short(), |summary| summary.name.to_string()))
}

fn source(view: &View<'_>, record: RecordId) -> store::Result<String> {
    let Some(record) = view.record(record)? else { return Ok("a record".to_owned()) };
    let name = record.draft.fields.person_name();
    let who = if name.is_empty() { record.draft.fields.str(Field::Email).to_owned() } else { name.to_string() };
    Ok(format!("{who} ({})", record.draft.source))
}

fn chosen(choices: &[Choice]) -> String {
    let labels: Vec<_> = choices.iter().map(|choice| choice.field.label().to_lowercase()).collect();
    if labels.is_empty() { String::new() } else { format!(", {} by hand", labels.join(", ")) }
}
