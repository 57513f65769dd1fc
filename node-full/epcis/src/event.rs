//! EPCIS events, read and checked (EPCIS 2.0 section 7.4).

use crate::{
    context::Context,
    fault::{Fault, Rule},
    identifier::Identifier,
    json::Json,
    pointer::Trail,
    sensor::SensorElement,
    shape::{
        AGGREGATION_EVENT, ASSOCIATION_EVENT, Checker, OBJECT_EVENT, ObjectShape, Shape, TRANSACTION_EVENT,
        TRANSFORMATION_EVENT,
    },
    time::Moment,
    words::{BIZ_STEP, DISPOSITION, ERROR_REASON, PARTY_TYPE, TRANSACTION_TYPE, Vocabulary, Word},
};
use std::{borrow::Cow, sync::Arc};

/// One event. A value of this type keeps the standard's rules: nothing else can be built.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// Which of the five kinds.
    pub kind: EventType,
    /// What happened to the link between object and event; none for a transformation.
    pub action: Option<Action>,
    /// When it happened.
    pub event_time: Moment,
    /// When an earlier repository recorded it; this node writes its own.
    pub record_time: Option<Moment>,
    /// The offset at the place of the event, as written.
    pub offset: Cow<'a, str>,
    /// The identifier that the event came with.
    pub event_id: Option<Cow<'a, str>>,
    /// The declaration that an earlier event was wrong.
    pub error: Option<ErrorDeclaration<'a>>,
    /// The unit, or the whole, that the children belong to.
    pub parent: Option<Identifier<'a>>,
    /// `epcList` or `childEPCs`.
    pub epcs: Vec<Identifier<'a>>,
    /// `quantityList` or `childQuantityList`.
    pub quantities: Vec<Quantity<'a>>,
    /// What a transformation used.
    pub inputs: Vec<Identifier<'a>>,
    /// What a transformation used, by class.
    pub input_quantities: Vec<Quantity<'a>>,
    /// What a transformation made.
    pub outputs: Vec<Identifier<'a>>,
    /// What a transformation made, by class.
    pub output_quantities: Vec<Quantity<'a>>,
    /// What links the events of one transformation.
    pub transformation_id: Option<Cow<'a, str>>,
    /// The business step.
    pub biz_step: Option<Word<'a>>,
    /// The state after the event.
    pub disposition: Option<Word<'a>>,
    /// States that hold until they are taken back.
    pub persistent_set: Vec<Word<'a>>,
    /// States that are taken back.
    pub persistent_unset: Vec<Word<'a>>,
    /// Where it was read.
    pub read_point: Option<Cow<'a, str>>,
    /// Where the objects are afterwards.
    pub biz_location: Option<Cow<'a, str>>,
    /// The documents that it belongs to: type and identifier.
    pub transactions: Vec<Typed<'a>>,
    /// Where the objects come from: type and party or place.
    pub sources: Vec<Typed<'a>>,
    /// Where they go: type and party or place.
    pub destinations: Vec<Typed<'a>>,
    /// What sensors reported.
    pub sensors: Vec<SensorElement<'a>>,
    /// The whole event.
    pub json: Json<'a>,
    /// The context that holds for it.
    pub context: Arc<Context>,
}

/// The five kinds of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EventType {
    /// Something about objects.
    Object,
    /// Objects joined or left a unit.
    Aggregation,
    /// Objects belong to a business transaction.
    Transaction,
    /// Objects were used up for others.
    Transformation,
    /// An object was fixed to another.
    Association,
}

/// What happened to the link between object and event (EPCIS 2.0 section 7.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Action {
    /// It began.
    Add,
    /// It is unchanged.
    Observe,
    /// It ended.
    Delete,
}

/// An amount of a class.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Quantity<'a> {
    /// The class.
    pub class: Identifier<'a>,
    /// How much of it.
    pub quantity: Option<f64>,
    /// The unit of measure (UN/ECE Recommendation 20); pieces if there is none.
    pub uom: Option<Cow<'a, str>>,
}

/// An identifier with its type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Typed<'a> {
    /// The type.
    pub kind: Option<Word<'a>>,
    /// The identifier, as written.
    pub id: Cow<'a, str>,
}

/// The declaration that an earlier event was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorDeclaration<'a> {
    /// When it was declared.
    pub time: Option<Moment>,
    /// Why.
    pub reason: Option<Word<'a>>,
    /// The events that correct it.
    pub corrective_event_ids: Vec<Cow<'a, str>>,
}

impl EventType {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::Object, Self::Aggregation, Self::Transaction, Self::Transformation, Self::Association];

    /// The name in documents and queries.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Object => "ObjectEvent",
            Self::Aggregation => "AggregationEvent",
            Self::Transaction => "TransactionEvent",
            Self::Transformation => "TransformationEvent",
            Self::Association => "AssociationEvent",
        }
    }

    /// The kind with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    const fn shape(self) -> &'static ObjectShape {
        match self {
            Self::Object => &OBJECT_EVENT,
            Self::Aggregation => &AGGREGATION_EVENT,
            Self::Transaction => &TRANSACTION_EVENT,
            Self::Transformation => &TRANSFORMATION_EVENT,
            Self::Association => &ASSOCIATION_EVENT,
        }
    }
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 3] = [Self::Add, Self::Observe, Self::Delete];

    /// The name in documents and queries.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Observe => "OBSERVE",
            Self::Delete => "DELETE",
        }
    }

    /// The action with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

impl<'a> Event<'a> {
    /// Reads the event `text`, which stands at `trail` in a document with `context`.
    pub(crate) fn read(
        text: &'a str,
        trail: &Trail<'_>,
        context: &Arc<Context>,
        max_elements: usize,
    ) -> Result<Self, Vec<Fault>> {
        let json = Json::read(text, trail, MAX_DEPTH).map_err(|fault| vec![fault])?;
        let context = own_context(&json, trail, context).map_err(|fault| vec![fault])?;
        let kind = kind_of(&json, trail).map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let mut checker = Checker { context: &context, faults: &mut faults, elements_left: max_elements };
        checker.check(&Shape::Object(kind.shape()), &json, trail);
        check_together(&mut checker, kind, &json, trail);
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut reader = Reader { json: &json, context: &context, trail, faults: &mut faults };
        let event = reader.event(kind);
        match event {
            Some(event) if faults.is_empty() => Ok(Self { json, context, ..event }),
            _ if faults.is_empty() => Err(vec![Fault::new(trail, Rule::Type, "an event", "")]),
            _ => Err(faults),
        }
    }

    /// Whether a word is the persistent disposition that the event sets.
    pub fn sets(&self, word: &str) -> bool {
        self.persistent_set.iter().any(|set| set.as_str() == word)
    }

    /// Whether a word is the persistent disposition that the event takes back.
    pub fn unsets(&self, word: &str) -> bool {
        self.persistent_unset.iter().any(|unset| unset.as_str() == word)
    }

    /// The value of the extension or master data `name` in `namespace`, at the top or in `ilmd`.
    pub fn extension(&self, namespaces: &[&str], name: &str) -> Option<&Json<'a>> {
        let ilmd = self.json.get("ilmd").map(Json::members).unwrap_or_default();
        let found = ilmd.iter().chain(self.json.members()).find(|(key, _)| {
            let full = self.context.expanded(key);
            let full = full.as_deref().unwrap_or(key);
            namespaces.iter().any(|namespace| full.strip_prefix(namespace) == Some(name))
        });
        found.map(|(_, value)| value)
    }
}

fn own_context(json: &Json<'_>, trail: &Trail<'_>, outer: &Arc<Context>) -> Result<Arc<Context>, Fault> {
    match json.get("@context") {
        Some(own) => outer.with(own, &trail.key("@context")).map(Arc::new),
        None => Ok(Arc::clone(outer)),
    }
}

fn kind_of(json: &Json<'_>, trail: &Trail<'_>) -> Result<EventType, Fault> {
    if !matches!(json, Json::Object(_)) {
        return Err(Fault::new(trail, Rule::Type, "an object", &json.type_name()));
    }
    let name = json.text("type");
    name.and_then(|name| EventType::of_name(name)).ok_or_else(|| {
        let rule = if json.get("type").is_some() { Rule::Word } else { Rule::Missing };
        let names = EventType::ALL.map(EventType::name).join(", ");
        let found = json.get("type").map(Json::type_name).unwrap_or_default();
        Fault::new(&trail.key("type"), rule, format!("one of {names}"), &found)
    })
}

/// The rules that hold between members of an event.
fn check_together(checker: &mut Checker<'_>, kind: EventType, json: &Json<'_>, trail: &Trail<'_>) {
    let has = |key: &str| json.get(key).is_some_and(|value| !value.elements().is_empty());
    let action = json.text("action").map(Cow::as_ref);
    let says_something = match kind {
        EventType::Object => {
            json.get("epcList").is_some()
                || has("quantityList")
                || (has("sensorElementList") && json.get("readPoint").is_some())
        }
        EventType::Aggregation | EventType::Association => {
            has("childEPCs") || has("childQuantityList") || action == Some("DELETE")
        }
        EventType::Transaction => json.get("epcList").is_some() || has("quantityList") || action == Some("DELETE"),
        EventType::Transformation => is_transformation(json, has),
    };
    if !says_something {
        checker.refuse(trail, Rule::NoObject, objects_of(kind), &Json::Null);
    }
    if kind == EventType::Object && matches!(action, Some("OBSERVE" | "DELETE")) && json.get("ilmd").is_some() {
        checker.refuse(&trail.key("ilmd"), Rule::NotAllowed, "action ADD beside ilmd", &Json::Null);
    }
    if kind == EventType::Transaction && json.get("bizTransactionList").is_some() && !has("bizTransactionList") {
        checker.refuse(&trail.key("bizTransactionList"), Rule::Empty, "at least one element", &Json::List(vec![]));
    }
}

fn is_transformation(json: &Json<'_>, has: impl Fn(&str) -> bool) -> bool {
    let input = has("inputEPCList") || has("inputQuantityList");
    let output = has("outputEPCList") || has("outputQuantityList");
    if json.get("transformationID").is_some() { input || output } else { input && output }
}

const fn objects_of(kind: EventType) -> &'static str {
    match kind {
        EventType::Object => "epcList, quantityList, or sensorElementList with readPoint",
        EventType::Aggregation | EventType::Association => "childEPCs or childQuantityList, unless DELETE",
        EventType::Transaction => "epcList or quantityList, unless DELETE",
        EventType::Transformation => "inputs and outputs, or one of them with transformationID",
    }
}

/// Takes the typed event out of checked JSON.
struct Reader<'r, 'a> {
    json: &'r Json<'a>,
    context: &'r Arc<Context>,
    trail: &'r Trail<'r>,
    faults: &'r mut Vec<Fault>,
}

impl<'a> Reader<'_, 'a> {
    fn event(&mut self, kind: EventType) -> Option<Event<'a>> {
        let children = matches!(kind, EventType::Aggregation | EventType::Association);
        let (epcs, quantities) =
            if children { ("childEPCs", "childQuantityList") } else { ("epcList", "quantityList") };
        let place = |key| self.json.get(key).and_then(|place| place.text("id")).cloned();
        let persistent = self.json.get("persistentDisposition");
        let persistent = |key| persistent.and_then(|value| value.get(key)).map_or(Vec::new(), |list| self.words(list));
        Some(Event {
            kind,
            action: self.json.text("action").and_then(|action| Action::of_name(action)),
            event_time: Moment::read(self.json.text("eventTime")?)?,
            record_time: self.json.text("recordTime").and_then(|time| Moment::read(time)),
            offset: self.json.text("eventTimeZoneOffset")?.clone(),
            event_id: self.json.text("eventID").cloned(),
            error: self.json.get("errorDeclaration").map(|error| self.error(error)),
            biz_step: self.word("bizStep", &BIZ_STEP),
            disposition: self.word("disposition", &DISPOSITION),
            persistent_set: persistent("set"),
            persistent_unset: persistent("unset"),
            read_point: place("readPoint"),
            biz_location: place("bizLocation"),
            transactions: self.typed("bizTransactionList", "bizTransaction", &TRANSACTION_TYPE),
            sources: self.typed("sourceList", "source", &PARTY_TYPE),
            destinations: self.typed("destinationList", "destination", &PARTY_TYPE),
            sensors: SensorElement::read_all(self.json.get("sensorElementList"), self.context),
            transformation_id: self.json.text("transformationID").cloned(),
            parent: self.json.text("parentID").and_then(|text| self.identifier(text, &self.trail.key("parentID"))),
            epcs: self.identifiers(epcs),
            quantities: self.quantities(quantities),
            inputs: self.identifiers("inputEPCList"),
            input_quantities: self.quantities("inputQuantityList"),
            outputs: self.identifiers("outputEPCList"),
            output_quantities: self.quantities("outputQuantityList"),
            json: Json::Null,
            context: Arc::clone(self.context),
        })
    }

    fn identifier(&mut self, text: &Cow<'a, str>, trail: &Trail<'_>) -> Option<Identifier<'a>> {
        let read = Identifier::read(text).ok();
        if read.is_none() {
            self.faults.push(Fault::new(trail, Rule::PatientData, "no identifier of a patient", ""));
        }
        read
    }

    fn identifiers(&mut self, key: &str) -> Vec<Identifier<'a>> {
        let list = self.trail.key(key);
        let elements = self.json.get(key).map(Json::elements).unwrap_or_default();
        let texts = elements.iter().enumerate().filter_map(|(index, element)| Some((index, element.as_text()?)));
        texts.filter_map(|(index, text)| self.identifier(text, &list.index(index))).collect()
    }

    fn quantities(&mut self, key: &str) -> Vec<Quantity<'a>> {
        let list = self.trail.key(key);
        let elements = self.json.get(key).map(Json::elements).unwrap_or_default().iter().enumerate();
        elements
            .filter_map(|(index, element)| {
                let class = self.identifier(element.text("epcClass")?, &list.index(index).key("epcClass"))?;
                let quantity = element.get("quantity").and_then(Json::as_number);
                Some(Quantity { class, quantity, uom: element.text("uom").cloned() })
            })
            .collect()
    }

    fn word(&self, key: &str, vocabulary: &Vocabulary) -> Option<Word<'a>> {
        self.json.text(key).and_then(|text| vocabulary.read(text, self.context))
    }

    fn words(&self, list: &Json<'a>) -> Vec<Word<'a>> {
        let texts = list.elements().iter().filter_map(Json::as_text);
        texts.filter_map(|text| DISPOSITION.read(text, self.context)).collect()
    }

    fn typed(&self, list: &str, key: &str, vocabulary: &Vocabulary) -> Vec<Typed<'a>> {
        let elements = self.json.get(list).map(Json::elements).unwrap_or_default();
        let typed = elements.iter().filter_map(|element| {
            let kind = element.text("type").and_then(|kind| vocabulary.read(kind, self.context));
            Some(Typed { kind, id: element.text(key)?.clone() })
        });
        typed.collect()
    }

    fn error(&self, error: &Json<'a>) -> ErrorDeclaration<'a> {
        let ids = error.get("correctiveEventIDs").map(Json::elements).unwrap_or_default();
        ErrorDeclaration {
            time: error.text("declarationTime").and_then(|time| Moment::read(time)),
            reason: error.text("reason").and_then(|reason| ERROR_REASON.read(reason, self.context)),
            corrective_event_ids: ids.iter().filter_map(|id| id.as_text().cloned()).collect(),
        }
    }
}

/// Objects and lists in an event are nested at most so deep.
const MAX_DEPTH: usize = 32;
