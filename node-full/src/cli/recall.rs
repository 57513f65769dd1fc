//! `medproof recall`: measures against lots and products, and whom they reach.

use super::{
    Context,
    node_client::NodeClient,
    output::{Answer, Result, Told},
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

/// Recall, withdraw or hold a lot or a product, and see whom it reaches.
#[derive(Debug, Subcommand)]
pub(crate) enum Recall {
    /// What is in force.
    List,
    /// Who has how many packs of a product or lot.
    Impact(Of),
    /// Take a measure, and see whom it reaches.
    Add {
        /// What is done.
        #[arg(long, value_enum, default_value_t = Measure::Recall)]
        measure: Measure,
        #[command(flatten)]
        of: Of,
        /// How bad it is: 1 is the worst, 3 the least, 0 not stated.
        #[arg(long, default_value_t = 0)]
        severity: u8,
        /// Down to whom: 1 wholesalers, 2 dispensers, 3 patients.
        #[arg(long, default_value_t = 3)]
        depth: u8,
        /// The reason's number.
        #[arg(long, default_value_t = 0)]
        reason: u8,
    },
}

/// Which product or lot.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// The medicine's code.
    #[arg(long)]
    product: String,
    /// The lot; without it, the whole product.
    #[arg(long)]
    lot: Option<String>,
}

/// What is done about a lot or a product.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Measure {
    /// Recall it.
    Recall,
    /// Withdraw it.
    Withdraw,
    /// Hold a lot back, by its issuer.
    Quarantine,
    /// Let a lot go that was held back.
    ReleaseQuarantine,
    /// Lock a lot, by the authority.
    Lock,
    /// Unlock a lot.
    Unlock,
    /// Lift a recall or a withdrawal, by the authority.
    Lift,
}

impl Recall {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let node = NodeClient::new(context)?;
        match self {
            Self::List => list(context, node.get("/v1/recalls", &[])?),
            Self::Impact(of) => impact(context, of.impact(&node)?),
            Self::Add { measure, of, severity, depth, reason } => {
                let body = json!({
                    "measure": measure.name(), "product": of.product, "lot": of.lot,
                    "severity": severity, "depth": depth, "reason": reason,
                });
                // The authority's own measures need its office.
                let node = if measure.is_the_authoritys() { NodeClient::of_the_authority(context)? } else { node };
                let receipt = node.post("/v1/recalls", &[], &body)?;
                let told = Told::new("cli.recorded").with("height", receipt.get("height").cloned().unwrap_or_default());
                let reached = of.impact(&NodeClient::new(context)?)?;
                let lines = impact(context, reached.clone())?.lines;
                Ok(Answer { lines, ..Answer::told(told, json!({ "receipt": receipt, "impact": reached })) })
            }
        }
    }
}

impl Of {
    fn impact(&self, node: &NodeClient) -> Result<Value> {
        let lot = self.lot.iter().map(|lot| ("lot", lot.as_str()));
        let query: Vec<(&str, &str)> = std::iter::once(("product", self.product.as_str())).chain(lot).collect();
        node.get("/v1/recalls/impact", &query)
    }
}

impl Measure {
    const fn name(self) -> &'static str {
        match self {
            Self::Recall => "recall",
            Self::Withdraw => "withdraw",
            Self::Quarantine => "quarantine",
            Self::ReleaseQuarantine => "release-quarantine",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::Lift => "lift",
        }
    }

    const fn is_the_authoritys(self) -> bool {
        matches!(self, Self::Lock | Self::Unlock | Self::Lift)
    }
}

fn list(context: &Context, found: Value) -> Result<Answer> {
    let rows = ["products", "lots"].into_iter().filter_map(|name| found.get(name)?.as_array()).flatten();
    let line = |row: &Value| {
        let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let names = row.get("names").cloned().unwrap_or_default();
        let state = context.output.title(&Told::new(format!("state-name.{}", text(row, "state"))));
        [text(row, "product"), text(&names, "name_zh"), text(&names, "name_en"), text(row, "lot"), state].join("  ")
    };
    Ok(Answer::lines(rows.map(line).collect(), found.clone()))
}

/// One line a member and standing.
fn impact(context: &Context, found: Value) -> Result<Answer> {
    let rows = found.get("stock").and_then(Value::as_array).into_iter().flatten();
    let line = |row: &Value| {
        let number = |name: &str| row.get(name).map(Value::to_string).unwrap_or_default();
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let standing = match text("standing") {
            "held" => "cli.standing.held",
            "in-transit" => "cli.standing.in-transit",
            "dispensed" => "cli.standing.dispensed",
            _ => "cli.standing.out",
        };
        let standing = context.output.title(&Told::new(standing));
        format!("{}  {}  {}  {standing}  {}", text("product"), text("lot"), number("member"), number("packs"))
    };
    Ok(Answer::lines(rows.map(line).collect(), found.clone()))
}
