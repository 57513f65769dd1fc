//! The light client as one object that several threads may call.

use crate::{Advanced, AnchorInfo, ClientError, Many, Opened, Policy, Seller, Verdict};
use medproof_core::plain;
use std::sync::{Arc, Mutex, PoisonError};

/// A light client. It holds what it trusts; bytes from nodes are checked against that.
///
/// Calls from several threads are answered one after the other.
#[derive(Debug, uniffi::Object)]
pub struct Client(Mutex<plain::Client>);

#[uniffi::export]
impl Client {
    /// A client that trusts the anchor and nothing else.
    #[uniffi::constructor]
    pub fn new(anchor: Vec<u8>) -> Result<Arc<Self>, ClientError> {
        Ok(Self::holding(plain::Client::new(&anchor)?))
    }

    /// Goes on from stored memory, if it belongs to the anchor; otherwise begins anew from the anchor.
    #[uniffi::constructor]
    pub fn resume(anchor: Vec<u8>, memory: Vec<u8>) -> Result<Arc<Self>, ClientError> {
        Ok(Self::holding(plain::Client::resume(&anchor, &memory)?))
    }

    /// What is to be stored before an answer is shown, so that a restart cannot bring an older trust back.
    pub fn memory(&self) -> Vec<u8> {
        self.with(|client| client.memory())
    }

    /// What this client trusts.
    pub fn anchor(&self) -> AnchorInfo {
        self.with(|client| client.anchor()).into()
    }

    /// The newest trusted height.
    pub fn height(&self) -> u64 {
        self.with(|client| client.height())
    }

    /// The log size from which an update should prove consistency.
    pub fn history_size(&self) -> u64 {
        self.with(|client| client.history_size())
    }

    /// Evidence of a fork, if one was seen: anyone can check it by `check_fork`.
    pub fn fork(&self) -> Option<Vec<u8>> {
        self.with(|client| client.fork())
    }

    /// What to ask a node for, so that it does not learn which pack it is: the first `bits` bits (32 to 64)
    /// of the scanned pack's path. Nothing unless the scan names one pack under one code.
    pub fn bucket_prefix(&self, scan: String, bits: u8) -> Option<Vec<u8>> {
        self.with(|client| client.bucket_prefix(&scan, bits))
    }

    /// Goes forward. On an error the client stays where it is, and keeps evidence of a fork.
    pub fn advance(&self, update: Vec<u8>, now_ms: u64) -> Result<Advanced, ClientError> {
        Ok(self.with(|client| client.advance(&update, now_ms))?.into())
    }

    /// The verdict about the text of a scan. `proof` is a proof in full or QR form.
    pub fn verify(&self, scan: String, proof: Vec<u8>, now_ms: u64, policy: Policy) -> Result<Verdict, ClientError> {
        Ok(self.with(|client| client.verify(&scan, &proof, now_ms, &policy.into()))?.into())
    }

    /// The verdict about one scanned pack, from a bucket of its product.
    pub fn verify_bucket(
        &self,
        scan: String,
        bucket: Vec<u8>,
        now_ms: u64,
        policy: Policy,
    ) -> Result<Verdict, ClientError> {
        Ok(self.with(|client| client.verify_bucket(&scan, &bucket, now_ms, &policy.into()))?.into())
    }

    /// The verdict about the text of a scan from a bundle, with what the bundle proves beside it.
    pub fn verify_bundle(
        &self,
        scan: String,
        bundle: Vec<u8>,
        now_ms: u64,
        policy: Policy,
    ) -> Result<Opened, ClientError> {
        Ok(self.with(|client| client.verify_bundle(&scan, &bundle, now_ms, &policy.into()))?.into())
    }

    /// Whether the seller at a domain is a member that may give medicines to patients, from a bundle about one member.
    /// `domain` is a host name in lower case, without port; a name in other letters as `xn--`.
    pub fn verify_seller(
        &self,
        domain: String,
        bundle: Vec<u8>,
        now_ms: u64,
        policy: Policy,
    ) -> Result<Seller, ClientError> {
        Ok(self.with(|client| client.verify_seller(&domain, &bundle, now_ms, &policy.into()))?.into())
    }

    /// The verdicts about several scans from one proof.
    pub fn verify_many(
        &self,
        scans: Vec<String>,
        proof: Vec<u8>,
        now_ms: u64,
        policy: Policy,
    ) -> Result<Many, ClientError> {
        Ok(self.with(|client| client.verify_many(&scans, &proof, now_ms, &policy.into()))?.into())
    }

    /// Whether disclosed fields belong to the record on the ledger; nothing if no such record is there.
    pub fn verify_record(&self, disclosure: Vec<u8>, proof: Vec<u8>, now_ms: u64) -> Result<Option<bool>, ClientError> {
        Ok(self.with(|client| client.verify_record(&disclosure, &proof, now_ms))?)
    }
}

impl Client {
    fn holding(client: plain::Client) -> Arc<Self> {
        Arc::new(Self(Mutex::new(client)))
    }

    /// The lock is only poisoned by a panic, and core has none; after one, what was checked before still holds.
    fn with<T>(&self, work: impl FnOnce(&mut plain::Client) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
