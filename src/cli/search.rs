//! `leadloom search`: people found by any part of what is known of them.

use super::{Column, Failure, Globals, Ink, Output, Table, open::Opened};

/// Find people and companies by any part of a name, address, number or company
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom search stone\n  leadloom search ann acme --limit 5 --json")]
pub struct Args {
    /// Words; all must be found
    #[arg(required = true, value_name = "WORD")]
    pub words: Vec<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let opened = Opened::by(globals, output)?;
    let found = opened.run(opened.me.search(&args.words.join(" "), None, args.limit))?;
    if output.is_json() {
        return found.iter().try_for_each(|one| output.object(one));
    }
    if found.is_empty() {
        output.say(Ink::Plain, "nobody known has all of these words");
        return Ok(());
    }
    let columns = ["name", "title", "company", "e-mail", "phone"]
        .map(Column::text)
        .into_iter()
        .chain([Column::number("score"), Column::number("sources")]);
    let columns: Vec<Column> = std::iter::once(Column::whole("id")).chain(columns).collect();
    let mut table = Table::new(&columns);
    for one in &found {
        let (id, score, sources) = (one.id.short(), one.quality.to_string(), one.sources.to_string());
        table.row([&id, one.name.as_str(), &one.title, &one.company, &one.email, &one.phone, &score, &sources]);
    }
    output.table(&table)
}
