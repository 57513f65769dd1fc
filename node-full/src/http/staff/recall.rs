//! Recalls and other measures against lots and products, and whom they reach.

use super::super::{
    answer,
    ask::{self, Asked, parameter},
    face::Shared,
    open::product::state_name,
};
use super::{deed, receipt_view};
use crate::{access::Staff, genesis_file::Role, index::Index, problem::Problem};
use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use medproof_core::{
    identity::{Lot, ProductCode},
    leaf::State as Standing,
};
use medproof_rules::body::{Act, Depth, HoldReason, LotHold, LotMeasure, ProductLift, ProductMeasure, Severity};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asks {
    measure: Measure,
    product: String,
    /// Without a lot it is about the whole product.
    lot: Option<String>,
    /// 1 is the worst, 0 is not stated.
    #[serde(default)]
    severity: u8,
    /// Down to 1 wholesalers, 2 dispensers, 3 patients.
    #[serde(default = "patients")]
    depth: u8,
    /// Why, as `docs/EVENTS.md` numbers it.
    #[serde(default)]
    reason: u8,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Measure {
    Recall,
    Withdraw,
    Quarantine,
    ReleaseQuarantine,
    Lock,
    Unlock,
    Lift,
}

const fn patients() -> u8 {
    Depth::Patients as u8
}

/// Takes a measure.
pub(in crate::http) async fn measure(
    State(face): State<Shared>,
    asked: Asked,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let asks: Asks = ask::json(&asked, &bytes)?;
    let receipt = deed(&face, &asked, asks.act()?).await?;
    Ok(answer::with_status(StatusCode::CREATED, &receipt_view(&receipt)))
}

/// What is in force.
pub(in crate::http) async fn list(State(face): State<Shared>) -> Result<Response, Problem> {
    let view = face.node.view();
    let index = Index::new(&view);
    let (mut products, mut lots) = (Vec::new(), Vec::new());
    for (product, info) in index.products()? {
        let names = json!({ "name_zh": info.name_zh, "name_en": info.name_en });
        if let Some((_, leaf)) = index.product(&product)?
            && is_measure(leaf.state.known())
        {
            products.push(
                json!({ "product": ask::product_text(&product), "names": names, "state": state_name(leaf.state) }),
            );
        }
        for lot in index.lots(&product)?.into_iter().filter(|lot| is_measure(lot.state.known())) {
            lots.push(json!({
                "product": ask::product_text(&product),
                "names": names,
                "lot": lot.lot.as_str(),
                "expiry": ask::day_text(lot.expiry),
                "state": state_name(lot.state),
            }));
        }
    }
    Ok(answer::json(&json!({ "products": products, "lots": lots })))
}

/// Who has how many packs of a product or lot. The regulator and the issuer see all; others what they have.
pub(in crate::http) async fn impact(State(face): State<Shared>, asked: Asked) -> Result<Response, Problem> {
    let product = ask::product(asked.text("product").ok_or_else(|| parameter("product"))?)?;
    let lot = asked.text("lot").map(ask::lot).transpose()?;
    let (view, caller) = (face.node.view(), asked.caller()?);
    let index = Index::new(&view);
    let (product, leaf) = index.product(&product)?.ok_or_else(|| Problem::new("rules.product.absent"))?;
    let is_office =
        caller.staff.contains(&Staff::Regulator) && face.node.roles(caller.member)?.contains(&Role::Regulator);
    let sees_all = is_office || leaf.issuer == caller.member;
    let stock = index.stock(Some(&product), lot.as_ref())?;
    let seen = stock.iter().filter(|row| sees_all || row.member == caller.member);
    let rows: Vec<Value> = seen.map(super::figures::stock_view).collect();
    Ok(answer::json(&json!({ "product": ask::product_text(&product), "sees_all": sees_all, "stock": rows })))
}

impl Asks {
    fn act(&self) -> Result<Act, Problem> {
        let product = ask::product(&self.product)?;
        match self.lot.as_deref().map(ask::lot).transpose()? {
            Some(lot) => self.of_lot(product, lot),
            None => self.of_product(product),
        }
    }

    fn of_lot(&self, product: ProductCode, lot: Lot) -> Result<Act, Problem> {
        if matches!(self.measure, Measure::Recall | Measure::Withdraw) {
            let fields = LotMeasure { product, lot, severity: self.severity()?, depth: self.depth()? };
            return Ok(if matches!(self.measure, Measure::Recall) {
                Act::LotRecall(fields)
            } else {
                Act::LotWithdraw(fields)
            });
        }
        let fields = LotHold { product, lot, reason: self.reason()? };
        Ok(match self.measure {
            Measure::Quarantine => Act::LotQuarantine(fields),
            Measure::ReleaseQuarantine => Act::LotReleaseQuarantine(fields),
            Measure::Lock => Act::LotLock(fields),
            Measure::Unlock => Act::LotUnlock(fields),
            _ => Act::LotLift(fields),
        })
    }

    fn of_product(&self, product: ProductCode) -> Result<Act, Problem> {
        let measure = |product| Ok(ProductMeasure { product, severity: self.severity()?, depth: self.depth()? });
        match self.measure {
            Measure::Recall => measure(product).map(Act::ProductRecall),
            Measure::Withdraw => measure(product).map(Act::ProductWithdraw),
            Measure::Lift => Ok(Act::ProductLift(ProductLift { product, reason: self.reason()? })),
            _ => Err(parameter("lot")),
        }
    }

    fn severity(&self) -> Result<Severity, Problem> {
        Severity::from_number(self.severity).ok_or_else(|| parameter("severity"))
    }

    fn depth(&self) -> Result<Depth, Problem> {
        Depth::from_number(self.depth).ok_or_else(|| parameter("depth"))
    }

    fn reason(&self) -> Result<HoldReason, Problem> {
        HoldReason::from_number(self.reason).ok_or_else(|| parameter("reason"))
    }
}

const fn is_measure(state: Option<Standing>) -> bool {
    matches!(state, Some(Standing::Recalled | Standing::Withdrawn | Standing::Quarantined | Standing::Locked))
}
