//! Words of a result that are no codes of trade: a table that another program wrote is summed as it is, but not
//! without a word.

use cube::{Dimension, Sums};
use std::collections::BTreeSet;
use trade::{Classification, Economy, Flow, Status, economies};

/// So many of them are named.
const NAMED: usize = 5;

/// A sentence for each dimension that has such words.
pub fn warnings(sums: &Sums) -> Vec<String> {
    let strange = |(place, dimension): (usize, &Dimension)| {
        let (expected, known): (&str, fn(&str) -> bool) = match dimension {
            Dimension::Reporter | Dimension::Partner => ("an economy's code, such as DEU", is_economy),
            Dimension::Flow => ("export, import, ...", |word| word.parse::<Flow>().is_ok()),
            Dimension::Status => ("reported, estimated, ...", |word| word.parse::<Status>().is_ok()),
            Dimension::Classification => ("HS5, SITC3, ...", |word| word.parse::<Classification>().is_ok()),
            Dimension::Year | Dimension::Period => ("a period", |word| !word.is_empty()),
            Dimension::Product | Dimension::Compiler | Dimension::Basis => return None,
        };
        let words: BTreeSet<_> = (0..sums.len()).map(|group| sums.text(group, place)).collect();
        let words: Vec<String> = words.iter().filter(|w| !known(w)).map(|w| format!("`{w}`")).collect();
        let more = words.len().saturating_sub(NAMED);
        let named = words.get(..NAMED).unwrap_or(&words).join(", ");
        let and = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        (!words.is_empty()).then(|| {
            format!(
                "warning: the column of `{dimension}` has {named}{and} where {expected} is expected: these rows are \
                 groups of their own; `import` reads other codes"
            )
        })
    };
    sums.by.iter().enumerate().filter_map(strange).collect()
}

fn is_economy(word: &str) -> bool {
    Economy::new(word).is_ok_and(|code| code.is_world() || economies().get(code).is_some())
}
