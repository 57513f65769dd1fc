//! Who a shop is: the member whose information holds the shop's domain.
//!
//! ```text
//! domain on the page ──► node: some member ──► bundle: proof with the one key "member" ‖ member information
//!                                                        │ leaf: state, roles, info hash
//!                        proved: the leaf is of an admitted dispenser, and the information that it commits to
//!                                holds the domain
//! ```
//!
//! The domain decides, not the node: whichever member it names, the proved information must hold the very
//! domain that was asked for. That no member has a domain cannot be proved, so the answer is "proved" or "not proved",
//! and "not proved" says nothing bad about a shop. A member states its domains itself; the proof shows who
//! stated them and that this member may give medicines to patients.

use super::{Client, TrustError, error::Refusal};
use crate::{
    bundle::Bundle,
    encoding::Message,
    event::MemberRole,
    header::UnixMillis,
    identity::MemberId,
    info::{MemberInfo, is_domain},
    leaf::{Leaf, Member, MemberState, Paths},
    proof::Key,
    verdict::{AsOf, Checked, Freshness, Policy, Trust, codes, freshness},
};

/// What was proved about the seller behind a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seller {
    /// Why the seller is not proved; `None` if it is.
    pub doubt: Option<SellerDoubt>,
    /// Whether a quorum vouches for the member's leaf.
    pub trust: Trust,
    /// How old the answer is; absent where nothing was proved.
    pub freshness: Option<Freshness>,
    /// The header that the answer is about.
    pub as_of: Option<AsOf>,
    /// The member that the proof is about, if it has a leaf that this client reads.
    pub member: Option<(MemberId, Member)>,
    /// Who that is; absent unless the leaf commits to it and it holds the domain.
    pub info: Option<MemberInfo>,
}

/// Why a seller is not proved. The first that applies, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SellerDoubt {
    /// What was asked for is not written as a domain.
    MalformedDomain,
    /// Trust was not reached.
    Trust(TrustError),
    /// The leaf or its state is newer than this client.
    Newer,
    /// The member is proved not to exist.
    Absent,
    /// No member information came with the proof.
    NoInformation,
    /// The leaf does not commit to the information.
    OtherInformation,
    /// The information does not hold the domain.
    OtherDomain,
    /// The member may not act for now.
    Suspended,
    /// The member may not act any more.
    Excluded,
    /// The member has no role that gives medicines to patients.
    Role,
    /// The proof is too old, or the member was seen at a newer height before.
    Stale,
    /// The header lies ahead of the device's clock.
    Future,
}

impl SellerDoubt {
    /// The stable reason code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MalformedDomain => "seller.malformed-domain",
            Self::Trust(error) => error.code(),
            Self::Newer => codes::NEWER_LEAF,
            Self::Absent => "seller.absent",
            Self::NoInformation => "seller.no-information",
            Self::OtherInformation => "seller.other-information",
            Self::OtherDomain => "seller.other-domain",
            Self::Suspended => "seller.suspended",
            Self::Excluded => "seller.excluded",
            Self::Role => "seller.role",
            Self::Stale => "seller.stale",
            Self::Future => "seller.future",
        }
    }
}

impl Client {
    /// Whether the seller at `domain` is a member that may give medicines to patients.
    ///
    /// `bundle` holds the proof about one member, in full or QR form, and that member's information. `domain` is a
    /// host name in lower case, without port; a name in other letters as `xn--`.
    pub fn verify_seller(&mut self, domain: &str, bundle: &[u8], now: UnixMillis, policy: &Policy) -> Seller {
        if !is_domain(domain) {
            return Seller::doubted(SellerDoubt::MalformedDomain, Trust::NotChecked);
        }
        match self.check_seller(bundle, now) {
            Ok(found) => found.judge(domain, now, policy),
            Err(refusal) => Seller::doubted(SellerDoubt::Trust(*refusal), Trust::Failed(*refusal)),
        }
    }

    fn check_seller(&mut self, bundle: &[u8], now: UnixMillis) -> Result<Found, Refusal> {
        self.check_period(now)?;
        let bundle = Bundle::from_bytes(bundle)?;
        let proof = self.decode(&bundle.proof)?;
        let keys = proof.keys();
        let [Key::Member(member)] = keys.as_slice() else { return Err(TrustError::OtherScan.into()) };
        let path = Paths::new(self.anchor.chain_id()).member(*member);
        let (mut checked, leaf) = self.check_alone(Key::Member(*member), &path, &proof)?;
        let height = checked.as_of.height;
        checked.is_superseded = self.seen.newest(&path).is_some_and(|seen| seen > height);
        let leaf = match leaf {
            Some(Leaf::Member(leaf)) => Some(leaf),
            _ => None,
        };
        if leaf.is_some() || checked.facts.newer {
            self.seen.remember(&path, height);
        }
        Ok(Found { member: *member, leaf, checked, info: bundle.issuer })
    }
}

/// What a quorum vouches for, and the information that came with it.
struct Found {
    member: MemberId,
    leaf: Option<Member>,
    checked: Checked,
    info: Option<MemberInfo>,
}

impl Found {
    fn judge(self, domain: &str, now: UnixMillis, policy: &Policy) -> Seller {
        let freshness = freshness(&self.checked, now, policy);
        let doubt = self.doubt(domain, freshness);
        let is_newer = doubt == Some(SellerDoubt::Newer);
        let leaf = self.leaf;
        let is_named = leaf.as_ref().zip(self.info.as_ref()).is_some_and(|(leaf, info)| holds(leaf, info, domain));
        Seller {
            doubt,
            trust: if is_newer { Trust::NeedsNewerClient } else { Trust::Quorum },
            freshness: Some(freshness),
            as_of: Some(self.checked.as_of),
            member: leaf.map(|leaf| (self.member, leaf)),
            info: self.info.filter(|_| is_named),
        }
    }

    fn doubt(&self, domain: &str, freshness: Freshness) -> Option<SellerDoubt> {
        if self.checked.facts.newer {
            return Some(SellerDoubt::Newer);
        }
        let Some(leaf) = &self.leaf else { return Some(SellerDoubt::Absent) };
        let Some(state) = leaf.known_state() else { return Some(SellerDoubt::Newer) };
        let Some(info) = &self.info else { return Some(SellerDoubt::NoInformation) };
        if info.hash() != leaf.info_hash {
            return Some(SellerDoubt::OtherInformation);
        }
        if !holds(leaf, info, domain) {
            return Some(SellerDoubt::OtherDomain);
        }
        match state {
            MemberState::Suspended => return Some(SellerDoubt::Suspended),
            MemberState::Excluded => return Some(SellerDoubt::Excluded),
            MemberState::Admitted => {}
        }
        if !DISPENSERS.iter().any(|role| leaf.has_role(*role)) {
            return Some(SellerDoubt::Role);
        }
        match freshness {
            Freshness::Stale { .. } => Some(SellerDoubt::Stale),
            Freshness::Future { .. } => Some(SellerDoubt::Future),
            Freshness::Fresh { .. } | Freshness::Carried { .. } => None,
        }
    }
}

/// Whether the leaf commits to the information, and the information holds the domain: the same bytes, no suffix.
fn holds(leaf: &Member, info: &MemberInfo, domain: &str) -> bool {
    info.hash() == leaf.info_hash && info.domains.iter().any(|known| known == domain)
}

impl Seller {
    /// Whether the seller is proved.
    pub const fn is_proved(&self) -> bool {
        self.doubt.is_none()
    }

    const fn doubted(doubt: SellerDoubt, trust: Trust) -> Self {
        Self { doubt: Some(doubt), trust, freshness: None, as_of: None, member: None, info: None }
    }
}

/// Hospital and pharmacy: the roles that may give packs to patients.
const DISPENSERS: [MemberRole; 2] = [MemberRole(4), MemberRole(5)];

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        anchor::Anchor,
        encoding::DecodeError,
        header::Header,
        keys::KeyNumber,
        sample::{fields, set},
        verdict::{Mode, Purpose},
    };
    use alloc::{string::String, vec, vec::Vec};
    use std::collections::BTreeSet;

    fn info() -> MemberInfo {
        let domains = vec![String::from("shop.example")];
        MemberInfo { name_zh: String::new(), name_en: String::from("Shop"), gln: String::new(), domains }
    }

    fn leaf() -> Member {
        Member { state: 1, roles: 1 << 4, newest_key: KeyNumber(1), info_hash: info().hash() }
    }

    fn doubt(leaf: Option<Member>, info: Option<MemberInfo>, domain: &str, ms: u64) -> Option<SellerDoubt> {
        let header = Header::from(&fields(&set(&[1])));
        let as_of = AsOf { height: header.height(), time: header.time() };
        let facts = crate::facts::Facts::default();
        let checked = Checked { facts, as_of, is_older: false, is_superseded: false };
        let policy = Policy::new(Purpose::Buyer, Mode::Online);
        let seller =
            Found { member: MemberId(5), leaf, checked, info }.judge(domain, UnixMillis(as_of.time.0 + ms), &policy);
        assert_eq!(seller.is_proved(), seller.doubt.is_none());
        seller.doubt
    }

    #[test]
    fn each_refusal_is_its_own() {
        let with = |change: fn(&mut Member)| {
            let mut leaf = leaf();
            change(&mut leaf);
            Some(leaf)
        };
        let renamed = MemberInfo { name_en: String::from("Other"), ..info() };
        let good = || Some(info());
        for (leaf, info, domain, ms, expected) in [
            (Some(leaf()), good(), "shop.example", 0, None),
            (with(|leaf| leaf.roles = 1 << 3), good(), "shop.example", 300_000, None),
            (None, good(), "shop.example", 0, Some(SellerDoubt::Absent)),
            (with(|leaf| leaf.state = 9), good(), "shop.example", 0, Some(SellerDoubt::Newer)),
            (Some(leaf()), None, "shop.example", 0, Some(SellerDoubt::NoInformation)),
            (Some(leaf()), Some(renamed), "shop.example", 0, Some(SellerDoubt::OtherInformation)),
            (Some(leaf()), good(), "a.shop.example", 0, Some(SellerDoubt::OtherDomain)),
            (with(|leaf| leaf.state = 2), good(), "shop.example", 0, Some(SellerDoubt::Suspended)),
            (with(|leaf| leaf.state = 3), good(), "shop.example", 0, Some(SellerDoubt::Excluded)),
            (with(|leaf| leaf.roles = 0b111), good(), "shop.example", 0, Some(SellerDoubt::Role)),
            (Some(leaf()), good(), "shop.example", 300_001, Some(SellerDoubt::Stale)),
        ] {
            assert_eq!(doubt(leaf, info, domain, ms), expected, "{domain} {expected:?}");
        }
    }

    #[test]
    fn a_malformed_domain_is_refused_before_the_bundle() {
        let set = set(&[1]);
        let header = Header::from(&fields(&set));
        let now = header.time();
        let anchor = Anchor::new("chain", true, header, set, 1_000).expect("an anchor");
        let mut client = Client::new(anchor);
        let policy = Policy::new(Purpose::Buyer, Mode::Online);
        let seller = client.verify_seller("Shop.example", b"", now, &policy);
        assert_eq!((seller.doubt, seller.trust), (Some(SellerDoubt::MalformedDomain), Trust::NotChecked));
        let seller = client.verify_seller("shop.example", b"", now, &policy);
        let truncated = TrustError::Decode(DecodeError::Truncated);
        assert_eq!((seller.doubt, seller.trust), (Some(SellerDoubt::Trust(truncated)), Trust::Failed(truncated)));
    }

    #[test]
    fn codes_are_distinct() {
        use SellerDoubt::{
            Absent, Excluded, Future, MalformedDomain, Newer, NoInformation, OtherDomain, OtherInformation, Role,
            Stale, Suspended,
        };
        let all = [
            MalformedDomain,
            Newer,
            Absent,
            NoInformation,
            OtherInformation,
            OtherDomain,
            Suspended,
            Excluded,
            Role,
            Stale,
            Future,
            SellerDoubt::Trust(TrustError::OtherChain),
        ];
        let codes: BTreeSet<&str> = all.iter().map(SellerDoubt::code).collect();
        assert_eq!(codes.len(), all.len());
        let own: Vec<_> = codes.iter().filter(|code| code.starts_with("seller.")).collect();
        assert_eq!(own.len(), 10);
    }
}
