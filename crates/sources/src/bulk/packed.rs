use crate::codes::UNITS;
use crate::import::Row;
use crate::repeats::{Figures, Repeated, is_open};
use crate::source::Part;
use std::sync::{Arc, OnceLock};
use trade::{Classification, Decimal3, Economy, Flow, NO_NUMBER, TOTAL, Usd, Valuation, economies};

/// A file's numbers have at most eighteen digits.
const MOST: u64 = 1_000_000_000_000_000_000;

/// One row in 56 bytes: what a partition is sorted, spilled and merged as.
///
/// `place` holds, from the top: month 4 bits, months 12, reporter 16, flow 3, partner 16.
/// `thing`: classification 4 bits, product 40. Both compare as [`Record::key`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packed {
    pub place: u64,
    pub thing: u64,
    pub value: i64,
    pub weight: i64,
    pub quantity: i64,
    /// The numeric codes of reporter and partner in the file.
    pub codes: (u16, u16),
    /// Unit, valuation, part and basis, a byte each; which part of its flow the row is stands above the two bits of `part`.
    pub unit: u8,
    pub valuation: u8,
    pub part: u8,
    pub basis: u8,
    /// The number of the input in the top 20 bits, the line below.
    pub line: u64,
}

/// Bytes of a spilled row.
pub(crate) const BYTES: usize = 48 + 8;
const LINE_BITS: u32 = 44;

/// The bases by which compilers publish one flow more than once, in the order of their names: adjustments of the OECD's,
/// imports that the Monetary Fund gives FOB beside CIF, gross flows of WITS.
pub(crate) const BASES: [&str; 6] = ["B", "B_ADJ_RX", "C", "FOB", "_Z", "gross"];

const PARTS: [Part; 4] = [Part::Whole, Part::Unsaid, Part::Breakdown, Part::FlowPart];

impl Packed {
    pub fn key(&self) -> (u64, u64) {
        (self.place, self.thing << 8 | u64::from(self.basis))
    }

    /// Where the row stands: input and line.
    pub fn at(&self) -> (usize, u64) {
        ((self.line >> LINE_BITS) as usize, self.line & ((1 << LINE_BITS) - 1))
    }

    pub fn line_of(input: usize, line: u64) -> u64 {
        (input as u64) << LINE_BITS | line
    }

    /// A record as its row.
    ///
    /// # Errors
    /// What it has that no bulk source has.
    pub fn of(row: &Row, input: usize) -> Result<Packed, String> {
        let r = &row.record;
        let number = |n: Option<Decimal3>| n.map_or(Some(NO_NUMBER), |n| i64::try_from(n.thousandths()).ok());
        let large = || "a number of more digits than are stored".to_owned();
        let months = (r.period.month(), r.period.months());
        let flow = Flow::ALL.iter().position(|f| *f == r.flow).ok_or("such a flow")? as u64;
        let economy = |economy| rank(economy).ok_or_else(|| format!("the economy `{economy}`"));
        if r.rounded_to.is_some() {
            return Err("a unit of rounding".to_owned());
        }
        if r.share_percent.is_some() {
            return Err("a share".to_owned());
        }
        if r.reference.is_some() {
            return Err("a reference".to_owned());
        }
        let value = r.value.ok_or("a row without a value")?;
        Ok(Packed {
            place: place(months, economy(r.reporter)?, flow, economy(r.partner)?).ok_or("so long a period")?,
            thing: thing(r.classification, r.product.as_bytes())
                .ok_or_else(|| format!("the product `{}`, no code of digits", r.product))?,
            value: i64::try_from(value.thousandths()).map_err(|_| large())?,
            weight: number(r.net_weight_kg).ok_or_else(large)?,
            quantity: number(r.quantity).ok_or_else(large)?,
            codes: row.codes,
            unit: listed(&UNITS, r.quantity_unit.as_deref()).ok_or_else(|| unlisted("unit", &r.quantity_unit))?,
            valuation: r.valuation.map_or(0, |v| if v == Valuation::Fob { 1 } else { 2 }),
            part: {
                let part = PARTS.iter().position(|p| *p == row.part).ok_or("such a part")? as u8;
                part | u8::try_from(row.unread)
                    .ok()
                    .filter(|n| *n < 64)
                    .ok_or("columns that are not read")?
                    << 2
            },
            basis: listed(&BASES, r.basis.as_deref()).ok_or_else(|| unlisted("basis", &r.basis))?,
            line: Self::line_of(input, row.line),
        })
    }

    /// The value in US dollars.
    pub fn value(&self) -> Option<Usd> {
        number(self.value)
    }

    /// The row with the amounts of a part added, as `repeats` does with records; `None` where that is more than a file holds.
    pub fn with(self, part: &Packed) -> Option<Packed> {
        let sum = |a: i64, b: i64| match a == NO_NUMBER || b == NO_NUMBER {
            true => Some(NO_NUMBER),
            false => a.checked_add(b).filter(|sum| sum.unsigned_abs() < MOST),
        };
        let quantity = if self.unit == part.unit {
            sum(self.quantity, part.quantity)?
        } else {
            NO_NUMBER
        };
        Some(Packed {
            value: sum(self.value, part.value)?,
            weight: sum(self.weight, part.weight)?,
            quantity,
            unit: if quantity == NO_NUMBER { 0 } else { self.unit },
            valuation: if self.valuation == part.valuation {
                self.valuation
            } else {
                0
            },
            ..self
        })
    }

    /// Whether the row says what `before` says and nothing else; see [`crate::repeats::says_again`].
    pub fn says_again(&self, before: &Packed) -> bool {
        let line = self.line;
        is_open(self.part()) && *self == Packed { line, ..*before }
    }

    pub fn months(&self) -> (u8, u16) {
        ((self.place >> 47 & 15) as u8, (self.place >> 35 & 0xfff) as u16)
    }

    pub fn reporter(&self) -> u16 {
        (self.place >> 19) as u16
    }

    pub fn flow(&self) -> usize {
        (self.place >> 16 & 7) as usize
    }

    pub fn partner(&self) -> u16 {
        self.place as u16
    }

    pub fn part(&self) -> Part {
        PARTS[usize::from(self.part & 3)]
    }

    pub fn valuation(&self) -> Option<Valuation> {
        match self.valuation {
            1 => Some(Valuation::Fob),
            2 => Some(Valuation::Cif),
            _ => None,
        }
    }

    pub fn unit(&self) -> Option<&'static str> {
        UNITS.get(usize::from(self.unit).wrapping_sub(1)).copied()
    }

    /// The product's code.
    pub fn product(&self) -> String {
        product_text(self.thing & PRODUCT)
    }

    pub fn to_bytes(self) -> [u8; BYTES] {
        let mut out = [0; BYTES];
        let words = [
            self.place,
            self.thing,
            self.value as u64,
            self.weight as u64,
            self.quantity as u64,
            self.line,
        ];
        for (slot, word) in out.chunks_exact_mut(8).zip(words) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        out[48..50].copy_from_slice(&self.codes.0.to_le_bytes());
        out[50..52].copy_from_slice(&self.codes.1.to_le_bytes());
        out[52..].copy_from_slice(&[self.unit, self.valuation, self.part, self.basis]);
        out
    }

    pub fn from_bytes(bytes: &[u8; BYTES]) -> Packed {
        let word = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at * 8..at * 8 + 8]);
            u64::from_le_bytes(eight)
        };
        Packed {
            place: word(0),
            thing: word(1),
            value: word(2) as i64,
            weight: word(3) as i64,
            quantity: word(4) as i64,
            line: word(5),
            codes: (
                u16::from_le_bytes([bytes[48], bytes[49]]),
                u16::from_le_bytes([bytes[50], bytes[51]]),
            ),
            unit: bytes[52],
            valuation: bytes[53],
            part: bytes[54],
            basis: bytes[55],
        }
    }
}

impl Repeated for Packed {
    fn part(&self) -> Part {
        self.part()
    }

    fn codes(&self) -> (u16, u16) {
        self.codes
    }

    fn figures(&self) -> Figures<'_> {
        (
            self.value(),
            None,
            number(self.weight),
            number(self.quantity),
            self.unit(),
            self.valuation(),
        )
    }

    fn rounded_to(&self) -> Option<Usd> {
        None
    }

    fn reference(&self) -> Option<u32> {
        None
    }

    fn unread(&self) -> u64 {
        u64::from(self.part >> 2)
    }
}

fn unlisted(what: &str, text: &Option<Arc<str>>) -> String {
    format!("the {what} `{}`", text.as_deref().unwrap_or_default())
}

/// The place of a text in a list, from 1; 0 where there is none.
fn listed(list: &[&str], text: Option<&str>) -> Option<u8> {
    match text {
        None => Some(0),
        Some(text) => Some(list.iter().position(|word| *word == text)? as u8 + 1),
    }
}

fn number(thousandths: i64) -> Option<Decimal3> {
    (thousandths != NO_NUMBER).then(|| Decimal3::from_thousandths(i128::from(thousandths)))
}

/// The bits of `thing` that are the product.
pub(crate) const PRODUCT: u64 = (1 << 40) - 1;

/// The packed period, economies and flow; `None` for a period of more than 4095 months.
pub(crate) fn place((month, months): (u8, u16), reporter: u16, flow: u64, partner: u16) -> Option<u64> {
    (months < 4096).then(|| {
        u64::from(month) << 47 | u64::from(months) << 35 | u64::from(reporter) << 19 | flow << 16 | u64::from(partner)
    })
}

/// The packed classification and product: four bits a digit from the left, so that numbers
/// compare as the texts do. `None` for anything but up to ten digits or `TOTAL`.
pub(crate) fn thing(classification: Classification, product: &[u8]) -> Option<u64> {
    let class = Classification::ALL.iter().position(|c| *c == classification)? as u64;
    Some(class << 40 | digits(product)?)
}

/// The product alone; see [`thing`].
pub(crate) fn digits(product: &[u8]) -> Option<u64> {
    if product == TOTAL.as_bytes() {
        return Some(15 << 36);
    }
    if product.is_empty() || product.len() > 10 || !product.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let packed = product.iter().fold(0_u64, |n, b| n << 4 | u64::from(b - b'0' + 1));
    Some(packed << (4 * (10 - product.len())))
}

fn product_text(packed: u64) -> String {
    if packed == 15 << 36 {
        return TOTAL.to_owned();
    }
    let nibbles = (0..10).rev().map(|i| (packed >> (4 * i) & 15) as u8);
    nibbles
        .take_while(|&n| n > 0)
        .map(|n| char::from(b'0' + n - 1))
        .collect()
}

/// The place of an economy among all, in the order of their codes.
pub(crate) fn rank(economy: Economy) -> Option<u16> {
    ranked().binary_search(&economy).ok().map(|n| n as u16)
}

/// All economies, in the order of their codes.
pub(crate) fn ranked() -> &'static [Economy] {
    static RANKED: OnceLock<Vec<Economy>> = OnceLock::new();
    RANKED.get_or_init(|| {
        let mut all: Vec<Economy> = economies().iter().map(|e| e.code).collect();
        all.sort();
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packed() -> Packed {
        Packed {
            place: place((7, 1), 12, 3, 280).unwrap(),
            thing: thing(Classification::Hs(6), b"010121").unwrap(),
            value: -5,
            weight: NO_NUMBER,
            quantity: 1 << 40,
            codes: (490, 65535),
            unit: 7,
            valuation: 2,
            part: 1,
            basis: 4,
            line: Packed::line_of(1000, 1 << 40),
        }
    }

    #[test]
    fn parts_add_up_to_what_a_file_holds_and_no_further() {
        let most = Packed {
            value: MOST as i64 - 1,
            weight: 2,
            ..packed()
        };
        let part = |value| Packed {
            value,
            weight: 3,
            unit: 6,
            ..packed()
        };
        assert_eq!(most.with(&part(1)), None);
        let sum = most.with(&part(-1)).unwrap();
        assert_eq!((sum.value, sum.weight), (MOST as i64 - 2, 5));
        assert_eq!((sum.quantity, sum.unit), (NO_NUMBER, 0));
    }

    #[test]
    fn a_row_is_read_back_from_its_bytes_and_fields() {
        let row = packed();
        assert_eq!(Packed::from_bytes(&row.to_bytes()), row);
        assert_eq!(
            (row.months(), row.reporter(), row.flow(), row.partner()),
            ((7, 1), 12, 3, 280)
        );
        assert_eq!(
            (row.product().as_str(), Classification::ALL[(row.thing >> 40) as usize]),
            ("010121", Classification::Hs(6))
        );
        assert_eq!(
            (row.at(), row.unit(), row.valuation()),
            ((1000, 1 << 40), Some("kg"), Some(Valuation::Cif))
        );
        assert_eq!(std::mem::size_of::<Packed>(), BYTES);
    }

    #[test]
    fn rows_are_in_the_order_of_their_bases() {
        assert!(BASES.is_sorted());
        let of = |basis| Packed { basis, ..packed() };
        assert!(
            of(0).key() < of(1).key()
                && of(BASES.len() as u8).key()
                    < Packed {
                        thing: packed().thing + 1,
                        ..of(0)
                    }
                    .key()
        );
    }

    #[test]
    fn units_are_those_of_the_agency() {
        for (i, unit) in UNITS.iter().enumerate() {
            assert_eq!(crate::codes::comtrade_unit(&(i + 2).to_string()), Some(*unit));
        }
    }

    proptest! {
        #[test]
        fn products_compare_as_their_texts(a in "[0-9]{1,10}|TOTAL", b in "[0-9]{1,10}|TOTAL") {
            let (x, y) = (digits(a.as_bytes()).unwrap(), digits(b.as_bytes()).unwrap());
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(product_text(x), a);
        }
    }
}
