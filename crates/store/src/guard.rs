use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    /// Whether this thread is at work on bytes that may be anything.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What is said of a file on which the parquet crate gives up.
pub(crate) const GAVE_UP: &str = "its pages contradict its footer: it is damaged";

/// Calls the parquet crate, which ends some contradictions of a damaged file by a panic: `None` then, and silence.
pub(crate) fn guarded<T>(call: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                before(panic);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(call));
    GUARDED.set(outer);
    done.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_no_answer_and_the_next_call_has_one() {
        assert_eq!(guarded(|| -> u8 { panic!("a contradiction") }), None);
        assert_eq!(guarded(|| 7), Some(7));
    }
}
