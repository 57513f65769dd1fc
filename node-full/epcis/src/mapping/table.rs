//! Which event of the ledger an EPCIS event asks for: the table of `docs/EVENTS.md` section 10.
//!
//! The first row that fits counts. What fits no row is stored only.

use super::wish::Kind;
use crate::event::{
    Action::{self, Add, Delete, Observe},
    Event,
    EventType::{self, Aggregation, Object, Transaction},
};
use crate::identifier::Named;

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) types: &'static [EventType],
    /// Any if empty.
    pub(crate) actions: &'static [Action],
    /// Any if empty.
    pub(crate) steps: &'static [&'static str],
    pub(crate) state: State,
    pub(crate) on: On,
    pub(crate) effect: Effect,
}

/// What a row asks of the dispositions.
#[derive(Debug)]
pub(crate) enum State {
    Any,
    OneOf(&'static [&'static str]),
    OneOfOrNone(&'static [&'static str]),
    AnyBut(&'static [&'static str]),
    /// The disposition, or a persistent one that is set.
    Marked(&'static str),
    /// A persistent one that is taken back.
    Unmarked(&'static str),
}

/// What a row asks of the objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// The objects, or the parent where the event has one.
    Whole,
    Lots,
    Serials,
    Children,
    NoChildren,
}

/// What a row leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Register,
    Aggregate(Kind),
    Trade,
    Ship,
    Return,
    /// Receive, or put away what the sender holds already.
    Receive,
    WardIssue,
    Dispense,
    DispensePartly,
    Export,
    Destroy,
    /// A kind that needs its items only.
    Items(Kind),
    Quarantine,
    Release,
    Lots(Kind),
}

impl Row {
    /// Whether `event` fits the row.
    pub(crate) fn fits(&self, event: &Event<'_>) -> bool {
        let step = event.biz_step.as_ref().map(|step| step.as_str());
        self.types.contains(&event.kind)
            && (self.actions.is_empty() || event.action.is_some_and(|action| self.actions.contains(&action)))
            && (self.steps.is_empty() || step.is_some_and(|step| self.steps.contains(&step)))
            && self.state.fits(event)
            && self.on.fits(event)
    }

    /// Whether a transaction fits only with items that are registered.
    pub(crate) fn needs_registered(&self, event: &Event<'_>) -> bool {
        event.kind == Transaction && self.effect != Effect::Trade
    }
}

impl State {
    fn fits(&self, event: &Event<'_>) -> bool {
        let disposition = event.disposition.as_ref().map(|word| word.as_str());
        match self {
            Self::Any => true,
            Self::OneOf(words) => disposition.is_some_and(|word| words.contains(&word)),
            Self::OneOfOrNone(words) => disposition.is_none_or(|word| words.contains(&word)),
            Self::AnyBut(words) => disposition.is_none_or(|word| !words.contains(&word)),
            Self::Marked(word) => disposition == Some(word) || event.sets(word),
            Self::Unmarked(word) => event.unsets(word),
        }
    }
}

impl On {
    fn fits(self, event: &Event<'_>) -> bool {
        let is_lot = |named: &Named| matches!(named, Named::Lot(..));
        let has_children = !event.epcs.is_empty() || !event.quantities.is_empty();
        match self {
            Self::Whole => true,
            Self::Lots => {
                event.quantities.iter().any(|quantity| is_lot(&quantity.class.named))
                    || event.epcs.iter().any(|epc| is_lot(&epc.named))
            }
            Self::Serials => !event.epcs.is_empty(),
            Self::Children => has_children,
            Self::NoChildren => !has_children,
        }
    }
}

const fn row(
    types: &'static [EventType],
    actions: &'static [Action],
    steps: &'static [&'static str],
    state: State,
    on: On,
    effect: Effect,
) -> Row {
    Row { types, actions, steps, state, on, effect }
}

const MOVED: &[EventType] = &[Object, Aggregation, Transaction];

/// The table.
pub(crate) static TABLE: &[Row] = &[
    row(&[Object], &[], &[], State::Marked("stolen"), On::Serials, Effect::Items(Kind::Stolen)),
    row(&[Object], &[], &[], State::Unmarked("recalled"), On::Lots, Effect::Lots(Kind::LotLift)),
    row(&[Object], &[Add], &["commissioning"], State::Any, On::Whole, Effect::Register),
    row(MOVED, &[Observe, Add], &["shipping"], State::OneOf(&["returned", "recalled"]), On::Whole, Effect::Return),
    row(MOVED, &[Observe, Add], &["shipping"], State::AnyBut(&["returned", "recalled"]), On::Whole, Effect::Ship),
    row(&[Object], &[], &["void_shipping"], State::Any, On::Whole, Effect::Items(Kind::ShipCancel)),
    row(MOVED, &[Observe, Add], &["receiving", "accepting"], State::Any, On::Whole, Effect::Receive),
    row(
        &[Object, Aggregation],
        &[Observe],
        &["storing", "stocking"],
        State::Any,
        On::Whole,
        Effect::Items(Kind::PutAway),
    ),
    row(&[Object], &[Observe], &["picking"], State::Any, On::Whole, Effect::WardIssue),
    row(&[Aggregation], &[Add], &[], State::Any, On::Children, Effect::Aggregate(Kind::Aggregate)),
    row(&[Aggregation], &[Delete], &[], State::Any, On::Children, Effect::Aggregate(Kind::Disaggregate)),
    row(&[Aggregation], &[Delete], &[], State::Any, On::NoChildren, Effect::Aggregate(Kind::Dissolve)),
    row(
        &[Object],
        &[Observe, Delete],
        &["dispensing"],
        State::OneOfOrNone(&["dispensed"]),
        On::Whole,
        Effect::Dispense,
    ),
    row(
        &[Object],
        &[Observe],
        &["dispensing"],
        State::OneOf(&["partially_dispensed"]),
        On::Whole,
        Effect::DispensePartly,
    ),
    row(
        &[Object],
        &[Observe, Delete],
        &["retail_selling"],
        State::OneOfOrNone(&["retail_sold"]),
        On::Whole,
        Effect::Dispense,
    ),
    row(&[Object], &[], &["sampling"], State::Any, On::Whole, Effect::Items(Kind::Sample)),
    row(&[Object], &[Observe, Delete], &["decommissioning"], State::OneOf(&["inactive"]), On::Whole, Effect::Export),
    row(
        &[Object],
        &[Observe, Delete],
        &["destroying"],
        State::OneOfOrNone(&["destroyed", "disposed"]),
        On::Whole,
        Effect::Destroy,
    ),
    row(&[Object], &[Observe], &["holding"], State::Marked("recalled"), On::Lots, Effect::Lots(Kind::LotRecall)),
    row(&[Object], &[Observe], &["holding"], State::Marked("recalled"), On::Serials, Effect::Quarantine),
    row(&[Object], &[Observe], &["holding"], State::OneOf(HELD), On::Whole, Effect::Quarantine),
    row(
        &[Object],
        &[Observe],
        &["inspecting"],
        State::OneOf(&["conformant", "sellable_accessible"]),
        On::Whole,
        Effect::Release,
    ),
    row(&[Transaction], &[Add], &[], State::Any, On::Whole, Effect::Trade),
];

const HELD: &[&str] = &[
    "non_sellable_other",
    "damaged",
    "non_conformant",
    "unavailable",
    "no_pedigree_match",
    "mismatch_instance",
    "mismatch_class",
    "mismatch_quantity",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(words: impl Iterator<Item = String>) -> String {
        let words: Vec<_> = words.collect();
        if words.is_empty() { "*".into() } else { words.join(", ") }
    }

    /// A row as the page writes its first four columns.
    fn written(row: &Row) -> String {
        let is_moved = !matches!(row.effect, Effect::Aggregate(_));
        let types = joined(row.types.iter().map(|kind| {
            let name = kind.name().trim_end_matches("Event").to_owned();
            if *kind == Aggregation && is_moved { name + " (parent)" } else { name }
        }));
        let actions = joined(row.actions.iter().map(|action| action.name().into()));
        let steps = joined(row.steps.iter().map(|step| (*step).into()));
        let list = |words: &[&str]| words.join(", ");
        let state = match &row.state {
            State::Any => "*".into(),
            State::OneOf(words) => list(words),
            State::OneOfOrNone(words) => list(words) + ", none",
            State::AnyBut(words) => "* but ".to_owned() + &list(words),
            State::Marked(word) => format!("{word} (also `persistentDisposition.set`)"),
            State::Unmarked(word) => format!("`persistentDisposition.unset` {word}"),
        };
        let on = match row.on {
            On::Whole => "",
            On::Lots => ", on a lot class",
            On::Serials => ", on serials",
            On::Children => ", with children",
            On::NoChildren => ", without children",
        };
        format!("| {types} | {actions} | {steps} | {state}{on} |")
    }

    fn kinds(effect: Effect) -> Vec<u16> {
        match effect {
            Effect::Register => vec![600, 500],
            Effect::Aggregate(kind) | Effect::Items(kind) | Effect::Lots(kind) => vec![kind.number()],
            Effect::Trade => vec![804, 803, 802, 801, 800],
            Effect::Ship => vec![900],
            Effect::Return => vec![902],
            Effect::Receive => vec![903, 904],
            Effect::WardIssue => vec![905],
            Effect::Dispense => vec![1000],
            Effect::DispensePartly => vec![1001],
            Effect::Export => vec![1003],
            Effect::Destroy => vec![1004],
            Effect::Quarantine => vec![1102],
            Effect::Release => vec![1103],
        }
    }

    #[test]
    fn the_table_is_that_of_the_page() {
        let page = include_str!("../../../../docs/EVENTS.md");
        let section = page.split("\n## 10. ").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap_or_default();
        let mut lines = section.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
        for row in TABLE {
            let line = lines.next().unwrap_or_default();
            let start = written(row);
            assert!(line.starts_with(&start), "\npage: {line}\ncode: {start}");
            let rest = line.get(start.len()..).unwrap_or_default();
            let words = rest.split(|c: char| !c.is_ascii_digit());
            let numbers: Vec<u16> = words.filter(|word| word.len() >= 3).filter_map(|word| word.parse().ok()).collect();
            assert_eq!(numbers, kinds(row.effect), "{line}");
        }
        // Besides, outside the table: sensors, all else, error declarations, patients' identifiers.
        let others: Vec<_> = lines.take_while(|line| line.starts_with('|')).collect();
        assert_eq!(others.len(), 4, "{others:#?}");
        assert!(others.first().is_some_and(|line| line.contains("1200")));
    }
}
