//! The words of the Core Business Vocabulary and of the GS1 Web Vocabulary, each in its spellings.
//!
//! ```text
//! shipping                                       bare, in JSON
//! https://ref.gs1.org/cbv/BizStep-shipping       web
//! cbv:BizStep-shipping                           web, shortened by the context
//! urn:epcglobal:cbv:bizstep:shipping             of EPCIS 1.x
//! ```
//!
//! Bare words of the CBV are a closed list; the GS1 Web Vocabulary grows without the standard, and its names only
//! have to look like names. A URI outside the vocabularies is a member's own word and stays as it is.

use crate::{
    context::{Context, Edition},
    uri::is_uri,
};
use std::borrow::Cow;

/// A word of a vocabulary, or a member's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Word<'a> {
    /// A word of the vocabulary, bare.
    Known(&'static str),
    /// A URI outside the vocabulary.
    Other(Cow<'a, str>),
}

impl Word<'_> {
    /// The bare word, or the URI.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(word) => word,
            Self::Other(uri) => uri,
        }
    }
}

/// One vocabulary: which words it has and how they are written in full.
#[derive(Debug)]
#[non_exhaustive]
pub struct Vocabulary {
    /// What it is called in faults.
    pub name: &'static str,
    /// What stands before a word behind `https://ref.gs1.org/cbv/`; empty for the GS1 Web Vocabulary.
    web: &'static str,
    /// What stands before a word behind `urn:epcglobal:cbv:`; empty where EPCIS 1.x had none.
    urn: &'static str,
    words: &'static [&'static str],
}

impl Vocabulary {
    /// Reads a word in any spelling.
    pub fn read<'a>(&self, text: &Cow<'a, str>, context: &Context) -> Option<Word<'a>> {
        if !text.contains(':') {
            let newer = || (self.web.is_empty() && is_name(text)).then(|| Word::Other(text.clone()));
            return self.known(text).map(Word::Known).or_else(newer);
        }
        let full = context.expanded(text);
        let text = full.map_or_else(|| text.clone(), Cow::Owned);
        if let Some(word) = self.bare(&text) {
            return match self.known(word) {
                Some(word) => Some(Word::Known(word)),
                // The GS1 Web Vocabulary grows without the standard.
                None if self.web.is_empty() => Some(Word::Other(text)),
                None => None,
            };
        }
        (is_uri(&text) && !text.starts_with(CBV_URN) && !is_draft(&text)).then_some(Word::Other(text))
    }

    /// The word in full, as the event hash writes it.
    pub fn full<'w>(&self, word: &'w Word<'_>, edition: Edition) -> Cow<'w, str> {
        match word {
            Word::Known(word) if self.web.is_empty() => Cow::Owned([edition.gs1_vocabulary(), word].concat()),
            Word::Known(word) => Cow::Owned([CBV_WEB, self.web, word].concat()),
            Word::Other(uri) => Cow::Borrowed(uri),
        }
    }

    /// The words.
    pub const fn words(&self) -> &'static [&'static str] {
        self.words
    }

    fn known(&self, word: &str) -> Option<&'static str> {
        self.words.iter().find(|known| **known == word).copied()
    }

    /// What a URI of this vocabulary names.
    fn bare<'t>(&self, uri: &'t str) -> Option<&'t str> {
        if self.web.is_empty() {
            return Edition::ALL.iter().find_map(|edition| uri.strip_prefix(edition.gs1_vocabulary()));
        }
        let old = || uri.strip_prefix(CBV_URN)?.strip_prefix(self.urn).filter(|_| !self.urn.is_empty());
        uri.strip_prefix(CBV_WEB).and_then(|rest| rest.strip_prefix(self.web)).or_else(old)
    }
}

/// A name as the GS1 Web Vocabulary forms them, also those that it had before or will have.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

fn is_draft(uri: &str) -> bool {
    uri.starts_with("http://ns.gs1.org/cbv/") || uri.starts_with("https://ns.gs1.org/cbv/")
}

/// What the web spelling of the CBV begins with.
pub(crate) const CBV_WEB: &str = "https://ref.gs1.org/cbv/";

/// What the spelling of EPCIS 1.x begins with.
pub(crate) const CBV_URN: &str = "urn:epcglobal:cbv:";

/// The spellings of EPCIS 1.x with those of the web, for values whose vocabulary is not known.
pub(crate) const RENAMED: [(&str, &str); 5] =
    [("bizstep:", "BizStep-"), ("disp:", "Disp-"), ("btt:", "BTT-"), ("sdt:", "SDT-"), ("er:", "ER-")];

/// Business steps (CBV 2.0 section 7.1).
pub static BIZ_STEP: Vocabulary =
    Vocabulary { name: "a business step of the CBV or a URI", web: "BizStep-", urn: "bizstep:", words: BIZ_STEPS };

/// Dispositions (CBV 2.0 section 7.2).
pub static DISPOSITION: Vocabulary =
    Vocabulary { name: "a disposition of the CBV or a URI", web: "Disp-", urn: "disp:", words: DISPOSITIONS };

/// Types of business transaction (CBV 2.0 section 7.3).
pub static TRANSACTION_TYPE: Vocabulary =
    Vocabulary { name: "a transaction type of the CBV or a URI", web: "BTT-", urn: "btt:", words: TRANSACTION_TYPES };

/// Types of source and destination (CBV 2.0 section 7.4).
pub static PARTY_TYPE: Vocabulary = Vocabulary {
    name: "a source or destination type of the CBV or a URI",
    web: "SDT-",
    urn: "sdt:",
    words: PARTY_TYPES,
};

/// Reasons of an error declaration (CBV 2.0 section 7.5).
pub static ERROR_REASON: Vocabulary =
    Vocabulary { name: "an error reason of the CBV or a URI", web: "ER-", urn: "er:", words: ERROR_REASONS };

/// Components of a measurement (CBV 2.0 section 7.6).
pub static COMPONENT: Vocabulary =
    Vocabulary { name: "a component of the CBV or a URI", web: "Comp-", urn: "", words: COMPONENTS };

/// What a sensor measures (GS1 Web Vocabulary).
pub static MEASUREMENT: Vocabulary =
    Vocabulary { name: "a measurement type of the GS1 Web Vocabulary or a URI", web: "", urn: "", words: MEASUREMENTS };

/// What a sensor warns of (GS1 Web Vocabulary).
pub static ALERT: Vocabulary =
    Vocabulary { name: "ALARM_CONDITION, ERROR_CONDITION or a URI", web: "", urn: "", words: ALERTS };

const BIZ_STEPS: &[&str] = &[
    "accepting",
    "arriving",
    "assembling",
    "collecting",
    "commissioning",
    "consigning",
    "creating_class_instance",
    "cycle_counting",
    "decommissioning",
    "departing",
    "destroying",
    "disassembling",
    "dispensing",
    "encoding",
    "entering_exiting",
    "holding",
    "inspecting",
    "installing",
    "killing",
    "loading",
    "other",
    "packing",
    "picking",
    "receiving",
    "removing",
    "repackaging",
    "repairing",
    "replacing",
    "reserving",
    "retail_selling",
    "sampling",
    "sensor_reporting",
    "shipping",
    "staging_outbound",
    "stock_taking",
    "stocking",
    "storing",
    "transporting",
    "unloading",
    "unpacking",
    "void_shipping",
];

const DISPOSITIONS: &[&str] = &[
    "active",
    "available",
    "completeness_inferred",
    "completeness_verified",
    "conformant",
    "container_closed",
    "container_open",
    "damaged",
    "destroyed",
    "dispensed",
    "disposed",
    "encoded",
    "expired",
    "in_progress",
    "in_transit",
    "inactive",
    "mismatch_class",
    "mismatch_instance",
    "mismatch_quantity",
    "needs_replacement",
    "no_pedigree_match",
    "non_conformant",
    "non_sellable_other",
    "partially_dispensed",
    "recalled",
    "reserved",
    "retail_sold",
    "returned",
    "sellable_accessible",
    "sellable_not_accessible",
    "stolen",
    "unavailable",
    "unknown",
];

const TRANSACTION_TYPES: &[&str] = &[
    "bol",
    "cert",
    "desadv",
    "inv",
    "pedigree",
    "po",
    "poc",
    "prodorder",
    "recadv",
    "rma",
    "testprd",
    "testres",
    "upevt",
];

const PARTY_TYPES: &[&str] = &["location", "owning_party", "possessing_party"];

const ERROR_REASONS: &[&str] = &["did_not_occur", "incorrect_data"];

const MEASUREMENTS: &[&str] = &[
    "AbsoluteHumidity",
    "AbsorbedDose",
    "AbsorbedDoseRate",
    "Acceleration",
    "Altitude",
    "AmountOfSubstance",
    "AmountOfSubstancePerUnitVolume",
    "Angle",
    "AngularAcceleration",
    "AngularMomentum",
    "AngularVelocity",
    "Area",
    "Capacitance",
    "Conductance",
    "Conductivity",
    "Count",
    "Density",
    "Dimensionless",
    "DoseEquivalent",
    "DoseEquivalentRate",
    "DynamicViscosity",
    "ElectricCharge",
    "ElectricCurrent",
    "ElectricCurrentDensity",
    "ElectricFieldStrength",
    "Energy",
    "Exposure",
    "Force",
    "Frequency",
    "Illuminance",
    "Inductance",
    "Irradiance",
    "KinematicViscosity",
    "Length",
    "LinearMomentum",
    "Luminance",
    "LuminousFlux",
    "LuminousIntensity",
    "MagneticFlux",
    "MagneticFluxDensity",
    "MagneticVectorPotential",
    "Mass",
    "MassConcentration",
    "MassFlowRate",
    "MassPerAreaTime",
    "MemoryCapacity",
    "MolalityOfSolute",
    "MolarEnergy",
    "MolarMass",
    "MolarVolume",
    "Power",
    "Pressure",
    "RadiantFlux",
    "RadiantIntensity",
    "Radioactivity",
    "RelativeHumidity",
    "Resistance",
    "Resistivity",
    "SolidAngle",
    "SpecificVolume",
    "Speed",
    "SurfaceDensity",
    "SurfaceTension",
    "Temperature",
    "Time",
    "Torque",
    "Voltage",
    "Volume",
    "VolumeFlowRate",
    "VolumeFraction",
    "VolumetricFlux",
    "Wavenumber",
];

const ALERTS: &[&str] = &["ALARM_CONDITION", "ERROR_CONDITION"];

const COMPONENTS: &[&str] = &[
    "altitude",
    "axial_distance",
    "azimuth",
    "easting",
    "elevation_angle",
    "height",
    "latitude",
    "longitude",
    "northing",
    "polar_angle",
    "spherical_radius",
    "x",
    "y",
    "z",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vocabulary: &Vocabulary, text: &str) -> Option<String> {
        vocabulary.read(&Cow::Borrowed(text), &Context::default()).map(|word| match word {
            Word::Known(word) => format!("known {word}"),
            Word::Other(uri) => format!("other {uri}"),
        })
    }

    #[test]
    fn a_word_is_one_in_all_spellings() {
        for spelling in [
            "shipping",
            "https://ref.gs1.org/cbv/BizStep-shipping",
            "cbv:BizStep-shipping",
            "urn:epcglobal:cbv:bizstep:shipping",
        ] {
            assert_eq!(read(&BIZ_STEP, spelling).as_deref(), Some("known shipping"), "{spelling}");
        }
        for spelling in ["Temperature", "gs1:Temperature", "https://gs1.org/voc/Temperature"] {
            assert_eq!(read(&MEASUREMENT, spelling).as_deref(), Some("known Temperature"), "{spelling}");
        }
    }

    #[test]
    fn words_that_a_vocabulary_lacks_are_refused_and_own_words_are_not() {
        for bad in [
            "shiping",
            "Shipping",
            "https://ref.gs1.org/cbv/BizStep-shiping",
            "urn:epcglobal:cbv:disp:active",
            "https://ns.gs1.org/cbv/x",
            "a b:c",
        ] {
            assert_eq!(read(&BIZ_STEP, bad), None, "{bad}");
        }
        assert_eq!(read(&BIZ_STEP, "https://example.com/x").as_deref(), Some("other https://example.com/x"));
        assert_eq!(read(&MEASUREMENT, "gs1:New").as_deref(), Some("other https://ref.gs1.org/voc/New"));
        assert_eq!(read(&MEASUREMENT, "Molar_concentration").as_deref(), Some("other Molar_concentration"));
        assert_eq!(read(&MEASUREMENT, "temperature"), None);
        assert_eq!(read(&COMPONENT, "urn:epcglobal:cbv:x"), None);
    }

    #[test]
    fn no_word_stands_twice() {
        for vocabulary in [&BIZ_STEP, &DISPOSITION, &TRANSACTION_TYPE, &MEASUREMENT, &COMPONENT] {
            let mut words = vocabulary.words().to_vec();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), vocabulary.words().len(), "{}", vocabulary.name);
        }
    }
}
