//! The whole story in the terminal, on a chain made on the spot: what a patient, a buyer and a
//! hospital get to know, and what a lying server cannot make them believe.

use medproof_core::{
    encoding::Message,
    identity::MemberId,
    leaf::{Pack, Product, State},
    plain::{Client, Policy, Verdict},
    proof::QrProof,
    text,
};
use medproof_tests::{
    ledger::{Block, Ledger, Quorum},
    stock::{self, pack_scan},
};
use serde_json::Value;

/// The sentences, from the catalogue that every client uses.
struct Messages {
    catalogue: Value,
    is_chinese: bool,
}

impl Messages {
    fn load() -> Self {
        let is_chinese = std::env::var("LANG").is_ok_and(|language| language.starts_with("zh"));
        let catalogue = if is_chinese {
            include_str!("../../../core/messages/zh-Hans.json")
        } else {
            include_str!("../../../core/messages/en.json")
        };
        Self { catalogue: serde_json::from_str(catalogue).expect("the catalogue is JSON"), is_chinese }
    }

    /// The words of the story itself, which no client uses.
    fn say<'a>(&self, english: &'a str, chinese: &'a str) -> &'a str {
        if self.is_chinese { chinese } else { english }
    }

    fn text(&self, key: &str, part: &str) -> String {
        self.catalogue[key][part].as_str().unwrap_or(key).to_string()
    }
}

fn main() {
    let messages = Messages::load();
    let mut ledger = Ledger::new("MedProof story", Quorum::new("story", &[1; 10]));
    let anchor = ledger.anchor();
    println!(
        "{}",
        messages.say(
            "A chain of 10 validators and 5 members, made just now.",
            "刚刚生成的一条链：10 个验证节点，5 个成员。"
        )
    );
    println!(
        "{} {}\n",
        messages
            .say("The device trusts its anchor and nothing else. Fingerprint:", "设备只信任其锚点，别无其他。指纹："),
        anchor.fingerprint()
    );

    let info = stock::amoxicillin();
    ledger.put_product(1, Product { info_hash: info.hash(), ..stock::product() });
    ledger.put_lot(1, stock::lot());
    ledger.add_product(2);
    ledger.put_product(2, Product { state: State::Recalled.into(), ..stock::product() });
    for serial in ["8XK2P", "7QW4M", "5RT9Z"] {
        ledger.add_pack(1, serial);
    }
    ledger.add_pack(2, "3BV6N");
    let first = ledger.seal(60_000);
    let now = first.header.time().0 + 20_000;
    let stale_proof = ledger.prove(&first, &[&pack_scan(1, "5RT9Z")]).to_bytes();

    let teller = Teller { messages, anchor: anchor.to_bytes() };
    let (registered, recalled) = (pack_scan(1, "8XK2P"), pack_scan(2, "3BV6N"));
    let proof = |ledger: &Ledger, block: &Block, scan: &str| ledger.prove(block, &[scan]).to_bytes();

    println!("{} · {} · {} {}\n", info.name_en, info.name_zh, info.strength, info.pack_size);
    teller.tell(
        ("registered: a pharmacist is about to dispense it", "已登记：药师准备发药"),
        &registered,
        &proof(&ledger, &first, &registered),
        now,
        "dispenser",
        "online",
    );
    teller.tell(
        ("recalled: the product was recalled an hour ago", "已召回：该品种一小时前被召回"),
        &recalled,
        &proof(&ledger, &first, &recalled),
        now,
        "holder",
        "online",
    );

    let dispensed = Pack { state: State::Dispensed.into(), quantity_left: 0, ..stock::pack(&ledger, 1, MemberId(4)) };
    ledger.put_pack(1, "7QW4M", dispensed);
    let second = ledger.seal(60_000);
    let later = second.header.time().0 + 20_000;
    let scan = pack_scan(1, "7QW4M");
    let bytes = proof(&ledger, &second, &scan);
    teller.tell(
        ("dispensed: the patient who was given it asks", "已发药：领药的患者查询"),
        &scan,
        &bytes,
        later,
        "holder",
        "online",
    );
    teller.tell(
        ("dispensed: someone is offered a pack with the same code", "已发药：有人被推销同码的一盒"),
        &scan,
        &bytes,
        later,
        "buyer",
        "online",
    );

    let unknown = pack_scan(1, "NEVER");
    teller.tell(
        ("unknown serial: the product is registered, this pack never was", "未登记的序列号：品种在册，这一盒从未登记"),
        &unknown,
        &proof(&ledger, &second, &unknown),
        later,
        "buyer",
        "online",
    );
    let foreign = pack_scan(77, "8XK2P");
    teller.tell(
        ("unknown product: nobody registered it here", "未知品种：本登记系统中没有"),
        &foreign,
        &proof(&ledger, &second, &foreign),
        later,
        "holder",
        "online",
    );

    let mut tampered = proof(&ledger, &second, &scan);
    let end = tampered.len() - 40;
    tampered[end] ^= 1;
    teller.tell(
        ("tampered: a server changed one bit of the proof", "被篡改：服务器改动了证明中的一个比特"),
        &scan,
        &tampered,
        later,
        "holder",
        "online",
    );
    let stale = pack_scan(1, "5RT9Z");
    teller.tell(
        ("stale: a server replays yesterday's proof", "过时：服务器重放昨天的证明"),
        &stale,
        &stale_proof,
        now + 86_400_000,
        "dispenser",
        "online",
    );

    let full = ledger.prove(&second, &[&registered]);
    let short = QrProof::from_proof(&full).expect("one pack has a short form").to_bytes();
    let qr = text::to_qr_text(&short);
    println!(
        "── {}: {} → {} bytes, {} letters",
        teller.messages.say("carried in a QR code", "装入一个二维码"),
        full.to_bytes().len(),
        short.len(),
        qr.len()
    );
    let carried = text::from_qr_text(&qr).expect("its own text");
    teller.tell(
        ("carried: the pharmacist is offline and reads the QR code", "随身携带：药师离线，读取二维码"),
        &registered,
        &carried,
        later + 600_000,
        "dispenser",
        "carried",
    );
    println!("{}", teller.messages.text("not-proved.copy", "detail"));
}

struct Teller {
    messages: Messages,
    anchor: Vec<u8>,
}

impl Teller {
    fn tell(&self, title: (&str, &str), scan: &str, proof: &[u8], now: u64, purpose: &str, mode: &str) {
        let policy = Policy {
            purpose: purpose.to_string(),
            mode: mode.to_string(),
            max_age_online_ms: None,
            max_age_carried_ms: None,
            clock_tolerance_ms: None,
        };
        let mut client = Client::new(&self.anchor).expect("the anchor was made above");
        let verdict = client.verify(scan, proof, now, &policy).expect("the policy is written above");
        self.show(title, purpose, &verdict);
    }

    fn show(&self, title: (&str, &str), purpose: &str, verdict: &Verdict) {
        println!("── {}", self.messages.say(title.0, title.1));
        let overall = format!("overall.{}.{purpose}", verdict.overall);
        println!("   {:<12} {}", verdict.overall, self.messages.text(&overall, "title"));
        for reason in &verdict.reasons {
            println!("   {reason:<36} {}", self.messages.text(reason, "title"));
        }
        println!("   → {}\n", self.messages.text(&overall, "next"));
    }
}
