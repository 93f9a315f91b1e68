//! Companies: the normal form of one company's record, and what the matcher needs to know of it.

mod census;
mod compare;
mod levels;

use super::{
    company::{CompanyName, acronym},
    fold::{fold, fold_unspaced, hash, hash_bytes, mix, sound},
    lexicon::{WordId, WordList},
    mailbox::{host_of, registrable},
    model::{Model, Weights},
    pattern::{CLASSES, Factor, Pattern, PerClass},
    person::{digits, phone_key, source_shown},
    place,
    prepared::{Shown, country_code, external_key, slug},
    settings::Settings,
    subject::{OWN_VALUES, Ruler, SECONDS, Subject},
    tables::{SHARED_HOSTS, WEAK_WORDS},
    verdict::Vetoes,
};
use crate::domain::{Aspect, CompanyId, Draft, Field, Fields, Rival, Veto};
use census::CompanyCensus;
use serde::{Deserialize, Serialize};

/// Companies, as a kind of record that a [`super::Matcher`] holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Companies;

/// Records of a company that are all looked at before another joins. Nobody is asked about companies, so that a limit makes
/// a second one of the next: this one only bounds the work.
const CROWD: u32 = 256;

/// How many words of a name are counted and looked up.
const TOKENS: usize = 5;

/// How many words of a name are looked up in twos.
const PAIRED: usize = 4;

/// How many telephone numbers of a company are compared.
const PHONES: usize = 2;

/// One company in normal form; 0 always means that the record does not say.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize)]
pub struct CompanyRow {
    /// The name without legal form, its initials, and its words that tell.
    core: WordId,
    initials: WordId,
    tokens: [WordId; TOKENS],
    form: u8,
    /// The first letters of the name: they tell two firms on one line apart.
    start: u32,
    /// The registrable part of its domain.
    host: WordId,
    phones: [u64; PHONES],
    linkedin: u64,
    city: WordId,
    state: WordId,
    country: u16,
    /// The country, told by the host's ending where the record does not say.
    region: u16,
    street: WordId,
    postcode: WordId,
    industry: u32,
    identifier: WordId,
    source: u8,
    external: u64,
}

impl Subject for Companies {
    type Owner = CompanyId;
    type Row = CompanyRow;
    type Census = CompanyCensus;

    const FACTORS: &'static [Factor] = levels::FACTORS;
    const SHIFTS: &'static [u8] = &levels::SHIFTS;
    const RIVALS: [Option<Rival>; CLASSES] = levels::RIVALS;
    const PRIOR: PerClass = levels::PRIOR;

    fn read(draft: &Draft) -> (CompanyRow, WordList, Shown) {
        read(draft)
    }

    fn keys(row: &CompanyRow, words: &WordList) -> Vec<u64> {
        keys(row, words)
    }

    fn words(row: &mut CompanyRow, each: &mut dyn FnMut(&mut WordId)) {
        let ids = [
            &mut row.core,
            &mut row.initials,
            &mut row.host,
            &mut row.city,
            &mut row.state,
            &mut row.street,
            &mut row.postcode,
            &mut row.identifier,
        ];
        ids.into_iter().chain(&mut row.tokens).filter(|id| **id != 0).for_each(each);
    }

    fn seconds(row: &CompanyRow) -> [u64; SECONDS] {
        let tagged = |tag: u64, value: u64| if value == 0 { 0 } else { tag << 56 ^ value };
        let [first, second, third, ..] = row.tokens;
        [
            tagged(1, row.host.into()),
            tagged(2, row.city.into()),
            tagged(3, row.phones[0]),
            tagged(4, row.linkedin >> 8),
            tagged(5, first.into()),
            tagged(5, second.into()),
            tagged(5, third.into()),
            tagged(6, row.postcode.into()),
        ]
    }

    fn own_values(row: &CompanyRow) -> [u64; OWN_VALUES] {
        let mut keys = [0; OWN_VALUES];
        for (key, phone) in keys.iter_mut().zip(row.phones) {
            *key = if phone == 0 { 0 } else { phone_key(phone) };
        }
        keys
    }

    fn bearer(row: &CompanyRow) -> u32 {
        row.start
    }

    fn compare(ruler: &mut Ruler<'_, Self>, a: &CompanyRow, b: &CompanyRow) -> Pattern {
        compare::compare(ruler, a, b)
    }

    fn vetoes(_: Pattern, a: &CompanyRow, b: &CompanyRow) -> Vetoes {
        let halo = |row: &CompanyRow| row.source == crate::domain::Source::Halo as u8 + 1 && row.external != 0;
        let mut vetoes = Vetoes::default();
        vetoes.put(Veto::TwoHaloRecords, halo(a) && halo(b) && a.external != b.external);
        vetoes
    }

    fn decides_alone(pattern: Pattern) -> bool {
        pattern.level(levels::SHIFTS[levels::factor::IDENTIFIER], levels::FACTORS[levels::factor::IDENTIFIER].levels.len()) == 1
    }

    fn largest(_: &Settings) -> u32 {
        CROWD
    }

    fn weights(model: &Model) -> &Weights {
        &model.companies
    }

    fn weights_mut(model: &mut Model) -> &mut Weights {
        &mut model.companies
    }
}

/// The field of the company, or the person's field where a source puts it there.
fn either(fields: &Fields, company: Field, person: Field) -> &str {
    match fields.str(company) {
        "" => fields.str(person),
        value => value,
    }
}

fn read(draft: &Draft) -> (CompanyRow, WordList, Shown) {
    let fields = &draft.fields;
    let (mut words, mut shown) = (WordList::with_room(), Shown::with_room());
    let mut row = CompanyRow { source: draft.source as u8 + 1, external: external_key(draft), ..CompanyRow::default() };

    let domain = match fields.str(Field::CompanyDomain) {
        "" => host_of(fields.str(Field::Website)),
        domain => domain,
    };
    let domain = registrable(domain);
    if !domain.is_empty() && !SHARED_HOSTS.contains(domain) && !crate::domain::is_free_mail(domain) {
        row.host = words.add(domain);
    }
    row.country = country_code(either(fields, Field::HqCountry, Field::Country));
    row.region = if row.country == 0 { place::country_of_host(domain) } else { row.country };

    let country = place::country_text(row.region);
    let name = CompanyName::new(fields.str(Field::CompanyName), country.as_deref());
    row.core = words.add(&name.core);
    row.start = name.core.bytes().take(3).fold(0, |sum, letter| sum << 8 | u32::from(letter));
    row.initials = words.add(&acronym(&name.core));
    row.form = if name.form == 0 { CompanyName::form_of(fields.str(Field::LegalForm), country.as_deref()) } else { name.form };
    let telling = name.core.split(' ').filter(|word| !word.is_empty() && !WEAK_WORDS.contains(*word));
    for (slot, word) in row.tokens.iter_mut().zip(telling) {
        *slot = words.add(word);
    }
    shown.put(Aspect::Name, [fields.str(Field::CompanyName), fields.str(Field::LegalForm)]);

    let numbers = [Field::CompanyPhone, Field::Phone].map(|field| digits(fields.str(field)));
    row.phones = if numbers[0] == 0 { [numbers[1], 0] } else { [numbers[0], if numbers[1] == numbers[0] { 0 } else { numbers[1] }] };
    shown.put(Aspect::Phone, [either(fields, Field::CompanyPhone, Field::Phone)]);

    let profile = either(fields, Field::CompanyLinkedIn, Field::LinkedIn);
    row.linkedin = slug(profile, &["company", "school", "showcase"]).map_or(0, |slug| hash(&slug));
    shown.put(Aspect::LinkedIn, [profile]);

    row.city = words.add(&place::city(either(fields, Field::HqCity, Field::City)));
    row.state = words.add(&fold(either(fields, Field::HqState, Field::State)));
    row.street = words.add(&place::street(either(fields, Field::HqStreet, Field::Street)));
    row.postcode = words.add(&fold_unspaced(either(fields, Field::HqPostcode, Field::Postcode)));
    let place = [
        (Field::HqStreet, Field::Street),
        (Field::HqPostcode, Field::Postcode),
        (Field::HqCity, Field::City),
        (Field::HqState, Field::State),
        (Field::HqCountry, Field::Country),
    ];
    shown.put(Aspect::Place, place.map(|(company, person)| either(fields, company, person)));

    row.identifier = words.add(&fold_unspaced(fields.str(Field::Identifier)));
    shown.put(Aspect::Identifier, [fields.str(Field::Identifier), source_shown(draft).as_str()]);
    shown.put(Aspect::Domain, [fields.str(Field::CompanyDomain)]);
    let industry = fold(fields.str(Field::Industry));
    row.industry = if industry.is_empty() { 0 } else { hash(&industry) as u32 | 1 };
    shown.put(Aspect::Industry, [fields.str(Field::Industry)]);
    (row, words, shown)
}

/// Blocking keys of companies: its addresses on the web, its number, its name whole, by word and by initials.
fn keys(row: &CompanyRow, words: &WordList) -> Vec<u64> {
    let mut keys = Vec::with_capacity(12);
    let mut put = |kind: u64, value: u64| {
        if value != 0 {
            keys.push(mix(mix(kind) ^ value));
        }
    };
    let word = |id| if id == 0 { 0 } else { hash(words.get(id)) };
    let squeezed = words.get(row.core).replace(' ', "");
    let host = words.get(row.host);
    let label = host.split('.').next().unwrap_or_default().replace('-', "");
    put(60, word(row.host));
    // A name and a domain that spells it meet, whichever side has which.
    put(61, if squeezed.is_empty() { 0 } else { hash(&squeezed) });
    put(61, if label.len() < 3 { 0 } else { hash(&label) });
    // The first word that tells, and every two: what is left of a name when words are added, dropped or mistyped.
    let sounds = row.tokens.map(|token| if token == 0 { 0 } else { hash_bytes(7, &sound(words.get(token)).to_le_bytes()) });
    put(62, word(row.tokens[0]));
    for (nth, one) in sounds.iter().enumerate().take(PAIRED) {
        for other in sounds[nth + 1..].iter().take(PAIRED - nth).filter(|other| **other != 0) {
            put(68, mix(*one.min(other)) ^ one.max(other));
        }
    }
    put(61, if words.get(row.initials).len() > 1 { word(row.initials) } else { 0 });
    put(63, word(row.identifier));
    put(64, row.linkedin);
    put(65, row.external);
    if row.street != 0 && row.postcode != 0 {
        put(66, word(row.street) ^ word(row.postcode).rotate_left(1));
    }
    // The beginning of the name in its town: for slips in a name of one word.
    if row.city != 0 {
        let start: String = squeezed.chars().take(4).collect();
        put(67, hash_bytes(word(row.city), start.as_bytes()));
    }
    keys.extend(row.phones.iter().filter(|phone| **phone != 0).map(|phone| phone_key(*phone)));
    keys.sort_unstable();
    keys.dedup();
    keys
}
