//! Judging published statements on findings.
//!
//! A test compares one number, made of findings, with a threshold. Where only bounds are known
//! (or the test asks for the whole interval), it holds when the whole interval passes, fails when
//! none of it does, and is undecidable between. A claim holds where all its tests hold and fails
//! where one fails.

pub(crate) mod words;

use crate::select::{Reduced, reduce, select};
use crate::study_file::{ClaimFile, Reduce, TestFile};
use model::Finding;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use words::{needed, shown, tell};

/// What a scenario says of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every test passes.
    Holds,
    /// A test fails.
    Fails,
    /// The figures were looked at and allow both answers, and why.
    NotShown(String),
    /// There are no figures to look at, and why.
    Undecidable(String),
}

impl Verdict {
    /// The verdict in a word.
    pub const fn word(&self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::Fails => "fails",
            Verdict::NotShown(_) => "not shown",
            Verdict::Undecidable(_) => "undecidable",
        }
    }

    /// Why the claim neither holds nor fails.
    pub fn why(&self) -> Option<&str> {
        match self {
            Verdict::Holds | Verdict::Fails => None,
            Verdict::NotShown(why) | Verdict::Undecidable(why) => Some(why),
        }
    }
}

/// What all scenarios together say of a claim. Scenarios that rest on one source are variants of it, and count once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overall {
    /// It holds in every scenario that has the figures, of several sources.
    Robust,
    /// It holds in every scenario that has the figures, all of one source: nothing is known of its sensitivity.
    OneSource,
    /// Some sources have it hold, others have it fail or not shown, and each says one thing however it is counted.
    DependsOnSource,
    /// It holds in some ways to count, and fails or is not shown in others, of one source too.
    DependsOnWay,
    /// It fails under several sources and holds under none.
    Contradicted,
    /// It fails under one source and holds under none.
    OneSourceAgainst,
    /// Scenarios have the figures, and these allow both answers.
    Undecided,
    /// No scenario has the figures.
    NotTestable,
}

impl Overall {
    /// All of them, the firmest first.
    pub(crate) const ALL: [Overall; 8] = [
        Overall::Robust,
        Overall::OneSource,
        Overall::DependsOnSource,
        Overall::DependsOnWay,
        Overall::Contradicted,
        Overall::OneSourceAgainst,
        Overall::Undecided,
        Overall::NotTestable,
    ];

    /// The words.
    pub const fn words(self) -> &'static str {
        match self {
            Overall::Robust => "robust",
            Overall::OneSource => "one source only",
            Overall::DependsOnSource => "depends on the source",
            Overall::DependsOnWay => "depends on how it is counted",
            Overall::Contradicted => "contradicted",
            Overall::OneSourceAgainst => "contradicted by one source",
            Overall::Undecided => "undecided",
            Overall::NotTestable => "not testable with the pinned data",
        }
    }
}

impl fmt::Display for Overall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

/// A claim with its verdicts.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The claim's name.
    pub id: String,
    /// The verdict of every scenario, with the numbers behind it.
    pub verdicts: Vec<(String, Verdict, Vec<String>)>,
    /// The source that each of these scenarios rests on.
    pub sources: Vec<String>,
    /// The verdict over all.
    pub overall: Overall,
}

impl Judged {
    /// The sources of the scenarios whose verdict is wanted, each once. What is made of others (`a + b`) is no
    /// witness beside one of them.
    pub fn sources_of(&self, wanted: impl Fn(&Verdict) -> bool) -> BTreeSet<&str> {
        let both = self.verdicts.iter().zip(&self.sources);
        let all: BTreeSet<&str> = both
            .filter(|((_, verdict, _), _)| wanted(verdict))
            .map(|(_, source)| source.as_str())
            .collect();
        let made = |source: &str| source.split(" + ").any(|part| part != source && all.contains(part));
        all.iter().copied().filter(|source| !made(source)).collect()
    }

    /// Whether every source that has the figures says one thing under all ways to count them.
    fn sources_differ_alone(&self) -> bool {
        let both = || self.verdicts.iter().zip(&self.sources);
        let answers = |v: &Verdict| !matches!(v, Verdict::Undecidable(_));
        let alone: BTreeSet<&str> = both()
            .filter(|((_, verdict, _), source)| answers(verdict) && !source.contains(" + "))
            .map(|(_, source)| source.as_str())
            .collect();
        // What is made of two sources speaks for both, unless each has spoken for itself.
        let made = |source: &str| source.contains(" + ") && source.split(" + ").all(|part| alone.contains(part));
        let parts = |wanted: fn(&Verdict) -> bool| -> BTreeSet<&str> {
            let wanted = both().filter(|((_, verdict, _), source)| wanted(verdict) && !made(source));
            wanted.flat_map(|(_, source)| source.split(" + ")).collect()
        };
        let against = parts(|v| matches!(v, Verdict::Fails | Verdict::NotShown(_)));
        parts(|v| *v == Verdict::Holds).is_disjoint(&against)
    }
}

/// Findings by scenario, in the study's order.
pub(crate) type ByScenario<'a> = BTreeMap<&'a str, Vec<&'a Finding>>;

/// Judges a claim under each of its scenarios; `order` is that of the study, each scenario with its source.
pub(crate) fn judge(claim: &ClaimFile, order: &[(&str, &str)], findings: &ByScenario<'_>) -> Judged {
    let (mut verdicts, mut sources) = (Vec::new(), Vec::new());
    for &(scenario, source) in order {
        if !claim.scenarios.is_empty() && !claim.scenarios.iter().any(|s| s == scenario) {
            continue;
        }
        let (verdict, numbers) = judge_in(claim, scenario, findings);
        verdicts.push((scenario.to_owned(), verdict, numbers));
        sources.push(source.to_owned());
    }
    let mut judged = Judged {
        id: claim.id.clone(),
        verdicts,
        sources,
        overall: Overall::NotTestable,
    };
    let holds = judged.sources_of(|v| *v == Verdict::Holds).len();
    let fails = judged.sources_of(|v| *v == Verdict::Fails).len();
    let open = judged
        .verdicts
        .iter()
        .any(|(_, v, _)| matches!(v, Verdict::NotShown(_)));
    judged.overall = match (holds, fails) {
        (0, 0) if open => Overall::Undecided,
        (0, 0) => Overall::NotTestable,
        (0, 1) => Overall::OneSourceAgainst,
        (0, _) => Overall::Contradicted,
        (1, 0) if !open => Overall::OneSource,
        (_, 0) if !open => Overall::Robust,
        _ if judged.sources_differ_alone() => Overall::DependsOnSource,
        _ => Overall::DependsOnWay,
    };
    judged
}

pub(crate) fn judge_in(claim: &ClaimFile, scenario: &str, findings: &ByScenario<'_>) -> (Verdict, Vec<String>) {
    let mut numbers = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let (mut fails, mut missing) = (false, claim.test.is_empty());
    if claim.test.is_empty() {
        open.push("the study has no figure to test it on".to_owned());
    }
    for test in &claim.test {
        // Of one test only, its own words say enough.
        let named = |why: String| match claim.test.len() {
            1 => why,
            _ => format!("{}: {why}", test.says),
        };
        match measure(test, scenario, findings) {
            Err(why) => {
                missing = true;
                open.push(named(why));
            }
            Ok(number) => {
                let unit = unit_of(test, scenario, findings);
                let (said, bar) = shown(&number, test.value, unit);
                tell(&mut numbers, &test.says, &said, &format!("{} {bar}", needed(&test.op)));
                match passes(test, &number) {
                    Some(true) => {}
                    Some(false) => fails = true,
                    None => open.push(named(format!("the interval includes {bar}"))),
                }
            }
        }
    }
    let verdict = match (fails, open.is_empty()) {
        (true, _) => Verdict::Fails,
        (false, true) => Verdict::Holds,
        (false, false) if missing => Verdict::Undecidable(open.join("; ")),
        (false, false) => Verdict::NotShown(open.join("; ")),
    };
    (verdict, numbers)
}

pub(crate) fn measure(test: &TestFile, scenario: &str, findings: &ByScenario<'_>) -> Result<Reduced, String> {
    let of = |scenario: &str, measure: &str, labels, years| {
        let there = findings.get(scenario).map(Vec::as_slice).unwrap_or_default();
        select(there.iter().copied(), measure, labels, years)
    };
    let chosen = of(scenario, &test.measure, &test.labels, test.years);
    if chosen.len() < test.at_least {
        return Err(match chosen.len() {
            0 => unknown_measure(&test.measure, findings)
                .unwrap_or_else(|| "the scenario has no such figures".to_owned()),
            n => format!("of the {} figures needed, the scenario has {n}", test.at_least),
        });
    }
    let number = reduce(&chosen, test.reduce)?;
    let Some(over) = &test.over else { return Ok(number) };
    let other = over.scenario.as_deref().unwrap_or(scenario);
    let below = of(other, &over.measure, &over.labels, over.years.or(test.years));
    let below = reduce(&below, test.reduce).map_err(|why| format!("of the denominator, {why}"))?;
    divide(&number, &below)
}

/// What is said of a measure that no finding of any scenario has.
fn unknown_measure(measure: &str, findings: &ByScenario<'_>) -> Option<String> {
    let all = || findings.values().flatten().map(|finding| finding.measure.as_str());
    if all().any(|known| known == measure) {
        return None;
    }
    let known: BTreeSet<&str> = all().collect();
    let meant = trade::nearest(measure, known).map(|meant| format!("; did you mean `{meant}`?"));
    Some(format!(
        "no scenario has the measure `{measure}`{}",
        meant.unwrap_or_default()
    ))
}

/// The findings that a claim's tests look at under a scenario, test by test, those of a denominator after
/// those above it.
pub fn tested<'a>(claim: &ClaimFile, scenario: &str, findings: &'a [Finding]) -> Vec<Vec<&'a Finding>> {
    let of = |scenario: &str, measure: &str, labels, years| {
        let there = findings.iter().filter(|f| f.scenario == scenario);
        select(there, measure, labels, years)
    };
    let all = claim.test.iter().map(|test| {
        let mut chosen = of(scenario, &test.measure, &test.labels, test.years);
        if let Some(over) = &test.over {
            let other = over.scenario.as_deref().unwrap_or(scenario);
            chosen.extend(of(other, &over.measure, &over.labels, over.years.or(test.years)));
        }
        chosen
    });
    all.collect()
}

fn divide(above: &Reduced, below: &Reduced) -> Result<Reduced, String> {
    if below.low <= 0.0 {
        return Err("the denominator is not above zero".to_owned());
    }
    let corners = [
        above.low / below.low,
        above.low / below.high,
        above.high / below.low,
        above.high / below.high,
    ];
    Ok(Reduced {
        estimate: above.estimate.zip(below.estimate).map(|(a, b)| a / b),
        low: corners.into_iter().fold(f64::INFINITY, f64::min),
        high: corners.into_iter().fold(f64::NEG_INFINITY, f64::max),
    })
}

/// Whether the number passes; `None` where its interval lies on both sides.
pub(crate) fn passes(test: &TestFile, number: &Reduced) -> Option<bool> {
    let one = |x: f64| match test.op.as_str() {
        ">=" => x >= test.value,
        ">" => x > test.value,
        "<=" => x <= test.value,
        _ => x < test.value,
    };
    match number.estimate {
        Some(estimate) if !test.whole_interval => Some(one(estimate)),
        _ => match (one(number.low), one(number.high)) {
            (true, true) => Some(true),
            (false, false) => Some(false),
            _ => None,
        },
    }
}

/// What a test of shares is told in; none for a test of something else. Shares differ by percentage points.
pub(crate) fn unit_of(test: &TestFile, scenario: &str, findings: &ByScenario<'_>) -> Option<&'static str> {
    let there = findings.get(scenario).map(Vec::as_slice).unwrap_or_default();
    let chosen = select(there.iter().copied(), &test.measure, &test.labels, test.years);
    let all = |unit: &str| chosen.iter().all(|f| f.unit == unit);
    // A change is what a ratio is above one.
    let shares = test.reduce == Reduce::SharePositive || test.measure == "change_since" || all("share");
    match test.reduce {
        _ if test.over.is_some() => None,
        _ if !shares => all("per year").then_some("per cent a year"),
        Reduce::Change => Some("percentage points"),
        _ => Some("per cent"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(tests: &str) -> ClaimFile {
        let text = format!("id = 'k'\ntext = 't'\nsource = 's'\nreading = 'r'\n{tests}");
        toml::from_str(&text).unwrap()
    }

    fn judged(claim: &ClaimFile, findings: &[Finding]) -> Judged {
        let by: ByScenario<'_> = BTreeMap::from([("a", findings.iter().collect())]);
        judge(claim, &[("a", "one")], &by)
    }

    const SHARE: &str = "[[test]]\nsays = 'share'\nmeasure = 'partner_share'\nop = '>='\nvalue = 0.97\n";

    #[test]
    fn a_number_is_compared() {
        let at = |x| [Finding::new("partner_share", "share", x)];
        assert_eq!(judged(&claim(SHARE), &at(0.98)).overall, Overall::OneSource);
        assert_eq!(judged(&claim(SHARE), &at(0.9)).overall, Overall::OneSourceAgainst);
        assert_eq!(judged(&claim(SHARE), &[]).overall, Overall::NotTestable);
        assert_eq!(judged(&claim(""), &at(0.9)).overall, Overall::NotTestable);
    }

    #[test]
    fn bounds_on_both_sides_decide_nothing() {
        let between =
            |low, high| [Finding::undefined("partner_share", "share", "bounds").interval(low, high, "bounds")];
        assert_eq!(judged(&claim(SHARE), &between(0.9, 0.99)).overall, Overall::Undecided);
        assert_eq!(judged(&claim(SHARE), &between(0.975, 0.99)).overall, Overall::OneSource);
        assert_eq!(
            judged(&claim(SHARE), &between(0.5, 0.9)).overall,
            Overall::OneSourceAgainst
        );
    }

    #[test]
    fn a_confidence_interval_counts_where_the_test_asks_for_it() {
        let test = SHARE.replace("0.97", "0.0").replace(">=", ">") + "whole_interval = true\n";
        let slope = |low, high| [Finding::new("partner_share", "1", 0.5).interval(low, high, "95% confidence")];
        assert_eq!(judged(&claim(&test), &slope(0.1, 0.9)).overall, Overall::OneSource);
        assert_eq!(judged(&claim(&test), &slope(-0.1, 0.9)).overall, Overall::Undecided);
    }

    #[test]
    fn a_share_is_told_in_per_cent_and_the_bar_in_words() {
        let first = judged(&claim(SHARE), &[Finding::new("partner_share", "share", 0.877)]);
        assert_eq!(
            first.verdicts[0].2,
            ["share: 87.7 per cent; needed: at least 97 per cent"]
        );
        let change = SHARE.replace("op =", "reduce = 'change'\nop =");
        let shares = [(2008, 0.34), (2014, 0.783)]
            .map(|(year, x)| Finding::new("partner_share", "share", x).label("period", year));
        let second = judged(&claim(&change), &shares);
        assert_eq!(
            second.verdicts[0].2,
            ["share: 44.3 percentage points; needed: at least 97 percentage points"]
        );
        let slope = Finding::new("partner_share", "USD", -60.9e6).interval(-121.2e6, -743_277.0, "95% confidence");
        let open = judged_of(&SHARE.replace("0.97", "-80e6").replace(">=", ">"), &slope);
        assert_eq!(
            open.0,
            ["share: -60.9 million (-121.2 to -0.7 million); needed: more than -80.0 million"]
        );
        assert_eq!(open.1.as_deref(), Some("the interval includes -80.0 million"));
    }

    /// The numbers of a test that asks for the whole interval, and why it is open.
    fn judged_of(test: &str, finding: &Finding) -> (Vec<String>, Option<String>) {
        let test = format!("{test}whole_interval = true\n");
        let mut judged = judged(&claim(&test), std::slice::from_ref(finding));
        let (_, verdict, numbers) = judged.verdicts.remove(0);
        (numbers, verdict.why().map(str::to_owned))
    }

    #[test]
    fn it_takes_two_sources_to_be_robust_or_contradicted() {
        let of = |share| [Finding::new("partner_share", "share", share)];
        let (high, low) = (of(0.98), of(0.4));
        let both = |at: &'static str| [(at, "one"), ("b", "two")];
        let by: ByScenario<'_> = BTreeMap::from([("a", high.iter().collect()), ("b", high.iter().collect())]);
        assert_eq!(judge(&claim(SHARE), &both("a"), &by).overall, Overall::Robust);
        assert_eq!(judge(&claim(SHARE), &both("c"), &by).overall, Overall::OneSource);
        let variants = [("a", "one"), ("b", "one")];
        assert_eq!(judge(&claim(SHARE), &variants, &by).overall, Overall::OneSource);
        let made = [("a", "one"), ("b", "one + two")];
        assert_eq!(judge(&claim(SHARE), &made, &by).overall, Overall::OneSource);
        let by: ByScenario<'_> = BTreeMap::from([("a", low.iter().collect()), ("b", low.iter().collect())]);
        assert_eq!(judge(&claim(SHARE), &both("a"), &by).overall, Overall::Contradicted);
        assert_eq!(judge(&claim(SHARE), &variants, &by).overall, Overall::OneSourceAgainst);
    }

    #[test]
    fn ways_that_differ_within_a_source_are_not_sources_that_differ() {
        let of = |share| [Finding::new("partner_share", "share", share)];
        let (high, low) = (of(0.98), of(0.4));
        let by: ByScenario<'_> = BTreeMap::from([
            ("a", high.iter().collect()),
            ("b", low.iter().collect()),
            ("c", high.iter().collect()),
        ]);
        let overall = |order: &[(&str, &str)]| judge(&claim(SHARE), order, &by).overall;
        assert_eq!(overall(&[("a", "one"), ("b", "two")]), Overall::DependsOnSource);
        assert_eq!(overall(&[("a", "one"), ("b", "one")]), Overall::DependsOnWay);
        assert_eq!(
            overall(&[("a", "one"), ("b", "one"), ("c", "two")]),
            Overall::DependsOnWay
        );
        assert_eq!(overall(&[("a", "one"), ("b", "one + two")]), Overall::DependsOnWay);
        // Two sources differ, and so what is made of both does by the rule.
        let mixed = [("a", "one"), ("b", "two"), ("c", "one + two")];
        assert_eq!(overall(&mixed), Overall::DependsOnSource);
    }

    #[test]
    fn what_a_scenario_looked_for_and_did_not_show_is_no_support() {
        let test = SHARE.replace("0.97", "0.0").replace(">=", ">") + "whole_interval = true\n";
        let slope = |low, high| [Finding::new("partner_share", "1", 0.5).interval(low, high, "95% confidence")];
        let (shown, open) = (slope(0.1, 0.9), slope(-0.1, 0.9));
        let by: ByScenario<'_> = BTreeMap::from([("a", shown.iter().collect()), ("b", open.iter().collect())]);
        let judged = judge(&claim(&test), &[("a", "one"), ("b", "two"), ("c", "three")], &by);
        assert_eq!(judged.overall, Overall::DependsOnSource);
        let words: Vec<&str> = judged.verdicts.iter().map(|(_, verdict, _)| verdict.word()).collect();
        assert_eq!(words, ["holds", "not shown", "undecidable"]);
    }

    #[test]
    fn scenarios_that_disagree_make_it_depend_on_the_source() {
        let (a, b) = (
            [Finding::new("partner_share", "share", 0.98)],
            [Finding::new("partner_share", "share", 0.4)],
        );
        let by: ByScenario<'_> = BTreeMap::from([("a", a.iter().collect()), ("b", b.iter().collect())]);
        let judged = judge(&claim(SHARE), &[("a", "one"), ("b", "two")], &by);
        assert_eq!(judged.overall, Overall::DependsOnSource);
        assert_eq!(judged.verdicts[1].1, Verdict::Fails);
    }

    #[test]
    fn a_ratio_of_two_findings() {
        let test = "[[test]]\nsays = 'ratio'\nmeasure = 'x'\nop = '<='\nvalue = 0.01\nover = { measure = 'y' }\n";
        let findings = [Finding::new("x", "USD", 2.27e9), Finding::new("y", "USD", 3.1e11)];
        let judged = judged(&claim(test), &findings);
        assert_eq!(judged.overall, Overall::OneSource);
        assert!(judged.verdicts[0].2[0].contains("0.007"), "{:?}", judged.verdicts);
    }
}
