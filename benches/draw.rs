//! What one frame costs: each screen and overlay painted from nothing, which is the dearest frame there is, over a world
//! of two thousand questions. Prints a JSON line for each screen and size: the median of drawing, comparing and encoding
//! in microseconds, and the bytes it writes. The limit at 160x48 is 1 ms, the goal 0.3 ms; a frame over the limit fails.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench that cannot set up has nothing to say")]

use leadloom::tui::{
    chrome,
    terminal::{Discipline, Tty},
    testing::{Console, Setup},
};
use ratatui::layout::Size;
use std::time::Instant;

#[path = "../tests/it/tui/world.rs"]
#[allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_imports,
    missing_docs,
    reason = "shared with the tests, which use more of it"
)]
mod world;

/// A screen and the keys that lead to it.
const SCREENS: &[(&str, &str)] = &[
    ("home", "1"),
    ("review", "2"),
    ("review_marked", "2 ctrl-a"),
    ("merge", "2 enter"),
    ("pipeline", "3"),
    ("move_form", "3 L L"),
    ("imports", "4"),
    ("run_rows", "4 enter enter"),
    ("file_picker", "4 f"),
    ("import_plan", "4 f a p o enter"),
    ("logs", "5"),
    ("search", "6 esc"),
    ("sync", "7"),
    ("record", "6 esc enter"),
    ("raw_row", "6 esc enter tab enter"),
    ("help", "2 ?"),
    ("palette", "2 ctrl-p"),
];
const QUESTIONS: usize = 2_000;
const LOG_LINES: u64 = 2_000;
const ROUNDS: usize = 501;
/// Of a frame at 160x48.
const LIMIT_MICROS: u128 = 1_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // `cargo test` runs benches as well, to see that they run.
    let rounds = if std::env::args().any(|arg| arg == "--bench") { ROUNDS } else { 3 };
    let mut late = Vec::new();
    for size in [(160, 48), (80, 24)] {
        for (screen, keys) in SCREENS {
            let mut console = Console::new(world::World::with(QUESTIONS), Setup { size, ..Setup::default() });
            console.idle().await;
            console.event(world::logged(LOG_LINES));
            console.press(keys).await;
            let (micros, bytes) = frame(&console, size, rounds);
            println!(
                "{}",
                serde_json::json!({"screen": screen, "size": format!("{}x{}", size.0, size.1), "micros_median": micros, "bytes": bytes})
            );
            if rounds == ROUNDS && size.0 == 160 && micros > LIMIT_MICROS {
                late.push(*screen);
            }
        }
    }
    assert!(late.is_empty(), "over {LIMIT_MICROS} microseconds at 160x48: {late:?}");
}

/// Median time and bytes of a frame painted from nothing.
fn frame(console: &Console, size: (u16, u16), rounds: usize) -> (u128, u64) {
    let mut tty = Tty::over(Vec::new(), Size { width: size.0, height: size.1 }, Discipline::None).unwrap();
    tty.take().unwrap();
    let mut bytes = 0;
    let mut times: Vec<_> = (0..rounds)
        .map(|_| {
            tty.redraw().unwrap();
            tty.out().clear();
            let written = tty.bytes();
            let started = Instant::now();
            tty.draw(|frame| chrome::draw(console.state(), frame)).unwrap();
            let took = started.elapsed();
            bytes = tty.bytes() - written;
            took
        })
        .collect();
    times.sort_unstable();
    (times[rounds / 2].as_micros(), bytes)
}
