use crate::error::{Error, Result};
use crate::guard::Guard;
use flate2::read::MultiGzDecoder;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::rc::Rc;

/// How many first bytes are looked at to tell what the input is.
const PREFIX: usize = 64 * 1024;
/// A compressed text that grows more than this is taken for a decompression bomb. Trade
/// tables shrink to a fifth or a twentieth; deflate itself cannot exceed about 1030.
const GROWTH: u64 = 250;
/// Growth is not judged before this many bytes have come out.
const GROWTH_FROM: u64 = 64 << 20;

/// Bounds that keep memory bounded whatever the input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest record in bytes.
    pub record_bytes: u64,
    /// How many quarantined rows are listed one by one; the rest is counted.
    pub listed: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            record_bytes: 1 << 20,
            listed: 10_000,
        }
    }
}

/// The text of an input, from its first byte.
pub(crate) type Text<'a> = io::Chain<Cursor<Vec<u8>>, Box<dyn Read + 'a>>;

/// An input whose first bytes have been looked at: text without a byte order mark.
pub(crate) struct Input<'a> {
    pub(crate) file: String,
    /// The first bytes of the text, up to 64 KiB.
    pub(crate) prefix: Vec<u8>,
    rest: Box<dyn Read + 'a>,
}

impl<'a> Input<'a> {
    /// Opens a file.
    pub(crate) fn open(path: &Path) -> Result<Input<'static>> {
        let file = path.display().to_string();
        let unreadable = |cause| Error::Unreadable {
            file: path.display().to_string(),
            cause,
            advice: "check that the path names a file you may read",
        };
        let handle = File::open(path).map_err(unreadable)?;
        if handle.metadata().map_err(unreadable)?.is_dir() {
            return Err(refuse(&file, 0, "a folder", "a file", "name one file in it"));
        }
        Input::new(handle, &file)
    }

    /// Takes any reader; `file` is the name used in messages.
    pub(crate) fn new(reader: impl Read + 'a, file: &str) -> Result<Input<'a>> {
        let mut reader: Box<dyn Read + 'a> = Box::new(reader);
        let mut prefix = first_bytes(&mut reader, file)?;
        if prefix.starts_with(&[0x1f, 0x8b]) {
            reader = Box::new(Unpacked::new(Cursor::new(prefix).chain(reader)));
            prefix = first_bytes(&mut reader, file)?;
            if prefix.starts_with(&[0x1f, 0x8b]) {
                return Err(refuse(
                    file,
                    0,
                    "gzip inside gzip",
                    "a table of text",
                    "unpack it once and try again",
                ));
            }
        }
        refuse_other_formats(file, &prefix)?;
        if prefix.starts_with(&[0xef, 0xbb, 0xbf]) {
            prefix.drain(..3);
        }
        if prefix.iter().all(u8::is_ascii_whitespace) {
            let found = if prefix.is_empty() {
                "nothing"
            } else {
                "only white space"
            };
            return Err(refuse(
                file,
                0,
                found,
                "a header and rows",
                "check that the download was complete",
            ));
        }
        Ok(Input {
            file: file.to_owned(),
            prefix,
            rest: reader,
        })
    }

    /// The whole text, as it is.
    pub(crate) fn into_text(self) -> Text<'a> {
        Cursor::new(self.prefix).chain(self.rest)
    }

    /// The whole text, guarded.
    pub(crate) fn into_guard(self, limits: Limits, delimiter: u8) -> Guard<Text<'a>> {
        Guard::new(
            Cursor::new(self.prefix).chain(self.rest),
            limits.record_bytes,
            delimiter,
        )
    }
}

fn refuse(file: &str, line: u64, found: &str, expected: &'static str, advice: &'static str) -> Error {
    Error::NotATable {
        file: file.to_owned(),
        line,
        column: None,
        found: found.to_owned(),
        expected,
        advice,
    }
}

fn first_bytes(reader: &mut dyn Read, file: &str) -> Result<Vec<u8>> {
    let mut prefix = Vec::new();
    reader
        .take(PREFIX as u64)
        .read_to_end(&mut prefix)
        .map_err(|cause| unreadable(file, cause))?;
    Ok(prefix)
}

/// An error of the byte source in this crate's terms.
pub(crate) fn unreadable(file: &str, cause: io::Error) -> Error {
    let advice = match cause.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            "the compressed data is cut short or damaged: fetch the file again"
        }
        _ => "check that it is a file you may read, on a disk that answers",
    };
    Error::Unreadable {
        file: file.to_owned(),
        cause,
        advice,
    }
}

/// First bytes, what they tell, and what to do.
const FORMATS: [(&[u8], &str, &str); 9] = [
    (
        b"PK\x03\x04",
        "a zip archive or a spreadsheet",
        "unpack it and name the table inside, or save the sheet as CSV",
    ),
    (
        &[0x28, 0xb5, 0x2f, 0xfd],
        "zstd-compressed data",
        "unpack it with `zstd -d` first",
    ),
    (
        &[0xfd, b'7', b'z', b'X', b'Z'],
        "xz-compressed data",
        "unpack it with `xz -d` first",
    ),
    (b"BZh", "bzip2-compressed data", "unpack it with `bzip2 -d` first"),
    (
        b"PAR1",
        "a Parquet file",
        "give it as a dataset, not as an agency's table",
    ),
    (b"%PDF", "a PDF document", "copy its figures into a tidy table"),
    (&[0xd0, 0xcf, 0x11, 0xe0], "an old spreadsheet", "save the sheet as CSV"),
    (&[0xff, 0xfe], "UTF-16 text", "save it as UTF-8"),
    (&[0xfe, 0xff], "UTF-16 text", "save it as UTF-8"),
];

fn refuse_other_formats(file: &str, prefix: &[u8]) -> Result<()> {
    let expected = "a table of text (comma-separated, UTF-8, plain or gzip)";
    for (magic, found, advice) in FORMATS {
        if prefix.starts_with(magic) {
            return Err(refuse(file, 0, found, expected, advice));
        }
    }
    let start = prefix.iter().find(|b| !b.is_ascii_whitespace());
    match start {
        Some(b'<') => Err(refuse(
            file,
            1,
            "HTML or XML",
            expected,
            "an error page may have been saved in place of the data",
        )),
        Some(b'{' | b'[') => Err(refuse(file, 1, "JSON", expected, "ask the source for CSV")),
        _ => Ok(()),
    }
}

/// Unpacks gzip, of one member or several, and refuses a decompression bomb.
struct Unpacked<R: Read> {
    inner: MultiGzDecoder<Counted<R>>,
    packed: Rc<Cell<u64>>,
    unpacked: u64,
}

impl<R: Read> Unpacked<R> {
    fn new(reader: R) -> Self {
        let packed = Rc::new(Cell::new(0));
        Unpacked {
            inner: MultiGzDecoder::new(Counted {
                inner: reader,
                count: Rc::clone(&packed),
            }),
            packed,
            unpacked: 0,
        }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.unpacked += n as u64;
        if self.unpacked > GROWTH_FROM && self.unpacked / GROWTH > self.packed.get() {
            let text = format!("the gzip data grows more than {GROWTH} times, as no trade table does");
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(n)
    }
}

struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.set(self.count.get() + n as u64);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn message(bytes: &[u8]) -> String {
        Input::new(bytes, "t.csv")
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn plain_and_packed_text_is_the_same_text() {
        for bytes in [
            b"a,b\n1,2\n".to_vec(),
            b"\xef\xbb\xbfa,b\n1,2\n".to_vec(),
            gz(b"a,b\n1,2\n"),
            gz(b"\xef\xbb\xbfa,b\n1,2\n"),
        ] {
            assert_eq!(Input::new(&bytes[..], "t").unwrap().prefix, b"a,b\n1,2\n");
        }
        // Two gzip members one after the other are one text.
        let two = [gz(b"a,b\n"), gz(b"1,2\n")].concat();
        assert_eq!(Input::new(&two[..], "t").unwrap().prefix, b"a,b\n1,2\n");
    }

    #[test]
    fn other_formats_are_named() {
        assert!(message(b"").contains("nothing"));
        assert!(message(b" \r\n\t\n").contains("only white space"));
        assert!(message(&gz(b"")).contains("nothing"));
        assert!(message(b"PK\x03\x04abc").contains("zip archive"));
        assert!(message(&[0xff, 0xfe, b'a', 0]).contains("UTF-16"));
        assert!(message(b"PAR1abc").contains("Parquet"));
        assert!(message(b"<html>").contains("HTML"));
        assert!(message(b"  {\"a\":1}").contains("JSON"));
        assert!(message(&gz(&gz(b"a"))).contains("gzip inside gzip"));
        let mut cut = gz(b"a,b\n1,2\n");
        cut.truncate(cut.len() - 6);
        assert!(message(&cut).contains("cut short"), "{}", message(&cut));
    }

    #[test]
    fn a_folder_is_no_file() {
        let error = Input::open(Path::new(env!("CARGO_MANIFEST_DIR")))
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("a folder"), "{error}");
    }

    #[test]
    fn a_bomb_is_refused_before_it_fills_the_disk() {
        let packed = gz(&b"1,2\n".repeat(20 << 20));
        let mut input = Unpacked::new(&packed[..]);
        let error = io::copy(&mut input, &mut io::sink()).unwrap_err();
        assert!(error.to_string().contains("grows"), "{error}");
    }
}
