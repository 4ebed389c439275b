//! The field's words, told to a reader who does not use them.

use study::StudyFile;

/// Words of the report and what they mean: the study's own, then those of the field, in the order in which a reader
/// meets them.
pub(super) fn words(study: &StudyFile) -> Vec<(String, String)> {
    let own = study.word.iter().map(|word| (word.word.clone(), word.means.clone()));
    let general = GLOSSARY
        .iter()
        .map(|(word, meaning)| ((*word).to_owned(), (*meaning).to_owned()));
    own.chain(general).collect()
}

const GLOSSARY: [(&str, &str); 21] = [
    (
        "way to count, scenario",
        "A named set of choices: whose figures are taken, in which order of preference, and what is left out. A source is the compiler whose figures a scenario takes.",
    ),
    (
        "compiler",
        "Who publishes a figure: an agency or a project that adds up what countries report.",
    ),
    (
        "partner's report, mirror figure",
        "What a country's partner says about the same goods. For a country that publishes nothing it is all there is.",
    ),
    (
        "f.o.b., c.i.f.",
        "Free on board: the value at the exporter's border. Cost, insurance and freight: the value at the importer's, with what it cost to get there; some six to ten per cent more, as a rule.",
    ),
    (
        "guard",
        "A rule that sets figures aside which are believed to be about somebody else, each with its reason.",
    ),
    ("two-way trade", "Exports and imports together."),
    (
        "balance, deficit",
        "Exports less imports; a deficit is what imports exceed exports by. The deficit ratio is the deficit over exports: 1 means that imports are twice exports.",
    ),
    (
        "interval",
        "The range in which the number lies with a stated confidence, 95 per cent where nothing else is said: of a hundred such ranges about 95 hold the true number, if the method's assumptions do.",
    ),
    (
        "bounds",
        "The least and the greatest that a number can be where only part of a total is broken down. Not a matter of chance.",
    ),
    (
        "p value",
        "How often chance alone would show at least as much, if there were nothing to find. Below 0.05 is the usual mark.",
    ),
    (
        "trend, change a year",
        "The straight line that lies closest to the years' figures, and how much it rises in a year; growth in per cent where the line is drawn through logarithms.",
    ),
    (
        "Newey-West",
        "A way to compute how uncertain a trend is that allows for good years following good ones and bad ones bad.",
    ),
    (
        "Chow test, Wald test, F",
        "Ask whether one line fits the years before and after a date alike; the Wald test allows for good and bad years in a row. A large F and a small p value say that it does not.",
    ),
    (
        "HHI",
        "Herfindahl-Hirschman index: the sum of squared shares. 1 where one partner has everything, one tenth where ten have equal parts. The effective number is how many equal partners would give the same: one over the index. In the CSV files stands a second one besides, from the entropy of the shares, which gives small partners more weight and is larger.",
    ),
    (
        "regime, silhouette",
        "A regime is a group of years with much the same partners. A year's silhouette says how well it fits its group: near 1 well, near 0 as well into the next, below 0 better there.",
    ),
    (
        "robust z",
        "How far a figure lies from the middle of its own series, in units of that series' usual spread.",
    ),
    (
        "agreement with partners (Gehlhar's index)",
        "The share of a country's reported trade that its partners confirm to within a fifth.",
    ),
    (
        "pin, pinned dataset",
        "A dataset kept with this report, with its source, its date and a hash, so that the same figures can be counted again.",
    ),
    (
        "SITC section, HS chapter, BEC",
        "The United Nations' lists of goods: ten broad sections, ninety-seven chapters, and categories by use (capital goods, consumption goods, ...).",
    ),
    (
        "Grubel-Lloyd index",
        "How much of trade is two-way within the same goods: 0 where each good only goes one way, 1 where as much comes as goes.",
    ),
    (
        "draw",
        "The reports made up anew with errors as large as reporters are seen to make, to learn which conclusions such errors could overturn.",
    ),
];
