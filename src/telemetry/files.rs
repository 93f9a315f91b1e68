//! The daily log files, read back: the latest lines of a level with some words in them, then those that come. Absent:
//! writing them.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};
use tracing::Level;

/// Which lines.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Wanted {
    /// Of this level and above; all of them when absent.
    pub level: Option<Level>,
    /// With this in them, whatever its case.
    pub text: Option<String>,
}

impl Wanted {
    fn has(&self, line: &str) -> bool {
        let level = || line.split_whitespace().nth(1).and_then(|word| word.parse::<Level>().ok());
        self.level.is_none_or(|least| level().is_some_and(|level| level <= least))
            && self.text.as_ref().is_none_or(|text| line.to_lowercase().contains(&text.to_lowercase()))
    }
}

/// The log as it grows.
#[derive(Debug)]
pub struct Follower {
    folder: PathBuf,
    wanted: Wanted,
    file: Option<PathBuf>,
    read: u64,
}

impl Follower {
    /// Stands before the first line.
    pub fn new(folder: &Path, wanted: Wanted) -> Self {
        Self { folder: folder.to_owned(), wanted, file: None, read: 0 }
    }

    /// The latest `limit` of the wanted lines that came since the last call, oldest first. A line that is still being
    /// written is left for the next call.
    pub fn next(&mut self, limit: usize) -> io::Result<Vec<String>> {
        let mut latest = VecDeque::new();
        for path in files(&self.folder)? {
            if self.file.as_ref().is_some_and(|read| path < *read) {
                continue;
            }
            if self.file.as_ref() != Some(&path) {
                (self.file, self.read) = (Some(path.clone()), 0);
            }
            let mut file = BufReader::new(File::open(&path)?);
            file.seek(SeekFrom::Start(self.read))?;
            let mut line = Vec::new();
            while file.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
                self.read += line.len() as u64;
                let text = String::from_utf8_lossy(&line);
                if self.wanted.has(text.trim_end()) {
                    if latest.len() == limit {
                        latest.pop_front();
                    }
                    latest.push_back(text.trim_end().to_owned());
                }
                line.clear();
            }
        }
        Ok(latest.into())
    }
}

/// The daily files, oldest first; their names hold the date.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == super::FILE_ENDING) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn lines_come_once_in_order_over_days() {
        let folder = tempfile::tempdir().unwrap();
        let day = |name: &str| File::options().create(true).append(true).open(folder.path().join(name)).unwrap();
        assert!(Follower::new(&folder.path().join("none"), Wanted::default()).next(9).unwrap().is_empty());
        let (mut first, mut second) = (day("leadloom.2026-10-03.log"), day("leadloom.2026-10-04.log"));
        writeln!(first, "2026-10-03T12:00:00.000Z INFO  sync one\n2026-10-03T12:00:01.000Z WARN  sync Two").unwrap();
        write!(second, "2026-10-04T12:00:00.000Z ERROR sync three\n2026-10-04T12:00:01.000Z ERR").unwrap();
        let mut all = Follower::new(folder.path(), Wanted::default());
        assert_eq!(all.next(9).unwrap().len(), 3);
        let mut bad = Follower::new(folder.path(), Wanted { level: Some(Level::WARN), text: None });
        assert_eq!(bad.next(1).unwrap(), ["2026-10-04T12:00:00.000Z ERROR sync three"]);
        let mut two = Follower::new(folder.path(), Wanted { level: None, text: Some("two".into()) });
        assert_eq!(two.next(9).unwrap().len(), 1);
        writeln!(second, "OR sync four").unwrap();
        assert_eq!(bad.next(9).unwrap(), ["2026-10-04T12:00:01.000Z ERROR sync four"]);
        assert!(bad.next(9).unwrap().is_empty());
    }
}
