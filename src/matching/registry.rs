//! Who a record is to the rest of the program: its id, its source's id for it, its owner, and its fellow members.
//! Slots are those of the index beside it.

use crate::domain::RecordId;
use rustc_hash::FxHashMap;
use std::hash::Hash;

/// Ids and owners by slot.
#[derive(Debug)]
pub struct Registry<O> {
    ids: Vec<RecordId>,
    identities: Vec<u64>,
    owners: Vec<O>,
    /// Each record's next fellow member, in a ring.
    next: Vec<u32>,
    by_id: FxHashMap<RecordId, u32>,
    /// Any member of each owner.
    by_owner: FxHashMap<O, u32>,
}

impl<O> Default for Registry<O> {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            identities: Vec::new(),
            owners: Vec::new(),
            next: Vec::new(),
            by_id: FxHashMap::default(),
            by_owner: FxHashMap::default(),
        }
    }
}

impl<O: Copy + Eq + Hash> Registry<O> {
    /// Enters the record of the next slot.
    pub fn enter(&mut self, id: RecordId, identity: u64, owner: O) {
        let slot = self.ids.len() as u32;
        self.ids.push(id);
        self.identities.push(identity);
        self.owners.push(owner);
        self.next.push(slot);
        self.by_id.insert(id, slot);
        self.link(slot, owner);
    }

    /// Strikes a record out.
    pub fn strike(&mut self, slot: u32) {
        self.unlink(slot);
        self.by_id.remove(&self.ids[slot as usize]);
    }

    pub fn id(&self, slot: u32) -> RecordId {
        self.ids[slot as usize]
    }

    pub fn identity(&self, slot: u32) -> u64 {
        self.identities[slot as usize]
    }

    pub fn owner(&self, slot: u32) -> O {
        self.owners[slot as usize]
    }

    pub fn slot(&self, id: RecordId) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    /// The fellow members of a record, itself first.
    pub fn members(&self, slot: u32) -> impl Iterator<Item = u32> {
        let mut at = Some(slot);
        std::iter::from_fn(move || {
            let here = at?;
            let next = self.next[here as usize];
            at = (next != slot).then_some(next);
            Some(here)
        })
    }

    /// Gives a record to an owner.
    pub fn assign(&mut self, slot: u32, owner: O) {
        if self.owner(slot) != owner {
            self.unlink(slot);
            self.owners[slot as usize] = owner;
            self.link(slot, owner);
        }
    }

    fn link(&mut self, slot: u32, owner: O) {
        let fellow = *self.by_owner.entry(owner).or_insert(slot);
        if fellow != slot {
            self.next[slot as usize] = self.next[fellow as usize];
            self.next[fellow as usize] = slot;
        }
    }

    fn unlink(&mut self, slot: u32) {
        let owner = self.owner(slot);
        let after = self.next[slot as usize];
        if after == slot {
            self.by_owner.remove(&owner);
            return;
        }
        let before = self.members(slot).last().unwrap_or(slot);
        self.next[before as usize] = after;
        self.next[slot as usize] = slot;
        self.by_owner.insert(owner, after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Uuid;

    #[test]
    fn records_move_between_owners() {
        let id = |n: u128| RecordId(Uuid::from_u128(n));
        let mut registry = Registry::default();
        for n in 0..4 {
            registry.enter(id(n), n as u64 + 100, if n < 3 { 'a' } else { 'b' });
        }
        let members = |registry: &Registry<char>, slot| {
            let mut all: Vec<u32> = registry.members(slot).collect();
            all.sort_unstable();
            all
        };
        assert_eq!(members(&registry, 0), [0, 1, 2]);
        registry.assign(1, 'b');
        assert_eq!((members(&registry, 0), members(&registry, 1)), (vec![0, 2], vec![1, 3]));
        registry.assign(1, 'a');
        registry.strike(0);
        assert_eq!((members(&registry, 1), registry.slot(id(0)), registry.slot(id(1))), (vec![1, 2], None, Some(1)));
        assert_eq!((registry.owner(1), registry.identity(1), registry.id(1)), ('a', 101, id(1)));
    }
}
