//! A console in a terminal of its own, for tests. The child is this very test binary, told by an environment variable to
//! be a console; it never outlives its terminal.

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::{
    io::{Read, Write},
    path::Path,
    sync::mpsc,
    time::{Duration, Instant},
};

/// Nothing here takes a second; a loaded machine may.
const PATIENCE: Duration = Duration::from_secs(30);

/// A console that has written nothing for that long has nothing more to say: data draws ten times a second.
const QUIET: Duration = Duration::from_millis(250);

fn window((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

pub struct Terminal {
    child: Mortal,
    /// The modes before the console came.
    modes: String,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    output: mpsc::Receiver<Vec<u8>>,
    pub screen: vt100::Parser,
    /// All that was written so far.
    pub bytes: Vec<u8>,
}

impl Terminal {
    /// Starts the test `child` of this binary in a terminal of `size`, working in `folder`, with these variables.
    pub fn open(child: &str, size: (u16, u16), folder: &Path, variables: &[(&str, &Path)]) -> Self {
        let pair = native_pty_system().openpty(window(size)).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args([child, "--exact", "--nocapture", "--test-threads", "1"]);
        command.cwd(folder);
        for (name, value) in variables {
            command.env(name, value);
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("RUST_BACKTRACE", "0");
        for name in ["NO_COLOR", "TMUX", "STY"] {
            command.env_remove(name);
        }
        let modes = modes(&*pair.master);
        let child = Mortal(pair.slave.spawn_command(command).unwrap());
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
        let screen = vt100::Parser::new(size.1.try_into().unwrap(), size.0.try_into().unwrap(), 0);
        Self { child, modes, master: pair.master, keyboard, output, screen, bytes: Vec::new() }
    }

    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    pub fn contents(&self) -> String {
        self.screen.screen().contents()
    }

    pub fn resize(&mut self, (cols, rows): (u16, u16)) {
        self.master.resize(window((cols, rows))).unwrap();
        self.screen.screen_mut().set_size(rows.try_into().unwrap(), cols.try_into().unwrap());
    }

    fn take_in(&mut self, bytes: Vec<u8>) {
        self.screen.process(&bytes);
        self.bytes.extend(bytes);
    }

    /// Reads until the screen is as wanted.
    pub fn until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !done(self) {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take_in(bytes),
                Err(_) if done(self) => return,
                Err(error) => panic!("{what}: {error}\n{}\n{:?}", self.contents(), String::from_utf8_lossy(&self.bytes)),
            }
        }
    }

    pub fn until_shown(&mut self, words: &str) {
        // Frames are looked at whole.
        self.until(words, |terminal| terminal.bytes.ends_with(b"\x1b[?2026l") && terminal.contents().contains(words));
    }

    /// Reads until nothing has come for a while.
    pub fn settle(&mut self) {
        while let Ok(bytes) = self.output.recv_timeout(QUIET) {
            self.take_in(bytes);
        }
    }

    /// Reads all there is until the child has gone, and says how it went.
    pub fn until_gone(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.0.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it is still there: {}", self.contents());
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(20)) {
                self.take_in(bytes);
            }
        };
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) {
            self.take_in(bytes);
        }
        status
    }

    /// The screen, the cursor and the modes are as a shell wants them.
    pub fn assert_given_back(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste(), "{}", screen.contents());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let text = String::from_utf8_lossy(&self.bytes);
        let [taken, left] = ["\u{1b}[?1049h", "\u{1b}[?1049l"].map(|code| text.rfind(code));
        assert!(taken.is_some() && taken < left, "left after it was taken last");
        assert_eq!(modes(&*self.master), self.modes, "raw mode is over");
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.0.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// The connection is lost: the other end of the terminal goes away without a word. Says how the child ended.
    pub fn hang_up(self) -> ExitStatus {
        let Self { mut child, master, mut keyboard, output, .. } = self;
        drop(output);
        // Whatever the child writes next wakes our reader, which then lets go of the last handle.
        keyboard.write_all(b"?").unwrap();
        drop((master, keyboard));
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = child.0.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "it lives on without a terminal");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Line discipline and all: what `stty` would show.
fn modes(master: &dyn MasterPty) -> String {
    master
        .get_termios()
        .map(|modes| format!("{:?} {:?} {:?}", modes.input_flags, modes.output_flags, modes.local_flags))
        .unwrap_or_default()
}

/// A child that does not outlive its terminal, also when an assertion failed half way.
struct Mortal(Box<dyn Child + Send + Sync>);

impl Drop for Mortal {
    fn drop(&mut self) {
        let _gone_already = self.0.kill();
        let _gone_already = self.0.wait();
    }
}
