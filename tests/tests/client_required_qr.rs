//! The QR form under attack: answers dropped, added, exchanged, emptied.

mod client_support;

use client_support::{Scene, ask, assert_refused, assert_says, parts::QrParts, policy, qr, shapes};
use medproof_core::{
    encoding::Message,
    verdict::{Purpose, Verdict},
};
use medproof_tests::report::ran;
use std::collections::BTreeMap;

/// How often each reason was given.
#[derive(Default)]
struct Tally(BTreeMap<&'static str, usize>);

impl Tally {
    /// Notes a refusal; anything else is a hole.
    #[track_caller]
    fn note(&mut self, verdict: &Verdict) {
        let code = verdict.reasons[0];
        assert_refused(verdict, code);
        *self.0.entry(code).or_default() += 1;
    }

    /// Asserts that these were the reasons, each at least once.
    #[track_caller]
    fn assert(&self, suite: &str, expected: &[&str]) {
        println!("{suite}: {:?}", self.0);
        let found: Vec<&str> = self.0.keys().copied().collect();
        assert_eq!(found, expected);
        ran(suite, self.0.values().sum());
    }
}

/// Asks about each shape with its QR form, changed in each way that `changes` gives.
fn attack(changes: impl Fn(&QrParts) -> Vec<QrParts>) -> Tally {
    let scene = shapes::scene();
    let mut tally = Tally::default();
    for shape in shapes::shapes() {
        let honest = QrParts::of(&qr(&scene.prove(&shape.scan)));
        for changed in changes(&honest) {
            tally.note(&answer(&scene, &shape.scan, &changed));
        }
    }
    tally
}

fn answer(scene: &Scene, text: &str, parts: &QrParts) -> Verdict {
    ask(&mut scene.client(), text, &parts.to_bytes(), scene.now(), &policy(Purpose::Dispenser))
}

#[test]
fn both_forms_give_one_verdict() {
    let scene = shapes::scene();
    for shape in shapes::shapes() {
        let proof = scene.prove(&shape.scan);
        let short = qr(&proof);
        assert_eq!(QrParts::of(&short).to_bytes(), short);
        let verdict = scene.ask(&shape.scan, &short);
        assert_says(&verdict, shape.overall, shape.reasons);
        assert_eq!(verdict, scene.ask(&shape.scan, &proof.to_bytes()), "{}", shape.name);
    }
    ran("client: QR form, honest shapes", shapes::shapes().len());
}

#[test]
fn the_last_answer_dropped_is_incomplete() {
    let tally = attack(|honest| {
        let mut parts = honest.clone();
        parts.answers.pop();
        if parts.answers.is_empty() { Vec::new() } else { vec![parts] }
    });
    tally.assert("client: QR form, last answer dropped", &["trust.proof.incomplete"]);
}

#[test]
fn an_answer_added_at_the_end_is_superfluous() {
    let tally = attack(|honest| {
        let with = |answer: Vec<u8>| {
            let mut parts = honest.clone();
            parts.answers.push(answer);
            parts
        };
        honest.answers.iter().cloned().chain([Vec::new()]).map(with).collect()
    });
    tally.assert("client: QR form, answer added at the end", &["trust.proof.superfluous"]);
}

#[test]
fn an_answer_dropped_elsewhere_is_refused() {
    let tally = attack(|honest| {
        let without = |place: usize| {
            let mut parts = honest.clone();
            parts.answers.remove(place);
            parts
        };
        (0..honest.answers.len() - 1).map(without).collect()
    });
    tally.assert(
        "client: QR form, answer dropped",
        &[
            "trust.message.bounds",
            "trust.message.value",
            "trust.proof.dangling",
            "trust.proof.incomplete",
            "trust.proof.leaf-type",
            "trust.proof.superfluous",
        ],
    );
}

#[test]
fn an_answer_added_elsewhere_is_refused() {
    let tally = attack(|honest| {
        let mut all = Vec::new();
        for place in 0..honest.answers.len() {
            for answer in honest.answers.iter().cloned().chain([Vec::new()]) {
                let mut parts = honest.clone();
                parts.answers.insert(place, answer);
                all.push(parts);
            }
        }
        all
    });
    tally.assert(
        "client: QR form, answer added",
        &[
            "trust.message.value",
            "trust.proof.dangling",
            "trust.proof.leaf-type",
            "trust.proof.superfluous",
            "trust.proof.too-deep",
        ],
    );
}

#[test]
fn two_answers_exchanged_are_refused() {
    let tally = attack(|honest| {
        let mut all = Vec::new();
        for a in 0..honest.answers.len() {
            for b in 0..a {
                if honest.answers[a] != honest.answers[b] {
                    let mut parts = honest.clone();
                    parts.answers.swap(a, b);
                    all.push(parts);
                }
            }
        }
        all
    });
    tally.assert(
        "client: QR form, answers exchanged",
        &[
            "trust.certificate.signature",
            "trust.message.value",
            "trust.proof.dangling",
            "trust.proof.leaf-type",
            "trust.proof.superfluous",
        ],
    );
}

#[test]
fn an_answer_emptied_is_refused() {
    let tally = attack(|honest| {
        let emptied = |place: usize| {
            let mut parts = honest.clone();
            parts.answers[place].clear();
            parts
        };
        (0..honest.answers.len()).filter(|place| !honest.answers[*place].is_empty()).map(emptied).collect()
    });
    tally.assert(
        "client: QR form, answer emptied",
        &["trust.message.value", "trust.proof.dangling", "trust.proof.leaf-type", "trust.proof.superfluous"],
    );
}

/// Answers of one scan under the keys of another.
#[test]
fn answers_of_another_scan_are_refused() {
    let scene = shapes::scene();
    let mut tally = Tally::default();
    let forms: Vec<_> =
        shapes::shapes().into_iter().map(|shape| (QrParts::of(&qr(&scene.prove(&shape.scan))), shape.scan)).collect();
    for (own, text) in &forms {
        for (other, other_text) in &forms {
            if own.answers == other.answers {
                continue;
            }
            let mixed = QrParts { before: own.before.clone(), ..other.clone() };
            tally.note(&answer(&scene, text, &mixed));
            let whole = scene.prove(other_text);
            tally.note(&scene.ask(text, &qr(&whole)));
            assert_ne!(whole.to_bytes(), scene.prove(text).to_bytes());
        }
    }
    tally.assert(
        "client: QR form of another scan",
        &[
            "trust.certificate.signature",
            "trust.message.padding",
            "trust.message.value",
            "trust.proof.incomplete",
            "trust.proof.leaf-type",
            "trust.proof.other-scan",
            "trust.proof.superfluous",
            "trust.proof.too-deep",
            "trust.state.forged",
        ],
    );
}
