//! `/epcis/events` and `/epcis/epcs/{epc}/events`: the caller's own events, found again.

use super::{
    super::{
        answer::{self, JSON},
        ask::{Asked, parameter},
        face::{Face, Shared, absent},
    },
    announced,
};
use crate::{
    capture::{Anchored, Kept, kept, limits, places},
    fault::Fault,
    keyring::to_hex,
    problem::Problem,
};
use axum::{
    extract::{Path, Query as Parameters, State},
    http::{HeaderValue, header},
    response::Response,
};
use medproof_core::identity::MemberId;
use medproof_epcis::{
    answer::{EpcFormat, StoredEvent, bare_event, query_document},
    context::Context,
    document::Document,
    query::{IndexField, Query, QueryError, Recorded},
    time::Moment,
};
use std::sync::Arc;

type Pairs = Parameters<Vec<(String, String)>>;

/// An event with its context and its place in the order of the answer.
struct Found {
    token: String,
    kept: Kept,
    context: Arc<Context>,
}

/// The caller's events that fit the parameters.
pub(in crate::http) async fn find(
    State(face): State<Shared>,
    asked: Asked,
    Parameters(pairs): Pairs,
) -> Result<Response, Problem> {
    answer(&face, &asked, query(&pairs)?, &pairs)
}

/// Those that name an object.
pub(in crate::http) async fn of_epc(
    State(face): State<Shared>,
    asked: Asked,
    Path(epc): Path<String>,
    Parameters(pairs): Pairs,
) -> Result<Response, Problem> {
    let query = query(&pairs)?.and("MATCH_anyEPC", &epc).map_err(|error| wrong(&error))?;
    answer(&face, &asked, query, &pairs)
}

/// One event by its identifier.
pub(in crate::http) async fn one(
    State(face): State<Shared>,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let kept = named(&face, &asked, &id)?;
    let context = context(&kept)?;
    let event = StoredEvent { bytes: &kept.bytes, context: &context };
    let text = bare_event(&event, format(&asked)?).map_err(|_| broken())?;
    Ok(announced(answer::bytes(text.into_bytes(), JSON)))
}

/// What shows to anybody that the event is anchored.
pub(in crate::http) async fn proof(
    State(face): State<Shared>,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let kept = named(&face, &asked, &id)?;
    let shown = Anchored::draw(&face.node.view(), &kept)?.ok_or_else(|| Problem::new("proof.no-block"))?;
    Ok(announced(answer::json(&serde_json::json!(shown))))
}

/// The caller's event of an identifier.
fn named(face: &Face, asked: &Asked, id: &str) -> Result<Kept, Problem> {
    let member = asked.caller()?.member;
    let place = places(&*face.rows, member, Some((IndexField::EventId, id)), 1)?.pop().ok_or_else(absent)?;
    kept(&*face.rows, member, &place.1)?.ok_or_else(|| absent().into())
}

fn answer(face: &Face, asked: &Asked, query: Query, pairs: &[(String, String)]) -> Result<Response, Problem> {
    let format = format(asked)?;
    let most = query.per_page.min(Query::MAX_PER_PAGE);
    let mut found = matching(face, asked.caller()?.member, &query, most)?;
    let is_more = found.len() > most;
    found.truncate(most);
    let events: Vec<_> =
        found.iter().map(|event| StoredEvent { bytes: &event.kept.bytes, context: &event.context }).collect();
    let now = i64::try_from(face.node.clock().now().0).unwrap_or(i64::MAX);
    let now = jiff::Timestamp::from_millisecond(now).map(|time| time.to_string()).unwrap_or_default();
    let text = query_document(&events, "SimpleEventQuery", &now, format).map_err(|_| broken())?;
    let mut response = announced(answer::bytes(text.into_bytes(), JSON));
    if let (true, Some(last)) = (is_more, found.last()) {
        let link = next_page(&asked.path, pairs, &last.token);
        if let Ok(value) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, value);
        }
    }
    Ok(response)
}

/// The events behind the page token, in the order of the question: one more than a page where there are more.
fn matching(face: &Face, member: MemberId, query: &Query, most: usize) -> Result<Vec<Found>, Problem> {
    let mut candidates = candidates(face, member, query)?;
    if query.is_descending {
        candidates.reverse();
    }
    let is_behind = |token: &str, kept_token: &str| {
        if query.is_descending { kept_token < token } else { kept_token > token }
    };
    let (mut found, mut seen) = (Vec::new(), 0_usize);
    let total = query.event_count_limit.unwrap_or(usize::MAX);
    for (time, key) in candidates {
        let token = format!("{time:016x}{}", to_hex(&key));
        let Some(kept) = kept(&*face.rows, member, &key)? else { continue };
        let context = context(&kept)?;
        if !fits(&kept, &context, query)? {
            continue;
        }
        seen += 1;
        if query.max_event_count.is_some_and(|max| seen > max) {
            return Err(Problem::new("request.too-large"));
        }
        let is_on_page = query.next_page_token.as_deref().is_none_or(|from| is_behind(from, &token));
        if is_on_page && seen <= total && found.len() <= most {
            found.push(Found { token, kept, context });
        }
        if seen >= total || (found.len() > most && query.max_event_count.is_none()) {
            break;
        }
    }
    Ok(found)
}

/// Time and key of the events among which the answer is, ascending by the time that orders it.
fn candidates(face: &Face, member: MemberId, query: &Query) -> Result<Vec<(u64, Vec<u8>)>, Problem> {
    let mut all = Vec::new();
    match query.lookup() {
        None => all = places(&*face.rows, member, None, MOST_SCANNED + 1)?,
        Some(lookup) => {
            for key in &lookup.keys {
                all.extend(places(&*face.rows, member, Some((lookup.field, key)), MOST_SCANNED + 1)?);
            }
        }
    }
    if all.len() > MOST_SCANNED {
        return Err(Problem::new("request.too-large"));
    }
    if query.order_by == medproof_epcis::query::OrderBy::RecordTime {
        for (time, key) in &mut all {
            *time = kept(&*face.rows, member, key)?.map_or(*time, |kept| kept.record_ms);
        }
    }
    all.sort();
    all.dedup();
    Ok(all)
}

fn fits(kept: &Kept, context: &Arc<Context>, query: &Query) -> Result<bool, Problem> {
    let event = Document::read_event(&kept.bytes, context, &limits()).map_err(|_| broken())?;
    let micros = i64::try_from(kept.record_ms).unwrap_or(i64::MAX).saturating_mul(1_000);
    let record_time = Moment::from_unix_micros(micros);
    Ok(query.matches(&Recorded { event: &event, event_id: &kept.id, record_time }))
}

fn query(pairs: &[(String, String)]) -> Result<Query, Problem> {
    Query::parse(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))).map_err(|error| wrong(&error))
}

fn wrong(error: &QueryError) -> Problem {
    parameter(&error.parameter).extra("expected", error.expected.clone())
}

fn format(asked: &Asked) -> Result<EpcFormat, Problem> {
    let Some(value) = asked.headers.get("gs1-epc-format") else { return Ok(EpcFormat::default()) };
    let format = value.to_str().ok().and_then(EpcFormat::of_header);
    format.ok_or_else(|| Problem::new("request.not-acceptable"))
}

fn context(kept: &Kept) -> Result<Arc<Context>, Problem> {
    Context::from_json(&kept.context).map(Arc::new).map_err(|_| broken())
}

fn next_page(path: &str, pairs: &[(String, String)], token: &str) -> String {
    let mut link = format!("<{path}?");
    for (name, value) in pairs.iter().filter(|(name, _)| name != "nextPageToken") {
        link.extend([super::capture::encoded(name).as_str(), "=", &super::capture::encoded(value), "&"]);
    }
    link + "nextPageToken=" + token + ">; rel=\"next\""
}

fn broken() -> Problem {
    Fault::new("node.index").with("table", "epcis-event").into()
}

/// Events that one question looks through.
const MOST_SCANNED: usize = 100_000;
