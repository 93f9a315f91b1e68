//! What would become of a file's rows: read to the end, cleaned and scored, and nothing written. Absent: who is known
//! already, which only an import finds out.

use super::{
    Forecast, ImportFrom, ImportPlan, ImportRequest, Kind, Result, RowProblem, ServiceError, Session,
    imports::{Opened, open_file},
};
use crate::{
    domain::{Severity, Text, Timestamp},
    intake::{Disposition, Intake, Mapping, Taken, raw::RawPage},
};
use std::sync::Arc;

/// Of so many of the rows that become the same it is told what is wrong with them.
const PROBLEMS: u64 = 5;

impl Session {
    /// What an import would bring and cost, and for a file what would become of each of its rows. Takes as long as reading
    /// the whole file, holds a page of it at a time, and ends at the next page when nobody waits for it any more.
    pub async fn dry_run(&self, request: &ImportRequest) -> Result<ImportPlan> {
        let mut plan = self.plan_import(request).await?;
        if let ImportFrom::File { path, source, mapping } = &request.from {
            let opened = open_file(&self.services, path, *source, mapping.as_deref()).await?;
            let forecast = self.forecast(opened, request.limit.unwrap_or(u64::MAX)).await?;
            (plan.rows, plan.forecast) = (Some(forecast.rows), Some(forecast));
        }
        Ok(plan)
    }

    async fn forecast(&self, Opened { mut file, recognition }: Opened, limit: u64) -> Result<Forecast> {
        let (now, mapping) = (self.now(), Arc::new(recognition.mapping));
        let (mut forecast, mut cursor) = (Forecast::default(), None::<String>);
        loop {
            let (intake, mapping) = (self.services.intake.clone(), mapping.clone());
            let step = tokio::task::spawn_blocking(move || {
                let page = file.page(cursor.as_deref()).map_err(|error| ServiceError::new(Kind::Invalid, error.to_string()))?;
                forecast.add(verdicts(&intake, &mapping, &page, now), limit);
                Ok::<_, ServiceError>((file, forecast, page.next))
            });
            let died = || ServiceError::new(Kind::Trouble, "the file could not be read: a defect of this program");
            (file, forecast, cursor) = step.await.map_err(|_| died())??;
            if cursor.is_none() || forecast.rows >= limit {
                return Ok(forecast);
            }
        }
    }
}

/// What becomes of one row: how intake judges it, `None` when it cannot be used; and what is wrong with it.
struct Verdict {
    line: u64,
    disposition: Option<Disposition>,
    wrong: Option<Text>,
}

/// Of all rows of a page, by line.
fn verdicts(intake: &Intake, mapping: &Mapping, page: &RawPage, now: Timestamp) -> Vec<Verdict> {
    let taken = intake.take(mapping, page, now).into_iter().enumerate().map(|(nth, taken)| match taken {
        Ok(taken) => Verdict { line: page.line(nth), disposition: Some(taken.disposition), wrong: worst(&taken) },
        Err(error) => Verdict { line: page.line(nth), disposition: None, wrong: Some(Text::from(error.to_string())) },
    });
    let bad = page.bad.iter().map(|bad| Verdict { line: bad.line, disposition: None, wrong: Some(bad.reason.clone()) });
    let mut verdicts: Vec<Verdict> = taken.chain(bad).collect();
    verdicts.sort_by_key(|verdict| verdict.line);
    verdicts
}

/// The first error of a row that is not simply good, else its first warning, else its score.
fn worst(taken: &Taken) -> Option<Text> {
    let draft = taken.person.as_ref().or(taken.company.as_ref()).filter(|_| taken.disposition != Disposition::Pass)?;
    let error = draft.defects.iter().find(|defect| defect.severity == Severity::Error);
    let told = error.or_else(|| draft.defects.first()).map(|defect| defect.sentence.clone());
    Some(told.unwrap_or_else(|| Text::from(format!("It scores {} of 100.", draft.quality.score()))))
}

impl Forecast {
    fn add(&mut self, verdicts: Vec<Verdict>, limit: u64) {
        for Verdict { line, disposition, wrong } in verdicts {
            if self.rows >= limit {
                return;
            }
            self.rows += 1;
            let such = match disposition {
                Some(Disposition::Pass) => &mut self.usable,
                Some(Disposition::Review) => &mut self.review,
                Some(Disposition::Reject) => &mut self.weak,
                None => &mut self.unusable,
            };
            *such += 1;
            if let Some(reason) = wrong.filter(|_| *such <= PROBLEMS) {
                self.problems.push(RowProblem { line, reason });
            }
        }
    }
}
