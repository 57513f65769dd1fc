//! Documents: an `EPCISDocument`, an `EPCISQueryDocument`, a bare event, or a list of bare events.
//!
//! The bytes of each event are kept exactly as received, so that a commitment to them stays good.
//! A fault of the document refuses all of it. A fault of an event stands with that event, and the others are read.

use crate::{
    context::Context,
    event::{Event, EventType},
    fault::{Fault, Rule},
    json::{Json, RawMembers, raw_elements, raw_members},
    pointer::Trail,
    shape::{Checker, HEADER, Shape, is_version},
    time::Moment,
};
use std::{borrow::Cow, sync::Arc};

/// What a reader takes at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a document.
    pub bytes: usize,
    /// Events of a document.
    pub events: usize,
    /// Elements of all lists of an event.
    pub elements: usize,
}

/// A document whose frame is right.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Document<'a> {
    /// Which form it has.
    pub form: DocumentForm,
    /// The context of the document.
    pub context: Arc<Context>,
    /// When the document was made.
    pub creation_date: Option<Moment>,
    /// The events in their order.
    pub events: Vec<Received<'a>>,
}

/// The forms of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DocumentForm {
    /// `EPCISDocument`.
    Document,
    /// `EPCISQueryDocument`.
    QueryDocument,
    /// One event with its own context.
    Event,
    /// A list of events, each with its own context.
    List,
}

/// One event of a document: its bytes, and what was read from them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Received<'a> {
    /// Where it stands: a JSON pointer.
    pub pointer: String,
    /// Its bytes, as received.
    pub bytes: &'a str,
    /// The event, or everything that is wrong with it.
    pub event: Result<Event<'a>, Vec<Fault>>,
}

impl Default for Limits {
    /// 16 MiB, 10,000 events, 50,000 elements an event.
    fn default() -> Self {
        Self { bytes: 16 << 20, events: 10_000, elements: 50_000 }
    }
}

impl<'a> Document<'a> {
    /// Reads a document of any form.
    pub fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, Vec<Fault>> {
        let root = Trail::Root("");
        let refuse = |rule, expected: String, found: String| vec![Fault::new(&root, rule, expected, &found)];
        if bytes.len() > limits.bytes {
            return Err(refuse(
                Rule::Size,
                format!("at most {} bytes", limits.bytes),
                format!("{} bytes", bytes.len()),
            ));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            refuse(Rule::Syntax, "UTF-8".into(), format!("a fault at byte {}", error.valid_up_to()))
        })?;
        if text.trim_start().starts_with('[') {
            return Self::read_list(text, limits);
        }
        let members = raw_members(text, &root).map_err(|fault| vec![fault])?;
        match frame_type(&members)? {
            Frame::Event => Ok(Self::of_event(text, limits)),
            Frame::Document => Self::read_document(&members, DocumentForm::Document, limits),
            Frame::QueryDocument => Self::read_document(&members, DocumentForm::QueryDocument, limits),
        }
    }

    /// Reads one stored event under the context that was stored with it.
    pub fn read_event(bytes: &'a str, context: &Arc<Context>, limits: &Limits) -> Result<Event<'a>, Vec<Fault>> {
        Event::read(bytes, &Trail::Root(""), context, limits.elements)
    }

    fn of_event(text: &'a str, limits: &Limits) -> Self {
        let event = read_bare(text, String::new(), limits);
        let context = event.event.as_ref().map(|event| Arc::clone(&event.context)).unwrap_or_default();
        Self { form: DocumentForm::Event, context, creation_date: None, events: vec![event] }
    }

    fn read_list(text: &'a str, limits: &Limits) -> Result<Self, Vec<Fault>> {
        let elements = raw_elements(text, &Trail::Root(""), limits.events).map_err(|fault| vec![fault])?;
        let events = elements.iter().enumerate().map(|(index, raw)| read_bare(raw.get(), format!("/{index}"), limits));
        let events = events.collect();
        Ok(Self { form: DocumentForm::List, context: Arc::default(), creation_date: None, events })
    }

    fn read_document(members: &RawMembers<'a>, form: DocumentForm, limits: &Limits) -> Result<Self, Vec<Fault>> {
        let frame = read_frame(members)?;
        let context = context_of(&frame)?;
        let mut faults = check_frame(&frame, form, &context);
        let body = members.iter().find(|(key, _)| key == "epcisBody").map(|(_, body)| body.get());
        let found = body.map_or_else(|| Err(missing(&Trail::Root("").key("epcisBody"))), |body| event_list(body, form));
        let (pointer, list) = match found {
            Ok(found) if faults.is_empty() => found,
            Ok(_) => return Err(faults),
            Err(fault) => {
                faults.push(fault);
                return Err(faults);
            }
        };
        let elements = raw_elements(list, &Trail::Root(pointer), limits.events).map_err(|fault| vec![fault])?;
        let events = elements.iter().enumerate().map(|(index, raw)| {
            let pointer = format!("{pointer}/{index}");
            let event = Event::read(raw.get(), &Trail::Root(&pointer), &context, limits.elements);
            Received { bytes: raw.get(), event, pointer }
        });
        let events = events.collect();
        let creation_date = frame.text("creationDate").and_then(|date| Moment::read(date));
        Ok(Self { form, context, creation_date, events })
    }
}

enum Frame {
    Document,
    QueryDocument,
    Event,
}

fn frame_type(members: &RawMembers<'_>) -> Result<Frame, Vec<Fault>> {
    let trail = Trail::Root("").key("type");
    let raw = members.iter().find(|(key, _)| key == "type").map(|(_, raw)| raw.get());
    let raw = raw.ok_or_else(|| vec![missing(&trail)])?;
    let name = Json::read(raw, &trail, 1).map_err(|fault| vec![fault])?;
    match name.as_text().map(Cow::as_ref) {
        Some("EPCISDocument") => Ok(Frame::Document),
        Some("EPCISQueryDocument") => Ok(Frame::QueryDocument),
        Some(name) if EventType::of_name(name).is_some() => Ok(Frame::Event),
        _ => Err(vec![Fault::new(
            &trail,
            Rule::Word,
            "EPCISDocument, EPCISQueryDocument or the type of an event",
            &name.type_name(),
        )]),
    }
}

/// The members of a document without its body.
fn read_frame<'a>(members: &RawMembers<'a>) -> Result<Json<'a>, Vec<Fault>> {
    let root = Trail::Root("");
    let small = members.iter().filter(|(key, _)| key != "epcisBody");
    let read = small.map(|(key, raw)| Ok((key.clone(), Json::read(raw.get(), &root.key(key), MAX_DEPTH)?)));
    read.collect::<Result<_, Fault>>().map(Json::Object).map_err(|fault| vec![fault])
}

fn context_of(frame: &Json<'_>) -> Result<Arc<Context>, Vec<Fault>> {
    let trail = Trail::Root("").key("@context");
    let own = frame.get("@context").ok_or_else(|| vec![missing(&trail)])?;
    Context::default().with(own, &trail).map(Arc::new).map_err(|fault| vec![fault])
}

/// The faults of a document's own members.
fn check_frame(frame: &Json<'_>, form: DocumentForm, context: &Context) -> Vec<Fault> {
    let root = Trail::Root("");
    let mut faults = Vec::new();
    let mut checker = Checker { context, faults: &mut faults, elements_left: usize::MAX };
    for (key, value) in frame.members() {
        let trail = root.key(key);
        match key.as_ref() {
            "@context" => {}
            "id" => checker.check(&Shape::Uri, value, &trail),
            "type" | "instanceIdentifier" | "sender" | "receiver" => checker.check(&Shape::Text, value, &trail),
            "schemaVersion" => checker.check(&Shape::Form(is_version, "a version such as 2.0"), value, &trail),
            "creationDate" => checker.check(&Shape::Time, value, &trail),
            "epcisHeader" => checker.check(&Shape::Object(&HEADER), value, &trail),
            key if context.declares(key) => checker.check(&Shape::Any, value, &trail),
            key if key.contains(':') => {
                checker.refuse(&trail, Rule::Prefix, "a prefix that `@context` declares", value)
            }
            _ => checker.refuse(&trail, Rule::Unknown, "no such member", value),
        }
    }
    let required: &[&str] = if form == DocumentForm::Document { &["schemaVersion", "creationDate"] } else { &[] };
    faults.extend(required.iter().filter(|key| frame.get(key).is_none()).map(|key| missing(&root.key(key))));
    faults
}

/// Where the list of events is, and its text.
fn event_list(body: &str, form: DocumentForm) -> Result<(&'static str, &str), Fault> {
    let (path, pointer): (&[&str], _) = match form {
        DocumentForm::QueryDocument => {
            (&["queryResults", "resultsBody", "eventList"], "/epcisBody/queryResults/resultsBody/eventList")
        }
        _ => (&["eventList"], "/epcisBody/eventList"),
    };
    let mut text = body;
    let mut at = String::from("/epcisBody");
    for key in path {
        let members = raw_members(text, &Trail::Root(&at))?;
        let found = members.into_iter().find(|(name, _)| name == key);
        at.extend(["/", key]);
        text = found.ok_or_else(|| missing(&Trail::Root(&at)))?.1.get();
    }
    Ok((pointer, text))
}

/// An event that brings its own context.
fn read_bare<'a>(text: &'a str, pointer: String, limits: &Limits) -> Received<'a> {
    let trail = Trail::Root(&pointer);
    let mut event = Event::read(text, &trail, &Arc::default(), limits.elements);
    if event.as_ref().is_ok_and(|event| event.json.get("@context").is_none()) {
        event = Err(vec![missing(&trail.key("@context"))]);
    }
    Received { bytes: text, event, pointer }
}

fn missing(trail: &Trail<'_>) -> Fault {
    Fault::new(trail, Rule::Missing, "a value", "nothing")
}

const MAX_DEPTH: usize = 32;
