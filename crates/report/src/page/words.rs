//! A text of which parts lead somewhere: numbers to their evidence.

use super::Link;
use super::html::link;
use crate::svg::escape;

/// A text; its parts are plain words or links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Plain(String),
    Evidence(Link),
}

impl Words {
    /// Adds plain words.
    pub fn plain(&mut self, words: &str) {
        self.0.push(Part::Plain(words.to_owned()));
    }

    /// Adds words that lead to their evidence.
    pub fn evidence(&mut self, words: &str, href: &str) {
        self.0.push(Part::Evidence(Link {
            text: words.to_owned(),
            href: href.to_owned(),
        }));
    }

    /// The words alone.
    pub fn text(&self) -> String {
        let words = self.0.iter().map(|part| match part {
            Part::Plain(words) => words.as_str(),
            Part::Evidence(link) => link.text.as_str(),
        });
        words.collect()
    }

    /// Where its numbers lead, in their order.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|part| match part {
            Part::Plain(_) => None,
            Part::Evidence(link) => Some(link.href.clone()),
        })
    }

    /// The text as HTML, escaped.
    pub(crate) fn html(&self) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Plain(words) => escape(words),
            Part::Evidence(to) => link(to).replacen("<a ", "<a class=\"number\" ", 1),
        });
        parts.collect()
    }
}

impl From<&str> for Words {
    fn from(words: &str) -> Self {
        Words(vec![Part::Plain(words.to_owned())])
    }
}

impl From<String> for Words {
    fn from(words: String) -> Self {
        Words(vec![Part::Plain(words)])
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn numbers_lead_to_their_evidence_and_words_are_escaped() {
        let mut words = Words::from("a < ");
        words.evidence("2", "evidence/imf.html#x");
        words.plain(" & more");
        assert_eq!(words.text(), "a < 2 & more");
        assert_eq!(
            words.html(),
            "a &lt; <a class=\"number\" href=\"evidence/imf.html#x\">2</a> &amp; more"
        );
    }
}
