//! Where a story is told: calls by its people, and what came of each step.

use super::{
    super::{
        check::{For, proof, verdict},
        node_client::NodeClient,
        output::{Failure, Result, is_done},
        serials::scan,
    },
    house::Doors,
    step::{Proved, Step},
};
use medproof_core::identity::MemberId;
use medproof_node::{access::Staff, fault::Fault, folder};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The calls and steps of a story.
pub(super) struct Stage {
    doors: Doors,
    proofs: PathBuf,
    steps: Vec<Step>,
}

impl Stage {
    /// A stage that keeps its proofs below `folder`.
    pub(super) fn new(doors: Doors, folder: &Path) -> Result<Self> {
        let proofs = folder.join(PROOFS);
        fs::create_dir_all(&proofs).map_err(|cause| Fault::file(&proofs, &cause))?;
        folder::write_public(&proofs.join(ANCHOR), &doors.anchor)?;
        Ok(Self { doors, proofs, steps: Vec::new() })
    }

    /// The interface, as somebody of a member calls it.
    pub(super) fn of(&self, member: MemberId, staff: Staff) -> Result<NodeClient> {
        Ok(self.doors.of(member, staff)?)
    }

    /// Begins a step; what is noted from now on belongs to it.
    pub(super) fn begin(&mut self, code: &'static str) {
        self.steps.push(Step::new(code));
    }

    /// Notes an event, by the node's answer to it.
    pub(super) fn event(&mut self, name: &'static str, answer: &Value) {
        let height = answer.get("height").and_then(Value::as_u64).unwrap_or_default();
        self.note(|step| step.events.push((name, height)));
    }

    /// Notes figures.
    pub(super) fn figures(&mut self, figures: Value) {
        self.note(|step| step.figures = figures);
    }

    /// Notes that a call was refused, as it has to be, with `code` and the alert of the European system that belongs to it.
    pub(super) fn refused(&mut self, answer: Result<Value>, code: &str, alert: Option<&str>) -> Result<()> {
        let found = refusals(answer)?;
        let wanted = json!({ "code": code, "emvs_alert": alert });
        if found != [wanted.clone()] {
            return Err(other(&wanted.to_string(), &json!(found).to_string()));
        }
        self.note(|step| step.refused.push(wanted));
        Ok(())
    }

    /// Fetches the proof about `code`, verifies it as `medproof verify` does, and keeps it; another verdict than
    /// `overall` ends the story.
    pub(super) fn prove(&mut self, name: &str, code: &str, purpose: For, overall: &str) -> Result<()> {
        let (scan, file) = (scan(code), format!("{:02}-{name}.mproof", self.steps.len()));
        // Proofs are for everybody; the token is not looked at.
        let bytes = proof(&self.of(medproof_node::demo::HOSPITAL, Staff::Nurse)?, &scan)?;
        folder::write_public(&self.proofs.join(&file), &bytes)?;
        let verdict = verdict(&self.doors.anchor, &scan, &bytes, (purpose, "online"))?;
        if verdict.overall != overall {
            return Err(other(overall, &format!("{} {:?} {file}", verdict.overall, verdict.reasons)));
        }
        self.note(|step| step.proofs.push(Proved { file, code: code.to_owned(), purpose, verdict }));
        Ok(())
    }

    /// What came of each step.
    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    fn note(&mut self, note: impl FnOnce(&mut Step)) {
        if let Some(step) = self.steps.last_mut() {
            note(step);
        }
    }
}

/// The answer to a call about items, of which every one was done.
pub(super) fn done(answer: Value) -> Result<Value> {
    let items = answer.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    match items.iter().find(|item| !is_done(item)) {
        Some(problem) => Err(Failure::Refused(problem.clone())),
        None => Ok(answer),
    }
}

/// Why a call was refused, or some of its items were.
fn refusals(answer: Result<Value>) -> Result<Vec<Value>> {
    let answer = match answer {
        Ok(answer) | Err(Failure::Refused(answer)) => answer,
        Err(failure) => return Err(failure),
    };
    let items = answer.get("items").and_then(Value::as_array).map_or(std::slice::from_ref(&answer), Vec::as_slice);
    let refused = items.iter().filter(|item| item.get("type").is_some());
    Ok(refused.map(|item| json!({ "code": item.get("type"), "emvs_alert": item.get("emvs_alert") })).collect())
}

/// The story did not go as it has to.
pub(super) fn other(expected: &str, found: &str) -> Failure {
    let cause = format!("{expected} was expected, {found} found");
    Fault::new("cli.scenario.other").with("cause", cause).into()
}

/// The folder of the proofs.
pub(super) const PROOFS: &str = "proofs";
/// The anchor among them.
pub(super) const ANCHOR: &str = "anchor.mpanchor";
