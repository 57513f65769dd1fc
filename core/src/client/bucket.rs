//! The verdict about one pack from a bucket that holds it among others.

use super::{Client, TrustError, error::Refusal, verify::Recorder, verify::keys};
use crate::{
    bucket::{Bucket, MAX_BITS, MIN_BITS},
    encoding::Message,
    facts::{self, Facts},
    header::UnixMillis,
    leaf::Paths,
    proof::Key,
    scan::{Reading, Scan},
    state::{Path, Prefix},
    verdict::{Checked, Policy, Verdict, judge},
};

impl Client {
    /// What a bucket has to be asked by that holds the scanned pack: the first `len_bits` bits of its path.
    ///
    /// `None` unless the scan names one pack under one code, and `len_bits` is one that a bucket may have.
    pub fn bucket_prefix(&self, scan: &Scan, len_bits: u8) -> Option<Prefix> {
        let Scan::Read(reading) = scan else { return None };
        let keys = keys(reading);
        let [Key::Pack(pack)] = keys.as_slice() else { return None };
        let is_allowed = (MIN_BITS..=MAX_BITS).contains(&len_bits);
        is_allowed.then(|| Prefix::new(&Paths::new(self.anchor.chain_id()).pack(pack), len_bits))
    }

    /// The verdict about one scanned pack, from a bucket.
    ///
    /// The scan must name one pack under one code, and the bucket be that product's.
    pub fn verify_bucket(&mut self, scan: &Scan, bucket: &[u8], now: UnixMillis, policy: &Policy) -> Verdict {
        let Scan::Read(reading) = scan else { return super::verify::unread(scan) };
        match self.check_bucket(reading, bucket, now) {
            Ok(checked) => judge(reading, &checked, now, policy),
            Err(refusal) => Verdict::from(*refusal),
        }
    }

    fn check_bucket(&mut self, reading: &Reading, bucket: &[u8], now: UnixMillis) -> Result<Checked, Refusal> {
        self.check_period(now)?;
        let bucket = Bucket::from_bytes(bucket)?;
        let keys = keys(reading);
        let chain_id = *self.anchor.chain_id();
        let paths = Paths::new(&chain_id);
        check_asked(&paths, &keys, &bucket)?;
        let header = &bucket.header;
        let ranges = self.vouch(&bucket.hand_overs, header, &bucket.certificate, bucket.state.as_state_proof())?;
        let facts = bucket_facts(&paths, &keys, &bucket)?;
        let mut checked = self.take(ranges, header, alloc::vec![facts]);
        Ok(checked.pop().ok_or(TrustError::OtherScan)?)
    }
}

/// The scan names one pack of the bucket's product, and the prefix covers it.
fn check_asked(paths: &Paths<'_>, keys: &[Key], bucket: &Bucket) -> Result<(), Refusal> {
    let [Key::Pack(pack)] = keys else { return Err(TrustError::OtherScan.into()) };
    let is_covered = bucket.prefix.len_bits() >= MIN_BITS && bucket.prefix.contains(&paths.pack(pack));
    if pack.product == bucket.product && is_covered { Ok(()) } else { Err(TrustError::OtherScan.into()) }
}

/// What the leaves say about the scan, after checking that they are all those of the bucket.
fn bucket_facts(paths: &Paths<'_>, keys: &[Key], bucket: &Bucket) -> Result<Facts, Refusal> {
    let proof = bucket.state.as_state_proof();
    let mut recorder = Recorder::new(proof);
    let facts = facts::derive(paths, keys, &mut recorder)?;
    match facts.products.as_slice() {
        [(code, product)] if *code == bucket.product && product.random_serials => {}
        [] => {}
        _ => return Err(TrustError::BucketRefused.into()),
    }
    let mut is_newer = facts.newer;
    for (path, value) in proof.leaves().filter(|(path, _)| bucket.prefix.contains(path)) {
        is_newer |= facts::derive_pack(paths, &path, value, &mut recorder)?.newer;
    }
    if !is_newer {
        let asked: alloc::vec::Vec<Path> = recorder.into_asked();
        bucket.state.check_exact(&bucket.prefix, &asked).map_err(TrustError::State)?;
    }
    Ok(facts)
}
