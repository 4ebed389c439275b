//! Whether a text has the key in it, as it is or as JSON may write it.

use std::io::{BufReader, Read, Result};

/// Whether a body has a key in it. A short one, or one of digits alone, could stand there by chance.
pub(crate) fn holds(body: impl Read, key: &str) -> Result<bool> {
    if key.len() < 8 || key.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(false);
    }
    let mut plain = Plain::default();
    for byte in BufReader::with_capacity(1 << 16, body).bytes() {
        if plain.see(byte?, key.as_bytes()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A text without what repeats a key; where it is written in another way than it was sent, nothing of the text is left.
pub(crate) fn masked(text: &str, key: Option<&str>) -> String {
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        return text.to_owned();
    };
    let text = text.replace(key, "***");
    let mut plain = Plain::default();
    match text.bytes().any(|byte| plain.see(byte, key.as_bytes())) {
        true => "(words that repeat the key)".to_owned(),
        false => text,
    }
}

/// The end of a text, as it is and with the escapes of JSON (`\\u0041`, `\\/`) undone, as far as a key could begin in it.
#[derive(Default)]
struct Plain {
    raw: Vec<u8>,
    undone: Vec<u8>,
    escape: Vec<u8>,
}

impl Plain {
    /// Takes a byte; whether the key ends with it.
    fn see(&mut self, byte: u8, key: &[u8]) -> bool {
        let raw = ends(&mut self.raw, byte, key);
        self.escape.push(byte);
        let undone = match self.escape[..] {
            [b'\\'] | [b'\\', b'u'] | [b'\\', b'u', _] | [b'\\', b'u', _, _] | [b'\\', b'u', _, _, _] => None,
            [b'\\', b'u', ref digits @ ..] => {
                let digits = std::str::from_utf8(digits).ok();
                let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                // A key is of ASCII.
                Some(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(0))
            }
            _ => Some(byte),
        };
        raw | undone.is_some_and(|byte| {
            self.escape.clear();
            ends(&mut self.undone, byte, key)
        })
    }
}

fn ends(text: &mut Vec<u8>, byte: u8, key: &[u8]) -> bool {
    if text.len() >= 4 * key.len() + 64 {
        text.drain(..text.len() - key.len());
    }
    text.push(byte);
    text.ends_with(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_however_json_writes_it() {
        let key = "a/Key-of-\"mine\"-1";
        let escaped: String = key.bytes().map(|b| format!("\\u{b:04X}")).collect();
        let written = serde_json::to_string(key).unwrap();
        for text in [
            key,
            &escaped,
            &escaped.to_lowercase(),
            &written,
            &written.replace('/', "\\/"),
        ] {
            let text = format!("{}{text}\\n", "x\\\\".repeat(999));
            assert!(holds(text.as_bytes(), key).unwrap(), "{text}");
            let shown = masked(&text, Some(key));
            assert!(
                shown.contains("***") || shown == "(words that repeat the key)",
                "{shown}"
            );
        }
        // An escaped stroke, and not an escaped letter.
        assert!(!holds(escaped.replacen('\\', "\\\\", 1).as_bytes(), key).unwrap());
        assert!(!holds(&b"12345678"[..], "12345678").unwrap() && !holds(&b"short"[..], "short").unwrap());
        assert_eq!(masked("say key-1", Some("key-1")), "say ***");
    }
}
