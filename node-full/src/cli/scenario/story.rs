//! The hospital's story: 500 packs are ordered, 498 arrive and one that was not for this hospital.

use super::{
    super::{check::For, output::Result},
    goods::{CASE, Goods, LOT, OTHER_LOT, PACKS, Pack, case_code, case_scans, scans},
    house::Doors,
    stage::{Stage, done, other},
    step::Step,
};
use medproof_core::identity::MemberId;
use medproof_node::{access::Staff, demo::HOSPITAL};
use serde_json::{Value, json};
use std::path::Path;

/// A story on its way.
pub(super) struct Story {
    stage: Stage,
    goods: Goods,
    /// The newest step of the trade, which the next one follows.
    trade: Option<String>,
    /// The despatch advice, to which the goods belong.
    advice: String,
}

/// A step of the story.
type Telling = fn(&mut Story) -> Result<()>;

/// The steps, by their codes in the catalogue.
pub(super) const STEPS: [(&str, Telling); 12] = [
    ("cli.scenario.order", Story::order),
    ("cli.scenario.confirmation", Story::confirmation),
    ("cli.scenario.sale", Story::sale),
    ("cli.scenario.despatch", Story::despatch),
    ("cli.scenario.delivery", Story::delivery),
    ("cli.scenario.discrepancy", Story::discrepancy),
    ("cli.scenario.loss", Story::loss),
    ("cli.scenario.put-away", Story::put_away),
    ("cli.scenario.ward-issue", Story::ward_issue),
    ("cli.scenario.dispense", Story::dispense),
    ("cli.scenario.return", Story::give_back),
    ("cli.scenario.recall", Story::recall),
];

impl Story {
    /// A story that keeps its proofs below `folder`.
    pub(super) fn new(doors: Doors, folder: &Path) -> Result<Self> {
        Ok(Self { stage: Stage::new(doors, folder)?, goods: Goods::new()?, trade: None, advice: String::new() })
    }

    /// Lets it pass; `progress` is told after each step.
    pub(super) fn pass(mut self, progress: impl Fn()) -> Result<Vec<Step>> {
        self.stock()?;
        for (code, telling) in STEPS {
            self.stage.begin(code);
            telling(&mut self)?;
            progress();
        }
        Ok(self.stage.into_steps())
    }

    /// What was there before: 500 packs in ten cases with the wholesaler, and a pack that it sends to another hospital.
    fn stock(&self) -> Result<()> {
        let (maker, goods) = (self.stage.of(MAKER, Staff::Machine)?, &self.goods);
        maker.post("/v1/medicines", &[], &goods.medicine())?;
        for (lot, packs) in [(LOT, &goods.packs[..]), (OTHER_LOT, std::slice::from_ref(&goods.foreign))] {
            maker.post("/v1/lots", &[], &json!({ "product": goods.gtin, "lot": lot, "expiry": goods.expiry() }))?;
            let serials: Vec<&str> = packs.iter().map(|pack| pack.serial.as_str()).collect();
            let register = json!({ "product": goods.gtin, "lot": lot, "serials": serials });
            maker.post("/v1/packs/register", &[], &register)?;
        }
        for (case, packs) in goods.cases.iter().zip(goods.packs.chunks(CASE)) {
            maker.post("/v1/units/pack", &[], &json!({ "sscc": case, "items": scans(packs) }))?;
        }
        let mut sent = case_scans(&goods.cases);
        sent.push(goods.foreign.scan());
        done(maker.post("/v1/packs/ship", &[("consignee", &number(WHOLESALER))], &json!(sent))?)?;
        let wholesaler = self.stage.of(WHOLESALER, Staff::Machine)?;
        done(wholesaler.post("/v1/packs/receive", &[], &json!(sent))?)?;
        // The last case is picked pack by pack.
        wholesaler.post("/v1/units/unpack", &[], &json!({ "sscc": goods.cases.last() }))?;
        let other = number(OTHER_HOSPITAL);
        done(wholesaler.post("/v1/packs/ship", &[("consignee", &other)], &json!([goods.foreign.scan()]))?)?;
        Ok(())
    }

    fn order(&mut self) -> Result<()> {
        let document = json!({ "lines": [{ "product": self.goods.gtin, "packs": PACKS }] });
        self.trade("order", (HOSPITAL, Staff::Pharmacist), WHOLESALER, document)?;
        self.stage.prove("product", &format!("(01){}", self.goods.gtin), For::Buyer, "warn")
    }

    fn confirmation(&mut self) -> Result<()> {
        let document = json!({ "lines": [{ "product": self.goods.gtin, "packs": PACKS, "lot": LOT }] });
        self.trade("confirmation", (WHOLESALER, Staff::Machine), HOSPITAL, document)?;
        let lot = format!("(01){}(10){LOT}(17){}", self.goods.gtin, self.goods.yymmdd());
        self.stage.prove("lot", &lot, For::Buyer, "warn")
    }

    fn sale(&mut self) -> Result<()> {
        let document = json!({ "lines": [{ "product": self.goods.gtin, "packs": PACKS, "cents": 129_000 }] });
        self.trade("sale", (WHOLESALER, Staff::Machine), HOSPITAL, document)?;
        self.prove_pack("pack", &self.arrived_first(), For::Buyer, "ok")
    }

    fn despatch(&mut self) -> Result<()> {
        let (_, loose) = self.goods.split();
        let document = json!({ "cases": self.goods.closed(), "packs": loose.len() });
        let mut sent = case_scans(self.goods.closed());
        sent.extend(scans(loose));
        self.trade("despatch-advice", (WHOLESALER, Staff::Machine), HOSPITAL, document)?;
        self.advice = self.trade.clone().unwrap_or_default();
        let query = [("consignee", &*number(HOSPITAL)), ("trade", &self.advice)];
        let answer = self.stage.of(WHOLESALER, Staff::Machine)?.post("/v1/packs/ship", &query, &json!(sent))?;
        self.stage.event("ship", &done(answer)?);
        let case = self.goods.closed().first().map(|case| case_code(case)).unwrap_or_default();
        self.stage.prove("case", &case, For::Receiver, "ok")
    }

    /// The goods are scanned as they stand at the door: what is not the hospital's is refused, the rest is received.
    fn delivery(&mut self) -> Result<()> {
        let goods_in = self.stage.of(HOSPITAL, Staff::GoodsIn)?;
        let answer = goods_in.post("/v1/packs/receive", &[("trade", &self.advice)], &json!(self.at_the_door()))?;
        self.stage.event("receive", &answer);
        self.stage.refused(Ok(answer), "rules.holder.other", None)?;
        let document = json!({ "cases": self.goods.closed().len(), "scans": self.at_the_door().len() });
        self.trade("delivery", (HOSPITAL, Staff::GoodsIn), WHOLESALER, document)?;
        self.prove_pack("pack", &self.arrived_first(), For::Dispenser, "ok")?;
        self.prove_pack("foreign", &self.goods.foreign.clone(), For::Receiver, "ok")
    }

    /// What the despatch advice covers against what was scanned; the pack with the wrong print is set aside.
    fn discrepancy(&mut self) -> Result<()> {
        let goods_in = self.stage.of(HOSPITAL, Staff::GoodsIn)?;
        let report = goods_in.post("/v1/deliveries/check", &[("advice", &self.advice)], &json!(self.at_the_door()))?;
        let figures = figures(&report);
        if figures != json!({ "advised": 500, "arrived": 498, "agreed": 497, "missing": 2, "over": 1, "misaligned": 1 })
        {
            return Err(other("2 missing, 1 over, 1 misaligned", &figures.to_string()));
        }
        self.stage.figures(figures);
        self.trade("discrepancy", (HOSPITAL, Staff::GoodsIn), WHOLESALER, report)?;
        let (misprinted, lost) = (self.misprinted(), self.lost_first());
        let answer = goods_in.post("/v1/packs/quarantine", &[("reason", DOCUMENTS)], &json!([misprinted.scan()]))?;
        self.stage.event("quarantine", &done(answer)?);
        self.prove_pack("missing", &lost, For::Dispenser, "warn")?;
        self.prove_pack("misaligned", &misprinted, For::Receiver, "do-not-use")
    }

    /// The wholesaler looks for the two packs and does not find them.
    fn loss(&mut self) -> Result<()> {
        let (_, loose) = self.goods.split();
        let lost = scans(loose.iter().take(LOST));
        let wholesaler = self.stage.of(WHOLESALER, Staff::Machine)?;
        let answer = wholesaler.post("/v1/packs/stolen", &[("capacity", "shipper")], &json!(lost))?;
        self.stage.event("stolen", &done(answer)?);
        self.prove_pack("lost", &self.lost_first(), For::Buyer, "do-not-use")
    }

    fn put_away(&mut self) -> Result<()> {
        let goods_in = self.stage.of(HOSPITAL, Staff::GoodsIn)?;
        for case in self.goods.closed() {
            goods_in.post("/v1/units/unpack", &[], &json!({ "sscc": case }))?;
        }
        let (closed, loose) = self.goods.split();
        let shelf = scans(closed.iter().chain(loose.iter().skip(LOST + 1)));
        let answer = done(goods_in.post("/v1/packs/put-away", &[], &json!(shelf))?)?;
        self.stage.event("put-away", &answer);
        self.stage.figures(json!({ "packs": shelf.len() }));
        self.prove_pack("pack", &self.arrived_first(), For::Dispenser, "ok")
    }

    fn ward_issue(&mut self) -> Result<()> {
        let pharmacist = self.stage.of(HOSPITAL, Staff::Pharmacist)?;
        let ward = scans(self.on_ward());
        let answer = pharmacist.post("/v1/packs/ward-issue", &[("site", WARD)], &json!(ward))?;
        self.stage.event("ward-issue", &done(answer)?);
        self.prove_pack("ward", &self.given(), For::Dispenser, "ok")
    }

    /// Given out once; the second scan is refused, and says that it was here. So is a copy of the code elsewhere, and
    /// that is suspect.
    fn dispense(&mut self) -> Result<()> {
        let (nurse, given) = (self.stage.of(HOSPITAL, Staff::Nurse)?, self.given());
        let dispense = || nurse.post("/v1/packs/dispense", &[("site", WARD)], &json!([given.scan()]));
        self.stage.event("dispense", &done(dispense()?)?);
        self.stage.refused(dispense(), "rules.state.dispensed-pack", Some("A10"))?;
        let elsewhere = self.stage.of(OTHER_HOSPITAL, Staff::Nurse)?;
        let copy = elsewhere.post("/v1/packs/dispense", &[], &json!([given.scan()]));
        self.stage.refused(copy, "rules.state.dispensed-pack", Some("A7"))?;
        self.prove_pack("patient", &given, For::Holder, "ok")?;
        self.prove_pack("again", &given, For::Dispenser, "do-not-use")
    }

    /// The pack with the wrong print goes back to the wholesaler, still set aside.
    fn give_back(&mut self) -> Result<()> {
        let (goods_in, back) = (self.stage.of(HOSPITAL, Staff::GoodsIn)?, self.misprinted());
        let query = [("consignee", &*number(WHOLESALER)), ("reason", WRONG_GOODS)];
        let answer = goods_in.post("/v1/packs/return", &query, &json!([back.scan()]))?;
        self.stage.event("return", &done(answer)?);
        self.prove_pack("returned", &back, For::Dispenser, "do-not-use")
    }

    /// The maker recalls the lot: who has it is one question, and no pack of it goes forward.
    fn recall(&mut self) -> Result<()> {
        let quality = self.stage.of(MAKER, Staff::Qa)?;
        let lot = json!({ "measure": "recall", "product": self.goods.gtin, "lot": LOT, "severity": 1, "depth": 3 });
        self.stage.event("lot-recall", &quality.post("/v1/recalls", &[], &lot)?);
        let impact = quality.get("/v1/recalls/impact", &[("product", &self.goods.gtin), ("lot", LOT)])?;
        self.stage.figures(impact);
        let next = self.on_ward().get(1).cloned().unwrap_or_else(|| self.given());
        let nurse = self.stage.of(HOSPITAL, Staff::Nurse)?;
        let refused = nurse.post("/v1/packs/dispense", &[("site", WARD)], &json!([next.scan()]));
        self.stage.refused(refused, "rules.state.recalled-lot", None)?;
        self.prove_pack("ward", &next, For::Dispenser, "do-not-use")?;
        self.prove_pack("patient", &self.given(), For::Holder, "do-not-use")?;
        self.prove_pack("other-lot", &self.goods.foreign.clone(), For::Receiver, "ok")
    }

    /// Takes a step of the trade, which follows the one before it.
    fn trade(&mut self, step: &'static str, by: (MemberId, Staff), with: MemberId, document: Value) -> Result<()> {
        let body = json!({ "step": step, "counterparty": with.0, "follows": self.trade, "document": document });
        let answer = self.stage.of(by.0, by.1)?.post("/v1/orders", &[], &body)?;
        self.trade = answer.get("trade").and_then(Value::as_str).map(str::to_owned);
        self.stage.event(step, &answer);
        Ok(())
    }

    fn prove_pack(&mut self, name: &str, pack: &Pack, purpose: For, overall: &str) -> Result<()> {
        self.stage.prove(name, &pack.code(), purpose, overall)
    }

    /// The scans at the hospital's door: nine closed cases, 48 packs, and the one that was for somebody else.
    fn at_the_door(&self) -> Vec<String> {
        let (_, loose) = self.goods.split();
        let mut scans = case_scans(self.goods.closed());
        scans.push(self.misprinted().scan());
        scans.extend(loose.iter().skip(LOST + 1).map(Pack::scan));
        scans.push(self.goods.foreign.scan());
        scans
    }

    /// The pack of the order on which the other lot is printed.
    fn misprinted(&self) -> Pack {
        let (_, loose) = self.goods.split();
        loose.get(LOST).unwrap_or(&self.goods.foreign).misprinted(OTHER_LOT)
    }

    fn lost_first(&self) -> Pack {
        let (_, loose) = self.goods.split();
        loose.first().unwrap_or(&self.goods.foreign).clone()
    }

    fn arrived_first(&self) -> Pack {
        let (_, loose) = self.goods.split();
        loose.get(LOST + 1).unwrap_or(&self.goods.foreign).clone()
    }

    /// The packs that go to a ward.
    fn on_ward(&self) -> &[Pack] {
        self.goods.packs.get(..TO_WARD).unwrap_or_default()
    }

    /// The pack that a patient is given.
    fn given(&self) -> Pack {
        self.goods.packs.first().unwrap_or(&self.goods.foreign).clone()
    }
}

/// How many packs a report names, by what is the matter with them.
fn figures(report: &Value) -> Value {
    let count = |value: &Value| value.as_array().map_or_else(|| value.clone(), |list| json!(list.len()));
    let names = ["advised", "arrived", "agreed", "missing", "over", "misaligned"];
    names.into_iter().map(|name| (name.to_owned(), report.get(name).map_or(Value::Null, count))).collect()
}

fn number(member: MemberId) -> String {
    member.0.to_string()
}

/// The region's members in the story, besides the hospital.
const MAKER: MemberId = MemberId(2);
const WHOLESALER: MemberId = MemberId(7);
const OTHER_HOSPITAL: MemberId = MemberId(14);

/// A ward of the hospital, by a number of its own.
const WARD: &str = "10000000000042";
/// Packs that go there.
const TO_WARD: usize = 20;
/// Packs that are lost on the way.
const LOST: usize = 2;
/// Reasons, as `docs/EVENTS.md` numbers them.
const DOCUMENTS: &str = "4";
const WRONG_GOODS: &str = "1";
