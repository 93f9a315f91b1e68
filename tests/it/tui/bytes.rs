//! What the console writes: how much, how often, and nothing that could act on a terminal.

use super::{
    acts::acts,
    world::{self, World},
};
use futures_util::StreamExt;
use leadloom::{
    domain::{Clock, Text, Timestamp},
    services::{Event as Happening, Role},
    telemetry::Ring,
    tui::{
        app::State,
        canvas::Look,
        chrome,
        effects::Runner,
        glyphs,
        keys::Keymap,
        run::{self, Keys, Leaving, Pace, Sources},
        shared::{Me, Shared},
        terminal::{Discipline, Tty, signals::Signals},
        testing::{Console, Setup},
        theme::{Depth, Theme},
    },
};
use proptest::prelude::*;
use ratatui::layout::Size;
use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::mpsc;

/// A console whose frames go through the real last step into memory.
struct Wire {
    console: Console,
    tty: Tty<Vec<u8>>,
}

impl Wire {
    async fn new(world: Arc<World>, size: (u16, u16)) -> Self {
        let mut console = Console::new(world, Setup { size, ..Setup::default() });
        console.idle().await;
        let mut tty = Tty::over(Vec::new(), Size { width: size.0, height: size.1 }, Discipline::None).unwrap();
        tty.take().unwrap();
        Self { console, tty }
    }

    /// Presses keys, draws once, and says how many bytes that took.
    async fn cost(&mut self, keys: &str) -> u64 {
        self.console.press(keys).await;
        let before = self.tty.bytes();
        let state = self.console.state();
        self.tty.draw(|frame| chrome::draw(state, frame)).unwrap();
        self.tty.bytes() - before
    }
}

#[tokio::test]
async fn keys_cost_no_more_than_their_budget() {
    for (size, page, step) in [((80, 24), 3_000, 600), ((160, 48), 7_000, 1_000)] {
        let mut wire = Wire::new(World::with(400), size).await;
        let mut costs = Vec::new();
        let mut check = |what: &str, cost: u64, limit: u64| {
            costs.push(format!("{what} {cost}"));
            assert!(cost <= limit, "{what} at {size:?} took {cost} bytes, the limit is {limit}");
        };
        check("first frame", wire.cost("1").await, page);
        check("nothing changed", wire.cost("").await, 0);
        check("review", wire.cost("2").await, page);
        check("cursor", wire.cost("j").await, step);
        check("decision", wire.cost("a").await, if size.1 == 24 { 2_500 } else { page });
        check("page", wire.cost("pagedown").await, page);
        check("half page at the edge", wire.cost("G").await, page);
        check("merge", wire.cost("g enter").await, page);
        check("next field", wire.cost("j").await, step);
        check("help", wire.cost("esc ?").await, page);
        check("back", wire.cost("esc").await, page);
        check("palette", wire.cost("ctrl-p").await, page);
        check("a letter", wire.cost("m").await, page / 2);
        check("board", wire.cost("esc esc 3").await, page);
        check("card", wire.cost("j").await, step);
        println!("{size:?}: {}", costs.join(", "));
    }
}

/// What a full-screen program does and nothing else: moves, erasures in a line, letters' colours, taking the screen once.
fn is_ours(act: &str) -> bool {
    const ALLOWED: [&str; 17] = [
        "CSI A",
        "CSI B",
        "CSI C",
        "CSI D",
        "CSI H",
        "CSI K",
        "CSI X",
        "CSI 2J, time 1",
        "CSI ?1049h, time 1",
        "CSI ?2004h, time 1",
        "CSI ?25h",
        "CSI ?25l",
        "CSI ?2026h",
        "CSI ?2026l",
        "control '\\r'",
        "control '\\n'",
        "control '\\u{8}'",
    ];
    ALLOWED.contains(&act) || act.starts_with("pen ")
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("\u{1b}]0;owned\u{7}".to_owned()),
        Just("\u{1b}]52;c;aGFja2Vk\u{7}".to_owned()),
        Just("\u{1b}[2J\u{1b}[?1049l".to_owned()),
        Just("\u{9b}31m\u{90}q\u{9c}".to_owned()),
        Just("Ann\u{202e}enotS".to_owned()),
        Just("e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}".to_owned()),
        Just("\u{1f469}\u{200d}\u{1f4bb} x".to_owned()),
        "\\PC{0,20}",
        "[\\x00-\\xff]{0,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn no_byte_of_a_record_acts_on_the_terminal(names in proptest::collection::vec((hostile(), hostile(), hostile()), 1..9)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let bytes = runtime.block_on(async {
            let world = World::new();
            for (row, (name, company, reason)) in world.state.lock().unwrap().rows.iter_mut().zip(&names) {
                (row.name, row.company, row.reason) = (Text::new(name), Text::new(company), Text::new(reason));
            }
            let mut wire = Wire::new(world, (120, 30)).await;
            for keys in ["2", "j", "enter", "esc", "*", "ctrl-p", "esc", "5"] {
                wire.cost(keys).await;
            }
            wire.tty.out().clone()
        });
        for act in acts(&bytes) {
            prop_assert!(is_ours(&act), "{act}");
        }
    }
}

struct Still(Mutex<Timestamp>);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A keyboard on a channel.
struct Piano(Mutex<Option<mpsc::UnboundedReceiver<char>>>);

impl Keys for Piano {
    type Stream = futures_util::stream::BoxStream<'static, io::Result<crossterm::event::Event>>;
    fn open(&self) -> Self::Stream {
        let keys = self.0.lock().unwrap().take().expect("opened once");
        let stream = futures_util::stream::unfold(keys, |mut keys| async move { Some((keys.recv().await?, keys)) });
        stream.map(|c| Ok(crossterm::event::Event::Key(crossterm::event::KeyCode::Char(c).into()))).boxed()
    }
}

/// What the loop did.
struct Played {
    frames: usize,
    bytes: usize,
    leaving: Leaving,
}

/// The whole loop on a paused clock, while `play` goes on.
async fn played(pace: Pace, play: impl AsyncFnOnce(&World, &mpsc::UnboundedSender<char>)) -> Played {
    let world = World::new();
    let (press, keys) = mpsc::unbounded_channel();
    let look = Look { theme: Theme::built_in(Depth::Sixteen), glyphs: glyphs::UNICODE, boxes: true, zone: jiff::tz::TimeZone::UTC };
    let me = Me { name: "kim".into(), role: Role::Operator, demo: false };
    let shared = Shared::new(world::now(), (80, 24), look, Keymap::built_in(), me);
    let mut state = State::new(shared, "");
    let mut tty = Tty::over(Vec::new(), Size { width: 80, height: 24 }, Discipline::None).unwrap();
    tty.take().unwrap();
    let desk: Arc<dyn leadloom::tui::desk::Desk> = world.clone();
    let mut sources =
        Sources { events: desk.events(), runner: Runner::new(desk), ring: Ring::new(10), clock: Arc::new(Still(Mutex::new(world::now()))) };
    let mut signals = Signals::listen().unwrap();
    let piano = Piano(Mutex::new(Some(keys)));
    let leaving = {
        let console = run::run(&mut tty, &piano, &mut state, &mut sources, &mut signals, pace);
        let player = async {
            play(&world, &press).await;
            drop(press);
        };
        let (leaving, ()) = tokio::join!(console, player);
        leaving.unwrap()
    };
    tty.give_back().unwrap();
    let bytes = String::from_utf8(tty.out().clone()).unwrap();
    assert!(bytes.ends_with("\u{1b}[?1049l"), "the terminal is given back");
    Played { frames: bytes.matches("\u{1b}[?2026h").count(), bytes: bytes.len(), leaving }
}

#[tokio::test(start_paused = true)]
async fn data_draws_at_most_ten_frames_a_second_and_four_over_a_slow_link() {
    for (slow, limit) in [(false, 11), (true, 5)] {
        let count = async |seconds: u64| {
            let pace = Pace { slow, ..Pace::default() };
            played(pace, async |world, _| {
                tokio::time::sleep(Duration::from_secs(1)).await;
                for n in 0..seconds * 100 {
                    world.state.lock().unwrap().rows.truncate(9 - (n % 2) as usize);
                    world.say(Happening::Said(Text::from(format!("{n}"))));
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            })
            .await
            .frames
        };
        let in_two_seconds = count(4).await - count(2).await;
        assert!((limit..=2 * limit).contains(&in_two_seconds), "slow {slow}: {in_two_seconds} frames in two seconds");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_draws_at_once_and_an_idle_console_writes_nothing() {
    let with_keys = played(Pace::default(), async |_, press| {
        tokio::time::sleep(Duration::from_secs(20)).await;
        for key in ['2', 'j', 'j'] {
            press.send(key).unwrap();
            // Far less than a data frame's wait.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    let idle = played(Pace::default(), async |_, _| tokio::time::sleep(Duration::from_secs(20)).await).await;
    let idle_longer = played(Pace::default(), async |_, _| tokio::time::sleep(Duration::from_secs(2_000)).await).await;
    assert_eq!(with_keys.leaving, Leaving::Lost, "a keyboard that goes away ends the console");
    assert!(with_keys.frames >= idle.frames + 3, "{} frames with three keys, {} without", with_keys.frames, idle.frames);
    assert_eq!(idle.bytes, idle_longer.bytes, "nothing is written while nothing happens");
}

/// An import of a hundred rows a second, looked at on the screen that shows most of it.
#[tokio::test(start_paused = true)]
async fn watching_an_import_costs_no_more_than_its_budget() {
    for (slow, screen, a_second) in [(false, '1', 8_000), (false, '4', 8_000), (true, '1', 1_000), (true, '4', 1_000)] {
        let bytes = async |seconds: u64| {
            played(Pace { slow, ..Pace::default() }, async |world, press| {
                press.send(screen).unwrap();
                for read in 0..seconds * 100 {
                    world.progress(1_420 + read);
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            })
            .await
            .bytes
        };
        let each = (bytes(30).await - bytes(10).await) / 20;
        println!("slow {slow}, screen {screen}: {each} bytes a second");
        assert!((1..=a_second).contains(&each), "slow {slow}, screen {screen}: {each} bytes a second");
    }
}
