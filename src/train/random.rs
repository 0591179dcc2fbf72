//! Random numbers that are the same on every machine, and need no state to be resumed: each use
//! draws from a stream of its own, named by the seed and by what it is for.

/// A stream of SplitMix64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random(u64);

impl Random {
    /// The stream `name` of `seed`, such as the order of an epoch.
    pub fn new(seed: u64, name: u64) -> Self {
        let mut random = Self(seed);
        let start = random.next().wrapping_add(name.wrapping_mul(0xd134_2543_de82_ef95));
        Self(start)
    }

    /// The next number of 0..2⁶⁴.
    #[allow(clippy::should_implement_trait, reason = "it never ends and is no iterator")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number of `0..end`; 0 where that is empty.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// A number of 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The numbers `0..len` in random order.
    pub fn order(&mut self, len: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..len).collect();
        for end in (1..len).rev() {
            order.swap(end, self.below(end + 1));
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_every_number_once_and_follows_from_seed_and_name() {
        let order = Random::new(1, 2).order(100);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
        assert_eq!(order, Random::new(1, 2).order(100));
        assert_ne!(order, Random::new(1, 3).order(100));
        assert_ne!(order, Random::new(2, 2).order(100));
    }
}
