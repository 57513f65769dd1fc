//! Naming packs and units in an event: which are there, who holds them, and the salts that show it.

use crate::{
    fault::{Fault, Result},
    index::{Index, Whereabouts},
};
use medproof_core::{
    identity::{PackId, Sscc},
    leaf::{Leaf, Parent},
    state::Path,
};
use medproof_rules::body::{Capacity, EventSalt, Items, UnitItem};
use std::collections::HashSet;

/// What an event names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A pack.
    Pack(PackId),
    /// The current generation of an SSCC.
    Unit(Sscc),
}

/// Subjects that an event can name, and why it cannot name the others.
#[derive(Debug)]
pub struct Named {
    /// What goes into the event's body.
    pub items: Items,
    /// For each subject: its place among the items' packs or units, or why it is not among them.
    pub found: Vec<Result<Canonical>>,
}

/// A subject by its canonical identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Canonical {
    /// A pack.
    Pack(PackId),
    /// A generation of a unit.
    Unit(Parent),
}

/// Looks subjects up and adds the salts that `capacity` asks for.
///
/// What is not registered, or named twice, is left out with its reason; a wrong holder is not: the
/// rules say so.
pub fn name(index: &Index<'_>, capacity: Capacity, subjects: &[Subject]) -> Result<Named> {
    let mut named = Named { items: Items::new(capacity), found: Vec::with_capacity(subjects.len()) };
    let mut seen = HashSet::with_capacity(subjects.len());
    for subject in subjects {
        let found = match subject {
            Subject::Pack(pack) => name_pack(index, capacity, pack, &mut named.items, &mut seen)?,
            Subject::Unit(sscc) => name_unit(index, capacity, *sscc, &mut named.items, &mut seen)?,
        };
        named.found.push(found);
    }
    Ok(named)
}

/// A unit with the salt that opens who holds it.
pub fn unit_item(index: &Index<'_>, capacity: Capacity, sscc: Sscc) -> Result<UnitItem> {
    let mut items = Items::new(capacity);
    name_unit(index, capacity, sscc, &mut items, &mut HashSet::new())??;
    items.units.pop().ok_or_else(|| Fault::new("rules.unit.absent"))
}

fn name_pack(
    index: &Index<'_>,
    capacity: Capacity,
    pack: &PackId,
    items: &mut Items,
    seen: &mut HashSet<Path>,
) -> Result<Result<Canonical>> {
    let Some(canonical) = index.canonical_pack(pack)? else {
        let is_known = index.product(&pack.product)?.is_some();
        return Ok(Err(Fault::new(if is_known { "rules.pack.absent" } else { "rules.product.absent" })));
    };
    let path = index.paths().pack(&canonical);
    if !seen.insert(path) {
        return Ok(Err(Fault::new("node.item.twice")));
    }
    let salt = match index.leaf(&path)? {
        Some(Leaf::Pack(leaf)) => salt(capacity, || index.pack_whereabouts(&path, &leaf), || index.undo(&path))?,
        _ => return Ok(Err(Fault::new("rules.pack.retired"))),
    };
    items.packs.push(medproof_rules::body::PackItem { pack: canonical.clone(), salt });
    Ok(Ok(Canonical::Pack(canonical)))
}

fn name_unit(
    index: &Index<'_>,
    capacity: Capacity,
    sscc: Sscc,
    items: &mut Items,
    seen: &mut HashSet<Path>,
) -> Result<Result<Canonical>> {
    let Some(unit) = index.unit(sscc)? else { return Ok(Err(Fault::new("rules.unit.absent"))) };
    let path = index.paths().unit(unit);
    if !seen.insert(path) {
        return Ok(Err(Fault::new("node.item.twice")));
    }
    let salt = match index.leaf(&path)? {
        Some(Leaf::Unit(leaf)) => salt(capacity, || index.unit_whereabouts(&path, &leaf), || index.undo(&path))?,
        _ => return Ok(Err(Fault::new("rules.unit.absent"))),
    };
    items.units.push(UnitItem { unit, salt });
    Ok(Ok(Canonical::Unit(unit)))
}

/// The salt that a capacity shows: of who holds the item, or of who made the change that can be undone.
fn salt(
    capacity: Capacity,
    held: impl FnOnce() -> Result<Whereabouts>,
    undo: impl FnOnce() -> Result<Option<(medproof_core::identity::MemberId, EventSalt)>>,
) -> Result<Option<EventSalt>> {
    match capacity {
        Capacity::Holder => Ok(Some(held()?.salt)),
        // Without anything to undo the rules say so; a salt has to stand there all the same.
        Capacity::Shipper => Ok(Some(undo()?.map_or(NOTHING, |(_, salt)| salt))),
        _ => Ok(None),
    }
}

const NOTHING: EventSalt = EventSalt([0; 32]);
