//! What a client knows already: hand-overs and headers repeated, contradicted, or found in its memory.

use super::case::Case;
use crate::{
    ledger::{Block, GENESIS_MS, Ledger, Quorum},
    stock::pack_scan,
};
use medproof_core::{
    anchor::Anchor,
    client::{Client, Update},
    encoding::Message,
    handover::HandOver,
    header::{Header, HeaderFields, Height, UnixMillis},
    scan::{Mode as Reading, parse},
    verdict::{Mode, Policy, Purpose},
};
use serde_json::Value;

/// A chain whose set changes twice, with one pack, and the memory of a client that went along.
pub(super) struct Chain {
    ledger: Ledger,
    pub(super) anchor: Anchor,
    sets: Vec<Quorum>,
    before: Block,
    first: HandOver,
    second: HandOver,
    last: Block,
    scan: String,
}

impl Chain {
    pub(super) fn new() -> Self {
        let mut ledger = Ledger::new("known", Quorum::new("known a", &[1; 4]));
        let anchor = ledger.anchor();
        ledger.add_product(1);
        ledger.add_pack(1, "S1");
        let mut sets = vec![ledger.quorum.clone()];
        let before = ledger.seal(1_000);
        let first = ledger.hand_over(1_000, Quorum::new("known b", &[1; 4]));
        sets.push(ledger.quorum.clone());
        let second = ledger.hand_over(1_000, Quorum::new("known c", &[1; 4]));
        sets.push(ledger.quorum.clone());
        let last = ledger.seal(1_000);
        Self { ledger, anchor, sets, before, first, second, last, scan: pack_scan(1, "S1") }
    }

    pub(super) fn now(&self) -> u64 {
        self.last.header.time().0 + 1_000
    }

    pub(super) fn hand_overs(&self) -> Vec<HandOver> {
        vec![self.first.clone(), self.second.clone()]
    }

    /// An update to the last header, without consistency.
    pub(super) fn update(&self) -> Update {
        Update {
            hand_overs: self.hand_overs(),
            header: self.last.header.clone(),
            certificate: self.last.certificate.clone(),
            consistency: None,
        }
    }

    /// The proof with another header, signed by the set number `by`.
    fn proof_under(&self, by: usize, from: &Header, change: &dyn Fn(&mut HeaderFields)) -> Vec<u8> {
        self.proof(Vec::new(), &self.changed(by, from, change))
    }

    /// `from` changed and signed by the set number `by`.
    pub(super) fn changed(&self, by: usize, from: &Header, change: &dyn Fn(&mut HeaderFields)) -> Block {
        let mut fields = from.fields().expect("this version");
        change(&mut fields);
        fields.state_root = self.ledger.tree.root();
        let header = Header::from(&fields);
        Block { certificate: self.sets[by].certify(&header, &[0, 1, 2]), header }
    }

    fn proof(&self, hand_overs: Vec<HandOver>, block: &Block) -> Vec<u8> {
        self.ledger.prove_after(hand_overs, block, &[&self.scan]).to_bytes()
    }

    fn case(&self, name: &str, proof: Vec<u8>) -> Case {
        Case::new(&format!("known/{name}"), &self.anchor, &self.scan, proof, self.now())
    }

    /// The memory of a client that took the update, its newest header certified.
    pub(super) fn memory(&self) -> Vec<u8> {
        self.client().to_bytes()
    }

    fn client(&self) -> Client {
        let mut client = Client::new(self.anchor.clone());
        client.advance(&self.update(), UnixMillis(self.now())).expect("an honest update");
        client
    }

    /// The memory after a fork at the last header, with evidence or without.
    pub(super) fn forked(&self, with_evidence: bool) -> Vec<u8> {
        let mut client = self.client();
        let (by, from) = if with_evidence { (2, &self.last.header) } else { (0, &self.first.header) };
        let other = self.proof_under(by, from, &|fields| fields.rules_version = 7);
        let scan = parse(&self.scan, Reading::Tolerant);
        client.verify(&scan, &other, UnixMillis(self.now()), &Policy::new(Purpose::Dispenser, Mode::Online));
        assert_eq!((client.forked_at().is_some(), client.fork().is_some()), (true, with_evidence));
        client.to_bytes()
    }
}

pub(super) fn cases() -> Vec<Value> {
    let chain = Chain::new();
    let mut cases = repeated(&chain);
    cases.extend(forks(&chain));
    cases.extend(boundaries(&chain));
    cases
}

/// Hand-overs and headers that the client took before.
fn repeated(chain: &Chain) -> Vec<Value> {
    let case = |name: &str, proof| chain.case(name, proof).have(chain.memory());
    let with_first = |change: &dyn Fn(&mut HandOver)| {
        let mut first = chain.first.clone();
        change(&mut first);
        chain.proof(vec![first, chain.second.clone()], &chain.last)
    };
    let (a, c) = (&chain.sets[0], &chain.sets[2]);
    let header = &chain.first.header;
    let unsigned = |header: &Header| c.certify(header, &[0, 1, 2]);
    let active: &[&str] = &["state.active"];
    let anchor = chain.anchor.header();
    let of_the_anchor = HandOver {
        header: anchor.clone(),
        certificate: a.certify(anchor, &[0, 1, 2]),
        new_set: chain.anchor.set().clone(),
    };
    let broken = Block { header: chain.last.header.clone(), certificate: a.certify(&chain.last.header, &[0]) };
    vec![
        case("hand-overs-again", with_first(&|_| {})).gives("ok", active),
        case("hand-over-again-others-signed", with_first(&|first| first.certificate = unsigned(header)))
            .fails("trust.certificate.signature"),
        case("hand-over-again-too-few-signed", with_first(&|first| first.certificate = a.certify(header, &[0, 1])))
            .fails("trust.certificate.power-short"),
        case("hand-over-again-other-new-set", with_first(&|first| first.new_set = c.set.clone()))
            .fails("trust.hand-over.order"),
        case(
            "header-of-the-past-as-hand-over",
            chain.proof(
                vec![HandOver {
                    header: chain.before.header.clone(),
                    certificate: chain.before.certificate.clone(),
                    new_set: a.set.clone(),
                }],
                &chain.last,
            ),
        )
        .fails("trust.hand-over.order"),
        case(
            "unsigned-header-of-the-past-as-hand-over",
            chain.proof(
                vec![HandOver {
                    header: chain.before.header.clone(),
                    certificate: a.certify(&chain.before.header, &[0]),
                    new_set: a.set.clone(),
                }],
                &chain.last,
            ),
        )
        .fails("trust.hand-over.order"),
        chain
            .case(
                "anchor-as-hand-over",
                chain.proof(vec![of_the_anchor], &chain.changed(0, &chain.before.header, &|_| {})),
            )
            .gives("ok", active),
        // The certificate of a header that was certified before is not looked at again.
        case("certified-header-again", chain.proof(Vec::new(), &broken)).gives("ok", active),
        chain
            .case("certified-header-without-memory", chain.proof(chain.hand_overs(), &broken))
            .fails("trust.certificate.power-short"),
    ]
}

/// Another certified header at each height that the client knows.
fn forks(chain: &Chain) -> Vec<Value> {
    let memory = chain.memory();
    let case = |name: &str, proof| chain.case(name, proof).have(memory.clone());
    let other: &dyn Fn(&mut HeaderFields) = &|fields| fields.rules_version = 7;
    let anchor = chain.anchor.header();
    let fork = "trust.fork";
    let honest = chain.proof(Vec::new(), &chain.last);
    let as_hand_over = |header: &Header, signers: &[u16]| {
        let mut fields = header.fields().expect("this version");
        fields.rules_version = 7;
        let header = Header::from(&fields);
        let certificate = chain.sets[0].certify(&header, signers);
        let bent = HandOver { header, certificate, ..chain.first.clone() };
        chain.proof(vec![bent, chain.second.clone()], &chain.last)
    };
    // The newest header known only as such: the certified headers were forgotten.
    let forgotten = without_certified(&memory, &chain.last);
    let unsigned = {
        let block = chain.changed(2, &chain.last.header, other);
        let certificate = chain.sets[2].certify(&block.header, &[0, 1]);
        chain.proof(Vec::new(), &Block { certificate, ..block })
    };
    vec![
        case("fork-of-the-certified", chain.proof_under(2, &chain.last.header, other)).fails(fork),
        chain
            .case("fork-of-the-newest", chain.proof_under(2, &chain.last.header, other))
            .have(forgotten.clone())
            .fails(fork),
        case("fork-of-the-first-hand-over", chain.proof_under(0, &chain.first.header, other)).fails(fork),
        case("fork-of-the-second-hand-over", chain.proof_under(1, &chain.second.header, other)).fails(fork),
        case("fork-of-the-anchor", chain.proof_under(0, anchor, other)).fails(fork),
        case("fork-in-a-hand-over", as_hand_over(&chain.first.header, &[0, 1, 2])).fails(fork),
        case("fork-in-a-hand-over-unsigned", as_hand_over(&chain.first.header, &[0, 1])).fails("trust.hand-over.order"),
        case("fork-unsigned", unsigned).fails("trust.certificate.power-short"),
        chain.case("memory-with-a-fork", honest.clone()).have(chain.forked(true)).fails(fork),
        chain.case("memory-with-a-fork-without-evidence", honest.clone()).have(chain.forked(false)).fails(fork),
        // A fork is told before anything else, the end of the trusting period included.
        Case { now_ms: u64::MAX, ..chain.case("memory-with-a-fork-late", honest.clone()).have(chain.forked(true)) }
            .fails(fork),
        chain.case("memory-without-certified", honest.clone()).have(forgotten).gives("ok", &["state.active"]),
        // A memory of another anchor is as none: the hand-overs are missing.
        {
            let other = Ledger::new("known elsewhere", Quorum::new("known a", &[1; 4]));
            let memory = Client::new(other.anchor()).to_bytes();
            chain.case("memory-of-another-anchor", honest).have(memory).fails("trust.header.set-unknown")
        },
    ]
}

/// `memory` with an empty list of certified headers in place of the one that holds `block`.
fn without_certified(memory: &[u8], block: &Block) -> Vec<u8> {
    use medproof_core::encoding::Wire;
    let entry = [block.header.to_wire(), block.certificate.to_wire()].concat();
    let at = memory.windows(entry.len()).position(|bytes| bytes == entry).expect("the header is certified");
    [&memory[..at - 2], &[0, 0], &memory[at + entry.len()..]].concat()
}

/// Heights and times at the edges of ranges.
fn boundaries(chain: &Chain) -> Vec<Value> {
    let active: &[&str] = &["state.active"];
    let none: &dyn Fn(&mut HeaderFields) = &|_| {};
    let anchor = chain.anchor.header();
    let of_hand_over =
        |hand_over: &HandOver| Block { header: hand_over.header.clone(), certificate: hand_over.certificate.clone() };
    let own = {
        let fields = anchor.fields().expect("this version");
        assert_eq!(fields.time, UnixMillis(GENESIS_MS));
        let header = anchor.clone();
        Block { certificate: chain.sets[0].certify(&header, &[0, 1, 2]), header }
    };
    let mut idle = chain.first.clone();
    let mut fields = idle.header.fields().expect("this version");
    fields.next_set_hash = fields.set_hash;
    fields.time = UnixMillis(GENESIS_MS);
    idle.header = Header::from(&fields);
    idle.certificate = chain.sets[0].certify(&idle.header, &[0, 1, 2]);
    let foreign = chain.changed(0, anchor, &|fields| fields.set_hash = *chain.sets[1].set.hash());
    let below = {
        // A client whose anchor stands above: the first block lies before it.
        let mut ledger = Ledger::new("known", Quorum::new("known a", &[1; 4]));
        ledger.add_product(1);
        ledger.add_pack(1, "S1");
        let old = ledger.seal(1_000);
        let proof = ledger.prove(&old, &[&chain.scan]).to_bytes();
        let _ = ledger.seal(1_000);
        Case::new("known/below-the-anchor", &ledger.anchor(), &chain.scan, proof, chain.now())
    };
    vec![
        // A hand-over's header is the last of its range: its time is the range's end.
        chain
            .case(
                "header-of-a-hand-over",
                proof_of_hand_over(chain, vec![chain.first.clone()], &of_hand_over(&chain.first)),
            )
            .gives("ok", active),
        chain
            .case(
                "header-of-a-hand-over-without-it",
                proof_of_hand_over(chain, Vec::new(), &of_hand_over(&chain.first)),
            )
            .gives("ok", active),
        chain
            .case(
                "header-of-a-hand-over-late",
                proof_of_hand_over(chain, chain.hand_overs(), &of_hand_over(&chain.first)),
            )
            .gives("ok", active),
        // The anchor's own header, if its set signed it, is not held to be after itself.
        chain
            .case("header-of-the-anchor", chain.ledger_at_genesis(&own))
            .gives("unknown", &["identifier.unknown-product"]),
        chain.case("other-set-at-the-anchor", chain.proof(Vec::new(), &foreign)).fails("trust.before-anchor"),
        below.fails("trust.before-anchor"),
        chain
            .case("hand-over-back-in-time-and-idle", chain.proof(vec![idle], &chain.last))
            .fails("trust.header.time-order"),
        chain
            .case(
                "time-of-the-newest",
                chain.proof_under(2, &chain.last.header, &|fields| {
                    fields.height = Height(fields.height.0 + 1);
                }),
            )
            .have(chain.memory())
            .fails("trust.header.time-order"),
        chain
            .case(
                "time-at-a-range-begin",
                chain.proof_under(2, &chain.last.header, &|fields| {
                    fields.time = chain.second.header.time();
                }),
            )
            .update(&Update {
                header: chain.second.header.clone(),
                certificate: chain.second.certificate.clone(),
                ..chain.update()
            })
            .fails("trust.header.time-order"),
        chain
            .case(
                "higher-by-the-same-set",
                chain.proof_under(2, &chain.last.header, &|fields| {
                    fields.height = Height(fields.height.0 + 1);
                    fields.time = UnixMillis(fields.time.0 + 1);
                }),
            )
            .have(chain.memory())
            .gives("ok", active),
        chain
            .case("unchanged", chain.proof_under(2, &chain.last.header, none))
            .have(chain.memory())
            .gives("ok", active),
    ]
}

/// A proof under the header of the first hand-over, whose state is that of its block.
fn proof_of_hand_over(chain: &Chain, hand_overs: Vec<HandOver>, block: &Block) -> Vec<u8> {
    let mut ledger = Ledger::new("known", Quorum::new("known a", &[1; 4]));
    ledger.add_product(1);
    ledger.add_pack(1, "S1");
    let _ = ledger.seal(1_000);
    let again = ledger.hand_over(1_000, Quorum::new("known b", &[1; 4]));
    assert_eq!(again, chain.first, "the same chain");
    ledger.prove_after(hand_overs, block, &[&chain.scan]).to_bytes()
}

impl Chain {
    /// A proof under the anchor's header, whose state is that of genesis.
    fn ledger_at_genesis(&self, block: &Block) -> Vec<u8> {
        Ledger::new("known", Quorum::new("known a", &[1; 4])).prove(block, &[&self.scan]).to_bytes()
    }
}
