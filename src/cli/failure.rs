//! How a run ends: the one place where endings become exit codes and sentences. Absent: backtraces.

use crate::{
    config::{AccessError, SecretError},
    domain::{Text, document::Problems},
};
use std::{io, process::ExitCode};

/// How a run can end other than well. The numbers are documented in the help of `leadloom`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Nobody reads our output any more (`… | head`): stop, quietly, as if done.
    NobodyReads,
    /// It did not work.
    Failed,
    /// It cannot be asked like that.
    WrongUse,
    /// Some of it was done; the rest is queued or listed.
    InPart,
    /// Settings are missing or wrong, or a login was refused.
    NotConfigured,
}

impl Ending {
    /// The number a script sees.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::NobodyReads => 0,
            Self::Failed => 1,
            Self::WrongUse => 2,
            Self::InPart => 3,
            Self::NotConfigured => 4,
        }
    }

    /// Its name in JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NobodyReads => "nobody_reads",
            Self::Failed => "failed",
            Self::WrongUse => "wrong_use",
            Self::InPart => "part",
            Self::NotConfigured => "not_configured",
        }
    }
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(ending.exit_code())
    }
}

/// What a command that did not go well says: what happened, and what to do next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// How it ended.
    pub ending: Ending,
    /// What happened, one sentence, or a line for each thing that is wrong.
    pub sentence: String,
    /// What to do next.
    pub advice: Option<String>,
}

impl Failure {
    /// It did not work.
    pub fn failed(sentence: impl Into<String>) -> Self {
        Self { ending: Ending::Failed, sentence: sentence.into(), advice: None }
    }

    /// It cannot be asked like that.
    pub fn wrong_use(sentence: impl Into<String>) -> Self {
        Self { ending: Ending::WrongUse, sentence: sentence.into(), advice: None }
    }

    /// Some of it was done.
    pub fn in_part(sentence: impl Into<String>) -> Self {
        Self { ending: Ending::InPart, sentence: sentence.into(), advice: None }
    }

    /// Settings are missing or wrong, or a login was refused.
    pub fn not_configured(sentence: impl Into<String>) -> Self {
        Self { ending: Ending::NotConfigured, sentence: sentence.into(), advice: None }
    }

    /// With what to do next.
    #[must_use]
    pub fn advise(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }

    /// What happened and what to do, in lines that are printable whatever a file name or an answer from outside holds.
    pub(super) fn lines(&self) -> (Vec<String>, Vec<String>) {
        let clean = |words: &str| words.lines().map(|line| Text::new(line).as_str().to_owned()).collect();
        (clean(&self.sentence), self.advice.as_deref().map(clean).unwrap_or_default())
    }
}

impl From<io::Error> for Failure {
    fn from(fault: io::Error) -> Self {
        if fault.kind() == io::ErrorKind::BrokenPipe {
            return Self { ending: Ending::NobodyReads, sentence: String::new(), advice: None };
        }
        Self::failed(format!("cannot write the answer: {fault}"))
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::not_configured(problems.to_string()).advise("Nothing was started. Correct this, then try again: leadloom config check")
    }
}

impl From<AccessError> for Failure {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::FilesOnly(_) => Self::wrong_use(error.to_string()),
            AccessError::NotSetUp { .. } | AccessError::Off(_) | AccessError::Secret(_) => Self::not_configured(error.to_string()),
        }
    }
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        Self::not_configured(error.to_string())
    }
}
