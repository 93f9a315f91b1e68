//! People: the normal form of one person's record, and what the matcher needs to know of it. Keys, comparison and
//! levels have a file each.

mod census;
mod compare;
mod keys;
mod levels;

use super::{
    company::{CompanyName, core_words},
    fold::{fold, fold_unspaced, hash, hash_bytes},
    lexicon::{WordId, WordList},
    mailbox::{BoxKind, Mailbox, fits, host_of, label, registrable},
    model::{Model, Weights},
    name::PersonName,
    pattern::{CLASSES, Factor, Pattern, PerClass},
    place,
    prepared::{Shown, civil_day, country_code, external_key, slug},
    settings::Settings,
    subject::{OWN_VALUES, Ruler, SECONDS, Subject},
    tables::SHARED_HOSTS,
    title::Title,
    verdict::Vetoes,
};
use crate::domain::{Aspect, ContactId, Draft, Field, Rival, Source, Value, Veto};
use census::PeopleCensus;
use levels::EmailLevel;
pub(super) use levels::factor;
use serde::{Deserialize, Serialize};

/// People, as a kind of record that a [`super::Matcher`] holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct People;

/// How many telephone numbers of a person are compared.
pub const PHONES: usize = 3;

/// How many further addresses of a person are compared.
pub const OTHER_BOXES: usize = 2;

/// One person in normal form. Words are numbers (see [`super::lexicon`]); 0 always means that the record does not say.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize)]
pub struct PersonRow {
    pub(super) given: WordId,
    pub(super) middle: WordId,
    pub(super) family: WordId,
    pub(super) whole: WordId,
    pub(super) parts: [WordId; 2],
    pub(super) generation: u8,
    /// First letters of given and family name in alphabetical order: slips seldom hit them, and swapped names keep
    /// them. 0 unless both are known.
    pub(super) initials: u16,
    /// Hash of the primary address, and of further ones.
    pub(super) address: u64,
    pub(super) other_boxes: [u64; OTHER_BOXES],
    /// The local part's letters and trailing number.
    pub(super) base: WordId,
    pub(super) number: u32,
    pub(super) box_kind: BoxKind,
    /// The box was seen to take mail.
    pub(super) live: bool,
    /// The registrable host of the address, and of the employer.
    pub(super) box_host: WordId,
    pub(super) host: WordId,
    /// What they begin with: `acme` of `acme.co.uk`; 0 where that is too short to tell.
    pub(super) labels: [WordId; 2],
    /// The employer's name without legal form.
    pub(super) core: WordId,
    /// Which words it has, by hash, a bit each: two names without a common bit have no common word.
    pub(super) core_words: u64,
    /// The box is called after its owner.
    pub(super) box_fits: bool,
    /// E.164 digits as a number; where two sources differ on which is which they are compared crosswise.
    pub(super) phones: [u64; PHONES],
    /// Which of them a source calls mobile, a bit each.
    pub(super) mobiles: u8,
    /// The firm's own number, never a person's.
    pub(super) switchboard: u64,
    pub(super) linkedin: u64,
    pub(super) title: Title,
    pub(super) city: WordId,
    pub(super) state: WordId,
    pub(super) country: u16,
    /// The country, told by a host's ending where the record does not say.
    pub(super) region: u16,
    pub(super) street: WordId,
    pub(super) postcode: WordId,
    /// Year, month and day as year * 512 + month * 32 + day.
    pub(super) birth: u32,
    pub(super) identifier: WordId,
    /// Source plus one, and the hash of its id where it has ids of its own.
    pub(super) source: u8,
    pub(super) external: u64,
}

impl Subject for People {
    type Owner = ContactId;
    type Row = PersonRow;
    type Census = PeopleCensus;

    const FACTORS: &'static [Factor] = levels::FACTORS;
    const SHIFTS: &'static [u8] = &levels::SHIFTS;
    const RIVALS: [Option<Rival>; CLASSES] = levels::RIVALS;
    const PRIOR: PerClass = levels::PRIOR;

    fn read(draft: &Draft) -> (PersonRow, WordList, Shown) {
        read(draft)
    }

    fn keys(row: &PersonRow, words: &WordList) -> Vec<u64> {
        keys::keys(row, words)
    }

    fn words(row: &mut PersonRow, each: &mut dyn FnMut(&mut WordId)) {
        let [one, two] = &mut row.parts;
        let [label, box_label] = &mut row.labels;
        let ids = [
            &mut row.given,
            &mut row.middle,
            &mut row.family,
            &mut row.whole,
            one,
            two,
            &mut row.base,
            &mut row.box_host,
            &mut row.host,
            label,
            box_label,
            &mut row.core,
            &mut row.city,
            &mut row.state,
            &mut row.street,
            &mut row.postcode,
            &mut row.identifier,
        ];
        ids.into_iter().filter(|id| **id != 0).for_each(each);
    }

    fn seconds(row: &PersonRow) -> [u64; SECONDS] {
        // Each kind has a number range of its own, so that a city never meets a title.
        let tagged = |tag: u64, value: u64| if value == 0 { 0 } else { tag << 56 ^ value };
        let [host, box_host] = row.hosts();
        [
            tagged(1, host.into()),
            tagged(1, box_host.into()),
            tagged(2, row.core.into()),
            tagged(3, row.city.into()),
            tagged(4, row.title.words.into()),
            tagged(5, row.family.into()),
            tagged(6, row.given.into()),
            tagged(7, row.birth.into()),
        ]
    }

    fn own_values(row: &PersonRow) -> [u64; OWN_VALUES] {
        row.own_values()
    }

    fn bearer(row: &PersonRow) -> u32 {
        row.initials.into()
    }

    fn compare(ruler: &mut Ruler<'_, Self>, a: &PersonRow, b: &PersonRow) -> Pattern {
        compare::compare(ruler, a, b)
    }

    fn vetoes(pattern: Pattern, a: &PersonRow, b: &PersonRow) -> Vetoes {
        let email = level_of(pattern, factor::EMAIL);
        let twins = email == EmailLevel::NumberedTwins as usize;
        let apart = [EmailLevel::OtherOfOneName, EmailLevel::OtherAtHost, EmailLevel::EachItsOwn];
        let two_live = a.live && b.live && apart.into_iter().any(|level| email == level as usize);
        let mut vetoes = Vetoes::default();
        vetoes.put(Veto::TwoMailboxes, twins || two_live);
        vetoes.put(Veto::TwoLinkedIn, level_of(pattern, factor::LINKEDIN) == 2);
        vetoes.put(Veto::Generation, a.generation != 0 && b.generation != 0 && a.generation != b.generation);
        vetoes.put(Veto::TwoHaloRecords, a.is_halo() && b.is_halo() && a.external != 0 && b.external != 0 && a.external != b.external);
        vetoes
    }

    fn decides_alone(pattern: Pattern) -> bool {
        level_of(pattern, factor::EMAIL) == EmailLevel::Same as usize
    }

    fn largest(settings: &Settings) -> u32 {
        settings.largest_cluster
    }

    fn weights(model: &Model) -> &Weights {
        &model.people
    }

    fn weights_mut(model: &mut Model) -> &mut Weights {
        &mut model.people
    }
}

fn level_of(pattern: Pattern, factor: usize) -> usize {
    pattern.level(levels::SHIFTS[factor], levels::FACTORS[factor].levels.len())
}

/// Reads a cleaned draft into normal form.
pub(super) fn read(draft: &Draft) -> (PersonRow, WordList, Shown) {
    let fields = &draft.fields;
    let (mut words, mut shown) = (WordList::with_room(), Shown::with_room());
    let mut row = PersonRow { source: draft.source as u8 + 1, external: external_key(draft), ..PersonRow::default() };

    let name = PersonName::new(fields.str(Field::FirstName), fields.str(Field::LastName), fields.str(Field::FullName));
    row.given = words.add(&name.given);
    row.middle = words.add(&name.middle);
    row.family = words.add(&name.family);
    row.whole = words.add(&name.whole);
    row.parts = [words.add(&name.parts[0]), words.add(&name.parts[1])];
    row.generation = name.generation;
    if let (Some(given), Some(family)) = (name.given.bytes().next(), name.family.bytes().next()) {
        row.initials = u16::from_be_bytes([given.min(family), given.max(family)]);
    }
    let full = if fields.str(Field::FirstName).is_empty() {
        fields.person_name().to_string()
    } else {
        [fields.str(Field::FirstName), fields.str(Field::LastName)].join(" ")
    };
    shown.put(Aspect::Name, [full.as_str()]);

    let mailbox = Mailbox::new(fields.str(Field::Email));
    if mailbox.kind != BoxKind::None {
        row.address = hash(&mailbox.address);
        row.base = words.add(&mailbox.base);
        row.number = mailbox.number;
        row.box_kind = mailbox.kind;
        row.box_host = words.add(&mailbox.host);
        let families = [&name.family, &name.whole, &name.parts[0], &name.parts[1]];
        row.box_fits = families.into_iter().any(|family| fits(&mailbox.base, &name.given, family));
        let status = fields.str(Field::EmailStatus);
        row.live = ["verified", "valid", "deliverable"].into_iter().any(|live| live.eq_ignore_ascii_case(status));
    }
    let others =
        list(fields.get(Field::OtherEmails)).map(|other| Mailbox::new(&other.to_lowercase())).filter(|other| other.kind != BoxKind::Role);
    for (slot, other) in row.other_boxes.iter_mut().zip(others.filter(|other| !other.address.is_empty())) {
        *slot = hash(&other.address);
    }
    shown.put(Aspect::Email, [fields.str(Field::Email)]);

    let domain = match fields.str(Field::CompanyDomain) {
        "" => host_of(fields.str(Field::Website)),
        domain => domain,
    };
    let domain = if domain.is_empty() || domain == mailbox.host { domain } else { registrable(domain) };
    if !domain.is_empty() && !SHARED_HOSTS.contains(domain) && !crate::domain::is_free_mail(domain) {
        row.host = words.add(domain);
    }
    row.country = country_code(fields.str(Field::Country));
    let host = if row.host != 0 {
        domain
    } else if matches!(row.box_kind, BoxKind::Work | BoxKind::Role) {
        &mailbox.host
    } else {
        ""
    };
    row.region = if row.country == 0 { place::country_of_host(host) } else { row.country };
    let employer = CompanyName::new(fields.str(Field::CompanyName), place::country_text(row.region).as_deref());
    row.core = words.add(&employer.core);
    row.core_words = core_words(&employer.core);
    row.labels = row.hosts().map(|host| {
        let label = label(words.get(host)).to_owned();
        if label.len() > 3 { words.add(&label) } else { 0 }
    });
    shown.put(Aspect::Employer, [fields.str(Field::CompanyName), fields.str(Field::CompanyDomain)]);

    read_phones(draft, &mut row, &mut shown);
    if let Some(slug) = slug(fields.str(Field::LinkedIn), &["in", "pub"]) {
        row.linkedin = hash(&slug);
    }
    shown.put(Aspect::LinkedIn, [fields.str(Field::LinkedIn)]);

    row.title = Title::new(fields.str(Field::JobTitle));
    shown.put(Aspect::Title, [fields.str(Field::JobTitle)]);

    row.city = words.add(&place::city(fields.str(Field::City)));
    row.state = words.add(&fold(fields.str(Field::State)));
    row.street = words.add(&place::street(fields.str(Field::Street)));
    row.postcode = words.add(&fold_unspaced(fields.str(Field::Postcode)));
    shown.put(Aspect::Place, [Field::Street, Field::Postcode, Field::City, Field::State, Field::Country].map(|field| fields.str(field)));

    let born = fields.get(Field::BirthDate);
    row.birth = born.and_then(civil_day).map_or(0, |(year, month, day)| year * 512 + month * 32 + day);
    row.identifier = words.add(&fold_unspaced(fields.str(Field::Identifier)));
    let born = born.map(Value::to_string).unwrap_or_default();
    shown.put(Aspect::Identifier, [fields.str(Field::Identifier), born.as_str(), source_shown(draft).as_str()]);
    (row, words, shown)
}

fn read_phones(draft: &Draft, row: &mut PersonRow, shown: &mut Shown) {
    let fields = &draft.fields;
    let mut count = 0;
    let mut put = |number: u64, mobile: bool| {
        if number == 0 {
            return;
        }
        match row.phones[..count].iter().position(|known| *known == number) {
            Some(at) => row.mobiles |= u8::from(mobile) << at,
            None if count < PHONES => {
                row.phones[count] = number;
                row.mobiles |= u8::from(mobile) << count;
                count += 1;
            }
            None => {}
        }
    };
    put(digits(fields.str(Field::Mobile)), true);
    put(digits(fields.str(Field::Phone)), false);
    for other in list(fields.get(Field::OtherPhones)) {
        put(digits(other), false);
    }
    row.switchboard = digits(fields.str(Field::CompanyPhone));
    let others: Vec<&str> = list(fields.get(Field::OtherPhones)).collect();
    shown.put(Aspect::Phone, [fields.str(Field::Phone), fields.str(Field::Mobile)].into_iter().chain(others));
}

/// `+44 20 7946 0112 ext. 7` -> 442079460112; 0 where it is no international number.
pub(super) fn digits(phone: &str) -> u64 {
    let Some(number) = phone.strip_prefix('+') else { return 0 };
    let main = number.split(" ext").next().unwrap_or_default();
    // E.164 has at most 15 digits, which fit.
    main.bytes().filter(u8::is_ascii_digit).take(15).fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let items: &[_] = match value {
        Some(Value::List(items)) => items,
        _ => &[],
    };
    items.iter().map(crate::domain::Text::as_str)
}

pub(super) fn source_shown(draft: &Draft) -> String {
    if external_key(draft) == 0 { String::new() } else { format!("{} {}", draft.source, draft.external_id) }
}

impl PersonRow {
    /// The hosts that say where somebody works: the employer's, and that of a work mailbox.
    pub(super) fn hosts(&self) -> [WordId; 2] {
        let of_box = if matches!(self.box_kind, BoxKind::Work | BoxKind::Role) { self.box_host } else { 0 };
        [self.host, if of_box == self.host { 0 } else { of_box }]
    }

    pub(super) const fn is_halo(&self) -> bool {
        self.source == Source::Halo as u8 + 1
    }

    /// Telephone numbers, addresses and profile: the values that one person should have alone.
    pub(super) fn own_values(&self) -> [u64; PHONES + 1] {
        let mut keys = [0; PHONES + 1];
        for (key, phone) in keys.iter_mut().zip(self.phones) {
            *key = if phone == 0 { 0 } else { phone_key(phone) };
        }
        keys[PHONES] = if self.address == 0 || self.box_kind == BoxKind::Role { 0 } else { address_key(self.address) };
        keys
    }
}

pub(super) fn phone_key(number: u64) -> u64 {
    hash_bytes(3, &number.to_le_bytes())
}

pub(super) const fn address_key(address: u64) -> u64 {
    super::fold::mix(address ^ 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_stays_small() {
        // Four cache lines; a million people are compared by the memory they touch.
        assert!(size_of::<PersonRow>() <= 256, "{}", size_of::<PersonRow>());
    }
}
