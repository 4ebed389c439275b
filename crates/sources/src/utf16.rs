use std::io::{self, Read};

/// UTF-16 text, behind its byte order mark, as UTF-8: what a spreadsheet saves as "Unicode text".
pub(crate) struct Utf16<R> {
    inner: R,
    big_endian: bool,
    /// Bytes that are not yet a code unit, at most one.
    odd: Option<u8>,
    /// The first half of a surrogate pair.
    high: Option<u16>,
    /// UTF-8 that has not yet been given.
    ready: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Utf16<R> {
    /// `inner` stands behind the mark.
    pub(crate) fn new(inner: R, big_endian: bool) -> Self {
        Utf16 {
            inner,
            big_endian,
            odd: None,
            high: None,
            ready: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    fn unit(&mut self, unit: u16) -> io::Result<()> {
        let units = match self.high.take() {
            Some(high) => vec![high, unit],
            None if (0xd800..0xdc00).contains(&unit) => {
                self.high = Some(unit);
                return Ok(());
            }
            None => vec![unit],
        };
        for character in char::decode_utf16(units) {
            let character = character.map_err(|_| broken("half a surrogate pair"))?;
            self.ready.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }

    fn more(&mut self) -> io::Result<()> {
        let mut block = [0; 8192];
        let n = self.inner.read(&mut block)?;
        if n == 0 {
            self.ended = true;
            if self.odd.is_some() || self.high.is_some() {
                return Err(broken("an end in the middle of a character"));
            }
        }
        for &byte in &block[..n] {
            match self.odd.take() {
                None => self.odd = Some(byte),
                Some(first) if self.big_endian => self.unit(u16::from_be_bytes([first, byte]))?,
                Some(first) => self.unit(u16::from_le_bytes([first, byte]))?,
            }
        }
        Ok(())
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the UTF-16 text has {what}"))
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.ended && !buffer.is_empty() {
            self.ready.clear();
            self.given = 0;
            self.more()?;
        }
        let rest = &self.ready[self.given..];
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(units: &[u16], big: bool) -> io::Result<String> {
        let bytes: Vec<u8> = units
            .iter()
            .flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })
            .collect();
        let mut text = String::new();
        Utf16::new(&bytes[..], big).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn both_orders_are_read_and_damage_is_told() {
        let text = "Côte d'Ivoire,5\n한국,𝄞\n".repeat(3000);
        let units: Vec<u16> = text.encode_utf16().collect();
        assert_eq!(read(&units, true).unwrap(), text);
        assert_eq!(read(&units, false).unwrap(), text);
        assert!(read(&[0x41, 0xd800], true).is_err());
        assert!(read(&[0xdc00, 0x41], true).is_err());
        assert!(read(&[0xd800, 0x41], false).is_err());
        assert!(Utf16::new(&b"a\0b"[..], false).read_to_end(&mut Vec::new()).is_err());
    }
}
