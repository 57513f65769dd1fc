//! Any message, read and written again: what the shared vectors ask of every decoder.

use super::Problem;
use crate::{
    anchor::Anchor,
    bucket::Bucket,
    bundle::Bundle,
    client::{Client, Update},
    disclosure::Disclosure,
    encoding::{DecodeError, Message},
    event::Event,
    fork::Fork,
    genesis::Genesis,
    header::Header,
    info::{MemberInfo, ProductInfo},
    proof::{Proof, QrProof},
};
use alloc::vec::Vec;

/// The bytes of a message after it was read; `kind` as `tests/VECTORS.md` names it.
///
/// It says that the bytes are well-formed, and nothing about whether what they say is true.
pub fn read_message(kind: &str, message: &[u8]) -> Result<Vec<u8>, Problem> {
    let read = match kind {
        "genesis" => read::<Genesis>,
        "header" => |message: &[u8]| Header::from_bytes(message).map(|header| header.raw().to_vec()),
        "anchor" => read::<Anchor>,
        "update" => read::<Update>,
        "proof" => read::<Proof>,
        "qr-proof" => read::<QrProof>,
        "bucket" => read::<Bucket>,
        "bundle" => read::<Bundle>,
        "fork" => read::<Fork>,
        "disclosure" => read::<Disclosure>,
        "event" => read::<Event>,
        "product-info" => read::<ProductInfo>,
        "member-info" => read::<MemberInfo>,
        "memory" => read::<Client>,
        _ => return Err(Problem::new("trust.message.type")),
    };
    Ok(read(message)?)
}

fn read<T: Message>(message: &[u8]) -> Result<Vec<u8>, DecodeError> {
    T::from_bytes(message).map(|message| message.to_bytes())
}
