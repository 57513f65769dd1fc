//! What handlers have at hand, and which handler answers what.

use super::{
    body::{MEMORY_BYTES, Memory, OPEN_MEMORY_BYTES},
    epcis,
    gate::{Directory, Gate, MOST_RUNNING},
    guarded, health,
    limits::Limits,
    metrics::Metrics,
    open,
    pages::Pages,
    replay::Replay,
    staff,
};
use crate::{
    audit::Audit,
    capture::Captures,
    fault::{Fault, Result},
    folder::Folder,
    genesis_file::Role,
    keyring,
    node::Node,
    outbox::Outbox,
    pool::Receipt,
    rows::{Change, Rows},
    token::Issuer,
};
use axum::{
    Router,
    routing::{get, post},
};
use medproof_core::{encoding::Message, genesis::Genesis, identity::MemberId};
use medproof_rules::body::{Act, AuditAnchor};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// What handlers have at hand.
pub struct Face {
    /// The node.
    pub node: Arc<Node>,
    /// The gate, with its quotas, figures and logs.
    pub gate: Arc<Gate>,
    /// What is kept outside blocks.
    pub rows: Arc<dyn Rows>,
    /// The pages' files.
    pub pages: Pages,
    /// EPCIS documents on their way.
    pub captures: Arc<Captures>,
    /// What was given out and waits for a quorum.
    pub outbox: Outbox,
}

/// A shared face, as handlers take it.
pub type Shared = Arc<Face>;

impl Face {
    /// The face of `node`.
    pub fn new(node: Arc<Node>) -> Result<Shared> {
        let rows: Arc<dyn Rows> = Arc::<crate::chain::Ledger>::clone(node.ledger());
        let gate = Gate {
            tokens: issuer(&node)?.verifier(),
            directory: Arc::new(Members(Arc::clone(&node))),
            clock: node.clock().clone(),
            limits: Limits::new(&node.config().api.limits),
            running: Semaphore::new(MOST_RUNNING),
            memory: Memory::new(MEMORY_BYTES),
            open_memory: Memory::new(OPEN_MEMORY_BYTES),
            replay: Replay::new(Arc::clone(&rows)),
            audit: Arc::new(Audit::open(Arc::clone(&rows))?),
            metrics: Metrics::default(),
            is_behind_proxy: node.config().api.behind_proxy,
        };
        let pages = Pages::load(node.config().api.web_dir.as_deref())?;
        // The patient page takes the anchor that lies beside it: whoever loads the page here trusts this node for both.
        let pages = pages.with("anchor.mpanchor", node.anchor().to_bytes());
        let captures = Arc::new(Captures::new(Arc::clone(&node), Arc::clone(&rows)));
        let outbox = Outbox::new(Arc::clone(&node), Arc::clone(&rows));
        Ok(Arc::new(Self { node, gate: Arc::new(gate), rows, pages, captures, outbox }))
    }

    /// Everything that can be called, behind the gate.
    pub fn router(self: &Shared) -> Router {
        guarded(routes().with_state(Arc::clone(self)), &self.gate)
    }

    /// Takes up what a restart cut off, then writes what has been counted and forgets what is old, now and then, for
    /// as long as the node runs.
    pub async fn keep_house(self: Shared) {
        if let Err(fault) = self.captures.resume() {
            tracing::error!(code = fault.code(), "capture jobs were not taken up again");
        }
        let mut tick = tokio::time::interval(HOUSE_TIME);
        for round in 0_u64.. {
            tick.tick().await;
            self.gate.limits.forget_idle();
            let now = self.gate.clock.now();
            let mut done = self.gate.audit.flush(now).and(staff::outbox::tend(&self).await);
            if round % HOUSE_ROUNDS == 0 {
                done = done.and_then(|()| self.gate.replay.forget_old(now));
                if self.anchor_is_due() {
                    // Without a quorum it is tried again in an hour; what waits for one is not kept waiting for it.
                    let anchored = timeout(ANCHOR_TIME, self.anchor()).await;
                    done = done.and(anchored.map_or(Ok(()), |anchored| anchored.map(|_| ())));
                }
            }
            if let Err(fault) = done {
                tracing::error!(code = fault.code(), "the node's own records were not kept");
            }
        }
    }

    /// Puts the audit log's newest hash on the ledger; nothing where no entry came since the last time.
    pub async fn anchor(&self) -> Result<Option<Receipt>> {
        self.gate.audit.flush(self.gate.clock.now())?;
        let (head, (_, first)) = (self.gate.audit.head(), self.anchored()?);
        let Some(last) = head.count.checked_sub(1).filter(|last| *last >= first) else { return Ok(None) };
        let member = self.node.config().member.id();
        let Some(role) = self.node.roles(member)?.pop() else { return Err(Fault::new("rules.event.member")) };
        let receipt =
            self.node.deed(member, role, Act::AuditAnchor(AuditAnchor { first, last, head: head.hash })).await?;
        let value = [self.gate.clock.now().0.to_be_bytes(), head.count.to_be_bytes()].concat();
        self.rows.put(vec![Change { table: ANCHORED, key: Vec::new(), value: Some(value) }])?;
        Ok(Some(receipt))
    }

    fn anchor_is_due(&self) -> bool {
        self.anchored().is_ok_and(|(time_ms, _)| time_ms + A_DAY_MS <= self.gate.clock.now().0)
    }

    /// When the audit log was anchored last, and how many entries it had then.
    fn anchored(&self) -> Result<(u64, u64)> {
        let row = self.rows.get(ANCHORED, &[])?;
        let numbers = row.and_then(|row| Some((row.get(..8)?.try_into().ok()?, row.get(8..)?.try_into().ok()?)));
        Ok(numbers.map_or((0, 0), |(time, count)| (u64::from_be_bytes(time), u64::from_be_bytes(count))))
    }
}

/// Who signs the node's tokens.
pub fn issuer(node: &Node) -> Result<Issuer> {
    issuer_in(node.folder(), node.genesis())
}

/// Who signs the tokens of the node in `folder`, open or not.
pub fn issuer_in(folder: &Folder, genesis: &Genesis) -> Result<Issuer> {
    let secret = keyring::secret_or_new(folder, TOKEN_KEY)?;
    Ok(Issuer::new(&secret, keyring::to_hex(&genesis.chain_id().0)))
}

/// The members as the ledger has them.
struct Members(Arc<Node>);

impl Directory for Members {
    fn roles(&self, member: MemberId) -> Result<Vec<Role>> {
        match self.0.roles(member) {
            Err(fault) if fault.code() == "rules.member.absent" => Ok(Vec::new()),
            roles => roles,
        }
    }
}

fn routes() -> Router<Shared> {
    let open = Router::new()
        .route("/", get(open::page::index))
        .route("/{*page}", get(open::page::file))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/openapi.json", get(super::openapi::answer))
        .route("/demo.json", get(open::page::demo))
        .route("/checkpoint", get(open::tile::checkpoint))
        .route("/tile/{*tile}", get(open::tile::tile))
        .route("/v1/anchor", get(open::chain::anchor))
        .route("/v1/updates", get(open::chain::update))
        .route("/v1/headers/{height}", get(open::chain::header))
        .route("/v1/proofs", get(open::proof::one).post(open::proof::many))
        .route("/v1/buckets/{bits}/{hex}", get(open::proof::bucket))
        .route("/v1/bundles", get(open::bundle::bundle))
        .route("/v1/products/{scheme}/{code}", get(open::product::product))
        .route("/v1/timeline", get(open::timeline::timeline))
        .route("/01/{*link}", get(open::link::link))
        .route("/00/{*link}", get(open::link::link))
        .route("/v1/reports", post(open::report::report))
        .route("/v1/forks", post(open::report::fork));
    open.merge(staff_routes())
}

fn epcis_routes() -> Router<Shared> {
    use epcis::{capture, events, options};
    Router::new()
        .route("/epcis/capture", post(capture::capture).options(options))
        .route("/epcis/capture/{id}", get(capture::job).options(options))
        .route("/epcis/events", get(events::find).post(capture::event).options(options))
        .route("/epcis/events/{id}", get(events::one).options(options))
        .route("/epcis/events/{id}/proof", get(events::proof).options(options))
        .route("/epcis/epcs/{epc}/events", get(events::of_epc).options(options))
}

fn staff_routes() -> Router<Shared> {
    let mut router = Router::new()
        .route("/v1/me", get(staff::me::me))
        .route("/v1/members", get(staff::me::members).post(staff::member::admit))
        .route("/v1/members/{member}", post(staff::member::change))
        .route("/v1/members/{member}/keys", post(staff::member::keys))
        .route("/v1/medicines", get(staff::medicine::find).post(staff::medicine::register))
        .route("/v1/medicines/alias", post(staff::medicine::alias))
        .route("/v1/medicines/change", post(staff::medicine::change))
        .route("/v1/lots", post(staff::goods::release))
        .route("/v1/packs/register", post(staff::goods::register))
        .route("/v1/packs/alias", post(staff::goods::alias))
        .route("/v1/units/pack", post(staff::goods::pack))
        .route("/v1/units/unpack", post(staff::goods::unpack))
        .route("/v1/packs/verify", post(staff::verify::verify))
        .route("/v1/orders", get(staff::trade::list).post(staff::trade::step))
        .route("/v1/deliveries/check", post(staff::delivery::check))
        .route("/v1/recalls", get(staff::recall::list).post(staff::recall::measure))
        .route("/v1/recalls/impact", get(staff::recall::impact))
        .route("/v1/alerts", get(staff::alert::list))
        .route("/v1/alerts/{id}", post(staff::alert::settle))
        .route("/v1/outbox", get(staff::outbox::list))
        .route("/v1/stock", get(staff::figures::stock))
        .route("/v1/stats", get(staff::figures::stats))
        .route("/v1/events", post(staff::event::submit))
        .route("/v1/events/stream", get(staff::event::stream))
        .route("/v1/audit", get(staff::me::audit))
        .merge(epcis_routes());
    for (path, kind) in crate::access::DEEDS {
        router = router.route(path, post(move |state, asked, bytes| staff::packs::act(kind, state, asked, bytes)));
    }
    router
}

/// When the audit log was anchored last.
const ANCHORED: &str = "audit-anchored";

const A_DAY_MS: u64 = 86_400_000;

const TOKEN_KEY: &str = "token.key";

/// How long the audit log's newest hash may take to get onto the ledger.
const ANCHOR_TIME: Duration = Duration::from_secs(30);

/// How often the house is kept.
const HOUSE_TIME: Duration = Duration::from_secs(10);

/// After so many times old answers are looked for: once an hour.
const HOUSE_ROUNDS: u64 = 360;

/// The fault of something that was asked for and is not there.
pub(super) fn absent() -> Fault {
    Fault::new("request.not-found")
}
