//! Our store: encrypted, with header, certificate and log in each block.

use crate::measure::{Batch, Engine, Result};
use ed25519_dalek::{Signer, SigningKey};
use medproof_core::{
    certificate::{Certificate, Signers, precommit_message},
    hash::{Digest, sha256},
    header::{Header, HeaderFields, Height, UnixMillis},
    keys::{PublicKey, Signature},
    state,
    validators::{Validator, ValidatorSet},
};
use medproof_store::{LogTail, NewBlock, Options, Store, StoreKey};
use std::path::Path;

pub struct Ours {
    store: Store,
    signer: SigningKey,
    set: ValidatorSet,
}

impl Ours {
    pub fn create(place: &Path) -> Result<Self> {
        let options = Options { cache_bytes: 512 << 20, ..Options::default() };
        let store = Store::create(&place.join("store"), &StoreKey::new([7; 32]), &options)?;
        let signer = SigningKey::from_bytes(&[1; 32]);
        let key = PublicKey(signer.verifying_key().to_bytes());
        let set = ValidatorSet::new(vec![Validator { key, power: 1 }]).map_err(|e| anyhow::anyhow!(e.code()))?;
        Ok(Self { store, signer, set })
    }
}

impl Engine for Ours {
    fn name(&self) -> &'static str {
        "ours"
    }

    fn commit(&mut self, batch: Batch) -> Result<[u8; 32]> {
        let view = self.store.view();
        let changes = batch.into_iter().map(|(path, value)| (state::Path::new(path), Some(value))).collect();
        let staged = self.store.stage(&view, &changes)?;
        let height = view.tip().map_or(0, |tip| tip.height().0 + 1);
        let tail = LogTail::empty();
        let header = Header::from(&HeaderFields {
            chain_id: sha256(b"chain"),
            height: Height(height),
            time: UnixMillis(height),
            set_hash: *self.set.hash(),
            next_set_hash: *self.set.hash(),
            parent_hash: view.tip().map_or(Digest::ZERO, Header::hash),
            log_size: tail.size(),
            log_root: tail.root(),
            state_root: staged.state_root(),
            rules_version: 1,
        });
        let message = precommit_message(header.chain_id(), header.height(), 0, &header.hash());
        let signature = Signature(self.signer.sign(&message).to_bytes());
        let signers = Signers::new(1, &[(0, signature)]).map_err(|e| anyhow::anyhow!(e.code()))?;
        let certificate = (height > 0).then(|| Certificate::new(header.height(), 0, header.hash(), signers));
        let (events, rows, next_set) = (Vec::new(), Vec::new(), Some(self.set.clone()));
        let root = *staged.state_root().as_bytes();
        self.store.commit(&NewBlock { header, certificate, next_set, events, staged, rows })?;
        Ok(root)
    }
}
