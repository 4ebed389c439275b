use super::held::Digits;
use std::collections::HashMap;

/// The distinct values of a coded column: a code is a place in it. One of the places may stand
/// for null.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    bytes: String,
    ends: Vec<u32>,
    null: Option<u32>,
}

impl Texts {
    /// How many codes there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text behind a code; `None` for null and for a code that there is not.
    pub fn get(&self, code: usize) -> Option<&str> {
        if self.null == Some(code as u32) {
            return None;
        }
        let end = *self.ends.get(code)? as usize;
        let start = code.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.bytes.get(start..end)
    }

    /// The bytes of the text behind a code; 0 for null and for a code that there is not.
    pub fn bytes_of(&self, code: usize) -> usize {
        let end = |code: usize| self.ends.get(code).map_or(0, |&end| end as usize);
        let start = code.checked_sub(1).map_or(0, end);
        end(code).saturating_sub(start)
    }

    /// The texts in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.len()).map(|code| self.get(code))
    }

    /// Adds a text and gives its code.
    pub fn push(&mut self, text: &str) -> u32 {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u32);
        self.ends.len() as u32 - 1
    }

    /// Adds `count` texts from bytes in which each follows its length in four bytes; nothing if the bytes
    /// end before, or a text is not UTF-8.
    pub(crate) fn extend(&mut self, mut bytes: &[u8], count: usize) -> Option<()> {
        let (start, first) = (self.bytes.len(), self.ends.len());
        let mut texts = Vec::with_capacity(bytes.len());
        for _ in 0..count {
            let (length, rest) = bytes.split_first_chunk()?;
            let (text, after) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            // Most are codes: eight bytes, of which some are taken back, are copied at once.
            match rest.first_chunk::<8>() {
                Some(eight) if text.len() <= eight.len() => {
                    texts.extend_from_slice(eight);
                    texts.truncate(texts.len() - eight.len() + text.len());
                }
                _ => texts.extend_from_slice(text),
            }
            self.ends.push((start + texts.len()) as u32);
            bytes = after;
        }
        // All at once: they are UTF-8 if their sequence is, and none begins within a character.
        self.bytes.push_str(std::str::from_utf8(&texts).ok()?);
        let whole = |&end: &u32| self.bytes.is_char_boundary(end as usize);
        self.ends[first..].iter().all(whole).then_some(())
    }

    /// Adds a text, or null where there is none yet, and gives its code.
    pub fn add(&mut self, text: Option<&str>) -> u32 {
        match text {
            Some(text) => self.push(text),
            None => self.null(),
        }
    }

    /// The code of null, added where there is none.
    pub fn null(&mut self) -> u32 {
        if let Some(code) = self.null {
            return code;
        }
        let code = self.push("");
        self.null = Some(code);
        code
    }
}

/// Texts to which others are added as they come.
#[derive(Default)]
pub(crate) struct Interned {
    pub texts: Texts,
    codes: Option<HashMap<String, u32>>,
    /// How numbers are written.
    pub digits: Digits,
    /// The last number and its code: columns of numbers repeat themselves.
    number: Option<(i64, u32)>,
}

impl Interned {
    pub(crate) fn of(texts: Texts) -> Self {
        Interned {
            texts,
            ..Interned::default()
        }
    }

    pub(crate) fn with(digits: Digits) -> Self {
        Interned {
            digits,
            ..Interned::default()
        }
    }

    /// The code of a text.
    pub(crate) fn code(&mut self, text: &str) -> u32 {
        let texts = &mut self.texts;
        let codes = self.codes.get_or_insert_with(|| {
            let known = texts.iter().enumerate();
            known
                .filter_map(|(code, text)| text.map(|text| (text.to_owned(), code as u32)))
                .collect()
        });
        if let Some(&code) = codes.get(text) {
            return code;
        }
        let code = texts.push(text);
        codes.insert(text.to_owned(), code);
        code
    }

    /// The code of a number's digits.
    pub(crate) fn number(&mut self, number: i64) -> u32 {
        match self.number {
            Some((known, code)) if known == number => code,
            _ => {
                let code = self.code(&self.digits.text(number));
                self.number = Some((number, code));
                code
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_in_bytes_are_added_whole_or_refused() {
        let plain = |texts: &[&[u8]]| -> Vec<u8> {
            let with_length = |text: &&[u8]| [&(text.len() as u32).to_le_bytes()[..], text].concat();
            texts.iter().flat_map(with_length).collect()
        };
        let mut texts = Texts::default();
        texts.push("before");
        let bytes = plain(&[b"100630", b"", "Österreich".as_bytes()]);
        texts.extend(&bytes, 3).unwrap();
        let all: Vec<_> = texts.iter().flatten().collect();
        assert_eq!(all, ["before", "100630", "", "Österreich"]);
        assert!(Texts::default().extend(&bytes, 4).is_none());
        assert!(Texts::default().extend(&bytes[..bytes.len() - 1], 3).is_none());
        assert!(Texts::default().extend(&plain(&[b"\xff"]), 1).is_none());
        // Two halves of a character make one, but are no texts.
        assert!(Texts::default().extend(&plain(&[b"\xc3", b"\x96"]), 2).is_none());
    }

    #[test]
    fn null_is_no_text_and_empty_text_is_one() {
        let mut interned = Interned::default();
        let (a, empty) = (interned.code("a"), interned.code(""));
        let null = interned.texts.null();
        assert_eq!(interned.code("b"), null + 1);
        assert_eq!(
            (interned.code("a"), interned.code(""), interned.texts.null()),
            (a, empty, null)
        );
        let texts: Vec<_> = interned.texts.iter().collect();
        assert_eq!(texts, [Some("a"), Some(""), None, Some("b")]);
        assert_eq!((interned.number(7), interned.number(7)), (4, 4));
        assert_eq!(interned.texts.get(4), Some("7"));
    }
}
