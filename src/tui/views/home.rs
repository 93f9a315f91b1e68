//! Home: what needs a person now, one key away. Every line that leads somewhere can be chosen.

use super::{Heard, View};
use crate::{
    domain::{Lifecycle, ReviewKind, Source},
    services::{self, HaloState, SourceStanding, SourceState},
    tui::{
        action::{Action, Context, Need},
        app::missing,
        canvas::{Canvas, columns, left, top},
        desk::{Answer, Query},
        event::Slot,
        shared::{Order, Shared},
        theme::Role,
        words,
    },
};
use ratatui::layout::{Position, Rect};
use std::borrow::Cow;

/// A line that leads somewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Target {
    Kind(ReviewKind),
    Refused,
    Board(Lifecycle),
    Stuck,
    Sync,
    Source(Source),
}

/// Which box a line stands in, for Left, Right and Tab.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pane {
    Review,
    Pipeline,
    Sources,
}

impl Target {
    fn pane(self) -> Pane {
        match self {
            Self::Kind(_) | Self::Refused => Pane::Review,
            Self::Board(_) | Self::Stuck | Self::Sync => Pane::Pipeline,
            Self::Source(_) => Pane::Sources,
        }
    }
}

/// The first screen.
#[derive(Default)]
pub struct Home {
    home: Option<services::Home>,
    cursor: usize,
}

impl Home {
    fn targets(&self) -> Vec<Target> {
        let Some(home) = &self.home else { return Vec::new() };
        let kinds = home.reviews.iter().map(|(kind, _)| Target::Kind(*kind));
        let refused = (home.outbox.dead > 0).then_some(Target::Refused);
        let board = home.pipeline.iter().map(|count| Target::Board(count.lifecycle));
        let stuck = (home.stuck > 0).then_some(Target::Stuck);
        let sources = home.sources.iter().map(|source| Target::Source(source.source));
        kinds.chain(refused).chain(board).chain(stuck).chain([Target::Sync]).chain(sources).collect()
    }

    fn chosen(&self) -> Option<Target> {
        self.targets().get(self.cursor).copied()
    }

    fn go_to_pane(&mut self, step: isize) {
        const PANES: [Pane; 3] = [Pane::Review, Pane::Pipeline, Pane::Sources];
        let targets = self.targets();
        let here = targets.get(self.cursor).map_or(0, |target| PANES.iter().position(|pane| *pane == target.pane()).unwrap_or(0));
        let wanted = PANES[(here as isize + step).rem_euclid(PANES.len() as isize) as usize];
        self.cursor = targets.iter().position(|target| target.pane() == wanted).unwrap_or(self.cursor);
    }

    fn open(&self, cx: &mut Shared) {
        cx.order(match self.chosen() {
            Some(Target::Kind(kind)) => Order::Review(Some(kind)),
            Some(Target::Refused | Target::Sync) => Order::Go(Context::Sync),
            Some(Target::Board(_) | Target::Stuck) => Order::Go(Context::Pipeline),
            Some(Target::Source(source)) => Order::Source(source),
            None => return,
        });
    }

    /// A line of a box: a name, a number, and what follows; the cursor where it leads somewhere chosen.
    fn line(&self, canvas: &mut Canvas<'_>, row: Rect, target: Option<Target>, name: &str, number: &str, name_role: Role) -> Rect {
        let chosen = target.is_some() && self.chosen() == target;
        if chosen {
            canvas.put(row, canvas.look.glyphs.cursor, Role::Focus);
            canvas.point(Position { x: row.x, y: row.y });
        }
        let role = if chosen { Role::Focus } else { name_role };
        let name_area = Rect { x: row.x + 2.min(row.width), width: 17.min(row.width.saturating_sub(2)), ..row };
        canvas.put(name_area, name, role);
        let number_area = Rect { x: name_area.right(), width: 8.min(row.right().saturating_sub(name_area.right())), ..row };
        canvas.put_right(number_area, number, role);
        Rect { x: number_area.right() + 2, width: row.right().saturating_sub(number_area.right() + 2), ..row }
    }

    fn reviews(&self, canvas: &mut Canvas<'_>, area: Rect, home: &services::Home) {
        let all: u64 = home.reviews.iter().map(|(_, count)| count).sum();
        let inner = canvas.panel(area, &format!("Review {}", words::count(all)), false);
        let mut rows = crate::tui::canvas::rows(inner);
        for (kind, count) in &home.reviews {
            let Some(row) = rows.next() else { return };
            let rest = self.line(canvas, row, Some(Target::Kind(*kind)), kind.label(), &words::count(*count), Role::Text);
            canvas.bar(Rect { width: rest.width.min(20), ..rest }, *count, all, Role::Bar);
        }
        if home.outbox.dead > 0
            && let Some(row) = rows.next()
        {
            let rest = self.line(canvas, row, Some(Target::Refused), "refused writes", &words::count(home.outbox.dead), Role::Bad);
            canvas.put(rest, if rest.width < 11 { "needs you" } else { "! needs you" }, Role::Bad);
        }
        let narrow = inner.width < 50;
        if let Some(words) = if narrow { home.auto_merges.short() } else { home.auto_merges.words() }
            && let Some(row) = rows.next()
        {
            canvas.put(Rect { x: row.x + 2, width: row.width.saturating_sub(2), ..row }, &words, Role::Muted);
        }
        if all == 0
            && let Some(row) = rows.next()
        {
            canvas.put(Rect { x: row.x + 2, width: row.width.saturating_sub(2), ..row }, "Nothing waits for you.", Role::Good);
        }
    }

    fn pipeline(&self, canvas: &mut Canvas<'_>, area: Rect, home: &services::Home) {
        let inner = canvas.panel(area, "Pipeline", false);
        let mut rows = crate::tui::canvas::rows(inner);
        for count in &home.pipeline {
            let Some(row) = rows.next() else { return };
            let rest = self.line(
                canvas,
                row,
                Some(Target::Board(count.lifecycle)),
                count.lifecycle.label(),
                &words::count(count.cards),
                Role::Text,
            );
            if count.today > 0 {
                canvas.put(rest, &format!("+{} today", words::count(count.today)), Role::Muted);
            }
        }
        if home.stuck > 0
            && let Some(row) = rows.next()
        {
            self.line(canvas, row, Some(Target::Stuck), "stuck too long", &words::count(home.stuck), Role::Warn);
        }
    }

    fn sync(&self, canvas: &mut Canvas<'_>, area: Rect, home: &services::Home, cx: &Shared) {
        let inner = canvas.panel(area, "Sync", false);
        let mut rows = crate::tui::canvas::rows(inner);
        let Some(row) = rows.next() else { return };
        let rest = self.line(canvas, row, Some(Target::Sync), "outbox", &words::count(home.outbox.pending), Role::Text);
        if let Some(oldest) = home.outbox.oldest {
            canvas.put(rest, &format!("oldest {}", words::age(oldest, canvas.now)), Role::Muted);
        }
        let Some(status) = &cx.status else { return };
        let (words, role) = halo_words(&status.halo);
        if let Some(row) = rows.next() {
            canvas.put(Rect { x: row.x + 2, width: row.width.saturating_sub(2), ..row }, &words, role);
        }
        if let (Some(at), Some(row)) = (status.pulled_at, rows.next()) {
            let words = format!("last pull {}", canvas.moment(at));
            canvas.put(Rect { x: row.x + 2, width: row.width.saturating_sub(2), ..row }, &words, Role::Muted);
        }
    }

    fn sources(&self, canvas: &mut Canvas<'_>, area: Rect, home: &services::Home) {
        let inner = canvas.panel(area, &format!("Sources {}", home.sources.len()), false);
        // With more sources than room, the window follows the cursor.
        let height = usize::from(inner.height);
        let chosen = home.sources.iter().position(|source| self.chosen() == Some(Target::Source(source.source)));
        let skip = chosen.map_or(0, |place| place.saturating_sub(height.saturating_sub(1)));
        for (row, source) in crate::tui::canvas::rows(inner).zip(home.sources.iter().skip(skip)) {
            let (standing, role) = standing(source.state);
            let rest = self.line(canvas, row, Some(Target::Source(source.source)), source.source.label(), "", Role::Text);
            let rest = Rect { x: rest.x.saturating_sub(9), width: rest.width + 9, ..rest };
            let used = canvas.put(Rect { width: 12.min(rest.width), ..rest }, standing, role);
            let rest = Rect { x: rest.x + 12.max(used), width: rest.width.saturating_sub(12.max(used)), ..rest };
            canvas.put(rest, &source_words(canvas, source), Role::Muted);
        }
        let hidden = home.sources.len().saturating_sub(height);
        if hidden > 0 {
            canvas.panel_note(area, &format!("and {hidden} more"));
        }
    }

    fn since(canvas: &mut Canvas<'_>, area: Rect, home: &services::Home) {
        let at = home.last_look.map(|at| format!(" ({})", canvas.moment(at))).unwrap_or_default();
        let inner = canvas.panel(area, &format!("Since you last looked{at}"), false);
        let body = Rect { x: inner.x + 2.min(inner.width), width: inner.width.saturating_sub(3), ..inner };
        if home.since.is_empty() {
            canvas.put(body, "Nobody decided anything meanwhile.", Role::Muted);
        }
        for (row, deed) in crate::tui::canvas::rows(body).zip(&home.since) {
            canvas.line(
                row,
                &[
                    (&deed.actor, Role::Title),
                    (" ", Role::Text),
                    (done(&deed.action), Role::Text),
                    (" ", Role::Text),
                    (&words::count(deed.times), Role::Text),
                ],
            );
        }
    }
}

/// What a decision of that kind is called once it is made.
fn done(action: &str) -> &str {
    match action {
        "create" => "created",
        "join" | "merge" => "merged",
        "drop" => "dropped",
        "edit" => "edited",
        "move" => "moved",
        "defer" => "put off",
        "settle" => "settled",
        "confirm" => "confirmed",
        "refute" => "took apart",
        "undo" => "took back",
        other => other,
    }
}

/// How HaloPSA is doing, in words.
pub fn halo_words(halo: &HaloState) -> (Cow<'_, str>, Role) {
    match halo {
        HaloState::NotConfigured => {
            (Cow::Borrowed("HaloPSA is not set up: fill [halopsa] of leadloom.toml, then leadloom setup"), Role::Warn)
        }
        HaloState::Unknown => (Cow::Borrowed("HaloPSA was not asked yet"), Role::Muted),
        HaloState::Ok => (Cow::Borrowed("HaloPSA ok"), Role::Good),
        HaloState::Trouble(why) => (Cow::Borrowed(why.as_str()), Role::Bad),
    }
}

/// How a source stands, in a word.
pub fn standing(state: SourceStanding) -> (&'static str, Role) {
    match state {
        SourceStanding::NotConfigured => ("no key", Role::Muted),
        SourceStanding::FileOnly => ("by file", Role::Muted),
        SourceStanding::Idle => ("idle", Role::Good),
        SourceStanding::Running => ("running", Role::Info),
        SourceStanding::Waiting => ("waiting", Role::Warn),
        SourceStanding::Paused => ("paused", Role::Warn),
        SourceStanding::Refused => ("! login", Role::Bad),
        SourceStanding::Failed => ("! failed", Role::Bad),
    }
}

/// The last run in a few words; what went wrong comes before how much came in.
fn source_words(canvas: &Canvas<'_>, source: &SourceState) -> String {
    let mut out = Vec::new();
    if let Some(run) = &source.last {
        out.push(canvas.moment(run.started_at));
    }
    if !source.note.is_empty() {
        out.push(source.note.to_string());
    }
    if let Some(run) = source.last.as_ref().filter(|run| run.counters.read > 0) {
        out.push(format!("+{} new", words::count(run.counters.created)));
        out.push(format!("{} to review", words::count(run.counters.review)));
    }
    if let Some(credits) = source.credits {
        out.push(format!("{} credits", words::count(credits.max(0) as u64)));
    }
    out.join("  ")
}

impl View for Home {
    fn refresh(&mut self, cx: &mut Shared) {
        cx.ask(Slot::Home, Query::Home);
    }

    fn act(&mut self, action: Action, cx: &mut Shared) -> Heard {
        let last = self.targets().len().saturating_sub(1);
        match action {
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::First => self.cursor = 0,
            Action::Last => self.cursor = last,
            Action::Left | Action::PreviousPane => self.go_to_pane(-1),
            Action::Right | Action::NextPane => self.go_to_pane(1),
            Action::Open => self.open(cx),
            _ => return Heard::Pass,
        }
        Heard::Used
    }

    fn lacks(&self, need: Need, _: &Shared) -> Option<Cow<'static, str>> {
        (need == Need::Row).then(|| missing(need, self.chosen().is_some())).flatten()
    }

    fn hints(&self) -> &'static [Action] {
        &[
            Action::GoReview,
            Action::GoPipeline,
            Action::GoImports,
            Action::Open,
            Action::Palette,
            Action::Undo,
            Action::Refresh,
            Action::Quit,
        ]
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Shared) {
        if let (Slot::Home, Answer::Home(home)) = (slot, answer) {
            let chosen = self.chosen();
            cx.callable = home.sources.iter().filter(|source| callable(source)).map(|source| source.source).collect();
            let mut home = home;
            // Where there is no room for all, those that never ran are the ones to miss.
            home.sources.sort_by_key(|source| source.last.is_none());
            self.home = Some(home);
            let targets = self.targets();
            // The cursor stays on its line though lines come and go.
            self.cursor = chosen
                .and_then(|chosen| targets.iter().position(|target| *target == chosen))
                .unwrap_or_else(|| self.cursor.min(targets.len().saturating_sub(1)));
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared) {
        let Some(home) = &self.home else {
            canvas.put(Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }, "reading", Role::Muted);
            return;
        };
        if home.contacts == 0 && home.sources.iter().all(|source| source.last.is_none()) {
            return first_run(canvas, area, home, cx);
        }
        let told = u16::from(home.auto_merges.words().is_some());
        let boxes = (home.reviews.len() as u16 + u16::from(home.outbox.dead > 0) + told)
            .max(home.pipeline.len() as u16 + u16::from(home.stuck > 0))
            .max(3)
            + 2;
        let (head, rest) = top(area, boxes.min(area.height / 3 + 2));
        let parts = columns(head, 3);
        if cx.two_panes() {
            self.reviews(canvas, parts[0], home);
            self.pipeline(canvas, parts[1], home);
            self.sync(canvas, parts[2], home, cx);
            let (sources, since) = left(rest, rest.width * 2 / 3);
            self.sources(canvas, sources, home);
            Self::since(canvas, since, home);
        } else {
            let halves = columns(head, 2);
            self.reviews(canvas, halves[0], home);
            self.pipeline(canvas, halves[1], home);
            let wanted = home.sources.len() as u16 + 2;
            let (sources, rest) = top(rest, wanted.min(rest.height.saturating_sub(5)).max(4));
            self.sources(canvas, sources, home);
            let (sync, since) = left(rest, rest.width / 2);
            self.sync(canvas, sync, home, cx);
            Self::since(canvas, since, home);
        }
    }

    fn remember(&self) -> serde_json::Value {
        serde_json::json!({ "cursor": self.cursor })
    }

    fn recall(&mut self, memory: &serde_json::Value) {
        self.cursor = memory["cursor"].as_u64().unwrap_or(0) as usize;
    }
}

/// It has an API and a key for it.
pub fn callable(source: &SourceState) -> bool {
    !matches!(source.state, SourceStanding::NotConfigured | SourceStanding::FileOnly)
}

/// Nothing has been imported yet: says the two ways to begin.
fn first_run(canvas: &mut Canvas<'_>, area: Rect, home: &services::Home, cx: &Shared) {
    let inner = canvas.panel(area, "Welcome", true);
    let mut rest = Rect { x: inner.x + 2, width: inner.width.saturating_sub(4), ..inner };
    let imports = cx.keymap.key(Action::GoImports);
    let ready: Vec<_> = home.sources.iter().filter(|source| callable(source)).map(|source| source.source.label()).collect();
    let file = cx.keymap.key(Action::ImportFile);
    let halo = match cx.status.as_ref().map(|status| &status.halo) {
        Some(HaloState::NotConfigured) => {
            "HaloPSA is not set up yet. Records can be imported and reviewed all the same; to send them, set [halopsa] in leadloom.toml, leave with q and run: leadloom setup"
        }
        _ => "HaloPSA is set up. What is accepted here is sent there a few seconds later.",
    };
    let sources = if ready.is_empty() {
        "No source has a key yet. Keys stand in leadloom.toml or the environment (APOLLO_API_KEY, …); files need none.".to_owned()
    } else {
        format!("Sources with a key: {}. Press {imports}, choose one, and press i.", ready.join(", "))
    };
    let lines = [
        ("Nothing has been imported yet.".to_owned(), Role::Title),
        (sources, Role::Text),
        (
            format!(
                "A file: press {imports}, then {file}, and choose a CSV, XLSX or JSON export. You see how it is understood before anything happens."
            ),
            Role::Text,
        ),
        (halo.to_owned(), Role::Text),
        (format!("Just looking? leadloom demo shows a made-up world. {} lists every key.", cx.keymap.key(Action::Help)), Role::Muted),
    ];
    for (words, role) in lines {
        let used = canvas.paragraph(rest, &words, role) + 1;
        rest = top(rest, used).1;
    }
}
