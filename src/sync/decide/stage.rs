//! Stage: a card moves, if the workflow lets it.

use super::{DecideError, Deciding, Result};
use crate::{
    domain::{
        Action, Choice, ContactId, Decision, DecisionId, Field, Fields, Lead, LeadId, Position, Suppression, SuppressionId, SuppressionKey,
        Text, Value,
    },
    store::StoreError,
    sync::golden::golden_contact,
};

/// A move that somebody asks for.
#[derive(Clone, PartialEq, Debug)]
pub struct MoveAsked {
    /// Which lead.
    pub lead: LeadId,
    /// Where to.
    pub to: Position,
    /// What the form had filled in.
    pub choices: Vec<Choice>,
    /// Refuse when the lead is no longer at this version.
    pub version: Option<u32>,
}

impl Deciding<'_> {
    /// Moves a card, fills in what the form and the workflow give, and writes the do-not-contact list where the
    /// stage says so.
    pub fn move_card(&self, asked: &MoveAsked) -> Result<Decision> {
        let lead = self.lead(asked.lead)?;
        let fields = self.fields_with(lead.contact, &asked.choices)?;
        let allowed = self.rules.workflows.check(&lead, &asked.to, &fields, self.now).map_err(DecideError::Refused)?;
        let id = DecisionId::next(self.ids);
        let mut choices = asked.choices.clone();
        let opened = allowed.writes.into_iter().filter(|(field, _)| choices.iter().all(|choice| choice.field != *field));
        let opened: Vec<_> = opened.map(|(field, value)| Choice { field, value: Some(Text::from(value.to_string())) }).collect();
        choices.extend(opened);
        let suppressed = if allowed.suppresses { SuppressionKey::personal(&fields) } else { Vec::new() };
        if allowed.suppresses && fields.get(Field::DoNotContact) != Some(&Value::Flag(true)) {
            choices.push(Choice { field: Field::DoNotContact, value: Some(Text::new("yes")) });
        }
        self.desk.move_lead(lead.id, &asked.to, self.now, asked.version, self.actor.name())?;
        self.desk.choose(lead.contact, id, &choices, self.now)?;
        self.suppress(id, &suppressed)?;
        self.refresh(id, lead.contact)?;
        self.want_ticket(id, lead.id, lead.contact)?;
        let action = Action::Move { lead: lead.id, from: lead.position, to: asked.to.clone(), choices, suppressed };
        self.record(id, None, action, Some(lead.id), None)
    }

    fn lead(&self, id: LeadId) -> Result<Lead> {
        Ok(self.desk.lead(id)?.ok_or(StoreError::NotFound { what: "lead", id: id.to_string() })?)
    }

    /// The contact's fields as they would be with `choices`.
    fn fields_with(&self, contact: ContactId, choices: &[Choice]) -> Result<Fields> {
        let mut fields = golden_contact(self.desk, contact, self.rules)?.fields();
        for choice in choices {
            let Some(text) = &choice.value else {
                fields.remove(choice.field);
                continue;
            };
            let value = Value::parse(choice.field.kind(), text)
                .ok_or_else(|| DecideError::senseless(format!("{} cannot be {:?}", choice.field.label(), text.as_str())))?;
            fields.set(choice.field, value);
        }
        Ok(fields)
    }

    fn suppress(&self, decision: DecisionId, keys: &[SuppressionKey]) -> Result<()> {
        for key in keys {
            let id = SuppressionId::next(self.ids);
            let entry = Suppression { id, key: key.clone(), reason: "do not contact".into(), at: self.now, by: self.actor.name().clone() };
            self.desk.suppress(&entry, Some(decision))?;
        }
        Ok(())
    }

    fn want_ticket(&self, by: DecisionId, lead: LeadId, contact: ContactId) -> Result<()> {
        let company = self.desk.contact(contact)?.and_then(|summary| summary.company_id);
        Ok(self.wants(by).lead(lead, contact, company)?)
    }

    /// Takes a move back: the card stands where it stood, the list entries go.
    pub(super) fn move_back(&self, undo: DecisionId, made: &Decision, lead: LeadId, from: &Position, to: &Position) -> Result<()> {
        let lead = self.standing_at(lead, to)?;
        self.desk.set_choices_active(made.id, false)?;
        self.desk.unsuppress(made.id)?;
        self.put(undo, &lead, from)
    }

    /// Makes a taken-back move hold again.
    pub(super) fn move_again(
        &self,
        redo: DecisionId,
        made: &Decision,
        lead: LeadId,
        from: &Position,
        to: &Position,
        suppressed: &[SuppressionKey],
    ) -> Result<()> {
        let lead = self.standing_at(lead, from)?;
        self.desk.set_choices_active(made.id, true)?;
        self.suppress(made.id, suppressed)?;
        self.put(redo, &lead, to)
    }

    fn standing_at(&self, lead: LeadId, at: &Position) -> Result<Lead> {
        let lead = self.lead(lead)?;
        if lead.position == *at {
            return Ok(lead);
        }
        Err(DecideError::senseless(format!("the card has moved on to {} since; take that back first", lead.position.stage)))
    }

    fn put(&self, by: DecisionId, lead: &Lead, at: &Position) -> Result<()> {
        self.desk.move_lead(lead.id, at, self.now, Some(lead.version), self.actor.name())?;
        self.refresh(by, lead.contact)?;
        self.want_ticket(by, lead.id, lead.contact)
    }
}
