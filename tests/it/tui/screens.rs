//! Every screen as text at 80x24 and at 160x48, and some of them plain.

use super::{World, console, world};
use leadloom::tui::testing::Setup;

async fn shots(name: &str, keys: &str) {
    let world = World::new();
    for (suffix, size, boxes) in [("80x24", (80, 24), true), ("160x48", (160, 48), true), ("plain", (80, 24), false)] {
        let mut console = console(&world, Setup { size, boxes, ..Setup::default() }).await;
        console.event(world::logged(200));
        console.press(keys).await;
        let screen = console.screen();
        for (nth, line) in screen.lines().enumerate() {
            assert!(leadloom::tui::widgets::text::width(line) <= usize::from(size.0), "line {nth} is too long: {line}");
        }
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
            insta::assert_snapshot!(format!("{name}-{suffix}"), screen);
        });
    }
}

macro_rules! screens {
    ($($name:ident $keys:literal),* $(,)?) => {$(
        #[tokio::test]
        async fn $name() {
            shots(stringify!($name), $keys).await;
        }
    )*};
}

screens! {
    home "1",
    review "2",
    review_low_quality "2 l l",
    review_marked "2 space space v j",
    merge "2 enter",
    pipeline "3",
    imports "4",
    logs "5 k",
    search "6 o k esc",
    sync "7 l",
    record "6 esc enter",
    help "2 ?",
    help_search "2 ? f i l e",
    palette "2 ctrl-p i m p a p",
    file_picker "4 f",
    import_plan "4 f a p o enter",
    fill_gaps "6 esc space space E",
    search_marked "6 esc space space",
    run_rows "4 enter enter",
    move_form "3 L L",
    raw_row "6 esc enter tab enter",
}

#[tokio::test]
async fn empty_screens_say_what_to_do() {
    let world = World::empty();
    let mut console = console(&world, Setup::default()).await;
    let mut all = String::new();
    for keys in ["1", "2", "5", "6 esc", "7"] {
        console.press(keys).await;
        all.push_str(&console.screen());
        all.push_str("=====\n");
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("empty", all);
    });
}
