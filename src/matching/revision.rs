//! The next version of the model: from the pairs of many records, or from people's answers. One that has moved too far
//! from the model in use is told, not taken over.

use super::{
    Companies, People,
    calibrate::{Label, auto_from, teach},
    learn::{Drift, PatternTable, drift, fit},
    matcher::zone,
    model::{Curve, Model, Weights},
    pattern::Pattern,
    settings::Settings,
    subject::Subject,
    verdict::Vetoes,
};
use crate::domain::{Text, Zone};

/// What a version is learnt from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Teacher {
    /// Pairs of records, without anybody's answer.
    Records,
    /// People's answers.
    Answers,
}

/// What there is to learn from.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Material {
    /// Pairs of people.
    pub people: PatternTable,
    /// Pairs of companies.
    pub companies: PatternTable,
    /// Answers about people.
    pub labels: Vec<Label>,
}

impl Material {
    /// How many pairs that is.
    pub fn pairs(&self) -> u64 {
        self.people.iter().chain(&self.companies).map(|(_, count)| count).sum()
    }
}

/// A new version of the model.
#[derive(Clone, PartialEq, Debug)]
pub struct Revision {
    /// The model.
    pub model: Model,
    /// What has moved by a bit or more, in words, farthest first.
    pub moved: Vec<Text>,
    /// Why it is not to be taken over.
    pub refused: Option<Text>,
}

/// A level that moves farther than this in one go, a factor of 1000, has not been learnt better but means something else:
/// a column in the wrong field, a file of one firm. Exports of simulated sources move theirs by up to 8.2 bits.
const MOST_DRIFT: f32 = 10.0;

/// Of the same pairs, a new version may merge this much more or less without asking. It moved the merges of those exports
/// by less than a tenth.
const MOST_CHANGE: f64 = 0.5;

/// Where fewer pairs are merged than this, a share of them tells nothing.
const MERGED_TELL: u64 = 50;

/// Moved levels that are told.
const TOLD: usize = 12;

/// The version after `model`; `None` where nothing better was found.
pub fn revise(model: &Model, settings: &Settings, material: &Material, teacher: Teacher) -> Option<Revision> {
    let mut next = model.clone();
    if teacher == Teacher::Records {
        next.people = refitted::<People>(&model.people, &material.people);
        next.companies = refitted::<Companies>(&model.companies, &material.companies);
        next.companies.auto = auto_from::<Companies>(&next.companies, &material.companies, settings.auto_one_wrong_in);
    }
    // What people said was said of pairs, not of scores: it holds for new weights too.
    next = teach::<People>(&next, &material.labels).model;
    if (&next.people, &next.companies) == (&model.people, &model.companies) {
        return None;
    }
    next.people.auto = auto_from::<People>(&next.people, &material.people, settings.auto_one_wrong_in);
    next.version = model.version + 1;
    let (people, companies) =
        (drift::<People>(&model.people, &next.people, 1.0), drift::<Companies>(&model.companies, &next.companies, 1.0));
    let merges = [
        Merges::of::<People>("people", &model.people, &next.people, settings, &material.people),
        Merges::of::<Companies>("companies", &model.companies, &next.companies, settings, &material.companies),
    ];
    let refused = too_far(people.iter().chain(&companies)).or_else(|| merges.iter().find_map(Merges::too_many));
    let told = |what: &'static str, all: Vec<Drift>| all.into_iter().take(TOLD).map(move |one| words(what, &one));
    let moved = merges.iter().filter_map(Merges::words).chain(told("", people)).chain(told("company ", companies));
    Some(Revision { model: next, moved: moved.take(TOLD).collect(), refused })
}

/// Weights fitted to pairs. What answers had bent goes: it was bent for other weights, and is taught anew.
fn refitted<S: Subject>(before: &Weights, table: &PatternTable) -> Weights {
    let straight = Weights { corrections: vec![0.0; before.levels.len()], curve: Curve::default(), ..before.clone() };
    if table.is_empty() { straight } else { fit::<S>(table, &straight) }
}

fn too_far<'a>(moved: impl Iterator<Item = &'a Drift>) -> Option<Text> {
    let far = moved
        .filter(|one| (one.now - one.before).abs() > MOST_DRIFT)
        .max_by(|a, b| (a.now - a.before).abs().total_cmp(&(b.now - b.before).abs()))?;
    Some(Text::from(format!("{}, which is more than the {MOST_DRIFT:.0} bits that honest data moves it", words("", far))))
}

/// Of the same pairs, how many either model would merge without asking.
struct Merges {
    whom: &'static str,
    was: u64,
    is: u64,
}

impl Merges {
    fn of<S: Subject>(whom: &'static str, before: &Weights, now: &Weights, settings: &Settings, table: &PatternTable) -> Self {
        let merged = |weights: &Weights| -> u64 {
            let zone = |pattern: Pattern| zone::<S>(weights, settings, weights.score::<S>(pattern), pattern, Vetoes::default());
            table.iter().filter(|(pattern, _)| zone(*pattern) == Zone::Auto).map(|(_, count)| count).sum()
        };
        Self { whom, was: merged(before), is: merged(now) }
    }

    fn words(&self) -> Option<Text> {
        let Self { whom, was, is } = self;
        (was != is).then(|| Text::from(format!("of the same pairs of {whom} it merges {is} without asking in place of {was}")))
    }

    fn too_many(&self) -> Option<Text> {
        let change = self.is.abs_diff(self.was) as f64;
        let tells = self.is.max(self.was) >= MERGED_TELL;
        if tells && change > self.was as f64 * MOST_CHANGE { self.words() } else { None }
    }
}

/// `E-mail: same, personal counts 2.8 bits less (+14.0 to +11.2)`.
fn words(what: &str, moved: &Drift) -> Text {
    let Drift { level, before, now } = moved;
    let by = now - before;
    Text::from(format!("{what}{level} counts {:.1} bits {} ({before:+.1} to {now:+.1})", by.abs(), if by < 0.0 { "less" } else { "more" }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::person::factor;

    fn pattern(levels: &[(usize, u8)]) -> Pattern {
        levels.iter().fold(Pattern::default(), |pattern, (factor, level)| pattern.with(People::SHIFTS[*factor], *level))
    }

    #[test]
    fn twenty_answers_revise_nothing_and_many_do() {
        let labels: Vec<Label> = (0..600_u32)
            .map(|nth| {
                let (name, same) = if nth % 2 == 0 { (8, false) } else { (1, true) };
                let levels = [(factor::NAME, name), (factor::RARITY, 1 + (nth % 4) as u8), (factor::EMPLOYER, 1 + (nth % 2) as u8)];
                Label { pattern: pattern(&levels), same, weight: 1.0 }
            })
            .collect();
        let (model, settings) = (Model::shipped(), Settings::default());
        let with = |labels: &[Label]| Material { labels: labels.to_vec(), ..Material::default() };
        assert_eq!(revise(&model, &settings, &with(&labels[..20]), Teacher::Answers), None);
        let revised = revise(&model, &settings, &with(&labels), Teacher::Answers).unwrap();
        assert_eq!((revised.model.version, revised.refused), (2, None));
        assert!(revised.model.people.curve != Curve::default() || revised.model.people.corrections.iter().any(|bits| *bits != 0.0));
    }

    #[test]
    fn a_fit_that_runs_away_is_told_and_not_taken_over() {
        // A column in the wrong field: everybody has "the same" mailbox, whoever they are.
        let strangers: PatternTable = (1..=6)
            .flat_map(|rarity| {
                [11_u8, 12].map(|name| (pattern(&[(factor::NAME, name), (factor::RARITY, rarity), (factor::EMAIL, 1)]), 50_000))
            })
            .collect();
        let material = Material { people: strangers, ..Material::default() };
        let revised = revise(&Model::shipped(), &Settings::default(), &material, Teacher::Records).unwrap();
        assert!(revised.refused.is_some(), "{:?}", revised.moved);
        assert!(!revised.moved.is_empty());
    }
}
