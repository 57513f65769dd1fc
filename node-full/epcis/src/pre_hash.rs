//! The pre-hash string: the members of an event in a fixed order, each `name=value`, joined by nothing.
//!
//! Where the text of the CBV and the published vectors differ, the vectors count:
//!
//! * `certificationInfo` follows `eventTimeZoneOffset`, and `parentID` comes before `epcList`.
//! * The lists of transactions, sources and destinations, `ilmd`, and extensions follow all other members, sorted by
//!   what they write; within a list `type` comes first.
//! * An extension inside a member is written behind it if its namespace ends with `/`; all else that the order below
//!   does not name is written at the end, under the names of what it stands in.
//! * A value that reads as a number is written as one, whatever it means: a lot `00123` is `123`.

use crate::{
    context::Context,
    epc::canonical,
    event::Event,
    json::Json,
    time::Moment,
    words::{
        ALERT, BIZ_STEP, CBV_URN, CBV_WEB, COMPONENT, DISPOSITION, MEASUREMENT, PARTY_TYPE, RENAMED, TRANSACTION_TYPE,
        Vocabulary,
    },
};
use std::borrow::Cow;

/// The pre-hash string of `event`.
pub(crate) fn write(event: &Event<'_>) -> String {
    let builder = Builder { context: &event.context };
    let mut nodes = builder.members(&event.json, "", IGNORED);
    let mut out = ["eventType=", event.kind.name()].concat();
    out.push_str(&in_order(&mut nodes, EVENT));
    out.push_str(&sorted(&nodes));
    out
}

/// One member with what is in it.
#[derive(Debug)]
struct Node<'a> {
    name: Cow<'a, str>,
    text: Cow<'a, str>,
    inner: Vec<Node<'a>>,
}

impl Node<'_> {
    /// `name=value` and what `order` takes out of it; nothing if it says nothing.
    fn take(&mut self, order: &'static [Slot]) -> String {
        let inner = if order.is_empty() { String::new() } else { in_order(&mut self.inner, order) };
        let text = match self.text.trim() {
            "" => Cow::Borrowed(""),
            text if is_time(&self.name) => {
                Moment::read(text).map_or(Cow::Borrowed(text), |time| Cow::Owned(time.to_hash_text()))
            }
            text => value(text),
        };
        match (text.is_empty(), inner.is_empty()) {
            (true, true) => String::new(),
            (true, false) => [&self.name, inner.as_str()].concat(),
            (false, _) => [&self.name, "=", &text, &inner].concat(),
        }
    }

    fn is_own_extension(&self) -> bool {
        self.name.contains('{') && self.name.contains("/}")
    }

    fn is_typed(&self) -> bool {
        matches!(self.name.as_ref(), "bizTransaction" | "source" | "destination")
    }
}

/// What `order` names, in its order; it is taken out of `nodes`, and what is left of it stays.
fn in_order(nodes: &mut Vec<Node<'_>>, order: &'static [Slot]) -> String {
    let extensions = own_extensions(nodes);
    let mut out = String::new();
    for Slot(name, inner) in order {
        let named = nodes.iter_mut().filter(|node| node.name == *name);
        let mut values: Vec<String> = named.map(|node| node.take(inner)).collect();
        values.sort_unstable();
        out.extend(values);
        nodes.retain(|node| node.name != *name || !node.inner.is_empty());
    }
    if !extensions.is_empty() {
        out.push_str(&sorted(&extensions));
    }
    out
}

/// The extensions inside a member, taken out; those of the event itself stay.
fn own_extensions<'a>(nodes: &mut Vec<Node<'a>>) -> Vec<Node<'a>> {
    let is_event = |node: &Node<'_>| node.name.contains("eventTime") || node.name.contains("action");
    if nodes.len() <= 1 || nodes.iter().any(is_event) {
        return Vec::new();
    }
    nodes.extract_if(.., |node| node.is_own_extension()).collect()
}

/// All of `nodes`, sorted by what they write.
fn sorted(nodes: &[Node<'_>]) -> String {
    let mut values: Vec<String> = nodes.iter().map(written).collect();
    if !nodes.iter().any(Node::is_typed) {
        values.sort_unstable();
    }
    values.concat()
}

fn written(node: &Node<'_>) -> String {
    let text = node.text.trim();
    let (equals, text) = if text.is_empty() { ("", Cow::Borrowed("")) } else { ("=", value(text)) };
    [&node.name, equals, &text, &sorted(&node.inner)].concat()
}

/// Makes nodes of JSON, with the names that XML has for them.
struct Builder<'c> {
    context: &'c Context,
}

impl Builder<'_> {
    fn members<'a>(&self, object: &'a Json<'_>, parent: &str, ignored: &[&str]) -> Vec<Node<'a>> {
        let mut nodes = Vec::with_capacity(object.members().len());
        let mut lists: Vec<Node<'a>> = Vec::new();
        for (key, member) in object.members() {
            if COMMENTS.contains(&key.as_ref()) || ignored.contains(&key.as_ref()) {
                continue;
            }
            let list = match key.as_ref() {
                "childEPCs" => Some("epc"),
                "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList" => {
                    Some("quantityElement")
                }
                "epcList" | "inputEPCList" | "outputEPCList" => Some("epc"),
                key => key.strip_suffix("List"),
            };
            let name = self.full_key(key);
            match list {
                None => self.add(&mut nodes, name, member, key, parent),
                Some(element) => {
                    let element = self.full_key(element);
                    let mut inner = Vec::new();
                    self.add(&mut inner, element, member, key, parent);
                    lists.push(Node { name, text: Cow::Borrowed(""), inner });
                }
            }
        }
        lists.retain(|list| !list.inner.is_empty());
        nodes.append(&mut lists);
        nodes
    }

    /// Adds `member` as one node, or as one for each of its elements.
    fn add<'a>(&self, nodes: &mut Vec<Node<'a>>, name: Cow<'a, str>, member: &'a Json<'_>, key: &str, parent: &str) {
        match member {
            Json::List(elements) => {
                elements.iter().for_each(|element| self.add_one(nodes, name.clone(), element, key, parent))
            }
            one => self.add_one(nodes, name, one, key, parent),
        }
    }

    fn add_one<'a>(&self, nodes: &mut Vec<Node<'a>>, name: Cow<'a, str>, one: &'a Json<'_>, key: &str, parent: &str) {
        let node = match one {
            Json::Object(_) if TYPED.contains(&key) => {
                Node { name: "".into(), text: "".into(), inner: self.typed(one, key) }
            }
            Json::Object(_) => {
                let text = one.text("#text").map_or(Cow::Borrowed(""), |text| Cow::Borrowed(text.as_ref()));
                Node { name, text, inner: self.members(one, key, &[]) }
            }
            Json::List(elements) => {
                let mut inner = Vec::new();
                elements.iter().for_each(|element| self.add_one(&mut inner, Cow::Borrowed(""), element, "", ""));
                Node { name, text: "".into(), inner }
            }
            Json::Null => return,
            scalar => Node { name, text: self.scalar(scalar, key, parent), inner: Vec::new() },
        };
        nodes.push(node);
    }

    /// A transaction, source or destination: its type comes first.
    fn typed<'a>(&self, object: &'a Json<'_>, list: &str) -> Vec<Node<'a>> {
        let mut inner = self.members(object, list, &[]);
        inner.sort_by_key(|node| node.name != "type");
        inner
    }

    fn scalar<'a>(&self, scalar: &'a Json<'_>, key: &str, parent: &str) -> Cow<'a, str> {
        match scalar {
            Json::Text(text) => self.text(text, key, parent),
            Json::Number(number) => Cow::Owned(number_text(*number)),
            Json::Bool(true) => Cow::Borrowed("true"),
            Json::Bool(false) => Cow::Borrowed("false"),
            _ => Cow::Borrowed(""),
        }
    }

    fn text<'a>(&self, text: &'a str, key: &str, parent: &str) -> Cow<'a, str> {
        let Some(vocabulary) = vocabulary(key, parent) else {
            let own =
                text.split_once(':').is_some_and(|(prefix, _)| self.context.prefixes().any(|(own, _)| own == prefix));
            let full = if own { self.context.expanded(text) } else { None };
            return full.map_or(Cow::Borrowed(text), Cow::Owned);
        };
        match vocabulary.read(&Cow::Borrowed(text), self.context) {
            Some(word) => Cow::Owned(vocabulary.full(&word, self.context.edition()).into_owned()),
            None => Cow::Borrowed(text),
        }
    }

    /// `{namespace}name` for an extension.
    fn full_key<'a>(&self, key: &'a str) -> Cow<'a, str> {
        match key.split_once(':') {
            Some((prefix, name)) => match self.context.namespace(prefix) {
                Some(namespace) if !name.starts_with("//") => Cow::Owned(["{", namespace, "}", name].concat()),
                _ => Cow::Borrowed(key),
            },
            None => Cow::Borrowed(key),
        }
    }
}

/// The vocabulary of the member `key` in `parent`.
fn vocabulary(key: &str, parent: &str) -> Option<&'static Vocabulary> {
    match (parent, key) {
        ("", "bizStep") => Some(&BIZ_STEP),
        ("", "disposition") | ("persistentDisposition", "set" | "unset") => Some(&DISPOSITION),
        ("bizTransactionList", "type") => Some(&TRANSACTION_TYPE),
        ("sourceList" | "destinationList", "type") => Some(&PARTY_TYPE),
        ("sensorReport", "type") => Some(&MEASUREMENT),
        ("sensorReport", "exception") => Some(&ALERT),
        ("sensorReport", "component") => Some(&COMPONENT),
        _ => None,
    }
}

fn is_time(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("time") && !name.contains("offset")
}

/// A value in its canonical form.
fn value(text: &str) -> Cow<'_, str> {
    if let Some(number) = numeric(text) {
        return Cow::Owned(number);
    }
    if let Some(word) = text.strip_prefix(CBV_URN) {
        let renamed = RENAMED.iter().find_map(|(old, new)| Some([CBV_WEB, new, word.strip_prefix(old)?].concat()));
        return renamed.map_or(Cow::Borrowed(text), Cow::Owned);
    }
    canonical(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The number that `text` reads as.
fn numeric(text: &str) -> Option<String> {
    let may_be = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    let number: f64 = if may_be { text.parse().ok()? } else { return None };
    number.is_finite().then(|| number_text(number))
}

/// The shortest decimal that gives the number back; below 0.0001 with an exponent of at least two digits.
fn number_text(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 {
        return "0".into();
    }
    if size >= 1e-4 {
        return format!("{number}");
    }
    let text = format!("{number:e}");
    match text.split_once("e-") {
        Some((digits, exponent)) => format!("{digits}e-{exponent:0>2}"),
        None => text,
    }
}

/// A member and the order inside it.
struct Slot(&'static str, &'static [Slot]);

const fn plain(name: &'static str) -> Slot {
    Slot(name, &[])
}

const EPCS: &[Slot] = &[plain("epc")];
const QUANTITIES: &[Slot] = &[Slot("quantityElement", &[plain("epcClass"), plain("quantity"), plain("uom")])];
const PLACE: &[Slot] = &[plain("id")];
const METADATA: &[Slot] = &[
    plain("time"),
    plain("startTime"),
    plain("endTime"),
    plain("deviceID"),
    plain("deviceMetadata"),
    plain("rawData"),
    plain("dataProcessingMethod"),
    plain("bizRules"),
];
const REPORT: &[Slot] = &[
    plain("type"),
    plain("exception"),
    plain("deviceID"),
    plain("deviceMetadata"),
    plain("rawData"),
    plain("dataProcessingMethod"),
    plain("time"),
    plain("microorganism"),
    plain("chemicalSubstance"),
    plain("value"),
    plain("component"),
    plain("stringValue"),
    plain("booleanValue"),
    plain("hexBinaryValue"),
    plain("uriValue"),
    plain("minValue"),
    plain("maxValue"),
    plain("meanValue"),
    plain("sDev"),
    plain("percRank"),
    plain("percValue"),
    plain("uom"),
    plain("coordinateReferenceSystem"),
];
const EVENT: &[Slot] = &[
    plain("eventTime"),
    plain("eventTimeZoneOffset"),
    plain("certificationInfo"),
    plain("parentID"),
    Slot("epcList", EPCS),
    Slot("inputEPCList", EPCS),
    Slot("childEPCs", EPCS),
    Slot("quantityList", QUANTITIES),
    Slot("childQuantityList", QUANTITIES),
    Slot("inputQuantityList", QUANTITIES),
    Slot("outputEPCList", EPCS),
    Slot("outputQuantityList", QUANTITIES),
    plain("action"),
    plain("transformationID"),
    plain("bizStep"),
    plain("disposition"),
    Slot("persistentDisposition", &[plain("set"), plain("unset")]),
    Slot("readPoint", PLACE),
    Slot("bizLocation", PLACE),
    Slot(
        "sensorElementList",
        &[Slot("sensorElement", &[Slot("sensorMetadata", METADATA), Slot("sensorReport", REPORT)])],
    ),
];

/// Members of an event that its hash leaves out.
const IGNORED: &[&str] = &["@context", "type", "recordTime", "eventID", "errorDeclaration"];

/// Members that no hash sees, wherever they stand.
const COMMENTS: [&str; 3] = ["#text", "rdfs:comment", "comment"];

const TYPED: [&str; 3] = ["bizTransactionList", "sourceList", "destinationList"];
