//! What the client's suites share: a small chain, questions to it, and state proofs taken apart.

#![allow(dead_code, reason = "each test file uses a part")]

pub(crate) mod parts;
pub(crate) mod shapes;

use medproof_core::{
    anchor::Anchor,
    client::{Client, scan_keys},
    encoding::Message,
    header::{Header, HeaderFields, UnixMillis},
    leaf::Paths,
    proof::{Key, Proof, QrProof},
    prove::required_paths,
    scan::{Mode as Reading, Scan, parse},
    state::{MemoryTree, Path},
    verdict::{Mode, Overall, Policy, Purpose, Trust, Verdict},
};
use medproof_tests::ledger::{Block, Ledger, Quorum, read};

/// A chain with one block after the anchor.
pub(crate) struct Scene {
    pub(crate) ledger: Ledger,
    pub(crate) anchor: Anchor,
    pub(crate) block: Block,
}

impl Scene {
    /// A chain signed by one validator, whose first block writes what `fill` does.
    pub(crate) fn new(fill: impl FnOnce(&mut Ledger)) -> Self {
        Self::signed_by(Quorum::new("v", &[1]), fill)
    }

    pub(crate) fn signed_by(quorum: Quorum, fill: impl FnOnce(&mut Ledger)) -> Self {
        let mut ledger = Ledger::new("client", quorum);
        let anchor = ledger.anchor();
        fill(&mut ledger);
        let block = ledger.seal(60_000);
        Self { ledger, anchor, block }
    }

    /// A second after the block.
    pub(crate) fn now(&self) -> UnixMillis {
        after(&self.block.header, 1_000)
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.anchor.clone())
    }

    /// A client that has checked the block's certificate already.
    pub(crate) fn warm_client(&self) -> Client {
        let mut client = self.client();
        let update = self.ledger.update(Vec::new(), &self.block, None);
        client.advance(&update, self.now()).expect("the block is certified");
        client
    }

    /// The honest proof.
    pub(crate) fn prove(&self, text: &str) -> Proof {
        self.ledger.prove(&self.block, &[text])
    }

    /// What a new client of a dispenser says, online.
    pub(crate) fn ask(&self, text: &str, proof: &[u8]) -> Verdict {
        ask(&mut self.client(), text, proof, self.now(), &policy(Purpose::Dispenser))
    }

    /// Every path that a verifier will ask for.
    pub(crate) fn required(&self, text: &str) -> Vec<Path> {
        let paths = Paths::new(&self.ledger.chain_id);
        let asked = required_paths(&paths, &self.ledger.tree, &[keys(text)]).expect("the leaves hang together");
        asked.into_iter().collect()
    }

    /// A proof for `text` with a true multiproof about `paths`, whatever they are.
    pub(crate) fn prove_paths(&self, text: &str, paths: &[Path]) -> Proof {
        prove_paths(&self.ledger.tree, &self.block, text, paths)
    }
}

/// As [`Scene::prove_paths`], from any tree and block.
pub(crate) fn prove_paths(tree: &MemoryTree, block: &Block, text: &str, paths: &[Path]) -> Proof {
    let state = tree.prove(paths).expect("some paths");
    Proof::new(keys(text), Vec::new(), block.header.clone(), block.certificate.clone(), state).expect("sorted keys")
}

/// The keys of a scan, ascending.
pub(crate) fn keys(text: &str) -> Vec<Key> {
    let mut keys = scan_keys(&read(text));
    keys.sort();
    keys
}

pub(crate) fn ask(client: &mut Client, text: &str, proof: &[u8], now: UnixMillis, policy: &Policy) -> Verdict {
    client.verify(&scan(text), proof, now, policy)
}

pub(crate) fn scan(text: &str) -> Scan {
    parse(text, Reading::Tolerant)
}

pub(crate) const fn policy(purpose: Purpose) -> Policy {
    Policy::new(purpose, Mode::Online)
}

/// `ms` after the time of `header`.
pub(crate) fn after(header: &Header, ms: u64) -> UnixMillis {
    UnixMillis(header.time().0 + ms)
}

/// Another header at the place of `header`, certified by `quorum`.
pub(crate) fn rival(quorum: &Quorum, header: &Header, change: impl FnOnce(&mut HeaderFields)) -> Block {
    let mut fields = header.fields().expect("a header of this version");
    change(&mut fields);
    certified(quorum, Header::from(&fields))
}

/// `header` with the fewest signatures of `quorum`.
pub(crate) fn certified(quorum: &Quorum, header: Header) -> Block {
    let certificate = quorum.certify(&header, &quorum.fewest());
    Block { header, certificate }
}

/// The short form's bytes.
pub(crate) fn qr(proof: &Proof) -> Vec<u8> {
    QrProof::from_proof(proof).expect("has a short form").to_bytes()
}

/// Asserts that nothing was proved, for exactly this reason.
#[track_caller]
pub(crate) fn assert_refused(verdict: &Verdict, code: &str) {
    assert_eq!((verdict.overall, verdict.reasons.as_slice()), (Overall::CannotTell, [code].as_slice()), "{verdict:?}");
    assert!(matches!(verdict.trust, Trust::Failed(_)), "{verdict:?}");
}

/// Asserts the answer and its reasons, all of them.
#[track_caller]
pub(crate) fn assert_says(verdict: &Verdict, overall: Overall, reasons: &[&str]) {
    assert_eq!((verdict.overall, verdict.reasons.as_slice()), (overall, reasons), "{verdict:?}");
}
