//! Writes that wait for others: what they wait for is never forgotten, and a sync ends although it cannot come.

use super::{
    audits::{Bench, HEADER, row},
    house::{AT_ONCE, House},
};
use leadloom::{
    domain::{Source, Target},
    services::Session,
};
use std::{path::Path, time::Duration};

fn database(home: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(home.join("data/database.db")).unwrap()
}

async fn through(me: &Session) -> (u64, u64) {
    let synced = tokio::time::timeout(Duration::from_secs(60), me.sync_through(false, true, Duration::from_secs(30)));
    let report = synced.await.expect("a sync ends").unwrap();
    (report.pending, report.dead)
}

/// Everybody on the board who works somewhere has a user, and everybody on the board a ticket.
fn everybody_is_there(house: &House) {
    let missing = "SELECT count(*) FROM leads l JOIN contacts c ON c.id = l.contact WHERE l.folded = 0 AND c.company_id IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM links u WHERE u.entity = 'user' AND u.entity_id = c.id)
         OR NOT EXISTS (SELECT 1 FROM links t WHERE t.entity = 'ticket' AND t.entity_id = l.id)";
    assert_eq!(database(house.home.path()).query_row(missing, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

async fn house() -> House {
    let house = House::with(200, AT_ONCE).await;
    house.me.setup(false).await.unwrap();
    house.import(Source::Apollo, 60, &[]).await;
    house
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_wait_for_is_wanted_again_when_it_was_lost() {
    let house = house().await;
    let lost = database(house.home.path()).execute("DELETE FROM outbox WHERE entity IN ('client', 'site')", []).unwrap();
    assert!(lost > 0);
    assert_eq!(through(&house.me).await, (0, 0));
    everybody_is_there(&house);
    // A client is there, its site is not on its way: the same.
    let db = database(house.home.path());
    let user = "SELECT l.entity_id FROM links l JOIN contacts c ON c.id = l.entity_id WHERE l.entity = 'user' AND c.company_id IS NOT NULL LIMIT 1";
    let contact: Vec<u8> = db.query_row(user, [], |row| row.get(0)).unwrap();
    db.execute("DELETE FROM links WHERE entity = 'site' AND entity_id = (SELECT company_id FROM contacts WHERE id = ?1)", [&contact])
        .unwrap();
    assert_eq!(through(&house.me).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_ends_although_people_wait_for_a_client_that_was_refused() {
    let house = house().await;
    let db = database(house.home.path());
    let refused: Vec<u8> =
        db.query_row("SELECT entity_id FROM outbox WHERE entity = 'client' ORDER BY id LIMIT 1", [], |row| row.get(0)).unwrap();
    let dead = "UPDATE outbox SET state = 'dead', attempts = 1, last_error = 'refused' WHERE entity = 'client' AND entity_id = ?1";
    db.execute(dead, [&refused]).unwrap();
    let (pending, dead) = through(&house.me).await;
    assert!(pending > 0 && dead == 1, "{pending} {dead}");
    for waiting in house.me.operations(false, 500).await.unwrap() {
        let error = waiting.operation.last_error.unwrap_or_default();
        assert!(error.starts_with("waits for "), "{error}");
    }
    // Sent again, it takes everything along that waited for it, at once.
    let letter = house.me.operations(true, 5).await.unwrap().remove(0).operation;
    assert!(matches!(letter.target, Target::Client(_)));
    house.me.retry(letter.id).await.unwrap();
    assert_eq!(through(&house.me).await, (0, 0));
    everybody_is_there(&house);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_company_of_the_same_name_is_wanted_too() {
    let bench = Bench::with("[matching]\naudit_one_in = 0\n", &format!("{HEADER}{}", row(1, "a", "CTO"))).await;
    let db = database(bench.home.path());
    let fingerprint = || db.query_row("SELECT fingerprint FROM contacts", [], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let before = fingerprint();
    // As if the employer had been another company until now, one of the same name: nothing of it shows.
    db.execute("UPDATE contacts SET company_id = NULL", []).unwrap();
    db.execute("DELETE FROM outbox", []).unwrap();
    bench.import(&format!("{HEADER}{}", row(1, "b", "CTO"))).await;
    assert_eq!((bench.contacts().await, fingerprint()), (1, before));
    let wanted: Vec<String> = {
        let mut statement = db.prepare("SELECT entity FROM outbox ORDER BY rank").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(wanted, ["client", "site", "user", "ticket"]);
}
