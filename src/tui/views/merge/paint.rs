//! How the comparison is drawn: the taken side in brackets, so that it reads without colour.

use super::Merge;
use crate::{
    domain::Value,
    services::{MergePreview, MergeRow, Takes},
    tui::{
        canvas::{Canvas, bottom, left, top},
        shared::Shared,
        theme::Role,
        views::review::evidence,
        widgets::table::Column,
        words,
    },
};
use ratatui::layout::Rect;
use std::borrow::Cow;

fn value(value: Option<&Value>) -> Cow<'_, str> {
    match value {
        None => Cow::Borrowed("(empty)"),
        Some(value) => value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed),
    }
}

/// A side's value, in brackets when the result takes it.
fn side<'r>(row: &'r MergeRow, mine: Option<&'r Value>, taken: bool, role: Role) -> (Cow<'r, str>, Role) {
    match (row.takes, taken) {
        (Takes::Same, _) => (value(mine), Role::Muted),
        (_, true) => (Cow::Owned(format!("[{}]", value(mine))), role),
        (_, false) => (Cow::Owned(format!(" {}", value(mine))), if mine.is_none() { Role::Muted } else { Role::Text }),
    }
}

fn result(row: &MergeRow) -> (Cow<'_, str>, Role) {
    match row.takes {
        Takes::Same => (Cow::Borrowed("same"), Role::Muted),
        Takes::Left => (Cow::Borrowed("known"), Role::Ours),
        Takes::Right => (Cow::Borrowed("incoming"), Role::Theirs),
        Takes::Both => (Cow::Borrowed("both"), Role::Good),
        Takes::Other => (value(row.result.as_ref()), Role::Good),
    }
}

impl Merge {
    pub(super) fn paint(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Shared) {
        let Some(preview) = &self.preview else {
            let words = if self.review.is_some() { "reading the pair" } else { "this pair cannot be shown any more; go back for the next" };
            canvas.put(Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }, words, Role::Muted);
            return;
        };
        let (head, body) = top(area, 1);
        self.heading(canvas, head, preview);
        let wide = cx.two_panes();
        let (table, below) = bottom(body, if body.height >= 26 { 14.max(body.height / 3) } else { 6 });
        self.table(canvas, table, preview, wide);
        if wide {
            let (result, proof) = left(below, below.width / 2);
            Self::result_box(canvas, result, preview);
            let inner = canvas.panel(proof, "Evidence in bits", false);
            if let Some(candidate) = self.shown_candidate() {
                evidence(canvas, Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }, candidate);
            }
        } else {
            Self::result_box(canvas, below, preview);
        }
    }

    fn heading(&self, canvas: &mut Canvas<'_>, row: Rect, preview: &MergePreview) {
        let differ = preview.rows.iter().filter(|row| row.differs()).count();
        let same = preview.rows.len() - differ;
        let candidates = self.question.as_ref().map_or(1, |question| question.candidates.len());
        let name = self.question.as_ref().map_or_else(|| preview.into.name.to_string(), |question| question.name.to_string());
        let alike = if candidates > 1 { format!("   candidate {} of {candidates} (Tab)", self.candidate + 1) } else { String::new() };
        let counts =
            format!("   {differ} differ, {} {}", words::count(same as u64), if self.same_fields { "same, shown (z)" } else { "same (z)" });
        canvas.line(row, &[(" ", Role::Text), (&name, Role::Title), (&alike, Role::Text), (&counts, Role::Muted)]);
    }

    fn table(&self, canvas: &mut Canvas<'_>, area: Rect, preview: &MergePreview, wide: bool) {
        let inner = canvas.panel(area, "", true);
        let (heads, rest) = top(inner, 1);
        let why_rows = if wide { 0 } else { 3.min(rest.height / 3) };
        let (list, why) = bottom(rest, why_rows);
        let columns_narrow = [Column::cells("", 13), Column::share("", 5), Column::share("", 5), Column::cells("", 11)];
        let columns_wide = [Column::cells("", 14), Column::share("", 5), Column::share("", 5), Column::share("", 3), Column::share("", 4)];
        let columns: &[Column] = if wide { &columns_wide } else { &columns_narrow };
        let ours = preview.halo_user.map_or_else(|| "known".to_owned(), |id| format!("HaloPSA #{id}"));
        let titles = [
            "Field".to_owned(),
            format!("{} {ours}", canvas.look.glyphs.left_right[0]),
            // The arrow names the key, so a long number must not push it out.
            format!("{} {}", canvas.look.glyphs.left_right[1], preview.incoming),
            "Result".to_owned(),
            "Why".to_owned(),
        ];
        self.rows.head(canvas, heads, columns, &titles);
        if self.rows.is_empty() {
            canvas.put(
                Rect { x: list.x + 2, width: list.width.saturating_sub(2), ..list },
                "Both say the same. Enter merges them; z shows the fields.",
                Role::Muted,
            );
        }
        self.rows.draw(canvas, list, columns, true, |row, column| match column {
            0 => (Cow::Borrowed(row.field.label()), Role::Text),
            1 => side(row, row.left.as_ref(), matches!(row.takes, Takes::Left | Takes::Both), Role::Ours),
            2 => side(row, row.right.as_ref(), matches!(row.takes, Takes::Right | Takes::Both), Role::Theirs),
            3 => result(row),
            _ => (Cow::Borrowed(row.why.as_str()), Role::Muted),
        });
        if let Some(row) = self.rows.chosen()
            && why_rows > 0
        {
            let why = Rect { x: why.x + 1, width: why.width.saturating_sub(2), ..why };
            let (line, rest) = top(why, 1);
            canvas.line(line, &[("why  ", Role::Muted), (row.field.label(), Role::Text), (": ", Role::Text), (&row.why, Role::Text)]);
            let (line, rest) = top(rest, 1);
            let from = format!("from {} | {}", or_nobody(&row.left_from), or_nobody(&row.right_from));
            canvas.put(line, &from, Role::Muted);
            if let Some(candidate) = self.shown_candidate() {
                let evidence = &candidate.evidence;
                let words = format!("{} bits against a {}: {}", evidence.score, evidence.rival.word(), evidence.headline());
                canvas.put(rest, &words, Role::Muted);
            }
        }
        if wide && let Some(row) = self.rows.chosen() {
            canvas.panel_note(area, &format!("{} | {}", or_nobody(&row.left_from), or_nobody(&row.right_from)));
        }
    }

    fn result_box(canvas: &mut Canvas<'_>, area: Rect, preview: &MergePreview) {
        let inner = canvas.panel(area, "Result", false);
        let mut rest = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let used = canvas.paragraph(Rect { height: rest.height.min(2), ..rest }, &preview.result, Role::Title);
        rest = top(rest, used).1;
        let fields = preview.writes.iter().map(|field| field.label()).collect::<Vec<_>>().join(", ");
        let writes = match (preview.writes.len(), preview.halo_user) {
            (0, _) => "writes nothing to HaloPSA".to_owned(),
            (n, Some(id)) => format!("writes {} to HaloPSA #{id}: {fields}", words::many(n as u64, "field")),
            (n, None) => format!("makes a HaloPSA user with {}: {fields}", words::many(n as u64, "field")),
        };
        let used = canvas.paragraph(Rect { height: rest.height.min(2), ..rest }, &writes, Role::Text);
        rest = top(rest, used).1;
        canvas.paragraph(rest, "u takes it back, before and after it was sent", Role::Muted);
    }
}

fn or_nobody(from: &str) -> &str {
    if from.is_empty() { "nobody" } else { from }
}
