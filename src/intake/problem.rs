//! Something wrong with what a person wrote: where, what, and what they may have meant.

use std::fmt;

/// One thing wrong in a configuration or mapping file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Problem {
    /// The file's name, where one is known.
    pub file: Option<String>,
    /// Its line, counted from 1.
    pub line: Option<usize>,
    /// The key, dotted.
    pub key: String,
    /// What is wrong.
    pub sentence: String,
    /// The known name nearest to the one given.
    pub nearest: Option<String>,
}

impl Problem {
    /// At `key`.
    pub fn new(key: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { file: None, line: None, key: key.into(), sentence: sentence.into(), nearest: None }
    }

    /// With a name that may have been meant.
    #[must_use]
    pub fn near(mut self, nearest: Option<&str>) -> Self {
        self.nearest = nearest.map(str::to_owned);
        self
    }
}

/// `mappings/apollo.toml:12: api.frist_name: there is no field of that name; did you mean first_name?`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}:{line}: ")?,
            (Some(file), None) => write!(f, "{file}: ")?,
            (None, _) => {}
        }
        write!(f, "{}: {}", self.key, self.sentence)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean {nearest}?"),
            None => Ok(()),
        }
    }
}

/// The name nearest to a mistyped one: at most three changes, and fewer than half its letters.
pub(super) fn nearest<'n>(given: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let given = given.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&name.to_lowercase(), &given), name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, name)| *distance <= 3 && distance * 2 < name.chars().count().max(2))
        .map(|(_, name)| name)
}
