//! `medproof medicine`.

use super::{
    Context,
    node_client::NodeClient,
    output::{Answer, Failure, Result, Told},
};
use clap::{Args, Subcommand};
use medproof_node::fault::Fault;
use serde_json::{Value, json};

/// Add and find medicines.
#[derive(Debug, Subcommand)]
pub(crate) enum Medicine {
    /// Register a medicine.
    Add(Box<Add>),
    /// Register another code of a medicine.
    Alias {
        /// The medicine's code.
        #[arg(long)]
        product: String,
        /// The other code.
        #[arg(long)]
        alias: String,
    },
    /// Medicines by words of their names, initials, codes, holders.
    List {
        /// Words that all have to occur.
        words: Vec<String>,
    },
    /// One medicine with its lots.
    Show {
        /// Its code: a GTIN-14, or scheme and code as in `2:12345678`.
        product: String,
    },
}

/// What is said about a new medicine.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Its code: a GTIN-14, or scheme and code as in `2:12345678`.
    #[arg(long)]
    product: String,
    /// The name in Chinese.
    #[arg(long)]
    name_zh: String,
    /// The name in English.
    #[arg(long)]
    name_en: String,
    /// Who holds the approval.
    #[arg(long)]
    holder: String,
    /// The form, such as `capsule`.
    #[arg(long)]
    form: String,
    /// The strength, such as `500 mg`.
    #[arg(long)]
    strength: String,
    /// How much is in a pack.
    #[arg(long)]
    pack_size: String,
    /// The approval's number.
    #[arg(long, default_value = "")]
    approval_number: String,
    /// The ATC code.
    #[arg(long, default_value = "")]
    atc: String,
    /// All serials are random, so that nobody can guess one.
    #[arg(long)]
    random_serials: bool,
    /// The lowest storage temperature, in °C.
    #[arg(long, requires = "max_celsius", allow_negative_numbers = true)]
    min_celsius: Option<f32>,
    /// The highest storage temperature, in °C.
    #[arg(long, requires = "min_celsius", allow_negative_numbers = true)]
    max_celsius: Option<f32>,
    /// For how many minutes in all it may be outside.
    #[arg(long, default_value_t = 0)]
    cumulative_minutes: u16,
}

impl Medicine {
    pub(crate) fn perform(self, context: &Context) -> Result<Answer> {
        let node = NodeClient::new(context)?;
        match self {
            Self::Add(add) => recorded(node.post("/v1/medicines", &[], &add.body())?),
            Self::Alias { product, alias } => {
                recorded(node.post("/v1/medicines/alias", &[], &json!({ "product": product, "alias": alias }))?)
            }
            Self::List { words } => list(node.get("/v1/medicines", &[("q", &words.join(" "))])?),
            Self::Show { product } => show(&node, &product),
        }
    }
}

impl Add {
    fn body(&self) -> Value {
        let mut body = json!({
            "product": self.product, "name_zh": self.name_zh, "name_en": self.name_en, "holder": self.holder,
            "form": self.form, "strength": self.strength, "pack_size": self.pack_size,
            "approval_number": self.approval_number, "atc": self.atc, "random_serials": self.random_serials,
        });
        if let (Some(min), Some(max), Value::Object(members)) = (self.min_celsius, self.max_celsius, &mut body) {
            let limits = json!({
                "min_decicelsius": decicelsius(min), "max_decicelsius": decicelsius(max),
                "cumulative_minutes": self.cumulative_minutes,
            });
            members.insert("limits".into(), limits);
        }
        body
    }
}

/// What the node recorded.
pub(crate) fn recorded(receipt: Value) -> Result<Answer> {
    let height = receipt.get("height").and_then(Value::as_u64).unwrap_or_default();
    Ok(Answer::told(Told::new("cli.recorded").with("height", height), receipt))
}

fn list(found: Value) -> Result<Answer> {
    let lines = medicines(&found).iter().map(line).collect();
    Ok(Answer::lines(lines, found))
}

fn show(node: &NodeClient, product: &str) -> Result<Answer> {
    let code = product.rsplit(':').next().unwrap_or_default();
    let found = node.get("/v1/medicines", &[("q", code)])?;
    let is_it = |medicine: &&Value| {
        medicine.get("product").and_then(Value::as_str).is_some_and(|text| text.rsplit(':').next() == Some(code))
    };
    let only = medicines(&found).iter().find(is_it).or_else(|| medicines(&found).first()).cloned();
    let medicine = only.ok_or_else(|| Failure::from(Fault::new("rules.product.absent")))?;
    let mut lines = vec![line(&medicine)];
    for lot in medicine.get("lots").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| lot.get(name).and_then(Value::as_str).unwrap_or_default();
        lines.push(format!("  {}  {}  {}", text("lot"), text("expiry"), text("state")));
    }
    Ok(Answer::lines(lines, medicine))
}

fn medicines(found: &Value) -> &[Value] {
    found.get("medicines").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn line(medicine: &Value) -> String {
    let info = medicine.get("info").unwrap_or(medicine);
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let parts = [
        text(medicine, "product"),
        text(info, "name_zh"),
        text(info, "name_en"),
        text(info, "strength"),
        text(info, "holder"),
        text(medicine, "state"),
    ];
    parts.join("  ")
}

/// Tenths of a degree, as the ledger counts.
fn decicelsius(celsius: f32) -> i16 {
    (celsius * 10.0).round() as i16
}
