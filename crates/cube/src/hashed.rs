//! Hash maps with a quick hash, for keys that nobody chooses to make collide.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map whose order is never used.
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// A number for each of some texts. Most are codes of at most eight bytes, which are compared as one word.
#[derive(Debug, Default)]
pub(crate) struct Numbered {
    short: Map<u64, u32>,
    long: Map<String, u32>,
}

impl Numbered {
    /// The texts' places as their numbers.
    pub(crate) fn places(texts: &[String]) -> Self {
        let mut numbered = Numbered::default();
        for (number, text) in texts.iter().enumerate() {
            numbered.insert(text, number as u32);
        }
        numbered
    }

    /// Gives a text a number, unless it has one; `true` if it had none.
    pub(crate) fn insert(&mut self, text: &str, number: u32) -> bool {
        match packed(text) {
            // Most are known.
            Some(word) if self.short.contains_key(&word) => false,
            Some(word) => self.short.insert(word, number).is_none(),
            None if self.long.contains_key(text) => false,
            None => self.long.insert(text.to_owned(), number).is_none(),
        }
    }

    /// The number of a text.
    pub(crate) fn get(&self, text: &str) -> Option<u32> {
        match packed(text) {
            Some(word) => self.short.get(&word).copied(),
            None => self.long.get(text).copied(),
        }
    }
}

/// A text of at most eight bytes without a zero byte as one word: such words are equal where the texts are.
#[inline]
fn packed(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let word = match (bytes.len(), bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (8.., _, _) => u64::from_le_bytes(bytes.try_into().ok()?),
        // Both halves, which overlap unless there are eight.
        (length, Some(first), Some(last)) => {
            let [first, last] = [first, last].map(|half| u64::from(u32::from_le_bytes(*half)));
            first | last << (8 * (length - 4))
        }
        _ => bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    // A zero byte borrows from its high bit; those that follow the text do not count.
    let zeros = word.wrapping_sub(0x0101_0101_0101_0101) & !word & 0x8080_8080_8080_8080;
    (u64::from(zeros.trailing_zeros()) >= 8 * bytes.len() as u64).then_some(word)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: [&str; 8] = ["", "a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg"];

    #[test]
    fn a_word_has_the_bytes_of_its_text() {
        for text in SHORT.into_iter().chain(["abcdefgh", "äöü", "\u{1}\u{1}"]) {
            let mut word = [0; 8];
            word[..text.len()].copy_from_slice(text.as_bytes());
            assert_eq!(packed(text), Some(u64::from_le_bytes(word)), "{text}");
        }
        for text in ["\0", "a\0", "\0a", "abc\0", "abcdefg\0", "abcd\0efg", "abcdefghi"] {
            assert_eq!(packed(text), None, "{text:?}");
        }
    }

    #[test]
    fn texts_keep_their_numbers_whatever_their_length() {
        let others = [
            "a\0",
            "12345678",
            "123456789",
            "1234567\0",
            "ä",
            "\0",
            "\0b",
            "abcd\0",
            "abc\0d",
            "\u{1}",
            "\u{1}\0",
            "\u{7f}\u{80}",
            "aaaaaaaa",
            "aaaaaaa",
        ];
        let texts: Vec<String> = SHORT.into_iter().chain(others).map(String::from).collect();
        let mut numbered = Numbered::places(&texts);
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(numbered.get(text), Some(number as u32), "{text:?}");
            assert!(!numbered.insert(text, 99));
        }
        assert_eq!((numbered.get("b"), numbered.get("123456780")), (None, None));
        assert!(numbered.insert("b", 7));
        assert_eq!((numbered.get("b"), numbered.get("a")), (Some(7), Some(1)));
    }
}
