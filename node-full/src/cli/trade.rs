//! `medproof order` and `medproof delivery`: the steps of a trade, and a delivery against what was sent.

use super::{
    Context,
    node_client::NodeClient,
    output::{Answer, Result, Told, item_text},
    serials::Source,
};
use clap::{Args, Subcommand, ValueEnum};
use medproof_node::{fault::Fault, folder};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The steps of a trade, from the order to the discrepancy report.
#[derive(Debug, Subcommand)]
pub(crate) enum Order {
    /// The steps in which the member takes part, newest first.
    List,
    /// Take a step: its document stays with the two parties, the ledger holds a commitment to it.
    Add(NewStep),
}

/// A delivery against what was sent.
#[derive(Debug, Subcommand)]
pub(crate) enum Delivery {
    /// What is missing, what is over, and what does not agree; before the cases are unpacked.
    Check(Count),
    /// The same, and send it to the sender as a discrepancy report.
    Report {
        /// The id of the delivery that the report follows.
        #[arg(long)]
        follows: String,
        #[command(flatten)]
        count: Count,
    },
}

/// A step of a trade.
#[derive(Debug, Args)]
pub(crate) struct NewStep {
    /// Which step.
    #[arg(value_enum)]
    step: Step,
    /// The other member's number.
    #[arg(long)]
    with: u32,
    /// The id of the step that this one follows.
    #[arg(long)]
    follows: Option<String>,
    /// The document, as JSON.
    #[arg(long, value_name = "FILE")]
    document: PathBuf,
}

/// What stands at the door.
#[derive(Debug, Args)]
pub(crate) struct Count {
    /// The id of the despatch advice.
    #[arg(long)]
    advice: String,
    #[command(flatten)]
    scans: Source,
}

/// A step of a trade, in the order in which they follow one another.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Step {
    /// The buyer orders.
    Order,
    /// The seller confirms.
    Confirmation,
    /// The seller sells.
    Sale,
    /// The seller says what is on the way.
    DespatchAdvice,
    /// The buyer says what arrived.
    Delivery,
    /// The buyer says what does not agree.
    Discrepancy,
}

impl Order {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let node = NodeClient::new(context)?;
        match self {
            Self::List => {
                let found = node.get("/v1/orders", &[])?;
                let steps = found.get("steps").and_then(Value::as_array).into_iter().flatten();
                Ok(Answer::lines(steps.map(line).collect(), found.clone()))
            }
            Self::Add(NewStep { step, with, follows, document }) => {
                taken(&node, (step.name(), with, follows), &read_document(&document)?)
            }
        }
    }
}

impl Delivery {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let node = NodeClient::new(context)?;
        match self {
            Self::Check(count) => Ok(checked(&count.check(&node)?)),
            Self::Report { follows, count } => {
                let report = count.check(&node)?;
                let sender = report.get("from").and_then(|from| from.get(0)).and_then(Value::as_u64);
                let sender = sender.and_then(|sender| u32::try_from(sender).ok());
                let sender = sender.ok_or_else(|| Fault::new("cli.delivery.nobody"))?;
                let taken = taken(&node, ("discrepancy", sender, Some(follows)), &report)?;
                let lines = taken.lines.into_iter().chain(checked(&report).lines).collect();
                Ok(Answer { lines, view: json!({ "receipt": taken.view, "report": report }), ..checked(&report) })
            }
        }
    }
}

impl Count {
    fn check(&self, node: &NodeClient) -> Result<Value> {
        node.post("/v1/deliveries/check", &[("advice", &self.advice)], &json!(self.scans.required_scans()?))
    }
}

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Confirmation => "confirmation",
            Self::Sale => "sale",
            Self::DespatchAdvice => "despatch-advice",
            Self::Delivery => "delivery",
            Self::Discrepancy => "discrepancy",
        }
    }
}

/// Sends a step, and tells its id, by which the next one follows it.
fn taken(node: &NodeClient, (step, with, follows): (&str, u32, Option<String>), document: &Value) -> Result<Answer> {
    let body = json!({ "step": step, "counterparty": with, "follows": follows, "document": document });
    let receipt = node.post("/v1/orders", &[], &body)?;
    let told = Told::new("cli.recorded").with("height", receipt.get("height").cloned().unwrap_or_default());
    let id = receipt.get("trade").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Answer { lines: vec![id], ..Answer::told(told, receipt) })
}

/// How many agreed, and each pack that did not.
fn checked(report: &Value) -> Answer {
    let list = |name: &str| report.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let (missing, over, misaligned) = (list("missing"), list("over"), list("misaligned"));
    let differ = missing.len() + over.len() + misaligned.len();
    let code = if differ == 0 { "cli.delivery.agrees" } else { "cli.delivery.differs" };
    let told = Told::new(code)
        .with("done", report.get("agreed").cloned().unwrap_or_default())
        .with("count", report.get("advised").cloned().unwrap_or_default());
    let name = |item: &Value| {
        let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        [text("product"), text("lot"), text("serial"), text("sscc")]
            .iter()
            .filter(|text| !text.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join("  ")
    };
    let mut lines: Vec<String> = missing.iter().map(|item| format!("-  {}", name(item))).collect();
    lines.extend(over.iter().map(|item| format!("+  {}  {}", name(item), item_text(item))));
    lines.extend(misaligned.iter().map(|item| format!("≠  {}  {}", name(item), item_text(item))));
    Answer { lines, exit: u8::from(differ > 0), ..Answer::told(told, report.clone()) }
}

fn line(step: &Value) -> String {
    let text = |name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |name: &str| step.get(name).map(Value::to_string).unwrap_or_default();
    [text("day"), text("step"), format!("{} → {}", number("member"), number("counterparty")), text("trade")].join("  ")
}

fn read_document(path: &Path) -> Result<Value> {
    Ok(serde_json::from_slice(&folder::read(path)?).map_err(|cause| Fault::contents(path, cause))?)
}
