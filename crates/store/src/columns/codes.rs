use super::delta;
use super::held::Digits;
use super::hybrid::{Hybrid, Run, push};
use super::pages::{DataPage, Pages, Refused, Step};
use super::sought::Sought;
use super::texts::{Interned, Texts};
use bytes::Bytes;
use parquet::basic::{Encoding, Type};
use std::ops::Range;

/// What is wrong with a code beyond the dictionary.
const UNKNOWN: &str = "a code that is not in the dictionary";

/// A position in a coded column of one row group: texts, or small integers written as their digits.
pub struct CodeCursor {
    source: Source,
    texts: Interned,
    /// The dictionary page is read: codes below this are in it.
    coded: usize,
    physical: Type,
    page: Values,
    /// Rows left on the page.
    rows: usize,
}

enum Source {
    Pages(Pages),
    /// All rows are in `page`.
    Whole,
}

/// What is left of a page.
enum Values {
    /// Dictionary codes without nulls, as they are in the page.
    Coded(Box<Hybrid>),
    /// Codes of any origin.
    Plain(Vec<u32>, usize),
    /// One code for all rows, such as that of null.
    Same(u32),
}

impl CodeCursor {
    pub(crate) fn new(pages: Pages, physical: Type, digits: Digits) -> Result<Self, Refused> {
        if !matches!(physical, Type::BYTE_ARRAY | Type::INT32 | Type::INT64) {
            return Err(Refused::Unknown);
        }
        let mut cursor = CodeCursor {
            source: Source::Pages(pages),
            texts: Interned::with(digits),
            coded: 0,
            physical,
            page: Values::Plain(Vec::new(), 0),
            rows: 0,
        };
        cursor.load()?;
        Ok(cursor)
    }

    /// The values of the dictionary page alone.
    pub(crate) fn dictionary_only(mut pages: Pages, physical: Type, digits: Digits) -> Result<Texts, Refused> {
        match pages.next()? {
            Some(Step::Dictionary(bytes, count)) => {
                let mut texts = Texts::default();
                dictionary(physical, &bytes, count, digits, &mut texts)?;
                Ok(texts)
            }
            _ => Err(Refused::Unknown),
        }
    }

    /// A cursor over rows that another reader read.
    pub(crate) fn of_codes(texts: Texts, codes: Vec<u32>) -> Self {
        CodeCursor {
            source: Source::Whole,
            coded: texts.len(),
            texts: Interned::of(texts),
            physical: Type::BYTE_ARRAY,
            rows: codes.len(),
            page: Values::Plain(codes, 0),
        }
    }

    /// The values behind the codes. It may grow while the cursor moves; a code keeps its value.
    pub fn texts(&self) -> &Texts {
        &self.texts.texts
    }

    /// Makes sure that there are rows on the page.
    fn load(&mut self) -> Result<(), Refused> {
        while self.rows == 0 {
            let Source::Pages(pages) = &mut self.source else {
                return Err("a column ends before its last row".into());
            };
            match pages.next()? {
                None => return Err("a column ends before its last row".into()),
                Some(Step::Dictionary(bytes, count)) => {
                    dictionary(self.physical, &bytes, count, self.texts.digits, &mut self.texts.texts)?;
                    self.coded = self.texts.texts.len();
                }
                Some(Step::Data(page)) => {
                    self.rows = page.rows;
                    self.page = self.open(page)?;
                }
            }
        }
        Ok(())
    }

    fn open(&mut self, page: DataPage) -> Result<Values, Refused> {
        if page.count == 0 {
            return Ok(Values::Same(self.texts.texts.null()));
        }
        match page.encoding {
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                let mut hybrid = dictionary_codes(&page)?;
                let Some(valid) = page.valid else {
                    return Ok(Values::Coded(Box::new(hybrid)));
                };
                let mut codes = vec![0; page.count];
                hybrid.codes(&mut codes)?;
                check(&codes, self.coded)?;
                Ok(self.spread(&codes, Some(&valid)))
            }
            Encoding::PLAIN => {
                let mut codes = Vec::with_capacity(page.count);
                let texts = &mut self.texts;
                for_each_plain(self.physical, &page.values, page.count, |value| {
                    codes.push(match value {
                        Plain::Text(text) => texts.code(text),
                        Plain::Number(number) => texts.number(number),
                    });
                })?;
                Ok(self.spread(&codes, page.valid.as_deref()))
            }
            Encoding::DELTA_BINARY_PACKED if self.physical != Type::BYTE_ARRAY => {
                let mut numbers = Vec::new();
                numbers_of_delta(self.physical, &page, &mut numbers)?;
                let codes: Vec<u32> = numbers.iter().map(|&n| self.texts.number(n)).collect();
                Ok(self.spread(&codes, page.valid.as_deref()))
            }
            _ => Err(Refused::Unknown),
        }
    }

    /// Codes of the values to codes of the rows.
    fn spread(&mut self, codes: &[u32], valid: Option<&[bool]>) -> Values {
        let Some(valid) = valid else {
            return Values::Plain(codes.to_vec(), 0);
        };
        let null = self.texts.texts.null();
        let mut codes = codes.iter();
        let rows = valid.iter().map(|&valid| {
            if valid {
                codes.next().copied().unwrap_or(null)
            } else {
                null
            }
        });
        Values::Plain(rows.collect(), 0)
    }

    /// Fills `out` with the codes of the next rows.
    pub(crate) fn codes(&mut self, mut out: &mut [u32]) -> Result<(), Refused> {
        while !out.is_empty() {
            self.load()?;
            let rows = self.rows.min(out.len());
            let (now, later) = out.split_at_mut(rows);
            match &mut self.page {
                Values::Coded(hybrid) => {
                    hybrid.codes(now)?;
                    check(now, self.coded)?;
                }
                Values::Plain(codes, at) => {
                    now.copy_from_slice(&codes[*at..*at + rows]);
                    *at += rows;
                }
                Values::Same(code) => now.fill(*code),
            }
            self.rows -= rows;
            out = later;
        }
        Ok(())
    }

    /// Adds the next rows to `out` as runs.
    pub(crate) fn runs(&mut self, mut left: usize, out: &mut Vec<Run>) -> Result<(), Refused> {
        let first = out.len().saturating_sub(1);
        while left > 0 {
            self.load()?;
            let rows = self.rows.min(left);
            match &mut self.page {
                Values::Coded(hybrid) => hybrid.runs(rows, out)?,
                Values::Plain(codes, at) => {
                    codes[*at..*at + rows].iter().for_each(|&code| push(out, code, 1));
                    *at += rows;
                }
                Values::Same(code) => push(out, *code, rows as u32),
            }
            self.rows -= rows;
            left -= rows;
        }
        let known = self.texts.texts.len();
        if out[first..].iter().any(|run| run.code as usize >= known) {
            return Err(UNKNOWN.into());
        }
        Ok(())
    }

    /// Looks through the next rows, which are these.
    pub(crate) fn find(&mut self, range: Range<usize>, sought: &mut Sought<'_>) -> Result<(), Refused> {
        let mut at = range.start;
        while at < range.end {
            self.load()?;
            sought.learn(&self.texts.texts);
            let rows = self.rows.min(range.end - at);
            match &mut self.page {
                Values::Coded(hybrid) => hybrid.find(at..at + rows, sought)?,
                Values::Plain(codes, from) => {
                    sought.in_codes(&codes[*from..*from + rows], at);
                    *from += rows;
                }
                Values::Same(code) => sought.in_run(*code, at..at + rows),
            }
            if sought.lost {
                return Err(UNKNOWN.into());
            }
            self.rows -= rows;
            at += rows;
        }
        Ok(())
    }

    /// Passes over the next rows, over whole pages without decompressing them.
    pub(crate) fn skip(&mut self, mut left: usize) -> Result<(), Refused> {
        while left > 0 {
            if self.rows == 0
                && let Source::Pages(pages) = &mut self.source
            {
                left -= pages.skip(left)?;
                if left == 0 {
                    break;
                }
            }
            self.load()?;
            let rows = self.rows.min(left);
            match &mut self.page {
                Values::Coded(hybrid) => hybrid.skip(rows)?,
                Values::Plain(_, at) => *at += rows,
                Values::Same(_) => {}
            }
            self.rows -= rows;
            left -= rows;
        }
        Ok(())
    }
}

fn dictionary(physical: Type, bytes: &[u8], count: usize, digits: Digits, texts: &mut Texts) -> Result<(), Refused> {
    if !matches!(physical, Type::BYTE_ARRAY | Type::INT32 | Type::INT64) {
        return Err(Refused::Unknown);
    }
    if physical == Type::BYTE_ARRAY {
        let added = texts.extend(bytes, count);
        return added.ok_or_else(|| "a dictionary that is cut short, or with a text that is not UTF-8".into());
    }
    for_each_plain(physical, bytes, count, |value| {
        if let Plain::Number(number) = value {
            texts.push(&digits.text(number));
        }
    })
}

fn check(codes: &[u32], known: usize) -> Result<(), Refused> {
    let last = known.saturating_sub(1).min(1 << 30) as u32;
    // The first bit is set by a code beyond the last, or of more than 31 bits.
    let beyond = codes
        .iter()
        .fold(0, |bits, &code| bits | code | last.wrapping_sub(code));
    if beyond >> 31 == 0 && known > 0 || codes.is_empty() {
        return Ok(());
    }
    Err(UNKNOWN.into())
}

/// The codes of a dictionary-coded page: a byte with their width comes first.
pub(crate) fn dictionary_codes(page: &DataPage) -> Result<Hybrid, Refused> {
    match page.values.first() {
        Some(&width) => Ok(Hybrid::new(page.values.slice(1..), u32::from(width))?),
        None if page.count == 0 => Ok(Hybrid::new(Bytes::new(), 0)?),
        None => Err("a page ends before its last value".into()),
    }
}

/// The numbers of a delta-coded page, in place of what `out` holds.
pub(crate) fn numbers_of_delta(physical: Type, page: &DataPage, out: &mut Vec<i64>) -> Result<(), Refused> {
    if let Err(refused) = delta::decode(&page.values, page.count, out) {
        out.clear();
        return Err(match refused {
            delta::Refused::Damaged(damage) => damage.into(),
            delta::Refused::Unknown => Refused::Unknown,
        });
    }
    if physical == Type::INT32 {
        // Sums wrap at the width of the column.
        out.iter_mut().for_each(|n| *n = i64::from(*n as i32));
    }
    Ok(())
}

/// A value as PLAIN writes it.
pub(crate) enum Plain<'a> {
    Text(&'a str),
    Number(i64),
}

/// Calls `each` for every value of PLAIN bytes.
fn for_each_plain(
    physical: Type,
    mut bytes: &[u8],
    count: usize,
    mut each: impl FnMut(Plain<'_>),
) -> Result<(), Refused> {
    const SHORT: &str = "a page ends before its last value";
    for _ in 0..count {
        match physical {
            Type::INT32 => {
                let (number, rest) = bytes.split_first_chunk().ok_or(SHORT)?;
                each(Plain::Number(i64::from(i32::from_le_bytes(*number))));
                bytes = rest;
            }
            Type::INT64 => {
                let (number, rest) = bytes.split_first_chunk().ok_or(SHORT)?;
                each(Plain::Number(i64::from_le_bytes(*number)));
                bytes = rest;
            }
            _ => {
                let (length, rest) = bytes.split_first_chunk().ok_or(SHORT)?;
                let (text, rest) = rest
                    .split_at_checked(u32::from_le_bytes(*length) as usize)
                    .ok_or(SHORT)?;
                each(Plain::Text(
                    std::str::from_utf8(text).map_err(|_| "a text that is not UTF-8")?,
                ));
                bytes = rest;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_beyond_the_dictionary_is_refused_however_large() {
        assert!(check(&[], 0).is_ok());
        assert!(check(&[0, 4, 2], 5).is_ok());
        for (codes, known) in [(&[0][..], 0), (&[1, 5, 2], 5), (&[u32::MAX, 0], 5), (&[1 << 31 | 3], 5)] {
            assert!(check(codes, known).is_err(), "{codes:?} of {known}");
        }
    }
}
