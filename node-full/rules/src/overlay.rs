//! The state with a block's changes on top: each leaf is read and decoded once per block.

use medproof_core::{
    leaf::{Leaf, LeafError, StateCode},
    state::Path,
};
use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    mem,
};

/// The leaf values before a block.
pub trait State {
    /// The value at `path`, or `None` where there is no leaf.
    fn value(&self, path: &Path) -> Result<Option<Vec<u8>>, ReadError>;
}

/// The state could not be read: the store failed, or holds what these rules cannot read.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The store failed.
    Store(Box<dyn core::error::Error + Send + Sync>),
    /// The value is no leaf.
    Leaf(Path, LeafError),
    /// The leaf is of another type than its path says, or names one that is not there.
    Tree(Path),
    /// A state that only newer rules know.
    State(StateCode),
}

impl core::fmt::Display for ReadError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (path, what) = match self {
            Self::Store(error) => return write!(f, "the store could not be read: {error}"),
            Self::State(StateCode(state)) => return write!(f, "state {state} needs newer rules"),
            Self::Leaf(path, LeafError::Newer) => (path, "needs newer rules"),
            Self::Leaf(path, _) => (path, "does not decode"),
            Self::Tree(path) => (path, "does not fit the leaves around it"),
        };
        f.write_str("the leaf at ")?;
        path.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, " {what}")
    }
}

impl core::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Store(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}

/// The leaves as the events of a block have left them.
pub(crate) struct Overlay<'s> {
    state: &'s dyn State,
    slots: HashMap<Path, Slot>,
    /// What the event at work has overwritten.
    overwritten: Vec<(Path, Option<Slot>)>,
}

#[derive(Clone, Debug)]
struct Slot {
    leaf: Option<Leaf>,
    is_changed: bool,
}

impl<'s> Overlay<'s> {
    pub(crate) fn new(state: &'s dyn State) -> Self {
        Self { state, slots: HashMap::new(), overwritten: Vec::new() }
    }

    /// The leaf at `path`.
    pub(crate) fn leaf(&mut self, path: &Path) -> Result<Option<&Leaf>, ReadError> {
        let slot = match self.slots.entry(*path) {
            Entry::Occupied(slot) => slot.into_mut(),
            Entry::Vacant(slot) => slot.insert(read(self.state, path)?),
        };
        Ok(slot.leaf.as_ref())
    }

    /// Writes the leaf at `path`.
    pub(crate) fn put(&mut self, path: Path, leaf: Leaf) {
        let before = self.slots.insert(path, Slot { leaf: Some(leaf), is_changed: true });
        self.overwritten.push((path, before));
    }

    /// Keeps what the event at work wrote.
    pub(crate) fn keep(&mut self) {
        self.overwritten.clear();
    }

    /// Takes back what the event at work wrote.
    pub(crate) fn take_back(&mut self) {
        for (path, before) in mem::take(&mut self.overwritten).into_iter().rev() {
            match before {
                Some(before) => self.slots.insert(path, before),
                None => self.slots.remove(&path),
            };
        }
    }

    /// The values that changed.
    pub(crate) fn into_changes(self) -> BTreeMap<Path, Option<Vec<u8>>> {
        let changed = self.slots.into_iter().filter(|(_, slot)| slot.is_changed);
        changed.map(|(path, slot)| (path, slot.leaf.map(|leaf| leaf.to_value()))).collect()
    }
}

fn read(state: &dyn State, path: &Path) -> Result<Slot, ReadError> {
    let leaf = state.value(path)?.map(|value| Leaf::from_value(&value)).transpose();
    Ok(Slot { leaf: leaf.map_err(|error| ReadError::Leaf(*path, error))?, is_changed: false })
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    struct Empty;

    impl State for Empty {
        fn value(&self, _: &Path) -> Result<Option<Vec<u8>>, ReadError> {
            Ok(None)
        }
    }

    #[test]
    fn what_is_taken_back_was_never_written() {
        let (path, other) = (Path::new([1; 32]), Path::new([2; 32]));
        let mut leaves = Overlay::new(&Empty);
        leaves.put(path, Leaf::Rules(1));
        leaves.keep();
        for number in 2..5 {
            leaves.put(path, Leaf::Rules(number));
            leaves.put(other, Leaf::Rules(number));
        }
        leaves.take_back();
        assert_eq!(leaves.leaf(&path).expect("readable"), Some(&Leaf::Rules(1)));
        assert_eq!(leaves.leaf(&other).expect("readable"), None);
        assert_eq!(leaves.into_changes(), BTreeMap::from([(path, Some(Leaf::Rules(1).to_value()))]));
    }
}
