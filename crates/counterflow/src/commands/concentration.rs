//! `counterflow concentration`: every index of a column of values.

mod findings;
mod items;
mod print;

use crate::fail::{Failure, Outcome};
use crate::frame::Frame;
use crate::output::Output;
use ::concentration::{Convention, LogBase, Missing, Universe, World};
use clap::{Args, ValueEnum};
use report::Format;
use std::path::PathBuf;
use std::process::ExitCode;

/// What to measure.
#[derive(Args, Debug)]
#[command(
    after_help = "Missing is never zero: a missing value leaves every index of its group undefined, unless items without a value \
    are dropped by option. Zeros are members of the universe, unless it is that of the active items.\n\n\
    Examples:\n  counterflow concentration exports.csv --value usd --item partner --by year --universe 193\n  \
    counterflow concentration exports.csv --value usd --item partner --sigma 0.2 --seed 7\n  \
    counterflow concentration exports.csv --value usd --item product --groups chapter\n  \
    counterflow concentration exports.csv --value own --item product --compare world\n\n\
    Every field of --format json is in docs/json.md."
)]
pub struct ConcentrationArguments {
    /// A CSV file, or a Parquet file.
    pub file: PathBuf,
    /// The column of values.
    #[arg(long, value_name = "COL")]
    pub value: String,
    /// The column of items; rows of one item are added. By default every row is an item.
    #[arg(long, value_name = "COL")]
    pub item: Option<String>,
    /// Columns to group by.
    #[arg(long, value_delimiter = ',', value_name = "COL,...")]
    pub by: Vec<String>,
    /// Narrow the rows: `COLUMN = VALUE`, `COLUMN = FROM..TO`. May be repeated.
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// A column of frequency weights: whole numbers.
    #[arg(long, value_name = "COL")]
    pub weights: Option<String>,
    /// Who is a member: `listed` items (the default), `active` ones (above zero), or a number of
    /// items that there could be, those not listed being zero.
    #[arg(long, value_name = "N", default_value = "listed", value_parser = universe)]
    pub universe: Universe,
    /// Leave items with a missing value out, and list them.
    #[arg(long)]
    pub drop_missing: bool,
    /// The base of logarithms: e, 2 or 10.
    #[arg(long, value_enum, default_value = "e", value_name = "BASE")]
    pub base: Base,
    /// Further orders of the Hannah-Kay index and of Renyi's entropy.
    #[arg(long, value_delimiter = ',', value_name = "ALPHA,...")]
    pub alpha: Vec<f64>,
    /// Further aversions of Atkinson's index.
    #[arg(long, value_delimiter = ',', value_name = "EPSILON,...")]
    pub epsilon: Vec<f64>,
    /// Intervals from report errors: the standard deviation of each value's logarithm, a number or a column.
    #[arg(long, value_name = "COL|NUMBER", group = "interval")]
    pub sigma: Option<String>,
    /// Bounds where the values are only this share of the total, above 0 and up to 1.
    #[arg(long, value_name = "SHARE", group = "interval")]
    pub coverage: Option<f64>,
    /// Where the rest of the total may lie under --coverage.
    #[arg(
        long,
        value_enum,
        default_value = "anywhere",
        value_name = "WHERE",
        requires = "coverage"
    )]
    pub rest: Rest,
    /// Intervals by bootstrap of the items, with so many draws.
    #[arg(long, value_name = "DRAWS", group = "interval")]
    pub bootstrap: Option<usize>,
    /// The draws of --sigma.
    #[arg(long, default_value_t = 10_000, value_name = "N", requires = "sigma")]
    pub draws: usize,
    /// The seed of --sigma and --bootstrap; the same seed gives the same numbers.
    #[arg(long, default_value_t = 1, value_name = "SEED")]
    pub seed: u64,
    /// The probability of simulated intervals.
    #[arg(long, default_value_t = 0.95, value_name = "LEVEL")]
    pub level: f64,
    /// A column of groups of items: Theil's indices within and between them.
    #[arg(long, value_name = "COL")]
    pub groups: Option<String>,
    /// A column of another structure, such as the world's: diversification, similarity, and each item's
    /// comparative advantage.
    #[arg(long, value_name = "COL")]
    pub compare: Option<String>,
    /// Whether the other structure of --compare holds the own values; for each item's comparative advantage.
    #[arg(
        long,
        value_enum,
        default_value = "with-own",
        value_name = "WORLD",
        requires = "compare"
    )]
    pub world: WorldName,
}

/// Bases of logarithms.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Natural.
    E,
    /// Two: bits.
    #[value(name = "2")]
    Two,
    /// Ten.
    #[value(name = "10")]
    Ten,
}

/// Where the rest of an incomplete total may lie.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// With any item, listed ones too.
    Anywhere,
    /// With items that are not listed.
    Elsewhere,
}

/// What the world of a comparison is.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorldName {
    /// The other structure holds the own values.
    WithOwn,
    /// The own values are taken off the other structure.
    WithoutOwn,
}

impl ConcentrationArguments {
    /// The convention of all indices.
    pub fn convention(&self) -> Convention {
        Convention {
            universe: self.universe,
            base: match self.base {
                Base::E => LogBase::Natural,
                Base::Two => LogBase::Two,
                Base::Ten => LogBase::Ten,
            },
        }
    }

    /// Where the rest may lie.
    pub fn missing(&self) -> Missing {
        match self.rest {
            Rest::Anywhere => Missing::Anywhere,
            Rest::Elsewhere => Missing::Elsewhere,
        }
    }

    /// The world of a comparison.
    pub fn world(&self) -> World {
        match self.world {
            WorldName::WithOwn => World::WithOwn,
            WorldName::WithoutOwn => World::WithoutOwn,
        }
    }

    fn check(&self) -> Outcome<()> {
        let wrong = |what: &str| Err(Failure::Usage(what.to_owned()));
        if self.item.is_some() && self.weights.is_some() {
            return wrong("--item adds rows up and --weights repeats them: use one of them");
        }
        if self.weights.is_some() && (self.groups.is_some() || self.compare.is_some()) {
            return wrong("--groups and --compare take items, not frequency weights");
        }
        if self.coverage.is_some_and(|share| !(share > 0.0 && share <= 1.0)) {
            return wrong("--coverage takes a share above 0 and up to 1");
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return wrong("--level takes a probability between 0 and 1");
        }
        if self.bootstrap.unwrap_or(self.draws) < 2 {
            return wrong("an interval needs at least two draws");
        }
        Ok(())
    }
}

fn universe(text: &str) -> Result<Universe, String> {
    match text {
        "listed" => Ok(Universe::Listed),
        "active" => Ok(Universe::Active),
        number => match number.parse::<u64>() {
            Ok(n) if n > 0 => Ok(Universe::Stated(n)),
            _ => Err("expected a number of items from 1, `listed` or `active`".to_owned()),
        },
    }
}

/// Measures the file's values, by group.
pub fn run(arguments: &ConcentrationArguments, output: &Output) -> Outcome {
    arguments.check()?;
    let frame = Frame::read(&arguments.file)?.narrow(&arguments.conditions)?;
    let groups = items::of(&frame, arguments)?;
    if groups.is_empty() {
        return Err(Failure::because(format!("{} has no rows to measure", frame.file)));
    }
    if let Some(total) = groups.iter().find_map(items::Group::total) {
        output.warn(&format!(
            "warning: the item `{total}` is measured as one of the others; if it is their sum, leave its rows out"
        ));
    }
    let measured = groups
        .iter()
        .map(|group| findings::of(group, arguments))
        .collect::<Outcome<Vec<_>>>()
        .map_err(|failure| failure.about(&frame.file))?;
    let table = print::table(arguments, &groups, &measured, output.format != Format::Table);
    super::refuse_nothing(&table, &frame.file, &print::reasons(&measured))?;
    match output.format {
        Format::Json => {
            let value = print::json(arguments, &groups, &measured);
            output.bytes(format!("{}\n", serde_json::to_string_pretty(&value)?).as_bytes())?;
        }
        _ => {
            output.table(&table)?;
            for group in &groups {
                super::tell_dropped(&group.dropped, &group.called(&arguments.by), output);
            }
            for reason in print::reasons(&measured) {
                output.say(&format!("note: {reason}"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
