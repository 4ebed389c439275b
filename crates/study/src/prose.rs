//! The report's sentences, with every number taken from a finding.

mod extremes;
mod range;

use crate::claim::words::{digits, interval_digits};
use crate::claim::{Judged, Verdict};
use crate::select::{reduce, select};
use crate::study_file::Reduce;
use minijinja::value::Kwargs;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use model::Finding;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A piece of a rendered text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub words: String,
    /// For a number: the place of its finding among those given to [`Prose::new`].
    pub finding: Option<usize>,
}

/// Private marks around a number in a rendered text: before its finding's place, after it, after the number.
const MARKS: [char; 3] = ['\u{e000}', '\u{e001}', '\u{e002}'];

/// The tags that a sentence may use: none by which a short text could fill memory.
const TAGS: [&str; 7] = ["if", "elif", "else", "endif", "set", "for", "endfor"];
/// How many variables a sentence may set: each could be twice as long as the one before.
const MOST_SET: usize = 10;

/// Refuses a text that is no template, or uses other tags than [`TAGS`].
pub(crate) fn check(text: &str) -> Result<(), String> {
    let tags = text.split("{%").skip(1).map(|rest| {
        let rest = rest.trim_start_matches(['-', '+']).trim_start();
        rest.split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default()
    });
    let mut set = 0;
    for tag in tags {
        if !TAGS.contains(&tag) {
            let known = TAGS.join(", ");
            return Err(format!("a sentence has the tag `{tag}`; there are {known}"));
        }
        set += usize::from(tag == "set");
    }
    if set > MOST_SET {
        return Err(format!(
            "a sentence sets {set} variables; at most {MOST_SET} are expected"
        ));
    }
    let parsed = Environment::empty().template_from_str(text).map(drop);
    parsed.map_err(|e| told(&e, text))
}

/// What is wrong with a text.
fn told(error: &minijinja::Error, text: &str) -> String {
    let cause = std::error::Error::source(error)
        .map(|c| format!(": {c}"))
        .unwrap_or_default();
    format!(
        "{error}{cause}, in the text `{}`",
        text.chars().take(80).collect::<String>()
    )
}

/// Steps that the rendering of one text may take: a loop in a sentence must come to an end.
const STEPS: u64 = 100_000;

/// Renders text templates over a run's findings.
///
/// `{{ estimate("scenario", "measure", period=2008, flow="export") }}` gives the number,
/// `{{ share(...) }}` gives it in per cent, `{{ change(...) }}` says `fell by 86 per cent`, `{{ interval(...) }}` gives its interval. A finding that
/// does not exist is "not known"; the sentence must still be true then.
///
/// `{{ range(["a", "b"], "measure", ...) }}` gives the least and the greatest number of several scenarios, `size` the
/// same without signs, `share_range` and `share_size` in per cent, `share_reach` the ends of their intervals; `reduce="max"` takes the greatest where several findings match.
/// `holds("claim")` tells what scenarios say of a [judged](Prose::judged) claim, so that a sentence can turn on it.
pub struct Prose<'a> {
    environment: Environment<'a>,
}

impl Prose<'_> {
    /// Over these findings.
    pub fn new(findings: &[Finding]) -> Self {
        let findings: Arc<[Finding]> = findings.into();
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(STEPS));
        let number = |name: &'static str, show: fn(f64) -> String| {
            let findings = findings.clone();
            (
                name,
                move |scenario: &str, measure: &str, labels: Kwargs| -> Result<String, minijinja::Error> {
                    Ok(match lookup(&findings, scenario, measure, &labels)? {
                        Some((at, reduced)) => marked(
                            at,
                            match reduced.estimate {
                                Some(estimate) => show(estimate),
                                None => format!("between {} and {}", show(reduced.low), show(reduced.high)),
                            },
                        ),
                        None => "not known".to_owned(),
                    })
                },
            )
        };
        let (name, function) = number("estimate", digits);
        environment.add_function(name, function);
        let (name, function) = number("share", per_cent);
        environment.add_function(name, function);
        let all = findings.clone();
        environment.add_function(
            "change",
            move |scenario: &str, measure: &str, labels: Kwargs| -> Result<String, minijinja::Error> {
                let found = lookup(&all, scenario, measure, &labels)?;
                Ok(match found.and_then(|(at, reduced)| Some((at, reduced.estimate?))) {
                    Some((at, share)) if share < 0.0 => format!("fell by {}", marked(at, per_cent(-share))),
                    Some((at, share)) if share > 0.0 => format!("rose by {}", marked(at, per_cent(share))),
                    Some((at, _)) => marked(at, "did not change".to_owned()),
                    None => "changed by a share that is not known".to_owned(),
                })
            },
        );
        let all = findings.clone();
        environment.add_function(
            "interval",
            move |scenario: &str, measure: &str, labels: Kwargs| -> Result<String, minijinja::Error> {
                Ok(match lookup(&all, scenario, measure, &labels)? {
                    Some((at, reduced)) => {
                        let (low, high) = interval_digits(reduced.low, reduced.high);
                        marked(at, format!("{low} to {high}"))
                    }
                    None => "not known".to_owned(),
                })
            },
        );
        let name = |name: &'static str, show: range::Show| {
            let findings = findings.clone();
            let range = move |scenarios: Vec<String>, measure: &str, labels: Kwargs| {
                range::range(&findings, &scenarios, measure, &labels, show)
            };
            (name, range)
        };
        for (name, function) in [
            name("range", range::Show::Signed),
            name("size", range::Show::Size),
            name("share_range", range::Show::Percent),
            name("share_size", range::Show::PercentSize),
            name("share_reach", range::Show::PercentReach),
        ] {
            environment.add_function(name, function);
        }
        let all = findings.clone();
        environment.add_function("extremes", move |scenario: &str, measure: &str, labels: Kwargs| {
            extremes::extremes(&all, scenario, measure, &labels)
        });
        Prose { environment }
    }

    /// With these claims, so that `holds("claim")` is `all` (every scenario), `told` (every one that can tell),
    /// `none`, `some` or `open` (none can tell); `holds("claim", ["a", "b"])` is what these scenarios alone say.
    pub fn judged(mut self, claims: &[Judged]) -> Self {
        let all: BTreeMap<String, Vec<(String, Verdict)>> = claims
            .iter()
            .map(|c| {
                let verdicts = c.verdicts.iter().map(|(id, verdict, _)| (id.clone(), verdict.clone()));
                (c.id.clone(), verdicts.collect())
            })
            .collect();
        self.environment
            .add_function("holds", move |claim: &str, of: Option<Vec<String>>| {
                let verdicts = all.get(claim).ok_or_else(|| {
                    minijinja::Error::new(ErrorKind::InvalidOperation, format!("there is no claim `{claim}`"))
                })?;
                let asked = |id: &String| of.as_ref().is_none_or(|of| of.contains(id));
                let asked = verdicts.iter().filter(|(id, _)| asked(id));
                Ok::<_, minijinja::Error>(said(&asked.map(|(_, verdict)| verdict).collect::<Vec<_>>()))
            });
        self
    }

    /// Renders one text.
    ///
    /// # Errors
    /// Says where the template is wrong.
    pub fn render(&self, text: &str) -> Result<String, String> {
        Ok(self.pieces(text)?.into_iter().map(|piece| piece.words).collect())
    }

    /// Renders one text, numbers apart from the words between them.
    ///
    /// # Errors
    /// Says where the template is wrong.
    pub fn pieces(&self, text: &str) -> Result<Vec<Piece>, String> {
        let rendered = self.rendered(text)?;
        let mut pieces = Vec::new();
        for part in rendered.split_inclusive(MARKS[2]) {
            let part = part.trim_end_matches(MARKS[2]);
            let (words, number) = part.split_once(MARKS[0]).map_or((part, None), |(w, n)| (w, Some(n)));
            let plain = (words, None);
            let number = number
                .and_then(|n| n.split_once(MARKS[1]))
                .map(|(at, n)| (n, at.parse().ok()));
            let both = [Some(plain), number]
                .into_iter()
                .flatten()
                .filter(|(words, _)| !words.is_empty());
            pieces.extend(both.map(|(words, finding)| Piece {
                words: words.to_owned(),
                finding,
            }));
        }
        Ok(pieces)
    }

    fn rendered(&self, text: &str) -> Result<String, String> {
        check(text)?;
        let rendered = self.environment.render_str(&text.replace(MARKS, ""), ());
        rendered.map_err(|e| told(&e, text))
    }
}

/// What scenarios say of a claim together.
fn said(verdicts: &[&Verdict]) -> &'static str {
    let count = |wanted: fn(&Verdict) -> bool| verdicts.iter().filter(|v| wanted(v)).count();
    let holds = count(|v| *v == Verdict::Holds);
    match (holds, count(|v| *v == Verdict::Fails)) {
        (0, 0) => "open",
        (0, _) => "none",
        (_, 0) if holds == verdicts.len() => "all",
        (_, 0) => "told",
        _ => "some",
    }
}

/// A share in whole per cent; one that is not nought but would be told so, in more digits or as less than a tenth.
fn per_cent(share: f64) -> String {
    match share.abs() {
        size if size >= 0.0095 || size == 0.0 => format!("{:.0} per cent", 100.0 * share),
        size if size >= 0.0005 => format!("{:.1} per cent", 100.0 * share),
        _ if share < 0.0 => "less than 0.1 per cent below nought".to_owned(),
        _ => "under 0.1 per cent".to_owned(),
    }
}

fn marked(at: usize, number: String) -> String {
    let [open, middle, close] = MARKS;
    format!("{open}{at}{middle}{number}{close}")
}

/// The one finding that matches, its place and its number.
fn lookup(
    findings: &[Finding],
    scenario: &str,
    measure: &str,
    arguments: &Kwargs,
) -> Result<Option<(usize, crate::select::Reduced)>, minijinja::Error> {
    let labels = labels(arguments)?;
    let there = findings.iter().filter(|f| f.scenario == scenario);
    let chosen = select(there, measure, &labels, None);
    if chosen.is_empty() {
        return Ok(None);
    }
    let place = findings
        .iter()
        .position(|f| std::ptr::eq(f, chosen[0]))
        .unwrap_or_default();
    reduce(&chosen, Reduce::Only)
        .map(|reduced| Some((place, reduced)))
        .map_err(|why| minijinja::Error::new(ErrorKind::InvalidOperation, format!("{scenario}/{measure}: {why}")))
}

fn labels(arguments: &Kwargs) -> Result<BTreeMap<String, String>, minijinja::Error> {
    let mut labels = BTreeMap::new();
    for name in arguments.args().map(str::to_owned).collect::<Vec<_>>() {
        labels.insert(name.clone(), arguments.get::<minijinja::Value>(&name)?.to_string());
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_from_findings() {
        let mut finding = Finding::new("partner_share", "share", 0.733).label("period", 2008);
        finding.scenario = "imf".to_owned();
        let prose = Prose::new(&[finding]);
        let text = "China took {{ share('imf', 'partner_share', period=2008) }}.";
        assert_eq!(prose.render(text).unwrap(), "China took 73 per cent.");
        let pieces = prose.pieces(text).unwrap();
        let told: Vec<_> = pieces.iter().map(|p| (p.words.as_str(), p.finding)).collect();
        assert_eq!(told, [("China took ", None), ("73 per cent", Some(0)), (".", None)]);
        assert_eq!(prose.render("{{ estimate('imf', 'hhi') }}").unwrap(), "not known");
        assert!(prose.render("{{ nothing }}").is_err());
    }
    #[test]
    fn small_shares_are_not_nought_and_intervals_have_one_unit() {
        let shares = [0.0, 0.0002, 0.003, 0.005, 0.0096, -0.86].map(per_cent);
        assert_eq!(
            shares,
            [
                "0 per cent",
                "under 0.1 per cent",
                "0.3 per cent",
                "0.5 per cent",
                "1 per cent",
                "-86 per cent"
            ]
        );
        let mut finding = Finding::new("linear_trend", "USD a year", -60.9e6).interval(-121.2e6, -743_277.0, "95%");
        finding.scenario = "a".to_owned();
        assert_eq!(
            Prose::new(&[finding])
                .render("{{ interval('a', 'linear_trend') }}")
                .unwrap(),
            "-121.2 to -0.7 million"
        );
    }

    #[test]
    fn a_range_is_of_the_scenarios_that_have_the_number() {
        let at = |scenario: &str, value| Finding {
            scenario: scenario.to_owned(),
            ..Finding::new("balance", "USD", value).label("period", 2003)
        };
        let growth = |scenario: &str, value| Finding {
            scenario: scenario.to_owned(),
            ..Finding::new("growth", "share", value).interval(value - 0.01, value + 0.04, "95% confidence")
        };
        let balances = [("a", 177e9), ("b", 104e9), ("c", -2e6), ("d", -900.0)].map(|(s, v)| at(s, v));
        let changes = [("e", -0.03), ("f", -0.01), ("g", 0.86), ("h", 0.0)].map(|(s, v)| growth(s, v));
        let share = |year: i16, value| Finding {
            scenario: "a".to_owned(),
            ..Finding::new("partner_share", "share", value).label("period", year)
        };
        let shares = [(2003, 0.19), (2004, 0.78), (2005, 0.07), (2006, 0.27)].map(|(year, v)| share(year, v));
        let bounds = Finding {
            scenario: "a".to_owned(),
            ..Finding::undefined("hhi", "1", "a part").interval(0.25, 0.5, "bounds")
        };
        let all = [&balances[..], &changes, &shares, &[bounds]].concat();
        let prose = Prose::new(&all);
        let told = |text: &str| prose.render(text).unwrap();
        let cases = [
            (
                "range(['a', 'b', 'none'], 'balance', period=2003)",
                "104 to 177 billion",
            ),
            ("range(['a'], 'balance', period=2003)", "177 billion"),
            (
                "range(['a', 'c'], 'balance', period=2003)",
                "-2.00 million to 177 billion",
            ),
            ("size(['c', 'd'], 'balance', period=2003)", "900 to 2.00 million"),
            (
                "size(['a', 'c'], 'balance', period=2003)",
                "-2.00 million to 177 billion",
            ),
            ("range(['a'], 'balance', period=2004)", "not known"),
            ("share_size(['e', 'f'], 'growth')", "1 to 3 per cent"),
            ("share_reach(['e', 'g'], 'growth')", "-4 to 90 per cent"),
            ("range(['a'], 'hhi')", "0.250 to 0.500"),
            (
                "extremes('a', 'partner_share')",
                "7 per cent (2005) to 78 per cent (2004)",
            ),
            ("extremes('b', 'balance')", "104 billion (2003)"),
            ("extremes('b', 'growth')", "not known"),
            ("change('e', 'growth')", "fell by 3 per cent"),
            ("change('g', 'growth')", "rose by 86 per cent"),
            ("change('h', 'growth')", "did not change"),
            ("change('i', 'growth')", "changed by a share that is not known"),
        ];
        for (call, words) in cases {
            assert_eq!(told(&format!("{{{{ {call} }}}}")), words, "{call}");
        }
        let pieces = prose.pieces("{{ range(['a', 'b'], 'balance') }}").unwrap();
        let told: Vec<_> = pieces.iter().map(|p| (p.words.as_str(), p.finding)).collect();
        assert_eq!(told, [("104", Some(1)), (" to ", None), ("177 billion", Some(0))]);
    }

    #[test]
    fn shares_of_several_partners_give_the_largest() {
        let share = |partner: &str, value| Finding {
            scenario: "a".to_owned(),
            ..Finding::new("partner_share", "share", value).label("partner", partner)
        };
        let prose = Prose::new(&[share("FRA", 0.104), share("XX", 0.5), share("ITA", 0.081)]);
        let text = "{{ share_range(['a'], 'partner_share', partner='FRA|ITA', reduce='max') }}";
        assert_eq!(prose.render(text).unwrap(), "10 per cent");
        let pieces = prose.pieces(text).unwrap();
        assert_eq!(pieces[0].finding, Some(0));
        assert!(prose.render("{{ share_range(['a'], 'partner_share') }}").is_err());
    }

    #[test]
    fn a_sentence_can_neither_call_itself_nor_fill_memory() {
        let prose = Prose::new(&[]);
        let doubled = "{% set a = a ~ a %}".repeat(11);
        for text in [
            "{% macro f(x) %}{{ f(x ~ x) }}{% endmacro %}{{ f('ab') }}",
            "{% include 'x' %}",
            "{{ '%99999999999d'|format(3) }}",
            "{{ 'a'|replace('a', 'bb') }}",
            "{% for i in range(10) %}x{% endfor %}",
            "{{ 'ab' * 2000000000 }}",
            doubled.as_str(),
            "{{ unclosed",
        ] {
            assert!(prose.render(text).is_err(), "{text}");
        }
        let text = "{% set a = 'b' %}{%- if a in ['b', 'c'] -%} {{ a ~ a }}{% else %}no{% endif %}";
        assert_eq!(prose.render(text).unwrap(), "bb");
    }

    #[test]
    fn a_sentence_can_turn_on_what_scenarios_say_of_a_claim() {
        let judged = |id: &str, verdicts: &[Verdict]| Judged {
            id: id.to_owned(),
            verdicts: verdicts
                .iter()
                .zip(["x", "y"])
                .map(|(v, id)| (id.to_owned(), v.clone(), Vec::new()))
                .collect(),
            sources: Vec::new(),
            overall: crate::Overall::NotTestable,
        };
        let open = Verdict::Undecidable(String::new());
        let claims = [
            judged("a", &[Verdict::Holds, Verdict::Holds]),
            judged("b", &[Verdict::Holds, open.clone()]),
            judged("c", &[Verdict::Fails, open.clone()]),
            judged("d", &[Verdict::Fails, Verdict::Holds]),
            judged("e", &[open]),
        ];
        let prose = Prose::new(&[]).judged(&claims);
        let words = ["a", "b", "c", "d", "e"].map(|id| prose.render(&format!("{{{{ holds('{id}') }}}}")).unwrap());
        assert_eq!(words, ["all", "told", "none", "some", "open"]);
        assert!(prose.render("{{ holds('f') }}").is_err());
        // Of some scenarios alone, which may all agree where the rest do not.
        let of = |only: &str| prose.render(&format!("{{{{ holds('d', {only}) }}}}")).unwrap();
        assert_eq!(
            [of("['x']"), of("['y']"), of("['x', 'y']"), of("['z']")],
            ["none", "all", "some", "open"]
        );
    }
}
