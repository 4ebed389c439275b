use crate::{Result, io, write};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;
use trade::{Decimal3, Record};

/// The SHA-256 of some bytes, in lower-case hexadecimal.
pub fn sha256_of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The SHA-256 of a file's bytes, as `sha256sum` prints it.
///
/// # Errors
/// When the file cannot be read.
pub fn sha256_of_file(path: &Path) -> Result<String> {
    let mut file = crate::open_file(path).map_err(io("read", path))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).map_err(io("read", path))? {
            0 => return Ok(hex(&hasher.finalize())),
            n => hasher.update(&buffer[..n]),
        }
    }
}

/// The hash of what a dataset says, not of how it is written.
///
/// SHA-256 over the canonically sorted records in a canonical encoding: every field is a
/// tag (0 for null, 1 otherwise) and, length first, its text; decimals are written without
/// trailing zeros. Another writer, compression, dictionary, row order or decimal scale
/// leaves it unchanged; another value, null or unit changes it.
pub fn logical_hash(records: &[Record]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"counterflow record 1\n");
    let mut row = Vec::new();
    for record in write::sorted(records) {
        row.clear();
        encode(record, &mut row);
        hasher.update(&row);
    }
    hex(&hasher.finalize())
}

fn encode(record: &Record, out: &mut Vec<u8>) {
    let mut field = |text: Option<&str>| match text {
        None => out.push(0),
        Some(text) => {
            out.push(1);
            out.extend_from_slice(&(text.len() as u64).to_le_bytes());
            out.extend_from_slice(text.as_bytes());
        }
    };
    let decimal = |d: Option<Decimal3>| d.map(|d| d.to_string());
    field(Some(&record.compiler));
    field(Some(&record.period.to_string()));
    field(Some(record.reporter.as_str()));
    field(Some(record.partner.as_str()));
    field(Some(record.flow.as_str()));
    field(Some(record.classification.as_str()));
    field(Some(&record.product));
    field(record.valuation.map(|v| v.as_str()));
    field(decimal(record.value).as_deref());
    field(decimal(record.rounded_to).as_deref());
    field(decimal(record.share_percent).as_deref());
    field(decimal(record.net_weight_kg).as_deref());
    field(decimal(record.quantity).as_deref());
    field(record.quantity_unit.as_deref());
    field(Some(record.status.as_str()));
    field(record.basis.as_deref());
    field(record.reference.map(|n| n.to_string()).as_deref());
}

pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_is_the_public_one() {
        assert_eq!(
            sha256_of_bytes(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
