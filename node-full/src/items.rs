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

/// A unit, with what opens its holder where it has one.
pub type UnitAndSalt = (Parent, Option<EventSalt>);

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

/// The unit that packing into `sscc` goes on with or makes, with the salt of who holds it: the live generation, or the
/// next one where the last was unpacked.
pub fn unit_to_pack(index: &Index<'_>, sscc: Sscc) -> Result<UnitAndSalt> {
    match index.unit(sscc)? {
        Some(live) if !is_dissolved(index, live)? => {
            let item = unit_item(index, Capacity::Holder, sscc)?;
            Ok((item.unit, item.salt))
        }
        Some(old) => Ok((Parent { generation: old.generation + 1, ..old }, None)),
        None => Ok((Parent { sscc, generation: 1 }, None)),
    }
}

/// The same items without salts: what comes out of a unit is opened by the unit.
#[must_use]
pub fn without_salts(mut items: Items) -> Items {
    items.units.iter_mut().for_each(|item| item.salt = None);
    items.packs.iter_mut().for_each(|item| item.salt = None);
    items
}

fn is_dissolved(index: &Index<'_>, unit: Parent) -> Result<bool> {
    let leaf = index.leaf(&index.paths().unit(unit))?;
    Ok(matches!(leaf, Some(Leaf::Unit(leaf)) if matches!(leaf.place, medproof_core::leaf::UnitPlace::Dissolved(_))))
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
