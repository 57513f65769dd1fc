//! Reading bodies: never more than a row allows, never more in all than there is memory for, never slowly.
//!
//! Memory is counted as it comes: who states a length and sends nothing keeps nobody out.

use crate::problem::Problem;
use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::header,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use sha2::{Digest as _, Sha256};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How much memory bodies may take together.
#[derive(Clone, Debug)]
pub struct Memory(Arc<Semaphore>);

/// The hash of a body that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(pub [u8; 32]);

/// What a call holds of the memory until it is answered.
#[derive(Clone, Debug)]
struct Held(#[expect(dead_code, reason = "given back when dropped")] Arc<OwnedSemaphorePermit>);

impl Memory {
    /// So many bytes in all.
    pub fn new(len_bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(len_bytes / PAGE_BYTES)))
    }

    fn take(&self, pages: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let pages = u32::try_from(pages).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.0).try_acquire_many_owned(pages);
        permit.map_err(|_| Problem::new("node.busy").retry_after_s(1))
    }
}

/// The same request with its body read, of at most `limit_bytes`.
///
/// A body that says that it is longer is refused before a byte of it is read; one that does not say, when it is.
pub async fn read(request: Request, limit_bytes: usize, memory: &Memory) -> Result<Request, Problem> {
    let too_large = || Problem::new("request.too-large").with("most", limit_bytes);
    let stated = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if stated.is_some_and(|stated: usize| stated > limit_bytes) {
        return Err(too_large());
    }
    if limit_bytes == 0 {
        return without_body(request);
    }
    let (mut parts, body) = request.into_parts();
    let collected = timeout(BODY_TIME, collect(Limited::new(body, limit_bytes), memory)).await;
    let (bytes, held) = collected.map_err(|_| Problem::new("request.slow"))??.ok_or_else(too_large)?;
    parts.extensions.insert(held);
    parts.extensions.insert(Digest(Sha256::digest(&bytes).into()));
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// The bytes of a body, with the memory that they hold; nothing of one that is too long.
async fn collect(mut body: Limited<Body>, memory: &Memory) -> Result<Option<(Bytes, Held)>, Problem> {
    let (mut bytes, mut held) = (Vec::new(), memory.take(0)?);
    while let Some(frame) = body.frame().await {
        let data = match frame {
            Ok(frame) => frame.into_data().unwrap_or_default(),
            Err(cause) if cause.is::<LengthLimitError>() => return Ok(None),
            Err(_) => return Err(Problem::new("request.broken")),
        };
        let pages = (bytes.len() + data.len()).div_ceil(PAGE_BYTES);
        held.merge(memory.take(pages.saturating_sub(held.num_permits()))?);
        bytes.extend_from_slice(&data);
    }
    Ok(Some((bytes.into(), Held(Arc::new(held)))))
}

/// A call that takes no body must not bring one, or the next call on the connection would be read from it.
fn without_body(request: Request) -> Result<Request, Problem> {
    let is_empty = axum::body::HttpBody::is_end_stream(request.body());
    if is_empty { Ok(request) } else { Err(Problem::new("request.too-large").with("most", 0)) }
}

/// How long a body may take.
const BODY_TIME: Duration = Duration::from_secs(15);

/// What memory is counted in.
const PAGE_BYTES: usize = 16 << 10;

/// What all bodies of calls with a token together may take.
pub const MEMORY_BYTES: usize = 48 << 20;

/// What all bodies of calls without one together may take.
pub const OPEN_MEMORY_BYTES: usize = 16 << 20;

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use futures_util::{StreamExt, stream};

    /// A body of `sent` pages of `stated`, after which nothing comes.
    fn unfinished(sent: usize, stated: usize) -> Request {
        let pages = stream::iter((0..sent).map(|_| Ok::<_, std::convert::Infallible>(vec![0; PAGE_BYTES])));
        let body = Body::from_stream(pages.chain(stream::pending()));
        Request::post("/").header("content-length", stated * PAGE_BYTES).body(body).expect("a request")
    }

    fn whole(pages: usize) -> Request {
        Request::post("/").body(Body::from(vec![0; pages * PAGE_BYTES])).expect("a request")
    }

    #[tokio::test]
    async fn memory_is_for_what_was_sent_and_until_it_is_answered() {
        let memory = Memory::new(4 * PAGE_BYTES);
        let read = async |request| read(request, 4 * PAGE_BYTES, &memory).await;
        {
            let mut silent = Box::pin(read(unfinished(0, 4)));
            let mut slow = Box::pin(read(unfinished(1, 4)));
            for body in [&mut silent, &mut slow] {
                assert!(futures_util::poll!(body).is_pending());
            }
            let held = read(whole(3)).await.expect("three pages are free");
            assert_eq!(read(whole(1)).await.expect_err("none is").code(), "node.busy");
            drop(held);
            assert!(read(whole(3)).await.is_ok());
            assert_eq!(read(whole(4)).await.expect_err("one is held").code(), "node.busy");
        }
        assert!(read(whole(4)).await.is_ok(), "all is given back");
        assert_eq!(read(whole(5)).await.expect_err("too long").code(), "request.too-large");
    }
}
