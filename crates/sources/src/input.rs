use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::json;
use crate::unpack::Packing;
use crate::unpack::archive::{is_zip, zip_member};
use crate::utf16::Utf16;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

/// How a Parquet file begins.
const PARQUET: &[u8] = b"PAR1";

/// The bytes of a file: of a table of text as they are, of a Parquet file its rows as text.
pub(crate) fn open_bytes(path: &Path) -> Result<Box<dyn Read>> {
    let failed = |cause| unreadable(&path.display().to_string(), cause);
    let mut file = store::open_file(path).map_err(failed)?;
    let mut start = Vec::new();
    (&mut file).take(4).read_to_end(&mut start).map_err(failed)?;
    if start == PARQUET {
        return Ok(Box::new(parquet_rows(path)?));
    }
    Ok(Box::new(Cursor::new(start).chain(file)))
}

fn parquet_rows(path: &Path) -> Result<impl Read + use<>> {
    let name = path.display().to_string();
    let other = |e: store::Error| unreadable(&name, io::Error::new(io::ErrorKind::InvalidData, e));
    let (columns, _) = store::read_header(path).map_err(other)?;
    if ["period_year", "value_usd"]
        .iter()
        .all(|ours| columns.iter().any(|column| column == ours))
    {
        return Err(refuse(
            &name,
            0,
            "a Parquet file of this project's own columns",
            "an agency's table",
            "it needs no import: `sum`, `mirror` and a study's --data take it as it is",
        ));
    }
    store::parquet_as_text(path).map_err(other)
}

/// How many first bytes are looked at to tell what the input is.
const PREFIX: usize = 64 * 1024;
/// Bounds that keep memory bounded whatever the input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest record in bytes.
    pub record_bytes: u64,
    /// How many quarantined rows are listed one by one; the rest is counted.
    pub listed: usize,
    /// How many rows [`import`](crate::import) takes: it holds them all, some 550 bytes each.
    pub rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            record_bytes: 1 << 20,
            listed: 10_000,
            rows: 20_000_000,
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
    /// What the form of the input tells about its content, such as an answer that reaches its limit.
    pub(crate) notes: Vec<String>,
}

impl<'a> Input<'a> {
    /// Opens a file; of a zip archive, the one table in it.
    pub(crate) fn open(path: &Path) -> Result<Input<'static>> {
        let name = path.display().to_string();
        let failed = |cause| unreadable(&name, cause);
        let mut file = store::open_file(path).map_err(failed)?;
        let mut start = Vec::new();
        (&mut file).take(4).read_to_end(&mut start).map_err(failed)?;
        if is_zip(&start) {
            // A pipe cannot be read as an archive: its list stands at the end.
            file.rewind().map_err(failed)?;
            let (member, name) = zip_member(file, &name)?;
            return Input::new(member, &name);
        }
        if start == PARQUET {
            let rows = parquet_rows(path)?;
            return Input::new(rows, &format!("{name} (each row a line)"));
        }
        Input::new(Cursor::new(start).chain(file), &name)
    }

    /// Takes any reader; `file` is the name used in messages.
    pub(crate) fn new(reader: impl Read + 'a, file: &str) -> Result<Input<'a>> {
        let mut reader: Box<dyn Read + 'a> = Box::new(reader);
        let mut prefix = first_bytes(&mut reader, file)?;
        if let Some(packing) = Packing::of(&prefix) {
            let packed = Cursor::new(prefix).chain(reader);
            reader = packing.unpack(packed).map_err(|cause| unreadable(file, cause))?;
            prefix = first_bytes(&mut reader, file)?;
            if let Some(inner) = Packing::of(&prefix) {
                let found = format!("{} inside {}", inner.name(), packing.name());
                return Err(refuse(
                    file,
                    0,
                    &found,
                    "a table of text",
                    "unpack it once and try again",
                ));
            }
        }
        let big_endian = prefix.starts_with(&[0xfe, 0xff]);
        if big_endian || (prefix.starts_with(&[0xff, 0xfe]) && !prefix.starts_with(&[0xff, 0xfe, 0, 0])) {
            prefix.drain(..2);
            reader = Box::new(Utf16::new(Cursor::new(prefix).chain(reader), big_endian));
            prefix = first_bytes(&mut reader, file)?;
        }
        if prefix.starts_with(&[0xef, 0xbb, 0xbf]) {
            prefix.drain(..3);
        }
        refuse_other_formats(file, &prefix)?;
        if prefix.iter().all(u8::is_ascii_whitespace) {
            let found = match prefix.len() {
                0 => "an empty file",
                PREFIX => "64 KiB of white space to begin with",
                _ => "only white space",
            };
            return Err(refuse(
                file,
                0,
                found,
                "a header and rows",
                "check that the download was complete",
            ));
        }
        reader = Box::new(Blanks {
            inner: reader,
            read: prefix.len() as u64,
            blank: 0,
        });
        if json::looks_like(&prefix) {
            let (mut table, notes) = json::as_table(Cursor::new(prefix).chain(reader), file)?;
            prefix = first_bytes(&mut table, file)?;
            return Ok(Input {
                file: format!("{file} (each record a line)"),
                prefix,
                rest: Box::new(table),
                notes,
            });
        }
        Ok(Input {
            file: file.to_owned(),
            prefix,
            rest: reader,
            notes: Vec::new(),
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

/// Refuses text that is nothing but white space for very long: it unpacks from next to nothing and takes its time.
struct Blanks<R> {
    inner: R,
    read: u64,
    blank: u64,
}

/// No table has so much white space in one place.
const MOST_BLANK: u64 = 256 << 20;

impl<R: Read> Read for Blanks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.read += n as u64;
        // A table's text ends this at its first byte.
        match buffer[..n].iter().all(u8::is_ascii_whitespace) {
            true => self.blank += n as u64,
            false => self.blank = 0,
        }
        if self.blank > MOST_BLANK {
            let from = self.read - self.blank;
            let text = format!(
                "from byte {from} on it is nothing but white space, {} MiB and more",
                MOST_BLANK >> 20
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        Ok(n)
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
    let of_parquet = cause.get_ref().and_then(|e| e.downcast_ref::<store::Error>());
    let advice = match cause.kind() {
        _ if matches!(of_parquet, Some(store::Error::Schema { .. })) => {
            "write the column as numbers or text, or leave it out"
        }
        _ if of_parquet.is_some() => "read what stands before, and write or fetch the file again",
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            "the data is cut short or damaged: fetch the file again"
        }
        io::ErrorKind::FileTooLarge => {
            "if you trust where it is from, unpack it or mend it by hand and name what comes of it"
        }
        io::ErrorKind::Unsupported => {
            "name a file: a folder's files one by one, a pipe's or device's content written to one first"
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
const FORMATS: [(&[u8], &str, &str); 21] = [
    (
        b"version https://git-lfs",
        "a pointer of Git LFS in place of a file",
        "fetch the file itself with `git lfs pull`",
    ),
    (
        b"PK\x03\x04",
        "a zip archive or a spreadsheet",
        "unpack it and name the table inside, or save the sheet as CSV",
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
        "name the file itself: packed in another, or from a pipe, it is not read",
    ),
    (b"PARE", "an encrypted Parquet file", "write it without encryption"),
    (
        &[0x04, 0x22, 0x4d, 0x18],
        "LZ4-compressed data",
        "unpack it with `lz4 -d` first",
    ),
    (&[0x1f, 0x9d], "data of `compress`", "unpack it with `gzip -d` first"),
    (&[0x89, b'H', b'D', b'F'], "an HDF5 file", "export its table as CSV"),
    (b"{\\rtf", "a text document (RTF)", "save its table as CSV"),
    (b"%PDF", "a PDF document", "copy its figures into a tidy table"),
    (&[0xd0, 0xcf, 0x11, 0xe0], "an old spreadsheet", "save the sheet as CSV"),
    (&[0xff, 0xfe, 0, 0], "UTF-32 text", "save it as UTF-8"),
    (
        &[b'7', b'z', 0xbc, 0xaf],
        "a 7-Zip archive",
        "unpack it with `7z x` first",
    ),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"SQLite format 3", "a database", "export its table as CSV"),
    (b"ARROW1", "an Arrow file", "save it as Parquet or CSV"),
    (b"<stata_dta>", "a Stata file", "save it as CSV"),
    (b"$FL2", "an SPSS file", "save it as CSV"),
    (b"RDX", "an R file", "save the table as CSV"),
    (
        &[0x89, b'P', b'N', b'G'],
        "a picture",
        "copy its figures into a tidy table",
    ),
];

fn refuse_other_formats(file: &str, prefix: &[u8]) -> Result<()> {
    let expected = "a table of text (comma-separated, UTF-8 or UTF-16; plain, gzip, zstd or zip)";
    for (magic, found, advice) in FORMATS {
        if prefix.starts_with(magic) {
            return Err(refuse(file, 0, found, expected, advice));
        }
    }
    if prefix.get(257..262) == Some(b"ustar") {
        let advice = "unpack it with `tar -x` and name the table inside";
        return Err(refuse(file, 0, "a tar archive", expected, advice));
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
        _ => Ok(()),
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
            zstd::encode_all(&b"a,b\n1,2\n"[..], 3).unwrap(),
            b"\xff\xfea\0,\0b\0\n\x001\0,\x002\0\n\0".to_vec(),
            b"\xfe\xff\0a\0,\0b\0\n\x001\0,\x002\0\n".to_vec(),
        ] {
            assert_eq!(Input::new(&bytes[..], "t").unwrap().prefix, b"a,b\n1,2\n");
        }
        // Two gzip members one after the other are one text.
        let two = [gz(b"a,b\n"), gz(b"1,2\n")].concat();
        assert_eq!(Input::new(&two[..], "t").unwrap().prefix, b"a,b\n1,2\n");
    }

    #[test]
    fn other_formats_are_named() {
        assert!(message(b"").contains("an empty file"));
        assert!(message(b" \r\n\t\n").contains("only white space"));
        assert!(message(&gz(b"")).contains("an empty file"));
        assert!(message(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n").contains("git lfs pull"));
        assert!(message(b"PK\x03\x04abc").contains("zip archive"));
        assert!(message(&[0xff, 0xfe, 0, 0, b'a', 0, 0, 0]).contains("UTF-32"));
        assert!(message(b"PAR1abc").contains("Parquet"));
        assert!(message(b"<html>").contains("HTML"));
        assert!(message(b"  {\"a\":1}").contains("JSON"), "{}", message(b"  {\"a\":1}"));
        assert!(message(&gz(&gz(b"a"))).contains("gzip inside gzip"));
        let mut cut = gz(b"a,b\n1,2\n");
        cut.truncate(cut.len() - 6);
        assert!(message(&cut).contains("cut short"), "{}", message(&cut));
    }

    #[test]
    fn white_space_without_end_is_refused() {
        let mut blanks = Blanks {
            inner: io::repeat(b'\n'),
            read: 60,
            blank: 0,
        };
        let cause = io::copy(&mut blanks, &mut io::sink()).unwrap_err();
        let told = unreadable("t.csv", cause).to_string();
        assert!(
            told.contains("from byte 60 on it is nothing but white space, 256 MiB and more; if you trust"),
            "{told}"
        );
        // Text between makes no end of it.
        let text = [vec![b' '; 1000], b"1,2".to_vec()].concat().repeat(100);
        let mut blanks = Blanks {
            inner: &text[..],
            read: 0,
            blank: MOST_BLANK - 2000,
        };
        let mut small = io::BufReader::with_capacity(1500, &mut blanks);
        assert_eq!(io::copy(&mut small, &mut io::sink()).unwrap(), text.len() as u64);
    }

    #[test]
    fn a_folder_is_no_file() {
        let error = Input::open(&std::env::temp_dir()).err().unwrap().to_string();
        assert!(error.contains("a folder"), "{error}");
    }
}
