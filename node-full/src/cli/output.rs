//! Telling what came of a command: sentences of the catalogue, or JSON.

use medproof_node::{
    fault::Fault,
    messages::{self, Language},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, process::ExitCode};

/// How answers are told.
pub(crate) struct Output {
    is_json: bool,
    language: Language,
}

/// What came of a command that was performed.
#[derive(Debug)]
pub(crate) struct Answer {
    /// As JSON.
    pub(crate) view: Value,
    /// For people: a message of the catalogue.
    pub(crate) told: Option<Told>,
    /// For people: lines as they are, after the message.
    pub(crate) lines: Vec<String>,
    /// The exit code.
    pub(crate) exit: u8,
}

/// A message of the catalogue with the values of its placeholders.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    code: String,
    values: BTreeMap<String, String>,
}

/// Why a command was not performed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// For a reason of this program.
    Fault(Fault),
    /// The node refused, with a problem as RFC 9457 has it, in the caller's language.
    Refused(Value),
}

/// The answer of whatever a command does.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Output {
    pub(crate) const fn new(is_json: bool, language: Language) -> Self {
        Self { is_json, language }
    }

    /// The language of answers.
    pub(crate) const fn language(&self) -> Language {
        self.language
    }

    /// Whether answers are JSON.
    pub(crate) const fn is_json(&self) -> bool {
        self.is_json
    }

    /// Tells an answer on standard output.
    pub(crate) fn show(&self, answer: &Answer) -> ExitCode {
        if self.is_json {
            println!("{}", answer.view);
        } else {
            answer.told.iter().for_each(|told| println!("{}", self.tell(told)));
            answer.lines.iter().for_each(|line| println!("{line}"));
        }
        ExitCode::from(answer.exit)
    }

    /// Tells a failure on standard error.
    pub(crate) fn fail(&self, failure: &Failure) -> ExitCode {
        let text = match (failure, self.is_json) {
            (Failure::Fault(fault), true) => self.view(&fault.into()).to_string(),
            (Failure::Fault(fault), false) => self.tell(&fault.into()),
            (Failure::Refused(problem), true) => problem.to_string(),
            (Failure::Refused(problem), false) => refused_lines(problem).join("\n"),
        };
        eprintln!("{text}");
        ExitCode::FAILURE
    }

    /// The sentences of a message in the caller's language.
    pub(crate) fn tell(&self, told: &Told) -> String {
        let message = self.message(told);
        paragraph(&message.title, &message.detail, &message.next)
    }

    /// The first sentence alone.
    pub(crate) fn title(&self, told: &Told) -> String {
        self.message(told).title
    }

    /// What a message means, without its title and what to do.
    pub(crate) fn detail(&self, told: &Told) -> String {
        self.message(told).detail
    }

    /// A message as JSON.
    pub(crate) fn view(&self, told: &Told) -> Value {
        let message = self.message(told);
        json!({ "type": told.code, "title": message.title, "detail": message.detail, "next": message.next })
    }

    /// The sentences of a message in the caller's language, one by one.
    pub(crate) fn message(&self, told: &Told) -> messages::Message {
        messages::tell(&told.code, &told.values, self.language)
    }
}

impl Told {
    /// A message without values.
    pub(crate) fn new(code: impl Into<String>) -> Self {
        Self { code: code.into(), values: BTreeMap::new() }
    }

    /// The same message with the value of a placeholder.
    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.insert(name.into(), value.to_string());
        self
    }
}

impl From<&Fault> for Told {
    fn from(fault: &Fault) -> Self {
        fault.values().iter().fold(Self::new(fault.code()), |told, (name, value)| told.with(name, value))
    }
}

impl Answer {
    /// An answer that is one message of the catalogue.
    pub(crate) const fn told(told: Told, view: Value) -> Self {
        Self { view, lines: Vec::new(), told: Some(told), exit: 0 }
    }

    /// An answer that is lines.
    pub(crate) const fn lines(lines: Vec<String>, view: Value) -> Self {
        Self { view, lines, told: None, exit: 0 }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What a problem says, and each of its items that was refused.
fn refused_lines(problem: &Value) -> Vec<String> {
    let mut lines = vec![problem_text(problem)];
    lines.extend(item_lines(problem));
    lines
}

/// The items of an answer that were refused, by their place from 1 on; of very many, how many more there are.
pub(crate) fn item_lines(answer: &Value) -> Vec<String> {
    let items = answer.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let refused = items.iter().zip(1..).filter(|(item, _)| !is_done(item));
    let mut lines: Vec<String> = refused.map(|(item, number)| format!("{number}: {}", item_text(item))).collect();
    let more = lines.len().saturating_sub(MOST_LINES);
    if more > 0 {
        lines.truncate(MOST_LINES);
        lines.push(format!("… +{more}"));
    }
    lines
}

/// So many refused items are told to people; JSON has all of them.
const MOST_LINES: usize = 20;

/// Whether an item of an answer was done.
pub(crate) fn is_done(item: &Value) -> bool {
    // 202: the node keeps it for the ledger.
    item.get("status").and_then(Value::as_u64).is_some_and(|status| matches!(status, 200 | 202))
}

/// Why one item was refused, in one line.
pub(crate) fn item_text(item: &Value) -> String {
    problem_text(item).replace('\n', " ")
}

fn problem_text(problem: &Value) -> String {
    let text = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default();
    let title = if text("title").is_empty() { text("type") } else { text("title") };
    paragraph(title, text("detail"), text("next"))
}

fn paragraph(title: &str, detail: &str, next: &str) -> String {
    [title, detail, next].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}
