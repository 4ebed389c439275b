use std::fmt::Write;

/// The size of the letters in a chart, in units of the drawing.
pub(crate) const LETTER: f64 = 12.5;

/// Text for HTML and SVG, in elements and in quoted attributes. Control characters, which
/// neither allows, become spaces.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => safe.push(' '),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// A coordinate with one decimal place, without an idle one.
pub(crate) fn px(at: f64) -> String {
    // Far off the drawing is as good as infinitely far, and stays readable for viewers.
    let tenths = (at.clamp(-9999.0, 9999.0) * 10.0).round() as i64;
    match (tenths / 10, tenths % 10) {
        (whole, 0) => whole.to_string(),
        (0, rest) if tenths < 0 => format!("-0.{}", rest.abs()),
        (whole, rest) => format!("{whole}.{}", rest.abs()),
    }
}

/// How wide a text is in a usual sans-serif face, a little generously.
pub(crate) fn text_width(text: &str, letter: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.29,
            'f' | 't' | 'r' | ' ' | '(' | ')' | '-' | '/' => 0.38,
            'm' | 'w' | 'M' | 'W' | '%' | '—' | '…' | '@' => 0.93,
            c if c.is_ascii_uppercase() => 0.70,
            c if c.is_ascii_digit() => 0.58,
            c if (c as u32) < 0x2000 => 0.57,
            c if (c as u32) < 0x2e80 => 0.65,
            _ => 1.0,
        })
        .sum();
    ems * letter
}

/// Where a text is tied to its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Appends a text element.
pub(crate) fn text(out: &mut String, class: &str, x: f64, y: f64, anchor: Anchor, words: &str) {
    let anchor = match anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    // Writing into a string does not fail.
    let _ = write!(
        out,
        "<text class=\"{class}\" x=\"{}\" y=\"{}\"{anchor}>{}</text>",
        px(x),
        px(y),
        escape(words)
    );
}

/// Appends a straight line.
pub(crate) fn line(out: &mut String, class: &str, from: (f64, f64), to: (f64, f64)) {
    let _ = write!(
        out,
        "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
        px(from.0),
        px(from.1),
        px(to.0),
        px(to.1)
    );
}

/// Words broken into lines of at most `width`, at most `most` of them; what does not fit is
/// cut with `…`.
pub(crate) fn wrapped(words: &str, width: f64, letter: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        let fitting = lines
            .last()
            .map(|line| format!("{line} {word}"))
            .filter(|l| text_width(l, letter) <= width);
        match (fitting, lines.last_mut()) {
            (Some(longer), Some(last)) => *last = longer,
            _ => lines.push(word.to_owned()),
        }
    }
    let cut = lines.len() > most;
    lines.truncate(most.max(1));
    let last = lines.len().saturating_sub(1);
    for (at, line) in lines.iter_mut().enumerate() {
        if (cut && at == last) || text_width(line, letter) > width {
            while text_width(line, letter) + letter > width && line.pop().is_some() {}
            line.push('…');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_made_safe() {
        assert_eq!(escape("a<b>&\"'\u{0}\n"), "a&lt;b&gt;&amp;&quot;&#39;  ");
    }

    #[test]
    fn coordinates_are_short() {
        for (at, text) in [
            (1.0, "1"),
            (-0.04, "0"),
            (-0.25, "-0.3"),
            (12.34, "12.3"),
            (-3.12, "-3.1"),
            (1e300, "9999"),
        ] {
            assert_eq!(px(at), text);
        }
    }

    #[test]
    fn words_are_wrapped_and_cut() {
        assert_eq!(wrapped("inter-Korean trade", 200.0, 12.0, 2), ["inter-Korean trade"]);
        assert_eq!(
            wrapped("IMF and inter-Korean trade", 90.0, 12.0, 2),
            ["IMF and", "inter-Korean…"]
        );
        assert_eq!(wrapped("", 90.0, 12.0, 2), Vec::<String>::new());
        let long = wrapped(&"x".repeat(500), 90.0, 12.0, 2);
        assert!(long.len() == 1 && text_width(&long[0], 12.0) <= 90.0);
    }
}
