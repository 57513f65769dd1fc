//! What consensus is started with.

use crate::{error::Error, gossip::MAX_MESSAGE_BYTES};
use arc_malachitebft_app::{
    config::{ConsensusConfig, NodeConfig, P2pConfig, ProtocolNames, ValueSyncConfig},
    net::{Multiaddr, PeerId},
    types::core::LinearTimeouts,
};
use ed25519_dalek::SigningKey;
use medproof_core::hash::Digest;
use std::{fmt, net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

/// What consensus is started with. [`Config::alone`] is enough for a chain of one validator.
#[derive(Clone)]
pub struct Config {
    /// The validator key; none on a node that follows. A key outside the set votes as soon as it is in it.
    pub validator: Option<ValidatorKey>,
    /// The key that names the node to its peers, 32 random bytes. Never the validator key.
    pub node_key: [u8; 32],
    /// Where to listen for other nodes; port 0 for any.
    pub listen: SocketAddr,
    /// The nodes to stay connected with.
    pub peers: Vec<Peer>,
    /// Whether nodes that are not in [`Self::peers`] may connect: followers whose address is not known.
    pub open: bool,
    /// The folder of the signing state and the write-ahead log, outside all backups.
    pub folder: PathBuf,
    /// How long to wait for whom.
    pub patience: Patience,
    /// The largest body that is taken from others, in bytes.
    pub max_body_bytes: usize,
}

/// A validator key, and whether it has ever been used.
#[derive(Clone)]
pub struct ValidatorKey {
    /// The key.
    pub key: SigningKey,
    /// A file beside the key, wherever that goes, backups too: it is written before the first vote. Where it
    /// stands without a signing state, the key was used elsewhere or its state is lost, and it votes no more.
    pub used_marker: PathBuf,
}

/// Another node: `name@host:port`, the name in hex, or `host:port` where the name need not be proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    address: Multiaddr,
}

/// The name of a node: the public half of its node key. Written as 64 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeName(pub [u8; 32]);

/// How long a validator waits before it votes for nothing, and how much longer in each further round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the proposer's block.
    pub propose: Duration,
    /// For prevotes and for precommits to agree, once there is a quorum of them.
    pub vote: Duration,
    /// What each further round adds to each.
    pub step: Duration,
    /// How often a node tells its peers how far it is.
    pub status: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            propose: Duration::from_secs(3),
            vote: Duration::from_secs(1),
            step: Duration::from_millis(500),
            status: Duration::from_secs(5),
        }
    }
}

impl Config {
    /// One validator by itself: no peers, a loopback port of the system's choice.
    pub fn alone(validator: ValidatorKey, node_key: [u8; 32], folder: PathBuf) -> Self {
        Self {
            validator: Some(validator),
            node_key,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            peers: Vec::new(),
            open: false,
            folder,
            patience: Patience::default(),
            max_body_bytes: 8 * 1024 * 1024,
        }
    }

    /// The name of this node.
    pub fn node_name(&self) -> NodeName {
        NodeName(SigningKey::from_bytes(&self.node_key).verifying_key().to_bytes())
    }

    /// The engine's timeouts.
    pub(crate) fn timeouts(&self) -> LinearTimeouts {
        let Patience { propose, vote, step, .. } = self.patience;
        LinearTimeouts {
            propose,
            prevote: vote,
            precommit: vote,
            propose_delta: step,
            prevote_delta: step,
            precommit_delta: step,
            rebroadcast: propose + 2 * vote,
            ..LinearTimeouts::default()
        }
    }

    /// The engine's own configuration. Its protocols bear the chain's name, so that nodes of two chains have nothing
    /// to say to each other.
    pub(crate) fn engine(&self, chain_id: &Digest) -> Result<EngineConfig, Error> {
        let size = |bytes: usize| format!("{bytes} B").parse().map_err(Error::Config);
        let response_bytes = 2 * self.max_body_bytes + SLACK_BYTES;
        let mut p2p = P2pConfig {
            listen_addr: multiaddr(&self.listen.ip().to_string(), self.listen.port(), None)?,
            persistent_peers: self.peers.iter().map(|peer| peer.address.clone()).collect(),
            persistent_peers_only: !self.open,
            rpc_max_size: size(response_bytes)?,
            pubsub_max_size: size(MAX_MESSAGE_BYTES + SLACK_BYTES)?,
            protocol_names: protocol_names(chain_id),
            ..P2pConfig::default()
        };
        p2p.discovery.max_connections_per_ip = MAX_CONNECTIONS_PER_IP;
        let sync = ValueSyncConfig {
            status_update_interval: self.patience.status,
            max_response_size: size(response_bytes)?,
            batch_size: SYNC_BATCH,
            ..ValueSyncConfig::default()
        };
        Ok(EngineConfig { consensus: ConsensusConfig { p2p, ..ConsensusConfig::default() }, sync })
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("validator", &self.validator.is_some())
            .field("name", &self.node_name().to_string())
            .field("listen", &self.listen)
            .field("peers", &self.peers)
            .field("open", &self.open)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for NodeName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Config(format!("`{text}` is no node name: 64 hex digits"));
        let mut name = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        for (place, byte) in name.iter_mut().enumerate() {
            let digits = text.get(2 * place..2 * place + 2).ok_or_else(wrong)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(name))
    }
}

impl FromStr for Peer {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, place) = match text.split_once('@') {
            Some((name, place)) => (Some(name.parse::<NodeName>()?), place),
            None => (None, text),
        };
        let wrong = || Error::Config(format!("`{text}` is no peer: name@host:port"));
        let (host, port) = place.rsplit_once(':').ok_or_else(wrong)?;
        let port = port.parse().map_err(|_| wrong())?;
        Ok(Self { address: multiaddr(host.trim_matches(['[', ']']), port, name)? })
    }
}

fn protocol_names(chain_id: &Digest) -> ProtocolNames {
    let chain: String = chain_id.0.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = |protocol: &str| format!("/medproof/{chain}/{protocol}");
    ProtocolNames {
        consensus: name("consensus"),
        discovery_kad: name("kad"),
        discovery_regres: name("discovery"),
        sync: name("sync"),
        validator_proof: name("validator-proof"),
    }
}

fn multiaddr(host: &str, port: u16, name: Option<NodeName>) -> Result<Multiaddr, Error> {
    let kind = match host.parse() {
        Ok(std::net::IpAddr::V4(_)) => "ip4",
        Ok(std::net::IpAddr::V6(_)) => "ip6",
        Err(_) => "dns",
    };
    let suffix = match name {
        Some(name) => format!("/p2p/{}", peer_id(name)?),
        None => String::new(),
    };
    let text = format!("/{kind}/{host}/tcp/{port}{suffix}");
    text.parse().map_err(|error| Error::Config(format!("`{text}`: {error}")))
}

/// The engine's name of a node: an identity hash over the key in protobuf.
fn peer_id(name: NodeName) -> Result<PeerId, Error> {
    let bytes = [&[0x00, 0x24, 0x08, 0x01, 0x12, 0x20][..], &name.0].concat();
    PeerId::from_bytes(&bytes).map_err(|error| Error::Config(error.to_string()))
}

/// The engine's configuration in the shape that it asks for.
#[derive(Clone, Debug)]
pub(crate) struct EngineConfig {
    consensus: ConsensusConfig,
    sync: ValueSyncConfig,
}

impl NodeConfig for EngineConfig {
    fn moniker(&self) -> &str {
        "medproof"
    }

    fn consensus(&self) -> &ConsensusConfig {
        &self.consensus
    }

    fn consensus_mut(&mut self) -> &mut ConsensusConfig {
        &mut self.consensus
    }

    fn value_sync(&self) -> &ValueSyncConfig {
        &self.sync
    }

    fn value_sync_mut(&mut self) -> &mut ValueSyncConfig {
        &mut self.sync
    }
}

/// For headers, certificates and the messages around them.
const SLACK_BYTES: usize = 4 * 1024 * 1024;

/// Members' nodes may stand behind one address.
const MAX_CONNECTIONS_PER_IP: usize = 64;

/// Blocks that a node behind asks for at once.
const SYNC_BATCH: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_written_with_its_name() {
        let name = "ab".repeat(32);
        for (text, place) in [
            ("10.0.0.1:7411", "/ip4/10.0.0.1/tcp/7411"),
            ("[::1]:7411", "/ip6/::1/tcp/7411"),
            ("node.example:7411", "/dns/node.example/tcp/7411"),
        ] {
            assert_eq!(text.parse::<Peer>().unwrap().address.to_string(), place);
            let named = format!("{name}@{text}").parse::<Peer>().unwrap().address.to_string();
            assert!(named.starts_with(place) && named.contains("/p2p/12D3KooW"), "{named}");
        }
        for wrong in ["", "host", "host:port", "host:70000", "xy@host:1", &format!("{name}0@host:1"), "@host:1"] {
            assert!(wrong.parse::<Peer>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_is_the_public_half_of_the_node_key() {
        let keys = arc_malachitebft_app::types::Keypair::ed25519_from_bytes([7; 32]).unwrap();
        let key = ValidatorKey { key: SigningKey::from_bytes(&[1; 32]), used_marker: PathBuf::new() };
        let config = Config::alone(key, [7; 32], PathBuf::new());
        assert_eq!(peer_id(config.node_name()).unwrap(), keys.public().to_peer_id());
        assert_eq!(config.node_name().to_string().parse::<NodeName>().unwrap(), config.node_name());
        assert!(!format!("{config:?}").contains("0101"), "no key is printed");
    }
}
