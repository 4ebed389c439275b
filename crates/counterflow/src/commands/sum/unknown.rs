//! Words of a result that are no codes of trade: a table that another program wrote is summed as it is, but not
//! without a word.

use cube::{Dimension, Sums};
use std::collections::BTreeSet;
use std::path::Path;
use store::Filter;
use trade::{Classification, Economy, Flow, Status, economies};

/// So many of them are named.
const NAMED: usize = 5;

/// A sentence for each dimension that has such words. Where economies are not told apart, what they may be in the file
/// is looked at: a group under another name would be added to its members.
pub fn warnings(sums: &Sums, path: &Path, filter: &Filter) -> Vec<String> {
    let strange = |(place, dimension): (usize, &Dimension)| {
        let words: BTreeSet<_> = (0..sums.len())
            .map(|group| sums.text(group, place).into_owned())
            .collect();
        strange_ones(*dimension, words, "these rows are groups of their own")
    };
    let told_apart = sums.by.iter().enumerate().filter_map(strange);
    let sides = [Dimension::Reporter, Dimension::Partner];
    let named = |side: &Dimension| filter.any_of.contains_key(side.as_str()) || !filter.economies.is_empty();
    let open = sides.into_iter().filter(|side| !sums.by.contains(side) && !named(side));
    let summed = open.filter_map(|side| {
        // A file that cannot be read has been told of already.
        let mut words = cube::values(path, side, filter).ok()?;
        words.remove("");
        strange_ones(side, words, "if they are groups, their members count twice")
    });
    told_apart.chain(summed).collect()
}

fn strange_ones(dimension: Dimension, words: BTreeSet<String>, so: &str) -> Option<String> {
    let (expected, known): (&str, fn(&str) -> bool) = match dimension {
        Dimension::Reporter | Dimension::Partner => ("an economy's code, such as DEU", is_economy),
        Dimension::Flow => ("export, import, ...", |word| word.parse::<Flow>().is_ok()),
        Dimension::Status => ("reported, estimated, ...", |word| word.parse::<Status>().is_ok()),
        Dimension::Classification => ("HS5, SITC3, ...", |word| word.parse::<Classification>().is_ok()),
        Dimension::Year | Dimension::Period => ("a period", |word| !word.is_empty()),
        Dimension::Product | Dimension::Compiler | Dimension::Basis => return None,
    };
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
            "warning: the column of `{dimension}` has {named}{and} where {expected} is expected: {so}; `import` reads other codes"
        )
    })
}

fn is_economy(word: &str) -> bool {
    Economy::new(word).is_ok_and(|code| code.is_world() || economies().get(code).is_some())
}

/// What is said of columns of a table of another making that are not read and may say that its figures are no dollars.
pub fn units(path: &Path) -> Option<String> {
    let files = match path.is_dir() {
        true => store::columns::dataset_files(path).ok()?,
        false => vec![path.to_owned()],
    };
    let (names, _) = store::read_header(files.first()?).ok()?;
    let found = names.iter().find(|name| sources::tells(name).is_some())?;
    Some(format!(
        "warning: the column `{found}` is not read: values are taken for US dollars"
    ))
}
