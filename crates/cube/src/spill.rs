//! Sums that outgrow the memory granted: sorted runs on the disk, merged as they are read again.

use crate::partial::Partial;
use crate::{Error, Result};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Groups that are handed on at once.
const AT_ONCE: usize = 1 << 16;
const BUFFER: usize = 1 << 17;

/// Sorted runs in a folder that is removed with this.
pub(crate) struct Spill {
    folder: tempfile::TempDir,
    columns: usize,
    runs: Vec<PathBuf>,
}

fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Store(store::Error::Io { action, path, source })
}

impl Spill {
    /// Runs go to the system's folder for temporary files.
    pub(crate) fn new(columns: usize) -> Result<Spill> {
        let folder = tempfile::Builder::new().prefix("counterflow-sums-").tempdir();
        Ok(Spill {
            folder: folder.map_err(io("write to", &std::env::temp_dir()))?,
            columns,
            runs: Vec::new(),
        })
    }

    /// Writes sorted sums as a run.
    pub(crate) fn put(&mut self, table: &Partial) -> Result<()> {
        let path = self.folder.path().join(self.runs.len().to_string());
        let write = || -> std::io::Result<()> {
            let mut file = BufWriter::with_capacity(BUFFER, File::create(&path)?);
            for place in 0..table.len() {
                file.write_all(&table.keys[place].to_le_bytes())?;
                for column in 0..self.columns {
                    file.write_all(&table.sum(column, place).to_le_bytes())?;
                }
            }
            file.flush()
        };
        write().map_err(io("write", &path))?;
        self.runs.push(path);
        Ok(())
    }

    /// Hands on all sums by ascending key, some at a time; keys of later ones are greater.
    pub(crate) fn merge(self, mut each: impl FnMut(Partial) -> Result<()>) -> Result<()> {
        let mut runs = Vec::new();
        let mut heap = BinaryHeap::new();
        for (n, path) in self.runs.iter().enumerate() {
            let file = File::open(path).map_err(io("read", path))?;
            let mut run = Run {
                file: BufReader::with_capacity(BUFFER, file),
                path,
                sums: vec![0; self.columns],
            };
            if let Some(key) = run.next()? {
                heap.push(Reverse((key, n)));
            }
            runs.push(run);
        }
        let mut out = Partial::new(self.columns);
        let mut sums = vec![0_i128; self.columns];
        while let Some(&Reverse((key, _))) = heap.peek() {
            sums.fill(0);
            while let Some(mut least) = heap.peek_mut() {
                let Reverse((of, n)) = *least;
                if of != key {
                    break;
                }
                sums.iter_mut().zip(&runs[n].sums).for_each(|(sum, more)| *sum += more);
                match runs[n].next()? {
                    Some(next) => *least = Reverse((next, n)),
                    None => drop(std::collections::binary_heap::PeekMut::pop(least)),
                }
            }
            out.push(key, sums.iter().copied());
            if out.len() == AT_ONCE {
                out.level();
                each(std::mem::replace(&mut out, Partial::new(self.columns)))?;
            }
        }
        out.level();
        if out.is_empty() { Ok(()) } else { each(out) }
    }
}

/// A run that is being read, with the sums of its present key.
struct Run<'a> {
    file: BufReader<File>,
    path: &'a Path,
    sums: Vec<i128>,
}

impl Run<'_> {
    /// The next key; its sums are in `sums` then.
    fn next(&mut self) -> Result<Option<u64>> {
        let mut key = [0; 8];
        match self.file.read_exact(&mut key) {
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other.map_err(io("read", self.path))?,
        }
        for sum in &mut self.sums {
            let mut bytes = [0; 16];
            self.file.read_exact(&mut bytes).map_err(io("read", self.path))?;
            *sum = i128::from_le_bytes(bytes);
        }
        Ok(Some(u64::from_le_bytes(key)))
    }
}
