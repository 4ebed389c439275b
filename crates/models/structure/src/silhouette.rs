/// How well each point lies in its cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Silhouette {
    /// The width of each point, -1 to 1: near 1 well inside, below 0 nearer to another
    /// cluster. A point alone in its cluster has 0.
    pub widths: Vec<f64>,
    /// The mean width.
    pub mean: f64,
}

/// The silhouette of a partition: (b - a) / max(a, b), with a a point's mean distance to the
/// others of its cluster and b the least mean distance to another cluster. Rousseeuw 1987
/// (Journal of Computational and Applied Mathematics 20).
///
/// `points` are rows of one length, `labels` their clusters; Euclidean distance. `None` for
/// fewer than two clusters or lists of different length: there is nothing to compare.
pub fn silhouette(points: &[Vec<f64>], labels: &[usize]) -> Option<Silhouette> {
    let clusters: std::collections::BTreeSet<usize> = labels.iter().copied().collect();
    if clusters.len() < 2 || labels.len() != points.len() {
        return None;
    }
    let widths: Vec<f64> = points
        .iter()
        .zip(labels)
        .map(|(point, &own)| {
            let mean_to = |cluster: usize| {
                let others = points
                    .iter()
                    .zip(labels)
                    .filter(|(other, label)| **label == cluster && !std::ptr::eq(*other, point));
                let (sum, n) = others.fold((0.0, 0.0), |(sum, n), (other, _)| {
                    (sum + distance(point, other), n + 1.0)
                });
                (n > 0.0).then_some(sum / n)
            };
            let Some(within) = mean_to(own) else { return 0.0 };
            let nearest = clusters
                .iter()
                .filter(|c| **c != own)
                .filter_map(|c| mean_to(*c))
                .fold(f64::INFINITY, f64::min);
            let larger = within.max(nearest);
            if larger > 0.0 { (nearest - within) / larger } else { 0.0 }
        })
        .collect();
    let mean = widths.iter().sum::<f64>() / widths.len() as f64;
    Some(Silhouette { widths, mean })
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand_on_a_line() {
        // 0 and 1 against 5: a = 1, b = 5 for the first, a = 1, b = 4 for the second, alone 0.
        let found = silhouette(&[vec![0.0], vec![1.0], vec![5.0]], &[7, 7, 3]).unwrap();
        assert_eq!(found.widths, [0.8, 0.75, 0.0]);
        assert!((found.mean - 1.55 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn equal_points_and_wrong_clusters() {
        let same = silhouette(&[vec![1.0], vec![1.0], vec![1.0], vec![1.0]], &[0, 0, 1, 1]).unwrap();
        assert_eq!(same.mean, 0.0);
        let wrong = silhouette(&[vec![0.0], vec![0.1], vec![5.0], vec![5.1]], &[0, 1, 0, 1]).unwrap();
        assert!(wrong.mean < 0.0);
        assert_eq!(silhouette(&[vec![0.0], vec![1.0]], &[0, 0]), None);
        assert_eq!(silhouette(&[vec![0.0]], &[0, 1]), None);
    }
}
