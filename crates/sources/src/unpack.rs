//! Compressed inputs: gzip of one member or several, zstd, and (in `archive`) zip with one table. What grows more than any
//! trade table does is refused before it fills memory or disk.

pub(crate) mod archive;

use flate2::bufread::GzDecoder;
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

/// A compressed text that grows more than this is taken for a decompression bomb. Trade
/// tables shrink to a fifth or a twentieth; deflate itself cannot exceed about 1030.
const GROWTH: u64 = 250;
/// Growth is not judged before this many bytes have come out.
const GROWTH_FROM: u64 = 16 << 20;
/// The largest window a zstd frame may ask for, as a power of two: what `zstd` itself accepts.
const WINDOW_LOG: u32 = 27;

/// The compression that first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    pub(crate) fn of(start: &[u8]) -> Option<Packing> {
        if start.starts_with(&[0x1f, 0x8b]) {
            Some(Packing::Gzip)
        } else if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            Some(Packing::Zstd)
        } else {
            // A frame that decoders skip, with which parallel zstd programs begin.
            let skippable = start.len() > 4 && start[0] >> 4 == 5 && start[1..4] == [0x2a, 0x4d, 0x18];
            skippable.then_some(Packing::Zstd)
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
        }
    }

    /// The unpacked bytes; reading fails where they are damaged, cut short, or grow too much.
    pub(crate) fn unpack<'a>(self, reader: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
        let (packed, count) = Counted::new(reader);
        let inner: Box<dyn Read + 'a> = match self {
            Packing::Gzip => Box::new(Members {
                open: Some(GzDecoder::new(BufReader::new(packed))),
            }),
            Packing::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(packed)?;
                decoder.window_log_max(WINDOW_LOG)?;
                Box::new(decoder)
            }
        };
        Ok(Box::new(Bounded::new(inner, count)))
    }
}

/// The members of a gzip file, one after the other, and the zeros that tapes and blocks of a disk put behind the last.
struct Members<R> {
    /// `None` after the last.
    open: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.open {
            let n = member.read(buffer)?;
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            let Some(mut packed) = self.open.take().map(GzDecoder::into_inner) else {
                break;
            };
            if skip_zeros(&mut packed)? {
                self.open = Some(GzDecoder::new(packed));
            }
        }
        Ok(0)
    }
}

/// Passes over zeros; whether anything follows them.
fn skip_zeros(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let all = zeros == bytes.len();
        reader.consume(zeros);
        if !all {
            return Ok(true);
        }
    }
}

/// Counts the packed bytes.
struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R> Counted<R> {
    fn new(inner: R) -> (Self, Rc<Cell<u64>>) {
        let count = Rc::new(Cell::new(0));
        (
            Counted {
                inner,
                count: Rc::clone(&count),
            },
            count,
        )
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.set(self.count.get() + n as u64);
        Ok(n)
    }
}

/// Refuses what grows too much.
struct Bounded<R> {
    inner: R,
    packed: Rc<Cell<u64>>,
    unpacked: u64,
}

impl<R> Bounded<R> {
    fn new(inner: R, packed: Rc<Cell<u64>>) -> Self {
        Bounded {
            inner,
            packed,
            unpacked: 0,
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer).map_err(damaged)?;
        self.unpacked += n as u64;
        if self.unpacked > GROWTH_FROM && self.unpacked / GROWTH > self.packed.get() {
            let text = format!("the compressed data grows more than {GROWTH} times, as no trade table does");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        Ok(n)
    }
}

/// What a decompressor says of damage, as one kind: zstd calls it `Other`. A frame that asks for more memory than
/// [`WINDOW_LOG`] is whole.
fn damaged(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::Other if error.to_string().contains("too much memory") => io::Error::new(
            io::ErrorKind::FileTooLarge,
            "a zstd frame with a window above 128 MiB, as `--long` makes them",
        ),
        io::ErrorKind::Other => io::Error::new(io::ErrorKind::InvalidData, error),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    #[test]
    fn a_bomb_is_refused_before_it_fills_the_disk() {
        let text = b"1,2\n".repeat(20 << 20);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&text).unwrap();
        for (packing, packed) in [
            (Packing::Gzip, encoder.finish().unwrap()),
            (Packing::Zstd, zstd::encode_all(&text[..], 19).unwrap()),
        ] {
            let mut input = packing.unpack(&packed[..]).unwrap();
            let error = io::copy(&mut input, &mut io::sink()).unwrap_err();
            assert!(error.to_string().contains("grows"), "{error}");
        }
    }

    #[test]
    fn members_of_gzip_are_read_one_after_the_other_and_zeros_behind_them_passed_over() {
        let member = |text: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        };
        let two = [member(b"a,b\n"), member(b""), member(b"1,2\n")].concat();
        let read = |packed: &[u8]| {
            let mut text = String::new();
            let done = Packing::Gzip.unpack(packed).unwrap().read_to_string(&mut text);
            done.map(|_| text).map_err(|e| e.to_string())
        };
        assert_eq!(read(&two).unwrap(), "a,b\n1,2\n");
        assert_eq!(read(&[&two[..], &[0; 10_000]].concat()).unwrap(), "a,b\n1,2\n");
        for behind in [&b"x"[..], b"\0\0x", b"1,3\n", &two[..5]] {
            assert!(read(&[&two, behind].concat()).is_err(), "{behind:?}");
        }
        assert!(read(&two[..two.len() - 1]).is_err());
    }

    #[test]
    fn frames_of_zstd_are_read_one_after_the_other_or_told_to_be_too_large() {
        let frame = |text: &[u8]| zstd::encode_all(text, 1).unwrap();
        let skipped = b"\x50\x2a\x4d\x18\x04\0\0\0skip";
        let packed = [&skipped[..], &frame(b"a,b\n"), skipped, &frame(b"1,2\n")].concat();
        let mut text = String::new();
        let packing = Packing::of(&packed).unwrap();
        packing.unpack(&packed[..]).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "a,b\n1,2\n");
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(28).unwrap();
        encoder.write_all(b"a,b\n").unwrap();
        let wide = encoder.finish().unwrap();
        let error = io::copy(&mut Packing::Zstd.unpack(&wide[..]).unwrap(), &mut io::sink()).unwrap_err();
        assert!(error.to_string().contains("window above 128 MiB"), "{error}");
        let told = crate::input::unreadable("t.zst", error).to_string();
        assert!(told.contains("unpack it") && !told.contains("damaged"), "{told}");
    }
}
