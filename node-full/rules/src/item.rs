//! A pack or unit that an event touches.

use crate::{
    body::EventSalt,
    effect::{Held, ItemName},
    hold,
    overlay::ReadError,
    refusal::{self, Fault, Level, refuse, state_code},
    table::{Cell, Column, pack_cell, unit_cell},
};
use medproof_core::{
    custody::{Custody, Step},
    identity::{self, Day, PackId},
    leaf::{Pack, Parent, Place, Prior, State, StateCode, Unit, UnitPlace},
    state::Path,
};

/// A unit above an item.
#[derive(Clone, Debug)]
pub(crate) struct Above {
    pub(crate) unit: Parent,
    pub(crate) path: Path,
    pub(crate) leaf: Unit,
}

impl Above {
    pub(crate) const fn is_dissolved(&self) -> bool {
        matches!(self.leaf.place, UnitPlace::Dissolved(_))
    }
}

/// A pack or unit with its leaf.
#[derive(Clone, Debug)]
pub(crate) enum ItemLeaf {
    Pack {
        pack: PackId,
        lot: identity::Lot,
        /// The leaf as it is now, but for what stands in [`Item`].
        leaf: Pack,
        /// The leaf as it was found.
        before: Pack,
    },
    Unit {
        unit: Parent,
        /// The leaf as it is now, but for what stands in [`Item`].
        leaf: Unit,
        /// The leaf as it was found; `None` for a generation that this event makes.
        before: Option<Unit>,
    },
}

impl ItemLeaf {
    pub(crate) fn name(&self) -> ItemName {
        match self {
            Self::Pack { pack, .. } => ItemName::Pack(pack.clone()),
            Self::Unit { unit, .. } => ItemName::Unit(*unit),
        }
    }
}

/// A pack or unit that an event touches.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) path: Path,
    pub(crate) leaf: ItemLeaf,
    pub(crate) state: StateCode,
    pub(crate) prior: Option<Prior>,
    pub(crate) since: Day,
    pub(crate) place: UnitPlace,
    pub(crate) custody: Custody,
    /// What the state table says.
    pub(crate) cell: Cell,
    /// The dissolved unit that it is still to leave.
    pub(crate) settling: Option<Above>,
    pub(crate) held: Option<Held>,
    pub(crate) undo: Option<EventSalt>,
    pub(crate) steps: Vec<Step>,
}

impl Item {
    pub(crate) fn of_pack(pack: PackId, path: Path, leaf: Pack, lot: identity::Lot) -> Self {
        let place = match leaf.place {
            Place::Holder(holder) => UnitPlace::Holder(holder),
            Place::Inside(parent) => UnitPlace::Inside(parent),
        };
        Self {
            path,
            state: leaf.state,
            prior: leaf.prior,
            since: leaf.since,
            place,
            custody: Custody { events: leaf.events, hash: leaf.custody },
            cell: Cell::Refused,
            settling: None,
            held: None,
            undo: None,
            steps: Vec::new(),
            leaf: ItemLeaf::Pack { pack, lot, before: leaf.clone(), leaf },
        }
    }

    /// A unit as it was found, or one that the event makes.
    pub(crate) fn of_unit(unit: Parent, path: Path, leaf: Unit, before: Option<Unit>) -> Self {
        Self {
            path,
            state: leaf.state,
            prior: leaf.prior,
            since: leaf.since,
            place: leaf.place,
            custody: Custody { events: leaf.events, hash: leaf.custody },
            cell: Cell::Refused,
            settling: None,
            held: None,
            undo: None,
            steps: Vec::new(),
            leaf: ItemLeaf::Unit { unit, leaf, before },
        }
    }

    /// Pack or unit, for refusals.
    pub(crate) const fn level(&self) -> Level {
        match self.leaf {
            ItemLeaf::Pack { .. } => Level::Pack,
            ItemLeaf::Unit { .. } => Level::Unit,
        }
    }

    /// What is left in a pack; 0 for a unit.
    pub(crate) const fn quantity(&self) -> u16 {
        match &self.leaf {
            ItemLeaf::Pack { leaf, .. } => leaf.quantity_left,
            ItemLeaf::Unit { .. } => 0,
        }
    }

    pub(crate) const fn set_quantity(&mut self, quantity: u16) {
        if let ItemLeaf::Pack { leaf, .. } = &mut self.leaf {
            leaf.quantity_left = quantity;
        }
    }

    /// The state, as these rules know it.
    pub(crate) fn known_state(&self) -> Result<State, Fault> {
        self.state.known().ok_or(Fault::Read(ReadError::State(self.state)))
    }

    /// Refuses because of the state.
    pub(crate) fn refuse_state<T>(&self, state: State) -> Result<T, Fault> {
        refuse(state_code(state, self.level()))
    }

    /// Goes over to `state`.
    pub(crate) fn become_state(&mut self, state: impl Into<StateCode>, today: Day) {
        let state = state.into();
        if self.state != state {
            (self.state, self.since) = (state, today);
        }
    }

    /// Exactly `bits` hold the item from now on.
    pub(crate) fn set_holds(&mut self, bits: u8, today: Day) {
        let (state, prior) = hold::with(self.state, self.prior, bits);
        self.prior = prior;
        self.become_state(state, today);
    }

    /// Takes over the holds of the unit that it leaves.
    pub(crate) fn inherit_holds(&mut self, unit_prior: Option<Prior>, today: Day) {
        let bits = hold::bits(unit_prior);
        let takes_holds = [State::Active, State::PartlyDispensed, State::Locked, State::Quarantined];
        if bits != 0 && takes_holds.map(StateCode::from).contains(&self.state) {
            self.set_holds(bits | hold::bits(self.prior), today);
        }
    }

    /// Whoever takes an item over ends its undo.
    pub(crate) const fn end_undo(&mut self) {
        if matches!(self.prior, Some(Prior::Undo { .. })) {
            self.prior = None;
        }
    }

    /// What the unit's leaf would hold now.
    pub(crate) fn unit_leaf(&self, unit: &Unit) -> Unit {
        Unit {
            state: self.state,
            prior: self.prior,
            since: self.since,
            place: self.place,
            events: self.custody.events,
            custody: self.custody.hash,
            ..unit.clone()
        }
    }

    /// What the pack's leaf would hold now.
    pub(crate) fn pack_leaf(&self, pack: &Pack) -> Pack {
        let place = match self.place {
            UnitPlace::Holder(holder) | UnitPlace::Dissolved(holder) => Place::Holder(holder),
            UnitPlace::Inside(parent) => Place::Inside(parent),
        };
        Pack {
            state: self.state,
            prior: self.prior,
            since: self.since,
            place,
            events: self.custody.events,
            custody: self.custody.hash,
            ..pack.clone()
        }
    }

    pub(crate) fn check_state(&mut self, column: Column) -> Result<(), Fault> {
        let state = self.known_state()?;
        self.cell = match self.level() {
            Level::Unit => unit_cell(state, column),
            _ => pack_cell(state, column),
        };
        match self.cell {
            Cell::Refused => self.refuse_state(state),
            Cell::NothingToUndo => refuse(refusal::UNDO_NOTHING),
            Cell::NoHold => refuse(refusal::HOLD_NONE),
            Cell::StaysUnlessInTransit if hold::under(self.state, self.prior) == State::InTransit.into() => {
                self.refuse_state(State::InTransit)
            }
            _ => Ok(()),
        }
    }
}
