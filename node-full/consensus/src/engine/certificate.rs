//! Certificates: the engine's list of addresses and signatures, and core's bitmap over the set.

use super::context::{Address, BlockHeight, HeaderHash, Ledger, Validators, VoteSignature};
use crate::chain::Decided;
use arc_malachitebft_app::types::core::{
    CommitCertificate, CommitSignature, ExtendedCommitCertificate, ExtendedCommitSignature, Round,
};
use medproof_core::{
    certificate::{Certificate, CertificateError, Signers},
    header::Header,
    keys::Signature,
};

/// The certificate over `header` that clients accept under `validators`: checked by core itself.
pub(crate) fn core_certificate(
    found: &CommitCertificate<Ledger>,
    header: &Header,
    validators: &Validators,
) -> Result<Certificate, CertificateError> {
    let set_len = validators.set().validators().len() as u16;
    let place = |entry: &CommitSignature<Ledger>| {
        Some((validators.place(&entry.address.0)? as u16, Signature::from(entry.signature)))
    };
    let mut signatures: Vec<_> = found.commit_signatures.iter().filter_map(place).collect();
    signatures.sort_by_key(|(place, _)| *place);
    let twice = CertificateError::SetLength { expected: set_len, found: signatures.len() as u16 };
    let signers = Signers::new(set_len, &signatures).map_err(|_| twice)?;
    let round = found.round.as_u32().unwrap_or(0);
    let certificate = Certificate::new(found.height.into(), round, found.value_id.0, signers);
    certificate.verify(header, validators.set()).map(|()| certificate)
}

/// The engine's certificate of a block in the chain.
pub(crate) fn engine_certificate(decided: &Decided) -> ExtendedCommitCertificate<Ledger> {
    let validators = decided.set.validators();
    let entry = |(place, signature): (u16, &Signature)| {
        let key = validators.get(usize::from(place))?.key;
        Some(ExtendedCommitSignature::new(Address(key), VoteSignature::from(*signature), None))
    };
    ExtendedCommitCertificate {
        height: BlockHeight::from(decided.block.header.height()),
        round: Round::new(decided.certificate.round()),
        value_id: HeaderHash(decided.block.header.hash()),
        commit_signatures: decided.certificate.signers().iter().filter_map(entry).collect(),
    }
}
