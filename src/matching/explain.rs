//! Why a pair scores as it does, in words and bits that add up: what a screen, the command line and JSON show.

use super::{model::Weights, pattern::Pattern, prepared::Shown, settings::Settings, subject::Subject, verdict::Vetoes};
use crate::domain::{Aspect, Bits, Evidence, EvidenceRow, Text, Veto, Zone};

/// One pair with all that is to be said about it.
pub struct Case<'a> {
    /// Levels.
    pub pattern: Pattern,
    /// What forbids auto.
    pub vetoes: Vetoes,
    /// What follows.
    pub zone: Zone,
    /// The incoming side's values.
    pub left: &'a Shown,
    /// The known side's values.
    pub right: &'a Shown,
}

/// The evidence of a case under `weights` of model `version`.
pub fn evidence<S: Subject>(weights: &Weights, settings: &Settings, version: u32, case: &Case<'_>) -> Evidence {
    let account = weights.account::<S>(case.pattern);
    let words: Vec<(Aspect, &str)> =
        S::FACTORS.iter().flat_map(|factor| factor.levels.iter().map(|level| (factor.aspect, level.words))).collect();
    let mut rows: Vec<EvidenceRow> = Vec::new();
    for (_, at, bits) in &account.parts {
        let (aspect, level) = words[*at];
        match rows.iter_mut().find(|row| row.aspect == aspect) {
            Some(row) => {
                row.level = Text::from(format!("{}, {level}", row.level));
                row.bits = row.bits + Bits(*bits);
            }
            None => rows.push(EvidenceRow {
                aspect,
                level: Text::new(level),
                bits: Bits(*bits),
                left: Text::new(case.left.get(aspect)),
                right: Text::new(case.right.get(aspect)),
            }),
        }
    }
    Evidence {
        rows,
        rival: account.rival,
        prior: account.prior,
        remainder: account.remainder,
        score: account.score,
        probability: weights.probability(account.score),
        vetoes: case.vetoes.list(),
        zone: case.zone,
        why_not_auto: why_not_auto(weights, settings, account.score, case),
        pattern: case.pattern.0,
        model: version,
    }
}

fn why_not_auto(weights: &Weights, settings: &Settings, score: Bits, case: &Case<'_>) -> Option<Text> {
    if case.zone == Zone::Auto {
        return None;
    }
    let vetoes = case.vetoes.list();
    let probability = weights.probability(score).0;
    Some(if let Some(veto) = vetoes.first() {
        if *veto == Veto::NotSame && case.zone == Zone::Review {
            Text::new("a person said they are not the same, but strong evidence has come since")
        } else {
            Text::from(vetoes.iter().map(|veto| veto.words()).collect::<Vec<_>>().join("; "))
        }
    } else if f64::from(probability) < settings.review_from {
        Text::from(format!("{probability:.2} is under {:.2}, where questions begin", settings.review_from as f32))
    } else if score < weights.auto {
        Text::from(format!("{score} bits; {} are needed", weights.auto))
    } else {
        Text::new("only one kind of evidence agrees")
    })
}
