//! The console over the real services, on a house with simulators: the main job by keys alone.

use crate::house::{AT_ONCE, House};
use leadloom::{
    domain::{ReviewKind, RunState, Source},
    services::ReviewFilter,
    tui::{
        event::Event,
        shared::Tone,
        testing::{Console, Setup},
    },
};
use std::sync::Arc;

async fn console(house: &House) -> Console {
    let mut console = Console::new(Arc::new(house.me.clone()), Setup::default());
    console.idle().await;
    console
}

/// Waits for the source's latest run by the services' own word.
async fn imported(house: &House, source: Source) {
    let run = house.me.runs(Some(source), None, 1).await.unwrap().remove(0);
    let run = house.me.wait_for(run.run.id).await.unwrap();
    assert_eq!(run.run.state, RunState::Done, "{:?}", run.run.error);
}

fn problem(console: &Console) -> Option<String> {
    console.state().shared.toast.as_ref().filter(|toast| toast.tone == Tone::Bad).map(|toast| toast.words.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_job_by_keys_alone() {
    let house = House::with(300, AT_ONCE).await;
    house.me.setup(false).await.unwrap();
    let mut console = console(&house).await;
    assert!(console.screen().contains("Nothing has been imported yet."), "{}", console.screen());

    console.press("7 i").await;
    assert!(console.screen().contains("pulled"), "{}", console.screen());
    console.press("ctrl-p").await;
    console.text("import apollo").press("enter").await;
    assert!(problem(&console).is_none(), "{:?}", problem(&console));
    imported(&house, Source::Apollo).await;
    console.press("r").await;
    assert!(console.screen().contains("done"), "{}", console.screen());

    console.press("2").await;
    let open = house.me.review_count(&ReviewFilter::default()).await.unwrap();
    assert!(open > 2, "the queue has work");
    let mut decided = 0;
    for key in ["a", "a", "d", "s", "c"] {
        console.press(key).await;
        // Another question by now: it is asked anew and stays.
        decided += u64::from(problem(&console).is_none());
        console.press("r").await;
    }
    let left = house.me.review_count(&ReviewFilter::default()).await.unwrap();
    assert_eq!(left, open - decided, "{}", console.screen());
    for _ in 0..decided {
        console.press("u").await;
        assert!(problem(&console).is_none(), "{:?}", problem(&console));
    }
    assert_eq!(house.me.review_count(&ReviewFilter::default()).await.unwrap(), open, "every decision came back");
    console.press("ctrl-r").await;
    assert!(problem(&console).is_none(), "{:?}", problem(&console));

    let duplicates = ReviewFilter { kind: Some(ReviewKind::Duplicate), ..ReviewFilter::default() };
    if house.me.review_count(&duplicates).await.unwrap() > 0 {
        console.press("1 2 h h h l").await;
        console.press("enter").await;
        let screen = console.screen();
        assert!(screen.contains("[Merge]") && screen.contains("Result"), "{screen}");
        let before = house.me.review_count(&duplicates).await.unwrap();
        console.press("j l h L H z enter").await;
        assert!(problem(&console).is_none(), "{:?}", problem(&console));
        assert_eq!(house.me.review_count(&duplicates).await.unwrap(), before - 1);
    }

    console.press("7 i").await;
    assert!(console.screen().contains("pushed"), "{}", console.screen());
    console.press("3 L").await;
    console.press("esc 6 esc enter").await;
    assert!(console.screen().contains("[Record]") && console.screen().contains("History"), "{}", console.screen());
    console.press("tab enter").await;
    assert!(console.screen().contains("as it came"), "{}", console.screen());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_shows_real_data_at_every_size() {
    let house = House::with(120, AT_ONCE).await;
    house.import(Source::Apollo, 60, &[]).await;
    let mut console = console(&house).await;
    for keys in ["1", "2", "2 enter", "3", "4", "4 enter enter", "5", "6 esc", "6 esc enter", "7", "2 ?", "2 ctrl-p"] {
        console.press("esc esc esc").await;
        console.press(keys).await;
        assert!(problem(&console).is_none_or(|words| words.contains("nobody to compare")), "{keys}: {:?}", problem(&console));
        for size in [(60, 15), (80, 24), (100, 30), (160, 48), (250, 60)] {
            console.event(Event::Resize(size.0, size.1));
            console.cells();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_screens_memory_outlives_the_console() {
    let house = House::with(60, AT_ONCE).await;
    house.import(Source::Apollo, 30, &[]).await;
    let mut first = console(&house).await;
    first.press("2 /").await;
    first.text("zzz").press("enter").await;
    first.press("ctrl-c").await;
    let memory = first.memory.clone().unwrap();
    house.me.remember(leadloom::tui::session::MEMORY, &memory).await.unwrap();
    let recalled = house.me.recall(leadloom::tui::session::MEMORY).await.unwrap().unwrap();
    let mut second = Console::new(Arc::new(house.me.clone()), Setup { memory: recalled, ..Setup::default() });
    second.idle().await;
    assert!(second.screen().contains("/zzz"), "{}", second.screen());
}
