//! The console on a real terminal: given back whatever happens, painted again after a stop. The child is this very
//! test binary, told by an environment variable to be a console.

use super::world::{self, World};
use leadloom::{
    domain::{Clock, Timestamp},
    services::Role,
    telemetry::Ring,
    tui::{Me, Options, desk},
};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    io::{Read, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

const BE_A_CONSOLE: &str = "LEADLOOM_TEST_CONSOLE";
/// Nothing here takes a second; a loaded machine may.
const PATIENCE: Duration = Duration::from_secs(20);

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
    println!("left: {left:?}");
}

/// A console in a terminal of its own.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    output: mpsc::Receiver<Vec<u8>>,
    screen: vt100::Parser,
    bytes: Vec<u8>,
    crashes: tempfile::TempDir,
}

impl Terminal {
    fn open() -> Self {
        let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
        let crashes = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["tui::pty::the_child", "--exact", "--nocapture", "--test-threads", "1"]);
        command.env(BE_A_CONSOLE, crashes.path());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("RUST_BACKTRACE", "0");
        command.env_remove("NO_COLOR");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        let screen = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
        Self { child, master: pair.master, keyboard, output, screen, bytes: Vec::new(), crashes }
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Reads until the screen is as wanted.
    fn until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !done(self) {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.bytes.extend(bytes);
                }
                Err(_) if done(self) => return,
                Err(error) => panic!("{what}: {error}\n{}\n{:?}", self.screen.screen().contents(), String::from_utf8_lossy(&self.bytes)),
            }
        }
    }

    fn until_shown(&mut self, words: &str) {
        // Frames are looked at whole.
        self.until(words, |terminal| terminal.bytes.ends_with(b"\x1b[?2026l") && terminal.screen.screen().contents().contains(words));
    }

    /// Reads all there is until the child has gone, and says how the terminal was left.
    fn until_gone(&mut self) -> portable_pty::ExitStatus {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it is still there: {}", self.screen.screen().contents());
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(20)) {
                self.screen.process(&bytes);
                self.bytes.extend(bytes);
            }
        };
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) {
            self.screen.process(&bytes);
            self.bytes.extend(bytes);
        }
        status
    }

    fn assert_given_back(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste(), "{}", screen.contents());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    fn crash_file(&self) -> String {
        let file = std::fs::read_dir(self.crashes.path()).unwrap().next().expect("a crash file").unwrap();
        std::fs::read_to_string(file.path()).unwrap()
    }
}

#[test]
fn it_comes_up_works_and_quits_clean() {
    let mut terminal = Terminal::open();
    terminal.until_shown("Since you last looked");
    assert!(terminal.screen.screen().alternate_screen() && terminal.screen.screen().bracketed_paste());
    terminal.press("2");
    terminal.until_shown("suggest: merge into Ann Stone");
    terminal.press("a");
    terminal.until_shown("merged Ann Stone");
    terminal.press("\u{3}");
    assert!(terminal.until_gone().success());
    terminal.assert_given_back();
    assert!(terminal.screen.screen().contents().contains("left: Asked"), "{}", terminal.screen.screen().contents());
    let asked = ["\u{1b}[c", "\u{1b}[6n", "\u{1b}[>c", "\u{1b}[?u", "\u{1b}]11;?"];
    let text = String::from_utf8_lossy(&terminal.bytes);
    assert!(asked.iter().all(|query| !text.contains(query)), "the terminal is asked nothing");
}

#[test]
fn signals_give_the_terminal_back() {
    for (signal, number) in [("TERM", 15), ("HUP", 1), ("INT", 2)] {
        let mut terminal = Terminal::open();
        terminal.until_shown("Since you last looked");
        terminal.signal(signal);
        terminal.until_gone();
        terminal.assert_given_back();
        assert!(
            terminal.screen.screen().contents().contains(&format!("left: Signal({number})")),
            "{}",
            terminal.screen.screen().contents()
        );
    }
}

#[test]
fn a_stop_gives_the_terminal_back_and_coming_back_paints_everything() {
    let mut terminal = Terminal::open();
    terminal.until_shown("Since you last looked");
    let before = terminal.screen.screen().contents();
    terminal.press("\u{1a}");
    // Without a shell above it nothing stops it, so it comes back by itself: both halves are seen.
    terminal.until("leaves the screen", |terminal| String::from_utf8_lossy(&terminal.bytes).matches("\u{1b}[?1049l").count() == 1);
    terminal.until("takes it again", |terminal| String::from_utf8_lossy(&terminal.bytes).matches("\u{1b}[?1049h").count() == 2);
    terminal.until("the same screen", |terminal| terminal.screen.screen().contents() == before);
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
    let mut terminal = Terminal::open();
    terminal.until_shown("Since you last looked");
    for size in [(1, 1), (500, 200), (30, 8), (120, 40), (80, 24), (3, 60), (79, 23), (100, 30)] {
        let (cols, rows) = size;
        terminal.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        terminal.screen.screen_mut().set_size(rows.try_into().unwrap(), cols.try_into().unwrap());
        std::thread::yield_now();
    }
    terminal.until("the last size", |terminal| {
        let last = terminal.screen.screen().contents();
        last.lines().count() >= 29 && last.contains("Since you last looked") && last.contains("Sync")
    });
    terminal.press("\u{3}");
    assert!(terminal.until_gone().success());
    terminal.assert_given_back();
}

#[test]
fn a_panic_in_a_task_leaves_the_screen_alone() {
    let mut terminal = Terminal::open();
    terminal.until_shown("Since you last looked");
    terminal.press("4");
    terminal.until_shown("that failed inside the program");
    assert!(terminal.screen.screen().alternate_screen());
    assert!(terminal.crash_file().contains("at tests/it/tui/pty.rs"));
    terminal.press("2");
    terminal.until_shown("suggest: merge into Ann Stone");
    terminal.press("\u{3}");
    terminal.until_gone();
    terminal.assert_given_back();
}

#[test]
fn a_panic_of_the_screen_gives_the_terminal_back_and_says_where_to_look() {
    let mut terminal = Terminal::open();
    terminal.until_shown("Since you last looked");
    terminal.press("7");
    terminal.until_gone();
    terminal.assert_given_back();
    let shown = terminal.screen.screen().contents().replace('\n', "");
    assert!(shown.contains("leadloom stopped because of a mistake of its own") && shown.contains("crash-"), "{shown}");
    let report = terminal.crash_file();
    assert!(report.contains("leadloom 0.1.0") && report.contains("last log lines"), "{report}");
    assert!(!report.contains("Ann Stone"), "no customer's data: {report}");
}
