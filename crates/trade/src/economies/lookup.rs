use super::{Economies, EconomyInfo};
use crate::Economy;
use crate::nearest::distance;
use std::fmt;

/// An economy that a text may have meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its code.
    pub code: Economy,
    /// Its name.
    pub name: &'static str,
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.code, self.name)
    }
}

/// Why a text does not name one economy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// The name is borne by several economies.
    #[error(
        "`{text}` may mean {}: write the code of the one that is meant",
        list(candidates, " or ")
    )]
    Ambiguous {
        /// What was looked up.
        text: String,
        /// Those who bear the name, by code.
        candidates: Vec<Candidate>,
    },
    /// No economy bears the name.
    #[error("no economy is known as `{text}`{}", suggestion(candidates))]
    Unknown {
        /// What was looked up.
        text: String,
        /// Those with the nearest names, the nearest first; at most five, often none.
        candidates: Vec<Candidate>,
    },
}

fn list(candidates: &[Candidate], joint: &str) -> String {
    candidates
        .iter()
        .map(Candidate::to_string)
        .collect::<Vec<_>>()
        .join(joint)
}

fn suggestion(candidates: &[Candidate]) -> String {
    match candidates {
        [] => "; expected an ISO 3166 code or an English name".to_owned(),
        _ => format!("; nearest: {}", list(candidates, ", ")),
    }
}

impl Economies {
    /// Finds an economy by its code, its alpha-2 code, its name or another name in use.
    /// Case, accents, punctuation, word order and usual abbreviations make no difference:
    /// `Korea, Dem. People's Rep. of` and `Democratic People's Republic of Korea` are one.
    ///
    /// # Errors
    /// [`LookupError::Ambiguous`] for a name that several economies bear, such as `Korea`
    /// or `Congo`: no default is taken. [`LookupError::Unknown`] with the nearest names.
    pub fn lookup(&self, text: &str) -> Result<&EconomyInfo, LookupError> {
        let found = self.bearers(text);
        match found[..] {
            [info] => Ok(info),
            [] => Err(LookupError::Unknown {
                text: text.to_owned(),
                candidates: self.nearest(text),
            }),
            _ => Err(LookupError::Ambiguous {
                text: text.to_owned(),
                candidates: found.into_iter().map(candidate).collect(),
            }),
        }
    }

    /// As [`lookup`](Self::lookup), for those who take no candidates, which cost by far the most to find: `None` where
    /// nobody bears the name, or several do.
    pub fn find(&self, text: &str) -> Option<&EconomyInfo> {
        match self.bearers(text)[..] {
            [info] => Some(info),
            _ => None,
        }
    }

    /// Whose code, alpha-2 code or name this is: several where it is ambiguous, nobody where it is not known.
    pub fn bearers(&self, text: &str) -> Vec<&EconomyInfo> {
        let upper = text.trim().to_ascii_uppercase();
        if let Some(info) = Economy::new(&upper).ok().and_then(|code| self.get(code)) {
            return vec![info];
        }
        let alpha2: Vec<&EconomyInfo> = self.iter().filter(|e| e.alpha2 == Some(upper.as_str())).collect();
        if !alpha2.is_empty() {
            return alpha2;
        }
        let named = self.names.get(&name_key(text)).into_iter().flatten();
        named.filter_map(|&i| self.list.get(i)).collect()
    }

    /// The economies whose names are nearest to a text: those that begin with it or contain
    /// all its words first, then those within a third of its letters.
    fn nearest(&self, text: &str) -> Vec<Candidate> {
        let key = name_key(text);
        if key.is_empty() {
            return Vec::new();
        }
        let plain = key.chars().take(60).collect::<Vec<_>>();
        let reach = (plain.len() / 3).clamp(1, 6);
        let mut ranked: Vec<(usize, usize)> = Vec::new();
        for (name, bearers) in &self.names {
            let words_in = key.split(' ').all(|word| name.split(' ').any(|w| w == word));
            let prefix = plain.len() >= 3 && name.split(' ').any(|w| w.starts_with(&key));
            let rank = if words_in || prefix {
                0
            } else {
                distance(&plain, &name.chars().collect::<Vec<_>>())
            };
            if rank <= reach {
                ranked.extend(bearers.iter().map(|&i| (rank, i)));
            }
        }
        ranked.sort_unstable();
        let mut nearest: Vec<usize> = Vec::new();
        for (_, i) in ranked {
            if !nearest.contains(&i) {
                nearest.push(i);
            }
        }
        nearest
            .iter()
            .take(5)
            .filter_map(|&i| self.list.get(i))
            .map(candidate)
            .collect()
    }
}

fn candidate(info: &EconomyInfo) -> Candidate {
    Candidate {
        code: info.code,
        name: info.name,
    }
}

/// A name without what sources disagree on: lower case, no accents, abbreviations written
/// out, small words left out, words sorted (so that `Korea, Rep. of` is `Republic of Korea`).
pub(super) fn name_key(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = 0; // letters of the word so far: a point after a single one is no gap (U.S.S.R.)
    let mut chars = text.chars().flat_map(char::to_lowercase).peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '\u{300}'..='\u{36f}' => {}
            '&' => plain.push_str(" and "),
            '.' if letters == 1 && chars.peek().is_some_and(|next| next.is_alphanumeric()) => letters = 0,
            _ if c.is_alphanumeric() => {
                letters += 1;
                match unaccented(c) {
                    Some(base) => plain.push_str(base),
                    None => plain.push(c),
                }
            }
            _ => {
                letters = 0;
                plain.push(' ');
            }
        }
    }
    let mut words: Vec<&str> = plain
        .split_whitespace()
        .map(written_out)
        .filter(|w| !["the", "of", "and"].contains(w))
        .collect();
    words.sort_unstable();
    words.join(" ")
}

/// The letters of European names without their marks.
fn unaccented(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' | 'ģ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ķ' => "k",
        'ł' | 'ļ' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' | 'ņ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ţ' | 'ț' | 'ť' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        _ => return None,
    })
}

fn written_out(word: &str) -> &str {
    match word {
        "st" | "ste" => "saint",
        "rep" => "republic",
        "dem" => "democratic",
        "fed" => "federal",
        "isds" | "isl" | "isls" | "is" | "isd" | "island" => "islands",
        "terr" | "territories" => "territory",
        "n" => "north",
        "s" => "south",
        "e" => "east",
        "w" => "west",
        "br" => "british",
        "fr" => "french",
        "fmr" => "former",
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::economies;
    use proptest::prelude::*;

    fn found(text: &str) -> String {
        match economies().lookup(text) {
            Ok(info) => info.code.to_string(),
            Err(LookupError::Ambiguous { candidates, .. }) => format!("? {}", list(&candidates, " ")),
            Err(LookupError::Unknown { candidates, .. }) => format!("- {}", list(&candidates, " ")),
        }
    }

    #[test]
    fn the_two_koreas_are_never_taken_for_each_other() {
        for north in [
            "PRK",
            "prk",
            "KP",
            "North Korea",
            "N. Korea",
            "Korea, North",
            "Korea (North)",
            "DPRK",
            "D.P.R.K.",
            "DPR Korea",
            "Korea, DPR",
            "Dem. People's Rep. of Korea",
            "Korea, Dem. People's Rep. of",
            "Korea, Dem. People’s Rep.",
            "Korea, Dem. Rep.",
            "Democratic People's Republic of Korea",
            "KOREA, DEMOCRATIC PEOPLES REPUBLIC OF",
        ] {
            assert_eq!(found(north), "PRK", "{north}");
        }
        for south in [
            "KOR",
            "KR",
            "South Korea",
            "S. Korea",
            "Korea, South",
            "Korea, Rep.",
            "Korea, Rep. of",
            "Rep.of Korea",
            "Republic of Korea",
            "the Republic of Korea",
            "ROK",
        ] {
            assert_eq!(found(south), "KOR", "{south}");
        }
        let refusal = economies().lookup("Korea").unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "`Korea` may mean KOR (South Korea) or PRK (North Korea): write the code of the one that is meant"
        );
    }

    #[test]
    fn ambiguous_names_are_refused() {
        for (text, expected) in [
            (
                "Congo",
                "? COD (Democratic Republic of the Congo) COG (Republic of the Congo)",
            ),
            (
                "Virgin Islands",
                "? VGB (British Virgin Islands) VIR (US Virgin Islands)",
            ),
            (
                "St. Martin",
                "? MAF (Saint Martin (French part)) SXM (Sint Maarten (Dutch part))",
            ),
            ("CS", "? CSK (Czechoslovakia) SCG (Serbia and Montenegro)"),
        ] {
            assert_eq!(found(text), expected);
        }
    }

    #[test]
    fn exact_names_win() {
        for (text, code) in [
            ("Guinea", "GIN"),
            ("China", "CHN"),
            ("China, Hong Kong SAR", "HKG"),
            ("Germany", "DEU"),
            ("Dem. Rep. of Germany", "DDR"),
            ("Niger", "NER"),
            ("Dominica", "DMA"),
            ("Dominican Rep.", "DOM"),
            ("Samoa", "WSM"),
            ("Sudan", "SDN"),
            ("Yemen", "YEM"),
            ("Congo, Dem. Rep.", "COD"),
            ("Congo, Rep.", "COG"),
            ("Côte d'Ivoire", "CIV"),
            ("COTE D'IVOIRE", "CIV"),
            ("Türkiye", "TUR"),
            ("Turkey", "TUR"),
            ("U.S.S.R.", "SUN"),
            ("USA", "USA"),
            ("UK", "GBR"),
            ("Trinidad & Tobago", "TTO"),
            ("St. Vincent and the Grenadines", "VCT"),
            ("Areas, nes", "_X"),
            ("World", "WLD"),
        ] {
            assert_eq!(found(text), code, "{text}");
        }
    }

    #[test]
    fn what_is_unknown_gets_its_neighbours() {
        assert_eq!(found("Germny"), "- DEU (Germany)");
        assert_eq!(found("Phillipines"), "- PHL (Philippines)");
        assert!(found("Democratic Korea").contains("PRK"));
        assert_eq!(found(""), "- ");
        assert_eq!(found("???"), "- ");
        let refusal = economies().lookup("Atlantis").unwrap_err().to_string();
        assert!(refusal.starts_with("no economy is known as `Atlantis`"), "{refusal}");
    }

    #[test]
    fn codes_and_names_find_their_own_economy() {
        for e in economies().iter() {
            assert_eq!(found(e.code.as_str()), e.code.as_str());
            assert_eq!(found(&e.code.as_str().to_lowercase()), e.code.as_str());
            assert_eq!(found(e.name), e.code.as_str());
        }
    }

    #[test]
    fn names_are_unique_but_for_the_known_few() {
        let shared: Vec<&str> = economies()
            .names
            .iter()
            .filter(|(_, b)| b.len() > 1)
            .map(|(n, _)| n.as_str())
            .collect();
        assert_eq!(shared, ["congo", "islands virgin", "korea", "martin saint"]);
        for e in economies().iter() {
            for alias in &e.aliases {
                if !["congo", "islands virgin", "korea", "martin saint"].contains(&name_key(alias).as_str()) {
                    assert_eq!(found(alias), e.code.as_str(), "{alias}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,80}") {
            let found = economies().lookup(&text).ok().map(|info| info.code);
            prop_assert_eq!(found, economies().find(&text).map(|info| info.code));
        }
    }
}
