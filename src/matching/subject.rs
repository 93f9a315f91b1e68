//! What a kind of record (people, companies) tells the matcher about itself. Everything else in this room is
//! written once for both.

use super::{
    company::{CoreFit, core_fit, spelt_by},
    fold::{Near, near},
    index::Index,
    lexicon::{View, WordId, WordList},
    mailbox::label,
    model::{Model, Weights},
    pattern::{CLASSES, Factor, Pattern, PerClass},
    prepared::Shown,
    settings::Settings,
    verdict::Vetoes,
};
use crate::domain::{Draft, Rival};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Debug, hash::Hash};

/// How many values of a record should be its own alone (numbers, a box): see [`Subject::own_values`].
pub const OWN_VALUES: usize = 4;

/// A kind of record.
pub trait Subject: Copy + Debug + Default + PartialEq + Send + Sync + 'static {
    /// What its records add up to.
    type Owner: Copy + Eq + Ord + Hash + Debug + Send + Sync + Serialize + DeserializeOwned;
    /// The normal form.
    type Row: Clone + Default + PartialEq + Hash + Debug + Send + Sync + Serialize + DeserializeOwned;
    /// Running frequencies.
    type Census: Census<Self::Row>;

    /// The comparisons, in the order of their places in a pattern.
    const FACTORS: &'static [Factor];
    /// Where each factor's level lies.
    const SHIFTS: &'static [u8];
    /// What each class is as a rival of "same".
    const RIVALS: [Option<Rival>; CLASSES];
    /// Shipped frequencies of the classes among pairs that share a key.
    const PRIOR: PerClass;

    /// Reads a cleaned draft.
    fn read(draft: &Draft) -> (Self::Row, WordList, Shown);
    /// The blocking keys.
    fn keys(row: &Self::Row, words: &WordList) -> Vec<u64>;
    /// Every word of a row, to renumber it.
    fn words(row: &mut Self::Row, each: &mut dyn FnMut(&mut WordId));
    /// Second fields that split the list of a key which too many records have; 0 where not known.
    fn seconds(row: &Self::Row) -> [u64; SECONDS];
    /// Keys of the values that one person or company should have alone; 0 for none.
    fn own_values(row: &Self::Row) -> [u64; OWN_VALUES];
    /// A coarse name, equal for most records of one person or company: who carries a value. 0 when unknown.
    fn bearer(row: &Self::Row) -> u32;
    /// The levels of a pair. Symmetric but for what `ruler` knows of `a`'s own values.
    fn compare(ruler: &mut Ruler<'_, Self>, a: &Self::Row, b: &Self::Row) -> Pattern;
    /// What forbids deciding a pair without a person.
    fn vetoes(pattern: Pattern, a: &Self::Row, b: &Self::Row) -> Vetoes;
    /// One agreement in the pattern is enough by itself: the exact box of one person.
    fn decides_alone(pattern: Pattern) -> bool;
    /// Records of one owner at most, to which no other joins without asking.
    fn largest(settings: &Settings) -> u32;
    /// Its half of a model.
    fn weights(model: &Model) -> &Weights;
    /// Its half of a model, to replace it.
    fn weights_mut(model: &mut Model) -> &mut Weights;
}

/// How many second fields a row offers.
pub const SECONDS: usize = 8;

/// Running frequencies of a kind of record.
pub trait Census<Row>: Default + Debug + Send + Sync {
    /// One record more.
    fn add(&mut self, row: &Row, view: &View<'_>);
    /// One record less.
    fn remove(&mut self, row: &Row, view: &View<'_>);
}

/// How many different names carry a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub enum Carriers {
    /// One, as it should be.
    #[default]
    One,
    /// A few: a relative, a spelling, or a small office.
    Few,
    /// Many: the value says nothing about a person.
    Many,
}

/// Everything that comparing one record with many needs.
#[derive(Debug)]
pub struct Ruler<'a, S: Subject> {
    /// Words.
    pub view: View<'a>,
    /// Frequencies.
    pub census: &'a S::Census,
    index: &'a Index<S>,
    row: &'a S::Row,
    /// Who carries each of the one record's own values, where it was asked: few pairs share one.
    carriers: [Option<Carriers>; OWN_VALUES],
    memo: Memo,
}

/// Answers remembered while one record is held against many: candidates repeat names and employers.
#[derive(Debug)]
struct Memo {
    near: [(WordId, WordId, Near); SLOTS],
    cores: [(WordId, WordId, CoreFit); SLOTS],
    numbers: [(u32, u32, f32); SLOTS],
}

/// A power of two; more than the distinct words of a usual candidate list.
const SLOTS: usize = 32;

/// Two slips change four letters at most.
const LETTERS_APART: u32 = 4;

const fn slot_of(a: u32, b: u32) -> usize {
    (a ^ b.rotate_left(7)) as usize % SLOTS
}

impl<'a, S: Subject> Ruler<'a, S> {
    /// A ruler for one record, given in the words of `view`.
    pub fn new(view: View<'a>, census: &'a S::Census, index: &'a Index<S>, row: &'a S::Row) -> Self {
        let memo = Memo { near: [(0, 0, Near::Same); SLOTS], cores: [(0, 0, CoreFit::Same); SLOTS], numbers: [(0, 0, 0.0); SLOTS] };
        Self { view, census, index, row, carriers: [None; OWN_VALUES], memo }
    }

    /// Who carries the record's own value of that place.
    pub fn carriers(&mut self, nth: usize) -> Carriers {
        let (index, row) = (self.index, self.row);
        *self.carriers[nth].get_or_insert_with(|| index.carriers(row, nth))
    }

    /// How near two words are; both are known.
    pub fn near(&mut self, a: WordId, b: WordId) -> Near {
        if a == b {
            return Near::Same;
        }
        if !self.view.glance(a).within(self.view.glance(b), LETTERS_APART) {
            return Near::Far;
        }
        let slot = &mut self.memo.near[slot_of(a, b)];
        if (slot.0, slot.1) != (a, b) {
            *slot = (a, b, near(self.view.text(a), self.view.text(b)));
        }
        slot.2
    }

    /// How two company names compare; both are known.
    pub fn cores(&mut self, a: WordId, b: WordId) -> CoreFit {
        if a == b {
            return CoreFit::Same;
        }
        let slot = &mut self.memo.cores[slot_of(a, b)];
        if (slot.0, slot.1) != (a, b) {
            *slot = (a, b, core_fit(self.view.text(a), self.view.text(b)));
        }
        slot.2
    }

    /// What a host begins with spells a company's name: `acme-foods.com` for Acme Foods; both are known.
    pub fn spells(&self, host: WordId, core: WordId) -> bool {
        self.view.glance(host).holds(self.view.glance(core)) && spelt_by(self.view.text(core), label(self.view.text(host)))
    }

    /// A number that the census gives for a pair of keys; `a` must not be 0.
    pub fn number(&mut self, a: u32, b: u32, count: impl FnOnce(&S::Census) -> f32) -> f32 {
        let slot = &mut self.memo.numbers[slot_of(a, b)];
        if (slot.0, slot.1) != (a, b) {
            *slot = (a, b, count(self.census));
        }
        slot.2
    }
}
