//! A node: its folder, its chain, its keys.

use crate::{
    author::{Author, Intent},
    block,
    chain::{self, Ledger},
    clock::Clock,
    config::Config,
    fault::{Fault, Result},
    folder::{self, Folder},
    genesis_file::{FirstValidator, GenesisFile, MemberEntry, Role, first_anchor},
    index::{Index, tables},
    keyring::{self, MemberKey},
    pool::{Bundle, Outcome, Receipt},
    silence,
};
use medproof_consensus::{Handle, Spread, ValidatorKey};
use medproof_core::{
    anchor::Anchor,
    encoding::{Message, Wire},
    event::{Event, EventKind, MemberRole},
    genesis::Genesis,
    identity::MemberId,
    info::MemberInfo,
    keys::KeyNumber,
    leaf::Leaf,
};
use medproof_rules::{
    Refusal,
    body::{Act, Body, Capacity},
    kind,
};
use medproof_store::{Options, Row, Store, StoreKey, View, read_newest};
use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{task::block_in_place, time::timeout};

/// A node that is open: its files are read, its chain can be asked. [`Self::start`] makes it take part.
pub struct Node {
    folder: Folder,
    config: Config,
    genesis: Genesis,
    anchor: Anchor,
    clock: Clock,
    ledger: Arc<Ledger>,
    author: Author,
    /// What takes events to the other nodes, where there are any.
    spread: OnceLock<Spread>,
}

/// Makes the data folder of a chain of one member and one validator: this node.
pub fn init(folder: &Folder, name: &str, time: jiff::Timestamp) -> Result {
    folder.create()?;
    let key = MemberKey::new(MemberId(1), KeyNumber(1), &keyring::random()?);
    let mut file = GenesisFile::new(name, time);
    file.members.push(MemberEntry::new(&key, &Role::ALL, name));
    keyring::write_secret(&keyring::member_file(&folder.keys(), key.member, key.number), &key.secret())?;
    init_with(folder, file)
}

/// Makes the data folder of a chain that begins as `file` says, with this node as its only validator
/// if the file names none.
pub fn init_with(folder: &Folder, mut file: GenesisFile) -> Result {
    if folder.genesis().exists() {
        return Err(Fault::new("node.init.exists").with("path", folder.path().display()));
    }
    folder.create()?;
    let validator = ed25519_dalek::SigningKey::from_bytes(&keyring::secret_or_new(folder, VALIDATOR_KEY)?);
    keyring::secret_or_new(folder, STORE_KEY)?;
    keyring::secret_or_new(folder, NODE_KEY)?;
    if file.validators.is_empty() {
        let key = keyring::to_hex(&keyring::public_key(&validator).0);
        file.validators.push(FirstValidator { key, power: 1 });
    }
    let genesis = file.genesis()?;
    let members = file.members.iter().map(|entry| (MemberId(entry.number), entry.info()));
    let rows = members.map(|(member, info)| member_row(member, &info)).collect();
    let key = store_key(folder)?;
    chain::begin(&Store::create(&folder.store(), &key, &Options::default())?, &genesis, rows)?;
    folder::write_public(&folder.path().join("genesis.toml"), file.to_toml()?.as_bytes())?;
    folder::write_public(&folder.anchor(), &first_anchor(&genesis)?.to_bytes())?;
    if !folder.config().exists() {
        Config::default().save(folder)?;
    }
    // Last, since it says that the folder is complete.
    folder::write_public(&folder.genesis(), &genesis.to_bytes())
}

/// What became of an event that somebody waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it is there or it is not")]
pub enum Acted {
    /// It is in a block that is on disk.
    Accepted(Receipt),
    /// It is on its way.
    Waiting(Event),
}

impl Node {
    /// Opens the node in `folder`.
    pub fn open(folder: Folder, config: Config, clock: Clock) -> Result<Self> {
        let genesis = Genesis::from_bytes(&folder::read(&folder.genesis())?)
            .map_err(|cause| Fault::contents(&folder.genesis(), cause.code()))?;
        let newest = read_newest(&folder.newest())?;
        let options = Options { cache_bytes: (config.store.cache_mib as usize) << 20, newest };
        let store = Store::open(&folder.store(), &store_key(&folder)?, &options)?;
        let mut keys = keyring::member_keys(&folder.keys())?;
        if genesis.demo && folder.demo_keys().exists() {
            keys.extend(keyring::member_keys(&folder.demo_keys())?);
        }
        let anchor = first_anchor(&genesis)?;
        let author = Author::new(genesis.chain_id(), config.member.lane, clock.clone(), keys);
        let ledger = Arc::new(Ledger::new(store, clock.clone())?);
        Ok(Self { folder, config, genesis, anchor, clock, ledger, author, spread: OnceLock::new() })
    }

    /// Takes part in consensus until the handle is stopped or dropped. A validator that may not sign follows the
    /// others; alone it is refused.
    pub async fn start(&self) -> Result<Handle> {
        let validator = validator_key(&self.folder)?;
        let public = keyring::public_key(&validator.key);
        let node_key = keyring::secret_or_new(&self.folder, NODE_KEY)?;
        let mut config = medproof_consensus::Config::alone(validator, node_key, self.folder.signing());
        config.listen = self.config.consensus.listen;
        for peer in &self.config.consensus.peers {
            let peer = peer.parse().map_err(|cause| Fault::new("node.consensus").with("cause", cause))?;
            config.peers.push(peer);
        }
        let has_peers = !config.peers.is_empty();
        let handle = medproof_consensus::start(config, Arc::clone(&self.ledger)).await.map_err(silence::of_error)?;
        if has_peers {
            // A node that is started again in the same process keeps the first one.
            let _ = self.spread.set(handle.spread());
        }
        let Some(silent) = silence::of_role(handle.role()) else { return Ok(handle) };
        let set = chain::signing_set(&self.view())?;
        if set.validators().iter().all(|validator| validator.key == public) {
            // Nobody else makes blocks: a node that only waits would look like one that works.
            handle.stop().await.map_err(silence::of_error)?;
            return Err(silent);
        }
        tracing::warn!(%silent, "this node follows and does not vote");
        Ok(handle)
    }

    /// Its data folder.
    pub const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Its configuration.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The beginning of its chain.
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The anchor at the beginning of its chain.
    pub const fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// What it takes for now.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Its chain.
    pub const fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// Who signs its events.
    pub const fn author(&self) -> &Author {
        &self.author
    }

    /// What is on disk now.
    pub fn view(&self) -> View {
        self.ledger.view()
    }

    /// Gives an event to the chain, and answers when it is in a block that is on disk.
    pub async fn submit(&self, event: Event) -> Result<Receipt> {
        match self.hand_in(Bundle::new(vec![event])).await? {
            Outcome::Accepted(receipts) => receipts.into_iter().next().ok_or_else(|| Fault::new("node.stopped")),
            Outcome::Refused(_, refusal) => Err(refused(refusal)),
        }
    }

    /// Says what the rules say to an event with `body` on the newest state. Nothing is sent, and a block may change the
    /// answer.
    pub fn check(&self, member: MemberId, role: Role, body: &Body) -> Result {
        let view = self.view();
        // A number that is free on this state, however many events are on their way.
        let intent = Intent { member, role, kind: body.kind() };
        let event = self.author.sign_next(intent, body.to_bytes(), &|path| Index::new(&view).leaf(path))?;
        let refusal = self.ledger.refusal(&Bundle::new(vec![event]))?;
        refusal.map_or(Ok(()), |(_, refusal)| Err(refused(refusal)))
    }

    /// Gives events that belong together to the chain and to the other validators, and answers when their fate is
    /// known: all of them are in a block that is on disk, or none.
    pub async fn hand_in(&self, bundle: Bundle) -> Result<Outcome> {
        let mut outcome = self.ledger.pool().add(bundle.clone())?;
        let stopped = |_| Fault::new("node.stopped");
        let Some(spread) = self.spread.get() else { return outcome.await.map_err(stopped) };
        let message = bytes::Bytes::from(block::join(bundle.events()));
        // A message may be lost, and a node that does not propose has nothing but messages.
        let (mut pause, height) = (FIRST_PAUSE, chain::tip(&self.view())?.height());
        loop {
            spread.spread(message.clone()).await;
            if let Ok(outcome) = timeout(pause, &mut outcome).await {
                return outcome.map_err(stopped);
            }
            // Those who propose tell nobody what they refuse. Where blocks come and none takes it, the newest state says.
            if pause > PATIENT_PAUSE && chain::tip(&self.view())?.height() > height {
                block_in_place(|| self.ledger.reconsider(&bundle))?;
            }
            pause = LAST_PAUSE.min(2 * pause);
        }
    }

    /// Signs an event for `member` in `role` and gives it to the chain.
    pub async fn act(&self, member: MemberId, role: Role, body: &Body) -> Result<Receipt> {
        match self.act_within(member, role, body, Duration::MAX).await? {
            Acted::Accepted(receipt) => Ok(receipt),
            Acted::Waiting(_) => Err(Fault::new("node.stopped")),
        }
    }

    /// The same, and waits no longer than `patience`: the event stays on its way, and is answered. What the newest state
    /// refuses is refused at once.
    ///
    /// A number that turns out to be used, by an event of this node from before it was restarted, is
    /// passed over.
    pub async fn act_within(&self, member: MemberId, role: Role, body: &Body, patience: Duration) -> Result<Acted> {
        if patience < Duration::MAX {
            block_in_place(|| self.check(member, role, body))?;
        }
        let mut tries = 0;
        loop {
            let event = self.sign(member, role, body)?;
            match timeout(patience, self.submit(event.clone())).await {
                Err(_) => return Ok(Acted::Waiting(event)),
                Ok(Ok(receipt)) => return Ok(Acted::Accepted(receipt)),
                Ok(Err(fault)) if is_about_number(&fault) && tries < MOST_TRIES => tries += 1,
                Ok(Err(fault)) => {
                    self.author.give_back(event.head());
                    return Err(fault);
                }
            }
        }
    }

    /// What the rules say to each of these bodies by itself on the newest state. Nothing is sent.
    pub fn check_each(&self, member: MemberId, role: Role, bodies: &[Body]) -> Result<Vec<Result>> {
        let check = |body| match self.check(member, role, body) {
            Err(fault) if fault.code().starts_with("node.") => Err(fault),
            checked => Ok(checked),
        };
        bodies.iter().map(check).collect()
    }

    /// [`Self::act`] of a single deed without idempotency value or documents.
    pub async fn deed(&self, member: MemberId, role: Role, act: Act) -> Result<Receipt> {
        self.act(member, role, &Body::new(medproof_core::hash::Digest::ZERO, act)).await
    }

    /// Signs an event for `member` in `role`.
    pub fn sign(&self, member: MemberId, role: Role, body: &Body) -> Result<Event> {
        let view = self.view();
        let intent = Intent { member, role, kind: body.kind() };
        self.author.sign(intent, body.to_bytes(), &|path| Index::new(&view).leaf(path))
    }

    /// The number of the key with which the node signs for `member`, and the member's next key.
    ///
    /// That one is made, or found where it was made before and never registered. It is kept in the node's folder and
    /// signs as soon as the ledger knows it.
    pub fn next_key(&self, member: MemberId) -> Result<(KeyNumber, MemberKey)> {
        let view = self.view();
        let index = Index::new(&view);
        let old = self.author.key(member, &|path| index.leaf(path))?.number;
        let Some(Leaf::Member(leaf)) = index.leaf(&index.paths().member(member))? else {
            return Err(Fault::new("rules.member.absent"));
        };
        let number = leaf.newest_key.0.checked_add(1).map(KeyNumber).ok_or_else(|| Fault::new("rules.key.full"))?;
        let name = keyring::member_file(Path::new(""), member, number);
        let secret = keyring::secret_or_new(&self.folder, &name.display().to_string())?;
        let new = MemberKey::new(member, number, &secret);
        self.author.add(new.clone());
        Ok((old, new))
    }

    /// The roles of a member on the ledger.
    pub fn roles(&self, member: MemberId) -> Result<Vec<Role>> {
        let view = self.view();
        let index = Index::new(&view);
        match index.leaf(&index.paths().member(member))? {
            Some(Leaf::Member(leaf)) => Ok(Role::ALL.into_iter().filter(|role| leaf.roles & role.bit() != 0).collect()),
            _ => Err(Fault::new("rules.member.absent")),
        }
    }

    /// The member role in which `member` may send an event of `kind`.
    pub fn role_for(&self, member: MemberId, kind: EventKind, capacity: Option<Capacity>) -> Result<Role> {
        let Some(kind) = kind::find(kind) else { return Err(Fault::new("rules.event.kind")) };
        let allows = |role: &Role| {
            let number = MemberRole(*role as u8);
            capacity.map_or_else(|| !kind.senders_of(number).is_empty(), |capacity| kind.allows(number, capacity))
        };
        // The regulator's office comes last: who has all roles acts as what it is in the trade.
        self.roles(member)?.into_iter().rev().find(allows).ok_or_else(|| Fault::new("rules.event.sender"))
    }
}

/// The key of the store in `folder`.
pub fn store_key(folder: &Folder) -> Result<StoreKey> {
    Ok(StoreKey::new(keyring::read_secret(&folder.keys().join(STORE_KEY))?))
}

/// The key with which the node in `folder` votes.
pub fn validator_key(folder: &Folder) -> Result<ValidatorKey> {
    let key = ed25519_dalek::SigningKey::from_bytes(&keyring::read_secret(&folder.keys().join(VALIDATOR_KEY))?);
    Ok(ValidatorKey { key, used_marker: folder.keys().join("validator.used") })
}

fn member_row(member: MemberId, info: &MemberInfo) -> Row {
    Row { table: tables::MEMBER, key: member.0.to_be_bytes().to_vec(), value: Some(info.to_wire()) }
}

fn refused(refusal: Refusal) -> Fault {
    let fault = Fault::new(refusal.code);
    refusal.item.into_iter().fold(fault, |fault, item| fault.with("item", item))
}

/// Whether an event was refused because of its number alone.
pub(crate) fn is_about_number(fault: &Fault) -> bool {
    NUMBERS.contains(&fault.code())
}

/// Refusals of an event's number alone.
const NUMBERS: [&str; 3] = ["rules.event.number-used", "rules.event.number-old", "rules.event.number-ahead"];

/// How long an event that was spread has for an answer before it is spread once more; each time twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// After a pause longer than this the newest state is asked what became of it.
const PATIENT_PAUSE: Duration = Duration::from_secs(3);
const LAST_PAUSE: Duration = Duration::from_secs(60);

/// How often an event is signed anew because of its number.
const MOST_TRIES: u32 = 300;

const VALIDATOR_KEY: &str = "validator.key";
const STORE_KEY: &str = "store.key";
const NODE_KEY: &str = "node.key";
