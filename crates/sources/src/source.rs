use crate::error::{Error, Result};
use crate::header::Header;
use crate::options::{Defaults, Options};
use crate::quarantine::Bad;
use crate::remarks::Remarks;
use crate::table::Line;
use crate::{
    baci, bimts, comtrade_api, comtrade_classic, comtrade_legacy, cow, dots, figures, imts, wits, wits_profile,
};
use std::fmt;
use trade::{Record, nearest};

/// Where a file comes from: one file of this crate each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Source {
    /// The project's own tidy table of figures.
    Figures,
    /// UN Comtrade's classic CSV, with names beside the codes.
    ComtradeClassic,
    /// UN Comtrade's older column set, with codes only.
    ComtradeLegacy,
    /// CSV of UN Comtrade's present API.
    ComtradeApi,
    /// Six columns of it, as scripts keep them.
    ComtradeShort,
    /// CEPII's BACI.
    Baci,
    /// The World Bank's WITS, with codes.
    Wits,
    /// WITS as its pages by product give it, with names.
    WitsPage,
    /// WITS as its country profiles give it: partners in a year.
    WitsPartner,
    /// The same, a column for each year.
    WitsSeries,
    /// The Monetary Fund's Direction of Trade Statistics, a column for each year.
    Dots,
    /// The same, a row for each period.
    DotsPanel,
    /// The Monetary Fund's International Trade in Goods by partner country.
    Imts,
    /// The same, a column for each period.
    ImtsWide,
    /// The OECD's balanced trade in goods.
    Bimts,
    /// Correlates of War, dyadic trade.
    Cow,
    /// Correlates of War, national trade.
    CowNational,
}

/// What a source's header looks like, and who reads its rows.
pub(crate) struct Shape {
    pub(crate) source: Source,
    pub(crate) name: &'static str,
    /// Without these it is not this source.
    pub(crate) needed: &'static [&'static str],
    /// Every column that the source is known to have.
    pub(crate) known: &'static [&'static str],
    /// Whether a column that is not known is an error, because it would be a misspelling;
    /// otherwise it is ignored and named in the result.
    pub(crate) strict: bool,
    pub(crate) repeats: Repeats,
    pub(crate) bind: fn(&Header, &Options) -> Result<Box<dyn Layout>>,
}

/// What it means that a key stands on several rows with different figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeats {
    /// A contradiction: all of them are quarantined.
    Contradict,
    /// Rival quotations of one figure: all are kept if each has its own reference, and
    /// counted; under one reference they are a contradiction.
    Rivals,
    /// A total with its breakdowns, where no row is marked as the total: the source is known to mix them.
    KeepLargest,
    /// A total with its breakdowns if the largest is the sum of the others; else a contradiction.
    TotalOrContradict,
}

/// Reads the rows of one file.
pub(crate) trait Layout {
    /// Reads a line: one thing found, or several where a line holds several figures.
    fn read(&mut self, line: &Line<'_>, found: &mut Vec<Found>);
    /// The columns of figures that it reads beside those that its shape knows: in wide tables they bear the names of
    /// periods.
    fn figures(&self) -> Vec<&str> {
        Vec::new()
    }
    /// The list that the records' `reference` points into.
    fn references(&mut self) -> Vec<String> {
        Vec::new()
    }
    /// Counts what was done with figures that were read.
    fn remark(&self, _remarks: &mut Remarks) {}
    /// What makes figures that were read doubtful, told when all rows have been: a line and what is wrong there.
    fn doubt(&self) -> Option<(u64, Bad)> {
        None
    }
}

/// What a line holds.
pub(crate) enum Found {
    /// A figure.
    Draft(Box<Draft>),
    /// What cannot be used.
    Bad(Bad),
    /// What is no bilateral figure, such as a group of the compiler's own: its kind.
    Aside(&'static str),
    /// A row of another table than this source's, which refuses the input.
    Foreign(Bad),
}

impl From<Result<Draft, Bad>> for Found {
    fn from(read: Result<Draft, Bad>) -> Found {
        match read {
            Ok(draft) => Found::Draft(Box::new(draft)),
            Err(bad) => Found::Bad(bad),
        }
    }
}

/// A record as its row gives it, with what only the row tells.
pub(crate) struct Draft {
    pub(crate) record: Record,
    pub(crate) part: Part,
    /// The numeric codes of reporter and partner, where the source has such.
    pub(crate) codes: (u16, u16),
    /// What the cells say that are not read, in short, or which part of its flow the row is, such as the part that is
    /// counted in kilograms; 0 where it does not matter.
    pub(crate) unread: u64,
}

/// What a row says about itself as a total or a breakdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Marked as the total over customs procedures, transport and second partners, all of them.
    Whole,
    /// The row bears no such mark, or not all of them.
    Unsaid,
    /// Marked as one customs procedure, mode of transport or second partner.
    Breakdown,
    /// A part of the flow, such as imports for inward processing.
    FlowPart,
}

pub(crate) const SHAPES: &[&Shape] = &[
    &figures::SHAPE,
    &comtrade_classic::SHAPE,
    &comtrade_legacy::SHAPE,
    &comtrade_api::SHAPE,
    &comtrade_api::SHORT,
    &baci::SHAPE,
    &wits::SHAPE,
    &wits::PAGE,
    &wits_profile::PARTNERS,
    &wits_profile::SERIES,
    // A row for each period may have an indicator too, so it is tried before the columns for each.
    &dots::PANEL,
    &dots::SHAPE,
    &imts::SHAPE,
    &imts::WIDE,
    &bimts::SHAPE,
    &cow::SHAPE,
    &cow::NATIONAL,
];

impl Source {
    /// Every source, in the order in which a header is tried.
    pub fn all() -> impl Iterator<Item = Source> {
        SHAPES.iter().map(|shape| shape.source)
    }

    /// The name by which a user asks for it.
    pub fn name(self) -> &'static str {
        self.shape().name
    }

    /// The source of this name.
    pub fn by_name(name: &str) -> Option<Source> {
        SHAPES.iter().find(|shape| shape.name == name).map(|shape| shape.source)
    }

    pub(crate) fn shape(self) -> &'static Shape {
        match self {
            Source::Figures => &figures::SHAPE,
            Source::ComtradeClassic => &comtrade_classic::SHAPE,
            Source::ComtradeLegacy => &comtrade_legacy::SHAPE,
            Source::ComtradeApi => &comtrade_api::SHAPE,
            Source::ComtradeShort => &comtrade_api::SHORT,
            Source::Baci => &baci::SHAPE,
            Source::Wits => &wits::SHAPE,
            Source::WitsPage => &wits::PAGE,
            Source::WitsPartner => &wits_profile::PARTNERS,
            Source::WitsSeries => &wits_profile::SERIES,
            Source::Dots => &dots::SHAPE,
            Source::DotsPanel => &dots::PANEL,
            Source::Imts => &imts::SHAPE,
            Source::ImtsWide => &imts::WIDE,
            Source::Bimts => &bimts::SHAPE,
            Source::Cow => &cow::SHAPE,
            Source::CowNational => &cow::NATIONAL,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The source whose header this is; `None` if it is nobody's. A table of figures may leave
/// columns to its defaults.
pub fn sniff(header: &Header, defaults: &Defaults) -> Option<Source> {
    let as_it_stands = SHAPES.iter().find(|shape| shape.fits(header, defaults));
    let shape = as_it_stands.or_else(|| {
        LOOSE
            .iter()
            .find(|shape| shape.fits(&header.clone().loosely(), defaults))
    });
    shape.map(|shape| shape.source)
}

/// Whose names programs are known to write with underscores: the R package comtradr those of UN Comtrade.
const LOOSE: &[&Shape] = &[&comtrade_api::SHAPE];

impl Shape {
    /// The header with its names compared as this source's are.
    pub(crate) fn looked_at(&self, header: Header, defaults: &Defaults) -> Header {
        let loose = LOOSE.iter().any(|shape| shape.source == self.source) && !self.fits(&header, defaults);
        if loose { header.loosely() } else { header }
    }

    pub(crate) fn fits(&self, header: &Header, defaults: &Defaults) -> bool {
        self.missing(header, defaults).is_empty() && (!self.strict || header.unknown(self.known).is_empty())
    }

    /// The needed columns that neither the header nor the defaults have.
    fn missing(&self, header: &Header, defaults: &Defaults) -> Vec<&'static str> {
        let mut missing = header.missing(self.needed);
        let said = |name: &str| {
            defaults
                .get(name)
                .or(defaults.reporter.as_deref().filter(|_| name == wits_profile::REPORTER))
        };
        missing.retain(|name| said(name).is_none());
        missing
    }

    /// Whether the header has anything to do with this source: for choosing a delimiter.
    pub(crate) fn resembles(&self, header: &Header) -> bool {
        header
            .names()
            .iter()
            .filter(|n| self.known.iter().any(|k| k.eq_ignore_ascii_case(n)))
            .count()
            >= 2
    }

    /// Refuses a header that is not this source's, where the user said it was.
    pub(crate) fn check(&self, header: &Header, defaults: &Defaults, file: &str, line: u64) -> Result<()> {
        let missing = self.missing(header, defaults);
        let strangers = header.unknown(self.known);
        let lenient = !self.strict || header.is_aliased();
        if missing.is_empty() && (strangers.is_empty() || lenient) {
            return Ok(());
        }
        let mut problem = format!("{} expects other columns", self.name);
        let mut advice = Vec::new();
        if !missing.is_empty() {
            problem += &format!(", missing: {}", missing.join(", "));
        }
        if !lenient && !strangers.is_empty() {
            problem += &format!(", not known: {}", quoted(&strangers));
        }
        for stranger in &strangers {
            if let Some(meant) = nearest(stranger, self.known.iter().copied()) {
                advice.push(format!("`{stranger}` may have been meant as `{meant}`"));
            }
        }
        if advice.is_empty() {
            advice.push(format!("the columns of {} are {}", self.name, self.known.join(", ")));
        }
        Err(Error::Header {
            file: file.to_owned(),
            line,
            problem,
            advice: advice.join("; "),
        })
    }
}

/// The refusal of a header that is nobody's: what was found and what it is near to.
pub(crate) fn unknown_header(header: &Header, file: &str, line: u64) -> Error {
    let found = quoted(header.names());
    if header.looks_like_data() {
        return Error::Header {
            file: file.to_owned(),
            line,
            problem: format!("the first row is no header but looks like data: {found}"),
            advice: "put a row of column names before it".to_owned(),
        };
    }
    if let Some((what, advice)) = companion(header) {
        return Error::Header {
            file: file.to_owned(),
            line,
            problem: format!("this is {what}, no table of trade"),
            advice: advice.to_owned(),
        };
    }
    let near: Vec<String> = SHAPES.iter().filter_map(|shape| near(shape, header)).collect();
    let advice = if header.names().len() == 1 {
        "columns are parted by commas, semicolons, tabs or vertical bars; look whether a note or an error was saved in place of \
         the table"
            .to_owned()
    } else if near.is_empty() {
        let names: Vec<&str> = SHAPES.iter().map(|s| s.name).collect();
        format!("the sources are {}; {BY_A_MAP}", names.join(", "))
    } else {
        format!("{}; {BY_A_MAP}", near.join("; "))
    };
    Error::Header {
        file: file.to_owned(),
        line,
        problem: format!("no source has these columns: {found}"),
        advice,
    }
}

const BY_A_MAP: &str = "any other tidy table is read by --column reporter=THEIRS (and partner, period, flow, value_usd), or --map FILE, \
     with --default compiler=NAME";

/// What a publisher gives out beside its figures, and what to take in its place.
fn companion(header: &Header) -> Option<(&'static str, &'static str)> {
    let has = |names: &[&str]| names.iter().all(|name| header.has(name));
    let baci =
        "name the file of a year, such as BACI_HS92_Y2023_V202601.csv, or import the whole archive with --out FOLDER";
    if has(&["country_code", "iso_3digit_alpha"]) || has(&["country_code", "country_iso3"]) {
        Some(("the list of countries of a BACI release", baci))
    } else if header.names().len() == 2 && has(&["code", "description"]) {
        Some(("the list of products of a BACI release", baci))
    } else {
        None
    }
}

fn near(shape: &Shape, header: &Header) -> Option<String> {
    let missing = header.missing(shape.needed);
    if missing.len() * 2 > shape.needed.len() {
        return None;
    }
    let strangers = header.unknown(shape.known);
    let mut parts = Vec::new();
    for name in missing {
        match nearest(name, strangers.iter().map(String::as_str)) {
            Some(found) => parts.push(format!("`{name}` is missing, is it `{}`?", spelt(found))),
            None => parts.push(format!("`{name}` is missing")),
        }
    }
    if shape.strict {
        parts.extend(
            strangers
                .iter()
                .filter(|s| !parts.iter().any(|p| p.contains(spelt(s).as_str())))
                .map(|s| match nearest(s, shape.known.iter().copied()) {
                    _ if s.is_empty() => "a column without a name is not known".to_owned(),
                    Some(meant) => format!("`{}` is not known, is it `{meant}`?", spelt(s)),
                    None => format!("`{}` is not known", spelt(s)),
                })
                .collect::<Vec<_>>(),
        );
    }
    Some(format!("it is near to {}: {}", shape.name, parts.join(", ")))
}

/// A name that is nearly another: what is no ASCII in it by number, since it may look the same or not be seen at all.
fn spelt(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            ' '..='~' => c.to_string(),
            _ => c.escape_unicode().to_string(),
        })
        .collect()
}

fn quoted(names: &[String]) -> String {
    let named: Vec<&String> = names.iter().filter(|n| !n.is_empty()).collect();
    let cut = |n: &String| n.chars().take(40).collect::<String>().replace(char::is_control, " ");
    let short = |n: &&String| format!("`{}`", cut(n));
    let mut shown: Vec<String> = named.iter().take(40).map(short).collect();
    if named.len() > 40 {
        shown.push(format!("and {} more", named.len() - 40));
    }
    match names.len() - named.len() {
        0 => {}
        1 => shown.push("one without a name".to_owned()),
        n => shown.push(format!("{n} without a name")),
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_shapes_belong_together() {
        for source in Source::all() {
            assert_eq!(Source::by_name(source.name()), Some(source));
            assert_eq!(
                sniff(&Header::new(source.shape().known), &Defaults::default()),
                Some(source)
            );
        }
    }

    #[test]
    fn an_unknown_header_says_what_it_is_near_to() {
        let header = Header::new(["period", "reporter", "partner", "flow", "value_us"]);
        assert_eq!(sniff(&header, &Defaults::default()), None);
        let text = unknown_header(&header, "t.csv", 1).to_string();
        assert!(
            text.contains("near to figures: `value_us` is not known, is it `value_usd`?"),
            "{text}"
        );
        let text = unknown_header(&Header::new(["2003", "PRK"]), "t.csv", 1).to_string();
        assert!(text.contains("looks like data"), "{text}");
        let text = unknown_header(&Header::new(["foo", "bar"]), "t.csv", 1).to_string();
        assert!(
            text.contains("`foo`, `bar`") && text.contains("comtrade-classic"),
            "{text}"
        );
    }
}
