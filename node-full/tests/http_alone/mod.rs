//! A node by itself, with its interface, for tests to call.

#![allow(dead_code, reason = "each test file uses its own part")]

#[path = "../goods/mod.rs"]
mod goods;

use axum::http::{HeaderMap, StatusCode};
use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use goods::amoxicillin;
use http_body_util::BodyExt;
use medproof_core::{
    header::UnixMillis,
    identity::{Day, Lot, MemberId, ProductCode, Serial},
};
use medproof_node::{
    access::{Caller, Purpose, Staff},
    clock::Clock,
    config::Config,
    demo,
    folder::Folder,
    genesis_file::Role,
    http::{self, Face, limits::Quotas},
    node::{self, Node},
    token::Issuer,
};
use medproof_rules::body::{Act, LotRelease, PackRegister, ProductRegister};
use serde_json::Value;
use std::{net::SocketAddr, num::NonZero, sync::Arc};
use tower::ServiceExt;

pub(crate) const ME: MemberId = MemberId(1);
pub(crate) const GTIN: &str = "09504000059101";

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.text()))
    }

    pub(crate) fn code(&self) -> String {
        let body: Option<Value> = serde_json::from_slice(&self.body).ok();
        // Under `/epcis` the type is the standard's, and the code stands beside it.
        let text = |body: Value| Some(body.get("code").or_else(|| body.get("type"))?.as_str()?.to_owned());
        body.and_then(text).unwrap_or_default()
    }
}

pub(crate) struct Alone {
    pub(crate) node: Arc<Node>,
    pub(crate) router: Router,
    pub(crate) face: http::Shared,
    issuer: Issuer,
    consensus: Option<medproof_consensus::Handle>,
    place: tempfile::TempDir,
}

impl Alone {
    pub(crate) async fn new(quotas: &Quotas) -> Self {
        Self::made(jiff::Timestamp::now(), Clock::wall(), quotas).await
    }

    /// A node that was made `hours` ago, for which it is still then; [`Self::restarted`] brings it to the present.
    pub(crate) async fn made_before(hours: i64) -> Self {
        let then = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
        let time = UnixMillis(then.as_millisecond().try_into().expect("after 1970"));
        Self::made(then, Clock::injected(time), &Quotas::default()).await
    }

    async fn made(genesis: jiff::Timestamp, clock: Clock, quotas: &Quotas) -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(place.path().join("data"));
        node::init(&folder, "Hospital", genesis).expect("made");
        let me = Self::opened(place, clock, quotas).await;
        me.product(GTIN, false).await;
        me
    }

    /// A node of the demonstration's region, with the keys of all its members; nothing has happened there yet.
    pub(crate) async fn region(quotas: &Quotas) -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(place.path().join("data"));
        demo::create(&folder, Config::default()).expect("made");
        let config = config(&folder, quotas);
        let node = demo::open(folder, config).expect("opened");
        Self::started(place, node).await
    }

    async fn opened(place: tempfile::TempDir, clock: Clock, quotas: &Quotas) -> Self {
        let folder = Folder::new(place.path().join("data"));
        let config = config(&folder, quotas);
        let node = Arc::new(Node::open(folder, config, clock).expect("opened"));
        Self::started(place, node).await
    }

    async fn started(place: tempfile::TempDir, node: Arc<Node>) -> Self {
        let consensus = Some(node.start().await.expect("started"));
        let face = Face::new(Arc::clone(&node)).expect("a face");
        let issuer = http::issuer(&node).expect("a key");
        Self { node, router: face.router(), face, issuer, consensus, place }
    }

    /// From here on there are no more blocks.
    pub(crate) async fn stop_consensus(&mut self) {
        self.consensus.take().expect("running").stop().await.expect("stopped");
    }

    /// The same node after a restart.
    pub(crate) async fn restarted(self) -> Self {
        let Self { node, router, face, consensus, place, .. } = self;
        let quotas = node.config().api.limits.clone();
        if let Some(consensus) = consensus {
            consensus.stop().await.expect("stopped");
        }
        // What still runs lets go of the ledger in its own time.
        let ledger = Arc::downgrade(node.ledger());
        drop((router, face, node));
        for _ in 0..600 {
            if ledger.strong_count() == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        Self::opened(place, Clock::wall(), &quotas).await
    }

    pub(crate) async fn stocked(count: usize) -> Self {
        let me = Self::new(&Quotas::default()).await;
        me.stock(GTIN, count).await;
        me
    }

    pub(crate) async fn stock(&self, gtin: &str, count: usize) {
        let me = self;
        let product = ProductCode::from_gtin14(gtin).expect("a GTIN");
        let lot = Lot::new("L1").expect("a lot");
        let expiry = Day::from_date(2030, 5, 31).expect("a date");
        me.deed(Act::LotRelease(LotRelease { product: product.clone(), lot: lot.clone(), expiry })).await;
        let serials = (0..count).map(|number| Serial::new(&format!("S{number:05}")).expect("a serial")).collect();
        me.deed(Act::PackRegister(PackRegister { product, lot, quantity: NonZero::<u16>::MIN, serials })).await;
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.node.clock().now().0
    }

    pub(crate) fn token(&self, staff: &[Staff], purpose: Purpose) -> String {
        self.token_of(ME, staff, purpose)
    }

    pub(crate) fn token_of(&self, member: MemberId, staff: &[Staff], purpose: Purpose) -> String {
        let caller = Caller { subject: "tester".into(), member, staff: staff.to_vec(), purpose: Some(purpose) };
        format!("Bearer {}", self.issuer.issue(&caller, Clock::wall().now(), 1).expect("a token"))
    }

    pub(crate) async fn call(&self, method: &str, uri: &str, token: Option<&str>, body: &str) -> Answer {
        let headers: Vec<(&str, &str)> = token.map(|token| ("authorization", token)).into_iter().collect();
        self.call_with(method, uri, &headers, body).await
    }

    pub(crate) async fn call_with(&self, method: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut headers = headers.to_vec();
        if !body.is_empty() || method == "POST" {
            headers.insert(0, ("content-type", "application/json"));
        }
        self.call_bytes(method, uri, &headers, body.as_bytes().to_vec()).await
    }

    pub(crate) async fn call_bytes(&self, method: &str, uri: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer = ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 50_000)));
        let request = request.extension(peer).body(Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let is_stream = parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let body = if is_stream { Vec::new() } else { body.collect().await.expect("a body").to_bytes().to_vec() };
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn product(&self, gtin: &str, random_serials: bool) {
        let product = ProductCode::from_gtin14(gtin).expect("a GTIN");
        self.deed(Act::ProductRegister(ProductRegister { product, info: amoxicillin(), random_serials })).await;
    }

    async fn deed(&self, act: Act) {
        self.node.deed(ME, Role::Manufacturer, act).await.expect("accepted");
    }
}

/// What the folder says, on ports that are free.
fn config(folder: &Folder, quotas: &Quotas) -> Config {
    let mut config = Config::load(folder).expect("read");
    config.consensus.listen.set_port(0);
    config.api.limits = quotas.clone();
    config
}
