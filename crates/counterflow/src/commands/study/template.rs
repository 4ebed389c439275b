//! The text of a new study: `templates/study.toml`, filled in.

use super::part::{Goods, Lack};
use extract::OwnTotal;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context, syntax::SyntaxConfig};
use serde::Serialize;
use trade::{Economy, economies};

/// One way to tell the economy's trade: a scenario of the new study.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Told {
    /// The scenario's name.
    pub id: &'static str,
    title: &'static str,
    /// In a sentence, after a number: `(its own reports)`.
    pub short: &'static str,
    description: &'static str,
    /// Which records of the dataset.
    layer: String,
    /// What is taken off exports' values.
    margin: Option<&'static str>,
    /// Whether it has products.
    by_product: bool,
    side: Side,
    /// Whether the economy's own rows for the world say what its partners here are a part of.
    pub partial: bool,
    /// Whether these rows say what the whole is.
    pub has_total: bool,
    /// Why it has only a part of the last year's trade; empty where it has all.
    pub part: String,
}

/// Whose reports a telling rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The economy's own.
    #[default]
    Own,
    /// Its partners'.
    Partners,
    /// Whichever there are.
    Either,
}

/// The rules that a new study compares; a study file may name any other.
pub const RULES: [&str; 5] = [
    "importer-first",
    "exporter-first",
    "mean",
    "baci",
    "variance-components",
];

impl Told {
    /// Whose reports it rests on.
    pub fn side(&self) -> Side {
        self.side
    }

    /// As the economy reports it.
    pub fn own(economy: Economy) -> Told {
        Told {
            id: "reported",
            title: "As it reports itself",
            short: "its own reports",
            description: "What the economy itself reports of its exports and imports.",
            layer: format!("reporter = [\"{economy}\"], status = [\"reported\"]"),
            by_product: true,
            ..Told::default()
        }
    }

    /// With what the economy's own rows for the world say.
    pub fn with_total(self, total: OwnTotal) -> Told {
        Told {
            partial: total == OwnTotal::Whole,
            has_total: total != OwnTotal::None,
            ..self
        }
    }

    /// As its partners report it, and the same with partners' imports brought to f.o.b.
    pub fn partners(economy: Economy) -> [Told; 2] {
        let told = Told {
            id: "partners",
            title: "As its partners report it",
            short: "its partners' reports",
            side: Side::Partners,
            description: "What partners report of their trade with the economy: their imports are its exports and \
                          contain freight and insurance (c.i.f.), their exports are its imports. Partners that do not \
                          report are missing.",
            layer: format!("partner = [\"{economy}\"], status = [\"reported\"]"),
            by_product: true,
            ..Told::default()
        };
        let fob = Told {
            id: "partners-fob",
            title: "As its partners report it, without freight",
            short: "its partners' reports without freight",
            description: "Partners' reports with their imports divided by 1.06, the International Monetary Fund's \
                          margin of freight and insurance, but for reporters whose imports a reference has without freight in \
                          that year (South Africa to 2007, say); imports stay as they are.",
            margin: Some("0.06"),
            by_product: false,
            ..told.clone()
        };
        [told, fob]
    }

    /// As a rule of reconciliation makes one figure of both reports.
    pub fn reconciled(rule: &'static str) -> Told {
        let (title, short, description) = match rule {
            "importer-first" => (
                "Both reports: the importer's first",
                "the importer's report first",
                "The importer's report without its freight, where there is one, else the exporter's.",
            ),
            "exporter-first" => (
                "Both reports: the exporter's first",
                "the exporter's report first",
                "The exporter's report, where there is one, else the importer's without its freight.",
            ),
            "mean" => (
                "Both reports: their mean",
                "the mean of both reports",
                "The mean of both reports, freight taken off; one report where there is but one.",
            ),
            "baci" => (
                "Both reports, weighed as in BACI",
                "both reports weighed as in BACI",
                "Both reports weighed by how far their reporters agree with all their partners (Gaulier and Zignago \
                 2010).",
            ),
            _ => (
                "Both reports, weighed by their reporters' errors",
                "both reports weighed by their reporters' errors",
                "Both reports weighed by the variances of their reporters' errors, estimated on all two-sided flows \
                 of the year.",
            ),
        };
        Told {
            id: rule,
            title,
            short,
            description,
            side: Side::Either,
            layer: format!("compiler = [\"{}{rule}\"]", extract::RECONCILED),
            ..Told::default()
        }
    }

    /// As a compiler has reconciled it, one figure for each flow.
    pub fn compiled() -> Told {
        Told {
            id: "compiled",
            title: "As the compiler has it",
            short: "the compiler's figure",
            side: Side::Either,
            description: "One figure for each flow, as its compiler has it. What either side reported cannot be seen in it, so that \
                          nothing is known of the sensitivity to it.",
            by_product: true,
            ..Told::default()
        }
    }
}

/// What a new study asks.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The economy's name as it stands within a sentence.
    pub name: String,
    /// The economy.
    pub economy: Economy,
    /// Who published the figures.
    pub compiler: String,
    /// The partners that the study follows, the largest first.
    pub partners: Vec<Economy>,
    /// The partners that bought most in the last year, the largest first.
    pub buyers: Vec<Economy>,
    /// The years in which the economy reports its exports itself, in words, where it does not in all.
    pub own_years: String,
    /// The years in which only its partners report its exports, and those in which nobody does, in words.
    pub other_years: (String, String),
    /// All years of the dataset, by which the largest partners are found, in words.
    pub all_years: String,
    /// The years of exports that each way to count has, in words, where they differ.
    pub spans: String,
    /// Every partner that is the largest in the last year under one telling, beside those.
    pub largest: Vec<Economy>,
    /// The first and the last year.
    pub years: (i16, i16),
    /// The scenarios.
    pub told: Vec<Told>,
    /// Whether the last year has exports, and imports.
    pub last_has: (bool, bool),
    /// Whether some of the products have one stage of production.
    pub staged: bool,
    /// Whether there are figures by product.
    pub products: bool,
    /// The part of all goods that the dataset has, where it is a part.
    pub goods: Option<Goods>,
    /// The part of the products that it has beside totals, where it is a part.
    pub listed: Option<String>,
    /// What is asked of which scenarios.
    pub asked: Asked,
    /// Which of it is put the other way round.
    pub turned: Turned,
    /// Partners that the economy does not identify, and the flows of the last year in which it has such.
    pub unidentified: (Vec<Economy>, Vec<&'static str>),
}

/// Under which scenarios a claim can be judged, and why under the others it cannot.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Judgeable {
    /// Their names.
    pub scenarios: Vec<&'static str>,
    /// Whether these differ in freight alone.
    pub freight: bool,
    /// What the first of the others lacks.
    #[serde(flatten)]
    pub lack: Option<Lack>,
}

/// The claims by what they need.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Asked {
    /// Exports of the last year.
    pub exports: Judgeable,
    /// Imports of the last year.
    pub imports: Judgeable,
    /// Exports and imports of the last year.
    pub both: Judgeable,
    /// Exports of the first and the last year.
    pub exports_since: Judgeable,
    /// Exports of these, or of some years between them in which the economy reports.
    pub exports_trend: Judgeable,
    /// Exports and imports of the first and the last year.
    pub both_since: Judgeable,
}

/// The claims that are put the other way round, as the first scenario that can tell has it: a claim that most
/// scenarios bear out is read more easily than one that they contradict.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Turned {
    /// It exported more than it imported.
    pub surplus: bool,
    /// Its exports shrank.
    pub shrank: bool,
    /// No partner took more than a quarter of its exports.
    pub no_partner: bool,
    /// Its exports were not concentrated on few partners.
    pub spread: bool,
    /// The first partner's share fell.
    pub fell: bool,
}

/// The study file.
///
/// # Errors
/// When the template cannot be filled in, which a test rules out.
pub fn study(plan: &Plan) -> Result<String, minijinja::Error> {
    let syntax = SyntaxConfig::builder()
        .block_delimiters("<%", "%>")
        .variable_delimiters("<<", ">>")
        .comment_delimiters("<#", "#>")
        .build()?;
    let mut environment = Environment::new();
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    let (first, last) = plan.years;
    let span = if first == last {
        last.to_string()
    } else {
        format!("{first} to {last}")
    };
    let named = |p: &Economy| {
        let info = economies().get(*p);
        let label = info.map_or(p.as_str(), |e| e.name);
        let name = info.map_or_else(|| p.as_str().into(), |e| e.in_prose());
        context! { code => p.as_str(), name, label }
    };
    let mut followed: Vec<Economy> = plan.partners.clone();
    for other in plan.buyers.iter().chain(&plan.largest) {
        if !followed.contains(other) {
            followed.push(*other);
        }
    }
    let all = |list: &[Economy]| list.iter().map(named).collect::<Vec<_>>();
    let whose = format!("{}'{}", plan.name, if plan.name.ends_with('s') { "" } else { "s" });
    let text = environment.render_str(
        include_str!("../../../templates/study.toml"),
        context! {
            name => &plan.name,
            Name => capital(&plan.name),
            whose => &whose,
            Whose => capital(&whose),
            id => plan.economy.as_str().to_lowercase(),
            economy => plan.economy.as_str(),
            compiler => plan.compiler.replace(['"', '\\'], "'"),
            partners => all(&plan.partners),
            buyers => all(&plan.buyers),
            own_years => &plan.own_years,
            partner_years => &plan.other_years.0,
            silent_years => &plan.other_years.1,
            spans => &plan.spans,
            all_years => &plan.all_years,
            followed => followed.iter().map(ToString::to_string).collect::<Vec<_>>(),
            products => plan.products,
            staged => plan.staged,
            last_has_exports => plan.last_has.0,
            last_has_imports => plan.last_has.1,
            reports => plan.told.iter().any(|t| t.id == "reported"),
            told => Value::from(Serde(&plan.told)),
            goods => Value::from(Serde(&plan.goods)),
            listed => &plan.listed,
            asked => Value::from(Serde(&plan.asked)),
            turned => Value::from(Serde(&plan.turned)),
            unidentified => all(&plan.unidentified.0),
            unidentified_flows => &plan.unidentified.1,
            first, last, span,
        },
    )?;
    Ok(text.trim_end().to_owned() + "\n")
}

/// With its first letter in upper case, as at the head of a sentence.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
