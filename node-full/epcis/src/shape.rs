//! The shapes of the standard's JSON schema, as a table that one function walks.
//!
//! EPCIS 2.0 section 10 with its JSON schema. Where the schema and the examples of its own authors differ
//! (words in the spelling of EPCIS 1.x, `persistentDisposition` in every event), the wider one is taken.

use crate::{
    context::Context,
    fault::{Fault, Rule},
    identifier::is_patient_data,
    json::Json,
    pointer::Trail,
    time::{Moment, is_offset},
    uri::is_uri,
    words::{
        ALERT, BIZ_STEP, COMPONENT, DISPOSITION, ERROR_REASON, MEASUREMENT, PARTY_TYPE, TRANSACTION_TYPE, Vocabulary,
    },
};
use std::{borrow::Cow, collections::HashSet};

/// What a value may be.
pub(crate) enum Shape {
    /// Anything.
    Any,
    /// A JSON-LD context, which is read before.
    Context,
    Uri,
    Time,
    Offset,
    Text,
    Number,
    Bool,
    /// Text that a test accepts.
    Form(fn(&str) -> bool, &'static str),
    Enum(&'static [&'static str]),
    Word(&'static Vocabulary),
    Object(&'static ObjectShape),
    List(&'static ListShape),
    /// One value, or a list of them.
    OneOrMany(&'static ListShape),
}

/// A list of one shape.
pub(crate) struct ListShape {
    of: Shape,
    min: usize,
    unique: bool,
}

/// An object.
pub(crate) struct ObjectShape {
    /// The members that the standard names, in groups.
    pub(crate) fields: &'static [&'static [Field]],
    pub(crate) required: &'static [&'static str],
    /// Members of which one is required; any if empty.
    pub(crate) one_of: &'static [&'static str],
    pub(crate) others: Others,
}

/// A member that the standard names.
pub(crate) type Field = (&'static str, Shape);

/// Which members an object may have besides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// None.
    None,
    /// Extensions whose prefix is declared.
    Extensions,
    /// Any.
    Any,
}

/// Walks values and gathers faults.
pub(crate) struct Checker<'c> {
    pub(crate) context: &'c Context,
    pub(crate) faults: &'c mut Vec<Fault>,
    /// How many elements of lists are still allowed.
    pub(crate) elements_left: usize,
}

impl Checker<'_> {
    /// Checks `value`.
    pub(crate) fn check(&mut self, shape: &Shape, value: &Json<'_>, trail: &Trail<'_>) {
        match shape {
            Shape::Context => {}
            Shape::Any => self.check_other(value, trail),
            Shape::Number if value.as_number().is_some() => {}
            Shape::Number => self.refuse(trail, Rule::Type, "a number", value),
            Shape::Bool if matches!(value, Json::Bool(_)) => {}
            Shape::Bool => self.refuse(trail, Rule::Type, "true or false", value),
            Shape::Object(object) => self.check_object(object, value, trail),
            Shape::List(list) => self.check_list(list, value, trail),
            Shape::OneOrMany(list) if matches!(value, Json::List(_)) => self.check_list(list, value, trail),
            Shape::OneOrMany(list) => self.check(&list.of, value, trail),
            _ => self.check_text(shape, value, trail),
        }
    }

    /// Notes a fault.
    pub(crate) fn refuse(&mut self, trail: &Trail<'_>, rule: Rule, expected: impl Into<String>, value: &Json<'_>) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault::new(trail, rule, expected, &value.type_name()));
        }
    }

    fn check_text(&mut self, shape: &Shape, value: &Json<'_>, trail: &Trail<'_>) {
        let Some(text) = value.as_text() else { return self.refuse(trail, Rule::Type, text_of(shape), value) };
        let (fits, rule) = match shape {
            Shape::Uri => (is_uri(text), Rule::Uri),
            Shape::Time => (Moment::read(text).is_some(), Rule::Time),
            Shape::Offset => (is_offset(text), Rule::Form),
            Shape::Form(test, _) => (test(text), Rule::Form),
            Shape::Enum(words) => (words.contains(&text.as_ref()), Rule::Word),
            Shape::Word(vocabulary) => (vocabulary.read(text, self.context).is_some(), Rule::Word),
            _ => (true, Rule::Form),
        };
        if !fits {
            self.refuse(trail, rule, text_of(shape), value);
        } else if is_patient_data(text) {
            self.refuse(trail, Rule::PatientData, NO_PATIENT, &Json::Null);
        }
    }

    fn check_list(&mut self, list: &ListShape, value: &Json<'_>, trail: &Trail<'_>) {
        let Json::List(elements) = value else { return self.refuse(trail, Rule::Type, "a list", value) };
        if elements.len() < list.min {
            self.refuse(trail, Rule::Empty, "at least one element", value);
        }
        let Some(left) = self.elements_left.checked_sub(elements.len()) else {
            return self.refuse(trail, Rule::Elements, "fewer elements in the event's lists", value);
        };
        self.elements_left = left;
        let mut seen = HashSet::with_capacity(if list.unique { elements.len() } else { 0 });
        for (index, element) in elements.iter().enumerate() {
            let trail = trail.index(index);
            self.check(&list.of, element, &trail);
            if list.unique && element.as_text().is_some_and(|text| !seen.insert(text.as_ref())) {
                self.refuse(&trail, Rule::Twice, "each element once", element);
            }
        }
    }

    fn check_object(&mut self, object: &ObjectShape, value: &Json<'_>, trail: &Trail<'_>) {
        let Json::Object(members) = value else { return self.refuse(trail, Rule::Type, "an object", value) };
        for required in object.required {
            if value.get(required).is_none() {
                self.refuse(&trail.key(required), Rule::Missing, "a value", &Json::Null);
            }
        }
        if !object.one_of.is_empty() && object.one_of.iter().all(|key| value.get(key).is_none()) {
            self.refuse(trail, Rule::Missing, object.one_of.join(" or "), value);
        }
        for (key, member) in members {
            let trail = trail.key(key);
            match object.shape_of(key) {
                Some(shape) => self.check(shape, member, &trail),
                None => self.check_extra(object.others, key, member, &trail),
            }
        }
    }

    fn check_extra(&mut self, others: Others, key: &str, member: &Json<'_>, trail: &Trail<'_>) {
        let is_allowed = match others {
            Others::None => false,
            Others::Any => true,
            Others::Extensions => self.context.declares(key),
        };
        match (is_allowed, others == Others::Extensions && key.contains(':')) {
            (true, _) => self.check_other(member, trail),
            (false, true) => self.refuse(trail, Rule::Prefix, "a prefix that `@context` declares", member),
            (false, false) => self.refuse(trail, Rule::Unknown, "no such member", member),
        }
    }

    /// Looks for patients' identifiers in what the standard leaves open.
    fn check_other(&mut self, value: &Json<'_>, trail: &Trail<'_>) {
        match value {
            Json::Text(text) if is_patient_data(text) => {
                self.refuse(trail, Rule::PatientData, NO_PATIENT, &Json::Null);
            }
            Json::List(elements) => {
                elements.iter().enumerate().for_each(|(index, element)| self.check_other(element, &trail.index(index)));
            }
            Json::Object(members) => members.iter().for_each(|(key, member)| self.check_other(member, &trail.key(key))),
            _ => {}
        }
    }
}

impl ObjectShape {
    fn shape_of(&self, key: &str) -> Option<&'static Shape> {
        self.fields.iter().copied().flatten().find(|(name, _)| *name == key).map(|(_, shape)| shape)
    }
}

/// What is expected, in words.
fn text_of(shape: &Shape) -> Cow<'static, str> {
    Cow::Borrowed(match shape {
        Shape::Uri => "a URI",
        Shape::Time => "a date and time with offset, such as 2026-01-31T09:30:00+01:00",
        Shape::Offset => "an offset from -14:00 to +14:00",
        Shape::Form(_, name) => name,
        Shape::Word(vocabulary) => vocabulary.name,
        Shape::Enum(words) => return Cow::Owned(format!("one of {}", words.join(", "))),
        _ => "text",
    })
}

fn is_uom(text: &str) -> bool {
    matches!(text.len(), 2 | 3) && text.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| c.is_ascii_hexdigit())
}

/// `2.0`: numbers joined by dots.
pub(crate) fn is_version(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit()))
}

/// A document says at most so much about one event.
const MAX_FAULTS: usize = 50;

const NO_PATIENT: &str = "no identifier of a patient (AI 7250 to 7259, 8018)";

const fn list(of: Shape, min: usize) -> ListShape {
    ListShape { of, min, unique: false }
}

static URIS: ListShape = list(Shape::Uri, 0);
static EPCS: ListShape = ListShape { of: Shape::Uri, min: 0, unique: true };
static QUANTITIES: ListShape = list(
    Shape::Object(&ObjectShape {
        fields: &[&[
            ("epcClass", Shape::Uri),
            ("quantity", Shape::Number),
            ("uom", Shape::Form(is_uom, "two or three capital letters or digits (UN/ECE Recommendation 20)")),
        ]],
        required: &["epcClass"],
        one_of: &[],
        others: Others::None,
    }),
    0,
);
static TRANSACTIONS: ListShape = list(
    Shape::Object(&ObjectShape {
        fields: &[&[("type", Shape::Word(&TRANSACTION_TYPE)), ("bizTransaction", Shape::Uri)]],
        required: &["bizTransaction"],
        one_of: &[],
        others: Others::None,
    }),
    0,
);
static SOURCES: ListShape = list(
    Shape::Object(&ObjectShape {
        fields: &[&[("type", Shape::Word(&PARTY_TYPE)), ("source", Shape::Uri)]],
        required: &["type", "source"],
        one_of: &[],
        others: Others::None,
    }),
    0,
);
static DESTINATIONS: ListShape = list(
    Shape::Object(&ObjectShape {
        fields: &[&[("type", Shape::Word(&PARTY_TYPE)), ("destination", Shape::Uri)]],
        required: &["type", "destination"],
        one_of: &[],
        others: Others::None,
    }),
    0,
);
static DISPOSITIONS: ListShape = ListShape { of: Shape::Word(&DISPOSITION), min: 1, unique: true };
static PLACE: ObjectShape =
    ObjectShape { fields: &[&[("id", Shape::Uri)]], required: &["id"], one_of: &[], others: Others::Any };
static DEVICE: [Field; 6] = [
    ("time", Shape::Time),
    ("deviceID", Shape::Uri),
    ("deviceMetadata", Shape::Uri),
    ("rawData", Shape::Uri),
    ("dataProcessingMethod", Shape::Uri),
    ("bizRules", Shape::Uri),
];
static SENSORS: ListShape = list(
    Shape::Object(&ObjectShape {
        fields: &[&[
            (
                "sensorMetadata",
                Shape::Object(&ObjectShape {
                    fields: &[&DEVICE, &[("startTime", Shape::Time), ("endTime", Shape::Time)]],
                    required: &[],
                    one_of: &[],
                    others: Others::Extensions,
                }),
            ),
            ("sensorReport", Shape::List(&REPORTS)),
        ]],
        required: &["sensorReport"],
        one_of: &[],
        others: Others::Extensions,
    }),
    0,
);
static REPORTS: ListShape = list(
    Shape::Object(&ObjectShape {
        fields: &[&DEVICE, &MEASURED],
        required: &[],
        one_of: &["type", "exception"],
        others: Others::Extensions,
    }),
    1,
);
static MEASURED: [Field; 18] = [
    ("type", Shape::Word(&MEASUREMENT)),
    ("exception", Shape::Word(&ALERT)),
    ("microorganism", Shape::Uri),
    ("chemicalSubstance", Shape::Uri),
    ("coordinateReferenceSystem", Shape::Uri),
    ("component", Shape::Word(&COMPONENT)),
    ("value", Shape::Number),
    ("minValue", Shape::Number),
    ("maxValue", Shape::Number),
    ("meanValue", Shape::Number),
    ("sDev", Shape::Number),
    ("percRank", Shape::Number),
    ("percValue", Shape::Number),
    ("uom", Shape::Text),
    ("stringValue", Shape::Text),
    ("booleanValue", Shape::Bool),
    ("hexBinaryValue", Shape::Form(is_hex, "hexadecimal digits")),
    ("uriValue", Shape::Uri),
];

/// What every event has.
static COMMON: [Field; 13] = [
    ("@context", Shape::Context),
    ("type", Shape::Text),
    ("eventTime", Shape::Time),
    ("recordTime", Shape::Time),
    ("eventTimeZoneOffset", Shape::Offset),
    ("eventID", Shape::Uri),
    ("certificationInfo", Shape::OneOrMany(&URIS)),
    (
        "errorDeclaration",
        Shape::Object(&ObjectShape {
            fields: &[&[
                ("declarationTime", Shape::Time),
                ("reason", Shape::Word(&ERROR_REASON)),
                ("correctiveEventIDs", Shape::List(&URIS)),
            ]],
            required: &["declarationTime"],
            one_of: &[],
            others: Others::Extensions,
        }),
    ),
    ("bizStep", Shape::Word(&BIZ_STEP)),
    ("disposition", Shape::Word(&DISPOSITION)),
    (
        "persistentDisposition",
        Shape::Object(&ObjectShape {
            fields: &[&[("set", Shape::List(&DISPOSITIONS)), ("unset", Shape::List(&DISPOSITIONS))]],
            required: &[],
            one_of: &["set", "unset"],
            others: Others::None,
        }),
    ),
    ("readPoint", Shape::Object(&PLACE)),
    ("bizLocation", Shape::Object(&PLACE)),
];
static LISTS: [Field; 4] = [
    ("bizTransactionList", Shape::List(&TRANSACTIONS)),
    ("sourceList", Shape::List(&SOURCES)),
    ("destinationList", Shape::List(&DESTINATIONS)),
    ("sensorElementList", Shape::List(&SENSORS)),
];
static ACTION: [Field; 1] = [("action", Shape::Enum(&["ADD", "OBSERVE", "DELETE"]))];
static ILMD: [Field; 1] =
    [("ilmd", Shape::Object(&ObjectShape { fields: &[], required: &[], one_of: &[], others: Others::Extensions }))];
static OBJECTS: [Field; 2] = [("epcList", Shape::List(&EPCS)), ("quantityList", Shape::List(&QUANTITIES))];
static PARENT: [Field; 1] = [("parentID", Shape::Uri)];
static CHILDREN: [Field; 2] = [("childEPCs", Shape::List(&URIS)), ("childQuantityList", Shape::List(&QUANTITIES))];
static TRANSFORMED: [Field; 5] = [
    ("inputEPCList", Shape::List(&EPCS)),
    ("inputQuantityList", Shape::List(&QUANTITIES)),
    ("outputEPCList", Shape::List(&EPCS)),
    ("outputQuantityList", Shape::List(&QUANTITIES)),
    ("transformationID", Shape::Uri),
];

const fn event(fields: &'static [&'static [Field]], required: &'static [&'static str]) -> ObjectShape {
    ObjectShape { fields, required, one_of: &[], others: Others::Extensions }
}

pub(crate) static OBJECT_EVENT: ObjectShape =
    event(&[&COMMON, &ACTION, &OBJECTS, &LISTS, &ILMD], &["eventTime", "eventTimeZoneOffset", "action"]);
pub(crate) static AGGREGATION_EVENT: ObjectShape =
    event(&[&COMMON, &ACTION, &PARENT, &CHILDREN, &LISTS], &["eventTime", "eventTimeZoneOffset", "action"]);
pub(crate) static TRANSACTION_EVENT: ObjectShape = event(
    &[&COMMON, &ACTION, &PARENT, &OBJECTS, &LISTS],
    &["eventTime", "eventTimeZoneOffset", "action", "bizTransactionList"],
);
pub(crate) static TRANSFORMATION_EVENT: ObjectShape =
    event(&[&COMMON, &TRANSFORMED, &LISTS, &ILMD], &["eventTime", "eventTimeZoneOffset"]);
pub(crate) static ASSOCIATION_EVENT: ObjectShape =
    event(&[&COMMON, &ACTION, &PARENT, &CHILDREN, &LISTS], &["eventTime", "eventTimeZoneOffset", "action", "parentID"]);
pub(crate) static HEADER: ObjectShape = ObjectShape {
    fields: &[&[("epcisMasterData", Shape::Any)]],
    required: &[],
    one_of: &[],
    others: Others::Extensions,
};
