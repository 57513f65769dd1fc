//! The question of `GET /events`: parameters read, events tested, index keys (EPCIS 2.0 sections 8.2.7 and 12).
//!
//! Several parameters are joined by "and", several values of one by "or". Values of a list stand between `|`.
//!
//! Not here: filters on extensions and master data (`EQ_INNER_…`, `EQATTR_…`), and those on sensors but type and device.

mod filter;
mod index;
mod parameter;
mod pattern;

pub use index::{IndexField, index_keys};

use crate::{event::Event, problem::Problem, time::Moment};
use filter::{Filter, MatchField, PlaceField, TextField, TypedField, WordField};
use std::fmt;

/// A question about events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Query {
    filters: Vec<Filter>,
    /// By which time the answer is ordered.
    pub order_by: OrderBy,
    /// Whether the newest comes first.
    pub is_descending: bool,
    /// The answer ends after so many events.
    pub event_count_limit: Option<usize>,
    /// More events than this are a [`Problem::QueryTooLarge`].
    pub max_event_count: Option<usize>,
    /// Events of a page.
    pub per_page: usize,
    /// Where the page begins, as the node wrote it.
    pub next_page_token: Option<String>,
}

/// What an answer is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OrderBy {
    /// When it happened.
    EventTime,
    /// When it was recorded.
    RecordTime,
}

/// An event as the node keeps it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the node fills it in")]
pub struct Recorded<'e, 'a> {
    /// The event.
    pub event: &'e Event<'a>,
    /// Its identifier.
    pub event_id: &'e str,
    /// When the node recorded it.
    pub record_time: Moment,
}

/// Why a question cannot be asked so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryError {
    /// The problem type.
    pub problem: Problem,
    /// The parameter.
    pub parameter: String,
    /// What was expected.
    pub expected: String,
}

/// Keys of the index, one of which every event of the answer has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lookup {
    /// What the keys are about.
    pub field: IndexField,
    /// The keys.
    pub keys: Vec<String>,
}

impl Query {
    /// The greatest page.
    pub const MAX_PER_PAGE: usize = 1000;

    /// Reads the decoded parameters of a URL; one that stands twice adds a condition.
    pub fn parse<'p>(parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> Result<Self, QueryError> {
        let mut query = Self::default();
        for (name, value) in parameters {
            query.read(name, value)?;
        }
        if query.event_count_limit.is_some() && query.max_event_count.is_some() {
            return Err(QueryError::new("maxEventCount", "eventCountLimit or maxEventCount, not both"));
        }
        Ok(query)
    }

    /// Adds the condition that `/epcs/{epc}/events` and its siblings stand for.
    pub fn and(mut self, name: &str, value: &str) -> Result<Self, QueryError> {
        self.read(name, value)?;
        Ok(self)
    }

    /// Whether the event belongs to the answer.
    pub fn matches(&self, recorded: &Recorded<'_, '_>) -> bool {
        self.filters.iter().all(|filter| filter.fits(recorded))
    }

    /// The narrowest keys under which all of the answer is found; none if only a scan finds it.
    pub fn lookup(&self) -> Option<Lookup> {
        let lookups = self.filters.iter().filter_map(lookup_of);
        lookups.min_by_key(|lookup| lookup.field)
    }

    /// The bounds of the time by which the answer is ordered: from, before.
    pub fn time_range(&self) -> (Option<Moment>, Option<Moment>) {
        let field = match self.order_by {
            OrderBy::EventTime => filter::TimeField::Event,
            OrderBy::RecordTime => filter::TimeField::Record,
        };
        let bound = |wanted| {
            self.filters.iter().filter_map(move |filter| match filter {
                Filter::Time(of, bound, moment) if *of == field && *bound == wanted => Some(*moment),
                _ => None,
            })
        };
        (bound(filter::Bound::From).max(), bound(filter::Bound::Before).min())
    }
}

impl Default for Query {
    /// Everything, newest first by event time, 30 a page: the standard's defaults.
    fn default() -> Self {
        Self {
            filters: Vec::new(),
            order_by: OrderBy::EventTime,
            is_descending: true,
            event_count_limit: None,
            max_event_count: None,
            per_page: 30,
            next_page_token: None,
        }
    }
}

impl QueryError {
    pub(crate) fn new(parameter: &str, expected: impl Into<String>) -> Self {
        Self { problem: Problem::QueryParameter, parameter: parameter.into(), expected: expected.into() }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: parameter `{}`: expected {}", self.problem.uri(), self.parameter, self.expected)
    }
}

impl std::error::Error for QueryError {}

fn lookup_of(filter: &Filter) -> Option<Lookup> {
    let (field, keys) = match filter {
        Filter::Text(TextField::EventId, ids) => (IndexField::EventId, ids.clone()),
        Filter::Text(TextField::Transformation, ids) => (IndexField::Transformation, ids.clone()),
        Filter::Typed(TypedField::Transaction, _, ids) => (IndexField::Transaction, ids.clone()),
        Filter::Match(field, patterns) => {
            let keys: Option<Vec<_>> = patterns.iter().map(|pattern| pattern.exact().map(String::from)).collect();
            let is_class = matches!(
                field,
                MatchField::Class | MatchField::InputClass | MatchField::OutputClass | MatchField::AnyClass
            );
            (if is_class { IndexField::Class } else { IndexField::Epc }, keys?)
        }
        Filter::Place(field, places, filter::Parts::Without) => match field {
            PlaceField::BizLocation => (IndexField::BizLocation, places.clone()),
            PlaceField::ReadPoint => (IndexField::ReadPoint, places.clone()),
        },
        Filter::Word(WordField::BizStep, words) => (IndexField::BizStep, words.clone()),
        Filter::Word(WordField::Disposition, words) => (IndexField::Disposition, words.clone()),
        Filter::EventType(kinds) => (IndexField::EventType, kinds.iter().map(|kind| kind.name().into()).collect()),
        _ => return None,
    };
    Some(Lookup { field, keys })
}
