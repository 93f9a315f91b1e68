//! What one source knows of the world: an overlapping part of it, with its own spelling, its own ids, older jobs,
//! guessed mailboxes, holes and rubbish. Each person is rolled on their own, so a source's view of somebody never
//! depends on what was asked before.

use super::{
    dice::{Dice, stable},
    world::{Company, Country, Department, Person, Place, Rank, World},
};
use crate::domain::Source;

/// What a source says about a mailbox.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MailState {
    /// Checked and good.
    Verified,
    /// Built from the company's pattern.
    Guessed,
    /// Found, not checked.
    Unverified,
    /// The host takes any mailbox.
    AcceptAll,
    /// Known bad.
    Bounced,
    /// No mailbox known.
    Missing,
}

/// One person as one source has them.
#[derive(Clone)]
pub struct Sighting {
    /// Its place among the source's records.
    pub nth: u32,
    /// The source's own id.
    pub key: String,
    /// Who it really is; `None` for rubbish. Tests measure matching against it.
    pub person: Option<u32>,
    /// Given name.
    pub first: String,
    /// Family name.
    pub last: String,
    /// Job title.
    pub title: String,
    /// How far up.
    pub rank: Rank,
    /// Where inside.
    pub department: Department,
    /// The employer, in this source's opinion.
    pub company: Option<u32>,
    /// Since how many days, in this source's opinion.
    pub job_days: u32,
    /// How many of the person's jobs this source thinks are past; the present one is the next newer.
    pub missed_jobs: usize,
    /// The mailbox at work.
    pub email: Option<String>,
    /// What is said about it.
    pub mail: MailState,
    /// 0 to 100.
    pub confidence: u32,
    /// A private mailbox.
    pub private_email: Option<String>,
    /// E.164 or rubbish.
    pub mobile: Option<String>,
    /// E.164 or rubbish.
    pub direct: Option<String>,
    /// The last part of the LinkedIn address.
    pub linkedin: Option<String>,
    /// The country.
    pub country: &'static Country,
    /// The city.
    pub place: &'static Place,
    /// How old the record is.
    pub days_old: u32,
}

impl Sighting {
    /// Both names.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first, self.last).trim().to_owned()
    }
}

/// One company as one source has it.
pub struct CompanySeen {
    /// Which one it really is: its place in `World::companies`.
    pub company: u32,
    /// The source's own id.
    pub key: String,
    /// The name as spelt here.
    pub name: String,
    /// The host name known here: an old one in a few cases.
    pub domain: String,
    /// E.164.
    pub phone: Option<String>,
    /// Head count as counted here.
    pub employees: Option<u32>,
    /// US dollars.
    pub revenue: Option<u64>,
    /// Year.
    pub founded: Option<u32>,
    /// False when the source does not know the line of business.
    pub industry_known: bool,
}

/// How a source looks at the world, in percent.
struct Profile {
    coverage: u32,
    stale: u32,
    email: u32,
    guessed: u32,
    verified: u32,
    mobile: u32,
    direct: u32,
    linkedin: u32,
    short_names: u32,
    plain_letters: u32,
    capitals: u32,
    native: u32,
    typo: u32,
    rubbish: u32,
    oldest_days: u32,
}

#[rustfmt::skip]
fn profile(source: Source) -> Profile {
    let p = |coverage, stale, [email, guessed, verified]: [u32; 3], [mobile, direct, linkedin]: [u32; 3], [short_names, plain_letters, capitals, native, typo]: [u32; 5], rubbish, oldest_days| {
        Profile { coverage, stale, email, guessed, verified, mobile, direct, linkedin, short_names, plain_letters, capitals, native, typo, rubbish, oldest_days }
    };
    match source {
        Source::Apollo       => p(60, 35, [84, 9, 78],  [38, 26, 88], [10, 15, 1, 1, 1], 1, 240),
        Source::ZoomInfo     => p(56, 25, [88, 4, 85],  [42, 48, 60], [ 6, 30, 0, 0, 1], 1, 150),
        Source::Hunter       => p(48, 45, [100, 14, 62], [0, 8, 46],  [12, 20, 1, 0, 1], 1, 500),
        Source::Lusha        => p(40, 30, [78, 3, 70],  [66, 40, 72], [ 8, 15, 0, 1, 1], 1, 300),
        Source::Seamless     => p(44, 45, [80, 22, 40], [34, 30, 66], [12, 15, 2, 2, 2], 3, 400),
        Source::Lead411      => p(34, 40, [82, 8, 60],  [22, 44, 40], [ 6, 35, 3, 0, 1], 2, 400),
        Source::RocketReach  => p(50, 40, [86, 18, 52], [40, 22, 90], [14, 10, 1, 4, 1], 2, 500),
        Source::UpLead       => p(36, 30, [88, 3, 92],  [30, 50, 62], [ 5, 30, 0, 0, 1], 1, 200),
        Source::BookYourData => p(30, 50, [90, 10, 50], [20, 50, 30], [ 5, 60, 4, 0, 2], 8, 700),
        Source::LeadsBlue    => p(22, 70, [94, 20, 10], [ 8, 55, 10], [ 4, 80, 15, 0, 4], 8, 1500),
        _                    => p(30, 20, [85, 0, 50],  [50, 60, 20], [18, 10, 0, 0, 1], 0, 900),
    }
}

/// All records of `source`, in its own order.
pub fn sightings(world: &World, source: Source) -> Vec<Sighting> {
    let profile = profile(source);
    let mut seen = Vec::with_capacity(world.people.len() * profile.coverage as usize / 100);
    for person in &world.people {
        let mut dice = Dice::of(world.seed, source.key(), u64::from(person.id));
        if !dice.percent(profile.coverage) && person.hostile.is_none() {
            continue;
        }
        seen.push(look(world, &profile, person, &mut dice));
        // The same person twice under two ids: sources do that too.
        if dice.below(1000) < 12 {
            let mut again = look(world, &profile, person, &mut dice);
            again.days_old += 200;
            seen.push(again);
        }
    }
    let rubbish = world.people.len() as u32 * profile.rubbish / 200;
    for nth in 0..rubbish {
        seen.push(junk(world, source, nth));
    }
    let mut order = Dice::of(world.seed, "order of a source", source as u64);
    for nth in (1..seen.len()).rev() {
        seen.swap(nth, order.below(nth as u32 + 1) as usize);
    }
    for (nth, sighting) in seen.iter_mut().enumerate() {
        sighting.nth = nth as u32;
        sighting.key = person_key(world.seed, source, nth as u64);
    }
    seen
}

fn look(world: &World, profile: &Profile, person: &Person, dice: &mut Dice) -> Sighting {
    // Somebody who changed jobs lately is often still at the old one here.
    let moved_lately = person.job().since < 400 && person.jobs.len() > 1;
    let missed_jobs = usize::from(moved_lately && dice.percent(profile.stale));
    let job = &person.jobs[missed_jobs];
    let company = world.employer(job);
    let (first, last) = spell(profile, person, dice);
    let days_old = if missed_jobs > 0 { person.job().since + dice.below(profile.oldest_days) } else { dice.below(profile.oldest_days) };
    let (email, mail) = mailbox(profile, person, missed_jobs, company, dice);
    let confidence = match mail {
        MailState::Verified => dice.between(90, 99),
        MailState::AcceptAll | MailState::Unverified => dice.between(55, 89),
        MailState::Guessed => dice.between(30, 70),
        MailState::Bounced | MailState::Missing => dice.between(0, 20),
    };
    let title = if dice.percent(25) { job.other_title } else { job.title };
    let title = match dice.below(100) {
        0..=2 => String::new(),
        3..=4 => title.to_lowercase(),
        5 => format!("{title}, {}", company.name),
        _ => title.to_owned(),
    };
    Sighting {
        nth: 0,
        key: String::new(),
        person: Some(person.id),
        first,
        last,
        title,
        rank: job.rank,
        department: job.department,
        company: (!dice.percent(1)).then_some(company.id),
        job_days: job.since,
        missed_jobs,
        email,
        mail,
        confidence,
        private_email: person.private_email.clone().filter(|_| dice.percent(40)),
        mobile: person.mobile.clone().filter(|_| dice.percent(profile.mobile)),
        direct: person.direct.clone().filter(|_| missed_jobs == 0 && dice.percent(profile.direct)),
        linkedin: person.linkedin.clone().filter(|_| dice.percent(profile.linkedin)),
        country: if missed_jobs > 0 { company.country } else { person.country },
        place: if missed_jobs > 0 { company.place } else { person.place },
        days_old,
    }
}

fn spell(profile: &Profile, person: &Person, dice: &mut Dice) -> (String, String) {
    if let Some((first, last)) = person.hostile {
        return (first.to_owned(), last.to_owned());
    }
    if let Some((first, last)) = person.native.filter(|_| dice.percent(profile.native)) {
        return (first.to_owned(), last.to_owned());
    }
    let short = person.short.filter(|_| dice.percent(profile.short_names));
    let mut first = short.unwrap_or(person.given).to_owned();
    let mut last = person.family.to_owned();
    if dice.percent(profile.plain_letters) {
        first = any_ascii::any_ascii(&first);
        last = any_ascii::any_ascii(&last);
    }
    if let Some(initial) = person.initial.filter(|_| dice.percent(30)) {
        first = format!("{first} {initial}.");
    }
    if dice.percent(profile.typo) {
        last = swap_letters(&last, dice);
    }
    if dice.percent(profile.capitals) {
        first = first.to_uppercase();
        last = last.to_uppercase();
    }
    (first, last)
}

fn swap_letters(word: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() > 3 {
        let at = dice.between(1, letters.len() as u32 - 2) as usize;
        letters.swap(at, at + 1);
    }
    letters.into_iter().collect()
}

fn mailbox(profile: &Profile, person: &Person, missed: usize, company: &Company, dice: &mut Dice) -> (Option<String>, MailState) {
    if !dice.percent(profile.email) {
        return (None, MailState::Missing);
    }
    let real = person.jobs[missed].email.clone();
    if dice.percent(profile.guessed) {
        let guess = crate::sim::world::MailPattern::FirstDotLast;
        let letters = |name| super::world::mail_letters(name);
        return (Some(format!("{}@{}", guess.apply(&letters(person.given), &letters(person.family)), company.domain)), MailState::Guessed);
    }
    let state = if missed > 0 && dice.percent(50) {
        MailState::Bounced
    } else if company.catch_all {
        MailState::AcceptAll
    } else if dice.percent(profile.verified) {
        MailState::Verified
    } else {
        MailState::Unverified
    };
    match dice.below(100) {
        0 => (person.private_email.clone().or(Some(real)), MailState::Unverified),
        1 => (Some(format!("info@{}", company.domain)), MailState::Unverified),
        2 => (Some(real.to_uppercase()), state),
        _ => (Some(real), state),
    }
}

/// Rows that are nobody: they must end rejected or in review, never as a contact.
fn junk(world: &World, source: Source, nth: u32) -> Sighting {
    let mut dice = Dice::of(world.seed, &format!("{} rubbish", source.key()), u64::from(nth));
    let company = dice.pick(&world.companies);
    let own = |text: &str| Some(text.to_owned());
    let at = &company.domain;
    let (first, last, title, email, phone) = match nth % 7 {
        0 => ("Info", "Desk", "", own(&format!("info@{at}")), None),
        1 => ("Test", "Test", "test", own("test@test"), own("1234567")),
        2 => ("", "", "", own(&format!("office@{at}")), None),
        3 => ("N/A", "N/A", "N/A", own("n/a"), own("000-000-0000")),
        4 => ("Unknown", "Contact", "-", None, None),
        5 => ("Sales", "Team", "Sales", own(&format!("sales@@{at}")), None),
        _ => ("asdf", "qwer", "Owner", own("asdf @ nowhere"), own("+1 (555) CALL-NOW")),
    };
    Sighting {
        nth: 0,
        key: String::new(),
        person: None,
        first: first.to_owned(),
        last: last.to_owned(),
        title: title.to_owned(),
        rank: Rank::Entry,
        department: Department::Operations,
        company: (nth % 7 != 4).then_some(company.id),
        job_days: 900,
        missed_jobs: 0,
        email,
        mail: MailState::Unverified,
        confidence: 10,
        private_email: None,
        mobile: phone,
        direct: None,
        linkedin: None,
        country: company.country,
        place: company.place,
        days_old: dice.between(300, 2000),
    }
}

/// `company` as `source` has it.
pub fn company_seen(world: &World, source: Source, company: &Company) -> CompanySeen {
    let mut dice = Dice::of(world.seed, &format!("{} companies", source.key()), u64::from(company.id));
    let name = match dice.below(100) {
        0..=44 => company.name.clone(),
        45..=84 => company.legal_name(),
        85..=89 => company.name.to_uppercase(),
        90..=93 => any_ascii::any_ascii(&company.name),
        94..=96 => company.name.replace(" & ", " and "),
        _ => format!("The {}", company.name),
    };
    let off_by = dice.between(90, 112);
    CompanySeen {
        key: company_key(world.seed, source, company.id),
        name,
        domain: company.old_domain.as_ref().filter(|_| dice.percent(35)).unwrap_or(&company.domain).clone(),
        phone: company.switchboard.clone().filter(|_| dice.percent(85)),
        employees: dice.percent(90).then_some((company.employees * off_by / 100).max(1)),
        revenue: dice.percent(70).then_some(company.revenue),
        founded: dice.percent(80).then_some(company.founded),
        industry_known: dice.percent(92),
        company: company.id,
    }
}

/// The id that `source` gives its `nth` person.
fn person_key(seed: u64, source: Source, nth: u64) -> String {
    let mut dice = Dice::of(seed, &format!("{} person id", source.key()), nth);
    match source {
        Source::Apollo => format!("66{}", dice.hex(22)),
        Source::Seamless | Source::Hunter => dice.guid(),
        _ => (stable(seed, source.key(), 0) % 1_000_000 + 1_000_000 + nth * 17).to_string(),
    }
}

/// The id that `source` gives a company.
pub fn company_key(seed: u64, source: Source, company: u32) -> String {
    let mut dice = Dice::of(seed, &format!("{} company id", source.key()), u64::from(company));
    match source {
        Source::Apollo => format!("5f{}", dice.hex(22)),
        Source::Seamless | Source::Hunter => dice.guid(),
        _ => (stable(seed, source.key(), 1) % 1_000_000 + 3_000_000 + u64::from(company) * 13).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use std::collections::{HashMap, HashSet};

    #[test]
    fn sources_overlap_and_disagree() {
        let world = World::new(42, 3000, Timestamp::parse("2026-11-02").unwrap(), false);
        let (apollo, hunter) = (sightings(&world, Source::Apollo), sightings(&world, Source::Hunter));
        assert!((1700..2000).contains(&apollo.len()), "{}", apollo.len());
        let keys: HashSet<_> = apollo.iter().map(|s| &s.key).collect();
        assert_eq!(keys.len(), apollo.len(), "ids are unique");

        let by_person: HashMap<_, _> = hunter.iter().filter_map(|s| Some((s.person?, s))).collect();
        let both: Vec<_> = apollo.iter().filter_map(|a| Some((a, *by_person.get(&a.person?)?))).collect();
        assert!(both.len() > 700);
        let differ = |f: fn(&Sighting) -> String| both.iter().filter(|(a, h)| f(a) != f(h)).count();
        assert!(differ(Sighting::full_name) > 100, "names differ");
        assert!(differ(|s| s.title.clone()) > 100, "titles differ");
        assert!(both.iter().filter(|(a, h)| a.email.is_some() && a.email == h.email).count() > 300, "most mailboxes agree");
        assert!(both.iter().filter(|(a, h)| a.company != h.company).count() > 20, "some are at their old job in one of them");
        assert!(apollo.iter().filter(|s| s.person.is_none()).count() > 5, "rubbish");
        let usable = apollo.iter().filter_map(|s| crate::domain::Email::parse(s.email.as_deref()?));
        assert!(usable.clone().count() > 1000);
        assert!(usable.into_iter().all(|email| email.as_str().ends_with(".example")), "no address can be delivered to");
    }
}
