//! What the caller decides: for whom, how the proof came, and how old it may be.

/// For whom the answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(clippy::exhaustive_enums, reason = "the verdict table has one column for each")]
pub enum Purpose {
    /// A patient who was given the pack.
    Holder = 0,
    /// Someone about to buy it.
    Buyer = 1,
    /// Someone about to give it to a patient.
    Dispenser = 2,
    /// Someone taking delivery.
    Receiver = 3,
}

impl Purpose {
    /// All purposes, in the order of the table's columns.
    pub const ALL: [Self; 4] = [Self::Holder, Self::Buyer, Self::Dispenser, Self::Receiver];

    /// The purpose's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Buyer => "buyer",
            Self::Dispenser => "dispenser",
            Self::Receiver => "receiver",
        }
    }

    /// The longest age of a carried proof: 24 h, or 15 min where stock changes hands.
    pub const fn default_max_age_carried_ms(self) -> u64 {
        match self {
            Self::Holder | Self::Buyer => 24 * 3_600_000,
            Self::Dispenser | Self::Receiver => 15 * 60_000,
        }
    }
}

/// How the proof came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a proof comes from a node or it does not")]
pub enum Mode {
    /// From a node, now.
    Online,
    /// Carried or cached; only where no node answered.
    Carried,
}

/// The caller's policy. Times are in ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// For whom the answer is.
    pub purpose: Purpose,
    /// How the proof came.
    pub mode: Mode,
    /// The longest age of a proof from a node.
    pub max_age_online_ms: u64,
    /// The longest age of a carried proof.
    pub max_age_carried_ms: u64,
    /// How far a header may lie ahead of this device's clock.
    pub clock_tolerance_ms: u64,
}

impl Policy {
    /// The defaults: online 5 min, carried as the purpose says, clock tolerance 30 s.
    pub const fn new(purpose: Purpose, mode: Mode) -> Self {
        Self {
            purpose,
            mode,
            max_age_online_ms: 5 * 60_000,
            max_age_carried_ms: purpose.default_max_age_carried_ms(),
            clock_tolerance_ms: 30_000,
        }
    }

    /// The limit that the mode sets.
    pub const fn max_age_ms(&self) -> u64 {
        match self.mode {
            Mode::Online => self.max_age_online_ms,
            Mode::Carried => self.max_age_carried_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_sets_the_limit() {
        for purpose in Purpose::ALL {
            let hours = if matches!(purpose, Purpose::Holder | Purpose::Buyer) { 24 * 60 } else { 15 };
            assert_eq!(Policy::new(purpose, Mode::Online).max_age_ms(), 5 * 60_000);
            assert_eq!(Policy::new(purpose, Mode::Carried).max_age_ms(), hours * 60_000);
            assert_eq!(Policy::new(purpose, Mode::Carried).clock_tolerance_ms, 30_000);
        }
    }

    #[test]
    fn purposes_are_the_columns_of_the_table() {
        assert_eq!(Purpose::ALL.map(|purpose| purpose as usize), [0, 1, 2, 3]);
        assert_eq!(Purpose::ALL.map(Purpose::name), ["holder", "buyer", "dispenser", "receiver"]);
    }
}
