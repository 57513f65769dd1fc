//! What is proved about a seller, as a flat record.

use super::{Client, MemberInfo, Policy, Problem, member_state};
use crate::{client, event::MemberRole, header::UnixMillis, leaf};
use alloc::vec::Vec;

#[cfg(feature = "serde")]
use serde::Serialize;

/// Whether the seller at a domain is a member that may give medicines to patients, and who that is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct Seller {
    /// Whether the seller is proved. Where it is not, that says nothing bad about the shop.
    pub proved: bool,
    /// Why not, as a stable code.
    pub reason: Option<&'static str>,
    /// Whether a quorum vouches for the member's leaf.
    pub trust: &'static str,
    /// The check that failed, if trust is `invalid` or could not be reached.
    pub problem: Option<Problem>,
    /// `fresh`, `carried`, `stale` or `future`.
    pub freshness: Option<&'static str>,
    /// Age of the header; how far ahead it is, if freshness is `future`.
    pub age_ms: Option<u64>,
    /// Height of the header.
    pub height: Option<u64>,
    /// Time of the header.
    pub time_ms: Option<u64>,
    /// The number of the member that the proof is about, if it has a leaf.
    pub member: Option<u32>,
    /// `admitted`, `suspended` or `excluded`.
    pub state: Option<&'static str>,
    /// Numbers of the member's roles, ascending.
    pub roles: Vec<u16>,
    /// Who the member is; absent unless it is proved and holds the domain.
    pub info: Option<MemberInfo>,
}

impl Client {
    /// Whether the seller at `domain` is a member that may give medicines to patients, from a bundle about one member.
    ///
    /// `domain` is a host name in lower case, without port; a name in other letters as `xn--`.
    pub fn verify_seller(
        &mut self,
        domain: &str,
        bundle: &[u8],
        now_ms: u64,
        policy: &Policy,
    ) -> Result<Seller, Problem> {
        Ok(Seller::from(self.0.verify_seller(domain, bundle, UnixMillis(now_ms), &policy.checked()?)))
    }
}

impl From<client::Seller> for Seller {
    fn from(seller: client::Seller) -> Self {
        let leaf = seller.member.as_ref().map(|(_, leaf)| leaf);
        Self {
            proved: seller.is_proved(),
            reason: seller.doubt.as_ref().map(client::SellerDoubt::code),
            trust: seller.trust.name(),
            problem: seller.trust.error().map(Problem::from),
            freshness: seller.freshness.map(|freshness| freshness.name()),
            age_ms: seller.freshness.map(|freshness| freshness.ms()),
            height: seller.as_of.map(|as_of| as_of.height.0),
            time_ms: seller.as_of.map(|as_of| as_of.time.0),
            member: seller.member.as_ref().map(|(member, _)| member.0),
            state: leaf.and_then(leaf::Member::known_state).map(member_state),
            roles: leaf.map(roles).unwrap_or_default(),
            info: seller.info.map(MemberInfo::from),
        }
    }
}

fn roles(leaf: &leaf::Member) -> Vec<u16> {
    (1..=16).filter(|role| leaf.has_role(MemberRole(*role))).map(u16::from).collect()
}
