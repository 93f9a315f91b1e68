//! Pipeline: the board over the three lifecycles, one lifecycle's stages side by side, and beside them what the card
//! under the cursor needs to move on.

mod paint;

use super::{Heard, View, moves::Moves};
use crate::{
    domain::{LeadId, Lifecycle, Position},
    services::{Board, BoardFilter, Card, CardKey, CardView, Lane, StageLane, Whom},
    tui::{
        action::{Action, Context, Need},
        app::missing,
        canvas::Canvas,
        desk::{Answer, Command, Failure, Query, Told},
        event::Slot,
        overlays::{Purpose, Reply, gaps::Gaps, menu::Menu},
        shared::{Order, Shared},
        widgets::filter::Filter,
    },
};
use ratatui::layout::Rect;
use std::{borrow::Cow, cell::Cell};

/// Cards of one stage that are kept; a longer stage is narrowed by the filter.
const CARDS_KEPT: usize = 1_000;
/// Cards from the end at which the next ones are asked for.
const AHEAD: usize = 5;

/// The board.
#[derive(Default)]
pub struct Pipeline {
    board: Option<Board>,
    /// Which lifecycle, which of its stages, which card of it.
    lane: usize,
    stage: usize,
    place: usize,
    chosen: Option<LeadId>,
    filter: Filter,
    mine: bool,
    card: Option<Box<CardView>>,
    moves: Moves,
    /// First stage drawn and how many cards fit: settled by the last drawing.
    window: Cell<(usize, usize)>,
}

impl Pipeline {
    fn filter(&self, cx: &Shared) -> BoardFilter {
        BoardFilter { owner: self.mine.then(|| cx.me.name.clone()), text: self.filter.text().to_owned(), tag: None }
    }

    fn lane(&self) -> Option<&Lane> {
        self.board.as_ref()?.lanes.get(self.lane)
    }

    fn stage(&self) -> Option<&StageLane> {
        self.lane()?.stages.get(self.stage)
    }

    fn chosen(&self) -> Option<&Card> {
        self.stage()?.cards.get(self.place)
    }

    /// What the chosen card needs, once it is known.
    fn needs(&self) -> Option<&CardView> {
        let lead = self.chosen()?.lead;
        self.card.as_deref().filter(|card| card.card.lead == lead)
    }

    fn ask(&self, cx: &mut Shared) {
        cx.forget(Slot::Cards);
        let filter = self.filter(cx);
        cx.ask(Slot::Board, Query::Board(filter));
    }

    /// After every step: the cursor within bounds, and what hangs on it asked for.
    fn settle(&mut self, cx: &mut Shared) {
        let lanes = self.board.as_ref().map_or(0, |board| board.lanes.len());
        self.lane = self.lane.min(lanes.saturating_sub(1));
        self.stage = self.stage.min(self.lane().map_or(0, |lane| lane.stages.len()).saturating_sub(1));
        self.place = self.place.min(self.stage().map_or(0, |stage| stage.cards.len()).saturating_sub(1));
        self.chosen = self.chosen().map(|card| card.lead);
        match self.chosen {
            Some(lead) if self.needs().is_none() => cx.ask(Slot::Card, Query::Card(lead)),
            Some(_) => {}
            None => cx.forget(Slot::Card),
        }
        if let (Some(lane), Some(stage)) = (self.lane(), self.stage()) {
            let near_end =
                self.place + AHEAD >= stage.cards.len() && (stage.cards.len() as u64) < stage.count && stage.cards.len() < CARDS_KEPT;
            if let Some(last) = stage.cards.last().filter(|_| near_end && !cx.waits(Slot::Cards)) {
                let position = Position { lifecycle: lane.lifecycle, stage: stage.stage.clone() };
                let after = CardKey { since: last.since, lead: last.lead };
                let filter = self.filter(cx);
                cx.ask(Slot::Cards, Query::Cards { position, filter, after });
            }
        }
    }

    fn across(&mut self, right: bool) {
        let stages = self.lane().map_or(0, |lane| lane.stages.len());
        let lanes = self.board.as_ref().map_or(0, |board| board.lanes.len());
        if right && self.stage + 1 < stages {
            self.stage += 1;
        } else if right && self.lane + 1 < lanes {
            self.lane += 1;
            self.stage = 0;
        } else if !right && self.stage > 0 {
            self.stage -= 1;
        } else if !right && self.lane > 0 {
            self.lane -= 1;
            self.stage = self.lane().map_or(0, |lane| lane.stages.len().saturating_sub(1));
        }
    }

    fn next_lane(&mut self, step: usize) {
        let lanes = self.board.as_ref().map_or(1, |board| board.lanes.len().max(1));
        self.lane = (self.lane + step) % lanes;
        self.stage = 0;
        self.place = 0;
    }

    fn move_menu(&self, cx: &mut Shared) {
        let Some(needs) = self.needs() else { return };
        let ways = needs.ways.iter().map(|way| {
            let missing: Vec<_> = way.missing.iter().map(|field| field.field.label()).collect();
            let note = if !missing.is_empty() {
                format!("asks for {}", missing.join(", "))
            } else if let Some(unmet) = way.unmet.first() {
                unmet.to_string()
            } else if way.converts {
                format!("becomes a {}", way.to.lifecycle.label().to_lowercase())
            } else {
                String::new()
            };
            (way.title.to_string(), note)
        });
        cx.open(Menu::new(Purpose::MoveTo, format!("Move {} to", needs.card.name), ways, 0));
    }

    fn step(&mut self, action: Action) -> bool {
        let page = self.window.get().1.max(1);
        let last = self.stage().map_or(0, |stage| stage.cards.len()).saturating_sub(1);
        self.place = match action {
            Action::Down => self.place + 1,
            Action::Up => self.place.saturating_sub(1),
            Action::First => 0,
            Action::Last => last,
            Action::HalfDown => self.place + page.div_ceil(2),
            Action::HalfUp => self.place.saturating_sub(page.div_ceil(2)),
            Action::PageDown => self.place + page,
            Action::PageUp => self.place.saturating_sub(page),
            _ => return false,
        }
        .min(last);
        true
    }
}

impl View for Pipeline {
    fn refresh(&mut self, cx: &mut Shared) {
        self.ask(cx);
    }

    fn act(&mut self, action: Action, cx: &mut Shared) -> Heard {
        let lead = self.chosen;
        match action {
            Action::Left => self.across(false),
            Action::Right => self.across(true),
            Action::NextPane => self.next_lane(1),
            Action::PreviousPane => self.next_lane(self.board.as_ref().map_or(0, |board| board.lanes.len().saturating_sub(1))),
            Action::MoveOn | Action::MoveBack => {
                if let Some(lead) = lead {
                    let command = if action == Action::MoveOn { Command::Forward(lead) } else { Command::Back(lead) };
                    self.moves.send(lead, command, cx);
                }
            }
            Action::MoveTo => self.move_menu(cx),
            Action::Mine => {
                if let Some(card) = self.chosen() {
                    let owner = (card.owner.as_ref() != Some(&cx.me.name)).then(|| cx.me.name.clone());
                    cx.tell(Command::Own { lead: card.lead, owner });
                }
            }
            Action::Open => {
                if let Some(card) = self.chosen() {
                    cx.order(Order::Record(card.contact));
                }
            }
            Action::FillGaps => {
                if let Some(card) = self.chosen() {
                    let layer = Gaps::open(vec![(card.name.to_string(), Whom::People(vec![card.contact]))], cx);
                    cx.open(layer);
                }
            }
            Action::Filter => self.filter.open(),
            Action::Sort => {
                let choices = [("everybody's cards", ""), ("my cards", "those you own; a makes a card yours")];
                cx.open(Menu::new(Purpose::Sort, "Show", choices, usize::from(self.mine)));
            }
            Action::Copy => {
                if let Some(needs) = self.needs() {
                    let contact = &needs.contact;
                    let choices =
                        [("name", &contact.name), ("e-mail", &contact.email), ("phone", &contact.phone), ("company", &contact.company)];
                    cx.open(Menu::new(Purpose::Copy, "Copy", choices.map(|(title, value)| (title, value.to_string())), 0));
                }
            }
            Action::Back => {
                if !self.filter.clear() {
                    return Heard::Pass;
                }
                self.ask(cx);
            }
            _ if self.step(action) => {}
            _ => return Heard::Pass,
        }
        self.settle(cx);
        Heard::Used
    }

    fn lacks(&self, need: Need, _: &Shared) -> Option<Cow<'static, str>> {
        let card = self.chosen().is_some();
        match need {
            Need::Row if !card => Some(Cow::Borrowed("no card is chosen")),
            Need::StageBack => missing(need, card && (self.lane > 0 || self.stage > 0)),
            Need::StageOn => missing(need, card && self.stage().is_some_and(|stage| !stage.exit)),
            Need::Link => Some(Cow::Borrowed("open the card first")),
            _ => None,
        }
    }

    fn hints(&self) -> &'static [Action] {
        &[
            Action::MoveOn,
            Action::MoveBack,
            Action::MoveTo,
            Action::Open,
            Action::Mine,
            Action::Right,
            Action::Filter,
            Action::Sort,
            Action::Undo,
        ]
    }

    fn filter(&self) -> Option<(&Filter, Context)> {
        Some((&self.filter, Context::Pipeline))
    }

    fn filter_mut(&mut self) -> Option<&mut Filter> {
        Some(&mut self.filter)
    }

    fn sifted(&mut self, cx: &mut Shared) {
        self.ask(cx);
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Shared) {
        match (slot, answer) {
            (Slot::Board, Answer::Board(board)) => {
                self.board = Some(board);
                // The cursor stays with its card while the card stays in its stage; else it is on what follows.
                let chosen = self.chosen;
                if let Some(place) = self.stage().and_then(|stage| stage.cards.iter().position(|card| Some(card.lead) == chosen)) {
                    self.place = place;
                }
                self.card = None;
                self.settle(cx);
            }
            (Slot::Cards, Answer::Cards(position, cards)) => {
                let lanes = self.board.iter_mut().flat_map(|board| &mut board.lanes).filter(|lane| lane.lifecycle == position.lifecycle);
                for stage in lanes.flat_map(|lane| &mut lane.stages).filter(|stage| stage.stage == position.stage) {
                    stage.cards.extend(cards.iter().cloned());
                    stage.cards.truncate(CARDS_KEPT);
                }
            }
            (Slot::Card, Answer::Card(card)) => self.card = Some(card),
            _ => {}
        }
    }

    fn told(&mut self, command: &Command, result: &Result<Told, Failure>, cx: &mut Shared) {
        self.moves.told(command, result, cx);
    }

    fn replied(&mut self, purpose: Purpose, reply: Reply, cx: &mut Shared) {
        match (purpose, reply) {
            (Purpose::MoveForm, Reply::Filled(values)) => self.moves.filled(&values, cx),
            (Purpose::MoveTo, Reply::Chosen(place)) => {
                let way = self.needs().and_then(|needs| Some((needs.card.lead, needs.card.version, needs.ways.get(place)?.to.clone())));
                if let Some((lead, version, to)) = way {
                    self.moves.send(lead, Command::Move { lead, to, choices: Vec::new(), version: Some(version) }, cx);
                }
            }
            (Purpose::Sort, Reply::Chosen(place)) => {
                self.mine = place == 1;
                self.ask(cx);
            }
            (Purpose::Copy, Reply::Chosen(place)) => {
                if let Some(needs) = self.needs() {
                    let contact = &needs.contact;
                    let values =
                        [("name", &contact.name), ("e-mail", &contact.email), ("phone", &contact.phone), ("company", &contact.company)];
                    if let Some((title, value)) = values.get(place).map(|(title, value)| (*title, value.to_string())) {
                        cx.copy(title, &value);
                    }
                }
            }
            _ => {}
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared) {
        self.paint(canvas, area, cx);
    }

    fn remember(&self) -> serde_json::Value {
        let lane = self.lane().map(|lane| lane.lifecycle.key());
        serde_json::json!({ "lane": lane, "stage": self.stage, "filter": self.filter.text(), "mine": self.mine, "chosen": self.chosen.map(|lead| lead.to_string()) })
    }

    fn recall(&mut self, memory: &serde_json::Value) {
        self.lane = Lifecycle::ALL.iter().position(|lifecycle| memory["lane"] == lifecycle.key()).unwrap_or(0);
        self.stage = memory["stage"].as_u64().unwrap_or(0) as usize;
        self.filter.set(memory["filter"].as_str().unwrap_or_default());
        self.mine = memory["mine"] == true;
        self.chosen = memory["chosen"].as_str().and_then(|id| id.parse().ok());
    }
}
