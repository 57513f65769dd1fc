//! The node on which a story runs: a chain of the demonstration's members that begins now, with its interface on a
//! free port of this machine.

use super::super::{node_client::NodeClient, output::Result};
use medproof_consensus::Handle;
use medproof_core::identity::MemberId;
use medproof_node::{
    access::{Caller, Staff},
    clock::Clock,
    config::Config,
    demo,
    fault::{self, Fault},
    folder::Folder,
    http::{
        self, Face,
        server::{Serving, serve},
    },
    messages::Language,
    node::Node,
    token::Issuer,
};
use std::{net::Ipv4Addr, path::Path, sync::Arc};

/// A node that runs for a story.
pub(super) struct House {
    node: Arc<Node>,
    consensus: Handle,
    serving: Serving,
    language: Language,
}

/// Where the story's people call, and who gives them their tokens.
pub(super) struct Doors {
    api: String,
    issuer: Issuer,
    language: Language,
    /// The anchor of the chain, in bytes.
    pub(super) anchor: Vec<u8>,
}

impl House {
    /// Makes the node in a new folder and lets it run.
    pub(super) async fn open(folder: &Path, language: Language) -> Result<Self> {
        let data = Folder::new(folder.join("node"));
        let mut config = Config::default();
        config.api.listen = (Ipv4Addr::LOCALHOST, 0).into();
        config.consensus.listen = (Ipv4Addr::LOCALHOST, 0).into();
        demo::create_at(&data, config, jiff::Timestamp::now())?;
        let config = Config::load(&data)?;
        let node = Arc::new(Node::open(data, config, Clock::wall())?);
        let consensus = node.start().await?;
        let serving = serve(Face::new(Arc::clone(&node))?.router(), &node.config().api).await?;
        Ok(Self { node, consensus, serving, language })
    }

    /// Where to call.
    pub(super) fn doors(&self) -> Result<Doors> {
        use medproof_core::encoding::Message;
        Ok(Doors {
            api: format!("http://{}", self.serving.address()),
            issuer: http::issuer(&self.node)?,
            language: self.language,
            anchor: self.node.anchor().to_bytes(),
        })
    }

    /// Returns when the node cannot go on, with the reason.
    pub(super) async fn ended(&mut self) -> Fault {
        let cause =
            self.consensus.ended().await.err().map_or_else(|| "it stopped".to_owned(), |cause| cause.to_string());
        Fault::new("node.consensus").with("cause", cause)
    }

    /// Lets running calls end and stops the node.
    pub(super) async fn stop(self) {
        self.serving.stop().await;
        // The story is over: how the engine ends changes nothing of it.
        let _ = self.consensus.stop().await;
    }
}

impl Doors {
    /// The interface, as somebody of a member calls it.
    pub(super) fn of(&self, member: MemberId, staff: Staff) -> fault::Result<NodeClient> {
        let purpose = Some(staff.usual_purpose());
        let caller = Caller { subject: staff.name().into(), member, staff: vec![staff], purpose };
        let token = self.issuer.issue(&caller, Clock::wall().now(), TOKEN_HOURS)?;
        Ok(NodeClient::with(self.api.clone(), token, self.language))
    }
}

const TOKEN_HOURS: u8 = 1;
