//! The console on a real terminal: given back whatever happens, painted again after a stop. The child is this very
//! test binary, told by an environment variable to be a console.

use super::{
    terminal::Terminal,
    world::{self, World},
};
use leadloom::{
    domain::{Clock, Timestamp},
    services::Role,
    telemetry::Ring,
    tui::{Me, Options, desk},
};
use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tempfile::TempDir;

const BE_A_CONSOLE: &str = "LEADLOOM_TEST_CONSOLE";

/// Panics on the thread that draws, once asked to.
struct Fuse(AtomicBool);

impl Clock for Fuse {
    fn now(&self) -> Timestamp {
        if self.0.load(Ordering::SeqCst) {
            let name = world::person(0).name;
            panic!("{name} must not be in the crash file");
        }
        world::now()
    }
}

/// Answers like the world, but breaks where told to.
struct Brittle(Arc<World>, Arc<Fuse>);

impl desk::Desk for Brittle {
    fn ask(&self, query: desk::Query) -> desk::Pending<Result<desk::Answer, desk::Failure>> {
        if query == desk::Query::Sync {
            self.1.0.store(true, Ordering::SeqCst);
        }
        if query == desk::Query::Sources {
            return Box::pin(async { panic!("a task broke") });
        }
        self.0.ask(query)
    }
    fn tell(&self, command: desk::Command) -> desk::Pending<Result<desk::Told, desk::Failure>> {
        self.0.tell(command)
    }
    fn events(&self) -> tokio::sync::broadcast::Receiver<leadloom::services::Event> {
        self.0.events()
    }
    fn remember(&self, memory: String) -> desk::Pending<()> {
        self.0.remember(memory)
    }
    fn leave(&self) -> desk::Pending<()> {
        self.0.leave()
    }
}

/// Is the child, when told so; otherwise does nothing.
#[test]
fn the_child() {
    let Some(crashes) = std::env::var_os(BE_A_CONSOLE) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let fuse = Arc::new(Fuse(AtomicBool::new(false)));
    let options = Options {
        me: Me { name: "kim".into(), role: Role::Operator, demo: false },
        keymap: None,
        theme: None,
        plain: false,
        ascii: false,
        slow_link: false,
        memory: String::new(),
        crashes: crashes.into(),
    };
    let desk = Arc::new(Brittle(World::new(), fuse.clone()));
    let left = runtime.block_on(leadloom::tui::run(options, desk, Ring::new(100), fuse)).unwrap();
    // After a hang-up there is nowhere to write to.
    let _nobody_listens = writeln!(std::io::stdout(), "left: {left:?}");
}

/// A console over the small world in a terminal of that size, and the folder of its crash files.
fn open(size: (u16, u16)) -> (Terminal, TempDir) {
    let crashes = tempfile::tempdir().unwrap();
    let terminal = Terminal::open("tui::pty::the_child", size, crashes.path(), &[(BE_A_CONSOLE, crashes.path())]);
    (terminal, crashes)
}

/// The same at 80x24, once Home is there.
fn at_home() -> (Terminal, TempDir) {
    let (mut terminal, crashes) = open((80, 24));
    terminal.until_shown("Since you last looked");
    (terminal, crashes)
}

fn crash_file(crashes: &TempDir) -> String {
    let file = std::fs::read_dir(crashes.path()).unwrap().next().expect("a crash file").unwrap();
    std::fs::read_to_string(file.path()).unwrap()
}

#[test]
fn it_comes_up_works_and_quits_clean() {
    let (mut terminal, _crashes) = at_home();
    assert!(terminal.screen.screen().alternate_screen() && terminal.screen.screen().bracketed_paste());
    terminal.press("2");
    terminal.until_shown("suggest: merge into Ann Stone");
    terminal.press("a");
    terminal.until_shown("merged Ann Stone");
    terminal.press("\u{3}");
    assert!(terminal.until_gone().success());
    terminal.assert_given_back();
    assert!(terminal.contents().contains("left: Asked"), "{}", terminal.contents());
    let asked = ["\u{1b}[c", "\u{1b}[6n", "\u{1b}[>c", "\u{1b}[?u", "\u{1b}]11;?"];
    let text = String::from_utf8_lossy(&terminal.bytes);
    assert!(asked.iter().all(|query| !text.contains(query)), "the terminal is asked nothing");
}

#[test]
fn signals_give_the_terminal_back() {
    for (signal, number) in [("TERM", 15), ("HUP", 1), ("INT", 2)] {
        let (mut terminal, _crashes) = at_home();
        terminal.signal(signal);
        terminal.until_gone();
        terminal.assert_given_back();
        assert!(terminal.contents().contains(&format!("left: Signal({number})")), "{}", terminal.contents());
    }
}

#[test]
fn a_lost_connection_ends_it() {
    // In a process of its own: a child that another test starts at the wrong moment would inherit the terminal's other
    // end and keep it open.
    const ALONE: &str = "LEADLOOM_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let alone = ["--exact", "tui::pty::a_lost_connection_ends_it"];
        let output = std::process::Command::new(std::env::current_exe().unwrap()).args(alone).env(ALONE, "1").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let (terminal, crashes) = at_home();
    terminal.hang_up();
    assert_eq!(std::fs::read_dir(crashes.path()).unwrap().count(), 0, "losing the line is no mistake of the program");
}

#[test]
fn a_terminal_too_small_is_told_so_and_growing_mends_it() {
    for size in [(30, 8), (20, 5)] {
        let (mut terminal, _crashes) = open(size);
        let sentence = format!("This window is {}x{}. Leadloom needs 60x15: make it larger, or press q to leave.", size.0, size.1);
        terminal.until("the sentence", |terminal| terminal.contents().split_whitespace().collect::<Vec<_>>().join(" ") == sentence);
        terminal.resize((80, 24));
        terminal.until_shown("[1 Home]");
        terminal.resize(size);
        terminal.until("the sentence again", |terminal| terminal.contents().split_whitespace().collect::<Vec<_>>().join(" ") == sentence);
        terminal.press("q");
        assert!(terminal.until_gone().success());
        terminal.assert_given_back();
    }
}

/// Both are there when the reader wakes; it must take in both.
#[test]
fn a_key_pressed_while_the_window_changes_is_not_lost() {
    let (mut terminal, _crashes) = at_home();
    for round in 0..40 {
        let (key, words) = if round % 2 == 0 { ("?", "Help: Home") } else { ("\u{1b}", "Since you last looked") };
        terminal.resize((100 + round % 7, 30));
        terminal.press(key);
        terminal.until_shown(words);
    }
}

#[test]
fn a_stop_gives_the_terminal_back_and_coming_back_paints_everything() {
    let (mut terminal, _crashes) = at_home();
    let before = terminal.contents();
    terminal.press("\u{1a}");
    // Without a shell above it nothing stops it, so it comes back by itself: both halves are seen.
    terminal.until("leaves the screen", |terminal| String::from_utf8_lossy(&terminal.bytes).matches("\u{1b}[?1049l").count() == 1);
    terminal.until("takes it again", |terminal| String::from_utf8_lossy(&terminal.bytes).matches("\u{1b}[?1049h").count() == 2);
    terminal.until("the same screen", |terminal| terminal.contents() == before);
    // A stop from outside, and a call from a shell: painted again as well.
    terminal.signal("STOP");
    terminal.signal("CONT");
    terminal.until("paints again", |terminal| String::from_utf8_lossy(&terminal.bytes).matches("\u{1b}[?1049h").count() == 3);
    terminal.until_shown("Since you last looked");
    terminal.press("\u{3}");
    terminal.until_gone();
    terminal.assert_given_back();
}

#[test]
fn a_storm_of_resizes_ends_in_a_whole_screen() {
    let (mut terminal, _crashes) = at_home();
    for size in [(1, 1), (500, 200), (30, 8), (120, 40), (80, 24), (3, 60), (79, 23), (100, 30)] {
        terminal.resize(size);
        std::thread::yield_now();
    }
    terminal.until("the last size", |terminal| {
        let last = terminal.contents();
        last.lines().count() >= 29 && last.contains("Since you last looked") && last.contains("Sync")
    });
    terminal.press("\u{3}");
    assert!(terminal.until_gone().success());
    terminal.assert_given_back();
}

#[test]
fn a_panic_in_a_task_leaves_the_screen_alone() {
    let (mut terminal, crashes) = at_home();
    terminal.press("4");
    terminal.until_shown("that failed inside the program");
    assert!(terminal.screen.screen().alternate_screen());
    assert!(crash_file(&crashes).contains("at tests/it/tui/pty.rs"));
    terminal.press("2");
    terminal.until_shown("suggest: merge into Ann Stone");
    terminal.press("\u{3}");
    terminal.until_gone();
    terminal.assert_given_back();
}

#[test]
fn a_panic_of_the_screen_gives_the_terminal_back_and_says_where_to_look() {
    let (mut terminal, crashes) = at_home();
    terminal.press("7");
    terminal.until_gone();
    terminal.assert_given_back();
    let shown = terminal.contents().replace('\n', "");
    assert!(shown.contains("leadloom stopped because of a mistake of its own") && shown.contains("crash-"), "{shown}");
    let report = crash_file(&crashes);
    assert!(report.contains("leadloom 0.1.0") && report.contains("last log lines"), "{report}");
    assert!(!report.contains("Ann Stone"), "no customer's data: {report}");
}
