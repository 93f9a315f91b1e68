//! TOML text to a tree. Absent: types.

use super::{Lines, Node, Page, Problem, Problems, Shape};
use ::toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};

pub(super) fn parse(page: Page<'_>) -> Result<Node, Problems> {
    let (lines, text) = page.lines();
    let (table, faults) = DeTable::parse_recoverable(text);
    let problem = |fault: ::toml::de::Error| {
        let origin = lines.origin(fault.span().map_or(0, |span| span.start));
        Problem::new(&origin, "", format!("not valid TOML: {}", fault.message()))
    };
    Problems::none_of(faults.into_iter().map(problem).collect())?;
    Ok(Node { origin: lines.origin(0), shape: entries(table.into_inner(), &lines) })
}

fn entries(table: DeTable<'_>, lines: &Lines) -> Shape {
    // The parser sorts keys; people expect complaints and lists in the order in which they wrote.
    let mut entries: Vec<_> = table.into_iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    Shape::Table(
        entries
            .into_iter()
            .map(|(key, value)| {
                let origin = lines.origin(key.span().start);
                (key.into_inner().into_owned(), Node { origin, shape: shape(value.into_inner(), lines) })
            })
            .collect(),
    )
}

fn items(array: DeArray<'_>, lines: &Lines) -> Shape {
    let item = |value: Spanned<DeValue<'_>>| Node { origin: lines.origin(value.span().start), shape: shape(value.into_inner(), lines) };
    Shape::List(array.into_iter().map(item).collect())
}

fn shape(value: DeValue<'_>, lines: &Lines) -> Shape {
    match value {
        DeValue::String(text) => Shape::Text(text.into_owned()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(whole) => Shape::Whole(whole),
            // Beyond 64 bits: as a fraction it is refused wherever a whole number is wanted.
            Err(_) => Shape::Real(f64::INFINITY),
        },
        DeValue::Float(number) => Shape::Real(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Shape::Flag(flag),
        DeValue::Datetime(date) => Shape::Text(date.to_string()),
        DeValue::Array(array) => items(array, lines),
        DeValue::Table(table) => entries(table, lines),
    }
}
