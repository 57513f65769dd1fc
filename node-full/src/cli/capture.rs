//! `medproof capture`: EPCIS documents go to the running node; what became of each event comes back.

use super::{
    Context,
    node_client::NodeClient,
    output::{Answer, Failure, Output, Result, Told},
    progress,
};
use clap::Args;
use medproof_core::event::EventKind;
use medproof_node::folder;
use medproof_rules::kind;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// Send EPCIS documents to the running node, and tell what became of each event.
///
/// Without `--proceed` a document is kept whole or not at all: one event that cannot be read, or that the rules
/// refuse, and nothing of its document is kept. An event about what the ledger does not have is kept all the same; it
/// changes no state, and is told as "stored only".
#[derive(Debug, Args)]
pub(crate) struct Capture {
    /// The documents: EPCIS 2.0 in JSON or JSON-LD.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Keep what can be kept of a document in which single events are wrong.
    #[arg(long)]
    proceed: bool,
    /// The member that sends them; otherwise the node's own.
    #[arg(long)]
    member: Option<u32>,
}

/// What became of one document.
struct Outcome {
    view: Value,
    lines: Vec<String>,
    stored: usize,
    count: usize,
    is_whole: bool,
}

impl Capture {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let node = NodeClient::for_member(context, self.member)?;
        let bar = progress::bar(self.files.len() as u64);
        let mut outcomes = Vec::with_capacity(self.files.len());
        for file in &self.files {
            bar.set_message(file.display().to_string());
            outcomes.push(self.send(&node, file, &context.output)?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(summary(outcomes))
    }

    fn send(&self, node: &NodeClient, file: &Path, output: &Output) -> Result<Outcome> {
        let bytes = folder::read(file)?;
        let behaviour = if self.proceed { "proceed" } else { "rollback" };
        match node.post_document("/epcis/capture", &[("gs1-capture-error-behaviour", behaviour)], &bytes) {
            Ok(place) => Ok(told(file, wait(node, &place)?, output)),
            Err(Failure::Refused(problem)) => Ok(refused(file, problem, output)),
            Err(failure) => Err(failure),
        }
    }
}

/// The job at `place`, once it has ended.
fn wait(node: &NodeClient, place: &str) -> Result<Value> {
    let mut pause = FIRST_PAUSE;
    loop {
        let job = node.get(place, &[])?;
        if job.get("running") != Some(&Value::Bool(true)) {
            return Ok(job);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn told(file: &Path, job: Value, output: &Output) -> Outcome {
    let list = |name| job.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (events, errors) = (list("events"), list("errors"));
    let is_whole = job.get("success") == Some(&Value::Bool(true));
    let mut lines: Vec<String> = errors.iter().map(|error| fault_line(file, error, output)).collect();
    lines.extend(events.iter().map(|event| event_line(file, event, output)));
    let (stored, wrong) = (events.len(), errors.iter().filter_map(|error| pointer_of_event(error)).collect::<Vec<_>>());
    let not_stored = wrong.iter().filter(|wrong| !events.iter().any(|event| pointer(event) == **wrong));
    let count = stored + not_stored.collect::<std::collections::BTreeSet<_>>().len();
    Outcome { lines, stored, count, is_whole, view: json!({ "file": file.display().to_string(), "job": job }) }
}

fn refused(file: &Path, problem: Value, output: &Output) -> Outcome {
    let title = problem.get("title").and_then(Value::as_str).unwrap_or_default();
    let mut lines = vec![format!("{}: {title}", file.display())];
    let errors = problem.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    lines.extend(errors.iter().map(|error| fault_line(file, error, output)));
    let view = json!({ "file": file.display().to_string(), "problem": problem });
    Outcome { lines, stored: 0, count: 0, is_whole: false, view }
}

/// One fault: where, what, and what should stand there.
fn fault_line(file: &Path, error: &Value, output: &Output) -> String {
    let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    let what = output.title(&Told::new(text("code")));
    let line = format!("{} {}: {what}", file.display(), text("pointer"));
    if text("expected").is_empty() {
        return line;
    }
    let beside = Told::new("cli.capture.fault").with("expected", text("expected")).with("found", text("found"));
    format!("{line}. {}", output.detail(&beside))
}

/// One event that is kept: the kinds that the ledger has of it, or why it is stored only.
fn event_line(file: &Path, event: &Value, output: &Output) -> String {
    let accepted = event.get("accepted").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let kinds: Vec<String> = accepted.iter().filter_map(|deed| deed.get("kind")?.as_u64()).map(kind_text).collect();
    let what = if kinds.is_empty() { output.title(&Told::new("cli.capture.stored-only")) } else { kinds.join(", ") };
    let text = |name: &str| event.get(name).and_then(Value::as_str);
    let why = text("reason").map(|code| format!(": {}", output.title(&Told::new(code)))).unwrap_or_default();
    let about = text("identifier").map(|identifier| format!(" ({identifier})")).unwrap_or_default();
    format!("{} {}: {what}{why}{about}", file.display(), pointer(event))
}

fn pointer(value: &Value) -> &str {
    value.get("pointer").and_then(Value::as_str).unwrap_or_default()
}

/// Where the event stands in which a fault is: `/epcisBody/eventList/3` of `/epcisBody/eventList/3/action`.
fn pointer_of_event(error: &Value) -> Option<&str> {
    let pointer = pointer(error);
    let start = pointer.find("/eventList/").map_or(0, |at| at + "/eventList".len());
    let rest = pointer.get(start + 1..)?;
    let end = rest.find('/').map_or(pointer.len(), |at| start + 1 + at);
    pointer.get(..end)
}

fn kind_text(number: u64) -> String {
    let known = u16::try_from(number).ok().and_then(|number| kind::find(EventKind(number)));
    known.map_or_else(|| number.to_string(), |kind| format!("{number} {}", kind.name))
}

fn summary(outcomes: Vec<Outcome>) -> Answer {
    let (stored, count) =
        outcomes.iter().fold((0, 0), |(stored, count), outcome| (stored + outcome.stored, count + outcome.count));
    let is_whole = outcomes.iter().all(|outcome| outcome.is_whole);
    let told = Told::new("cli.capture").with("done", stored).with("count", count).with("len", outcomes.len());
    let mut lines = Vec::new();
    let mut views = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        lines.extend(outcome.lines);
        views.push(outcome.view);
    }
    let more = lines.len().saturating_sub(MOST_LINES);
    if more > 0 {
        lines.truncate(MOST_LINES);
        lines.push(format!("… +{more}"));
    }
    let view = json!({ "stored": stored, "count": count, "documents": views });
    Answer { view, lines, told: Some(told), exit: u8::from(!is_whole) }
}

/// How long the first look at a job waits for the next, and how long later ones at most.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// So many events are told to people; JSON has all of them.
const MOST_LINES: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_of_a_fault_is_found() {
        for (pointer, event) in [
            ("/epcisBody/eventList/3/action", "/epcisBody/eventList/3"),
            ("/epcisBody/eventList/12", "/epcisBody/eventList/12"),
            ("/0/epcList/1", "/0"),
        ] {
            assert_eq!(pointer_of_event(&json!({ "pointer": pointer })), Some(event));
        }
        assert_eq!(pointer_of_event(&json!({ "pointer": "" })), None);
    }
}
