//! What came of one step of a story, and the table of all of them.

use super::super::{
    check::For,
    output::{Output, Told},
};
use medproof_core::plain::Verdict;
use serde_json::{Value, json};
use std::path::Path;

/// One step of a story.
pub(super) struct Step {
    /// Its code in the catalogue, where the problem and what solved it stand.
    pub(super) code: &'static str,
    /// The events, by their names, each with its block.
    pub(super) events: Vec<(&'static str, u64)>,
    /// What could be proved then.
    pub(super) proofs: Vec<Proved>,
    /// Why calls and items were refused, as they have to be.
    pub(super) refused: Vec<Value>,
    /// Figures of the step.
    pub(super) figures: Value,
}

/// A proof that was saved and verified.
pub(super) struct Proved {
    /// Its file.
    pub(super) file: String,
    /// The code, as it stands on the pack.
    pub(super) code: String,
    /// For whom the verdict is.
    pub(super) purpose: For,
    /// The verdict.
    pub(super) verdict: Verdict,
}

impl Step {
    /// A step of which nothing came yet.
    pub(super) const fn new(code: &'static str) -> Self {
        Self { code, events: Vec::new(), proofs: Vec::new(), refused: Vec::new(), figures: Value::Null }
    }

    /// As JSON; the files of the proofs lie in `folder`.
    pub(super) fn view(&self, output: &Output, folder: &Path) -> Value {
        let text = output.message(&self.told());
        let proofs: Vec<Value> = self.proofs.iter().map(|proved| proved.view(folder)).collect();
        let events: Vec<Value> =
            self.events.iter().map(|(event, height)| json!({ "event": event, "height": height })).collect();
        json!({
            "step": self.code.rsplit('.').next(), "title": text.title, "problem": text.detail, "solved": text.next,
            "events": events, "refused": self.refused, "figures": self.figures, "proofs": proofs,
        })
    }

    fn told(&self) -> Told {
        Told::new(self.code)
    }
}

impl Proved {
    fn view(&self, folder: &Path) -> Value {
        json!({
            "file": folder.join(&self.file), "code": self.code, "purpose": self.purpose.name(),
            "overall": self.verdict.overall, "reasons": self.verdict.reasons,
        })
    }
}

/// The steps as a table: step, event, verdict, proof.
pub(super) fn table(output: &Output, steps: &[Step]) -> Vec<String> {
    let mut rows = vec![COLUMNS.map(|code| title(output, code))];
    for (number, step) in (1..).zip(steps) {
        let mut left = [format!("{number} {}", output.title(&step.told())), event_names(step)];
        for proved in &step.proofs {
            let verdict = title(output, &format!("overall.{}.{}", proved.verdict.overall, proved.purpose.name()));
            let [step, event] = std::mem::take(&mut left);
            rows.push([step, event, verdict, proved.file.clone()]);
        }
    }
    let widths: Vec<usize> = (0..COLUMNS.len())
        .map(|column| rows.iter().map(|row| row.get(column).map_or(0, |cell| width(cell))).max().unwrap_or(0))
        .collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn event_names(step: &Step) -> String {
    step.events.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" + ")
}

fn title(output: &Output, code: &str) -> String {
    output.title(&Told::new(code))
}

fn line(row: &[String], widths: &[usize]) -> String {
    let pad =
        |(cell, width): (&String, &usize)| format!("{cell}{}", " ".repeat(width.saturating_sub(self::width(cell))));
    row.iter().zip(widths).map(pad).collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

/// How many columns of a terminal a text takes: Chinese characters and their punctuation take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ff00}'..='\u{ff60}') { 2 } else { 1 }).sum()
}

const COLUMNS: [&str; 4] = ["cli.column.step", "cli.column.event", "cli.column.verdict", "cli.column.proof"];
