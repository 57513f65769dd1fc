//! The light client.

use alloc::vec::Vec;
use medproof_core::plain::{self, Problem, flat};
use wasm_bindgen::prelude::wasm_bindgen;

/// A light client over bytes, or why there is none: then that is the answer to every request, since a constructor
/// that throws would weigh a kilobyte. Requests and answers are those of [`flat`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct Client(pub(crate) Result<plain::Client, Problem>);

#[wasm_bindgen]
impl Client {
    /// A client that trusts the anchor and goes on from stored memory, if it is not empty and belongs to the anchor.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(anchor: &[u8], memory: &[u8]) -> Self {
        Self(if memory.is_empty() { plain::Client::new(anchor) } else { plain::Client::resume(anchor, memory) })
    }

    /// What is to be stored before an answer is shown.
    pub fn memory(&mut self) -> Vec<u8> {
        self.answer(&[], |client, _| flat::memory(client))
    }

    /// What this client trusts.
    pub fn info(&mut self) -> Vec<u8> {
        self.answer(&[], |client, _| flat::info(client))
    }

    /// What to ask a node for, so that it does not learn which pack it is.
    #[wasm_bindgen(js_name = bucketPrefix)]
    pub fn bucket_prefix(&mut self, request: &[u8]) -> Vec<u8> {
        self.answer(request, |client, request| flat::bucket_prefix(client, request))
    }

    /// Goes forward.
    pub fn advance(&mut self, request: &[u8]) -> Vec<u8> {
        self.answer(request, flat::advance)
    }

    /// The verdict about the text of a scan.
    pub fn verify(&mut self, request: &[u8]) -> Vec<u8> {
        self.answer(request, flat::verify)
    }

    /// The verdict about one scanned pack, from a bucket of its product.
    #[wasm_bindgen(js_name = verifyBucket)]
    pub fn verify_bucket(&mut self, request: &[u8]) -> Vec<u8> {
        self.answer(request, flat::verify_bucket)
    }

    /// The verdicts about several scans from one proof.
    #[wasm_bindgen(js_name = verifyMany)]
    pub fn verify_many(&mut self, request: &[u8]) -> Vec<u8> {
        self.answer(request, flat::verify_many)
    }
}

impl Client {
    fn answer(&mut self, request: &[u8], work: fn(&mut plain::Client, &[u8]) -> Vec<u8>) -> Vec<u8> {
        match &mut self.0 {
            Ok(client) => work(client, request),
            Err(problem) => flat::problem(problem),
        }
    }
}
