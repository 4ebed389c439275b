use crate::{Error, Result};

/// One fixed effect: the group of each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Its name.
    pub name: String,
    /// The group of each row, numbered from zero without gaps.
    groups: Vec<u32>,
    /// The number of groups.
    count: usize,
}

impl Effect {
    /// From any numbering of groups; they are numbered anew in order of first appearance.
    pub fn new(name: &str, groups: &[u32]) -> Self {
        let largest = groups.iter().max().map_or(0, |g| *g as usize);
        let (groups, count) = if largest <= 8 * groups.len() + 1024 {
            by_table(groups.iter().copied(), largest + 1)
        } else {
            by_map(groups)
        };
        Effect {
            name: name.to_owned(),
            groups,
            count,
        }
    }

    /// The group of each row.
    pub fn groups(&self) -> &[u32] {
        &self.groups
    }

    /// The number of groups.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The effect of the rows `keep` names.
    pub fn select(&self, keep: &[usize]) -> Effect {
        let (groups, count) = by_table(keep.iter().map(|&i| self.groups[i]), self.count);
        Effect {
            name: self.name.clone(),
            groups,
            count,
        }
    }
}

/// Numbers below `bound` anew, in order of first appearance; also how many there are.
fn by_table(groups: impl Iterator<Item = u32>, bound: usize) -> (Vec<u32>, usize) {
    let mut numbers = vec![u32::MAX; bound];
    let mut count = 0;
    let renumbered = groups.map(|group| {
        let number = &mut numbers[group as usize];
        if *number == u32::MAX {
            *number = count;
            count += 1;
        }
        *number
    });
    (renumbered.collect(), count as usize)
}

/// The same for numbers of any size.
fn by_map(groups: &[u32]) -> (Vec<u32>, usize) {
    let mut numbers = std::collections::BTreeMap::new();
    let renumbered = groups.iter().map(|group| {
        let next = numbers.len() as u32;
        *numbers.entry(*group).or_insert(next)
    });
    (renumbered.collect(), numbers.len())
}

/// Refuses effects of unequal length.
pub(crate) fn check_effects(effects: &[Effect], rows: usize) -> Result<()> {
    match effects.iter().find(|e| e.groups.len() != rows) {
        Some(effect) => Err(Error::Length {
            what: format!("the fixed effect `{}`", effect.name),
            found: effect.groups.len(),
            expected: rows,
            of: "observation",
        }),
        None => Ok(()),
    }
}

/// A row whose group has no other: its effect fits it perfectly, and it tells nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingletonDrop {
    /// The row.
    pub row: usize,
    /// The effect in which it stands alone.
    pub effect: String,
}

/// Finds singletons, again and again, since taking one out may leave another alone.
/// Returns the rows to keep and those to drop, both in order.
///
/// *Source*: Correia (2015), "Singletons, cluster-robust standard errors and fixed effects".
pub fn drop_singletons(effects: &[Effect], rows: usize) -> (Vec<usize>, Vec<SingletonDrop>) {
    let mut alive = vec![true; rows];
    let mut dropped = Vec::new();
    loop {
        let before = dropped.len();
        for effect in effects {
            let mut sizes = vec![0_usize; effect.count];
            for (_, group) in effect.groups.iter().enumerate().filter(|(row, _)| alive[*row]) {
                sizes[*group as usize] += 1;
            }
            for (row, group) in effect.groups.iter().enumerate() {
                if alive[row] && sizes[*group as usize] == 1 {
                    alive[row] = false;
                    dropped.push(SingletonDrop {
                        row,
                        effect: effect.name.clone(),
                    });
                }
            }
        }
        if dropped.len() == before {
            break;
        }
    }
    dropped.sort_by_key(|d| d.row);
    ((0..rows).filter(|&i| alive[i]).collect(), dropped)
}

/// The number of parameters that the effects take: exact for one and for two (groups less
/// connected components, Abowd, Creecy & Kramarz 2002); each further effect counts its
/// groups less the components it forms with the first, the pairwise bound of reghdfe.
pub fn absorbed_parameters(effects: &[Effect]) -> usize {
    let Some(first) = effects.first() else { return 0 };
    first.count
        + effects[1..]
            .iter()
            .map(|other| other.count - components(first, other))
            .sum::<usize>()
}

/// How [`absorbed_parameters`] counts this number of effects, in words for output; nothing to say of none.
pub fn absorbed_counting(effects: usize) -> Option<&'static str> {
    match effects {
        0 => None,
        1 => Some("exact: the groups"),
        2 => Some("exact: the groups less their connected components"),
        _ => Some(
            "an upper bound: the groups, less for each effect but the first the components it forms with the first",
        ),
    }
}

/// The components of the graph that joins groups of two effects where they share a row.
fn components(a: &Effect, b: &Effect) -> usize {
    let mut parent: Vec<usize> = (0..a.count + b.count).collect();
    let mut count = parent.len();
    for (x, y) in a.groups.iter().zip(&b.groups) {
        let (x, y) = (root(&mut parent, *x as usize), root(&mut parent, a.count + *y as usize));
        if x != y {
            parent[x] = y;
            count -= 1;
        }
    }
    count
}

fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_singleton_may_leave_another() {
        // Row 0 is alone in b; then row 1 is alone in a.
        let a = Effect::new("a", &[1, 1, 2, 2]);
        let b = Effect::new("b", &[7, 8, 8, 8]);
        let (keep, dropped) = drop_singletons(&[a, b], 4);
        assert_eq!(keep, [2, 3]);
        assert_eq!((dropped[0].effect.as_str(), dropped[1].effect.as_str()), ("b", "a"));
    }

    #[test]
    fn disconnected_parts_cost_a_parameter_less_each() {
        let a = Effect::new("a", &[0, 0, 1, 1]);
        assert_eq!(absorbed_parameters(&[a.clone(), Effect::new("b", &[0, 1, 2, 3])]), 4);
        assert_eq!(absorbed_parameters(&[a, Effect::new("b", &[0, 1, 0, 1])]), 3);
    }
}
