//! `config.toml`: what an operator may set. Every field has a default.

use crate::{
    author::DOCUMENT_LANES,
    fault::{Fault, Result},
    folder::{self, Folder},
    http::limits::Quotas,
};
use medproof_core::identity::MemberId;
use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, path::PathBuf};

/// The configuration of one node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// For whom the node signs events.
    pub member: Member,
    /// The interface for programs and pages.
    pub api: Api,
    /// The other validators.
    pub consensus: Consensus,
    /// The file with blocks and state.
    pub store: Store,
}

/// For whom the node signs events.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Member {
    /// The member's number on the ledger.
    pub number: u32,
    /// The lane of this system, below 32,768; two systems with one key need two lanes.
    pub lane: u16,
    /// The site written into events: a GLN as a number, or one from 10^13 on of the member's own.
    pub site: u64,
}

/// The interface for programs and pages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Api {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The certificate chain, PEM. Needed, with the key, for an address that is not loopback.
    pub tls_certificate: Option<PathBuf>,
    /// The certificate's private key, PEM.
    pub tls_key: Option<PathBuf>,
    /// Something in front of the node ends TLS, so that the node itself need not.
    pub behind_proxy: bool,
    /// A folder with pages to serve.
    pub web_dir: Option<PathBuf>,
    /// How many calls a minute one caller may make.
    pub limits: Quotas,
}

/// The other validators.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Consensus {
    /// Where the consensus engine listens.
    pub listen: SocketAddr,
    /// The other nodes: `name@host:port`.
    pub peers: Vec<String>,
}

/// The file with blocks and state.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// Memory for pages of the file, in MiB.
    pub cache_mib: u32,
}

impl Member {
    /// The member's number as the ledger has it.
    pub const fn id(&self) -> MemberId {
        MemberId(self.number)
    }
}

impl Config {
    /// The configuration in the data folder; the defaults if there is none.
    pub fn load(folder: &Folder) -> Result<Self> {
        let path = folder.config();
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = String::from_utf8(folder::read(&path)?);
        let text = text.map_err(|cause| Fault::contents(&path, cause))?;
        let config: Self = toml::from_str(&text).map_err(|cause| Fault::contents(&path, cause.message()))?;
        // Events of documents would take numbers that this system counts for itself.
        if config.member.lane & DOCUMENT_LANES != 0 {
            return Err(Fault::new("node.member.lane").with("found", config.member.lane));
        }
        Ok(config)
    }

    /// Writes it into the data folder.
    pub fn save(&self, folder: &Folder) -> Result {
        let path = folder.config();
        let text = toml::to_string(self).map_err(|cause| Fault::contents(&path, cause))?;
        folder::write_public(&path, text.as_bytes())
    }
}

impl Default for Member {
    fn default() -> Self {
        Self { number: 1, lane: 0, site: OWN_SITE }
    }
}

impl Default for Api {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 7410));
        Self {
            listen,
            tls_certificate: None,
            tls_key: None,
            behind_proxy: false,
            web_dir: None,
            limits: Quotas::default(),
        }
    }
}

impl Default for Consensus {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 7411)), peers: Vec::new() }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self { cache_mib: 64 }
    }
}

/// The first number that no GLN has.
const OWN_SITE: u64 = 10_000_000_000_000;

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_loaded_and_an_unknown_field_is_named() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(place.path());
        assert_eq!(Config::load(&folder), Ok(Config::default()));
        let config = Config { store: Store { cache_mib: 7 }, ..Config::default() };
        config.save(&folder).expect("written");
        assert_eq!(Config::load(&folder), Ok(config));
        folder::write_public(&folder.config(), b"[api]\nlisen = 1\n").expect("written");
        let fault = Config::load(&folder).expect_err("a typing error");
        assert_eq!(fault.code(), "node.file.contents");
        assert!(fault.to_string().contains("lisen"));
    }

    #[test]
    fn a_lane_that_documents_take_is_refused() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(place.path());
        for (lane, found) in
            [(0, None), (32_767, None), (32_768, Some("node.member.lane")), (65_535, Some("node.member.lane"))]
        {
            folder::write_public(&folder.config(), format!("[member]\nlane = {lane}\n").as_bytes()).expect("written");
            let loaded = Config::load(&folder);
            assert_eq!(loaded.as_ref().err().map(Fault::code), found, "{lane}");
            assert!(loaded.map_or(true, |config| config.member.lane == lane));
        }
    }
}
