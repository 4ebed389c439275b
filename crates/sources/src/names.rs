use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Keeps one copy of each short text that stands on many rows: products, units, compilers.
#[derive(Default)]
pub(crate) struct Names(RefCell<BTreeSet<Arc<str>>>);

impl Names {
    /// The shared copy of `text`.
    pub(crate) fn get(&self, text: &str) -> Arc<str> {
        let mut names = self.0.borrow_mut();
        if let Some(name) = names.get(text) {
            return Arc::clone(name);
        }
        let name: Arc<str> = Arc::from(text);
        names.insert(Arc::clone(&name));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one() {
        let names = Names::default();
        assert!(Arc::ptr_eq(&names.get("27"), &names.get("27")));
        assert_ne!(names.get("27"), names.get("TOTAL"));
    }
}
