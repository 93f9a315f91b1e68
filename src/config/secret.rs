//! Fetching a secret at the moment it is needed: from where it was written, from a file that only its owner may read,
//! or from a program that prints it. Absent: keeping it, and showing it.

use super::value::{CommandLine, Secret};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// A longer secret is a file that holds something else.
const MOST_BYTES: u64 = 16 * 1024;
/// Long enough for a person to answer a password manager's question.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long the output of a program that has ended may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How often a running program is looked at.
const GLANCE: Duration = Duration::from_millis(10);

/// Why a secret could not be had. Somebody must correct the settings or the file; trying again does not help, except
/// after `Slow`.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the sentences say it; `key` is the setting, `path` the file")]
pub enum SecretError {
    #[error("{key}: cannot read {}: {cause}", path.display())]
    Unreadable { key: String, path: PathBuf, cause: io::Error },
    #[error(
        "{key}: {} can be read by other users of this machine (mode {mode:03o}); run: chmod 600 {}",
        path.display(), path.display()
    )]
    Open { key: String, path: PathBuf, mode: u32 },
    #[error("{key}: the {what} gives no secret: it must be one line of at most 16 KiB")]
    NoSecret { key: String, what: &'static str },
    #[error("{key}: cannot run {program:?}: {cause}")]
    NotRun { key: String, program: String, cause: io::Error },
    #[error("{key}: {program:?} failed ({status}); run it by hand to see why")]
    Failed { key: String, program: String, status: std::process::ExitStatus },
    #[error("{key}: {program:?} did not finish within a minute")]
    Slow { key: String, program: String },
}

/// The three ways to give one secret; at most one is used, in this order.
#[derive(Clone, Copy)]
pub(super) struct Ways<'a> {
    pub key: &'a str,
    pub value: Option<&'a Secret>,
    pub file: Option<&'a PathBuf>,
    pub command: Option<&'a CommandLine>,
}

impl Ways<'_> {
    /// Whether any is given.
    pub fn any(&self) -> bool {
        self.value.is_some() || self.file.is_some() || self.command.is_some()
    }

    /// The secret; `None` when it is not given.
    pub fn fetch(&self) -> Result<Option<SecretString>, SecretError> {
        match (self.value, self.file, self.command) {
            (Some(Secret(secret)), _, _) => Ok(Some(secret.clone())),
            (None, Some(path), _) => from_file(&format!("{}_file", self.key), path).map(Some),
            (None, None, Some(command)) => from_command(&format!("{}_command", self.key), command).map(Some),
            (None, None, None) => Ok(None),
        }
    }
}

fn from_file(key: &str, path: &Path) -> Result<SecretString, SecretError> {
    let unreadable = |cause| SecretError::Unreadable { key: key.to_owned(), path: path.to_owned(), cause };
    let file = File::open(path).map_err(unreadable)?;
    let mode = mode_of(&file).map_err(unreadable)?;
    if mode & 0o077 != 0 {
        return Err(SecretError::Open { key: key.to_owned(), path: path.to_owned(), mode });
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    one_line(&bytes).ok_or_else(|| SecretError::NoSecret { key: key.to_owned(), what: "file" })
}

/// The permission bits; where there are none, as if only the owner could read.
pub(super) fn mode_of(file: &File) -> io::Result<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        Ok(file.metadata()?.permissions().mode() & 0o777)
    }
    #[cfg(not(unix))]
    {
        file.metadata().map(|_| 0o600)
    }
}

fn from_command(key: &str, CommandLine(words): &CommandLine) -> Result<SecretString, SecretError> {
    let (program, arguments) = words.split_first().map_or(("", &[][..]), |(program, rest)| (program.as_str(), rest));
    let (key, program) = (key.to_owned(), program.to_owned());
    let mut child = match Command::new(&program).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(cause) => return Err(SecretError::NotRun { key, program, cause }),
    };
    // Read beside waiting, or a program that prints more than a pipe holds would wait for us for ever; and do not wait
    // for the pipe's end, which a daemon that the program leaves behind may hold open.
    let (hand_over, printed) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        thread::spawn(move || {
            let mut bytes = Zeroizing::new(Vec::new());
            let whole = out.take(MOST_BYTES + 1).read_to_end(&mut bytes).is_ok();
            // Nobody listens any more when the program took too long.
            whole.then(|| hand_over.send(bytes).ok())
        });
    }
    let status = match finished(&mut child) {
        Ok(Some(status)) => status,
        Ok(None) => return Err(SecretError::Slow { key, program }),
        Err(cause) => return Err(SecretError::NotRun { key, program, cause }),
    };
    if !status.success() {
        return Err(SecretError::Failed { key, program, status });
    }
    match printed.recv_timeout(LAST_WORDS) {
        Ok(bytes) => one_line(&bytes).ok_or(SecretError::NoSecret { key, what: "program" }),
        Err(_) => Err(SecretError::NoSecret { key, what: "program" }),
    }
}

/// Waits, but not for ever; what takes too long is ended.
fn finished(child: &mut Child) -> io::Result<Option<std::process::ExitStatus>> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begun.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(GLANCE);
    }
}

fn one_line(bytes: &[u8]) -> Option<SecretString> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() as u64 <= MOST_BYTES)?.trim();
    let secret = SecretString::from(text);
    let good = !secret.expose_secret().is_empty() && !secret.expose_secret().chars().any(char::is_control);
    good.then_some(secret)
}
