//! The three-way compare: base (last seen), theirs (HaloPSA now), ours (the golden record). Pure.
//!
//! Only one side changed: that side's value stands. Both changed to different values: a conflict, which a person
//! in HaloPSA wins by default. What we wrote there ourselves is no edit of theirs.

use crate::domain::{Field, Fields, Value};
use std::collections::BTreeSet;

/// What a look at a HaloPSA record tells.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Seen {
    /// Fields that somebody there set, changed or emptied since the last look.
    pub edited: Vec<Field>,
    /// Those of them that we had changed too, to something else, without having written it yet.
    pub conflicts: Vec<Field>,
    /// Which fields of the record are of our writing now.
    pub ours: BTreeSet<Field>,
}

/// Compares a record with its last look. `ours` are the fields of our own writing by then, `wanted` is what the
/// golden record says of the fields we keep in step.
pub fn look(base: &Fields, theirs: &Fields, ours: &BTreeSet<Field>, wanted: &Fields) -> Seen {
    let mut seen = Seen { ours: ours.clone(), ..Seen::default() };
    for field in union(base, theirs) {
        let (was, is) = (base.get(field), theirs.get(field));
        if same(was, is) {
            continue;
        }
        let want = wanted.get(field);
        if want.is_some() && same(is, want) {
            // It says what we would have written: our own write coming back, or the same edit on both sides.
            seen.ours.insert(field);
            continue;
        }
        seen.ours.remove(&field);
        seen.edited.push(field);
        if !same(want, was) && want.is_some() {
            seen.conflicts.push(field);
        }
    }
    seen
}

/// What has to be written so that a record says what the golden record wants: changed fields only. A field that
/// the golden record does not know is left alone, and so is one that a person there filled (`wanted` carries
/// their value then).
pub fn changes(theirs: &Fields, wanted: &Fields) -> Fields {
    wanted.iter().filter(|(field, want)| !same(theirs.get(*field), Some(want))).map(|(field, want)| (field, want.clone())).collect()
}

/// What we wrote, still stands there as we wrote it, and the golden record no longer says: it was taken back.
pub fn withdrawn(base: &Fields, theirs: &Fields, ours: &BTreeSet<Field>, wanted: &Fields) -> Vec<Field> {
    let stands = |field: &Field| theirs.get(*field).is_some_and(|value| !value.is_blank()) && same(theirs.get(*field), base.get(*field));
    ours.iter().copied().filter(|field| wanted.get(*field).is_none() && stands(field)).collect()
}

fn union(a: &Fields, b: &Fields) -> BTreeSet<Field> {
    a.iter().chain(b.iter()).map(|(field, _)| field).collect()
}

/// Equal for people: a number to call by its digits, words by their letters, nothing and blank alike.
pub fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (Some(Value::Phone(a)), Some(Value::Phone(b))) => a.e164() == b.e164(),
        (Some(a), Some(b)) => a == b,
        (None, None) => true,
        (Some(one), None) | (None, Some(one)) => one.is_blank(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIELDS: [Field; 4] = [Field::JobTitle, Field::City, Field::FirstName, Field::LastName];

    fn fields() -> impl Strategy<Value = Fields> {
        proptest::collection::vec((0..4usize, 0..3u8), 0..5)
            .prop_map(|pairs| pairs.into_iter().map(|(at, word)| (FIELDS[at], Value::Text(format!("v{word}").into()))).collect())
    }

    proptest! {
        #[test]
        fn an_unchanged_record_tells_nothing(base in fields(), wanted in fields()) {
            let ours: BTreeSet<_> = wanted.iter().map(|(field, _)| field).collect();
            let seen = look(&base, &base, &ours, &wanted);
            prop_assert_eq!(seen, Seen { ours, ..Seen::default() });
        }

        #[test]
        fn every_difference_is_ours_or_an_edit(base in fields(), theirs in fields(), wanted in fields()) {
            let seen = look(&base, &theirs, &BTreeSet::new(), &wanted);
            for field in FIELDS {
                let differs = base.get(field) != theirs.get(field);
                let accounted = seen.edited.contains(&field) || seen.ours.contains(&field);
                prop_assert_eq!(differs, accounted, "{:?}", field);
            }
            prop_assert!(seen.conflicts.iter().all(|field| seen.edited.contains(field)));
        }

        #[test]
        fn writing_the_changes_leaves_nothing_to_write(theirs in fields(), wanted in fields()) {
            let mut after = theirs.clone();
            for (field, value) in changes(&theirs, &wanted).iter() {
                after.set(field, value.clone());
            }
            prop_assert!(changes(&after, &wanted).is_empty());
            // And our own write coming back is no edit.
            let written: BTreeSet<_> = changes(&theirs, &wanted).iter().map(|(field, _)| field).collect();
            prop_assert!(look(&after, &after, &written, &wanted).edited.is_empty());
        }
    }

    #[test]
    fn only_what_we_wrote_and_nobody_touched_is_taken_back() {
        let fields = |title: &str, city: &str| -> Fields {
            [(Field::JobTitle, Value::Text(title.into())), (Field::City, Value::Text(city.into()))].into_iter().collect()
        };
        let base = fields("CTO", "York");
        let ours = BTreeSet::from([Field::JobTitle]);
        assert_eq!(withdrawn(&base, &base, &ours, &Fields::new()), [Field::JobTitle]);
        assert!(withdrawn(&base, &fields("Head of IT", "York"), &ours, &Fields::new()).is_empty());
        assert!(withdrawn(&base, &base, &ours, &fields("COO", "York")).is_empty());
    }

    #[test]
    fn both_changed_is_a_conflict_one_changed_is_not() {
        let title = |word: &str| -> Fields { [(Field::JobTitle, Value::Text(word.into()))].into_iter().collect() };
        let ours = BTreeSet::from([Field::JobTitle]);
        let edited = look(&title("IT Manager"), &title("Head of IT"), &ours, &title("IT Manager"));
        assert_eq!((edited.edited, edited.conflicts.len(), edited.ours.len()), (vec![Field::JobTitle], 0, 0));
        let both = look(&title("IT Manager"), &title("Head of IT"), &ours, &title("CTO"));
        assert_eq!(both.conflicts, [Field::JobTitle]);
        let emptied = look(&title("IT Manager"), &Fields::new(), &ours, &title("IT Manager"));
        assert_eq!((emptied.edited, emptied.conflicts.len()), (vec![Field::JobTitle], 0));
    }
}
