//! Answers: events as they were received, in an `EPCISQueryDocument`.
//!
//! The document's context is that of its events, joined. An event whose own context says otherwise brings it along;
//! all others keep every byte.

use crate::{
    context::Context,
    epc::canonical,
    fault::Fault,
    json::{Json, raw_members},
    pointer::Trail,
};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;

/// An event as it was stored.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the node fills it in")]
pub struct StoredEvent<'a> {
    /// Its bytes, as received.
    pub bytes: &'a str,
    /// The context that held for it.
    pub context: &'a Context,
}

/// The header `GS1-EPC-Format`: in which form identifiers are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EpcFormat {
    /// `No_Preference`, `Never_Translates`: as received.
    #[default]
    AsReceived,
    /// `Always_GS1_Digital_Link`.
    DigitalLink,
}

impl EpcFormat {
    /// Reads the header's value.
    ///
    /// `Always_EPC_URN` cannot be honoured: the length of the company prefix is not in a Digital Link.
    pub fn of_header(value: &str) -> Option<Self> {
        match value {
            "No_Preference" | "Never_Translates" => Some(Self::AsReceived),
            "Always_GS1_Digital_Link" => Some(Self::DigitalLink),
            _ => None,
        }
    }
}

/// The answer to a question; `creation_date` is RFC 3339.
pub fn query_document(
    events: &[StoredEvent<'_>],
    query_name: &str,
    creation_date: &str,
    format: EpcFormat,
) -> Result<String, Fault> {
    let joined = joined(events);
    let mut list = Vec::with_capacity(events.len());
    for event in events {
        let says_the_same = joined.covers(event.context);
        list.push(match (format, says_the_same) {
            (EpcFormat::AsReceived, true) => Cow::Borrowed(event.bytes),
            (EpcFormat::AsReceived, false) => Cow::Owned(with_context(event.bytes, event.context)?),
            (EpcFormat::DigitalLink, same) => Cow::Owned(translated(event, same)?),
        });
    }
    let text = |text: &str| Value::from(text).to_string();
    Ok(format!(
        concat!(
            "{{\"@context\":{},\"type\":\"EPCISQueryDocument\",\"schemaVersion\":\"2.0\",\"creationDate\":{},",
            "\"epcisBody\":{{\"queryResults\":{{\"queryName\":{},\"resultsBody\":{{\"eventList\":[{}]}}}}}}}}"
        ),
        joined.to_json(),
        text(creation_date),
        text(query_name),
        list.join(",")
    ))
}

/// One event with its context, as `GET /events/{eventID}` answers.
pub fn bare_event(event: &StoredEvent<'_>, format: EpcFormat) -> Result<String, Fault> {
    match format {
        EpcFormat::AsReceived => with_context(event.bytes, event.context),
        EpcFormat::DigitalLink => translated(event, false),
    }
}

/// The first event's context with what the others add to it.
fn joined(events: &[StoredEvent<'_>]) -> Context {
    let mut contexts = events.iter().map(|event| event.context);
    let first = contexts.next().cloned().unwrap_or_default();
    contexts.fold(first, |joined, context| joined.joined(context))
}

/// The event with `context` as its own; all other members keep their bytes.
fn with_context(bytes: &str, context: &Context) -> Result<String, Fault> {
    let members = raw_members(bytes, &Trail::Root(""))?;
    let mut out = format!("{{\"@context\":{}", context.to_json());
    for (key, value) in members.iter().filter(|(key, _)| key != "@context") {
        out.extend([",", &Value::from(key.as_ref()).to_string(), ":", value.get()]);
    }
    out.push('}');
    Ok(out)
}

/// The event with Digital Links for EPC URNs.
fn translated(event: &StoredEvent<'_>, says_the_same: bool) -> Result<String, Fault> {
    let json = Json::read(event.bytes, &Trail::Root(""), 64)?;
    let mut value = translate(&json, "");
    if let (Value::Object(members), false) = (&mut value, says_the_same) {
        members.insert("@context".into(), event.context.to_json());
    }
    Ok(value.to_string())
}

fn translate(json: &Json<'_>, key: &str) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::from(*bool),
        Json::Number(number) => number_of(*number),
        Json::Text(text) if IDENTIFIERS.contains(&key) && text.starts_with("urn:epc:") => {
            Value::from(canonical(text).unwrap_or_else(|| text.as_ref().into()))
        }
        Json::Text(text) => Value::from(text.as_ref()),
        Json::List(elements) => elements.iter().map(|element| translate(element, key)).collect(),
        Json::Object(members) => {
            let translated = members.iter().map(|(key, member)| (key.as_ref().to_owned(), translate(member, key)));
            Value::Object(translated.collect::<Map<_, _>>())
        }
    }
}

fn number_of(number: f64) -> Value {
    let is_whole = number.fract() == 0.0 && number.abs() < 9e15;
    if is_whole { Value::from(number as i64) } else { Number::from_f64(number).map_or(Value::Null, Value::Number) }
}

/// Members that hold identifiers.
const IDENTIFIERS: [&str; 15] = [
    "epcList",
    "childEPCs",
    "inputEPCList",
    "outputEPCList",
    "parentID",
    "epcClass",
    "id",
    "bizTransaction",
    "source",
    "destination",
    "transformationID",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "bizRules",
];

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{ "type":"ObjectEvent", "epcList":["urn:epc:id:sgtin:0614141.107346.2017"],"a:b":1.50 }"#;

    fn context(text: &str) -> Context {
        Context::from_json(text).unwrap_or_default()
    }

    #[test]
    fn events_keep_their_bytes_unless_their_context_differs() {
        let (one, same) = (context(r#"[{"a":"https://a/"}]"#), context(r#"[{"b":"https://b/"}]"#));
        let other = context(r#"[{"a":"https://other/"}]"#);
        let events = [&one, &same, &other].map(|context| StoredEvent { bytes: EVENT, context });
        let answer = query_document(&events, "SimpleEventQuery", "2026-01-01T00:00:00Z", EpcFormat::AsReceived);
        let answer = answer.unwrap_or_default();
        assert_eq!(answer.matches(EVENT).count(), 2, "{answer}");
        assert_eq!(answer.matches("https://other/").count(), 1, "{answer}");
        assert!(answer.contains(r#""a:b":1.50}"#), "{answer}");
        assert!(serde_json::from_str::<Value>(&answer).is_ok(), "{answer}");
    }

    #[test]
    fn identifiers_are_translated_where_asked() {
        let context = Context::default();
        let event = StoredEvent { bytes: EVENT, context: &context };
        let answer = bare_event(&event, EpcFormat::DigitalLink).unwrap_or_default();
        assert!(answer.contains("\"https://id.gs1.org/01/10614141073464/21/2017\""), "{answer}");
        assert!(answer.contains("@context") && !answer.contains("urn:epc:id"), "{answer}");
        assert_eq!(EpcFormat::of_header("Always_EPC_URN"), None);
    }
}
