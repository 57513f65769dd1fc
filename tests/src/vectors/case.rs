//! One case: its inputs, what it must give, and its form in JSON.

use base64::{Engine, engine::general_purpose::STANDARD};
use medproof_core::{
    encoding::Message,
    plain::{Client, Many, Policy, Problem, Verdict},
};
use serde_json::{Value, json};

/// The inputs of a case about one or more scans.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) anchor: Vec<u8>,
    pub(super) have: Option<Vec<u8>>,
    pub(super) updates: Vec<Vec<u8>>,
    pub(super) scan: String,
    pub(super) proof: Vec<u8>,
    pub(super) now_ms: u64,
    pub(super) policy: Policy,
}

impl Case {
    /// A case for a client that has the anchor only; a dispenser, online.
    pub(super) fn new(name: &str, anchor: &impl Message, scan: &str, proof: Vec<u8>, now_ms: u64) -> Self {
        Self {
            name: name.to_string(),
            anchor: anchor.to_bytes(),
            have: None,
            updates: Vec::new(),
            scan: scan.to_string(),
            proof,
            now_ms,
            policy: policy("dispenser", "online"),
        }
    }

    pub(super) fn policy(mut self, purpose: &str, mode: &str) -> Self {
        self.policy = policy(purpose, mode);
        self
    }

    pub(super) fn have(mut self, memory: Vec<u8>) -> Self {
        self.have = Some(memory);
        self
    }

    pub(super) fn update(mut self, update: &impl Message) -> Self {
        self.updates.push(update.to_bytes());
        self
    }

    /// The case with what it must give, which core has to agree with.
    pub(super) fn gives(&self, overall: &str, reasons: &[&str]) -> Value {
        let verdict = self.verdict();
        assert_eq!((verdict.overall, verdict.reasons.as_slice()), (overall, reasons), "{}: {verdict:?}", self.name);
        let mut case = self.inputs();
        case["scan"] = json!(self.scan);
        case["expect"] = decimal(&json!(verdict));
        case
    }

    /// As [`Case::gives`], for a bucket in place of a proof.
    pub(super) fn gives_bucket(&self, overall: &str, reasons: &[&str]) -> Value {
        let verdict =
            self.client().verify_bucket(&self.scan, &self.proof, self.now_ms, &self.policy).expect("a policy");
        assert_eq!((verdict.overall, verdict.reasons.as_slice()), (overall, reasons), "{}: {verdict:?}", self.name);
        let mut case = self.without_proof();
        case["bucket"] = json!(base64(&self.proof));
        case["expect"] = decimal(&json!(verdict));
        case
    }

    /// The inputs without the proof, for messages that stand in its place.
    pub(super) fn without_proof(&self) -> Value {
        let mut case = self.inputs();
        case["scan"] = json!(self.scan);
        case.as_object_mut().map(|case| case.remove("proof"));
        case
    }

    /// As [`Case::gives`], for a case in which trust is not reached.
    pub(super) fn fails(&self, code: &str) -> Value {
        self.gives("cannot-tell", &[code])
    }

    /// The case about several scans.
    pub(super) fn many(&self, scans: &[String]) -> (Value, Many) {
        let mut client = self.client();
        let many = client.verify_many(scans, &self.proof, self.now_ms, &self.policy).expect("a policy");
        let mut case = self.inputs();
        case["scans"] = json!(scans);
        case["expect"] = decimal(&json!(many));
        (case, many)
    }

    pub(super) fn client(&self) -> Client {
        let mut client = match &self.have {
            Some(memory) => Client::resume(&self.anchor, memory).expect("a memory"),
            None => Client::new(&self.anchor).expect("an anchor"),
        };
        for update in &self.updates {
            client.advance(update, self.now_ms).expect("an update that succeeds");
        }
        client
    }

    fn verdict(&self) -> Verdict {
        self.client().verify(&self.scan, &self.proof, self.now_ms, &self.policy).expect("a policy")
    }

    fn inputs(&self) -> Value {
        let mut policy = json!({"purpose": self.policy.purpose, "mode": self.policy.mode});
        let limits = [
            ("max_age_online_ms", self.policy.max_age_online_ms),
            ("max_age_carried_ms", self.policy.max_age_carried_ms),
            ("clock_tolerance_ms", self.policy.clock_tolerance_ms),
        ];
        for (name, limit) in limits {
            if let Some(limit) = limit {
                policy[name] = json!(limit.to_string());
            }
        }
        json!({
            "name": self.name,
            "anchor": base64(&self.anchor),
            "have": self.have.as_deref().map(base64),
            "updates": self.updates.iter().map(|update| base64(update)).collect::<Vec<_>>(),
            "proof": base64(&self.proof),
            "now_ms": self.now_ms.to_string(),
            "policy": policy,
        })
    }
}

/// A policy with the defaults of its purpose.
pub(super) fn policy(purpose: &str, mode: &str) -> Policy {
    Policy {
        purpose: purpose.to_string(),
        mode: mode.to_string(),
        max_age_online_ms: None,
        max_age_carried_ms: None,
        clock_tolerance_ms: None,
    }
}

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A problem as vectors spell it.
pub(super) fn problem(problem: &Problem) -> Value {
    decimal(&json!(problem))
}

/// Every u64 as a decimal string, since JSON numbers are doubles in many languages.
pub(super) fn decimal(value: &Value) -> Value {
    const U64_NAMES: [&str; 5] = ["age_ms", "time_ms", "height", "expected", "found"];
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match value.as_u64() {
                Some(number) if U64_NAMES.contains(&name.as_str()) => (name.clone(), json!(number.to_string())),
                _ => (name.clone(), decimal(value)),
            })
            .collect(),
        Value::Array(values) => values.iter().map(decimal).collect(),
        value => value.clone(),
    }
}
