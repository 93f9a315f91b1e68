//! How long one frame takes on each screen at 160x48. The limit is 1 ms; the goal 0.3 ms.

use divan::Bencher;
use leadloom::tui::testing::{Console, Setup};

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

fn main() {
    divan::main();
}

/// A screen and the keys that lead to it.
const SCREENS: &[(&str, &str)] = &[
    ("home", "1"),
    ("review", "2"),
    ("merge", "2 enter"),
    ("pipeline", "3"),
    ("imports", "4"),
    ("logs", "5"),
    ("search", "6 esc"),
    ("sync", "7"),
    ("record", "6 esc enter"),
    ("help", "2 ?"),
    ("palette", "2 ctrl-p"),
];

#[divan::bench(args = SCREENS.iter().map(|(name, _)| *name))]
fn frame(bencher: Bencher<'_, '_>, name: &str) {
    let keys = SCREENS.iter().find(|(known, _)| *known == name).map_or("", |(_, keys)| *keys);
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let mut console = runtime.block_on(async {
        let mut console = Console::new(world::World::with(2_000), Setup { size: (160, 48), ..Setup::default() });
        console.idle().await;
        console.press(keys).await;
        console
    });
    bencher.bench_local(|| {
        console.cells();
    });
}
