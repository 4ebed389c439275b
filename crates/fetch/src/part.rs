use trade::Period;

/// What one question is about. `None` stands for all that there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Years, months or quarters, all of one kind, in order.
    pub periods: Vec<Period>,
    /// The provider's codes of the reporters.
    pub reporters: Option<Vec<String>>,
    /// The provider's codes of the partners.
    pub partners: Option<Vec<String>>,
    /// The provider's codes of the flows.
    pub flows: Vec<String>,
    /// The provider's codes of the products, or of levels of them (`AG2`); empty where it knows none.
    pub products: Vec<String>,
}

/// What a question can be divided by, in the order in which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Time.
    Period,
    /// Who reports.
    Reporter,
    /// Of trade with whom.
    Partner,
    /// In which direction.
    Flow,
    /// In what.
    Product,
}

/// How a question is divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Split {
    /// Into two halves, which together ask for the same.
    Halves(Box<(Part, Part)>),
    /// The codes of this dimension have to be known first.
    Codes(Dimension),
    /// Not at all.
    Never,
}

impl Part {
    /// Divides a question: by the first dimension in the order of [`Dimension`] that has several values. Where that
    /// is all that there are, `known` says whether the provider lists them. Products are divided between chapters
    /// as long as there are several.
    pub fn split(&self, known: impl Fn(Dimension) -> bool) -> Split {
        if let Some((a, b)) = halves(&self.periods) {
            return self.both(|part, second| part.periods = if second { b.clone() } else { a.clone() });
        }
        for (dimension, codes) in [
            (Dimension::Reporter, &self.reporters),
            (Dimension::Partner, &self.partners),
        ] {
            match codes {
                None if known(dimension) => return Split::Codes(dimension),
                None => {}
                Some(codes) => {
                    if let Some((a, b)) = halves(codes) {
                        return self.both(|part, second| {
                            let half = Some(if second { b.clone() } else { a.clone() });
                            match dimension {
                                Dimension::Reporter => part.reporters = half,
                                _ => part.partners = half,
                            }
                        });
                    }
                }
            }
        }
        if let Some((a, b)) = halves(&self.flows) {
            return self.both(|part, second| part.flows = if second { b.clone() } else { a.clone() });
        }
        if let Some((a, b)) = between_chapters(&self.products).or_else(|| halves(&self.products)) {
            return self.both(|part, second| part.products = if second { b.clone() } else { a.clone() });
        }
        match &self.products[..] {
            [level] if level_digits(level).is_some() && known(Dimension::Product) => Split::Codes(Dimension::Product),
            _ => Split::Never,
        }
    }

    fn both(&self, change: impl Fn(&mut Part, bool)) -> Split {
        let (mut first, mut second) = (self.clone(), self.clone());
        change(&mut first, false);
        change(&mut second, true);
        Split::Halves(Box::new((first, second)))
    }

    /// The same question with all codes of a dimension named. Of products, those of the level that was asked for.
    pub fn with_codes(&self, dimension: Dimension, codes: &[String]) -> Part {
        let mut part = self.clone();
        match dimension {
            Dimension::Reporter => part.reporters = Some(codes.to_vec()),
            Dimension::Partner => part.partners = Some(codes.to_vec()),
            Dimension::Product => {
                let digits = part.products.first().and_then(|level| level_digits(level));
                let of_level = |code: &&String| Some(code.len()) == digits && code.as_str() != "TOTAL";
                part.products = codes.iter().filter(of_level).cloned().collect();
                part.products.sort();
            }
            Dimension::Period | Dimension::Flow => {}
        }
        part
    }
}

/// The number of digits of a level's codes: 6 of `AG6`.
pub(crate) fn level_digits(product: &str) -> Option<usize> {
    product.strip_prefix("AG")?.parse().ok().filter(|n| (1..=6).contains(n))
}

fn halves<T: Clone>(values: &[T]) -> Option<(Vec<T>, Vec<T>)> {
    (values.len() > 1).then(|| {
        let (a, b) = values.split_at(values.len().div_ceil(2));
        (a.to_vec(), b.to_vec())
    })
}

/// Sorted codes in two at the boundary of chapters (the first two digits) that is nearest to the middle.
fn between_chapters(codes: &[String]) -> Option<(Vec<String>, Vec<String>)> {
    let chapter = |code: &String| code.get(..2).map(str::to_owned);
    let middle = codes.len().div_ceil(2);
    let boundary = (1..codes.len()).filter(|&at| chapter(&codes[at - 1]) != chapter(&codes[at]));
    let at = boundary.min_by_key(|at| at.abs_diff(middle))?;
    Some((codes[..at].to_vec(), codes[at..].to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(codes: &[&str]) -> Vec<String> {
        codes.iter().map(|c| (*c).to_owned()).collect()
    }

    fn part() -> Part {
        Part {
            periods: vec![Period::annual(2020).unwrap(), Period::annual(2021).unwrap()],
            reporters: Some(texts(&["1", "2", "3"])),
            partners: None,
            flows: texts(&["M", "X"]),
            products: texts(&["AG2"]),
        }
    }

    /// Divides until nothing can be, and shows each part on a line.
    fn divided(part: Part, known: bool, lines: &mut Vec<String>) {
        match part.split(|_| known) {
            Split::Halves(both) => {
                divided(both.0, known, lines);
                divided(both.1, known, lines);
            }
            Split::Codes(Dimension::Partner) => {
                divided(part.with_codes(Dimension::Partner, &texts(&["8", "9"])), known, lines);
            }
            Split::Codes(dimension) => {
                let codes = texts(&["02", "01", "TOTAL", "0101"]);
                divided(part.with_codes(dimension, &codes), known, lines);
            }
            Split::Never => lines.push(format!(
                "{} {} {} {} {}",
                part.periods[0],
                part.reporters.unwrap().join(","),
                part.partners.map_or("all".to_owned(), |p| p.join(",")),
                part.flows.join(","),
                part.products.join(",")
            )),
        }
    }

    #[test]
    fn every_combination_is_asked_for_once() {
        let mut lines = Vec::new();
        divided(part(), true, &mut lines);
        assert_eq!(lines.len(), 2 * 3 * 2 * 2 * 2);
        assert_eq!(
            (lines[0].as_str(), lines[1].as_str()),
            ("2020 1 8 M 01", "2020 1 8 M 02")
        );
        let mut unique = lines.clone();
        unique.dedup();
        assert_eq!(unique, lines);
        let mut lines = Vec::new();
        divided(part(), false, &mut lines);
        assert_eq!(lines.len(), 2 * 3 * 2);
        assert_eq!(lines[0], "2020 1 all M AG2");
    }

    #[test]
    fn time_is_divided_first_and_products_at_chapters() {
        let Split::Halves(both) = part().split(|_| true) else {
            panic!()
        };
        assert_eq!(both.0.periods, [Period::annual(2020).unwrap()]);
        assert_eq!(both.0.reporters, both.1.reporters);
        let codes = texts(&["010101", "010102", "010201", "020101", "030101"]);
        let (a, b) = between_chapters(&codes).unwrap();
        assert_eq!((a.len(), b.len()), (3, 2));
        assert!(between_chapters(&codes[..3]).is_none());
    }
}
