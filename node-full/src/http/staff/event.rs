//! Events: handing in signed ones, and watching those that are agreed on.

use super::{
    super::{
        answer::{self, EVENT, set},
        ask::{Asked, parameter},
        face::{Face, Shared},
        open::timeline::entry_view,
    },
    receipt_view,
};
use crate::{fault::Fault, index::Index, problem::Problem};
use axum::{
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{self, KeepAlive, Sse},
    },
};
use futures_util::stream;
use medproof_core::{
    encoding::Message,
    event::Event,
    header::{Header, Height},
    log::LeafIndex,
};
use std::{convert::Infallible, time::Duration};
use tokio::{sync::watch, time::Instant};

/// Takes an event that the caller's member signed itself.
pub(in crate::http) async fn submit(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    if asked.headers.get(header::CONTENT_TYPE).is_none_or(|value| value != EVENT) {
        return Err(Problem::new("request.media-type"));
    }
    let event = Event::from_bytes(&bytes).map_err(|cause| Problem::new("node.event").with("cause", cause.code()))?;
    if event.head().member != asked.caller()?.member {
        return Err(Problem::new("access.member-other"));
    }
    let (id, kind) = (event.head().id(), event.head().kind);
    let receipt = match face.node.submit(event).await {
        Ok(receipt) => receipt,
        Err(fault) => match Index::new(&face.node.view()).event_index(&id)? {
            // It is there: the answer to the first call was lost.
            Some(index) => super::placed(&face, index)?.1,
            None => return Err(Problem::from(fault).of_kind(kind)),
        },
    };
    Ok(answer::with_status(StatusCode::CREATED, &receipt_view(&receipt)))
}

/// Every event from now on, or from behind `Last-Event-ID`, as it is agreed on. The id is
/// the block's height and the event's place in it.
pub(in crate::http) async fn stream(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let last = asked.headers.get("last-event-id").map(|value| value.to_str().unwrap_or_default().to_owned());
    let next = match last.as_deref().or(asked.text("after")) {
        Some(id) => behind(&face, id)?,
        None => face.node.view().log_size().0,
    };
    let watching = Watching { tip: face.node.ledger().tip(), face, next, ends: Instant::now() + LONGEST };
    let events = stream::unfold(watching, Watching::next);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

struct Watching {
    face: Shared,
    tip: watch::Receiver<Header>,
    next: u64,
    /// A token does not last for ever either.
    ends: Instant,
}

impl Watching {
    async fn next(mut self) -> Option<(Result<sse::Event, Infallible>, Self)> {
        loop {
            match told(&self.face, LeafIndex(self.next)) {
                Ok(Some(event)) => {
                    self.next += 1;
                    return Some((Ok(event), self));
                }
                Ok(None) => {}
                Err(_) => return None,
            }
            let changed = tokio::time::timeout_at(self.ends, self.tip.changed()).await;
            changed.ok()?.ok()?;
        }
    }
}

fn told(face: &Face, index: LeafIndex) -> Result<Option<sse::Event>, Fault> {
    let Some(placed) = face.node.view().event(index)? else { return Ok(None) };
    let event = Event::from_bytes(&placed.event).map_err(|_| Fault::new("node.store"))?;
    let mut data = entry_view(&event.log_entry());
    set(&mut data, "member", event.head().member.0);
    set(&mut data, "height", placed.height.0);
    set(&mut data, "index", index.0);
    let name = data.get("name").and_then(serde_json::Value::as_str).unwrap_or("other").to_owned();
    let id = format!("{}.{}", placed.height.0, placed.place);
    Ok(Some(sse::Event::default().id(id).event(name).data(data.to_string())))
}

/// The place in the log behind the event that an id, height and place in the block, names.
fn behind(face: &Face, id: &str) -> Result<u64, Problem> {
    let numbers =
        id.split_once('.').and_then(|(height, place)| Some((Height(height.parse().ok()?), place.parse::<u64>().ok()?)));
    let (height, place) = numbers.ok_or_else(|| parameter("after"))?;
    let entries = face.node.view().block_entries(height).map_err(Fault::from)?.ok_or_else(|| parameter("after"))?;
    Ok(entries.start.saturating_add(place).saturating_add(1))
}

const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// After this a watcher has to come again, with a token that still counts.
const LONGEST: Duration = Duration::from_secs(3_600);
