//! One event at work: what it may read and write, and what it did so far.

use crate::{
    body::{EventSalt, Site},
    effect::{Effect, Held, ItemName},
    item::ItemLeaf,
    overlay::{Overlay, ReadError},
    refusal::{self, Fault, refuse, require},
};
use medproof_core::{
    custody,
    event::{EventHead, LogEntry, MemberRole},
    hash::Digest,
    header::UnixMillis,
    identity::{Day, MemberId, ProductCode, Sscc},
    keys::KeyNumber,
    leaf::{self, Exposure, Leaf, MemberState, Parameters, Parent, Paths, State, StateCode, Unit},
    state::Path,
};

/// The regulators' role.
pub(crate) const REGULATOR: MemberRole = MemberRole(1);

/// An event at work.
pub(crate) struct Turn<'t, 's> {
    pub(crate) chain_id: &'t Digest,
    pub(crate) paths: Paths<'t>,
    pub(crate) head: &'t EventHead,
    pub(crate) entry: LogEntry,
    /// The header's time.
    pub(crate) now: UnixMillis,
    pub(crate) today: Day,
    pub(crate) leaves: &'t mut Overlay<'s>,
    pub(crate) effects: Vec<Effect>,
    /// The path of the product asked for last: items come sorted by product.
    last_product: Option<(ProductCode, Path)>,
}

/// Reads the leaf of one type at a path.
macro_rules! typed {
    ($($name:ident -> $variant:ident($type:ty)),*) => {$(
        /// The leaf at `path`, which is of this type or absent.
        pub(crate) fn $name(&mut self, path: &Path) -> Result<Option<$type>, Fault> {
            match self.leaves.leaf(path)? {
                None => Ok(None),
                Some(Leaf::$variant(leaf)) => Ok(Some(leaf.clone())),
                Some(_) => Err(ReadError::Tree(*path).into()),
            }
        }
    )*};
}

impl<'t, 's> Turn<'t, 's> {
    pub(crate) const fn new(
        chain_id: &'t Digest,
        now: UnixMillis,
        head: &'t EventHead,
        entry: LogEntry,
        leaves: &'t mut Overlay<'s>,
    ) -> Self {
        let (paths, today) = (Paths::new(chain_id), day_of(now));
        Self { chain_id, paths, head, entry, now, today, leaves, effects: Vec::new(), last_product: None }
    }

    typed! {
        member_at -> Member(leaf::Member),
        key_at -> Key(leaf::Key),
        lot_at -> Lot(leaf::Lot),
        unit_at -> Unit(Unit),
        head_at -> UnitHead(u32),
        exposure_at -> Exposure(Exposure),
        counter_at -> Counter(leaf::Counter),
        parameters_at -> Parameters(Parameters),
        rules_at -> Rules(u32),
        validators_at -> Validators(Digest)
    }

    pub(crate) fn put(&mut self, path: Path, leaf: Leaf) {
        self.leaves.put(path, leaf);
    }

    /// A state that these rules know.
    pub(crate) fn known(&self, state: StateCode) -> Result<State, Fault> {
        state.known().ok_or_else(|| ReadError::State(state).into())
    }

    /// Who sent the event.
    pub(crate) const fn sender(&self) -> MemberId {
        self.head.member
    }

    /// Whether the event is sent as a regulator.
    pub(crate) fn is_regulator(&self) -> bool {
        self.head.role == REGULATOR
    }

    /// The commitment to `member` as the holder of the leaf at `path`, salted by this event.
    pub(crate) fn holder(&self, path: &Path, member: MemberId) -> Digest {
        custody::holder(&custody::holder_salt(&self.head.salt, path), member)
    }

    /// The commitment to the sender at `site` in the leaf at `path`, salted by this event.
    pub(crate) fn place(&self, path: &Path, site: Site) -> Digest {
        custody::place(&custody::holder_salt(&self.head.salt, path), self.sender(), site.0)
    }

    /// `member` as a new holder.
    pub(crate) const fn held_by(&self, member: MemberId) -> Held {
        Held { member, salt: self.salt() }
    }

    /// The event's salt.
    pub(crate) const fn salt(&self) -> EventSalt {
        EventSalt(self.head.salt)
    }

    /// The chain's parameters.
    pub(crate) fn parameters(&mut self) -> Result<Parameters, Fault> {
        let path = self.paths.parameters();
        self.parameters_at(&path)?.ok_or(Fault::Read(ReadError::Tree(path)))
    }

    /// A member that may act.
    pub(crate) fn admitted(&mut self, member: MemberId) -> Result<leaf::Member, Fault> {
        let leaf = self.member_at(&self.paths.member(member))?;
        let admitted = leaf.filter(|leaf| leaf.known_state() == Some(MemberState::Admitted));
        admitted.map_or_else(|| refuse(refusal::MEMBER_ABSENT), Ok)
    }

    /// A member's key.
    pub(crate) fn key(&mut self, member: MemberId, number: KeyNumber) -> Result<leaf::Key, Fault> {
        let key = self.key_at(&self.paths.key(member, number))?;
        key.map_or_else(|| refuse(refusal::KEY_ABSENT), Ok)
    }

    /// The path of a product.
    pub(crate) fn product_path(&mut self, code: &ProductCode) -> Path {
        match &self.last_product {
            Some((last, path)) if last == code => *path,
            _ => {
                let path = self.paths.product(code);
                self.last_product = Some((code.clone(), path));
                path
            }
        }
    }

    /// A registered product under its canonical code.
    pub(crate) fn product(&mut self, code: &ProductCode) -> Result<leaf::Product, Fault> {
        let path = self.product_path(code);
        match self.leaves.leaf(&path)? {
            None => refuse(refusal::PRODUCT_ABSENT),
            Some(Leaf::ProductAlias(_)) => refuse(refusal::ALIAS_NOT_CANONICAL),
            Some(Leaf::Product(product)) => Ok(product.clone()),
            Some(_) => Err(ReadError::Tree(path).into()),
        }
    }

    /// Refuses unless nothing lies at the path of a product code.
    pub(crate) fn require_free_product(&mut self, code: &ProductCode) -> Result<Path, Fault> {
        let path = self.product_path(code);
        match self.leaves.leaf(&path)? {
            None => Ok(path),
            Some(Leaf::ProductAlias(_)) => refuse(refusal::ALIAS_PRESENT),
            Some(_) => refuse(refusal::PRODUCT_PRESENT),
        }
    }

    /// Refuses unless nothing lies at the path of a pack's identity.
    pub(crate) fn require_free_pack(&mut self, path: &Path) -> Result<(), Fault> {
        match self.leaves.leaf(path)? {
            None => Ok(()),
            Some(Leaf::PackAlias(_)) => refuse(refusal::ALIAS_PRESENT),
            Some(_) => refuse(refusal::PACK_PRESENT),
        }
    }

    /// The generation in use of an SSCC, if it ever had one.
    pub(crate) fn unit_head(&mut self, sscc: Sscc) -> Result<Option<u32>, Fault> {
        self.head_at(&self.paths.unit_head(sscc))
    }

    /// A unit that another leaf names.
    pub(crate) fn named_unit(&mut self, unit: Parent) -> Result<(Path, Unit), Fault> {
        let path = self.paths.unit(unit);
        let leaf = self.unit_at(&path)?.ok_or(ReadError::Tree(path))?;
        Ok((path, leaf))
    }

    /// Refuses what only an issuer of the lot or product may do.
    pub(crate) fn require_issuer(&self, issuers: &[MemberId]) -> Result<(), Fault> {
        require(issuers.contains(&self.sender()), refusal::ISSUER_OTHER)
    }

    /// Writes an exposure leaf and tells of it.
    pub(crate) fn put_exposure(&mut self, item: ItemName, path: Path, after: Exposure) {
        self.put(path, Leaf::Exposure(after.clone()));
        self.effects.push(Effect::Exposure { item, after });
    }

    /// Where the exposure of an item lies.
    pub(crate) fn exposure_path(&self, item: &ItemLeaf) -> Path {
        match item {
            ItemLeaf::Pack { pack, .. } => self.paths.pack_exposure(pack),
            ItemLeaf::Unit { unit, .. } => self.paths.exposure(*unit),
        }
    }
}

/// The day of a moment, in UTC.
pub(crate) const fn day_of(time: UnixMillis) -> Day {
    let days = time.0 / 86_400_000;
    Day(if days > u32::MAX as u64 { u32::MAX } else { days as u32 })
}
