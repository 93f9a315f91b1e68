//! A desk with a small fixed world: enough of everything for each screen to have something to show, and commands
//! that change it the way the services would.

use leadloom::{
    domain::*,
    services::*,
    telemetry::{Entry, Level},
    tui::desk::{Answer, Command, Desk, Failure, Folder, FolderEntry, Pending, Query, Told, Verb},
};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tokio::sync::broadcast;

/// The moment at which the test console starts.
pub fn now() -> Timestamp {
    at("2026-10-07T12:05:00")
}

pub fn at(raw: &str) -> Timestamp {
    Timestamp::parse(raw).unwrap()
}

fn uuid(kind: u8, nth: u64) -> Uuid {
    Uuid::from_u64_pair(0x0192_0000_0000_7000 | u64::from(kind), 0x8000_0000_0000_0000 | nth)
}

pub fn review(nth: u64) -> ReviewId {
    ReviewId(uuid(1, nth))
}

pub fn contact(nth: u64) -> ContactId {
    ContactId(uuid(2, nth))
}

fn record(nth: u64) -> RecordId {
    RecordId(uuid(3, nth))
}

pub fn lead(nth: u64) -> LeadId {
    LeadId(uuid(4, nth))
}

fn run(nth: u64) -> RunId {
    RunId(uuid(5, nth))
}

fn decision(nth: u64) -> DecisionId {
    DecisionId(uuid(6, nth))
}

const PEOPLE: [(&str, &str, &str, &str, Source, u8, ReviewKind); 9] = [
    ("Ann Stone", "Corp 12 GmbH", "ann.stone@corp12.example", "same e-mail as Ann Stone", Source::Apollo, 92, ReviewKind::Duplicate),
    ("Bob Reed", "Corp 12 GmbH", "b.reed@corp12.example", "same phone, name 0.94", Source::Hunter, 91, ReviewKind::Duplicate),
    ("Cy Okafor", "Northgate AS", "cy@northgate.example", "name 0.91, domain", Source::Apollo, 88, ReviewKind::Duplicate),
    ("Dee Lindqvist", "Northgate AS", "dee@northgate.example", "name 0.97, city", Source::Lusha, 87, ReviewKind::Duplicate),
    ("info@corp77.example", "", "info@corp77.example", "no person's name, role mailbox", Source::File, 34, ReviewKind::LowQuality),
    ("Eve Tanaka", "Corp 80 Ltd", "eve.tanaka@gmail.example", "free mail", Source::Hunter, 61, ReviewKind::LowQuality),
    ("Gus Müller", "Müller & Söhne", "gus@mueller.example", "name 0.99, employer", Source::ZoomInfo, 83, ReviewKind::Duplicate),
    ("日本 太郎", "東京商事", "taro@tokyo.example", "same LinkedIn", Source::RocketReach, 79, ReviewKind::Duplicate),
    ("Hana Novák", "Corp 9 s.r.o.", "hana@corp9.example", "title: HaloPSA and we changed it", Source::Halo, 90, ReviewKind::Conflict),
];

fn row(nth: usize) -> ReviewRow {
    let (name, company, email, reason, source, quality, kind) = PEOPLE[nth % PEOPLE.len()];
    let again = nth / PEOPLE.len();
    ReviewRow {
        id: review(nth as u64),
        kind,
        name: if again == 0 { name.into() } else { format!("{name} {again}").into() },
        company: company.into(),
        email: email.into(),
        reason: reason.into(),
        source,
        quality,
        priority: 1000 - nth as i32,
        pattern: if kind == ReviewKind::Conflict { 0 } else { 7 + (nth % 2) as u64 },
        created_at: at("2026-10-07T11:40:00"),
        claimed_by: (nth == 3).then(|| "lee".into()),
    }
}

pub fn person(nth: u64) -> ContactSummary {
    let (name, company, email, ..) = PEOPLE[nth as usize % PEOPLE.len()];
    ContactSummary {
        id: contact(nth),
        name: name.into(),
        title: "Head of IT".into(),
        company: company.into(),
        company_id: None,
        email: email.into(),
        phone: if nth.is_multiple_of(2) { "".into() } else { "+44 20 7946 0112".into() },
        quality: 90 - nth.min(50) as u8,
        sources: 2,
        version: 3,
        updated_at: at("2026-10-06T09:00:00"),
    }
}

fn evidence(rows: &[(Aspect, &str, f32)]) -> Evidence {
    let rows: Vec<_> = rows
        .iter()
        .map(|(aspect, level, bits)| EvidenceRow {
            aspect: *aspect,
            level: (*level).into(),
            bits: Bits(*bits),
            left: "".into(),
            right: "".into(),
        })
        .collect();
    let (prior, remainder) = (Bits(-14.2), Bits(-0.3));
    let score = rows.iter().map(|row| row.bits).sum::<Bits>() + prior + remainder;
    Evidence {
        rows,
        rival: Rival::Colleague,
        prior,
        remainder,
        score,
        probability: score.probability(),
        vetoes: Vec::new(),
        zone: Zone::Review,
        why_not_auto: Some("one more strong aspect is needed".into()),
        pattern: 7,
        model: 1,
    }
}

fn value(field: Field, raw: &str) -> Value {
    Value::parse(field.kind(), raw).unwrap_or_else(|| panic!("{field:?} {raw}"))
}

fn question(row: &ReviewRow, nth: u64) -> Question {
    let mut fields: Fields = [
        (Field::FullName, value(Field::FullName, &row.name)),
        (Field::JobTitle, value(Field::JobTitle, "IT Manager")),
        (Field::Phone, value(Field::Phone, "+44 20 7946 0112")),
    ]
    .into_iter()
    .collect();
    if let Some(email) = Value::parse(FieldKind::Email, &row.email) {
        fields.set(Field::Email, email);
    }
    if !row.company.is_empty() {
        fields.set(Field::CompanyName, value(Field::CompanyName, &row.company));
    }
    let quality = Quality { email: 25.0, phone: 20.0, completeness: 17.0, freshness: 15.0, reliability: 8.5, enrichment: 6.5 };
    let defects = if row.kind == ReviewKind::LowQuality {
        vec![Defect { severity: Severity::Warning, field: Some(Field::FullName), sentence: "there is no person's name".into() }]
    } else {
        Vec::new()
    };
    let draft = Draft {
        source: row.source,
        kind: RecordKind::Person,
        external_id: format!("88{nth}").as_str().into(),
        dated: Some(at("2026-07-01")),
        fields,
        edited: Vec::new(),
        defects: defects.clone(),
        quality,
    };
    let candidates = if row.kind == ReviewKind::LowQuality {
        Vec::new()
    } else {
        let strong = evidence(&[
            (Aspect::Email, "same, personal", 9.1),
            (Aspect::Name, "same, rare", 8.0),
            (Aspect::Employer, "same", 2.4),
            (Aspect::Title, "differs", -0.6),
        ]);
        let weak = evidence(&[(Aspect::Name, "same", 6.0), (Aspect::Employer, "same", 2.4)]);
        vec![
            CandidateView { contact: person(nth), halo_user: Some(48_112 + nth as i64), evidence: strong },
            CandidateView { contact: person(nth + 1), halo_user: None, evidence: weak },
        ]
    };
    Question {
        item: ReviewItem {
            id: row.id,
            kind: row.kind,
            about: About::Record(record(nth)),
            candidates: Vec::new(),
            reason: row.reason.clone(),
            pattern: row.pattern,
            priority: row.priority,
            created_at: row.created_at,
            state: ReviewState::Open,
            claim: None,
        },
        incoming: draft.recorded(record(nth), at("2026-10-07T11:40:00"), None),
        name: row.name.clone(),
        quality,
        defects,
        suggestion: candidates.first().map_or(Suggestion::Create, |candidate| match row.kind {
            ReviewKind::Audit => Suggestion::Keep(candidate.contact.id),
            _ => Suggestion::Join(candidate.contact.id),
        }),
        candidates,
        alike: 32,
    }
}

fn preview(nth: u64, choice: &MergeChoice) -> MergePreview {
    let row = |field: Field, left: Option<&str>, right: Option<&str>, takes: Takes, why: &str| {
        let (left, right) = (left.map(|raw| value(field, raw)), right.map(|raw| value(field, raw)));
        let chosen = choice.choices.iter().find(|choice| choice.field == field);
        let result = match chosen {
            Some(choice) => choice.value.as_ref().map(|raw| value(field, raw)),
            None if takes == Takes::Right => right.clone(),
            None => left.clone(),
        };
        let takes = match chosen {
            None => takes,
            Some(_) if result == left => Takes::Left,
            Some(_) if result == right => Takes::Right,
            Some(_) => Takes::Other,
        };
        MergeRow {
            field,
            left,
            left_from: "HaloPSA, edited 2024-02-11".into(),
            right,
            right_from: "Apollo.io 2026-07-01".into(),
            result,
            takes,
            why: if chosen.is_some() { "chosen by you".into() } else { why.into() },
        }
    };
    let into = person(choice.candidate.map_or(nth, |id| (0..10_000).find(|nth| contact(*nth) == id).unwrap()));
    MergePreview {
        result: format!("{} · Head of IT · {} · +44 20 7946 0112", into.name, into.company).as_str().into(),
        into,
        incoming: "Apollo.io 8842".into(),
        rows: vec![
            row(Field::Phone, None, Some("+44 20 7946 0112"), Takes::Right, "only one filled"),
            row(Field::JobTitle, Some("Head of IT"), Some("IT Manager"), Takes::Left, "edited in HaloPSA"),
            row(Field::Notes, Some("met at Expo"), Some("warm intro from Jo"), Takes::Left, "most recent"),
            row(Field::Keywords, Some("cloud, backup"), Some("backup, voip"), Takes::Right, "lists united"),
            row(Field::Email, Some("ann.stone@corp12.example"), Some("ann.stone@corp12.example"), Takes::Same, ""),
            row(Field::City, Some("Berlin"), Some("Berlin"), Takes::Same, ""),
        ],
        writes: vec![Field::Phone, Field::Keywords],
        halo_user: Some(48_112 + nth as i64),
    }
}

fn last_run(source: Source, nth: u64, state: RunState, read: u64) -> Run {
    Run {
        id: run(nth),
        source,
        state,
        request: "{}".into(),
        cursor: None,
        pages: 15,
        counters: Counters {
            read,
            created: read / 7,
            enriched: read / 40,
            review: read / 100,
            unchanged: read - read / 7 - read / 40 - read / 100,
            ..Counters::default()
        },
        total: Some(2_300),
        error: (state == RunState::Failed).then(|| "the token was refused; put a new key into the configuration".into()),
        started_at: at("2026-10-07T12:01:04"),
        finished_at: None,
        actor: "kim".into(),
    }
}

/// How they stand once the running import has read so many rows.
fn sources(read: u64) -> Vec<SourceState> {
    let states = [
        (Source::Apollo, SourceStanding::Running, "", read, 214),
        (Source::ZoomInfo, SourceStanding::Refused, "token refused", 0, 0),
        (Source::Hunter, SourceStanding::Idle, "", 86, 90),
        (Source::Lusha, SourceStanding::Waiting, "rate limit, goes on in 4 min", 310, 0),
        (Source::Seamless, SourceStanding::NotConfigured, "", 0, 0),
        (Source::BookYourData, SourceStanding::FileOnly, "", 0, 0),
    ];
    states
        .into_iter()
        .enumerate()
        .map(|(nth, (source, state, note, read, credits))| SourceState {
            source,
            state,
            note: note.into(),
            last: (read > 0 || state == SourceStanding::Refused).then(|| {
                let run_state = match state {
                    SourceStanding::Running => RunState::Running,
                    SourceStanding::Refused => RunState::Failed,
                    _ => RunState::Done,
                };
                last_run(source, nth as u64, run_state, read)
            }),
            searches: if source == Source::Apollo { searches() } else { Vec::new() },
            credits: (credits > 0).then_some(credits),
            rate: (state == SourceStanding::Running).then_some((41, 200, std::time::Duration::from_secs(60))),
        })
        .collect()
}

fn searches() -> Vec<SearchState> {
    vec![
        SearchState {
            name: "it directors".into(),
            schedule: Some("0 6 * * 1-5".into()),
            last: Some((at("2026-10-07T12:01:00"), RunState::Running)),
            next: Some(at("2026-10-08T06:00:00")),
        },
        SearchState { name: "founders".into(), schedule: None, last: None, next: None },
    ]
}

fn card(nth: u64, lifecycle: Lifecycle, stage: &str) -> Card {
    let person = person(nth % 9);
    Card {
        lead: lead(nth),
        contact: person.id,
        position: leadloom::domain::Position::new(lifecycle, stage),
        since: now().minus(std::time::Duration::from_secs(86_400 * (1 + nth))),
        name: person.name,
        company: person.company,
        quality: person.quality,
        owner: (nth.is_multiple_of(3)).then(|| "kim".into()),
        tags: Vec::new(),
        version: 1,
    }
}

fn board(moved: &[(LeadId, leadloom::domain::Position)]) -> Board {
    type Stage = (&'static str, &'static str, bool, u64);
    let stages: [(Lifecycle, &[Stage]); 3] = [
        (
            Lifecycle::Lead,
            &[
                ("new", "New Lead", false, 7),
                ("researching", "Researching", false, 3),
                ("contacted", "Contacted", false, 2),
                ("engaged", "Engaged", false, 1),
                ("no_interest", "No Interest", true, 0),
            ],
        ),
        (
            Lifecycle::Prospect,
            &[("new", "New Prospect", false, 2), ("prospecting", "Prospecting", false, 1), ("qualified", "Qualified", false, 0)],
        ),
        (Lifecycle::Opportunity, &[("new", "New Opportunity", false, 1), ("won", "Won", true, 1)]),
    ];
    let mut nth = 0;
    let mut lanes: Vec<Lane> = stages
        .into_iter()
        .map(|(lifecycle, stages)| Lane {
            lifecycle,
            stages: stages
                .iter()
                .map(|(key, title, exit, count)| {
                    let cards = (nth..nth + count).map(|nth| card(nth, lifecycle, key)).collect();
                    nth += count;
                    StageLane { stage: StageKey::new(key), title: (*title).into(), exit: *exit, count: *count, cards }
                })
                .collect(),
        })
        .collect();
    for (lead, to) in moved {
        let mut taken = None;
        for stage in lanes.iter_mut().flat_map(|lane| &mut lane.stages) {
            if let Some(place) = stage.cards.iter().position(|card| card.lead == *lead) {
                taken = Some(stage.cards.remove(place));
                stage.count -= 1;
            }
        }
        for lane in lanes.iter_mut().filter(|lane| lane.lifecycle == to.lifecycle) {
            for stage in lane.stages.iter_mut().filter(|stage| stage.stage == to.stage) {
                stage.cards.extend(taken.take());
                stage.count += 1;
            }
        }
    }
    Board { cards: nth, stuck: 2, lanes }
}

fn record_view(id: ContactId) -> RecordView {
    let nth = (0..10_000).find(|nth| contact(*nth) == id).unwrap_or(0);
    let golden = |field: Field, raw: &str, source: Source, rule: Rule| GoldenField {
        field,
        value: Some(value(field, raw)),
        giver: Giver::Record(record(nth), source),
        rule,
        dated: at("2026-07-01"),
        locked: rule == Rule::HaloEdit,
        alternates: if field == Field::JobTitle {
            vec![Alternate { value: value(field, "IT Manager"), record: record(99), source: Source::Hunter, dated: at("2026-03-01") }]
        } else {
            Vec::new()
        },
    };
    let summary = person(nth);
    RecordView {
        golden: Golden(vec![
            golden(Field::FullName, "Ann Stone", Source::Halo, Rule::Agreement),
            golden(Field::JobTitle, "Head of IT", Source::Halo, Rule::HaloEdit),
            golden(Field::Email, "ann.stone@corp12.example", Source::Apollo, Rule::Verified),
            golden(Field::Phone, "+44 20 7946 0112", Source::Apollo, Rule::Only),
            golden(Field::CompanyName, "Corp 12 GmbH", Source::Hunter, Rule::Recency),
        ]),
        lead: Some(Lead {
            id: lead(nth),
            contact: id,
            position: leadloom::domain::Position::new(Lifecycle::Lead, "contacted"),
            since: at("2026-10-01"),
            owner: None,
            tags: Vec::new(),
            folded: false,
            version: 1,
            created_at: at("2026-09-01"),
        }),
        stages: Vec::new(),
        members: vec![
            MemberView {
                record: record(nth),
                source: Source::Halo,
                external_id: "48112".into(),
                seen_at: at("2026-10-07T12:04:00"),
                dated: Some(at("2024-02-11")),
                quality: 80,
                joined: "founded it".into(),
            },
            MemberView {
                record: record(50),
                source: Source::Apollo,
                external_id: "8842".into(),
                seen_at: at("2026-10-07T12:01:00"),
                dated: Some(at("2026-07-01")),
                quality: 92,
                joined: "matched, +18.2 bits".into(),
            },
        ],
        history: vec![
            HistoryRow {
                decision: decision(2),
                at: at("2026-10-07T11:05:00"),
                actor: "kim".into(),
                words: "merged Apollo.io 8842, phone added".into(),
                undone: false,
                undoable: Ok(()),
            },
            HistoryRow {
                decision: decision(1),
                at: at("2026-10-05T09:00:00"),
                actor: "lee".into(),
                words: "title edited".into(),
                undone: true,
                undoable: Err("it was undone already".into()),
            },
        ],
        halo: HaloLinks {
            client: Some(12),
            user: Some(48_112),
            ticket: Some(991),
            url: Some("https://halo.example/ticket?id=991".into()),
            pending: Vec::new(),
        },
        question: None,
        company: None,
        summary,
    }
}

fn operation(nth: u64, dead: bool) -> OperationView {
    OperationView {
        operation: Operation {
            id: OperationId(uuid(7, nth)),
            target: Target::User(contact(nth)),
            intent: Intent::Upsert,
            state: if dead { OperationState::Dead } else { OperationState::Waiting },
            not_before: now().plus(std::time::Duration::from_secs(8)),
            attempts: if dead { 5 } else { 0 },
            last_error: dead.then(|| "HaloPSA refused the title: it may have 50 letters; shorten it and try again".into()),
            decision: None,
            created_at: at("2026-10-07T12:04:20"),
            token: 0,
        },
        words: format!("phone of {}", person(nth).name).as_str().into(),
        contact: Some(contact(nth)),
    }
}

/// What the tests may look at and change.
pub struct State {
    pub rows: Vec<ReviewRow>,
    /// Everything that was told, oldest first.
    pub told: Vec<Command>,
    pub undo: Vec<Vec<ReviewRow>>,
    pub moved: Vec<(LeadId, leadloom::domain::Position)>,
    /// The next command fails so.
    pub failing: Option<Failure>,
    /// Nothing is known yet.
    pub empty: bool,
    /// Rows that the running import has read.
    pub read: u64,
}

/// The desk.
pub struct World {
    pub state: Mutex<State>,
    events: broadcast::Sender<Event>,
}

impl World {
    /// Nine questions and a little of everything.
    pub fn new() -> Arc<Self> {
        Self::with(PEOPLE.len())
    }

    /// With so many questions.
    pub fn with(questions: usize) -> Arc<Self> {
        let state = State {
            rows: (0..questions).map(row).collect(),
            told: Vec::new(),
            undo: Vec::new(),
            moved: Vec::new(),
            failing: None,
            empty: false,
            read: 1_420,
        };
        Arc::new(Self { state: Mutex::new(state), events: broadcast::Sender::new(64) })
    }

    /// Nothing known at all.
    pub fn empty() -> Arc<Self> {
        let world = Self::with(0);
        world.state.lock().unwrap().empty = true;
        world
    }

    /// The first question is whether a merge was right.
    pub fn audited(self: Arc<Self>) -> Arc<Self> {
        if let Some(first) = self.state.lock().unwrap().rows.first_mut() {
            (first.kind, first.pattern, first.reason) = (ReviewKind::Audit, 0, "merged by itself, was it right? same e-mail".into());
        }
        self
    }

    pub fn told(&self) -> Vec<Command> {
        self.state.lock().unwrap().told.clone()
    }

    pub fn say(&self, event: Event) {
        // A console may not be listening yet.
        let _nobody = self.events.send(event);
    }

    /// The running import has read so many rows.
    pub fn progress(&self, read: u64) {
        self.state.lock().unwrap().read = read;
        let Run { id, source, counters, state, .. } = last_run(Source::Apollo, 0, RunState::Running, read);
        self.say(Event::Progress { run: id, source, counters, state });
    }

    fn answer(&self, query: Query) -> Result<Answer, Failure> {
        let state = self.state.lock().unwrap();
        let counts = || {
            ReviewKind::ALL.iter().map(|kind| (*kind, state.rows.iter().filter(|row| row.kind == *kind).count() as u64)).collect::<Vec<_>>()
        };
        let outbox = if state.empty {
            OutboxCounts::default()
        } else {
            OutboxCounts { pending: 2, dead: 1, oldest: Some(at("2026-10-07T12:04:20")) }
        };
        let find = |id: ReviewId| {
            state.rows.iter().find(|row| row.id == id).cloned().ok_or_else(|| Failure::new("this question was decided meanwhile"))
        };
        let place = |id: ReviewId| (0..10_000).find(|nth| review(*nth) == id).unwrap();
        Ok(match query {
            Query::Status => Answer::Status(Status {
                queue: state.rows.len() as u64,
                outbox,
                halo: if state.empty { HaloState::NotConfigured } else { HaloState::Ok },
                pulled_at: (!state.empty).then(|| at("2026-10-07T12:04:31")),
                running: u32::from(!state.empty),
            }),
            Query::Home => Answer::Home(Home {
                reviews: counts(),
                auto_merges: if state.empty {
                    AutoMerges::default()
                } else {
                    AutoMerges { checked: 200, wrong: 3, open: 1, right: Some(0.985), at_least: Some(0.9643), at_most: Some(0.9938) }
                },
                pipeline: [(Lifecycle::Lead, 13, 4), (Lifecycle::Prospect, 3, 0), (Lifecycle::Opportunity, 1, 1)]
                    .map(|(lifecycle, cards, today)| LifecycleCount { lifecycle, cards: if state.empty { 0 } else { cards }, today })
                    .to_vec(),
                stuck: if state.empty { 0 } else { 2 },
                outbox,
                sources: if state.empty {
                    sources(state.read).into_iter().map(|source| SourceState { last: None, ..source }).collect()
                } else {
                    sources(state.read)
                },
                since: vec![
                    Deed { actor: "kim".into(), action: "merged".into(), times: 41 },
                    Deed { actor: "import".into(), action: "merged".into(), times: 96 },
                ],
                last_look: Some(at("2026-10-05T17:40:00")),
                contacts: if state.empty { 0 } else { 1_204 },
            }),
            Query::Queue { filter, after, limit } => {
                let matches = |row: &&ReviewRow| {
                    filter.kind.is_none_or(|kind| kind == row.kind)
                        && [&row.name, &row.company, &row.email, &row.reason]
                            .iter()
                            .any(|text| text.to_lowercase().contains(&filter.text.to_lowercase()))
                };
                let all: Vec<_> = state.rows.iter().filter(matches).cloned().collect();
                let total = after.is_none().then_some(all.len() as u64);
                let rows =
                    all.into_iter().filter(|row| after.is_none_or(|after| row.priority < after.priority)).take(limit as usize).collect();
                Answer::Queue { rows, total, counts: counts() }
            }
            Query::Question(id) => Answer::Question(Box::new(question(&find(id)?, place(id)))),
            Query::Alike(id) => {
                let pattern = find(id)?.pattern;
                Answer::Alike(state.rows.iter().filter(|row| row.pattern == pattern).cloned().collect())
            }
            Query::Preview { review, choice } => {
                find(review)?;
                Answer::Preview(Box::new(preview(place(review), &choice)))
            }
            Query::Board(_) => Answer::Board(board(&state.moved)),
            Query::Cards { position, .. } => Answer::Cards(position, Vec::new()),
            Query::Card(id) => {
                let nth = (0..100).find(|nth| lead(*nth) == id).unwrap();
                let ways = vec![
                    WayView {
                        to: leadloom::domain::Position::new(Lifecycle::Lead, "researching"),
                        title: "Researching".into(),
                        missing: Vec::new(),
                        unmet: Vec::new(),
                        converts: false,
                    },
                    WayView {
                        to: leadloom::domain::Position::new(Lifecycle::Prospect, "new"),
                        title: "New Prospect".into(),
                        missing: vec![FormField { field: Field::Budget, value: None, options: vec!["< 10k".into(), "10k-50k".into()] }],
                        unmet: vec!["fit is 60, at least 70 is needed".into()],
                        converts: true,
                    },
                ];
                Answer::Card(Box::new(CardView {
                    card: card(nth, Lifecycle::Lead, "new"),
                    contact: person(nth % 9),
                    ways,
                    stuck: nth == 0,
                }))
            }
            Query::Sources => Answer::Sources(sources(state.read)),
            Query::Runs(source) => Answer::Runs(
                sources(state.read)
                    .into_iter()
                    .filter(|state| state.source == source)
                    .filter_map(|state| state.last)
                    .flat_map(|last| [(last.clone(), 61.0), (Run { id: run(77), state: RunState::Done, ..last }, 0.0)])
                    .map(|(run, rate)| RunView {
                        run,
                        what: "it directors".into(),
                        rate,
                        left: Some(std::time::Duration::from_secs(40)),
                        here: true,
                        to_mend: None,
                    })
                    .collect(),
            ),
            Query::RunRows { .. } => Answer::RunRows {
                records: vec![RunRecord {
                    record: record(1),
                    outcome: Outcome::Created,
                    name: "Ann Stone".into(),
                    company: "Corp 12 GmbH".into(),
                    contact: Some(contact(0)),
                }],
                failures: vec![RowFailure { line: 17, reason: "the e-mail address has no @".into(), raw: "x".into() }],
            },
            Query::Plan(_) | Query::DryRun(_) => Answer::Plan(Box::new(ImportPlan {
                source: Source::Apollo,
                rows: Some(1_200),
                credits: None,
                columns: vec![
                    ColumnPlan {
                        column: "First Name".into(),
                        field: Some(Field::FirstName),
                        meaning: "first_name".into(),
                        sure: 100,
                        sample: "Ann".into(),
                    },
                    ColumnPlan {
                        column: "Work Mail".into(),
                        field: Some(Field::Email),
                        meaning: "email".into(),
                        sure: 71,
                        sample: "ann@corp12.example".into(),
                    },
                    ColumnPlan { column: "Lists".into(), field: None, meaning: "".into(), sure: 0, sample: "Q3".into() },
                ],
                notes: vec!["recognised as an Apollo.io export by 18 of 20 columns".into()],
                forecast: Some(Forecast { rows: 1_200, usable: 1_100, review: 60, weak: 38, unusable: 2, problems: Vec::new() }),
            })),
            Query::Gaps(request) => Answer::Gaps(Box::new(EnrichPlan {
                fields: if request.fields.is_empty() { vec![Field::Email, Field::Phone] } else { request.fields.clone() },
                people: if matches!(request.whom, Whom::People(_)) { 1 } else { 212 },
                complete: 14,
                in_vain: 3,
                withheld: 1,
                steps: vec![
                    EnrichStep {
                        source: Source::Lusha,
                        fields: vec![Field::Phone, Field::Mobile],
                        people: (1, 1),
                        calls: 1,
                        credits: (6.04, 6.04),
                    },
                    EnrichStep { source: Source::Apollo, fields: vec![Field::Phone], people: (0, 1), calls: 1, credits: (0.0, 9.0) },
                ],
                credits: (7, 16),
                notes: vec!["ZoomInfo is not asked: no client id is configured".into()],
            })),
            Query::Folder(path) => Answer::Folder(Folder {
                path: path.unwrap_or_else(|| PathBuf::from("/home/kim")),
                entries: vec![
                    FolderEntry { name: "exports".into(), path: "/home/kim/exports".into(), size: None },
                    FolderEntry { name: "apollo.csv".into(), path: "/home/kim/apollo.csv".into(), size: Some(131_072) },
                ],
                left_out: 0,
            }),
            Query::People { text, after, limit } => {
                let people = (0..9).map(person).filter(|person| {
                    let text = text.to_lowercase();
                    text.split_whitespace()
                        .all(|word| format!("{} {} {}", person.name, person.company, person.email).to_lowercase().contains(word))
                });
                Answer::People(if after.is_some() || state.empty { Vec::new() } else { people.take(limit as usize).collect() })
            }
            Query::Sync => Answer::Sync(SyncState {
                halo: HaloState::Ok,
                syncing: None,
                pulled_at: Some(at("2026-10-07T12:04:31")),
                outbox,
                linked: vec![("client".into(), 120), ("user".into(), 1_180), ("ticket".into(), 812)],
            }),
            Query::Operations { dead } => Answer::Operations {
                dead,
                operations: match (state.empty, dead) {
                    (true, _) => Vec::new(),
                    (_, true) => vec![operation(3, true)],
                    (_, false) => vec![operation(0, false), operation(1, false)],
                },
            },
            Query::Record(id) => Answer::Record(Box::new(record_view(id))),
            Query::Raw(_) => Answer::Raw("{\n  \"name\": \"Ann \u{1b}[31mStone\",\n  \"id\": 8842\n}".to_owned()),
            Query::Undoable => Answer::Undoable(state.undo.last().map(|_| HistoryRow {
                decision: decision(9),
                at: at("2026-10-07T12:03:00"),
                actor: "kim".into(),
                words: "merge of Bob Reed".into(),
                undone: false,
                undoable: Ok(()),
            })),
        })
    }

    fn obey(&self, command: Command) -> Result<Told, Failure> {
        let mut state = self.state.lock().unwrap();
        state.told.push(command.clone());
        if let Some(failure) = state.failing.take() {
            return Err(failure);
        }
        let done = |words: &str| Told::Done(Done { decision: decision(8), words: words.into(), contact: None });
        let take = |state: &mut State, ids: &[ReviewId]| {
            state.undo.push(state.rows.clone());
            state.rows.retain(|row| !ids.contains(&row.id));
        };
        let told = match command {
            Command::Accept { review, .. } => {
                let name = state
                    .rows
                    .iter()
                    .find(|row| row.id == review)
                    .map(|row| row.name.clone())
                    .ok_or_else(|| Failure::new("this question was decided meanwhile"))?;
                take(&mut state, &[review]);
                done(&format!("merged {name}; goes out in 10 s, u takes it back"))
            }
            Command::Decide { reviews, verb } => {
                take(&mut state, &reviews);
                if reviews.len() == 1 {
                    done(match verb {
                        Verb::Accept => "accepted",
                        Verb::Create => "created a new contact",
                        Verb::Drop => "dropped; it is kept and listed",
                        Verb::Later => "asked again tomorrow",
                    })
                } else {
                    Told::Batch(Batch { done: reviews.iter().map(|_| decision(7)).collect(), failed: Vec::new() })
                }
            }
            Command::Undo(_) => {
                state.rows = state.undo.pop().ok_or_else(|| Failure::new("there is nothing to undo"))?;
                done("taken back")
            }
            Command::Redo => return Err(Failure::new("there is nothing to redo")),
            Command::Move { lead, to, .. } => {
                state.moved.push((lead, to));
                Told::Moved(Moved::Done(Done { decision: decision(5), words: "moved".into(), contact: None }))
            }
            Command::Forward(lead) if state.moved.is_empty() => {
                let to = leadloom::domain::Position::new(Lifecycle::Lead, "researching");
                state.moved.push((lead, to));
                Told::Moved(Moved::Done(Done { decision: decision(5), words: "moved to Researching".into(), contact: None }))
            }
            Command::Forward(_) => Told::Moved(Moved::Refused {
                to: leadloom::domain::Position::new(Lifecycle::Prospect, "new"),
                missing: vec![
                    FormField { field: Field::PainPoints, value: None, options: Vec::new() },
                    FormField { field: Field::Budget, value: None, options: vec!["< 10k".into(), "10k-50k".into()] },
                ],
                unmet: Vec::new(),
            }),
            Command::Back(_) => Told::Moved(Moved::Refused {
                to: leadloom::domain::Position::new(Lifecycle::Lead, "new"),
                missing: Vec::new(),
                unmet: vec!["it came from an import".into()],
            }),
            Command::Edit { .. } => done("title edited"),
            Command::Claim(id) if id == review(3) => Told::Claimed { by_other: Some("lee".into()) },
            Command::Claim(_) => Told::Claimed { by_other: None },
            Command::Import(_) => Told::Started(Source::Apollo),
            Command::KeepMapping(_) => Told::Kept("/home/kim/mappings/apollo.toml".into()),
            Command::FillGaps { .. } => Told::Asking(run(56)),
            Command::Test(source) => {
                Told::Checked(Check { what: source.label().into(), verdict: Verdict::Ok, words: "the login works".into() })
            }
            Command::Sync => Told::Synced(SyncReport { pulled: 6, pushed: 2, ..SyncReport::default() }),
            Command::Release | Command::Own { .. } | Command::Pause(_) | Command::Resume(_) | Command::Stop(_) | Command::Retry(_) => {
                Told::Quiet
            }
        };
        Ok(told)
    }
}

impl Desk for World {
    fn ask(&self, query: Query) -> Pending<Result<Answer, Failure>> {
        let answer = self.answer(query);
        Box::pin(async move { answer })
    }

    fn tell(&self, command: Command) -> Pending<Result<Told, Failure>> {
        let told = self.obey(command);
        Box::pin(async move { told })
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    fn remember(&self, _: String) -> Pending<()> {
        Box::pin(async {})
    }

    fn leave(&self) -> Pending<()> {
        Box::pin(async {})
    }
}

/// That many log entries, every twentieth a warning.
pub fn logged(count: u64) -> leadloom::tui::event::Event {
    let entry = |seq: u64| {
        Arc::new(Entry {
            seq,
            at: at("2026-10-07T11:00:00").plus(std::time::Duration::from_millis(seq * 731)),
            level: if seq.is_multiple_of(20) { Level::WARN } else { Level::INFO },
            target: if seq.is_multiple_of(3) { "halopsa::client" } else { "sync::push" }.into(),
            message: if seq.is_multiple_of(20) { "429, waits before it tries again" } else { "written" }.into(),
            fields: vec![("record", Text::from(format!("{}", 48_000 + seq))), ("took", "184ms".into()), ("attempt", "2 of 5".into())],
        })
    };
    leadloom::tui::event::Event::Logged((1..=count).map(entry).collect())
}
