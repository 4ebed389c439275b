//! What a misspelt word was most likely meant to be.

/// The name among `known` that `word` was most likely meant to be, if one is near: at most
/// a third of its letters, and three at most, differ.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().take(64).collect();
    let best = known
        .into_iter()
        .map(|k| (distance(&word, &k.to_lowercase().chars().collect::<Vec<_>>()), k))
        .min()?;
    let allowed = best.1.chars().count().div_ceil(3).min(3);
    (best.0 <= allowed).then_some(best.1)
}

/// Levenshtein's distance: the least number of letters put in, left out or changed.
pub(crate) fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_find_their_neighbour() {
        let letters = |t: &str| t.chars().collect::<Vec<_>>();
        let apart = |a: &str, b: &str| distance(&letters(a), &letters(b));
        assert_eq!(
            [apart("kitten", "sitting"), apart("iran", "iraq"), apart("ab", "bc")],
            [3, 1, 2]
        );
        assert_eq!([apart("", "abc"), apart("bc", ""), apart("", "")], [3, 2, 0]);
        assert_eq!(nearest("valuatoin", ["value_usd", "valuation"]), Some("valuation"));
        assert_eq!(nearest("colour", ["value_usd", "valuation"]), None);
        assert_eq!(nearest("x", []), None);
    }
}
