/// Changed copies of some inputs, the same ones each time.
pub struct Mutations {
    seeds: Vec<Vec<u8>>,
    state: u64,
}

/// Texts on which readers have stumbled elsewhere.
const WORDS: [&[u8]; 24] = [
    b"\"",
    b"\n",
    b"\r",
    b"\r\n",
    b",",
    b";",
    b"\t",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"NaN",
    b"inf",
    b"-1",
    b"1e308",
    b"99999",
    b"0",
    b"9007199254740993",
    b"1,5",
    b"{",
    b"[",
    b"}",
    b"\xf0\x9d\x84\x9e",
    b"~",
];

impl Mutations {
    /// Of these inputs.
    pub fn new(seeds: Vec<Vec<u8>>, seed: u64) -> Self {
        let state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        Mutations { seeds, state }
    }

    /// A number below `n`, which is above zero (xorshift64*).
    fn below(&mut self, n: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n.max(1)
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        let to = (at + self.below(12)).min(bytes.len());
        match self.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            1 if at < bytes.len() => bytes[at] = self.below(256) as u8,
            2 => drop(bytes.drain(at..to)),
            3 => {
                let word = WORDS[self.below(WORDS.len())];
                bytes.splice(at..at, word.iter().copied());
            }
            4 => {
                let word = WORDS[self.below(WORDS.len())];
                bytes.splice(at..to, word.iter().copied());
            }
            5 => {
                let copied = bytes[at..to].to_vec();
                let place = self.below(bytes.len() + 1);
                bytes.splice(place..place, copied);
            }
            6 => bytes.truncate(at),
            _ => {
                let other = self.below(self.seeds.len());
                let other = self.seeds[other].clone();
                let from = self.below(other.len() + 1);
                let end = (from + self.below(60)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
        }
    }
}

impl Iterator for Mutations {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let which = self.below(self.seeds.len());
        let mut bytes = self.seeds.get(which)?.clone();
        for _ in 0..=self.below(4) {
            self.change(&mut bytes);
        }
        Some(bytes)
    }
}
