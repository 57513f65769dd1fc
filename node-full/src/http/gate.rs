//! The gate: every call passes it on the way to its handler, and nothing that is not in the access table does.
//!
//! ```text
//! row of the table ─► token, roles, purpose ─► quota ─► body, counted ─► repeated? ─► handler ─► audit log
//! ```

use super::{
    body::{self, Memory},
    limits::{Key, Limits},
    metrics::Metrics,
    replay::{self, Replay},
};
use crate::{
    access::{self, Access, Caller, Endpoint, Verb},
    audit::{Audit, Decision, Entry},
    clock::Clock,
    fault::Result,
    genesis_file::Role,
    problem::Problem,
    token::{self, Verifier},
};
use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use medproof_core::identity::MemberId;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use tokio::sync::Semaphore;

/// What the gate needs to know.
pub struct Gate {
    /// Checks tokens.
    pub tokens: Verifier,
    /// Knows the members' roles.
    pub directory: Arc<dyn Directory>,
    /// The time.
    pub clock: Clock,
    /// How often who may call.
    pub limits: Limits,
    /// How many calls may run at once.
    pub running: Semaphore,
    /// How much memory bodies may take together.
    pub memory: Memory,
    /// The same for calls without a token: those who state lengths and send nothing keep nobody else out.
    pub open_memory: Memory,
    /// Answers that were given, for those who ask again.
    pub replay: Replay,
    /// Who did what.
    pub audit: Arc<Audit>,
    /// Figures.
    pub metrics: Metrics,
    /// Whether the address of a caller is the one that a proxy names.
    pub is_behind_proxy: bool,
}

/// Who knows the members' roles.
pub trait Directory: Send + Sync + 'static {
    /// The roles of an admitted member; none if it is not admitted.
    fn roles(&self, member: MemberId) -> Result<Vec<Role>>;
}

/// The id of a call, as answers, logs and the audit log have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

/// From where a call comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The caller's address.
    pub address: IpAddr,
    /// Whether it is a program on the same machine that speaks for itself.
    pub is_local: bool,
}

/// Lets a call through to its handler, or says why not.
pub async fn pass(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let Some(path) = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()) else {
        return Problem::new("request.path").into_response();
    };
    let Ok(_place) = gate.running.try_acquire() else {
        return Problem::new("node.busy").retry_after_s(1).into_response();
    };
    match admit(&gate, &path, request).await {
        Ok((row, caller, request)) => enter(Arc::clone(&gate), row, caller, request, next).await,
        Err(problem) => problem.into_response(),
    }
}

/// Everything that is checked before a body is read.
async fn admit(
    gate: &Gate,
    path: &str,
    mut request: Request,
) -> std::result::Result<(&'static Endpoint, Option<Caller>, Request), Problem> {
    let row = find_row(&request, path)?;
    let origin = origin(&request, gate.is_behind_proxy);
    if access::CARRIES_TOKEN_IN_QUERY.iter().any(|name| has_query(&request, name)) {
        return Err(Problem::new("token.in-query"));
    }
    let caller = match authorize(gate, row, origin, request.headers()) {
        Ok(caller) => caller,
        Err((actor, problem)) => {
            gate.limits.check(access::Rate::Report, &Key::of(None, origin.address))?;
            gate.audit.refused(&actor, &action(row), problem.code());
            return Err(problem);
        }
    };
    gate.limits.check(row.rate, &Key::of(caller.as_ref(), origin.address))?;
    request.extensions_mut().insert(origin);
    let memory = if caller.is_some() { &gate.memory } else { &gate.open_memory };
    let request = body::read(request, row.body_limit_bytes, memory).await?;
    Ok((row, caller, request))
}

async fn enter(
    gate: Arc<Gate>,
    row: &'static Endpoint,
    caller: Option<Caller>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(caller) = caller else { return next.run(request).await };
    request.extensions_mut().insert(caller.clone());
    if !row.is_change() {
        return next.run(request).await;
    }
    // A caller who goes away stops nothing half-way: what was begun is ended, and kept for when the caller asks again.
    let change = tokio::spawn(change(gate, row, caller, request, next));
    change.await.unwrap_or_else(|_| Problem::new("node.stopped").into_response())
}

async fn change(gate: Arc<Gate>, row: &'static Endpoint, caller: Caller, mut request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone());
    let begun = replay::Asked::of(&request, row, &caller).and_then(|asked| gate.replay.begin(asked, gate.clock.now()));
    let open = match begun {
        Ok(replay::Begun::Known(answer)) => return answer,
        Ok(replay::Begun::New(open)) => open,
        Err(problem) => return problem.into_response(),
    };
    request.extensions_mut().insert(open.call());
    let response = next.run(request).await;
    let entry = entry(&gate, row, &caller, &response, id);
    let now = gate.clock.now();
    gate.replay.finish(open, response, now, |changes| gate.audit.record(entry, changes)).await
}

fn entry(gate: &Gate, row: &Endpoint, caller: &Caller, response: &Response, request: String) -> Entry {
    let status = response.status();
    let decision = match status {
        status if status.is_server_error() => Decision::Failed,
        status if status.is_client_error() => Decision::Refused,
        _ => Decision::Done,
    };
    let code = response.extensions().get::<Problem>().map_or_else(String::new, |problem| problem.code().to_owned());
    Entry { time_ms: gate.clock.now().0, actor: actor(caller), action: action(row), decision, code, count: 1, request }
}

fn find_row(request: &Request, path: &str) -> std::result::Result<&'static Endpoint, Problem> {
    let verb = Verb::of(request.method());
    if let Some(row) = verb.and_then(|verb| access::find(verb, path)) {
        return Ok(row);
    }
    let allowed: Vec<_> = access::rows(path).map(|row| row.verb.name()).collect();
    // The catch-all of the pages says nothing about what is there.
    if allowed.is_empty() || path == PAGES {
        return Err(Problem::new("request.path"));
    }
    Err(Problem::new("request.method").extra("allow", allowed))
}

fn authorize(
    gate: &Gate,
    row: &Endpoint,
    origin: Origin,
    headers: &HeaderMap,
) -> std::result::Result<Option<Caller>, (String, Problem)> {
    match row.access {
        Access::Open => Ok(None),
        Access::Loopback if origin.is_local => Ok(None),
        Access::Loopback => Err((String::new(), Problem::new("access.loopback"))),
        Access::Staff(_) => {
            let caller = caller(gate, headers).map_err(|problem| (String::new(), problem))?;
            let allowed = gate.directory.roles(caller.member).map_err(Problem::from);
            let allowed = allowed.and_then(|roles| row.check(&caller, &roles).map_err(Problem::new));
            match allowed {
                Ok(()) => Ok(Some(caller)),
                Err(problem) => Err((actor(&caller), problem)),
            }
        }
    }
}

fn caller(gate: &Gate, headers: &HeaderMap) -> std::result::Result<Caller, Problem> {
    let mut found = headers.get_all(header::AUTHORIZATION).iter();
    let value = found.next().ok_or(Problem::new("access.token"))?;
    let value = value.to_str().ok().filter(|_| found.next().is_none());
    let value = value.ok_or(Problem::new("token.malformed"))?;
    // Tokens follow the wall clock, whatever time a demonstration chain has.
    Ok(gate.tokens.check(token::bearer(value)?, Clock::wall().now())?)
}

/// From where the call comes: the peer, or whom the nearest proxy names.
fn origin(request: &Request, is_behind_proxy: bool) -> Origin {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back();
    let is_forwarded = forwarded.is_some() || request.headers().contains_key(header::FORWARDED);
    let named = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    let address = named.filter(|_| is_behind_proxy).or(peer).unwrap_or(IpAddr::from([0, 0, 0, 0]));
    Origin { address, is_local: peer.is_some_and(|peer| peer.is_loopback()) && !is_forwarded }
}

fn has_query(request: &Request, name: &str) -> bool {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').any(|pair| pair.split('=').next() == Some(name))
}

fn actor(caller: &Caller) -> String {
    format!("{}@{}", caller.subject, caller.member.0)
}

fn action(row: &Endpoint) -> String {
    format!("{} {}", row.verb.name(), row.path)
}

/// The most calls that run at once; others are told to come again.
pub const MOST_RUNNING: usize = 512;

/// Where the pages' files lie.
pub(super) const PAGES: &str = "/{*page}";
