//! For whom a verdict is, and how old a proof may be.

use medproof_core::plain;

/// For whom the verdict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
#[expect(clippy::exhaustive_enums, reason = "callers choose one")]
pub enum Purpose {
    /// A patient who was given the pack.
    Holder,
    /// Somebody who is about to buy it.
    Buyer,
    /// Who is about to give it to a patient.
    Dispenser,
    /// Who takes delivery of it.
    Receiver,
}

/// Where the proof came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
#[expect(clippy::exhaustive_enums, reason = "callers choose one")]
pub enum Mode {
    /// A node answered just now.
    Online,
    /// No node answered: the proof was kept, or came with the pack.
    Carried,
}

/// The caller's policy. Absent limits take the defaults of the purpose.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it in")]
pub struct Policy {
    /// For whom the verdict is.
    pub purpose: Purpose,
    /// Where the proof came from.
    pub mode: Mode,
    /// Longest age of a proof from a node, in ms.
    #[uniffi(default = None)]
    pub max_age_online_ms: Option<u64>,
    /// Longest age of a carried proof, in ms.
    #[uniffi(default = None)]
    pub max_age_carried_ms: Option<u64>,
    /// How far a header may lie ahead of this device's clock, in ms.
    #[uniffi(default = None)]
    pub clock_tolerance_ms: Option<u64>,
}

impl From<Policy> for plain::Policy {
    fn from(policy: Policy) -> Self {
        let Policy { purpose, mode, max_age_online_ms, max_age_carried_ms, clock_tolerance_ms } = policy;
        let purpose = match purpose {
            Purpose::Holder => "holder",
            Purpose::Buyer => "buyer",
            Purpose::Dispenser => "dispenser",
            Purpose::Receiver => "receiver",
        };
        let mode = match mode {
            Mode::Online => "online",
            Mode::Carried => "carried",
        };
        let (purpose, mode) = (purpose.to_owned(), mode.to_owned());
        Self { purpose, mode, max_age_online_ms, max_age_carried_ms, clock_tolerance_ms }
    }
}
