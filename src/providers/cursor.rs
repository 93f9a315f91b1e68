//! Cursors: opaque texts in which a source writes down how far it has come, and the people it saw last.

use super::FetchError;
use crate::domain::Source;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// Ids remembered: three pages of a hundred. Result lists shift while they are read, by rows, not by pages.
const REMEMBERED: usize = 300;

/// Reads a cursor, or starts.
pub(super) fn read<T: DeserializeOwned + Default>(source: Source, cursor: Option<&str>) -> Result<T, FetchError> {
    cursor.map_or(Ok(T::default()), |text| serde_json::from_str(text).map_err(|_| FetchError::Cursor(source)))
}

/// Writes a cursor.
pub(super) fn write<T: Serialize>(place: &T) -> Option<String> {
    serde_json::to_string(place).ok()
}

/// The ids of the last people, as 48-bit marks: a run of fifty thousand mistakes one for another once in ten million.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Recent(VecDeque<String>);

impl Recent {
    /// Was lately seen.
    pub fn has(&self, id: &str) -> bool {
        let mark = mark(id);
        self.0.iter().any(|have| *have == mark)
    }

    /// Is seen now.
    pub fn add(&mut self, id: &str) {
        self.0.push_back(mark(id));
        while self.0.len() > REMEMBERED {
            self.0.pop_front();
        }
    }
}

fn mark(id: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&Sha256::digest(id.as_bytes())[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_three_pages_are_remembered_in_little_room() {
        let mut recent = Recent::default();
        for id in 0..1000 {
            recent.add(&format!("66f0a1b2c3d4e5f6a7b8{id:04}"));
        }
        assert!(recent.has("66f0a1b2c3d4e5f6a7b80999") && recent.has("66f0a1b2c3d4e5f6a7b80700"));
        assert!(!recent.has("66f0a1b2c3d4e5f6a7b80699"));
        let text = write(&recent).unwrap();
        assert!(text.len() < 4096, "{}", text.len());
        assert_eq!(read::<Recent>(Source::Apollo, Some(&text)).unwrap(), recent);
        assert!(read::<Recent>(Source::Apollo, Some("{")).is_err());
    }
}
