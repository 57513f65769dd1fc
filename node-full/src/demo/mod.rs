//! The demonstration: a region's year on a chain made on the spot, from one seed.

pub mod outcomes;
mod purchase;
pub mod region;
pub mod year;

use crate::{
    clock::Clock,
    config::Config,
    fault::{Fault, Result},
    folder::Folder,
    keyring,
    node::{self, Node},
};
use medproof_core::{header::UnixMillis, identity::MemberId, keys::KeyNumber};
use std::{fs, sync::Arc};

/// The node's own member in the demonstration: the first hospital.
pub const HOSPITAL: MemberId = MemberId(13);

/// Makes the data folder of a demonstration chain that begins a year ago.
pub fn create(folder: &Folder, config: Config) -> Result {
    let now = jiff::Timestamp::now().as_millisecond();
    let begin = jiff::Timestamp::from_millisecond(now - YEAR_MS).map_err(|_| Fault::new("node.demo.code"))?;
    create_at(folder, config, begin)
}

/// Makes the data folder of a chain of the region's members, with all their keys, that begins at `begin`.
pub fn create_at(folder: &Folder, mut config: Config, begin: jiff::Timestamp) -> Result {
    folder.create()?;
    config.member.number = HOSPITAL.0;
    config.save(folder)?;
    let keys = folder.demo_keys();
    fs::create_dir_all(&keys).map_err(|cause| Fault::file(&keys, &cause))?;
    for party in region::parties() {
        let file = keyring::member_file(&keys, party.member, KeyNumber(1));
        keyring::write_secret(&file, &region::key(party.member).secret())?;
    }
    node::init_with(folder, region::genesis(begin))
}

/// Opens a demonstration node whose clock stands at the beginning of its chain.
pub fn open(folder: Folder, config: Config) -> Result<Arc<Node>> {
    let clock = Clock::injected(UnixMillis(1));
    let node = Node::open(folder, config, clock.clone())?;
    clock.set(UnixMillis(node.genesis().time.0 + 60_000));
    Ok(Arc::new(node))
}

const YEAR_MS: i64 = 365 * 86_400_000;
