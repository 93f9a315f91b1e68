//! Open questions that what came in since has answered are not asked any more, unless a person has a hand in them.

use crate::audits::{Bench, HEADER, row, weak_row};
use leadloom::{domain::ReviewKind, services::MergeChoice};
use std::time::Duration;

/// Asks about no merge afterwards.
const NONE: &str = "[matching]\naudit_one_in = 0\n";

fn file(rows: impl IntoIterator<Item = String>) -> String {
    rows.into_iter().fold(HEADER.to_owned(), |file, row| file + &row)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_weak_record_is_not_asked_about_once_its_person_has_come_in() {
    let bench = Bench::with(NONE, &file((0..9).map(|nth| weak_row(nth, "w")))).await;
    assert_eq!((bench.queue().await.len(), bench.contacts().await), (9, 0));
    // The middle three, from somebody who knows more.
    bench.import(&file((3..6).map(|nth| row(nth, "a", "Head of IT")))).await;
    assert_eq!((bench.queue().await.len(), bench.contacts().await), (6, 3));
    for contact in bench.me.search("", None, 10).await.unwrap() {
        assert_eq!(contact.sources, 2, "nothing of the weak record is lost");
        let told = bench.me.record(contact.id).await.unwrap();
        assert!(told.history.iter().any(|made| made.actor.as_str() == "matching"), "{:?}", told.history);
    }
    bench.import(&file((3..6).map(|nth| row(nth, "a", "Head of IT")))).await;
    assert_eq!((bench.queue().await.len(), bench.contacts().await), (6, 3), "once more changes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answer_serves_every_weak_record_of_the_person() {
    let bench = Bench::with(NONE, &file(["w", "x", "y"].map(|id| weak_row(1, id)))).await;
    let keeper = bench.me.keep();
    let queue = bench.queue().await;
    assert_eq!(queue.len(), 3);
    bench.me.accept(queue[0].id, &MergeChoice::default()).await.unwrap();
    for _ in 0..400 {
        if bench.queue().await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    keeper.stop().await;
    assert_eq!((bench.queue().await.len(), bench.contacts().await), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_has_a_hand_in_is_left_alone() {
    let bench = Bench::with(NONE, &file((0..3).map(|nth| weak_row(nth, "w")))).await;
    let queue = bench.queue().await;
    let of = |nth: usize| queue.iter().find(|row| row.email.ends_with(&format!("@corp{nth}.example"))).unwrap().id;
    // Number 0 was taken in and put back, number 1 is on somebody's screen.
    let done = bench.me.accept(of(0), &MergeChoice::default()).await.unwrap();
    bench.me.undo_decision(done.decision).await.unwrap();
    bench.me.claim(of(1)).await.unwrap();
    bench.import(&file((0..3).map(|nth| row(nth, "a", "Head of IT")))).await;
    let mut left: Vec<_> = bench.queue().await.iter().map(|row| row.id).collect();
    let mut wanted = vec![of(0), of(1)];
    left.sort();
    wanted.sort();
    assert_eq!(left, wanted);
    // Let go of, it is answered by itself with what comes in next.
    bench.me.release_claims().await.unwrap();
    bench.import(&file([row(7, "a", "CTO")])).await;
    assert_eq!(bench.queue().await.iter().map(|row| row.id).collect::<Vec<_>>(), [of(0)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_asking_can_be_taken_back_and_is_then_asked() {
    let bench = Bench::with(NONE, &file([weak_row(4, "w")])).await;
    let asked = bench.queue().await[0].id;
    bench.import(&file([row(4, "a", "Head of IT")])).await;
    assert!(bench.queue().await.is_empty());
    let contact = bench.me.search("", None, 10).await.unwrap()[0].id;
    let history = bench.me.record(contact).await.unwrap().history;
    let join = history.iter().find(|made| made.actor.as_str() == "matching" && made.words.contains("merged")).unwrap();
    bench.me.undo_decision(join.decision).await.unwrap();
    bench.import(&file([row(8, "a", "CTO")])).await;
    assert_eq!(bench.queue().await.iter().map(|row| row.id).collect::<Vec<_>>(), [asked], "it is not joined again behind one's back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_about_somebody_else_by_now_is_asked_anew() {
    // Another address: perhaps the same as whoever has the name at that firm.
    let bare = |id: &str| "Mirabel,Okonjo-Whitfield,,Corp 77,mirabel@elsewhere.example,Unverified,,,,,".to_owned() + id + "\n";
    let bench = Bench::with(NONE, &file([bare("w1")])).await;
    assert_eq!(bench.queue().await[0].kind, ReviewKind::LowQuality);
    let full =
        "Mirabel,Okonjo-Whitfield,CFO,Corp 77,m.okonjo@corp77.example,Verified,+44 7911 000077,London,United Kingdom,corp77.example,a1\n";
    bench.import(&file([full.to_owned()])).await;
    let queue = bench.queue().await;
    assert!(queue.iter().all(|row| row.kind == ReviewKind::Duplicate), "{queue:?}");
}
