//! Messages beside blocks: what one node has for all others, such as events that wait for a block.

use crate::{
    engine::context::{Ledger, Part},
    streams::new_name,
};
use arc_malachitebft_app::{
    streaming::{StreamContent, StreamMessage},
    types::PeerId,
};
use arc_malachitebft_app_channel::NetworkMsg;
use bytes::Bytes;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// Spreads messages to the other nodes.
#[derive(Clone, Debug)]
pub struct Spread {
    network: mpsc::Sender<NetworkMsg<Ledger>>,
}

impl Spread {
    pub(crate) fn new(network: mpsc::Sender<NetworkMsg<Ledger>>) -> Self {
        Self { network }
    }

    /// Sends `message` to all nodes that are connected now, once; it may be lost. Longer than
    /// [`MAX_MESSAGE_BYTES`] it is not sent, and the answer is false, as it is after the end.
    pub async fn spread(&self, message: Bytes) -> bool {
        if message.len() > MAX_MESSAGE_BYTES {
            return false;
        }
        let part = StreamContent::Data(Part::Gossip(message));
        let message = StreamMessage::new(new_name(), 0, part);
        self.network.send(NetworkMsg::PublishProposalPart(message)).await.is_ok()
    }
}

/// What each neighbour has delivered in the running second.
#[derive(Debug)]
pub(crate) struct Meter {
    since: Instant,
    delivered: BTreeMap<PeerId, (usize, usize)>,
}

impl Meter {
    pub(crate) fn new() -> Self {
        Self { since: Instant::now(), delivered: BTreeMap::new() }
    }

    /// Whether one more message of `len_bytes` from `neighbour` is within its rate.
    pub(crate) fn admits(&mut self, neighbour: PeerId, len_bytes: usize) -> bool {
        if self.since.elapsed() >= Duration::from_secs(1) {
            *self = Self::new();
        }
        let (count, sum) = self.delivered.entry(neighbour).or_default();
        *count += 1;
        *sum = sum.saturating_add(len_bytes);
        len_bytes <= MAX_MESSAGE_BYTES && *count <= MAX_PER_SECOND && *sum <= MAX_BYTES_PER_SECOND
    }
}

/// The longest message that is spread: what goes into one block.
pub const MAX_MESSAGE_BYTES: usize = 8 * 1024 * 1024;

const MAX_PER_SECOND: usize = 5_000;
const MAX_BYTES_PER_SECOND: usize = 32 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_has_a_rate() {
        let peer = |number: u8| PeerId::from_bytes(&[&[0, 36, 8, 1, 18, 32], &[number; 32][..]].concat());
        let (one, other) = (peer(1).expect("an id"), peer(2).expect("an id"));
        let mut meter = Meter::new();
        assert!(!meter.admits(one, MAX_MESSAGE_BYTES + 1));
        let admitted = (0..2 * MAX_PER_SECOND).filter(|_| meter.admits(one, 1)).count();
        // The test may run across the turn of a second.
        assert!((MAX_PER_SECOND - 1..=2 * MAX_PER_SECOND - 2).contains(&admitted), "{admitted}");
        assert!(meter.admits(other, 1));
    }
}
