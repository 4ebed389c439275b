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

impl Part {
    fn html(&self) -> String {
        match self {
            Part::Plain(words) => escape(words),
            Part::Evidence(to) => link(to).replacen("<a ", "<a class=\"number\" ", 1),
        }
    }
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
        self.0.iter().map(Part::html).collect()
    }

    /// The same in paragraphs, which empty lines part.
    pub(crate) fn paragraphs(&self) -> Vec<String> {
        let mut all = vec![String::new()];
        for part in &self.0 {
            let pieces: Vec<String> = match part {
                Part::Plain(words) => words.split("\n\n").map(escape).collect(),
                Part::Evidence(_) => vec![part.html()],
            };
            for (at, piece) in pieces.into_iter().enumerate() {
                if at > 0 {
                    all.push(String::new());
                }
                if let Some(last) = all.last_mut() {
                    last.push_str(&piece);
                }
            }
        }
        all.retain(|paragraph| !paragraph.trim().is_empty());
        all
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
        assert_eq!(words.paragraphs(), [words.html()]);
        let mut two = Words::from("a ");
        two.evidence("2", "x#y");
        two.plain(".\n\nb");
        assert_eq!(two.paragraphs(), ["a <a class=\"number\" href=\"x#y\">2</a>.", "b"]);
        assert_eq!(
            words.html(),
            "a &lt; <a class=\"number\" href=\"evidence/imf.html#x\">2</a> &amp; more"
        );
    }
}
