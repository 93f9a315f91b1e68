//! `leadloom board`: the pipeline for scripts.

use super::{Column, Failure, Globals, Ink, Output, Table, open::Opened};
use crate::{
    domain::{Lifecycle, Text, Timestamp},
    services::{Board, BoardFilter, Card},
};
use clap::builder::PossibleValuesParser;
use serde_json::json;

/// The pipeline: how many leads are in each stage, or the leads of one
#[derive(clap::Args, Clone, Debug)]
#[command(
    after_help = "Examples:\n  leadloom board\n  leadloom board --stage researching\n  leadloom board --lifecycle prospect --owner kim --json"
)]
pub struct Args {
    /// Only this lifecycle
    #[arg(long, value_parser = lifecycles())]
    pub lifecycle: Option<String>,
    /// The leads of this stage instead of counts
    #[arg(long, value_name = "STAGE")]
    pub stage: Option<String>,
    /// Only leads that this person works on
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// Only leads on this list
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// At most so many leads
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}

fn lifecycles() -> PossibleValuesParser {
    PossibleValuesParser::new(Lifecycle::ALL.iter().map(|lifecycle| lifecycle.key()))
}

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let opened = Opened::by(globals, output)?;
    let filter =
        BoardFilter { owner: args.owner.as_deref().map(Text::new), tag: args.tag.as_deref().map(Text::new), ..BoardFilter::default() };
    let lifecycle = args.lifecycle.as_deref().and_then(|key| key.parse().ok());
    match &args.stage {
        Some(stage) => {
            let near = lifecycle.map(|lifecycle| opened.me.first_stage(lifecycle));
            let at = opened.me.named_stage(stage, near.as_ref())?;
            let cards = opened.run(opened.me.cards(&at, &filter, None, args.limit))?;
            show_cards(&cards, opened.me.now(), output)
        }
        None => counts(&opened.run(opened.me.board(&filter, 0))?, lifecycle, output),
    }
}

fn show_cards(cards: &[Card], now: Timestamp, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return cards.iter().try_for_each(|card| output.object(card));
    }
    if cards.is_empty() {
        output.say(Ink::Plain, "no card stands there");
        return Ok(());
    }
    let mut table = Table::new(&[
        Column::whole("lead"),
        Column::text("name"),
        Column::text("company"),
        Column::number("score"),
        Column::text("owner"),
        Column::number("days"),
        Column::text("lists"),
    ]);
    for card in cards {
        let days = now.since(card.since).as_secs() / 86_400;
        let lists: Vec<&str> = card.tags.iter().map(Text::as_str).collect();
        let (id, score, days, lists) = (card.lead.short(), card.quality.to_string(), days.to_string(), lists.join(", "));
        table.row([&id, card.name.as_str(), &card.company, &score, card.owner.as_deref().unwrap_or_default(), &days, &lists]);
    }
    output.table(&table)
}

fn counts(board: &Board, only: Option<Lifecycle>, output: &mut Output) -> Result<(), Failure> {
    let lanes = board.lanes.iter().filter(|lane| only.is_none_or(|wanted| wanted == lane.lifecycle));
    let mut table = Table::new(&[Column::whole("lifecycle"), Column::whole("stage"), Column::text("title"), Column::number("cards")]);
    for lane in lanes {
        for stage in &lane.stages {
            let (lifecycle, key) = (lane.lifecycle.key(), stage.stage.as_str());
            if output.is_json() {
                output.object(
                    &json!({ "lifecycle": lifecycle, "stage": key, "title": stage.title, "exit": stage.exit, "cards": stage.count }),
                )?;
            } else {
                table.row([lifecycle, key, &stage.title, &stage.count.to_string()]);
            }
        }
    }
    if output.is_json() { Ok(()) } else { output.table(&table) }
}
