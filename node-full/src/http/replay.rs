//! Calls that are made again: an `Idempotency-Key` with the same body has the same answer, for 30 days.
//!
//! | key known | same call and body | other |
//! |---|---|---|
//! | answered | the answer that was given, with `Idempotency-Replayed: true` | 422 |
//! | answered for the time being: the ledger does not have it yet | as it stands now | 422 |
//! | being answered | 409, ask again | 422 |
//!
//! What the node could not do (5xx) and what was asked too often (429) is not kept: it may be tried again. The
//! answer is written, in one transaction with the audit entry, before it is sent. If the node fell between a block and
//! that, or the call is made again at another node of the member, the event in the block carries the call's hash;
//! [`Call`] is there for handlers to find it by. Another call under the same key at another node is a call of its own.

use crate::{
    access::{Caller, Endpoint},
    fault::Result,
    problem::Problem,
    rows::{Change, Rows},
};
use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;
use medproof_core::{hash::Digest, header::UnixMillis};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What a body on the ledger carries of a call; all zero without an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call(pub Digest);

/// Answers that were given.
pub struct Replay {
    rows: Arc<dyn Rows>,
    open: Arc<Mutex<HashMap<Digest, Digest>>>,
}

/// A call that is being answered; its key is in use until this is dropped.
#[derive(Debug)]
pub struct Open {
    asked: Asked,
    keys: Arc<Mutex<HashMap<Digest, Digest>>>,
}

/// A call with an idempotency key, or one without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Without a key.
    Once,
    /// With one.
    Keyed {
        /// The key, with the member that uses it.
        key: Digest,
        /// What is asked.
        what: Digest,
        /// Both, as a body on the ledger carries them.
        call: Digest,
    },
}

/// Whether an answer is there already.
#[derive(Debug)]
pub enum Begun {
    /// It is.
    Known(Response),
    /// It has to be made.
    New(Open),
}

/// An answer as it is kept, before its body.
#[derive(Debug, Deserialize, Serialize)]
struct Kept {
    what: [u8; 32],
    time_ms: u64,
    #[serde(flatten)]
    answer: Answer,
}

/// What an answer says; without a status there is none yet.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Answer {
    status: u16,
    media_type: String,
    language: String,
    location: String,
    body: String,
}

/// Marks an answer that says something else once the ledger has what was asked: of the call is kept what was asked alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Passing;

impl Asked {
    /// What a request asks.
    pub fn of(request: &Request, row: &Endpoint, caller: &Caller) -> std::result::Result<Self, Problem> {
        let mut values = request.headers().get_all(&NAME).iter();
        let Some(value) = values.next() else { return Ok(Self::Once) };
        let text =
            value.to_str().ok().filter(|text| (1..=MAX_KEY_BYTES).contains(&text.len()) && values.next().is_none());
        let text = text.ok_or(Problem::new("request.key"))?;
        let mut hash = Sha256::new().chain_update(row.path).chain_update([0]);
        hash.update(request.uri().path());
        hash.update([0]);
        hash.update(request.uri().query().unwrap_or_default());
        hash.update([0]);
        let body = request.extensions().get::<super::body::Digest>().map_or([0; 32], |digest| digest.0);
        let what: [u8; 32] = hash.chain_update(body).finalize().into();
        let value = |what| medproof_rules::body::idempotency(caller.member, what, text.as_bytes());
        Ok(Self::Keyed { key: value(&[0; 32]), what: Digest(what), call: value(&what) })
    }
}

impl Open {
    /// What the event's body carries.
    pub const fn call(&self) -> Call {
        match &self.asked {
            Asked::Once => Call(Digest::ZERO),
            Asked::Keyed { call, .. } => Call(*call),
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Asked::Keyed { key, .. } = &self.asked {
            self.keys.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        }
    }
}

impl Replay {
    /// Answers kept in `rows`.
    pub fn new(rows: Arc<dyn Rows>) -> Self {
        Self { rows, open: Arc::default() }
    }

    /// Begins a call: its answer if it is known, a refusal if the key is used for something else.
    pub fn begin(&self, asked: Asked, now: UnixMillis) -> std::result::Result<Begun, Problem> {
        let keys = Arc::clone(&self.open);
        let Asked::Keyed { key, what, .. } = asked else { return Ok(Begun::New(Open { asked, keys })) };
        let mut open = self.lock();
        match open.get(&key) {
            Some(other) if *other != what => return Err(Problem::new(REUSED)),
            Some(_) => return Err(Problem::new("request.key-in-use").retry_after_s(1)),
            None => {}
        }
        match self.kept(&key, now)? {
            Some(kept) if kept.what != what.0 => Err(Problem::new(REUSED)),
            Some(kept) if kept.answer.status > 0 => Ok(Begun::Known(kept.into_response())),
            _ => {
                open.insert(key, what);
                drop(open);
                Ok(Begun::New(Open { asked, keys }))
            }
        }
    }

    /// Ends a call: `write` keeps the answer, with what else belongs to the call.
    pub async fn finish(
        &self,
        open: Open,
        response: Response,
        now: UnixMillis,
        write: impl FnOnce(Vec<Change>) -> Result,
    ) -> Response {
        let Asked::Keyed { key, what, .. } = open.asked else {
            return write(Vec::new()).map_or_else(|fault| Problem::from(fault).into_response(), |()| response);
        };
        let (response, changes) = match keepable(response).await {
            (response, Some(answer)) => {
                let kept = Kept { what: what.0, time_ms: now.0, answer };
                let value = serde_json::to_vec(&kept).unwrap_or_default();
                (response, vec![Change { table: TABLE, key: key.0.to_vec(), value: Some(value) }])
            }
            (response, None) => (response, Vec::new()),
        };
        write(changes).map_or_else(|fault| Problem::from(fault).into_response(), |()| response)
    }

    /// Removes answers that are older than 30 days.
    pub fn forget_old(&self, now: UnixMillis) -> Result {
        let mut from = Vec::new();
        loop {
            let rows = self.rows.from(TABLE, &from, SWEEP)?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            from = [&last[..], &[0]].concat();
            let is_old = |value: &[u8]| serde_json::from_slice(value).map_or(true, |kept: Kept| kept.is_old(now));
            let old = rows.into_iter().filter(|(_, value)| is_old(value));
            let gone: Vec<_> = old.map(|(key, _)| Change { table: TABLE, key, value: None }).collect();
            if !gone.is_empty() {
                self.rows.put(gone)?;
            }
        }
    }

    fn kept(&self, key: &Digest, now: UnixMillis) -> Result<Option<Kept>> {
        let Some(value) = self.rows.get(TABLE, &key.0)? else { return Ok(None) };
        let kept: Option<Kept> = serde_json::from_slice(&value).ok();
        Ok(kept.filter(|kept| !kept.is_old(now)))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, Digest>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    const fn is_old(&self, now: UnixMillis) -> bool {
        self.time_ms + KEPT_MS < now.0
    }
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let Answer { status, media_type, language, location, body } = self.answer;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = match serde_json::from_str::<Problem>(&body) {
            Ok(problem) if media_type == PROBLEM => problem.into_response(),
            _ => (status, body).into_response(),
        };
        let headers = response.headers_mut();
        let named =
            [(header::CONTENT_TYPE, media_type), (header::CONTENT_LANGUAGE, language), (header::LOCATION, location)];
        for (name, value) in named {
            if let Ok(value) = HeaderValue::from_str(&value)
                && !value.is_empty()
            {
                headers.insert(name, value);
            }
        }
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
        response
    }
}

/// The answer, and what is kept of it, if it is one that is kept.
async fn keepable(response: Response) -> (Response, Option<Answer>) {
    let status = response.status();
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return (response, None);
    }
    if response.extensions().get::<Passing>().is_some() {
        return (response, Some(Answer::default()));
    }
    if let Some(problem) = response.extensions().get::<Problem>() {
        let body = serde_json::to_string(problem).unwrap_or_default();
        let answer = Answer { status: status.as_u16(), media_type: PROBLEM.into(), body, ..Answer::default() };
        return (response, Some(answer));
    }
    // A stream has no end to keep.
    if response.body().size_hint().exact().is_none() {
        return (response, None);
    }
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let kept = String::from_utf8(bytes.to_vec()).ok().map(|body| Answer {
        status: status.as_u16(),
        media_type: text(header::CONTENT_TYPE),
        language: text(header::CONTENT_LANGUAGE),
        location: text(header::LOCATION),
        body,
    });
    (Response::from_parts(parts, Body::from(bytes)), kept)
}

/// A key that was used for another call.
const REUSED: &str = "request.key-reused";
const TABLE: &str = "answer";
const PROBLEM: &str = "application/problem+json";
const NAME: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const MAX_KEY_BYTES: usize = 128;
const KEPT_MS: u64 = 30 * 86_400_000;

/// How many rows one step of the sweep reads.
const SWEEP: usize = 256;

#[cfg(test)]
#[expect(clippy::expect_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;
    use crate::rows::MemoryRows;

    const NOW: UnixMillis = UnixMillis(1_000_000);

    fn asked(key: u8, what: u8) -> Asked {
        Asked::Keyed { key: Digest([key; 32]), what: Digest([what; 32]), call: Digest([key ^ what; 32]) }
    }

    async fn body(response: Response) -> String {
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        String::from_utf8(bytes.to_vec()).expect("text")
    }

    #[tokio::test]
    async fn the_same_call_has_the_same_answer_after_a_restart_and_for_thirty_days() {
        let rows: Arc<dyn Rows> = Arc::new(MemoryRows::default());
        let replay = Replay::new(Arc::clone(&rows));
        let Ok(Begun::New(first)) = replay.begin(asked(1, 1), NOW) else { panic!("not new") };
        assert_eq!(replay.begin(asked(1, 1), NOW).err().map(|problem| problem.status().as_u16()), Some(409));
        assert_eq!(replay.begin(asked(1, 2), NOW).err().map(|problem| problem.status().as_u16()), Some(422));
        let answer = (StatusCode::CREATED, "made").into_response();
        let answer = replay.finish(first, answer, NOW, |changes| rows.put(changes)).await;
        assert_eq!(body(answer).await, "made");

        let again = Replay::new(Arc::clone(&rows));
        let Ok(Begun::Known(answer)) = again.begin(asked(1, 1), NOW) else { panic!("not known") };
        assert_eq!((answer.status(), answer.headers().get(REPLAYED).is_some()), (StatusCode::CREATED, true));
        assert_eq!(body(answer).await, "made");
        assert_eq!(
            again.begin(asked(1, 2), NOW).err().map(|problem| problem.code().to_owned()),
            Some("request.key-reused".into())
        );
        let later = UnixMillis(NOW.0 + KEPT_MS + 1);
        again.forget_old(UnixMillis(later.0 - 1)).expect("swept");
        assert!(matches!(again.begin(asked(1, 1), UnixMillis(later.0 - 1)), Ok(Begun::Known(_))));
        assert!(matches!(again.begin(asked(1, 2), later), Ok(Begun::New(_))));
        again.forget_old(later).expect("swept");
        assert_eq!(rows.get(TABLE, &[1; 32]).expect("read"), None);
    }

    #[test]
    fn a_key_whose_call_came_to_nothing_is_free_again() {
        let replay = Replay::new(Arc::new(MemoryRows::default()));
        let begun = replay.begin(asked(1, 1), NOW);
        assert!(replay.begin(asked(1, 1), NOW).is_err());
        drop(begun);
        assert!(matches!(replay.begin(asked(1, 2), NOW), Ok(Begun::New(_))));
    }

    #[tokio::test]
    async fn refusals_are_kept_and_failures_are_not() {
        let rows: Arc<dyn Rows> = Arc::new(MemoryRows::default());
        let replay = Replay::new(Arc::clone(&rows));
        for (key, code, is_kept) in
            [(1, "rules.state.dispensed-pack", true), (2, "node.busy", false), (3, "access.limit", false)]
        {
            let Ok(Begun::New(asked_first)) = replay.begin(asked(key, 1), NOW) else { panic!("not new") };
            replay.finish(asked_first, Problem::new(code).into_response(), NOW, |changes| rows.put(changes)).await;
            match replay.begin(asked(key, 1), NOW) {
                Ok(Begun::Known(answer)) => {
                    assert!(is_kept, "{code}");
                    let problem = answer.extensions().get::<Problem>().expect("a problem");
                    assert_eq!((problem.code(), answer.status().as_u16()), (code, 409));
                }
                _ => assert!(!is_kept, "{code}"),
            }
        }
    }

    #[tokio::test]
    async fn an_answer_for_the_time_being_is_not_kept_but_its_key_is_used() {
        let rows: Arc<dyn Rows> = Arc::new(MemoryRows::default());
        let replay = Replay::new(Arc::clone(&rows));
        for _ in 0..2 {
            let Ok(Begun::New(open)) = replay.begin(asked(1, 1), NOW) else { panic!("not new") };
            let mut answer = (StatusCode::ACCEPTED, "waits").into_response();
            answer.extensions_mut().insert(Passing);
            let answer = replay.finish(open, answer, NOW, |changes| rows.put(changes)).await;
            assert_eq!(body(answer).await, "waits");
            let other = replay.begin(asked(1, 2), NOW);
            assert_eq!(other.err().map(|problem| problem.code().to_owned()), Some(REUSED.into()));
        }
    }
}
