//! Hash maps with a quick hash, for keys that nobody chooses to make collide.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map whose order is never used.
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;
/// A set whose order is never used.
pub(crate) type Set<K> = HashSet<K, BuildHasherDefault<Quick>>;

/// Multiplies and folds eight bytes at a time: the multiplier is 2^64 divided by the golden ratio.
#[derive(Default)]
pub(crate) struct Quick(u64);

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

impl Quick {
    #[inline]
    fn add(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(MULTIPLIER);
        self.0 = (product as u64) ^ (product >> 64) as u64;
    }
}

impl Hasher for Quick {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.add(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.add(u64::from_le_bytes(last) ^ ((bytes.len() as u64) << 56) ^ MULTIPLIER);
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.add(number as u64 ^ MULTIPLIER.rotate_left(17));
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.write_usize(number as usize);
    }

    #[inline]
    fn write_u8(&mut self, number: u8) {
        self.write_usize(number.into());
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}
