//! One condition of a query, and whether an event meets it.

use super::{
    Recorded,
    index::{all_classes, all_epcs, uniform},
    pattern::Pattern,
};
use crate::{
    event::{Action, EventType, Quantity, Typed},
    identifier::Identifier,
    time::Moment,
};

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    EventType(Vec<EventType>),
    Action(Vec<Action>),
    /// From this moment on, or before it.
    Time(TimeField, Bound, Moment),
    Word(WordField, Vec<String>),
    /// Places; with those that are parts of them.
    Place(PlaceField, Vec<String>, Parts),
    Text(TextField, Vec<String>),
    Typed(TypedField, String, Vec<String>),
    Match(MatchField, Vec<Pattern>),
    Quantity(Compare, f64),
    HasError(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeField {
    Event,
    Record,
    ErrorDeclaration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    From,
    Before,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordField {
    BizStep,
    Disposition,
    PersistentSet,
    PersistentUnset,
    ErrorReason,
    Measurement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaceField {
    ReadPoint,
    BizLocation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parts {
    Without,
    With,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextField {
    EventId,
    Transformation,
    CorrectiveEventId,
    Device,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypedField {
    Transaction,
    Source,
    Destination,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MatchField {
    Epc,
    Parent,
    Input,
    Output,
    Any,
    Class,
    InputClass,
    OutputClass,
    AnyClass,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Filter {
    /// Whether `recorded` meets the condition.
    pub(crate) fn fits(&self, recorded: &Recorded<'_, '_>) -> bool {
        let event = recorded.event;
        match self {
            Self::EventType(kinds) => kinds.contains(&event.kind),
            Self::Action(actions) => event.action.is_some_and(|action| actions.contains(&action)),
            Self::Time(field, bound, moment) => field.of(recorded).is_some_and(|time| bound.fits(time, *moment)),
            Self::Word(field, words) => field.any(recorded, |word| words.iter().any(|wanted| wanted == word)),
            Self::Place(field, places, parts) => {
                let place = match field {
                    PlaceField::ReadPoint => event.read_point.as_deref(),
                    PlaceField::BizLocation => event.biz_location.as_deref(),
                };
                place.map(uniform).is_some_and(|place| places.iter().any(|wanted| parts.fit(&place, wanted)))
            }
            Self::Text(field, texts) => field.any(recorded, |text| texts.iter().any(|wanted| wanted == text)),
            Self::Typed(field, kind, ids) => {
                let list = match field {
                    TypedField::Transaction => &event.transactions,
                    TypedField::Source => &event.sources,
                    TypedField::Destination => &event.destinations,
                };
                list.iter().any(|typed| has_kind(typed, kind) && ids.contains(&uniform(&typed.id)))
            }
            Self::Match(field, patterns) => field.any(recorded, patterns),
            Self::Quantity(compare, number) => {
                all_classes(event).filter_map(|quantity| quantity.quantity).any(|found| compare.fits(found, *number))
            }
            Self::HasError(wanted) => event.error.is_some() == *wanted,
        }
    }
}

fn has_kind(typed: &Typed<'_>, kind: &str) -> bool {
    typed.kind.as_ref().map_or("", |kind| kind.as_str()) == kind
}

impl TimeField {
    fn of(self, recorded: &Recorded<'_, '_>) -> Option<Moment> {
        match self {
            Self::Event => Some(recorded.event.event_time),
            Self::Record => Some(recorded.record_time),
            Self::ErrorDeclaration => recorded.event.error.as_ref().and_then(|error| error.time),
        }
    }
}

impl Bound {
    fn fits(self, time: Moment, bound: Moment) -> bool {
        match self {
            Self::From => time >= bound,
            Self::Before => time < bound,
        }
    }
}

impl WordField {
    fn any(self, recorded: &Recorded<'_, '_>, test: impl Fn(&str) -> bool) -> bool {
        let event = recorded.event;
        match self {
            Self::BizStep => event.biz_step.iter().any(|word| test(word.as_str())),
            Self::Disposition => event.disposition.iter().any(|word| test(word.as_str())),
            Self::PersistentSet => event.persistent_set.iter().any(|word| test(word.as_str())),
            Self::PersistentUnset => event.persistent_unset.iter().any(|word| test(word.as_str())),
            Self::ErrorReason => {
                event.error.iter().filter_map(|error| error.reason.as_ref()).any(|word| test(word.as_str()))
            }
            Self::Measurement => {
                let reports = event.sensors.iter().flat_map(|element| &element.reports);
                reports.filter_map(|report| report.kind.as_ref()).any(|word| test(word.as_str()))
            }
        }
    }
}

impl Parts {
    /// A part of a place is the same GLN with an extension.
    fn fit(self, place: &str, wanted: &str) -> bool {
        let rest = place.strip_prefix(wanted);
        rest.is_some_and(|rest| rest.is_empty() || (self == Self::With && rest.starts_with("/254/")))
    }
}

impl TextField {
    fn any(self, recorded: &Recorded<'_, '_>, test: impl Fn(&str) -> bool) -> bool {
        let event = recorded.event;
        match self {
            Self::EventId => test(recorded.event_id),
            Self::Transformation => event.transformation_id.iter().any(|id| test(&uniform(id))),
            Self::CorrectiveEventId => {
                event.error.iter().flat_map(|error| &error.corrective_event_ids).any(|id| test(id))
            }
            Self::Device => {
                let of_reports = |report: &crate::sensor::SensorReport<'_>| {
                    report.device.as_ref().is_some_and(|device| test(&uniform(device)))
                };
                event.sensors.iter().any(|element| {
                    element.device.as_ref().is_some_and(|device| test(&uniform(device)))
                        || element.reports.iter().any(of_reports)
                })
            }
        }
    }
}

impl MatchField {
    fn any(self, recorded: &Recorded<'_, '_>, patterns: &[Pattern]) -> bool {
        let event = recorded.event;
        let fits = |epc: &Identifier<'_>| {
            let id = epc.canonical();
            patterns.iter().any(|pattern| pattern.fits(&id))
        };
        let class_fits = |quantity: &Quantity<'_>| fits(&quantity.class);
        match self {
            Self::Epc => event.epcs.iter().any(fits),
            Self::Parent => event.parent.iter().any(fits),
            Self::Input => event.inputs.iter().any(fits),
            Self::Output => event.outputs.iter().any(fits),
            Self::Any => all_epcs(event).any(fits),
            Self::Class => event.quantities.iter().any(class_fits),
            Self::InputClass => event.input_quantities.iter().any(class_fits),
            Self::OutputClass => event.output_quantities.iter().any(class_fits),
            Self::AnyClass => all_classes(event).any(class_fits),
        }
    }
}

impl Compare {
    fn fits(self, found: f64, wanted: f64) -> bool {
        match self {
            Self::Equal => found == wanted,
            Self::Greater => found > wanted,
            Self::GreaterOrEqual => found >= wanted,
            Self::Less => found < wanted,
            Self::LessOrEqual => found <= wanted,
        }
    }
}
