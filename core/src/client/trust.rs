//! From a header with a certificate to a trusted header.

use super::{Client, TrustError, ranges::Ranges};
use crate::{
    certificate::Certificate,
    fork::Fork,
    handover::HandOver,
    header::{Header, UnixMillis},
};

impl Client {
    /// Refuses everything once a fork was seen or the trusting period is over.
    ///
    /// The period is measured once, from the newest header trusted before this step.
    pub(super) fn check_period(&self, now: UnixMillis) -> Result<(), TrustError> {
        if let Some(fork) = &self.fork {
            return Err(TrustError::Fork { height: fork.height() });
        }
        let until = UnixMillis(self.newest.time().0.saturating_add(self.anchor.trusting_period_ms()));
        if now > until { Err(TrustError::NeedsNewAnchor { until }) } else { Ok(()) }
    }

    /// The ranges after `hand_overs`; those already known are compared and skipped.
    pub(super) fn ranges_after(&self, hand_overs: &[HandOver]) -> Result<Ranges, TrustError> {
        let mut ranges = self.ranges.clone();
        if !hand_overs.is_sorted_by(|a, b| a.header.height() < b.header.height()) {
            return Err(TrustError::HandOverOrder);
        }
        for hand_over in hand_overs {
            let header = &hand_over.header;
            if header.chain_id() != self.anchor.chain_id() {
                return Err(TrustError::OtherChain);
            }
            if header.height() > self.newest.height() {
                if header.time() <= self.newest.time() {
                    return Err(TrustError::TimeOrder { bound: self.newest.time(), found: header.time() });
                }
                ranges.hand_over(hand_over)?;
            } else if !ranges.is_boundary(header) || header.next_set_hash() != hand_over.new_set.hash() {
                return Err(TrustError::HandOverOrder);
            } else if header.hash() != self.anchor.header().hash() {
                hand_over.certificate.verify(header, ranges.set_for(header)?)?;
            } else {
                return Err(TrustError::HandOverOrder);
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
        let set = ranges.set_for(header)?;
        self.check_time_order(header)?;
        certificate.verify(header, set)?;
        if let Some((other, other_certificate)) = self.certified.conflicting(header.height(), &hash) {
            let sides = [(other.clone(), other_certificate.clone()), (header.clone(), certificate.clone())];
            self.fork = Fork::new(set.clone(), sides).ok();
            return Err(TrustError::Fork { height: header.height() });
        }
        if header.fields().is_none() {
            return Err(TrustError::NewerHeader);
        }
        self.certified.remember(hash, header, certificate);
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
