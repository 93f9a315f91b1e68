//! The key to the test: who is behind the ids that a source hands out. Matching is measured against it; no product code
//! may ask it.

use super::{apollo, sighting::sightings, uplead, world::World};
use crate::domain::Source;
use std::collections::HashMap;

/// Person in `World::people` by every id under which `source` shows them, in lower case: the API's, the file's, and the
/// mailbox for sources without ids. An id that could be two people's is left out; rubbish is nobody's.
pub fn truth(world: &World, source: Source) -> HashMap<String, u32> {
    let mut who: HashMap<String, Option<u32>> = HashMap::new();
    for seen in sightings(world, source) {
        let Some(person) = seen.person else { continue };
        let mut ids = Vec::new();
        match source {
            Source::Apollo => ids.extend([seen.key, apollo::contact_id(world.seed, seen.nth)]),
            Source::UpLead => ids.push(uplead::uuid_of(world.seed, "person", seen.nth.into())),
            Source::BookYourData | Source::LeadsBlue => {}
            _ => ids.push(seen.key),
        }
        if matches!(source, Source::Hunter | Source::BookYourData | Source::LeadsBlue | Source::Lusha) {
            ids.extend(seen.email.iter().map(|email| email.to_lowercase()));
        }
        for id in ids {
            let slot = who.entry(id.to_lowercase()).or_insert(Some(person));
            if *slot != Some(person) {
                *slot = None;
            }
        }
    }
    who.into_iter().filter_map(|(id, person)| Some((id, person?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn two_sources_name_the_same_people() {
        let world = World::new(5, 800, Timestamp::parse("2026-11-02").unwrap(), false);
        let (apollo, hunter) = (truth(&world, Source::Apollo), truth(&world, Source::Hunter));
        let same = sightings(&world, Source::Hunter);
        let email = same.iter().find_map(|s| hunter.get(&s.email.as_ref()?.to_lowercase())).unwrap();
        assert!((*email as usize) < world.people.len());
        let people: std::collections::HashSet<_> = hunter.values().collect();
        assert!(apollo.values().filter(|person| people.contains(person)).count() > 100);
    }
}
