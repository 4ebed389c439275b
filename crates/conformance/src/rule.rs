//! When ours agrees with what was published.

/// How closely ours must agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Ours rounds to the published digits.
    Printed,
    /// The same number.
    Exact,
    /// |ours - published| <= t |published|.
    Relative(f64),
    /// |ours - published| <= t.
    Absolute(f64),
    /// Ours is at most the stated value: an ordering, not a number.
    AtMost,
    /// Ours is at least the stated value.
    AtLeast,
}

impl Rule {
    /// Reads a rule: `printed`, `exact`, `relative 1e-10`, `absolute 1e-14`, `at most`, `at least`.
    pub fn read(text: &str) -> Option<Rule> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|t| *t > 0.0);
        match text {
            "printed" => Some(Rule::Printed),
            "exact" => Some(Rule::Exact),
            "at most" => Some(Rule::AtMost),
            "at least" => Some(Rule::AtLeast),
            other => match other.split_once(' ')? {
                ("relative", t) => number(t).map(Rule::Relative),
                ("absolute", t) => number(t).map(Rule::Absolute),
                _ => None,
            },
        }
    }

    /// Whether ours agrees, and by how many digits; an ordering has none. `published` is the text, `value` its number.
    pub fn judge(self, ours: f64, published: &str, value: f64) -> (bool, Option<f64>) {
        let distance = (ours - value).abs();
        let relative = if value == 0.0 { distance } else { distance / value.abs() };
        let agreed = if relative == 0.0 {
            16.0
        } else {
            (-relative.log10()).clamp(0.0, 16.0)
        };
        match self {
            Rule::Printed => {
                // Half a unit of the last digit, with room for the rounding of the comparison itself.
                let pass = distance <= 0.5 * last_place(published) * (1.0 + 1e-9);
                (
                    pass,
                    Some(if pass {
                        f64::from(significant(published))
                    } else {
                        agreed
                    }),
                )
            }
            Rule::Exact => (ours == value, Some(agreed)),
            Rule::Relative(t) => (distance <= t * value.abs(), Some(agreed)),
            Rule::Absolute(t) => (distance <= t, Some(agreed)),
            Rule::AtMost => (ours <= value, None),
            Rule::AtLeast => (ours >= value, None),
        }
    }
}

/// The value of one unit in the last place of a printed number.
fn last_place(text: &str) -> f64 {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let decimals = mantissa
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len() as i32);
    10_f64.powi(exponent.parse::<i32>().unwrap_or(0) - decimals)
}

/// The number of significant digits of a printed number.
fn significant(text: &str) -> u32 {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').len().max(1) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_digits_are_what_ours_rounds_to() {
        let judge = |ours: f64, text: &str| Rule::Printed.judge(ours, text, text.parse().unwrap());
        assert_eq!(judge(0.184_081_23, "0.1840812"), (true, Some(7.0)));
        assert!(!judge(0.184_081_30, "0.1840812").0);
        assert_eq!(judge(2.805_887_9e-4, "2.805888e-4"), (true, Some(7.0)));
        assert_eq!(judge(-1387.0, "-1387"), (true, Some(4.0)));
        assert!(!judge(-1387.6, "-1387").0);
    }

    #[test]
    fn rules_are_read() {
        assert_eq!(Rule::read("relative 1e-10"), Some(Rule::Relative(1e-10)));
        assert_eq!(Rule::read("at most"), Some(Rule::AtMost));
        assert_eq!(Rule::read("relative -1"), None);
        assert_eq!(Rule::read("nearly"), None);
        assert!(Rule::Absolute(1e-14).judge(1.0, "1", 1.0).0);
        assert!(!Rule::Relative(1e-10).judge(1.000_000_1, "1", 1.0).0);
        assert!(!Rule::AtLeast.judge(0.9, "1", 1.0).0 && Rule::AtMost.judge(0.9, "1", 1.0).0);
    }
}
