use super::codes::CodeCursor;
use super::file::DataFile;
use super::hybrid::Run;
use super::numbers::{NumberCursor, Numbers};
use super::other;
use super::pages::Refused;
use super::sought::Sought;
use super::texts::Texts;
use crate::Result;

/// A [`CodeCursor`] that names its file in errors, and goes on with another reader where the
/// column turns to an encoding that the cursors do not know.
pub struct Codes<'a> {
    file: &'a DataFile,
    group: usize,
    column: &'static str,
    cursor: CodeCursor,
    /// Rows passed.
    at: usize,
}

impl<'a> Codes<'a> {
    pub(crate) fn new(file: &'a DataFile, group: usize, column: &'static str, cursor: CodeCursor) -> Self {
        Codes {
            file,
            group,
            column,
            cursor,
            at: 0,
        }
    }

    /// The values behind the codes so far.
    pub fn texts(&self) -> &Texts {
        self.cursor.texts()
    }

    fn or_other(&mut self, done: std::result::Result<(), Refused>) -> Result<bool> {
        match done {
            Ok(()) => Ok(true),
            Err(Refused::Unknown) => {
                // The codes given so far stay what they are: the texts only grow.
                self.cursor = other::codes_after(self.file, self.group, self.column, self.cursor.texts())?;
                let passed = self.cursor.skip(self.at);
                passed.map_err(|e| self.file.told(e))?;
                Ok(false)
            }
            Err(damaged) => Err(self.file.told(damaged)),
        }
    }

    /// Fills `out` with the codes of the next rows.
    ///
    /// # Errors
    /// When a page is damaged or the column ends.
    pub fn codes(&mut self, out: &mut [u32]) -> Result<()> {
        let done = self.cursor.codes(out);
        if !self.or_other(done)? {
            self.cursor.codes(out).map_err(|e| self.file.told(e))?;
        }
        self.at += out.len();
        Ok(())
    }

    /// Adds the next `rows` rows to `out` as runs; the last run of `out` may grow.
    ///
    /// # Errors
    /// When a page is damaged or the column ends.
    pub fn runs(&mut self, rows: usize, out: &mut Vec<Run>) -> Result<()> {
        let before = (out.len(), out.last().copied());
        let done = self.cursor.runs(rows, out);
        if !self.or_other(done)? {
            out.truncate(before.0);
            if let (Some(last), Some(run)) = (out.last_mut(), before.1) {
                *last = run;
            }
            self.cursor.runs(rows, out).map_err(|e| self.file.told(e))?;
        }
        self.at += rows;
        Ok(())
    }

    /// Looks through the next `rows` rows; what is found are rows of the row group.
    ///
    /// # Errors
    /// When a page is damaged or the column ends.
    pub fn find(&mut self, rows: usize, sought: &mut Sought<'_>) -> Result<()> {
        let range = self.at..self.at + rows;
        let done = self.cursor.find(range.clone(), sought);
        if !self.or_other(done)? {
            sought.forget(range.start);
            self.cursor.find(range, sought).map_err(|e| self.file.told(e))?;
        }
        self.at += rows;
        Ok(())
    }

    /// Passes over the next `rows` rows.
    ///
    /// # Errors
    /// When a page is damaged or the column ends.
    pub fn skip(&mut self, rows: usize) -> Result<()> {
        let done = self.cursor.skip(rows);
        if !self.or_other(done)? {
            self.cursor.skip(rows).map_err(|e| self.file.told(e))?;
        }
        self.at += rows;
        Ok(())
    }
}

/// A [`NumberCursor`] that names its file in errors, and goes on with another reader where needed.
pub struct Decimals<'a> {
    file: &'a DataFile,
    group: usize,
    column: &'static str,
    cursor: NumberCursor,
    at: usize,
}

impl<'a> Decimals<'a> {
    pub(crate) fn new(file: &'a DataFile, group: usize, column: &'static str, cursor: NumberCursor) -> Self {
        Decimals {
            file,
            group,
            column,
            cursor,
            at: 0,
        }
    }

    fn other(&mut self) -> Result<()> {
        self.cursor = other::decimals(self.file, self.group, self.column)?;
        self.cursor.skip(self.at).map_err(|e| self.file.told(e))
    }

    /// How many rows can be taken at once now: the rest of a page; 0 at the end of nothing.
    ///
    /// # Errors
    /// When a page is damaged or the column ends.
    pub fn ready(&mut self) -> Result<usize> {
        match self.cursor.ready() {
            Err(Refused::Unknown) => {
                self.other()?;
                self.cursor.ready().map_err(|e| self.file.told(e))
            }
            ready => ready.map_err(|e| self.file.told(e)),
        }
    }

    /// The next `rows` rows, at most as many as are [`ready`](Self::ready).
    pub fn take(&mut self, rows: usize) -> Numbers<'_> {
        self.at += rows;
        self.cursor.take(rows)
    }

    /// Passes over the next `rows` rows.
    ///
    /// # Errors
    /// When a page is damaged or the column ends.
    pub fn skip(&mut self, rows: usize) -> Result<()> {
        match self.cursor.skip(rows) {
            Err(Refused::Unknown) => {
                self.other()?;
                self.cursor.skip(rows).map_err(|e| self.file.told(e))?;
            }
            done => done.map_err(|e| self.file.told(e))?,
        }
        self.at += rows;
        Ok(())
    }
}
