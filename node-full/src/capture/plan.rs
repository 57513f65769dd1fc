//! What a document asks for, worked out on the newest state before anything is sent.

use super::{
    commitment, deed,
    job::Done,
    order::Order,
    registry::Ledger,
    right,
    shelf::{self, Kept},
};
use crate::{
    access::Caller,
    chain::ViewState,
    draft::Draft,
    fault::{Fault, Result},
    genesis_file::Role,
    index::Index,
    keyring,
    node::Node,
    pool::Bundle,
    rows::Rows,
};
use medproof_core::{hash::Digest, header::UnixMillis, log::LeafIndex};
use medproof_epcis::{
    document::Document,
    event::Event,
    mapping::{self, Wish},
};
use medproof_rules::body::{self, Act, Body, DocumentStore};
use medproof_store::View;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// An event of a document that can be read, each once.
pub(super) struct Prepared<'d> {
    pub(super) pointer: &'d str,
    pub(super) event: &'d Event<'d>,
    pub(super) key: [u8; 32],
    pub(super) id: String,
    bytes: &'d str,
    salt: [u8; 32],
}

/// What becomes of some events of a document when the bundle beside this is accepted.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Plan {
    /// The events.
    pub(super) events: Vec<Planned>,
    /// The place in the document from which on the rest goes.
    pub(super) end: usize,
    /// Where the event stands that refuses the whole document, and why.
    #[serde(skip)]
    pub(super) refused: Option<(String, Fault)>,
}

/// What becomes of one event.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Planned {
    /// Its place among the prepared ones.
    pub(super) place: usize,
    /// The identifier under which it was kept before, if it was.
    pub(super) known_as: Option<String>,
    /// What is known already.
    done: Done,
    /// Its deeds: the kind, and the place in the bundle.
    deeds: Vec<(u16, usize)>,
    /// The place in the bundle of the event that carries its commitment, where none of its deeds does.
    carrier: Option<usize>,
}

/// Drawing a plan.
struct Drawing<'a> {
    node: &'a Node,
    view: &'a View,
    draft: Draft<'a>,
    order: &'a Order,
    caller: Caller,
    roles: Vec<Role>,
    plan: Plan,
    /// Commitments that no deed carries, each with the place of its event in the plan.
    loose: Vec<(Digest, usize)>,
}

/// Why an event is not taken as it is.
enum No {
    /// The node could not.
    Fault(Fault),
    /// The rules or the access table say no.
    Refused(Fault),
}

impl<'d> Prepared<'d> {
    /// The events of a document that can be read; of events that are the same, the first.
    pub(super) fn all(document: &'d Document<'d>, order: &Order) -> Vec<Self> {
        let mut seen = HashSet::with_capacity(document.events.len());
        let mut prepared = Vec::with_capacity(document.events.len());
        for received in &document.events {
            let Ok(event) = &received.event else { continue };
            let (key, id) = shelf::names(event);
            if seen.insert(key) {
                let (pointer, bytes) = (received.pointer.as_str(), received.bytes);
                prepared.push(Self { pointer, event, key, id, bytes, salt: order.salt(&key) });
            }
        }
        prepared
    }

    /// The event as it is kept.
    pub(super) fn kept(&self, now: UnixMillis, done: Done) -> Kept {
        Kept {
            id: self.id.clone(),
            record_ms: now.0,
            event_ms: self.event.event_time.unix_millis(),
            context: self.event.context.to_json().to_string(),
            bytes: self.bytes.to_owned(),
            salt: keyring::to_hex(&self.salt),
            done,
        }
    }

    fn commitment(&self) -> Digest {
        commitment(&self.salt, self.bytes)
    }
}

impl Planned {
    /// What became of the event, given where the bundle's events stand.
    pub(super) fn done(self, receipts: &[LeafIndex]) -> Done {
        let mut done = self.done;
        let placed = |place: usize| receipts.get(place).map(|index| index.0);
        for (kind, place) in self.deeds {
            placed(place).into_iter().for_each(|index| done.accept(kind, index));
        }
        if let Some(index) = self.carrier.and_then(placed) {
            done.anchored.get_or_insert(index);
        }
        done
    }
}

/// Plans the events from `from` on, as many as go into one block.
pub(super) fn draw(
    node: &Node,
    rows: &dyn Rows,
    order: &Order,
    prepared: &[Prepared<'_>],
    from: usize,
) -> Result<(Plan, Bundle)> {
    let view = node.view();
    let state = ViewState(&view);
    let member = order.member();
    let draft = Draft::new(node, &view, &state, member)?;
    let (caller, roles) = (order.caller(), node.roles(member)?);
    let plan = Plan { end: from, ..Plan::default() };
    let mut drawing = Drawing { node, view: &view, draft, order, caller, roles, plan, loose: Vec::new() };
    for (place, event) in prepared.iter().enumerate().skip(from) {
        if let Some(kept) = shelf::kept(rows, member, &event.key)? {
            drawing.know(place, kept);
        } else if !drawing.has_room(event) {
            if !order.proceed {
                drawing.plan.refused = Some((String::new(), Fault::new("node.capture.block")));
            }
            break;
        } else {
            drawing.take(place, event)?;
        }
        if drawing.plan.refused.is_some() {
            break;
        }
        drawing.plan.end = place + 1;
    }
    drawing.carry()?;
    Ok((drawing.plan, drawing.draft.into_bundle()))
}

impl Drawing<'_> {
    /// Takes note of an event that was kept before.
    fn know(&mut self, place: usize, kept: Kept) {
        let known_as = Some(kept.id);
        self.plan.events.push(Planned { place, known_as, done: kept.done, deeds: Vec::new(), carrier: None });
    }

    /// Whether an event fits into the block beside those before it; alone it always does.
    fn has_room(&self, event: &Prepared<'_>) -> bool {
        let len_bytes = 2 * event.bytes.len() + DEED_BYTES + (self.loose.len() + 1) * size_of::<Digest>();
        self.plan.is_all_known() || self.draft.has_room(MOST_DEEDS, len_bytes)
    }

    /// Plans one event.
    fn take(&mut self, place: usize, event: &Prepared<'_>) -> Result {
        let mut planned = Planned { place, known_as: None, done: Done::default(), deeds: Vec::new(), carrier: None };
        match self.deeds(event, &mut planned) {
            Ok(()) => {}
            Err(No::Fault(fault)) => return Err(fault),
            Err(No::Refused(fault)) if self.order.proceed => planned.done.reason = Some(fault.code().into()),
            Err(No::Refused(fault)) => {
                self.plan.refused = Some((event.pointer.to_owned(), fault));
                return Ok(());
            }
        }
        if planned.deeds.is_empty() && planned.done.anchored.is_none() {
            self.loose.push((event.commitment(), self.plan.events.len()));
        }
        self.plan.events.push(planned);
        Ok(())
    }

    /// Signs what the event asks for, deed by deed; those before one that is refused stand.
    fn deeds(&mut self, event: &Prepared<'_>, planned: &mut Planned) -> std::result::Result<(), No> {
        let sent = self.sent_before(event).map_err(No::Fault)?;
        if !sent.kinds.is_empty() {
            planned.done = sent;
            return Ok(());
        }
        let registry = Ledger { index: self.draft.index(), sender: self.order.member(), roles: &self.roles };
        let answer = mapping::map(event.event, &registry).map_err(No::Fault)?;
        if let Some(why) = &answer.stored_only {
            planned.done.set_reason(why);
        }
        for (number, wish) in (0..).zip(&answer.wishes) {
            let call = self.call(event, number);
            planned.deeds.push((wish.kind.number(), self.deed(event, wish, answer.site, call)?));
        }
        Ok(())
    }

    /// What the body of an event's deed carries, by its number among them.
    fn call(&self, event: &Prepared<'_>, number: u16) -> Digest {
        body::idempotency(self.order.member(), &event.key, &number.to_be_bytes())
    }

    /// What the ledger has of the event already: another node of the member sent it, or this one before it forgot. On
    /// the state that followed, the same event may ask for something else.
    fn sent_before(&self, event: &Prepared<'_>) -> Result<Done> {
        let (index, mut done) = (Index::new(self.view), Done::default());
        for number in 0.. {
            let Some(place) = index.of_call(self.order.member(), &self.call(event, number))? else { break };
            let found = index.event(place)?.ok_or_else(|| Fault::new("node.index").with("table", "events"))?;
            let body = Body::decode(found.head().kind, found.body());
            done.kinds.push((found.head().kind.0, place.0));
            // The commitment of another node can be opened there alone.
            if body.is_ok_and(|body| body.documents.contains(&event.commitment())) {
                done.anchored.get_or_insert(place.0);
            }
        }
        Ok(done)
    }

    fn deed(
        &mut self,
        event: &Prepared<'_>,
        wish: &Wish,
        site: Option<u64>,
        call: Digest,
    ) -> std::result::Result<usize, No> {
        right::check(wish.kind, &self.caller, &self.roles).map_err(No::Refused)?;
        let act = deed::act(&self.draft.index(), wish, site)?;
        let body = Body::new(call, act).with_documents(vec![event.commitment()]);
        let capacity = body.act.items().map(|items| items.capacity);
        let role = self.node.role_for(self.order.member(), body.kind(), capacity)?;
        Ok(self.draft.add(role, &body)?)
    }

    /// Signs an event that carries the commitments that no deed does.
    fn carry(&mut self) -> Result {
        if self.loose.is_empty() || self.plan.refused.is_some() {
            return Ok(());
        }
        let mut documents: Vec<Digest> = self.loose.iter().map(|(commitment, _)| *commitment).collect();
        documents.sort_unstable();
        let body = Body::new(Digest::ZERO, Act::DocumentStore(DocumentStore { documents }));
        let role = self.node.role_for(self.order.member(), body.kind(), None)?;
        let carrier = self.draft.add(role, &body)?;
        for (_, place) in &self.loose {
            if let Some(planned) = self.plan.events.get_mut(*place) {
                planned.carrier = Some(carrier);
            }
        }
        Ok(())
    }
}

impl Plan {
    /// Whether nothing new is in it yet.
    fn is_all_known(&self) -> bool {
        self.events.iter().all(|planned| planned.known_as.is_some())
    }
}

/// Faults of reading and signing are the node's; what the rules and the access table say is about the event.
impl From<Fault> for No {
    fn from(fault: Fault) -> Self {
        let is_about_event = !fault.code().starts_with("node.") || fault.code() == "node.item.twice";
        if is_about_event { Self::Refused(fault) } else { Self::Fault(fault) }
    }
}

/// Deeds of one event, more or less: a lot, its packs by the ten thousand, readings.
const MOST_DEEDS: usize = 16;

/// What a deed takes besides what the event names.
const DEED_BYTES: usize = 4_096;
