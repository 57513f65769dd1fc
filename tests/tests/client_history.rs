//! That the event log has only grown: shown, not shown, or refused.

mod client_support;

use client_support::{after, rival};
use medproof_core::{
    client::{Client, Consistency, TrustError},
    encoding::Wire,
    event::{EventKind, LogEntry, MemberRole},
    hash::sha256,
    identity::Day,
    log::{LogHash, LogProof, MemoryLog, TreeSize},
};
use medproof_tests::{
    ledger::{Block, Ledger, Quorum},
    report::ran,
};

/// The entry number `n`.
fn entry(n: u64) -> LogEntry {
    LogEntry { kind: EventKind(1), day: Day(20_000), role: MemberRole(2), envelope: sha256(&n.to_be_bytes()) }
}

/// A chain whose log has `first` entries at the anchor and grows by `steps` after it.
fn chain(first: u64, steps: &[u64]) -> (Ledger, Client, Vec<Block>) {
    let mut ledger = Ledger::new("history", Quorum::new("v", &[1]));
    (0..first).for_each(|n| ledger.append(&entry(n)));
    ledger.seal(1_000);
    let client = Client::new(ledger.anchor());
    let mut blocks = Vec::new();
    let mut size = first;
    for step in steps {
        (size..size + step).for_each(|n| ledger.append(&entry(n)));
        size += step;
        blocks.push(ledger.seal(1_000));
    }
    (ledger, client, blocks)
}

/// The consistency proof between two sizes of the ledger's log.
fn consistency(ledger: &Ledger, first: u64, second: u64) -> Consistency {
    let proof = ledger.log.consistency_proof(TreeSize(first), TreeSize(second)).expect("the log has grown");
    Consistency { first_size: TreeSize(first), proof }
}

#[test]
fn growth_that_is_shown_and_growth_that_is_not() {
    let mut cases = 0;
    for first in 1..=9 {
        for steps in [[0, 0], [1, 0], [0, 3], [1, 1], [5, 8], [64, 1]] {
            let (ledger, client, blocks) = chain(first, &steps);
            let now = after(&blocks[1].header, 1);
            let sizes = [first + steps[0], first + steps[0] + steps[1]];
            let step = |client: &mut Client, which: usize, from: Option<u64>| {
                let mut update = ledger.update(Vec::new(), &blocks[which], None);
                update.consistency = from.map(|from| consistency(&ledger, from, sizes[which]));
                client.advance(&update, now).map(|step| step.is_history_shown)
            };
            // Shown at each step.
            let mut shown = client.clone();
            assert_eq!(step(&mut shown, 0, Some(first)), Ok(true));
            assert_eq!(shown.history_size(), TreeSize(sizes[0]));
            assert_eq!(step(&mut shown, 1, Some(sizes[0])), Ok(true));
            // Not shown at the first: the second has to bridge both, and nothing is forgotten between.
            let mut later = client.clone();
            assert_eq!(step(&mut later, 0, None), Ok(false));
            assert_eq!(later.history_size(), TreeSize(first));
            if steps[0] > 0 {
                let (expected, found) = (first, sizes[0]);
                let error = TrustError::ConsistencyStart { expected, found };
                assert_eq!(step(&mut later.clone(), 1, Some(sizes[0])), Err(error));
                assert_eq!(error.numbers(), Some((expected, found)));
            }
            assert_eq!(step(&mut later, 1, Some(first)), Ok(true));
            assert_eq!(later.history_size(), TreeSize(sizes[1]));
            // At the newest header again, afterwards.
            let mut again = client;
            assert_eq!(step(&mut again, 1, None), Ok(false));
            assert_eq!(step(&mut again, 1, Some(first)), Ok(true));
            assert_eq!(again.history_size(), later.history_size());
            cases += 7;
        }
    }
    ran("client: history shown and not shown", cases);
}

/// Every log contains the empty one: a client that began at genesis needs no proof the first time.
#[test]
fn from_an_empty_log() {
    for steps in [[0, 2], [3, 4]] {
        let (ledger, client, blocks) = chain(0, &steps);
        let now = after(&blocks[1].header, 1);
        let empty = Consistency { first_size: TreeSize(0), proof: LogProof::default() };
        for given in [None, Some(empty.clone())] {
            let mut client = client.clone();
            let mut update = ledger.update(Vec::new(), &blocks[0], None);
            update.consistency = given;
            assert_eq!(client.advance(&update, now).map(|step| step.is_history_shown), Ok(true));
            assert_eq!(client.history_size(), TreeSize(steps[0]));
            let mut update = ledger.update(Vec::new(), &blocks[1], None);
            update.consistency = (steps[0] > 0).then(|| consistency(&ledger, steps[0], steps[0] + steps[1]));
            assert_eq!(client.advance(&update, now).map(|step| step.is_history_shown), Ok(true));
        }
        let mut update = ledger.update(Vec::new(), &blocks[1], None);
        let hash = LogHash::from_bytes([7; 32]);
        update.consistency = Some(Consistency { proof: LogProof::new(vec![hash]).expect("short"), ..empty });
        assert_eq!(client.clone().advance(&update, now), Err(TrustError::Consistency));
    }
    ran("client: history from an empty log", 10);
}

/// The quorum itself signs a log that lost, changed or gained an entry in the past.
#[test]
fn a_rewritten_log_is_refused() {
    let mut cases = 0;
    for first in 1..=20_u64 {
        let (ledger, client, blocks) = chain(first, &[6]);
        let block = &blocks[0];
        let now = after(&block.header, 1);
        let changed = |n: u64| (0..first + 6).map(|i| entry(if i == n { 1_000 } else { i })).collect::<Vec<_>>();
        let lost = |n: u64| (0..first + 6).filter(|i| *i != n).map(entry).collect::<Vec<_>>();
        let gained =
            |n: u64| (0..first + 6).flat_map(|i| [Some(entry(i)), (i == n).then(|| entry(1_000))]).flatten().collect();
        for n in 0..first {
            let rewritten: [Vec<LogEntry>; 3] = [changed(n), lost(n), gained(n)];
            // To have lost the last entry and gained others is to have changed it.
            for entries in rewritten {
                let mut log = MemoryLog::new();
                for entry in &entries {
                    log.append(LogHash::leaf(&entry.to_wire()));
                }
                let other = rival(&ledger.quorum, &block.header, |fields| {
                    (fields.log_size, fields.log_root) = (log.size(), log.root());
                });
                let mut update = ledger.update(Vec::new(), &other, None);
                let proof = log.consistency_proof(TreeSize(first), log.size()).expect("the log is longer");
                let is_prefix = entries[..first as usize] == (0..first).map(entry).collect::<Vec<_>>();
                update.consistency = Some(Consistency { first_size: TreeSize(first), proof });
                let answer = client.clone().advance(&update, now);
                if is_prefix {
                    assert!(answer.is_ok_and(|step| step.is_history_shown));
                } else {
                    assert_eq!(answer, Err(TrustError::Consistency));
                    let mut kept = client.clone();
                    assert!(kept.advance(&update, now).is_err());
                    assert_eq!((kept.newest(), kept.history_size()), (client.newest(), client.history_size()));
                }
                cases += 1;
            }
        }
    }
    ran("client: rewritten logs", cases);
}

/// True proofs with one hash flipped, lost, or one more; a log that became shorter.
#[test]
fn a_damaged_consistency_proof_is_refused() {
    let mut cases = 0;
    for first in [1, 2, 3, 5, 8, 13] {
        let (ledger, client, blocks) = chain(first, &[first + 2]);
        let now = after(&blocks[0].header, 1);
        let honest = consistency(&ledger, first, 2 * first + 2);
        let mut damaged = Vec::new();
        let hashes = honest.proof.hashes();
        for place in 0..hashes.len() {
            let mut flipped = hashes.to_vec();
            let mut bytes = *flipped[place].as_bytes();
            bytes[place % 32] ^= 1;
            flipped[place] = LogHash::from_bytes(bytes);
            let mut fewer = hashes.to_vec();
            let twice = fewer.remove(place);
            let mut more = hashes.to_vec();
            more.insert(place, twice);
            damaged.extend([flipped, fewer, more]);
        }
        damaged.push(Vec::new());
        for hashes in damaged {
            let mut update = ledger.update(Vec::new(), &blocks[0], None);
            let proof = LogProof::new(hashes).expect("short");
            update.consistency = Some(Consistency { first_size: TreeSize(first), proof });
            assert_eq!(client.clone().advance(&update, now), Err(TrustError::Consistency));
            cases += 1;
        }
        for start in [0, first - 1, first + 1, u64::MAX] {
            let mut update = ledger.update(Vec::new(), &blocks[0], None);
            update.consistency = Some(Consistency { first_size: TreeSize(start), ..honest.clone() });
            if start != first {
                let error = TrustError::ConsistencyStart { expected: first, found: start };
                assert_eq!(client.clone().advance(&update, now), Err(error));
                cases += 1;
            }
        }
        let shorter = rival(&ledger.quorum, &blocks[0].header, |fields| fields.log_size = TreeSize(first - 1));
        let mut update = ledger.update(Vec::new(), &shorter, None);
        update.consistency = Some(honest);
        assert_eq!(client.clone().advance(&update, now), Err(TrustError::Consistency));
        cases += 1;
    }
    ran("client: damaged consistency proofs", cases);
}
