use super::texts::Texts;
use std::ops::Range;

/// Rows that are compared together: where none is wanted, they are passed over.
const PIECE_ROWS: usize = 64;

/// The values that are looked for in a coded column, and the rows where they were found.
pub struct Sought<'a> {
    accepts: &'a dyn Fn(Option<&str>) -> bool,
    /// For each code that is known, whether its value is wanted.
    wanted: Vec<bool>,
    /// How many are, and the last of them.
    number: usize,
    last: u32,
    /// There was a code that is not known.
    pub(crate) lost: bool,
    /// Ascending ranges of rows that do not touch.
    pub found: Vec<Range<usize>>,
}

impl<'a> Sought<'a> {
    /// `accepts` tells of a value, or of null, whether it is wanted.
    pub fn new(accepts: &'a dyn Fn(Option<&str>) -> bool) -> Self {
        Sought {
            accepts,
            wanted: Vec::new(),
            number: 0,
            last: 0,
            lost: false,
            found: Vec::new(),
        }
    }

    /// Takes in the codes that were not known yet.
    pub fn learn(&mut self, texts: &Texts) {
        for code in self.wanted.len()..texts.len() {
            let wanted = (self.accepts)(texts.get(code));
            if wanted {
                self.number += 1;
                self.last = code as u32;
            }
            self.wanted.push(wanted);
        }
    }

    /// Keeps the rows if their common code is wanted.
    #[inline]
    pub fn in_run(&mut self, code: u32, rows: Range<usize>) {
        match self.wanted.get(code as usize) {
            Some(true) => self.keep(rows),
            Some(false) => {}
            None => self.lost = true,
        }
    }

    /// Keeps the rows whose code is wanted; the first is row `at`.
    pub fn in_codes<C: Copy + Ord + Into<u32> + TryFrom<u32>>(&mut self, codes: &[C], at: usize) {
        let only = (self.number == 1).then(|| C::try_from(self.last).ok()).flatten();
        for (start, codes) in (at..).step_by(PIECE_ROWS).zip(codes.chunks(PIECE_ROWS)) {
            let greatest = codes.iter().copied().max().map_or(0, Into::into);
            if greatest as usize >= self.wanted.len() {
                self.lost = true;
                return;
            }
            let any = match only {
                Some(only) => codes.iter().fold(false, |any, &code| any | (code == only)),
                None => self.number > 0,
            };
            if any {
                for (row, &code) in (start..).zip(codes) {
                    if self.wanted[code.into() as usize] {
                        self.keep(row..row + 1);
                    }
                }
            }
        }
    }

    /// Forgets what was found from a row on.
    pub(crate) fn forget(&mut self, from: usize) {
        self.found.retain_mut(|rows| {
            rows.end = rows.end.min(from);
            rows.start < rows.end
        });
    }

    fn keep(&mut self, rows: Range<usize>) {
        match self.found.last_mut() {
            Some(last) if last.end == rows.start => last.end = rows.end,
            _ => self.found.push(rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_found_is_what_a_look_at_each_row_finds(
            codes in prop::collection::vec(0..6_u8, 0..400),
            wanted in prop::collection::btree_set(0..6_u8, 0..4),
            cut in 0..400_usize,
        ) {
            let mut texts = Texts::default();
            (0..6).for_each(|n: u8| {
                texts.push(&n.to_string());
            });
            let accepts = |text: Option<&str>| text.is_some_and(|t| wanted.contains(&t.parse::<u8>().unwrap()));
            let mut sought = Sought::new(&accepts);
            sought.learn(&texts);
            let (first, rest) = codes.split_at(cut.min(codes.len()));
            sought.in_codes(first, 7);
            for (at, codes) in (7 + first.len()..).zip(rest) {
                sought.in_run(u32::from(*codes), at..at + 1);
            }
            let found: Vec<usize> = sought.found.iter().cloned().flatten().collect();
            let there = (7..).zip(&codes).filter(|(_, code)| wanted.contains(code)).map(|(row, _)| row);
            prop_assert_eq!(found, there.collect::<Vec<_>>());
            prop_assert!(sought.found.windows(2).all(|w| w[0].end < w[1].start));
            prop_assert!(!sought.lost);
            sought.forget(7 + first.len());
            let left: Vec<usize> = sought.found.iter().cloned().flatten().collect();
            let there = (7..).zip(first).filter(|(_, code)| wanted.contains(code)).map(|(row, _)| row);
            prop_assert_eq!(left, there.collect::<Vec<_>>());
            sought.in_codes(&[1_u32, 6], 500);
            prop_assert!(sought.lost);
        }
    }
}
