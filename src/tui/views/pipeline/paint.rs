//! How the board is drawn: as many stages as fit, the chosen one always among them.

use super::Pipeline;
use crate::{
    services::{Board, Card, CardView, StageLane, WayView},
    tui::{
        canvas::{Canvas, bottom, columns, left, top},
        event::Slot,
        shared::Shared,
        theme::Role,
        words,
    },
};
use ratatui::layout::{Position, Rect};
use std::time::Duration;

/// A stage narrower than that shows no name in full.
const STAGE_CELLS: u16 = 19;
/// Rows a card takes.
const CARD_ROWS: u16 = 2;

impl Pipeline {
    pub(super) fn paint(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared) {
        let Some(board) = &self.board else {
            canvas.put(Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }, "reading the board", Role::Muted);
            return;
        };
        let (head, body) = top(area, 1);
        self.heading(canvas, head, board);
        if cx.two_panes() {
            let (stages, beside) = left(body, body.width - if cx.three_panes() { 44 } else { 34 });
            self.stages(canvas, stages, cx);
            let inner = canvas.panel(beside, self.chosen().map_or("", |card| card.name.as_str()), false);
            if let Some(needs) = self.needs() {
                tall(canvas, Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }, needs);
            }
        } else {
            let (stages, line) = bottom(body, 1);
            self.stages(canvas, stages, cx);
            if let Some(needs) = self.needs() {
                canvas.put(
                    Rect { x: line.x + 1, width: line.width.saturating_sub(2), ..line },
                    &in_a_line(needs),
                    if needs.stuck { Role::Warn } else { Role::Text },
                );
            }
        }
    }

    fn heading(&self, canvas: &mut Canvas<'_>, row: Rect, board: &Board) {
        let mut used = 1;
        for (nth, lane) in board.lanes.iter().enumerate() {
            let cards: u64 = lane.stages.iter().filter(|stage| !stage.exit).map(|stage| stage.count).sum();
            let title = format!("{} {}", lane.lifecycle, words::count(cards));
            let (words, role) = if nth == self.lane { (format!("[{title}]"), Role::Tab) } else { (format!(" {title} "), Role::Muted) };
            used += canvas.put(Rect { x: row.x + used, width: row.width.saturating_sub(used), ..row }, &words, role) + 1;
        }
        let rest = Rect { x: row.x + used, width: row.width.saturating_sub(used), ..row };
        let typed = self.filter.draw(canvas, rest);
        let mine = if self.mine { "my cards   " } else { "" };
        let stuck = if board.stuck > 0 { format!("  {} stuck", words::count(board.stuck)) } else { String::new() };
        let note = format!("{mine}{}{stuck} ", words::many(board.cards, "card"));
        if usize::from(rest.width.saturating_sub(typed)) > note.len() {
            canvas.put_right(rest, &note, Role::Muted);
        }
    }

    fn stages(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared) {
        let Some(lane) = self.lane() else { return };
        let fit = usize::from((area.width / STAGE_CELLS).max(1)).min(lane.stages.len().max(1));
        let (mut first, _) = self.window.get();
        if self.stage < first || self.stage >= first + fit {
            first = (self.stage + 1).saturating_sub(fit);
        }
        first = first.min(lane.stages.len().saturating_sub(fit));
        // No boxes: a heading and a rule say as much, leave more room for names, and cost half the bytes.
        let (heads, rest) = top(area, 1);
        let (rule, body) = top(rest, u16::from(canvas.look.boxes));
        let dashes = canvas.look.glyphs.border.horizontal_top.repeat(usize::from(rule.width));
        canvas.put(rule, &dashes, Role::Border);
        let cards = usize::from(body.height / CARD_ROWS);
        self.window.set((first, cards));
        for ((head, place), (nth, stage)) in
            columns(heads, fit as u16).into_iter().zip(columns(body, fit as u16)).zip(lane.stages.iter().enumerate().skip(first))
        {
            let chosen = nth == self.stage;
            let gap = |area: Rect| Rect { width: area.width.saturating_sub(1), ..area };
            let title = format!(" {} {}", stage.title, words::count(stage.count));
            canvas.put(gap(head), &title, if chosen { Role::Focus } else { Role::Title });
            self.stage_cards(canvas, gap(place), stage, chosen, cards, cx);
        }
        let [left, right] = canvas.look.glyphs.left_right;
        let hidden = [(first, left), (lane.stages.len() - fit - first, right)];
        for (count, arrow) in hidden.into_iter().filter(|(count, _)| *count > 0) {
            let words = format!(" {} {arrow} ", words::many(count as u64, "more stage"));
            if arrow == right {
                canvas.put_right(rule, &words, Role::Muted)
            } else {
                canvas.put(rule, &words, Role::Muted)
            };
        }
    }

    fn stage_cards(&self, canvas: &mut Canvas<'_>, area: Rect, stage: &StageLane, chosen: bool, fit: usize, cx: &Shared) {
        if stage.cards.is_empty() {
            let words = if cx.waits(Slot::Board) {
                ""
            } else if self.filter.text().is_empty() {
                "no card here"
            } else {
                "no card matches"
            };
            canvas.put(Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area }, words, Role::Muted);
        }
        // Half a page at a time, like the tables: one key then repaints one card, not the column.
        let half = (fit / 2).max(1);
        let skip = if chosen && self.place >= fit { (self.place - fit) / half * half + half } else { 0 };
        let mut rest = area;
        for (nth, card) in stage.cards.iter().enumerate().skip(skip).take(fit.max(1)) {
            let (place, below) = top(rest, CARD_ROWS);
            rest = below;
            Self::card(canvas, place, card, chosen && nth == self.place, cx);
        }
    }

    fn card(canvas: &mut Canvas<'_>, area: Rect, card: &Card, chosen: bool, cx: &Shared) {
        let (first, second) = top(area, 1);
        let inside = |row: Rect| Rect { x: row.x + 1.min(row.width), width: row.width.saturating_sub(1), ..row };
        let quality = format!("Q{}", card.quality);
        let first_inside = inside(first);
        let name = Rect { width: first_inside.width.saturating_sub(quality.len() as u16 + 1), ..first_inside };
        canvas.put(name, &card.name, Role::Text);
        canvas.put_right(first_inside, &quality, Role::Muted);
        if second.height > 0 {
            let mine = card
                .owner
                .as_ref()
                .map(|owner| if *owner == cx.me.name { " mine".to_owned() } else { format!(" {owner}") })
                .unwrap_or_default();
            let age = format!(" {}{mine}", stay(canvas.now.since(card.since)));
            let row = inside(second);
            let width = (crate::tui::widgets::text::width(&age) as u16).min(row.width);
            canvas.put(Rect { width: row.width - width, ..row }, &card.company, Role::Muted);
            canvas.put_right(row, &age, Role::Muted);
        }
        if chosen {
            canvas.tint(area, Role::Selected);
            canvas.put(first, canvas.look.glyphs.cursor, Role::Selected);
            canvas.point(Position { x: first.x, y: first.y });
        }
    }
}

/// How long a card has stood; seconds would only flicker, and every one of them would be written.
fn stay(span: Duration) -> String {
    if span < Duration::from_mins(1) { "now".to_owned() } else { words::span(span) }
}

fn what_is_missing(way: &WayView) -> String {
    let fields: Vec<_> = way.missing.iter().map(|field| field.field.label().to_lowercase()).collect();
    let mut parts = Vec::new();
    if !fields.is_empty() {
        parts.push(format!("{} missing", fields.join(", ")));
    }
    parts.extend(way.unmet.iter().map(ToString::to_string));
    parts.join("; ")
}

fn in_a_line(needs: &CardView) -> String {
    let stuck = if needs.stuck { "stuck! " } else { "" };
    match needs.ways.first() {
        None => format!("{}: the end of its way", needs.card.name),
        Some(way) => match what_is_missing(way).as_str() {
            "" => format!("{stuck}{}: ready for {}, L moves it", needs.card.name, way.title),
            missing => format!("{stuck}{}: for {} {missing}", needs.card.name, way.title),
        },
    }
}

fn tall(canvas: &mut Canvas<'_>, area: Rect, needs: &CardView) {
    let mut rest = area;
    let mut say = |canvas: &mut Canvas<'_>, words: &str, role: Role| {
        let used = canvas.paragraph(rest, words, role).max(1);
        rest = top(rest, used).1;
    };
    let contact = &needs.contact;
    for line in [&contact.title, &contact.company, &contact.email, &contact.phone] {
        if !line.is_empty() {
            say(canvas, line, Role::Text);
        }
    }
    let owner = needs.card.owner.as_ref().map_or("nobody", |owner| owner.as_str());
    say(
        canvas,
        &format!("here for {}, owner {owner}", words::age(needs.card.since, canvas.now)),
        if needs.stuck { Role::Warn } else { Role::Muted },
    );
    if !needs.card.tags.is_empty() {
        let tags: Vec<_> = needs.card.tags.iter().map(ToString::to_string).collect();
        say(canvas, &format!("lists: {}", tags.join(", ")), Role::Muted);
    }
    say(canvas, "", Role::Text);
    if needs.ways.is_empty() {
        say(canvas, "This is the end of its way.", Role::Muted);
    }
    for way in &needs.ways {
        match what_is_missing(way).as_str() {
            "" => say(canvas, &format!("{} {}: ready", canvas.look.glyphs.arrow, way.title), Role::Good),
            missing => say(canvas, &format!("{} {}: {missing}", canvas.look.glyphs.arrow, way.title), Role::Muted),
        }
    }
}
