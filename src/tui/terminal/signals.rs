//! Signals: TERM, HUP and INT end the console cleanly; CONT repaints it; Ctrl-Z is a key in raw mode, and stopping the
//! process group is done here; WINCH tells of another size.

use std::io;

/// What a signal means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// Leave; the number is what a shell expects as 128 + n.
    Leave(i32),
    /// The shell called again.
    Continued,
    /// The window has another size. The keyboard's reader tells it as well, but it begins to listen a moment after the
    /// size was first asked for, and a window often changes just then.
    Resized,
}

#[cfg(unix)]
pub use unix::{Signals, stop};

#[cfg(unix)]
mod unix {
    use super::{Signal, io};
    use rustix::process::{Signal as Number, kill_current_process_group};
    use std::time::Duration;
    use tokio::{
        signal::unix::{Signal as Stream, SignalKind, signal},
        time::timeout,
    };

    /// A stop that did not happen within that time will not: the process group has no shell to go back to.
    const STOPPED_WITHIN: Duration = Duration::from_millis(250);

    /// The signals we listen to.
    pub struct Signals {
        term: Stream,
        hup: Stream,
        int: Stream,
        cont: Stream,
        winch: Stream,
    }

    impl Signals {
        /// Listens.
        pub fn listen() -> io::Result<Self> {
            Ok(Self {
                term: signal(SignalKind::terminate())?,
                hup: signal(SignalKind::hangup())?,
                int: signal(SignalKind::interrupt())?,
                cont: signal(SignalKind::from_raw(Number::CONT.as_raw()))?,
                winch: signal(SignalKind::window_change())?,
            })
        }

        /// The next one.
        pub async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.term.recv() => Signal::Leave(Number::TERM.as_raw()),
                _ = self.hup.recv() => Signal::Leave(Number::HUP.as_raw()),
                _ = self.int.recv() => Signal::Leave(Number::INT.as_raw()),
                _ = self.cont.recv() => Signal::Continued,
                _ = self.winch.recv() => Signal::Resized,
            }
        }
    }

    /// Stops the process group, as the terminal does for Ctrl-Z, and comes back when the shell calls again. Not STOP
    /// but TSTP: the system ignores it where no shell could ever continue us (`ssh host leadloom`).
    pub async fn stop(signals: &mut Signals) -> io::Result<()> {
        kill_current_process_group(Number::TSTP)?;
        // The stop may come a moment after the call returned.
        let _not_stopped = timeout(STOPPED_WITHIN, signals.cont.recv()).await;
        Ok(())
    }
}

#[cfg(not(unix))]
pub use other::{Signals, stop};

#[cfg(not(unix))]
mod other {
    use super::{Signal, io};

    /// There is only Ctrl-C.
    pub struct Signals;

    impl Signals {
        /// Listens.
        pub fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        /// The next one.
        pub async fn next(&mut self) -> Signal {
            match tokio::signal::ctrl_c().await {
                Ok(()) => Signal::Leave(2),
                Err(_) => std::future::pending().await,
            }
        }
    }

    /// There is no shell to go back to.
    pub async fn stop(_: &mut Signals) -> io::Result<()> {
        Ok(())
    }
}
