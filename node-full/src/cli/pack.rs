//! `medproof pack`.

use super::{
    Context,
    node_client::NodeClient,
    output::{Answer, Result, Told, is_done, item_lines},
    progress, serials,
    serials::Source,
};
use clap::{Args, Subcommand};
use medproof_node::folder;
use serde_json::{Value, json};
use std::{num::NonZeroU16, path::PathBuf};

/// Register packs, and do something to packs and units.
#[derive(Debug, Subcommand)]
pub(crate) enum Pack {
    /// Register serials of a lot.
    Register(Register),
    /// Send to another member.
    Ship {
        /// The receiving member's number.
        #[arg(long)]
        to: u32,
        /// The id of the despatch advice that it belongs to.
        #[arg(long)]
        trade: Option<String>,
        #[command(flatten)]
        deed: Deed,
    },
    /// Take back what was sent and has not arrived.
    ShipCancel(Deed),
    /// Send back.
    Return {
        /// The receiving member's number.
        #[arg(long)]
        to: u32,
        /// The reason's number.
        #[arg(long)]
        reason: Option<u8>,
        /// The id of the step of a trade that it belongs to.
        #[arg(long)]
        trade: Option<String>,
        #[command(flatten)]
        deed: Deed,
    },
    /// Take in what was sent here.
    Receive {
        /// The id of the despatch advice that it belongs to.
        #[arg(long)]
        trade: Option<String>,
        #[command(flatten)]
        deed: Deed,
    },
    /// Put into the store.
    PutAway(Deed),
    /// Hand to a ward.
    WardIssue(Deed),
    /// Give out to a patient.
    Dispense(Deed),
    /// Take as a sample.
    Sample(Deed),
    /// Send out of the market.
    Export {
        /// The country, two letters.
        #[arg(long)]
        country: String,
        #[command(flatten)]
        deed: Deed,
    },
    /// Destroy; final.
    Destroy(Reasoned),
    /// Report as stolen; final.
    Stolen(Deed),
    /// Take the last change back.
    Undo {
        /// The number of the kind of change; otherwise a dispense.
        #[arg(long)]
        kind: Option<u16>,
        #[command(flatten)]
        deed: Deed,
    },
    /// Hold back.
    Lock(Reasoned),
    /// Let go what was locked.
    Unlock(Deed),
    /// Set aside.
    Quarantine(Reasoned),
    /// Let go what was quarantined.
    Release(Deed),
}

/// Serials to register.
#[derive(Debug, Args)]
pub(crate) struct Register {
    /// The medicine's code.
    #[arg(long)]
    product: String,
    /// The lot, which has been released.
    #[arg(long)]
    lot: String,
    /// How many units are in a pack, where they can be given out one by one.
    #[arg(long, default_value = "1")]
    quantity: NonZeroU16,
    /// Make so many serials that nobody can guess.
    #[arg(long, conflicts_with_all = ["codes", "file"])]
    count: Option<usize>,
    /// Where to write the serials that were made, one a line.
    #[arg(long, value_name = "FILE", requires = "count")]
    out: Option<PathBuf>,
    #[command(flatten)]
    serials: Source,
}

/// Packs and units, by their scans.
#[derive(Debug, Args)]
pub(crate) struct Deed {
    #[command(flatten)]
    scans: Source,
    /// The site, a GLN or a number of the member's own; otherwise the node's.
    #[arg(long)]
    site: Option<u64>,
    /// In which role the member acts, such as `hospital`; otherwise the first that may.
    #[arg(long = "as", value_name = "ROLE")]
    role: Option<String>,
}

/// Packs and units, and why.
#[derive(Debug, Args)]
pub(crate) struct Reasoned {
    /// The reason's number.
    #[arg(long)]
    reason: Option<u8>,
    #[command(flatten)]
    deed: Deed,
}

impl Pack {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let (path, extra, deed) = match self {
            Self::Register(register) => return register.perform(context),
            Self::Ship { to, trade, deed } => ("ship", sent(to, trade), deed),
            Self::ShipCancel(deed) => ("ship-cancel", Vec::new(), deed),
            Self::Return { to, reason, trade, deed } => {
                ("return", sent(to, trade).into_iter().chain(named("reason", reason)).collect(), deed)
            }
            Self::Receive { trade, deed } => ("receive", named("trade", trade), deed),
            Self::PutAway(deed) => ("put-away", Vec::new(), deed),
            Self::WardIssue(deed) => ("ward-issue", Vec::new(), deed),
            Self::Dispense(deed) => ("dispense", Vec::new(), deed),
            Self::Sample(deed) => ("sample", Vec::new(), deed),
            Self::Export { country, deed } => ("export", vec![("country", country)], deed),
            Self::Destroy(Reasoned { reason, deed }) => ("destroy", named("reason", reason), deed),
            Self::Stolen(deed) => ("stolen", Vec::new(), deed),
            Self::Undo { kind, deed } => ("undo", named("kind", kind), deed),
            Self::Lock(Reasoned { reason, deed }) => ("lock", named("reason", reason), deed),
            Self::Unlock(deed) => ("unlock", Vec::new(), deed),
            Self::Quarantine(Reasoned { reason, deed }) => ("quarantine", named("reason", reason), deed),
            Self::Release(deed) => ("release", Vec::new(), deed),
        };
        deed.perform(context, &format!("/v1/packs/{path}"), extra)
    }
}

impl Deed {
    fn perform(self, context: &Context, path: &str, mut query: Vec<(&'static str, String)>) -> Result<Answer> {
        let scans = self.scans.required_scans()?;
        query.extend(named("site", self.site));
        query.extend(named("as", self.role));
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let node = NodeClient::new(context)?;
        let bar = progress::bar(scans.len() as u64);
        let mut answers = Vec::new();
        for part in scans.chunks(MOST_PER_CALL) {
            answers.push(node.post(path, &query, &json!(part))?);
            bar.inc(part.len() as u64);
        }
        bar.finish_and_clear();
        Ok(summary(answers))
    }
}

impl Register {
    fn perform(self, context: &Context) -> Result<Answer> {
        let serials = match self.count {
            Some(count) => serials::random(count)?,
            None => self.serials.required()?,
        };
        // Before they are on the ledger: a serial there that nobody has written down is lost.
        if let Some(path) = &self.out {
            folder::write_private(path, (serials.join("\n") + "\n").as_bytes())?;
        }
        let node = NodeClient::new(context)?;
        let bar = progress::bar(serials.len() as u64);
        let mut receipts = Vec::new();
        for part in serials.chunks(MOST_PER_CALL) {
            let body = json!({ "product": self.product, "lot": self.lot, "quantity": self.quantity, "serials": part });
            receipts.push(node.post("/v1/packs/register", &[], &body)?);
            bar.inc(part.len() as u64);
        }
        bar.finish_and_clear();
        let told = Told::new("cli.registered").with("count", serials.len());
        let mut view = json!({ "count": serials.len(), "receipts": receipts });
        if let (Some(_), None, Value::Object(members)) = (self.count, &self.out, &mut view) {
            members.insert("serials".into(), json!(serials));
        }
        let lines = if self.count.is_some() && self.out.is_none() { serials } else { Vec::new() };
        Ok(Answer { lines, ..Answer::told(told, view) })
    }
}

/// How many items were done, and why the others were not.
fn summary(answers: Vec<Value>) -> Answer {
    let items = answers.iter().filter_map(|answer| answer.get("items")?.as_array()).flatten();
    let (done, all) = items.fold((0, 0), |(done, all), item| (done + usize::from(is_done(item)), all + 1));
    let lines = answers.iter().flat_map(item_lines).collect();
    let is_pending = answers.iter().any(|answer| answer.get("ledger").is_some_and(|ledger| ledger == "pending"));
    let told = Told::new(if is_pending { "cli.pending" } else { "cli.done" }).with("done", done).with("count", all);
    let view = json!({ "done": done, "count": all, "answers": answers });
    Answer { view, lines, told: Some(told), exit: u8::from(done < all) }
}

/// To whom goods go, and under which trade.
fn sent(to: u32, trade: Option<String>) -> Vec<(&'static str, String)> {
    [("consignee", to.to_string())].into_iter().chain(named("trade", trade)).collect()
}

fn named(name: &'static str, value: Option<impl ToString>) -> Vec<(&'static str, String)> {
    value.into_iter().map(|value| (name, value.to_string())).collect()
}

/// The most items that the node takes in one call.
const MOST_PER_CALL: usize = 10_000;
