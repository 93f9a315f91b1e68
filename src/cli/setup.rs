//! `leadloom setup`: HaloPSA prepared.

use super::{Failure, Globals, Ink, Output, open::Opened};
use crate::domain::Text;

/// Prepare HaloPSA: find ticket types, statuses and fields by name, create what is missing
///
/// Shows what it finds and what it changes. Run it once after `leadloom config check`, and again whenever the pipeline
/// or HaloPSA's names change; running it twice changes nothing.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:\n  leadloom setup --dry-run\n  leadloom setup")]
pub struct Args {
    /// Only say what would be changed
    #[arg(long)]
    pub dry_run: bool,
}

/// Runs it.
pub fn run(args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let opened = Opened::by(globals, output)?;
    let report = opened.run(opened.me.setup(args.dry_run))?;
    if output.is_json() {
        output.object(&report)?;
    } else {
        let verb = if args.dry_run { "would create" } else { "created" };
        let parts: [(&str, &[Text]); 3] = [("found", &report.found), (verb, &report.created), ("missing", &report.missing)];
        for (word, lines) in parts {
            for line in lines {
                output.line(&format!("{word}: {line}"))?;
            }
        }
    }
    if !report.missing.is_empty() {
        return Err(Failure::in_part(format!(
            "{} things are missing in HaloPSA that only its administrator can make",
            report.missing.len()
        ))
        .advise("Make them there under these names, or name yours in workflows.toml; then run leadloom setup again."));
    }
    output.say(Ink::Good, if args.dry_run { "nothing was changed" } else { "HaloPSA is ready" });
    Ok(())
}
