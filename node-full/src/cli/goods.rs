//! `medproof lot` and `medproof unit`.

use super::{
    Context,
    medicine::recorded,
    node_client::NodeClient,
    output::{Answer, Result},
    serials::Source,
};
use clap::Subcommand;
use serde_json::json;

/// Release lots.
#[derive(Debug, Subcommand)]
pub(crate) enum Lot {
    /// Release a lot of a medicine.
    Add {
        /// The medicine's code.
        #[arg(long)]
        product: String,
        /// The lot's number.
        #[arg(long)]
        lot: String,
        /// The last day of use, `YYYY-MM-DD`.
        #[arg(long)]
        expiry: String,
    },
}

/// Pack into cases and pallets, and unpack.
#[derive(Debug, Subcommand)]
pub(crate) enum Unit {
    /// Put packs and units into a unit, which is made if it is not there.
    Pack {
        /// The unit's SSCC.
        #[arg(long)]
        sscc: String,
        #[command(flatten)]
        scans: Source,
    },
    /// Take packs and units out of a unit; everything if none is named.
    Unpack {
        /// The unit's SSCC.
        #[arg(long)]
        sscc: String,
        #[command(flatten)]
        scans: Source,
    },
}

impl Lot {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let Self::Add { product, lot, expiry } = self;
        let body = json!({ "product": product, "lot": lot, "expiry": expiry });
        recorded(NodeClient::new(context)?.post("/v1/lots", &[], &body)?)
    }
}

impl Unit {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let (path, sscc, scans) = match self {
            Self::Pack { sscc, scans } => ("/v1/units/pack", sscc, scans.required_scans()?),
            Self::Unpack { sscc, scans } => ("/v1/units/unpack", sscc, scans.scans()?),
        };
        recorded(NodeClient::new(context)?.post(path, &[], &json!({ "sscc": sscc, "items": scans }))?)
    }
}
