//! Parallel work whose results are taken in order.

use crate::Result;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// Results that may wait for an earlier one, for each thread.
const WAITING: usize = 1;

/// What is taken, and what waits.
struct Taking<T, F> {
    next: usize,
    waiting: BTreeMap<usize, T>,
    take: Option<F>,
    failed: Option<(usize, crate::Error)>,
}

/// Does `work` for 0 to `count` on the threads of the present pool, and gives the results to
/// `take` one after another in that order, so that nothing depends on which was ready first.
/// At most a few results wait at a time.
///
/// # Errors
/// The error of the earliest that failed, among those that were tried.
pub(crate) fn in_order<T: Send>(
    count: usize,
    work: impl Fn(usize) -> Result<T> + Sync,
    take: impl FnMut(T) -> Result<()> + Send,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let threads = rayon::current_num_threads().min(count).max(1);
    let state = Mutex::new(Taking {
        next: 0,
        waiting: BTreeMap::new(),
        take: Some(take),
        failed: None,
    });
    let moved = Condvar::new();
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return;
            }
            let done = work(index);
            let mut now = state.lock().unwrap_or_else(PoisonError::into_inner);
            match done {
                Ok(result) => {
                    now.waiting.insert(index, result);
                }
                Err(error) => {
                    if now.failed.as_ref().is_none_or(|(earlier, _)| index < *earlier) {
                        now.failed = Some((index, error));
                    }
                    next.store(count, Ordering::Relaxed);
                }
            }
            // Whoever has the next result takes all that follow; the others go on.
            while now.failed.is_none()
                && let Some(mut take) = now.take.take()
            {
                let at = now.next;
                let Some(result) = now.waiting.remove(&at) else {
                    now.take = Some(take);
                    break;
                };
                drop(now);
                let taken = take(result);
                now = state.lock().unwrap_or_else(PoisonError::into_inner);
                now.take = Some(take);
                now.next = at + 1;
                if let Err(error) = taken {
                    now.failed = Some((at, error));
                    next.store(count, Ordering::Relaxed);
                }
                moved.notify_all();
            }
            moved.notify_all();
            while now.failed.is_none() && now.waiting.len() > WAITING * threads && now.next < index {
                now = moved.wait(now).unwrap_or_else(PoisonError::into_inner);
            }
        }
    };
    if threads == 1 {
        worker();
    } else {
        rayon::scope(|scope| (0..threads).for_each(|_| scope.spawn(|_| worker())));
    }
    let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    state.failed.map_or(Ok(()), |(_, error)| Err(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn results_come_in_order_whatever_their_cost() {
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut taken = Vec::new();
            let work = |i: usize| Ok((0..(i * 7919 % 13) * 1000).fold(i, |a, b| std::hint::black_box(a ^ b ^ b)));
            pool.install(|| {
                in_order(200, work, |i| {
                    taken.push(i);
                    Ok(())
                })
            })
            .unwrap();
            assert_eq!(taken, (0..200).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_failure_of_either_side_stops_the_work() {
        let fail = |at: usize| move |i: usize| if i == at { Err(Error::TooMany(i)) } else { Ok(i) };
        assert!(matches!(in_order(9, fail(4), |_| Ok(())), Err(Error::TooMany(4))));
        assert!(matches!(
            in_order(9, Ok, |i| fail(5)(i).map(drop)),
            Err(Error::TooMany(5))
        ));
    }
}
