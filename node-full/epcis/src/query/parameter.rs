//! Parameters by their names.

use super::{
    OrderBy, Query, QueryError,
    filter::{Bound, Compare, Filter, MatchField, Parts, PlaceField, TextField, TimeField, TypedField, WordField},
    index::uniform,
    pattern::Pattern,
};
use crate::{
    context::Context,
    event::{Action, EventType},
    time::Moment,
    uri::is_uri,
    words::{BIZ_STEP, DISPOSITION, ERROR_REASON, MEASUREMENT, PARTY_TYPE, TRANSACTION_TYPE, Vocabulary},
};
use std::borrow::Cow;

impl Query {
    /// Takes one parameter.
    pub(super) fn read(&mut self, name: &str, value: &str) -> Result<(), QueryError> {
        match name {
            "orderBy" => self.order_by = order_by(name, value)?,
            "orderDirection" => self.is_descending = is_descending(name, value)?,
            "eventCountLimit" => self.event_count_limit = Some(count(name, value, usize::MAX)?),
            "maxEventCount" => self.max_event_count = Some(count(name, value, usize::MAX)?),
            "perPage" => self.per_page = count(name, value, usize::MAX)?.min(Self::MAX_PER_PAGE),
            "nextPageToken" => self.next_page_token = Some(value.into()),
            _ => {
                let filter = filter_of(name, value)?;
                self.filters.push(filter);
            }
        }
        Ok(())
    }
}

fn filter_of(name: &str, value: &str) -> Result<Filter, QueryError> {
    let time = |field, bound| Ok(Filter::Time(field, bound, moment(name, value)?));
    let word = |field, vocabulary| Ok(Filter::Word(field, words(name, value, vocabulary)?));
    let place = |field, parts| Ok(Filter::Place(field, ids(name, value)?, parts));
    let matching = |field| Ok(Filter::Match(field, uris(name, value)?.into_iter().map(Pattern::read).collect()));
    match name {
        "eventType" => Ok(Filter::EventType(listed(name, value, EventType::of_name, "a type of event")?)),
        "EQ_action" => Ok(Filter::Action(listed(name, value, Action::of_name, "ADD, OBSERVE or DELETE")?)),
        "GE_eventTime" => time(TimeField::Event, Bound::From),
        "LT_eventTime" => time(TimeField::Event, Bound::Before),
        "GE_recordTime" => time(TimeField::Record, Bound::From),
        "LT_recordTime" => time(TimeField::Record, Bound::Before),
        "GE_errorDeclarationTime" => time(TimeField::ErrorDeclaration, Bound::From),
        "LT_errorDeclarationTime" => time(TimeField::ErrorDeclaration, Bound::Before),
        "EQ_bizStep" => word(WordField::BizStep, &BIZ_STEP),
        "EQ_disposition" => word(WordField::Disposition, &DISPOSITION),
        "EQ_persistentDisposition_set" => word(WordField::PersistentSet, &DISPOSITION),
        "EQ_persistentDisposition_unset" => word(WordField::PersistentUnset, &DISPOSITION),
        "EQ_errorReason" => word(WordField::ErrorReason, &ERROR_REASON),
        "EQ_type" => word(WordField::Measurement, &MEASUREMENT),
        "EQ_readPoint" => place(PlaceField::ReadPoint, Parts::Without),
        "WD_readPoint" => place(PlaceField::ReadPoint, Parts::With),
        "EQ_bizLocation" => place(PlaceField::BizLocation, Parts::Without),
        "WD_bizLocation" => place(PlaceField::BizLocation, Parts::With),
        "EQ_transformationID" => Ok(Filter::Text(TextField::Transformation, ids(name, value)?)),
        "EQ_deviceID" => Ok(Filter::Text(TextField::Device, ids(name, value)?)),
        "EQ_eventID" => Ok(Filter::Text(TextField::EventId, plain(name, value)?)),
        "EQ_correctiveEventID" => Ok(Filter::Text(TextField::CorrectiveEventId, plain(name, value)?)),
        "MATCH_epc" => matching(MatchField::Epc),
        "MATCH_parentID" => matching(MatchField::Parent),
        "MATCH_inputEPC" => matching(MatchField::Input),
        "MATCH_outputEPC" => matching(MatchField::Output),
        "MATCH_anyEPC" => matching(MatchField::Any),
        "MATCH_epcClass" => matching(MatchField::Class),
        "MATCH_inputEPCClass" => matching(MatchField::InputClass),
        "MATCH_outputEPCClass" => matching(MatchField::OutputClass),
        "MATCH_anyEPCClass" => matching(MatchField::AnyClass),
        "EXISTS_errorDeclaration" => Ok(Filter::HasError(boolean(name, value)?)),
        _ => compared(name, value).or_else(|| typed(name, value)).unwrap_or_else(|| Err(unknown(name))),
    }
}

fn unknown(name: &str) -> QueryError {
    QueryError::new(name, "a parameter that this node knows")
}

/// `EQ_quantity`, `GT_quantity` and so on.
fn compared(name: &str, value: &str) -> Option<Result<Filter, QueryError>> {
    let compare = match name.strip_suffix("_quantity")? {
        "EQ" => Compare::Equal,
        "GT" => Compare::Greater,
        "GE" => Compare::GreaterOrEqual,
        "LT" => Compare::Less,
        "LE" => Compare::LessOrEqual,
        _ => return None,
    };
    let number = value.parse().ok().filter(|number: &f64| number.is_finite());
    Some(number.map(|number| Filter::Quantity(compare, number)).ok_or_else(|| QueryError::new(name, "a number")))
}

/// `EQ_bizTransaction_<type>`, `EQ_source_<type>`, `EQ_destination_<type>`.
fn typed(name: &str, value: &str) -> Option<Result<Filter, QueryError>> {
    let lists: [(&str, TypedField, &Vocabulary); 3] = [
        ("EQ_bizTransaction_", TypedField::Transaction, &TRANSACTION_TYPE),
        ("EQ_source_", TypedField::Source, &PARTY_TYPE),
        ("EQ_destination_", TypedField::Destination, &PARTY_TYPE),
    ];
    lists.into_iter().find_map(|(start, field, vocabulary)| {
        let kind = name.strip_prefix(start)?;
        let kind =
            words(name, kind, vocabulary).and_then(|kinds| kinds.into_iter().next().ok_or_else(|| unknown(name)));
        Some(kind.and_then(|kind| Ok(Filter::Typed(field, kind, ids(name, value)?))))
    })
}

fn order_by(name: &str, value: &str) -> Result<OrderBy, QueryError> {
    match value {
        "eventTime" => Ok(OrderBy::EventTime),
        "recordTime" => Ok(OrderBy::RecordTime),
        _ => Err(QueryError::new(name, "eventTime or recordTime")),
    }
}

fn is_descending(name: &str, value: &str) -> Result<bool, QueryError> {
    match value {
        "DESC" => Ok(true),
        "ASC" => Ok(false),
        _ => Err(QueryError::new(name, "ASC or DESC")),
    }
}

fn count(name: &str, value: &str, max: usize) -> Result<usize, QueryError> {
    let count = value.parse().ok().filter(|count| (1..=max).contains(count));
    count.ok_or_else(|| QueryError::new(name, "a whole number from 1 on"))
}

fn boolean(name: &str, value: &str) -> Result<bool, QueryError> {
    value.parse().map_err(|_| QueryError::new(name, "true or false"))
}

fn moment(name: &str, value: &str) -> Result<Moment, QueryError> {
    Moment::read(value).ok_or_else(|| QueryError::new(name, "a date and time with offset"))
}

/// The values between `|`, none of them empty.
fn split<'v>(name: &str, value: &'v str) -> Result<Vec<&'v str>, QueryError> {
    let values: Vec<_> = value.split('|').collect();
    if values.len() > MAX_VALUES || values.iter().any(|value| value.is_empty()) {
        return Err(QueryError::new(name, format!("1 to {MAX_VALUES} values between `|`")));
    }
    Ok(values)
}

fn listed<T>(name: &str, value: &str, of_name: fn(&str) -> Option<T>, expected: &str) -> Result<Vec<T>, QueryError> {
    let values =
        split(name, value)?.into_iter().map(|value| of_name(value).ok_or_else(|| QueryError::new(name, expected)));
    values.collect()
}

fn words(name: &str, value: &str, vocabulary: &Vocabulary) -> Result<Vec<String>, QueryError> {
    let context = Context::default();
    let read = |value| {
        let word = vocabulary.read(&Cow::Borrowed(value), &context);
        word.map(|word| word.as_str().to_owned()).ok_or_else(|| QueryError::new(name, vocabulary.name))
    };
    split(name, value)?.into_iter().map(read).collect()
}

fn uris<'v>(name: &str, value: &'v str) -> Result<Vec<&'v str>, QueryError> {
    let values = split(name, value)?;
    if values.iter().all(|value| is_uri(value)) { Ok(values) } else { Err(QueryError::new(name, "URIs")) }
}

fn ids(name: &str, value: &str) -> Result<Vec<String>, QueryError> {
    Ok(uris(name, value)?.into_iter().map(uniform).collect())
}

fn plain(name: &str, value: &str) -> Result<Vec<String>, QueryError> {
    Ok(uris(name, value)?.into_iter().map(String::from).collect())
}

/// Values of one parameter.
const MAX_VALUES: usize = 100;
