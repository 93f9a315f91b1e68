//! Moving a card, for the board and for an open record: when the desk says what is missing, a form asks for exactly
//! that, and saving it moves the card.

use crate::{
    domain::{Choice, Field, LeadId, Position, Text},
    services::{FormField, Moved},
    tui::{
        desk::{Command, Failure, Told},
        overlays::{
            Purpose,
            form::{Entry, Form},
        },
        shared::{Shared, Tone},
    },
};

/// A move that waits for values.
#[derive(Clone, Debug)]
struct Asked {
    lead: LeadId,
    to: Position,
    fields: Vec<Field>,
}

/// Moves of one screen.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    /// The move that this screen asked for last; answers to others are not its own.
    sent: Option<LeadId>,
    asked: Option<Asked>,
}

impl Moves {
    /// Asks for a move.
    pub fn send(&mut self, lead: LeadId, command: Command, cx: &mut Shared) {
        self.sent = Some(lead);
        cx.tell(command);
    }

    /// Hears how a move went; opens the form for what is missing.
    pub fn told(&mut self, command: &Command, result: &Result<Told, Failure>, cx: &mut Shared) {
        let lead = match command {
            Command::Move { lead, .. } | Command::Forward(lead) | Command::Back(lead) => *lead,
            _ => return,
        };
        if self.sent != Some(lead) {
            return;
        }
        self.sent = None;
        if let Ok(Told::Moved(Moved::Refused { to, missing, unmet })) = result {
            self.refused(lead, to, missing, unmet, cx);
        }
    }

    fn refused(&mut self, lead: LeadId, to: &Position, missing: &[FormField], unmet: &[Text], cx: &mut Shared) {
        let unmet = unmet.iter().map(Text::as_str).collect::<Vec<_>>().join("; ");
        if missing.is_empty() {
            let why = if unmet.is_empty() { "there is no way there from here".to_owned() } else { unmet };
            cx.say(Tone::Bad, format!("it cannot go to {}: {why}", to.stage));
            return;
        }
        let words = if unmet.is_empty() { "The move asks for this.".to_owned() } else { format!("The move asks for this. Also: {unmet}.") };
        self.asked = Some(Asked { lead, to: to.clone(), fields: missing.iter().map(|field| field.field).collect() });
        let first = missing.iter().position(|field| field.value.is_none()).unwrap_or(0);
        let entries = missing.iter().map(entry).collect();
        cx.open(Form::new(Purpose::MoveForm, format!("Move to {}", to.stage), words, entries).at(first));
    }

    /// The form was saved: moves with its values.
    pub fn filled(&mut self, values: &[String], cx: &mut Shared) {
        let Some(Asked { lead, to, fields }) = self.asked.take() else { return };
        let choices = fields.into_iter().zip(values).map(|(field, value)| Choice { field, value: Some(Text::new(value)) }).collect();
        self.send(lead, Command::Move { lead, to, choices, version: None }, cx);
    }
}

fn entry(field: &FormField) -> Entry {
    let now = field.value.as_ref().map(ToString::to_string).unwrap_or_default();
    if field.options.is_empty() {
        Entry::line(field.field.label(), &now).for_field(field.field).required()
    } else {
        Entry::choice(field.field.label(), field.options.clone(), &now)
    }
}
