//! How two companies compare: one level for each factor.

use super::{
    Companies, CompanyRow,
    levels::{NameLevel, SHIFTS, factor},
};
use crate::matching::{
    company::{CoreFit, spelt_by},
    fold::Near,
    mailbox::label,
    pattern::Pattern,
    subject::{Carriers, Ruler},
};

type CompanyRuler<'a> = Ruler<'a, Companies>;

/// The levels of a pair.
pub fn compare(ruler: &mut CompanyRuler<'_>, a: &CompanyRow, b: &CompanyRow) -> Pattern {
    let name = name(ruler, a, b);
    let agrees = name.agrees();
    Pattern::default()
        .with(SHIFTS[factor::NAME], name as u8)
        .with(SHIFTS[factor::RARITY], if agrees { rarity(ruler, a, b) } else { 0 })
        .with(SHIFTS[factor::NAMESAKES], if agrees { namesakes(ruler, a, b) } else { 0 })
        .with(SHIFTS[factor::FORM], equal(a.form.into(), b.form.into()))
        .with(SHIFTS[factor::DOMAIN], domain(ruler, a, b))
        .with(SHIFTS[factor::PHONE], phone(ruler, a, b))
        .with(SHIFTS[factor::LINKEDIN], equal(a.linkedin, b.linkedin))
        .with(SHIFTS[factor::PLACE], place(ruler, a, b))
        .with(SHIFTS[factor::ADDRESS], address(ruler, a, b))
        .with(SHIFTS[factor::INDUSTRY], equal(a.industry.into(), b.industry.into()))
        .with(SHIFTS[factor::IDENTIFIER], identifier(ruler, a, b))
        .with(SHIFTS[factor::SOURCE], if a.source == b.source { equal(a.external, b.external) } else { 3 })
}

/// 1 when equal, 2 when not, 0 when a side does not say.
fn equal(a: u64, b: u64) -> u8 {
    match (a, b) {
        (0, _) | (_, 0) => 0,
        _ if a == b => 1,
        _ => 2,
    }
}

fn name(ruler: &mut CompanyRuler<'_>, a: &CompanyRow, b: &CompanyRow) -> NameLevel {
    if a.core == 0 || b.core == 0 {
        return NameLevel::Missing;
    }
    match ruler.cores(a.core, b.core) {
        CoreFit::Same => NameLevel::Same,
        CoreFit::Close => NameLevel::Slip,
        CoreFit::Weak => NameLevel::Weak,
        CoreFit::Acronym => NameLevel::Initials,
        CoreFit::Inside => NameLevel::Inside,
        CoreFit::Partial => NameLevel::Partial,
        CoreFit::Differs => NameLevel::Different,
    }
}

fn rarity(ruler: &mut CompanyRuler<'_>, a: &CompanyRow, b: &CompanyRow) -> u8 {
    let mut namesakes = |row: &CompanyRow| ruler.number(row.core, 0, |census| census.namesakes(row));
    match namesakes(a).max(namesakes(b)).log2() {
        bits if bits < -8.0 => 1,
        bits if bits < -4.0 => 2,
        bits if bits < -1.0 => 3,
        bits if bits < 2.0 => 4,
        _ => 5,
    }
}

/// Firms of one name with several domains: the name alone does not tell which.
fn namesakes(ruler: &CompanyRuler<'_>, a: &CompanyRow, b: &CompanyRow) -> u8 {
    match ruler.census.domains(a.core).max(ruler.census.domains(b.core)) {
        0 => 0,
        1 => 1,
        2 => 2,
        _ => 3,
    }
}

fn domain(ruler: &mut CompanyRuler<'_>, a: &CompanyRow, b: &CompanyRow) -> u8 {
    if a.host == 0 || b.host == 0 {
        let spells = |row: &CompanyRow, other: &CompanyRow| {
            row.host != 0 && other.core != 0 && spelt_by(ruler.view.text(other.core), label(ruler.view.text(row.host)))
        };
        // The one with the domain may have no name, or an abbreviated one.
        return if spells(a, b) || spells(b, a) { 2 } else { 0 };
    }
    if a.host == b.host {
        return 1;
    }
    let (left, right) = (ruler.view.text(a.host), ruler.view.text(b.host));
    if label(left) == label(right) {
        return 3;
    }
    if ruler.near(a.host, b.host) == Near::Slip { 4 } else { 5 }
}

fn phone(ruler: &mut CompanyRuler<'_>, a: &CompanyRow, b: &CompanyRow) -> u8 {
    if a.phones[0] == 0 || b.phones[0] == 0 {
        return 0;
    }
    let mut block = false;
    for (nth, number) in a.phones.iter().enumerate().filter(|(_, number)| **number != 0) {
        for other in b.phones.iter().filter(|number| **number != 0) {
            if number == other {
                return if ruler.carriers(nth) == Carriers::One { 1 } else { 2 };
            }
            block |= number / 1000 == other / 1000;
        }
    }
    if block { 3 } else { 4 }
}

fn place(ruler: &mut CompanyRuler<'_>, a: &CompanyRow, b: &CompanyRow) -> u8 {
    let countries = match (a.country, b.country) {
        (0, _) | (_, 0) => None,
        (one, other) => Some(one == other),
    };
    if a.city != 0 && b.city != 0 {
        return match (ruler.near(a.city, b.city), countries) {
            (_, Some(false)) => 5,
            (Near::Same, _) => 1,
            (Near::Slip | Near::Alike, _) => 2,
            (Near::Far, _) => 3,
        };
    }
    match countries {
        Some(true) => 4,
        Some(false) => 5,
        None => 0,
    }
}

fn address(ruler: &mut CompanyRuler<'_>, a: &CompanyRow, b: &CompanyRow) -> u8 {
    let postcodes = match (a.postcode, b.postcode) {
        (0, _) | (_, 0) => None,
        (one, other) => Some(one == other),
    };
    if a.street == 0 || b.street == 0 {
        return match postcodes {
            Some(true) => 3,
            Some(false) => 4,
            None => 0,
        };
    }
    match (ruler.near(a.street, b.street), postcodes) {
        (Near::Same, Some(true) | None) => 1,
        (Near::Far, Some(true)) => 3,
        (Near::Far, _) => 4,
        _ => 2,
    }
}

fn identifier(ruler: &mut CompanyRuler<'_>, a: &CompanyRow, b: &CompanyRow) -> u8 {
    if a.identifier == 0 || b.identifier == 0 {
        return 0;
    }
    match ruler.near(a.identifier, b.identifier) {
        Near::Same => 1,
        Near::Slip => 2,
        Near::Alike | Near::Far => 3,
    }
}
