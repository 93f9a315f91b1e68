//! The index: every known record's row, the lists that find it, and the running counts. It finds and keeps; what
//! to make of a pair is `matcher`'s, and whose a record is, `registry`'s.

use super::{
    lexicon::{Foreign, Lexicon, View, WordId, WordList},
    postings::{Found, Postings, Put, SHARDS, Shard, refined, shard_of},
    prepared::{Prepared, Shown},
    subject::{Carriers, Census, Ruler, Subject},
};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

/// From this many different names on, a value says nothing about a person.
const MANY_NAMES: usize = 4;

/// Values noticed to be generic and not yet asked for; later ones are not kept.
const MOST_NOTICED: usize = 256;

/// One record held against the index: its row in the index's words, and the words that are only its own.
#[derive(Debug)]
pub struct Held<S: Subject> {
    pub row: S::Row,
    pub foreign: Foreign,
}

/// All rows of one kind of record, and the ways to them.
#[derive(Debug)]
pub struct Index<S: Subject> {
    lexicon: Lexicon,
    postings: Postings,
    census: S::Census,
    rows: Vec<S::Row>,
    shown: Vec<Shown>,
    alive: Vec<bool>,
    dead: usize,
    generic: FxHashSet<u64>,
    noticed: Vec<Vec<u32>>,
    /// No words: what records of the index itself are looked at with.
    nothing: Foreign,
}

impl<S: Subject> Default for Index<S> {
    fn default() -> Self {
        Self {
            lexicon: Lexicon::default(),
            postings: Postings::default(),
            census: S::Census::default(),
            rows: Vec::new(),
            shown: Vec::new(),
            alive: Vec::new(),
            dead: 0,
            generic: FxHashSet::default(),
            noticed: Vec::new(),
            nothing: Foreign::default(),
        }
    }
}

impl<S: Subject> Index<S> {
    /// Live records.
    pub fn len(&self) -> usize {
        self.rows.len() - self.dead
    }

    /// Records that were taken out and still have a slot.
    pub const fn dead(&self) -> usize {
        self.dead
    }

    /// Every live slot.
    pub fn slots(&self) -> impl Iterator<Item = u32> {
        (0..self.rows.len() as u32).filter(|slot| self.is_alive(*slot))
    }

    fn is_alive(&self, slot: u32) -> bool {
        self.alive[slot as usize]
    }

    pub fn row(&self, slot: u32) -> &S::Row {
        &self.rows[slot as usize]
    }

    pub fn shown(&self, slot: u32) -> &Shown {
        &self.shown[slot as usize]
    }

    /// How many keys were refined because too many records have them, and how many of the refined ones overflowed
    /// and are not looked at.
    pub fn overflows(&self) -> (u32, u32) {
        self.postings.overflows()
    }

    /// Slots of the carriers of each value that turned generic since the last call.
    pub fn take_noticed(&mut self) -> Vec<Vec<u32>> {
        std::mem::take(&mut self.noticed)
    }

    fn view(&self) -> View<'_> {
        View { lexicon: &self.lexicon, foreign: &self.nothing }
    }

    /// A ruler for comparing a held record with the index's.
    pub fn ruler<'a>(&'a self, held: &'a Held<S>) -> Ruler<'a, S> {
        Ruler::new(View { lexicon: &self.lexicon, foreign: &held.foreign }, &self.census, self, &held.row)
    }

    /// A ruler for comparing a record of the index with others of it.
    pub fn own_ruler(&self, slot: u32) -> Ruler<'_, S> {
        Ruler::new(self.view(), &self.census, self, self.row(slot))
    }

    /// Translates a record into the index's words without putting it in.
    pub fn hold(&self, record: &Prepared<S>) -> Held<S> {
        let (foreign, ids) = Foreign::resolve(&record.words, &self.lexicon);
        let mut row = record.row.clone();
        S::words(&mut row, &mut |id: &mut WordId| *id = ids[*id as usize - 1]);
        Held { row, foreign }
    }

    /// How many names carry one of a row's own values, its own name counted.
    pub fn carriers(&self, row: &S::Row, nth: usize) -> Carriers {
        match S::own_values(row)[nth] {
            0 => Carriers::One,
            key => self.carriers_of(key, S::bearer(row)),
        }
    }

    fn carriers_of(&self, key: u64, own: u32) -> Carriers {
        let found = self.postings.shard(key).find(key);
        let list = match &found {
            Found::Nobody => return Carriers::One,
            Found::Wide | Found::Full => return Carriers::Many,
            Found::One(slot) => std::slice::from_ref(slot),
            Found::Some(list) => list,
        };
        let mut names = [own; MANY_NAMES];
        let mut count = usize::from(own != 0);
        for slot in list.iter().filter(|slot| self.is_alive(**slot)) {
            let bearer = S::bearer(self.row(*slot));
            if bearer != 0 && !names[..count].contains(&bearer) {
                names[count] = bearer;
                count += 1;
                if count == MANY_NAMES {
                    return Carriers::Many;
                }
            }
        }
        if count > 1 { Carriers::Few } else { Carriers::One }
    }

    /// Every live record that shares a key, in rising order, without repeats, into `found`.
    pub fn candidates(&self, keys: &[u64], row: &S::Row, found: &mut Vec<u32>) {
        self.gather(keys, row, found, |list| list);
    }

    /// Those that came after `slot`: a bulk run looks at each pair once, from its earlier record.
    pub fn candidates_after(&self, slot: u32, keys: &[u64], row: &S::Row, found: &mut Vec<u32>) {
        // Lists are in the order of arrival.
        self.gather(keys, row, found, |list| &list[list.partition_point(|other| *other <= slot)..]);
    }

    fn gather(&self, keys: &[u64], row: &S::Row, found: &mut Vec<u32>, part: impl Fn(&[u32]) -> &[u32]) {
        found.clear();
        let seconds = S::seconds(row);
        // All lists are looked for before the first is read, so that the waits for memory overlap.
        let lists: Vec<Found<'_>> = keys.iter().map(|key| self.postings.shard(*key).find(*key)).collect();
        for (key, list) in keys.iter().zip(lists) {
            match list {
                Found::Nobody | Found::Full => {}
                Found::One(slot) => found.extend_from_slice(part(&[slot])),
                Found::Some(list) => found.extend_from_slice(part(list)),
                Found::Wide => {
                    let shard = self.postings.shard(*key);
                    for second in seconds.iter().filter(|second| **second != 0) {
                        match shard.find(refined(*key, *second)) {
                            Found::One(slot) => found.extend_from_slice(part(&[slot])),
                            Found::Some(list) => found.extend_from_slice(part(list)),
                            Found::Nobody | Found::Wide | Found::Full => {}
                        }
                    }
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        if self.dead > 0 {
            found.retain(|slot| self.is_alive(*slot));
        }
    }

    /// Puts a record in, at the next slot.
    pub fn insert(&mut self, record: Prepared<S>) -> u32 {
        let (slot, keys) = self.shelve(record);
        for key in keys {
            post::<S>(self.postings.shard_mut(key), &self.rows, key, slot);
        }
        self.notice(slot);
        slot
    }

    /// Lists all records of a fresh index under their keys at once, on all cores. `ends` tells where each one's keys end.
    /// Keys that one record has alone are left out. Answers with the keys that lead on: those under which a later
    /// record stands, and where they end.
    pub fn list(&mut self, keys: &[u64], ends: &[usize]) -> (Vec<u64>, Vec<usize>) {
        let rows = &self.rows;
        let shards = self.postings.shards_mut().par_iter_mut().enumerate();
        let leading: Vec<Vec<bool>> = shards.map(|(nth, shard)| list_shard::<S>(shard, nth, rows, keys, ends)).collect();
        let mut leading = leading.iter().map(|shard| shard.iter()).collect::<Vec<_>>();
        let (mut kept, mut kept_ends) = (Vec::with_capacity(keys.len() / 2), Vec::with_capacity(ends.len()));
        let mut from = 0;
        for end in ends {
            kept.extend(keys[from..*end].iter().filter(|key| leading[shard_of(**key)].next() == Some(&true)));
            kept_ends.push(kept.len());
            from = *end;
        }
        (kept, kept_ends)
    }

    /// Keeps a record without listing it under its keys.
    pub fn shelve(&mut self, record: Prepared<S>) -> (u32, Vec<u64>) {
        let Prepared { mut row, words, shown, keys, .. } = record;
        let ids: Vec<WordId> = words.iter().map(|word| self.lexicon.intern(word)).collect();
        S::words(&mut row, &mut |id: &mut WordId| *id = ids[*id as usize - 1]);
        let slot = self.rows.len() as u32;
        self.census.add(&row, &View { lexicon: &self.lexicon, foreign: &self.nothing });
        self.rows.push(row);
        self.shown.push(shown);
        self.alive.push(true);
        (slot, keys)
    }

    /// Looks whether a value of the new record has just become everybody's.
    fn notice(&mut self, slot: u32) {
        for key in S::own_values(self.row(slot)).into_iter().filter(|key| *key != 0) {
            let Found::Some(list) = self.postings.shard(key).find(key) else { continue };
            if list.len() < MANY_NAMES || self.generic.contains(&key) || self.carriers_of(key, 0) != Carriers::Many {
                continue;
            }
            let carriers = list.iter().copied().filter(|slot| self.is_alive(*slot)).collect();
            self.generic.insert(key);
            if self.noticed.len() < MOST_NOTICED {
                self.noticed.push(carriers);
            }
        }
    }

    /// Takes a record out. Its slot stays empty until the index is built anew.
    pub fn remove(&mut self, slot: u32) {
        let at = slot as usize;
        if std::mem::replace(&mut self.alive[at], false) {
            let row = std::mem::take(&mut self.rows[at]);
            self.census.remove(&row, &View { lexicon: &self.lexicon, foreign: &self.nothing });
            self.shown[at] = Shown::default();
            self.dead += 1;
        }
    }

    /// A record as it was put in: for snapshots, and for building the index anew.
    pub fn export(&self, slot: u32) -> (S::Row, WordList, Shown) {
        let view = self.view();
        let mut words = WordList::default();
        let mut row = self.row(slot).clone();
        S::words(&mut row, &mut |id: &mut WordId| *id = words.add(view.text(*id)));
        (row, words, self.shown(slot).clone())
    }
}

/// Lists the records of one part, key by key, and tells of each of its keys, as they come, whether a later record has it.
fn list_shard<S: Subject>(shard: &mut Shard, nth: usize, rows: &[S::Row], keys: &[u64], ends: &[usize]) -> Vec<bool> {
    let room = keys.len() / SHARDS + keys.len() / (SHARDS * 8);
    let (mut places, mut slots) = (Vec::with_capacity(room), Vec::with_capacity(room));
    let mut from = 0;
    for (slot, end) in (0_u32..).zip(ends) {
        for key in keys[from..*end].iter().filter(|key| shard_of(**key) == nth) {
            places.push((*key, slots.len() as u32));
            slots.push(slot);
        }
        from = *end;
    }
    places.sort_unstable();
    let lists = || places.chunk_by(|(one, _), (other, _)| one == other).filter(|list| list.len() > 1);
    shard.reserve(lists().count());
    let mut leads = vec![false; slots.len()];
    for list in lists() {
        for (key, place) in list {
            post::<S>(shard, rows, *key, slots[*place as usize]);
        }
        for (_, place) in &list[..list.len() - 1] {
            leads[*place as usize] = true;
        }
    }
    leads
}

/// Lists a record under a key; where too many have the key, under the key together with each second field.
fn post<S: Subject>(shard: &mut Shard, rows: &[S::Row], key: u64, slot: u32) {
    let refine = |shard: &mut Shard, slot: u32| {
        for second in S::seconds(&rows[slot as usize]).into_iter().filter(|second| *second != 0) {
            shard.put_refined(refined(key, second), slot);
        }
    };
    match shard.put(key, slot) {
        Put::Done | Put::Full => {}
        Put::Wide => refine(shard, slot),
        // A removed record has an empty row, so it has no second fields and goes nowhere.
        Put::Widened(slots) => slots.into_iter().for_each(|slot| refine(shard, slot)),
    }
}
