//! State proofs that say less than they seem to, in full and in compact form.

use super::case::Case;
use crate::{
    ledger::{Block, Ledger, Quorum, read},
    stock::{self, pack_id, pack_scan, product_code},
};
use medproof_core::{
    anchor::Anchor,
    client::scan_keys,
    encoding::{Message, Wire},
    identity::{PackId, ProductCode, Scheme, Serial},
    leaf::{Leaf, Product, State},
    proof::{Proof, QrProof},
    state::{NodeHash, Path, StateProof, Terminal, ValueHash},
};
use serde_json::Value;

pub(super) fn cases() -> Vec<Value> {
    let shelf = Shelf::new();
    let mut cases = hidden(&shelf);
    cases.extend(order(&shelf));
    cases.extend(compact(&shelf));
    cases.extend(aliases());
    cases.extend(newer());
    cases
}

/// Proofs around a leaf that only a newer client reads: what that client would ask for is not superfluous.
fn newer() -> Vec<Value> {
    let mut ledger = Ledger::new("newer beside", Quorum::new("newer beside", &[1]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    ledger.add_pack(1, "S5");
    let path = ledger.paths().pack(&pack_id(1, "N"));
    ledger.put_value(path, vec![0, 77]);
    let block = ledger.seal(60_000);
    let shelf = Shelf { ledger, anchor, block };
    let scan = pack_scan(1, "N");
    let proof = shelf.proof(&scan);
    let asked: Vec<Path> = proof.state().leaves().map(|(path, _)| path).collect();
    let more = [asked.as_slice(), &[shelf.ledger.paths().pack(&pack_id(1, "S5"))]].concat();
    let more = shelf.ledger.tree.prove(&more).expect("paths");
    let short = QrProof::from_proof(&proof).expect("has a short form").to_bytes();
    // Prelude, keys, the fields before the flag; flag, round, one signer of one; the answers.
    let flag_at = 7 + 1 + scan_keys(&read(&scan))[0].to_wire().len() + 8 + 8 + 32 + 8 + 32 + 4;
    let answers_at = flag_at + 1 + 4 + 2 + 1 + 64;
    let mut end = answers_at + 1;
    for _ in 0..short[answers_at] {
        end += 2 + usize::from(u16::from_be_bytes([short[end], short[end + 1]]));
    }
    let left_over =
        [&short[..answers_at], &[short[answers_at] + 1], &short[answers_at + 1..end], &[0, 0], &short[end..]].concat();
    let set_hash = shelf.ledger.quorum.set.hash();
    let flagged = [&short[..flag_at], &[1], set_hash.0.as_slice(), &short[flag_at + 1..]].concat();
    let newer = "trust.newer-client.leaf";
    vec![
        shelf.case("state/newer-leaf-and-more", &scan, shelf.with(&scan, more)).gives("cannot-tell", &[newer]),
        shelf.case("qr-newer/answer-left-over", &scan, left_over).fails(newer),
        shelf.case("qr-newer/cut", &scan, short[..short.len() - 1].to_vec()).fails(newer),
        shelf.case("qr-newer/trailing", &scan, [short.as_slice(), &[0]].concat()).fails(newer),
        shelf.case("qr-newer/next-set-repeated", &scan, flagged).fails("trust.message.value"),
    ]
}

/// A ledger with enough packs for proofs of several depths, and its block.
struct Shelf {
    ledger: Ledger,
    anchor: Anchor,
    block: Block,
}

impl Shelf {
    fn new() -> Self {
        let mut ledger = Ledger::new("state proofs", Quorum::new("state proofs", &[1]));
        let anchor = ledger.anchor();
        ledger.add_product(1);
        (0..20).for_each(|n| ledger.add_pack(1, &format!("S{n}")));
        let block = ledger.seal(60_000);
        Self { ledger, anchor, block }
    }

    fn proof(&self, scan: &str) -> Proof {
        self.ledger.prove(&self.block, &[scan])
    }

    fn case(&self, name: &str, scan: &str, proof: Vec<u8>) -> Case {
        Case::new(name, &self.anchor, scan, proof, self.block.header.time().0 + 1_000)
    }

    fn with(&self, scan: &str, state: StateProof) -> Vec<u8> {
        let Block { header, certificate } = self.block.clone();
        Proof::new(scan_keys(&read(scan)), Vec::new(), header, certificate, state).expect("parts").to_bytes()
    }
}

/// The ends of a proof one by one, and the bytes behind them.
fn parts(state: &StateProof) -> (Vec<Vec<u8>>, Vec<u8>) {
    let ends: Vec<Vec<u8>> = state
        .ends()
        .map(|end| {
            let prefix = &end.path.as_bytes()[..usize::from(end.depth_bits).div_ceil(8)];
            match end.terminal {
                Terminal::Nothing => [&[0, end.depth_bits], prefix].concat(),
                Terminal::Leaf(value) => {
                    let len = (value.len() as u16).to_be_bytes();
                    [&[1, end.depth_bits], end.path.as_bytes().as_slice(), &len, value].concat()
                }
                Terminal::Other(hash) => other(end.depth_bits, &end.path, &hash),
                _ => panic!("no subtree is expected"),
            }
        })
        .collect();
    let bytes = state.to_wire();
    let behind = bytes[2 + ends.concat().len()..].to_vec();
    assert_eq!(bytes, joined(&ends, &behind), "the proof is taken apart rightly");
    (ends, behind)
}

fn joined(ends: &[Vec<u8>], behind: &[u8]) -> Vec<u8> {
    [&(ends.len() as u16).to_be_bytes(), ends.concat().as_slice(), behind].concat()
}

fn other(depth_bits: u8, path: &Path, hash: &ValueHash) -> Vec<u8> {
    [&[2, depth_bits], path.as_bytes().as_slice(), hash.as_bytes().as_slice()].concat()
}

/// Each leaf of the answer in turn only by its hash: the root is right and the answer is withheld.
fn hidden(shelf: &Shelf) -> Vec<Value> {
    let scan = pack_scan(1, "S3");
    let proof = shelf.proof(&scan);
    let (ends, behind) = parts(proof.state());
    let mut cases = Vec::new();
    for (index, end) in proof.state().ends().enumerate() {
        let Terminal::Leaf(value) = end.terminal else { panic!("every path is present") };
        let mut bent = ends.clone();
        bent[index] = other(end.depth_bits, &end.path, &ValueHash::of(value));
        let state = StateProof::from_wire(&joined(&bent, &behind)).expect("well-formed");
        assert_eq!(state.root(), proof.state().root());
        let case = shelf.case(&format!("state/withheld-{index}"), &scan, shelf.with(&scan, state));
        cases.push(case.fails("trust.proof.incomplete"));
    }
    cases
}

/// Two faults in one proof: the root counts before the leaves, the leaves before what is superfluous.
fn order(shelf: &Shelf) -> Vec<Value> {
    let scan = pack_scan(1, "S3");
    let paths = shelf.ledger.paths();
    let asked: Vec<Path> = shelf.proof(&scan).state().leaves().map(|(path, _)| path).collect();
    let more = [asked.as_slice(), &[paths.pack(&pack_id(1, "S5"))]].concat();
    let of = |paths: &[Path]| shelf.ledger.tree.prove(paths).expect("paths");
    let mut fields = shelf.block.header.fields().expect("this version");
    fields.state_root = NodeHash::from_bytes([1; 32]);
    let header = medproof_core::header::Header::from(&fields);
    let certificate = shelf.ledger.quorum.certify(&header, &[0]);
    let rootless = |state: StateProof| {
        let keys = scan_keys(&read(&scan));
        Proof::new(keys, Vec::new(), header.clone(), certificate.clone(), state).expect("parts").to_bytes()
    };
    let both = [&asked[1..], &more[asked.len()..]].concat();
    vec![
        shelf.case("state/other-root-and-superfluous", &scan, rootless(of(&more))).fails("trust.state.root"),
        shelf.case("state/other-root-and-incomplete", &scan, rootless(of(&asked[1..]))).fails("trust.state.root"),
        shelf
            .case("state/incomplete-and-superfluous", &scan, shelf.with(&scan, of(&both)))
            .fails("trust.proof.incomplete"),
    ]
}

/// An end of a compact proof: its depth, and what follows where no asked path under it is present.
type Short = (u8, Vec<u8>);

/// Compact proofs that do not deal the asked paths as they must.
fn compact(shelf: &Shelf) -> Vec<Value> {
    let mut cases = Vec::new();
    for (which, scan) in [("present", pack_scan(1, "S3")), ("absent", pack_scan(1, "NONE"))] {
        let proof = shelf.proof(&scan);
        let (_, behind) = parts(proof.state());
        let asked: Vec<Path> = proof.state().leaves().map(|(path, _)| path).collect();
        let ends: Vec<Short> = proof
            .state()
            .ends()
            .map(|end| match end.terminal {
                Terminal::Leaf(_) => (end.depth_bits, Vec::new()),
                Terminal::Nothing => (end.depth_bits, vec![0]),
                Terminal::Other(hash) => {
                    (end.depth_bits, [&[2], end.path.as_bytes().as_slice(), hash.as_bytes()].concat())
                }
                _ => panic!("no subtree is expected"),
            })
            .collect();
        let short = QrProof::from_proof(&proof).expect("has a short form").to_bytes();
        let honest = short_state(ends.len() as u8, &ends, &behind);
        let head = short.strip_suffix(honest.as_slice()).expect("the short form ends with the compact proof");
        let mut add = |name: &str, compact: Vec<u8>, code: &str| {
            let case = shelf.case(&format!("compact/{which}-{name}"), &scan, [head, compact.as_slice()].concat());
            cases.push(case.fails(code));
        };
        let bent = |index: usize, to: Short| {
            let mut bent = ends.clone();
            bent[index] = to;
            short_state(bent.len() as u8, &bent, &behind)
        };
        let count = ends.len();
        let bounds = "trust.message.bounds";
        add("no-ends", short_state(0, &[], &behind), bounds);
        add("one-end-less", short_state(count as u8 - 1, &ends[..count - 1], &behind), bounds);
        let more = [ends.as_slice(), &[(3, Vec::new())]].concat();
        add("one-end-more", short_state(count as u8 + 1, &more, &behind), bounds);
        if asked.len() > 1 {
            add("all-under-one-end", short_state(1, &[(0, Vec::new())], &[]), "trust.message.value");
        }
        add("last-end-above-all", bent(count - 1, (0, ends[count - 1].1.clone())), "trust.message.order");
        add("trailing", [honest.as_slice(), &[0]].concat(), "trust.message.trailing");
        let mut zero = honest.clone();
        let len = zero.len();
        zero[len - 32..].fill(0);
        add("empty-sibling", zero, "trust.state.empty-sibling");
        let Some(absent) = ends.iter().position(|(_, fields)| !fields.is_empty()) else { continue };
        let depth = ends[absent].0;
        let pack = shelf.ledger.paths().pack(&pack_id(1, "NONE"));
        let others = |path: &Path| [&[2], path.as_bytes().as_slice(), &[7; 32]].concat();
        for kind in [1, 3, 255] {
            add(&format!("kind-{kind}"), bent(absent, (depth, vec![kind])), "trust.message.value");
        }
        add("other-is-asked", bent(absent, (depth, others(&pack))), "trust.message.value");
        add("other-is-elsewhere", bent(absent, (depth, others(&asked[0]))), "trust.message.value");
        // The absent path is named as absent at another depth: the rest no longer folds to a signed root.
        add("other-of-nothing", bent(absent, (depth, vec![0])), "trust.state.forged");
    }
    cases
}

fn short_state(count: u8, ends: &[Short], behind: &[u8]) -> Vec<u8> {
    let ends: Vec<u8> = ends.iter().flat_map(|(depth, fields)| [&[*depth], fields.as_slice()].concat()).collect();
    [&[count], ends.as_slice(), behind].concat()
}

/// A pack alias whose target is of another product than the scanned code's: that product is asked for as well.
fn aliases() -> Vec<Value> {
    let ledger_with = |recalled: bool| {
        let mut ledger = Ledger::new("alias product", Quorum::new("alias product", &[1]));
        let anchor = ledger.anchor();
        ledger.add_product(1);
        ledger.add_product(2);
        if recalled {
            ledger.put_product(2, Product { state: State::Recalled.into(), ..stock::product() });
        }
        ledger.add_pack(2, "S2");
        let chain_id = ledger.chain_id;
        let paths = medproof_core::leaf::Paths::new(&chain_id);
        let china = ProductCode::new(Scheme::China, "8100001").expect("a code");
        ledger.put(paths.product(&china), &Leaf::ProductAlias(product_code(1)));
        let alias = PackId { product: china, serial: Serial::new("0000000000123").expect("a serial") };
        ledger.put(paths.pack(&alias), &Leaf::PackAlias(pack_id(2, "S2")));
        let block = ledger.seal(60_000);
        Shelf { ledger, anchor, block }
    };
    let scan = "81000010000000000123";
    let mut cases = Vec::new();
    for (name, recalled) in [("active", false), ("recalled", true)] {
        let shelf = ledger_with(recalled);
        let proof = shelf.proof(scan);
        let product = shelf.ledger.paths().product(&product_code(2));
        let asked: Vec<Path> = proof.state().leaves().map(|(path, _)| path).filter(|path| *path != product).collect();
        let without = shelf.ledger.tree.prove(&asked).expect("paths");
        let case = shelf.case(&format!("alias/other-product-{name}"), scan, proof.to_bytes());
        cases.push(if recalled {
            case.gives("do-not-use", &["state.recalled-product"])
        } else {
            case.gives("ok", &["state.active"])
        });
        let case = shelf.case(&format!("alias/other-product-{name}-hidden"), scan, shelf.with(scan, without));
        cases.push(case.fails("trust.proof.incomplete"));
    }
    cases
}
