use crate::part::{Dimension, Part, level_digits};
use crate::plan::Provider;
use std::collections::BTreeMap;
use trade::{Classification, Economy, Flow, Record, TOTAL, economies};

/// What a part asks for, as records tell it: interfaces answer more than they are asked, and what nobody asked for is in
/// no other answer either, so that it would stand alone where all of its kind is expected.
#[derive(Debug)]
pub struct Scope<'a> {
    provider: &'a Provider,
    part: &'a Part,
    /// Whether an economy is asked for as a reporter and as a partner, by year: looked up once.
    economies: BTreeMap<(Economy, i16), [bool; 2]>,
}

impl<'a> Scope<'a> {
    /// What this part asks of this provider.
    pub fn new(provider: &'a Provider, part: &'a Part) -> Scope<'a> {
        Scope {
            provider,
            part,
            economies: BTreeMap::new(),
        }
    }

    /// Whether a record is of another classification than was asked for.
    pub fn other_classification(&self, record: &Record) -> bool {
        match self.provider {
            Provider::Comtrade { classification, .. } if classification == "HS" => {
                !matches!(record.classification, Classification::Hs(_))
            }
            Provider::Comtrade { classification, .. } => {
                Classification::from_comtrade(classification) != Some(record.classification)
            }
            _ => false,
        }
    }

    /// In which respect a record is none of those that were asked for; `None` where it is one.
    pub fn strange(&mut self, record: &Record) -> Option<Dimension> {
        let year = record.period.year();
        if !self.part.periods.contains(&record.period) {
            Some(Dimension::Period)
        } else if !self.asked(record.reporter, year)[0] {
            Some(Dimension::Reporter)
        } else if !self.asked(record.partner, year)[1] {
            Some(Dimension::Partner)
        } else if !self.flow(record) {
            Some(Dimension::Flow)
        } else if !self.product(record) {
            Some(Dimension::Product)
        } else {
            None
        }
    }

    fn asked(&mut self, economy: Economy, year: i16) -> [bool; 2] {
        let (provider, part) = (self.provider, self.part);
        *self.economies.entry((economy, year)).or_insert_with(|| {
            [&part.reporters, &part.partners].map(|codes| {
                let mut codes = codes.iter().flatten().peekable();
                codes.peek().is_none() || codes.any(|code| means(provider, code, year) == Some(economy))
            })
        })
    }

    fn flow(&self, record: &Record) -> bool {
        let flows = &self.part.flows;
        let Provider::Imts { .. } = self.provider else {
            let code = match record.flow {
                Flow::Import => "M",
                Flow::Export => "X",
                Flow::ReImport => "RM",
                Flow::ReExport => "RX",
                Flow::TwoWay => "",
            };
            return flows.iter().any(|flow| flow == code);
        };
        // Indicators such as XG_FOB_USD.
        flows.iter().any(|flow| {
            let direction = if record.flow == Flow::Export { 'X' } else { 'M' };
            let valued = record
                .valuation
                .is_none_or(|valuation| flow.contains(valuation.as_str()));
            flow.starts_with(direction) && valued
        })
    }

    fn product(&self, record: &Record) -> bool {
        let product = record.product.as_ref();
        let products = &self.part.products;
        let of_level = |level: &String| product != TOTAL && level_digits(level) == Some(product.len());
        products.is_empty() || products.iter().any(|asked| asked == product || of_level(asked))
    }
}

impl Provider {
    /// Whom its code of an economy means in a year.
    pub fn means(&self, code: &str, year: i16) -> Option<Economy> {
        means(self, code, year)
    }
}

fn means(provider: &Provider, code: &str, year: i16) -> Option<Economy> {
    let table = economies();
    let found = match provider {
        Provider::Imts { .. } => table
            .by_agency("imf", code, year)
            .or_else(|| table.get(Economy::new(code).ok()?)),
        _ => table.by_m49(code.parse().ok()?, year),
    };
    found.map(|info| info.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use trade::{Period, Usd, Valuation};

    fn record(year: i16, reporter: &str, partner: &str, flow: Flow, product: &str) -> Record {
        let (period, code) = (Period::annual(year).unwrap(), |text| Economy::new(text).unwrap());
        let mut record = Record::new("x", period, code(reporter), code(partner), flow, Usd::from_units(1));
        record.product = product.into();
        record
    }

    fn texts(codes: &[&str]) -> Vec<String> {
        codes.iter().map(|c| (*c).to_owned()).collect()
    }

    #[test]
    fn what_was_asked_of_un_comtrade_is_told_from_what_was_not() {
        let provider = Provider::Comtrade {
            base: String::new(),
            key: false,
            classification: "HS".to_owned(),
        };
        let part = Part {
            periods: vec![Period::annual(1988).unwrap(), Period::annual(2003).unwrap()],
            reporters: Some(texts(&["156", "280", "276"])),
            partners: Some(texts(&["0", "408"])),
            flows: texts(&["M", "RX"]),
            products: texts(&["TOTAL", "AG4", "27"]),
        };
        let mut scope = Scope::new(&provider, &part);
        let mut told =
            |year, reporter, partner, flow, product| scope.strange(&record(year, reporter, partner, flow, product));
        for product in ["TOTAL", "2701", "27"] {
            assert_eq!(told(2003, "CHN", "PRK", Flow::Import, product), None, "{product}");
        }
        // One economy under two numbers, each with its years.
        assert_eq!(told(1988, "DEU", "WLD", Flow::ReExport, "27"), None);
        assert_eq!(told(2003, "DEU", "WLD", Flow::ReExport, "27"), None);
        assert_eq!(told(2004, "CHN", "PRK", Flow::Import, "27"), Some(Dimension::Period));
        assert_eq!(told(2003, "JPN", "PRK", Flow::Import, "27"), Some(Dimension::Reporter));
        assert_eq!(told(2003, "CHN", "KOR", Flow::Import, "27"), Some(Dimension::Partner));
        assert_eq!(told(2003, "CHN", "PRK", Flow::Export, "27"), Some(Dimension::Flow));
        assert_eq!(told(2003, "CHN", "PRK", Flow::Import, "28"), Some(Dimension::Product));
        assert_eq!(
            told(2003, "CHN", "PRK", Flow::Import, "270112"),
            Some(Dimension::Product)
        );
    }

    #[test]
    fn the_fund_s_codes_and_indicators_are_understood() {
        let provider = Provider::Imts { base: String::new() };
        let part = Part {
            periods: vec![Period::annual(2003).unwrap()],
            reporters: None,
            partners: Some(texts(&["G001", "KOR"])),
            flows: texts(&["MG_CIF_USD"]),
            products: Vec::new(),
        };
        let mut scope = Scope::new(&provider, &part);
        let mut told = |partner, flow, valuation| {
            let mut record = record(2003, "JPN", partner, flow, TOTAL);
            record.valuation = Some(valuation);
            scope.strange(&record)
        };
        assert_eq!(told("WLD", Flow::Import, Valuation::Cif), None);
        assert_eq!(told("KOR", Flow::Import, Valuation::Cif), None);
        assert_eq!(told("CHN", Flow::Import, Valuation::Cif), Some(Dimension::Partner));
        assert_eq!(told("KOR", Flow::Import, Valuation::Fob), Some(Dimension::Flow));
        assert_eq!(told("KOR", Flow::Export, Valuation::Fob), Some(Dimension::Flow));
    }
}
