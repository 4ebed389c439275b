//! Calls on one file that is broken on purpose.

use crate::call::{Call, call_in};
use crate::tables::parquet_rows;
use crate::workspace::files_below;
use flate2::write::GzEncoder;
use std::io::Write;

/// A good tidy file; most broken ones are this with one thing wrong.
pub const GOOD: &str = "period,reporter,partner,flow,value_usd,compiler\n\
    2003,CHN,KOR,export,100,test\n2003,KOR,CHN,import,120,test\n2004,CHN,KOR,export,110,test\n";
/// Its header alone.
pub const HEADER: &str = "period,reporter,partner,flow,value_usd,compiler\n";

/// Calls the program in a folder of its own that holds one file, and demands that the file is
/// named where it fails, that the target is there whole or not at all, and nothing else.
#[track_caller]
pub fn call_on(name: &str, bytes: &[u8], arguments: &[&str]) -> Call {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    let said = call_in(folder.path(), arguments);
    let mut files = files_below(folder.path());
    assert!(
        files.remove(name).is_some_and(|kept| kept == bytes),
        "{name}: the input is left alone"
    );
    let target = files.remove("out.parquet");
    files.remove("out.quarantine.csv");
    assert!(files.is_empty(), "{name}: {:?}", files.keys());
    match target {
        Some(bytes) => assert!(said.code == 0 && parquet_rows(&bytes).0 > 0, "{name}: {}", said.stderr),
        None => assert!(said.code != 0 || !arguments.contains(&"--out"), "{name}"),
    }
    if said.code == 1 {
        assert!(said.stderr.contains(name), "{name} is not named in\n{}", said.stderr);
        assert!(said.stdout.is_empty(), "{name}: {}", said.text());
    }
    said
}

/// Bytes as a gzip file.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
