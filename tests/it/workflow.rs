//! The pipeline through its public door: the shipped graph, what a file may change, and the laws of moving.

use leadloom::{
    domain::{ContactId, Field, FieldKind, Fields, Lead, LeadId, Lifecycle, Position, Timestamp, Uuid, Value},
    workflow::{Allowed, Direction, Event, LifecycleFile, MoveFile, Refusal, StageFile, TicketChange, Trigger, WorkflowFile, Workflows},
};
use proptest::prelude::*;
use std::{collections::BTreeSet, time::Duration};

const HOUR: Duration = Duration::from_hours(1);

fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T09:00:00Z").unwrap()
}

fn at(name: &str) -> Position {
    Workflows::default().find(name, None).unwrap_or_else(|unknown| panic!("{unknown}"))
}

fn card(place: &Position) -> Lead {
    Lead {
        id: LeadId(Uuid::nil()),
        contact: ContactId(Uuid::nil()),
        position: place.clone(),
        since: now(),
        owner: None,
        tags: Vec::new(),
        folded: false,
        version: 1,
        created_at: now(),
    }
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    let field = |key: &str| Field::from_key(key).unwrap();
    pairs.iter().map(|(key, raw)| (field(key), Value::parse(field(key).kind(), raw).unwrap())).collect()
}

fn qualified() -> Fields {
    fields(&[("CF_201", "slow backups"), ("CF_203", "Ann Stone"), ("CF_204", "$10K-$50K"), ("CF_205", "1-3 months"), ("CF_206", "80")])
}

fn go(workflows: &Workflows, from: &str, to: &str, fields: &Fields) -> Result<Allowed, Refusal> {
    workflows.check(&card(&at(from)), &at(to), fields, now())
}

#[test]
fn the_shipped_pipeline_is_the_promised_one() {
    let workflows = Workflows::default();
    let ways = |name: &str| workflows.ways(&at(name)).iter().map(|way| way.to.to_string()).collect::<Vec<_>>().join(" ");
    for (from, to) in [
        ("new_lead", "lead/researching"),
        ("researching", "lead/contacted lead/invalid_data lead/new_lead"),
        ("contacted", "lead/engaged lead/no_interest lead/do_not_contact lead/researching"),
        ("engaged", "prospect/new_prospect lead/contacted"),
        ("no_interest", "lead/contacted"),
        ("do_not_contact", ""),
        ("invalid_data", "lead/researching"),
        ("new_prospect", "prospect/prospecting prospect/disqualified"),
        ("prospecting", "prospect/qualified prospect/disqualified prospect/new_prospect"),
        ("qualified", "opportunity/new_opportunity prospect/disqualified prospect/prospecting"),
        ("new_opportunity", "opportunity/progressing"),
        ("progressing", "opportunity/negotiation opportunity/new_opportunity"),
        ("negotiation", "opportunity/won opportunity/lost opportunity/progressing"),
        ("won", "opportunity/negotiation"),
    ] {
        assert_eq!(ways(from), to, "from {from}");
    }
    let chance = |name: &str| workflows.stage(&at(name)).unwrap().probability;
    assert_eq!(["new_opportunity", "progressing", "negotiation", "won", "lost"].map(chance), [10, 30, 70, 100, 0].map(Some));
    assert_eq!(workflows.first(Lifecycle::Prospect).title, "New Prospect");
    assert_eq!(workflows.forward(&at("engaged")), Some(at("new_prospect")));
    assert_eq!(workflows.back(&at("engaged")), Some(at("contacted")));
    assert_eq!(workflows.back(&at("new_prospect")), None, "a conversion is undone, not moved back");
    assert!(workflows.stage(&at("do_not_contact")).unwrap().suppresses);
}

#[test]
fn halopsa_names_lead_back_to_stages() {
    let workflows = Workflows::default();
    assert_eq!(workflows.position_of("prospect", " new prospect "), Some(at("new_prospect")));
    assert_eq!(workflows.position_of("Incident", "New Lead"), None);
    let renamed = workflows.with_ticket_types(|lifecycle| (lifecycle == Lifecycle::Lead).then(|| "Sales Lead".to_owned())).unwrap();
    assert_eq!(renamed.position_of("Sales Lead", "Engaged"), Some(at("engaged")));
    assert_eq!(renamed.position_of("Lead", "Engaged"), None);
}

#[test]
fn a_refusal_names_what_is_missing() {
    let workflows = Workflows::default();
    let mut known = qualified();
    known.set(Field::Fit, Value::Number(55));
    known.remove(Field::Budget);
    let refusal = go(&workflows, "prospecting", "qualified", &known).unwrap_err();
    assert_eq!(refusal.to_string(), "not yet Qualified: fill in Budget range; Fit score must be at least 70 (it is 55)");
    let Refusal::NotYet { missing, .. } = &refusal else { panic!("{refusal:?}") };
    assert_eq!(missing.iter().map(|gap| gap.field).collect::<Vec<_>>(), [Field::Budget]);

    let refusal = go(&workflows, "prospecting", "qualified", &Fields::new()).unwrap_err();
    let all = "not yet Qualified: fill in Pain points, Budget range, Decision maker, Timeframe, Fit score";
    assert_eq!(refusal.to_string(), all, "an empty fit score is not said twice");

    let reason = go(&workflows, "negotiation", "lost", &Fields::new()).unwrap_err();
    assert_eq!(reason.to_string(), "not yet Lost: fill in Win or loss reason");
    assert!(go(&workflows, "negotiation", "lost", &fields(&[("CF_304", "price")])).is_ok());

    let detour = go(&workflows, "new_lead", "engaged", &Fields::new()).unwrap_err();
    assert_eq!(detour.to_string(), "from New Lead a card cannot go to Engaged; it can go to Researching");
    assert!(matches!(go(&workflows, "engaged", "engaged", &Fields::new()), Err(Refusal::AlreadyThere(_))));
    let folded = Lead { folded: true, ..card(&at("new_lead")) };
    assert_eq!(workflows.check(&folded, &at("researching"), &Fields::new(), now()), Err(Refusal::Folded));
}

#[test]
fn an_unknown_stage_names_the_nearest() {
    let workflows = Workflows::default();
    let typo = workflows.find("reserching", None).unwrap_err();
    assert_eq!(typo.to_string(), "no stage is called \"reserching\"; did you mean \"researching\"?");
    assert_eq!(typo.nearest, Some(at("researching")));
    for name in ["New Lead", "lead/new_lead", "NEW-LEAD"] {
        assert_eq!(workflows.find(name, None).unwrap(), at("new_lead"));
    }
    let nowhere = Position::new(Lifecycle::Lead, "nurture");
    let refusal = workflows.check(&card(&at("new_lead")), &nowhere, &Fields::new(), now()).unwrap_err();
    assert!(refusal.to_string().starts_with("no stage is called \"lead/nurture\""), "{refusal}");
    // A card whose stage was taken out of the file is not lost.
    assert_eq!(workflows.ways(&nowhere).iter().map(|way| way.to.clone()).collect::<Vec<_>>(), [at("new_lead")]);
    assert!(workflows.check(&card(&nowhere), &at("new_lead"), &Fields::new(), now()).is_ok());
}

#[test]
fn promotion_happens_by_itself_and_fills_in_the_opening() {
    let workflows = Workflows::default();
    let card = card(&at("qualified"));
    assert_eq!(workflows.due(&card, &qualified(), None, now()), Some(at("new_opportunity")));
    let mut weak = qualified();
    weak.set(Field::Fit, Value::Number(69));
    assert_eq!(workflows.due(&card, &weak, None, now()), None);
    weak.remove(Field::Fit);
    assert_eq!(workflows.due(&card, &weak, None, now()), None);

    let allowed = workflows.check(&card, &at("new_opportunity"), &qualified(), now()).unwrap();
    assert_eq!((allowed.direction, allowed.ticket, allowed.probability), (Direction::Forward, TicketChange::TypeAndStatus, Some(10)));
    let written: Fields = allowed.writes.into_iter().collect();
    assert_eq!(written.get(Field::DealValue), Some(&Value::Number(10_000)));
    assert_eq!(written.get(Field::CloseDate), Value::parse(FieldKind::Date, "2026-06-02").as_ref());
    let mut priced = qualified();
    priced.set(Field::DealValue, Value::Number(7));
    let allowed = workflows.check(&card, &at("new_opportunity"), &priced, now()).unwrap();
    assert!(allowed.writes.iter().all(|(field, _)| *field != Field::DealValue), "what somebody gave stays");
}

#[test]
fn time_events_and_conditions_move_cards() {
    let workflows = Workflows::parse_toml(
        r#"
        events = ["demo_given"]
        [lead]
        stages = [{ key = "fresh" }, { key = "asked" }, { key = "shown" }, { key = "cold", end = "out" }]
        moves = [
          { from = "fresh", to = "asked", on = "email_sent" },
          { from = "fresh", to = "cold", after = "30 days", conditions = ["not phone_called"] },
          { from = "asked", to = "shown", when = "demo_given and employees > 10" },
          { from = "shown", to = "prospect/new_prospect", after = "2h", required = ["services"] },
        ]"#,
        "workflows.toml",
    )
    .unwrap();
    let lead = |stage: &str| card(&Position::new(Lifecycle::Lead, stage));
    let key = |position: Option<Position>| position.map(|position| position.stage.to_string());
    let due = |lead: &Lead, fields: &Fields, event: Option<&str>, hours: u32| {
        key(workflows.due(lead, fields, event.map(Event::new).as_ref(), now().plus(HOUR * hours)))
    };
    let none = Fields::new();
    assert_eq!(due(&lead("fresh"), &none, Some("email_sent"), 0), Some("asked".into()));
    assert_eq!(due(&lead("fresh"), &none, Some("phone_called"), 0), None);
    assert_eq!(due(&lead("fresh"), &none, None, 719), None);
    assert_eq!(due(&lead("fresh"), &none, None, 720), Some("cold".into()));
    let called = Lead { tags: vec!["phone_called".into()], ..lead("fresh") };
    assert_eq!(due(&called, &none, None, 720), None, "a condition holds it");
    assert_eq!(workflows.next_deadline(&called), Some(now().plus(HOUR * 720)));
    let big = fields(&[("employees", "51-200")]);
    assert_eq!(due(&lead("asked"), &big, Some("demo_given"), 0), Some("shown".into()));
    assert_eq!(due(&lead("asked"), &none, Some("demo_given"), 0), None, "nobody knows how big they are");
    assert_eq!(due(&lead("shown"), &none, None, 3), None, "a required field is missing");
    assert_eq!(due(&lead("shown"), &fields(&[("CF_102", "backup")]), None, 3), Some("new_prospect".into()));
    assert_eq!(due(&Lead { folded: true, ..lead("shown") }, &fields(&[("CF_102", "backup")]), None, 3), None);
    let still = Workflows::parse_toml("automatic = false", "w.toml").unwrap();
    assert_eq!(still.due(&card(&at("qualified")), &qualified(), None, now()), None);
    assert_eq!(workflows.stages(Lifecycle::Prospect), Workflows::default().stages(Lifecycle::Prospect), "what is not given stays");
}

#[test]
fn everything_wrong_with_a_file_is_listed_with_its_line() {
    let text = r#"conversion = "inplace"
fit_threshold = 170
[lead]
colour = "red"
stages = [
  { key = "New Lead" },
  { key = "a", probability = 101 },
  { key = "a" },
  { key = "b", end = "gone" },
]
moves = [
  { from = "a", to = "aa" },
  { from = "a", to = "prospect/new_prospct", required = ["CF_260"] },
  { from = "a", to = "b", on = "email_snet", conditions = ["fit_scroe > 1"] },
  { from = "a", to = "a", after = "soon" },
  { from = "a", to = "b", after = "1h", when = "true" },
]
"#;
    let said = |text: &str| Workflows::parse_toml(text, "w.toml").unwrap_err().to_string();
    // First what cannot be read at all...
    assert_eq!(
        said(text),
        [
            "w.toml:1: conversion: must be one of in_place, linked; did you mean \"in_place\"?",
            "w.toml:4: lead.colour: no such key; known are ticket_type, back, stages, moves",
            "w.toml:9: lead.stages[3].end: must be one of won, lost, out",
            "w.toml:15: lead.moves[3].after: must be a length of time such as \"30s\", \"15m\", \"48h\" or \"7 days\"",
        ]
        .join("\n")
    );
    // ...then what makes no sense.
    let readable = text
        .replace("\"inplace\"", "\"linked\"")
        .replace("colour = \"red\"", "")
        .replace("\"gone\"", "\"out\"")
        .replace("\"soon\"", "\"1h\"");
    assert_eq!(
        said(&readable),
        [
            "w.toml:2: fit_threshold: must be a whole number from 0 to 100",
            "w.toml:6: lead.stages[0].key: must be small letters, digits and _",
            "w.toml:7: lead.stages[1].probability: must be a whole number from 0 to 100",
            "w.toml:8: lead.stages[2]: the stage \"a\" is there twice",
            "w.toml:12: lead.moves[0].to: no stage is called \"aa\"; did you mean \"a\"?",
            "w.toml:13: lead.moves[1].required: no field is called \"CF_260\"; did you mean \"CF_206\"?",
            "w.toml:13: lead.moves[1].to: no stage is called \"prospect/new_prospct\"; did you mean \"prospect/new_prospect\"?",
            "w.toml:14: lead.moves[2].conditions[0]: nothing is called \"fit_scroe\"; did you mean \"fit_score\"?",
            "w.toml:14: lead.moves[2].on: no event is called \"email_snet\"; did you mean \"email_sent\"?",
            "w.toml:15: lead.moves[3]: leads from a stage to itself",
            "w.toml:16: lead.moves[4]: may have only one of after, on and when",
        ]
        .join("\n")
    );
    let island = "[lead]\nstages = [{ key = \"a\" }, { key = \"b\" }]\nmoves = []\n";
    assert!(said(island).contains("no move leads to lead/b"), "{}", said(island));
    let clash =
        "[lead]\nstages = [{ key = \"a\", status = \"X\" }, { key = \"b\", status = \"x\" }]\nmoves = [{ from = \"a\", to = \"b\" }]\n";
    assert!(said(clash).contains("same ticket type and status"), "{}", said(clash));
}

#[test]
fn the_described_json_sample_works_unchanged() {
    let json = r#"{
      "lead_lifecycle": {
        "stages": ["new", "researching", "contacted", "engaged"],
        "transitions": {
          "researching_to_contacted": { "conditions": ["email_sent"], "auto_transition": false },
          "contacted_to_engaged": { "conditions": ["proposal_opened"], "auto_transition": true }
        }
      }
    }"#;
    let workflows = Workflows::parse_json(json, "workflows.json").unwrap();
    assert_eq!(workflows.stages(Lifecycle::Lead), Workflows::default().stages(Lifecycle::Lead), "new is New Lead; the ends stay");
    let lead = card(&at("researching"));
    let refusal = workflows.check(&lead, &at("contacted"), &Fields::new(), now()).unwrap_err();
    assert!(refusal.to_string().contains("\"Email sent\" has not happened yet"), "{refusal}");
    let told = Lead { tags: vec!["email_sent".into()], ..lead };
    assert!(workflows.check(&told, &at("contacted"), &Fields::new(), now()).is_ok());
    assert_eq!(workflows.due(&told, &Fields::new(), None, now()), None, "not automatic");
    let opened = Event::new("proposal_opened");
    assert_eq!(workflows.due(&card(&at("contacted")), &Fields::new(), Some(&opened), now()), Some(at("engaged")));
    assert!(workflows.events().any(|name| name == "proposal_opened"));
    assert_eq!(workflows.forward(&at("engaged")), Some(at("new_prospect")), "what is not mentioned stays");
    assert_eq!(workflows.notes(), &[] as &[String]);
}

#[test]
fn the_described_guide_form_works() {
    let json = r#"{ "workflows": {
      "lead_lifecycle": {
        "stages": [
          { "name": "new_lead", "auto_assign": true, "assignment_rules": { "by_region": true }, "sla_hours": 12, "notifications": ["team_lead"] },
          { "name": "researching", "required_fields": ["CF_101", "CF_102"], "auto_progression": { "enabled": true, "delay_hours": 48 } },
          { "name": "contacted", "follow_up_required": true, "follow_up_days": 5 },
          { "name": "nurturing" },
          { "name": "engaged", "qualification_check": true, "conversion_trigger": "manual_review" }
        ],
        "transitions": { "contacted_to_nurturing": { "conditions": ["response_received"], "time_window": "30_days" } }
      },
      "prospect_lifecycle": {
        "qualification_criteria": { "fit_score_threshold": 60, "budget_minimum": 25000, "timeline_defined": false, "decision_maker_identified": true },
        "disqualification_rules": { "no_budget": true }
      },
      "opportunity_lifecycle": {
        "stages": ["new", "progressing", "negotiation", "won", "lost"],
        "probability_mapping": { "new": 15, "progressing": 30, "negotiation": 70, "won": 100, "lost": 0 }
      }
    } }"#;
    let workflows = Workflows::parse_json(json, "workflows.json").unwrap();
    let nurturing = Position::new(Lifecycle::Lead, "nurturing");
    assert_eq!(workflows.forward(&at("contacted")), Some(nurturing.clone()));
    assert_eq!(workflows.forward(&nurturing), Some(at("engaged")));
    assert_eq!(workflows.stage(&nurturing).unwrap().title, "Nurturing");
    let limit = |name: &str| workflows.stage(&at(name)).unwrap().stuck_after.unwrap().to_string();
    assert_eq!((limit("new_lead"), limit("contacted")), ("12h".into(), "5d".into()));
    let sourced = fields(&[("CF_101", "Apollo.io"), ("CF_102", "backup")]);
    assert_eq!(workflows.due(&card(&at("researching")), &sourced, None, now().plus(HOUR * 48)), Some(at("contacted")));
    assert_eq!(workflows.due(&card(&at("researching")), &Fields::new(), None, now().plus(HOUR * 48)), None);
    let heard = Lead { tags: vec!["response_received".into()], ..card(&at("contacted")) };
    assert!(workflows.check(&heard, &nurturing, &Fields::new(), now()).is_ok());
    let late = workflows.check(&heard, &nurturing, &Fields::new(), now().plus(HOUR * 24 * 31)).unwrap_err();
    assert!(late.to_string().contains("Days in stage must be at most 30 (it is 31)"), "{late}");
    let mut known = qualified();
    known.remove(Field::Timeframe);
    known.set(Field::Fit, Value::Number(60));
    assert!(workflows.check(&card(&at("prospecting")), &at("qualified"), &known, now()).is_ok());
    assert_eq!(workflows.stage(&at("new_opportunity")).unwrap().probability, Some(15));
    assert!(workflows.notes().iter().any(|note| note.starts_with("qualification_criteria.budget_minimum")), "{:?}", workflows.notes());
}

#[test]
fn the_described_settings_form_works() {
    let json = r#"{
      "workflow_settings": {
        "enabled": true,
        "polling_interval_minutes": 5,
        "entity_types": {
          "lead": {
            "ticket_type_id": 1,
            "statuses": { "new_lead": { "id": 1, "name": "Fresh" }, "converted_to_prospect": { "id": 8, "name": "Converted" } },
            "auto_conversion_rules": {
              "engaged_and_ready": { "enabled": true, "conditions": ["response_received"], "required_fields": ["CF_102"] },
              "never": { "enabled": false, "conditions": ["meeting_booked"] }
            }
          },
          "prospect": {
            "ticket_type_id": 2,
            "statuses": { "qualified": { "id": 12, "name": "Ready" } },
            "auto_promotion_rules": { "good_fit": { "enabled": true, "conditions": ["CF_206 >= 80"], "required_fields": ["CF_201"] } }
          },
          "opportunity": {
            "use_opportunities_api": true,
            "statuses": { "won": { "id": 23, "name": "Closed Won" } },
            "default_values": { "initial_probability_percent": 25, "default_close_date_months": 6, "minimum_opportunity_value": 12000 }
          }
        }
      },
      "data_sources": { "apollo": { "enabled": true, "import_as": "lead" } },
      "scoring": { "enabled": true, "auto_qualification_threshold": 75 }
    }"#;
    let workflows = Workflows::parse_json(json, "workflows.json").unwrap();
    assert_eq!((workflows.poll().to_string().as_str(), workflows.fit_threshold()), ("5m", 75));
    assert_eq!(workflows.position_of("Lead", "fresh"), Some(at("new_lead")));
    assert_eq!(workflows.position_of("Opportunity", "Closed Won"), Some(at("won")));
    let engaged = card(&at("engaged"));
    let served = fields(&[("CF_102", "backup")]);
    assert_eq!(workflows.due(&engaged, &served, Some(&Event::new("response_received")), now()), Some(at("new_prospect")));
    assert_eq!(workflows.due(&engaged, &Fields::new(), Some(&Event::new("response_received")), now()), None);
    assert_eq!(workflows.due(&engaged, &served, Some(&Event::new("meeting_booked")), now()), None, "that rule is off");
    assert_eq!(workflows.due(&card(&at("qualified")), &qualified(), None, now()), Some(at("new_opportunity")));
    let opened = workflows.check(&card(&at("qualified")), &at("new_opportunity"), &qualified(), now()).unwrap();
    assert_eq!(opened.probability, Some(25));
    assert!(opened.writes.contains(&(Field::DealValue, Value::Number(12_000))));
    assert!(workflows.notes().iter().any(|note| note.contains("converted_to_prospect")));

    let wrong = json.replace("CF_206 >= 80", "CF_266 >= 80").replace("polling_interval_minutes", "poling_interval_minutes");
    let said = Workflows::parse_json(&wrong, "workflows.json").unwrap_err().to_string();
    assert!(
        said.contains(
            "workflows.json:4: workflow_settings.poling_interval_minutes: no such key; did you mean \"polling_interval_minutes\"?"
        ),
        "{said}"
    );
    let said = Workflows::parse_json(&json.replace("CF_206 >= 80", "CF_266 >= 80"), "workflows.json").unwrap_err().to_string();
    assert!(said.starts_with("workflows.json:17: ") && said.contains("nothing is called \"CF_266\""), "{said}");
    let said =
        Workflows::parse_json(r#"{"lead_lifecycle":{"transitions":{"reserching_to_contacted":{}}}}"#, "w.json").unwrap_err().to_string();
    assert!(said.contains("reserching_to_contacted: must be named STAGE_to_STAGE"), "{said}");
}

const GUIDE: &str = include_str!("../config/good/workflows-described.json");

proptest! {
    #[test]
    fn a_damaged_json_form_never_panics(at in 0..GUIDE.len(), with in "[a-z_\\[\\]{}\":,0-9]") {
        let mut text = GUIDE.as_bytes().to_vec();
        text[at] = with.as_bytes()[0];
        if let Err(problems) = Workflows::parse_json(&String::from_utf8_lossy(&text), "w.json") {
            prop_assert!(problems.to_string().contains("w.json:"), "{}", problems);
        }
    }
}

/// Made-up files whose stages and moves make sense.
fn files() -> impl Strategy<Value = WorkflowFile> {
    let trigger = (0..5u8, 1..200u64);
    let edges = prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), trigger, any::<bool>()), 0..12);
    let lifecycle = (1..6usize, 0..3usize, edges, any::<bool>());
    (lifecycle.clone(), lifecycle.clone(), lifecycle, any::<bool>(), 0..=100u8).prop_map(
        |(lead, prospect, opportunity, linked, fit_threshold)| {
            let names = ["lead", "prospect", "opportunity"];
            let mut specs = [lead, prospect, opportunity].into_iter().zip(names).map(|((working, ends, edges, back), name)| {
                let key = |nth: usize| format!("{name}_{nth}");
                let stages: Vec<StageFile> = (0..working + ends)
                    .map(|nth| StageFile {
                        key: key(nth),
                        end: (nth >= working).then_some(leadloom::workflow::End::Out),
                        probability: (nth % 2 == 0).then_some(nth as u8),
                        ..StageFile::default()
                    })
                    .collect();
                let mut seen = BTreeSet::new();
                // A chain keeps every stage reachable; the rest is chance.
                let mut moves: Vec<MoveFile> = (1..working + ends)
                    .map(|to| MoveFile { from: key((to - 1).min(working - 1)), to: key(to), ..MoveFile::default() })
                    .collect();
                seen.extend(moves.iter().map(|edge| (edge.from.clone(), edge.to.clone())));
                for (from, to, (kind, hours), across) in edges {
                    let target = if across {
                        format!("{}/{}_0", names[hours as usize % 3], names[hours as usize % 3])
                    } else {
                        key(to.index(stages.len()))
                    };
                    let from = key(from.index(working));
                    let itself = target == from || target == format!("{name}/{from}");
                    if itself || target.starts_with(&format!("{name}/")) || !seen.insert((from.clone(), target.clone())) {
                        continue;
                    }
                    let mut edge = MoveFile { from, to: target, ..MoveFile::default() };
                    match kind {
                        0 => edge.after = Some(leadloom::domain::Period::hours(hours)),
                        1 => edge.on = Some("email_sent".into()),
                        2 => edge.when = Some("fit_score >= fit_threshold".into()),
                        3 => edge.required = vec!["CF_201".into(), "services".into()],
                        _ => edge.conditions = vec!["days_in_stage > 1".into()],
                    }
                    moves.push(edge);
                }
                LifecycleFile { ticket_type: None, back, stages, moves }
            });
            WorkflowFile {
                conversion: if linked { leadloom::workflow::Conversion::Linked } else { leadloom::workflow::Conversion::InPlace },
                fit_threshold,
                lead: specs.next(),
                prospect: specs.next(),
                opportunity: specs.next(),
                ..WorkflowFile::default()
            }
        },
    )
}

fn parse(file: &WorkflowFile) -> Workflows {
    let text = toml::to_string(file).unwrap();
    Workflows::parse_toml(&text, "w.toml").unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back(file in files()) {
        let workflows = parse(&file);
        prop_assert_eq!(&Workflows::parse_toml(&workflows.to_toml(), "w.toml").unwrap(), &workflows);
    }

    #[test]
    fn no_path_leaves_the_graph_and_a_refusal_changes_nothing(
        file in files(),
        steps in prop::collection::vec((any::<prop::sample::Index>(), 0..400u32, any::<bool>(), prop::option::of(0..=100i64)), 1..25),
    ) {
        let workflows = parse(&file);
        let all: Vec<Position> = Lifecycle::ALL.iter().flat_map(|lifecycle| workflows.stages(*lifecycle)).map(|spec| spec.position.clone()).collect();
        let mut lead = card(&workflows.first(Lifecycle::Lead).position);
        let mut known = Fields::new();
        let mut time = now();
        for (pick, hours, event, fit) in steps {
            time = time.plus(HOUR * hours);
            if let Some(fit) = fit {
                known.set(Field::Fit, Value::Number(fit));
            }
            let event = event.then(|| Event::new("email_sent"));
            let before = (lead.clone(), known.clone());
            let by_itself = workflows.due(&lead, &known, event.as_ref(), time);
            let to = by_itself.clone().unwrap_or_else(|| all[pick.index(all.len())].clone());
            let ways: Vec<_> = workflows.ways(&lead.position).into_iter().map(|way| way.to).collect();
            match workflows.check(&lead, &to, &known, time) {
                Ok(allowed) => {
                    prop_assert!(ways.contains(&allowed.to) && all.contains(&allowed.to), "{} from {}", allowed.to, lead.position);
                    lead.position = allowed.to;
                    lead.since = time;
                }
                Err(refusal) => {
                    prop_assert!(by_itself.is_none(), "what happens by itself is allowed: {}", refusal);
                    prop_assert!(!refusal.to_string().is_empty());
                    prop_assert_eq!(&(lead.clone(), known.clone()), &before);
                }
            }
        }
    }

    #[test]
    fn ways_are_sorted_without_repeats_and_h_and_l_are_among_them(file in files()) {
        let workflows = parse(&file);
        for spec in Lifecycle::ALL.iter().flat_map(|lifecycle| workflows.stages(*lifecycle)) {
            let ways = workflows.ways(&spec.position);
            prop_assert!(ways.iter().map(|way| way.direction).is_sorted());
            let targets: BTreeSet<_> = ways.iter().map(|way| way.to.clone()).collect();
            prop_assert_eq!(targets.len(), ways.len());
            for step in [workflows.forward(&spec.position), workflows.back(&spec.position)].into_iter().flatten() {
                prop_assert!(targets.contains(&step));
            }
            if spec.is_exit() {
                prop_assert!(ways.iter().all(|way| way.direction == Direction::Back && way.trigger == Trigger::Manual));
            }
        }
    }
}
