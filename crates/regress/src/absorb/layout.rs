use super::Effect;
use crate::Design;
use std::borrow::Cow;
use std::ops::Range;

/// The rows in the order in which the solver visits them: by the effect with the most groups, whose
/// means are taken out exactly on the way, so that only the coefficients of the other effects are
/// sought. Their groups share one numbering.
#[derive(Debug)]
pub(crate) struct Layout {
    rows: usize,
    /// The caller's row at each position; `None` where the order is the caller's.
    order: Option<Vec<u32>>,
    /// Where each group of the leading effect starts; its last entry is the number of rows.
    starts: Vec<usize>,
    /// The number of effects beside the leading one, F.
    others: usize,
    /// Row by row the F groups of the other effects.
    codes: Vec<u32>,
    /// The number of groups of the other effects together.
    groups: usize,
    /// Each other effect's part of their numbering.
    ranges: Vec<Range<usize>>,
    /// Ranges of the leading effect's groups with about equal numbers of rows. They depend on the data alone,
    /// and sums over them are added in order, so that results do not depend on the number of threads.
    chunks: Vec<Range<usize>>,
}

/// Below this many rows a pass is not worth sharing between threads.
const ROWS_OF_A_CHUNK: usize = 32_768;
const MOST_CHUNKS: usize = 8;

impl Layout {
    /// For effects of equal length `rows`.
    pub fn new(effects: &[Effect], rows: usize) -> Self {
        let Some(leading) = (0..effects.len()).rev().max_by_key(|&e| effects[e].count()) else {
            return Layout {
                rows,
                order: None,
                starts: vec![0],
                others: 0,
                codes: Vec::new(),
                groups: 0,
                ranges: Vec::new(),
                chunks: Vec::new(),
            };
        };
        let (starts, order) = sorted(&effects[leading]);
        let others: Vec<&Effect> = (0..effects.len())
            .filter(|e| *e != leading)
            .map(|e| &effects[e])
            .collect();
        let mut codes = vec![0_u32; rows * others.len()];
        let (mut groups, mut ranges) = (0, Vec::new());
        for (f, effect) in others.iter().enumerate() {
            // Numbered as they come, so that neighbouring rows use neighbouring numbers.
            let mut numbers = vec![u32::MAX; effect.count()];
            let mut next = groups as u32;
            for position in 0..rows {
                let row = order.as_ref().map_or(position, |o| o[position] as usize);
                let number = &mut numbers[effect.groups()[row] as usize];
                if *number == u32::MAX {
                    *number = next;
                    next += 1;
                }
                codes[position * others.len() + f] = *number;
            }
            ranges.push(groups..next as usize);
            groups = next as usize;
        }
        let chunks = chunks(&starts, rows, groups);
        Layout {
            rows,
            order,
            starts,
            others: others.len(),
            codes,
            groups,
            ranges,
            chunks,
        }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn others(&self) -> usize {
        self.others
    }

    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Each other effect's part of the groups' numbering.
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// The number of groups of the leading effect; zero without effects.
    pub fn leading(&self) -> usize {
        self.starts.len() - 1
    }

    /// The positions of one group of the leading effect.
    pub fn group(&self, group: usize) -> Range<usize> {
        self.starts[group]..self.starts[group + 1]
    }

    pub fn chunks(&self) -> &[Range<usize>] {
        &self.chunks
    }

    /// A column of the caller's rows in the solver's order.
    pub fn sort<'a>(&self, column: &'a [f64]) -> Cow<'a, [f64]> {
        match &self.order {
            None => Cow::Borrowed(column),
            Some(order) => Cow::Owned(order.iter().map(|&row| column[row as usize]).collect()),
        }
    }

    /// A design in the solver's order.
    pub fn sort_design<'a>(&self, design: &'a Design) -> Cow<'a, Design> {
        match &self.order {
            None => Cow::Borrowed(design),
            Some(order) => {
                let rows: Vec<usize> = order.iter().map(|&row| row as usize).collect();
                Cow::Owned(design.select_rows(&rows))
            }
        }
    }

    /// The way back of [`Layout::sort`].
    pub fn unsort(&self, column: Vec<f64>) -> Vec<f64> {
        let Some(order) = &self.order else { return column };
        let mut back = vec![0.0; column.len()];
        for (&row, value) in order.iter().zip(&column) {
            back[row as usize] = *value;
        }
        back
    }
}

/// Where each group starts, and the rows group by group: a counting sort.
fn sorted(effect: &Effect) -> (Vec<usize>, Option<Vec<u32>>) {
    let mut starts = vec![0; effect.count() + 1];
    for &group in effect.groups() {
        starts[group as usize + 1] += 1;
    }
    for group in 0..effect.count() {
        starts[group + 1] += starts[group];
    }
    if effect.groups().is_sorted() {
        return (starts, None);
    }
    let mut next = starts.clone();
    let mut order = vec![0; effect.groups().len()];
    for (row, &group) in effect.groups().iter().enumerate() {
        let position = &mut next[group as usize];
        order[*position] = row as u32;
        *position += 1;
    }
    (starts, Some(order))
}

/// As many chunks as have work that outweighs the tables of sums they need.
fn chunks(starts: &[usize], rows: usize, groups: usize) -> Vec<Range<usize>> {
    let leading = starts.len() - 1;
    let count = (rows / ROWS_OF_A_CHUNK.max(8 * groups)).clamp(1, MOST_CHUNKS);
    let mut edges: Vec<usize> = (0..count)
        .map(|c| starts.partition_point(|&start| start < rows * c / count).min(leading))
        .collect();
    edges.push(leading);
    edges.windows(2).map(|w| w[0]..w[1]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_by_the_effect_with_the_most_groups() {
        let small = Effect::new("small", &[0, 1, 0, 1, 1]);
        let large = Effect::new("large", &[5, 3, 5, 4, 3]);
        let layout = Layout::new(&[small, large], 5);
        assert_eq!((layout.leading(), layout.groups(), layout.others()), (3, 2, 1));
        let column = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(*layout.sort(&column), [1.0, 3.0, 2.0, 5.0, 4.0]);
        assert_eq!(layout.unsort(layout.sort(&column).into_owned()), column);
        assert_eq!(layout.codes(), [0, 0, 1, 1, 1]);
        assert_eq!(layout.group(1), 2..4);
    }

    #[test]
    fn chunks_cover_every_group_once() {
        let starts: Vec<usize> = (0..=100_000).map(|g| 3 * g).collect();
        let chunks = chunks(&starts, 300_000, 10);
        assert_eq!(chunks.len(), 8);
        assert_eq!((chunks[0].start, chunks[7].end), (0, 100_000));
        assert!(chunks.windows(2).all(|w| w[0].end == w[1].start));
    }
}
