//! Events that are signed one on top of another before any of them is in a block.
//!
//! ```text
//! state on disk ─► executor ─► leaves as they will be ─┬─► the next event, signed ─► executor …
//!                              rows as they will be ───┘
//! ```
//!
//! A draft says what the rules will say, if nothing comes between: the block is executed anew.

use crate::{
    author::Intent,
    chain::{MAX_BODY_BYTES, MAX_EVENTS, ViewState, chain_id, tip},
    fault::{Fault, Result},
    genesis_file::Role,
    index::{Above, Index, project::Projection},
    node::Node,
    pool::Bundle,
};
use medproof_core::{event::Event, header::UnixMillis, identity::MemberId, leaf::Leaf, log::LeafIndex, state::Path};
use medproof_rules::{Applied, Executor, Fault as Refused, body::Body};
use medproof_store::View;
use std::{cell::RefCell, mem};

/// Events of one member, signed on top of a state.
pub(crate) struct Draft<'a> {
    node: &'a Node,
    view: &'a View,
    member: MemberId,
    executor: RefCell<Executor<'a>>,
    rows: RefCell<Rows<'a>>,
    events: Vec<Event>,
    len_bytes: usize,
}

/// The index's rows; they are made when somebody asks for one, since most documents never do.
struct Rows<'a> {
    projection: Projection<'a>,
    next: LeafIndex,
    waiting: Vec<(Event, Applied)>,
}

impl<'a> Draft<'a> {
    /// A draft on `view`, whose leaves `state` reads.
    pub(crate) fn new(node: &'a Node, view: &'a View, state: &'a ViewState<'a>, member: MemberId) -> Result<Self> {
        let now = UnixMillis(node.clock().now().0.max(tip(view)?.time().0 + 1));
        let rows = Rows { projection: Projection::new(view), next: LeafIndex(view.log_size().0), waiting: Vec::new() };
        Ok(Self {
            node,
            view,
            member,
            executor: RefCell::new(Executor::new(*chain_id(view), state, now)),
            rows: RefCell::new(rows),
            events: Vec::new(),
            len_bytes: 0,
        })
    }

    /// The index as the events so far leave it.
    pub(crate) fn index(&self) -> Index<'_> {
        Index::over(self.view, self)
    }

    /// Signs an event and adds it, or says why the rules refuse it; then the draft is as before. Answers its place.
    pub(crate) fn add(&mut self, role: Role, body: &Body) -> Result<usize> {
        let intent = Intent { member: self.member, role, kind: body.kind() };
        let event = self.node.author().sign_next(intent, body.to_bytes(), &|path| Above::leaf(self, path))?;
        let applied = match self.executor.get_mut().apply(&event) {
            Ok(applied) => applied,
            Err(Refused::Refused(refusal)) => return Err(Fault::new(refusal.code)),
            Err(Refused::Read(cause)) => return Err(Fault::new("node.store").with("cause", cause)),
        };
        self.len_bytes += event.body().len() + ENVELOPE_BYTES;
        self.rows.get_mut().waiting.push((event.clone(), applied));
        self.events.push(event);
        Ok(self.events.len() - 1)
    }

    /// Whether `more_bytes` of bodies in `more_events` still fit into the block.
    pub(crate) const fn has_room(&self, more_events: usize, more_bytes: usize) -> bool {
        let events = self.events.len() + more_events;
        events <= MAX_EVENTS && self.len_bytes + more_bytes + more_events * ENVELOPE_BYTES <= MAX_BODY_BYTES
    }

    /// The events, to go into a block together.
    pub(crate) fn into_bundle(self) -> Bundle {
        Bundle::new(self.events)
    }
}

impl Above for Draft<'_> {
    fn leaf(&self, path: &Path) -> Result<Option<Leaf>> {
        let mut executor = self.executor.borrow_mut();
        let leaf = executor.leaf(path).map_err(|cause| Fault::new("node.store").with("cause", cause))?;
        Ok(leaf.cloned())
    }

    fn row(&self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut rows = self.rows.borrow_mut();
        for (event, applied) in mem::take(&mut rows.waiting) {
            let place = rows.next;
            rows.projection.add(place, &event, &applied)?;
            rows.next = LeafIndex(place.0 + 1);
        }
        rows.projection.get(table, key)
    }
}

/// What an event takes in a block besides its body: lengths, prelude, head, signature.
const ENVELOPE_BYTES: usize = 256;
