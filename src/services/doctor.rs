//! Doctor: looks at everything that has to work, one line each, with what to do.

use super::{AutoMerges, Check, Result, Session, Verdict, feeds, home::auto_merges};
use crate::domain::{Source, Text};
use futures_util::future::try_join_all;

impl Session {
    /// Looks at the database, HaloPSA and every configured source. Never fails as a whole: what fails is a line.
    pub async fn doctor(&self) -> Result<Vec<Check>> {
        let mut checks = self.look_at_store().await;
        checks.extend(self.look_at_halo().await);
        // Side by side: one that does not answer holds up no other.
        let sources = Source::providers().filter(|source| !source.file_only());
        checks.extend(try_join_all(sources.map(|source| self.test_login(source))).await?);
        Ok(checks)
    }

    /// Tries one source's login and reads what is left there.
    pub async fn test_login(&self, source: Source) -> Result<Check> {
        Ok(feeds::test(&self.services, source).await)
    }

    async fn look_at_store(&self) -> Vec<Check> {
        let store = &self.services.core.store;
        let place = store.path().display().to_string();
        let sound = match store.check().await {
            Ok(()) => check("database", Verdict::Ok, place),
            Err(error) => check("database", Verdict::Fail, error.to_string()),
        };
        let journal = match self.look(|view| view.broken_journal_entry()).await {
            Ok(None) => check("journal", Verdict::Ok, "the chain is whole"),
            Ok(Some(seq)) => {
                check("journal", Verdict::Fail, format!("entry {seq} was changed or removed outside Leadloom; compare with a backup"))
            }
            Err(error) => check("journal", Verdict::Fail, error.to_string()),
        };
        let mut checks = vec![sound, journal];
        checks.push(self.look_at_model().await.unwrap_or_else(|error| check("matching model", Verdict::Fail, error.to_string())));
        match self.look(auto_merges).await {
            Ok(merges) => checks.extend(self.look_at_merges(merges)),
            Err(error) => checks.push(check("auto-merges", Verdict::Fail, error.to_string())),
        }
        checks
    }

    /// Whether merges made without asking are as often right as is wanted of them.
    fn look_at_merges(&self, merges: AutoMerges) -> Option<Check> {
        let words = merges.words()?;
        let target = self.services.config.matching.auto_one_wrong_in.max(1);
        let wanted = 1.0 - 1.0 / f64::from(target);
        Some(if merges.at_most.is_some_and(|most| most < wanted) {
            let advice =
                format!("{words}; wanted is at most one wrong in {target}: raise auto_one_wrong_in in [matching], so that more is asked");
            check("auto-merges", Verdict::Warn, advice)
        } else {
            check("auto-merges", Verdict::Ok, words)
        })
    }

    async fn look_at_halo(&self) -> Vec<Check> {
        let halo = match self.services.halo() {
            Ok(halo) => halo,
            Err(error) => return vec![check("HaloPSA", Verdict::Warn, error.to_string())],
        };
        let me = match halo.client().whoami().await {
            Ok(me) => me,
            Err(error) => return vec![check("HaloPSA login", Verdict::Fail, error.to_string())],
        };
        let mut checks =
            vec![check("HaloPSA login", Verdict::Ok, format!("acts as {}", if me.name.is_empty() { "an agent" } else { &me.name }))];
        checks.extend(me.rights.iter().map(|right| match &right.refused {
            None => check("HaloPSA right", Verdict::Ok, right.what),
            Some(error) => check("HaloPSA right", Verdict::Fail, format!("may not {}: {error}", right.what)),
        }));
        match halo.discover().await {
            Ok(tenant) if tenant.missing.is_empty() => {
                checks.push(check("HaloPSA setup", Verdict::Ok, "all types, statuses and fields are there"));
            }
            Ok(tenant) => checks.extend(tenant.missing.iter().map(|missing| {
                let verdict = if missing.can_be_created() { Verdict::Warn } else { Verdict::Fail };
                check("HaloPSA setup", verdict, missing.to_string())
            })),
            Err(error) => checks.push(check("HaloPSA setup", Verdict::Fail, error.to_string())),
        }
        checks
    }
}

pub(super) fn check(what: &str, verdict: Verdict, words: impl Into<String>) -> Check {
    Check { what: Text::new(what), verdict, words: Text::from(words.into()) }
}
