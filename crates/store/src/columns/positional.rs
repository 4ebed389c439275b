use crate::thrift::{Stop, page_header};
use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes at hand for a page header; most need no more than fifty.
const HEADER_BYTES: usize = 256;

/// The longest page header that is read: its statistics may be texts.
const LONGEST_HEADER: u64 = 1 << 20;

/// Reads a file at given places, without the shared offset that makes `File` unsafe as a chunk
/// reader of several threads. One window of the file is kept, so that the pages of a column are
/// read in large pieces.
pub(crate) struct Positional {
    file: Arc<File>,
    length: u64,
    /// The end of the part of the file that may be read ahead.
    end: u64,
    /// How many bytes are read at once.
    ahead: usize,
    window: Mutex<(u64, Bytes)>,
}

impl Positional {
    /// `ahead` is how many bytes are read at once, up to `end`; 0 reads only what is asked for.
    pub(crate) fn new(file: Arc<File>, length: u64, end: u64, ahead: usize) -> Self {
        Positional {
            file,
            length,
            end: end.min(length),
            ahead,
            window: Mutex::new((0, Bytes::new())),
        }
    }

    /// Copies what of the window stands at its place, if anything does. It keeps no part of the window,
    /// which could not be read into again otherwise.
    fn copy_held(&self, from: &mut From) -> bool {
        let window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = from.next.checked_sub(window.0).map(|offset| offset as usize);
        let held = offset.and_then(|offset| window.1.get(offset..)).unwrap_or_default();
        from.hold(&held[..held.len().min(HEADER_BYTES)]);
        !held.is_empty()
    }

    /// Reads into memory that nobody else holds any more, if `old` is such, which need not be cleared.
    fn read(&self, start: u64, length: usize, old: Bytes) -> Result<Bytes> {
        if length as u64 > self.length.saturating_sub(start) {
            return Err(ParquetError::EOF(format!(
                "{length} bytes at {start} reach beyond the file's end"
            )));
        }
        let mut buffer = old.try_into_mut().unwrap_or_default();
        buffer.resize(length, 0);
        read_at(&self.file, &mut buffer, start)?;
        Ok(buffer.freeze())
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], start: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, start)
}

#[cfg(windows)]
fn read_at(file: &File, mut buffer: &mut [u8], mut start: u64) -> std::io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, start)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => {
                buffer = &mut buffer[n..];
                start += n as u64;
            }
        }
    }
    Ok(())
}

impl Length for Positional {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Positional {
    type T = From;

    fn get_read(&self, start: u64) -> Result<From> {
        let mut from = From {
            file: self.file.clone(),
            bytes: [0; HEADER_BYTES],
            left: 0..0,
            next: start,
            length: self.length,
            unchecked: false,
            ends: 0,
        };
        let rest = self.length.saturating_sub(start);
        if !self.copy_held(&mut from) {
            let length = rest.min(HEADER_BYTES as u64) as usize;
            from.hold(&self.get_bytes(start, length)?);
        }
        // Only page headers are read so, and the file's last eight bytes.
        from.unchecked = rest != 8;
        Ok(from)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let within = start.checked_sub(window.0).map(|offset| offset as usize);
        if let Some(offset) = within.filter(|o| o.saturating_add(length) <= window.1.len()) {
            return Ok(window.1.slice(offset..offset + length));
        }
        let ahead = (self.ahead as u64).min(self.end.saturating_sub(start)) as usize;
        let old = std::mem::take(&mut window.1);
        *window = (start, self.read(start, length.max(ahead), old)?);
        Ok(window.1.slice(..length))
    }
}

/// What stands in the file from a place on.
pub(crate) struct From {
    file: Arc<File>,
    bytes: [u8; HEADER_BYTES],
    /// Those of the bytes that were not given yet.
    left: Range<usize>,
    /// The place after them.
    next: u64,
    /// The file's length.
    length: u64,
    /// Whether they begin with a page header that was not looked at yet. Some are never read.
    unchecked: bool,
    /// How often the file's end was read.
    ends: u8,
}

/// So often the end may be read: the parquet crate skips what a header claims, however much, and takes the end for it.
const MOST_ENDS: u8 = 8;

impl From {
    fn hold(&mut self, bytes: &[u8]) {
        self.bytes[..bytes.len()].copy_from_slice(bytes);
        self.left = 0..bytes.len();
        self.next += bytes.len() as u64;
    }

    /// Refuses a page header that the parquet crate could not get through.
    fn check(&mut self) -> std::io::Result<()> {
        let mut header = page_header(&self.bytes[self.left.clone()]);
        if header == Err(Stop::Short) {
            let start = self.next - self.left.len() as u64;
            let rest = self.length.saturating_sub(start);
            let mut longer = vec![0; rest.min(LONGEST_HEADER) as usize];
            read_at(&self.file, &mut longer, start)?;
            header = page_header(&longer);
        }
        let undecodable =
            || std::io::Error::new(std::io::ErrorKind::InvalidData, "a page header that cannot be decoded");
        header.map(drop).map_err(|_| undecodable())
    }
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if std::mem::take(&mut self.unchecked) {
            self.check()?;
        }
        if self.left.start == self.left.end {
            let rest = self.length.saturating_sub(self.next);
            if rest == 0 && !buffer.is_empty() {
                self.ends += 1;
                if self.ends > MOST_ENDS {
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
            }
            let length = rest.min(HEADER_BYTES as u64) as usize;
            read_at(&self.file, &mut self.bytes[..length], self.next)?;
            self.left = 0..length;
            self.next += length as u64;
        }
        let length = buffer.len().min(self.left.end - self.left.start);
        buffer[..length].copy_from_slice(&self.bytes[self.left.start..self.left.start + length]);
        self.left.start += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn any_part_can_be_read_in_any_order() {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..5000_u32).map(|n| (n % 251) as u8).collect();
        file.write_all(&bytes).unwrap();
        let reader = Positional::new(Arc::new(file), 5000, 4000, 1000);
        for (start, length) in [(10, 5), (500, 100), (4900, 100), (0, 5000), (3999, 1), (5000, 0)] {
            assert_eq!(
                reader.get_bytes(start as u64, length).unwrap(),
                &bytes[start..start + length]
            );
        }
        assert!(reader.get_bytes(4999, 2).is_err());
        let mut rest = Vec::new();
        // There a zero stands, the shortest header.
        reader.get_read(251).unwrap().read_to_end(&mut rest).unwrap();
        assert_eq!(rest, &bytes[251..]);
        // There a list of 15 elements is said to begin.
        let error = reader
            .get_read(25)
            .unwrap()
            .read_to_end(&mut rest)
            .unwrap_err()
            .to_string();
        assert!(error.contains("page header"), "{error}");
    }
}
