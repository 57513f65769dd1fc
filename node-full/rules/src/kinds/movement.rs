//! Kinds 900 to 905: goods move between members and within one.

use crate::{
    body::{
        AtSite, Items, Site,
        field::{fields, words},
    },
    check::Ask,
    item::Item,
    refusal::{self, Fault, require},
    table::{Cell, Column},
    turn::Turn,
};
use medproof_core::{
    identity::MemberId,
    leaf::{Holds, Prior, State},
};

use super::trade::TradeId;

words! {
    /// Why goods go back.
    ReturnReason {
        /// Not stated.
        NotStated = 0,
        /// Wrong goods.
        WrongGoods = 1,
        /// Recall.
        Recall = 2,
        /// Expired.
        Expired = 3,
        /// Damaged.
        Damaged = 4,
        /// Surplus.
        Surplus = 5,
        /// Quality.
        Quality = 6,
    }
}

fields! {
    /// Goods leave for a consignee, which holds them from now on.
    Ship {
        /// To whom.
        consignee: MemberId,
        /// From where.
        site: Site,
        /// Under which trade, if any.
        trade: Option<TradeId>,
        /// What.
        items: Items,
    }
}

fields! {
    /// Goods go back.
    Return {
        /// Why.
        reason: ReturnReason,
        /// To whom.
        consignee: MemberId,
        /// From where.
        site: Site,
        /// Under which trade, if any.
        trade: Option<TradeId>,
        /// What.
        items: Items,
    }
}

fields! {
    /// Goods arrived.
    Receive {
        /// Where.
        site: Site,
        /// Under which trade, if any.
        trade: Option<TradeId>,
        /// What.
        items: Items,
    }
}

/// Bits of the roles that take goods in: 2 to 5.
const CONSIGNEE_ROLES: u16 = 0b1_1110;

pub(crate) fn ship(turn: &mut Turn<'_, '_>, fields: &Ship) -> Result<(), Fault> {
    check_consignee(turn, fields.consignee)?;
    let ask = Ask::new(Column::Ship, fields.items.capacity);
    turn.each(&fields.items, ask, |turn, item| {
        send(turn, item, fields.consignee, fields.site);
        Ok(())
    })
}

pub(crate) fn cancel_shipment(turn: &mut Turn<'_, '_>, fields: &AtSite) -> Result<(), Fault> {
    let ask = Ask::new(Column::ShipCancel, fields.items.capacity).at(fields.site);
    turn.each(&fields.items, ask, |turn, item| {
        item.prior = None;
        item.become_state(State::Active, turn.today);
        turn.give(item, turn.sender());
        Ok(())
    })
}

pub(crate) fn send_back(turn: &mut Turn<'_, '_>, fields: &Return) -> Result<(), Fault> {
    check_consignee(turn, fields.consignee)?;
    let ask = Ask::new(Column::Return, fields.items.capacity);
    turn.each(&fields.items, ask, |turn, item| {
        if let Cell::Becomes(_) = item.cell {
            send(turn, item, fields.consignee, fields.site);
        } else {
            item.end_undo();
            turn.give(item, fields.consignee);
        }
        Ok(())
    })
}

pub(crate) fn receive(turn: &mut Turn<'_, '_>, fields: &Receive) -> Result<(), Fault> {
    let ask = Ask::new(Column::Receive, fields.items.capacity);
    turn.each(&fields.items, ask, |turn, item| {
        item.end_undo();
        if let Cell::Becomes(state) = item.cell {
            item.become_state(state, turn.today);
        }
        arrive_held(item);
        turn.give(item, turn.sender());
        Ok(())
    })
}

pub(crate) fn put_away(turn: &mut Turn<'_, '_>, fields: &AtSite) -> Result<(), Fault> {
    turn.each(&fields.items, Ask::new(Column::PutAway, fields.items.capacity), |_, _| Ok(()))
}

pub(crate) fn issue_to_ward(turn: &mut Turn<'_, '_>, fields: &AtSite) -> Result<(), Fault> {
    turn.each(&fields.items, Ask::new(Column::WardIssue, fields.items.capacity), |_, _| Ok(()))
}

/// In transit to `consignee`, until it receives or the sender cancels.
fn send(turn: &Turn<'_, '_>, item: &mut Item, consignee: MemberId, site: Site) {
    turn.keep_for_undo_as(item, State::Active.into(), item.quantity(), site);
    item.become_state(State::InTransit, turn.today);
    turn.give(item, consignee);
}

/// What was held on the way is no longer on the way.
fn arrive_held(item: &mut Item) {
    if let Some(Prior::Held { state, holds }) = item.prior
        && state == State::InTransit.into()
    {
        let holds: Holds = holds;
        item.prior = Some(Prior::Held { state: State::Active.into(), holds });
    }
}

fn check_consignee(turn: &mut Turn<'_, '_>, consignee: MemberId) -> Result<(), Fault> {
    let member = turn.admitted(consignee)?;
    require(member.roles & CONSIGNEE_ROLES != 0, refusal::CONSIGNEE_ROLE)
}
