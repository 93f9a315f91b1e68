//! The quality score: formula D of the described system (requirements 6.5 to 6.7) with configurable weights. Every part
//! is kept, so that a screen can show where points were lost.

use super::{mapping::PhoneKind, settings::Settings};
use crate::domain::{Field, Fields, Quality, Source, Timestamp, Value};
use std::time::Duration;

/// What the score looks at beside the fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// Who gave the row.
    pub source: Source,
    /// When the source last checked it.
    pub dated: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
    /// The address's domain is a throw-away one.
    pub disposable: bool,
    /// The best number, and whether the source has checked it.
    pub phone: Option<Reach>,
}

/// How well a number reaches the person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Reach {
    /// Whom it reaches.
    pub kind: PhoneKind,
    /// The source has found it to work.
    pub verified: bool,
}

impl Reach {
    /// Percent of the phone points.
    pub(super) const fn percent(self) -> u8 {
        match (self.verified, self.kind) {
            (true, PhoneKind::Direct) => 100,
            (true, PhoneKind::Mobile) => 90,
            (true, PhoneKind::Other) => 80,
            (true, PhoneKind::Office | PhoneKind::Company) => 70,
            (false, _) => 50,
        }
    }
}

/// Scores a person's row.
pub(super) fn person(settings: &Settings, fields: &Fields, facts: &Facts) -> Quality {
    let known = [Field::FirstName, Field::LastName, Field::Email, Field::JobTitle, Field::CompanyName];
    let email: u8 = match (fields.get(Field::Email), fields.str(Field::EmailStatus)) {
        (None, _) => 0,
        (Some(_), "invalid") => 20,
        (Some(_), _) if facts.disposable => 20,
        (Some(_), "verified") => 100,
        (Some(_), "risky" | "accept_all") => 40,
        (Some(_), _) => 80,
    };
    quality(settings, fields, facts, f32::from(email), &known)
}

/// Scores a company's row that names no person: a domain stands for the address, a company has no title.
pub(super) fn company(settings: &Settings, fields: &Fields, facts: &Facts) -> Quality {
    let known = [Field::CompanyName, Field::CompanyDomain, Field::Industry, Field::Employees, Field::HqCountry];
    let domain = if fields.get(Field::CompanyDomain).is_some() { 80.0 } else { 0.0 };
    quality(settings, fields, facts, domain, &known)
}

fn quality(settings: &Settings, fields: &Fields, facts: &Facts, email: f32, known: &[Field]) -> Quality {
    let weights = settings.weights;
    let points = |weight: u8, percent: f32| f32::from(weight) * percent / 100.0;
    let share = |wanted: &[Field]| {
        let have = wanted.iter().filter(|field| fields.get(**field).is_some()).count();
        have as f32 * 100.0 / wanted.len() as f32
    };
    Quality {
        email: points(weights.email, email),
        phone: points(weights.phone, facts.phone.map_or(0.0, |reach| f32::from(reach.percent()))),
        completeness: points(weights.completeness, share(known)),
        freshness: points(weights.freshness, freshness(facts.dated, facts.now)),
        reliability: points(weights.reliability, f32::from(settings.reliability(facts.source))),
        enrichment: points(weights.enrichment, enrichment(fields)),
    }
}

/// Percent: 100 up to 7 days, 90 up to 30, then falling evenly to 50 at 90 days; 50 beyond, and when nobody knows.
fn freshness(dated: Option<Timestamp>, now: Timestamp) -> f32 {
    const DAY: f32 = 86_400.0;
    let Some(dated) = dated else { return 50.0 };
    let age: Duration = now.since(dated);
    match age.as_secs_f32() / DAY {
        days if days <= 7.0 => 100.0,
        days if days <= 30.0 => 90.0,
        days if days < 90.0 => 90.0 - (days - 30.0) * 40.0 / 60.0,
        _ => 50.0,
    }
}

/// Percent: a quarter each for LinkedIn, size, industry and a sign of growth.
fn enrichment(fields: &Fields) -> f32 {
    let has = |any: &[Field]| any.iter().any(|field| fields.get(*field).is_some_and(|value| *value != Value::Flag(false)));
    let parts = [
        has(&[Field::LinkedIn, Field::CompanyLinkedIn]),
        has(&[Field::Employees]),
        has(&[Field::Industry]),
        has(&[Field::GrowthSignals, Field::Funding]),
    ];
    parts.into_iter().filter(|part| *part).count() as f32 * 25.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FieldKind;

    const NOW: &str = "2026-06-30";

    fn facts(dated: &str, phone: Option<Reach>) -> Facts {
        Facts { source: Source::Apollo, dated: Timestamp::parse(dated), now: Timestamp::parse(NOW).unwrap(), disposable: false, phone }
    }

    fn tenths(points: f32) -> i32 {
        (points * 10.0).round() as i32
    }

    fn full() -> Fields {
        [
            (Field::FirstName, "Mira"),
            (Field::LastName, "Hallden"),
            (Field::Email, "mira@corp.example"),
            (Field::EmailStatus, "verified"),
            (Field::JobTitle, "CTO"),
            (Field::CompanyName, "Corp"),
            (Field::LinkedIn, "https://www.linkedin.com/in/mira"),
            (Field::Employees, "340"),
            (Field::Industry, "Technology"),
            (Field::Funding, "Series A"),
        ]
        .into_iter()
        .map(|(field, text)| (field, Value::parse(field.kind(), text).unwrap()))
        .collect()
    }

    #[test]
    fn a_perfect_row_loses_only_what_the_source_is_not_trusted_for() {
        let quality = person(&Settings::default(), &full(), &facts("2026-06-29", Some(Reach { kind: PhoneKind::Direct, verified: true })));
        assert_eq!(quality.parts().map(|(_, points)| tenths(points)), [250, 200, 200, 150, 85, 100]);
        assert_eq!(quality.score(), 99);
    }

    #[test]
    fn each_part_falls_as_described() {
        let settings = Settings::default();
        let email = |status: &str| {
            let mut fields = full();
            fields.set(Field::EmailStatus, Value::parse(FieldKind::Text, status).unwrap());
            tenths(person(&settings, &fields, &facts(NOW, None)).email)
        };
        assert_eq!([email("verified"), email("unverified"), email("risky"), email("invalid")], [250, 200, 100, 50]);
        let phone = |kind, verified| tenths(person(&settings, &full(), &facts(NOW, Some(Reach { kind, verified }))).phone);
        assert_eq!(
            [
                phone(PhoneKind::Mobile, true),
                phone(PhoneKind::Office, true),
                phone(PhoneKind::Other, true),
                phone(PhoneKind::Mobile, false)
            ],
            [180, 140, 160, 100]
        );
        let fresh = |dated: &str| tenths(person(&settings, &full(), &facts(dated, None)).freshness);
        assert_eq!(
            [fresh("2026-06-23"), fresh("2026-06-01"), fresh("2026-05-01"), fresh("2026-01-01"), fresh("never")],
            [150, 135, 105, 75, 75]
        );
        assert_eq!(person(&settings, &Fields::new(), &facts("never", None)).score(), 16, "7.5 for unknown age and 8.5 for the source");
    }
}
