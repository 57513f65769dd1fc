//! A product with many packs among others, so that proofs have the depth that they have in use.

use crate::{
    ledger::{Ledger, Quorum},
    rng::Rng,
    stock::{lot, pack, pack_id, parent, product, product_code, unit},
};
use medproof_core::{
    identity::{self, MemberId},
    leaf::{Leaf, Place, UnitPlace},
};

/// How many packs one lot holds.
pub const LOT_PACKS: u32 = 10_000;

/// The serials of the packs that are asked about: as many as one pallet holds.
pub const ASKED: usize = 1_000;

/// A ledger in which product 1 has `packs` packs, and ten other products have as many together.
///
/// The first [`ASKED`] packs of product 1 lie in one pallet, number 1; the others are loose.
pub fn crowded(packs: u32, quorum: Quorum) -> Ledger {
    let mut ledger = Ledger::new("crowd", quorum);
    let mut rng = Rng(20_260_101);
    for n in 2..12 {
        fill(&mut ledger, n, packs / 10, &mut rng);
    }
    fill(&mut ledger, 1, packs, &mut Rng(1));
    let pallet = Place::Inside(parent(1, 1));
    for serial in asked_serials() {
        let leaf = medproof_core::leaf::Pack { place: pallet, ..pack(&ledger, 1, MemberId(3)) };
        ledger.put_pack(1, &serial, leaf);
    }
    let holder = UnitPlace::Holder(crate::stock::commitment(MemberId(3)));
    ledger.put_unit(1, 1, unit(ASKED as u32, holder));
    ledger
}

/// The serials of product 1 that lie in the pallet.
pub fn asked_serials() -> Vec<String> {
    let mut rng = Rng(1);
    (0..ASKED).map(|_| rng.serial()).collect()
}

/// The serials of product 1 after those, which are loose.
pub fn loose_serials(count: usize) -> Vec<String> {
    let mut rng = Rng(1);
    (0..ASKED + count).map(|_| rng.serial()).skip(ASKED).collect()
}

/// Product `n` with `packs` packs and their lots.
fn fill(ledger: &mut Ledger, n: u32, packs: u32, rng: &mut Rng) {
    let code = product_code(n);
    let paths = ledger.paths();
    let mut changes = vec![(paths.product(&code), Leaf::Product(product()))];
    let lots: Vec<_> = (0..packs.div_ceil(LOT_PACKS)).map(lot_number).collect();
    changes.extend(lots.iter().map(|lot| (paths.lot(&code, &lot.lot), Leaf::Lot(lot.clone()))));
    let loose = pack(ledger, n, MemberId(4));
    let refs: Vec<_> = lots.iter().map(|lot| paths.lot_ref(&code, &lot.lot)).collect();
    changes.extend((0..packs).map(|index| {
        let lot = refs[(index / LOT_PACKS) as usize];
        (paths.pack(&pack_id(n, &rng.serial())), Leaf::Pack(medproof_core::leaf::Pack { lot, ..loose.clone() }))
    }));
    let changes = changes.into_iter().map(|(path, leaf)| (path, Some(leaf.to_value()))).collect();
    ledger.tree.update(changes).expect("leaves are short");
}

/// The first lot is the one on every box.
fn lot_number(index: u32) -> medproof_core::leaf::Lot {
    let name = if index == 0 { crate::stock::LOT.to_string() } else { format!("LOT-{index}") };
    medproof_core::leaf::Lot { lot: identity::Lot::new(&name).expect("a lot"), ..lot() }
}
