//! `medproof run`: opens the node, takes part in consensus, serves, until told to stop.

use super::{
    Context,
    control::Control,
    output::{Answer, Result, Told},
    run_file::RunFile,
};
use medproof_consensus::{Handle, QUIET, QUIET_ALONE};
use medproof_node::{
    clock::Clock,
    config::{Api, Config},
    fault::Fault,
    http::{
        Face, Shared,
        server::{Serving, serve},
    },
    keyring::to_hex,
    node::Node,
    silence,
};
use medproof_store::{Mark, write_newest};
use serde_json::json;
use std::{io::IsTerminal, net::Ipv4Addr, sync::Arc};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

pub(crate) fn perform(context: &Context) -> Result<Answer> {
    RunFile::absent(&context.folder)?;
    if !context.folder.genesis().exists() {
        return Err(Fault::new("cli.no-node").with("path", context.folder.path().display()).into());
    }
    let config = Config::load(&context.folder)?;
    write_log(context, &config);
    block_on(async {
        let node = Arc::new(Node::open(context.folder.clone(), config, Clock::wall())?);
        let consensus = node.start().await?;
        serve_until_stopped(context, node, consensus).await
    })
}

/// Runs `work` with as many threads as the machine has cores.
pub(super) fn block_on(work: impl Future<Output = Result<Answer>>) -> Result<Answer> {
    let runtime = tokio::runtime::Runtime::new().map_err(|cause| Fault::new("cli.runtime").with("cause", cause))?;
    runtime.block_on(work)
}

/// Serves a node that takes part in consensus, until somebody stops it or consensus ends.
pub(super) async fn serve_until_stopped(context: &Context, node: Arc<Node>, mut consensus: Handle) -> Result<Answer> {
    let face = Face::new(Arc::clone(&node))?;
    let serving = serve(face.router(), &node.config().api).await?;
    let local = serve_locally(&face, &node.config().api).await?;
    let house = tokio::spawn(Arc::clone(&face).keep_house());
    let marks = tokio::spawn(keep_marks(Arc::clone(&node)));
    let control = Control::listen(Arc::clone(&node));
    announce(context, &node, &consensus, (&serving, local.as_ref()))?;
    let ended = tokio::select! {
        ended = consensus.ended() => Err(ended_early(ended)),
        told = told_to_stop() => told.map_err(|cause| Fault::new("cli.runtime").with("cause", cause)),
    };
    RunFile::remove(&context.folder);
    serving.stop().await;
    if let Some(local) = local {
        local.stop().await;
    }
    drop(control);
    house.abort();
    marks.abort();
    let stopped = consensus.stop().await.map_err(silence::of_error);
    ended.and(stopped)?;
    keep_mark(&node);
    Ok(Answer::told(Told::new("cli.run.stopped"), json!({ "height": height(&node) })))
}

/// Serves commands on this machine, where the interface itself is for others: they need not know its certificate.
async fn serve_locally(face: &Shared, config: &Api) -> Result<Option<Serving>> {
    if config.listen.ip().is_loopback() && config.tls_certificate.is_none() {
        return Ok(None);
    }
    let local = Api { listen: (Ipv4Addr::LOCALHOST, 0).into(), ..Api::default() };
    Ok(Some(serve(face.router(), &local).await?))
}

/// The interface, and the one for commands on this machine if that is another.
type Servings<'a> = (&'a Serving, Option<&'a Serving>);

/// Says where the node listens: to people, and to other commands.
fn announce(context: &Context, node: &Node, consensus: &Handle, (serving, local): Servings<'_>) -> Result<()> {
    let is_tls = node.config().api.tls_certificate.is_some() && node.config().api.tls_key.is_some();
    let api = format!("{}://{}", if is_tls { "https" } else { "http" }, serving.address());
    let local = local.map_or_else(|| api.clone(), |local| format!("http://{}", local.address()));
    let chain_id = to_hex(&node.genesis().chain_id().0);
    let run = RunFile { api, local, p2p: consensus.listen(), pid: std::process::id(), chain_id };
    run.write(&context.folder)?;
    if context.output.is_json() {
        println!("{}", json!(run));
    } else {
        println!("{}", context.output.tell(&Told::new("cli.run").with("address", &run.api)));
    }
    Ok(())
}

/// Why consensus ended before anybody asked it to.
pub(super) fn ended_early(ended: std::result::Result<(), medproof_consensus::Error>) -> Fault {
    ended.map_or_else(silence::of_error, |()| Fault::new("node.consensus").with("cause", "it stopped"))
}

/// Returns when the system or a person asks the program to stop.
async fn told_to_stop() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

/// Keeps the newest header apart from the store after each block, so that an older store is noticed.
async fn keep_marks(node: Arc<Node>) {
    let mut tip = node.ledger().tip();
    while tip.changed().await.is_ok() {
        let node = Arc::clone(&node);
        // A write that failed is in the log.
        let _ = tokio::task::spawn_blocking(move || keep_mark(&node)).await;
    }
}

fn keep_mark(node: &Node) {
    let Some(mark): Option<Mark> = node.view().mark() else { return };
    if let Err(error) = write_newest(&node.folder().newest(), &mark) {
        tracing::error!(%error, "the newest header was not kept");
    }
}

fn height(node: &Node) -> Option<u64> {
    node.view().mark().map(|mark| mark.height.0)
}

/// The log on standard error: `MEDPROOF_LOG` is its filter.
pub(super) fn write_log(context: &Context, config: &Config) {
    let quiet = if config.consensus.peers.is_empty() { QUIET_ALONE } else { QUIET };
    let filter = std::env::var("MEDPROOF_LOG").unwrap_or_else(|_| format!("info,{quiet}"));
    let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_writer(std::io::stderr);
    let log = log.with_ansi(std::io::stderr().is_terminal());
    if context.output.is_json() {
        log.json().init();
    } else {
        log.init();
    }
}
