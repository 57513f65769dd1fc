//! A block before it is decided: built from the pool, or executed from another validator's proposal.

use super::state::{ViewState, chain_id, tip};
use crate::{
    block,
    fault::{Fault, Result},
    pool::Bundle,
};
use medproof_core::{
    encoding::Wire,
    event::Event,
    hash::Digest,
    header::{Header, HeaderFields, Height, UnixMillis},
    leaf::{Leaf, Paths},
    state::Path,
};
use medproof_rules::{Applied, Changes, Executor, Fault as Refused, ReadError, Refusal};
use medproof_store::{LogTail, Staged, Store, StoreError, View};
use std::time::{Duration, Instant};

/// A block with everything that committing it needs.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) header: Header,
    pub(crate) body: Vec<u8>,
    pub(crate) events: Vec<Event>,
    pub(crate) applied: Vec<Applied>,
    pub(crate) staged: Staged,
    /// Bundles that the rules refused when the block was built.
    pub(crate) refused: Vec<RefusedBundle>,
}

/// A bundle's name, the place of the event that the rules refused, and why.
pub(crate) type RefusedBundle = (Digest, usize, Refusal);

/// What executing events gave.
struct Executed {
    events: Vec<Event>,
    applied: Vec<Applied>,
    refused: Vec<RefusedBundle>,
    changes: Changes,
}

impl Candidate {
    /// A block on top of `view`'s newest, of the bundles that the rules accept at `time`: as many as [`BUILD_TIME`] is
    /// enough for, and at least one. The others refuse a block whose time is long ago when it reaches them.
    pub(crate) fn build(store: &Store, view: &View, bundles: &[Bundle], time: UnixMillis) -> Result<Self> {
        let executed = execute(view, bundles, time, Some(Instant::now() + BUILD_TIME))?;
        Self::seal(store, view, executed, time)
    }

    /// Whether the rules refuse a bundle on top of `view` at `time`, and what.
    pub(crate) fn refused(view: &View, bundle: &Bundle, time: UnixMillis) -> Result<Vec<RefusedBundle>> {
        execute(view, std::slice::from_ref(bundle), time, None).map(|executed| executed.refused)
    }

    /// The block of another validator, executed; `None` if it is not what its header says.
    pub(crate) fn execute(store: &Store, view: &View, header: &Header, body: &[u8]) -> Result<Option<Self>> {
        let Ok(events) = block::split(body) else { return Ok(None) };
        let executed = execute(view, &[Bundle::new(events)], header.time(), None)?;
        if !executed.refused.is_empty() {
            return Ok(None);
        }
        let candidate = Self::seal(store, view, executed, header.time())?;
        Ok((candidate.header == *header).then_some(candidate))
    }

    fn seal(store: &Store, view: &View, executed: Executed, time: UnixMillis) -> Result<Self> {
        let parent = tip(view)?;
        let staged = store.stage(view, &executed.changes.leaves)?;
        let log = appended(view, &executed.applied)?;
        let paths = Paths::new(parent.chain_id());
        let leaf = |path: Path| match executed.changes.leaves.get(&path) {
            Some(value) => Ok(value.clone()),
            None => view.leaf(&path).map_err(Fault::from),
        };
        let fields = HeaderFields {
            chain_id: *parent.chain_id(),
            height: Height(parent.height().0 + 1),
            time,
            set_hash: *parent.next_set_hash(),
            next_set_hash: match decoded(leaf(paths.validators())?) {
                Some(Leaf::Validators(hash)) => hash,
                _ => return Err(Fault::new("node.state").with("leaf", "validators")),
            },
            parent_hash: parent.hash(),
            log_size: log.size(),
            log_root: log.root(),
            state_root: staged.state_root(),
            rules_version: match decoded(leaf(paths.rules())?) {
                Some(Leaf::Rules(version)) => version,
                _ => return Err(Fault::new("node.state").with("leaf", "rules")),
            },
        };
        Ok(Self {
            header: Header::from(&fields),
            body: block::join(&executed.events),
            events: executed.events,
            applied: executed.applied,
            staged,
            refused: executed.refused,
        })
    }
}

/// Executes bundles one after another; a refused one changes nothing and stops nobody. None is begun after `until` but
/// the first.
fn execute(view: &View, bundles: &[Bundle], time: UnixMillis, until: Option<Instant>) -> Result<Executed> {
    let state = ViewState(view);
    let mut executor = Executor::new(*chain_id(view), &state, time);
    let (mut events, mut applied, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for (number, bundle) in bundles.iter().enumerate() {
        if number > 0 && until.is_some_and(|until| Instant::now() > until) {
            break;
        }
        match executor.apply_all(bundle.events()) {
            Ok(effects) => {
                applied.extend(effects);
                events.extend_from_slice(bundle.events());
            }
            Err((place, Refused::Refused(refusal))) => refused.push((*bundle.name(), place, refusal)),
            Err((_, Refused::Read(cause))) => return Err(unread(&cause)),
        }
    }
    Ok(Executed { events, applied, refused, changes: executor.finish() })
}

/// Why the state could not be read: the store's own words, where it was the store.
fn unread(cause: &ReadError) -> Fault {
    let store = match cause {
        ReadError::Store(cause) => cause.downcast_ref::<StoreError>(),
        _ => None,
    };
    store.map_or_else(|| Fault::new("node.store").with("cause", cause), |cause| cause.clone().into())
}

/// The log with the entries of a block.
fn appended(view: &View, applied: &[Applied]) -> Result<LogTail> {
    let entries: Vec<Vec<u8>> = applied.iter().map(|applied| applied.entry.to_wire()).collect();
    Ok(view.log_tail()?.append(entries.iter().map(Vec::as_slice))?)
}

fn decoded(value: Option<Vec<u8>>) -> Option<Leaf> {
    Leaf::from_value(&value?).ok()
}

/// How long events are executed for a block of this node's.
const BUILD_TIME: Duration = Duration::from_secs(2);
