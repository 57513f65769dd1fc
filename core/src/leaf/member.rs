//! Leaves of the member family: members and their keys.

use crate::{
    encoding::{DecodeError, Field, Reader, Wire},
    event::MemberRole,
    hash::Digest,
    header::UnixMillis,
    identity::Day,
    keys::{KeyNumber, PublicKey},
};
use alloc::vec::Vec;

/// A member: state u8 ‖ roles u16 ‖ newest key number u16 ‖ info hash 32.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a new field needs a new leaf version")]
pub struct Member {
    /// The state's number: 1 admitted, 2 suspended, 3 excluded; others are newer.
    pub state: u8,
    /// Bit r − 1 stands for role r.
    pub roles: u16,
    /// The newest key's number.
    pub newest_key: KeyNumber,
    /// Hash of the member information (names, GLN, web domains).
    pub info_hash: Digest,
}

/// Whether a member may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberState {
    /// May act in its roles.
    Admitted,
    /// May not act for now.
    Suspended,
    /// May not act any more.
    Excluded,
}

impl Member {
    /// The state, if this client knows it.
    pub const fn known_state(&self) -> Option<MemberState> {
        match self.state {
            1 => Some(MemberState::Admitted),
            2 => Some(MemberState::Suspended),
            3 => Some(MemberState::Excluded),
            _ => None,
        }
    }

    /// Whether the member has `role` now.
    pub fn has_role(&self, role: MemberRole) -> bool {
        role.0.checked_sub(1).and_then(|bit| 1_u16.checked_shl(u32::from(bit))).is_some_and(|bit| self.roles & bit != 0)
    }
}

/// A key: key 32 ‖ valid from u64 ‖ revoked at u64 ‖ compromised since u64, in ms; 0 means never.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a new field needs a new leaf version")]
pub struct Key {
    /// The key.
    pub key: PublicKey,
    /// From when it counts.
    pub valid_from: UnixMillis,
    /// From when it does not count any more.
    pub revoked_at: Option<UnixMillis>,
    /// From when on others may have signed with it.
    pub compromised_since: Option<UnixMillis>,
}

impl Key {
    /// Whether others may have signed with this key on `day` or before its end.
    ///
    /// The ledger keeps days, so the whole day counts: in doubt the answer is yes.
    pub fn is_compromised_on(&self, day: Day) -> bool {
        self.compromised_since.is_some_and(|since| since.0 < day.end_ms())
    }

    /// Whether the key was revoked at `time` or before.
    pub fn is_revoked_at(&self, time: UnixMillis) -> bool {
        self.revoked_at.is_some_and(|revoked| revoked <= time)
    }
}

impl Wire for Member {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.state);
        out.extend_from_slice(&self.roles.to_be_bytes());
        out.extend_from_slice(&self.newest_key.0.to_be_bytes());
        self.info_hash.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Member {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            state: reader.number(1) as u8,
            roles: reader.number(2) as u16,
            newest_key: KeyNumber(reader.number(2) as u16),
            info_hash: Digest::read(reader),
        }
    }
}

impl Wire for Key {
    fn put(&self, out: &mut Vec<u8>) {
        self.key.put(out);
        let time = |time: Option<UnixMillis>| time.map_or(0, |time| time.0).to_be_bytes();
        out.extend_from_slice(&self.valid_from.0.to_be_bytes());
        out.extend_from_slice(&time(self.revoked_at));
        out.extend_from_slice(&time(self.compromised_since));
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Key {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            key: PublicKey::read(reader),
            valid_from: UnixMillis(reader.number(8)),
            revoked_at: time(reader),
            compromised_since: time(reader),
        }
    }
}

/// A time; 0 is none.
fn time(reader: &mut Reader<'_>) -> Option<UnixMillis> {
    let ms = reader.number(8);
    (ms != 0).then_some(UnixMillis(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(revoked: Option<u64>, compromised: Option<u64>) -> Key {
        Key {
            key: PublicKey([1; 32]),
            valid_from: UnixMillis(0),
            revoked_at: revoked.map(UnixMillis),
            compromised_since: compromised.map(UnixMillis),
        }
    }

    #[test]
    fn roles_are_bits_from_1() {
        let member = |roles| Member { state: 1, roles, newest_key: KeyNumber(1), info_hash: Digest::ZERO };
        for role in 1..=16 {
            assert!(member(1 << (role - 1)).has_role(MemberRole(role)));
            assert!(!member(!(1 << (role - 1))).has_role(MemberRole(role)));
        }
        assert!(!member(u16::MAX).has_role(MemberRole(0)));
        assert!(!member(u16::MAX).has_role(MemberRole(17)));
    }

    #[test]
    fn states_beyond_three_are_newer() {
        let state = |state| Member { state, roles: 0, newest_key: KeyNumber(1), info_hash: Digest::ZERO }.known_state();
        use MemberState::{Admitted, Excluded, Suspended};
        assert_eq!(
            [0, 1, 2, 3, 4, 255].map(state),
            [None, Some(Admitted), Some(Suspended), Some(Excluded), None, None]
        );
    }

    #[test]
    fn a_compromise_counts_for_the_whole_day() {
        let day = Day(10);
        let first = 10 * 86_400_000;
        for (since, is_compromised) in [(0, true), (first, true), (day.end_ms() - 1, true), (day.end_ms(), false)] {
            assert_eq!(key(None, Some(since)).is_compromised_on(day), is_compromised, "{since}");
        }
        assert!(!key(None, None).is_compromised_on(day));
    }

    #[test]
    fn a_revocation_holds_from_its_moment() {
        let at = |time| key(Some(5), None).is_revoked_at(UnixMillis(time));
        assert_eq!([4, 5, 6].map(at), [false, true, true]);
        assert!(!key(None, None).is_revoked_at(UnixMillis(u64::MAX)));
    }

    #[test]
    fn never_is_written_as_0() {
        for key in [key(None, None), key(Some(5), None), key(None, Some(6)), key(Some(5), Some(6))] {
            let bytes = key.to_wire();
            assert_eq!(Key::from_wire(&bytes), Ok(key.clone()));
            assert_eq!(bytes.get(40..48) == Some(&[0; 8][..]), key.revoked_at.is_none());
        }
    }
}
