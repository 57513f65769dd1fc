//! Each required leaf left out, replaced, or joined by one more: the proof is refused, and says why.

mod client_support;

use client_support::{
    Scene, ask, assert_refused, assert_says,
    parts::{Parts, What},
    policy, prove_paths, shapes,
};
use medproof_core::{
    encoding::Message,
    proof::Proof,
    state::{Lookup, Path},
    verdict::{Purpose, Verdict},
};
use medproof_tests::report::ran;

const INCOMPLETE: &str = "trust.proof.incomplete";
const SUPERFLUOUS: &str = "trust.proof.superfluous";

/// A proof about `paths` where `left_out` was not asked for: refused as incomplete.
///
/// Nothing at `left_out` may still be answered by an end that another path needs.
fn check(scene: &Scene, text: &str, paths: &[Path], left_out: &Path, ask: &mut impl FnMut(&Proof) -> Verdict) -> bool {
    let proof = scene.prove_paths(text, paths);
    let is_answered = proof.state().lookup(left_out) != Lookup::Missing;
    assert!(!is_answered || scene.ledger.tree.get(left_out).is_none());
    if proof.state() == scene.prove(text).state() {
        return false;
    }
    assert_refused(&ask(&proof), if is_answered { SUPERFLUOUS } else { INCOMPLETE });
    !is_answered
}

#[test]
fn honest_proofs_say_what_they_should() {
    let scene = shapes::scene();
    for shape in shapes::shapes() {
        let proof = scene.prove(&shape.scan).to_bytes();
        assert_says(&scene.ask(&shape.scan, &proof), shape.overall, shape.reasons);
    }
    ran("client: required leaves, honest shapes", shapes::shapes().len());
}

#[test]
fn a_leaf_left_out_is_incomplete() {
    let scene = shapes::scene();
    let (mut refused, mut same) = (0, 0);
    for shape in shapes::shapes() {
        let required = scene.required(&shape.scan);
        for left_out in &required {
            let fewer: Vec<Path> = required.iter().copied().filter(|path| path != left_out).collect();
            if fewer.is_empty() {
                continue;
            }
            let mut ask = |proof: &Proof| scene.ask(&shape.scan, &proof.to_bytes());
            let is_refused = check(&scene, &shape.scan, &fewer, left_out, &mut ask);
            refused += usize::from(is_refused);
            same += usize::from(!is_refused);
        }
    }
    assert_eq!((refused, same), (139, 4), "incomplete, and absences that another end answers as well");
    ran("client: required leaves left out", refused + same);
}

#[test]
fn a_leaf_replaced_by_another_is_incomplete() {
    let scene = shapes::scene();
    let candidates = shapes::present_paths(&scene);
    let warm = scene.warm_client();
    let (mut incomplete, mut answered) = (0, 0);
    for shape in shapes::shapes() {
        let required = scene.required(&shape.scan);
        for (place, left_out) in required.iter().enumerate() {
            for other in candidates.iter().filter(|path| !required.contains(path)).skip(place % 3).step_by(3) {
                let replaced: Vec<Path> =
                    required.iter().map(|path| if path == left_out { *other } else { *path }).collect();
                let mut ask = |proof: &Proof| {
                    ask(&mut warm.clone(), &shape.scan, &proof.to_bytes(), scene.now(), &policy(Purpose::Dispenser))
                };
                let is_incomplete = check(&scene, &shape.scan, &replaced, left_out, &mut ask);
                incomplete += usize::from(is_incomplete);
                answered += usize::from(!is_incomplete);
            }
        }
    }
    println!("client\treplaced: {incomplete} incomplete, {answered} with an absence answered all the same");
    assert!(incomplete > 20 * answered);
    ran("client: required leaves replaced", incomplete + answered);
}

#[test]
fn a_leaf_too_many_is_superfluous() {
    let scene = shapes::scene();
    let candidates = shapes::present_paths(&scene);
    let warm = scene.warm_client();
    let mut cases = 0;
    for shape in shapes::shapes() {
        let required = scene.required(&shape.scan);
        for extra in candidates.iter().filter(|path| !required.contains(path)) {
            let mut more = required.clone();
            more.push(*extra);
            let proof = scene.prove_paths(&shape.scan, &more).to_bytes();
            let verdict = ask(&mut warm.clone(), &shape.scan, &proof, scene.now(), &policy(Purpose::Dispenser));
            assert_refused(&verdict, SUPERFLUOUS);
            cases += 1;
        }
    }
    ran("client: a leaf too many", cases);
}

/// The value of each required leaf is exchanged for that of another leaf, the header stays.
#[test]
fn a_value_exchanged_does_not_fold_to_the_root() {
    let scene = shapes::scene();
    let candidates = shapes::present_paths(&scene);
    let warm = scene.warm_client();
    let mut cases = 0;
    for shape in shapes::shapes() {
        let honest = scene.prove(&shape.scan);
        for path in scene.required(&shape.scan) {
            let Some(own) = scene.ledger.tree.get(&path) else { continue };
            for other in candidates.iter().step_by(7) {
                let value = scene.ledger.tree.get(other).expect("present");
                if value == own {
                    continue;
                }
                let mut parts = Parts::of(honest.state());
                parts.end_mut(&path).expect("the leaf's end").what = What::Leaf(value.to_vec());
                let (header, certificate) = (honest.header().clone(), honest.certificate().clone());
                let keys = honest.keys().to_vec();
                let proof = Proof::new(keys, Vec::new(), header, certificate, parts.to_proof()).expect("sorted keys");
                let verdict =
                    ask(&mut warm.clone(), &shape.scan, &proof.to_bytes(), scene.now(), &policy(Purpose::Dispenser));
                assert_refused(&verdict, "trust.state.root");
                cases += 1;
            }
        }
    }
    ran("client: a leaf's value exchanged", cases);
}

/// A proof for one scan does not answer for another, whatever its leaves.
#[test]
fn a_proof_for_another_scan_is_refused() {
    let scene = shapes::scene();
    let warm = scene.warm_client();
    let mut cases = 0;
    for asked in shapes::shapes() {
        for proved in shapes::shapes() {
            if asked.scan == proved.scan {
                continue;
            }
            let proof = scene.prove(&proved.scan).to_bytes();
            let verdict = ask(&mut warm.clone(), &asked.scan, &proof, scene.now(), &policy(Purpose::Dispenser));
            assert_refused(&verdict, "trust.proof.other-scan");
            let swapped = prove_paths(&scene.ledger.tree, &scene.block, &asked.scan, &scene.required(&proved.scan));
            let verdict =
                ask(&mut warm.clone(), &asked.scan, &swapped.to_bytes(), scene.now(), &policy(Purpose::Dispenser));
            assert_ne!(verdict.reasons, [] as [&str; 0]);
            assert!(
                [INCOMPLETE, SUPERFLUOUS].contains(&verdict.reasons[0]),
                "{} with the leaves of {}: {:?}",
                asked.name,
                proved.name,
                verdict.reasons
            );
            cases += 2;
        }
    }
    ran("client: proof of another scan", cases);
}
