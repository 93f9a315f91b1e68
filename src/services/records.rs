//! Records: opening, editing, searching.

use super::{Done, HaloLinks, Kind, MemberView, RecordView, Result, ServiceError, Session, history, review};
use crate::{
    domain::{Action, Choice, ContactId, ContactSummary, RecordId, Source, SourceRecord, Target, Text, folded},
    store::{self, Membership, StoreError, View},
    sync::{Rules, golden},
};

/// Decisions shown with a record.
const HISTORY: u32 = 200;

impl Session {
    /// A contact with all there is to know of it. One that was folded opens as what it became.
    pub async fn record(&self, id: ContactId) -> Result<RecordView> {
        let (core, address) = (self.services.core.clone(), self.services.halo_address());
        self.look(move |view| open(view, &core.rules, id, address.as_deref())).await
    }

    /// The contact that a person names by its id or by the last digits of it.
    pub async fn named_contact(&self, name: &str) -> Result<ContactId> {
        if let Ok(id) = name.parse() {
            return Ok(id);
        }
        let short = name.to_owned();
        let found = self.look(move |view| view.contacts_ending(&short)).await?;
        review::only(&found, "contact", name, ContactId::short)
    }

    /// A source record's raw row as it came, as indented JSON; what was made of it where the raw row is not kept.
    pub async fn raw(&self, id: RecordId) -> Result<String> {
        let found = self
            .look(move |view| {
                let record = view.record(id)?.ok_or(StoreError::NotFound { what: "record", id: id.to_string() })?;
                let raw = view.raw_row(&record)?;
                Ok((record, raw))
            })
            .await?;
        let raw = found.1.and_then(|raw| raw_json(&raw));
        let json = raw.map_or_else(|| serde_json::to_value(&found.0.draft), Ok).and_then(|json| serde_json::to_string_pretty(&json));
        json.map_err(|error| ServiceError::new(Kind::Trouble, format!("the record cannot be shown: {error}")))
    }

    /// Sets fields by hand.
    pub async fn edit(&self, id: ContactId, version: u32, choices: &[Choice]) -> Result<Done> {
        let choices = review::checked(choices)?;
        let decision = self.decide(move |deciding| deciding.edit(id, Some(version), &choices)).await?;
        self.done(decision).await
    }

    /// Contacts that hold every word of `text`, best quality first.
    pub async fn search(&self, text: &str, after: Option<(u8, ContactId)>, limit: u32) -> Result<Vec<ContactSummary>> {
        let question = folded(text.trim());
        self.look(move |view| view.search(&question, after, limit)).await
    }
}

fn raw_json(raw: &store::RawRow) -> Option<serde_json::Value> {
    let page: crate::intake::raw::RawPage = serde_json::from_str(&raw.rows).ok()?;
    page.rows.row_json(raw.origin.row as usize)
}

fn open(view: &View<'_>, rules: &Rules, id: ContactId, address: Option<&str>) -> store::Result<RecordView> {
    let id = view.standing(id)?;
    let summary = view.contact(id)?.ok_or(StoreError::NotFound { what: "contact", id: id.to_string() })?;
    let golden = golden::golden_contact(view, id, rules)?;
    let lead = view.leads_of(id)?.into_iter().find(|lead| !lead.folded);
    let stages = lead.as_ref().map(|lead| view.stage_changes(lead.id)).transpose()?.unwrap_or_default();
    let memberships = view.memberships(id.0)?;
    let records = view.members(id.0)?;
    let members =
        records.iter().zip(&memberships).map(|(record, membership)| member(view, record, membership)).collect::<store::Result<_>>()?;
    let decisions = view.decisions_about(id, lead.as_ref().map(|lead| lead.id), None, HISTORY)?;
    let history = decisions.into_iter().map(|decision| history::row(view, &decision)).collect::<store::Result<_>>()?;
    let halo_id = |target: Target| Ok::<_, StoreError>(view.link(&target)?.map(|link| link.halo_id));
    let ticket = lead.as_ref().map(|lead| halo_id(Target::Ticket(lead.id))).transpose()?.flatten();
    let halo = HaloLinks {
        client: summary.company_id.map(|company| halo_id(Target::Client(company))).transpose()?.flatten(),
        user: halo_id(Target::User(id))?,
        ticket,
        url: ticket.zip(address).map(|(ticket, address)| Text::from(format!("{}/ticket?id={ticket}", address.trim_end_matches('/')))),
        pending: golden::pending_of(view, id, summary.company_id)?,
    };
    let question = view.review_about(id.0)?.map(|item| item.id);
    let company = summary.company_id;
    Ok(RecordView { summary, golden, lead, stages, members, history, halo, question, company })
}

fn member(view: &View<'_>, record: &SourceRecord, membership: &Membership) -> store::Result<MemberView> {
    let draft = &record.draft;
    let joined = match membership.decision {
        None if draft.source == Source::Halo => "linked".to_owned(),
        None => "founded it".to_owned(),
        Some(id) => match (view.decision(id)?, view.evidence_of(id)?) {
            (Some(decision), Some(evidence)) if decision.review.is_none() => format!("matched, {} bits", evidence.score),
            (Some(decision), _) if matches!(decision.action, Action::Create { .. }) => format!("founded it, {}", decision.actor),
            (Some(decision), _) => format!("joined by {}", decision.actor),
            (None, _) => "joined".to_owned(),
        },
    };
    Ok(MemberView {
        record: record.id,
        source: draft.source,
        external_id: draft.external_id.clone(),
        seen_at: record.seen_at,
        dated: draft.dated,
        quality: draft.quality.score(),
        joined: Text::from(joined),
    })
}
