//! Documents of trades: kept by the node, with the salt that opens their commitment on the ledger.

use crate::{
    fault::Result,
    keyring,
    rows::{Change, Rows},
};
use medproof_core::hash::Digest;
use medproof_rules::body;
use serde_json::Value;

/// Keeps a document, and gives the commitment that an event names.
pub fn keep(rows: &dyn Rows, document: &Value) -> Result<Digest> {
    let (salt, text): ([u8; 32], _) = (keyring::random()?, document.to_string());
    let commitment = body::document(&salt, text.as_bytes());
    let value = [&salt[..], text.as_bytes()].concat();
    rows.put(vec![Change { table: TABLE, key: commitment.0.to_vec(), value: Some(value) }])?;
    Ok(commitment)
}

/// The document behind a commitment, if this node has it.
pub fn find(rows: &dyn Rows, commitment: &Digest) -> Result<Option<Value>> {
    let row = rows.get(TABLE, &commitment.0)?;
    Ok(row.as_deref().and_then(|row| row.get(SALT_BYTES..)).and_then(|text| serde_json::from_slice(text).ok()))
}

/// Removes a document whose event was refused.
pub fn forget(rows: &dyn Rows, commitment: &Digest) -> Result {
    rows.put(vec![Change { table: TABLE, key: commitment.0.to_vec(), value: None }])
}

/// Salt and document, by commitment.
const TABLE: &str = "trade-document";

const SALT_BYTES: usize = 32;

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::rows::MemoryRows;

    #[test]
    fn a_document_is_kept_until_it_is_forgotten_and_no_two_commitments_are_alike() {
        let (rows, document) = (MemoryRows::default(), serde_json::json!({ "packs": 500 }));
        let [first, second] = [(); 2].map(|()| keep(&rows, &document).expect("kept"));
        assert_ne!(first, second);
        assert_eq!(find(&rows, &first), Ok(Some(document.clone())));
        forget(&rows, &first).expect("gone");
        assert_eq!((find(&rows, &first), find(&rows, &second)), (Ok(None), Ok(Some(document))));
    }
}
