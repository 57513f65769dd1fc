//! The keys under which an event is found again.

use crate::{
    epc::canonical,
    event::{Event, Quantity},
    identifier::Identifier,
};
use std::collections::BTreeSet;

/// What a key is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum IndexField {
    /// The identifier of the event.
    EventId = 1,
    /// A pack, unit or other object, wherever it stands in the event.
    Epc = 2,
    /// A class of objects.
    Class = 3,
    /// A business transaction.
    Transaction = 4,
    /// A transformation.
    Transformation = 5,
    /// A business location.
    BizLocation = 6,
    /// A read point.
    ReadPoint = 7,
    /// A business step.
    BizStep = 8,
    /// A disposition.
    Disposition = 9,
    /// A type of event.
    EventType = 10,
}

/// The keys of `event`, canonical, each once, ascending.
pub fn index_keys(event: &Event<'_>, event_id: &str) -> Vec<(IndexField, String)> {
    let mut keys = BTreeSet::new();
    keys.insert((IndexField::EventId, event_id.to_owned()));
    keys.insert((IndexField::EventType, event.kind.name().to_owned()));
    keys.extend(all_epcs(event).map(|epc| (IndexField::Epc, epc.canonical().into_owned())));
    keys.extend(all_classes(event).map(|quantity| (IndexField::Class, quantity.class.canonical().into_owned())));
    keys.extend(event.transactions.iter().map(|typed| (IndexField::Transaction, uniform(&typed.id))));
    let mut one = |field, text: Option<&str>| keys.extend(text.map(|text| (field, uniform(text))));
    one(IndexField::Transformation, event.transformation_id.as_deref());
    one(IndexField::BizLocation, event.biz_location.as_deref());
    one(IndexField::ReadPoint, event.read_point.as_deref());
    one(IndexField::BizStep, event.biz_step.as_ref().map(|word| word.as_str()));
    one(IndexField::Disposition, event.disposition.as_ref().map(|word| word.as_str()));
    keys.into_iter().collect()
}

/// Every object that the event names by itself.
pub(super) fn all_epcs<'e, 'a>(event: &'e Event<'a>) -> impl Iterator<Item = &'e Identifier<'a>> {
    event.parent.iter().chain(&event.epcs).chain(&event.inputs).chain(&event.outputs)
}

/// Every class of objects that the event names.
pub(super) fn all_classes<'e, 'a>(event: &'e Event<'a>) -> impl Iterator<Item = &'e Quantity<'a>> {
    event.quantities.iter().chain(&event.input_quantities).chain(&event.output_quantities)
}

/// An identifier in the form that all spellings share.
pub(super) fn uniform(text: &str) -> String {
    canonical(text).unwrap_or_else(|| text.into())
}
