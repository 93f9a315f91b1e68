//! Makes the people: names, careers, mailboxes, telephones.

use super::{
    ALL_CULTURES, Company, Country, Culture, Department, FREE_MAIL_HOSTS, Phones, Place, Rank, TITLES, culture_at_home, mail_letters, slug,
};
use crate::sim::dice::Dice;
use std::collections::HashMap;

/// One job somebody has or had.
#[derive(Clone)]
pub struct Job {
    /// The employer's place in `World::companies`.
    pub company: u32,
    /// The title as the person writes it.
    pub title: &'static str,
    /// Another spelling of the same title.
    pub other_title: &'static str,
    /// How far up.
    pub rank: Rank,
    /// Where inside.
    pub department: Department,
    /// Days since it began.
    pub since: u32,
    /// Days since it ended; `None` for the present one.
    pub until: Option<u32>,
    /// The mailbox that goes with it.
    pub email: String,
}

/// A person as they really are in this world.
pub struct Person {
    /// Their place in `World::people`.
    pub id: u32,
    /// Given name, in Latin letters.
    pub given: &'static str,
    /// Family name, in Latin letters.
    pub family: &'static str,
    /// Both in the script they write themselves, where that is not Latin.
    pub native: Option<(&'static str, &'static str)>,
    /// What friends say.
    pub short: Option<&'static str>,
    /// A middle initial, for those who use one.
    pub initial: Option<char>,
    /// Where they live.
    pub country: &'static Country,
    /// The city.
    pub place: &'static Place,
    /// The present job first, then earlier ones.
    pub jobs: Vec<Job>,
    /// E.164.
    pub mobile: Option<String>,
    /// E.164, the desk at the present job.
    pub direct: Option<String>,
    /// A private mailbox.
    pub private_email: Option<String>,
    /// The last part of their LinkedIn address.
    pub linkedin: Option<String>,
    /// Asked not to be processed; Hunter answers 451 for them.
    pub claimed: bool,
    /// Text meant to break screens, logs and files, in place of a name.
    pub hostile: Option<(&'static str, &'static str)>,
}

impl Person {
    /// The present job.
    pub fn job(&self) -> &Job {
        &self.jobs[0]
    }
}

/// Names that attack whatever shows them: escape sequences, bidi overrides, formulas, markup, a flood of marks.
const HOSTILE: &[(&str, &str)] = &[
    ("\u{1b}[31mEve\u{1b}[0m", "\u{1b}]0;owned\u{7}Stone"),
    ("Abe\u{202e}nhoJ", "Stone\u{2066}x\u{2069}"),
    ("=HYPERLINK(\"http://evil.example\",\"Ann\")", "Stone"),
    ("@SUM(1+1)*cmd|' /C calc'!A0", "+44-Stone"),
    ("<script>alert(1)</script>", "O'Stone\"; DROP TABLE contacts;--"),
    ("Za\u{335}\u{336}\u{337}\u{338}\u{489}\u{301}\u{302}\u{303}\u{304}lgo", "Sto\u{200b}\u{feff}ne"),
    ("Line\r\nbreak\tTab", "Null\u{0}Stone"),
    ("\u{9b}2JClear", "\u{90}q\u{9c}Stone"),
];

pub(super) fn make(seed: u64, count: usize, companies: &[Company], phones: &mut Phones, hostile: bool) -> Vec<Person> {
    let mut maker = Maker { seed, companies, phones, mailboxes: HashMap::new(), profiles: HashMap::new(), made: Vec::with_capacity(count) };
    // Bigger companies employ more of the people, but not in proportion: sources know small firms better.
    let mut sum = 0;
    let sums: Vec<u32> = companies
        .iter()
        .map(|c| {
            sum += 4 + 6 * c.employees.ilog2();
            sum
        })
        .collect();
    for nth in 0..count as u32 {
        let person = maker.one(nth, &sums);
        maker.made.push(person);
    }
    if hostile {
        for (nth, name) in HOSTILE.iter().enumerate() {
            if let Some(person) = maker.made.get_mut(nth * 3) {
                person.hostile = Some(*name);
                person.native = None;
            }
        }
    }
    maker.made
}

struct Maker<'w> {
    seed: u64,
    companies: &'w [Company],
    phones: &'w mut Phones,
    /// Mailboxes given out, by the name wished for.
    mailboxes: HashMap<String, u32>,
    profiles: HashMap<String, u32>,
    made: Vec<Person>,
}

impl Maker<'_> {
    fn one(&mut self, id: u32, sums: &[u32]) -> Person {
        let mut dice = Dice::of(self.seed, "person", u64::from(id));
        let employer = dice.among(sums) as u32;
        let company = &self.companies[employer as usize];
        let culture = if dice.percent(78) { culture_at_home(company.country.iso) } else { *dice.pick(ALL_CULTURES) };
        let (mut given, mut native_given, mut short) = *dice.pick_skewed(culture.given);
        let (mut family, mut native_family) = *dice.pick_skewed(culture.family);
        self.borrow_a_name(&mut dice, employer, culture, (&mut given, &mut native_given, &mut short), (&mut family, &mut native_family));

        let jobs = self.career(&mut dice, id, employer, given, family);
        let job_country = company.country;
        let moved = dice.percent(10);
        let place = if moved { dice.pick(job_country.places) } else { company.place };
        let private = dice.percent(30).then(|| {
            let host = dice.pick(FREE_MAIL_HOSTS);
            let box_name = format!("{}{}", mail_letters(given), mail_letters(family));
            self.free_mailbox(&box_name, host)
        });
        let linkedin = dice.percent(90).then(|| self.profile(&slug(&format!("{given} {family}"))));
        Person {
            id,
            given,
            family,
            native: (!native_given.is_empty() && !native_family.is_empty()).then_some((native_given, native_family)),
            short: (!short.is_empty()).then_some(short),
            initial: dice.percent(14).then(|| *dice.pick(&['A', 'B', 'C', 'D', 'J', 'L', 'M', 'R', 'T'])),
            country: job_country,
            place,
            jobs,
            mobile: dice.percent(60).then(|| self.phones.mobile(job_country)).flatten(),
            direct: dice.percent(45).then(|| self.phones.direct(job_country)).flatten(),
            private_email: private,
            linkedin,
            claimed: dice.percent(1),
            hostile: None,
        }
    }

    /// Namesakes and colleagues with one surname are what matching fails on, so they are common here.
    fn borrow_a_name(
        &self,
        dice: &mut Dice,
        employer: u32,
        culture: &Culture,
        (given, native_given, short): (&mut &'static str, &mut &'static str, &mut &'static str),
        (family, native_family): (&mut &'static str, &mut &'static str),
    ) {
        if self.made.is_empty() {
            return;
        }
        match dice.below(100) {
            // The same full name as somebody anywhere.
            0..=2 => {
                let other = dice.pick(&self.made);
                if culture.given.iter().any(|(latin, ..)| *latin == other.given) {
                    (*given, *family) = (other.given, other.family);
                    *short = other.short.unwrap_or_default();
                    (*native_given, *native_family) = other.native.unwrap_or_default();
                }
            }
            // The surname of a colleague, one time in four with the same first letter of the given name.
            3..=11 => {
                let colleagues = self.made.iter().rev().take(400).filter(|p| p.job().company == employer);
                if let Some(other) = colleagues.take(3).last() {
                    *family = other.family;
                    *native_family = other.native.map_or("", |n| n.1);
                    let initial = other.given.chars().next();
                    let alike = culture.given.iter().find(|(latin, ..)| latin.chars().next() == initial && *latin != other.given);
                    if let Some((latin, native, nick)) = alike.filter(|_| dice.percent(25)) {
                        (*given, *native_given, *short) = (latin, native, nick);
                    }
                }
            }
            _ => {}
        }
    }

    fn career(&mut self, dice: &mut Dice, id: u32, employer: u32, given: &str, family: &str) -> Vec<Job> {
        let since = match dice.below(100) {
            0..=13 => dice.between(20, 330),
            _ => dice.between(331, 5200),
        };
        let mut jobs = vec![self.job(dice, employer, given, family, since, None)];
        while jobs.len() < 4 && dice.percent(40) {
            let last = &jobs[jobs.len() - 1];
            let (began, rank, same) = (last.since, last.rank, last.company);
            // Often a promotion inside, else somewhere else in the same world.
            let company = if dice.percent(30) { same } else { dice.below(self.companies.len() as u32) };
            let until = began + dice.below(60);
            let since = until + dice.between(300, 2600);
            let mut job = self.job(dice, company, given, family, since, Some(until));
            if job.rank < rank {
                job.rank = rank;
            }
            if company == same {
                job.email.clone_from(&jobs[jobs.len() - 1].email);
            }
            jobs.push(job);
        }
        debug_assert!(!jobs.is_empty(), "person {id} works somewhere");
        jobs
    }

    fn job(&mut self, dice: &mut Dice, company: u32, given: &str, family: &str, since: u32, until: Option<u32>) -> Job {
        let at = &self.companies[company as usize];
        let title = &TITLES[dice.weighted(TITLES.iter().map(|t| t.weight))];
        let local = match at.country.iso {
            "DE" if dice.percent(60) => Some(title.local[0]),
            "FR" if dice.percent(60) => Some(title.local[1]),
            _ => None,
        };
        let spelling = dice.pick_skewed(title.spellings);
        let other_title = title.spellings.iter().find(|s| *s != spelling).unwrap_or(spelling);
        let wish = at.mail.apply(&mail_letters(given), &mail_letters(family));
        let wish = if wish.len() < 2 { mail_letters(family) } else { wish };
        let email = self.free_mailbox(&wish, &at.domain);
        Job { company, title: local.unwrap_or(spelling), other_title, rank: title.rank, department: title.department, since, until, email }
    }

    /// The wished mailbox, or the next number of it: two colleagues of one name get `ann.stone` and `ann.stone2`.
    fn free_mailbox(&mut self, wish: &str, host: &str) -> String {
        // Names hold no digits, so numbered mailboxes cannot meet wished ones.
        let taken = self.mailboxes.entry(format!("{wish}@{host}")).or_default();
        *taken += 1;
        if *taken == 1 { format!("{wish}@{host}") } else { format!("{wish}{taken}@{host}") }
    }

    fn profile(&mut self, wish: &str) -> String {
        let nth = self.profiles.entry(wish.to_owned()).or_default();
        *nth += 1;
        match *nth {
            1 => wish.to_owned(),
            n => format!("{wish}-{}{n}", 7 * n % 10),
        }
    }
}
