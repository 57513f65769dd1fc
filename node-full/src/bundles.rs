//! Bundles: a proof with the names and the custody chains that its leaves bear out.

use crate::{
    fault::Result,
    genesis_file::Role,
    index::Index,
    proofs::{self, questions},
};
use medproof_core::{
    bundle::Bundle,
    custody::{Chain, Step},
    encoding::Message,
    event::MemberRole,
    header::Height,
    identity::{Lot, MemberId, ProductCode},
    leaf::{Leaf, Member, MemberState},
    proof::Key,
    state::Path,
};
use medproof_store::View;

/// The bundle about one scan, for a client whose newest header is at `have`.
///
/// A timeline that is longer than the format allows is left out; the verdict does not need it.
pub fn bundle(view: &View, scan: &str, have: Option<Height>) -> Result<Bundle> {
    let (index, keys) = (Index::new(view), questions(scan)?);
    let proof = proofs::prove(view, std::slice::from_ref(&keys), have)?.to_bytes();
    let subject = Subject::find(&index, &keys)?;
    let info = subject.product.as_ref().map(|product| index.product_info(product)).transpose()?;
    let issuer = subject.issuer.map(|issuer| index.member(issuer)).transpose()?;
    let chains = subject.item.map(|item| chains(&index, item)).transpose()?;
    Ok(Bundle { proof, product: info.flatten(), issuer: issuer.flatten(), chains: chains.unwrap_or_default() })
}

/// The bundle about the member that states `domain` as its own; `None` if no member does.
///
/// Of several, one that may give medicines to patients. The client judges whichever it is.
pub fn seller(view: &View, domain: &str, have: Option<Height>) -> Result<Option<Bundle>> {
    let index = Index::new(view);
    let mut best = None;
    for (member, info) in index.members()? {
        if !info.domains.iter().any(|known| known == domain) {
            continue;
        }
        let is_dispenser =
            matches!(index.leaf(&index.paths().member(member))?, Some(Leaf::Member(leaf)) if may_dispense(&leaf));
        if is_dispenser || best.is_none() {
            best = Some((member, info));
        }
        if is_dispenser {
            break;
        }
    }
    let Some((member, info)) = best else { return Ok(None) };
    let proof = proofs::prove(view, &[vec![Key::Member(member)]], have)?.to_bytes();
    Ok(Some(Bundle { proof, product: None, issuer: Some(info), chains: Vec::new() }))
}

fn may_dispense(leaf: &Member) -> bool {
    let roles = [Role::Hospital, Role::Pharmacy].map(|role| MemberRole(role as u8));
    leaf.known_state() == Some(MemberState::Admitted) && roles.iter().any(|role| leaf.has_role(*role))
}

/// Where the leaf of the first registered pack or unit among `keys` lies.
pub fn item_path(index: &Index<'_>, keys: &[Key]) -> Result<Option<Path>> {
    for key in keys {
        match key {
            Key::Pack(pack) => {
                if let Some(canonical) = index.canonical_pack(pack)? {
                    return Ok(Some(index.paths().pack(&canonical)));
                }
            }
            Key::Unit(sscc) => {
                if let Some(unit) = index.unit(*sscc)? {
                    return Ok(Some(index.paths().unit(unit)));
                }
            }
            _ => {}
        }
    }
    Ok(None)
}

/// What a bundle tells about.
#[derive(Default)]
struct Subject {
    product: Option<ProductCode>,
    issuer: Option<MemberId>,
    item: Option<Path>,
}

impl Subject {
    fn find(index: &Index<'_>, keys: &[Key]) -> Result<Self> {
        let item = item_path(index, keys)?;
        let mut subject = Self { item, ..Self::default() };
        for key in keys {
            let (product, lot) = match key {
                Key::Product(product) => (product, None),
                Key::Lot(product, lot) => (product, Some(lot.clone())),
                Key::Pack(pack) => (&pack.product, lot_of(index, item)?),
                _ => continue,
            };
            if let Some((canonical, _)) = index.product(product)? {
                subject.issuer = lot.map(|lot| issuer(index, &canonical, &lot)).transpose()?.flatten();
                subject.product = Some(canonical);
                break;
            }
        }
        Ok(subject)
    }
}

fn lot_of(index: &Index<'_>, pack: Option<Path>) -> Result<Option<Lot>> {
    let row = pack.map(|path| index.item(&path)).transpose()?;
    Ok(row.flatten().and_then(|row| row.lot))
}

fn issuer(index: &Index<'_>, product: &ProductCode, lot: &Lot) -> Result<Option<MemberId>> {
    Ok(match index.leaf(&index.paths().lot(product, lot))? {
        Some(Leaf::Lot(leaf)) => Some(leaf.issuer),
        _ => None,
    })
}

/// The chain of the item at `item` and those of all units that it was in; none if that is too much.
fn chains(index: &Index<'_>, item: Path) -> Result<Vec<(Path, Chain)>> {
    let (mut found, mut chains): (Vec<Path>, Vec<(Path, Chain)>) = (vec![item], Vec::new());
    while let Some(path) = found.get(chains.len()).copied() {
        let chain = index.chain(&path)?;
        if chain.0.len() > MAX_STEPS || found.len() > MAX_CHAINS {
            return Ok(Vec::new());
        }
        for step in &chain.0 {
            if let Step::Unit(unit, ..) = step
                && !found.contains(unit)
            {
                found.push(*unit);
            }
        }
        chains.push((path, chain));
    }
    Ok(chains)
}

/// The most chains of a bundle, and steps of a chain, as the format bounds them.
const MAX_CHAINS: usize = 255;
const MAX_STEPS: usize = 10_000;
