//! The field's words, told to a reader who does not use them.

/// Words of the report and what they mean, in the order in which a reader meets them.
pub(super) fn words() -> Vec<(String, String)> {
    GLOSSARY
        .map(|(word, meaning)| (word.to_owned(), meaning.to_owned()))
        .to_vec()
}

const GLOSSARY: [(&str, &str); 17] = [
    (
        "scenario",
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
        "The range in which the number lies with a stated confidence, 95 per cent where nothing else is said: of a hundred such ranges about 95 hold the true number, if the method's assumptions do. Conf low and conf high are its ends.",
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
        "trend, slope",
        "The straight line that lies closest to the years' figures, and how much it rises in a year.",
    ),
    (
        "Chow test, f",
        "Asks whether one line fits the years before and after a date alike. A large f and a small p value say that it does not.",
    ),
    (
        "HHI",
        "Herfindahl-Hirschman index: the sum of squared shares. 1 where one partner has everything, one tenth where ten have equal parts. The effective number is how many equal partners would give the same.",
    ),
    (
        "cr1, cr3",
        "The share of the largest partner, and of the three largest.",
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
