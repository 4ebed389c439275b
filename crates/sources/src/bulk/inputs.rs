use super::BulkError;
use crate::error::Error;
use crate::unpack::archive::{Member, check_count, check_member, is_litter, is_zip};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use trade::Classification;

/// One table to read: a file, or a member of a zip archive.
#[derive(Clone, Debug)]
pub(crate) struct BulkInput {
    /// The name in messages.
    pub name: String,
    path: PathBuf,
    member: Option<Member>,
    /// What the content is told by: the SHA-256 of a file, or the length and check sum that a zip
    /// archive gives of a member.
    pub fingerprint: String,
}

/// The inputs that a file, an archive or a folder stands for, by name, and the names of what is not read.
///
/// # Errors
/// When it cannot be read or has no table, or has a year of BACI twice.
pub(crate) fn inputs_of(path: &Path) -> Result<(Vec<BulkInput>, Vec<String>), BulkError> {
    let mut found = Vec::new();
    let mut passed_over = Vec::new();
    if path.is_dir() {
        let listing = std::fs::read_dir(path).map_err(|e| unreadable(path, e))?;
        let mut files = Vec::new();
        for entry in listing {
            files.push(entry.map_err(|e| unreadable(path, e))?.path());
        }
        files.sort();
        for file in files {
            let name = file.to_string_lossy();
            if is_table(&name) || has_extension(&name, ".zip") {
                found.extend(inputs_in(&file, &mut passed_over)?);
            } else {
                passed_over.push(name.into_owned());
            }
        }
    } else {
        found = inputs_in(path, &mut passed_over)?;
    }
    // A release of BACI has lists of countries and products beside its years.
    if found.iter().any(|i| i.baci_year().is_some()) {
        let (years, others): (Vec<BulkInput>, _) = found.into_iter().partition(|i| i.baci_year().is_some());
        passed_over.extend(others.into_iter().map(|input| input.name));
        found = years;
    }
    if found.is_empty() {
        return Err(BulkError::NoTable { path: path.to_owned() });
    }
    let mut by_year: BTreeMap<i16, &BulkInput> = BTreeMap::new();
    for input in &found {
        if let Some(year) = input.baci_year()
            && let Some(other) = by_year.insert(year, input)
        {
            return Err(BulkError::Mixed {
                problem: format!(
                    "{} and {} are both of {year}: name the files of one release",
                    other.name, input.name
                ),
            });
        }
    }
    let releases: BTreeMap<Vec<&str>, &BulkInput> = found
        .iter()
        .filter_map(|input| Some((input.baci_release()?, input)))
        .collect();
    if let (Some((one, a)), Some((other, b))) = (releases.first_key_value(), releases.last_key_value())
        && one != other
    {
        return Err(BulkError::Mixed {
            problem: format!(
                "{} is of BACI {}, {} of {}: name the files of one release",
                a.name,
                one.join(" "),
                b.name,
                other.join(" ")
            ),
        });
    }
    passed_over.retain(|name| !is_companion(name));
    Ok((found, passed_over))
}

/// The names of the tables that would be imported from a file, an archive or a folder.
///
/// # Errors
/// When it cannot be read or has no table.
pub fn tables_in(from: &Path) -> Result<Vec<String>, BulkError> {
    Ok(inputs_of(from)?.0.into_iter().map(|input| input.name).collect())
}

/// What is told of files that are no tables by their names, or none of a release's years.
pub(super) fn not_read(names: &[String]) -> Option<String> {
    const NAMED: usize = 5;
    let more = names.len().saturating_sub(NAMED);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let named: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    (!named.is_empty()).then(|| {
        format!(
            "not read, since they are no tables by their names: {}{more}",
            named.join(", ")
        )
    })
}

/// Whether a name is that of what publishers give out beside their figures, or of what systems leave in folders.
fn is_companion(name: &str) -> bool {
    let last = name
        .rsplit(['/', '\\', ':'])
        .next()
        .unwrap_or(name)
        .to_ascii_lowercase();
    let beside = ["readme", "country_codes", "product_codes", "licen", "."];
    beside.iter().any(|start| last.starts_with(start)) || is_litter(name)
}

/// The tables in a file: those of a zip archive, by its content and not by its name, or the file itself.
fn inputs_in(path: &Path, passed_over: &mut Vec<String>) -> Result<Vec<BulkInput>, BulkError> {
    let failed = |e| unreadable(path, e);
    let mut start = Vec::new();
    let file = store::open_file(path).map_err(failed)?;
    file.take(4).read_to_end(&mut start).map_err(failed)?;
    if is_zip(&start) {
        return members(path, passed_over);
    }
    Ok(vec![plain(path)?])
}

fn is_table(name: &str) -> bool {
    [".csv", ".txt", ".tsv", ".json", ".gz", ".zst"]
        .iter()
        .any(|e| has_extension(name, e))
}

fn has_extension(name: &str, extension: &str) -> bool {
    name.to_ascii_lowercase().ends_with(extension)
}

fn unreadable(path: &Path, cause: std::io::Error) -> BulkError {
    BulkError::Source(Error::Unreadable {
        file: path.display().to_string(),
        cause,
        advice: "check that the path names a file or folder you may read",
    })
}

fn plain(path: &Path) -> Result<BulkInput, BulkError> {
    let failed = |e| unreadable(path, e);
    let mut file = store::open_file(path).map_err(failed)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => break,
            n => hasher.update(&buffer[..n]),
        }
    }
    Ok(BulkInput {
        name: path.display().to_string(),
        path: path.to_owned(),
        member: None,
        fingerprint: hex(&hasher.finalize()),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn members(path: &Path, passed_over: &mut Vec<String>) -> Result<Vec<BulkInput>, BulkError> {
    let mut archive = archive(path)?;
    let mut file = store::open_file(path).map_err(|e| unreadable(path, e))?;
    check_count(&mut file, archive.len(), &path.display().to_string())?;
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|e| damaged(path, e))?;
        let name = member.name().map_err(|e| damaged(path, e))?.into_owned();
        check_member(&member, &name, &path.display().to_string())?;
        if member.is_file() && is_table(&name) && !is_litter(&name) {
            found.push(BulkInput {
                name: format!("{}:{name}", path.display()),
                path: path.to_owned(),
                member: Some(Member::of(&member, &path.display().to_string())?),
                fingerprint: format!("zip {name} {} {:08x}", member.size(), member.crc32()),
            });
        } else if member.is_file() {
            passed_over.push(format!("{}:{name}", path.display()));
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

type Archive = zip::ZipArchive<BufReader<File>>;

fn archive(path: &Path) -> Result<Archive, BulkError> {
    let file = store::open_file(path).map_err(|e| unreadable(path, e))?;
    zip::ZipArchive::new(BufReader::new(file)).map_err(|e| damaged(path, e))
}

fn damaged(path: &Path, error: zip::result::ZipError) -> BulkError {
    BulkError::Archive {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

impl BulkInput {
    /// Reads it: `f` gets its bytes, packed only if the file itself is.
    pub fn with<T>(&self, f: impl FnOnce(&mut dyn Read) -> Result<T, BulkError>) -> Result<T, BulkError> {
        match self.member {
            None => f(&mut crate::input::open_bytes(&self.path).map_err(BulkError::Source)?),
            Some(member) => {
                let file = store::open_file(&self.path).map_err(|e| unreadable(&self.path, e))?;
                f(&mut member.open(file, &self.name)?)
            }
        }
    }

    /// The year that the name of one of BACI's year files gives.
    pub fn baci_year(&self) -> Option<i16> {
        crate::baci::year_in(&self.name)
    }

    /// The revision and the release that the name of one of BACI's year files gives: `HS17` and `V202401b`.
    fn baci_release(&self) -> Option<Vec<&str>> {
        self.baci_year()?;
        let name = self.name.rsplit(['/', '\\', ':']).next()?;
        let parts = name.split(['_', '.']);
        let digits = |text: &str| text.len() >= 2 && text.bytes().take(2).all(|b| b.is_ascii_digit());
        let says = |part: &&str| {
            ["HS", "V"]
                .iter()
                .any(|mark| part.strip_prefix(mark).is_some_and(digits))
        };
        Some(parts.filter(says).collect())
    }

    /// The revision of the Harmonized System that a BACI file's or archive's name gives.
    pub fn baci_revision(&self) -> Option<&'static str> {
        crate::baci::revision_in(&self.name).map(Classification::as_str)
    }
}
