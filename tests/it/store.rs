//! The store's conformance suite: every guarantee of `leadloom::store`, asked through its public verbs.

use leadloom::{
    ambient::SeededIds,
    domain::{
        Action, Actor, Choice, ContactId, Counters, Decision, DecisionId, Draft, Field, FieldKind, Fields, Fingerprint, IdGen, Intent,
        Lead, LeadId, Lifecycle, OperationId, Outcome, Position, Quality, RecordId, RecordKind, ReviewId, ReviewItem, ReviewKind,
        ReviewState, Run, RunId, RunState, Source, SourceRecord, Suppression, SuppressionId, SuppressionKey, Target, Text, Timestamp,
        Value,
    },
    store::{BoardFilter, CardKey, ContactFace, Link, RecordText, Result, ReviewFace, ReviewFilter, ReviewKey, Store, StoreError, Want},
};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;

const T0: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

struct Bed {
    home: TempDir,
    store: Store,
    ids: Arc<SeededIds>,
}

fn bed() -> Bed {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(&home.path().join("leadloom.db")).unwrap();
    Bed { home, store, ids: Arc::new(SeededIds::new(7)) }
}

impl Bed {
    async fn write<T: Send + 'static>(&self, work: impl FnOnce(&leadloom::store::Desk<'_>) -> Result<T> + Send + 'static) -> T {
        self.store.write(work).await.unwrap()
    }

    async fn read<T: Send + 'static>(&self, look: impl FnOnce(&leadloom::store::View<'_>) -> Result<T> + Send + 'static) -> T {
        self.store.read(look).await.unwrap()
    }

    /// Waits until the search index holds that many contacts, at least.
    async fn indexed(&self, contacts: i64) {
        let db = rusqlite::Connection::open(self.store.path()).unwrap();
        let held = || db.query_row("SELECT count(*) FROM contact_search_docsize", [], |row| row.get::<_, i64>(0)).unwrap();
        while held() < contacts {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn record(&self, external: &str, email: &str) -> SourceRecord {
        let fields: Fields = [
            (Field::FirstName, Value::Text("Ann".into())),
            (Field::LastName, Value::Text("Stone".into())),
            (Field::Email, Value::parse(FieldKind::Email, email).unwrap()),
        ]
        .into_iter()
        .collect();
        let draft = Draft {
            source: Source::Apollo,
            kind: RecordKind::Person,
            external_id: external.into(),
            dated: Some(T0),
            fields,
            edited: vec![],
            defects: vec![],
            quality: Quality { email: 25.0, ..Quality::default() },
        };
        draft.recorded(RecordId::next(&*self.ids), T0, None)
    }

    fn run(&self) -> Run {
        Run {
            id: RunId::next(&*self.ids),
            source: Source::Apollo,
            state: RunState::Running,
            request: "{}".into(),
            cursor: None,
            pages: 0,
            counters: Counters::default(),
            total: Some(3),
            error: None,
            started_at: T0,
            finished_at: None,
            actor: "kim".into(),
        }
    }

    async fn contact(&self, name: &str) -> ContactId {
        let id = ContactId::next(&*self.ids);
        let face = face(name, "");
        self.write(move |desk| desk.add_contact(id, &face, T0)).await;
        id
    }
}

fn face(name: &str, email: &str) -> ContactFace {
    ContactFace {
        name: name.into(),
        title: "".into(),
        company: "Corp 12".into(),
        company_id: None,
        email: email.into(),
        phone: "".into(),
        quality: 80,
        sources: 1,
        folded_text: format!("{} corp 12 {email}", name.to_lowercase()),
        fingerprint: Fingerprint([1; 16]),
    }
}

#[tokio::test]
async fn a_failed_write_leaves_no_trace_and_neighbours_are_kept() {
    let bed = bed();
    let (good, bad, panics) = (bed.ids.next(), bed.ids.next(), bed.ids.next());
    let keep = |id| move |desk: &leadloom::store::Desk<'_>| desk.add_contact(ContactId(id), &face("Ann Stone", ""), T0);
    let failing = bed.store.write(move |desk| {
        keep(bad)(desk)?;
        Err::<(), _>(StoreError::Sql("on purpose".into()))
    });
    let panicking = bed.store.write(move |desk| {
        keep(panics)(desk)?;
        assert!(desk.contact_count()? == 0, "on purpose");
        Ok::<(), StoreError>(())
    });
    let (failed, kept, panicked) = tokio::join!(failing, bed.store.write(keep(good)), panicking);
    assert!(matches!(failed, Err(StoreError::Sql(_))));
    kept.unwrap();
    assert!(matches!(panicked, Err(StoreError::Closed)));
    let found = bed.read(move |view| Ok([good, bad, panics].map(|id| view.contact(ContactId(id)).unwrap().is_some()))).await;
    assert_eq!(found, [true, false, false]);
}

#[tokio::test]
async fn the_database_reopens_with_everything_and_with_safe_settings() {
    let bed = bed();
    let id = bed.contact("Ann Stone").await;
    drop(bed.store);
    let path = bed.home.path().join("leadloom.db");
    let store = Store::open(&path).unwrap();
    assert_eq!(store.read(move |view| view.contact(id)).await.unwrap().unwrap().name.as_str(), "Ann Stone");
    store.check().await.unwrap();
    let raw = rusqlite::Connection::open(&path).unwrap();
    assert_eq!(raw.query_row("PRAGMA journal_mode", [], |row| row.get::<_, String>(0)).unwrap(), "wal");
}

#[test]
fn foreign_newer_and_damaged_files_are_refused_in_words() {
    let home = tempfile::tempdir().unwrap();
    let foreign = home.path().join("foreign.db");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t(x)").unwrap();
    assert!(matches!(Store::open(&foreign), Err(StoreError::Corrupt { .. })));

    let newer = home.path().join("newer.db");
    drop(Store::open(&newer).unwrap());
    rusqlite::Connection::open(&newer).unwrap().execute("INSERT INTO migrations VALUES (999, 'future', 'x')", []).unwrap();
    let error = Store::open(&newer).err().unwrap();
    assert!(matches!(error, StoreError::TooNew { found: 999, .. }), "{error}");

    let garbage = home.path().join("garbage.db");
    std::fs::write(&garbage, vec![7; 40_000]).unwrap();
    assert!(matches!(Store::open(&garbage), Err(StoreError::Corrupt { .. })));
    assert!(matches!(Store::open(home.path()), Err(StoreError::Open { .. })));
}

#[tokio::test]
async fn a_page_lands_once_with_its_cursor_and_is_taken_once() {
    let bed = bed();
    let run = bed.run();
    let id = run.id;
    bed.write(move |desk| desk.start_run(&run)).await;
    bed.write(move |desk| desk.land_page(id, 0, "[1,2]", Some("c1"), None)).await;
    let again = bed.store.write(move |desk| desk.land_page(id, 0, "[1,2]", Some("c1"), None)).await;
    assert!(matches!(again, Err(StoreError::Stale { .. })), "the same page twice: {again:?}");
    assert_eq!(bed.read(move |view| view.waiting_pages(id)).await, [0]);
    let counted = Counters { read: 2, created: 2, ..Counters::default() };
    assert!(bed.write(move |desk| desk.page_taken(id, 0, &counted, true)).await);
    assert!(!bed.write(move |desk| desk.page_taken(id, 0, &counted, true)).await, "taken twice");
    let run = bed.read(move |view| view.run_of(id)).await.unwrap();
    assert_eq!((run.cursor.as_deref(), run.pages, run.counters, run.total), (Some("c1"), 1, counted, Some(3)));
    assert_eq!(bed.read(move |view| view.page(id, 0)).await.unwrap().rows, "[1,2]");
}

#[tokio::test]
async fn records_read_back_as_written_and_the_newest_snapshot_is_the_identity() {
    let bed = bed();
    let (old, new) = (bed.record("p1", "a@corp.example"), bed.record("p1", "b@corp.example"));
    let (a, b) = (old.clone(), new.clone());
    bed.write(move |desk| {
        desk.add_record(&a, &RecordText::of(&a.draft)?, None, Outcome::Created)?;
        desk.add_record(&b, &RecordText::of(&b.draft)?, None, Outcome::Enriched)
    })
    .await;
    let id = old.id;
    assert_eq!(bed.read(move |view| view.record(id)).await.unwrap(), old);
    let identity = bed.read(|view| view.identity(Source::Apollo, RecordKind::Person, &"p1".into())).await.unwrap();
    assert_eq!((identity.record, identity.outcome), (new.id, Outcome::Enriched));
    assert_eq!(identity.fingerprint, new.draft.fingerprint());
    assert_ne!(identity.fingerprint, old.draft.fingerprint());
    assert_eq!(bed.read(|view| view.identity(Source::Hunter, RecordKind::Person, &"p1".into())).await, None);
}

#[tokio::test]
async fn membership_moves_keep_history_and_feed_the_index() {
    let bed = bed();
    let (a, b) = (bed.contact("A").await, bed.contact("B").await);
    let record = bed.record("p1", "a@corp.example");
    let id = record.id;
    bed.write(move |desk| {
        desk.add_record(&record, &RecordText::of(&record.draft)?, None, Outcome::Created)?;
        desk.found(id, RecordKind::Person, a.0, None, T0)
    })
    .await;
    let before = bed.read(|view| view.moves_head()).await;
    let decision = DecisionId(bed.ids.next());
    bed.write(move |desk| desk.move_record(id, RecordKind::Person, Some(b.0), Some(decision), T0)).await;
    assert_eq!(bed.read(move |view| Ok((view.members(a.0)?.len(), view.members(b.0)?.len()))).await, (0, 1));
    let moves = bed.read(move |view| view.moves_since(RecordKind::Person, before, 10)).await;
    assert_eq!(moves.len(), 1);
    assert_eq!((moves[0].record, moves[0].entity), (id, Some(b.0)));
    bed.write(move |desk| desk.move_record(id, RecordKind::Person, None, None, T0)).await;
    assert_eq!(bed.read(move |view| view.entity_of(id)).await, None);
    assert!(bed.read(|view| view.current_members(RecordKind::Person, 0, 10)).await.is_empty());
}

#[tokio::test]
async fn folded_contacts_leave_lists_and_search_and_lead_to_what_they_became() {
    let bed = bed();
    let (a, b, c) = (bed.contact("Ann Stone").await, bed.contact("Anna Stone").await, bed.contact("A. Stone").await);
    bed.write(move |desk| desk.fold_contact(a, b, T0).and_then(|()| desk.fold_contact(b, c, T0))).await;
    assert_eq!(bed.read(move |view| view.standing(a)).await, c);
    let found = bed.read(|view| view.search("stone", None, 10)).await;
    assert_eq!(found.iter().map(|contact| contact.id).collect::<Vec<_>>(), [c]);
    bed.write(move |desk| desk.restore_contact(b, T0)).await;
    assert_eq!(bed.read(move |view| view.standing(a)).await, b);
    assert_eq!(bed.read(|view| view.contact_count()).await, 2);
}

#[tokio::test]
async fn search_finds_every_word_as_a_substring_and_pages_by_key() {
    let bed = bed();
    for (name, email) in [("Ann Stone", "ann@corp.example"), ("Björn Ångström", "b@nord.example"), ("Anton Stonewall", "x\"y@z.example")]
    {
        let id = ContactId::next(&*bed.ids);
        let face = face(name, email);
        bed.write(move |desk| desk.add_contact(id, &face, T0)).await;
    }
    let names = |question: &'static str| {
        let bed = &bed;
        async move { bed.read(move |view| view.search(question, None, 10)).await.into_iter().map(|c| c.name.to_string()).collect::<Vec<_>>() }
    };
    // Looked through first, then found by the index, which follows when nobody writes.
    for indexed in [0, 3] {
        bed.indexed(indexed).await;
        assert_eq!(names("stone").await, ["Ann Stone", "Anton Stonewall"]);
        assert_eq!(names("stone corp.exam").await, ["Ann Stone"]);
        assert_eq!(names("tonew").await, ["Anton Stonewall"]);
        assert_eq!(names("ångst").await, ["Björn Ångström"]);
        assert_eq!(names("x\"y").await, ["Anton Stonewall"]);
        assert_eq!(names("an").await, ["Ann Stone", "Anton Stonewall"], "two letters have no trigram");
        assert!(names("stones OR ann").await.is_empty(), "operators are words");
    }
    let first = bed.read(|view| view.search("", None, 2)).await;
    let key = first.last().map(|contact| (contact.quality, contact.id));
    let rest = bed.read(move |view| view.search("", key, 2)).await;
    assert_eq!(first.len() + rest.len(), 3);
    assert!(!rest.iter().any(|contact| first.contains(contact)));
}

#[tokio::test]
async fn renamed_contacts_are_found_by_the_new_text_only() {
    let bed = bed();
    let id = bed.contact("Ann Stone").await;
    bed.write(move |desk| desk.update_contact(id, &face("Ann Rivers", ""), T0)).await;
    assert!(bed.read(|view| view.search("stone", None, 9)).await.is_empty());
    assert_eq!(bed.read(|view| view.search("rivers", None, 9)).await[0].version, 2);
    bed.indexed(1).await;
    assert_eq!(bed.read(|view| view.search("rivers", None, 9)).await.len(), 1);
    bed.write(move |desk| desk.update_contact(id, &face("Ann Brook", ""), T0)).await;
    assert!(bed.read(|view| view.search("rivers", None, 9)).await.is_empty());
    assert_eq!(bed.read(|view| view.search("brook", None, 9)).await[0].version, 3);
}

fn item(bed: &Bed, priority: i32, pattern: u64) -> ReviewItem {
    ReviewItem {
        id: ReviewId::next(&*bed.ids),
        kind: ReviewKind::Duplicate,
        about: leadloom::domain::About::Record(RecordId(bed.ids.next())),
        candidates: vec![],
        reason: "same e-mail".into(),
        pattern,
        priority,
        created_at: T0,
        state: ReviewState::Open,
        claim: None,
    }
}

fn review_face() -> ReviewFace {
    ReviewFace { name: "Ann Stone".into(), company: "Corp".into(), email: "a@corp.example".into(), source: Source::Apollo, quality: 60 }
}

#[tokio::test]
async fn the_queue_pages_by_weight_without_skips_while_others_settle() {
    let bed = bed();
    let items: Vec<_> = (0..30).map(|n| item(&bed, n % 3, 0)).collect();
    let all = items.clone();
    bed.write(move |desk| all.iter().try_for_each(|item| desk.add_review(item, &review_face(), "ann stone corp"))).await;
    let mut seen = Vec::new();
    let mut after: Option<ReviewKey> = None;
    loop {
        let page = bed.read(move |view| view.review_page(&ReviewFilter::default(), after, 7, T0)).await;
        let Some(last) = page.last() else { break };
        after = Some(ReviewKey { priority: last.priority, id: last.id });
        seen.extend(page.iter().map(|row| row.id));
        let (settled, decision) = (page[0].id, DecisionId(bed.ids.next()));
        bed.write(move |desk| desk.settle_review(settled, decision)).await;
    }
    let mut expected = items.clone();
    expected.sort_by_key(|item| (-item.priority, item.id));
    assert_eq!(seen, expected.iter().map(|item| item.id).collect::<Vec<_>>());
    let open = bed.read(|view| view.review_counts()).await;
    assert_eq!(open, [(ReviewKind::Duplicate, 25)]);
}

#[tokio::test]
async fn an_item_is_settled_once_and_claims_run_out() {
    let bed = bed();
    let item = item(&bed, 1, 9);
    let (id, decision) = (item.id, DecisionId(bed.ids.next()));
    bed.write(move |desk| desk.add_review(&item, &review_face(), "ann")).await;
    let claim = |by: &'static str, now| bed.write(move |desk| desk.claim_review(id, &by.into(), now, Duration::from_secs(60)));
    assert_eq!(claim("kim", T0).await, None);
    assert_eq!(claim("lee", T0).await, Some(Text::new("kim")));
    assert_eq!(claim("lee", T0.plus(Duration::from_secs(61))).await, None, "the claim ran out");
    bed.write(move |desk| desk.settle_review(id, decision)).await;
    let twice = bed.store.write(move |desk| desk.settle_review(id, decision)).await;
    assert!(matches!(twice, Err(StoreError::Stale { .. })));
    bed.write(move |desk| desk.reopen_review(id)).await;
    bed.write(move |desk| desk.defer_review(id, T0.plus(Duration::from_secs(5)))).await;
    assert_eq!(bed.write(|desk| desk.wake_reviews(T0)).await, 0);
    assert_eq!(bed.write(|desk| desk.wake_reviews(T0.plus(Duration::from_secs(5)))).await, 1);
    assert_eq!(bed.read(move |view| view.review(id)).await.unwrap().state, ReviewState::Open);
}

#[tokio::test]
async fn leads_move_by_version_and_the_board_pages_by_key() {
    let bed = bed();
    let mut ids = Vec::new();
    for n in 0..5 {
        let contact = bed.contact("Ann Stone").await;
        let since = T0.plus(Duration::from_secs(n / 2));
        let position = Position::new(Lifecycle::Lead, "new_lead");
        let lead = Lead {
            id: LeadId(bed.ids.next()),
            contact,
            position,
            since,
            owner: None,
            tags: vec![],
            folded: false,
            version: 1,
            created_at: T0,
        };
        ids.push(lead.id);
        bed.write(move |desk| desk.add_lead(&lead)).await;
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = bed.read(move |view| view.cards(&Position::new(Lifecycle::Lead, "new_lead"), &BoardFilter::default(), after, 2)).await;
        let Some(last) = page.last() else { break };
        after = Some(CardKey { since: last.since, lead: last.lead });
        seen.extend(page.iter().map(|card| card.lead));
    }
    assert_eq!(seen, ids);
    let (id, to) = (ids[0], Position::new(Lifecycle::Lead, "researching"));
    let there = to.clone();
    bed.write(move |desk| desk.move_lead(id, &there, T0, Some(1), &"kim".into())).await;
    let late =
        bed.store.write(move |desk| desk.move_lead(id, &Position::new(Lifecycle::Lead, "contacted"), T0, Some(1), &"lee".into())).await;
    assert!(matches!(late, Err(StoreError::Stale { .. })));
    assert_eq!(bed.read(move |view| view.lead(id)).await.unwrap().position, to);
    assert_eq!(bed.read(move |view| view.stage_changes(id)).await.len(), 1);
    bed.write(move |desk| desk.fold_lead(id, true)).await;
    assert_eq!(bed.read(|view| view.stage_counts()).await.iter().map(|count| count.cards).sum::<u64>(), 4);
}

#[tokio::test]
async fn decisions_read_back_and_are_taken_back_once() {
    let bed = bed();
    let contact = bed.contact("Ann Stone").await;
    let decision = |action| Decision {
        id: DecisionId(bed.ids.next()),
        at: T0,
        actor: Actor::Person("kim".into()),
        review: None,
        action,
        undone_by: None,
    };
    let edit = decision(Action::Edit { contact, choices: vec![Choice { field: Field::JobTitle, value: Some("CTO".into()) }] });
    let undo = decision(Action::Undo { decision: edit.id });
    let (id, by) = (edit.id, undo.id);
    let (a, b) = (edit.clone(), undo.clone());
    bed.write(move |desk| {
        desk.add_decision(&a, None, None)?;
        desk.choose(contact, a.id, &[Choice { field: Field::JobTitle, value: Some("CTO".into()) }], T0)?;
        desk.add_decision(&b, None, None)
    })
    .await;
    assert_eq!(bed.read(move |view| view.decision(id)).await.unwrap(), edit);
    assert_eq!(bed.read(move |view| view.overrides(contact)).await[0].value(), Some(Value::Text("CTO".into())));
    bed.write(move |desk| desk.mark_undone(id, by).and_then(|()| desk.set_choices_active(id, false))).await;
    assert!(matches!(bed.store.write(move |desk| desk.mark_undone(id, by)).await, Err(StoreError::Stale { .. })));
    assert!(bed.read(move |view| view.overrides(contact)).await.is_empty());
    let mine = bed.read(|view| view.decisions_by(&"kim".into(), None, 10)).await;
    assert_eq!(mine.iter().map(|decision| decision.id).collect::<Vec<_>>(), [by, id]);
    assert_eq!(bed.read(move |view| view.decisions_about(contact, None, None, 10)).await.len(), 1);
}

#[tokio::test]
async fn the_journal_is_a_chain_that_shows_every_touch() {
    let bed = bed();
    for verb in ["join", "undo", "push"] {
        bed.write(move |desk| desk.note(T0, &"kim".into(), verb, "contact 1", "{}")).await;
    }
    assert_eq!(bed.read(|view| view.broken_journal_entry()).await, None);
    assert_eq!(bed.read(|view| view.journal(None, 10)).await[0].verb.as_str(), "push");
    let raw = rusqlite::Connection::open(bed.store.path()).unwrap();
    assert!(raw.execute("UPDATE journal SET actor = 'lee' WHERE seq = 2", []).is_err(), "the journal is append-only");
    raw.execute_batch("DROP TRIGGER journal_no_update; UPDATE journal SET actor = 'lee' WHERE seq = 2").unwrap();
    assert_eq!(bed.read(|view| view.broken_journal_entry()).await, Some(2));
    raw.execute_batch("DROP TRIGGER journal_no_delete; DELETE FROM journal WHERE seq = 2").unwrap();
    assert_eq!(bed.read(|view| view.broken_journal_entry()).await, Some(2));
}

#[tokio::test]
async fn one_target_has_one_operation_and_a_lost_lease_cannot_settle() {
    let bed = bed();
    let target = Target::User(ContactId(bed.ids.next()));
    let want = |at: Timestamp| {
        let id = OperationId(bed.ids.next());
        bed.write(move |desk| desk.want(&Want { id, target: &target, intent: Intent::Upsert, not_before: at, decision: None, now: T0 }))
    };
    let hold = T0.plus(Duration::from_secs(10));
    want(hold).await;
    want(hold).await;
    assert_eq!(bed.read(|view| view.outbox_counts()).await.pending, 1);
    let claim = |now: Timestamp| bed.write(move |desk| desk.claim_operations("user", 10, now, Duration::from_secs(60)));
    assert!(claim(T0).await.is_empty(), "held back");
    let first = claim(hold).await.remove(0);
    assert!(claim(hold).await.is_empty(), "somebody is sending it");
    assert!(!bed.write(move |desk| desk.unwant(&target)).await, "too late to take back");
    let later = hold.plus(Duration::from_secs(61));
    let second = claim(later).await.remove(0);
    assert_eq!((second.attempts, second.token > first.token), (2, true));
    let lost = first.clone();
    assert!(matches!(bed.store.write(move |desk| desk.put_back_operation(&lost, None, None)).await, Err(StoreError::Stale { .. })));
    bed.write(move |desk| desk.settle_operation(&first)).await;
    assert_eq!(bed.read(|view| view.outbox_counts()).await.pending, 1, "the loser settled nothing");
    want(later).await;
    bed.write(move |desk| desk.settle_operation(&second)).await;
    assert_eq!(bed.read(|view| view.outbox_counts()).await.pending, 1, "wanted again while it was sent");
    let third = claim(later.plus(Duration::from_secs(61))).await.remove(0);
    let (dead, id) = (third.clone(), third.id);
    bed.write(move |desk| desk.put_back_operation(&dead, None, Some(&"title too long".into()))).await;
    let letters = bed.read(|view| view.operations(true, 10)).await;
    assert_eq!(letters[0].last_error.as_deref(), Some("title too long"));
    bed.write(move |desk| desk.revive_operation(id, later)).await;
    assert!(bed.write(move |desk| desk.unwant(&target)).await);
}

#[tokio::test]
async fn leases_have_one_holder_and_rising_tokens() {
    let bed = bed();
    let take = |who: &'static str, at: u64| {
        bed.write(move |desk| desk.take_lease("sync", who, T0.plus(Duration::from_secs(at)), Duration::from_secs(10)))
    };
    let first = take("a", 0).await.unwrap();
    assert_eq!(take("b", 5).await, None);
    assert_eq!(take("a", 5).await.unwrap().token, first.token, "renewed");
    let second = take("b", 16).await.unwrap();
    assert!(second.token > first.token);
    bed.write(|desk| desk.release_lease("sync", "a")).await;
    assert_eq!(take("a", 17).await, None, "only the holder can release");
    bed.write(|desk| desk.release_lease("sync", "b")).await;
    assert!(take("a", 18).await.unwrap().token > second.token);
}

#[tokio::test]
async fn links_suppressions_cells_and_memory_read_back() {
    let bed = bed();
    let target = Target::Client(leadloom::domain::CompanyId(bed.ids.next()));
    let link = Link {
        halo_id: 112,
        parent: None,
        base: [(Field::CompanyName, Value::Text("Corp".into()))].into_iter().collect(),
        ours: [Field::CompanyName].into(),
        position: Some(Position::new(Lifecycle::Lead, "new_lead")),
        inactive: false,
        shelved: false,
        last_update: Some(T0),
    };
    let kept = link.clone();
    bed.write(move |desk| desk.set_link(&target, &kept)).await;
    assert_eq!(bed.read(move |view| view.link(&target)).await, Some(link));
    assert_eq!(bed.read(|view| view.linked("client", 112)).await, Some(target));
    assert_eq!(bed.read(|view| view.linked("user", 112)).await, None);

    let key = SuppressionKey::parse("email", "ann@corp.example").unwrap();
    let entry = Suppression { id: SuppressionId(bed.ids.next()), key: key.clone(), reason: "asked".into(), at: T0, by: "kim".into() };
    assert!(
        bed.write({
            let entry = entry.clone();
            move |desk| desk.suppress(&entry, None)
        })
        .await
    );
    assert!(
        !bed.write({
            let entry = entry.clone();
            move |desk| desk.suppress(&entry, None)
        })
        .await,
        "already there"
    );
    assert_eq!(bed.read(move |view| view.suppressed(&[key])).await, Some(entry));

    bed.write(|desk| desk.set_cell("budget:apollo", Some("5"), T0)).await;
    assert_eq!(bed.read(|view| view.cells("budget:")).await, [("budget:apollo".to_owned(), "5".to_owned())]);
    bed.write(|desk| desk.remember(&"kim".into(), "review.filter", "dup")).await;
    assert_eq!(bed.read(|view| view.remembered(&"kim".into(), "review.filter")).await.as_deref(), Some("dup"));
    assert_eq!(bed.read(|view| view.remembered(&"lee".into(), "review.filter")).await, None);
}

#[tokio::test]
async fn two_processes_share_one_file_and_notice_each_other() {
    let bed = bed();
    let other = Store::open(bed.store.path()).unwrap();
    let before = other.data_version().await.unwrap();
    let id = bed.contact("Ann Stone").await;
    assert_ne!(other.data_version().await.unwrap(), before);
    assert!(other.read(move |view| view.contact(id)).await.unwrap().is_some());
    let (written, before) = (other.written(), other.data_version().await.unwrap());
    let face = face("Bob Reed", "");
    let bob = ContactId(bed.ids.next());
    other.write(move |desk| desk.add_contact(bob, &face, T0)).await.unwrap();
    assert!(written.has_changed().unwrap());
    assert_eq!(other.data_version().await.unwrap(), before, "its own writes are no news");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_stays_as_it_was_while_others_write() {
    let bed = bed();
    bed.contact("Ann Stone").await;
    let store = bed.store.clone();
    let ids = bed.ids.clone();
    let runtime = tokio::runtime::Handle::current();
    let (first, second) = bed
        .read(move |view| {
            let first = view.contact_count()?;
            let id = ContactId::next(&*ids);
            let face = face("Bob Reed", "");
            runtime.block_on(store.write(move |desk| desk.add_contact(id, &face, T0)))?;
            Ok((first, view.contact_count()?))
        })
        .await;
    assert_eq!((first, second), (1, 1));
    assert_eq!(bed.read(|view| view.contact_count()).await, 2);
}
