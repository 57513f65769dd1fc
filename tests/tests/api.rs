//! Every public type of core, named once, so that a rename is seen.

use medproof_core::{
    anchor, bucket, bundle, certificate, client, custody, disclosure, encoding, event, facts, fork, genesis, handover,
    hash, header, identity, info, keys, leaf, log, plain, proof, prove, scan, state, validators, verdict,
};
use std::{
    collections::BTreeSet,
    error::Error,
    fmt::{Debug, Display},
    fs,
    hash::Hash,
    path::Path,
};

#[test]
fn every_public_type_has_its_name() {
    values::<anchor::Anchor>();
    values::<bucket::Bucket>();
    values::<bundle::Bundle>();
    values::<certificate::Certificate>();
    values::<certificate::Signers>();
    values::<custody::Chain>();
    values::<custody::Custody>();
    values::<custody::Step>();
    values::<disclosure::Disclosure>();
    values::<disclosure::Field>();
    values::<event::Event>();
    values::<event::EventHead>();
    values::<event::LogEntry>();
    values::<facts::Facts>();
    values::<facts::Gap>();
    values::<fork::Fork>();
    values::<genesis::FirstMember>();
    values::<genesis::Genesis>();
    values::<handover::HandOver>();
    values::<header::Header>();
    values::<header::HeaderFields>();
    values::<info::MemberInfo>();
    values::<info::ProductInfo>();
    values::<client::Advanced>();
    values::<client::Consistency>();
    values::<client::Contents>();
    values::<client::BundlePart>();
    values::<client::Opened>();
    values::<client::Many>();
    values::<client::RecordAnswer>();
    values::<client::Seller>();
    values::<client::SellerDoubt>();
    values::<client::Update>();
    values::<leaf::Leaf>();
    values::<leaf::Counter>();
    values::<leaf::Exposure>();
    values::<leaf::Holds>();
    values::<leaf::Interval>();
    values::<leaf::Key>();
    values::<leaf::Lot>();
    values::<leaf::Member>();
    values::<leaf::MemberState>();
    values::<leaf::Pack>();
    values::<leaf::Parameters>();
    values::<leaf::Place>();
    values::<leaf::Prior>();
    values::<leaf::Product>();
    values::<leaf::Record>();
    values::<leaf::RetiredPack>();
    values::<leaf::StorageLimits>();
    values::<leaf::Unit>();
    values::<leaf::UnitPlace>();
    values::<log::LogProof>();
    values::<proof::Answer>();
    values::<proof::Key>();
    values::<proof::Proof>();
    values::<proof::QrProof>();
    values::<scan::CryptoTail>();
    values::<scan::Element<'static>>();
    values::<scan::Elements>();
    values::<scan::Reading>();
    values::<scan::Scan>();
    values::<scan::Target>();
    values::<scan::digital_link::Link>();
    values::<state::BucketProof>();
    values::<state::Lookup<'static>>();
    values::<state::StateProof>();
    values::<validators::Validator>();
    values::<validators::ValidatorSet>();
    values::<verdict::Agreement>();
    values::<verdict::AsOf>();
    values::<verdict::Expiry>();
    values::<verdict::Freshness>();
    values::<verdict::Identifier>();
    values::<verdict::Issuer>();
    values::<verdict::KeyState>();
    values::<verdict::Level>();
    values::<verdict::Match>();
    values::<verdict::PackDetails>();
    values::<verdict::Policy>();
    values::<verdict::States>();
    values::<verdict::Trust>();
    values::<verdict::Verdict>();
    values::<keys::Signature>();
    values::<encoding::MessageType>();
    values::<certificate::VoteKind>();
    values::<hash::Tag>();
    values::<verdict::Mode>();
}

#[test]
fn names_and_numbers_can_be_keys_of_maps() {
    map_keys::<event::EventKind>();
    map_keys::<event::MemberRole>();
    map_keys::<hash::Digest>();
    map_keys::<header::Height>();
    map_keys::<header::UnixMillis>();
    map_keys::<identity::Day>();
    map_keys::<identity::Lot>();
    map_keys::<identity::MemberId>();
    map_keys::<identity::PackId>();
    map_keys::<identity::ProductCode>();
    map_keys::<identity::Scheme>();
    map_keys::<identity::Serial>();
    map_keys::<identity::Sscc>();
    map_keys::<keys::KeyNumber>();
    map_keys::<keys::PublicKey>();
    map_keys::<leaf::Family>();
    map_keys::<leaf::LotRef>();
    map_keys::<leaf::Parent>();
    map_keys::<leaf::State>();
    map_keys::<leaf::StateCode>();
    map_keys::<log::LeafIndex>();
    map_keys::<log::LogHash>();
    map_keys::<log::TreeSize>();
    map_keys::<state::NodeHash>();
    map_keys::<state::Path>();
    map_keys::<state::Prefix>();
    map_keys::<state::ValueHash>();
    map_keys::<verdict::Overall>();
    map_keys::<verdict::Purpose>();
}

#[test]
fn parsers_and_stores_can_be_sent() {
    sendable::<client::Client>();
    sendable::<encoding::Reader<'static>>();
    sendable::<leaf::Paths<'static>>();
    sendable::<log::MemoryLog>();
    sendable::<plain::Client>();
    sendable::<scan::Form>();
    sendable::<scan::Label>();
    sendable::<scan::Mode>();
    sendable::<scan::Repair>();
    sendable::<scan::Repairs>();
    sendable::<scan::carrier::Carrier<'static>>();
    sendable::<scan::carrier::CarrierKind>();

    sendable::<scan::write::Symbol>();
    sendable::<state::End<'static>>();
    sendable::<state::Leaves<'static>>();
    sendable::<state::MemoryTree>();
    sendable::<state::Terminal<'static>>();
}

#[test]
fn errors_can_be_compared() {
    values::<certificate::CertificateError>();
    values::<client::TrustError>();
    values::<disclosure::FieldsDiffer>();
    values::<facts::ProofGap>();
    values::<identity::IdentityError>();
    values::<keys::KeyError>();
    values::<leaf::LeafError>();
    values::<prove::ProveError>();
    values::<scan::ScanError>();
    errors::<encoding::DecodeError>();
    errors::<log::LogError>();
    errors::<state::StateError>();
}

#[test]
fn records_of_the_bindings_go_through_json() {
    /// Policies come in; everything else goes out.
    fn input<T: serde::de::DeserializeOwned>() {}
    input::<plain::Policy>();
    records::<plain::Advanced>();
    records::<plain::AnchorInfo>();
    records::<plain::Axes>();
    records::<plain::Contents>();
    records::<plain::Issuer>();
    records::<plain::Happening>();
    records::<plain::Many>();
    records::<plain::MemberInfo>();
    records::<plain::Opened>();
    records::<plain::Policy>();
    records::<plain::Problem>();
    records::<plain::ProductInfo>();
    records::<plain::Reading>();
    records::<plain::ScanInfo>();
    records::<plain::Seller>();
    records::<plain::States>();
    records::<plain::Verdict>();
}

#[test]
fn traits_are_implemented_by_name() {
    fn message<T: encoding::Message>() -> encoding::MessageType {
        T::TYPE
    }
    fn wire<T: encoding::Wire>() {}
    fn source<'a, T: facts::Source<'a>>() {}
    assert_eq!(message::<proof::Proof>(), encoding::MessageType::Proof);
    wire::<hash::Digest>();
    source::<&state::StateProof>();
    fn log_nodes<T: log::LogNodes>() {}
    log_nodes::<log::MemoryLog>();
    #[expect(dead_code, reason = "core keeps to itself what implements the trait")]
    fn subtree<T: state::Subtree>() -> Option<state::Fork<T>> {
        None
    }
}

/// A type that is public in core and missing above fails here.
#[test]
fn no_public_type_is_left_out() {
    let here = include_str!("api.rs");
    let mut missing = BTreeSet::new();
    for source in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src")) {
        let text = fs::read_to_string(&source).expect("the source can be read");
        for line in text.lines() {
            let Some(item) = line.strip_prefix("pub ") else { continue };
            let mut words = item.split(|c: char| !c.is_alphanumeric() && c != '_');
            let (Some("struct" | "enum" | "trait" | "type"), Some(name)) = (words.next(), words.next()) else {
                continue;
            };
            if !here.contains(&format!("::{name}>")) && !here.contains(&format!("::{name}<")) {
                missing.insert(name.to_string());
            }
        }
    }
    // `Found` is another name for an option, `Wire`, `Message` and `Source` stand above as bounds.
    let known: BTreeSet<String> = ["Found"].map(String::from).into();
    assert_eq!(missing, known);
}

fn values<T: Clone + Debug + PartialEq + Send + Sync + 'static>() {}

fn map_keys<T: Clone + Debug + Ord + Hash + Send + Sync + 'static>() {}

fn sendable<T: Clone + Debug + Send + Sync + 'static>() {}

fn errors<T: Error + Copy + Display + PartialEq + Send + Sync + 'static>() {}

fn records<T: Clone + Debug + PartialEq + Send + serde::Serialize>() {}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("core's sources").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
