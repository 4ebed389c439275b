use crate::rand_index::adjusted_rand_index;
use crate::silhouette::{Silhouette, silhouette};
use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use linfa_clustering::KMeans;
use ndarray::Array2;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// Why points were not clustered.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// Fewer points than clusters, or none.
    #[error("{points} points cannot make {clusters} clusters")]
    TooFew {
        /// The points given.
        points: usize,
        /// The clusters asked for.
        clusters: usize,
    },
    /// Rows of different length, or numbers that are not finite.
    #[error("point {point} has a coordinate missing or not finite")]
    Point {
        /// Its place, from 1.
        point: usize,
    },
    /// The points are too few different ones.
    #[error("the points fall into {found} different clusters, not {clusters}")]
    Degenerate {
        /// The clusters that were filled.
        found: usize,
        /// The clusters asked for.
        clusters: usize,
    },
    /// The solver refused.
    #[error("k-means gave up: {0}")]
    Solver(String),
}

/// How to look for clusters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Search {
    /// Starts of k-means; the best by the sum of squares is kept.
    pub runs: usize,
    /// Resamples for the stability.
    pub resamples: usize,
    /// The part of the points in each resample.
    pub part: f64,
    /// The seed.
    pub seed: u64,
}

impl Default for Search {
    /// 20 starts, 100 resamples of 80 per cent, seed 1.
    fn default() -> Self {
        Search {
            runs: 20,
            resamples: 100,
            part: 0.8,
            seed: 1,
        }
    }
}

/// A partition of points into k clusters.
#[derive(Clone, Debug, PartialEq)]
pub struct Partition {
    /// The number of clusters.
    pub k: usize,
    /// The cluster of each point, from 0, numbered in order of first appearance.
    pub labels: Vec<usize>,
    /// How well each point lies in its cluster.
    pub silhouette: Silhouette,
}

/// Clusters `points` (rows of one length) into `k`: Lloyd's k-means from k-means++ starts
/// (Arthur & Vassilvitskii 2007), Euclidean distance.
///
/// Only additions, products and square roots in a fixed order: the same points and seed
/// give the same partition, whatever the number of threads.
///
/// # Errors
/// [`ClusterError`] for too few (different) points or coordinates that are not finite.
pub fn k_means(points: &[Vec<f64>], k: usize, search: Search) -> Result<Partition, ClusterError> {
    let labels = numbered(&fit(points, points, k, search.runs, search.seed)?);
    let found = labels.iter().max().map_or(0, |most| most + 1);
    match silhouette(points, &labels) {
        Some(silhouette) if found == k => Ok(Partition { k, labels, silhouette }),
        _ => Err(ClusterError::Degenerate { found, clusters: k }),
    }
}

/// The stability of a partition: the mean adjusted Rand index between it and the partitions
/// that k-means finds from random parts of the points, each point going to the nearest
/// centre. Near 1: the clusters do not hang on single points. After Hennig 2007.
///
/// `None` when no resample could be clustered.
pub fn stability(points: &[Vec<f64>], partition: &Partition, search: Search) -> Option<f64> {
    let size = ((points.len() as f64 * search.part).round() as usize).clamp(1, points.len());
    let mut random = Xoshiro256PlusPlus::seed_from_u64(search.seed);
    let mut indices = Vec::with_capacity(search.resamples);
    for _ in 0..search.resamples {
        let chosen = sample(points.len(), size, &mut random);
        let part: Vec<Vec<f64>> = chosen.iter().filter_map(|&i| points.get(i).cloned()).collect();
        if let Ok(labels) = fit(&part, points, partition.k, search.runs.min(5), random.next_u64()) {
            indices.extend(adjusted_rand_index(&labels, &partition.labels));
        }
    }
    (!indices.is_empty()).then(|| indices.iter().sum::<f64>() / indices.len() as f64)
}

/// Fits on `points` and gives the cluster of each of `all`.
fn fit(points: &[Vec<f64>], all: &[Vec<f64>], k: usize, runs: usize, seed: u64) -> Result<Vec<usize>, ClusterError> {
    if points.len() < k || k == 0 {
        return Err(ClusterError::TooFew {
            points: points.len(),
            clusters: k,
        });
    }
    let model = KMeans::params_with_rng(k, Xoshiro256PlusPlus::seed_from_u64(seed))
        .n_runs(runs.max(1))
        .tolerance(1e-8)
        .max_n_iterations(1000)
        .fit(&DatasetBase::from(matrix(points)?))
        .map_err(|error| ClusterError::Solver(error.to_string()))?;
    Ok(model.predict(&matrix(all)?).to_vec())
}

fn matrix(points: &[Vec<f64>]) -> Result<Array2<f64>, ClusterError> {
    let width = points.first().map_or(0, Vec::len);
    let bad = |row: &Vec<f64>| row.len() != width || width == 0 || row.iter().any(|x| !x.is_finite());
    if let Some(at) = points.iter().position(bad) {
        return Err(ClusterError::Point { point: at + 1 });
    }
    let shape = (points.len(), width);
    Array2::from_shape_vec(shape, points.concat()).map_err(|error| ClusterError::Solver(error.to_string()))
}

/// The same partition with clusters numbered in order of first appearance.
fn numbered(labels: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    labels
        .iter()
        .map(|label| {
            order.iter().position(|known| known == label).unwrap_or_else(|| {
                order.push(*label);
                order.len() - 1
            })
        })
        .collect()
}

/// `size` of the numbers below `n`, without repetition, in order (Floyd's method).
fn sample(n: usize, size: usize, random: &mut Xoshiro256PlusPlus) -> Vec<usize> {
    let mut chosen = std::collections::BTreeSet::new();
    for last in n - size..n {
        // The bias of a remainder over 2^64 is below 1e-15.
        let draw = (random.next_u64() % (last as u64 + 1)) as usize;
        if !chosen.insert(draw) {
            chosen.insert(last);
        }
    }
    chosen.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three_groups() -> Vec<Vec<f64>> {
        let centres = [(0.8, 0.1), (0.1, 0.8), (0.3, 0.3)];
        let offset = |i: usize| (i as f64 * 0.37).sin() * 0.02;
        (0..24)
            .map(|i| vec![centres[i / 8].0 + offset(i), centres[i / 8].1 + offset(i + 50)])
            .collect()
    }

    #[test]
    fn clear_groups_are_found_whole_and_stable() {
        let points = three_groups();
        let found = k_means(&points, 3, Search::default()).unwrap();
        let expected: Vec<usize> = (0..24).map(|i| i / 8).collect();
        assert_eq!(found.labels, expected);
        assert!(found.silhouette.mean > 0.8);
        assert!(found.silhouette.mean > k_means(&points, 2, Search::default()).unwrap().silhouette.mean);
        assert!(found.silhouette.mean > k_means(&points, 4, Search::default()).unwrap().silhouette.mean);
        assert_eq!(stability(&points, &found, Search::default()), Some(1.0));
    }

    #[test]
    fn the_order_of_points_does_not_matter_and_seeds_repeat() {
        let mut points = three_groups();
        let search = Search {
            seed: 99,
            ..Search::default()
        };
        assert_eq!(k_means(&points, 3, search), k_means(&points, 3, search));
        points.reverse();
        let expected: Vec<usize> = (0..24).map(|i| i / 8).collect();
        assert_eq!(k_means(&points, 3, search).unwrap().labels, expected);
    }

    #[test]
    fn an_even_cloud_is_less_stable() {
        let points: Vec<Vec<f64>> = (0..30).map(|i| vec![f64::from(i) / 30.0]).collect();
        let found = k_means(&points, 4, Search::default()).unwrap();
        assert!(stability(&points, &found, Search::default()).unwrap() < 0.97);
    }

    #[test]
    fn what_cannot_be_clustered_is_refused() {
        let search = Search::default();
        assert!(matches!(k_means(&[], 2, search), Err(ClusterError::TooFew { .. })));
        assert!(matches!(
            k_means(&vec![vec![1.0]; 5], 2, search),
            Err(ClusterError::Degenerate { .. })
        ));
        assert_eq!(
            k_means(&[vec![1.0], vec![f64::NAN]], 2, search),
            Err(ClusterError::Point { point: 2 })
        );
        assert_eq!(
            k_means(&[vec![1.0], vec![]], 2, search),
            Err(ClusterError::Point { point: 2 })
        );
    }

    #[test]
    fn samples_are_without_repetition() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(4);
        let mut times = [0; 10];
        for _ in 0..1000 {
            let chosen = sample(10, 4, &mut random);
            assert!(chosen.len() == 4 && chosen.windows(2).all(|w| w[0] < w[1]));
            chosen.iter().for_each(|&i| times[i] += 1);
        }
        assert!(times.iter().all(|&t: &i32| (t - 400).abs() < 70), "{times:?}");
        assert_eq!(sample(3, 3, &mut random), [0, 1, 2]);
    }
}
