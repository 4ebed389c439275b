//! A line of plain numbers, read from left to right.

/// What is left of a line.
pub(crate) struct Scan<'a> {
    pub rest: &'a [u8],
}

impl<'a> Scan<'a> {
    pub fn of(line: &'a [u8]) -> Self {
        Scan { rest: line }
    }

    /// The number that the digits here make, and how many there are; at most 15 are taken.
    #[inline(always)]
    pub fn digits(&mut self) -> (u64, usize) {
        let (mut number, mut count) = (0, 0);
        while let Some(digit) = self.rest.get(count).map(|b| b.wrapping_sub(b'0'))
            && digit < 10
            && count < 15
        {
            number = number * 10 + u64::from(digit);
            count += 1;
        }
        self.rest = &self.rest[count..];
        (number, count)
    }

    #[inline(always)]
    pub fn comma(&mut self) -> Option<()> {
        self.rest = self.rest.strip_prefix(b",")?;
        Some(())
    }

    #[inline(always)]
    pub fn blanks(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    /// A product of six digits, or of five that have lost a leading zero, as `packed::digits` gives it.
    #[inline(always)]
    pub fn product(&mut self) -> Option<u64> {
        let (mut packed, mut count) = (0_u64, 0);
        while let Some(digit) = self.rest.get(count).map(|b| b.wrapping_sub(b'0'))
            && digit < 10
            && count < 7
        {
            packed = packed << 4 | u64::from(digit + 1);
            count += 1;
        }
        self.rest = &self.rest[count..];
        match count {
            6 => Some(packed << 16),
            5 => Some((packed | 1 << 20) << 16),
            _ => None,
        }
    }

    /// A number with up to three decimals, in thousandths.
    #[inline(always)]
    pub fn decimal(&mut self) -> Option<i64> {
        let (whole, digits) = self.digits();
        if digits == 0 {
            return None;
        }
        let (mut fraction, mut places) = (0, 0);
        if let Some(rest) = self.rest.strip_prefix(b".") {
            self.rest = rest;
            (fraction, places) = self.digits();
        }
        let thousandths = whole * 1000 + fraction * [1000, 100, 10, 1].get(places)?;
        i64::try_from(thousandths).ok()
    }
}
