//! Events: handing in signed ones, and watching those that are agreed on.

use super::{
    super::{
        answer::{self, EVENT},
        ask::{Asked, parameter},
        face::{Face, Shared},
        open::timeline::entry_view,
    },
    receipt_view,
};
use crate::{fault::Fault, problem::Problem};
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
use medproof_core::{encoding::Message, event::Event, header::Header, log::LeafIndex};
use std::{convert::Infallible, time::Duration};
use tokio::{sync::watch, time::Instant};

/// Takes an event that the caller's member signed itself.
pub(in crate::http) async fn submit(State(face): State<Shared>, asked: Asked, bytes: Bytes) -> Result<Response, Problem> {
    if asked.headers.get(header::CONTENT_TYPE).is_none_or(|value| value != EVENT) {
        return Err(Problem::new("request.media-type"));
    }
    let event = Event::from_bytes(&bytes).map_err(|cause| Problem::new("node.event").with("cause", cause.code()))?;
    if event.head().member != asked.caller()?.member {
        return Err(Problem::new("access.member-other"));
    }
    let kind = event.head().kind;
    let receipt = face.node.submit(event).await.map_err(|fault| Problem::from(fault).of_kind(kind))?;
    Ok(answer::with_status(StatusCode::CREATED, &receipt_view(&receipt)))
}

/// Every event from now on, or from behind `Last-Event-ID`, as it is agreed on. The id is `height.index`.
pub(in crate::http) async fn stream(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let last = asked.headers.get("last-event-id").map(|value| value.to_str().unwrap_or_default().to_owned());
    let next = match last.as_deref().or(asked.text("after")) {
        Some(id) => id.rsplit('.').next().and_then(|index| index.parse::<u64>().ok()).ok_or_else(|| parameter("after"))? + 1,
        None => face.node.view()?.log_size().0,
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

fn told(face: &Face, place: LeafIndex) -> Result<Option<sse::Event>, Fault> {
    let view = face.node.view()?;
    let (Some(entry), Some(height)) = (view.entry(place)?, view.height_of(place)?) else { return Ok(None) };
    let mut data = entry_view(&entry);
    let event = crate::index::Index::new(&view).event(place)?;
    data["member"] = event.map(|event| event.head().member.0).into();
    data["height"] = height.0.into();
    data["index"] = place.0.into();
    let name = data["name"].as_str().unwrap_or("other").to_owned();
    Ok(Some(sse::Event::default().id(format!("{}.{}", height.0, place.0)).event(name).data(data.to_string())))
}

const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// After this a watcher has to come again, with a token that still counts.
const LONGEST: Duration = Duration::from_secs(3_600);
