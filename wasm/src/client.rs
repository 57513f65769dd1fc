//! The light client.

use crate::value::{Answer, answer, object, thrown};
use medproof_core::plain;
use wasm_bindgen::prelude::wasm_bindgen;

/// A light client over bytes and text.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Client(plain::Client);

/// The caller's policy; absent limits take the defaults of the purpose.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Policy(plain::Policy);

#[wasm_bindgen]
impl Policy {
    /// A policy; its words are checked when it is used.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(
        purpose: String,
        mode: String,
        max_age_online_ms: Option<u64>,
        max_age_carried_ms: Option<u64>,
        clock_tolerance_ms: Option<u64>,
    ) -> Self {
        Self(plain::Policy { purpose, mode, max_age_online_ms, max_age_carried_ms, clock_tolerance_ms })
    }
}

#[wasm_bindgen]
impl Client {
    /// A client that trusts the anchor and nothing else.
    #[wasm_bindgen(constructor)]
    pub fn new(anchor: &[u8]) -> Answer<Self> {
        plain::Client::new(anchor).map(Self).map_err(thrown)
    }

    /// Goes on from stored memory, if it belongs to the anchor.
    pub fn resume(anchor: &[u8], memory: &[u8]) -> Answer<Self> {
        plain::Client::resume(anchor, memory).map(Self).map_err(thrown)
    }

    /// What is to be stored before an answer is shown.
    #[must_use]
    pub fn memory(&self) -> Vec<u8> {
        self.0.memory()
    }

    /// What this client trusts.
    pub fn anchor(&self) -> Answer {
        object(&self.0.anchor())
    }

    /// The newest trusted height.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.0.height()
    }

    /// The log size from which an update should prove consistency.
    #[wasm_bindgen(js_name = historySize)]
    #[must_use]
    pub fn history_size(&self) -> u64 {
        self.0.history_size()
    }

    /// Evidence of a fork, if one was seen.
    #[must_use]
    pub fn fork(&self) -> Option<Vec<u8>> {
        self.0.fork()
    }

    /// What to ask a node for, so that it does not learn which pack it is.
    #[wasm_bindgen(js_name = bucketPrefix)]
    #[must_use]
    pub fn bucket_prefix(&self, scan: &str, bits: u8) -> Option<Vec<u8>> {
        self.0.bucket_prefix(scan, bits)
    }

    /// Goes forward.
    pub fn advance(&mut self, update: &[u8], now_ms: u64) -> Answer {
        answer(self.0.advance(update, now_ms))
    }

    /// The verdict about the text of a scan.
    pub fn verify(&mut self, scan: &str, proof: &[u8], now_ms: u64, policy: &Policy) -> Answer {
        answer(self.0.verify(scan, proof, now_ms, &policy.0))
    }

    /// The verdict about one scanned pack, from a bucket of its product.
    #[wasm_bindgen(js_name = verifyBucket)]
    pub fn verify_bucket(&mut self, scan: &str, bucket: &[u8], now_ms: u64, policy: &Policy) -> Answer {
        answer(self.0.verify_bucket(scan, bucket, now_ms, &policy.0))
    }

    /// The verdicts about several scans from one proof.
    #[wasm_bindgen(js_name = verifyMany)]
    #[expect(clippy::needless_pass_by_value, reason = "JavaScript hands over a list, and can lend none")]
    pub fn verify_many(&mut self, scans: Vec<String>, proof: &[u8], now_ms: u64, policy: &Policy) -> Answer {
        answer(self.0.verify_many(&scans, proof, now_ms, &policy.0))
    }

    /// Whether disclosed fields belong to the record on the ledger.
    #[wasm_bindgen(js_name = verifyRecord)]
    pub fn verify_record(&mut self, disclosure: &[u8], proof: &[u8], now_ms: u64) -> Answer {
        answer(self.0.verify_record(disclosure, proof, now_ms))
    }
}
