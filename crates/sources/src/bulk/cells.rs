//! Cells of plain lines, from their bytes: what is written in another way is left to the general reader.

use super::layout::Unusual;
use trade::NO_NUMBER;

/// Whether what stands between two commas is a cell: a comma within quotation marks parts none, nor does one behind a mark
/// that is never closed.
pub(super) fn is_whole(cell: &[u8]) -> bool {
    let inner = match cell {
        [b'"', inner @ .., b'"'] => inner,
        cell => cell,
    };
    !inner.contains(&b'"')
}

/// A cell without white space or one pair of quotation marks around it.
pub(super) fn plain(cell: &[u8]) -> Result<&[u8], Unusual> {
    let cell = match cell {
        [b'"', inner @ .., b'"'] if !inner.contains(&b'"') => inner,
        [b'"', ..] | [.., b'"'] => return Err(Unusual),
        cell => cell,
    };
    Ok(cell.trim_ascii())
}

pub(super) fn text(cell: &[u8]) -> Option<&str> {
    std::str::from_utf8(cell).ok()
}

pub(super) fn year(cell: &[u8]) -> Result<i16, Unusual> {
    match cell {
        &[a @ b'1'..=b'2', b, c, d] if [b, c, d].iter().all(u8::is_ascii_digit) => {
            let digit = |b: u8| i16::from(b - b'0');
            Ok(digit(a) * 1000 + digit(b) * 100 + digit(c) * 10 + digit(d))
        }
        _ => Err(Unusual),
    }
}

/// The months of `2003` or `200307`; empty is the year.
pub(super) fn months(cell: &[u8], of: i16) -> Result<(u8, u16), Unusual> {
    match cell.len() {
        0 => Ok((1, 12)),
        4 if year(cell)? == of => Ok((1, 12)),
        6 if year(&cell[..4])? == of => match code(&cell[4..])? {
            month @ 1..=12 => Ok((month as u8, 1)),
            _ => Err(Unusual),
        },
        _ => Err(Unusual),
    }
}

pub(super) fn code(cell: &[u8]) -> Result<u16, Unusual> {
    if cell.is_empty() || cell.len() > 4 {
        return Err(Unusual);
    }
    cell.iter().try_fold(0_u16, |n, b| match b {
        b'0'..=b'9' => Ok(n * 10 + u16::from(b - b'0')),
        _ => Err(Unusual),
    })
}

/// Up to fifteen digits before the point and three behind it, in thousandths.
pub(super) fn number(cell: &[u8]) -> Result<i64, Unusual> {
    let point = cell.iter().position(|&b| b == b'.').unwrap_or(cell.len());
    let (whole, fraction) = (&cell[..point], cell.get(point + 1..).unwrap_or_default());
    if whole.is_empty() || whole.len() > 15 || fraction.len() > 3 {
        return Err(Unusual);
    }
    let mut n = 0_i64;
    for b in whole.iter().chain(fraction) {
        let digit = b.wrapping_sub(b'0');
        if digit > 9 {
            return Err(Unusual);
        }
        n = n * 10 + i64::from(digit);
    }
    Ok(n * [1000, 100, 10, 1][fraction.len()])
}

pub(super) fn number_or_none(cell: &[u8]) -> Result<i64, Unusual> {
    match cell {
        b"" | b"NA" => Ok(NO_NUMBER),
        cell => number(cell),
    }
}

/// The unit that a code stands for, counted from 1; 0 for none.
pub(super) fn unit(cell: &[u8]) -> Result<u8, Unusual> {
    if cell.is_empty() || cell == b"-1" {
        return Ok(0);
    }
    let n = code(cell)?;
    Ok(if (2..=13).contains(&n) { (n - 1) as u8 } else { 0 })
}
