//! The light client.

use alloc::vec::Vec;
use medproof_core::plain::{self, Problem, flat};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// A light client over bytes. Requests and answers are those of [`flat`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct Client(plain::Client);

#[wasm_bindgen]
impl Client {
    /// A client that trusts the anchor and goes on from stored memory, if there is any and it belongs to the anchor.
    /// The answer with the problem is thrown.
    #[wasm_bindgen(constructor)]
    pub fn new(anchor: &[u8], memory: Option<Vec<u8>>) -> Result<Self, JsValue> {
        let client = match memory {
            Some(memory) => plain::Client::resume(anchor, &memory),
            None => plain::Client::new(anchor),
        };
        client.map(Self).map_err(thrown)
    }

    /// What is to be stored before an answer is shown.
    #[must_use]
    pub fn memory(&self) -> Vec<u8> {
        self.0.memory()
    }

    /// What this client trusts.
    #[must_use]
    pub fn info(&self) -> Vec<u8> {
        flat::info(&self.0)
    }

    /// What to ask a node for, so that it does not learn which pack it is.
    #[wasm_bindgen(js_name = bucketPrefix)]
    #[must_use]
    pub fn bucket_prefix(&self, request: &[u8]) -> Vec<u8> {
        flat::bucket_prefix(&self.0, request)
    }

    /// Goes forward.
    pub fn advance(&mut self, request: &[u8]) -> Vec<u8> {
        flat::advance(&mut self.0, request)
    }

    /// The verdict about the text of a scan.
    pub fn verify(&mut self, request: &[u8]) -> Vec<u8> {
        flat::verify(&mut self.0, request)
    }

    /// The verdict about one scanned pack, from a bucket of its product.
    #[wasm_bindgen(js_name = verifyBucket)]
    pub fn verify_bucket(&mut self, request: &[u8]) -> Vec<u8> {
        flat::verify_bucket(&mut self.0, request)
    }

    /// The verdicts about several scans from one proof.
    #[wasm_bindgen(js_name = verifyMany)]
    pub fn verify_many(&mut self, request: &[u8]) -> Vec<u8> {
        flat::verify_many(&mut self.0, request)
    }

    /// Whether disclosed fields belong to the record on the ledger.
    #[wasm_bindgen(js_name = verifyRecord)]
    pub fn verify_record(&mut self, request: &[u8]) -> Vec<u8> {
        flat::verify_record(&mut self.0, request)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn thrown(problem: Problem) -> JsValue {
    JsValue::from(flat::problem(&problem))
}
