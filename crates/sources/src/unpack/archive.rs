//! Zip archives with one table.

use super::{Bounded, Counted};
use crate::error::{Error, Result};
use flate2::read::DeflateDecoder;
use flate2::{Crc, CrcReader};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

fn no_table(file: &str, found: String, advice: &'static str) -> Error {
    Error::NotATable {
        file: file.to_owned(),
        line: 0,
        column: None,
        found,
        expected: "a table of text, plain or compressed",
        advice,
    }
}

/// Refuses an archive by one of its members: a name that points out of it, a part of a spreadsheet, what is encrypted.
pub(crate) fn check_member<R: Read>(member: &zip::read::ZipFile<'_, R>, name: &str, file: &str) -> Result<()> {
    let drive = name.as_bytes().get(1) == Some(&b':');
    if member.enclosed_name().is_none() || name.starts_with('/') || name.contains('\\') || drive {
        let found = format!(
            "a zip archive with a member named `{}`, which points out of it",
            name.escape_debug()
        );
        return Err(no_table(file, found, "do not use it: no publisher writes such a name"));
    }
    if matches!(name, "[Content_Types].xml" | "mimetype") {
        return Err(no_table(file, "a spreadsheet".to_owned(), "save the sheet as CSV"));
    }
    if member.encrypted() {
        return Err(no_table(
            file,
            "an encrypted zip archive".to_owned(),
            "unpack it with its password first",
        ));
    }
    Ok(())
}

/// Refuses a table that is packed in a way that is not read.
fn check_method<R: Read>(member: &zip::read::ZipFile<'_, R>, file: &str) -> Result<()> {
    use zip::CompressionMethod::{Deflated, Stored};
    let method = member.compression();
    if matches!(method, Stored | Deflated) {
        return Ok(());
    }
    // The numbers are those of the format's description.
    let known = [
        ("(9)", "deflate64"),
        ("(12)", "bzip2"),
        ("(14)", "LZMA"),
        ("(93)", "zstd"),
        ("(95)", "xz"),
    ];
    let text = format!("{method:?}");
    let named = known.iter().find(|(number, _)| text.ends_with(number));
    let found = format!(
        "a zip archive packed with {}",
        named.map_or(text.as_str(), |(_, name)| name)
    );
    let advice = "unpack it and name the table inside, or pack it anew with deflate";
    Err(no_table(file, found, advice))
}

/// Whether first bytes are those of a zip archive, maybe an empty one.
pub(crate) fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// What a Macintosh puts beside the files of an archive.
pub(crate) fn is_litter(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    name.starts_with("__MACOSX/") || last.starts_with("._")
}

/// Refuses an archive whose end counts other members than there are by their names: two bear one name, and only one
/// of them would be read.
pub(crate) fn check_count<R: Read + Seek>(archive: &mut R, members: usize, file: &str) -> Result<()> {
    const LENGTH: u64 = 22;
    let failed = |cause| crate::input::unreadable(file, cause);
    let length = archive.seek(SeekFrom::End(0)).map_err(failed)?;
    let tail = length.min(LENGTH + u64::from(u16::MAX));
    archive.seek(SeekFrom::Start(length - tail)).map_err(failed)?;
    let mut end = Vec::new();
    archive.take(tail).read_to_end(&mut end).map_err(failed)?;
    let start = end.windows(4).rposition(|w| w == b"PK\x05\x06");
    let counted = start.and_then(|at| end.get(at + 10..at + 12)?.try_into().ok());
    match counted.map(u16::from_le_bytes) {
        // What does not fit stands elsewhere.
        None | Some(u16::MAX) => Ok(()),
        Some(counted) if usize::from(counted) == members => Ok(()),
        Some(counted) => Err(no_table(
            file,
            format!("a zip archive that announces {counted} members where {members} have a name of their own"),
            "unpack it and name the table that is meant",
        )),
    }
}

/// The one table of a zip archive, and its name.
///
/// # Errors
/// Where the archive is damaged or a spreadsheet, has no table or several, or holds a name that points out of it.
pub(crate) fn zip_member(file: File, name: &str) -> Result<(Box<dyn Read>, String)> {
    let refuse = |found: String, advice: &'static str| no_table(name, found, advice);
    let unreadable = |error| broken(name, &error);
    let mut archive = zip::ZipArchive::new(BufReader::new(&file)).map_err(unreadable)?;
    check_count(&mut &file, archive.len(), name)?;
    let (mut tables, mut others) = (Vec::new(), Vec::new());
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(unreadable)?;
        let text = member.name().map_err(unreadable)?.into_owned();
        check_member(&member, &text, name)?;
        let lower = text.to_ascii_lowercase();
        if member.is_file() && !is_litter(&text) && [".csv", ".txt", ".tsv", ".json"].iter().any(|e| lower.ends_with(e))
        {
            tables.push((index, text));
        } else if others.len() < 3 && !is_litter(&text) {
            others.push(text);
        }
    }
    let (index, member_name) = match &tables[..] {
        [one] => one.clone(),
        [] => {
            let advice = "unpack it and name the table inside";
            let holds = match others.is_empty() {
                true => String::new(),
                false => format!("; it holds {}", others.join(", ")),
            };
            let found = format!("a zip archive without a table (.csv, .txt, .tsv, .json){holds}");
            return Err(refuse(found, advice));
        }
        several => {
            let names: Vec<&str> = several.iter().take(5).map(|(_, name)| name.as_str()).collect();
            let more = if several.len() > names.len() { ", ..." } else { "" };
            let found = format!(
                "a zip archive with {} tables ({}{more})",
                several.len(),
                names.join(", ")
            );
            return Err(refuse(
                found,
                "unpack it and name one, or import all of them with --out FOLDER",
            ));
        }
    };
    let member = Member::of(&archive.by_index_raw(index).map_err(unreadable)?, name)?;
    drop(archive);
    Ok((member.open(file, name)?, format!("{name}:{member_name}")))
}

/// What cannot be made out of an archive, and why.
fn broken(file: &str, error: &zip::result::ZipError) -> Error {
    let again = "the archive is cut short or damaged: fetch it again";
    no_table(file, format!("a zip archive that cannot be read ({error})"), again)
}

/// Where a member of a zip archive lies, and how it is packed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    start: u64,
    packed: u64,
    crc: u32,
    stored: bool,
}

impl Member {
    /// What the archive says of it.
    ///
    /// # Errors
    /// Where it is packed in a way that is not read.
    pub(crate) fn of<R: Read>(member: &zip::read::ZipFile<'_, R>, file: &str) -> Result<Member> {
        check_method(member, file)?;
        Ok(Member {
            start: member.data_start().unwrap_or(0),
            packed: member.compressed_size(),
            crc: member.crc32(),
            stored: member.compression() == zip::CompressionMethod::Stored,
        })
    }

    /// Its unpacked bytes. Reading fails where they grow too much for what was read of the packed ones so far, whatever the
    /// archive says of its lengths, and where their check sum is not the archive's.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub(crate) fn open(self, mut file: File, name: &str) -> Result<Box<dyn Read>> {
        let sought = file.seek(SeekFrom::Start(self.start));
        sought.map_err(|cause| crate::input::unreadable(name, cause))?;
        let (packed, count) = Counted::new(BufReader::new(file).take(self.packed));
        let unpacked: Box<dyn Read> = match self.stored {
            true => Box::new(packed),
            false => Box::new(DeflateDecoder::new(packed)),
        };
        Ok(Box::new(Checked {
            inner: CrcReader::new(Bounded::new(unpacked, count)),
            crc: self.crc,
        }))
    }
}

/// Fails at the end where the check sum is not the archive's.
struct Checked<R> {
    inner: CrcReader<R>,
    crc: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let sum: &Crc = self.inner.crc();
        if n == 0 && !buffer.is_empty() && sum.sum() != self.crc {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the zip archive's check sum does not agree",
            ));
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn archive(members: &[(&str, &[u8])]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = zip::ZipWriter::new(file.reopen().unwrap());
        for (name, bytes) in members {
            writer
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap();
        file
    }

    fn read(file: &tempfile::NamedTempFile) -> Result<Vec<u8>> {
        let (mut reader, _) = zip_member(file.reopen().unwrap(), "a.zip")?;
        let mut bytes = Vec::new();
        reader
            .read_to_end(&mut bytes)
            .map_err(|e| crate::input::unreadable("a.zip", e))?;
        Ok(bytes)
    }

    #[test]
    fn the_one_table_of_an_archive_is_read() {
        let good = archive(&[("readme.pdf", b"x"), ("data/t.csv", b"a,b\n1,2\n")]);
        assert_eq!(read(&good).unwrap(), b"a,b\n1,2\n");
    }

    #[test]
    fn other_archives_are_refused_with_what_to_do() {
        let told = |members: &[(&str, &[u8])]| read(&archive(members)).unwrap_err().to_string();
        assert!(told(&[("a.csv", b"1"), ("b.csv", b"2")]).contains("2 tables (a.csv, b.csv"));
        assert!(told(&[("a.pdf", b"1")]).contains("without a table"));
        assert!(told(&[("[Content_Types].xml", b"1")]).contains("a spreadsheet"));
        assert!(told(&[("../../a.csv", b"1")]).contains("points out of it"));
        assert!(told(&[("/etc/a.csv", b"1")]).contains("points out of it"));
        assert!(told(&[("mimetype", b"x"), ("content.xml", b"1")]).contains("a spreadsheet"));
    }

    #[test]
    fn a_packing_that_is_not_read_is_named() {
        let file = archive(&[("a.csv", b"a,b\n1,2\n")]);
        let mut bytes = std::fs::read(file.path()).unwrap();
        // The method stands behind the versions and flags of both headers of the member.
        let directory = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
        for (method, name) in [(12, "bzip2"), (93, "zstd"), (77, "77")] {
            bytes[8] = method;
            bytes[directory + 10] = method;
            std::fs::write(file.path(), &bytes).unwrap();
            let told = read(&file).unwrap_err().to_string();
            assert!(told.contains("packed with") && told.contains(name), "{told}");
        }
    }

    #[test]
    fn a_damaged_archive_is_never_read_as_whole() {
        let text = (0..2000).map(|i| format!("{i},{}\n", i * 7919)).collect::<String>();
        let good = std::fs::read(archive(&[("t.csv", text.as_bytes())]).path()).unwrap();
        for at in (0..good.len()).step_by(97) {
            let mut bytes = good.clone();
            bytes[at] ^= 0x20;
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &bytes).unwrap();
            if let Ok(read) = read(&file) {
                assert_eq!(read, text.as_bytes(), "byte {at}");
            }
        }
    }
}
