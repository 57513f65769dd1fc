//! Records of core as JavaScript values.

use medproof_core::plain::Problem;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// What is thrown is the problem itself.
pub(crate) type Answer<T = JsValue> = Result<T, JsValue>;

/// A record as an object: `null` for what is absent, `bigint` for `u64`.
pub(crate) fn object<T: Serialize>(record: &T) -> Answer {
    let serializer = Serializer::new().serialize_missing_as_null(true).serialize_large_number_types_as_bigints(true);
    record.serialize(&serializer).map_err(JsValue::from)
}

/// The record, or the problem as what is thrown.
pub(crate) fn answer<T: Serialize>(answer: Result<T, Problem>) -> Answer {
    object(&answer.map_err(thrown)?)
}

/// A problem as what is thrown.
#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
pub(crate) fn thrown(problem: Problem) -> JsValue {
    object(&problem).unwrap_or_else(|failure| failure)
}
