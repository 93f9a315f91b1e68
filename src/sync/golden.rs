//! Golden records and their faces: computed from members and choices, and kept in step after every change.

use super::Rules;
use crate::{
    domain::{
        CompanyId, ContactId, DecisionId, Draft, Field, Fields, Fingerprint, Giver, Golden, IdGen, Intent, LeadId, Operation, OperationId,
        Override, RecordId, SourceRecord, Target, Text, Timestamp, Uuid, folded,
    },
    matching::survivorship,
    store::{CompanyFace, ContactFace, Desk, Result, View, Want},
};
use sha2::{Digest, Sha256};

/// The golden record of a contact as it stands.
pub fn golden_contact(view: &View<'_>, contact: ContactId, rules: &Rules) -> Result<Golden> {
    Ok(golden(&view.members(contact.0)?, &view.overrides(contact)?, rules))
}

/// The golden record of a company as it stands.
pub fn golden_company(view: &View<'_>, company: CompanyId, rules: &Rules) -> Result<Golden> {
    Ok(golden(&view.members(company.0)?, &[], rules))
}

/// The golden record of these members and choices.
pub fn golden(members: &[SourceRecord], overrides: &[Override], rules: &Rules) -> Golden {
    survivorship::golden(&members.iter().collect::<Vec<_>>(), overrides, &rules.survivorship)
}

/// What lists show of a contact. `company_of` tells which golden company a member's employer is.
pub fn contact_face(
    golden: &Golden,
    members: &[&SourceRecord],
    company_of: impl FnOnce(&SourceRecord) -> Result<Option<CompanyId>>,
) -> Result<ContactFace> {
    let fields = golden.fields();
    let name = fields.person_name();
    let text = |field: Field| Text::new(fields.str(field));
    let phone =
        [Field::Mobile, Field::Phone].into_iter().map(|field| fields.str(field)).find(|phone| !phone.is_empty()).unwrap_or_default();
    let employer = employer(golden, members);
    Ok(ContactFace {
        name: if name.is_empty() { text(Field::Email) } else { name },
        title: text(Field::JobTitle),
        company: text(Field::CompanyName),
        company_id: employer.map(company_of).transpose()?.flatten(),
        email: text(Field::Email),
        phone: Text::new(phone),
        quality: members.iter().map(|member| member.draft.quality.score()).max().unwrap_or_default(),
        sources: u16::try_from(members.len()).unwrap_or(u16::MAX),
        folded_text: search_text(&fields),
        fingerprint: fingerprint(golden),
    })
}

/// The member whose word on the employer won; the newest that names one where a person chose the name.
fn employer<'a>(golden: &Golden, members: &[&'a SourceRecord]) -> Option<&'a SourceRecord> {
    let won = [Field::CompanyName, Field::CompanyDomain].into_iter().find_map(|field| golden.get(field));
    let by_record = won.and_then(|field| match field.giver {
        Giver::Record(id, _) => members.iter().find(|member| member.id == id),
        Giver::Decision(_) => None,
    });
    by_record.or_else(|| members.iter().rev().find(|member| !member.draft.fields.str(Field::CompanyName).is_empty())).copied()
}

fn search_text(fields: &Fields) -> String {
    let mut text = folded(&fields.person_name());
    for field in [Field::CompanyName, Field::Email, Field::JobTitle, Field::City, Field::CompanyDomain] {
        let value = fields.str(field);
        if !value.is_empty() {
            text.push(' ');
            text.push_str(&folded(value));
        }
    }
    // Numbers are searched by their digits, as they are dictated.
    for field in [Field::Phone, Field::Mobile] {
        if let Some(crate::domain::Value::Phone(phone)) = fields.get(field) {
            text.push(' ');
            text.push_str(&phone.e164());
        }
    }
    text
}

/// What lists show of a contact that `draft` founds. Where it names an employer, a nil id stands for the golden company.
pub fn first_contact_face(draft: Draft, rules: &Rules) -> Result<(Draft, ContactFace)> {
    let (record, golden) = alone(draft, rules);
    let face = contact_face(&golden, &[&record], |_| Ok(Some(CompanyId(Uuid::nil()))))?;
    Ok((record.draft, face))
}

/// What the store keeps of a company that `draft` founds.
pub fn first_company_face(draft: Draft, rules: &Rules) -> CompanyFace {
    company_face(&alone(draft, rules).1)
}

/// A draft's golden record. Where there is no other record, it does not matter which one it will be.
fn alone(draft: Draft, rules: &Rules) -> (SourceRecord, Golden) {
    let record = draft.recorded(RecordId(Uuid::nil()), Timestamp::default(), None);
    let golden = survivorship::golden(&[&record], &[], &rules.survivorship);
    (record, golden)
}

fn company_face(golden: &Golden) -> CompanyFace {
    let fields = golden.fields();
    let text = |field: Field| Text::new(fields.str(field));
    CompanyFace {
        name: text(Field::CompanyName),
        domain: text(Field::CompanyDomain),
        country: text(Field::HqCountry),
        fingerprint: fingerprint(golden),
    }
}

/// Of values and locks only: provenance may change without anything to show or to push.
fn fingerprint(golden: &Golden) -> Fingerprint {
    let mut hash = Sha256::new();
    for field in &golden.0 {
        hash.update(field.field.key());
        hash.update(serde_json::to_vec(&field.value).unwrap_or_default());
        hash.update([u8::from(field.locked)]);
    }
    Fingerprint::of(&hash.finalize())
}

/// Writes wanted from HaloPSA after a change, all with the same hold.
pub struct Wants<'a> {
    /// The desk.
    pub desk: &'a Desk<'a>,
    /// For operation ids.
    pub ids: &'a dyn IdGen,
    /// When.
    pub now: Timestamp,
    /// Not before then.
    pub not_before: Timestamp,
    /// Because of this decision.
    pub decision: Option<DecisionId>,
}

impl Wants<'_> {
    /// Wants one target written.
    pub fn want(&self, target: Target, intent: Intent) -> Result<()> {
        self.desk.want(&self.write_of(&target, intent))
    }

    /// Wants what a contact with a lead on the board needs in HaloPSA: client, site, user, ticket.
    pub fn lead(&self, lead: LeadId, contact: ContactId, company: Option<CompanyId>) -> Result<()> {
        if let Some(company) = company {
            self.company_once(company)?;
        }
        self.want(Target::User(contact), Intent::Upsert)?;
        self.want(Target::Ticket(lead), Intent::Upsert)
    }

    /// Wants a company made in HaloPSA unless it is there or on its way.
    fn company_once(&self, company: CompanyId) -> Result<()> {
        if self.desk.want_once(&self.write_of(&Target::Client(company), Intent::Upsert))? {
            self.want(Target::Site(company), Intent::Upsert)?;
        }
        Ok(())
    }

    /// Wants something that others wait for and that nobody has wanted, or that was lost on the way.
    pub fn again(&self, target: &Target) -> Result<()> {
        match target {
            Target::Client(company) if self.desk.link(target)?.is_none() => self.company_once(*company),
            Target::Client(company) => self.want(Target::Site(*company), Intent::Upsert),
            other => self.want(*other, Intent::Upsert),
        }
    }

    fn write_of<'t>(&self, target: &'t Target, intent: Intent) -> Want<'t> {
        Want { id: OperationId::next(self.ids), target, intent, not_before: self.not_before, decision: self.decision, now: self.now }
    }

    /// After a contact changed: whatever of it is in HaloPSA, or is to be, follows.
    pub fn contact_changed(&self, contact: ContactId, company: Option<CompanyId>) -> Result<()> {
        let on_board = self.desk.leads_of(contact)?.into_iter().find(|lead| !lead.folded);
        match on_board {
            Some(lead) => self.lead(lead.id, contact, company),
            None if self.desk.link(&Target::User(contact))?.is_some() => self.want(Target::User(contact), Intent::Upsert),
            None => Ok(()),
        }
    }

    /// After a company changed: the same.
    pub fn company_changed(&self, company: CompanyId) -> Result<()> {
        for target in [Target::Client(company), Target::Site(company)] {
            let known = self.desk.link(&target)?.is_some() || self.desk.operation_for(&target)?.is_some();
            if known {
                self.want(target, Intent::Upsert)?;
            }
        }
        Ok(())
    }
}

/// Brings a contact's face in step with its members and choices, and wants HaloPSA to follow. Answers whether
/// anything that shows changed.
pub fn refresh_contact(wants: &Wants<'_>, contact: ContactId, rules: &Rules) -> Result<bool> {
    let desk = wants.desk;
    let members = desk.members(contact.0)?;
    let members: Vec<_> = members.iter().collect();
    let golden = survivorship::golden(&members, &desk.overrides(contact)?, &rules.survivorship);
    let face = contact_face(&golden, &members, |member| desk.company_of_record(member.id))?;
    let before = desk.contact_fingerprint(contact)?;
    let changed = before != Some(face.fingerprint.0);
    // Another company of the same name looks the same, and has to be in HaloPSA too.
    let moved = !changed && desk.contact(contact)?.is_some_and(|known| known.company_id != face.company_id);
    if before.is_none() {
        desk.add_contact(contact, &face, wants.now)?;
    } else {
        desk.update_contact(contact, &face, wants.now)?;
    }
    if changed || moved {
        wants.contact_changed(contact, face.company_id)?;
    }
    Ok(changed)
}

/// Brings a company's face in step with its members, and wants HaloPSA to follow.
pub fn refresh_company(wants: &Wants<'_>, company: CompanyId, rules: &Rules) -> Result<bool> {
    let golden = golden_company(wants.desk, company, rules)?;
    let face = company_face(&golden);
    let changed = wants.desk.company_fingerprint(company)? != Some(face.fingerprint.0);
    if changed {
        wants.desk.put_company(company, &face, wants.now)?;
        wants.company_changed(company)?;
    }
    Ok(changed)
}

/// Operations of a contact and its lead that are on their way.
pub fn pending_of(view: &View<'_>, contact: ContactId, company: Option<CompanyId>) -> Result<Vec<Operation>> {
    let mut targets = vec![Target::User(contact)];
    targets.extend(company.map(Target::Client));
    targets.extend(view.leads_of(contact)?.into_iter().map(|lead| Target::Ticket(lead.id)));
    let mut pending = Vec::new();
    for target in targets {
        pending.extend(view.operation_for(&target)?);
    }
    Ok(pending)
}
