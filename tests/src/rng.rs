//! Deterministic numbers: SplitMix64 (Steele, Lea and Flood 2014).

/// A seeded generator; the same seed gives the same numbers on every machine.
#[derive(Clone, Debug)]
pub struct Rng(pub u64);

impl Rng {
    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next_u64() % bound
    }

    /// 32 bytes.
    pub fn bytes32(&mut self) -> [u8; 32] {
        let words: [u64; 4] = std::array::from_fn(|_| self.next_u64());
        std::array::from_fn(|i| words[i / 8].to_be_bytes()[i % 8])
    }

    /// A serial of 12 characters with more than 60 random bits.
    pub fn serial(&mut self) -> String {
        const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        (0..13).map(|_| char::from(LETTERS[self.below(LETTERS.len() as u64) as usize])).collect()
    }
}
