//! A block before it is decided: built from the pool, or executed from another validator's proposal.

use super::state::ViewState;
use crate::{
    block,
    fault::{Fault, Result},
};
use medproof_core::{
    event::{Event, LogEntry},
    hash::Digest,
    header::{Header, HeaderFields, Height, UnixMillis},
    leaf::{Leaf, Paths},
    log::TreeSize,
    state::Path,
};
use medproof_rules::{Applied, Changes, Executor, Fault as Refused, Refusal};
use medproof_store::{Staged, View};

/// A block with everything that committing it needs.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) header: Header,
    pub(crate) body: Vec<u8>,
    pub(crate) events: Vec<Event>,
    pub(crate) applied: Vec<Applied>,
    pub(crate) staged: Staged,
    /// Events that the rules refused when the block was built, with their ids.
    pub(crate) refused: Vec<(Digest, Refusal)>,
}

/// What executing events gave.
struct Executed {
    events: Vec<Event>,
    applied: Vec<Applied>,
    refused: Vec<(Digest, Refusal)>,
    changes: Changes,
}

impl Candidate {
    /// A block on top of `view`'s newest, of the events that the rules accept at `time`.
    pub(crate) fn build(view: &View, events: Vec<Event>, time: UnixMillis) -> Result<Self> {
        let executed = execute(view, events, time)?;
        Self::seal(view, executed, time)
    }

    /// The block of another validator, executed; `None` if it is not what its header says.
    pub(crate) fn execute(view: &View, header: &Header, body: &[u8]) -> Result<Option<Self>> {
        let Ok(events) = block::split(body) else { return Ok(None) };
        let executed = execute(view, events, header.time())?;
        if !executed.refused.is_empty() {
            return Ok(None);
        }
        let candidate = Self::seal(view, executed, header.time())?;
        Ok((candidate.header == *header).then_some(candidate))
    }

    fn seal(view: &View, executed: Executed, time: UnixMillis) -> Result<Self> {
        let parent = view.tip();
        let entries: Vec<LogEntry> = executed.applied.iter().map(|applied| applied.entry).collect();
        let staged = view.stage(&executed.changes.leaves, &entries).map_err(Fault::from)?;
        let paths = Paths::new(parent.header.chain_id());
        let leaf = |path: Path| match executed.changes.leaves.get(&path) {
            Some(value) => Ok(value.clone()),
            None => view.leaf(&path).map_err(Fault::from),
        };
        let fields = HeaderFields {
            chain_id: *parent.header.chain_id(),
            height: Height(parent.header.height().0 + 1),
            time,
            set_hash: *parent.header.next_set_hash(),
            next_set_hash: match decoded(leaf(paths.validators())?) {
                Some(Leaf::Validators(hash)) => hash,
                _ => return Err(Fault::new("node.state").with("leaf", "validators")),
            },
            parent_hash: parent.header.hash(),
            log_size: TreeSize(staged.log_size().0),
            log_root: staged.log_root(),
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

/// Executes events one after another; a refused one changes nothing and stops nobody.
fn execute(view: &View, events: Vec<Event>, time: UnixMillis) -> Result<Executed> {
    let state = ViewState(view);
    let mut executor = Executor::new(*view.chain_id(), &state, time);
    let (mut accepted, mut applied, mut refused) = (Vec::with_capacity(events.len()), Vec::new(), Vec::new());
    for event in events {
        match executor.apply(&event) {
            Ok(effects) => {
                applied.push(effects);
                accepted.push(event);
            }
            Err(Refused::Refused(refusal)) => refused.push((event.head().id(), refusal)),
            Err(Refused::Read(cause)) => return Err(Fault::new("node.store").with("cause", cause)),
        }
    }
    Ok(Executed { events: accepted, applied, refused, changes: executor.finish() })
}

fn decoded(value: Option<Vec<u8>>) -> Option<Leaf> {
    Leaf::from_value(&value?).ok()
}
