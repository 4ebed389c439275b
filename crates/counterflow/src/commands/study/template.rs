//! The text of a new study: `templates/study.toml`, filled in.

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
    description: &'static str,
    /// Which records of the dataset.
    layer: String,
    /// What is taken off exports' values.
    margin: Option<&'static str>,
    /// Whether it has products.
    by_product: bool,
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
    /// As the economy reports it.
    pub fn own(economy: Economy) -> Told {
        Told {
            id: "reported",
            title: "As it reports itself",
            description: "What the economy itself reports of its exports and imports.",
            layer: format!("reporter = [\"{economy}\"], status = [\"reported\"]"),
            by_product: true,
            ..Told::default()
        }
    }

    /// As its partners report it, and the same with partners' imports brought to f.o.b.
    pub fn partners(economy: Economy) -> [Told; 2] {
        let told = Told {
            id: "partners",
            title: "As its partners report it",
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
            description: "Partners' reports with their imports divided by 1.06, the International Monetary Fund's \
                          margin of freight and insurance; imports stay as they are.",
            margin: Some("0.06"),
            by_product: false,
            ..told.clone()
        };
        [told, fob]
    }

    /// As a rule of reconciliation makes one figure of both reports.
    pub fn reconciled(rule: &'static str) -> Told {
        let (title, description) = match rule {
            "importer-first" => (
                "Both reports: the importer's first",
                "The importer's report without its freight, where there is one, else the exporter's.",
            ),
            "exporter-first" => (
                "Both reports: the exporter's first",
                "The exporter's report, where there is one, else the importer's without its freight.",
            ),
            "mean" => (
                "Both reports: their mean",
                "The mean of both reports, freight taken off; one report where there is but one.",
            ),
            "baci" => (
                "Both reports, weighed as in BACI",
                "Both reports weighed by how far their reporters agree with all their partners (Gaulier and Zignago \
                 2010).",
            ),
            _ => (
                "Both reports, weighed by their reporters' errors",
                "Both reports weighed by the variances of their reporters' errors, estimated on all two-sided flows \
                 of the year.",
            ),
        };
        Told {
            id: rule,
            title,
            description,
            layer: format!("compiler = [\"{}{rule}\"]", extract::RECONCILED),
            ..Told::default()
        }
    }

    /// As a compiler has reconciled it, one figure for each flow.
    pub fn compiled() -> Told {
        Told {
            id: "compiled",
            title: "As the compiler reconciled it",
            description: "One figure for each flow, as its compiler made it of both sides' reports. What the reports \
                          were cannot be seen, so that nothing is known of the sensitivity to them.",
            by_product: true,
            ..Told::default()
        }
    }
}

/// What a new study asks.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The economy's name.
    pub name: &'static str,
    /// The economy.
    pub economy: Economy,
    /// Who published the figures.
    pub compiler: String,
    /// The partners that the study follows, the largest first.
    pub partners: Vec<Economy>,
    /// The first and the last year.
    pub years: (i16, i16),
    /// The scenarios.
    pub told: Vec<Told>,
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
        let name = economies().get(*p).map_or(p.as_str(), |e| e.name);
        context! { code => p.as_str(), name }
    };
    let text = environment.render_str(
        include_str!("../../../templates/study.toml"),
        context! {
            name => plan.name,
            id => plan.economy.as_str().to_lowercase(),
            economy => plan.economy.as_str(),
            compiler => plan.compiler.replace(['"', '\\'], "'"),
            partners => plan.partners.iter().map(named).collect::<Vec<_>>(),
            products => plan.told.iter().any(|t| t.by_product),
            told => Value::from(Serde(&plan.told)),
            first, last, span,
        },
    )?;
    Ok(text.trim_end().to_owned() + "\n")
}
