//! What the commands take, as a plan.

use super::{Manner, told};
use crate::commands::import::bulk;
use crate::fail::{Failure, Outcome};
use clap::Args;
use fetch::{Part, Plan, Provider, comtrade_codes, imf_codes, periods};
use trade::{Classification, Flow};

/// What to ask of UN Comtrade.
#[derive(Args, Debug)]
pub struct ComtradeQuestion {
    /// Who reports: alpha-3 codes, names or UN Comtrade's numbers, with commas; or `all` alone.
    #[arg(long)]
    pub reporter: String,
    /// Of trade with whom, in the same way. `all` also gives the world as a partner.
    #[arg(long, default_value = "all")]
    pub partner: String,
    /// Years or months, such as 2003, 2001..2005 or 2020-01..2020-06, with commas.
    #[arg(long)]
    pub period: String,
    /// Flows: import, export, re-import, re-export, with commas.
    #[arg(long, default_value = "import,export")]
    pub flow: String,
    /// Products: TOTAL, codes, or a level of them such as AG2, AG4 or AG6, with commas.
    #[arg(long, default_value = "TOTAL")]
    pub product: String,
    /// The classification in UN Comtrade's words: HS (as reported), H0 to H6, S1 to S4.
    #[arg(long, default_value = "HS")]
    pub classification: String,
    /// The number of rows at which the interface stops for your key: 500 without one, 100000 with a free one, 250000
    /// with a premium one.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub row_limit: Option<u64>,
    /// How.
    #[command(flatten)]
    pub manner: Manner,
}

/// What to ask of the Monetary Fund.
#[derive(Args, Debug)]
pub struct ImtsQuestion {
    /// Who reports: alpha-3 codes, names or the Fund's own codes (G163), with commas; or `all` alone.
    #[arg(long)]
    pub reporter: String,
    /// Of trade with whom, in the same way; WLD is the world.
    #[arg(long, default_value = "all")]
    pub partner: String,
    /// Years, quarters or months, such as 2003, 2001..2005, 2020-Q1..2020-Q4 or 2020-01..2020-06, with commas.
    #[arg(long)]
    pub period: String,
    /// Flows: import (CIF), export (FOB), or the Fund's indicators such as MG_FOB_USD, with commas.
    #[arg(long, default_value = "import,export")]
    pub flow: String,
    /// Take an answer of so many rows for cut. The Fund states no limit.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub row_limit: Option<u64>,
    /// How.
    #[command(flatten)]
    pub manner: Manner,
}

/// Which archive to ask for.
#[derive(Args, Debug)]
pub struct BaciQuestion {
    /// The release, such as 202601.
    #[arg(long)]
    pub release: String,
    /// The revision of the Harmonized System: HS92, HS96, HS02, HS07, HS12, HS17 or HS22.
    #[arg(long)]
    pub revision: String,
    /// Use at most so much memory for the import, such as 500MB or 2GB.
    #[arg(long, default_value = "1GB", value_parser = bulk::memory)]
    pub memory: u64,
    /// How.
    #[command(flatten)]
    pub manner: Manner,
}

impl ComtradeQuestion {
    pub fn plan(&self, key: bool) -> Outcome<Plan> {
        let periods = periods(&self.period).map_err(told)?;
        let flow = |word: &str| {
            Ok(match flow(word)? {
                Flow::Import => "M",
                Flow::Export => "X",
                Flow::ReImport => "RM",
                Flow::ReExport => "RX",
                Flow::TwoWay => return Err(Failure::Usage("UN Comtrade has no two-way trade".to_owned())),
            })
        };
        let classification = self.classification.trim().to_ascii_uppercase();
        if !matches!(
            classification.as_bytes(),
            [b'H', b'S' | b'0'..=b'6'] | [b'S', b'1'..=b'4']
        ) {
            return Err(Failure::Usage(format!(
                "--classification is expected as HS, H0 to H6 or S1 to S4, but is `{}`",
                self.classification
            )));
        }
        let harmonized = classification.starts_with('H');
        let question = Part {
            reporters: comtrade_codes(&self.reporter, &periods).map_err(told)?,
            partners: comtrade_codes(&self.partner, &periods).map_err(told)?,
            periods,
            flows: words(&self.flow, "--flow", |word| flow(word).map(str::to_owned))?,
            products: words(&self.product, "--product", |word| product(word, harmonized))?,
        };
        let provider = Provider::Comtrade {
            base: self.manner.base("https://comtradeapi.un.org"),
            key,
            classification,
        };
        let usual = if key { 100_000 } else { 500 };
        Plan::new(provider, question, Some(self.row_limit.unwrap_or(usual))).map_err(told)
    }
}

impl ImtsQuestion {
    pub fn plan(&self) -> Outcome<Plan> {
        let periods = periods(&self.period).map_err(told)?;
        let indicator = |word: &str| {
            let own = |b: u8| b.is_ascii_uppercase() || b == b'_';
            if word.ends_with("_USD") && word.bytes().all(own) {
                return Ok(word.to_owned());
            }
            match flow(word)? {
                Flow::Import => Ok("MG_CIF_USD".to_owned()),
                Flow::Export => Ok("XG_FOB_USD".to_owned()),
                other => Err(Failure::Usage(format!("the Monetary Fund has no {other} flow"))),
            }
        };
        let question = Part {
            reporters: imf_codes(&self.reporter, &periods).map_err(told)?,
            partners: imf_codes(&self.partner, &periods).map_err(told)?,
            periods,
            flows: words(&self.flow, "--flow", indicator)?,
            products: Vec::new(),
        };
        let provider = Provider::Imts {
            base: self.manner.base("https://api.imf.org"),
        };
        Plan::new(provider, question, self.row_limit).map_err(told)
    }
}

/// CEPII's words for revisions.
const REVISIONS: [&str; 7] = ["HS92", "HS96", "HS02", "HS07", "HS12", "HS17", "HS22"];

/// Our word for a revision of CEPII's.
pub fn revision(word: &str) -> Option<&'static str> {
    let known = REVISIONS.contains(&word).then(|| word.parse::<Classification>());
    known?.ok().map(Classification::as_str)
}

impl BaciQuestion {
    pub fn plan(&self) -> Outcome<Plan> {
        let release = self.release.trim().trim_start_matches(['V', 'v']).to_ascii_lowercase();
        let digits = release.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let month = digits.get(4..).and_then(|month| month.parse().ok());
        let dated = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
        if !dated || release.len() > 7 || !month.is_some_and(|month: u8| (1..=12).contains(&month)) {
            return Err(Failure::Usage(format!(
                "--release is expected as year and month, such as 202601, but is `{}`",
                self.release
            )));
        }
        let revision = self.revision.trim().to_ascii_uppercase();
        if self::revision(&revision).is_none() {
            return Err(Failure::Usage(format!(
                "--revision is expected as one of {}, but is `{}`",
                REVISIONS.join(", "),
                self.revision
            )));
        }
        let provider = Provider::Baci {
            base: self.manner.base("https://www.cepii.fr"),
            revision,
            release,
        };
        Plan::new(provider, Part::default(), None).map_err(told)
    }
}

fn flow(word: &str) -> Outcome<Flow> {
    word.parse().map_err(|e: trade::Error| Failure::Usage(e.to_string()))
}

/// Codes of the Harmonized System have 2, 4 or 6 digits, those of the SITC one to five.
fn product(word: &str, harmonized: bool) -> Outcome<String> {
    let word = word.to_ascii_uppercase();
    let digits = |n: usize| match harmonized {
        true => matches!(n, 2 | 4 | 6),
        false => (1..=5).contains(&n),
    };
    let level = word.strip_prefix("AG").filter(|n| n.len() == 1);
    let level = level.and_then(|n| n.parse().ok()).is_some_and(digits);
    let code = digits(word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric());
    if word == "TOTAL" || level || (code && word.as_bytes()[0].is_ascii_digit()) {
        return Ok(word);
    }
    let expected = match harmonized {
        true => "a code of 2, 4 or 6 digits, or a level (AG2, AG4, AG6)",
        false => "a code of 1 to 5 digits, or a level (AG1 to AG5)",
    };
    Err(Failure::Usage(format!(
        "`{word}` is no product of that classification: TOTAL, {expected} is expected"
    )))
}

fn words(text: &str, option: &str, read: impl Fn(&str) -> Outcome<String>) -> Outcome<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(',').map(str::trim) {
        if word.is_empty() {
            return Err(Failure::Usage(format!(
                "{option} is empty, or has nothing before or after a comma"
            )));
        }
        let word = read(word)?;
        if !found.contains(&word) {
            found.push(word);
        }
    }
    Ok(found)
}

/// The key of UN Comtrade's interface; an empty one is none.
pub fn key() -> Outcome<Option<String>> {
    let refuse = || {
        Failure::Usage("COMTRADE_API_KEY holds something else than a key: letters and digits are expected".to_owned())
    };
    let Some(key) = std::env::var_os("COMTRADE_API_KEY") else {
        return Ok(None);
    };
    let key = key.into_string().map_err(|_| refuse())?.trim().to_owned();
    if !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(refuse());
    }
    Ok((!key.is_empty()).then_some(key))
}
