//! Which reporters are tied together by two-sided flows, and how firmly.
//!
//! Effects of exporters and importers, and variances of reporters, can be compared only inside
//! a connected part of the graph whose edges are the two-sided flows. One variance per reporter
//! (σ_i² + σ_j² on every edge) is determined only where that part also has an odd cycle: on a
//! bipartite part, a constant can move from one side to the other unnoticed.

/// The connected parts of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Components {
    /// The part of each node, numbered from 0 in order of its smallest node.
    pub of_node: Vec<usize>,
    /// Whether each part is bipartite (has no odd cycle). A node without edges is.
    pub bipartite: Vec<bool>,
}

impl Components {
    /// The parts of a graph of `nodes` nodes. Edges that name a node beyond are ignored.
    pub fn of(nodes: usize, edges: &[(usize, usize)]) -> Self {
        let mut neighbours = vec![Vec::new(); nodes];
        for &(a, b) in edges {
            if a < nodes && b < nodes {
                neighbours[a].push(b);
                neighbours[b].push(a);
            }
        }
        let mut of_node = vec![usize::MAX; nodes];
        let mut colour = vec![false; nodes];
        let mut bipartite = Vec::new();
        for start in 0..nodes {
            if of_node[start] != usize::MAX {
                continue;
            }
            let part = bipartite.len();
            let mut two_coloured = true;
            of_node[start] = part;
            let mut queue = vec![start];
            while let Some(node) = queue.pop() {
                for &next in &neighbours[node] {
                    if of_node[next] == usize::MAX {
                        of_node[next] = part;
                        colour[next] = !colour[node];
                        queue.push(next);
                    } else if colour[next] == colour[node] {
                        two_coloured = false;
                    }
                }
            }
            bipartite.push(two_coloured);
        }
        Components { of_node, bipartite }
    }

    /// How many parts there are.
    pub fn count(&self) -> usize {
        self.bipartite.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_is_not_bipartite_and_a_square_is() {
        let triangle_and_square = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 6), (6, 3)];
        let parts = Components::of(8, &triangle_and_square);
        assert_eq!(parts.count(), 3);
        assert_eq!(parts.bipartite, [false, true, true]);
        assert_eq!(parts.of_node, [0, 0, 0, 1, 1, 1, 1, 2]);
    }
}
