//! `medproof demo`: a region's year on a chain made on the spot, and a node that serves it.

use super::{
    Context, lan,
    output::{Answer, Result, Told},
    progress,
    run::{block_on, serve_until_stopped, write_log},
    run_file::RunFile,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::Args;
use medproof_core::encoding::Message;
use medproof_node::{
    access::{Caller, Purpose, Staff},
    clock::Clock,
    config::Config,
    demo::{
        self,
        outcomes::outcomes,
        year::{Scale, Year},
    },
    fault::{self, Fault},
    folder,
    http::issuer_in,
    node::Node,
};
use serde_json::{Map, Value, json};
use std::{net::SocketAddr, path::PathBuf, sync::Arc};

/// Make a region's year on a chain of its own, and run it.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Lots of 1,000 packs each.
    #[arg(long, default_value_t = Scale::FULL.lots)]
    lots: usize,
    /// Products.
    #[arg(long, default_value_t = Scale::FULL.products)]
    products: usize,
    /// Where the interface listens.
    #[arg(long, default_value = "127.0.0.1:7410", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Where consensus listens.
    #[arg(long, default_value = "127.0.0.1:7411", value_name = "ADDRESS")]
    consensus: SocketAddr,
    /// A folder with pages to serve.
    #[arg(long, value_name = "DIR")]
    web_dir: Option<PathBuf>,
    /// Serve phones on the local network: TLS with a certificate made here, and the address as a QR code.
    #[arg(long)]
    lan: bool,
}

impl Demo {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        RunFile::absent(&context.folder)?;
        let is_new = !context.folder.path().join(DEMO_FILE).exists();
        let mut config = if is_new { Config::default() } else { Config::load(&context.folder)? };
        (config.api.listen, config.consensus.listen) = (self.listen, self.consensus);
        config.api.web_dir.clone_from(&self.web_dir);
        (config.api.tls_certificate, config.api.tls_key) = (None, None);
        let addresses = if self.lan { lan::addresses()? } else { Vec::new() };
        if is_new {
            demo::create(&context.folder, config.clone())?;
        }
        if self.lan {
            lan::open(&context.folder, &mut config.api, &addresses)?;
        }
        let urls = match &addresses[..] {
            [] => vec![format!("http://{}", self.listen)],
            addresses => addresses.iter().map(|address| lan::url(address, self.listen.port())).collect(),
        };
        config.member.number = demo::HOSPITAL.0;
        write_log(context, &config);
        block_on(async {
            let node = if is_new {
                demo::open(context.folder.clone(), config)?
            } else {
                Arc::new(Node::open(context.folder.clone(), config, Clock::wall())?)
            };
            let mut consensus = node.start().await?;
            if is_new {
                let year = tokio::select! {
                    year = self.year(&node) => year?,
                    ended = consensus.ended() => return Err(ended_early(ended).into()),
                };
                write(&node, &year)?;
            }
            locate(&node, &urls)?;
            tell(context, &node, if self.lan { urls.first() } else { None })?;
            serve_until_stopped(context, node, consensus).await
        })
    }

    async fn year(&self, node: &Arc<Node>) -> fault::Result<Year> {
        let scale = Scale { lots: self.lots, products: self.products };
        let bar = progress::bar(scale.lots as u64);
        let year = Year::begin(Arc::clone(node), scale).await?;
        year.pass(&|done, all| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        })
        .await?;
        bar.finish_and_clear();
        Ok(year)
    }
}

fn ended_early(ended: std::result::Result<(), medproof_consensus::Error>) -> Fault {
    let cause = ended.err().map_or_else(|| "it stopped".to_owned(), |cause| cause.to_string());
    Fault::new("node.consensus").with("cause", cause)
}

/// Writes `demo.json`: what trusts the node, who may call, what to scan.
fn write(node: &Node, year: &Year) -> fault::Result<()> {
    let found = outcomes(node, year)?;
    let issuer = issuer_in(node.folder(), node.genesis())?;
    let mut tokens = Map::new();
    for staff in Staff::ALL {
        let is_authority = staff == Staff::Regulator;
        let member = if is_authority { medproof_core::identity::MemberId(1) } else { demo::HOSPITAL };
        let name =
            serde_json::to_value(staff).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
        let caller =
            Caller { subject: format!("demo-{name}"), member, staff: vec![staff], purpose: Some(Purpose::Treat) };
        tokens.insert(name, Value::String(issuer.issue(&caller, Clock::wall().now(), LONGEST_HOURS)?));
    }
    let demo = json!({
        "nodes": [],
        "chain_id": medproof_node::keyring::to_hex(&node.genesis().chain_id().0),
        "anchor": STANDARD.encode(node.anchor().to_bytes()),
        "fingerprint": node.anchor().fingerprint(),
        "tokens": tokens,
        "outcomes": found,
    });
    save(node, &demo)
}

/// Puts into `demo.json` where the node is, which another start may have changed.
fn locate(node: &Node, urls: &[String]) -> fault::Result<()> {
    let path = node.folder().path().join(DEMO_FILE);
    let demo: std::result::Result<Map<String, Value>, _> = serde_json::from_slice(&folder::read(&path)?);
    let mut demo = demo.map_err(|cause| Fault::contents(&path, cause))?;
    demo.insert("nodes".into(), json!(urls));
    save(node, &Value::Object(demo))
}

fn save(node: &Node, demo: &Value) -> fault::Result<()> {
    let path = node.folder().path().join(DEMO_FILE);
    let text = serde_json::to_vec_pretty(demo).map_err(|cause| Fault::contents(&path, cause))?;
    folder::write_private(&path, &text)
}

/// Says what to try, and shows phones where.
fn tell(context: &Context, node: &Node, phones: Option<&String>) -> fault::Result<()> {
    if context.output.is_json() {
        return Ok(());
    }
    let path = node.folder().path().join(DEMO_FILE);
    println!("{}", context.output.tell(&Told::new("cli.demo").with("path", path.display())));
    if let Some(url) = phones {
        println!("{}\n{}", context.output.tell(&Told::new("cli.lan").with("address", url)), lan::qr(url)?);
    }
    Ok(())
}

const DEMO_FILE: &str = "demo.json";

/// The longest that a token may last, in hours.
const LONGEST_HOURS: u8 = 12;
