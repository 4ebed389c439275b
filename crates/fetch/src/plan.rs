use crate::error::{Error, Result};
use crate::part::{Dimension, Part};
use crate::request::{Form, Key, Request, is_private, names_user};
use trade::Period;

/// UN Comtrade's interface takes at most so many periods at once.
const COMTRADE_PERIODS: usize = 12;
/// The key of UN Comtrade's interface.
const COMTRADE_KEY: Key = Key {
    header: "Ocp-Apim-Subscription-Key",
    variable: "COMTRADE_API_KEY",
};
/// The numbers of rows at which UN Comtrade's interface stops: without a key, with a free key, and with a premium one. One of
/// them is taken for a limit whatever was asked for: a key may not be heeded, or have another limit than was thought.
const COMTRADE_LIMITS: [u64; 3] = [500, 100_000, 250_000];

/// Whose interface it is, and what is the same in all requests to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    /// The present interface of UN Comtrade.
    Comtrade {
        /// Its scheme and host.
        base: String,
        /// Whether a key is sent; without one the public preview is asked.
        key: bool,
        /// Its word for the classification, such as `HS` (as reported) or `H6`.
        classification: String,
    },
    /// The Monetary Fund's trade in goods by partner country, in its interface for statistical exchange.
    Imts {
        /// Its scheme and host.
        base: String,
    },
    /// CEPII's BACI, one archive for a release and a revision of the Harmonized System.
    Baci {
        /// The scheme and host.
        base: String,
        /// The revision in CEPII's words, such as `HS92`.
        revision: String,
        /// The release, such as `202501`.
        release: String,
    },
}

/// A question to one provider, as the parts that are asked for first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Whom.
    pub provider: Provider,
    /// What.
    pub parts: Vec<Part>,
    /// The number of rows at which an answer is taken for cut.
    pub limit: Option<u64>,
}

impl Plan {
    /// The parts of a question: at most twelve periods each for UN Comtrade, runs of periods without a gap for the
    /// Monetary Fund.
    ///
    /// # Errors
    /// Where a provider cannot be asked this, or a key would be sent in the clear.
    pub fn new(provider: Provider, question: Part, limit: Option<u64>) -> Result<Plan> {
        let base = provider.base();
        if names_user(base) {
            return Err(Error::Question(
                "the address has a user's name before its host: it would be shown and kept; give the scheme and host alone"
                    .to_owned(),
            ));
        }
        if matches!(provider, Provider::Comtrade { .. }) && question.reporters.iter().flatten().any(|code| code == "0")
        {
            return Err(Error::Question(
                "the world does not report: name the reporters, or `all` of them".to_owned(),
            ));
        }
        if crate::request::origin(base) != Some(base) {
            return Err(Error::Question(format!(
                "`{base}` is no scheme and host, such as https://comtradeapi.un.org"
            )));
        }
        if matches!(provider, Provider::Comtrade { key: true, .. }) && !is_private(base) {
            return Err(Error::Question(format!(
                "the key is not sent to {base}: the connection is not encrypted"
            )));
        }
        let quarters = question.periods.iter().any(|p| !matches!(p.months(), 1 | 12));
        if quarters && !matches!(provider, Provider::Imts { .. }) {
            return Err(Error::Question(
                "UN Comtrade has years and months, no quarters".to_owned(),
            ));
        }
        let runs: Vec<Vec<Period>> = match &provider {
            Provider::Comtrade { .. } => question.periods.chunks(COMTRADE_PERIODS).map(<[_]>::to_vec).collect(),
            Provider::Imts { .. } => question.periods.chunk_by(follows).map(<[_]>::to_vec).collect(),
            Provider::Baci { .. } => vec![Vec::new()],
        };
        let parts = runs.into_iter().map(|periods| Part {
            periods,
            ..question.clone()
        });
        Ok(Plan {
            parts: parts.collect(),
            provider,
            limit,
        })
    }

    /// The request for a part.
    pub fn request(&self, part: &Part) -> Request {
        self.provider.request(part, self.limit)
    }

    /// Whether an answer of so many rows, which announces so many, is most likely not whole.
    pub(crate) fn is_cut(&self, rows: u64, announced: u64) -> bool {
        let known = match &self.provider {
            Provider::Comtrade { .. } => &COMTRADE_LIMITS[..],
            _ => &[],
        };
        known.contains(&rows) || self.limit.is_some_and(|limit| rows.max(announced) >= limit)
    }
}

fn follows(a: &Period, b: &Period) -> bool {
    let index = |p: &Period| i32::from(p.year()) * 12 + i32::from(p.month());
    index(a) + i32::from(a.months()) == index(b)
}

impl Provider {
    /// The scheme and host that are asked.
    pub fn base(&self) -> &str {
        match self {
            Provider::Comtrade { base, .. } | Provider::Imts { base } | Provider::Baci { base, .. } => base,
        }
    }

    fn request(&self, part: &Part, limit: Option<u64>) -> Request {
        match self {
            Provider::Comtrade {
                base,
                key,
                classification,
            } => {
                let (place, key) = if *key {
                    ("data/v1/get", Some(COMTRADE_KEY))
                } else {
                    ("public/v1/preview", None)
                };
                let annual = part.periods.iter().all(|p| p.is_annual());
                let frequency = if annual { "A" } else { "M" };
                let mut fields: Vec<(&str, String)> = Vec::new();
                fields.extend(part.reporters.as_ref().map(|codes| ("reporterCode", codes.join(","))));
                let period = |p: &Period| {
                    if annual {
                        format!("{:04}", p.year())
                    } else {
                        format!("{:04}{:02}", p.year(), p.month())
                    }
                };
                fields.push(("period", list(part.periods.iter().map(period))));
                fields.extend(part.partners.as_ref().map(|codes| ("partnerCode", codes.join(","))));
                // Totals, without their breakdowns by second partner, customs procedure and transport.
                fields.push(("partner2Code", "0".to_owned()));
                fields.push(("cmdCode", part.products.join(",")));
                fields.push(("flowCode", part.flows.join(",")));
                fields.push(("customsCode", "C00".to_owned()));
                fields.push(("motCode", "0".to_owned()));
                fields.extend(limit.map(|limit| ("maxRecords", limit.to_string())));
                let fields = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value)));
                let fields = fields.collect::<Vec<_>>().join("&");
                Request {
                    url: format!("{base}/{place}/C/{frequency}/{classification}?{fields}"),
                    key,
                    form: Form::Records,
                }
            }
            Provider::Imts { base } => {
                let codes = |codes: &Option<Vec<String>>| codes.as_ref().map_or(String::new(), |c| c.join("+"));
                let months = part.periods.first().map_or(12, |p| p.months());
                let frequency = match months {
                    1 => "M",
                    3 => "Q",
                    _ => "A",
                };
                let period = |p: Option<&Period>| match (p, months) {
                    (None, _) => String::new(),
                    (Some(p), 1) => format!("{:04}-{:02}", p.year(), p.month()),
                    (Some(p), 3) => format!("{:04}-Q{}", p.year(), p.month().div_ceil(3)),
                    (Some(p), _) => format!("{:04}", p.year()),
                };
                let key = [
                    codes(&part.reporters),
                    part.flows.join("+"),
                    codes(&part.partners),
                    frequency.to_owned(),
                ];
                Request {
                    url: format!(
                        "{base}/external/sdmx/2.1/data/IMF.STA,IMTS/{}?startPeriod={}&endPeriod={}",
                        escaped(&key.join(".")),
                        period(part.periods.first()),
                        period(part.periods.last())
                    ),
                    key: None,
                    form: Form::SdmxCsv,
                }
            }
            Provider::Baci {
                base,
                revision,
                release,
            } => Request {
                url: format!("{base}/DATA_DOWNLOAD/baci/data/BACI_{revision}_V{release}.zip"),
                key: None,
                form: Form::Archive,
            },
        }
    }

    /// The request for all codes of a dimension, where the provider lists them.
    pub fn codes(&self, dimension: Dimension) -> Option<Request> {
        let Provider::Comtrade {
            base, classification, ..
        } = self
        else {
            return None;
        };
        let file = match dimension {
            Dimension::Reporter => "Reporters".to_owned(),
            Dimension::Partner => "partnerAreas".to_owned(),
            Dimension::Product => classification.clone(),
            Dimension::Period | Dimension::Flow => return None,
        };
        Some(Request {
            url: format!("{base}/files/v1/app/reference/{file}.json"),
            key: None,
            form: Form::Codes,
        })
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}

/// A text within an address; commas, dots and plus signs separate codes there and stay.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,+".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::periods;

    fn question(when: &str) -> Part {
        Part {
            periods: periods(when).unwrap(),
            reporters: Some(vec!["156".into(), "410".into()]),
            partners: None,
            flows: vec!["M".into(), "X".into()],
            products: vec!["AG2".into()],
        }
    }

    fn urls(provider: Provider, question: Part, limit: Option<u64>) -> Vec<String> {
        let plan = Plan::new(provider, question, limit).unwrap();
        plan.parts.iter().map(|part| plan.request(part).url).collect()
    }

    fn comtrade(base: &str, key: bool) -> Provider {
        Provider::Comtrade {
            base: base.to_owned(),
            key,
            classification: "HS".to_owned(),
        }
    }

    #[test]
    fn requests_are_those_of_the_interfaces() {
        let base = "https://comtradeapi.un.org";
        assert_eq!(
            urls(comtrade(base, true), question("2003"), Some(100_000)),
            [
                "https://comtradeapi.un.org/data/v1/get/C/A/HS?reporterCode=156,410&period=2003&partner2Code=0&cmdCode=AG2\
              &flowCode=M,X&customsCode=C00&motCode=0&maxRecords=100000"
            ]
        );
        let parts = urls(comtrade(base, false), question("2003-01..2004-01"), Some(500));
        assert_eq!(parts.len(), 2);
        assert!(
            parts[1]
                .starts_with("https://comtradeapi.un.org/public/v1/preview/C/M/HS?reporterCode=156,410&period=200401&")
        );
        let imts = || Provider::Imts {
            base: "https://api.imf.org".to_owned(),
        };
        let mut asked = question("2001..2003,2005");
        asked.reporters = Some(vec!["KOR".into(), "JPN".into()]);
        assert_eq!(
            urls(imts(), asked.clone(), None),
            [
                "https://api.imf.org/external/sdmx/2.1/data/IMF.STA,IMTS/KOR+JPN.M+X..A?startPeriod=2001&endPeriod=2003",
                "https://api.imf.org/external/sdmx/2.1/data/IMF.STA,IMTS/KOR+JPN.M+X..A?startPeriod=2005&endPeriod=2005"
            ]
        );
        asked.periods = periods("2003-Q4..2004-Q2").unwrap();
        assert!(urls(imts(), asked, None)[0].ends_with("..Q?startPeriod=2003-Q4&endPeriod=2004-Q2"));
        let baci = Provider::Baci {
            base: "https://www.cepii.fr".to_owned(),
            revision: "HS92".to_owned(),
            release: "202501".to_owned(),
        };
        assert_eq!(
            urls(baci, Part::default(), None),
            ["https://www.cepii.fr/DATA_DOWNLOAD/baci/data/BACI_HS92_V202501.zip"]
        );
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        let told = |provider, when| match Plan::new(provider, question(when), None) {
            Err(Error::Question(what)) => what,
            other => panic!("{other:?}"),
        };
        assert!(told(comtrade("http://example.org", true), "2003").contains("not encrypted"));
        assert!(told(comtrade("example.org", false), "2003").contains("no scheme and host"));
        assert!(told(comtrade("https://example.org/x", false), "2003").contains("no scheme and host"));
        assert!(told(comtrade("https://example.org", false), "2003-Q1").contains("no quarters"));
        for base in [
            "http://127.0.0.1:80@127.0.0.2:9",
            "https://me:secret@example.org",
            "me:secret@example.org",
        ] {
            let said = told(comtrade(base, true), "2003");
            assert!(said.contains("a user's name") && !said.contains("secret"), "{said}");
        }
        let mut world = question("2003");
        world.reporters = Some(vec!["156".into(), "0".into()]);
        let refused = Plan::new(comtrade("https://a.org", false), world, None).unwrap_err();
        assert!(refused.to_string().contains("the world does not report"));
    }

    #[test]
    fn an_answer_at_a_limit_is_cut() {
        let plan = Plan::new(comtrade("https://a.org", false), question("2003"), Some(500)).unwrap();
        assert!(plan.is_cut(500, 500) && plan.is_cut(501, 501) && plan.is_cut(499, 700) && plan.is_cut(100_000, 0));
        assert!(!plan.is_cut(499, 499));
        let premium = Plan::new(comtrade("https://a.org", true), question("2003"), Some(250_000)).unwrap();
        assert!(premium.is_cut(500, 500) && !premium.is_cut(501, 501));
        assert!(premium.is_cut(100_000, 100_000) && !premium.is_cut(100_001, 100_001));
    }
}
