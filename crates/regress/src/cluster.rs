use crate::covariance::{CovarianceEstimate, Moments, Reference};
use crate::{Error, Result};
use nalgebra::DMatrix;

/// Options of the cluster-robust covariance.
///
/// *Formula*: V = c B (sum over groups of s_g s_g') B with s_g the sum of a group's scores and B the bread; several ways by
/// inclusion and exclusion over their intersections, V_A + V_B - V_AB, each with its own c. Such a V may have negative variances;
/// it is given as it is (as by R's sandwich; Stata and fixest put zero for negative eigenvalues). Statistics refer to t with one less than the
/// smallest number of groups. *Source*: Liang & Zeger (1986), Biometrika 73, 13-22; Cameron, Gelbach & Miller (2011),
/// Journal of Business & Economic Statistics 29, 238-249.
///
/// | Name | Default | Purpose |
/// |---|---|---|
/// | `ways` | - | one or more groupings of the rows |
/// | `adjustment` | Stata | the small-sample factor |
/// | `smallest` | false | with several ways, use the smallest G in every factor (fixest), not each its own (sandwich) |
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The groupings.
    pub ways: Vec<Way>,
    /// The small-sample factor.
    pub adjustment: ClusterAdjustment,
    /// Whether every term of a multiway covariance takes the smallest number of groups.
    pub smallest: bool,
}

/// One grouping of the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Its name.
    pub name: String,
    /// The group of each row of the caller's table.
    pub groups: Vec<u32>,
}

/// The small-sample factor of a cluster covariance with G groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterAdjustment {
    /// 1.
    None,
    /// G / (G - 1).
    Groups,
    /// G / (G - 1) * (n - 1) / (n - k): Stata's, and sandwich's HC1.
    Stata,
    /// n / (n - k).
    Residual,
}

impl ClusterAdjustment {
    /// The factor for n observations, n - k degrees of freedom and G groups.
    pub fn factor(self, observations: usize, df_residual: usize, groups: usize) -> f64 {
        let (n, df, g) = (observations as f64, df_residual as f64, groups as f64);
        match self {
            ClusterAdjustment::None => 1.0,
            ClusterAdjustment::Groups => g / (g - 1.0),
            ClusterAdjustment::Stata => g / (g - 1.0) * (n - 1.0) / df,
            ClusterAdjustment::Residual => n / df,
        }
    }

    /// The factor as a formula, for output.
    pub fn name(self) -> &'static str {
        match self {
            ClusterAdjustment::None => "none",
            ClusterAdjustment::Groups => "G/(G-1)",
            ClusterAdjustment::Stata => "G/(G-1) (n-1)/(n-k)",
            ClusterAdjustment::Residual => "n/(n-k)",
        }
    }
}

impl Cluster {
    /// One-way clusters with Stata's factor.
    pub fn by(name: &str, groups: Vec<u32>) -> Self {
        Cluster {
            ways: vec![Way {
                name: name.to_owned(),
                groups,
            }],
            adjustment: ClusterAdjustment::Stata,
            smallest: false,
        }
    }

    /// Adds a further way.
    pub fn and(mut self, name: &str, groups: Vec<u32>) -> Self {
        self.ways.push(Way {
            name: name.to_owned(),
            groups,
        });
        self
    }
}

/// The cluster-robust covariance; its formula stands at [`Cluster`].
///
/// # Errors
/// No way or more than eight, a way that does not fit the table, fewer than two groups.
pub(crate) fn cluster_covariance(moments: &Moments, options: &Cluster) -> Result<CovarianceEstimate> {
    let df = moments.df_residual()?;
    let counts = check(moments, &options.ways)?;
    let smallest = counts.iter().map(|c| c.1).min().unwrap_or(0);
    let n = moments.observations();
    let k = moments.scores.ncols();
    let factor_for = |groups: usize| {
        let groups = if options.smallest { smallest } else { groups };
        options.adjustment.factor(n, df, groups)
    };
    let mut meat = DMatrix::zeros(k, k);
    for subset in 1_u32..(1 << options.ways.len()) {
        let ways: Vec<&Way> = options
            .ways
            .iter()
            .enumerate()
            .filter(|(i, _)| subset >> i & 1 == 1)
            .map(|(_, w)| w)
            .collect();
        let (outer, groups) = grouped(moments, &ways);
        let sign = if subset.count_ones() % 2 == 1 { 1.0 } else { -1.0 };
        meat += sign * factor_for(groups) * outer;
    }
    let adjustment = options.adjustment.name();
    let matrix = &moments.bread * meat * &moments.bread;
    let reference = Reference::T(smallest as f64 - 1.0);
    let mut estimate = CovarianceEstimate::new(matrix, reference, "cluster", adjustment, factor_for(smallest));
    estimate.record.clusters = counts;
    Ok(estimate)
}

pub(crate) fn check(moments: &Moments, ways: &[Way]) -> Result<Vec<(String, usize)>> {
    if !(1..=8).contains(&ways.len()) {
        return Err(Error::Option {
            option: "cluster",
            expected: "one to eight ways".to_owned(),
            found: ways.len().to_string(),
        });
    }
    let mut counts = Vec::new();
    for way in ways {
        if way.groups.len() != moments.total_rows {
            return Err(Error::Length {
                what: format!("the cluster variable `{}`", way.name),
                found: way.groups.len(),
                expected: moments.total_rows,
                of: "observation",
            });
        }
        let (_, groups) = grouped(moments, &[way]);
        if groups < 2 {
            return Err(Error::Degenerate {
                what: "the cluster covariance",
                reason: format!("`{}` has one group only", way.name),
            });
        }
        counts.push((way.name.clone(), groups));
    }
    Ok(counts)
}

/// Sum over groups of s_g s_g', and the number of groups; groups in order of their keys.
fn grouped(moments: &Moments, ways: &[&Way]) -> (DMatrix<f64>, usize) {
    let stacked = group_sums(moments, ways);
    (stacked.tr_mul(&stacked), stacked.nrows())
}

/// The sum of the scores of each group, G by k, in order of the groups' keys.
pub(crate) fn group_sums(moments: &Moments, ways: &[&Way]) -> DMatrix<f64> {
    let (number, count) = numbered(moments, ways);
    let mut sums = DMatrix::zeros(count, moments.scores.ncols());
    for (j, column) in moments.scores.column_iter().enumerate() {
        let mut sum = sums.column_mut(j);
        for (score, &group) in column.iter().zip(&number) {
            sum[group as usize] += score;
        }
    }
    sums
}

/// The group of each score in the intersection of the ways, numbered in order of their keys, and
/// the number of groups.
fn numbered(moments: &Moments, ways: &[&Way]) -> (Vec<u32>, usize) {
    let mut number = vec![0_u32; moments.rows.len()];
    let mut count = 1;
    for way in ways {
        let own: Vec<u64> = moments.rows.iter().map(|&row| u64::from(way.groups[row])).collect();
        let (own, groups) = ranked(&own);
        let joint: Vec<u64> = number
            .iter()
            .zip(&own)
            .map(|(&a, &b)| u64::from(a) * groups as u64 + u64::from(b))
            .collect();
        (number, count) = ranked(&joint);
    }
    (number, count)
}

/// The rank of each key among the different ones, and how many of these there are.
fn ranked(keys: &[u64]) -> (Vec<u32>, usize) {
    let largest = keys.iter().copied().max().unwrap_or(0) as usize;
    // A table of all keys where it is not much longer than the list.
    if largest < 4 * keys.len() + 1024 {
        let mut rank = vec![0_u32; largest + 1];
        keys.iter().for_each(|&k| rank[k as usize] = 1);
        let mut count = 0;
        for r in rank.iter_mut().filter(|r| **r == 1) {
            *r = count;
            count += 1;
        }
        return (keys.iter().map(|&k| rank[k as usize]).collect(), count as usize);
    }
    let mut different = keys.to_vec();
    different.sort_unstable();
    different.dedup();
    let rank = keys
        .iter()
        .map(|k| different.partition_point(|d| d < k) as u32)
        .collect();
    (rank, different.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_of_dense_and_of_scattered_keys() {
        assert_eq!(ranked(&[7, 3, 3, 9]), (vec![1, 0, 0, 2], 3));
        let far = u64::from(u32::MAX);
        assert_eq!(ranked(&[far, 3, far - 1, 3]), (vec![2, 0, 1, 0], 3));
        assert_eq!(ranked(&[]), (vec![], 0));
    }
}
