//! Words by number. An index keeps each word once and compares numbers; only words that differ are ever looked
//! at letter by letter.

use super::{
    fold::{hash, letters},
    tables::nickname_groups,
};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// A word's number in a [`WordList`] or a [`Lexicon`]; 0 is no word.
pub type WordId = u32;

/// The words of one record, numbered from 1 in the order of their first use.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct WordList {
    text: String,
    /// Where each word ends in `text`.
    ends: Vec<u16>,
}

impl WordList {
    /// None yet, with room for those of most records.
    pub fn with_room() -> Self {
        Self { text: String::with_capacity(128), ends: Vec::with_capacity(16) }
    }

    /// The number of `word`, put in if it is new.
    pub fn add(&mut self, word: &str) -> WordId {
        if word.is_empty() {
            return 0;
        }
        if let Some(at) = (0..self.ends.len()).find(|at| self.at(*at) == word) {
            return at as WordId + 1;
        }
        // Texts are clipped when folded, so a record's words stay far below 64 KiB.
        self.text.push_str(word);
        self.ends.push(self.text.len().min(usize::from(u16::MAX)) as u16);
        self.ends.len() as WordId
    }

    /// A word by number; empty for 0.
    pub fn get(&self, id: WordId) -> &str {
        if id == 0 { "" } else { self.at(id as usize - 1) }
    }

    /// All words, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|at| self.at(at))
    }

    fn at(&self, at: usize) -> &str {
        let from = if at == 0 { 0 } else { usize::from(self.ends[at - 1]) };
        &self.text[from..usize::from(self.ends[at])]
    }
}

/// What is known of a word besides its letters.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    at: u32,
    len: u32,
    /// Groups of sister names that it belongs to.
    pub groups: &'static [u16],
}

impl Word {
    fn new(text: &str, hash: u64, at: usize) -> Self {
        Self { at: at as u32, len: text.len() as u32, groups: nickname_groups(hash) }
    }

    fn text<'a>(&self, all: &'a str) -> &'a str {
        &all[self.at as usize..(self.at + self.len) as usize]
    }
}

/// What can be told of a word at a glance: its letters, and two marks above them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Glance(u32);

impl Glance {
    const HAS_SISTERS: u32 = 1 << 31;
    const INITIAL: u32 = 1 << 30;
    const LETTERS: u32 = (1 << 27) - 1;

    fn new(text: &str, word: &Word) -> Self {
        let sisters = if word.groups.is_empty() { 0 } else { Self::HAS_SISTERS };
        let initial = if text.len() == 1 { Self::INITIAL } else { 0 };
        Self(letters(text) | sisters | initial)
    }

    /// It is a single letter.
    pub const fn is_initial(self) -> bool {
        self.0 & Self::INITIAL != 0
    }

    /// Both have sister names, perhaps the same.
    pub const fn may_be_sisters(self, other: Self) -> bool {
        self.0 & other.0 & Self::HAS_SISTERS != 0
    }

    /// It has all letters of the other.
    pub const fn holds(self, other: Self) -> bool {
        other.0 & !self.0 & Self::LETTERS == 0
    }

    /// One has all letters of the other.
    pub const fn may_begin(self, other: Self) -> bool {
        self.holds(other) || other.holds(self)
    }

    /// Their letters differ in no more than `most` places of the alphabet.
    pub const fn within(self, other: Self, most: u32) -> bool {
        ((self.0 ^ other.0) & Self::LETTERS).count_ones() <= most
    }
}

/// All words of an index.
#[derive(Debug)]
pub struct Lexicon {
    ids: FxHashMap<u64, WordId>,
    words: Vec<Word>,
    /// Beside the words, because most comparisons need no more.
    glances: Vec<Glance>,
    text: String,
}

impl Default for Lexicon {
    fn default() -> Self {
        Self { ids: FxHashMap::default(), words: vec![Word::new("", 0, 0)], glances: vec![Glance(0)], text: String::new() }
    }
}

impl Lexicon {
    /// The number of a word that is known.
    pub fn find(&self, word: &str) -> Option<WordId> {
        self.ids.get(&hash(word)).copied()
    }

    /// The number of a word, which is known from now on.
    pub fn intern(&mut self, word: &str) -> WordId {
        let hash = hash(word);
        *self.ids.entry(hash).or_insert_with(|| {
            let known = Word::new(word, hash, self.text.len());
            self.glances.push(Glance::new(word, &known));
            self.words.push(known);
            self.text.push_str(word);
            self.words.len() as WordId - 1
        })
    }
}

/// Numbers from here on are words of a record that the lexicon does not know.
const FOREIGN: WordId = 1 << 31;

/// A record's words that the lexicon does not know.
#[derive(Default, Debug)]
pub struct Foreign {
    words: Vec<Word>,
    text: String,
}

impl Foreign {
    /// The lexicon's number of each word of `list`, and numbers of its own for the words that are new.
    pub fn resolve(list: &WordList, lexicon: &Lexicon) -> (Self, Vec<WordId>) {
        let mut foreign = Self::default();
        let ids = list
            .iter()
            .map(|word| {
                lexicon.find(word).unwrap_or_else(|| {
                    foreign.words.push(Word::new(word, hash(word), foreign.text.len()));
                    foreign.text.push_str(word);
                    FOREIGN + foreign.words.len() as WordId - 1
                })
            })
            .collect();
        (foreign, ids)
    }
}

/// The words of an index and of the one record that is held against it.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The index's.
    pub lexicon: &'a Lexicon,
    /// The record's own.
    pub foreign: &'a Foreign,
}

impl<'a> View<'a> {
    /// A word with what is known of it.
    pub fn word(&self, id: WordId) -> (&'a Word, &'a str) {
        if id >= FOREIGN {
            let word = &self.foreign.words[(id - FOREIGN) as usize];
            (word, word.text(&self.foreign.text))
        } else {
            let word = &self.lexicon.words[id as usize];
            (word, word.text(&self.lexicon.text))
        }
    }

    /// What can be told of it at a glance.
    pub fn glance(&self, id: WordId) -> Glance {
        if id >= FOREIGN {
            let (word, text) = self.word(id);
            Glance::new(text, word)
        } else {
            self.lexicon.glances[id as usize]
        }
    }

    /// Its letters.
    pub fn text(&self, id: WordId) -> &'a str {
        self.word(id).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_by_number() {
        let mut list = WordList::default();
        let ids = ["ann", "stone", "ann", ""].map(|word| list.add(word));
        assert_eq!(ids, [1, 2, 1, 0]);
        assert_eq!(ids.map(|id| list.get(id)), ["ann", "stone", "ann", ""]);

        let mut lexicon = Lexicon::default();
        let stone = lexicon.intern("stone");
        let (foreign, resolved) = Foreign::resolve(&list, &lexicon);
        let view = View { lexicon: &lexicon, foreign: &foreign };
        assert_eq!(resolved[1], stone);
        assert_eq!(resolved.iter().map(|id| view.text(*id)).collect::<Vec<_>>(), ["ann", "stone"]);
        assert_eq!(view.text(0), "");
    }
}
