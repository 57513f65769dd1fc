//! Whether this node votes: decided once, at the start, from what lies in its folder.

use crate::{
    chain::Next,
    config::{Config, ValidatorKey},
    engine::crypto::Guarded,
    error::Error,
    place,
    signing::SigningState,
};
use medproof_core::{hash::Digest, header::Height, keys::PublicKey};
use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// Whether a node votes, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// It votes whenever its key is in the set.
    Validator,
    /// It has no validator key.
    Follower,
    /// Its key has been used, and the state of what it signed is not here: put back from a backup, or moved.
    /// It votes no more; a new key can be handed over to. Alone, it needs a new chain and anchor.
    LostSigningState,
    /// The state of what it signed was made in another folder: a copy, which may be older than what was signed since.
    /// It votes no more here.
    CopiedSigningState,
    /// It has voted up to this height, and the chain here ends below: an older one was put back. Alone, nobody can
    /// give it the blocks between, and it must not make others in their place.
    LostBlocks(Height),
    /// Its key was seen to sign elsewhere. It votes no more here.
    SpentKey,
    /// It has voted at this height and lost the log of why. It votes again once started above that height.
    LostLog(Height),
}

/// What this node may do, and the guarded key if it votes.
pub(crate) fn choose(config: &Config, chain_id: Digest, next: &Next) -> Result<(Role, Option<Guarded>), Error> {
    let Some(ValidatorKey { key, used_marker }) = &config.validator else { return Ok((Role::Follower, None)) };
    let public = PublicKey(key.verifying_key().to_bytes());
    let path = state_path(config);
    let state = match SigningState::open(&path, &chain_id, &public)? {
        Some(state) => {
            if let Some(role) = silenced(&state, &config.folder, next).map_err(Error::Disk)? {
                return Ok((role, None));
            }
            place::settle(&config.folder).map_err(Error::Disk)?;
            state
        }
        // The chain of one that has signed stands here, or the key was used before.
        None if next.height > Height(1) || used_marker.exists() => return Ok((Role::LostSigningState, None)),
        None => create(&path, used_marker, &chain_id, &public)?,
    };
    Ok((Role::Validator, Some(Guarded::new(chain_id, key.clone(), state))))
}

/// What role a stopped node would have at its next start, whose next block is `next`. Writes nothing.
pub fn outlook(folder: &Path, validator: &ValidatorKey, chain_id: &Digest, next: &Next) -> Result<Role, Error> {
    let public = PublicKey(validator.key.verifying_key().to_bytes());
    let Some(state) = SigningState::open(&folder.join(STATE_FILE), chain_id, &public)? else {
        let is_used = next.height > Height(1) || validator.used_marker.exists();
        return Ok(if is_used { Role::LostSigningState } else { Role::Validator });
    };
    Ok(silenced(&state, folder, next).map_err(Error::Disk)?.unwrap_or(Role::Validator))
}

/// Why a key with this state does not sign, if it does not.
fn silenced(state: &SigningState, folder: &Path, next: &Next) -> io::Result<Option<Role>> {
    Ok(if state.is_spent() {
        Some(Role::SpentKey)
    } else if place::is_copy(folder)? {
        Some(Role::CopiedSigningState)
    } else if is_alone(next) && state.height() > next.height {
        Some(Role::LostBlocks(state.height()))
    } else if has_lost_log(state, folder, next) {
        Some(Role::LostLog(next.height))
    } else {
        None
    })
}

/// Prepares a new validator key on a node that has a chain already: a follower that is to vote.
///
/// Without it such a node cannot be told from one that was put back from a backup. Refused if the key is marked
/// as used, or has a signing state in `folder`.
pub fn enrol(folder: &Path, validator: &ValidatorKey, chain_id: &Digest) -> Result<(), Error> {
    crate::private_folder(folder).map_err(Error::Disk)?;
    if validator.used_marker.exists() {
        return Err(crate::SigningError::Past.into());
    }
    let public = PublicKey(validator.key.verifying_key().to_bytes());
    create(&folder.join(STATE_FILE), &validator.used_marker, chain_id, &public).map(|_| ())
}

/// The marker first: a crash between the two leaves a key that does not vote, never one that votes twice.
fn create(path: &Path, marker: &Path, chain_id: &Digest, key: &PublicKey) -> Result<SigningState, Error> {
    write_marker(marker).map_err(Error::Disk)?;
    let state = SigningState::create(path, chain_id, key)?;
    // The folder has no mark yet, or one that came with a copy of an earlier key's.
    path.parent().map_or(Ok(()), place::mark).map_err(Error::Disk)?;
    Ok(state)
}

fn write_marker(marker: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(marker)?.sync_all()?;
    match marker.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Votes without their reasons: the engine would have forgotten its lock. One validator alone is held to its
/// own votes by the signing state itself.
fn has_lost_log(state: &SigningState, folder: &Path, next: &Next) -> bool {
    !is_alone(next) && state.height() >= next.height && !folder.join(LOG_FILE).exists()
}

fn is_alone(next: &Next) -> bool {
    next.set.validators().len() == 1
}

fn state_path(config: &Config) -> PathBuf {
    config.folder.join(STATE_FILE)
}

/// Where the engine writes ahead.
pub(crate) fn wal_path(config: &Config) -> PathBuf {
    config.folder.join(LOG_FILE)
}

const STATE_FILE: &str = "signing.state";

const LOG_FILE: &str = "consensus.wal";
