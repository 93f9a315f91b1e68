//! The minijinja side of mapping expressions: one closed environment, expressions only. No templates, no loops, no
//! clock; fuel bounds time and memory, [`TEXT_LIMIT`] and [`ITEM_LIMIT`] bound what comes out.

use super::{Found, WRAPPERS, text_of};
use minijinja::{
    Environment, Error, ErrorKind, Expression, State, UndefinedBehavior, Value,
    value::{Serde, ValueKind},
};
use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, LazyLock},
};

/// minijinja's unit for instructions and for 64 bytes of memory alike; a long mapping expression takes some hundred.
const FUEL: u64 = 20_000;
/// No filter of ours makes, and no result is, a longer text, in bytes: far above any field of HaloPSA.
pub(super) const TEXT_LIMIT: usize = 64 * 1024;
/// No result has more items.
const ITEM_LIMIT: usize = 1_000;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Chainable);
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(100);
    env.set_unknown_method_callback(method);
    env.add_filter("join", join);
    env.add_filter("replace", replace);
    for function in ["range", "dict", "debug", "namespace"] {
        env.remove_global(function);
    }
    env
});

/// A compiled minijinja expression.
#[derive(Clone)]
pub struct Script {
    text: Box<str>,
    roots: Box<[String]>,
    compiled: Arc<Expression<'static, 'static>>,
}

impl Script {
    /// Compiles `text`; the error is minijinja's sentence.
    pub(super) fn compile(text: &str) -> Result<Self, String> {
        let compiled = ENVIRONMENT.compile_expression_owned(text.to_owned()).map_err(|error| sentence(&error))?;
        let mut roots: Vec<_> = compiled.undeclared_variables(false).into_iter().collect();
        roots.sort_unstable();
        let script = Self { text: text.into(), roots: roots.into(), compiled: Arc::new(compiled) };
        // Unknown filters, methods and functions, and too few or too many arguments, show themselves only when they run.
        match script.compiled.eval(Value::from_pairs(std::iter::empty::<(&str, Value)>())) {
            Err(error) if is_misuse(&error) => Err(sentence(&error)),
            _ => Ok(script),
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names it looks up.
    pub(super) fn roots(&self) -> &[String] {
        &self.roots
    }

    /// Runs it; texts come out cut to the limits.
    pub(super) fn run(&self, context: Value) -> Found<'static> {
        match self.compiled.eval(context) {
            Ok(value) => found(&value),
            Err(error) => Found::Broken(sentence(&error)),
        }
    }
}

impl PartialEq for Script {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script({:?})", self.text)
    }
}

fn sentence(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

/// A JSON row as minijinja sees it, with only the `names` that are looked up; wrappers are looked into as paths do.
pub(in crate::intake) fn context(row: &serde_json::Value, names: &[String]) -> Value {
    let value = |name: &str| match row.get(name) {
        Some(value) => Some(Value::from(Serde(value))),
        None if name == "person" => Some(Value::from(Serde(row))),
        None => WRAPPERS.iter().find_map(|wrapper| row.get(wrapper)?.get(name)).map(|value| Value::from(Serde(value))),
    };
    Value::from_pairs(names.iter().filter_map(|name| Some((name.as_str(), value(name)?))))
}

fn found(value: &Value) -> Found<'static> {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            let mut room = TEXT_LIMIT;
            let texts = value.try_iter().into_iter().flatten().take(ITEM_LIMIT).filter_map(|item| text(&item)).map_while(|text| {
                room = room.checked_sub(text.len())?;
                Some(Cow::Owned(text))
            });
            Found::Many(texts.collect())
        }
        _ => text(value).map_or(Found::Nothing, |text| Found::One(Cow::Owned(text))),
    }
}

fn text(value: &Value) -> Option<String> {
    match value.kind() {
        ValueKind::String => value.as_str().map(|text| cut(text).to_owned()),
        ValueKind::Number | ValueKind::Bool => serde_json::to_value(value).ok().as_ref().and_then(text_of).map(Cow::into_owned),
        _ => None,
    }
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(TEXT_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// `value.method(arguments)` is `value | method(arguments)`; JavaScript's names are known as well. On nothing it is
/// nothing.
fn method(state: &mut State, value: &Value, name: &str, arguments: &[Value]) -> Result<Value, Error> {
    let filter = match name {
        "toLowerCase" => "lower",
        "toUpperCase" => "upper",
        "strip" => "trim",
        "toString" => "string",
        "startswith" | "startsWith" | "endswith" | "endsWith" | "includes" | "contains" => return holds(value, name, arguments),
        other => other,
    };
    let named = |error: Error| match error.kind() {
        ErrorKind::UnknownFilter => Error::new(ErrorKind::UnknownFilter, format!("there is no method {name}")),
        _ => error,
    };
    if (value.is_undefined() || value.is_none()) && filter != "default" {
        // Some text stands in for it, so that what no value could be asked is found before there is one.
        return match state.apply_filter(filter, &with(&Value::from(""), arguments)) {
            Err(error) if is_misuse(&error) => Err(named(error)),
            _ => Ok(Value::UNDEFINED),
        };
    }
    state.apply_filter(filter, &with(value, arguments)).map_err(named)
}

/// The expression is at fault, whatever value it meets.
fn is_misuse(error: &Error) -> bool {
    use ErrorKind::{MissingArgument, TooManyArguments, UnknownFilter, UnknownFunction, UnknownTest};
    matches!(error.kind(), UnknownFilter | UnknownTest | UnknownFunction | MissingArgument | TooManyArguments)
}

fn with(value: &Value, arguments: &[Value]) -> Vec<Value> {
    std::iter::once(value.clone()).chain(arguments.iter().cloned()).collect()
}

fn holds(value: &Value, name: &str, arguments: &[Value]) -> Result<Value, Error> {
    let wrong = || {
        let kind = if arguments.is_empty() { ErrorKind::MissingArgument } else { ErrorKind::TooManyArguments };
        Error::new(kind, format!("{name} takes one text"))
    };
    let [wanted] = arguments else { return Err(wrong()) };
    if let (Some(text), Some(part)) = (value.as_str(), wanted.as_str()) {
        return Ok(Value::from(match name {
            "startswith" | "startsWith" => text.starts_with(part),
            "endswith" | "endsWith" => text.ends_with(part),
            _ => text.contains(part),
        }));
    }
    Ok(Value::from(value.try_iter().is_ok_and(|mut items| items.any(|item| item == *wanted))))
}

/// Like minijinja's, but one text stays as it is and blanks are left out.
fn join(value: &Value, separator: Option<Cow<'_, str>>) -> Result<Value, Error> {
    let separator = separator.unwrap_or_default();
    if value.is_undefined() || value.is_none() || value.as_str().is_some() {
        return Ok(value.clone());
    }
    let mut joined = String::new();
    for item in value.try_iter()?.take(ITEM_LIMIT) {
        let Some(item) = text(&item).filter(|item| !item.trim().is_empty()) else { continue };
        if joined.len() + separator.len() + item.len() > TEXT_LIMIT {
            break;
        }
        if !joined.is_empty() {
            joined.push_str(&separator);
        }
        joined.push_str(&item);
    }
    Ok(Value::from(joined))
}

/// Like minijinja's, but what it makes is bounded while it is made.
fn replace(value: &Value, from: &str, to: &str) -> Result<Value, Error> {
    let Some(text) = text(value) else { return Ok(Value::UNDEFINED) };
    if from.is_empty() {
        return Ok(Value::from(text));
    }
    let mut made = String::new();
    for (nth, part) in text.split(from).enumerate() {
        if nth > 0 {
            made.push_str(to);
        }
        made.push_str(part);
        if made.len() > TEXT_LIMIT {
            return Err(Error::new(ErrorKind::InvalidOperation, format!("replace made more than {TEXT_LIMIT} bytes")));
        }
    }
    Ok(Value::from(made))
}
