//! The records of the data-shaped layer as fields, in the order in which they declare them.
//!
//! Verdicts and readings are written as core holds them: to build the layer's records first would be code and copies.

use super::fields::Answer;
use crate::{
    client::{Contents, Many},
    leaf::StateCode,
    plain::{Advanced, AnchorInfo, Names, Problem, member_state, repairs, scan_parts},
    scan::{Reading, Scan},
    verdict::{Issuer, Level, States, Verdict},
};
use alloc::{string::String, vec::Vec};

/// Writes itself into an answer.
pub(super) trait Put {
    fn put(&self, answer: &mut Answer);
}

impl<T: Put> Put for Option<T> {
    fn put(&self, answer: &mut Answer) {
        self.is_some().put(answer);
        if let Some(value) = self {
            value.put(answer);
        }
    }
}

impl<T: Put> Put for [T] {
    fn put(&self, answer: &mut Answer) {
        answer.len(self.len());
        self.iter().for_each(|value| value.put(answer));
    }
}

impl Put for bool {
    fn put(&self, answer: &mut Answer) {
        answer.byte(u8::from(*self));
    }
}

impl Put for u8 {
    fn put(&self, answer: &mut Answer) {
        answer.byte(*self);
    }
}

impl Put for u16 {
    fn put(&self, answer: &mut Answer) {
        answer.number(u64::from(*self));
    }
}

impl Put for u32 {
    fn put(&self, answer: &mut Answer) {
        answer.number(u64::from(*self));
    }
}

impl Put for u64 {
    fn put(&self, answer: &mut Answer) {
        answer.number(*self);
    }
}

impl Put for &str {
    fn put(&self, answer: &mut Answer) {
        answer.bytes(self.as_bytes());
    }
}

impl Put for String {
    fn put(&self, answer: &mut Answer) {
        answer.bytes(self.as_bytes());
    }
}

impl Put for Vec<u8> {
    fn put(&self, answer: &mut Answer) {
        answer.bytes(self);
    }
}

impl Put for Problem {
    fn put(&self, answer: &mut Answer) {
        self.code.put(answer);
        self.expected.put(answer);
        self.found.put(answer);
    }
}

impl Put for AnchorInfo {
    fn put(&self, answer: &mut Answer) {
        self.name.put(answer);
        self.demo.put(answer);
        self.fingerprint.put(answer);
        self.height.put(answer);
        self.time_ms.put(answer);
    }
}

impl Put for Advanced {
    fn put(&self, answer: &mut Answer) {
        self.height.put(answer);
        self.history_shown.put(answer);
        self.newer.put(answer);
    }
}

impl Put for Verdict {
    fn put(&self, answer: &mut Answer) {
        self.overall.name().put(answer);
        self.reasons.as_slice().put(answer);
        self.trust.name().put(answer);
        self.trust.error().map(Problem::from).put(answer);
        self.freshness.map(|freshness| freshness.name()).put(answer);
        self.freshness.map(|freshness| freshness.ms()).put(answer);
        self.as_of.map(|as_of| as_of.height.0).put(answer);
        self.as_of.map(|as_of| as_of.time.0).put(answer);
        self.identifier.name().put(answer);
        self.identifier.level().map(Level::name).put(answer);
        self.agreement.lot.name().put(answer);
        self.ledger_lot.as_ref().map(|lot| lot.as_str()).put(answer);
        self.agreement.expiry.name().put(answer);
        self.states.put(answer);
        self.expiry.map(|expiry| expiry.day.0).put(answer);
        self.expiry.map(|expiry| expiry.is_expired).put(answer);
        self.issuer.put(answer);
        self.pack.map(|pack| pack.since.0).put(answer);
        self.pack.map(|pack| pack.quantity_left).put(answer);
        self.pack.map(|pack| pack.events).put(answer);
    }
}

impl Put for States {
    fn put(&self, answer: &mut Answer) {
        [self.pack, self.unit, self.lot, self.product].iter().for_each(|state| state.put(answer));
        self.effective.map(|state| state.name()).put(answer);
    }
}

impl Put for StateCode {
    fn put(&self, answer: &mut Answer) {
        answer.byte(self.0);
    }
}

impl Put for Issuer {
    fn put(&self, answer: &mut Answer) {
        self.member.0.put(answer);
        self.role.0.put(answer);
        self.key_then.name().put(answer);
        self.key_now.name().put(answer);
        self.member_now.map(member_state).put(answer);
    }
}

impl Put for Many {
    fn put(&self, answer: &mut Answer) {
        self.verdicts.as_slice().put(answer);
        self.contents.as_slice().put(answer);
    }
}

impl Put for Contents {
    fn put(&self, answer: &mut Answer) {
        self.unit.sscc.digits().put(answer);
        self.unit.generation.put(answer);
        self.children.put(answer);
        self.seen.put(answer);
        self.is_complete().put(answer);
    }
}

impl Put for Scan {
    fn put(&self, answer: &mut Answer) {
        let (result, code, readings) = scan_parts(self);
        result.put(answer);
        code.put(answer);
        readings.put(answer);
    }
}

impl Put for Reading {
    fn put(&self, answer: &mut Answer) {
        let names = Names::of(&self.target);
        names.level.name().put(answer);
        names.products.as_slice().put(answer);
        names.serial.put(answer);
        names.sscc.put(answer);
        self.lot.as_ref().map(|lot| lot.as_str()).put(answer);
        self.expiry.map(|day| day.0).put(answer);
        repairs(self).as_slice().put(answer);
        self.crypto_tail.name().put(answer);
        self.host.put(answer);
    }
}
