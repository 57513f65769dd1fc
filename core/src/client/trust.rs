//! From a header with a certificate to a trusted header.

use super::{Client, TrustError, ranges::Ranges};
use crate::{
    certificate::Certificate,
    fork::Fork,
    handover::HandOver,
    hash::Digest,
    header::{Header, Height, UnixMillis},
    validators::ValidatorSet,
};

impl Client {
    /// Refuses everything once a fork was seen or the trusting period is over.
    ///
    /// The period is measured once, from the newest header trusted before this step.
    pub(super) fn check_period(&self, now: UnixMillis) -> Result<(), TrustError> {
        if let Some(height) = self.forked_at {
            return Err(TrustError::Fork { height });
        }
        let until = UnixMillis(self.newest.time().0.saturating_add(self.anchor.trusting_period_ms()));
        if now > until { Err(TrustError::NeedsNewAnchor { until }) } else { Ok(()) }
    }

    /// The ranges after `hand_overs`; those already known are compared and skipped.
    ///
    /// A header that contradicts a known one is a fork, if it is certified.
    pub(super) fn ranges_after(&mut self, hand_overs: &[HandOver]) -> Result<Ranges, TrustError> {
        let mut ranges = self.ranges.clone();
        if !hand_overs.is_sorted_by(|a, b| a.header.height() < b.header.height()) {
            return Err(TrustError::HandOverOrder);
        }
        for hand_over in hand_overs {
            let HandOver { header, certificate, new_set } = hand_over;
            if header.chain_id() != self.anchor.chain_id() {
                return Err(TrustError::OtherChain);
            }
            if header.height() > self.newest.height() {
                self.check_time_order(header)?;
                ranges.hand_over(hand_over)?;
                let set = ranges.set_for(header)?.clone();
                self.check_fork(&ranges, set, header, certificate)?;
            } else if ranges.is_boundary(header) && header.next_set_hash() == new_set.hash() {
                certificate.verify(header, self.set_for(&ranges, header)?)?;
            } else {
                let certified = self.certify(&ranges, header, certificate);
                return Err(certified.err().filter(TrustError::is_fork).unwrap_or(TrustError::HandOverOrder));
            }
        }
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
    ) -> Result<(), TrustError> {
        if header.chain_id() != self.anchor.chain_id() {
            return Err(TrustError::OtherChain);
        }
        let hash = header.hash();
        if self.certified.contains(&hash) {
            return Ok(());
        }
        let set = self.set_for(ranges, header)?.clone();
        self.check_time_order(header)?;
        certificate.verify(header, &set)?;
        self.check_fork(ranges, set, header, certificate)?;
        if header.fields().is_none() {
            return Err(TrustError::NewerHeader);
        }
        self.certified.remember(hash, header.clone(), certificate.clone());
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
    pub(super) fn set_hash_at(&self, height: Height) -> Result<&Digest, TrustError> {
        let anchor = self.anchor.header();
        if height == anchor.height() {
            return Ok(anchor.next_set_hash());
        }
        self.ranges.set_hash_at(height).ok_or(TrustError::BeforeAnchor { anchor: anchor.height(), found: height })
    }

    /// The set that must have signed `header`.
    ///
    /// The anchor's own header may be proved against, if the anchor's set signed it as well.
    fn set_for<'a>(&'a self, ranges: &'a Ranges, header: &Header) -> Result<&'a ValidatorSet, TrustError> {
        let anchor = self.anchor.header();
        if header.height() == anchor.height() && header.set_hash() == anchor.next_set_hash() {
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
    ) -> Result<(), TrustError> {
        let (height, hash) = (header.height(), header.hash());
        let conflicting = self.certified.conflicting(height, &hash);
        let trusted = [&self.newest, self.anchor.header()];
        let is_other = |known: &&Header| known.height() == height && known.hash() != hash;
        if conflicting.is_none() && !trusted.iter().any(is_other) && !ranges.is_other_boundary(header) {
            return Ok(());
        }
        self.fork = conflicting.and_then(|(other, other_certificate)| {
            let sides = [(other.clone(), other_certificate.clone()), (header.clone(), certificate.clone())];
            Fork::new(set, sides).ok()
        });
        self.forked_at = Some(height);
        Err(TrustError::Fork { height })
    }

    /// Times rise with heights; at one height a differing header goes on to become a fork.
    fn check_time_order(&self, header: &Header) -> Result<(), TrustError> {
        let (bound, found) = (self.newest.time(), header.time());
        let is_ordered = match header.height().cmp(&self.newest.height()) {
            core::cmp::Ordering::Greater => found > bound,
            core::cmp::Ordering::Equal => true,
            core::cmp::Ordering::Less => found < bound,
        };
        if is_ordered { Ok(()) } else { Err(TrustError::TimeOrder { bound, found }) }
    }
}
