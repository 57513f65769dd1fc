//! What the second build adds to the client: its answers are objects, made by serde from the records of core's layer.

use crate::Client;
use js_sys::Object;
use medproof_core::plain::{self, Policy, Problem};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// An answer, or the problem in its place, which JavaScript sees thrown.
type Answer<T> = Result<T, Object>;

#[wasm_bindgen]
impl Client {
    /// The verdict about the text of a scan from a bundle, with what the bundle proves beside it.
    #[wasm_bindgen(js_name = verifyBundle)]
    pub fn verify_bundle(&mut self, scan: &str, bundle: &[u8], now_ms: u64, policy: &Object) -> Answer<Object> {
        self.told(|client| object(&client.verify_bundle(scan, bundle, now_ms, &read(policy)?)?))
    }

    /// Whether the seller at a domain is a member that may give medicines to patients, from a bundle about one member.
    #[wasm_bindgen(js_name = verifySeller)]
    pub fn verify_seller(&mut self, domain: &str, bundle: &[u8], now_ms: u64, policy: &Object) -> Answer<Object> {
        self.told(|client| object(&client.verify_seller(domain, bundle, now_ms, &read(policy)?)?))
    }

    /// Whether disclosed fields belong to the record on the ledger, if such a record is there.
    #[wasm_bindgen(js_name = verifyRecord)]
    pub fn verify_record(&mut self, disclosure: &[u8], proof: &[u8], now_ms: u64) -> Answer<Option<bool>> {
        self.told(|client| client.verify_record(disclosure, proof, now_ms))
    }
}

impl Client {
    fn told<T>(&mut self, work: impl FnOnce(&mut plain::Client) -> Result<T, Problem>) -> Answer<T> {
        let answer = match &mut self.0 {
            Ok(client) => work(client),
            Err(problem) => Err(problem.clone()),
        };
        answer.map_err(|problem| object(&problem).unwrap_or_default())
    }
}

/// What a caller of the package wrote was looked at there: it is a policy.
fn read(policy: &Object) -> Result<Policy, Problem> {
    serde_wasm_bindgen::from_value(JsValue::from(policy)).map_err(|_| malformed())
}

/// A record with what is absent as null, and 64 bits as `bigint`.
fn object(record: &impl Serialize) -> Result<Object, Problem> {
    let serializer = serde_wasm_bindgen::Serializer::new()
        .serialize_missing_as_null(true)
        .serialize_large_number_types_as_bigints(true);
    record.serialize(&serializer).map(JsCast::unchecked_into).map_err(|_| malformed())
}

fn malformed() -> Problem {
    Problem { code: "request.malformed", expected: None, found: None }
}
