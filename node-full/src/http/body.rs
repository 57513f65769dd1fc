//! Reading bodies: never more than a row allows, never more in all than there is memory for, never slowly.

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

    fn take(&self, len_bytes: usize) -> Result<Held, Problem> {
        let pages = u32::try_from(len_bytes.div_ceil(PAGE_BYTES)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.0).try_acquire_many_owned(pages);
        permit.map(|permit| Held(Arc::new(permit))).map_err(|_| Problem::new("node.busy").retry_after_s(1))
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
    let held = memory.take(stated.unwrap_or(limit_bytes))?;
    let (mut parts, body) = request.into_parts();
    let collected = timeout(BODY_TIME, Limited::new(body, limit_bytes).collect()).await;
    let bytes: Bytes = match collected {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(cause)) if cause.is::<LengthLimitError>() => return Err(too_large()),
        Ok(Err(_)) => return Err(Problem::new("request.broken")),
        Err(_) => return Err(Problem::new("request.slow")),
    };
    parts.extensions.insert(held);
    parts.extensions.insert(Digest(Sha256::digest(&bytes).into()));
    Ok(Request::from_parts(parts, Body::from(bytes)))
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
