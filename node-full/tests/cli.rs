//! The program as people run it: a folder from nothing, a node, a medicine from the maker to the ward, and a proof
//! that is checked without the node.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

const GTIN: &str = "09504000059101";

/// A data folder with the program that works on it.
struct Place {
    folder: tempfile::TempDir,
}

/// A node that runs, and is killed if the test ends early.
struct Running(Child);

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder") };
        place.json(&["init", "--name", "Hospital"]);
        let config = "[api]\nlisten = \"127.0.0.1:0\"\n[consensus]\nlisten = \"127.0.0.1:0\"\n";
        fs::write(place.data().join("config.toml"), config).expect("written");
        place
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_medproof"));
        command.args(arguments).env("MEDPROOF_DATA", self.data()).env("LANG", "C.UTF-8").stdin(Stdio::null());
        command
    }

    fn call(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// The JSON of a command that succeeds.
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).arg("--json").output().expect("the program runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{arguments:?}: {cause}: {text}"))
    }

    fn run(&self) -> Running {
        let mut command = self.command(&["run"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
        assert_eq!(line.trim(), "The node is running");
        Running(child)
    }

    fn add_medicine(&self) {
        let mut arguments = vec!["medicine", "add", "--product", GTIN, "--name-zh", "阿莫西林"];
        arguments.extend(["--name-en", "Amoxicillin", "--holder", "Maker", "--form", "capsule"]);
        arguments.extend(["--strength", "500 mg", "--pack-size", "24", "--min-celsius", "-5", "--max-celsius", "25"]);
        self.json(&arguments);
        self.json(&["lot", "add", "--product", GTIN, "--lot", "L1", "--expiry", "2030-05-31"]);
    }
}

impl Running {
    fn stop(mut self) {
        let number = self.0.id().to_string();
        let told = Command::new("kill").args(["-TERM", &number]).status().expect("kill runs");
        assert!(told.success());
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.0.try_wait().expect("waited") {
                assert!(status.success(), "{status}");
                return;
            }
            assert!(Instant::now() < until, "the node does not stop");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn scan(serial: &str) -> String {
    format!("(01){GTIN}(21){serial}")
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

/// Must show 1 of the node: from nothing to a proof that is checked offline.
#[test]
fn a_medicine_goes_from_the_maker_to_the_ward_and_is_proved_offline() {
    let place = Place::new();
    let node = place.run();
    place.add_medicine();
    let serials = place.file("serials");
    let made =
        place.json(&["pack", "register", "--product", GTIN, "--lot", "L1", "--count", "10000", "--out", &serials]);
    assert_eq!(made["count"], 10_000);
    let serials: Vec<String> = fs::read_to_string(&serials).expect("serials").lines().map(scan).collect();
    assert_eq!(serials.len(), 10_000);
    let (first, shipped) = (serials[0].as_str(), place.file("shipped"));
    fs::write(&shipped, serials[..200].join("\n")).expect("written");

    assert_eq!(place.json(&["pack", "ship", "--to", "1", "--file", &shipped])["done"], 200);
    assert_eq!(code(&place.call(&["query", first, "--purpose", "dispenser"])), Some(3));
    assert_eq!(place.json(&["pack", "receive", "--file", &shipped])["done"], 200);
    let before = place.file("before.mproof");
    // A name alone is a file in the folder where the program runs.
    let mut prove = place.command(&["prove", first, "--out", "before.mproof"]);
    assert!(prove.current_dir(place.folder.path()).status().expect("ran").success());
    assert_eq!(place.json(&["pack", "dispense", first])["done"], 1);
    let twice = place.call(&["pack", "dispense", first]);
    assert_eq!(code(&twice), Some(1));
    assert!(String::from_utf8_lossy(&twice.stderr).contains("given out"), "{twice:?}");
    let after = place.file("after.mproof");
    place.json(&["prove", first, "--out", &after]);
    let steps = place.json(&["query", first, "--purpose", "holder"])["timeline"]["steps"].clone();
    let names: Vec<_> = steps.as_array().expect("steps").iter().map(|step| step["name"].clone()).collect();
    assert_eq!(names, ["pack-register", "ship", "receive", "dispense"]);
    assert!(place.data().join("run.json").exists() && place.data().join("newest.header").exists());
    node.stop();
    assert!(!place.data().join("run.json").exists());

    let anchor = place.data().join("anchor.mpanchor").display().to_string();
    let verify = |proof: &str, scan: &str, purpose: &str| {
        code(&place.call(&["verify", "--anchor", &anchor, "--scan", scan, "--proof", proof, "--purpose", purpose]))
    };
    assert_eq!(verify(&before, first, "dispenser"), Some(0));
    assert_eq!(verify(&after, first, "dispenser"), Some(4));
    assert_eq!(verify(&after, first, "holder"), Some(0));
    // The proof is about another pack.
    assert_eq!(verify(&after, &serials[1], "holder"), Some(6));
    let bytes = fs::read(&after).expect("a proof");
    for place_of_bit in [bytes.len() / 3, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[place_of_bit] ^= 1;
        let changed_file = place.file("changed.mproof");
        fs::write(&changed_file, changed).expect("written");
        assert_eq!(verify(&changed_file, first, "holder"), Some(6), "byte {place_of_bit}");
    }
}

#[test]
fn what_is_refused_is_listed_and_the_rest_is_done() {
    let place = Place::new();
    let node = place.run();
    place.add_medicine();
    let mut register = place.command(&["pack", "register", "--product", GTIN, "--lot", "L1", "--file", "-"]);
    let mut child = register.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("started");
    std::io::Write::write_all(child.stdin.as_mut().expect("a pipe"), b"A1\nA2\n").expect("written");
    drop(child.stdin.take());
    assert!(child.wait().expect("ended").success());
    let sent = place.call(&["pack", "ward-issue", &scan("A1"), &scan("nobody"), &scan("A2")]);
    let text = String::from_utf8_lossy(&sent.stdout).into_owned();
    assert_eq!(code(&sent), Some(1), "{text}");
    assert!(text.contains("2 of 3 were recorded") && text.contains("\n2: "), "{text}");
    let listed = place.json(&["medicine", "list", "amxl"]);
    assert_eq!(listed["total"], 1);
    assert_eq!(place.json(&["medicine", "show", GTIN])["lots"][0]["lot"], "L1");
    assert_eq!(place.json(&["member", "list"])["members"][0]["member"], 1);
    let log = place.file("audit.log");
    place.json(&["audit", "export", "--out", &log]);
    assert_eq!(place.json(&["audit", "verify", &log])["entries"], 4);
    let changed = fs::read_to_string(&log).expect("a log").replacen("cli@1", "you@1", 1);
    fs::write(&log, changed).expect("written");
    assert_eq!(code(&place.call(&["audit", "verify", &log])), Some(1));
    // What needs the ledger's file says that the node has it.
    for arguments in [&["fsck"][..], &["restore", &place.file("b")], &["run"]] {
        let refused = place.call(arguments);
        assert_eq!(code(&refused), Some(1));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("A node is running on this folder"), "{refused:?}");
    }
    assert_eq!(place.json(&["doctor"])["running"], true);
    node.stop();
}

/// EPCIS documents of this program and of other people's suite: kept, anchored, provable; broken ones leave nothing.
#[test]
fn documents_are_captured_and_what_became_of_each_event_is_told() {
    let place = Place::new();
    let node = place.run();
    place.add_medicine();
    let event = |serial: &str, step: &str, disposition: &str, action: &str| {
        serde_json::json!({
            "type": "ObjectEvent", "eventTime": "2026-01-05T10:00:00.000Z", "eventTimeZoneOffset": "+00:00",
            "action": action, "bizStep": step, "disposition": disposition,
            "epcList": [format!("https://id.gs1.org/01/{GTIN}/21/{serial}")],
        })
    };
    let write = |name: &str, events: &[Value]| {
        let document = serde_json::json!({
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"], "type": "EPCISDocument",
            "schemaVersion": "2.0", "creationDate": "2026-01-05T10:00:00.000Z", "epcisBody": { "eventList": events },
        });
        fs::write(place.file(name), document.to_string()).expect("written");
        place.file(name)
    };
    let mut made = event("A1", "commissioning", "active", "ADD");
    made["ilmd"] = serde_json::json!({ "cbvmda:lotNumber": "L1" });
    let good = write("good.json", &[made, event("nobody", "dispensing", "dispensed", "OBSERVE")]);
    let told = place.call(&["capture", &good]);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert_eq!(code(&told), Some(0), "{text}{}", String::from_utf8_lossy(&told.stderr));
    assert!(text.contains("2 of 2 events of 1 documents are stored."), "{text}");
    assert!(text.contains("/eventList/0: 600 pack-register"), "{text}");
    assert!(text.contains("/eventList/1: Stored only: "), "{text}");
    assert_eq!(code(&place.call(&["query", &scan("A1"), "--purpose", "dispenser"])), Some(0));
    let chinese = place.command(&["capture", &good]).env("LANG", "zh_CN.UTF-8").output().expect("ran");
    assert!(String::from_utf8_lossy(&chinese.stdout).contains("仅存储"), "{chinese:?}");

    let bad = write("bad.json", &[event("A1", "dispensing", "dispensed", "NOTHING")]);
    let refused = place.command(&["capture", &good, &bad, "--json"]).output().expect("ran");
    assert_eq!(code(&refused), Some(1));
    let view: Value = serde_json::from_slice(&refused.stdout).expect("JSON");
    assert_eq!((&view["stored"], &view["documents"][0]["job"]["success"]), (&2.into(), &true.into()), "{view}");
    let pointer = &view["documents"][1]["problem"]["errors"][0]["pointer"];
    assert_eq!(pointer, "/epcisBody/eventList/0/action", "{view}");
    let people = place.call(&["capture", &bad]);
    assert!(String::from_utf8_lossy(&people.stdout).contains("/eventList/0/action: "), "{people:?}");
    assert_eq!(code(&place.call(&["capture", &place.file("nothing.json")])), Some(1));
    capture_suite(&place);
    let proofs = [0, 1].map(|event| {
        let id = view["documents"][0]["job"]["events"][event]["eventID"].as_str().expect("an identifier");
        let file = place.file(&format!("event-{event}"));
        place.json(&["prove", id, "--event", "--out", &file]);
        file
    });
    node.stop();
    let anchor = place.data().join("anchor.mpanchor").display().to_string();
    let verify = |proof: &str| place.call(&["verify", "--anchor", &anchor, "--event", "--proof", proof]);
    for proof in &proofs {
        let told = verify(proof);
        assert!(code(&told) == Some(0) && String::from_utf8_lossy(&told.stdout).contains("is anchored"), "{told:?}");
    }
    let text = fs::read_to_string(&proofs[1]).expect("a proof");
    fs::write(&proofs[1], text.replace("nobody", "n0body")).expect("written");
    let told = verify(&proofs[1]);
    let text = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(code(&told) == Some(1) && text.starts_with("The ledger does not have this event"), "{told:?}");
}

/// Each file of the standard's examples, where they are there.
fn capture_suite(place: &Place) {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/suites");
    let suites = std::env::var_os("MEDPROOF_SUITES").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    for folder in ["json-documents", "json-events"] {
        let Ok(entries) = fs::read_dir(suites.join("epcis/capture").join(folder)) else {
            eprintln!("absent: epcis/capture/{folder}");
            continue;
        };
        let mut files: Vec<String> =
            entries.map(|entry| entry.expect("an entry").path().display().to_string()).collect();
        files.retain(|file| file.ends_with(".json") || file.ends_with(".jsonld"));
        let mut arguments = vec!["capture"];
        arguments.extend(files.iter().map(String::as_str));
        let view = place.json(&arguments);
        assert_eq!((&view["stored"], view["documents"].as_array().map(Vec::len)), (&view["count"], Some(files.len())));
    }
}

#[test]
fn a_backup_is_restored_and_damage_is_found() {
    let place = Place::new();
    let node = place.run();
    place.add_medicine();
    let hot = place.file("hot");
    let height = place.json(&["backup", &hot])["height"].clone();
    assert!(height.as_u64() >= Some(2));
    let again = place.call(&["backup", &hot]);
    assert_eq!(code(&again), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).starts_with("The ledger was not copied\n"), "{again:?}");
    node.stop();
    let backup = place.file("backup");
    assert!(place.json(&["backup", &backup])["height"].as_u64() >= height.as_u64());
    assert!(place.json(&["fsck"])["checked"].as_u64().is_some_and(|checked| checked > 10));
    let ledger = place.data().join("ledger.redb");
    fs::remove_file(&ledger).expect("removed");
    assert_eq!(place.json(&["restore", &hot])["height"], height);
    fs::remove_file(&ledger).expect("removed");
    place.json(&["restore", &backup]);
    assert_eq!(place.json(&["doctor"])["well"], true);
    let (mark, hidden) = (place.data().join("signing/signing.state"), place.file("signing.state"));
    fs::rename(&mark, &hidden).expect("moved");
    let found = place.call(&["doctor"]);
    assert_eq!(code(&found), Some(1));
    assert!(String::from_utf8_lossy(&found.stdout).contains("- signing: This validator does not sign"), "{found:?}");
    fs::rename(&hidden, &mark).expect("moved back");
    let node = place.run();
    assert_eq!(place.json(&["medicine", "list"])["total"], 1);
    node.stop();
    damage(&ledger);
    let found = place.call(&["fsck"]);
    assert_eq!(code(&found), Some(1), "{found:?}");
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(text.contains("is not as it was written (`page-"), "{text}");
    let refused = place.command(&["run"]).env("LANG", "zh_CN.UTF-8").output().expect("ran");
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(text.starts_with("账本已损坏") && text.contains("恢复备份"), "{text}");
}

#[test]
fn a_ledger_of_an_older_program_is_brought_up_and_one_of_a_newer_is_refused() {
    let place = Place::new();
    let node = place.run();
    place.add_medicine();
    node.stop();
    let ledger = place.data().join("ledger.redb");
    let folder = medproof_node::folder::Folder::new(place.data());
    let key = medproof_node::node::store_key(&folder).expect("a key");
    medproof_store::turn_back(&ledger, &key).expect("an older ledger");
    let (mut refused, mut text) = (place.call(&["run"]), String::new());
    for _ in 0..100 {
        text = String::from_utf8_lossy(&refused.stderr).into_owned();
        // A process that another test just starts holds this test's files until it is itself.
        if !text.starts_with("Another process has the ledger open") {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
        refused = place.call(&["run"]);
    }
    assert!(code(&refused) == Some(1) && text.contains("An older program wrote this ledger"), "{text}");
    assert!(text.contains("medproof migrate"), "{text}");
    let done = place.json(&["migrate"]);
    assert_eq!((&done["from"], &done["version"]), (&1.into(), &medproof_store::STORE_VERSION.0.into()));
    assert!(done["backup"].as_str().is_some_and(|backup| Path::new(backup).exists()));
    assert_eq!(place.json(&["migrate"])["from"], Value::Null, "nothing is left to do");
    assert_eq!(place.json(&["fsck"])["damage"], serde_json::json!([]));
    let node = place.run();
    assert_eq!(place.json(&["medicine", "list"])["total"], 1);
    node.stop();
    set_version(&ledger, 9);
    for command in ["run", "migrate", "fsck", "doctor"] {
        let refused = place.call(&[command]);
        let text = [refused.stdout.as_slice(), &refused.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(code(&refused) == Some(1) && text.contains("Install the newer `medproof`"), "{command}: {text}");
    }
    let chinese = place.command(&["run"]).env("LANG", "zh_CN.UTF-8").output().expect("ran");
    assert!(String::from_utf8_lossy(&chinese.stderr).starts_with("此账本由更新的程序写入"));
}

/// Writes another version into both copies of a ledger's first page, with its checksum.
fn set_version(path: &Path, version: u16) {
    let mut bytes = fs::read(path).expect("a file");
    for copy in bytes[..8_192].chunks_exact_mut(4_096) {
        copy[8..10].copy_from_slice(&version.to_be_bytes());
        let sum = medproof_core::hash::sha256(&copy[..98]);
        copy[98..130].copy_from_slice(&sum.0);
    }
    fs::write(path, bytes).expect("written");
}

#[test]
fn members_keys_trades_and_recalls_go_over_the_command_line() {
    let place = Place::new();
    let node = place.run();
    place.add_medicine();
    place.json(&["pack", "register", "--product", GTIN, "--lot", "L1", "A1", "A2", "A3"]);
    let made = place.json(&["keys", "new", "--member", "2"]);
    let (key, signature) = (made["public"].as_str().expect("a key"), made["signature"].as_str().expect("a signature"));
    let names = ["--name-zh", "批发", "--name-en", "Wholesale"];
    let add = ["member", "add", "2", "--role", "wholesaler", "--key", key, "--signature", signature];
    place.json(&[&add[..], &names].concat());
    place.json(&["member", "roles", "2", "--role", "wholesaler", "--role", "pharmacy"]);
    place.json(&["member", "suspend", "2", "--reason", "2"]);
    assert_eq!(place.json(&["member", "list"])["members"][1]["state"], "suspended");
    place.json(&["member", "resume", "2"]);
    place.json(&[&["member", "rename", "2", "--domain", "shop.example"][..], &names].concat());
    let second = place.json(&["member", "list"])["members"][1].clone();
    assert_eq!((&second["roles"][1], &second["domains"][0]), (&"pharmacy".into(), &"shop.example".into()));

    let document = place.file("document.json");
    fs::write(&document, r#"{"packs":3}"#).expect("written");
    let step = |step: &str, more: &[&str]| {
        let taken = place.json(&[&["order", "add", step, "--with", "2", "--document", &document], more].concat());
        taken["trade"].as_str().expect("an id").to_owned()
    };
    let order = step("order", &[]);
    let advice = step("despatch-advice", &["--follows", &order]);
    assert_eq!(place.json(&["order", "list"])["steps"][0]["follows"], order.as_str());
    place.json(&["pack", "ship", "--to", "1", "--trade", &advice, &scan("A1"), &scan("A2")]);
    let count = ["--advice", &advice, &scan("A1"), &scan("A3")];
    let found = place.call(&[&["delivery", "check"], &count[..]].concat());
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    assert_eq!(code(&found), Some(1), "{found:?}");
    assert!(text.contains("1 of 2 packs agree") && text.contains("\n-  ") && text.contains("\n+  "), "{text}");
    // Goods that went to oneself have nobody to report to.
    let report = place.call(&[&["delivery", "report", "--follows", &order], &count[..]].concat());
    assert_eq!(code(&report), Some(1));
    place.json(&["pack", "receive", "--trade", &advice, &scan("A1"), &scan("A2")]);

    place.json(&["keys", "rotate"]);
    let keys = place.json(&["member", "list"])["members"][0]["keys"].clone();
    assert!(keys[0]["revoked_at_ms"].is_u64() && keys[1]["revoked_at_ms"].is_null(), "{keys}");
    place.json(&["keys", "compromised", "1", "--since", "2026-01-31T12:00:00Z"]);
    assert_eq!(code(&place.call(&["keys", "revoke", "1"])), Some(1));
    let recalled = place.json(&["recall", "add", "--product", GTIN, "--lot", "L1", "--severity", "1"]);
    assert_eq!(recalled["impact"]["stock"][0]["packs"], 3);
    assert_eq!(place.json(&["recall", "list"])["lots"][0]["state"], "recalled");
    let impact = place.call(&["recall", "impact", "--product", GTIN]);
    assert!(String::from_utf8_lossy(&impact.stdout).contains("with the member  3"), "{impact:?}");
    place.json(&["recall", "add", "--measure", "lift", "--product", GTIN, "--lot", "L1"]);
    node.stop();
}

/// Changes every thousandth byte of a file behind its beginning.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).expect("a file");
    bytes.iter_mut().skip(8_192).step_by(1_000).for_each(|byte| *byte ^= 1);
    fs::write(path, bytes).expect("written");
}

#[test]
fn the_program_says_what_is_missing_in_both_languages() {
    let place = Place::new();
    let stopped = place.call(&["medicine", "list"]);
    assert_eq!(code(&stopped), Some(1));
    assert!(String::from_utf8_lossy(&stopped.stderr).starts_with("No node is running on this folder\n"));
    let chinese = place.command(&["medicine", "list"]).env("LANG", "zh_CN.UTF-8").output().expect("ran");
    assert!(String::from_utf8_lossy(&chinese.stderr).starts_with("此目录上没有正在运行的节点"));
    let json = place.call(&["medicine", "list", "--json"]);
    let told: Value = serde_json::from_slice(&json.stderr).expect("JSON");
    assert_eq!(told["type"], "cli.not-running");
    assert_eq!(code(&place.call(&["init"])), Some(1));
    assert_eq!(code(&place.call(&["nonsense"])), Some(2));
    let token = place.json(&["token", "--subject", "li", "--staff", "pharmacist", "--purpose", "TREAT"]);
    assert_eq!(token["token"].as_str().map(|token| token.split('.').count()), Some(3));
    assert_eq!(code(&place.call(&["token", "--subject", "li", "--staff", "nurse", "--hours", "13"])), Some(1));
    assert_eq!(place.json(&["keys", "list"])["keys"][0]["member"], 1);
    let taken: SocketAddr = ([127, 0, 0, 1], 0).into();
    let listener = std::net::TcpListener::bind(taken).expect("a port");
    let config = format!("[api]\nlisten = \"{}\"\n", listener.local_addr().expect("an address"));
    fs::write(place.data().join("config.toml"), config).expect("written");
    let found = place.command(&["doctor", "--json"]).output().expect("ran");
    assert_eq!(code(&found), Some(1));
    let view: Value = serde_json::from_slice(&found.stdout).expect("JSON");
    let faulty: Vec<_> =
        view["checks"].as_array().expect("checks").iter().filter(|check| !check["fault"].is_null()).collect();
    assert_eq!(faulty.len(), 1, "{view}");
    assert_eq!(faulty[0]["check"], "api");
    assert!(view["checks"].as_array().expect("checks").iter().any(|check| check["check"] == "disk"), "{view}");
    fs::write(place.data().join("config.toml"), "[member]\nlane = 32768\n").expect("written");
    let refused = place.call(&["run"]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(code(&refused) == Some(1) && text.starts_with("The lane is one that EPCIS documents take"), "{text}");
}

#[test]
fn commands_reach_a_node_that_speaks_tls_to_others() {
    let place = Place::new();
    let made = rcgen::generate_simple_self_signed(vec!["hospital.example".into()]).expect("made");
    let (certificate, key) = (place.file("certificate.pem"), place.file("key.pem"));
    fs::write(&certificate, made.cert.pem()).expect("written");
    medproof_node::folder::write_private(Path::new(&key), made.key_pair.serialize_pem().as_bytes()).expect("written");
    let tls = format!("tls_certificate = \"{certificate}\"\ntls_key = \"{key}\"\n");
    let config = format!("[api]\nlisten = \"0.0.0.0:0\"\n{tls}[consensus]\nlisten = \"127.0.0.1:0\"\n");
    fs::write(place.data().join("config.toml"), config).expect("written");
    let node = place.run();
    place.add_medicine();
    assert_eq!(place.json(&["medicine", "list"])["total"], 1);
    let run: Value = serde_json::from_slice(&fs::read(place.data().join("run.json")).expect("a file")).expect("JSON");
    assert!(run["api"].as_str().is_some_and(|api| api.starts_with("https://0.0.0.0:")), "{run}");
    assert!(run["local"].as_str().is_some_and(|local| local.starts_with("http://127.0.0.1:")), "{run}");
    node.stop();
}
