//! The laws of matching as properties: whatever the names, numbers and columns, these hold. Named cases are in
//! `matching`; here every value is drawn.

use leadloom::{
    domain::{ContactId, Draft, Evidence, Field, FieldKind, Fields, Quality, RecordId, RecordKind, Source, Text, Uuid, Value, Veto, Zone},
    matching::{
        Matcher, Model, People, Prepared, Settings, Verdict,
        dedupe::{Options, Outcome, dedupe},
    },
};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

type Values = Vec<(Field, String)>;

fn record_of(source: Source, id: &str, values: &Values) -> Prepared<People> {
    let fields: Fields = values
        .iter()
        .map(|(field, raw)| (*field, Value::parse(field.kind(), raw).unwrap_or_else(|| panic!("{raw} is no {:?}", field.kind()))))
        .collect();
    Prepared::person(&Draft {
        source,
        kind: RecordKind::Person,
        external_id: Text::new(id),
        dated: None,
        fields,
        edited: Vec::new(),
        defects: Vec::new(),
        quality: Quality::default(),
    })
}

fn record(values: &Values) -> Prepared<People> {
    record_of(Source::File, "", values)
}

fn row(n: u128) -> RecordId {
    RecordId(Uuid::from_u128(n))
}

fn contact(n: u128) -> ContactId {
    ContactId(Uuid::from_u128(n))
}

/// Given names that are neither slips nor sisters of one another.
const GIVEN: [&str; 10] = ["Ann", "Boris", "Carla", "Dmitri", "Esther", "Farid", "Gudrun", "Hiroshi", "Ingrid", "Tobias"];
const FAMILY: [&str; 8] = ["Stone", "Müller", "van der Berg", "Okafor", "Garcia", "Lindqvist", "Novak", "Tanaka"];
const FIRMS: [&str; 6] = ["Quarry Logistics", "Harbor Foods", "Nova Energy", "Summit Data", "Crest Media", "Pine Partners"];
const TOWNS: [&str; 4] = ["London", "Leeds", "York", "Bath"];
const TITLES: [&str; 5] = ["IT Director", "Sales Manager", "Accountant", "Buyer", "Head of Marketing"];

fn host(firm: &str) -> String {
    format!("{}.com", firm.to_lowercase().replace(' ', ""))
}

/// Letters of a name as a mailbox has them.
fn bare(name: &str) -> String {
    name.to_lowercase().replace('ü', "u").replace(' ', "")
}

/// Two different numbers below `below`.
fn two(below: usize) -> impl Strategy<Value = (usize, usize)> {
    (0..below, 1..below).prop_map(move |(one, step)| (one, (one + step) % below))
}

/// A matcher that knows `known` as contacts 0, 1, … beside eighty others of the same names and firms.
fn knowing(known: &[Values]) -> Matcher<People> {
    let mut matcher = Matcher::new(Settings::default(), Model::shipped());
    for (nth, values) in known.iter().enumerate() {
        matcher.insert(row(nth as u128), contact(nth as u128), record(values));
    }
    for (nth, (first, last)) in GIVEN.iter().flat_map(|first| FAMILY.iter().map(move |last| (first, last))).enumerate() {
        let n = 1000 + nth as u128;
        let values = vec![
            (Field::FirstName, (*first).to_owned()),
            (Field::LastName, (*last).to_owned()),
            (Field::CompanyName, format!("Works {nth}")),
            (Field::CompanyDomain, format!("works{nth}.com")),
        ];
        matcher.insert(row(n), contact(n), record(&values));
    }
    matcher
}

fn named(first: &str, last: &str) -> Values {
    vec![(Field::FirstName, first.to_owned()), (Field::LastName, last.to_owned())]
}

fn with(mut values: Values, more: &[(bool, Field, String)]) -> Values {
    values.extend(more.iter().filter(|(has, ..)| *has).map(|(_, field, value)| (*field, value.clone())));
    values
}

/// Whether the answer is "the same as contact 0", and whether contact 0 is at least asked about.
fn said(verdict: &Verdict<People>) -> (bool, bool) {
    match verdict {
        Verdict::New => (false, false),
        Verdict::Same(scored) => (scored.owner == contact(0), scored.owner == contact(0)),
        Verdict::Ask(all) => (false, all.iter().any(|scored| scored.owner == contact(0))),
    }
}

fn in_bulk(records: Vec<Prepared<People>>) -> Outcome<People> {
    dedupe(records, &Options::default(), &|_| {})
}

/// People with several noisy records each.
fn world() -> impl Strategy<Value = Vec<Values>> {
    let person = (0..GIVEN.len(), 0..FAMILY.len(), 0..FIRMS.len(), 0..10_000_u32, 1..4_usize, any::<u32>());
    prop::collection::vec(person, 1..14).prop_map(|people| {
        let mut records = Vec::new();
        for (first, last, firm, number, copies, noise) in people {
            for copy in 0..copies {
                let has = |bit: usize| noise >> ((bit + copy * 7) % 32) & 1 == 1;
                records.push(with(
                    named(GIVEN[first], FAMILY[last]),
                    &[
                        (has(0), Field::CompanyName, FIRMS[firm].to_owned()),
                        (has(1), Field::CompanyDomain, host(FIRMS[firm])),
                        (has(2), Field::Email, format!("p{number}@{}", host(FIRMS[firm]))),
                        (has(3), Field::Mobile, format!("+44770090{number:04}")),
                        (has(4), Field::LinkedIn, format!("linkedin.com/in/person-{number}")),
                        (has(5), Field::City, TOWNS[number as usize % TOWNS.len()].to_owned()),
                    ],
                ));
            }
        }
        records
    })
}

/// The name's row of an explanation.
fn rarity_in(evidence: &Evidence) -> Vec<(Text, f32)> {
    evidence.rows.iter().filter(|row| row.aspect.label() == "Name").map(|row| (row.level.clone(), row.bits.0)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn colleagues_of_one_surname_switchboard_and_town_are_never_merged(
        (one, other) in two(GIVEN.len()), last in 0..FAMILY.len(), firm in 0..FIRMS.len(), town in 0..TOWNS.len(),
        has in any::<u8>(), title in 0..TITLES.len(), line in 0..10_000_u32,
    ) {
        let colleague = |nth: usize| {
            let has = |bit: u8| has >> bit & 1 == 1;
            with(named(GIVEN[nth], FAMILY[last]), &[
                (true, Field::CompanyName, FIRMS[firm].to_owned()),
                (true, Field::CompanyDomain, host(FIRMS[firm])),
                (true, Field::Phone, format!("+4420794{line:05}")),
                (has(0), Field::CompanyPhone, format!("+4420794{line:05}")),
                (true, Field::City, TOWNS[town].to_owned()),
                (has(1), Field::JobTitle, TITLES[title].to_owned()),
                (has(2), Field::Email, format!("{}.{}@{}", bare(GIVEN[nth]), bare(FAMILY[last]), host(FIRMS[firm]))),
                (has(3), Field::Country, "GB".to_owned()),
            ])
        };
        let (left, right) = (colleague(one), colleague(other));
        let verdict = knowing(std::slice::from_ref(&left)).decide(&record(&right));
        prop_assert!(!said(&verdict).0, "{:?}", verdict);
        let outcome = in_bulk(vec![record(&left), record(&right)]);
        prop_assert!(outcome.clusters[0] != outcome.clusters[1] && outcome.pairs.iter().all(|pair| pair.zone != Zone::Auto));
    }

    #[test]
    fn who_changed_employer_is_found_by_a_kept_profile_or_mobile(
        first in 0..GIVEN.len(), last in 0..FAMILY.len(), (before, after) in two(FIRMS.len()), number in 0..10_000_u32,
        by_profile in any::<bool>(), has in any::<u8>(),
    ) {
        let kept = if by_profile {
            (true, Field::LinkedIn, format!("linkedin.com/in/someone-{number}"))
        } else {
            (true, Field::Mobile, format!("+44770090{number:04}"))
        };
        let at = |firm: usize, bits: u8| {
            with(named(GIVEN[first], FAMILY[last]), &[
                kept.clone(),
                (true, Field::CompanyName, FIRMS[firm].to_owned()),
                (bits & 1 == 1, Field::CompanyDomain, host(FIRMS[firm])),
                (bits & 2 == 2, Field::Email, format!("{}.{}@{}", bare(GIVEN[first]), bare(FAMILY[last]), host(FIRMS[firm]))),
            ])
        };
        let verdict = knowing(&[at(before, has)]).decide(&record(&at(after, has >> 2)));
        prop_assert!(said(&verdict).1, "{:?}", verdict);
    }

    #[test]
    fn numbered_mailboxes_are_two_people(
        first in 0..GIVEN.len(), last in 0..FAMILY.len(), firm in 0..FIRMS.len(), number in 2..99_u32, has in any::<u8>(),
    ) {
        let holder = |number: String| {
            with(named(GIVEN[first], FAMILY[last]), &[
                (true, Field::Email, format!("{}.{}{number}@{}", bare(GIVEN[first]), bare(FAMILY[last]), host(FIRMS[firm]))),
                (has & 1 == 1, Field::CompanyName, FIRMS[firm].to_owned()),
                (has & 2 == 2, Field::City, TOWNS[0].to_owned()),
                (has & 4 == 4, Field::JobTitle, TITLES[0].to_owned()),
            ])
        };
        let verdict = knowing(&[holder(String::new())]).decide(&record(&holder(number.to_string())));
        prop_assert!(!said(&verdict).0, "{:?}", verdict);
    }

    #[test]
    fn an_exact_address_of_ones_own_decides_by_itself(
        first in 0..GIVEN.len(), last in 0..FAMILY.len(), (firm, other) in two(FIRMS.len()), free in any::<bool>(), named_too in any::<bool>(),
    ) {
        let at = if free { "gmail.com".to_owned() } else { host(FIRMS[firm]) };
        let address = (true, Field::Email, format!("{}.{}@{at}", bare(GIVEN[first]), bare(FAMILY[last])));
        let known = with(named(GIVEN[first], FAMILY[last]), &[address.clone(), (true, Field::CompanyName, FIRMS[firm].to_owned())]);
        let incoming = with(
            if named_too { named(GIVEN[first], FAMILY[last]) } else { Vec::new() },
            &[address, (free && named_too, Field::CompanyName, FIRMS[other].to_owned())],
        );
        let verdict = knowing(&[known]).decide(&record(&incoming));
        prop_assert!(said(&verdict).0, "{:?}", verdict);
    }

    #[test]
    fn not_the_same_holds_for_ever_or_is_reopened_with_its_reason(records in world(), news in any::<u8>()) {
        let mut matcher = Matcher::<People>::new(Settings::default(), Model::shipped());
        let known = |nth: usize, values: &Values| record_of(Source::Apollo, &format!("id{nth}"), values);
        for (nth, values) in records.iter().enumerate() {
            matcher.insert(row(nth as u128), contact(nth as u128), known(nth, values));
        }
        // A person says of every pair that any of them could be that they are two.
        for (nth, values) in records.iter().enumerate() {
            for scored in matcher.candidates(&known(nth, values)) {
                if scored.owner != contact(nth as u128) {
                    matcher.forbid(row(nth as u128), scored.record);
                }
            }
        }
        for (nth, values) in records.iter().enumerate() {
            // The next snapshot of each, sometimes with news.
            let mut next = values.clone();
            next.retain(|(field, _)| *field != Field::JobTitle);
            next.push((Field::JobTitle, TITLES[usize::from(news) % TITLES.len()].to_owned()));
            if news & 1 == 1 && !next.iter().any(|(field, _)| *field == Field::LinkedIn) {
                next.push((Field::LinkedIn, "linkedin.com/in/person-1".to_owned()));
            }
            let next = known(nth, &next);
            let named = match matcher.decide(&next) {
                Verdict::New => Vec::new(),
                Verdict::Same(scored) => vec![scored],
                Verdict::Ask(all) => all,
            };
            for scored in named.iter().filter(|scored| scored.owner != contact(nth as u128)) {
                prop_assert!(scored.vetoes.has(Veto::NotSame) && scored.zone == Zone::Review, "{:?}", scored);
                let why = matcher.explain(&next, scored).why_not_auto;
                prop_assert!(why.as_ref().is_some_and(|why| why.contains("since")), "{:?}", why);
            }
        }
    }

    #[test]
    fn a_stranger_changes_no_decision_but_through_rarity(records in world(), strangers in 1..4_usize) {
        let options = Options { learn: false, ..Options::default() };
        let prepared: Vec<_> = records.iter().map(record).collect();
        let before = dedupe(prepared.clone(), &options, &|_| {});
        let mut more = prepared;
        for nth in 0..strangers {
            more.push(record(&with(named("Xerxes", "Quillfeather"), &[(true, Field::CompanyName, format!("Zebra Glue {nth}"))])));
        }
        let after = dedupe(more, &options, &|_| {});
        let known = records.len() as u32;
        let scores: HashMap<(u32, u32), f32> = after.compared.iter().map(|(a, b, bits)| ((*a, *b), *bits)).collect();
        // Who is compared does not change, and nobody is compared with a stranger.
        let same: Vec<_> = after.compared.iter().filter(|(a, b, _)| *a < known && *b < known).map(|(a, b, _)| (*a, *b)).collect();
        prop_assert_eq!(same, before.compared.iter().map(|(a, b, _)| (*a, *b)).collect::<Vec<_>>());
        prop_assert!(after.compared.iter().all(|(a, b, _)| (*a < known) == (*b < known)));
        let moved: HashSet<(u32, u32)> =
            before.compared.iter().filter(|(a, b, bits)| scores[&(*a, *b)].to_bits() != bits.to_bits()).map(|(a, b, _)| (*a, *b)).collect();
        for pair in &before.pairs {
            let at = (pair.left, pair.right);
            let Some(new) = after.pairs.iter().find(|pair| (pair.left, pair.right) == at) else {
                prop_assert!(moved.contains(&at), "{at:?} is no pair any more, though its evidence is the same");
                continue;
            };
            let (old, now) = (before.explain(pair), after.explain(new));
            prop_assert_eq!(old.rows.len(), now.rows.len());
            for (one, other) in old.rows.iter().zip(&now.rows).filter(|(one, other)| one != other) {
                // Against another rival, now that a name is rarer, the same level weighs otherwise.
                let other_rival = old.rival != now.rival && one.level == other.level;
                prop_assert!(one.aspect.label() == "Name" || other_rival, "{:?} {:?}", one, other);
            }
            if moved.contains(&at) {
                prop_assert!(rarity_in(&old) != rarity_in(&now), "the explanation does not say why {at:?} moved");
            } else if moved.is_empty() {
                prop_assert_eq!((pair.zone, pair.vetoes), (new.zone, new.vetoes));
            }
        }
        if moved.is_empty() {
            prop_assert_eq!(&before.clusters[..], &after.clusters[..records.len()]);
        }
    }

    #[test]
    fn a_second_run_over_the_same_records_adds_nothing(records in world()) {
        let once = in_bulk(records.iter().map(record).collect());
        let clusters = once.clusters.iter().collect::<HashSet<_>>().len();
        // Known as the clusters they are, every one of them is known again: nobody is new.
        let mut matcher = Matcher::<People>::new(Settings::default(), Model::shipped());
        for (nth, values) in records.iter().enumerate() {
            matcher.insert(row(nth as u128), contact(once.clusters[nth].into()), record(values));
        }
        let identified = |values: &Values| values.iter().any(|(field, _)| matches!(field, Field::Email | Field::LinkedIn | Field::Mobile));
        for (nth, values) in records.iter().enumerate().filter(|(_, values)| identified(values)) {
            let again = matcher.candidates(&record(values));
            prop_assert!(again.iter().any(|scored| scored.owner == contact(once.clusters[nth].into())), "{:?}", again);
            prop_assert!(!matches!(matcher.decide(&record(values)), Verdict::New));
        }
        prop_assert_eq!(in_bulk(records.iter().map(record).collect()).clusters.iter().collect::<HashSet<_>>().len(), clusters);
    }
}

#[test]
fn the_drawn_fields_are_fields_of_people() {
    // A kind that changes would make every draw above panic far from its cause.
    assert_eq!(Field::Email.kind(), FieldKind::Email);
    assert_eq!(Field::Mobile.kind(), FieldKind::Phone);
}
