//! `leadloom doctor`: everything looked at, one line each.

use super::{Column, Failure, Globals, Output, Table, open::Opened};
use crate::{
    domain::Text,
    services::{Check, Verdict},
};

/// Check everything: settings, database, HaloPSA, each provider, this terminal
///
/// One line for each check: ok, warn or fail, and what to do about it.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {}

/// Runs it.
pub fn run(_args: &Args, globals: &Globals, output: &mut Output) -> Result<(), Failure> {
    let opened = Opened::by(globals, output)?;
    let mut checks = vec![check("settings", Verdict::Ok, &format!("in order; {}", opened.paths.config_file.display()))];
    checks.extend(opened.run(opened.me.doctor())?);
    checks.push(terminal());
    if output.is_json() {
        checks.iter().try_for_each(|check| output.object(check))?;
    } else {
        let mut table = Table::new(&[Column::whole("is"), Column::whole("what"), Column::text("found")]);
        for check in &checks {
            table.row([word(check.verdict), &check.what, &check.words]);
        }
        output.table(&table)?;
    }
    match checks.iter().filter(|check| check.verdict == Verdict::Fail).count() {
        0 => Ok(()),
        1 => Err(Failure::failed("one thing does not work")),
        several => Err(Failure::failed(format!("{several} things do not work"))),
    }
}

fn check(what: &str, verdict: Verdict, words: &str) -> Check {
    Check { what: Text::new(what), verdict, words: Text::new(words) }
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Warn => "warn",
        Verdict::Fail => "fail",
    }
}

/// What the console would find here.
fn terminal() -> Check {
    let Some((width, height)) = terminal_size::terminal_size() else {
        return check("terminal", Verdict::Warn, "none: the console needs one, the commands do not");
    };
    let (width, height) = (width.0, height.0);
    let named = |name: &str| std::env::var(name).unwrap_or_default();
    let kind = named("TERM");
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().map(named).find(|value| !value.is_empty()).unwrap_or_default();
    let wide_enough = width >= 80 && height >= 24;
    let utf8 = locale.to_lowercase().replace('-', "").contains("utf8");
    let advice = match (wide_enough, utf8) {
        (true, true) => "",
        (false, _) => "; the console likes 80x24 and more",
        (true, false) => "; the locale is not UTF-8, so plain ASCII signs are drawn: set LANG=C.UTF-8",
    };
    let verdict = if advice.is_empty() { Verdict::Ok } else { Verdict::Warn };
    check("terminal", verdict, &format!("{kind} {width}x{height} {locale}{advice}"))
}
