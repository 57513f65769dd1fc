//! Honest proofs and updates with the client that takes them, and whether something else was taken as well.

use crate::{
    ledger::{Ledger, Quorum},
    rng::Rng,
    seeded::Seeded,
    stock::{gtin, pack_id, pack_scan, product_code, unit_scan},
};
use medproof_core::{
    anchor::Anchor,
    bucket::Bucket,
    client::{Client, Update},
    encoding::Message,
    handover::HandOver,
    hash::sha256,
    header::UnixMillis,
    proof::{Proof, QrProof},
    prove::prove_bucket,
    scan::{Mode as Reading, parse},
    state::Prefix,
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
    /// A name, the text of the scan, and a bucket that answers it.
    pub buckets: Vec<(&'static str, String, Bucket)>,
    /// From the anchor over two hand-overs, with history.
    pub update: Update,
    hand_overs: Vec<HandOver>,
    /// A client that checked all proofs.
    experienced: Client,
}

/// The policy of every check here.
pub const POLICY: Policy = Policy::new(Purpose::Dispenser, Mode::Online);

impl Default for Honest {
    /// The validators' keys follow from everything that they sign: what a corpus keeps of another
    /// edition of this chain is not signed by them.
    fn default() -> Self {
        let draft = Self::signed_by("draft");
        let proofs = draft.proofs.iter().flat_map(|(_, _, proof)| proof.to_bytes());
        let all: Vec<u8> = proofs.chain(draft.update.to_bytes()).collect();
        Self::signed_by(&format!("{:?}", sha256(&all)))
    }
}

impl Honest {
    fn signed_by(label: &str) -> Self {
        let mut rng = Rng(3);
        let quorum = |name: &str, powers: &[u32]| Quorum::new(&format!("{label}/{name}"), powers);
        let mut ledger = Ledger::new("honest", quorum("a", &[1; 4]));
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
        let bucket = |(name, serial, bits)| {
            let prefix = Prefix::new(&ledger.paths().pack(&pack_id(1, serial)), bits);
            let bucket = prove_bucket(&ledger.tree, &product_code(1), prefix, &block.header, &block.certificate);
            (name, pack_scan(1, serial), bucket.expect("the leaves hang together"))
        };
        let buckets = [("all packs", "S1", 32), ("one pack", "S2", 64), ("no pack", "S3", 64)].map(bucket).into();

        (0..6).for_each(|_| ledger.append(&Seeded::seeded(&mut rng)));
        let next = [quorum("b", &[2, 1, 1]), quorum("c", &[1])];
        let hand_overs: Vec<_> = next.map(|quorum| ledger.hand_over(1_000, quorum)).into();
        let block = ledger.seal(1_000);
        let scan = pack_scan(1, "S1");
        let proof = ledger.prove_after(hand_overs.clone(), &block, &[&scan]);
        proofs.push(("after hand-overs", scan, proof));
        let update = ledger.update(hand_overs.clone(), &block, Some(first_size));
        let now = UnixMillis(block.header.time().0 + 1_000);
        let experienced = Client::new(anchor.clone());
        let mut honest = Self { anchor, now, proofs, buckets, update, hand_overs, experienced };
        let mut client = honest.client();
        for (_, scan, proof) in &honest.proofs {
            honest.verify(&mut client, scan, &proof.to_bytes());
        }
        honest.experienced = client;
        honest
    }

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

    /// Whether a fresh client trusts the bucket.
    pub fn trusts_bucket(&self, scan: &str, bucket: &[u8]) -> bool {
        is_trusted(&self.client().verify_bucket(&parse(scan, Reading::Tolerant), bucket, self.now, &POLICY))
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

    /// Panics if a client trusts a bucket under one of the scans that does not say what an honest one says.
    pub fn check_bucket(&self, bytes: &[u8]) {
        for (name, scan, _) in &self.buckets {
            if self.trusts_bucket(scan, bytes) {
                assert!(self.is_known_bucket(bytes), "{name}: a bucket that nobody made is trusted");
            }
        }
    }

    /// Whether the bytes are an honest bucket. Where one leaf or none lies under a prefix, the same
    /// leaves answer for a longer or shorter one.
    pub fn is_known_bucket(&self, bytes: &[u8]) -> bool {
        let Ok(found) = Bucket::from_bytes(bytes) else { return false };
        let is_same = |honest: &Bucket| {
            let is_free =
                honest.state.as_state_proof().leaves().filter(|(path, _)| honest.prefix.contains(path)).count() < 2;
            let hand_overs = found.hand_overs.clone();
            let prefix = if is_free { found.prefix } else { honest.prefix };
            found == Bucket { prefix, hand_overs, ..honest.clone() }
        };
        let is_handed_over = |hand_over| self.hand_overs.contains(hand_over);
        self.buckets.iter().any(|(_, _, honest)| is_same(honest)) && found.hand_overs.iter().all(is_handed_over)
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
