//! Purchases of the year: what each customer orders of a lot, from the order to the delivery.

use super::{
    region::Party,
    year::{Batch, CASE, SHARE, Year},
};
use crate::{documents, fault::Result, genesis_file::Role, keyring};
use medproof_core::{
    hash::Digest,
    identity::{MemberId, Sscc},
};
use medproof_rules::body::{Act, Body, TradeId, TradeStep};
use serde_json::{Value, json};

/// A customer's purchase of a share of a lot.
pub(super) struct Purchase<'a> {
    /// Of which lot.
    pub(super) batch: &'a Batch,
    /// Who buys.
    pub(super) customer: &'a Party,
    /// The share, in cases.
    pub(super) cases: &'a [Sscc],
    /// The newest step.
    last: Option<TradeId>,
}

/// Who takes a step.
#[derive(Clone, Copy)]
pub(super) enum By {
    Buyer,
    Seller,
}

impl<'a> Purchase<'a> {
    /// One for each customer of each lot, in the order in which the shares are sent.
    pub(super) fn all(batches: &[&'a Batch]) -> Vec<Self> {
        let mut purchases = Vec::new();
        for batch in batches {
            let shares = batch.customers.iter().zip(batch.cases.chunks(SHARE));
            purchases.extend(shares.map(|(customer, cases)| Self { batch, customer, cases, last: None }));
        }
        purchases
    }

    /// Whether it is of this lot.
    pub(super) fn is_of(&self, batch: &Batch) -> bool {
        std::ptr::eq(self.batch, batch)
    }

    /// The step to which the goods belong.
    pub(super) const fn trade(&self) -> Option<TradeId> {
        self.last
    }

    fn document(&self) -> Value {
        json!({
            "product": self.batch.medicine.gtin, "lot": self.batch.lot.as_str(),
            "cases": self.cases.len(), "packs": self.cases.len() * CASE,
        })
    }

    /// The event of the next step.
    fn step(&mut self, year: &Year, (by, act): (By, fn(TradeStep) -> Act)) -> Result<(MemberId, Role, Body)> {
        self.step_with(year, (by, act), &self.document())
    }

    fn step_with(
        &mut self,
        year: &Year,
        (by, act): (By, fn(TradeStep) -> Act),
        document: &Value,
    ) -> Result<(MemberId, Role, Body)> {
        let (buyer, seller) = (self.customer.member, self.batch.wholesaler);
        let (member, role, counterparty) = match by {
            By::Buyer => (buyer, self.customer.role, seller),
            By::Seller => (seller, Role::Wholesaler, buyer),
        };
        let trade = TradeId(keyring::random()?);
        let follows = self.last.replace(trade);
        let commitment = documents::keep(&**year.node.ledger(), document)?;
        let body = Body::new(Digest::ZERO, act(TradeStep { trade, follows, counterparty }));
        Ok((member, role, body.with_documents(vec![commitment])))
    }
}

impl Year {
    /// The same step of all purchases, side by side.
    pub(super) async fn step(&self, purchases: &mut [Purchase<'_>], by: By, act: fn(TradeStep) -> Act) -> Result {
        let events = purchases.iter_mut().map(|purchase| purchase.step(self, (by, act))).collect::<Result<_>>()?;
        self.events(events).await
    }

    /// A customer reports a pack on which another lot is printed.
    pub(super) async fn misprint(&self, purchase: &mut Purchase<'_>, serial: &str, lot: &str) -> Result {
        let document = json!({ "missing": [], "over": [], "misaligned": [{ "serial": serial, "lot_printed": lot }] });
        let event = purchase.step_with(self, (By::Buyer, Act::Discrepancy), &document)?;
        self.events(vec![event]).await
    }
}
