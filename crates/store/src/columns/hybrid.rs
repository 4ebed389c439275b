//! Parquet's RLE / bit-packed hybrid, read as runs or as codes without leaving the page.

use super::sought::Sought;
use super::unpack::{AT_ONCE, unpack_u32};
use bytes::Bytes;
use std::ops::Range;

/// A code that holds for a number of consecutive rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The code.
    pub code: u32,
    /// For how many rows.
    pub rows: u32,
}

/// Adds rows of one code to runs, lengthening the last run where it has the same code.
#[inline]
pub(crate) fn push(runs: &mut Vec<Run>, code: u32, rows: u32) {
    match runs.last_mut() {
        Some(last) if last.code == code => last.rows += rows,
        _ => runs.push(Run { code, rows }),
    }
}

/// What is wrong with a page, for the error that names file and column.
pub(crate) type Damage = &'static str;

const ENDS_EARLY: Damage = "a page ends before its last value";

/// A position in hybrid-coded values.
pub(crate) struct Hybrid {
    data: Bytes,
    at: usize,
    width: u32,
    code: u32,
    /// Rows left of the present run of `code`.
    run: usize,
    /// Values left in the present bit-packed stretch, beyond those in `unpacked`.
    packed: usize,
    unpacked: [u32; AT_ONCE],
    /// The part of `unpacked` that is not read yet.
    ready: Range<usize>,
}

impl Hybrid {
    /// Values of `width` bits (at most 32).
    pub(crate) fn new(data: Bytes, width: u32) -> Result<Self, Damage> {
        if width > 32 {
            return Err("codes of more than 32 bits");
        }
        Ok(Hybrid {
            data,
            at: 0,
            width,
            code: 0,
            run: 0,
            packed: 0,
            unpacked: [0; AT_ONCE],
            ready: 0..0,
        })
    }

    /// Reads the next header: a run or a stretch of packed values.
    fn advance(&mut self) -> Result<(), Damage> {
        let header = varint(&self.data, &mut self.at).ok_or(ENDS_EARLY)?;
        let count = usize::try_from(header >> 1).map_err(|_| "a run of impossible length")?;
        if header & 1 == 0 {
            let bytes = self.width.div_ceil(8) as usize;
            let code = self.data.get(self.at..self.at + bytes).ok_or(ENDS_EARLY)?;
            self.code = code.iter().rev().fold(0, |code, &byte| code << 8 | u32::from(byte));
            self.at += bytes;
            self.run = count;
        } else {
            // The last stretch may be cut short: what is not there is not needed.
            let values = count.checked_mul(8).ok_or("a run of impossible length")?;
            let there = match self.width {
                0 => values,
                width => (self.data.len() - self.at) * 8 / width as usize,
            };
            self.packed = values.min(there);
        }
        if self.run == 0 && self.packed == 0 && self.at >= self.data.len() {
            return Err(ENDS_EARLY);
        }
        Ok(())
    }

    /// Unpacks up to 32 values to `unpacked`.
    fn unpack(&mut self) -> Result<(), Damage> {
        let values = self.packed.min(AT_ONCE);
        let bytes = (values * self.width as usize).div_ceil(8);
        let source = self.data.get(self.at..self.at + bytes).ok_or(ENDS_EARLY)?;
        let mut padded = [0; 4 * 32];
        padded[..bytes].copy_from_slice(source);
        unpack_u32(self.width, &padded, &mut self.unpacked);
        self.at += bytes;
        self.packed -= values;
        self.ready = 0..values;
        Ok(())
    }

    /// Fills `out` with the next values.
    pub(crate) fn codes(&mut self, mut out: &mut [u32]) -> Result<(), Damage> {
        while !out.is_empty() {
            if self.run > 0 {
                let rows = self.run.min(out.len());
                let (now, later) = out.split_at_mut(rows);
                now.fill(self.code);
                self.run -= rows;
                out = later;
            } else if !self.ready.is_empty() {
                let rows = self.ready.len().min(out.len());
                let (now, later) = out.split_at_mut(rows);
                now.copy_from_slice(&self.unpacked[self.ready.start..self.ready.start + rows]);
                self.ready.start += rows;
                out = later;
            } else if self.packed >= AT_ONCE
                && let Some((now, _)) = out.split_first_chunk_mut::<AT_ONCE>()
            {
                if !unpack_u32(self.width, &self.data[self.at..], now) {
                    return Err(ENDS_EARLY);
                }
                self.at += 4 * self.width as usize;
                self.packed -= AT_ONCE;
                out = &mut out[AT_ONCE..];
            } else if self.packed > 0 {
                self.unpack()?;
            } else {
                self.advance()?;
            }
        }
        Ok(())
    }

    /// Adds the next `rows` values to `out` as runs.
    pub(crate) fn runs(&mut self, mut rows: usize, out: &mut Vec<Run>) -> Result<(), Damage> {
        while rows > 0 {
            if self.run > 0 {
                let now = self.run.min(rows);
                push(out, self.code, now as u32);
                self.run -= now;
                rows -= now;
            } else if !self.ready.is_empty() {
                let now = self.ready.len().min(rows);
                for &code in &self.unpacked[self.ready.start..self.ready.start + now] {
                    push(out, code, 1);
                }
                self.ready.start += now;
                rows -= now;
            } else if self.packed > 0 {
                self.unpack()?;
            } else {
                self.advance()?;
            }
        }
        Ok(())
    }

    /// Looks through the values of the next rows, which are these.
    pub(crate) fn find(&mut self, range: Range<usize>, sought: &mut Sought<'_>) -> Result<(), Damage> {
        let mut rows = range.len();
        while rows > 0 {
            let at = range.end - rows;
            if self.run > 0 {
                let now = self.run.min(rows);
                sought.in_run(self.code, at..at + now);
                self.run -= now;
                rows -= now;
            } else if !self.ready.is_empty() {
                let now = self.ready.len().min(rows);
                let codes = &self.unpacked[self.ready.start..self.ready.start + now];
                sought.in_codes(codes, at);
                self.ready.start += now;
                rows -= now;
            } else if self.packed > 0 && self.width == 8 {
                // Codes of a byte are unpacked as they stand.
                let now = self.packed.min(rows);
                let codes = self.data.get(self.at..self.at + now).ok_or(ENDS_EARLY)?;
                sought.in_codes(codes, at);
                self.at += now;
                self.packed -= now;
                rows -= now;
            } else if self.packed > 0 {
                self.unpack()?;
            } else {
                self.advance()?;
            }
        }
        Ok(())
    }

    /// Passes over the next `rows` values.
    pub(crate) fn skip(&mut self, mut rows: usize) -> Result<(), Damage> {
        while rows > 0 {
            if self.run > 0 {
                let now = self.run.min(rows);
                self.run -= now;
                rows -= now;
            } else if !self.ready.is_empty() {
                let now = self.ready.len().min(rows);
                self.ready.start += now;
                rows -= now;
            } else if self.packed >= 8 && rows >= 8 {
                // Groups of eight values are whole bytes.
                let groups = (self.packed / 8).min(rows / 8);
                self.at += groups * self.width as usize;
                self.packed -= groups * 8;
                rows -= groups * 8;
            } else if self.packed > 0 {
                self.unpack()?;
            } else {
                self.advance()?;
            }
        }
        Ok(())
    }
}

/// An unsigned LEB128 integer, and the place after it.
pub(crate) fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::texts::Texts;
    use proptest::prelude::*;

    /// Runs as RLE, the rest in packed groups of eight, all of `width` bits.
    fn encode(stretches: &[(bool, Vec<u32>)], width: u32) -> (Vec<u8>, Vec<u32>) {
        let (mut bytes, mut values) = (Vec::new(), Vec::new());
        for (packed, codes) in stretches {
            if *packed {
                bytes.push(((codes.len() / 8) << 1 | 1) as u8);
                let mut bits = vec![0_u8; codes.len() / 8 * width as usize];
                for (i, code) in codes.iter().enumerate() {
                    for b in 0..width as usize {
                        let bit = i * width as usize + b;
                        bits[bit / 8] |= ((code >> b & 1) as u8) << (bit % 8);
                    }
                }
                bytes.extend(bits);
                values.extend(codes);
            } else {
                bytes.extend([(codes.len() << 1) as u8 | 0x80, (codes.len() >> 6) as u8]);
                bytes.extend(&codes[0].to_le_bytes()[..width.div_ceil(8) as usize]);
                values.extend(std::iter::repeat_n(codes[0], codes.len()));
            }
        }
        (bytes, values)
    }

    proptest! {
            #[test]
            fn codes_runs_and_skips_agree_with_the_values(
                width in 1..=20_u32,
                stretches in prop::collection::vec((any::<bool>(), 1..12_usize, any::<u32>()), 1..12),
                steps in prop::collection::vec((0..4_u8, 1..90_usize), 1..60),
            ) {
                let mask = (1 << width) - 1;
                let stretches: Vec<(bool, Vec<u32>)> = stretches.into_iter().map(|(packed, n, seed)| {
                    let codes = (0..n as u32 * 8).map(|i| seed.wrapping_mul(i / 3 + 1).rotate_left(7) & mask).collect();
                    (packed, codes)
                }).collect();
                let (bytes, values) = encode(&stretches, width);
                let mut hybrid = Hybrid::new(bytes.into(), width).unwrap();
                let mut at = 0;
                for (kind, rows) in steps {
                    let rows = rows.min(values.len() - at);
                    let expected = &values[at..at + rows];
                    match kind {
                        0 => {
                            let mut out = vec![0; rows];
                            hybrid.codes(&mut out).unwrap();
                            prop_assert_eq!(&out, expected);
                        }
                        1 => {
                            let mut runs = Vec::new();
                            hybrid.runs(rows, &mut runs).unwrap();
                            let out: Vec<u32> = runs.iter().flat_map(|r| std::iter::repeat_n(r.code, r.rows as usize)).collect();
                            prop_assert_eq!(&out, expected);
                            prop_assert!(runs.windows(2).all(|w| w[0].code != w[1].code));
                        }
                        2 => {
                            let odd = |text: Option<&str>| text.is_some_and(|t| t.ends_with(['1', '3', '5', '7', '9']));
                            let mut texts = Texts::default();
                            (0..=mask.min(999)).for_each(|code: u32| {
     texts.push(&code.to_string());
    });
                            let mut sought = Sought::new(&odd);
                            sought.learn(&texts);
                            hybrid.find(at..at + rows, &mut sought).unwrap();
                            let there = (at..).zip(expected);
                            let there: Vec<usize> = there.filter(|(_, code)| *code % 2 == 1).map(|(row, _)| row).collect();
                            if sought.lost {
                                prop_assert!(expected.iter().any(|&code| code > 999));
                            } else {
                                prop_assert_eq!(sought.found.iter().cloned().flatten().collect::<Vec<_>>(), there);
                            }
                        }
                        _ => hybrid.skip(rows).unwrap(),
                    }
                    at += rows;
                }
            }

            #[test]
            fn any_bytes_are_values_or_damage(bytes in prop::collection::vec(any::<u8>(), 0..60), width in 0..=32_u32) {
                let mut out = vec![0; 500];
                let _ = Hybrid::new(bytes.clone().into(), width).unwrap().codes(&mut out);
                let _ = Hybrid::new(bytes.clone().into(), width).unwrap().runs(500, &mut Vec::new());
                let all = |_: Option<&str>| true;
                let _ = Hybrid::new(bytes.clone().into(), width).unwrap().find(0..500, &mut Sought::new(&all));
                let _ = Hybrid::new(bytes.into(), width).unwrap().skip(500);
            }
        }
}
