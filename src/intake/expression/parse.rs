//! The parser of the plain forms of mapping expressions: paths, joins, and a few things to do with what they find.
//! `None` anywhere means that it is no plain form, and minijinja reads it.

use super::{Expression, Path, Step, Verb};

/// A name that needs no quotes.
pub(super) fn is_name(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Words that mean something to minijinja and therefore start no path.
const KEYWORDS: [&str; 10] = ["not", "true", "false", "none", "True", "False", "None", "if", "in", "is"];

/// Reads the plain forms.
pub(super) struct Parser<'t> {
    rest: &'t str,
}

impl<'t> Parser<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    /// The whole text as one plain form.
    pub(super) fn whole(mut self) -> Option<Expression> {
        let expression = self.expression()?;
        self.blank();
        self.rest.is_empty().then_some(expression)
    }

    fn expression(&mut self) -> Option<Expression> {
        let mut expression = self.primary()?;
        loop {
            self.blank();
            let is_call = self.rest.starts_with('.');
            if !is_call && !self.eat('|') {
                return Some(expression);
            }
            if is_call {
                self.eat('.');
            }
            self.blank();
            let name = self.name()?;
            let arguments = self.arguments()?;
            if is_call && arguments.is_none() {
                return None;
            }
            expression = act(expression, name, arguments)?;
        }
    }

    fn primary(&mut self) -> Option<Expression> {
        self.blank();
        match self.rest.chars().next()? {
            '\'' | '"' => self.string().map(|text| Expression::Literal(text.into())),
            '[' => {
                self.eat('[');
                let mut parts = vec![self.expression()?];
                loop {
                    self.blank();
                    if self.eat(']') {
                        return Some(Expression::Join { parts, with: "".into() });
                    }
                    if !self.eat(',') {
                        return None;
                    }
                    parts.push(self.expression()?);
                }
            }
            _ => self.path().map(Expression::Path),
        }
    }

    fn path(&mut self) -> Option<Path> {
        let root = self.name()?;
        if KEYWORDS.contains(&root) {
            return None;
        }
        let mut steps = vec![Step::Key(root.into())];
        loop {
            if self.rest.starts_with('[') {
                self.eat('[');
                steps.push(self.bracket()?);
            } else if self.rest.starts_with('.') && !self.is_call() {
                self.eat('.');
                steps.push(Step::Key(self.name()?.into()));
            } else {
                return Some(Path(steps));
            }
        }
    }

    /// A name with parentheses follows the dot.
    fn is_call(&self) -> bool {
        let after = &self.rest[1..];
        let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
        after[end..].starts_with('(')
    }

    fn bracket(&mut self) -> Option<Step> {
        self.blank();
        let step = if self.rest.starts_with(']') {
            Step::Each
        } else if self.rest.starts_with(['\'', '"']) {
            Step::Key(self.string()?.into())
        } else if self.rest.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            let end = self.rest.find(']')?;
            let (number, rest) = self.rest.split_at(end);
            self.rest = rest;
            Step::At(number.trim().parse().ok()?)
        } else {
            let key = self.name()?;
            self.blank();
            if !self.eat('=') || self.rest.starts_with('=') {
                return None;
            }
            self.blank();
            let value = if self.rest.starts_with(['\'', '"']) {
                self.string()?
            } else {
                let (value, rest) = self.rest.split_at(self.rest.find(']')?);
                self.rest = rest;
                value.trim()
            };
            Step::Where(key.into(), value.into())
        };
        self.blank();
        self.eat(']').then_some(step)
    }

    /// `None` for a name without parentheses, the texts between them otherwise.
    #[allow(clippy::option_option, reason = "outer: not plain; inner: no parentheses")]
    fn arguments(&mut self) -> Option<Option<Vec<&'t str>>> {
        self.blank();
        if !self.eat('(') {
            return Some(None);
        }
        let mut arguments = Vec::new();
        loop {
            self.blank();
            if self.eat(')') {
                return Some(Some(arguments));
            }
            if !arguments.is_empty() && !self.eat(',') {
                return None;
            }
            self.blank();
            arguments.push(self.string()?);
        }
    }

    /// Without escapes; with one it is minijinja's.
    fn string(&mut self) -> Option<&'t str> {
        let quote = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (text, rest) = self.rest[1..].split_once(quote)?;
        if text.contains('\\') {
            return None;
        }
        self.rest = rest;
        Some(text)
    }

    fn name(&mut self) -> Option<&'t str> {
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if !is_name(name) {
            return None;
        }
        self.rest = rest;
        Some(name)
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

/// A filter or method that needs no minijinja. JavaScript's names are taken as well, as the described system has them.
fn act(on: Expression, name: &str, arguments: Option<Vec<&str>>) -> Option<Expression> {
    let arguments = arguments.unwrap_or_default();
    let apply = |verb| arguments.is_empty().then(|| Expression::Apply(Box::new(on.clone()), verb));
    match name {
        "join" if arguments.len() <= 1 => {
            let with = arguments.first().copied().unwrap_or_default().into();
            Some(match on {
                Expression::Join { parts, with: none } if none.is_empty() => Expression::Join { parts, with },
                one => Expression::Join { parts: vec![one], with },
            })
        }
        "first" => apply(Verb::First),
        "last" => apply(Verb::Last),
        "lower" | "toLowerCase" => apply(Verb::Lower),
        "upper" | "toUpperCase" => apply(Verb::Upper),
        "trim" | "strip" => apply(Verb::Trim),
        _ => None,
    }
}
