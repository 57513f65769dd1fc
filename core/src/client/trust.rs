//! From a header with a certificate to a trusted header.

use super::{Client, TrustError, error::Refusal, ranges::Ranges};
use crate::{
    certificate::Certificate,
    fork::Fork,
    handover::HandOver,
    hash::Digest,
    header::{Header, Height, UnixMillis},
    state::StateProof,
    validators::ValidatorSet,
};

impl Client {
    /// Refuses everything once a fork was seen or the trusting period is over.
    ///
    /// The period is measured once, from the newest header trusted before this step.
    pub(super) fn check_period(&self, now: UnixMillis) -> Result<(), Refusal> {
        if let Some(height) = self.forked_at {
            return Err(TrustError::Fork { height }.into());
        }
        let until = UnixMillis(self.newest.time().0.saturating_add(self.anchor.trusting_period_ms()));
        if now > until { Err(TrustError::NeedsNewAnchor { until }.into()) } else { Ok(()) }
    }

    /// The ranges after `hand_overs`; those already known are compared and skipped.
    ///
    /// A header that contradicts a known one is a fork, if it is certified.
    pub(super) fn ranges_after(&mut self, hand_overs: &[HandOver]) -> Result<Ranges, Refusal> {
        let mut ranges = self.ranges.clone();
        if !hand_overs.is_sorted_by(|a, b| a.header.height() < b.header.height()) {
            return Err(TrustError::HandOverOrder.into());
        }
        for hand_over in hand_overs {
            let HandOver { header, certificate, new_set } = hand_over;
            if header.chain_id() != self.anchor.chain_id() {
                return Err(TrustError::OtherChain.into());
            }
            if header.height() > self.newest.height() {
                self.check_time_order(header)?;
                ranges.hand_over(hand_over)?;
                let set = ranges.set_for(header)?.clone();
                self.check_fork(&ranges, set, header, certificate)?;
            } else if ranges.is_boundary(header) && header.next_set_hash() == new_set.hash() {
                check_certificate(certificate, header, self.set_for(&ranges, header)?)?;
            } else {
                let certified = self.certify(&ranges, header, certificate);
                let fork = certified.err().filter(|error| error.is_fork());
                return Err(fork.unwrap_or_else(|| TrustError::HandOverOrder.into()));
            }
        }
        Ok(ranges)
    }

    /// Checks that a quorum vouches for the leaves of `state`; the ranges to go forward with.
    pub(super) fn vouch(
        &mut self,
        hand_overs: &[HandOver],
        header: &Header,
        certificate: &Certificate,
        state: &StateProof,
    ) -> Result<Ranges, Refusal> {
        let ranges = self.ranges_after(hand_overs)?;
        self.certify(&ranges, header, certificate)?;
        let state_root = header.state_root().ok_or(TrustError::NewerHeader)?;
        state.verify_root(&state_root).map_err(TrustError::State)?;
        Ok(ranges)
    }

    /// Checks that a quorum of the set in force at its height signed `header`.
    ///
    /// On success the header is remembered, and so is a fork if another header of that height was
    /// certified before.
    pub(super) fn certify(
        &mut self,
        ranges: &Ranges,
        header: &Header,
        certificate: &Certificate,
    ) -> Result<(), Refusal> {
        if header.chain_id() != self.anchor.chain_id() {
            return Err(TrustError::OtherChain.into());
        }
        if self.certified.contains(header) {
            return Ok(());
        }
        let set = self.set_for(ranges, header)?.clone();
        self.check_time_order(header)?;
        check_certificate(certificate, header, &set)?;
        self.check_fork(ranges, set, header, certificate)?;
        if header.log().is_none() {
            return Err(TrustError::NewerHeader.into());
        }
        self.certified.remember(header.clone(), certificate.clone());
        Ok(())
    }

    /// Makes a certified header the newest one, if it is newer and its next set is known.
    pub(super) fn move_forward(&mut self, ranges: Ranges, header: &Header) {
        if header.height() <= self.newest.height() || !ranges.is_newest(header.next_set_hash()) {
            return;
        }
        self.ranges = ranges;
        self.newest = header.clone();
        let kept_from = header.time().0.saturating_sub(self.anchor.trusting_period_ms());
        self.ranges.forget_before(UnixMillis(kept_from));
    }

    /// The hash of the set that must have signed the header at `height`.
    pub(super) fn set_hash_at(&self, height: Height) -> Result<&Digest, Refusal> {
        let anchor = self.anchor.header();
        if height == anchor.height() && self.ranges.is_boundary(anchor) {
            return Ok(anchor.next_set_hash());
        }
        let before = || TrustError::BeforeAnchor { anchor: anchor.height(), found: height }.into();
        self.ranges.set_hash_at(height).ok_or_else(before)
    }

    /// The set that must have signed `header`.
    ///
    /// The anchor's own header may be proved against, if the anchor's set signed it as well, and until that set is
    /// forgotten: who got hold of its keys by then could end this client's trust.
    fn set_for<'a>(&'a self, ranges: &'a Ranges, header: &Header) -> Result<&'a ValidatorSet, Refusal> {
        let anchor = self.anchor.header();
        let is_at_anchor = header.height() == anchor.height() && header.set_hash() == anchor.next_set_hash();
        if is_at_anchor && ranges.is_boundary(anchor) {
            return Ok(self.anchor.set());
        }
        ranges.set_for(header)
    }

    /// Keeps a fork, if another header of this certified header's height is trusted or certified.
    fn check_fork(
        &mut self,
        ranges: &Ranges,
        set: ValidatorSet,
        header: &Header,
        certificate: &Certificate,
    ) -> Result<(), Refusal> {
        let height = header.height();
        let conflicting = self.certified.conflicting(header);
        let trusted = [&self.newest, self.anchor.header()];
        let is_other = |known: &&Header| known.height() == height && *known != header;
        if conflicting.is_none() && !trusted.iter().any(is_other) && !ranges.is_other_boundary(header) {
            return Ok(());
        }
        self.fork =
            conflicting.and_then(|other| Fork::new(set, [other.clone(), (header.clone(), certificate.clone())]).ok());
        self.forked_at = Some(height);
        Err(TrustError::Fork { height }.into())
    }

    /// Times rise with heights; at one height a differing header goes on to become a fork.
    fn check_time_order(&self, header: &Header) -> Result<(), Refusal> {
        let (bound, found) = (self.newest.time(), header.time());
        let is_ordered = match header.height().cmp(&self.newest.height()) {
            core::cmp::Ordering::Greater => found > bound,
            core::cmp::Ordering::Equal => true,
            core::cmp::Ordering::Less => found < bound,
        };
        if is_ordered { Ok(()) } else { Err(TrustError::TimeOrder { bound, found }.into()) }
    }
}

pub(super) fn check_certificate(certificate: &Certificate, header: &Header, set: &ValidatorSet) -> Result<(), Refusal> {
    Ok(certificate.verify(header, set).map_err(TrustError::Certificate)?)
}
