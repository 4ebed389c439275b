use std::collections::BTreeMap;

/// Remarks to the reader; each once, with the number of figures it holds for.
#[derive(Debug, Default)]
pub struct Notes(BTreeMap<String, usize>);

impl Notes {
    /// Adds a remark, or counts it once more.
    pub fn add(&mut self, remark: impl Into<String>) {
        *self.0.entry(remark.into()).or_insert(0) += 1;
    }

    /// The remarks in alphabetical order, for [`Output::notes`](crate::Output::notes).
    pub fn into_lines(self) -> Vec<String> {
        let line = |(remark, times)| match times {
            1 => format!("{remark} (once)"),
            _ => format!("{remark} ({times} times)"),
        };
        self.0.into_iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_stands_once_with_its_count() {
        let mut notes = Notes::default();
        ["b", "a", "b"].into_iter().for_each(|remark| notes.add(remark));
        assert_eq!(notes.into_lines(), ["a (once)", "b (2 times)"]);
    }
}
