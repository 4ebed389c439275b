use super::codes::{dictionary_codes, numbers_of_delta};
use super::pages::{DataPage, Pages, Refused, Step};
use parquet::basic::{Encoding, Type};

/// A position in a column of decimals of one row group. Values are integers in units of the
/// column's scale.
pub struct NumberCursor {
    pages: Option<Pages>,
    dictionary: Vec<i64>,
    physical: Type,
    /// Bytes of a value of FIXED_LEN_BYTE_ARRAY.
    width: usize,
    values: Vec<i64>,
    valid: Option<Vec<bool>>,
    at: usize,
}

/// Some rows of a column of decimals.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'a> {
    /// One value for each row; 0 where there is none.
    pub values: &'a [i64],
    /// Which rows have a value; `None` where all have.
    pub valid: Option<&'a [bool]>,
}

impl NumberCursor {
    pub(crate) fn new(pages: Pages, physical: Type, width: i32) -> Result<Self, Refused> {
        let width = match physical {
            Type::INT32 => 4,
            Type::INT64 => 8,
            Type::FIXED_LEN_BYTE_ARRAY if (1..=16).contains(&width) => width as usize,
            _ => return Err(Refused::Unknown),
        };
        Ok(NumberCursor {
            pages: Some(pages),
            dictionary: Vec::new(),
            physical,
            width,
            values: Vec::new(),
            valid: None,
            at: 0,
        })
    }

    /// A cursor over rows that another reader read.
    pub(crate) fn of_values(values: Vec<i64>, valid: Option<Vec<bool>>) -> Self {
        NumberCursor {
            pages: None,
            dictionary: Vec::new(),
            physical: Type::INT64,
            width: 8,
            values,
            valid,
            at: 0,
        }
    }

    /// Makes sure that there are rows on the page; gives how many.
    pub(crate) fn ready(&mut self) -> Result<usize, Refused> {
        while self.at == self.values.len() {
            let pages = self.pages.as_mut().ok_or("a column ends before its last row")?;
            match pages.next()? {
                None => return Err("a column ends before its last row".into()),
                Some(Step::Dictionary(bytes, count)) => {
                    plain(self.physical, self.width, &bytes, count, &mut self.dictionary)?;
                }
                Some(Step::Data(page)) => self.open(page)?,
            }
        }
        Ok(self.values.len() - self.at)
    }

    fn open(&mut self, page: DataPage) -> Result<(), Refused> {
        self.at = 0;
        if page.encoding != Encoding::DELTA_BINARY_PACKED {
            self.values.clear();
        }
        match page.encoding {
            Encoding::DELTA_BINARY_PACKED if self.physical != Type::FIXED_LEN_BYTE_ARRAY => {
                numbers_of_delta(self.physical, &page, &mut self.values)?;
            }
            Encoding::PLAIN => plain(self.physical, self.width, &page.values, page.count, &mut self.values)?,
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                let mut codes = vec![0; page.count];
                dictionary_codes(&page)?.codes(&mut codes)?;
                for code in codes {
                    let value = self.dictionary.get(code as usize);
                    self.values.push(*value.ok_or("a code that is not in the dictionary")?);
                }
            }
            _ => return Err(Refused::Unknown),
        }
        if let Some(valid) = &page.valid {
            let mut values = self.values.iter();
            let rows = valid
                .iter()
                .map(|&valid| if valid { values.next().copied().unwrap_or(0) } else { 0 });
            self.values = rows.collect();
        }
        self.valid = page.valid;
        Ok(())
    }

    /// The next `rows` rows, at most as many as are ready.
    pub fn take(&mut self, rows: usize) -> Numbers<'_> {
        let start = self.at;
        self.at = (start + rows).min(self.values.len());
        Numbers {
            values: &self.values[start..self.at],
            valid: self.valid.as_deref().map(|valid| &valid[start..self.at]),
        }
    }

    /// Passes over the next rows, over whole pages without decompressing them.
    pub(crate) fn skip(&mut self, mut left: usize) -> Result<(), Refused> {
        while left > 0 {
            if self.at == self.values.len()
                && let Some(pages) = &mut self.pages
            {
                left -= pages.skip(left)?;
                if left == 0 {
                    break;
                }
            }
            let rows = self.ready()?.min(left);
            self.at += rows;
            left -= rows;
        }
        Ok(())
    }
}

fn plain(physical: Type, width: usize, bytes: &[u8], count: usize, out: &mut Vec<i64>) -> Result<(), Refused> {
    const SHORT: &str = "a page ends before its last value";
    let bytes = bytes.get(..count.saturating_mul(width)).ok_or(SHORT)?;
    match physical {
        Type::INT32 => out.extend(bytes.as_chunks().0.iter().map(|b| i64::from(i32::from_le_bytes(*b)))),
        Type::INT64 => out.extend(bytes.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b))),
        _ => {
            for value in bytes.chunks_exact(width) {
                // Big-endian two's complement.
                let sign = if value[0] & 0x80 == 0 { 0 } else { -1_i128 };
                let value = value.iter().fold(sign, |value, &byte| value << 8 | i128::from(byte));
                out.push(i64::try_from(value).map_err(|_| "a value of more than 64 bits")?);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn big_endian_values_of_any_width_keep_their_sign() {
        let mut out = Vec::new();
        plain(Type::FIXED_LEN_BYTE_ARRAY, 3, &[0xff, 0xff, 0xfe, 0, 1, 0], 2, &mut out).unwrap();
        assert_eq!(out, [-2, 256]);
        let mut wide = [0xff; 16];
        wide[15] = 0x9c;
        plain(Type::FIXED_LEN_BYTE_ARRAY, 16, &wide, 1, &mut out).unwrap();
        assert_eq!(out[2], -100);
        wide[0] = 0x7f;
        assert!(plain(Type::FIXED_LEN_BYTE_ARRAY, 16, &wide, 1, &mut out).is_err());
        assert!(plain(Type::INT32, 4, &[0; 7], 2, &mut out).is_err());
    }
}
