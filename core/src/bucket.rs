//! A bucket: all packs of a product under a prefix, so that the one asked about stays hidden.
//!
//! ```text
//! bucket = prelude(7) ‖ product code ‖ bits u8 (32..=64) ‖ prefix ⌈bits/8⌉, padding bits zero
//!        ‖ hand-overs: count u16 (≤ 1,000) ‖ … ‖ header ‖ certificate ‖ bucket proof
//! ```
//!
//! The prefix begins with the first 32 bits of the product's pack paths. The proof shows every leaf
//! under it, at most 1,024, and what each of them requires ([`crate::facts`]), besides the product.
//! Only products whose serials carry enough random bits may be asked for this way: otherwise a
//! bucket would give live serials away.

use crate::{
    certificate::Certificate,
    encoding::{DecodeError, Field, Message, MessageType, Reader, Wire},
    handover::{HandOver, get_hand_overs, put_hand_overs},
    header::Header,
    identity::ProductCode,
    state::{BucketProof, Prefix},
};
use alloc::vec::Vec;

/// The shortest prefix: family, owner and kind.
pub const MIN_BITS: u8 = 32;

/// The longest prefix.
pub const MAX_BITS: u8 = 64;

/// A bucket; well-formed, nothing in it believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a bucket has these fields in format version 0")]
pub struct Bucket {
    /// The product, canonical.
    pub product: ProductCode,
    /// What the paths of all packs in the bucket begin with.
    pub prefix: Prefix,
    /// Changes of the validator set before the header.
    pub hand_overs: Vec<HandOver>,
    /// The header that the leaves are proved against.
    pub header: Header,
    /// The quorum certificate over the header.
    pub certificate: Certificate,
    /// Every leaf under the prefix, and what they require.
    pub state: BucketProof,
}

impl Wire for Bucket {
    fn put(&self, out: &mut Vec<u8>) {
        self.product.put(out);
        self.prefix.put(out);
        put_hand_overs(&self.hand_overs, out);
        self.header.put(out);
        self.certificate.put(out);
        self.state.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bucket = Self {
            product: ProductCode::read(reader),
            prefix: read_prefix(reader),
            hand_overs: get_hand_overs(reader),
            header: Header::read(reader),
            certificate: Certificate::read(reader),
            state: BucketProof::read(reader),
        };
        reader.sound(bucket)
    }
}

impl Message for Bucket {
    const TYPE: MessageType = MessageType::Bucket;
}

fn read_prefix(reader: &mut Reader<'_>) -> Prefix {
    let bits = reader.rest().first().copied().unwrap_or(MIN_BITS);
    reader.require((MIN_BITS..=MAX_BITS).contains(&bits), DecodeError::Bounds);
    Prefix::read(reader)
}
