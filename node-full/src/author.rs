//! Signing events for members whose keys the node has: the next number, a fresh salt, a signature.

use crate::{
    clock::Clock,
    fault::{Fault, Result},
    genesis_file::Role,
    keyring::{MemberKey, random},
};
use medproof_core::{
    event::{Event, EventHead, EventKind, MemberRole, body_hash},
    hash::Digest,
    header::UnixMillis,
    identity::{Day, MemberId},
    keys::KeyNumber,
    leaf::{Counter, Leaf, Paths},
    state::Path,
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
};

/// Signs events for members.
#[derive(Debug)]
pub struct Author {
    chain_id: Digest,
    lane: u16,
    clock: Clock,
    keys: RwLock<Vec<MemberKey>>,
    numbers: Mutex<HashMap<(MemberId, KeyNumber), Numbers>>,
}

/// Which numbers of one lane are free.
#[derive(Debug, Default)]
struct Numbers {
    highest: u64,
    /// Given back after a refusal. They are used first, so that what was refused can never enter.
    free: BTreeSet<u64>,
}

/// What an event says besides its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Who acts.
    pub member: MemberId,
    /// As what.
    pub role: Role,
    /// What is done.
    pub kind: EventKind,
}

impl Author {
    /// Signs with `keys`, in `lane` of each.
    pub fn new(chain_id: Digest, lane: u16, clock: Clock, keys: Vec<MemberKey>) -> Self {
        Self { chain_id, lane, clock, keys: RwLock::new(keys), numbers: Mutex::default() }
    }

    /// The members that it signs for.
    pub fn members(&self) -> BTreeSet<MemberId> {
        self.keys().iter().map(|key| key.member).collect()
    }

    /// Signs with `key` too, once the ledger knows it.
    pub fn add(&self, key: MemberKey) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|known| (known.member, known.number) != (key.member, key.number));
        keys.push(key);
        keys.sort_by_key(|key| (key.member, key.number));
    }

    /// The newest key of `member` that the ledger, read by `leaf`, knows and has not revoked.
    pub fn key(&self, member: MemberId, leaf: &dyn Fn(&Path) -> Result<Option<Leaf>>) -> Result<MemberKey> {
        let (paths, now) = (Paths::new(&self.chain_id), self.clock.now());
        for key in self.keys().iter().rev().filter(|key| key.member == member) {
            if let Some(Leaf::Key(known)) = leaf(&paths.key(member, key.number))?
                && known.key == key.public()
                && !known.is_revoked_at(now)
            {
                return Ok(key.clone());
            }
        }
        Err(Fault::new("node.member.no-key").with("member", member.0))
    }

    /// Signs an event with `body`; `leaf` reads the newest state.
    pub fn sign(&self, intent: Intent, body: Vec<u8>, leaf: &dyn Fn(&Path) -> Result<Option<Leaf>>) -> Result<Event> {
        let key = self.key(intent.member, leaf)?;
        let counter = self.take(&key, leaf)?;
        self.sign_with(&key, (self.lane, counter), intent, body)
    }

    /// Signs the next event of the lane that is kept for documents, as `leaf` has it. Whoever signs so in turn has
    /// the lane to itself.
    pub fn sign_next(
        &self,
        intent: Intent,
        body: Vec<u8>,
        leaf: &dyn Fn(&Path) -> Result<Option<Leaf>>,
    ) -> Result<Event> {
        let key = self.key(intent.member, leaf)?;
        let lane = self.lane | DOCUMENT_LANES;
        let counter = match leaf(&Paths::new(&self.chain_id).counter(key.member, key.number, lane))? {
            Some(Leaf::Counter(counter)) => counter.highest + 1,
            _ => 1,
        };
        self.sign_with(&key, (lane, counter), intent, body)
    }

    fn sign_with(&self, key: &MemberKey, (lane, counter): (u16, u64), intent: Intent, body: Vec<u8>) -> Result<Event> {
        let now = self.clock.now();
        let head = EventHead {
            chain_id: self.chain_id,
            member: key.member,
            key_number: key.number,
            lane,
            counter,
            time: now,
            not_after: UnixMillis(now.0 + LIFETIME_MS),
            salt: random()?,
            kind: intent.kind,
            day: Day((now.0 / DAY_MS) as u32),
            role: MemberRole(intent.role as u8),
            body_hash: body_hash(&body),
        };
        let signature = key.sign(&head.signed_message());
        Event::new(head, body, signature).map_err(|cause| Fault::new("node.event").with("cause", cause.code()))
    }

    /// Gives back the number of an event that was refused or never sent: the next one takes it.
    pub fn give_back(&self, head: &EventHead) {
        if let Some(numbers) = self.lock().get_mut(&(head.member, head.key_number))
            && head.lane == self.lane
            && head.counter <= numbers.highest
        {
            numbers.free.insert(head.counter);
        }
    }

    fn take(&self, key: &MemberKey, leaf: &dyn Fn(&Path) -> Result<Option<Leaf>>) -> Result<u64> {
        let path = Paths::new(&self.chain_id).counter(key.member, key.number, self.lane);
        let counter = match leaf(&path)? {
            Some(Leaf::Counter(counter)) => counter,
            _ => Counter { highest: 0, used: [0; 32] },
        };
        let mut lanes = self.lock();
        let numbers = lanes.entry((key.member, key.number)).or_default();
        numbers.highest = numbers.highest.max(counter.highest);
        numbers.free.retain(|number| is_free(&counter, *number));
        Ok(numbers.free.pop_first().unwrap_or_else(|| {
            numbers.highest += 1;
            numbers.highest
        }))
    }

    fn keys(&self) -> RwLockReadGuard<'_, Vec<MemberKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(MemberId, KeyNumber), Numbers>> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an event with this number can still enter.
fn is_free(counter: &Counter, number: u64) -> bool {
    let Some(below) = counter.highest.checked_sub(number) else { return true };
    let place = usize::try_from(below / 8).ok().and_then(|from_last| counter.used.len().checked_sub(from_last + 1));
    let bits = place.and_then(|place| counter.used.get(place));
    bits.is_some_and(|bits| bits >> (below % 8) & 1 == 0)
}

/// The bit of lanes for documents; the lane that an operator sets is without it.
pub const DOCUMENT_LANES: u16 = 1 << 15;

/// How long a signed event may wait for a block.
const LIFETIME_MS: u64 = DAY_MS;

const DAY_MS: u64 = 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_free_until_it_is_used_or_out_of_the_window() {
        let mut used = [0; 32];
        let [first, .., last] = &mut used;
        // Highest and highest − 2; highest − 255.
        (*last, *first) = (0b101, 0b1000_0000);
        let counter = Counter { highest: 1_000, used };
        for (number, expected) in [(1_001, true), (1_000, false), (999, true), (998, false), (997, true)] {
            assert_eq!(is_free(&counter, number), expected, "{number}");
        }
        assert!(!is_free(&counter, 745) && is_free(&counter, 746));
        assert!(!is_free(&counter, 744) && !is_free(&counter, 1));
    }
}
