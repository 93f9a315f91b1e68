//! The main job through the one door: from a provider and a file, through matching and a person's decisions, into
//! HaloPSA, and back.

use super::house::{AT_ONCE, House};
use leadloom::{
    domain::Source,
    services::{Kind, MergeChoice, ReviewFilter},
    sim::{export, halo::Table},
};
use std::{collections::HashMap, time::Duration};

fn doubles(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut counts: HashMap<String, u32> = HashMap::new();
    for value in values.filter(|value| !value.is_empty()) {
        *counts.entry(value.to_lowercase()).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(value, _)| value).collect()
}

fn texts(house: &House, table: Table, key: &str) -> Vec<String> {
    house.sim.halo().all(table).iter().filter_map(|record| Some(record.get(key)?.as_str()?.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accepted_people_reach_halopsa_exactly_once() {
    let house = House::with(400, AT_ONCE).await;
    let setup = house.me.setup(false).await.unwrap();
    assert!(setup.missing.is_empty(), "{:?}", setup.missing);
    let again = house.me.setup(false).await.unwrap();
    assert!(again.created.is_empty(), "{:?}", again.created);

    let before = (texts(&house, Table::Users, "emailaddress"), texts(&house, Table::Client, "name"));
    let run = house.import(Source::Apollo, 200, &[]).await;
    assert_eq!(run.run.counters.read, 200);
    let path = house.home.path().join("apollo.csv");
    export::write(house.sim.world(), Source::Apollo, std::fs::File::create(&path).unwrap()).unwrap();
    let file = house.import_file(&path).await;
    eprintln!("apollo {:?}\nfile {:?}", run.run.counters, file.run.counters);
    let queue = house.me.review_page(&ReviewFilter::default(), None, 500).await.unwrap();
    assert!(!queue.is_empty());
    for item in &queue {
        let as_suggested = MergeChoice::default();
        let accept = || house.me.accept(item.id, &as_suggested);
        match accept().await {
            // Somebody like this was accepted a moment ago: it is asked anew, as a duplicate, and accepted as that.
            Err(error) if error.kind() == Kind::Changed => accept().await.unwrap(),
            accepted => accepted.unwrap(),
        };
    }
    let report = house.me.sync_through(true, true, Duration::from_secs(5)).await.unwrap();
    eprintln!("{report:?}");
    assert_eq!((report.pending, report.dead), (0, 0), "{:?}", house.me.operations(true, 5).await.unwrap());
    assert!(report.pushed > 0);

    let known = |list: &[String], value: &str| list.iter().any(|known| known.eq_ignore_ascii_case(value));
    let twice = doubles(texts(&house, Table::Users, "emailaddress").into_iter());
    assert!(twice.iter().all(|email| doubles(before.0.iter().cloned()).contains(email)), "two users with one address: {twice:?}");
    let twice = doubles(texts(&house, Table::Client, "name").into_iter());
    assert!(twice.is_empty(), "two clients with one name: {twice:?}");
    assert!(texts(&house, Table::Client, "name").iter().filter(|name| !known(&before.1, name)).count() > 0);
    let lead = house.sim.halo().ticket_type("Lead").unwrap();
    let tickets: Vec<_> = house.sim.halo().all(Table::Tickets).into_iter().filter(|ticket| ticket["tickettype_id"] == lead).collect();
    assert!(!tickets.is_empty());

    let again = house.import(Source::Apollo, 200, &[]).await;
    assert_eq!((again.run.counters.created, again.run.counters.read), (0, 200));
    let file = house.import_file(&path).await;
    assert_eq!(file.run.counters.created, 0, "{:?}", file.run.counters);
    let report = house.me.sync_through(true, true, Duration::from_secs(5)).await.unwrap();
    assert_eq!((report.pulled, report.pushed), (0, 0), "nothing changed, so nothing moves");
}
