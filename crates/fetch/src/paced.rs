use crate::client::Limits;
use std::io::{Error, ErrorKind, Read, Result};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Instant;

/// Fewer bytes in the time of a silence are as good as one: an answer that drips would never end.
const LEAST_BYTES: u64 = 1024;

/// What comes from the network, within its bounds: it stands below the unpacking, since a packed answer can go on for ever
/// without a byte of what is in it. It is read on a thread of its own: a server can keep the reader of a body busy for ever
/// without a byte of it, with what stands between and behind its chunks. A reader that is given up ends with its connection.
pub(crate) struct Paced {
    from: Receiver<Result<Vec<u8>>>,
    /// What came and was not taken yet.
    there: std::io::Cursor<Vec<u8>>,
    limits: Limits,
    bytes: u64,
    since: (Instant, u64),
}

impl Paced {
    pub fn new(mut inner: impl Read + Send + 'static, limits: Limits) -> Paced {
        let (to, from) = sync_channel(4);
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            loop {
                let read = match inner.read(&mut buffer) {
                    Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                    read => read.map(|n| buffer[..n].to_vec()),
                };
                let last = !matches!(&read, Ok(bytes) if !bytes.is_empty());
                if to.send(read).is_err() || last {
                    return;
                }
            }
        });
        Paced {
            from,
            there: std::io::Cursor::default(),
            limits,
            bytes: 0,
            since: (Instant::now(), 0),
        }
    }

    /// The next bytes; none at the end.
    fn next(&mut self) -> Result<Vec<u8>> {
        loop {
            let rest = self.limits.silence.saturating_sub(self.since.0.elapsed());
            if rest.is_zero() {
                let came = self.bytes - self.since.1;
                if came < LEAST_BYTES {
                    let problem = format!("only {came} bytes came in the time that was granted");
                    return Err(Error::new(ErrorKind::TimedOut, problem));
                }
                self.since = (Instant::now(), self.bytes);
                continue;
            }
            match self.from.recv_timeout(rest) {
                Ok(bytes) => return bytes,
                Err(RecvTimeoutError::Timeout) => {}
                // The end was told, or the reader failed.
                Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
            }
        }
    }
}

impl Read for Paced {
    /// # Errors
    /// `TimedOut` where it drips, `FileTooLarge` where it is more than was granted.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.there.position() == self.there.get_ref().len() as u64 {
            self.there = std::io::Cursor::new(self.next()?);
        }
        let read = self.there.read(buffer)?;
        self.bytes += read as u64;
        if self.bytes > self.limits.bytes {
            return Err(ErrorKind::FileTooLarge.into());
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_drips_and_what_does_not_end_are_ended() {
        let limits = Limits {
            silence: Duration::from_millis(20),
            bytes: 5_000,
        };
        struct Drip;
        impl Read for Drip {
            fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
                std::thread::sleep(Duration::from_millis(1));
                buffer[0] = 0;
                Ok(1)
            }
        }
        let end = |mut reader: Paced| reader.read_to_end(&mut Vec::new()).map_err(|e| e.kind());
        assert_eq!(end(Paced::new(Drip, limits)), Err(ErrorKind::TimedOut));
        struct Busy;
        impl Read for Busy {
            fn read(&mut self, _: &mut [u8]) -> Result<usize> {
                std::thread::sleep(Duration::from_secs(3600));
                Ok(0)
            }
        }
        assert_eq!(end(Paced::new(Busy, limits)), Err(ErrorKind::TimedOut));
        let zeros = |bytes| Paced::new(std::io::repeat(0).take(bytes), limits);
        assert_eq!(end(zeros(u64::MAX)), Err(ErrorKind::FileTooLarge));
        assert_eq!(end(zeros(5_000)), Ok(5_000));
    }
}
