//! Blocking keys of people: two records are compared when they have one key in common. Each key answers a way in
//! which one person's records differ (typing, nickname, swapped names, another employer) and names enough to
//! keep its list short. A shared line or a desk's box is never a key by itself.

use super::{BoxKind, PersonRow, address_key, phone_key};
use crate::matching::{
    fold::{hash, hash_bytes, mix, sound},
    lexicon::WordList,
    tables::nickname_groups,
};

/// Keys of a record, at most.
pub const MOST: usize = 40;

/// The keys of one person.
pub fn keys(row: &PersonRow, words: &WordList) -> Vec<u64> {
    let mut keys = Vec::with_capacity(24);
    let mut put = |kind: u64, parts: &[u64]| {
        if parts.iter().all(|part| *part != 0) && keys.len() < MOST {
            keys.push(parts.iter().fold(mix(kind), |sum, part| mix(sum ^ part)));
        }
    };
    let word = |id| if id == 0 { 0 } else { hash(words.get(id)) };
    // A single letter is an initial and stands for itself only together with something that tells.
    let long = |id| if words.get(id).len() > 1 { word(id) } else { 0 };
    let sounds = |id| {
        let text = words.get(id);
        if text.len() > 1 { hash_bytes(7, &sound(text).to_le_bytes()) } else { 0 }
    };
    let first_letter = |id| words.get(id).bytes().next().map_or(0, |letter| u64::from(letter) + 1);

    let (given, family) = (long(row.given), long(row.family));
    let (given_sound, family_sound) = (sounds(row.given), sounds(row.family));
    let initial = first_letter(row.given);
    let [host, box_host] = row.hosts().map(word);
    let core = word(row.core);
    let employers = [host, box_host, core];

    // Names, in either order.
    put(10, &[given.min(family), given.max(family)]);
    put(11, &[given, family_sound]);
    put(12, &[given_sound, family]);
    for group in nickname_groups(given).iter().take(4) {
        put(13, &[u64::from(*group) + 1, family]);
    }
    for part in row.parts.iter().filter(|part| **part != 0) {
        put(10, &[given.min(word(*part)), given.max(word(*part))]);
    }
    let middle = long(row.middle);
    put(10, &[middle.min(family), middle.max(family)]);

    // Names at an employer.
    for employer in employers {
        put(20, &[family, employer]);
        put(21, &[given, employer]);
        put(22, &[initial, family_sound, employer]);
    }

    // Born, living and numbered. People known by such things are known with many slips, so the keys are wide.
    let (birth, postcode) = (u64::from(row.birth), word(row.postcode));
    put(30, &[birth]);
    let (year, day) = (birth / 512, birth % 512);
    let at_home = if employers == [0; 3] { word(row.city) } else { 0 };
    for name in [given_sound, family_sound] {
        put(35, &[year, name]);
        put(36, &[day, name]);
        put(37, &[at_home, name]);
    }
    put(31, &[postcode, family_sound]);
    put(32, &[postcode, given]);
    put(33, &[word(row.street), postcode]);
    put(34, &[word(row.identifier)]);

    // The box's name, wherever it is, when it is more than a first name.
    if row.box_kind != BoxKind::Role && words.get(row.base).len() > 5 {
        put(40, &[word(row.base), u64::from(row.number) + 1]);
    }

    put(50, &[row.external]);
    put(51, &[row.linkedin]);
    if row.box_kind != BoxKind::Role {
        keys.extend([row.address].into_iter().chain(row.other_boxes).filter(|address| *address != 0).map(address_key));
    }
    keys.extend(row.phones.iter().filter(|phone| **phone != 0 && **phone != row.switchboard).map(|phone| phone_key(*phone)));
    keys.sort_unstable();
    keys.dedup();
    keys
}
