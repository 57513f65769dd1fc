//! Connections: so many in all, so many of one address, and none on which nothing moves.

use axum_server::accept::Accept;
use std::{
    collections::HashMap,
    future::Future,
    io,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// Which connections there are.
#[derive(Clone, Debug)]
pub(super) struct Places(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// Gives connections a place, or refuses them.
#[derive(Clone, Debug)]
pub(super) struct Guarded(Places);

/// A connection with its place. A caller who takes nothing of an answer for [`WRITE_TIME`] is cut off.
#[derive(Debug)]
pub(super) struct Placed {
    stream: TcpStream,
    stuck: Option<Pin<Box<Sleep>>>,
    _place: Place,
}

#[derive(Debug)]
struct Place {
    places: Places,
    address: IpAddr,
}

impl Places {
    /// None taken.
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    fn take(&self, address: IpAddr) -> io::Result<Place> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One machine may stand for many callers only where it is this one: a proxy.
        let most = if address.is_loopback() { MAX_CONNECTIONS } else { MAX_OF_ADDRESS };
        let in_all: usize = taken.values().sum();
        let count = taken.entry(address).or_default();
        if in_all >= MAX_CONNECTIONS || *count >= most {
            return Err(io::Error::other("too many connections"));
        }
        *count += 1;
        Ok(Place { places: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

impl Guarded {
    /// Gives out `places`.
    pub(super) const fn new(places: Places) -> Self {
        Self(places)
    }
}

impl<S> Accept<TcpStream, S> for Guarded {
    type Stream = Placed;
    type Service = S;
    type Future = std::future::Ready<io::Result<(Placed, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let placed = || {
            let address = stream.peer_addr()?.ip().to_canonical();
            stream.set_nodelay(true)?;
            Ok((Placed { _place: self.0.take(address)?, stream, stuck: None }, service))
        };
        std::future::ready(placed())
    }
}

impl AsyncRead for Placed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Placed {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Pending => self.wait(context),
            ready => {
                self.stuck = None;
                ready
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Placed {
    fn wait<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(WRITE_TIME)));
        match stuck.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// The most connections.
const MAX_CONNECTIONS: usize = 4_096;

/// The most connections from one address.
const MAX_OF_ADDRESS: usize = 128;

/// How long an answer may lie without a byte of it being taken.
const WRITE_TIME: Duration = Duration::from_secs(20);
