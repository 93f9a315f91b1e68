//! A listener whose connections can be taken over: a fault that HTTP libraries rightly refuse to produce (a reset,
//! a wrong length, headers byte by byte) writes to the socket itself.

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::{TcpListener, TcpStream},
    time::Instant,
};

/// Accepts connections and keeps a second handle on each.
pub(super) struct WireListener(pub(super) TcpListener);

impl Listener for WireListener {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            match self.0.accept().await.and_then(|(stream, peer)| Ok((Wire::new(stream)?, peer))) {
                Ok(accepted) => return accepted,
                // Out of handles, or the peer is gone already: neither ends the server.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// One connection.
pub(super) struct Wire {
    stream: TcpStream,
    tap: Tap,
}

/// The second handle on a connection; a request handler gets it.
#[derive(Clone)]
pub(super) struct Tap(Arc<Tapped>);

struct Tapped {
    twin: Mutex<Option<std::net::TcpStream>>,
    cut: AtomicBool,
}

impl Wire {
    fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let stream = stream.into_std()?;
        let twin = stream.try_clone()?;
        let tap = Tap(Arc::new(Tapped { twin: Mutex::new(Some(twin)), cut: AtomicBool::new(false) }));
        Ok(Self { stream: TcpStream::from_std(stream)?, tap })
    }
}

impl Connected<IncomingStream<'_, WireListener>> for Tap {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        stream.io().tap.clone()
    }
}

/// What to put on the socket.
pub(super) enum Step {
    /// These bytes at once.
    Send(Vec<u8>),
    /// These bytes one at a time, with that pause between, until the time is over.
    Drip { bytes: Vec<u8>, pause: Duration, within: Duration },
    /// A TCP reset instead of an orderly end.
    Reset,
}

impl Tap {
    /// Takes the connection from the HTTP library, plays the steps, and ends it.
    pub(super) async fn play(&self, steps: Vec<Step>) {
        self.0.cut.store(true, Ordering::SeqCst);
        let twin = self.0.twin.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Ok(mut stream)) = twin.map(TcpStream::from_std) else { return };
        for step in steps {
            // The peer may have gone: then there is nobody left to annoy.
            if perform(&mut stream, step).await.is_err() {
                return;
            }
        }
        if let Err(gone) = stream.shutdown().await {
            tracing::trace!(%gone, "peer left before the end of a planned fault");
        }
    }
}

async fn perform(stream: &mut TcpStream, step: Step) -> io::Result<()> {
    match step {
        Step::Send(bytes) => stream.write_all(&bytes).await,
        Step::Drip { bytes, pause, within } => {
            let end = Instant::now() + within;
            for byte in bytes {
                if Instant::now() >= end {
                    break;
                }
                stream.write_all(&[byte]).await?;
                tokio::time::sleep(pause).await;
            }
            Ok(())
        }
        Step::Reset => {
            // What was sent must arrive before the reset does.
            tokio::time::sleep(Duration::from_millis(20)).await;
            stream.set_zero_linger()?;
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.tap.0.cut.load(Ordering::SeqCst) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.tap.0.cut.load(Ordering::SeqCst) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
