//! One table in many forms: packed, encoded, parted or ordered otherwise, as JSON. What it says is the same.

use crate::seeds::{gzip, zip};
use sources::{Imported, Limits, Options};
use std::io::Write;
use std::path::Path;

/// How many forms of a text there are; not every text has all of them.
const FORMS: u32 = 10;

/// Reads the table in another form, which its bytes choose, and compares what it says with what was read before.
pub(crate) fn same_in_another_form(text: &[u8], options: &Options, imported: &Imported) {
    if is_packed(text) {
        return; // what is packed twice is refused
    }
    match checksum(text) % FORMS {
        0 => exactly(&gzip(text), options, imported),
        1 => exactly(&zstd::encode_all(text, 1).unwrap(), options, imported),
        2 => archived(text, options, imported),
        3 if unmarked(text).is_some() => exactly(&[&BOM[..], text].concat(), options, imported),
        4 | 5 => {
            if let Some(text) = unmarked(text) {
                exactly(&utf16(text, checksum(text.as_bytes()) % FORMS == 4), options, imported);
            }
        }
        6 | 7 => {
            if let Some(plain) = Plain::of(text) {
                let delimiter = if plain.rows.len() % 2 == 0 { "\t" } else { "|" };
                alike(plain.written(delimiter, false).as_bytes(), options, imported);
            }
        }
        // A first column without a name is an index; as the last one it is where cells of a row went astray.
        8 => {
            if let Some(plain) =
                Plain::of(text).filter(|plain| !plain.rows.first().is_some_and(|names| names[0].trim().is_empty()))
            {
                alike(plain.written(",", true).as_bytes(), options, imported);
            }
        }
        9 => {
            if let Some(json) = Plain::of(text).and_then(|plain| plain.json()) {
                alike(json.as_bytes(), options, imported);
            }
        }
        _ => {}
    }
}

pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn is_packed(text: &[u8]) -> bool {
    text.starts_with(&[0x1f, 0x8b]) || text.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}

const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

/// The text, if it has no mark of its encoding.
fn unmarked(text: &[u8]) -> Option<&str> {
    std::str::from_utf8(text)
        .ok()
        .filter(|text| !text.starts_with('\u{feff}'))
}

pub(crate) fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
    let units = [0xfeff].into_iter().chain(text.encode_utf16());
    let bytes = |unit: u16| {
        if big_endian {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        }
    };
    units.flat_map(bytes).collect()
}

/// The same to the last word of the quarantine.
fn exactly(form: &[u8], options: &Options, imported: &Imported) {
    assert_eq!(&sources::import(form, options).unwrap(), imported);
}

fn archived(text: &[u8], options: &Options, imported: &Imported) {
    let mut file = tempfile::Builder::new().suffix(".zip").tempfile().unwrap();
    file.write_all(&zip(&[("table.csv", text)])).unwrap();
    same_figures(&sources::import_path(file.path(), options).unwrap(), imported);
}

/// The same figures, in any order.
fn alike(form: &[u8], options: &Options, imported: &Imported) {
    // Another way of writing can be longer.
    let limits = Limits {
        record_bytes: 1 << 20,
        ..options.limits
    };
    let options = Options {
        limits,
        ..options.clone()
    };
    same_figures(&sources::import(form, &options).unwrap(), imported);
}

fn same_figures(other: &Imported, imported: &Imported) {
    let told = |imported: &Imported| {
        (
            store::logical_hash(&imported.records),
            imported.rows_read,
            imported.quarantined(),
            imported.set_aside.clone(),
            imported.totals.clone(),
        )
    };
    assert_eq!(told(other), told(imported));
}

/// A table parted by commas, with nothing that has to be quoted and no row of another length than its header.
pub(crate) struct Plain<'a> {
    pub rows: Vec<Vec<&'a str>>,
    /// Where each row stands, from 1.
    pub lines: Vec<u64>,
}

impl<'a> Plain<'a> {
    pub fn of(text: &'a [u8]) -> Option<Self> {
        let text = unmarked(text)?;
        let (lines, rows): (Vec<u64>, Vec<Vec<&str>>) = (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.bytes().all(|b| b.is_ascii_whitespace()))
            .map(|(at, line)| (at, line.split(',').collect()))
            .unzip();
        let width = rows.first()?.len();
        let plain = !text.contains(['"', ';', '\t', '|', '{', '[']) && !text.get(..4)?.eq_ignore_ascii_case("sep=");
        (plain && width > 1 && rows.iter().all(|row| row.len() == width)).then_some(Plain { rows, lines })
    }

    fn written(&self, delimiter: &str, backwards: bool) -> String {
        let line = |row: &Vec<&str>| {
            let mut row = row.clone();
            if backwards {
                row.reverse();
            }
            row.join(delimiter) + "\n"
        };
        self.rows.iter().map(line).collect()
    }

    /// The rows as records, each cell a text; `None` where there is no row, or a name stands twice.
    fn json(&self) -> Option<String> {
        let (names, rows) = self.rows.split_first()?;
        if rows.is_empty() || (1..names.len()).any(|at| names[..at].contains(&names[at])) {
            return None;
        }
        let text = |text: &str| {
            let escaped = text.chars().map(|c| match c {
                '\\' => "\\\\".to_owned(),
                c if c < ' ' => format!("\\u{:04x}", u32::from(c)),
                c => c.to_string(),
            });
            format!("\"{}\"", escaped.collect::<String>())
        };
        let record = |row: &Vec<&str>| {
            let fields = names
                .iter()
                .zip(row)
                .map(|(name, cell)| format!("{}:{}", text(name), text(cell)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        };
        Some(format!("[{}]", rows.iter().map(record).collect::<Vec<_>>().join(",\n")))
    }
}

/// Writes a large import's input in one of the forms in which such come, and gives its path: plain, packed, or under the
/// name of a release's year file, which promises one year.
pub(crate) fn large_input(text: &[u8], folder: &Path) -> std::path::PathBuf {
    let (name, bytes) = match checksum(text) % 5 {
        _ if is_packed(text) => ("input.csv", text.to_vec()),
        0 => ("input.csv.gz", gzip(text)),
        1 => ("input.csv.zst", zstd::encode_all(text, 1).unwrap()),
        2 => ("input.zip", zip(&[("BACI_HS17_Y2021_V202401b.csv", text)])),
        3 => ("BACI_HS17_Y2021_V202401b.csv", text.to_vec()),
        _ => ("input.csv", text.to_vec()),
    };
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}
