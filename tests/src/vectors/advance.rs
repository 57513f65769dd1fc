//! Going forward, and forks.

use super::case::{base64, decimal, problem};
use crate::ledger::{Block, GENESIS_MS, Ledger, Quorum, TRUSTING_PERIOD_MS};
use medproof_core::{
    client::{Consistency, Update},
    encoding::Message,
    event::{EventKind, LogEntry, MemberRole},
    fork::Fork,
    hash::{Digest, sha256},
    header::{Header, HeaderFields, Height, UnixMillis},
    identity::Day,
    log::{LogHash, LogProof, TreeSize},
    plain::{self, Client},
};
use serde_json::{Value, json};

/// A chain of three sets with a log, and every block on the way.
struct Chain {
    ledger: Ledger,
    anchor: Vec<u8>,
    first: Block,
    hand_overs: Vec<medproof_core::handover::HandOver>,
    sets: Vec<Quorum>,
    last: Block,
}

fn chain() -> Chain {
    let mut ledger = Ledger::new("advance", Quorum::new("advance a", &[1; 4]));
    let entry = |n: u32| LogEntry {
        kind: EventKind(100),
        day: Day(20_454 + n),
        role: MemberRole(2),
        envelope: sha256(&n.to_be_bytes()),
    };
    (0..5).for_each(|n| ledger.append(&entry(n)));
    ledger.seal(1_000);
    let anchor = ledger.anchor().to_bytes();
    (5..9).for_each(|n| ledger.append(&entry(n)));
    let first = ledger.seal(1_000);
    let mut sets = vec![ledger.quorum.clone()];
    let mut hand_overs = Vec::new();
    for name in ["advance b", "advance c"] {
        hand_overs.push(ledger.hand_over(1_000, Quorum::new(name, &[1; 4])));
        sets.push(ledger.quorum.clone());
    }
    (9..20).for_each(|n| ledger.append(&entry(n)));
    let last = ledger.seal(1_000);
    Chain { ledger, anchor, first, hand_overs, sets, last }
}

pub(super) fn cases() -> Vec<Value> {
    let chain = chain();
    let ledger = &chain.ledger;
    let now = chain.last.header.time().0 + 1_000;
    let mut cases = Vec::new();
    let mut add = |name: &str, updates: &[&Update], now: u64, codes: &[&str]| {
        cases.push(case(&format!("advance/{name}"), &chain.anchor, None, updates, now, codes));
    };
    let to_first = Update {
        hand_overs: Vec::new(),
        header: chain.first.header.clone(),
        certificate: chain.first.certificate.clone(),
        consistency: None,
    };
    let to_last = ledger.update(chain.hand_overs.clone(), &chain.last, Some(5));
    let bent = |change: &dyn Fn(&mut Update)| {
        let mut bent = to_last.clone();
        change(&mut bent);
        bent
    };
    let changed = |by: &Quorum, change: &dyn Fn(&mut HeaderFields)| {
        let mut fields = chain.last.header.fields().expect("this version");
        change(&mut fields);
        let header = Header::from(&fields);
        bent(&|update| {
            update.certificate = by.certify(&header, &by.fewest());
            update.header = header.clone();
        })
    };
    let (a, c) = (&chain.sets[0], &chain.sets[2]);
    add("history-shown", &[&to_last], now, &["shown"]);
    add("history-not-shown", &[&bent(&|update| update.consistency = None)], now, &["not-shown"]);
    add("twice", &[&to_last, &bent(&|update| update.consistency = None)], now, &["shown", "not-shown"]);
    add("in-two-steps", &[&to_first, &to_last], now, &["not-shown", "shown"]);
    add("backwards", &[&to_last, &to_first], now, &["shown", "trust.older-header"]);
    add("hand-overs-missing", &[&bent(&|update| update.hand_overs.clear())], now, &["trust.hand-over.missing"]);
    add("hand-over-skipped", &[&bent(&|update| drop(update.hand_overs.remove(0)))], now, &["trust.header.set-unknown"]);
    add("hand-over-reordered", &[&bent(&|update| update.hand_overs.reverse())], now, &["trust.hand-over.order"]);
    let last_hand_over = &chain.hand_overs[1];
    let to_hand_over = bent(&|update| {
        update.header = last_hand_over.header.clone();
        update.certificate = last_hand_over.certificate.clone();
        update.consistency = None;
    });
    add("to-the-hand-over-itself", &[&to_hand_over], now, &["not-shown"]);
    add(
        "known-hand-overs-again",
        &[&to_hand_over, &bent(&|update| update.consistency = None)],
        now,
        &["not-shown", "not-shown"],
    );
    add("other-chain", &[&changed(c, &|fields| fields.chain_id = Digest::ZERO)], now, &["trust.header.other-chain"]);
    add("retired-set", &[&changed(a, &|fields| fields.set_hash = *a.set.hash())], now, &["trust.header.set-retired"]);
    add(
        "changes-the-set",
        &[&changed(c, &|fields| fields.next_set_hash = Digest([1; 32]))],
        now,
        &["trust.hand-over.missing"],
    );
    add("time", &[&changed(c, &|fields| fields.time = UnixMillis(GENESIS_MS))], now, &["trust.header.time-order"]);
    add(
        "unsigned",
        &[&bent(&|update| update.certificate = c.certify(&update.header, &[0, 1]))],
        now,
        &["trust.certificate.power-short"],
    );
    add(
        "by-the-first-set",
        &[&bent(&|update| update.certificate = a.certify(&update.header, &[0, 1, 2]))],
        now,
        &["trust.certificate.signature"],
    );
    let other_start = bent(&|update| {
        if let Some(consistency) = &mut update.consistency {
            consistency.first_size = TreeSize(4);
        }
    });
    add("other-start", &[&other_start], now, &["trust.log.other-start"]);
    let rewritten = changed(c, &|fields| fields.log_root = LogHash::leaf(b"another history"));
    add("rewritten-history", &[&rewritten], now, &["trust.log.consistency"]);
    let shorter = changed(c, &|fields| fields.log_size = TreeSize(9));
    add("shorter-history", &[&shorter], now, &["trust.log.consistency"]);
    let period_end = GENESIS_MS + 1_000 + TRUSTING_PERIOD_MS;
    add("last-ms-of-the-period", &[&to_last], period_end, &["shown"]);
    add("period-over", &[&to_last], period_end + 1, &["trust.needs-new-anchor"]);
    add("newest-counts", &[&to_first, &to_last], period_end + 1, &["trust.needs-new-anchor", "trust.needs-new-anchor"]);
    // Another header at a height that was certified before.
    let fork = changed(c, &|fields| fields.rules_version = 2);
    let fork = Update { consistency: None, ..fork };
    add("fork", &[&to_last, &fork, &to_last], now, &["shown", "trust.fork", "trust.fork"]);
    let mut header = chain.last.header.raw().to_vec();
    header[5] = 1;
    let newer = Header::from_bytes(&header).expect("fixed fields");
    let newer = bent(&|update| {
        update.certificate = c.certify(&newer, &[0, 1, 2]);
        update.header = newer.clone();
    });
    add("newer-header", &[&newer], now, &["trust.newer-client.header"]);
    // What a refused update showed is not taken, but for the certified header itself.
    let broken =
        |update: &Update| Update { certificate: c.certify(&update.header, &[0]), consistency: None, ..update.clone() };
    let short = "trust.certificate.power-short";
    add("refused-then-again", &[&rewritten, &to_last], now, &["trust.log.consistency", "trust.fork"]);
    add("refused-then-unsigned", &[&rewritten, &broken(&rewritten)], now, &["trust.log.consistency", "not-shown"]);
    add("unsigned-then-unsigned", &[&broken(&to_last), &broken(&to_last)], now, &[short, short]);
    add(
        "refused-keeps-the-sets",
        &[&rewritten, &bent(&|update| update.hand_overs.clear())],
        now,
        &["trust.log.consistency", "trust.hand-over.missing"],
    );
    cases.extend(backdated(&chain));
    cases.extend(from_an_empty_log());
    cases.extend(from_memory());
    cases
}

/// A client whose log is empty: any history shows that it contains nothing, once.
fn from_an_empty_log() -> Vec<Value> {
    let mut ledger = Ledger::new("empty log", Quorum::new("empty log", &[1]));
    let anchor = ledger.anchor().to_bytes();
    let entry = LogEntry { kind: EventKind(100), day: Day(20_454), role: MemberRole(2), envelope: sha256(b"entry") };
    let still_empty = ledger.seal(1_000);
    ledger.append(&entry);
    let first = ledger.seal(1_000);
    ledger.append(&entry);
    let second = ledger.seal(1_000);
    let update = |block: &Block, consistency| Update {
        hand_overs: Vec::new(),
        header: block.header.clone(),
        certificate: block.certificate.clone(),
        consistency,
    };
    let from = |size: u64, hashes: Vec<LogHash>| {
        Some(Consistency { first_size: TreeSize(size), proof: LogProof::new(hashes).expect("few hashes") })
    };
    let now = second.header.time().0;
    let none = update(&first, None);
    let proved = update(&first, from(0, Vec::new()));
    let hashes = update(&first, from(0, vec![LogHash::leaf(b"x")]));
    let later = update(&second, None);
    let later_from_zero = update(&second, from(0, Vec::new()));
    let later_proved = ledger.update(Vec::new(), &second, Some(1));
    let empty = update(&still_empty, None);
    let list: [(&str, &[&Update], &[&str]); 7] = [
        ("without-proof", &[&none], &["shown"]),
        ("with-proof", &[&proved], &["shown"]),
        ("with-hashes", &[&hashes], &["trust.log.consistency"]),
        ("moves-on", &[&none, &later], &["shown", "not-shown"]),
        ("not-from-zero-again", &[&none, &later_from_zero], &["shown", "trust.log.other-start"]),
        ("then-proved", &[&none, &later_proved], &["shown", "shown"]),
        ("still-empty", &[&empty, &proved], &["shown", "shown"]),
    ];
    let case = |(name, updates, codes): (&str, &[&Update], &[&str])| {
        case(&format!("advance/empty-log-{name}"), &anchor, None, updates, now, codes)
    };
    list.into_iter().map(case).collect()
}

/// Updates to a client that has a memory.
fn from_memory() -> Vec<Value> {
    let chain = super::known::Chain::new();
    let anchor = chain.anchor.to_bytes();
    let update = chain.update();
    let mut bent = update.clone();
    bent.hand_overs[0].certificate = update.hand_overs[1].certificate.clone();
    let memory = chain.memory();
    let other = Ledger::new("elsewhere", Quorum::new("elsewhere", &[1]));
    let elsewhere = medproof_core::client::Client::new(other.anchor()).to_bytes();
    type FromMemory<'a> = (&'a str, Vec<u8>, &'a [&'a Update], &'a [&'a str]);
    let list: [FromMemory<'_>; 5] = [
        ("again", memory.clone(), &[&update], &["shown"]),
        ("hand-over-with-another-certificate", memory, &[&bent], &["trust.certificate.height"]),
        ("with-a-fork", chain.forked(true), &[&update], &["trust.fork"]),
        ("with-a-fork-without-evidence", chain.forked(false), &[&update], &["trust.fork"]),
        ("of-another-anchor", elsewhere, &[&update], &["shown"]),
    ];
    let case = |(name, memory, updates, codes): (&str, Vec<u8>, &[&Update], &[&str])| {
        case(&format!("advance/memory-{name}"), &anchor, Some(&memory), updates, chain.now(), codes)
    };
    list.into_iter().map(case).collect()
}

/// Retired keys hand over 24 times, backdated, after the trusting period.
fn backdated(chain: &Chain) -> Vec<Value> {
    let mut ledger = chain.ledger.clone();
    let first_height = ledger.newest.height().0;
    let hand_overs: Vec<_> =
        (0..24).map(|n| ledger.hand_over(1, Quorum::new(&format!("backdated {n}"), &[1; 4]))).collect();
    let block = ledger.seal(1);
    let all = [chain.hand_overs.clone(), hand_overs].concat();
    let update = Update { consistency: None, ..ledger.update(all, &block, None) };
    assert_eq!(block.header.height(), Height(first_height + 25));
    let end = GENESIS_MS + 1_000 + TRUSTING_PERIOD_MS;
    vec![
        case("advance/24-hand-overs", &chain.anchor, None, &[&update], end, &["not-shown"]),
        case("advance/24-hand-overs-late", &chain.anchor, None, &[&update], end + 1, &["trust.needs-new-anchor"]),
    ]
}

fn case(name: &str, anchor: &[u8], have: Option<&[u8]>, updates: &[&Update], now: u64, codes: &[&str]) -> Value {
    let mut client = match have {
        Some(memory) => Client::resume(anchor, memory).expect("a memory"),
        None => Client::new(anchor).expect("an anchor"),
    };
    let mut answers = Vec::new();
    for (update, code) in updates.iter().zip(codes) {
        let answer = client.advance(&update.to_bytes(), now);
        let found = match &answer {
            Ok(advanced) if advanced.history_shown => "shown",
            Ok(_) => "not-shown",
            Err(problem) => problem.code,
        };
        assert_eq!(found, *code, "{name}");
        answers.push(match &answer {
            Ok(advanced) => decimal(&json!(advanced)),
            Err(found) => problem(found),
        });
    }
    json!({
        "name": name,
        "anchor": base64(anchor),
        "have": have.map(base64),
        "updates": updates.iter().map(|update| base64(&update.to_bytes())).collect::<Vec<_>>(),
        "now_ms": now.to_string(),
        "expect": answers,
    })
}

pub(super) fn fork_cases() -> Vec<Value> {
    let chain = chain();
    let quorum = &chain.sets[2];
    let header = &chain.last.header;
    let mut fields = header.fields().expect("this version");
    fields.rules_version = 2;
    let other = Header::from(&fields);
    let side = |header: &Header, signers: &[u16]| (header.clone(), quorum.certify(header, signers));
    let fork = |a, b| Fork::new(quorum.set.clone(), [a, b]).expect("two sides").to_bytes();
    let good = fork(side(header, &[0, 1, 2]), side(&other, &[1, 2, 3]));
    let short = fork(side(header, &[0, 1, 2]), side(&other, &[1, 2]));
    let strangers = Quorum::new("strangers", &[1; 4]);
    let forged = fork(side(header, &[0, 1, 2]), (other.clone(), strangers.certify(&other, &[0, 1, 2])));
    let mut swapped = good.clone();
    let half = (swapped.len() - 7 - (2 + 4 * 36)) / 2;
    swapped[7 + 2 + 4 * 36..].rotate_left(half);
    let mut other_set = good.clone();
    other_set[7 + 2 + 35] = 2;
    let cases = [
        ("two-quorums", good.clone(), "ok"),
        ("one-short", short, "trust.certificate.power-short"),
        ("one-forged", forged, "trust.certificate.signature"),
        ("sides-swapped", swapped, "trust.message.order"),
        ("other-set", other_set, "trust.message.value"),
        ("cut", good[..good.len() - 1].to_vec(), "trust.message.truncated"),
    ];
    cases
        .into_iter()
        .map(|(name, bytes, code)| {
            let answer = plain::check_fork(&bytes);
            let found = answer.as_ref().map_or_else(|found| found.code, |_| "ok");
            assert_eq!(found, code, "{name}");
            let expect = answer.map_or_else(|found| problem(&found), |height| json!({"height": height.to_string()}));
            json!({"name": format!("fork/{name}"), "fork": base64(&bytes), "expect": expect})
        })
        .collect()
}
