//! Mapping expressions: where in a row a value is found, and what is made of it. Paths, joins and a few other plain
//! forms are compiled to direct look-ups, because a bulk import evaluates millions; everything else runs in
//! minijinja with fuel. Cleaning is absent: an expression only finds words.
//!
//! ```text
//! organization.keywords.join(', ')            the method form
//! organization.keywords | join(", ")          the filter form
//! emails[type=work].email                     of each that fits
//! [hq_city, hq_country] | join(', ')          blanks are left out
//! 'Founded ' ~ founded if founded             anything else minijinja can say
//! ```

mod parse;
pub(super) mod script;

use parse::{Parser, is_name};
pub use script::Script;
use serde_json::Value as Json;
use std::{borrow::Cow, fmt};

/// An expression longer than this is refused when it is read.
pub const EXPRESSION_LIMIT: usize = 2_000;

/// What an expression found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Found<'r> {
    /// The path leads nowhere, or to nothing.
    #[default]
    Nothing,
    /// One text.
    One(Cow<'r, str>),
    /// Several.
    Many(Vec<Cow<'r, str>>),
    /// The expression failed; minijinja's sentence.
    Broken(String),
}

impl<'r> Found<'r> {
    /// Its texts, none of them blank.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let slice: &[Cow<'r, str>] = match self {
            Self::Nothing | Self::Broken(_) => &[],
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        };
        slice.iter().map(|text| &**text).filter(|text| !text.trim().is_empty())
    }

    /// Nothing, or only blanks.
    pub fn is_blank(&self) -> bool {
        self.texts().next().is_none()
    }

    fn push_onto(self, texts: &mut Vec<Cow<'r, str>>) {
        match self {
            Self::Nothing | Self::Broken(_) => {}
            Self::One(text) => texts.push(text),
            Self::Many(more) => texts.extend(more),
        }
    }
}

/// A compiled expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Expression {
    /// Always the same words.
    Literal(Box<str>),
    /// A look-up.
    Path(Path),
    /// The parts that are not blank, with something between them.
    Join {
        /// What is joined.
        parts: Vec<Expression>,
        /// What stands between.
        with: Box<str>,
    },
    /// One thing done to what another expression found.
    Apply(Box<Expression>, Verb),
    /// For minijinja.
    Script(Script),
}

/// Things plain enough to do without minijinja.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the filters of the same names")]
pub enum Verb {
    First,
    Last,
    Lower,
    Upper,
    Trim,
}

/// A way through a row.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Path(pub(super) Vec<Step>);

/// One step of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Step {
    /// Into an object.
    Key(Box<str>),
    /// Into a list, from the end when negative.
    At(i64),
    /// Into each item of a list.
    Each,
    /// Into each item whose field has that text.
    Where(Box<str>, Box<str>),
}

/// Why an expression cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// Too long.
    #[error("is longer than {EXPRESSION_LIMIT} characters; shorten it")]
    TooLong,
    /// Not an expression.
    #[error("is not an expression: {0}")]
    Syntax(String),
}

impl Expression {
    /// Reads one. The text is a plain form or a minijinja expression.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        if text.len() > EXPRESSION_LIMIT {
            return Err(ExpressionError::TooLong);
        }
        match Parser::new(text).whole() {
            Some(plain) => Ok(plain),
            None => Script::compile(text).map(Self::Script).map_err(ExpressionError::Syntax),
        }
    }

    /// The names at the root of every path, for checks.
    pub fn roots(&self) -> Vec<String> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Path(path) => path.root().map(str::to_owned).into_iter().collect(),
            Self::Join { parts, .. } => parts.iter().flat_map(Self::roots).collect(),
            Self::Apply(inner, _) => inner.roots(),
            Self::Script(script) => script.roots().to_vec(),
        }
    }
}

impl Path {
    /// A path of object keys.
    pub fn of_keys<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        Self(keys.into_iter().map(|key| Step::Key(key.into())).collect())
    }

    /// Reads only a path.
    pub fn parse(text: &str) -> Option<Self> {
        match Parser::new(text).whole() {
            Some(Expression::Path(path)) => Some(path),
            _ => None,
        }
    }

    /// Its first name.
    pub fn root(&self) -> Option<&str> {
        match self.0.first() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// Its only name, when it is nothing but a name.
    pub fn name(&self) -> Option<&str> {
        if self.0.len() == 1 { self.root() } else { None }
    }

    /// Walks through a JSON row. Where the row lacks the first name, the objects that sources wrap a record in are
    /// looked into; a leading `person.` stands for the row itself, as in the described system.
    pub fn find<'r>(&self, row: &'r Json) -> Found<'r> {
        let mut found = Vec::new();
        let (start, steps) = self.start(row);
        walk(start, steps, &mut found);
        if self.0.iter().any(|step| matches!(step, Step::Each | Step::Where(..))) || found.len() > 1 {
            return if found.is_empty() { Found::Nothing } else { Found::Many(found) };
        }
        found.pop().map_or(Found::Nothing, Found::One)
    }

    /// The JSON values at the end of the path, each item of a list on its own.
    pub fn items<'r>(&self, row: &'r Json) -> Vec<&'r Json> {
        let mut items = Vec::new();
        let (start, steps) = self.start(row);
        collect(start, steps, &mut items);
        match items[..] {
            [Json::Array(list)] => list.iter().collect(),
            _ => items,
        }
    }

    fn start<'p, 'r>(&'p self, row: &'r Json) -> (&'r Json, &'p [Step]) {
        let Some(root) = self.root().filter(|root| row.get(root).is_none()) else { return (row, &self.0) };
        if root == "person" {
            return (row, &self.0[1..]);
        }
        let wrapper = WRAPPERS.iter().filter_map(|wrapper| row.get(wrapper)).find(|inner| inner.get(root).is_some());
        (wrapper.unwrap_or(row), &self.0)
    }
}

/// Objects that sources wrap a record in: Apollo, JSON:API (ZoomInfo), Lusha V2 and Hunter, Lead411, Apollo's own CRM.
pub(super) const WRAPPERS: [&str; 6] = ["person", "attributes", "data", "employee_data", "employee_details", "contact"];

fn step_into<'r>(value: &'r Json, step: &Step, each: &mut dyn FnMut(&'r Json)) {
    match (step, value) {
        (Step::Key(key), Json::Object(map)) => map.get(&**key).into_iter().for_each(each),
        // A name behind a list means that name of each item: `technologies.name`.
        (Step::Key(key), Json::Array(items)) => items.iter().filter_map(|item| item.get(&**key)).for_each(each),
        (Step::At(at), Json::Array(items)) => {
            let index = if *at < 0 { items.len().checked_sub(at.unsigned_abs() as usize) } else { Some(*at as usize) };
            index.and_then(|index| items.get(index)).into_iter().for_each(each);
        }
        (Step::Each, Json::Array(items)) => items.iter().for_each(each),
        // One where several were expected: some APIs do both.
        (Step::Each, Json::Null) => {}
        (Step::Each, one) => each(one),
        (Step::Where(key, wanted), Json::Array(items)) => {
            items.iter().filter(|item| item.get(&**key).is_some_and(|is| says(is, wanted))).for_each(each);
        }
        _ => {}
    }
}

fn says(value: &Json, wanted: &str) -> bool {
    match value {
        Json::String(text) => text.eq_ignore_ascii_case(wanted),
        other => text_of(other).is_some_and(|text| text == wanted),
    }
}

fn collect<'r>(value: &'r Json, steps: &[Step], into: &mut Vec<&'r Json>) {
    match steps.split_first() {
        None => into.push(value),
        Some((step, rest)) => step_into(value, step, &mut |next| collect(next, rest, into)),
    }
}

fn walk<'r>(value: &'r Json, steps: &[Step], into: &mut Vec<Cow<'r, str>>) {
    match steps.split_first() {
        None => match value {
            Json::Array(items) => into.extend(items.iter().filter_map(text_of)),
            one => into.extend(text_of(one)),
        },
        Some((step, rest)) => step_into(value, step, &mut |next| walk(next, rest, into)),
    }
}

/// A leaf as text; a whole number without a fraction, whatever JSON wrote. Objects, lists and null have none.
pub(super) fn text_of(value: &Json) -> Option<Cow<'_, str>> {
    match value {
        Json::String(text) => Some(Cow::Borrowed(text)),
        Json::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Json::Number(number) => Some(Cow::Owned(match number.as_f64() {
            // 2^53: up to here an f64 holds whole numbers exactly.
            Some(float) if !number.is_i64() && float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 => (float as i64).to_string(),
            _ => number.to_string(),
        })),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Where an expression looks its names up.
pub(super) trait Scope {
    /// What a path leads to.
    fn find(&self, path: &Path) -> Found<'_>;
    /// Its values by name for a script that looks up `names`.
    fn context(&self, names: &[String]) -> minijinja::Value;
}

impl Expression {
    /// Evaluates it.
    pub(super) fn find<'s>(&'s self, scope: &'s dyn Scope) -> Found<'s> {
        match self {
            Self::Literal(text) => Found::One(Cow::Borrowed(text)),
            Self::Path(path) => scope.find(path),
            Self::Script(script) => script.run(scope.context(script.roots())),
            Self::Join { parts, with } => {
                let mut texts = Vec::new();
                for part in parts {
                    part.find(scope).push_onto(&mut texts);
                }
                texts.retain(|text| !text.trim().is_empty());
                if texts.is_empty() { Found::Nothing } else { Found::One(Cow::Owned(texts.join(with))) }
            }
            Self::Apply(inner, verb) => verb.apply(inner.find(scope)),
        }
    }
}

impl Verb {
    fn apply(self, found: Found<'_>) -> Found<'_> {
        let change = match self {
            Self::First | Self::Last => {
                let Found::Many(texts) = found else { return found };
                let mut filled = texts.into_iter().filter(|text| !text.trim().is_empty());
                let chosen = if self == Self::First { filled.next() } else { filled.next_back() };
                return chosen.map_or(Found::Nothing, Found::One);
            }
            Self::Lower => str::to_lowercase,
            Self::Upper => str::to_uppercase,
            Self::Trim => |text: &str| text.trim().to_owned(),
        };
        match found {
            Found::One(text) => Found::One(Cow::Owned(change(&text))),
            Found::Many(texts) => Found::Many(texts.iter().map(|text| Cow::Owned(change(text))).collect()),
            found => found,
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_name(key) => write!(f, "{}{key}", if nth == 0 { "" } else { "." })?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::At(at) => write!(f, "[{at}]")?,
                Step::Each => f.write_str("[]")?,
                Step::Where(key, value) => write!(f, "[{key}={value}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    struct Row(Json);
    impl Scope for Row {
        fn find(&self, path: &Path) -> Found<'_> {
            path.find(&self.0)
        }
        fn context(&self, names: &[String]) -> minijinja::Value {
            script::context(&self.0, names)
        }
    }

    fn eval(text: &str, row: Json) -> Vec<String> {
        let expression = Expression::parse(text).unwrap();
        let row = Row(row);
        let found = expression.find(&row);
        assert!(!matches!(found, Found::Broken(_)), "{text}: {found:?}");
        found.texts().map(str::to_owned).collect()
    }

    #[test]
    fn both_forms_of_join_and_paths_into_lists_work_without_minijinja() {
        let row = || {
            json!({"organization": {"keywords": ["freight", "warehousing"], "phone": null, "size": 340, "share": 0.5, "big": 52_000_000.0},
            "emails": [{"email": "m@x.example", "type": "private"}, {"email": "w@x.example", "type": "work"}], "title": " VP "})
        };
        for (text, gives) in [
            ("organization.keywords.join(', ')", &["freight, warehousing"][..]),
            ("organization.keywords | join(\", \")", &["freight, warehousing"]),
            ("person.organization.keywords[-1]", &["warehousing"]),
            ("emails[type=work].email", &["w@x.example"]),
            ("emails[].email", &["m@x.example", "w@x.example"]),
            ("emails.email.first()", &["m@x.example"]),
            ("organization.phone", &[]),
            ("organization.size", &["340"]),
            ("organization.big", &["52000000"]),
            ("organization.share", &["0.5"]),
            ("organization.nothing.at.all", &[]),
            ("title.trim().toLowerCase()", &["vp"]),
            ("[title | trim, organization.phone, 'x'] | join(' - ')", &["VP - x"]),
            ("'always'", &["always"]),
        ] {
            assert!(!matches!(Expression::parse(text), Ok(Expression::Script(_))), "{text} is plain");
            assert_eq!(eval(text, row()), gives, "{text}");
        }
    }

    #[test]
    fn the_rest_is_minijinjas_with_methods_as_filters() {
        let row = || json!({"name": "Mira Hallden", "n": 3, "tags": ["b", "a"], "founded": 2009});
        for (text, gives) in [
            ("name.split(' ').first()", &["Mira"][..]),
            ("name.replace('Mira', 'M.')", &["M. Hallden"]),
            ("tags | sort | join('/')", &["a/b"]),
            ("'Founded ' ~ founded if founded", &["Founded 2009"]),
            ("'Founded ' ~ gone if gone", &[]),
            ("gone.deeper.join(', ')", &[]),
            ("n * 1000", &["3000"]),
            ("name.lower() ~ '!'", &["mira hallden!"]),
            ("'yes' if name.startswith('Mira') else 'no'", &["yes"]),
        ] {
            assert_eq!(eval(text, row()), gives, "{text}");
        }
    }

    #[test]
    fn methods_that_do_not_exist_are_found_when_read() {
        for (text, says) in [
            ("organization.technology_names.frist()", "there is no method frist"),
            ("title.upcase()", "there is no method upcase"),
            ("title.upper(1, 2, 3)", "too many arguments"),
            ("title.replace('a')", "missing argument"),
            ("title.startswith()", "startswith takes one text"),
            ("title.includes('a', 'b')", "includes takes one text"),
        ] {
            let error = Expression::parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn hostile_expressions_are_refused_or_end_soon() {
        let deep = format!("{}1{}", "(".repeat(900), ")".repeat(900));
        for text in ["a +", "{{ a }}", "a.b.(c)", "[1, 2", "a | nosuchfilter", deep.as_str(), &"a".repeat(EXPRESSION_LIMIT + 1)] {
            assert!(Expression::parse(text).is_err(), "{}", &text[..text.len().min(30)]);
        }
        for text in
            ["'a' * 1000000000", "name.replace('', name).replace('', name).replace('', name).replace('', name)", "[name] * 100000000"]
        {
            if let Ok(expression) = Expression::parse(text) {
                let row = Row(json!({"name": "x".repeat(10_000)}));
                let length: usize = expression.find(&row).texts().map(str::len).sum();
                assert!(length <= script::TEXT_LIMIT, "{text} gave {length}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}|[a-z.\\[\\]|()'\", =-]{0,40}") {
            if let Ok(expression) = Expression::parse(&text) {
                expression.find(&Row(json!({"a": {"b": [1, {"c": "d"}]}})));
            }
        }

        #[test]
        fn paths_read_what_they_write(keys in proptest::collection::vec("[a-z_]{1,6}|[ A-Z#]{1,6}", 1..4), at in -3_i64..3) {
            let mut path = Path::of_keys(std::iter::once("root").chain(keys.iter().map(String::as_str)));
            path.0.push(Step::At(at));
            prop_assert_eq!(Path::parse(&path.to_string()), Some(path.clone()), "{}", path);
        }
    }
}
