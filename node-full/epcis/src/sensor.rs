//! What sensors reported (EPCIS 2.0 section 7.3.7).

use crate::{
    context::Context,
    json::Json,
    time::Moment,
    words::{ALERT, MEASUREMENT, Word},
};
use std::borrow::Cow;

/// Reports with what they share.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SensorElement<'a> {
    /// When all of it was measured, if at one moment.
    pub time: Option<Moment>,
    /// When measuring began.
    pub start: Option<Moment>,
    /// When measuring ended.
    pub end: Option<Moment>,
    /// The device.
    pub device: Option<Cow<'a, str>>,
    /// The reports; at least one.
    pub reports: Vec<SensorReport<'a>>,
}

/// One measurement, or the summary of several.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SensorReport<'a> {
    /// What was measured.
    pub kind: Option<Word<'a>>,
    /// What the sensor warns of.
    pub exception: Option<Word<'a>>,
    /// When, where it differs from the element's time.
    pub time: Option<Moment>,
    /// The value.
    pub value: Option<f64>,
    /// The lowest value.
    pub min: Option<f64>,
    /// The highest value.
    pub max: Option<f64>,
    /// The mean.
    pub mean: Option<f64>,
    /// The unit of measure (UN/ECE Recommendation 20).
    pub uom: Option<Cow<'a, str>>,
    /// The device, where it differs from the element's.
    pub device: Option<Cow<'a, str>>,
}

impl<'a> SensorElement<'a> {
    pub(crate) fn read_all(list: Option<&Json<'a>>, context: &Context) -> Vec<Self> {
        let elements = list.map(Json::elements).unwrap_or_default();
        elements.iter().map(|element| Self::read(element, context)).collect()
    }

    fn read(element: &Json<'a>, context: &Context) -> Self {
        let shared = element.get("sensorMetadata").unwrap_or(&Json::Null);
        let reports = element.get("sensorReport").map(Json::elements).unwrap_or_default();
        Self {
            time: moment(shared, "time"),
            start: moment(shared, "startTime"),
            end: moment(shared, "endTime"),
            device: shared.text("deviceID").cloned(),
            reports: reports.iter().map(|report| SensorReport::read(report, context)).collect(),
        }
    }
}

impl<'a> SensorReport<'a> {
    fn read(report: &Json<'a>, context: &Context) -> Self {
        let number = |key| report.get(key).and_then(Json::as_number);
        Self {
            kind: report.text("type").and_then(|kind| MEASUREMENT.read(kind, context)),
            exception: report.text("exception").and_then(|alert| ALERT.read(alert, context)),
            time: moment(report, "time"),
            value: number("value"),
            min: number("minValue"),
            max: number("maxValue"),
            mean: number("meanValue"),
            uom: report.text("uom").cloned(),
            device: report.text("deviceID").cloned(),
        }
    }
}

fn moment(json: &Json<'_>, key: &str) -> Option<Moment> {
    json.text(key).and_then(|time| Moment::read(time))
}
