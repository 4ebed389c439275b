use super::sweep::Weighted;
use approx_chol::{Config, CsrRef, Factor, factorize_with};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::OnceLock;

/// An approximate inverse of the reduced system, effect by effect.
#[derive(Debug)]
pub(crate) struct Preconditioner {
    /// The inverse of the diagonal; zero where a group has nothing to say.
    inverse: Vec<f64>,
    /// Factors of parts of the system that are sparse graphs; made when they are first needed.
    graphs: OnceLock<Vec<Graph>>,
    /// Whether factors that cost as much as many steps are made, too.
    thorough: bool,
}

/// The factors of the part of the system that some groups make.
#[derive(Debug)]
struct Graph {
    groups: Range<usize>,
    /// The groups from this one on have their sign turned.
    turned: usize,
    factor: Factor,
}

impl Preconditioner {
    /// The system's diagonal: all that well-connected groups need.
    pub fn diagonal(system: &Weighted) -> Self {
        let invert = |d: f64| if d > 0.0 { 1.0 / d } else { 0.0 };
        Preconditioner {
            inverse: system.diagonal().into_iter().map(invert).collect(),
            graphs: OnceLock::new(),
            thorough: true,
        }
    }

    /// The same for a rough solve, for which it does not pay to factor a graph with an edge a row.
    pub fn cheap(self) -> Self {
        Preconditioner {
            thorough: false,
            ..self
        }
    }

    /// Whether [`Preconditioner::refine`] has been called.
    pub fn is_plain(&self) -> bool {
        self.graphs.get().is_none()
    }

    /// Factors each effect's own part of the system where that is a sparse graph: with the leading effect
    /// eliminated, two groups are joined by w_a w_b / W where a leading group of weight W has w_a and w_b in
    /// them. The factors are approximate Cholesky factors, whose sampling has a fixed seed. Where no effect's
    /// part is sparse and there are two beside the leading one, the graph that joins their groups where they share a row is
    /// factored: with one sign turned it is the system but for what the leading effect explains. Tells whether there are any.
    /// *Source*: Gao, Kyng & Spielman (2025), "AC(k): Robust solution of Laplacian equations by randomized
    /// approximate Cholesky factorization", SIAM Journal on Scientific Computing.
    pub fn refine(&self, system: &Weighted) -> bool {
        let graphs = self.graphs.get_or_init(|| {
            let part = |(f, range): (usize, &Range<usize>)| {
                let edges = edges(system, f, range.start)?;
                Some(Graph {
                    groups: range.clone(),
                    turned: range.end,
                    factor: laplacian(range.len(), edges)?,
                })
            };
            let ranges = system.layout.ranges();
            let own: Vec<Graph> = ranges.iter().enumerate().filter_map(part).collect();
            match ranges {
                [first, second] if own.is_empty() && self.thorough => {
                    let whole = |factor| Graph {
                        groups: first.start..second.end,
                        turned: second.start,
                        factor,
                    };
                    laplacian(system.layout.groups(), shared(system))
                        .map(whole)
                        .into_iter()
                        .collect()
                }
                _ => own,
            }
        });
        !graphs.is_empty()
    }

    /// p'p weighted by the diagonal, for each column of a table.
    pub fn scale(&self, table: &[f64], width: usize) -> Vec<f64> {
        let mut scale = vec![0.0; width];
        for (row, inverse) in table.chunks_exact(width).zip(&self.inverse) {
            if *inverse > 0.0 {
                scale
                    .iter_mut()
                    .zip(row)
                    .for_each(|(scale, p)| *scale += p * p / inverse);
            }
        }
        scale
    }

    /// The approximate inverse times a table.
    pub fn apply(&self, table: &[f64], width: usize) -> Vec<f64> {
        let rows = table.chunks_exact(width).zip(&self.inverse);
        let mut out: Vec<f64> = rows
            .flat_map(|(row, inverse)| row.iter().map(move |v| v * inverse))
            .collect();
        for graph in self.graphs.get().into_iter().flatten() {
            let part = graph.groups.start * width..graph.groups.end * width;
            let sign = |group: usize| {
                if graph.groups.start + group < graph.turned {
                    1.0
                } else {
                    -1.0
                }
            };
            let solve = |j: usize| {
                let column = table[part.clone()].iter().skip(j).step_by(width).enumerate();
                let right: Vec<f64> = column.map(|(group, v)| sign(group) * v).collect();
                graph.factor.solve(&right)
            };
            let solutions: Vec<_> = (0..width).into_par_iter().map(solve).collect();
            for (j, solution) in solutions.into_iter().enumerate() {
                // A refusal is one of lengths, which fit; the diagonal's answer would stand.
                if let Ok(solution) = solution {
                    let to = out[part.clone()].iter_mut().skip(j).step_by(width).enumerate();
                    to.zip(solution).for_each(|((group, to), s)| *to = sign(group) * s);
                }
            }
        }
        out
    }
}

/// The edges between the groups of one effect, each once, the smaller group first; `None` where there are more
/// than rows, so that factors would cost more than they save.
fn edges(system: &Weighted, f: usize, first: usize) -> Option<Vec<(u32, u32, f64)>> {
    let layout = system.layout;
    let mut edges = Vec::new();
    let mut here: Vec<(u32, f64)> = Vec::new();
    for group in 0..layout.leading() {
        here.clear();
        for row in layout.group(group) {
            let code = layout.codes()[row * layout.others() + f] - first as u32;
            here.push((code, system.weight(row)));
        }
        here.sort_unstable_by_key(|(code, _)| *code);
        here.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        if here.len() * here.len() / 2 + edges.len() > layout.rows() {
            return None;
        }
        for (i, &(a, wa)) in here.iter().enumerate() {
            for &(b, wb) in &here[i + 1..] {
                edges.push((a, b, wa * wb * system.inverse_of(group)));
            }
        }
    }
    Some(merged(edges))
}

/// The edges between the groups of two effects, in their common numbering: the weight of the rows they share.
fn shared(system: &Weighted) -> Vec<(u32, u32, f64)> {
    let layout = system.layout;
    let codes = layout.codes().chunks_exact(2).enumerate();
    merged(
        codes
            .map(|(row, pair)| (pair[0], pair[1], system.weight(row)))
            .collect(),
    )
}

/// Each edge once, in order, with all of its weight.
fn merged(mut edges: Vec<(u32, u32, f64)>) -> Vec<(u32, u32, f64)> {
    edges.retain(|e| e.2 > 0.0);
    edges.sort_by_key(|&(a, b, _)| (a, b));
    edges.dedup_by(|next, kept| {
        let same = (next.0, next.1) == (kept.0, kept.1);
        if same {
            kept.2 += next.2;
        }
        same
    });
    edges
}

/// Approximate factors of the Laplacian of a graph.
fn laplacian(groups: usize, edges: Vec<(u32, u32, f64)>) -> Option<Factor> {
    let mut entries: Vec<(u32, u32, f64)> = Vec::with_capacity(2 * edges.len() + groups);
    let mut degrees = vec![0.0; groups];
    for &(a, b, w) in &edges {
        entries.push((a, b, -w));
        entries.push((b, a, -w));
        degrees[a as usize] += w;
        degrees[b as usize] += w;
    }
    entries.extend(degrees.iter().enumerate().map(|(g, d)| (g as u32, g as u32, *d)));
    entries.sort_by_key(|&(a, b, _)| (a, b));
    let mut starts = vec![0_u32; groups + 1];
    entries.iter().for_each(|e| starts[e.0 as usize + 1] += 1);
    for g in 0..groups {
        starts[g + 1] += starts[g];
    }
    let columns: Vec<u32> = entries.iter().map(|e| e.1).collect();
    let values: Vec<f64> = entries.iter().map(|e| e.2).collect();
    let matrix = CsrRef::new(&starts, &columns, &values, groups as u32).ok()?;
    let config = Config {
        seed: 0x5EED,
        split_merge: Some(2),
        ..Config::default()
    };
    factorize_with(matrix, config).ok()
}

#[cfg(test)]
mod tests;
