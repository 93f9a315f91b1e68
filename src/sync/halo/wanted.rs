//! What a target should say in HaloPSA: computed from golden records and leads whenever it is needed, never stored.

use crate::{
    domain::{CompanyId, ContactId, Field, Fields, Giver, Golden, LeadId, Lifecycle, Position, Source, SourceRecord, Target, Text},
    halopsa::Links,
    store::{Result, StoreError, View},
    sync::{
        Rules,
        golden::{golden_company, golden_contact},
    },
};

/// A target as it should be there.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Wanted {
    /// Its fields; HaloPSA takes those it has a place for.
    pub fields: Fields,
    /// A site's name, a ticket's summary.
    pub name: Option<Text>,
    /// A new ticket's description.
    pub details: Option<String>,
    /// Where it goes on the board.
    pub position: Option<Position>,
    /// Chance of winning.
    pub probability: Option<u8>,
    /// Who works on it.
    pub owner: Option<Text>,
    /// What it hangs under, as far as that is there.
    pub links: Links,
    /// Something that has to be there first.
    pub waits_for: Option<Target>,
    /// It can have no record there: a person without a company has no site to live at.
    pub homeless: bool,
}

/// What `target` should be.
pub fn wanted(view: &View<'_>, rules: &Rules, target: &Target) -> Result<Wanted> {
    match target {
        Target::Client(company) => Ok(Wanted { fields: golden_company(view, *company, rules)?.fields(), ..Wanted::default() }),
        Target::Site(company) => site(view, rules, *company),
        Target::User(contact) => user(view, rules, *contact),
        Target::Ticket(lead) => ticket(view, rules, *lead),
    }
}

fn site(view: &View<'_>, rules: &Rules, company: CompanyId) -> Result<Wanted> {
    let fields = golden_company(view, company, rules)?.fields();
    let client = view.link(&Target::Client(company))?;
    let links = Links { client: client.as_ref().map(|link| link.halo_id), ..Links::default() };
    let waits_for = client.is_none().then_some(Target::Client(company));
    Ok(Wanted { fields, name: Some(Text::new("Main")), links, waits_for, ..Wanted::default() })
}

fn user(view: &View<'_>, rules: &Rules, contact: ContactId) -> Result<Wanted> {
    let fields = golden_contact(view, contact, rules)?.fields();
    let Some(company) = company_of(view, contact)? else {
        return Ok(Wanted { fields, homeless: true, ..Wanted::default() });
    };
    let links = home(view, company)?;
    let waits_for = links.site.is_none().then_some(Target::Client(company));
    Ok(Wanted { fields, links, waits_for, ..Wanted::default() })
}

fn ticket(view: &View<'_>, rules: &Rules, id: LeadId) -> Result<Wanted> {
    let lead = view.lead(id)?.ok_or(StoreError::NotFound { what: "lead", id: id.to_string() })?;
    let golden = golden_contact(view, lead.contact, rules)?;
    let fields = golden.fields();
    let company = company_of(view, lead.contact)?;
    let mut links = company.map(|company| home(view, company)).transpose()?.unwrap_or_default();
    links.user = view.link(&Target::User(lead.contact))?.map(|link| link.halo_id);
    let waits_for = company.filter(|_| links.user.is_none()).map(|_| Target::User(lead.contact));
    let members = view.members(lead.contact.0)?;
    let opportunity = lead.position.lifecycle == Lifecycle::Opportunity;
    let probability = rules.workflows.stage(&lead.position).and_then(|spec| spec.probability).filter(|_| opportunity);
    Ok(Wanted {
        name: Some(summary(&fields)),
        details: Some(details(&golden, &members)),
        position: Some(lead.position),
        probability,
        owner: lead.owner,
        links,
        waits_for,
        homeless: false,
        fields,
    })
}

fn company_of(view: &View<'_>, contact: ContactId) -> Result<Option<CompanyId>> {
    Ok(view.contact(contact)?.and_then(|summary| summary.company_id))
}

/// Client and main site of a company, as far as they are there.
fn home(view: &View<'_>, company: CompanyId) -> Result<Links> {
    let client = view.link(&Target::Client(company))?;
    let site = view.link(&Target::Site(company))?.map(|link| link.halo_id).or_else(|| client.as_ref().and_then(|link| link.parent));
    Ok(Links { client: client.map(|link| link.halo_id), site, user: None })
}

/// `Ann Stone - Corp 12` (requirements 4.2).
fn summary(fields: &Fields) -> Text {
    let (name, company) = (fields.person_name(), fields.str(Field::CompanyName));
    let who = if name.is_empty() { fields.str(Field::Email) } else { &name };
    Text::from(if company.is_empty() { who.to_owned() } else { format!("{who} - {company}") })
}

/// Who gave it and when, for people who open the ticket; written once.
fn details(golden: &Golden, members: &[SourceRecord]) -> String {
    let mut lines = vec!["Lead kept in step by Leadloom.".to_owned()];
    let mut sources: Vec<String> = members
        .iter()
        .filter(|member| member.draft.source != Source::Halo)
        .map(|member| format!("From {}, {}", member.draft.source, member.dated().to_string().get(..10).unwrap_or_default()))
        .collect();
    sources.dedup();
    lines.extend(sources);
    let chosen = golden.0.iter().filter(|field| matches!(field.giver, Giver::Decision(_))).map(|field| field.field.label());
    let chosen: Vec<_> = chosen.collect();
    if !chosen.is_empty() {
        lines.push(format!("Set by hand: {}", chosen.join(", ")));
    }
    lines.join("\n")
}
