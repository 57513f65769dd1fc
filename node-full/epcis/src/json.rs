//! JSON values that borrow from the text, with the limits of a reader that faces strangers.
//!
//! The decoder is `serde_json`'s. What is added: no member twice, a stated depth, and where a fault was found.

use crate::{
    fault::{Fault, Rule},
    pointer::{Trail, escaped},
};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{error::Category, value::RawValue};
use std::{borrow::Cow, cell::RefCell, collections::HashSet, fmt};

/// A value; text borrows from the input where nothing was escaped.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as the nearest 64-bit float.
    Number(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Json<'a>>),
    /// An object; no member stands twice.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// The members of an object, not yet read.
pub(crate) type RawMembers<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

impl<'a> Json<'a> {
    /// Reads `text`, which stands at `trail`.
    pub(crate) fn read(text: &'a str, trail: &Trail<'_>, depth: usize) -> Result<Self, Fault> {
        let notes = Notes::default();
        let mut decoder = serde_json::Deserializer::from_str(text);
        let value = Value { depth, notes: &notes }.deserialize(&mut decoder).and_then(|value| {
            decoder.end()?;
            Ok(value)
        });
        value.map_err(|error| notes.fault(trail, &error))
    }

    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub const fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The elements; none if it is no list.
    pub fn elements(&self) -> &[Self] {
        match self {
            Self::List(elements) => elements,
            _ => &[],
        }
    }

    /// The members; none if it is no object.
    pub fn members(&self) -> &[(Cow<'a, str>, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The member `key`.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The text of the member `key`.
    pub(crate) fn text(&self, key: &str) -> Option<&Cow<'a, str>> {
        self.get(key).and_then(Self::as_text)
    }

    /// The JSON type, for faults.
    pub(crate) fn type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(number) => return Cow::Owned(format!("the number {number}")),
            Self::Text(text) => return Cow::Owned(format!("`{text}`")),
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        })
    }
}

/// Reads the members of the object `text` without reading their values.
pub(crate) fn raw_members<'a>(text: &'a str, trail: &Trail<'_>) -> Result<RawMembers<'a>, Fault> {
    let notes = Notes::wanting("an object");
    let mut decoder = serde_json::Deserializer::from_str(text);
    let members = RawObject(&notes).deserialize(&mut decoder).and_then(|members| {
        decoder.end()?;
        Ok(members)
    });
    members.map_err(|error| notes.fault(trail, &error))
}

/// Reads at most `max` elements of the list `text` without reading what is in them.
pub(crate) fn raw_elements<'a>(text: &'a str, trail: &Trail<'_>, max: usize) -> Result<Vec<&'a RawValue>, Fault> {
    let notes = Notes::wanting("a list");
    let mut decoder = serde_json::Deserializer::from_str(text);
    let elements = RawList { max, notes: &notes }.deserialize(&mut decoder).and_then(|elements| {
        decoder.end()?;
        Ok(elements)
    });
    elements.map_err(|error| notes.fault(trail, &error))
}

/// What a decoder cannot say in its own error: our rule, and the way to the value.
#[derive(Default)]
struct Notes(RefCell<Note>);

#[derive(Default)]
struct Note {
    rule: Option<(Rule, String)>,
    steps: Vec<String>,
    /// The type of JSON value that is read.
    wanted: &'static str,
}

impl Notes {
    fn wanting(wanted: &'static str) -> Self {
        Self(RefCell::new(Note { wanted, ..Note::default() }))
    }

    fn refuse<E: Error>(&self, rule: Rule, expected: impl Into<String>) -> E {
        self.0.borrow_mut().rule = Some((rule, expected.into()));
        E::custom("refused")
    }

    fn step(&self, step: String) {
        self.0.borrow_mut().steps.push(step);
    }

    fn fault(&self, trail: &Trail<'_>, error: &serde_json::Error) -> Fault {
        let note = self.0.take();
        let (rule, expected) = note.rule.unwrap_or_else(|| match error.classify() {
            Category::Data => (Rule::Type, note.wanted.into()),
            _ => (Rule::Syntax, "JSON (RFC 8259)".into()),
        });
        let found = format!("a fault in line {}, column {}", error.line(), error.column());
        let mut fault = Fault::new(trail, rule, expected, &found);
        for step in note.steps.iter().rev() {
            fault.pointer.push('/');
            fault.pointer.push_str(step);
        }
        fault
    }
}

#[derive(Clone, Copy)]
struct Value<'n> {
    depth: usize,
    notes: &'n Notes,
}

impl Value<'_> {
    fn inner<E: Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.notes.refuse(Rule::Depth, "fewer levels")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Json<'de>, D::Error> {
        decoder.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'de>, A::Error> {
        let inner = self.inner()?;
        let mut elements = Vec::new();
        loop {
            match list.next_element_seed(inner) {
                Ok(Some(element)) => elements.push(element),
                Ok(None) => return Ok(Json::List(elements)),
                Err(error) => {
                    self.notes.step(elements.len().to_string());
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let inner = self.inner()?;
        let mut members = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            let value = map.next_value_seed(inner).inspect_err(|_| self.notes.step(escaped(&key)))?;
            members.push((key, value));
        }
        match repeated(&members) {
            None => Ok(Json::Object(members)),
            Some(key) => {
                self.notes.step(escaped(key));
                Err(self.notes.refuse(Rule::Duplicate, "each member once"))
            }
        }
    }
}

struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Cow<'de, str>, D::Error> {
        decoder.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.into()))
    }
}

struct RawObject<'n>(&'n Notes);

impl<'de> DeserializeSeed<'de> for RawObject<'_> {
    type Value = RawMembers<'de>;

    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<RawMembers<'de>, D::Error> {
        decoder.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RawObject<'_> {
    type Value = RawMembers<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawMembers<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            members.push((key, map.next_value::<&'de RawValue>()?));
        }
        match repeated(&members) {
            None => Ok(members),
            Some(key) => {
                self.0.step(escaped(key));
                Err(self.0.refuse(Rule::Duplicate, "each member once"))
            }
        }
    }
}

struct RawList<'n> {
    max: usize,
    notes: &'n Notes,
}

impl<'de> DeserializeSeed<'de> for RawList<'_> {
    type Value = Vec<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Self::Value, D::Error> {
        decoder.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RawList<'_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element::<&'de RawValue>()? {
            if elements.len() == self.max {
                return Err(self.notes.refuse(Rule::Count, format!("at most {} events", self.max)));
            }
            elements.push(element);
        }
        Ok(elements)
    }
}

/// The first key that stands twice.
fn repeated<'m, V>(members: &'m [(Cow<'_, str>, V)]) -> Option<&'m str> {
    if members.len() <= 16 {
        let is_repeated = |(index, (key, _)): &(usize, &(Cow<'_, str>, V))| {
            members.iter().take(*index).any(|(other, _)| other == key)
        };
        return members.iter().enumerate().find(is_repeated).map(|(_, (key, _))| key.as_ref());
    }
    let mut seen = HashSet::with_capacity(members.len());
    members.iter().map(|(key, _)| key.as_ref()).find(|key| !seen.insert(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<(Rule, String)> {
        Json::read(text, &Trail::Root("/x"), 4).err().map(|fault| (fault.rule, fault.pointer))
    }

    #[test]
    fn a_value_borrows_what_is_not_escaped() {
        let value = Json::read(r#"{"a":["b","\n",1,true,null]}"#, &Trail::Root(""), 4).ok();
        let list = value.as_ref().and_then(|value| value.get("a")).map(Json::elements).unwrap_or_default();
        assert!(matches!(list.first(), Some(Json::Text(Cow::Borrowed("b")))));
        assert!(matches!(list.get(1), Some(Json::Text(Cow::Owned(_)))));
        assert_eq!(list.get(2..), Some([Json::Number(1.0), Json::Bool(true), Json::Null].as_slice()));
    }

    #[test]
    fn a_fault_says_where() {
        assert_eq!(fault(r#"{"a":[1,{"b":2,"b":3}]}"#), Some((Rule::Duplicate, "/x/a/1/b".into())));
        assert_eq!(fault("[[[[[1]]]]]"), Some((Rule::Depth, "/x/0/0/0/0".into())));
        assert_eq!(fault(r#"{"a":{"b":}}"#), Some((Rule::Syntax, "/x/a/b".into())));
        assert_eq!(fault("{} x"), Some((Rule::Syntax, "/x".into())));
        assert_eq!(fault(r#""\ud800""#), Some((Rule::Syntax, "/x".into())));
        assert_eq!(fault("[[[[1]]]]"), None);
    }

    #[test]
    fn one_of_many_members_twice_is_found() {
        let many: Vec<String> = (0..40).map(|index| format!("\"k{}\":0", index % 39)).collect();
        assert_eq!(fault(&format!("{{{}}}", many.join(","))), Some((Rule::Duplicate, "/x/k0".into())));
    }
}
