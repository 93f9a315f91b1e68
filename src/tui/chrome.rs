//! What stands around every screen: the tabs and figures on top, the hint row below, and the sentence that stands
//! instead of everything when the window is too small.

use super::{
    action::{Action, Context},
    app::{SMALLEST, State},
    canvas::{Canvas, Look, bottom, rows, top},
    shared::{Shared, Tone},
    theme::Role,
    widgets::text,
    words,
};
use crate::services::{HaloState, Status};
use ratatui::{Frame, layout::Rect};

/// The screens that have a number, in its order.
const TABS: [(Context, &str); 7] = [
    (Context::Home, "1 Home"),
    (Context::Review, "2 Review"),
    (Context::Pipeline, "3 Pipeline"),
    (Context::Imports, "4 Imports"),
    (Context::Logs, "5 Logs"),
    (Context::Search, "6 Search"),
    (Context::Sync, "7 Sync"),
];

/// Draws the whole screen.
pub fn draw(state: &State, frame: &mut Frame<'_>) {
    let area = frame.area();
    let cx = &state.shared;
    let look: &Look = &cx.look;
    let mut canvas = Canvas { cells: frame.buffer_mut(), look, now: cx.now, cursor: None };
    canvas.tint(area, Role::Text);
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 || state.is_hidden() {
        too_small(&mut canvas, area);
    } else {
        let (head, rest) = top(area, 1);
        let hints = hint_rows(state, area);
        let (body, foot) = bottom(rest, hints.len() as u16);
        tabs(state, &mut canvas, head);
        state.views.get(state.place()).draw(&mut canvas, body, cx);
        if state.overlays().is_empty() {
            hint_lines(&mut canvas, foot, &hints);
        }
        let (over, last) = bottom(area, 1);
        for layer in state.overlays() {
            canvas.cursor = None;
            layer.draw(&mut canvas, over, cx);
        }
        last_row(state, &mut canvas, last);
    }
    let cursor = canvas.cursor;
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

fn too_small(canvas: &mut Canvas<'_>, area: Rect) {
    let words = format!(
        "This window is {}x{}. Leadloom needs {}x{}: make it larger, or press q to leave.",
        area.width, area.height, SMALLEST.0, SMALLEST.1
    );
    canvas.paragraph(area, &words, Role::Text);
}

/// Tabs at the left as far as they fit beside the figures; the open one always.
fn tabs(state: &State, canvas: &mut Canvas<'_>, row: Rect) {
    let cx = &state.shared;
    let place = state.place();
    let figures = figures(cx, row.width >= 100);
    let open = TABS.iter().position(|(context, _)| *context == place);
    // The five first screens and the figures matter most; then the other tabs.
    let width = |tabs: &[(Context, &str)]| tabs.iter().map(|(_, title)| title.len() + 2).sum::<usize>() + 2;
    let shown = |count: usize| -> Vec<(Context, &'static str)> {
        TABS.iter().enumerate().filter(|(nth, _)| *nth < count || Some(*nth) == open).map(|(_, tab)| *tab).collect()
    };
    let room = usize::from(row.width);
    let taken: usize = figures.iter().map(|(words, _)| text::width(words) + 3).sum();
    let count = (5..=TABS.len()).rev().find(|count| width(&shown(*count)) + taken <= room).unwrap_or(5);
    let mut used = 1;
    for (context, title) in shown(count) {
        let at = Rect { x: row.x + used, width: row.width.saturating_sub(used), ..row };
        used += if context == place {
            canvas.put(at, &format!("[{title}]"), Role::Tab)
        } else {
            canvas.put(at, &format!(" {title} "), Role::Text)
        };
    }
    if open.is_none() {
        let at = Rect { x: row.x + used, width: row.width.saturating_sub(used), ..row };
        used += canvas.put(at, &format!("[{}]", place.title()), Role::Tab);
    }
    // Figures from the right, the most pressing first; what has no room is left out.
    let mut right = row.right();
    for (words, role) in figures {
        let width = text::width(&words) as u16 + 2;
        if right.saturating_sub(width) < row.x + used + 1 {
            break;
        }
        right -= width;
        canvas.put(Rect { x: right, width: width - 1, ..row }, &words, role);
    }
}

/// What the header says, the most pressing first.
fn figures(cx: &Shared, wide: bool) -> Vec<(String, Role)> {
    let mut figures = Vec::new();
    if let Some(status) = &cx.status {
        figures.push(halo(cx, status));
        if status.outbox.dead > 0 {
            figures.push((format!("! {} refused", words::count(status.outbox.dead)), Role::Bad));
        }
        figures.push((format!("queue {}", words::count(status.queue)), Role::Text));
        if status.running > 0 {
            figures.push((words::many(u64::from(status.running), "import"), Role::Info));
        }
        if wide && status.outbox.pending > 0 {
            figures.push((format!("outbox {}", words::count(status.outbox.pending)), Role::Text));
        }
    }
    if cx.me.demo {
        figures.push(("demo".to_owned(), Role::Warn));
    }
    if wide {
        figures.push((format!("you: {}", cx.me.name), Role::Muted));
    }
    figures
}

fn halo(cx: &Shared, status: &Status) -> (String, Role) {
    let at = status.pulled_at.map(|at| format!(" {}", words::moment(at, cx.now, &cx.look.zone))).unwrap_or_default();
    match &status.halo {
        HaloState::NotConfigured => ("HaloPSA not set up".to_owned(), Role::Warn),
        HaloState::Unknown => ("sync not yet".to_owned(), Role::Muted),
        HaloState::Ok => (format!("sync ok{at}"), Role::Good),
        HaloState::Trouble(_) => ("! HaloPSA".to_owned(), Role::Bad),
    }
}

/// One hint.
struct Hint {
    key: String,
    title: &'static str,
    can: bool,
}

impl Hint {
    fn width(&self) -> usize {
        text::width(&self.key) + 1 + text::width(self.title) + 2
    }
}

/// The hints in one row, or two where the window has the height; help is always the last one.
fn hint_rows(state: &State, area: Rect) -> Vec<Vec<Hint>> {
    let hint = |action: Action| {
        let key = state.shared.keymap.key(action);
        (!key.is_empty()).then(|| Hint { key, title: action.row().title, can: state.can(action).is_ok() })
    };
    let help = hint(Action::Help);
    let reserved = help.as_ref().map_or(0, Hint::width);
    let most = if area.height >= 22 { 2 } else { 1 };
    let room = usize::from(area.width).saturating_sub(1);
    let mut lines: Vec<Vec<Hint>> = vec![Vec::new()];
    let mut used = 0;
    for hint in state.views.get(state.place()).hints().iter().filter_map(|action| hint(*action)) {
        let limit = if lines.len() == most { room.saturating_sub(reserved) } else { room };
        if used + hint.width() > limit {
            if lines.len() == most {
                break;
            }
            lines.push(Vec::new());
            used = 0;
        }
        used += hint.width();
        if let Some(line) = lines.last_mut() {
            line.push(hint);
        }
    }
    if let (Some(help), Some(line)) = (help, lines.last_mut()) {
        line.push(help);
    }
    lines
}

fn hint_lines(canvas: &mut Canvas<'_>, foot: Rect, hints: &[Vec<Hint>]) {
    for (row, line) in rows(foot).zip(hints) {
        let mut used = 1;
        for hint in line {
            let at = |used: u16| Rect { x: row.x + used, width: row.width.saturating_sub(used), ..row };
            used += canvas.put(at(used), &hint.key, if hint.can { Role::Key } else { Role::Disabled }) + 1;
            used += canvas.put(at(used), hint.title, if hint.can { Role::Text } else { Role::Disabled }) + 2;
        }
    }
}

/// A sentence in place of the last hints, or the keys pressed so far of a longer sequence.
fn last_row(state: &State, canvas: &mut Canvas<'_>, last: Rect) {
    let inside = Rect { x: last.x + 1, width: last.width.saturating_sub(2), ..last };
    if let Some(toast) = &state.shared.toast {
        canvas.clear(last);
        let (sign, role) = match toast.tone {
            Tone::Good => ("", Role::Good),
            Tone::Plain => ("", Role::Text),
            Tone::Bad => ("! ", Role::Bad),
        };
        canvas.line(inside, &[(sign, role), (&toast.words, role)]);
    } else if !state.pressed().is_empty() {
        canvas.clear(last);
        let keys: String = state.pressed().iter().map(|chord| chord.shown() + " ").collect();
        canvas.line(inside, &[(&keys, Role::Key), (canvas.look.glyphs.ellipsis, Role::Muted)]);
    }
}
