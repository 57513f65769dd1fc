//! Starting the engine, and what is held of it then.

use crate::{
    app::App,
    candidates::Candidates,
    chain::Chain,
    config::{Config, EngineConfig, NodeName},
    engine::{
        codec::{WireCodec, encode},
        context::{Address, Ledger},
        crypto::{Guarded, StrictVerifier},
    },
    error::Error,
    gossip::{Meter, Spread},
    pace::Tips,
    role::{Role, choose},
    streams::Streams,
    witness::Witness,
};
use arc_malachitebft_app::types::Keypair;
use arc_malachitebft_app_channel::{
    Channels, ConsensusContext, EngineHandle, NetworkContext, NetworkIdentity, NetworkRequest, RequestContext, Signer,
    SyncContext, WalContext, start_engine,
};
use medproof_core::keys::PublicKey;
use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot},
    task::{JoinHandle, JoinSet},
};

/// Consensus, running. Dropped without [`Self::stop`], it stops as by a power cut.
#[derive(Debug)]
pub struct Handle {
    role: Role,
    name: NodeName,
    spread: Spread,
    network: mpsc::Sender<NetworkRequest>,
    listen: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), Error>>,
    has_ended: bool,
}

/// Starts consensus over `chain`.
pub async fn start<C: Chain>(mut config: Config, chain: Arc<C>) -> Result<Handle, Error> {
    crate::private_folder(&config.folder).map_err(Error::Disk)?;
    config.listen = free_place(config.listen).map_err(Error::Listen)?;
    let next = chain.next().await?;
    let (role, signer) = choose(&config, chain.chain_id(), &next)?;
    let witness = Arc::new(Mutex::new(Witness::default()));
    let verifier = StrictVerifier::new(chain.chain_id(), Arc::clone(&witness));
    let tips = Arc::new(Tips::new(CLAIM_PATIENCE));
    let settings = config.engine(&chain.chain_id())?;
    let codec = WireCodec::new(Arc::clone(&tips));
    let engine = Engine::start(&config, settings, signer.clone(), verifier.clone(), codec).await?;
    let mut app = App {
        chain,
        verifier,
        witness,
        signer,
        timeouts: config.timeouts(),
        max_body_bytes: config.max_body_bytes,
        network: engine.channels.network.clone(),
        events: engine.channels.events.clone(),
        tips,
        height: next.height.into(),
        validators: next.set.clone().into(),
        candidates: Candidates::default(),
        streams: Streams::new(config.max_body_bytes),
        meter: Meter::new(),
        synced: false,
        pace: JoinSet::new(),
    };
    app.begin(next).await?;
    let (stop, stopped) = oneshot::channel();
    let (spread, network) = (app.spread(), engine.channels.net_requests.clone());
    let task = tokio::spawn(engine.run(app, stopped));
    Ok(Handle {
        role,
        name: config.node_name(),
        spread,
        network,
        listen: config.listen,
        stop: Some(stop),
        task,
        has_ended: false,
    })
}

impl Handle {
    /// Whether this node votes, and if not, why.
    pub const fn role(&self) -> &Role {
        &self.role
    }

    /// The node's name, as its peers configure it.
    pub const fn name(&self) -> NodeName {
        self.name
    }

    /// What spreads messages to the other nodes.
    pub fn spread(&self) -> Spread {
        self.spread.clone()
    }

    /// Where the node listens: as configured, with the port that the system chose if that was 0.
    pub const fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// How many nodes this one is connected with; 0 after the end.
    pub async fn peers(&self) -> usize {
        let dump = NetworkRequest::dump_state(&self.network).await;
        dump.ok().flatten().map_or(0, |network| network.peers.len())
    }

    /// Returns when consensus has ended, and why, the first time it is asked.
    pub async fn ended(&mut self) -> Result<(), Error> {
        if self.has_ended {
            return Ok(());
        }
        let result = (&mut self.task).await;
        self.has_ended = true;
        result.unwrap_or_else(|error| Err(Error::Engine(error.to_string())))
    }

    /// Stops consensus, and returns when its files are closed.
    pub async fn stop(mut self) -> Result<(), Error> {
        drop(self.stop.take());
        self.ended().await
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The engine's actors and channels. Dropped, it kills them.
struct Engine {
    channels: Channels<Ledger>,
    handle: EngineHandle,
    signer: Option<Guarded>,
}

impl Engine {
    async fn start(
        config: &Config,
        settings: EngineConfig,
        signer: Option<Guarded>,
        verifier: StrictVerifier,
        codec: WireCodec,
    ) -> Result<Self, Error> {
        let keys = Keypair::ed25519_from_bytes(config.node_key).map_err(|error| Error::Config(error.to_string()))?;
        let (identity, context) = match &signer {
            Some(signer) => {
                let address = Address(signer.public_key());
                let identity = validator_identity(signer, keys).await?;
                let signer = Box::new(signer.clone());
                (identity, ConsensusContext::new_validator(address, Box::new(verifier), signer))
            }
            // An address that is in no set, so that the engine never takes its turn.
            None => {
                let address = Address(PublicKey(config.node_name().0));
                let identity = NetworkIdentity::new(config.node_name().to_string(), keys, None);
                (identity, ConsensusContext::new_full_node(address, Box::new(verifier)))
            }
        };
        let started = start_engine(
            Ledger,
            settings,
            WalContext::new(crate::role::wal_path(config), codec.clone()),
            NetworkContext::new(identity, codec.clone()),
            context,
            SyncContext::new(codec),
            RequestContext::new(16),
        );
        let (channels, handle) = started.await.map_err(|error| Error::Engine(error.to_string()))?;
        Ok(Self { channels, handle, signer })
    }

    /// Answers the engine until it ends or is stopped; what was asked before the stop is still answered.
    async fn run<C: Chain>(mut self, mut app: App<C>, mut stopped: oneshot::Receiver<()>) -> Result<(), Error> {
        let mut patience = START_PATIENCE;
        let result = loop {
            let question = tokio::select! {
                _ = &mut stopped => {
                    // The engine waits for an answer soon; stopped in the midst of something it would log errors.
                    tokio::time::sleep(SETTLE).await;
                    break Ok(());
                }
                question = tokio::time::timeout(patience, self.channels.consensus.recv()) => question,
            };
            let answered = match question {
                Ok(Some(question)) => app.answer(question).await,
                Ok(None) => Err(self.why_ended().await),
                Err(_) => Err(Error::Engine("it does not begin".to_owned())),
            };
            if let Err(error) = answered {
                break Err(error);
            }
            patience = Duration::MAX;
        };
        let _ = self.handle.actor.kill_and_wait(None).await;
        drop(app);
        self.signing_state_closed().await;
        result
    }

    /// Returns when another start would find the signing state free, or at the latest after some time.
    async fn signing_state_closed(&self) {
        let Some(signer) = &self.signer else { return };
        let start = Instant::now();
        while signer.is_shared() && start.elapsed() < CLOSE_PATIENCE {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// The supervisor stays up after a failure of the write-ahead log, on purpose, and goes down after any other.
    async fn why_ended(&mut self) -> Error {
        if let Some(error) = self.signer.as_ref().and_then(Guarded::take_failure) {
            return Error::Signing(error);
        }
        match tokio::time::timeout(Duration::from_secs(1), &mut self.handle.handle).await {
            Ok(_) => Error::Engine("one of its actors failed".to_owned()),
            Err(_) => Error::WriteAheadLog,
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.handle.actor.kill();
    }
}

/// The address, with a free port in place of 0. The engine does not say that it could not listen, so it is tried
/// before.
fn free_place(listen: SocketAddr) -> std::io::Result<SocketAddr> {
    TcpListener::bind(listen)?.local_addr()
}

async fn validator_identity(signer: &Guarded, keys: Keypair) -> Result<NetworkIdentity, Error> {
    let (key, peer_id) = (signer.public_key(), keys.public().to_peer_id());
    let proof = signer.sign_validator_proof(key.0.to_vec(), peer_id.to_bytes()).await;
    let proof = proof.map_err(|error| Error::Engine(error.to_string()))?;
    let address = Address(key).to_string();
    Ok(NetworkIdentity::new_validator(address.clone(), keys, address, encode(&proof)))
}

/// How long the engine may take until its first question.
const START_PATIENCE: Duration = Duration::from_secs(30);

/// How long a node that waits for work goes on waiting when a peer claims to be further.
const CLAIM_PATIENCE: Duration = Duration::from_secs(10);

/// How long the engine may take to come to rest.
const SETTLE: Duration = Duration::from_millis(50);

/// How long the engine's parts may take to let go of the key.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);
