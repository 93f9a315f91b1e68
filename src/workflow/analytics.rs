//! How leads fare: conversion and time per stage, the bottleneck, the win rate, stuck cards. Pure arithmetic over
//! histories; absent: reading them, and any view of single people.

use super::{End, StageSpec, Workflows};
use crate::domain::{Lead, LeadId, Position, StageChange, Timestamp};
use std::time::Duration;

/// Where one lead has been, oldest first. The first entry is where it began.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct History {
    /// Whose.
    pub lead: LeadId,
    /// Its steps.
    pub changes: Vec<StageChange>,
}

/// One stage in figures.
#[derive(Clone, PartialEq, Debug)]
pub struct StageFigures {
    /// Which.
    pub position: Position,
    /// Leads that were ever here.
    pub entered: u64,
    /// Leads that are here now.
    pub waiting: u64,
    /// Of those that left, how many were later seen nearer to a deal.
    pub advanced: u64,
    /// Of those that left, how many were not.
    pub dropped: u64,
    /// Mean of the finished stays.
    pub mean: Option<Duration>,
    /// Median of the finished stays.
    pub median: Option<Duration>,
    /// All stays together, the ongoing ones included.
    pub total: Duration,
}

impl StageFigures {
    /// Share of those that left which got nearer to a deal, 0 to 1. Leads that still wait say nothing yet.
    pub fn conversion(&self) -> Option<f64> {
        ratio(self.advanced, self.advanced + self.dropped)
    }
}

/// All stages in figures, in the order of the board.
#[derive(Clone, PartialEq, Debug)]
pub struct Figures {
    /// Per stage.
    pub stages: Vec<StageFigures>,
    /// Leads that ended in a won stage.
    pub won: u64,
    /// Leads that ended in a lost stage.
    pub lost: u64,
}

impl Figures {
    /// Won of won and lost, 0 to 1.
    pub fn win_rate(&self) -> Option<f64> {
        ratio(self.won, self.won + self.lost)
    }

    /// The stage in which leads have spent most time altogether (ongoing stays included): where one day less helps
    /// most. `None` while no time has passed. Ends are no bottlenecks.
    pub fn bottleneck(&self, workflows: &Workflows) -> Option<&StageFigures> {
        let working = |figures: &&StageFigures| workflows.stage(&figures.position).is_some_and(|spec| !spec.is_exit());
        self.stages.iter().filter(working).filter(|figures| !figures.total.is_zero()).max_by_key(|figures| figures.total)
    }
}

/// A card that has stayed longer than its stage allows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stuck {
    /// Whose.
    pub lead: LeadId,
    /// Where.
    pub position: Position,
    /// For how long.
    pub stayed: Duration,
    /// How long was allowed.
    pub allowed: Duration,
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl Workflows {
    /// The figures of these leads. Steps into stages that the file no longer has end a stay but have no figures.
    pub fn figures<'a>(&self, histories: impl IntoIterator<Item = &'a History>, now: Timestamp) -> Figures {
        let specs: Vec<&StageSpec> = crate::domain::Lifecycle::ALL.iter().flat_map(|lifecycle| self.stages(*lifecycle)).collect();
        let mut tallies: Vec<Tally> = specs.iter().map(|_| Tally::default()).collect();
        let (mut won, mut lost) = (0, 0);
        for history in histories {
            let ranks: Vec<Option<usize>> = history.changes.iter().map(|change| self.rank(&change.to)).collect();
            // A step back undoes an end, so only where a lead is now counts as won or lost.
            match ranks.last().copied().flatten().and_then(|rank| specs[rank].end) {
                Some(End::Won) => won += 1,
                Some(End::Lost) => lost += 1,
                Some(End::Out) | None => {}
            }
            for (rank, tally) in tallies.iter_mut().enumerate() {
                tally.add(rank, &specs, &ranks, &history.changes, now);
            }
        }
        let figures = |(spec, tally): (&&StageSpec, Tally)| tally.figures(spec.position.clone());
        Figures { stages: specs.iter().zip(tallies).map(figures).collect(), won, lost }
    }

    /// The cards that have stayed longer than `stuck_after` of their stage, longest overdue first.
    pub fn stuck<'a>(&self, leads: impl IntoIterator<Item = &'a Lead>, now: Timestamp) -> Vec<Stuck> {
        let overdue = |lead: &Lead| {
            let spec = self.stage(&lead.position).filter(|spec| !spec.is_exit() && !lead.folded)?;
            let (allowed, stayed) = (spec.stuck_after?.0, now.since(lead.since));
            (stayed > allowed).then(|| Stuck { lead: lead.id, position: lead.position.clone(), stayed, allowed })
        };
        let mut stuck: Vec<_> = leads.into_iter().filter_map(overdue).collect();
        stuck.sort_by_key(|card| std::cmp::Reverse(card.stayed.saturating_sub(card.allowed)));
        stuck
    }
}

#[derive(Default)]
struct Tally {
    entered: u64,
    waiting: u64,
    advanced: u64,
    dropped: u64,
    finished: Vec<Duration>,
    ongoing: Duration,
}

impl Tally {
    /// Adds one lead's time in the stage of that rank.
    fn add(&mut self, rank: usize, specs: &[&StageSpec], ranks: &[Option<usize>], changes: &[StageChange], now: Timestamp) {
        let Some(first) = ranks.iter().position(|other| *other == Some(rank)) else { return };
        self.entered += 1;
        for (nth, change) in changes.iter().enumerate().filter(|(nth, _)| ranks[*nth] == Some(rank)) {
            match changes.get(nth + 1) {
                Some(next) => self.finished.push(next.at.since(change.at)),
                None => self.ongoing += now.since(change.at),
            }
        }
        let is_here = ranks.last() == Some(&Some(rank));
        let nearer = |other: &Option<usize>| other.is_some_and(|other| other > rank && matches!(specs[other].end, None | Some(End::Won)));
        if ranks[first..].iter().any(nearer) {
            self.advanced += 1;
        } else if !is_here {
            self.dropped += 1;
        }
        self.waiting += u64::from(is_here);
    }

    fn figures(mut self, position: Position) -> StageFigures {
        self.finished.sort_unstable();
        let sum: Duration = self.finished.iter().sum();
        let count = self.finished.len();
        let median = match count {
            0 => None,
            _ if count % 2 == 1 => Some(self.finished[count / 2]),
            _ => Some((self.finished[count / 2 - 1] + self.finished[count / 2]) / 2),
        };
        StageFigures {
            position,
            entered: self.entered,
            waiting: self.waiting,
            advanced: self.advanced,
            dropped: self.dropped,
            mean: u32::try_from(count).ok().and_then(|count| sum.checked_div(count)),
            median,
            total: sum + self.ongoing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ContactId, Lifecycle, Uuid};

    const DAY: Duration = Duration::from_hours(24);

    fn day(n: u32) -> Timestamp {
        Timestamp::from_micros(0).plus(DAY * n)
    }

    fn history(id: u128, steps: &[(u32, &str)]) -> History {
        let workflows = Workflows::default();
        let step = |(at, stage): &(u32, &str)| {
            let to = workflows.find(stage, None).unwrap();
            // Where a card came from is not counted here: the step before says it.
            StageChange { from: to.clone(), to, at: day(*at), by: "kim".into() }
        };
        History { lead: LeadId(Uuid::from_u128(id)), changes: steps.iter().map(step).collect() }
    }

    fn of<'a>(figures: &'a Figures, stage: &str) -> &'a StageFigures {
        figures.stages.iter().find(|figures| figures.position.stage.as_str() == stage).unwrap()
    }

    #[test]
    fn counts_times_and_conversions() {
        let histories = [
            history(1, &[(0, "new_lead"), (2, "researching"), (3, "contacted"), (9, "engaged")]),
            history(2, &[(0, "new_lead"), (4, "researching"), (5, "invalid_data")]),
            history(3, &[(0, "new_lead"), (1, "researching"), (2, "contacted"), (3, "no_interest")]),
            history(4, &[(0, "negotiation"), (10, "won")]),
            history(5, &[(0, "negotiation"), (20, "lost")]),
            history(6, &[(0, "negotiation"), (5, "lost"), (6, "negotiation"), (7, "won")]),
        ];
        let figures = Workflows::default().figures(&histories, day(30));
        let researching = of(&figures, "researching");
        assert_eq!((researching.entered, researching.advanced, researching.dropped, researching.waiting), (3, 2, 1, 0));
        assert!((researching.conversion().unwrap() - 2.0 / 3.0).abs() < 1e-9);
        let fresh = of(&figures, "new_lead");
        assert_eq!((fresh.mean, fresh.median), (Some(DAY * 7 / 3), Some(DAY * 2)));
        let engaged = of(&figures, "engaged");
        assert_eq!((engaged.waiting, engaged.conversion(), engaged.mean, engaged.total), (1, None, None, DAY * 21));
        assert_eq!((figures.won, figures.lost), (2, 1));
        assert!((figures.win_rate().unwrap() - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(of(&figures, "negotiation").median, Some(DAY * 15 / 2), "stays of 10, 20, 5 and 1 days");
        assert_eq!(figures.bottleneck(&Workflows::default()).unwrap().position.stage.as_str(), "negotiation");
        let none = Workflows::default().figures([], day(1));
        assert_eq!((none.win_rate(), none.bottleneck(&Workflows::default())), (None, None));
    }

    #[test]
    fn stuck_cards_come_longest_overdue_first() {
        let card = |id: u128, stage: &str, since: u32, folded: bool| Lead {
            id: LeadId(Uuid::from_u128(id)),
            contact: ContactId(Uuid::from_u128(id)),
            position: Position::new(Lifecycle::Lead, stage),
            since: day(since),
            owner: None,
            tags: Vec::new(),
            folded,
            version: 1,
            created_at: day(0),
        };
        let cards = [
            card(1, "new_lead", 29, false),
            card(2, "new_lead", 25, false),
            card(3, "contacted", 0, false),
            card(4, "no_interest", 0, false),
            card(5, "contacted", 0, true),
        ];
        let stuck = Workflows::default().stuck(&cards, day(30));
        assert_eq!(stuck.iter().map(|card| card.lead.0.as_u128()).collect::<Vec<_>>(), [3, 2]);
        assert_eq!((stuck[0].stayed, stuck[0].allowed), (DAY * 30, DAY * 7));
    }
}
