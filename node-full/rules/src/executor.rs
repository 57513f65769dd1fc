//! Executing a block: event after event on the state that the one before left.

use crate::{
    body::{Act, Body},
    effect::Effect,
    envelope::{self, Signed},
    kinds::{
        cold_chain, governance, holds, keys, lots, members, movement, outcome, packs, products, records, trade, units,
    },
    overlay::{Overlay, ReadError, State},
    refusal::Fault,
    table::LotColumn,
    turn::Turn,
};
use medproof_core::{
    event::{Event, LogEntry},
    hash::Digest,
    header::UnixMillis,
    keys::PublicKey,
    leaf::Leaf,
    state::Path,
};
use std::collections::BTreeMap;

/// The state with a block's changes on top.
///
/// ```
/// use medproof_core::{hash::Digest, header::UnixMillis, state::Path};
/// use medproof_rules::{Executor, ReadError, State};
/// struct Empty;
/// impl State for Empty {
///     fn value(&self, _: &Path) -> Result<Option<Vec<u8>>, ReadError> {
///         Ok(None)
///     }
/// }
/// let block = Executor::new(Digest::ZERO, &Empty, UnixMillis(1));
/// assert!(block.finish().leaves.is_empty());
/// ```
pub struct Executor<'s> {
    chain_id: Digest,
    now: UnixMillis,
    leaves: Overlay<'s>,
}

/// What an accepted event did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// The event's entry in the log.
    pub entry: LogEntry,
    /// The event's body, read.
    pub body: Body,
    /// What changed, in the order in which it did.
    pub effects: Vec<Effect>,
}

/// What a block changes in the state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// New values by path; `None` where a leaf is removed, which rules version 0 never does.
    pub leaves: BTreeMap<Path, Option<Vec<u8>>>,
}

impl<'s> Executor<'s> {
    /// A block on chain `chain_id` whose header has the time `now`, on `state`.
    pub fn new(chain_id: Digest, state: &'s dyn State, now: UnixMillis) -> Self {
        Self { chain_id, now, leaves: Overlay::new(state) }
    }

    /// Applies an event whole, or changes nothing.
    pub fn apply(&mut self, event: &Event) -> Result<Applied, Fault> {
        self.apply_with(event, None)
    }

    /// As [`Self::apply`], without checking the signature again.
    pub fn apply_signed(&mut self, signed: &Signed<'_>) -> Result<Applied, Fault> {
        self.apply_with(signed.event(), Some(signed.key()))
    }

    /// Applies events that belong together, or changes nothing: then the place of the one that cannot be applied,
    /// and why.
    pub fn apply_all(&mut self, events: &[Event]) -> Result<Vec<Applied>, (usize, Fault)> {
        let mut applied = Vec::with_capacity(events.len());
        for (place, event) in events.iter().enumerate() {
            match self.run_one(event, None) {
                Ok(effects) => applied.push(effects),
                Err(fault) => {
                    self.leaves.take_back();
                    return Err((place, fault));
                }
            }
        }
        self.leaves.keep();
        Ok(applied)
    }

    /// The leaf at `path`, as the events so far have left it.
    pub fn leaf(&mut self, path: &Path) -> Result<Option<&Leaf>, ReadError> {
        self.leaves.leaf(path)
    }

    /// The block's changes.
    pub fn finish(self) -> Changes {
        Changes { leaves: self.leaves.into_changes() }
    }

    fn apply_with(&mut self, event: &Event, key: Option<PublicKey>) -> Result<Applied, Fault> {
        let done = self.run_one(event, key);
        if done.is_ok() {
            self.leaves.keep();
        } else {
            self.leaves.take_back();
        }
        done
    }

    /// Runs one event; what it wrote stays until it is kept or taken back.
    fn run_one(&mut self, event: &Event, key: Option<PublicKey>) -> Result<Applied, Fault> {
        let entry = event.log_entry();
        let mut turn = Turn::new(&self.chain_id, self.now, event.head(), entry, &mut self.leaves);
        let body = envelope::open(&mut turn, event, key)?;
        run(&mut turn, &body)?;
        Ok(Applied { entry, body, effects: std::mem::take(&mut turn.effects) })
    }
}

/// The kinds and the rules that stand behind them.
fn run(turn: &mut Turn<'_, '_>, body: &Body) -> Result<(), Fault> {
    match &body.act {
        Act::MemberAdmit(fields) => members::admit(turn, body, fields),
        Act::MemberChange(fields) => members::change(turn, fields),
        Act::MemberRoles(fields) => members::set_roles(turn, body, fields),
        Act::MemberSuspend(fields) => members::suspend(turn, body, fields),
        Act::MemberResume(fields) => members::resume(turn, body, fields),
        Act::MemberExclude(fields) => members::exclude(turn, body, fields),
        Act::KeyRegister(fields) => keys::register(turn, fields),
        Act::KeyRotate(fields) => keys::rotate(turn, fields),
        Act::KeyRevoke(fields) => keys::revoke(turn, fields),
        Act::KeyCompromised(fields) => keys::mark_compromised(turn, fields),
        Act::Validators(fields) => governance::set_validators(turn, body, fields),
        Act::Parameters(fields) => governance::set_parameters(turn, body, fields),
        Act::RulesVersion(fields) => governance::set_rules_version(turn, body, fields),
        Act::ProductRegister(fields) => products::register(turn, fields),
        Act::ProductChange(fields) => products::change(turn, fields),
        Act::ProductWithdraw(fields) => products::withdraw(turn, fields),
        Act::ProductRecall(fields) => products::recall(turn, fields),
        Act::ProductLift(fields) => products::lift(turn, fields),
        Act::ProductAlias(fields) => products::name_alias(turn, fields),
        Act::LotRelease(fields) => lots::release(turn, fields),
        Act::LotQuarantine(fields) => lots::hold(turn, fields, LotColumn::Quarantine),
        Act::LotReleaseQuarantine(fields) => lots::hold(turn, fields, LotColumn::Release),
        Act::LotLock(fields) => lots::hold(turn, fields, LotColumn::Lock),
        Act::LotUnlock(fields) => lots::hold(turn, fields, LotColumn::Unlock),
        Act::LotLift(fields) => lots::hold(turn, fields, LotColumn::Lift),
        Act::LotWithdraw(fields) => lots::measure(turn, fields, LotColumn::Withdraw),
        Act::LotRecall(fields) => lots::measure(turn, fields, LotColumn::Recall),
        Act::PackRegister(fields) => packs::register(turn, fields),
        Act::PackAlias(fields) => packs::name_aliases(turn, fields),
        Act::Aggregate(fields) => units::aggregate(turn, fields),
        Act::Disaggregate(fields) => units::disaggregate(turn, fields),
        Act::Dissolve(fields) => units::dissolve(turn, fields),
        Act::Order(fields)
        | Act::Confirmation(fields)
        | Act::Sale(fields)
        | Act::DespatchAdvice(fields)
        | Act::Delivery(fields)
        | Act::Discrepancy(fields) => trade::check(turn, body, fields),
        Act::Ship(fields) => movement::ship(turn, fields),
        Act::ShipCancel(fields) => movement::cancel_shipment(turn, fields),
        Act::Return(fields) => movement::send_back(turn, fields),
        Act::Receive(fields) => movement::receive(turn, fields),
        Act::PutAway(fields) => movement::put_away(turn, fields),
        Act::WardIssue(fields) => movement::issue_to_ward(turn, fields),
        Act::Dispense(fields) => outcome::dispense(turn, fields),
        Act::DispensePartly(fields) => outcome::dispense_partly(turn, fields),
        Act::Sample(fields) => outcome::sample(turn, fields),
        Act::Export(fields) => outcome::export(turn, fields),
        Act::Destroy(fields) => outcome::destroy(turn, fields),
        Act::Stolen(fields) => outcome::report_stolen(turn, fields),
        Act::Undo(fields) => outcome::undo(turn, fields),
        Act::Lock(fields) => holds::lock(turn, fields),
        Act::Unlock(fields) => holds::unlock(turn, fields),
        Act::Quarantine(fields) => holds::quarantine(turn, fields),
        Act::Release(fields) => holds::release(turn, fields),
        Act::Reading(fields) => cold_chain::read(turn, fields),
        Act::RecordCommit(fields) => records::commit(turn, body, fields),
        // Stored only: the log keeps them, no leaf changes but the sender's counter.
        Act::DocumentStore(_) | Act::AuditAnchor(_) | Act::Suspicion(_) => Ok(()),
    }
}
