//! Honest proofs and updates with the client that takes them, and whether something else was taken as well.

use crate::{
    ledger::{Ledger, Quorum},
    rng::Rng,
    seeded::Seeded,
    stock::{gtin, pack_scan, unit_scan},
};
use medproof_core::{
    anchor::Anchor,
    client::{Client, Update},
    encoding::Message,
    handover::HandOver,
    header::UnixMillis,
    proof::{Proof, QrProof},
    scan::{Mode as Reading, parse},
    verdict::{Mode, Policy, Purpose, Trust, Verdict},
};

/// A chain with proofs of several shapes and an update, and the anchor before all of them.
#[derive(Debug)]
pub struct Honest {
    pub anchor: Anchor,
    /// A moment at which everything is fresh.
    pub now: UnixMillis,
    /// A name, the text of the scan, and the proof.
    pub proofs: Vec<(&'static str, String, Proof)>,
    /// From the anchor over two hand-overs, with history.
    pub update: Update,
    hand_overs: Vec<HandOver>,
    /// A client that checked all proofs.
    experienced: Client,
}

/// The policy of every check here.
pub const POLICY: Policy = Policy::new(Purpose::Dispenser, Mode::Online);

impl Default for Honest {
    fn default() -> Self {
        let mut rng = Rng(3);
        let mut ledger = Ledger::new("honest", Quorum::new("a", &[1; 4]));
        (0..5).for_each(|_| ledger.append(&Seeded::seeded(&mut rng)));
        ledger.seal(1_000);
        let (anchor, first_size) = (ledger.anchor(), ledger.log.size().0);

        ledger.add_product(1);
        ledger.add_pack(1, "S1");
        ledger.add_nested(1, "S2", 1, 3);
        (0..20).for_each(|number| ledger.add_pack(1, &format!("OTHER-{number}")));
        let block = ledger.seal(1_000);
        let scans = [
            ("loose", pack_scan(1, "S1")),
            ("nested", pack_scan(1, "S2")),
            ("absent", pack_scan(1, "S3")),
            ("unknown product", format!("]d201{}", gtin(2))),
            ("unit", unit_scan(2)),
        ];
        let mut proofs: Vec<_> =
            scans.into_iter().map(|(name, scan)| (name, scan.clone(), ledger.prove(&block, &[&scan]))).collect();

        (0..6).for_each(|_| ledger.append(&Seeded::seeded(&mut rng)));
        let next = [Quorum::new("b", &[2, 1, 1]), Quorum::new("c", &[1])];
        let hand_overs: Vec<_> = next.map(|quorum| ledger.hand_over(1_000, quorum)).into();
        let block = ledger.seal(1_000);
        let scan = pack_scan(1, "S1");
        let proof = ledger.prove_after(hand_overs.clone(), &block, &[&scan]);
        proofs.push(("after hand-overs", scan, proof));
        let update = ledger.update(hand_overs.clone(), &block, Some(first_size));
        let now = UnixMillis(block.header.time().0 + 1_000);
        let experienced = Client::new(anchor.clone());
        let mut honest = Self { anchor, now, proofs, update, hand_overs, experienced };
        let mut client = honest.client();
        for (_, scan, proof) in &honest.proofs {
            honest.verify(&mut client, scan, &proof.to_bytes());
        }
        honest.experienced = client;
        honest
    }
}

impl Honest {
    /// A client that knows the anchor and nothing else.
    pub fn client(&self) -> Client {
        Client::new(self.anchor.clone())
    }

    /// What `client` says about the scan.
    pub fn verify(&self, client: &mut Client, scan: &str, proof: &[u8]) -> Verdict {
        client.verify(&parse(scan, Reading::Tolerant), proof, self.now, &POLICY)
    }

    /// Whether a fresh client trusts the proof.
    pub fn trusts(&self, scan: &str, proof: &[u8]) -> bool {
        is_trusted(&self.verify(&mut self.client(), scan, proof))
    }

    /// Whether a fresh client takes the update.
    pub fn takes(&self, update: &[u8]) -> bool {
        Update::from_bytes(update).is_ok_and(|update| self.client().advance(&update, self.now).is_ok())
    }

    /// Panics if a client trusts something under one of the scans that is not one of the honest proofs.
    pub fn check_proof(&self, bytes: &[u8]) {
        for (name, scan, _) in &self.proofs {
            if self.trusts(scan, bytes) {
                assert!(self.is_known(bytes, true), "{name}: a proof that nobody made is trusted");
            }
            // Where the certificate was checked before, it is not looked at again.
            if is_trusted(&self.verify(&mut self.experienced.clone(), scan, bytes)) {
                assert!(self.is_known(bytes, false), "{name}: leaves that nobody proved are trusted");
            }
        }
    }

    /// Panics if a client goes forward to a header that no quorum signed, or forgets what it stored.
    pub fn check_update(&self, bytes: &[u8]) {
        let Ok(update) = Update::from_bytes(bytes) else { return };
        let mut client = self.client();
        let Ok(advanced) = client.advance(&update, self.now) else {
            assert_eq!(client.newest(), self.anchor.header(), "a refused update moved the client");
            return;
        };
        assert!(self.is_certified(client.newest().raw()), "the client went to a header that nobody signed");
        assert!(!advanced.is_history_shown || update.consistency.is_some());
        let stored = client.to_bytes();
        assert_eq!(Client::from_bytes(&stored).map(|again| again.to_bytes()), Ok(stored));
    }

    /// Whether the bytes say what one of the honest proofs says, with its certificate or any.
    fn is_known(&self, bytes: &[u8], with_certificate: bool) -> bool {
        let Some(found) = self.decode(bytes) else { return false };
        self.proofs.iter().any(|(_, _, honest)| {
            let is_same =
                (found.keys(), found.header(), found.state()) == (honest.keys(), honest.header(), honest.state());
            is_same && (!with_certificate || found.certificate() == honest.certificate())
        }) && found.hand_overs().iter().all(|hand_over| self.hand_overs.contains(hand_over))
    }

    fn decode(&self, bytes: &[u8]) -> Option<Proof> {
        let expand = || QrProof::from_bytes(bytes).ok()?.expand(self.anchor.chain_id(), self.anchor.set().hash()).ok();
        Proof::from_bytes(bytes).ok().or_else(expand)
    }

    fn is_certified(&self, header: &[u8]) -> bool {
        let handed_over = self.hand_overs.iter().map(|hand_over| &hand_over.header);
        let proved = self.proofs.iter().map(|(_, _, proof)| proof.header());
        handed_over.chain(proved).chain([&self.update.header, self.anchor.header()]).any(|known| known.raw() == header)
    }
}

fn is_trusted(verdict: &Verdict) -> bool {
    matches!(verdict.trust, Trust::Quorum | Trust::NeedsNewerClient)
}
