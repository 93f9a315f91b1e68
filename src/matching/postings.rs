//! Blocking key -> records. Most lists hold one or two records, so one is kept in place and longer ones in blocks
//! of a shared store. A list that grows past [`LONGEST`] turns wide: its records move to lists refined by a second
//! field, so that "John Smith" is not dropped but asked for together with a town or an employer.

use rustc_hash::FxHashMap;

/// A list is split when it would grow longer. Measured trade between recall and pairs to compare.
pub const LONGEST: usize = 64;

/// Where a list is and how long.
#[derive(Clone, Copy, Debug)]
struct Head {
    /// The record itself for one, else the start of a block.
    at: u32,
    /// Length, or [`WIDE`].
    len: u32,
}

/// Length of a list that was split.
const WIDE: u32 = u32::MAX;

/// Length of a refined list that overflowed too.
const FULL: u32 = u32::MAX - 1;

/// What a key leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found<'a> {
    /// Nothing.
    Nobody,
    /// One record.
    One(u32),
    /// Several.
    Some(&'a [u32]),
    /// Too many: look under the refined keys.
    Wide,
    /// Too many even so.
    Full,
}

/// What putting a record in led to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Put {
    /// It is in the list.
    Done,
    /// The list has just overflowed; these records, the new one among them, belong under the refined keys.
    Widened(Vec<u32>),
    /// The list had overflowed before: this record belongs under the refined keys.
    Wide,
    /// There is no room under a refined key.
    Full,
}

/// One part of the lists. A key and its refined keys lie in the same part, so that parts fill in parallel.
#[derive(Default, Debug)]
pub struct Shard {
    heads: FxHashMap<u64, Head>,
    blocks: Vec<u32>,
    /// Freed blocks by the logarithm of their size.
    free: [Vec<u32>; 8],
    /// Keys that were split, and refined ones that overflowed.
    wide: u32,
    full: u32,
}

/// How many parts there are: enough to keep every core of a usual machine busy.
pub const SHARDS: usize = 16;

/// All lists.
#[derive(Default, Debug)]
pub struct Postings {
    shards: [Shard; SHARDS],
}

/// The part in which a blocking key and its refined keys lie. Taken from the top: the maps use the low bits.
pub const fn shard_of(key: u64) -> usize {
    (key >> 60) as usize % SHARDS
}

impl Postings {
    /// The part of a blocking key.
    pub const fn shard(&self, key: u64) -> &Shard {
        &self.shards[shard_of(key)]
    }

    /// The part of a blocking key, to put records in.
    pub const fn shard_mut(&mut self, key: u64) -> &mut Shard {
        &mut self.shards[shard_of(key)]
    }

    /// All parts, to fill them side by side.
    pub const fn shards_mut(&mut self) -> &mut [Shard; SHARDS] {
        &mut self.shards
    }

    /// How many keys were refined, and how many refined ones overflowed and are not looked at.
    pub fn overflows(&self) -> (u32, u32) {
        self.shards.iter().fold((0, 0), |(wide, full), shard| (wide + shard.wide, full + shard.full))
    }
}

/// The key of a list refined by a second field.
pub const fn refined(key: u64, second: u64) -> u64 {
    super::fold::mix(key ^ super::fold::mix(second))
}

impl Shard {
    /// Makes room for so many keys more.
    pub fn reserve(&mut self, keys: usize) {
        self.heads.reserve(keys);
    }

    /// What `key` leads to.
    pub fn find(&self, key: u64) -> Found<'_> {
        match self.heads.get(&key) {
            None => Found::Nobody,
            Some(Head { len: WIDE, .. }) => Found::Wide,
            Some(Head { len: FULL, .. }) => Found::Full,
            Some(Head { at, len: 1 }) => Found::One(*at),
            Some(Head { at, len }) => Found::Some(&self.blocks[*at as usize..(*at + *len) as usize]),
        }
    }

    /// Puts `record` under a blocking key.
    pub fn put(&mut self, key: u64, record: u32) -> Put {
        self.add(key, record, WIDE)
    }

    /// Puts `record` under a refined key.
    pub fn put_refined(&mut self, key: u64, record: u32) -> Put {
        self.add(key, record, FULL)
    }

    fn add(&mut self, key: u64, record: u32, overflow: u32) -> Put {
        let head = self.heads.entry(key).or_insert(Head { at: record, len: 0 });
        match head.len {
            WIDE => return Put::Wide,
            FULL => return Put::Full,
            0 => {
                *head = Head { at: record, len: 1 };
                return Put::Done;
            }
            _ => {}
        }
        let (at, len) = (head.at, head.len as usize);
        if len == LONGEST {
            head.len = overflow;
            let block = at as usize..at as usize + len;
            let mut records = self.blocks[block].to_vec();
            records.push(record);
            self.free[len.ilog2() as usize].push(at);
            if overflow == WIDE {
                self.wide += 1;
                return Put::Widened(records);
            }
            self.full += 1;
            return Put::Full;
        }
        // Blocks hold 2, 4, 8... records; a full one is exchanged for the next size.
        let (blocks, free) = (&mut self.blocks, &mut self.free);
        if len == 1 {
            let block = take(blocks, free, 1);
            blocks[block as usize] = at;
            head.at = block;
        } else if len.is_power_of_two() {
            let size = len.ilog2() as usize;
            let block = take(blocks, free, size + 1);
            blocks.copy_within(at as usize..at as usize + len, block as usize);
            free[size].push(at);
            head.at = block;
        }
        self.blocks[head.at as usize + len] = record;
        head.len += 1;
        Put::Done
    }
}

fn take(blocks: &mut Vec<u32>, free: &mut [Vec<u32>; 8], size: usize) -> u32 {
    free[size].pop().unwrap_or_else(|| {
        let at = blocks.len() as u32;
        blocks.resize(blocks.len() + (1 << size), 0);
        at
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_grow_split_and_stay_apart() {
        let mut postings = Shard::default();
        assert_eq!(postings.find(1), Found::Nobody);
        for record in 0..LONGEST as u32 {
            assert_eq!(postings.put(1, record), Put::Done);
            assert_eq!(postings.put(2, record + 1000), Put::Done);
            let expected: Vec<u32> = (0..=record).collect();
            match postings.find(1) {
                Found::One(one) => assert_eq!(vec![one], expected),
                Found::Some(some) => assert_eq!(some, expected),
                other => panic!("{other:?}"),
            }
        }
        let Put::Widened(all) = postings.put(1, 64) else { panic!("not split") };
        assert_eq!(all, (0..=64).collect::<Vec<u32>>());
        assert_eq!(postings.put(1, 65), Put::Wide);
        assert_eq!(postings.find(1), Found::Wide);
        for record in 0..LONGEST as u32 {
            assert_eq!(postings.put_refined(3, record), Put::Done);
        }
        assert_eq!(postings.put_refined(3, 9), Put::Full);
        assert_eq!(postings.find(3), Found::Full);
        let Found::Some(other) = postings.find(2) else { panic!("lost") };
        assert_eq!(other, (1000..1064).collect::<Vec<u32>>());
        assert_eq!((postings.wide, postings.full), (1, 1));
    }
}
