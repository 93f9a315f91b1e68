//! Which value survives: a golden record as a pure function of its member records, people's overrides and the
//! rules. The order of the members never matters, a blank never wins, and what loses is kept as an alternate.

use super::company::{CompanyName, CoreFit, core_fit};
use crate::domain::{
    Alternate, Field, FieldKind, Giver, Golden, GoldenField, Override, Rule, Source, SourceRecord, Subject, Text, Timestamp, Value, unique,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{cell::LazyCell, cmp::Reverse, collections::BTreeMap};

/// Which sources are asked first, field by field.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Best first; a field that is given here replaces the built-in order for that field. Sources that are not named come
    /// after those that are, all on one footing.
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub priority: BTreeMap<Field, Vec<Source>>,
}

/// The built-in order (requirements 8.7): ZoomInfo before Apollo before Hunter, but Hunter first for addresses and Apollo
/// first for profiles and technologies. Fields without one are decided by date, agreement and completeness.
const fn built_in(field: Field) -> &'static [Source] {
    use Source::{Apollo, Hunter, ZoomInfo};
    match field {
        Field::Email | Field::EmailStatus => &[Hunter, ZoomInfo, Apollo],
        Field::Phone | Field::Mobile | Field::CompanyPhone => &[ZoomInfo, Apollo],
        Field::LinkedIn | Field::CompanyLinkedIn | Field::Technologies => &[Apollo, ZoomInfo],
        Field::Notes | Field::Confidence => &[],
        _ if matches!(field.subject(), Subject::Lead) => &[],
        _ => &[ZoomInfo, Apollo, Hunter],
    }
}

impl Rules {
    fn rank(&self, field: Field, source: Source) -> usize {
        let order = self.priority.get(&field).map_or(built_in(field), Vec::as_slice);
        order.iter().position(|one| *one == source).unwrap_or(order.len())
    }
}

/// One record's word on one field.
#[derive(Clone, Copy)]
struct Claim<'a> {
    record: &'a SourceRecord,
    value: &'a Value,
    /// A later snapshot of the same thing by the same source says something too.
    outdated: bool,
}

impl Claim<'_> {
    fn source(&self) -> Source {
        self.record.draft.source
    }

    fn alternate(&self) -> Alternate {
        Alternate { value: self.value.clone(), record: self.record.id, source: self.source(), dated: self.record.dated() }
    }
}

/// The golden record of `members`. Of several overrides of one field the latest counts.
pub fn golden(members: &[&SourceRecord], overrides: &[Override], rules: &Rules) -> Golden {
    let mut members = members.to_vec();
    // Newest first; ids make the order total, so that the caller's does not show.
    members.sort_by_key(|record| (Reverse(record.dated()), record.id));
    members.dedup_by_key(|record| record.id);
    let mut golden = Golden::default();
    for field in Field::ALL.iter().copied() {
        let claims = claims(&members, field);
        let chosen = overrides.iter().filter(|one| one.field == field).max_by_key(|one| (one.at, one.decision));
        let edited = last_edit(&members, field);
        // Two people decided: one here, one in HaloPSA. The later stands; at the same moment, the one there.
        let decided = match (chosen, edited, field.kind()) {
            (Some(chosen), Some((_, at)), _) if chosen.at > at => Some(by_hand(chosen, &claims)),
            (_, Some((record, at)), _) => Some(by_halo(field, record, at, &claims)),
            (Some(chosen), None, _) => Some(by_hand(chosen, &claims)),
            (None, None, FieldKind::List) => united(field, &members, &golden, rules),
            (None, None, _) => by_rule(field, &claims, &golden, rules),
        };
        golden.0.extend(decided);
    }
    golden
}

/// What every member says of a field, newest first.
fn claims<'a>(members: &[&'a SourceRecord], field: Field) -> Vec<Claim<'a>> {
    let mut claims: Vec<Claim<'a>> = Vec::new();
    for record in members {
        let Some(value) = record.draft.fields.get(field).filter(|value| !value.is_blank()) else { continue };
        let draft = &record.draft;
        let outdated = claims.iter().any(|newer| newer.source() == draft.source && newer.record.draft.external_id == draft.external_id);
        claims.push(Claim { record, value, outdated });
    }
    claims
}

fn by_hand(chosen: &Override, claims: &[Claim<'_>]) -> GoldenField {
    let value = chosen.value();
    let alternates = alternates(claims, value.as_ref());
    GoldenField {
        field: chosen.field,
        value,
        giver: Giver::Decision(chosen.decision),
        rule: Rule::Manual,
        dated: chosen.at,
        locked: true,
        alternates,
    }
}

/// The HaloPSA record in which a person last set or emptied `field`, and when.
fn last_edit<'a>(members: &[&'a SourceRecord], field: Field) -> Option<(&'a SourceRecord, Timestamp)> {
    let edits = members.iter().filter(|record| record.draft.source == Source::Halo).filter_map(|record| {
        let edit = record.draft.edited.iter().find(|edit| edit.field == field)?;
        Some((*record, edit.at))
    });
    edits.max_by_key(|(record, at)| (*at, record.id))
}

fn by_halo(field: Field, record: &SourceRecord, at: Timestamp, claims: &[Claim<'_>]) -> GoldenField {
    let value = record.draft.fields.get(field).cloned();
    let alternates = alternates(claims, value.as_ref());
    let giver = Giver::Record(record.id, record.draft.source);
    GoldenField { field, value, giver, rule: Rule::HaloEdit, dated: at, locked: true, alternates }
}

fn by_rule(field: Field, claims: &[Claim<'_>], golden: &Golden, rules: &Rules) -> Option<GoldenField> {
    let mut standing: Vec<Claim<'_>> = claims.iter().copied().filter(|claim| !claim.outdated).collect();
    keep_coherent(field, &mut standing, golden);
    let first = *standing.first()?;
    let rule = if distinct(&standing) == 1 { Rule::Only } else { narrow(field, &mut standing, rules) };
    // Of those who say the winning value, the best placed gives it.
    let giver = standing.iter().min_by_key(|claim| (rules.rank(field, claim.source()), Reverse(claim.record.dated()), claim.record.id));
    Some(won(field, giver.unwrap_or(&first), rule, claims))
}

fn won(field: Field, claim: &Claim<'_>, rule: Rule, claims: &[Claim<'_>]) -> GoldenField {
    GoldenField {
        field,
        value: Some(claim.value.clone()),
        giver: Giver::Record(claim.record.id, claim.source()),
        rule,
        dated: claim.record.dated(),
        locked: false,
        alternates: alternates(claims, Some(claim.value)),
    }
}

/// Drops claims until one value stands; answers with the rule that decided.
fn narrow(field: Field, standing: &mut Vec<Claim<'_>>, rules: &Rules) -> Rule {
    let verified = |claim: &Claim<'_>| {
        let status = claim.record.draft.fields.str(Field::EmailStatus).to_lowercase();
        field == Field::Email && matches!(status.as_str(), "verified" | "valid" | "deliverable")
    };
    keep_best(standing, |claim| u8::from(!verified(claim)));
    if distinct(standing) == 1 {
        return Rule::Verified;
    }
    keep_best(standing, |claim| rules.rank(field, claim.source()));
    if distinct(standing) == 1 {
        return Rule::Priority;
    }
    keep_best(standing, |claim| Reverse(claim.record.dated()));
    if distinct(standing) == 1 {
        return Rule::Recency;
    }
    let votes: Vec<(Text, usize)> = standing.iter().map(|claim| (spelling(claim.value), votes(standing, claim.value))).collect();
    keep_best(standing, |claim| Reverse(votes.iter().find(|(value, _)| *value == spelling(claim.value)).map(|(_, count)| *count)));
    if distinct(standing) == 1 {
        return Rule::Agreement;
    }
    // The fullest; among equals the first in the alphabet, so that the answer does not depend on the order.
    keep_best(standing, |claim| (Reverse(fullness(claim.value)), spelling(claim.value)));
    Rule::Completeness
}

fn keep_best<K: Ord>(standing: &mut Vec<Claim<'_>>, key: impl Fn(&Claim<'_>) -> K) {
    if let Some(best) = standing.iter().map(&key).min() {
        standing.retain(|claim| key(claim) == best);
    }
}

/// Values that belong together come from records that agree on what they belong to: a status is that of the
/// winning address, a title and a domain are those of the winning employer. Without that, a change of job would
/// give one person the old firm's name and the new firm's number.
fn keep_coherent(field: Field, standing: &mut Vec<Claim<'_>>, golden: &Golden) {
    let winner = |of: Field| golden.get(of).and_then(|won| won.value.as_ref()).map(ToString::to_string);
    match field {
        Field::EmailStatus => {
            let email = winner(Field::Email);
            standing.retain(|claim| email.as_deref() == Some(claim.record.draft.fields.str(Field::Email)));
        }
        Field::LegalForm
        | Field::CompanyDomain
        | Field::Website
        | Field::CompanyPhone
        | Field::CompanyLinkedIn
        | Field::Industry
        | Field::Employees
        | Field::Revenue
        | Field::Founded
        | Field::Funding
        | Field::HqStreet
        | Field::HqCity
        | Field::HqState
        | Field::HqPostcode
        | Field::HqCountry => {
            let core = |name: &str| CompanyName::new(name, None).core;
            let Some(employer) = winner(Field::CompanyName) else { return };
            let employers = LazyCell::new(|| core(&employer));
            let by_hand = golden.get(Field::CompanyName).is_some_and(|won| matches!(won.giver, Giver::Decision(_)));
            // Most records name the employer in the same words; only others' names are taken apart.
            let agrees = |claim: &Claim<'_>| {
                let named = claim.record.draft.fields.str(Field::CompanyName);
                named.is_empty() || named == employer || core_fit(&employers, &core(named)) < CoreFit::Partial
            };
            // A name that a person typed may be one that no source knows.
            if !by_hand || standing.iter().any(agrees) {
                standing.retain(agrees);
            }
        }
        _ => {}
    }
}

/// All lists as one. Addresses and numbers that lost as the primary one join their list.
fn united(field: Field, members: &[&SourceRecord], golden: &Golden, rules: &Rules) -> Option<GoldenField> {
    let (primaries, join): (&[Field], fn(&str) -> String) = match field {
        Field::OtherEmails => (&[Field::Email], str::to_lowercase),
        Field::OtherPhones => (&[Field::Phone, Field::Mobile], |number| number.chars().filter(|c| *c != ' ').collect()),
        _ => (&[], str::to_lowercase),
    };
    let mut ordered = members.to_vec();
    ordered.sort_by_key(|record| (rules.rank(field, record.draft.source), Reverse(record.dated()), record.id));
    let won: Vec<String> =
        primaries.iter().filter_map(|one| golden.get(*one)?.value.as_ref()).map(|value| join(&value.to_string())).collect();
    let mut items: Vec<(Text, &SourceRecord)> = Vec::new();
    for record in ordered {
        let lost = primaries.iter().map(|one| Text::new(record.draft.fields.str(*one)));
        let listed = match record.draft.fields.get(field) {
            Some(Value::List(items)) => items.clone(),
            _ => Vec::new(),
        };
        items.extend(
            listed.into_iter().chain(lost).filter(|item| !item.is_empty() && !won.contains(&join(item))).map(|item| (item, record)),
        );
    }
    let mut seen = Vec::new();
    items.retain(|(item, _)| {
        let key = join(item);
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
    let giver = items.first()?.1;
    let one_gave_all = items.iter().all(|(_, record)| record.id == giver.id);
    Some(GoldenField {
        field,
        value: Some(Value::List(unique(items.iter().map(|(item, _)| item.clone())))),
        giver: Giver::Record(giver.id, giver.draft.source),
        rule: if one_gave_all { Rule::Only } else { Rule::United },
        dated: items.iter().map(|(_, record)| record.dated()).max().unwrap_or_else(|| giver.dated()),
        locked: false,
        alternates: Vec::new(),
    })
}

/// Each other value once, newest first.
fn alternates(claims: &[Claim<'_>], winner: Option<&Value>) -> Vec<Alternate> {
    let mut alternates = Vec::new();
    if let ([only], Some(winner)) = (claims, winner)
        && only.value == winner
    {
        return alternates;
    }
    let mut seen: Vec<Text> = winner.map(spelling).into_iter().collect();
    for claim in claims {
        let key = spelling(claim.value);
        if !seen.contains(&key) {
            seen.push(key);
            alternates.push(claim.alternate());
        }
    }
    alternates
}

/// What makes two values the same: their text, but for case; a number's digits.
fn spelling(value: &Value) -> Text {
    match value {
        Value::Phone(phone) => Text::from(phone.e164()),
        _ => Text::from(value.to_string().to_lowercase()),
    }
}

fn distinct(claims: &[Claim<'_>]) -> usize {
    if claims.len() < 2 {
        return claims.len();
    }
    let mut values: Vec<Text> = claims.iter().map(|claim| spelling(claim.value)).collect();
    values.sort_unstable();
    values.dedup();
    values.len()
}

/// How many sources say so.
fn votes(claims: &[Claim<'_>], value: &Value) -> usize {
    let mut sources: Vec<Source> = claims.iter().filter(|claim| spelling(claim.value) == spelling(value)).map(Claim::source).collect();
    sources.sort_unstable();
    sources.dedup();
    sources.len()
}

/// How much a value says: letters of a text; a range the more the narrower it is.
fn fullness(value: &Value) -> i64 {
    match value {
        Value::Span(span) => -span.to.map_or(i64::MAX, |to| to - span.from),
        _ => value.to_string().chars().count() as i64,
    }
}
