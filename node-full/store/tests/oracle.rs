//! Every answer of the store against core's trees in memory.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use ed25519_dalek::SigningKey;
use medproof_core::{
    header::Height,
    log::{LeafIndex, LogHash, TreeSize, verify_consistency, verify_inclusion},
    state::{Path, Prefix},
};
use medproof_store::{BlockFault, LeafChanges, Options, Row, RowRange, Store, StoreError, Undecided, View};
use std::ops::Bound;
use support::{Chain, Rng, changes, key};

fn new_store(folder: &tempfile::TempDir) -> Store {
    Store::create(&folder.path().join("store"), &key(), &Options::default()).unwrap()
}

fn some_asked(rng: &mut Rng, known: &[Path]) -> Vec<Path> {
    let count = 1 + rng.below(12);
    let one = |rng: &mut Rng| match rng.below(4) {
        0 => rng.path(),
        1 => rng.pack(4),
        _ if known.is_empty() => rng.path(),
        _ => known[rng.below(known.len() as u64) as usize],
    };
    (0..count).map(|_| one(rng)).collect()
}

fn compare_proofs(view: &View, chain: &Chain, rng: &mut Rng, known: &[Path]) {
    for _ in 0..20 {
        let asked = some_asked(rng, known);
        assert_eq!(view.prove(&asked).unwrap(), chain.tree.prove(&asked));
        for path in &asked {
            assert_eq!(view.leaf(path).unwrap().as_deref(), chain.tree.get(path));
        }
        let bits = rng.below(48) as u8;
        let bucket = Prefix::new(&asked[0], bits);
        assert_eq!(view.prove_bucket(&bucket, &asked).unwrap(), chain.tree.prove_bucket(&bucket, &asked));
    }
}

#[test]
fn state_and_proofs_are_those_of_the_tree_in_memory() {
    let mut rng = Rng(1);
    for (seed, steps) in [(1, 12), (2, 12), (3, 12)] {
        rng.0 += seed;
        let folder = tempfile::tempdir().unwrap();
        let (store, mut chain, mut known) = (new_store(&folder), Chain::new(), Vec::new());
        for step in 0..steps {
            let writes = [1, 5, 40, 300, 2500][rng.below(5) as usize];
            let removals = if step % 4 == 3 { known.len() as u64 * 9 / 10 } else { rng.below(60) };
            let view = chain.commit(&store, changes(&mut rng, &mut known, writes, removals), 1);
            assert_eq!(view.state_root(), chain.tree.root());
            assert_eq!(view.counts().unwrap().leaves, chain.tree.len() as u64);
            compare_proofs(&view, &chain, &mut rng, &known);
        }
        let all: LeafChanges = known.drain(..).map(|path| (path, None)).collect();
        let view = chain.commit(&store, all, 0);
        assert_eq!((view.counts().unwrap().leaves, view.counts().unwrap().nodes), (0, 0));
        compare_proofs(&view, &chain, &mut rng, &known);
    }
}

#[test]
fn paths_that_share_all_but_the_last_bits_are_proved() {
    let folder = tempfile::tempdir().unwrap();
    let (store, mut chain) = (new_store(&folder), Chain::new());
    let near = |last: u8| {
        let mut bytes = [0x5a; 32];
        bytes[31] = last;
        Path::new(bytes)
    };
    let changes = (0..=255).filter(|last| last % 3 != 0).map(|last| (near(last & 0xfe), Some(vec![last]))).collect();
    let view = chain.commit(&store, changes, 0);
    for last in 0..=254 {
        let asked = [near(last), near(255 - last)];
        assert_eq!(view.prove(&asked).unwrap(), chain.tree.prove(&asked), "{last}");
    }
}

#[test]
fn the_log_proves_what_the_log_in_memory_proves() {
    let folder = tempfile::tempdir().unwrap();
    let (store, mut chain, mut rng) = (new_store(&folder), Chain::new(), Rng(5));
    for events in [0, 1, 2, 0, 253, 1, 255, 700, 3] {
        let view = chain.commit(&store, LeafChanges::new(), events);
        assert_eq!((view.log_size(), view.log_root()), (chain.log.size(), chain.log.root()));
        let size = chain.size().0;
        for _ in 0..if size > 0 { 40 } else { 0 } {
            let size2 = 1 + rng.below(size);
            let index = LeafIndex(rng.below(size2));
            let proof = view.inclusion(index, TreeSize(size2)).unwrap();
            assert_eq!(proof, chain.log.inclusion_proof(index, TreeSize(size2)));
            let leaf = LogHash::leaf(&view.entry(index).unwrap().unwrap());
            let root = view.log_root_at(TreeSize(size2)).unwrap().unwrap();
            assert_eq!(verify_inclusion(&leaf, index, TreeSize(size2), &proof.unwrap(), &root), Ok(()));
            let size1 = TreeSize(1 + rng.below(size2));
            let proof = view.consistency(size1, TreeSize(size2)).unwrap();
            assert_eq!(proof, chain.log.consistency_proof(size1, TreeSize(size2)));
            let root1 = chain.log.root_at(size1).unwrap();
            assert_eq!(verify_consistency(size1, TreeSize(size2), &proof.unwrap(), &root1, &root), Ok(()));
        }
        assert_eq!(view.inclusion(LeafIndex(size), TreeSize(size)).unwrap(), None);
        assert_eq!(view.consistency(TreeSize(1), TreeSize(size + 1)).unwrap(), None);
    }
}

#[test]
fn tiles_and_bundles_are_those_of_the_standard() {
    let folder = tempfile::tempdir().unwrap();
    let (store, mut chain) = (new_store(&folder), Chain::new());
    for events in [200, 300, 500] {
        chain.commit(&store, LeafChanges::new(), events);
    }
    let view = store.view();
    let leaves: Vec<LogHash> = chain.entries.iter().map(|entry| LogHash::leaf(entry)).collect();
    let bytes = |hashes: &[LogHash]| hashes.iter().flat_map(|hash| *hash.as_bytes()).collect::<Vec<u8>>();
    assert_eq!(view.tile(0, 0, 256).unwrap(), Some(bytes(&leaves[..256])));
    assert_eq!(view.tile(0, 3, 232).unwrap(), Some(bytes(&leaves[768..])));
    assert_eq!(view.tile(0, 3, 10).unwrap(), Some(bytes(&leaves[768..778])));
    assert_eq!(view.tile(0, 3, 233).unwrap(), None);
    assert_eq!(view.tile(0, 4, 1).unwrap(), None);
    assert_eq!(view.tile(0, 0, 0).unwrap(), None);
    let upper: Vec<LogHash> = (0..3)
        .map(|tile| {
            let mut log = medproof_core::log::MemoryLog::new();
            leaves[tile * 256..(tile + 1) * 256].iter().for_each(|leaf| {
                log.append(*leaf);
            });
            log.root()
        })
        .collect();
    assert_eq!(view.tile(1, 0, 3).unwrap(), Some(bytes(&upper)));
    assert_eq!(view.tile(1, 0, 4).unwrap(), None);
    let bundle: Vec<u8> = chain.entries[768..770].iter().flat_map(|entry| [&[0, 39][..], entry].concat()).collect();
    assert_eq!(view.entry_bundle(3, 2).unwrap(), Some(bundle));
    assert_eq!(view.entry_bundle(3, 233).unwrap(), None);
    assert_eq!(view.entry_bundle(u64::MAX, 1).unwrap(), None);
}

#[test]
fn blocks_and_events_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let (store, mut chain) = (new_store(&folder), Chain::new());
    for events in [0, 3, 0, 2] {
        chain.commit(&store, LeafChanges::new(), events);
    }
    let view = store.view();
    for (height, header) in chain.headers.iter().enumerate() {
        assert_eq!(view.header(Height(height as u64)).unwrap().as_ref(), Some(header));
    }
    assert_eq!(view.header(Height(4)).unwrap(), None);
    assert_eq!(view.certificate(Height(0)).unwrap(), None);
    assert!(view.certificate(Height(3)).unwrap().is_some());
    let places: Vec<_> = (0..5).map(|index| view.event(LeafIndex(index)).unwrap().unwrap()).collect();
    assert_eq!(
        places.iter().map(|placed| (placed.height.0, placed.place)).collect::<Vec<_>>(),
        [(1, 0), (1, 1), (1, 2), (3, 0), (3, 1)]
    );
    assert!(places.iter().zip(&chain.events).all(|(placed, event)| placed.event == *event));
    for (index, placed) in (0..).zip(&places) {
        assert_eq!(view.height_of(LeafIndex(index)).unwrap(), Some(placed.height));
    }
    assert_eq!(view.event(LeafIndex(5)).unwrap(), None);
    assert_eq!(view.height_of(LeafIndex(5)).unwrap(), None);
    let ranges: Vec<_> = (0..5).map(|height| view.block_entries(Height(height)).unwrap()).collect();
    assert_eq!(ranges, [Some(0..0), Some(0..3), Some(3..3), Some(3..5), None]);
}

#[test]
fn a_change_of_the_set_is_handed_over() {
    let folder = tempfile::tempdir().unwrap();
    let (store, mut chain) = (new_store(&folder), Chain::new());
    for height in 0..6_u8 {
        let next = height.is_multiple_of(2).then(|| SigningKey::from_bytes(&[10 + height; 32])).filter(|_| height > 0);
        let block = chain.block(&store, LeafChanges::new(), 0, Vec::new(), next);
        store.commit(&block).unwrap();
    }
    let view = store.view();
    let heights = |from| -> Vec<u64> {
        view.hand_overs(Height(from), 9).unwrap().iter().map(|change| change.header.height().0).collect()
    };
    assert_eq!((heights(0), heights(3), heights(5)), (vec![2, 4], vec![4], vec![]));
    for change in view.hand_overs(Height(0), 9).unwrap() {
        assert_eq!(change.new_set.hash(), change.header.next_set_hash());
        let set = view.set(change.header.set_hash()).unwrap().unwrap();
        assert_eq!(change.certificate.verify(&change.header, &set), Ok(()));
    }
}

#[test]
fn a_block_that_does_not_follow_is_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (store, mut chain) = (new_store(&folder), Chain::new());
    chain.commit(&store, [(Path::new([1; 32]), Some(vec![1]))].into(), 1);
    let good = chain.block(&store, [(Path::new([2; 32]), Some(vec![2]))].into(), 2, Vec::new(), None);
    let before = store.view().mark();
    let fault = |change: &dyn Fn(&mut medproof_store::NewBlock)| {
        let mut block = good.clone();
        change(&mut block);
        match store.commit(&block) {
            Err(StoreError::Block(fault)) => fault,
            other => unreachable!("{:?}", other.map(|view| view.mark())),
        }
    };
    assert_eq!(fault(&|block| block.certificate = None), BlockFault::Certificate);
    assert!(matches!(fault(&|block| block.events.truncate(1)), BlockFault::Log { .. }));
    let with = |change: fn(&mut medproof_core::header::HeaderFields)| {
        let mut fields = good.header.fields().unwrap();
        change(&mut fields);
        medproof_core::header::Header::from(&fields)
    };
    let certified = |block: &mut medproof_store::NewBlock, header| {
        block.certificate = Some(support::certify(&chain.signer, &header));
        block.header = header;
    };
    assert!(matches!(fault(&|block| block.header = with(|fields| fields.time.0 += 1)), BlockFault::Certified(_)));
    assert_eq!(
        fault(&|block| certified(block, with(|f| f.state_root = medproof_core::state::NodeHash::EMPTY))),
        BlockFault::StateRoot
    );
    assert_eq!(fault(&|block| certified(block, with(|f| f.parent_hash.0[0] ^= 1))), BlockFault::Parent);
    assert_eq!(fault(&|block| certified(block, with(|f| f.time.0 -= 2))), BlockFault::Parent);
    assert_eq!(fault(&|block| certified(block, with(|f| f.next_set_hash.0[0] ^= 1))), BlockFault::Set);
    assert!(matches!(fault(&|block| certified(block, with(|f| f.height.0 += 1))), BlockFault::Height { .. }));
    let other = store.stage(&store.view(), &[(Path::new([3; 32]), Some(vec![3]))].into()).unwrap();
    assert_eq!(fault(&|block| block.staged = other.clone()), BlockFault::StateRoot);
    assert_eq!(store.view().mark(), before);
    assert!(store.commit(&good).is_ok());
    assert!(matches!(fault(&|_| {}), BlockFault::Height { .. }));
    let long = store.stage(&store.view(), &[(Path::new([3; 32]), Some(vec![3; 1025]))].into());
    assert_eq!(long.err(), Some(StoreError::Block(BlockFault::Value)));
}

#[test]
fn staged_on_staged_is_staged_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let (store, mut chain, mut rng, mut known) = (new_store(&folder), Chain::new(), Rng(9), Vec::new());
    chain.commit(&store, changes(&mut rng, &mut known, 3000, 0), 0);
    for _ in 0..5 {
        let view = store.view();
        let first = changes(&mut rng, &mut known, 700, 700);
        let second = changes(&mut rng, &mut known, 700, 900);
        let third = changes(&mut rng, &mut known, 50, 1200);
        let staged = store.stage(&view, &first).unwrap();
        let more = store.stage_on(&view, &[&staged], &second).unwrap();
        let most = store.stage_on(&view, &[&staged, &more], &third).unwrap();
        for changes in [first, second, third] {
            chain.commit(&store, changes, 0);
        }
        assert_eq!(most.state_root(), chain.tree.root());
        assert_eq!(most.leaf_count(), chain.tree.len() as u64);
        assert_eq!(
            store.stage_on(&store.view(), &[&staged], &LeafChanges::new()).err(),
            Some(StoreError::Block(BlockFault::Staged))
        );
    }
}

#[test]
fn rows_are_kept_sorted_and_change_with_their_block() {
    let folder = tempfile::tempdir().unwrap();
    let (store, mut chain) = (new_store(&folder), Chain::new());
    let row = |table, key: &[u8], value: Option<&[u8]>| Row { table, key: key.into(), value: value.map(Into::into) };
    let rows = vec![row("a", b"2", Some(b"two")), row("b", b"", Some(b"")), row("a", b"1", Some(b"one"))];
    let block = chain.block(&store, LeafChanges::new(), 0, rows, None);
    let before = store.view();
    let view = store.commit(&block).unwrap();
    assert_eq!(before.row("a", b"1").unwrap(), None);
    assert_eq!(view.row("a", b"1").unwrap(), Some(b"one".to_vec()));
    assert_eq!(view.row("b", b"").unwrap(), Some(Vec::new()));
    let later =
        store.put_rows(&[row("a", b"1", None), row("a", b"10", Some(b"ten")), row("a", b"\xff", Some(b"x"))]).unwrap();
    let keys =
        |range: &RowRange| -> Vec<Vec<u8>> { later.rows("a", range).unwrap().into_iter().map(|row| row.0).collect() };
    let all = RowRange { from: Bound::Unbounded, to: Bound::Unbounded, reverse: false, limit: 9 };
    assert_eq!(keys(&all), [b"10".to_vec(), b"2".to_vec(), b"\xff".to_vec()]);
    assert_eq!(keys(&RowRange { reverse: true, limit: 2, ..all.clone() }), [b"\xff".to_vec(), b"2".to_vec()]);
    assert_eq!(keys(&RowRange::prefix(b"1", 9)), [b"10".to_vec()]);
    assert_eq!(keys(&RowRange::prefix(b"\xff", 9)), [b"\xff".to_vec()]);
    let backwards = RowRange { from: Bound::Excluded(b"2".to_vec()), to: Bound::Excluded(b"2".to_vec()), ..all };
    assert_eq!(keys(&backwards), Vec::<Vec<u8>>::new());
    assert_eq!(later.row("none", b"").unwrap(), None);
}

#[test]
fn proposals_are_kept_until_their_height_is_decided() {
    let folder = tempfile::tempdir().unwrap();
    let (store, mut chain) = (new_store(&folder), Chain::new());
    chain.commit(&store, LeafChanges::new(), 0);
    let proposal = |round: u32, text: &str| Undecided {
        round,
        header_hash: medproof_core::hash::sha256(text.as_bytes()),
        bytes: text.into(),
    };
    let mut kept = [proposal(0, "first"), proposal(0, "rival"), proposal(3, "second")];
    kept.sort_by_key(|proposal| (proposal.round, proposal.header_hash.0));
    kept.iter().for_each(|proposal| store.put_undecided(Height(1), proposal).unwrap());
    store.put_undecided(Height(2), &proposal(0, "early")).unwrap();
    assert_eq!(store.view().undecided(Height(1)).unwrap(), kept);
    drop(store);
    let store = Store::open(&folder.path().join("store"), &key(), &Options::default()).unwrap();
    assert_eq!(store.view().undecided(Height(1)).unwrap(), kept);
    let view = chain.commit(&store, LeafChanges::new(), 0);
    assert_eq!(view.undecided(Height(1)).unwrap(), []);
    assert_eq!(view.undecided(Height(2)).unwrap(), [proposal(0, "early")]);
}
