//! Nothing a person can do to the console makes it panic: any window, any keys.

use super::{World, console};
use leadloom::tui::{event::Event, keys::Chord, testing::Setup, theme::Depth};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

const EVERYWHERE: [&str; 13] = ["1", "2", "2 enter", "3", "4", "5", "6 esc", "6 esc enter", "7", "2 ?", "2 ctrl-p", "4 f", "2 S"];

#[tokio::test]
async fn every_window_can_be_drawn() {
    let world = World::new();
    for keys in EVERYWHERE {
        let mut console = console(&world, Setup::default()).await;
        console.press(keys).await;
        for width in (1..=200).step_by(17).chain([59, 60, 80, 99, 100, 149, 150, 200]) {
            for height in (1..=60).step_by(6).chain([14, 15, 24]) {
                console.event(Event::Resize(width, height));
                console.cells();
            }
        }
    }
}

#[tokio::test]
async fn a_small_window_says_what_to_do() {
    let world = World::new();
    let mut console = console(&world, Setup { size: (30, 8), ..Setup::default() }).await;
    let screen = console.screen();
    let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words, "This window is 30x8. Leadloom needs 60x15: make it larger, or press q to leave.");
    console.press("2 a d enter y").await;
    assert!(world.told().is_empty(), "nobody decides what they cannot see");
    console.event(Event::Resize(80, 24));
    assert!(console.screen().contains("[1 Home]"), "{}", console.screen());
    console.press("2 /").await;
    console.event(Event::Resize(30, 8));
    console.keys("q");
    assert!(console.left, "also out of a filter being typed");
}

/// Keys that do something somewhere, and some that do nothing.
const KEYS: &[&str] = &[
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "j",
    "k",
    "h",
    "l",
    "g",
    "G",
    "H",
    "L",
    "a",
    "c",
    "d",
    "s",
    "e",
    "u",
    "b",
    "z",
    "v",
    "space",
    "*",
    "enter",
    "enter",
    "esc",
    "esc",
    "tab",
    "shift-tab",
    "/",
    "?",
    "ctrl-p",
    "ctrl-d",
    "ctrl-u",
    "pagedown",
    "pageup",
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
    "f",
    "i",
    "p",
    "x",
    "t",
    "w",
    "n",
    "N",
    "S",
    "r",
    "y",
    "o",
    ".",
    "m",
    "ctrl-r",
    "ctrl-a",
    "backspace",
    "delete",
    ":",
    "ü",
    "日",
    "ctrl-w",
    "ctrl-s",
    "ctrl-l",
    "alt-b",
    "f5",
    "q",
];

#[test]
fn no_keys_make_it_panic_or_lose_a_question() {
    let steps = 100_000;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let world = World::with(60);
        let mut console = console(&world, Setup::default()).await;
        let mut runner = TestRunner::deterministic();
        let keys = prop::sample::select(KEYS);
        for step in 0..steps {
            let key = keys.new_tree(&mut runner).unwrap().current();
            console.event(Event::Key(key.parse::<Chord>().unwrap()));
            if step % 7 == 0 {
                console.idle().await;
            }
            if step % 50 == 0 {
                console.cells();
                console.pass(std::time::Duration::from_secs(1));
            }
            if step % 5_000 == 0 {
                let size = [(80, 24), (160, 48), (60, 15), (120, 30)][step / 5_000 % 4];
                console.event(Event::Resize(size.0, size.1));
                // Every question is open, or a decision that can be taken back holds it.
                let mut state = world.state.lock().unwrap();
                let rows = state.undo.first().cloned().unwrap_or_else(|| state.rows.clone());
                assert_eq!(rows.len(), 60);
                state.rows = rows;
                state.undo.clear();
                state.told.clear();
                state.moved.clear();
            }
        }
    });
}

#[tokio::test]
async fn without_colours_nothing_is_coloured_and_the_cursor_is_still_seen() {
    let world = World::new();
    let mut console = console(&world, Setup { depth: Depth::Mono, ..Setup::default() }).await;
    for keys in EVERYWHERE {
        console.keys("esc esc esc").press(keys).await;
        let cells = console.cells();
        for cell in &cells.content {
            let none = ratatui::style::Color::Reset;
            assert_eq!((cell.fg, cell.bg), (none, none), "{keys}");
        }
    }
    console.press("esc esc esc 2").await;
    assert!(console.screen().lines().any(|line| line.contains('>')), "the chosen row has its sign");
}
