use super::BulkError;
use super::packed::{BYTES, Packed};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// The rows of each year, in memory up to a bound and beyond it in sorted runs on the disk.
pub(crate) struct Years {
    budget: usize,
    /// How many years are sorted at once.
    at_once: usize,
    held: usize,
    rows: BTreeMap<i16, Vec<Vec<Packed>>>,
    runs: BTreeMap<i16, Vec<PathBuf>>,
    folder: PathBuf,
    /// Removed with all runs when this goes.
    _guard: tempfile::TempDir,
}

/// What there is of one year.
pub(crate) struct Year {
    rows: Vec<Vec<Packed>>,
    runs: Vec<PathBuf>,
}

impl Years {
    /// Runs go to a folder in `out`, which is removed in the end. The bytes granted are for the rows and for the sorting
    /// of as many years as are sorted at once.
    pub fn new(out: &Path, budget: usize, at_once: usize) -> Result<Years, BulkError> {
        let guard = tempfile::Builder::new()
            .prefix(&format!("{}runs-", store::UNFINISHED))
            .tempdir_in(out)
            .map_err(|cause| io(out, cause))?;
        Ok(Years {
            budget,
            at_once,
            held: 0,
            rows: BTreeMap::new(),
            runs: BTreeMap::new(),
            folder: guard.path().to_owned(),
            _guard: guard,
        })
    }

    /// Takes rows, which stay in the order of their lines.
    pub fn add(&mut self, year: i16, rows: Vec<Packed>) -> Result<(), BulkError> {
        self.held += rows.len() * BYTES;
        self.rows.entry(year).or_default().push(rows);
        match self.held * 2 > self.budget && self.held + self.sorted_at_once() > self.budget {
            true => self.spill(),
            false => Ok(()),
        }
    }

    /// What sorting takes at most: as much again as the largest years.
    fn sorted_at_once(&self) -> usize {
        let bytes = |chunks: &Vec<Vec<Packed>>| chunks.iter().map(Vec::len).sum::<usize>() * BYTES;
        let mut years: Vec<usize> = self.rows.values().map(bytes).collect();
        years.sort_unstable();
        years.iter().rev().take(self.at_once).sum()
    }

    /// The years there are.
    pub fn years(&self) -> Vec<i16> {
        let mut years: Vec<i16> = self.rows.keys().chain(self.runs.keys()).copied().collect();
        years.sort_unstable();
        years.dedup();
        years
    }

    /// Whether anything was written to the disk.
    pub fn spilled(&self) -> bool {
        !self.runs.is_empty()
    }

    /// Takes a year out.
    pub fn take(&mut self, year: i16) -> Year {
        Year {
            rows: self.rows.remove(&year).unwrap_or_default(),
            runs: self.runs.remove(&year).unwrap_or_default(),
        }
    }

    fn spill(&mut self) -> Result<(), BulkError> {
        for (year, rows) in std::mem::take(&mut self.rows) {
            let runs = self.runs.entry(year).or_default();
            let path = self.folder.join(format!("{year}-{}", runs.len()));
            write_run(&path, &sorted(rows)).map_err(|cause| io(&path, cause))?;
            runs.push(path);
        }
        self.held = 0;
        Ok(())
    }
}

fn io(path: &Path, cause: std::io::Error) -> BulkError {
    BulkError::Runs {
        path: path.to_owned(),
        cause,
    }
}

fn write_run(path: &Path, rows: &[Packed]) -> std::io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 18, File::create(path)?);
    for row in rows {
        file.write_all(&row.to_bytes())?;
    }
    file.flush()
}

/// Sorts by key, equal keys by line. Agencies' files are sorted in some other order of the
/// economies, so most often whole runs (one reporter, flow and partner) only have to be put in order.
pub(crate) fn sorted(chunks: Vec<Vec<Packed>>) -> Vec<Packed> {
    // Where whole stretches are in order, as in most files, only they are moved, and once.
    let mut runs: Vec<&[Packed]> = Vec::new();
    for chunk in &chunks {
        runs.extend(chunk.chunk_by(|a, b| a.place == b.place && a.key() <= b.key()));
    }
    runs.sort_by_key(|run| run.first().map(|row| (row.key(), row.line)));
    let follow = |w: &[&[Packed]]| w[0].last().map(Packed::key) < w[1].first().map(Packed::key);
    let mut rows = runs.concat();
    if !runs.windows(2).all(follow) {
        rows.sort_by_key(|row| (row.key(), row.line));
    }
    rows
}

impl Year {
    /// All rows in order, merged.
    pub fn merged(self) -> Result<Merged, BulkError> {
        let mut sources = Vec::new();
        for path in self.runs {
            let file = File::open(&path).map_err(|cause| io(&path, cause))?;
            sources.push(Rows::Run(path, BufReader::with_capacity(1 << 18, file)));
        }
        if !self.rows.is_empty() {
            sources.push(Rows::Held(sorted(self.rows).into_iter()));
        }
        let mut merged = Merged {
            heap: BinaryHeap::new(),
            sources,
        };
        for i in 0..merged.sources.len() {
            merged.refill(i)?;
        }
        Ok(merged)
    }
}

enum Rows {
    Held(std::vec::IntoIter<Packed>),
    Run(PathBuf, BufReader<File>),
}

impl Rows {
    fn next(&mut self) -> Result<Option<Packed>, BulkError> {
        match self {
            Rows::Held(rows) => Ok(rows.next()),
            Rows::Run(path, file) => {
                let mut bytes = [0; BYTES];
                match file.read_exact(&mut bytes) {
                    Ok(()) => Ok(Some(Packed::from_bytes(&bytes))),
                    Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(cause) => Err(io(path, cause)),
                }
            }
        }
    }
}

/// The least row first: its key, its line, its source.
type Least = Reverse<((u64, u64), u64, usize)>;

/// Rows of several sorted sources, in order.
pub(crate) struct Merged {
    heap: BinaryHeap<(Least, Waiting)>,
    sources: Vec<Rows>,
}

/// A row beside its place in the heap, which alone decides.
struct Waiting(Packed);

impl PartialEq for Waiting {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Waiting {}
impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Waiting {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

impl Merged {
    fn refill(&mut self, source: usize) -> Result<(), BulkError> {
        if let Some(row) = self.sources[source].next()? {
            self.heap.push((Reverse((row.key(), row.line, source)), Waiting(row)));
        }
        Ok(())
    }

    /// The next row.
    pub fn next(&mut self) -> Result<Option<Packed>, BulkError> {
        if let [only] = &mut self.sources[..]
            && self.heap.is_empty()
        {
            return only.next();
        }
        let Some((Reverse((_, _, source)), Waiting(row))) = self.heap.pop() else {
            return Ok(None);
        };
        if self.sources.len() > 1 {
            self.refill(source)?;
        }
        Ok(Some(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(key: u64, line: u64) -> Packed {
        Packed {
            place: key,
            thing: 1,
            value: 1,
            weight: 1,
            quantity: 1,
            codes: (1, 2),
            unit: 0,
            valuation: 0,
            part: 1,
            basis: 0,
            line,
        }
    }

    proptest! {
        #[test]
        fn spilled_and_held_rows_come_out_in_order(keys in proptest::collection::vec(0_u64..50, 0..300), step in 1_usize..40) {
            let folder = tempfile::tempdir().unwrap();
            let mut years = Years::new(folder.path(), 60 * BYTES, 2).unwrap();
            let all: Vec<Packed> = keys.iter().enumerate().map(|(i, &k)| row(k, i as u64)).collect();
            for chunk in all.chunks(step) {
                years.add(2000, chunk.to_vec()).unwrap();
            }
            let mut merged = years.take(2000).merged().unwrap();
            let mut got = Vec::new();
            while let Some(row) = merged.next().unwrap() {
                got.push(row);
            }
            let mut want = all;
            want.sort_by_key(|r| (r.place, r.line));
            prop_assert_eq!(got, want);
        }
    }
}
