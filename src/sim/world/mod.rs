//! The made-up world: companies and people as they really are, from one seed. What a source knows of them, with
//! its gaps and mistakes, is `sighting`'s matter. Absent: real names of firms, callable numbers, routable hosts.

mod company;
mod person;
mod phones;
mod places;
#[rustfmt::skip] // tables read better with several entries a line
mod trades;
#[rustfmt::skip]
mod words;

pub use company::{Company, Funding, MailPattern};
pub use person::{Job, Person};
pub(crate) use phones::{international, national};
pub use places::{COUNTRIES, Country, Place};
pub use trades::{Department, INDUSTRIES, Industry, Rank, TECHNOLOGIES, Technology};

use super::dice::Dice;
use crate::domain::Timestamp;
use phones::Phones;
use std::time::Duration;
use trades::TITLES;
use words::{ALL as ALL_CULTURES, BRANDS, Culture, STREETS};

/// Hosts of private mailboxes in this world. Reserved names, as all hosts here are; a list of free-mail hosts
/// must hold them to recognise such addresses.
pub const FREE_MAIL_HOSTS: &[&str] = &["freemail.example", "webmail.example", "inbox.example"];

/// People for each company, on average.
const PEOPLE_PER_COMPANY: usize = 9;

/// Everything there is.
pub struct World {
    /// The seed it was made from.
    pub seed: u64,
    /// Midnight of the day it was made on; all ages count from here.
    pub today: Timestamp,
    /// All companies.
    pub companies: Vec<Company>,
    /// All people.
    pub people: Vec<Person>,
}

impl World {
    /// Makes it. The same arguments give the same world on every machine; the day only shifts dates.
    pub fn new(seed: u64, people: usize, today: Timestamp, hostile: bool) -> Self {
        let mut phones = Phones::default();
        let companies = company::make(seed, (people / PEOPLE_PER_COMPANY).max(12), &mut phones);
        let people = person::make(seed, people, &companies, &mut phones, hostile);
        Self { seed, today: midnight(today), companies, people }
    }

    /// The company somebody's job is at.
    pub fn employer(&self, job: &Job) -> &Company {
        &self.companies[job.company as usize]
    }

    /// Midnight that many days before today.
    pub(crate) fn days_ago(&self, days: u32) -> Timestamp {
        self.today.minus(DAY * days)
    }

    /// `2026-03-01`, that many days before today.
    pub(crate) fn date(&self, days_ago: u32) -> String {
        self.days_ago(days_ago).to_string()[..10].to_owned()
    }
}

const DAY: Duration = Duration::from_hours(24);

fn midnight(at: Timestamp) -> Timestamp {
    let day = DAY.as_micros() as i64;
    Timestamp::from_micros(at.as_micros().div_euclid(day) * day)
}

/// The names people have in that country.
fn culture_at_home(iso: &str) -> &'static Culture {
    match iso {
        "DE" => &words::GERMAN,
        "FR" => &words::FRENCH,
        "SE" => &words::NORDIC,
        "PL" => &words::POLISH,
        "ES" => &words::IBERIAN,
        "GR" => &words::GREEK,
        "JP" => &words::JAPANESE,
        _ => &words::ENGLISH,
    }
}

/// Lower case, plain letters and digits, `-` between words.
pub(crate) fn slug(name: &str) -> String {
    let plain = plain_letters(name);
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// What a mail administrator makes of a name: `Müller` is `mueller`, `O'Brien` is `obrien`.
pub(crate) fn mail_letters(name: &str) -> String {
    plain_letters(name).chars().filter(char::is_ascii_alphanumeric).collect()
}

fn plain_letters(name: &str) -> String {
    let german = name.to_lowercase().replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss");
    any_ascii::any_ascii(&german).to_lowercase()
}

fn fill_pattern(dice: &mut Dice, pattern: &str) -> String {
    let letter = |dice: &mut Dice| char::from(b'A' + dice.below(26) as u8);
    pattern
        .chars()
        .map(|c| match c {
            '#' => char::from_digit(dice.below(10), 10).unwrap_or('0'),
            '@' => letter(dice),
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> World {
        World::new(42, 2000, Timestamp::parse("2026-11-02T10:00:00Z").unwrap(), true)
    }

    #[test]
    fn the_same_seed_makes_the_same_world() {
        let (a, b) = (world(), world());
        let shown = |w: &World| {
            w.people.iter().map(|p| format!("{} {} {} {:?}", p.given, p.family, p.job().email, p.mobile)).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(shown(&a), shown(&b));
        assert_ne!(shown(&a), shown(&World::new(43, 2000, a.today, true)));
        assert_eq!(a.today.to_string(), "2026-11-02T00:00:00Z");
        // Pinned: a new version of the generator must not change every test's world unnoticed.
        let people: Vec<_> = a.people[1..4].iter().map(|p| p.job().email.as_str()).collect();
        let pinned = ["michaelwhite@partridgelegal.example", "benoitbernard@ateliersdelaroche-fr.example", "naomi@taylor-associes.example"];
        assert_eq!(people, pinned, "the world of seed 42");
    }

    #[test]
    fn every_host_is_reserved_and_every_mailbox_is_one_persons() {
        let world = world();
        let mut seen = std::collections::HashMap::new();
        for person in &world.people {
            for email in person.jobs.iter().map(|job| &job.email).chain(person.private_email.iter()) {
                assert!(email.ends_with(".example"), "{email}");
                assert!(crate::domain::Email::parse(email).is_some(), "{email}");
                assert_eq!(*seen.entry(email.clone()).or_insert(person.id), person.id, "{email}");
            }
        }
        assert!(seen.keys().any(|email| email.contains("2@")), "numbered mailboxes exist");
        let domains: std::collections::HashSet<_> = world.companies.iter().map(|c| &c.domain).collect();
        assert_eq!(domains.len(), world.companies.len());
    }

    #[test]
    fn the_hard_cases_are_there() {
        let world = world();
        let people = &world.people;
        let colleagues = |a: &Person, b: &Person| a.job().company == b.job().company && a.family == b.family && a.id != b.id;
        assert!(people.iter().filter(|a| people.iter().any(|b| colleagues(a, b))).count() > 100, "colleagues with one surname");
        let namesakes = |a: &Person, b: &Person| (a.given, a.family) == (b.given, b.family) && a.job().company != b.job().company;
        assert!(people.iter().filter(|a| people.iter().any(|b| namesakes(a, b))).count() > 100, "namesakes");
        assert!(people.iter().filter(|p| p.native.is_some()).count() > 50, "other scripts");
        assert!(people.iter().filter(|p| p.job().since < 331 && p.jobs.len() > 1).count() > 50, "recent job changes");
        assert_eq!(people.iter().filter(|p| p.hostile.is_some()).count(), 8);
    }
}
