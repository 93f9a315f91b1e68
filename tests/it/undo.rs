//! Taking back: any chain of decisions, undone in reverse, brings every earlier state back as it was; also in HaloPSA.

use super::house::{AT_ONCE, House};
use leadloom::{
    ambient::{RandomIds, SystemClock},
    config::{Environment, Overrides, load},
    domain::{Choice, ContactId, DecisionId, Field, LeadId, Lifecycle, Position, Source},
    services::{BoardFilter, ImportFrom, ImportRequest, MergeChoice, Moved, Opening, ReviewFilter, Services, Session},
    sim::halo::Table,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

/// People who look alike in several ways, so that the queue has duplicates and weak records.
const PEOPLE: &str = "\
First Name,Last Name,Title,Company,Email,Email Status,Mobile Phone,City,Country,Website,Apollo Contact Id
Ann,Stone,Head of IT,Corp Twelve,ann.stone@corp12.example,Verified,+44 7911 123456,London,United Kingdom,corp12.example,a1
Anne,Stone,IT Lead,Corp Twelve,astone@corp12.example,Verified,,London,United Kingdom,corp12.example,a2
Bob,Reed,Chief Technology Officer,Northgate,bob.reed@northgate.example,Verified,+44 7911 123457,Leeds,United Kingdom,northgate.example,a3
Robert,Reed,CTO,Northgate AS,robert.reed@northgate.example,Verified,+44 7911 123458,Leeds,United Kingdom,northgate.example,a4
Eve,Tanaka,Buyer,Corp Eighty,eve@corp80.example,Unverified,,Bath,United Kingdom,corp80.example,a5
Gus,Miller,,Corp Seven,gus@corp7.example,Unverified,,,,corp7.example,a6
Hana,Novak,Finance Director,Corp Nine,hana.novak@corp9.example,Verified,+44 7911 123459,York,United Kingdom,corp9.example,a7
Hana,Novak,Director of Finance,Corp Nine Ltd,hnovak@corp9.example,Verified,+44 7911 123450,York,United Kingdom,corp9.example,a8
";

struct Bench {
    home: tempfile::TempDir,
    me: Session,
}

async fn bench() -> Bench {
    let home = tempfile::tempdir().unwrap();
    let overrides = Overrides { home: Some(home.path().to_owned()), ..Overrides::default() };
    let loaded = load(&Environment::of(home.path(), []), &overrides).unwrap();
    let services = Services::open(Opening { loaded, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) }).unwrap();
    let me = services.session("kim");
    let path = home.path().join("people.csv");
    std::fs::write(&path, PEOPLE).unwrap();
    let id = me.start_import(&ImportRequest { from: ImportFrom::File { path, source: None, mapping: None }, limit: None }).await.unwrap();
    me.wait_for(id).await.unwrap();
    Bench { home, me }
}

/// Everything that decisions change, without what only rises (versions, times) and without history.
async fn state(bench: &Bench) -> Value {
    let db = rusqlite::Connection::open(bench.home.path().join("data/database.db")).unwrap();
    let mut tables = serde_json::Map::new();
    for (name, sql) in [
        (
            "contacts",
            "SELECT hex(id), name, title, company, email, phone, quality, sources, gone, hex(folded_into), hex(fingerprint) FROM contacts ORDER BY id",
        ),
        ("members", "SELECT hex(record), hex(entity) FROM members WHERE current = 1 AND entity IS NOT NULL ORDER BY record"),
        ("choices", "SELECT hex(contact), field, value FROM overrides WHERE active = 1 ORDER BY contact, field, decision"),
        ("leads", "SELECT hex(id), hex(contact), lifecycle, stage, folded FROM leads ORDER BY id"),
        ("reviews", "SELECT hex(id), state FROM reviews ORDER BY id"),
        ("suppressions", "SELECT kind, value FROM suppressions ORDER BY kind, value"),
    ] {
        let mut statement = db.prepare(sql).unwrap();
        let columns = statement.column_count();
        let cell = |cell: rusqlite::types::Value| match cell {
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => format!("{other:?}"),
        };
        let rows = statement.query_map([], |row| Ok((0..columns).map(|at| cell(row.get(at).unwrap())).collect::<Vec<_>>()));
        tables.insert(name.into(), json!(rows.unwrap().map(Result::unwrap).collect::<Vec<_>>()));
    }
    let standing: Vec<ContactId> = bench.me.search("", None, 100).await.unwrap().iter().map(|contact| contact.id).collect();
    let mut golden = Vec::new();
    for id in standing {
        golden.push(serde_json::to_value(bench.me.record(id).await.unwrap().golden).unwrap());
    }
    tables.insert("golden".into(), golden.into());
    tables.into()
}

/// Contacts made since have ids of their own: an undone create leaves a withdrawn row behind, which shows nowhere.
fn visible(mut state: Value) -> Value {
    let gone = |row: &Value| row[8] == "1" && row[9] == "";
    let hidden: Vec<Value> = state["contacts"].as_array().unwrap().iter().filter(|row| gone(row)).map(|row| row[0].clone()).collect();
    state["contacts"].as_array_mut().unwrap().retain(|row| !gone(row));
    state["leads"].as_array_mut().unwrap().retain(|row| !hidden.contains(&row[1]));
    state
}

#[derive(Clone, Debug)]
enum Step {
    Accept(usize),
    Create(usize),
    Drop(usize),
    Defer(usize),
    Merge(usize, usize),
    Edit(usize, &'static str),
    Move(usize),
    Undo,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..8usize).prop_map(Step::Accept),
        2 => (0..8usize).prop_map(Step::Create),
        1 => (0..8usize).prop_map(Step::Drop),
        1 => (0..8usize).prop_map(Step::Defer),
        4 => (0..8usize, 0..8usize).prop_map(|(a, b)| Step::Merge(a, b)),
        2 => (0..8usize, prop::sample::select(vec!["CTO", "Head", "Owner"])).prop_map(|(a, title)| Step::Edit(a, title)),
        2 => (0..8usize).prop_map(Step::Move),
        1 => Just(Step::Undo),
    ]
}

/// Does a step where it makes sense just now; answers the decision.
async fn run(me: &Session, step: &Step) -> Option<DecisionId> {
    let queue = me.review_page(&ReviewFilter::default(), None, 50).await.unwrap();
    let item = |nth: usize| queue.get(nth % queue.len().max(1)).map(|row| row.id);
    let people = me.search("", None, 100).await.unwrap();
    let person = |nth: usize| people.get(nth % people.len().max(1));
    let done = match step {
        Step::Accept(nth) => me.accept(item(*nth)?, &MergeChoice::default()).await.ok()?,
        Step::Create(nth) => me.create_new(item(*nth)?).await.ok()?,
        Step::Drop(nth) => me.drop_record(item(*nth)?).await.ok()?,
        Step::Defer(nth) => me.defer(item(*nth)?, std::time::Duration::from_secs(3600)).await.ok()?,
        Step::Merge(a, b) => {
            let choices = [Choice { field: Field::City, value: Some("Bristol".into()) }];
            me.merge_contacts(person(*a)?.id, person(*b)?.id, &choices).await.ok()?
        }
        Step::Edit(nth, title) => {
            let person = person(*nth)?;
            let choices = [Choice { field: Field::JobTitle, value: Some((*title).into()) }];
            me.edit(person.id, person.version, &choices).await.ok()?
        }
        Step::Move(nth) => match me.forward(lead(me, *nth).await?, &[]).await.ok()? {
            Moved::Done(done) => done,
            Moved::Refused { .. } => return None,
        },
        Step::Undo => return None,
    };
    Some(done.decision)
}

async fn lead(me: &Session, nth: usize) -> Option<LeadId> {
    let board = me.board(&BoardFilter::default(), 50).await.unwrap();
    let cards: Vec<LeadId> =
        board.lanes.iter().flat_map(|lane| &lane.stages).flat_map(|stage| &stage.cards).map(|card| card.lead).collect();
    cards.get(nth % cards.len().max(1)).copied()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_chain_of_decisions_can_be_taken_back(steps in proptest::collection::vec(step(), 1..9)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = bench().await;
            let mut states = vec![state(&bench).await];
            for step in &steps {
                if matches!(step, Step::Undo) && states.len() > 1 {
                    bench.me.undo().await.unwrap();
                    states.pop();
                } else if run(&bench.me, step).await.is_some() {
                    states.push(state(&bench).await);
                }
                prop_assert_eq!(visible(state(&bench).await), visible(states.last().unwrap().clone()), "after {:?} of {:?}", step, steps);
            }
            // Back to the beginning, and forth again.
            let last = states.last().unwrap().clone();
            let depth = states.len() - 1;
            while states.len() > 1 {
                bench.me.undo().await.unwrap();
                states.pop();
                prop_assert_eq!(visible(state(&bench).await), visible(states.last().unwrap().clone()), "undoing {:?}", steps);
            }
            for _ in 0..depth {
                bench.me.redo().await.unwrap();
            }
            prop_assert_eq!(visible(state(&bench).await), visible(last), "redoing {:?}", steps);
            Ok(())
        })?;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn do_not_contact_writes_the_list_and_undo_takes_it_off() {
    let bench = bench().await;
    let before = visible(state(&bench).await);
    let lead = lead(&bench.me, 0).await.unwrap();
    for stage in ["researching", "contacted", "do_not_contact"] {
        let to = Position::new(Lifecycle::Lead, stage);
        assert!(matches!(bench.me.move_card(lead, &to, &[], None).await.unwrap(), Moved::Done(_)), "{stage}");
    }
    let there = state(&bench).await;
    assert!(!there["suppressions"].as_array().unwrap().is_empty());
    assert!(there["choices"].to_string().contains("CF_105"));
    for _ in 0..3 {
        bench.me.undo().await.unwrap();
    }
    assert_eq!(visible(state(&bench).await), before);
}

/// Nothing differs between two pictures of a table; else which records, and in what.
fn same(now: &[Value], before: &[Value]) {
    let differing = |(a, b): (&Value, &Value)| {
        let keys: Vec<_> = a
            .as_object()?
            .iter()
            .filter(|(key, value)| b[*key] != **value)
            .map(|(key, value)| (key.clone(), value.clone(), b[key].clone()))
            .collect();
        (!keys.is_empty()).then(|| (a["id"].clone(), keys))
    };
    let differences: Vec<_> = now.iter().zip(before).filter_map(differing).collect();
    assert!(
        differences.is_empty() && now.len() == before.len(),
        "{} and {} records; id, (key, now, before): {differences:#?}",
        now.len(),
        before.len()
    );
}

/// What people see in HaloPSA, without stamps; an emptied field is empty, whatever it is emptied with.
fn remote(house: &House, table: Table) -> Vec<Value> {
    let mut all = house.sim.halo().all(table);
    for record in &mut all {
        for stamp in ["last_update", "ulastupdate", "alastupdate", "slastupdate", "lastactiondate"] {
            record.as_object_mut().unwrap().remove(stamp);
        }
        record.as_object_mut().unwrap().retain(|_, value| !value.is_null() && value != "" && *value != false);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merge_that_reached_halopsa_is_taken_back_there_too() {
    let house = House::with(300, AT_ONCE).await;
    house.me.setup(false).await.unwrap();
    house.import(Source::Apollo, 60, &[]).await;
    house.me.sync_now().await.unwrap();
    let people: Vec<_> = house.me.search("", None, 200).await.unwrap();
    let mut linked = Vec::new();
    for person in people {
        let record = house.me.record(person.id).await.unwrap();
        if record.halo.user.is_some() && record.halo.ticket.is_some() {
            linked.push(record);
        }
    }
    let (a, b) = (&linked[0], &linked[1]);
    let before = (remote(&house, Table::Users), remote(&house, Table::Tickets), remote(&house, Table::Client));
    let choices = [Choice { field: Field::JobTitle, value: Some("Chief Everything".into()) }];
    house.me.merge_contacts(a.summary.id, b.summary.id, &choices).await.unwrap();
    house.me.sync_now().await.unwrap();
    let user = |id: i64| house.sim.halo().get(Table::Users, id).unwrap();
    assert_eq!(user(a.halo.user.unwrap())["inactive"], true, "the one that went is switched off");
    assert_eq!(user(b.halo.user.unwrap())["title"], "Chief Everything");
    assert_ne!(remote(&house, Table::Users), before.0);

    house.me.undo().await.unwrap();
    house.me.sync_now().await.unwrap();
    same(&remote(&house, Table::Users), &before.0);
    same(&remote(&house, Table::Tickets), &before.1);
    same(&remote(&house, Table::Client), &before.2);
    let report = house.me.sync_now().await.unwrap();
    assert_eq!((report.pulled, report.pushed), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn within_the_hold_an_undo_costs_no_call() {
    let house = House::with(200, "").await;
    house.me.setup(false).await.unwrap();
    house.import(Source::Apollo, 20, &[]).await;
    let person = house.me.search("", None, 1).await.unwrap().remove(0);
    house.sim.halo().clear_requests();
    house.me.edit(person.id, person.version, &[Choice { field: Field::JobTitle, value: Some("CTO".into()) }]).await.unwrap();
    house.me.undo().await.unwrap();
    assert_eq!(house.me.record(person.id).await.unwrap().golden.fields(), house.me.record(person.id).await.unwrap().golden.fields());
    house.me.sync(false, true).await.unwrap();
    assert_eq!(house.sim.halo().count("Users"), 0, "everything is still held back");
}
