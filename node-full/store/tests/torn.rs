//! A power cut at every write of a commit: whole blocks only.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use medproof_store::{Disk, NewBlock, Options, Store};
use std::{
    io,
    sync::{Arc, Mutex},
};
use support::{Chain, Rng, changes, key};

/// A disk in memory that stops at a chosen operation, and remembers what was not made durable.
#[derive(Debug, Default)]
struct Cut(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    durable: Vec<u8>,
    now: Vec<u8>,
    pending: Vec<Op>,
    /// Operations left before the power is cut; `None` for never.
    left: Option<u64>,
    count: u64,
    /// Whether the power was cut.
    dark: bool,
}

#[derive(Clone, Debug)]
enum Op {
    Write(u64, Vec<u8>),
    SetLen(u64),
}

impl Op {
    /// Carries out the operation; a torn write stops within its bytes.
    fn apply(&self, bytes: &mut Vec<u8>, torn_at: usize) {
        match self {
            Self::SetLen(len) => bytes.resize(*len as usize, 0),
            Self::Write(offset, data) => {
                let (from, len) = (*offset as usize, data.len().min(torn_at));
                if bytes.len() < from + len {
                    bytes.resize(from + len, 0);
                }
                bytes[from..from + len].copy_from_slice(&data[..len]);
            }
        }
    }
}

impl Cut {
    fn of(bytes: Vec<u8>, left: Option<u64>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { durable: bytes.clone(), now: bytes, left, ..State::default() })))
    }

    fn step(&self, op: Option<Op>) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        let state = &mut *state;
        state.count += 1;
        let cut = state.left == Some(0);
        if state.dark {
            return Err(io::Error::other("no power"));
        }
        state.dark = cut;
        if let Some(op) = op {
            // What is written as the power fails may be there, or in part.
            state.pending.push(op.clone());
            op.apply(&mut state.now, usize::MAX);
        } else if !cut {
            state.durable = state.now.clone();
            state.pending.clear();
        }
        if cut {
            return Err(io::Error::other("power cut"));
        }
        state.left = state.left.map(|left| left - 1);
        Ok(())
    }

    /// One of the disks that the cut may have left: any of the pending writes, each perhaps torn.
    fn left_over(&self, rng: &mut Rng) -> Vec<u8> {
        let state = self.0.lock().unwrap();
        let mut bytes = state.durable.clone();
        for op in &state.pending {
            match rng.below(3) {
                0 => {}
                1 => op.apply(&mut bytes, rng.below(9000) as usize),
                _ => op.apply(&mut bytes, usize::MAX),
            }
        }
        bytes
    }
}

impl Disk for Cut {
    fn len_bytes(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().now.len() as u64)
    }

    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.0.lock().unwrap();
        let part = state.now.get(offset as usize..offset as usize + out.len());
        out.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.step(Some(Op::Write(offset, bytes.to_vec())))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.step(Some(Op::SetLen(len)))
    }

    fn sync(&self) -> io::Result<()> {
        self.step(None)
    }
}

fn options() -> Options {
    Options { cache_bytes: 4 << 20, ..Options::default() }
}

/// A disk with some blocks on it, cleanly closed, the block to come, and a chain that knows neither.
fn prepared() -> (Vec<u8>, NewBlock) {
    let disk = Cut::of(Vec::new(), None);
    let store = Store::create_on(Arc::<Cut>::clone(&disk), &key(), &options()).unwrap();
    let (mut chain, mut rng, mut known) = (Chain::new(), Rng(2), Vec::new());
    for _ in 0..4 {
        chain.commit(&store, changes(&mut rng, &mut known, 200, 20), 5);
    }
    let next = changes(&mut rng, &mut known, 150, 30);
    let block = chain.block(&store, next, 5, Vec::new(), None);
    drop(store);
    let bytes = disk.0.lock().unwrap().now.clone();
    (bytes, block)
}

#[test]
fn a_power_cut_at_any_write_leaves_whole_blocks() {
    let (bytes, block) = prepared();
    let whole = Cut::of(bytes.clone(), None);
    let store = Store::open_on(Arc::<Cut>::clone(&whole), &key(), &options()).unwrap();
    let before = store.view().mark().unwrap();
    let after = store.commit(&block).unwrap().mark().unwrap();
    drop(store);
    let operations = whole.0.lock().unwrap().count;
    assert!(operations > 20, "{operations}");
    let (mut rng, mut kept, mut lost) = (Rng(6), 0, 0);
    for left in 0..operations {
        let disk = Cut::of(bytes.clone(), Some(left));
        let acknowledged =
            Store::open_on(Arc::<Cut>::clone(&disk), &key(), &options()).and_then(|store| store.commit(&block)).is_ok();
        for _ in 0..4 {
            let again = Cut::of(disk.left_over(&mut rng), None);
            let store = Store::open_on(again, &key(), &options());
            let store = store.unwrap_or_else(|error| unreachable!("cut after {left} of {operations}: {error}"));
            let mark = store.view().mark().unwrap();
            assert!(mark == after || mark == before && !acknowledged, "cut after {left}");
            assert_eq!(store.check(&mut |_| {}).damage, [], "cut after {left}");
            if mark == before {
                lost += 1;
                assert!(store.commit(&block).is_ok(), "cut after {left}");
            } else {
                kept += 1;
            }
        }
    }
    assert!(kept > 0 && lost > 0, "{kept} kept and {lost} lost");
}

#[test]
fn a_failed_write_is_no_lost_store() {
    let (bytes, block) = prepared();
    let disk = Cut::of(bytes, Some(8));
    let store = Store::open_on(Arc::<Cut>::clone(&disk), &key(), &options()).unwrap();
    let before = store.view();
    assert!(store.commit(&block).is_err());
    // The view of before is still held; the store itself takes nothing more.
    assert_eq!(store.view().mark(), before.mark());
    assert!(store.commit(&block).is_err());
    drop((store, before));
    let bytes = disk.left_over(&mut Rng(1));
    let disk = Cut::of(bytes, None);
    let store = Store::open_on(disk, &key(), &options()).unwrap();
    assert!(store.commit(&block).is_ok());
}
