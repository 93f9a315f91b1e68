//! Review: the questions that wait for a person, with the suggestion in full beside them, so that most take one key.
//! A decided row leaves at once and the cursor is on the next; should the desk refuse, the row comes back.

mod detail;

pub use detail::evidence;

use super::{Heard, View};
use crate::{
    domain::{Choice, ContactId, Field, ReviewId, ReviewKind, Text, Timestamp, Value},
    services::{MergeChoice, Question, ReviewFilter, ReviewKey, ReviewRow},
    tui::{
        action::{Action, Context, Need},
        app::missing,
        canvas::{Canvas, bottom, left, top},
        desk::{Answer, Command, Failure, Query, Told, Verb},
        event::Slot,
        overlays::{
            Purpose, Reply,
            dialog::Dialog,
            form::{Entry, Form},
            menu::Menu,
        },
        shared::{Order, Shared, Tone},
        theme::Role,
        widgets::{
            filter::Filter,
            table::{Column, Item, Table},
        },
        words,
    },
};
use ratatui::layout::Rect;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

/// Rows of a page: two screens of the tallest window, and one transaction's worth of reading.
const PAGE: u32 = 100;
/// Rows that an order other than the queue's own is made over.
const SORTED: u32 = 500;
/// More decisions than that at once are asked about.
const ASK_ABOVE: usize = 25;

/// Fields of an incoming record that a person corrects.
const AMENDED: [Field; 9] = [
    Field::FullName,
    Field::FirstName,
    Field::LastName,
    Field::JobTitle,
    Field::Email,
    Field::Phone,
    Field::Mobile,
    Field::CompanyName,
    Field::CompanyDomain,
];

impl Item for ReviewRow {
    type Id = ReviewId;
    fn id(&self) -> ReviewId {
        self.id
    }
}

/// In which order the rows stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sort {
    Weight,
    Quality,
    Company,
    Newest,
}

const SORTS: [(Sort, &str, &str); 4] = [
    (Sort::Weight, "weight", "what matters most first"),
    (Sort::Quality, "quality", "best records first"),
    (Sort::Company, "company", "colleagues together"),
    (Sort::Newest, "newest", "what came in last first"),
];

/// The queue.
pub struct Review {
    rows: Table<ReviewRow>,
    kind: Option<ReviewKind>,
    filter: Filter,
    sort: Sort,
    total: Option<u64>,
    counts: Vec<(ReviewKind, u64)>,
    question: Option<Box<Question>>,
    /// Like the chosen one, but further down than the rows that are loaded.
    beyond: Vec<ReviewId>,
    /// Marked by "same reason": the next decision shows what it is about before it is made.
    alike: bool,
    asking: Option<(Verb, Vec<ReviewId>)>,
    last: Option<Verb>,
    /// Fields corrected by hand, by question.
    corrections: BTreeMap<ReviewId, Vec<Choice>>,
    /// Decided and not yet confirmed; a refresh that still shows them is older than the decision.
    leaving: BTreeSet<ReviewId>,
    done: u64,
    since: Option<Timestamp>,
    loaded: bool,
}

impl Default for Review {
    fn default() -> Self {
        Self {
            rows: Table::default(),
            kind: None,
            filter: Filter::default(),
            sort: Sort::Weight,
            total: None,
            counts: Vec::new(),
            question: None,
            beyond: Vec::new(),
            alike: false,
            asking: None,
            last: None,
            corrections: BTreeMap::new(),
            leaving: BTreeSet::new(),
            done: 0,
            since: None,
            loaded: false,
        }
    }
}

impl Review {
    /// Shows one kind only, or all.
    pub fn only(&mut self, kind: Option<ReviewKind>) {
        if self.kind != kind {
            self.kind = kind;
            self.rows.step(Action::First);
        }
    }

    /// The question after `decided` that has somebody to compare with; `decided` leaves the list.
    pub fn next_pair(&mut self, decided: ReviewId) -> Option<ReviewId> {
        self.take_out(&[decided]);
        let here = self.rows.place();
        let pairs = |row: &&ReviewRow| !matches!(row.kind, ReviewKind::LowQuality | ReviewKind::Audit);
        let next = self.rows.items().iter().skip(here).find(pairs).or_else(|| self.rows.items().iter().find(pairs)).map(Item::id);
        if let Some(id) = &next {
            self.rows.choose(id);
        }
        next
    }

    /// `3 of 816` for the merge screen.
    pub fn position(&self) -> String {
        self.rows.note(self.total)
    }

    /// What follows the chosen row.
    pub fn following(&self) -> impl Iterator<Item = &ReviewRow> {
        self.rows.items().iter().skip(self.rows.place() + 1)
    }

    fn filter(&self) -> ReviewFilter {
        ReviewFilter { kind: self.kind, text: self.filter.text().to_owned(), pattern: None, source: None }
    }

    fn ask(&self, cx: &mut Shared) {
        let limit = if self.sort == Sort::Weight { PAGE } else { SORTED };
        cx.forget(Slot::QueueMore);
        cx.ask(Slot::Queue, Query::Queue { filter: self.filter(), after: None, limit });
    }

    fn ask_more(&self, cx: &mut Shared) {
        if let Some(last) = self.rows.last().filter(|_| self.rows.wants_more() && !cx.waits(Slot::QueueMore)) {
            let after = Some(ReviewKey { priority: last.priority, id: last.id });
            cx.ask(Slot::QueueMore, Query::Queue { filter: self.filter(), after, limit: PAGE });
        }
    }

    /// The question under the cursor, unless it is already here.
    fn ask_question(&mut self, cx: &mut Shared) {
        match self.rows.chosen_id() {
            Some(id) if self.question.as_ref().is_none_or(|question| question.item.id != id) => cx.ask(Slot::Question, Query::Question(id)),
            Some(_) => {}
            None => {
                self.question = None;
                cx.forget(Slot::Question);
            }
        }
    }

    fn shown(&self) -> Option<&Question> {
        let id = self.rows.chosen_id()?;
        self.question.as_deref().filter(|question| question.item.id == id)
    }

    fn targets(&self) -> Vec<ReviewId> {
        let mut marked = self.rows.marked_ids();
        marked.extend(&self.beyond);
        if marked.is_empty() { self.rows.chosen_id().into_iter().collect() } else { marked }
    }

    fn decide(&mut self, verb: Verb, cx: &mut Shared) {
        let targets = self.targets();
        if targets.len() > ASK_ABOVE || (self.alike && targets.len() > 1) {
            let names: Vec<_> =
                self.rows.items().iter().filter(|row| targets.contains(&row.id)).take(4).map(|row| row.name.as_str()).collect();
            let why = self.shown().map(|question| question.item.reason.to_string()).filter(|_| self.alike).unwrap_or_default();
            let reason = if why.is_empty() { String::new() } else { format!(" ({why})") };
            let words = format!(
                "This will {} {}{reason}: {} and others. u takes them back.",
                verb.word(),
                words::many(targets.len() as u64, "question"),
                names.join(", ")
            );
            self.asking = Some((verb, targets));
            cx.open(Dialog::new(Purpose::Batch, format!("{} all of them?", capital(verb.word())), words));
        } else {
            self.tell(verb, targets, cx);
        }
    }

    fn tell(&mut self, verb: Verb, targets: Vec<ReviewId>, cx: &mut Shared) {
        if targets.is_empty() {
            return;
        }
        self.last = Some(verb);
        self.since.get_or_insert(cx.now);
        self.take_out(&targets);
        let mut together = targets;
        if verb == Verb::Accept {
            // What was corrected by hand goes out with its own question.
            let alone: Vec<_> = together.iter().filter(|review| self.corrections.contains_key(review)).copied().collect();
            let alone = if together.len() == 1 { together.clone() } else { alone };
            together.retain(|review| !alone.contains(review));
            for review in alone {
                let choices = self.corrections.remove(&review).unwrap_or_default();
                cx.tell(Command::Accept { review, choice: MergeChoice { candidate: None, choices } });
            }
        }
        if !together.is_empty() {
            cx.tell(Command::Decide { reviews: together, verb });
        }
        self.ask_question(cx);
        self.ask_more(cx);
    }

    fn take_out(&mut self, gone: &[ReviewId]) {
        self.leaving.extend(gone);
        self.done += gone.len() as u64;
        self.total = self.total.map(|total| total.saturating_sub(gone.len() as u64));
        self.rows.remove(gone);
        self.beyond.clear();
        self.alike = false;
    }

    fn edit(&self, cx: &mut Shared) {
        let Some(question) = self.shown() else { return };
        let fields = &question.incoming.draft.fields;
        let wrong = question.defects.iter().find_map(|defect| defect.field).filter(|field| AMENDED.contains(field));
        let entries = AMENDED.iter().map(|field| field_entry(*field, fields.get(*field)));
        let first = wrong.and_then(|field| AMENDED.iter().position(|known| *known == field)).unwrap_or(0);
        let why = question.defects.first().map(|defect| defect.sentence.to_string()).unwrap_or_default();
        cx.open(Form::new(Purpose::Edit, format!("Correct {}", question.name), why, entries.collect()).at(first));
    }

    /// Keeps what was corrected until the question is decided; it goes out with the decision.
    fn corrected(&mut self, values: &[String], cx: &mut Shared) {
        let Some(question) = self.shown() else { return };
        let choices = changed(&AMENDED, values, |field| question.incoming.draft.fields.get(field).cloned());
        if choices.is_empty() {
            return cx.say(Tone::Plain, "nothing was changed");
        }
        let known = self.corrections.entry(question.item.id).or_default();
        known.retain(|old| choices.iter().all(|new| new.field != old.field));
        known.extend(choices);
        self.show_corrections();
        cx.say(Tone::Good, format!("{} accepts it with that", cx.keymap.key(Action::Accept)));
    }

    /// Shows the corrections as if they had come in so.
    fn show_corrections(&mut self) {
        let Some(question) = &mut self.question else { return };
        for choice in self.corrections.get(&question.item.id).into_iter().flatten() {
            match choice.value.as_ref().and_then(|text| Value::parse(choice.field.kind(), text)) {
                Some(value) => question.incoming.draft.fields.set(choice.field, value),
                None => drop(question.incoming.draft.fields.remove(choice.field)),
            }
            question.defects.retain(|defect| defect.field != Some(choice.field));
        }
    }

    fn copy_menu(&self, cx: &mut Shared) {
        let Some(row) = self.rows.chosen() else { return };
        cx.open(Menu::new(Purpose::Copy, "Copy", copies(row).map(|(title, value)| (title, value.to_string())), 0));
    }

    fn next_kind(&mut self, step: isize, cx: &mut Shared) {
        let kinds: Vec<_> = std::iter::once(None).chain(ReviewKind::ALL.iter().copied().map(Some)).collect();
        let here = kinds.iter().position(|kind| *kind == self.kind).unwrap_or(0);
        self.kind = kinds[here.saturating_add_signed(step).min(kinds.len() - 1)];
        self.rows.step(Action::First);
        self.rows.clear_marks();
        self.ask(cx);
    }

    fn head(&self, canvas: &mut Canvas<'_>, row: Rect) {
        let all: u64 = self.counts.iter().map(|(_, count)| count).sum();
        let kinds = std::iter::once((None, "all", all)).chain(ReviewKind::ALL.iter().map(|kind| {
            let count = self.counts.iter().find(|(known, _)| known == kind).map_or(0, |(_, count)| *count);
            (Some(*kind), kind.label(), count)
        }));
        let mut used = 1;
        for (kind, title, count) in kinds {
            let (words, role) = if kind == self.kind {
                (format!("[{title} {}]", words::count(count)), Role::Tab)
            } else {
                (format!(" {title} {} ", words::count(count)), Role::Muted)
            };
            used += canvas.put(Rect { x: row.x + used, width: row.width.saturating_sub(used), ..row }, &words, role);
        }
        let rest = Rect { x: row.x + used + 1, width: row.width.saturating_sub(used + 1), ..row };
        let sort = SORTS.iter().find(|(sort, ..)| *sort == self.sort).map_or("", |(_, name, _)| name);
        let typed = self.filter.draw(canvas, rest);
        let room = Rect { x: rest.x + typed, width: rest.width.saturating_sub(typed), ..rest };
        let pace = self.pace(canvas.now);
        let note = if pace.is_empty() { format!("by {sort} ") } else { format!("by {sort}   {pace} ") };
        if usize::from(room.width) > note.len() {
            canvas.put_right(room, &note, Role::Muted);
        }
    }

    /// `37 done  12/h`, of this session.
    fn pace(&self, now: Timestamp) -> String {
        let Some(since) = self.since else { return String::new() };
        let hours = now.since(since).as_secs_f64() / 3600.0;
        // An hourly rate of the first minutes would only startle.
        let rate = if hours < 0.1 { String::new() } else { format!("  {:.0}/h", self.done as f64 / hours) };
        format!("{} done{rate}", words::count(self.done))
    }

    fn list(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared) {
        let inner = canvas.panel(area, "", true);
        if self.rows.is_empty() {
            let words = if cx.waits(Slot::Queue) || !self.loaded {
                "reading the queue"
            } else if !self.filter.text().is_empty() {
                "No question matches the filter. Esc clears it."
            } else if self.kind.is_some() {
                "No question of this kind is open. h and l show the others."
            } else {
                "Nothing waits for you. New questions come with imports: 4 shows the sources."
            };
            canvas.paragraph(Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }, words, Role::Muted);
            return;
        }
        // The details beside the list show the address; the list needs its room for names.
        let wide = inner.width >= 100;
        let narrow = [
            Column::number("Q", 2),
            Column::share("Name", 5),
            Column::share("Company", 4),
            Column::share("Why", 6),
            Column::cells("From", 11),
        ];
        let with_email = [
            Column::number("Q", 2),
            Column::share("Name", 4),
            Column::share("Company", 4),
            Column::share("E-mail", 5),
            Column::share("Why", 6),
            Column::cells("From", 11),
        ];
        let columns: &[Column] = if wide { &with_email } else { &narrow };
        self.rows.draw(canvas, inner, columns, true, |row, column| {
            let column = if wide || column < 3 { column } else { column + 1 };
            match column {
                0 => (Cow::Owned(row.quality.to_string()), if row.quality < 40 { Role::Bad } else { Role::Text }),
                1 => (Cow::Borrowed(row.name.as_str()), Role::Text),
                2 => (Cow::Borrowed(row.company.as_str()), Role::Text),
                3 => (Cow::Borrowed(row.email.as_str()), Role::Text),
                4 => match &row.claimed_by {
                    // Our own lease is no news to us.
                    Some(other) if *other != cx.me.name => (Cow::Owned(format!("{other} has it open")), Role::Warn),
                    _ => (Cow::Borrowed(row.reason.as_str()), Role::Muted),
                },
                _ => (Cow::Borrowed(row.source.label()), Role::Muted),
            }
        });
        let more = if self.beyond.is_empty() { String::new() } else { format!("and {} further down  ", self.beyond.len()) };
        canvas.panel_note(area, &format!("{more}{}", self.rows.note(self.total)));
    }
}

/// What can be copied of a row.
fn copies(row: &ReviewRow) -> impl Iterator<Item = (&'static str, &Text)> {
    [("name", &row.name), ("e-mail", &row.email), ("company", &row.company), ("reason", &row.reason)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A form's entry for a field, refusing what the field cannot hold.
pub fn field_entry(field: Field, now: Option<&Value>) -> Entry {
    Entry::line(field.label(), &now.map(ToString::to_string).unwrap_or_default()).for_field(field)
}

/// The fields whose typed value differs from what they hold.
pub fn changed(fields: &[Field], values: &[String], now: impl Fn(Field) -> Option<Value>) -> Vec<Choice> {
    fields
        .iter()
        .zip(values)
        .filter(|(field, typed)| now(**field).map(|value| value.to_string()).unwrap_or_default() != **typed)
        .map(|(field, typed)| Choice { field: *field, value: (!typed.is_empty()).then(|| Text::new(typed)) })
        .collect()
}

impl View for Review {
    fn refresh(&mut self, cx: &mut Shared) {
        self.ask(cx);
    }

    fn act(&mut self, action: Action, cx: &mut Shared) -> Heard {
        match action {
            Action::Accept => self.decide(Verb::Accept, cx),
            Action::CreateNew => self.decide(Verb::Create, cx),
            Action::Drop => self.decide(Verb::Drop, cx),
            Action::Later => self.decide(Verb::Later, cx),
            Action::Repeat => {
                if let Some(verb) = self.last {
                    self.decide(verb, cx);
                }
            }
            Action::ChooseFields | Action::Edit if self.rows.chosen().is_some_and(|row| row.kind == ReviewKind::Audit) => {
                let (right, wrong) = (cx.keymap.key(Action::Accept), cx.keymap.key(Action::CreateNew));
                cx.say(Tone::Plain, format!("it is merged already: {right} says that was right, {wrong} takes it back"));
            }
            Action::ChooseFields => {
                if let Some(id) = self.rows.chosen_id() {
                    cx.order(Order::Merge(id));
                }
            }
            Action::Edit => self.edit(cx),
            Action::Mark => self.rows.mark(),
            Action::MarkRange => self.rows.mark_range(),
            Action::MarkAll => self.rows.mark_where(|_| true),
            Action::MarkAlike => {
                if let Some(row) = self.rows.chosen() {
                    let (id, pattern, kind) = (row.id, row.pattern, row.kind);
                    self.rows.mark_where(|row| row.pattern == pattern && row.kind == kind);
                    self.alike = true;
                    cx.ask(Slot::Alike, Query::Alike(id));
                }
            }
            Action::Filter => self.filter.open(),
            Action::Sort => {
                let first = SORTS.iter().position(|(sort, ..)| *sort == self.sort).unwrap_or(0);
                cx.open(Menu::new(Purpose::Sort, "Order", SORTS.iter().map(|(_, name, note)| (*name, *note)), first));
            }
            Action::Left => self.next_kind(-1, cx),
            Action::Right => self.next_kind(1, cx),
            Action::Copy => self.copy_menu(cx),
            Action::CopyLink => {
                let user = self.shown().and_then(|question| question.candidates.first()).and_then(|candidate| candidate.halo_user);
                cx.copy("HaloPSA user's number", &user.map(|id| id.to_string()).unwrap_or_default());
            }
            Action::Back => {
                self.beyond.clear();
                self.alike = false;
                if !self.rows.clear_marks() {
                    if !self.filter.clear() {
                        return Heard::Pass;
                    }
                    self.ask(cx);
                }
            }
            _ if self.rows.step(action) => {
                self.ask_more(cx);
                self.ask_question(cx);
            }
            _ => return Heard::Pass,
        }
        self.ask_question(cx);
        Heard::Used
    }

    fn lacks(&self, need: Need, cx: &Shared) -> Option<Cow<'static, str>> {
        let row = self.rows.chosen();
        if need != Need::Nothing && row.is_none() && cx.waits(Slot::Queue) {
            return Some(Cow::Borrowed("the queue is still being read"));
        }
        match need {
            Need::Row | Need::Suggestion => missing(need, row.is_some()).map(|_| Cow::Borrowed("the queue is empty here")),
            Need::Candidate => missing(need, row.is_some_and(|row| row.kind != ReviewKind::LowQuality)),
            Need::Alike => missing(need, row.is_some_and(|row| row.pattern != 0)),
            Need::Repeatable => missing(need, self.last.is_some() && row.is_some()),
            Need::Link => {
                let linked = self.shown().is_some_and(|question| question.candidates.iter().any(|candidate| candidate.halo_user.is_some()));
                missing(need, linked)
            }
            _ => None,
        }
    }

    fn hints(&self) -> &'static [Action] {
        &[
            Action::Accept,
            Action::ChooseFields,
            Action::CreateNew,
            Action::Drop,
            Action::Later,
            Action::Edit,
            Action::Undo,
            Action::MarkAlike,
            Action::Mark,
            Action::Filter,
            Action::Sort,
            Action::Copy,
        ]
    }

    fn filter(&self) -> Option<(&Filter, Context)> {
        Some((&self.filter, Context::Review))
    }

    fn filter_mut(&mut self) -> Option<&mut Filter> {
        Some(&mut self.filter)
    }

    fn sifted(&mut self, cx: &mut Shared) {
        self.ask(cx);
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Shared) {
        match (slot, answer) {
            (Slot::Queue, Answer::Queue { mut rows, total, counts }) => {
                let more = rows.len() == PAGE as usize && self.sort == Sort::Weight;
                rows.retain(|row| !self.leaving.contains(&row.id));
                match self.sort {
                    Sort::Weight => {}
                    Sort::Quality => rows.sort_by_key(|row| std::cmp::Reverse(row.quality)),
                    Sort::Company => rows.sort_by(|a, b| a.company.cmp(&b.company).then_with(|| a.name.cmp(&b.name))),
                    Sort::Newest => rows.sort_by_key(|row| std::cmp::Reverse(row.created_at)),
                }
                self.loaded = true;
                self.rows.fill(rows, more);
                let open: BTreeSet<_> = self.rows.items().iter().map(Item::id).collect();
                self.corrections.retain(|review, _| open.contains(review));
                self.total = total;
                self.counts = counts;
                self.ask_question(cx);
                self.ask_more(cx);
            }
            (Slot::QueueMore, Answer::Queue { mut rows, .. }) => {
                let more = rows.len() == PAGE as usize;
                rows.retain(|row| !self.leaving.contains(&row.id));
                self.rows.extend(rows, more);
            }
            (Slot::Question, Answer::Question(question)) => {
                self.question = Some(question);
                self.show_corrections();
            }
            (Slot::Alike, Answer::Alike(rows)) => {
                let loaded: BTreeSet<_> = self.rows.items().iter().map(Item::id).collect();
                let like: BTreeSet<_> = rows.iter().map(Item::id).collect();
                self.beyond = like.difference(&loaded).copied().collect();
                self.rows.mark_where(|row| like.contains(&row.id));
            }
            _ => {}
        }
    }

    fn told(&mut self, command: &Command, result: &Result<Told, Failure>, _: &mut Shared) {
        match (command, result) {
            (Command::Accept { review, .. }, result) => {
                self.leaving.remove(review);
                self.done = self.done.saturating_sub(u64::from(result.is_err()));
            }
            (Command::Decide { reviews, .. }, result) => {
                let failed = match result {
                    Ok(Told::Batch(batch)) => batch.failed.len(),
                    Ok(_) => 0,
                    Err(_) => reviews.len(),
                };
                self.done = self.done.saturating_sub(failed as u64);
                self.leaving.retain(|review| !reviews.contains(review));
            }
            (Command::Undo(_), Ok(_)) => self.done = self.done.saturating_sub(1),
            _ => {}
        }
    }

    fn replied(&mut self, purpose: Purpose, reply: Reply, cx: &mut Shared) {
        match (purpose, reply) {
            (Purpose::Batch, Reply::Yes) => {
                if let Some((verb, targets)) = self.asking.take() {
                    self.tell(verb, targets, cx);
                }
            }
            (Purpose::Sort, Reply::Chosen(place)) => {
                self.sort = SORTS[place.min(SORTS.len() - 1)].0;
                self.rows.step(Action::First);
                self.ask(cx);
            }
            (Purpose::Copy, Reply::Chosen(place)) => {
                let copied = self.rows.chosen().and_then(|row| copies(row).nth(place).map(|(title, value)| (title, value.to_string())));
                if let Some((title, value)) = copied {
                    cx.copy(title, &value);
                }
            }
            (Purpose::Edit, Reply::Filled(values)) => self.corrected(&values, cx),
            _ => {}
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared) {
        let (head, body) = top(area, 1);
        self.head(canvas, head);
        if cx.two_panes() {
            let (list, beside) = left(body, body.width * 56 / 100);
            self.list(canvas, list, cx);
            detail::draw_tall(canvas, beside, self.shown());
        } else {
            let (list, below) = bottom(body, if body.height >= 20 { 7 } else { 5 });
            self.list(canvas, list, cx);
            detail::draw_strip(canvas, below, self.shown());
        }
    }

    fn remember(&self) -> serde_json::Value {
        let sort = SORTS.iter().find(|(sort, ..)| *sort == self.sort).map(|(_, name, _)| *name);
        serde_json::json!({
            "kind": self.kind.map(ReviewKind::key), "filter": self.filter.text(), "sort": sort,
            "chosen": self.rows.chosen_id().map(|id| id.to_string()),
        })
    }

    fn recall(&mut self, memory: &serde_json::Value) {
        self.kind = ReviewKind::ALL.iter().copied().find(|kind| memory["kind"] == kind.key());
        self.filter.set(memory["filter"].as_str().unwrap_or_default());
        if let Some((sort, ..)) = SORTS.iter().find(|(_, name, _)| memory["sort"] == **name) {
            self.sort = *sort;
        }
        if let Some(id) = memory["chosen"].as_str().and_then(|id| id.parse().ok()) {
            self.rows.expect(id);
        }
    }
}

/// The contact that the suggestion names, as the candidate list has it.
pub fn suggested(question: &Question, contact: ContactId) -> Option<&crate::services::CandidateView> {
    question.candidates.iter().find(|candidate| candidate.contact.id == contact)
}
