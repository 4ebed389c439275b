use std::collections::VecDeque;
use std::io::{self, Read};

/// The record that the guard adds after the last byte. If it comes out as a record of its
/// own, every quotation mark was closed; if it comes out inside a field, one was not.
/// The control character in it is refused in the input itself.
pub(crate) const END: &[u8] = b"\x1eend of input";
const SEPARATOR: u8 = 0x1e;

/// What the guard refuses. Carried through the CSV reader inside an `io::Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("a zero byte in line {0}")]
    Zero(u64),
    #[error("the control character {1:#04x} in line {0}")]
    Control(u64, u8),
    #[error("a lone carriage return in line {0}")]
    LoneReturn(u64),
    #[error("a record that starts in line {0} is too long")]
    TooLong(u64),
}

/// Where in a field the text is, by the rules the CSV reader goes by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Start,
    Bare,
    Quoted,
    /// After a quotation mark in a quoted field: the end of it, or the first half of `""`.
    Closing,
}

/// Bytes on their way to the CSV reader: counts physical lines, refuses what is no text,
/// and bounds the memory one record can take.
pub(crate) struct Guard<R> {
    inner: R,
    limit: u64,
    /// The offset behind the last record that the consumer finished, or behind the blank lines that follow it.
    from: u64,
    offset: u64,
    line: u64,
    after_return: bool,
    at_line_start: bool,
    delimiter: u8,
    quoting: Quoting,
    /// Offsets at which text follows a closing quotation mark.
    misquoted: VecDeque<u64>,
    /// Offset and number of each line that is not empty and not yet asked for.
    starts: VecDeque<(u64, u64)>,
    tail: Option<usize>,
    /// Whether the input ended with a digit, of which nobody can say whether it was the number's last.
    pub(crate) ends_within: bool,
    last: u8,
}

impl<R: Read> Guard<R> {
    pub(crate) fn new(inner: R, limit: u64, delimiter: u8) -> Self {
        Guard {
            inner,
            limit,
            from: 0,
            offset: 0,
            line: 1,
            after_return: false,
            at_line_start: true,
            delimiter,
            quoting: Quoting::Start,
            misquoted: VecDeque::new(),
            starts: VecDeque::new(),
            tail: None,
            ends_within: false,
            last: b'\n',
        }
    }

    /// To be called when a record has been read that was searched from byte `from` on and
    /// ended before byte `to`: gives the physical line of its first byte and whether its
    /// quotation marks are in order, and starts the length count anew. (The CSV reader's own
    /// line numbers count neither blank lines nor CRLF rightly, and it reads `"1"5` as 15.)
    pub(crate) fn finish_record(&mut self, from: u64, to: u64) -> (u64, bool) {
        self.from = self.offset;
        while self.starts.front().is_some_and(|&(start, _)| start < from) {
            self.starts.pop_front();
        }
        let line = self.starts.front().map_or(self.line, |&(_, line)| line);
        // What is left in front is the next record, should it prove too long.
        while self.starts.front().is_some_and(|&(start, _)| start < to) {
            self.starts.pop_front();
        }
        let mut well_quoted = true;
        while self.misquoted.front().is_some_and(|&at| at < to) {
            self.misquoted.pop_front();
            well_quoted = false;
        }
        (line, well_quoted)
    }

    /// Follows the quotation marks through one byte.
    fn quote(&mut self, byte: u8, offset: u64) {
        self.quoting = match (self.quoting, byte) {
            (Quoting::Quoted, b'"') => Quoting::Closing,
            (Quoting::Quoted, _) => Quoting::Quoted,
            (Quoting::Closing, b'"') => Quoting::Quoted,
            (Quoting::Start, b'"') => Quoting::Quoted,
            (_, b'\n' | b'\r') => Quoting::Start,
            (_, byte) if byte == self.delimiter => Quoting::Start,
            (Quoting::Closing, _) => {
                self.misquoted.push_back(offset);
                Quoting::Bare
            }
            (Quoting::Start | Quoting::Bare, _) => Quoting::Bare,
        };
    }

    fn look(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        for (i, &byte) in bytes.iter().enumerate() {
            self.quote(byte, self.offset + i as u64);
            if byte >= 0x20 && !self.at_line_start && !self.after_return {
                continue;
            }
            if self.after_return && byte != b'\n' {
                return Err(Refusal::LoneReturn(self.line));
            }
            self.after_return = byte == b'\r';
            if self.at_line_start && byte != b'\n' && byte != b'\r' {
                self.starts.push_back((self.offset + i as u64, self.line));
                self.at_line_start = false;
            }
            match byte {
                b'\n' => {
                    if self.at_line_start && self.quoting == Quoting::Start {
                        self.from = self.offset + i as u64 + 1;
                    }
                    self.line += 1;
                    self.at_line_start = true;
                }
                0 => return Err(Refusal::Zero(self.line)),
                b'\t' | b'\r' | 0x20.. => {}
                other => return Err(Refusal::Control(self.line, other)),
            }
        }
        self.offset += bytes.len() as u64;
        self.last = bytes.last().copied().unwrap_or(self.last);
        Ok(())
    }

    fn end(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.tail.is_none() {
            if self.after_return {
                return Err(io::Error::other(Refusal::LoneReturn(self.line)));
            }
            self.starts.push_back((self.offset + 1, self.line));
            self.ends_within = self.last.is_ascii_digit();
        }
        let given = self.tail.unwrap_or(0);
        let tail = [b"\n", END, b"\n"].concat();
        let rest = tail.get(given..).unwrap_or_default();
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.tail = Some(given + n);
        Ok(n)
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.tail.is_some() {
            return self.end(buffer);
        }
        let n = self.inner.read(buffer)?;
        if n == 0 {
            return if buffer.is_empty() { Ok(0) } else { self.end(buffer) };
        }
        let started = self.starts.front().map_or(self.line, |&(_, line)| line);
        self.look(&buffer[..n]).map_err(io::Error::other)?;
        if self.offset.saturating_sub(self.from) > self.limit + buffer.len() as u64 {
            return Err(io::Error::other(Refusal::TooLong(started)));
        }
        Ok(n)
    }
}

const _: () = assert!(END[0] == SEPARATOR && SEPARATOR < 0x20);

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(bytes: &[u8], limit: u64) -> Result<Vec<u8>, Refusal> {
        let mut guard = Guard::new(bytes, limit, b',');
        let mut out = Vec::new();
        let mut block = [0; 4];
        loop {
            match guard.read(&mut block) {
                Ok(0) => return Ok(out),
                Ok(n) => out.extend(&block[..n]),
                Err(e) => return Err(*e.get_ref().unwrap().downcast_ref::<Refusal>().unwrap()),
            }
        }
    }

    #[test]
    fn text_passes_and_gets_its_end_mark() {
        assert_eq!(
            read_all(b"a,b\r\n1\t2\n", 100).unwrap(),
            b"a,b\r\n1\t2\n\n\x1eend of input\n"
        );
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_line() {
        assert_eq!(read_all(b"a\nb\0", 100), Err(Refusal::Zero(2)));
        assert_eq!(read_all(b"a\n\x1eb", 100), Err(Refusal::Control(2, 0x1e)));
        assert_eq!(read_all(b"a\rb", 100), Err(Refusal::LoneReturn(1)));
        assert_eq!(read_all(b"a\n\nb\r", 100), Err(Refusal::LoneReturn(3)));
        assert_eq!(read_all(b"a\r\r\nb", 100), Err(Refusal::LoneReturn(1)));
        assert_eq!(read_all(&[b'a'; 50], 10), Err(Refusal::TooLong(1)));
        // Blank lines are no record, but within quotation marks they are one.
        assert!(read_all(&[b'\n'; 50], 10).is_ok() && read_all(&b"\r\n".repeat(50), 10).is_ok());
        assert_eq!(
            read_all(&[&b"x\n\""[..], &[b'\n'; 50]].concat(), 10),
            Err(Refusal::TooLong(1))
        );
    }

    #[test]
    fn lines_are_found_after_blank_ones_and_inside_quotes() {
        let text = b"h\r\n\r\n\n\"a\nb\"\r\nc\n";
        let mut guard = Guard::new(&text[..], 1000, b',');
        let mut sink = Vec::new();
        guard.read_to_end(&mut sink).unwrap();
        assert_eq!(guard.finish_record(0, 2), (1, true));
        assert_eq!(guard.finish_record(2, 11), (4, true));
        // The quoted record ends at byte 11; the search for the next one starts there.
        assert_eq!(guard.finish_record(11, 15), (6, true));
    }

    #[test]
    fn text_after_a_closing_quote_is_noticed() {
        let text = b"\"1\",\"a\"\"b\",c\"d\n\"1\"5,x\n\"\",\"\"\"\"\n";
        let mut guard = Guard::new(&text[..], 1000, b',');
        guard.read_to_end(&mut Vec::new()).unwrap();
        let found = [(0, 15), (15, 22), (22, 30)].map(|(from, to)| guard.finish_record(from, to).1);
        assert_eq!(found, [true, false, true]);
    }
}
