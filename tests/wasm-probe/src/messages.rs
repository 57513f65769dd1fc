//! Messages of every type, read and written again.

use crate::memory::vec::Vec;
use medproof_core::{
    anchor::Anchor,
    bucket::Bucket,
    client::{Client, Update},
    disclosure::Disclosure,
    encoding::{DecodeError, Message},
    event::Event,
    fork::Fork,
    genesis::Genesis,
    header::Header,
    info::{MemberInfo, ProductInfo},
    plain::Problem,
    proof::{Proof, QrProof},
};

/// The bytes of `message` after reading; `kind` as the shared vectors name it.
pub(crate) fn again(kind: &str, message: &[u8]) -> Result<Vec<u8>, Problem> {
    let read = match kind {
        "genesis" => read::<Genesis>,
        "header" => |message: &[u8]| Header::from_bytes(message).map(|header| header.raw().to_vec()),
        "anchor" => read::<Anchor>,
        "update" => read::<Update>,
        "proof" => read::<Proof>,
        "qr-proof" => read::<QrProof>,
        "bucket" => read::<Bucket>,
        "fork" => read::<Fork>,
        "disclosure" => read::<Disclosure>,
        "event" => read::<Event>,
        "product-info" => read::<ProductInfo>,
        "member-info" => read::<MemberInfo>,
        "memory" => read::<Client>,
        _ => return Err(Problem { code: "probe.type", expected: None, found: None }),
    };
    read(message).map_err(Problem::from)
}

fn read<T: Message>(message: &[u8]) -> Result<Vec<u8>, DecodeError> {
    T::from_bytes(message).map(|message| message.to_bytes())
}
