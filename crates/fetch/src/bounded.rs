use std::io::{Error, Read, Result};

/// No field or record of an answer is longer: all of it would be held in memory.
const LONGEST: u64 = 1 << 20;
/// Up to this depth values are parted: an object, in it a list, in it the records.
const DEPTH: u64 = 2;

/// JSON, within a bound on what has to be held at once.
pub(crate) struct Bounded<R> {
    inner: R,
    depth: u64,
    /// Bytes since the last comma between fields of the object or records of the list.
    since: u64,
    text: bool,
    escaped: bool,
}

impl<R: Read> Bounded<R> {
    pub fn new(inner: R) -> Bounded<R> {
        Bounded {
            inner,
            depth: 0,
            since: 0,
            text: false,
            escaped: false,
        }
    }

    fn see(&mut self, byte: u8) {
        self.since += 1;
        match (byte, self.text) {
            _ if self.escaped => self.escaped = false,
            (b'\\', true) => self.escaped = true,
            (b'"', _) => self.text = !self.text,
            (_, true) => {}
            (b'{' | b'[', _) => self.depth += 1,
            (b'}' | b']', _) => self.depth = self.depth.saturating_sub(1),
            (b',', _) if self.depth <= DEPTH => self.since = 0,
            _ => {}
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.inner.read(buffer)?;
        for &byte in &buffer[..read] {
            self.see(byte);
            if self.since > LONGEST {
                return Err(Error::other(format!("a value of more than {LONGEST} bytes in it")));
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_pass_and_long_values_do_not() {
        let read = |text: &str| Bounded::new(text.as_bytes()).read_to_end(&mut Vec::new());
        let record = r#"{"a":"x, \"y","b":[1,2]},"#;
        assert!(read(&format!("{{\"data\":[{}1]}}", record.repeat(100_000))).is_ok());
        let long = "x,".repeat(1 << 20);
        for bad in [
            format!("{{\"error\":\"{long}\"}}"),
            format!("{{\"data\":[{{\"a\":\"\\\"{long}\"}}]}}"),
            format!("{{\"data\":[{{\"a\":[{}]}}]}}", "1,".repeat(1 << 20)),
        ] {
            assert!(read(&bad).is_err());
        }
    }
}
