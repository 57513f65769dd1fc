//! The ledger as the sender of an EPCIS event sees it.

use crate::{
    fault::{Fault, Result},
    genesis_file::Role,
    index::{
        Index, Standing, Whereabouts,
        project::{pack_standing, unit_standing},
    },
};
use medproof_core::{
    identity::{Lot, MemberId, PackId, ProductCode, Sscc},
    leaf::{Leaf, Parent, State, StateCode, UnitPlace},
};
use medproof_epcis::mapping::{LotStanding, PackStanding, Place, ProductStanding, Registry, UnitStanding};

/// What the mapping asks, answered from the index at one height.
pub(super) struct Ledger<'a> {
    pub(super) index: Index<'a>,
    pub(super) sender: MemberId,
    pub(super) roles: &'a [Role],
}

impl Ledger<'_> {
    fn topmost(&self, inside: Option<Parent>) -> Result<Option<Sscc>> {
        let Some(mut unit) = inside else { return Ok(None) };
        loop {
            match self.index.leaf(&self.index.paths().unit(unit))? {
                Some(Leaf::Unit(leaf)) => match leaf.place {
                    UnitPlace::Inside(above) => unit = above,
                    _ => return Ok(Some(unit.sscc)),
                },
                _ => return Ok(None),
            }
        }
    }

    /// The sender has it; what is still on its way to the sender is to be received.
    fn holds(&self, whereabouts: &Whereabouts, standing: Standing) -> bool {
        whereabouts.member == self.sender && standing != Standing::InTransit
    }
}

impl Registry for Ledger<'_> {
    type Error = Fault;

    fn sender(&self) -> MemberId {
        self.sender
    }

    fn sender_dispenses(&self) -> bool {
        self.roles.iter().any(|role| matches!(role, Role::Hospital | Role::Pharmacy))
    }

    fn pack(&self, pack: &PackId) -> Result<Option<PackStanding>> {
        let Some(pack) = self.index.canonical_pack(pack)? else { return Ok(None) };
        let path = self.index.paths().pack(&pack);
        let Some(Leaf::Pack(leaf)) = self.index.leaf(&path)? else { return Ok(None) };
        let Some(Leaf::Lot(lot)) = self.index.leaf(&leaf.lot.path(&path))? else { return Ok(None) };
        let whereabouts = self.index.pack_whereabouts(&path, &leaf)?;
        Ok(Some(PackStanding {
            lot: lot.lot,
            expiry: lot.expiry,
            is_held: self.holds(&whereabouts, pack_standing(&leaf)),
            is_quarantined: leaf.state == StateCode::from(State::Quarantined),
            topmost: self.topmost(whereabouts.inside)?,
            pack,
        }))
    }

    fn unit(&self, sscc: Sscc) -> Result<Option<UnitStanding>> {
        let Some(unit) = self.index.unit(sscc)? else { return Ok(None) };
        let path = self.index.paths().unit(unit);
        let Some(Leaf::Unit(leaf)) = self.index.leaf(&path)? else { return Ok(None) };
        let whereabouts = self.index.unit_whereabouts(&path, &leaf)?;
        Ok(Some(UnitStanding {
            is_held: self.holds(&whereabouts, unit_standing(&leaf)),
            is_quarantined: leaf.state == StateCode::from(State::Quarantined),
            topmost: self.topmost(whereabouts.inside)?,
        }))
    }

    fn lot(&self, product: &ProductCode, lot: &Lot) -> Result<Option<LotStanding>> {
        let Some((product, _)) = self.index.product(product)? else { return Ok(None) };
        match self.index.leaf(&self.index.paths().lot(&product, lot))? {
            Some(Leaf::Lot(leaf)) => Ok(Some(LotStanding { product, expiry: leaf.expiry })),
            _ => Ok(None),
        }
    }

    fn product(&self, product: &ProductCode) -> Result<Option<ProductStanding>> {
        let found = self.index.product(product)?;
        Ok(found.map(|(product, leaf)| ProductStanding { product, is_issuer: leaf.issuer == self.sender }))
    }

    /// By the GLN that the member has on the ledger.
    fn member(&self, party: &Place) -> Result<Option<MemberId>> {
        let Some(gln) = party.gln else { return Ok(None) };
        let gln = format!("{gln:013}");
        let members = self.index.members()?;
        Ok(members.into_iter().find(|(_, info)| info.gln == gln).map(|(member, _)| member))
    }
}
