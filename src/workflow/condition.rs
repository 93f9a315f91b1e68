//! Conditions: expressions over a lead's fields, parsed once when the file is loaded, bounded in cost, and
//! explainable in words. Absent: side effects; an expression can look but not touch.

use super::Event;
use crate::domain::{Field, FieldKind, Fields, Lead, Text, Timestamp, Value, document};
use minijinja::{
    Environment, Expression,
    value::{Value as Item, ValueKind},
};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, LazyLock},
};

/// Steps one evaluation may take; the longest sensible condition takes a few dozen.
const FUEL: u64 = 10_000;
/// Characters one expression may have.
const LENGTH: usize = 1000;
/// Things that happen to leads and that every file may name (requirements 9.5 and 12.7 give the first three).
pub const EVENTS: &[&str] = &["email_sent", "phone_called", "response_received", "meeting_booked", "opted_out"];
/// What an expression may ask of the lead itself.
const FACTS: &[&str] = &["lifecycle", "stage", "owner", "tags", "days_in_stage", "fit_threshold"];

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::new();
    engine.set_fuel(Some(FUEL));
    engine
});

/// A field's second name in expressions: its label in small letters, `fit_score` for `CF_206`.
pub fn name_of(field: Field) -> String {
    let plain: String = field.label().to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join("_")
}

/// The field of that key or name.
pub fn field_called(name: &str) -> Option<Field> {
    Field::from_key(name).or_else(|| Field::ALL.iter().copied().find(|field| name_of(*field) == name))
}

/// Every key and name of a field.
pub fn field_names() -> Vec<String> {
    Field::ALL.iter().flat_map(|field| [field.key().to_owned(), name_of(*field)]).collect()
}

/// What a condition is judged by.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The card.
    pub lead: &'a Lead,
    /// Its contact's fields.
    pub fields: &'a Fields,
    /// What has just happened, if anything.
    pub event: Option<&'a Event>,
    /// Now.
    pub now: Timestamp,
    /// What conditions call `fit_threshold`.
    pub fit_threshold: u8,
}

impl Facts<'_> {
    /// An event counts as having happened when it is among the tags or has just arrived.
    fn happened(&self, name: &str) -> bool {
        self.lead.tags.iter().any(|tag| *tag == name) || self.event.is_some_and(|event| event.name == name)
    }

    fn days_in_stage(&self) -> u64 {
        self.now.since(self.lead.since).as_secs() / 86_400
    }

    fn item(&self, name: &str, field: Option<Field>, empty: Empty) -> Item {
        match name {
            "lifecycle" => Item::from(self.lead.position.lifecycle.key()),
            "stage" => Item::from(self.lead.position.stage.as_str()),
            "owner" => self.lead.owner.as_ref().map_or(Item::UNDEFINED, |owner| Item::from(owner.as_str())),
            "tags" => self.lead.tags.iter().map(Text::as_str).collect(),
            "days_in_stage" => Item::from(self.days_in_stage()),
            "fit_threshold" => Item::from(self.fit_threshold),
            _ => match field {
                Some(field) => self.fields.get(field).map_or_else(|| empty.item(field.kind()), item_of),
                None => Item::from(self.happened(name)),
            },
        }
    }
}

fn item_of(value: &Value) -> Item {
    match value {
        Value::Flag(flag) => Item::from(*flag),
        Value::List(items) => items.iter().map(Text::as_str).collect(),
        Value::Date(_) => Item::from(value.to_string()),
        other => match other.as_i64() {
            Some(number) => Item::from(number),
            None => Item::from(other.to_string()),
        },
    }
}

/// What stands for an empty field. A comparison with an empty number has no answer; it is tried with the least and
/// the greatest, and holds only if it holds for both: "fit below 30" is not true of a lead whose fit nobody knows.
#[derive(Clone, Copy)]
enum Empty {
    Nothing,
    Least,
    Greatest,
}

impl Empty {
    fn item(self, kind: FieldKind) -> Item {
        match (kind, self) {
            (FieldKind::Flag, _) => Item::from(false),
            (FieldKind::Number | FieldKind::Span, Self::Least) => Item::from(i64::MIN),
            (FieldKind::Number | FieldKind::Span, Self::Greatest) => Item::from(i64::MAX),
            (FieldKind::Date, Self::Least) => Item::from(""),
            (FieldKind::Date, Self::Greatest) => Item::from("\u{10ffff}"),
            _ => Item::UNDEFINED,
        }
    }
}

/// A yes-or-no expression over fields.
#[derive(Clone)]
pub struct Condition {
    source: Arc<str>,
    expression: Arc<Expression<'static, 'static>>,
    /// What it asks for; fields are looked up once.
    names: Arc<[(String, Option<Field>)]>,
    compares: bool,
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.source, f)
    }
}

impl Condition {
    /// Parses `source`. A bare field name means "is filled". The error is a sentence for whoever wrote it.
    pub fn parse(source: &str, events: &[String]) -> Result<Self, String> {
        let source = source.trim();
        if source.chars().count() > LENGTH {
            return Err(format!("a condition may have at most {LENGTH} characters"));
        }
        let code = match field_called(source) {
            Some(field) if field.kind() != FieldKind::Flag => format!("{source} is defined"),
            _ => source.to_owned(),
        };
        let expression = ENGINE.compile_expression_owned(code).map_err(|fault| format!("is no expression: {}", reason(&fault)))?;
        let mut names: Vec<String> = expression.undeclared_variables(false).into_iter().collect();
        names.sort();
        for name in &names {
            known(name, events)?;
        }
        let compares = source.contains(['<', '>']);
        let with_field = |name: String| {
            let field = field_called(&name);
            (name, field)
        };
        let names: Vec<_> = names.into_iter().map(with_field).collect();
        let condition = Self { source: source.into(), expression: Arc::new(expression), names: names.into(), compares };
        condition.must_be_yes_or_no()?;
        Ok(condition)
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it asks for nothing but `field` (and fixed facts), so that it cannot hold while that is empty.
    pub(super) fn asks_only_for(&self, field: Field) -> bool {
        let mut fields = self.names.iter().filter(|(name, _)| name != "fit_threshold").map(|(_, field)| *field);
        fields.next() == Some(Some(field)) && fields.next().is_none()
    }

    /// Tried on made-up values, so that a condition that is none is found before any card meets it.
    fn must_be_yes_or_no(&self) -> Result<(), String> {
        let filled = |(name, field): &(String, Option<Field>)| {
            let item = match field.map(Field::kind) {
                Some(FieldKind::Number | FieldKind::Span) => Item::from(1),
                Some(FieldKind::Flag) => Item::from(true),
                Some(FieldKind::List) => Item::from(vec!["x"]),
                Some(_) => Item::from("x"),
                None if name == "tags" => Item::from(vec!["x"]),
                None if matches!(name.as_str(), "days_in_stage" | "fit_threshold") => Item::from(1),
                None if FACTS.contains(&name.as_str()) => Item::from("x"),
                None => Item::from(true),
            };
            (name.clone(), item)
        };
        let outcome = self.expression.eval(self.names.iter().map(filled).collect::<BTreeMap<_, _>>());
        match outcome.map(|item| item.kind()) {
            Ok(ValueKind::Bool) => Ok(()),
            Ok(kind) => Err(format!("must be true or false, but it gives {kind}; compare it, or write \"… is defined\"")),
            Err(fault) => Err(format!("cannot be worked out: {}", reason(&fault))),
        }
    }

    /// Whether it holds. What cannot be worked out does not hold.
    pub fn holds(&self, facts: &Facts<'_>) -> bool {
        let with = |empty| {
            let items: BTreeMap<_, _> = self.names.iter().map(|(name, field)| (name.as_str(), facts.item(name, *field, empty))).collect();
            self.expression.eval(items).is_ok_and(|outcome| outcome.is_true())
        };
        with(Empty::Nothing) && (!self.compares || (with(Empty::Least) && with(Empty::Greatest)))
    }

    /// What would have to be, in words: `Fit score must be at least 70 (it is 55)`.
    pub fn words(&self, facts: &Facts<'_>) -> String {
        let parts: Vec<_> = self.source.split_whitespace().collect();
        match parts[..] {
            [name] | [name, "is", "defined"] if field_called(name).is_some() => format!("{} must be filled in", label(name)),
            [name] => format!("\"{}\" has not happened yet (tag {name} would say it has)", label(name)),
            [name, sign, than] if FACTS.contains(&name) || field_called(name).is_some() => match comparison(sign) {
                Some(words) => format!("{} must be {words} {} ({})", label(name), amount(than, facts), current(name, facts)),
                None => self.plainly(),
            },
            _ => self.plainly(),
        }
    }

    fn plainly(&self) -> String {
        format!("this must hold: {}", self.source)
    }
}

fn reason(fault: &minijinja::Error) -> String {
    fault.detail().map_or_else(|| fault.kind().to_string(), ToOwned::to_owned)
}

fn known(name: &str, events: &[String]) -> Result<(), String> {
    if FACTS.contains(&name) || EVENTS.contains(&name) || field_called(name).is_some() || events.iter().any(|event| event == name) {
        return Ok(());
    }
    let fields = field_names();
    let all = FACTS.iter().chain(EVENTS).copied().chain(events.iter().map(String::as_str)).chain(fields.iter().map(String::as_str));
    Err(match document::nearest(name, all) {
        Some(near) => format!("nothing is called {name:?}; did you mean {near:?}?"),
        None => format!(
            "nothing is called {name:?}: it is neither a field (CF_206, fit_score), nor a fact ({}), nor an event",
            FACTS.join(", ")
        ),
    })
}

fn comparison(sign: &str) -> Option<&'static str> {
    Some(match sign {
        ">=" => "at least",
        ">" => "more than",
        "<=" => "at most",
        "<" => "less than",
        "==" => "equal to",
        "!=" => "other than",
        _ => return None,
    })
}

fn label(name: &str) -> String {
    match field_called(name) {
        Some(field) => field.label().to_owned(),
        None => sentence_case(name),
    }
}

fn amount(literal: &str, facts: &Facts<'_>) -> String {
    if literal == "fit_threshold" { facts.fit_threshold.to_string() } else { literal.to_owned() }
}

fn current(name: &str, facts: &Facts<'_>) -> String {
    let item = facts.item(name, field_called(name), Empty::Nothing);
    if item.is_undefined() { "it is empty".to_owned() } else { format!("it is {item}") }
}

/// `new_lead` as `New lead`.
pub(super) fn sentence_case(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ContactId, LeadId, Lifecycle, Position, Uuid};

    fn lead(tags: &[&str]) -> Lead {
        Lead {
            id: LeadId(Uuid::nil()),
            contact: ContactId(Uuid::nil()),
            position: Position::new(Lifecycle::Prospect, "prospecting"),
            since: Timestamp::from_micros(0),
            owner: None,
            tags: tags.iter().map(|tag| (*tag).into()).collect(),
            folded: false,
            version: 1,
            created_at: Timestamp::from_micros(0),
        }
    }

    fn holds(source: &str, fields: &Fields, tags: &[&str]) -> bool {
        let lead = lead(tags);
        let now = Timestamp::from_micros(0).plus(std::time::Duration::from_hours(72));
        let facts = Facts { lead: &lead, fields, event: None, now, fit_threshold: 70 };
        Condition::parse(source, &[]).unwrap_or_else(|fault| panic!("{source}: {fault}")).holds(&facts)
    }

    #[test]
    fn names_are_unambiguous() {
        let mut names = field_names();
        names.extend(FACTS.iter().chain(EVENTS).map(|name| (*name).to_owned()));
        let keys: std::collections::BTreeSet<_> = Field::ALL.iter().map(|field| field.key()).collect();
        for field in Field::ALL {
            let name = name_of(*field);
            // A label may repeat its own key (phone, phone), never another field's key or a fact.
            assert!(name == field.key() || !keys.contains(name.as_str()), "{name}");
            assert!(!FACTS.contains(&name.as_str()) && !EVENTS.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn judges_fields_facts_and_events() {
        let fields: Fields = [
            (Field::Fit, Value::Number(70)),
            (Field::PainPoints, Value::Text("backups".into())),
            (Field::Technologies, Value::List(vec!["Azure".into()])),
            (Field::Employees, Value::parse(FieldKind::Span, "51-200").unwrap()),
        ]
        .into_iter()
        .collect();
        for yes in [
            "fit_score >= fit_threshold",
            "CF_206 == 70",
            "pain_points",
            "pain_points is defined and not CF_105",
            "'Azure' in technologies",
            "employees > 50",
            "days_in_stage == 3",
            "stage == 'prospecting'",
            "email_sent",
            "'email_sent' in tags",
            "budget_range is undefined",
            "not deal_value",
        ] {
            assert!(holds(yes, &fields, &["email_sent"]), "{yes}");
        }
        for no in [
            "fit_score > 70",
            "timeframe",
            "CF_105",
            "phone_called",
            "deal_value > 1",
            "deal_value < 1",
            "deal_value >= 0 or deal_value < 0 and CF_105",
        ] {
            assert!(!holds(no, &fields, &["email_sent"]), "{no}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_when_it_is_parsed() {
        let fault = |source: &str| Condition::parse(source, &["demo_given".into()]).unwrap_err();
        assert_eq!(fault("fit_scroe >= 70"), "nothing is called \"fit_scroe\"; did you mean \"fit_score\"?");
        assert_eq!(fault("CF_260 > 1"), "nothing is called \"CF_260\"; did you mean \"CF_206\"?");
        assert!(fault("CF_206 >=").starts_with("is no expression: "));
        assert!(fault("CF_206 === 70").starts_with("is no expression: "));
        assert!(fault("CF_206 + 1").contains("must be true or false, but it gives number"));
        assert!(fault("industry and company").contains("must be true or false"));
        assert!(fault("industry | nosuchfilter == 1").contains("filter"));
        assert!(fault(&format!("{}1 == 1", "1 == 1 or ".repeat(200))).contains("at most"));
        assert!(fault("range(100000000) | list | length > 1 and CF_105").contains("nothing is called \"range\""));
        for costly in ["'a' * 1000000000 == industry", "[1] * 1000000000 == industry", "(tags * 1000000) | join('x') == industry"] {
            assert!(fault(costly).starts_with("cannot be worked out"), "{costly}");
        }
        assert!(fault(&format!("{}CF_105{}", "(".repeat(400), ")".repeat(400))).starts_with("is no expression"));
        assert!(Condition::parse("demo_given", &["demo_given".into()]).is_ok());
    }

    #[test]
    fn says_in_words_what_is_missing() {
        let lead = lead(&[]);
        let fields: Fields = [(Field::Fit, Value::Number(55))].into_iter().collect();
        let facts = Facts { lead: &lead, fields: &fields, event: None, now: Timestamp::from_micros(0), fit_threshold: 70 };
        let words = |source: &str| Condition::parse(source, &[]).unwrap().words(&facts);
        assert_eq!(words("fit_score >= fit_threshold"), "Fit score must be at least 70 (it is 55)");
        assert_eq!(words("deal_value > 1000"), "Deal value must be more than 1000 (it is empty)");
        assert_eq!(words("CF_201"), "Pain points must be filled in");
        assert_eq!(words("email_sent"), "\"Email sent\" has not happened yet (tag email_sent would say it has)");
        assert_eq!(words("CF_201 is defined or CF_105"), "this must hold: CF_201 is defined or CF_105");
    }
}
