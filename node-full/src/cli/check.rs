//! `medproof query`, `prove` and `verify`: verdicts are made here by core, from bytes.

use super::{
    Context,
    node_client::NodeClient,
    output::{Answer, Output, Result, Told},
    serials::scan,
};
use clap::{Args, ValueEnum};
use medproof_core::{
    anchor::Anchor,
    encoding::Message,
    plain::{Client, Policy, Verdict, message_from_text},
};
use medproof_node::{
    capture::Anchored,
    clock::Clock,
    fault::Fault,
    folder,
    http::path_segment,
    messages::{self, Language},
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What the running node proves about a scan, checked here.
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// The code, as a scanner reads it or as it stands on the pack.
    scan: String,
    /// For whom the answer is.
    #[arg(long, value_enum, default_value_t = For::Dispenser)]
    purpose: For,
}

/// Save the proof about a scan, or what shows that an EPCIS event is anchored.
#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// The code, as a scanner reads it or as it stands on the pack; with `--event` the event's identifier.
    scan: String,
    /// Prove that an EPCIS event, which was captured, is anchored; the file will hold the event, too.
    #[arg(long)]
    event: bool,
    /// The member that captured it; otherwise the node's own.
    #[arg(long, requires = "event")]
    member: Option<u32>,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
}

/// Check a saved proof, offline.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The anchor, whose fingerprint you have compared.
    #[arg(long, value_name = "FILE")]
    anchor: PathBuf,
    /// The code, as a scanner reads it or as it stands on the pack.
    #[arg(long, required_unless_present = "event")]
    scan: Option<String>,
    /// The proof: bytes, or the text of its QR code.
    #[arg(long, value_name = "FILE")]
    proof: PathBuf,
    /// The proof is about an EPCIS event.
    #[arg(long, conflicts_with_all = ["scan", "purpose", "carried"])]
    event: bool,
    /// For whom the answer is.
    #[arg(long, value_enum, default_value_t = For::Dispenser)]
    purpose: For,
    /// The proof was carried here, and no node can be asked: it may be older.
    #[arg(long)]
    carried: bool,
}

/// For whom an answer is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum For {
    /// Somebody who was given the pack.
    Holder,
    /// Somebody who is about to buy it.
    Buyer,
    /// Somebody who is about to give it out.
    Dispenser,
    /// Somebody who is taking a delivery in.
    Receiver,
}

impl Query {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let node = NodeClient::new(context)?;
        let scan = scan(&self.scan);
        let proof = proof(&node, &scan)?;
        let anchor = folder::read(&context.folder.anchor())?;
        let mut answer = judge(&context.output, &anchor, &scan, &proof, (self.purpose, "online"))?;
        let timeline = node.get("/v1/timeline", &[("code", &scan)]).unwrap_or(Value::Null);
        for step in timeline.get("steps").and_then(Value::as_array).into_iter().flatten() {
            let [day, role, kind] = ["day", "role", "kind"].map(|name| step.get(name).map(plain).unwrap_or_default());
            let [role, kind] =
                [format!("role.{role}"), kind_code(&kind)].map(|code| context.output.title(&Told::new(code)));
            answer.lines.push(format!("{day}  {kind}  {role}"));
        }
        if let Value::Object(members) = &mut answer.view {
            members.insert("timeline".into(), timeline);
        }
        Ok(answer)
    }
}

impl Prove {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let node = NodeClient::for_member(context, self.member)?;
        let proof = if self.event { anchoring(&node, &self.scan)? } else { proof(&node, &scan(&self.scan))? };
        folder::write_public(&self.out, &proof)?;
        let told = Told::new("cli.proof").with("path", self.out.display()).with("len", proof.len());
        Ok(Answer::told(told, json!({ "path": self.out, "len_bytes": proof.len() })))
    }
}

impl Verify {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let anchor = folder::read(&self.anchor)?;
        let Some(code) = &self.scan else { return anchored(&anchor, &self.proof) };
        let mode = if self.carried { "carried" } else { "online" };
        judge(&context.output, &anchor, &scan(code), &read_proof(&self.proof)?, (self.purpose, mode))
    }
}

impl For {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Buyer => "buyer",
            Self::Dispenser => "dispenser",
            Self::Receiver => "receiver",
        }
    }
}

/// The code under which the catalogue names a kind of event.
fn kind_code(kind: &str) -> String {
    let code = format!("event-kind.{kind}");
    if messages::find(&code, Language::English).is_some() { code } else { "event-kind.other".into() }
}

/// The proof about a scan for a client that has only the anchor.
pub(super) fn proof(node: &NodeClient, scan: &str) -> Result<Vec<u8>> {
    node.get_bytes("/v1/proofs", &[("code", scan), ("have", "0")], "application/vnd.medproof.proof")
}

/// What shows that the captured event of an identifier is anchored.
fn anchoring(node: &NodeClient, id: &str) -> Result<Vec<u8>> {
    node.get_bytes(&format!("/epcis/events/{}/proof", path_segment(id)), &[], "application/json")
}

/// Whether an EPCIS event is anchored, by a file that shows it.
fn anchored(anchor: &[u8], file: &Path) -> Result<Answer> {
    let anchor = Anchor::from_bytes(anchor).map_err(|cause| Fault::new("cli.anchor").with("cause", cause.code()))?;
    let anchored: Anchored =
        serde_json::from_slice(&folder::read(file)?).map_err(|cause| Fault::contents(file, cause))?;
    let shown = anchored.verify(anchor, Clock::wall().now())?;
    let told = Told::new("cli.anchored").with("height", shown.height.0);
    let view = json!({
        "member": shown.member.0, "day": shown.day.0, "height": shown.height.0, "time_ms": shown.time.0,
    });
    Ok(Answer::told(told, view))
}

/// The bytes of a proof in a file, which may hold them as text.
fn read_proof(path: &Path) -> Result<Vec<u8>> {
    let bytes = folder::read(path)?;
    let text = std::str::from_utf8(&bytes).ok().and_then(|text| message_from_text(text.trim_end_matches(['\r', '\n'])));
    Ok(text.unwrap_or(bytes))
}

/// The verdict for a purpose, from a node or carried.
fn judge(output: &Output, anchor: &[u8], scan: &str, proof: &[u8], (purpose, mode): (For, &str)) -> Result<Answer> {
    Ok(answer(output, &verdict(anchor, scan, proof, (purpose, mode))?, purpose))
}

/// What core says for a purpose, from a node or carried.
pub(super) fn verdict(anchor: &[u8], scan: &str, proof: &[u8], (purpose, mode): (For, &str)) -> Result<Verdict> {
    let refused = |cause: medproof_core::plain::Problem| Fault::new("cli.anchor").with("cause", cause.code);
    let mut client = Client::new(anchor).map_err(refused)?;
    let policy = Policy {
        purpose: purpose.name().into(),
        mode: mode.into(),
        max_age_online_ms: None,
        max_age_carried_ms: None,
        clock_tolerance_ms: None,
    };
    Ok(client.verify(scan, proof, Clock::wall().now().0, &policy).map_err(refused)?)
}

fn answer(output: &Output, verdict: &Verdict, purpose: For) -> Answer {
    let told = Told::new(format!("overall.{}.{}", verdict.overall, purpose.name()));
    let reasons = verdict.reasons.iter().map(|reason| format!("- {}", output.title(&Told::new(*reason))));
    Answer { view: json!(verdict), lines: reasons.collect(), told: Some(told), exit: exit(verdict.overall) }
}

fn exit(overall: &str) -> u8 {
    match overall {
        "ok" => 0,
        "warn" => 3,
        "do-not-use" => 4,
        "unknown" => 5,
        _ => 6,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), String::from)
}
