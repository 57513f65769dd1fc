//! `medproof init`.

use super::{
    Context,
    output::{Answer, Result, Told},
};
use clap::Args;
use medproof_core::{anchor::Anchor, encoding::Message};
use medproof_node::{
    fault::Fault,
    folder,
    genesis_file::GenesisFile,
    keyring::to_hex,
    node::{init, init_with},
};
use serde_json::json;
use std::path::PathBuf;

/// Make the data folder of a new node.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The name of the chain and of its one member.
    #[arg(long, default_value = "MedProof")]
    name: String,
    /// Begin as this `genesis.toml` says.
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    genesis: Option<PathBuf>,
}

impl Init {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let data = &context.folder;
        match self.genesis {
            Some(path) => init_with(data, GenesisFile::load(&path)?)?,
            None => init(data, &self.name, jiff::Timestamp::now())?,
        }
        let path = data.anchor();
        let anchor = Anchor::from_bytes(&folder::read(&path)?).map_err(|cause| Fault::contents(&path, cause.code()))?;
        let (chain_id, fingerprint) = (to_hex(&anchor.chain_id().0), anchor.fingerprint());
        let told = Told::new("cli.init").with("path", data.path().display()).with("fingerprint", &fingerprint);
        let view = json!({ "data": data.path(), "anchor": path, "chain_id": chain_id, "fingerprint": fingerprint });
        Ok(Answer::told(told, view))
    }
}
