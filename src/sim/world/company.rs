//! Makes the companies.

use super::{
    BRANDS, COUNTRIES, Country, INDUSTRIES, Industry, Phones, Place, STREETS, TECHNOLOGIES, Technology, culture_at_home, fill_pattern, slug,
};
use crate::sim::dice::Dice;
use std::collections::HashSet;

/// How a company builds its mailbox names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the pattern says it")]
pub enum MailPattern {
    FirstDotLast,
    First,
    FLast,
    FirstLast,
    LastDotFirst,
    FirstUnderscoreLast,
}

impl MailPattern {
    /// Hunter's spelling of it.
    pub fn hunter(self) -> &'static str {
        match self {
            Self::FirstDotLast => "{first}.{last}",
            Self::First => "{first}",
            Self::FLast => "{f}{last}",
            Self::FirstLast => "{first}{last}",
            Self::LastDotFirst => "{last}.{first}",
            Self::FirstUnderscoreLast => "{first}_{last}",
        }
    }

    /// The mailbox of somebody, from names already in plain letters.
    pub fn apply(self, first: &str, last: &str) -> String {
        match self {
            Self::FirstDotLast => format!("{first}.{last}"),
            Self::First => first.to_owned(),
            Self::FLast => format!("{}{last}", &first[..first.len().min(1)]),
            Self::FirstLast => format!("{first}{last}"),
            Self::LastDotFirst => format!("{last}.{first}"),
            Self::FirstUnderscoreLast => format!("{first}_{last}"),
        }
    }
}

/// Money that came in.
#[derive(Clone, Copy, Debug)]
pub struct Funding {
    /// "Series A", "Seed".
    pub stage: &'static str,
    /// US dollars.
    pub amount: u64,
    /// How long ago.
    pub days_ago: u32,
}

/// A company as it really is in this world.
pub struct Company {
    /// Its place in `World::companies`.
    pub id: u32,
    /// The name without a legal form.
    pub name: String,
    /// The legal form; may be empty.
    pub legal_form: &'static str,
    /// The host name of its mail and its site, under `.example`.
    pub domain: String,
    /// An older host name that still answers, for the few that changed it.
    pub old_domain: Option<String>,
    /// Where its head office is.
    pub country: &'static Country,
    /// The city.
    pub place: &'static Place,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postcode: String,
    /// E.164, where the country has numbers for fiction.
    pub switchboard: Option<String>,
    /// What it does.
    pub industry: &'static Industry,
    /// How many work there.
    pub employees: u32,
    /// US dollars a year.
    pub revenue: u64,
    /// Year.
    pub founded: u32,
    /// Words it uses for itself.
    pub keywords: Vec<&'static str>,
    /// What it runs.
    pub technologies: Vec<&'static Technology>,
    /// The last part of its LinkedIn address.
    pub linkedin: String,
    /// Its last round.
    pub funding: Option<Funding>,
    /// How mailboxes are named.
    pub mail: MailPattern,
    /// Accepts mail to any mailbox.
    pub catch_all: bool,
    /// Mailboxes of no person, such as `info@`.
    pub role_mailboxes: Vec<&'static str>,
}

impl Company {
    /// The name with its legal form.
    pub fn legal_name(&self) -> String {
        match self.legal_form {
            "" => self.name.clone(),
            "株式会社" => format!("{}{}", self.legal_form, self.name),
            form if form.ends_with("Inc") || form == "Inc." || form == "LLC" => format!("{}, {form}", self.name),
            form => format!("{} {form}", self.name),
        }
    }

    /// The upper end of the bands in which sources sell sizes: "201-500".
    pub fn size_band(&self) -> (u32, Option<u32>) {
        const BANDS: &[(u32, u32)] = &[(1, 10), (11, 50), (51, 200), (201, 500), (501, 1000), (1001, 5000), (5001, 10_000)];
        BANDS.iter().find(|(_, to)| self.employees <= *to).map_or((10_001, None), |(from, to)| (*from, Some(*to)))
    }
}

/// Head counts fall off steeply, as they do.
const SIZES: &[(u32, u32, u32)] =
    &[(1, 9, 14), (10, 49, 30), (50, 199, 28), (200, 499, 14), (500, 999, 7), (1000, 4999, 5), (5000, 9999, 1), (10_000, 60_000, 1)];

pub(super) fn make(seed: u64, count: usize, phones: &mut Phones) -> Vec<Company> {
    let mut taken = HashSet::new();
    (0..count).map(|nth| one(seed, nth as u32, phones, &mut taken)).collect()
}

fn one(seed: u64, id: u32, phones: &mut Phones, taken: &mut HashSet<String>) -> Company {
    let mut dice = Dice::of(seed, "company", u64::from(id));
    let country = &COUNTRIES[dice.weighted(COUNTRIES.iter().map(|c| c.weight))];
    let place = dice.pick_skewed(country.places);
    let industry = dice.pick_skewed(INDUSTRIES);
    let name = name_of(&mut dice, country, industry);
    let domain = free_domain(&mut dice, &name, country, taken);
    let old_domain = dice.percent(4).then(|| free_domain(&mut dice, &format!("{name} group"), country, taken));
    let (from, to, _) = SIZES[dice.weighted(SIZES.iter().map(|s| s.2))];
    let employees = dice.between(from, to);
    let per_head = u64::from(dice.between(60, 320)) * 1000;
    let mut keywords = Vec::new();
    let mut technologies: Vec<&'static Technology> = Vec::new();
    for _ in 0..dice.between(1, 4) {
        let word = *dice.pick(industry.keywords);
        if !keywords.contains(&word) {
            keywords.push(word);
        }
        let runs = dice.pick_skewed(TECHNOLOGIES);
        if !technologies.iter().any(|t| t.uid == runs.uid) {
            technologies.push(runs);
        }
    }
    let funding = dice.percent(18).then(|| Funding {
        stage: dice.pick_skewed::<&str>(&["Seed", "Series A", "Series B", "Private Equity"]),
        amount: u64::from(dice.between(1, 60)) * 500_000,
        days_ago: dice.between(90, 2400),
    });
    let mut role_mailboxes = vec!["info"];
    for name in ["sales", "support", "office", "contact", "hello"] {
        if dice.percent(25) {
            role_mailboxes.push(name);
        }
    }
    Company {
        id,
        legal_form: dice.pick_skewed::<&str>(country.legal_forms),
        old_domain,
        country,
        place,
        street: format!("{} {}", dice.between(1, 220), dice.pick(STREETS)),
        postcode: fill_pattern(&mut dice, place.postcode),
        switchboard: dice.percent(92).then(|| phones.switchboard(country)).flatten(),
        industry,
        employees,
        revenue: u64::from(employees) * per_head / 100_000 * 100_000 + 100_000,
        founded: 2025 - dice.between(1, 90).min(dice.between(1, 90)),
        keywords,
        technologies,
        linkedin: slug(&name),
        funding,
        mail: match dice.below(20) {
            0..=9 => MailPattern::FirstDotLast,
            10..=12 => MailPattern::FLast,
            13..=15 => MailPattern::First,
            16..=17 => MailPattern::FirstLast,
            18 => MailPattern::LastDotFirst,
            _ => MailPattern::FirstUnderscoreLast,
        },
        catch_all: dice.percent(12),
        role_mailboxes,
        name,
        domain,
    }
}

fn name_of(dice: &mut Dice, country: &Country, industry: &Industry) -> String {
    let language = match country.iso {
        "DE" => 1,
        "FR" => 2,
        "CA" if dice.percent(25) => 2,
        _ => 0,
    };
    let last = dice.pick(industry.names[language]);
    let home = culture_at_home(country.iso);
    if dice.percent(if language == 0 { 20 } else { 55 }) {
        let family = dice.pick_skewed(home.family).0;
        return match dice.below(4) {
            0 if language == 1 => format!("{family} & Söhne {last}"),
            0 => format!("{family} & {}", dice.pick(home.family).0),
            1 if language == 2 => format!("Ateliers {family}"),
            _ => format!("{family} {last}"),
        };
    }
    format!("{} {last}", dice.pick(BRANDS))
}

/// A host name nobody else has: the name, then with the city, then with a number.
fn free_domain(dice: &mut Dice, name: &str, country: &Country, taken: &mut HashSet<String>) -> String {
    let long = slug(name);
    let short = long.replace('-', "");
    let base = if dice.percent(60) { short } else { long };
    let country = country.iso.to_lowercase();
    let mut tries = [base.clone(), format!("{base}-{country}"), format!("{base}group")].into_iter();
    let mut nth = 2;
    loop {
        let label = tries.next().unwrap_or_else(|| {
            nth += 1;
            format!("{base}{nth}")
        });
        let domain = format!("{label}.example");
        if taken.insert(domain.clone()) {
            return domain;
        }
    }
}
