//! What is known about the chosen question: both sides, what the suggestion does, why, and what speaks against it.

use super::suggested;
use crate::{
    domain::{Field, ReviewKind, Text},
    services::{CandidateView, Question, Suggestion},
    tui::{
        canvas::{Canvas, rows, top},
        theme::Role,
        widgets::text,
    },
};
use ratatui::layout::Rect;

/// The fields that tell two people apart at a glance, with what the candidate has of them.
fn compared<'q>(question: &'q Question, candidate: &'q CandidateView) -> impl Iterator<Item = (&'static str, String, &'q Text)> {
    let fields = &question.incoming.draft.fields;
    let value = |field: Field| fields.get(field).map(ToString::to_string).unwrap_or_default();
    let phone = if value(Field::Phone).is_empty() { value(Field::Mobile) } else { value(Field::Phone) };
    let contact = &candidate.contact;
    [
        ("name", question.name.to_string(), &contact.name),
        ("email", value(Field::Email), &contact.email),
        ("phone", phone, &contact.phone),
        ("title", value(Field::JobTitle), &contact.title),
        ("company", value(Field::CompanyName), &contact.company),
    ]
    .into_iter()
    .filter(|(_, incoming, known)| !incoming.is_empty() || !known.is_empty())
}

/// `= same`, `+ HaloPSA has none`, `~ Head of IT`: the sign says it without colour.
fn against(incoming: &str, known: &str) -> (&'static str, String, Role) {
    if incoming.to_lowercase() == known.to_lowercase() {
        ("=", "same".to_owned(), Role::Muted)
    } else if known.is_empty() {
        ("+", "not known yet".to_owned(), Role::Good)
    } else if incoming.is_empty() {
        ("-", known.to_owned(), Role::Muted)
    } else {
        ("~", known.to_owned(), Role::Warn)
    }
}

fn halo(candidate: &CandidateView) -> String {
    candidate.halo_user.map_or_else(|| "not in HaloPSA yet".to_owned(), |id| format!("HaloPSA #{id}"))
}

fn suggestion(question: &Question) -> String {
    match question.suggestion {
        Suggestion::Join(contact) => match suggested(question, contact) {
            Some(candidate) => {
                format!(
                    "suggest: merge into {} ({})   probability {}",
                    candidate.contact.name,
                    halo(candidate),
                    candidate.evidence.probability
                )
            }
            None => "suggest: merge with the known contact".to_owned(),
        },
        Suggestion::Keep(contact) => {
            let who = suggested(question, contact).map_or("the known contact", |candidate| candidate.contact.name.as_str());
            format!("merged by itself into {who}: accept it as right, or create new takes it back")
        }
        Suggestion::Create if question.item.kind == ReviewKind::LowQuality => {
            format!("suggest: create it all the same   quality {}", question.quality.score())
        }
        Suggestion::Create => match question.candidates.first() {
            Some(candidate) => {
                let probability = candidate.evidence.probability;
                format!("suggest: create a new contact   probability {probability} that it is {}", candidate.contact.name)
            }
            None => "suggest: create a new contact".to_owned(),
        },
    }
}

fn title(question: &Question) -> String {
    match question.candidates.first() {
        Some(candidate) => format!("{} from {}, against {}", question.name, question.incoming.draft.source, halo(candidate)),
        None => format!("{} from {}", question.name, question.incoming.draft.source),
    }
}

fn comparison(canvas: &mut Canvas<'_>, area: Rect, question: &Question, candidate: &CandidateView) -> u16 {
    let value_width = area.width.saturating_sub(14) / 2;
    let mut used = 0;
    // What differs is what a person has to judge: it comes first where there is little room.
    let mut lines: Vec<_> = compared(question, candidate).collect();
    lines.sort_by_key(|(_, incoming, known)| against(incoming, known).0 == "=");
    for (row, (name, incoming, known)) in rows(area).zip(lines) {
        let (sign, words, role) = against(&incoming, known);
        canvas.put(Rect { width: 9.min(row.width), ..row }, name, Role::Muted);
        let value = Rect { x: row.x + 9.min(row.width), width: value_width, ..row };
        canvas.put(value, if incoming.is_empty() { canvas.look.glyphs.none } else { &incoming }, Role::Text);
        let sign_at = Rect { x: value.right() + 1, width: 2.min(row.right().saturating_sub(value.right() + 1)), ..row };
        canvas.put(sign_at, sign, role);
        canvas.put(Rect { x: sign_at.right(), width: row.right().saturating_sub(sign_at.right()), ..row }, &words, role);
        used += 1;
    }
    used
}

fn defects(canvas: &mut Canvas<'_>, area: Rect, question: &Question) -> u16 {
    let mut used = 0;
    let parts: Vec<_> = question.quality.parts().iter().map(|(name, points)| format!("{name} {points:.0}")).collect();
    used += canvas.paragraph(
        Rect { height: area.height.min(2), ..area },
        &format!("quality {} {}: {}", question.quality.score(), question.quality.grade(), parts.join(", ")),
        Role::Muted,
    );
    for defect in &question.defects {
        let rest = top(area, used).1;
        if rest.is_empty() {
            break;
        }
        let field = defect.field.map(|field| format!("{}: ", field.label())).unwrap_or_default();
        used += canvas.paragraph(rest, &format!("! {field}{}", defect.sentence), Role::Warn);
    }
    used
}

/// A few rows below the list.
pub(super) fn draw_strip(canvas: &mut Canvas<'_>, area: Rect, question: Option<&Question>) {
    let Some(question) = question else {
        canvas.panel(area, "", false);
        return;
    };
    let inner = canvas.panel(area, &title(question), false);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let (facts, line) = crate::tui::canvas::bottom(inner, 1);
    match question.candidates.first() {
        Some(candidate) => drop(comparison(canvas, facts, question, candidate)),
        None => drop(defects(canvas, facts, question)),
    }
    canvas.put(line, &suggestion(question), Role::Title);
}

/// A whole pane beside the list.
pub(super) fn draw_tall(canvas: &mut Canvas<'_>, area: Rect, question: Option<&Question>) {
    let Some(question) = question else {
        canvas.panel(area, "", false);
        return;
    };
    let inner = canvas.panel(area, &title(question), false);
    let mut rest = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let skip = |rest: &mut Rect, used: u16| *rest = top(*rest, used).1;
    let used = canvas.paragraph(rest, &suggestion(question), Role::Title) + 1;
    skip(&mut rest, used);
    if let Some(candidate) = question.candidates.first() {
        let used = comparison(canvas, rest, question, candidate) + 1;
        skip(&mut rest, used);
        let used = evidence(canvas, rest, candidate) + 1;
        skip(&mut rest, used);
    }
    for other in question.candidates.iter().skip(1) {
        let words = format!("or {}, {} {}   {}", other.contact.name, other.contact.company, halo(other), other.evidence.probability);
        canvas.put(rest, &words, Role::Muted);
        skip(&mut rest, 1);
    }
    if question.candidates.is_empty() || !question.defects.is_empty() {
        let used = defects(canvas, rest, question) + 1;
        skip(&mut rest, used);
    }
    if question.alike > 1 {
        canvas.put(rest, &format!("{} more like this: * marks them", question.alike - 1), Role::Info);
    }
}

/// The evidence in bits, against the best other explanation, which is named. Gives the rows used.
pub fn evidence(canvas: &mut Canvas<'_>, area: Rect, candidate: &CandidateView) -> u16 {
    let evidence = &candidate.evidence;
    let mut used = 0;
    let mut line = |canvas: &mut Canvas<'_>, name: &str, level: &str, bits: &str, role: Role| {
        let row = top(top(area, used).1, 1).0;
        canvas.put(Rect { width: 12.min(row.width), ..row }, name, Role::Muted);
        let bits_width = text::width(bits) as u16;
        let middle = Rect { x: row.x + 12.min(row.width), width: row.width.saturating_sub(12 + 8), ..row };
        canvas.put(middle, level, Role::Text);
        let right = Rect { x: row.right().saturating_sub(bits_width.max(7)), width: bits_width.max(7).min(row.width), ..row };
        canvas.put_right(right, bits, role);
        used += u16::from(row.height > 0);
    };
    for row in &evidence.rows {
        let role = if row.bits.0 >= 0.5 {
            Role::Good
        } else if row.bits.0 <= -0.5 {
            Role::Bad
        } else {
            Role::Muted
        };
        line(canvas, row.aspect.label(), &row.level, &row.bits.to_string(), role);
    }
    line(canvas, "before", &format!("how rare a match is, against a {}", evidence.rival.word()), &evidence.prior.to_string(), Role::Muted);
    if evidence.remainder.0.abs() >= 0.05 {
        line(canvas, "others", "other explanations", &evidence.remainder.to_string(), Role::Muted);
    }
    line(canvas, "in all", &format!("bits, probability {}", evidence.probability), &evidence.score.to_string(), Role::Title);
    for veto in &evidence.vetoes {
        line(canvas, "! veto", veto.words(), "", Role::Bad);
    }
    if let Some(why) = &evidence.why_not_auto {
        used += canvas.paragraph(top(area, used).1, &format!("not by itself: {why}"), Role::Muted);
    }
    used
}
