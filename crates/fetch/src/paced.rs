use crate::client::Limits;
use std::io::{Error, ErrorKind, Read, Result};
use std::time::Instant;

/// Fewer bytes in the time of a silence are as good as one: an answer that drips would never end.
const LEAST_BYTES: u64 = 1024;

/// What comes from the network, within its bounds: it stands below the unpacking, since a packed answer can go on for ever
/// without a byte of what is in it.
pub(crate) struct Paced<R> {
    inner: R,
    limits: Limits,
    bytes: u64,
    since: (Instant, u64),
}

impl<R: Read> Paced<R> {
    pub fn new(inner: R, limits: Limits) -> Paced<R> {
        Paced {
            inner,
            limits,
            bytes: 0,
            since: (Instant::now(), 0),
        }
    }
}

impl<R: Read> Read for Paced<R> {
    /// # Errors
    /// `TimedOut` where it drips, `FileTooLarge` where it is more than was granted.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.since.0.elapsed() > self.limits.silence {
            let came = self.bytes - self.since.1;
            if came < LEAST_BYTES {
                let problem = format!("only {came} bytes came in the time that was granted");
                return Err(Error::new(ErrorKind::TimedOut, problem));
            }
            self.since = (Instant::now(), self.bytes);
        }
        let read = self.inner.read(buffer)?;
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
        let end = |mut reader: Paced<Box<dyn Read>>| reader.read_to_end(&mut Vec::new()).map_err(|e| e.kind());
        assert_eq!(end(Paced::new(Box::new(Drip), limits)), Err(ErrorKind::TimedOut));
        let zeros = |bytes| Paced::new(Box::new(std::io::repeat(0).take(bytes)) as Box<dyn Read>, limits);
        assert_eq!(end(zeros(u64::MAX)), Err(ErrorKind::FileTooLarge));
        assert_eq!(end(zeros(5_000)), Ok(5_000));
    }
}
