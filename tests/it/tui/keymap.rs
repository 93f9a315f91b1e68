//! Keymap files are patches over the built-in keys, and their mistakes are named.

use super::{World, console};
use leadloom::tui::{
    action::{Action, Context},
    keys::{Keymap, keymap_file},
    testing::Setup,
};

/// Set to write the generated file instead of comparing it.
const BLESS: &str = "LEADLOOM_BLESS";

#[test]
fn the_shipped_keymap_is_the_action_table() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/keymap.toml");
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&path, keymap_file()).unwrap();
    }
    let shipped = std::fs::read_to_string(path).unwrap();
    assert!(shipped == keymap_file(), "config/keymap.toml is stale: run this test once with {BLESS}=1");
    let lines: Vec<_> = shipped.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| line.contains(" = [")).collect();
    let without_marks = lines.join("\n");
    let patched = Keymap::patched(&without_marks).unwrap();
    for action in Action::ALL {
        assert_eq!(patched.keys(*action), Keymap::built_in().keys(*action), "{action:?}");
    }
}

#[test]
fn mistakes_are_named() {
    let error = |file: &str| Keymap::patched(file).unwrap_err().to_string();
    assert!(error("acept = [\"x\"]").contains("did you mean accept?"));
    assert!(error("accept = [\"hyper-x\"]").contains("hyper-x"));
    let clash = error("accept = [\"d\"]");
    assert!(clash.contains("accept") && clash.contains("drop") && clash.contains("Review"), "{clash}");
    assert!(error("accept = 3").contains("line 1"));
    assert!(Keymap::patched("accept = []").unwrap().key(Action::Accept).is_empty());
}

#[tokio::test]
async fn sequences_wait_for_their_end_and_broken_ones_are_dropped() {
    let world = World::with(40);
    let setup = Setup { keymap: Some("last = [\"g e\"]\nfirst = [\"g g\"]".into()), ..Setup::default() };
    let mut console = console(&world, setup).await;
    console.press("2").await;
    console.keys("g");
    assert!(console.screen().lines().last().unwrap().starts_with(" g"), "{}", console.screen());
    console.press("e").await;
    assert!(console.screen().contains("40 of 40"), "{}", console.screen());
    console.press("g k").await;
    assert!(console.screen().contains("39 of 40"), "the second key stands for itself");
    assert_eq!(Keymap::built_in().meaning(Context::Review, &[]), leadloom::tui::keys::Meaning::Nothing);
}
