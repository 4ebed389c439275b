use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Bounds what one record can take in memory.
pub(super) struct Bounded<R> {
    pub(super) inner: R,
    /// The bytes read since the last record ended.
    pub(super) since: Rc<Cell<u64>>,
    pub(super) limit: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.since.set(self.since.get() + n as u64);
        if self.since.get() > self.limit + buffer.len() as u64 {
            return Err(io::Error::other(format!("a record of more than {} bytes", self.limit)));
        }
        Ok(n)
    }
}
