//! What is proved about a seller.

use crate::{MemberInfo, Problem, record::record};

record! {
    /// Whether the seller at a domain is a member that may give medicines to patients, and who that is.
    Seller {
        /// Whether the seller is proved. Where it is not, that says nothing bad about the shop.
        proved: bool,
        /// Why not, as a stable code.
        reason: Option<String>,
        /// Whether a quorum vouches for the member's leaf.
        trust: String,
        /// The check that failed, if trust is `invalid` or could not be reached.
        problem: Option<Problem>,
        /// `fresh`, `carried`, `stale` or `future`.
        freshness: Option<String>,
        /// Age of the header; how far ahead it is, if freshness is `future`.
        age_ms: Option<u64>,
        /// Height of the header.
        height: Option<u64>,
        /// Time of the header.
        time_ms: Option<u64>,
        /// The number of the member that the proof is about, if it has a leaf.
        member: Option<u32>,
        /// `admitted`, `suspended` or `excluded`.
        state: Option<String>,
        /// Numbers of the member's roles, ascending.
        roles: Vec<u16>,
        /// Who the member is; absent unless it is proved and holds the domain.
        info: Option<MemberInfo>,
    }
}
