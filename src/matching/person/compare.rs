//! How two people compare: one level for each factor. Company, domain, mail host and switchboard agree for every
//! two colleagues, so they are one factor and not four.

use super::{
    BoxKind, People, PersonRow,
    levels::{EmailLevel, EmployerLevel, NameLevel, PhoneLevel, SHIFTS, factor},
};
use crate::matching::{
    alike::{address, equal, identifier, place, source},
    company::CoreFit,
    fold::Near,
    lexicon::WordId,
    mailbox::fits,
    pattern::Pattern,
    subject::{Carriers, Ruler},
    title::TitleFit,
};

type PersonRuler<'a> = Ruler<'a, People>;

/// The levels of a pair.
pub fn compare(ruler: &mut PersonRuler<'_>, a: &PersonRow, b: &PersonRow) -> Pattern {
    let name = name(ruler, a, b);
    let employer = employer(ruler, a, b);
    let (rarity, at_employer) = if name.agrees() { rarity(ruler, a, b, employer) } else { (0, 0) };
    Pattern::default()
        .with(SHIFTS[factor::NAME], name as u8)
        .with(SHIFTS[factor::RARITY], rarity)
        .with(SHIFTS[factor::RARITY_AT_EMPLOYER], at_employer)
        .with(SHIFTS[factor::MIDDLE], if name.agrees() { middle(ruler, a, b) } else { 0 })
        .with(SHIFTS[factor::EMAIL], email(ruler, a, b, name) as u8)
        .with(SHIFTS[factor::EMPLOYER], employer as u8)
        .with(SHIFTS[factor::PHONE], phone(ruler, a, b) as u8)
        .with(SHIFTS[factor::LINKEDIN], equal(a.linkedin, b.linkedin))
        .with(SHIFTS[factor::TITLE], title(a, b))
        .with(SHIFTS[factor::PLACE], place(ruler, (a.city, a.country), (b.city, b.country)))
        .with(SHIFTS[factor::ADDRESS], address(ruler, (a.street, a.postcode), (b.street, b.postcode)))
        .with(SHIFTS[factor::BIRTH], birth(a.birth, b.birth))
        .with(SHIFTS[factor::IDENTIFIER], identifier(ruler, a.identifier, b.identifier))
        .with(SHIFTS[factor::SOURCE], source((a.source, a.external), (b.source, b.external)))
}

/// How one part of two names compares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Missing,
    Same,
    Nickname,
    Initial,
    Double,
    Slip,
    Alike,
    Differs,
}

impl From<Near> for Part {
    fn from(near: Near) -> Self {
        match near {
            Near::Same => Self::Same,
            Near::Slip => Self::Slip,
            Near::Alike => Self::Alike,
            Near::Far => Self::Differs,
        }
    }
}

fn name(ruler: &mut PersonRuler<'_>, a: &PersonRow, b: &PersonRow) -> NameLevel {
    let (first, last) = (given(ruler, a, b), family(ruler, a, b));
    let level = match (first, last) {
        (Part::Missing, Part::Missing) => NameLevel::Missing,
        (Part::Same, Part::Same) => NameLevel::Same,
        (Part::Nickname, Part::Same) => NameLevel::Nickname,
        (Part::Initial, Part::Same) => NameLevel::Initial,
        (Part::Slip, Part::Same) => NameLevel::FirstSlip,
        (Part::Alike, Part::Same) => NameLevel::FirstAlike,
        (Part::Same, Part::Slip) => NameLevel::LastSlip,
        (Part::Same, Part::Alike) => NameLevel::LastAlike,
        (Part::Same | Part::Nickname, Part::Double) => NameLevel::PartOfDouble,
        (Part::Missing, Part::Same) => NameLevel::LastFirstMissing,
        (Part::Same, Part::Missing) => NameLevel::FirstLastMissing,
        (Part::Differs, Part::Missing) | (Part::Missing, Part::Differs) => NameLevel::KnownPartDiffers,
        (Part::Missing, _) | (_, Part::Missing) => NameLevel::KnownPartNear,
        (Part::Differs, Part::Same) => NameLevel::LastOnly,
        (Part::Same, Part::Differs) => NameLevel::FirstOnly,
        (Part::Differs, Part::Differs) => NameLevel::Different,
        (Part::Differs, _) => NameLevel::LastNear,
        (_, Part::Differs) => NameLevel::FirstNear,
        _ => NameLevel::BothNear,
    };
    if level > NameLevel::PartOfDouble && swapped(ruler, a, b) { NameLevel::Swapped } else { level }
}

fn given(ruler: &mut PersonRuler<'_>, a: &PersonRow, b: &PersonRow) -> Part {
    if a.given == 0 || b.given == 0 {
        return Part::Missing;
    }
    if a.given == b.given {
        return Part::Same;
    }
    let (left, right) = (ruler.view.glance(a.given), ruler.view.glance(b.given));
    if left.is_initial() || right.is_initial() {
        let first = |id: WordId| ruler.view.text(id).as_bytes()[0];
        return if first(a.given) == first(b.given) { Part::Initial } else { Part::Differs };
    }
    // Anna-Maria who is called Maria.
    let second = |one: WordId, other: WordId| one != 0 && one == other;
    if second(a.given, b.middle) || second(a.middle, b.given) || sisters(ruler, a.given, b.given) {
        return Part::Nickname;
    }
    match ruler.near(a.given, b.given) {
        // Alex for Alexandra, where no table knows it.
        Near::Far if left.may_begin(right) && begins(ruler.view.text(a.given), ruler.view.text(b.given)) => Part::Alike,
        near => near.into(),
    }
}

/// One is the beginning of the other, and not too short to tell.
fn begins(a: &str, b: &str) -> bool {
    a.len().min(b.len()) >= 4 && (a.starts_with(b) || b.starts_with(a))
}

/// Two forms of one given name.
fn sisters(ruler: &PersonRuler<'_>, one: WordId, other: WordId) -> bool {
    let view = &ruler.view;
    view.glance(one).may_be_sisters(view.glance(other)) && meet(view.word(one).0.groups, view.word(other).0.groups)
}

/// Two rising lists have a number in common.
fn meet(a: &[u16], b: &[u16]) -> bool {
    a.iter().any(|one| b.contains(one))
}

fn family(ruler: &mut PersonRuler<'_>, a: &PersonRow, b: &PersonRow) -> Part {
    if a.family == 0 || b.family == 0 {
        return Part::Missing;
    }
    let same = |one: WordId, other: WordId| one != 0 && one == other;
    if a.family == b.family || same(a.whole, b.family) || same(a.family, b.whole) || same(a.whole, b.whole) {
        return Part::Same;
    }
    let parts = |row: &PersonRow| [row.family, row.parts[0], row.parts[1]];
    if (a.parts[0] != 0 || b.parts[0] != 0) && parts(a).into_iter().any(|part| part != 0 && parts(b).contains(&part)) {
        return Part::Double;
    }
    ruler.near(a.family, b.family).into()
}

fn swapped(ruler: &mut PersonRuler<'_>, a: &PersonRow, b: &PersonRow) -> bool {
    // Of a double last name that stands in front, the first part was taken for the first name.
    let mut cross = |first: WordId, other: &PersonRow| {
        first != 0
            && [other.family, other.parts[0]]
                .into_iter()
                .any(|last| last != 0 && (ruler.near(first, last) <= Near::Slip || sisters(ruler, first, last)))
    };
    cross(a.given, b) && cross(b.given, a)
}

fn middle(ruler: &PersonRuler<'_>, a: &PersonRow, b: &PersonRow) -> u8 {
    if a.middle == 0 || b.middle == 0 {
        return 0;
    }
    let (left, right) = (ruler.view.text(a.middle), ruler.view.text(b.middle));
    let initial = left.len() == 1 || right.len() == 1;
    if left == right || initial && left.as_bytes()[0] == right.as_bytes()[0] { 1 } else { 2 }
}

/// Expected namesakes, as a level among all people and a level inside the employer.
fn rarity(ruler: &mut PersonRuler<'_>, a: &PersonRow, b: &PersonRow, employer: EmployerLevel) -> (u8, u8) {
    // The more frequent spelling counts: a slip makes any name rare.
    let mut namesakes = |row: &PersonRow| ruler.number(row.given, row.family, |census| census.namesakes(row.given, row.family));
    let one = namesakes(a);
    let other = if (a.given, a.family) == (b.given, b.family) { one } else { namesakes(b) };
    let expected = one.max(other);
    let everywhere = match expected.log2() {
        bits if bits < -7.0 => 1,
        bits if bits < -5.0 => 2,
        bits if bits < -3.5 => 3,
        bits if bits < -2.0 => 4,
        bits if bits < -0.5 => 5,
        bits if bits < 1.0 => 6,
        _ => 7,
    };
    let together = matches!(
        employer,
        EmployerLevel::SameHost | EmployerLevel::SameName | EmployerLevel::OtherEnding | EmployerLevel::Close | EmployerLevel::Like
    );
    if !together {
        return (everywhere, 0);
    }
    // Above all word numbers, so that it meets no pair of names.
    let mut heads =
        |row: &PersonRow| ruler.number(row.hosts()[0] ^ row.core.rotate_left(16) | 1 << 31, row.box_host, |census| census.heads(row));
    let one_firm = (a.host, a.box_host, a.core) == (b.host, b.box_host, b.core);
    let heads = if one_firm { heads(a) } else { heads(a).max(heads(b)) };
    let inside = expected * ruler.census.share(heads);
    let there = match inside.log2() {
        bits if bits < -16.0 => 1,
        bits if bits < -13.0 => 2,
        bits if bits < -10.0 => 3,
        bits if bits < -7.0 => 4,
        _ => 5,
    };
    (everywhere, there)
}

fn email(ruler: &mut PersonRuler<'_>, a: &PersonRow, b: &PersonRow, name: NameLevel) -> EmailLevel {
    let has = |row: &PersonRow, address: u64| address != 0 && (row.address == address || row.other_boxes.contains(&address));
    let boxes = |row: &PersonRow| [row.address, row.other_boxes[0], row.other_boxes[1]];
    if boxes(a).into_iter().any(|address| has(b, address)) {
        let desk = a.box_kind == BoxKind::Role && a.address == b.address;
        let generic = a.address == b.address && ruler.carriers(super::PHONES) == Carriers::Many;
        return match name {
            _ if desk || generic => EmailLevel::SameDesk,
            NameLevel::Different => EmailLevel::SameOtherName,
            _ => EmailLevel::Same,
        };
    }
    if matches!(a.box_kind, BoxKind::None | BoxKind::Role) || matches!(b.box_kind, BoxKind::None | BoxKind::Role) {
        return EmailLevel::Missing;
    }
    if a.box_host == b.box_host && a.box_kind == BoxKind::Work {
        return at_one_host(ruler, a, b, name);
    }
    if a.base != 0 && a.base == b.base {
        if a.number == b.number && ruler.near(a.box_host, b.box_host) <= Near::Slip {
            return EmailLevel::Slip;
        }
        let unusual = a.number == b.number && (a.number > 0 || unusual(ruler, a, b));
        return if unusual { EmailLevel::UnusualElsewhere } else { EmailLevel::NameElsewhere };
    }
    if a.box_host == b.box_host && a.base != 0 && b.base != 0 && a.number == b.number && ruler.near(a.base, b.base) == Near::Slip {
        return EmailLevel::Slip;
    }
    if a.base != 0 && b.base != 0 && ruler.near(a.box_host, b.box_host) <= Near::Alike && ruler.near(a.base, b.base) <= Near::Alike {
        return EmailLevel::Alike;
    }
    match (a.box_kind, b.box_kind) {
        (BoxKind::Work, BoxKind::Work) => EmailLevel::HostsDiffer,
        (BoxKind::Free, BoxKind::Free) => EmailLevel::BothFree,
        _ => EmailLevel::FreeAndWork,
    }
}

/// Two different boxes at one employer's host.
fn at_one_host(ruler: &mut PersonRuler<'_>, a: &PersonRow, b: &PersonRow, name: NameLevel) -> EmailLevel {
    let own = a.box_fits && b.box_fits;
    if a.base == b.base {
        return if a.number == b.number { EmailLevel::OtherOfOneName } else { EmailLevel::NumberedTwins };
    }
    if !name.agrees() {
        return if own { EmailLevel::EachItsOwn } else { EmailLevel::OtherAtHost };
    }
    // Swapped names with a box each that spells them in their order: two people, or the boxes would be one.
    if name != NameLevel::Swapped && (both_fit(ruler, a, [a, b]) || both_fit(ruler, b, [a, b])) {
        // A number says that the plain box was somebody else's.
        return if a.number == b.number { EmailLevel::OtherOfOneName } else { EmailLevel::OtherAtHost };
    }
    // Meghan's and Megan's boxes bear out that the names are two, and no slip.
    if own {
        return EmailLevel::EachItsOwn;
    }
    if a.base != 0 && b.base != 0 && a.number == b.number && ruler.near(a.base, b.base) == Near::Slip {
        EmailLevel::Slip
    } else {
        EmailLevel::OtherAtHost
    }
}

/// Both boxes may be those of somebody called like `owner`.
fn both_fit(ruler: &PersonRuler<'_>, owner: &PersonRow, boxes: [&PersonRow; 2]) -> bool {
    let view = &ruler.view;
    // An initial fits too many boxes to say that two are one person's.
    if view.glance(owner.given).is_initial() {
        return false;
    }
    let families = [owner.family, owner.whole, owner.parts[0], owner.parts[1]];
    boxes.into_iter().all(|row| {
        let base = view.text(row.base);
        families.into_iter().any(|family| (family != 0 || owner.family == 0) && fits(base, view.text(owner.given), view.text(family)))
    })
}

/// The box is called after something else than its owner's name.
fn unusual(ruler: &PersonRuler<'_>, a: &PersonRow, b: &PersonRow) -> bool {
    let base = ruler.view.text(a.base);
    let of_name = |row: &PersonRow| row.box_fits || row.family != 0 && base.contains(ruler.view.text(row.family));
    !of_name(a) && !of_name(b)
}

fn employer(ruler: &mut PersonRuler<'_>, a: &PersonRow, b: &PersonRow) -> EmployerLevel {
    let (hosts_a, hosts_b) = (a.hosts(), b.hosts());
    let known = |hosts: [WordId; 2]| hosts.into_iter().any(|host| host != 0);
    if hosts_a.into_iter().any(|host| host != 0 && hosts_b.contains(&host)) {
        return EmployerLevel::SameHost;
    }
    let both_hosts = known(hosts_a) && known(hosts_b);
    let cores =
        (a.core != 0 && b.core != 0).then(|| if a.core_words & b.core_words == 0 { CoreFit::Differs } else { ruler.cores(a.core, b.core) });
    if both_hosts && a.labels.into_iter().any(|label| label != 0 && b.labels.contains(&label)) {
        return EmployerLevel::OtherEnding;
    }
    match cores {
        Some(CoreFit::Same) if both_hosts => return EmployerLevel::SameNameOtherHost,
        Some(CoreFit::Same) => return EmployerLevel::SameName,
        Some(CoreFit::Close) => return EmployerLevel::Close,
        Some(CoreFit::Weak | CoreFit::Acronym | CoreFit::Inside) => return EmployerLevel::Like,
        _ => {}
    }
    // One side has only a host, the other only a name.
    let spells = |core: WordId, hosts: [WordId; 2]| core != 0 && hosts.into_iter().any(|host| host != 0 && ruler.spells(host, core));
    if spells(a.core, hosts_b) || spells(b.core, hosts_a) {
        return EmployerLevel::SameName;
    }
    match cores {
        Some(CoreFit::Partial) => EmployerLevel::Partial,
        Some(_) => EmployerLevel::Differs,
        None if both_hosts => EmployerLevel::Differs,
        None => EmployerLevel::Missing,
    }
}

fn phone(ruler: &mut PersonRuler<'_>, a: &PersonRow, b: &PersonRow) -> PhoneLevel {
    let mut block = false;
    let mut found = None;
    for (nth, number) in a.phones.iter().enumerate().filter(|(_, number)| **number != 0) {
        for (mth, other) in b.phones.iter().enumerate().filter(|(_, number)| **number != 0) {
            if number == other {
                let mobile = a.mobiles >> nth & 1 == 1 || b.mobiles >> mth & 1 == 1;
                let office = *number == a.switchboard || *number == b.switchboard;
                let level = match ruler.carriers(nth) {
                    _ if office => PhoneLevel::Shared,
                    Carriers::Many => PhoneLevel::Shared,
                    Carriers::Few => PhoneLevel::Few,
                    Carriers::One if mobile => PhoneLevel::Mobile,
                    Carriers::One => PhoneLevel::Alone,
                };
                found = Some(found.map_or(level, |known: PhoneLevel| if (level as u8) < known as u8 { level } else { known }));
            }
            // A direct line has the switchboard's number but for its last three digits.
            block |= number / 1000 == other / 1000;
        }
    }
    match found {
        Some(level) => level,
        None if a.phones[0] == 0 || b.phones[0] == 0 => PhoneLevel::Missing,
        None if block => PhoneLevel::Block,
        None => PhoneLevel::Differs,
    }
}

fn title(a: &PersonRow, b: &PersonRow) -> u8 {
    match a.title.fit(b.title) {
        TitleFit::Missing => 0,
        TitleFit::Same => 1,
        TitleFit::Like => 2,
        TitleFit::Overlap => 3,
        TitleFit::Differs => 4,
    }
}

fn birth(a: u32, b: u32) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    if a == b {
        return 1;
    }
    let parts = |day: u32| (day / 512, day / 32 % 16, day % 32);
    let ((year_a, month_a, day_a), (year_b, month_b, day_b)) = (parts(a), parts(b));
    let same = u8::from(year_a == year_b) + u8::from(month_a == month_b) + u8::from(day_a == day_b);
    let swapped = year_a == year_b && month_a == day_b && day_a == month_b;
    // One digit of the eight is another.
    let digits = |(year, month, day): (u32, u32, u32)| (year * 100 + month) * 100 + day;
    let (mut left, mut right, mut wrong) = (digits(parts(a)), digits(parts(b)), 0);
    while left > 0 || right > 0 {
        wrong += u8::from(left % 10 != right % 10);
        left /= 10;
        right /= 10;
    }
    match (same, swapped || wrong == 1) {
        (_, true) => 2,
        (2, _) => 3,
        _ if wrong == 2 => 3,
        _ => 4,
    }
}
