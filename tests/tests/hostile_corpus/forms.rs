//! Encodings, line ends and delimiters.

use super::Answer::{Read, Refused, Some as Partly};
use super::{Case, case, with};
use tests::GOOD;

pub fn utf16(text: &str, big: bool, marked: bool) -> Vec<u8> {
    let mark: &[u16] = if marked { &[0xfeff] } else { &[] };
    let units = mark.iter().copied().chain(text.encode_utf16());
    units
        .flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })
        .collect()
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| c as u8).collect()
}

pub fn cases() -> Vec<Case> {
    let semicolons = GOOD.replace(',', ";");
    vec![
        case("plain.csv", GOOD, Read(3, "330")),
        case("bom.csv", format!("\u{feff}{GOOD}"), Read(3, "330")),
        case("crlf.csv", GOOD.replace('\n', "\r\n"), Read(3, "330")),
        case(
            "bom-crlf.csv",
            format!("\u{feff}{}", GOOD.replace('\n', "\r\n")),
            Read(3, "330"),
        ),
        case("no-last-end.csv", GOOD.trim_end(), Read(3, "330")),
        case("blank-lines.csv", GOOD.replace('\n', "\n\n"), Read(3, "330")),
        case(
            "lone-cr.csv",
            GOOD.replace('\n', "\r"),
            Refused(&["line 1", "carriage return", "LF or CRLF"]),
        ),
        case(
            "cr-cr-lf.csv",
            GOOD.replace('\n', "\r\r\n"),
            Refused(&["line 1", "carriage return"]),
        ),
        case("utf16le.csv", utf16(GOOD, false, true), Read(3, "330")),
        case("utf16be.csv", utf16(GOOD, true, true), Read(3, "330")),
        case(
            "utf16-tabs.txt",
            utf16(&GOOD.replace(',', "\t"), false, true),
            Read(3, "330"),
        ),
        case(
            "utf16-unmarked.csv",
            utf16(GOOD, false, false),
            Refused(&["zero byte", "UTF-16"]),
        ),
        case(
            "utf16-odd.csv",
            [utf16(GOOD, false, true), vec![0x41]].concat(),
            Refused(&["UTF-16", "middle of a character"]),
        ),
        case(
            "utf32.csv",
            [vec![0xff, 0xfe, 0, 0], vec![b'p', 0, 0, 0]].concat(),
            Refused(&["UTF-32"]),
        ),
        case(
            "latin1-value.csv",
            latin1(&with("2003,CHN,KOR,export,100,test", "2003,CHN,KOR,export,100,é")),
            Partly(2, "230", 1, &["line 2", "`compiler`", "Latin-1"]),
        ),
        case(
            "latin1-header.csv",
            latin1(&with("compiler", "compilé")),
            Refused(&["no UTF-8", "line 1"]),
        ),
        case("semicolons.csv", semicolons.clone(), Read(3, "330")),
        case("tabs.tsv", GOOD.replace(',', "\t"), Read(3, "330")),
        case("bars.csv", GOOD.replace(',', "|"), Read(3, "330")),
        case(
            "decimal-comma.csv",
            semicolons.replacen(";100;", ";100,5;", 1),
            Read(3, "330.5"),
        ),
        case(
            "grouped-comma.csv",
            semicolons.replacen(";100;", ";1.234,5;", 1),
            Read(3, "1464.5"),
        ),
        case(
            "two-ways.csv",
            semicolons.replacen(";100;", ";1,234;", 1),
            Partly(2, "230", 1, &["line 2", "two ways"]),
        ),
        case(
            "point-two-ways.csv",
            semicolons.replacen(";100;", ";1.234;", 1),
            Partly(2, "230", 1, &["line 2", "two ways"]),
        ),
        case("named-delimiter.csv", format!("sep=;\r\n{semicolons}"), Read(3, "330")),
        case("other-delimiter-named.csv", format!("sep=;\n{GOOD}"), Read(3, "330")),
        case(
            "quoted-all.csv",
            GOOD.lines()
                .map(|l| format!("\"{}\"\n", l.replace(',', "\",\"")))
                .collect::<String>(),
            Read(3, "330"),
        ),
        case(
            "quoted-line-end.csv",
            with(",100,test", ",100,\"te\nst\""),
            Partly(2, "230", 1, &["line 2", "`compiler`"]),
        ),
        case("nul.csv", with("CHN", "C\0N"), Refused(&["line 2", "zero byte"])),
        case(
            "control.csv",
            with("CHN", "C\u{7}N"),
            Refused(&["line 2", "control character"]),
        ),
        case("spaces.csv", GOOD.replace(',', " , "), Read(3, "330")),
        case("nbsp.csv", with(",100,", ",\u{a0}100\u{a0},"), Read(3, "330")),
    ]
}
