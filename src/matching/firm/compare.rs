//! How two companies compare: one level for each factor.

use super::{
    Companies, CompanyRow,
    levels::{NameLevel, SHIFTS, factor},
};
use crate::matching::{
    alike::{address, equal, identifier, place, source},
    company::CoreFit,
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
        .with(SHIFTS[factor::PLACE], place(ruler, (a.city, a.country), (b.city, b.country)))
        .with(SHIFTS[factor::ADDRESS], address(ruler, (a.street, a.postcode), (b.street, b.postcode)))
        .with(SHIFTS[factor::INDUSTRY], equal(a.industry.into(), b.industry.into()))
        .with(SHIFTS[factor::IDENTIFIER], identifier(ruler, a.identifier, b.identifier))
        .with(SHIFTS[factor::SOURCE], source((a.source, a.external), (b.source, b.external)))
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
        let spells = |row: &CompanyRow, other: &CompanyRow| row.host != 0 && other.core != 0 && ruler.spells(row.host, other.core);
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
