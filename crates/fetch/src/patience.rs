use std::time::{Duration, Instant};

/// How often and how fast a provider is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How many times one request is sent at most.
    pub attempts: u32,
    /// The wait after the first failure; it doubles with each one that follows.
    pub backoff: Duration,
    /// The longest wait before the next attempt, also where the server asks for a longer one.
    pub longest_wait: Duration,
    /// The least time from one request to the next.
    pub interval: Duration,
}

impl Patience {
    /// The wait after so many failures (from 1): back-off times 2 to the power of the failures before, at most a
    /// minute, and never longer than the longest.
    pub(crate) fn after(&self, failures: u32) -> Duration {
        let factor = 1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        let wait = self.backoff.saturating_mul(factor).min(Duration::from_secs(60));
        wait.min(self.longest_wait)
    }
}

/// Keeps requests apart.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    last: Option<Instant>,
}

impl Pace {
    /// Waits until the next request may be sent.
    pub fn keep(&mut self, interval: Duration) {
        if let Some(last) = self.last {
            let rest = interval.saturating_sub(last.elapsed());
            if !rest.is_zero() {
                std::thread::sleep(rest);
            }
        }
        self.last = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound() {
        let patience = Patience {
            attempts: 9,
            backoff: Duration::from_secs(1),
            longest_wait: Duration::from_secs(20),
            interval: Duration::ZERO,
        };
        let waits: Vec<u64> = (1..8).map(|n| patience.after(n).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 20, 20]);
        assert_eq!(patience.after(u32::MAX).as_secs(), 20);
        let patient = Patience {
            longest_wait: Duration::from_secs(3600),
            ..patience
        };
        assert_eq!(patient.after(40).as_secs(), 60);
    }
}
