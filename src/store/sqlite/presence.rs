//! Which processes are at work on a database: each holds a lock on a file of its own beside it, which the system lets
//! go of however the process ends. Whoever opens the database next gives back what the dead still hold.

use super::Desk;
use crate::store::Result;
use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// `database.db.1234.alive` for process 1234.
const ENDING: &str = ".alive";
/// Processes with the same number (each in a container of its own) or open stores of one process.
const MOST: u32 = 1_000;

/// This process at work on a database. Its name begins the names of what it holds.
pub struct Presence {
    name: String,
    path: PathBuf,
    _lock: File,
}

impl Presence {
    /// Takes the first free name of this process.
    pub fn take(database: &Path) -> io::Result<Self> {
        let process = std::process::id();
        for turn in 1..=MOST {
            let name = if turn == 1 { process.to_string() } else { format!("{process}-{turn}") };
            let path = place(database, &name);
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
            if file.try_lock().is_ok() {
                return Ok(Self { name, path, _lock: file });
            }
        }
        Err(io::Error::other("too many processes use this database"))
    }

    /// Such as `1234`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let _swept_by_the_next_one = fs::remove_file(&self.path);
    }
}

/// The names of processes that ended without a word, in no order. Their files are removed.
pub fn sweep(database: &Path) -> io::Result<Vec<String>> {
    let (Some(folder), Some(file)) = (database.parent(), database.file_name()) else { return Ok(Vec::new()) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let prefix = format!("{}.", file.to_string_lossy());
    let mut gone = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(name) = name.strip_prefix(&prefix).and_then(|name| name.strip_suffix(ENDING)) else { continue };
        let dead = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
        if dead && fs::remove_file(entry.path()).is_ok() {
            gone.push(name.to_owned());
        }
    }
    Ok(gone)
}

fn place(database: &Path, name: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(format!(".{name}{ENDING}"));
    path.into()
}

impl Desk<'_> {
    /// Gives back every lease of a process that is gone.
    pub(super) fn release_leases_of(&self, presence: &str) -> Result<()> {
        self.run("UPDATE leases SET until = 0 WHERE substr(holder, 1, length(?1) + 1) = ?1 || ' '", [presence])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_living_keep_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("database.db");
        let (first, second) = (Presence::take(&database).unwrap(), Presence::take(&database).unwrap());
        assert_ne!(first.name(), second.name());
        File::create(place(&database, "77")).unwrap();
        assert_eq!(sweep(&database).unwrap(), ["77"]);
        drop(first);
        assert!(sweep(&database).unwrap().is_empty(), "who leaves in order leaves nothing");
        assert!(place(&database, second.name()).exists());
    }
}
