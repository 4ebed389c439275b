//! A look at Thrift's compact encoding before the parquet crate decodes it: it takes the length of a list that it passes
//! over for what it says, which a damaged byte makes two thousand million.
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

/// Structures within structures; Parquet's have less than ten.
const DEEPEST: usize = 32;

/// Why a structure was not passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It goes on beyond the bytes.
    Short,
    /// It is none that Parquet has.
    Damaged,
}

/// How many bytes a page's header has, in which no list stands.
pub(crate) fn page_header(bytes: &[u8]) -> Result<usize, Stop> {
    let mut look = Look {
        bytes,
        at: 0,
        lists: false,
    };
    look.structure(DEEPEST)?;
    Ok(look.at)
}

/// Whether a footer's structure ends within its bytes, and no list has more elements than there are bytes; that is looked
/// at where it may be that something has very many.
pub(crate) fn footer(bytes: &[u8]) -> bool {
    if !may_have_many(bytes) {
        return true;
    }
    let mut look = Look {
        bytes,
        at: 0,
        lists: true,
    };
    look.structure(DEEPEST).is_ok()
}

/// Whether a number of five bytes stands somewhere, or what may be one, without which nothing has very many elements. In
/// the footers of small files there is none.
fn may_have_many(bytes: &[u8]) -> bool {
    let four_high = |word: &[u8; 8]| {
        let high = u64::from_le_bytes(*word) & 0x8080_8080_8080_8080;
        high & high >> 8 & high >> 16 & high >> 24 != 0
    };
    let mut words = bytes.windows(8).step_by(5).filter_map(|word| word.first_chunk());
    words.any(four_high) || bytes.last_chunk().is_none_or(four_high)
}

struct Look<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether lists may occur.
    lists: bool,
}

impl Look<'_> {
    fn byte(&mut self) -> Result<u8, Stop> {
        let byte = *self.bytes.get(self.at).ok_or(Stop::Short)?;
        self.at += 1;
        Ok(byte)
    }

    fn varint(&mut self) -> Result<u64, Stop> {
        let mut number = 0;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Stop::Damaged)
    }

    fn pass(&mut self, bytes: u64) -> Result<(), Stop> {
        let left = (self.bytes.len() - self.at) as u64;
        if bytes > left {
            return Err(Stop::Short);
        }
        self.at += bytes as usize;
        Ok(())
    }

    fn structure(&mut self, depth: usize) -> Result<(), Stop> {
        let depth = depth.checked_sub(1).ok_or(Stop::Damaged)?;
        loop {
            let head = self.byte()?;
            let kind = head & 0x0f;
            if kind == 0 {
                return Ok(());
            }
            if head >> 4 == 0 {
                self.varint()?; // the field's number, where it is not told by its distance
            }
            // A field that is true or false has no bytes.
            if kind > 2 {
                self.value(kind, depth)?;
            }
        }
    }

    fn value(&mut self, kind: u8, depth: usize) -> Result<(), Stop> {
        match kind {
            3 => self.pass(1),
            4..=6 => self.varint().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.varint()?;
                self.pass(length)
            }
            9 | 10 if self.lists => self.list(depth),
            12 => self.structure(depth),
            // Parquet has neither maps nor, in a page's header, lists.
            _ => Err(Stop::Damaged),
        }
    }

    fn list(&mut self, depth: usize) -> Result<(), Stop> {
        let head = self.byte()?;
        let kind = head & 0x0f;
        let size = match head >> 4 {
            15 => self.varint()?,
            size => size.into(),
        };
        // Each element has a byte or more; some writers leave the kind of an empty list open.
        if size > (self.bytes.len() - self.at) as u64 || (kind < 3 && size > 0) {
            return Err(Stop::Damaged);
        }
        (0..size).try_for_each(|_| self.value(kind, depth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Field 1 a number, 2 a text of three bytes, 3 a structure with a field that is true.
    const HEADER: &[u8] = b"\x15\x80\x01\x18\x03abc\x1c\x11\x00\x00";

    #[test]
    fn a_structure_is_passed_over_to_its_last_byte() {
        let more = [HEADER, b"more"].concat();
        assert_eq!(page_header(&more), Ok(HEADER.len()));
        for cut in 0..HEADER.len() {
            assert_eq!(page_header(&HEADER[..cut]), Err(Stop::Short), "{cut}");
        }
        let deep = [0x1c; 100];
        assert_eq!(page_header(&deep), Err(Stop::Damaged));
        assert_eq!(page_header(&[0x15; 20][..1]), Err(Stop::Short));
        assert_eq!(page_header(&[&b"\x15"[..], &[0xff; 20]].concat()), Err(Stop::Damaged));
    }

    #[test]
    fn a_list_is_no_longer_than_the_bytes_that_follow_it() {
        let numbers = b"\x19\x35\x01\x02\x03\x00";
        assert!(footer(numbers));
        assert_eq!(page_header(numbers), Err(Stop::Damaged));
        let many = b"\xff\xff\xff\xff\x07";
        assert!(!footer(&[b"\x19\xf1", &many[..], b"\x00"].concat()), "truths");
        assert!(!footer(&[b"\x19\x19\xf2", &many[..], b"\x00"].concat()), "in a list");
        assert!(!footer(&[b"\x1b", &many[..], b"\x11\x00"].concat()), "in a map");
        // A text that looks so is none.
        let text = [b"\x18\x08x\xf1", &many[..], b"x\x00"].concat();
        assert!(may_have_many(&text) && footer(&text));
    }
}
