use super::BulkError;
use super::packed::{self, PRODUCT, Packed};
use super::runs::Merged;
use crate::import::Tally;
use crate::quarantine::Quarantined;
use crate::repeats;
use crate::source::{Part, Repeats};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::PartitionWriter;
use trade::{Block, Classification, Flow, Months, NO_NUMBER, NO_WORD, Numbers, Status, Usd, Words};

/// How many rows go to the writer at once.
const BLOCK: usize = 1 << 16;

/// What became of the rows of a year.
#[derive(Default)]
pub(crate) struct Fates {
    pub written: u64,
    pub contradictions: Vec<(usize, Quarantined)>,
    pub set_aside: BTreeMap<&'static str, (u64, Usd)>,
}

/// What all rows of a dataset have in common.
pub(crate) struct Common {
    pub compiler: Arc<str>,
    pub status: Status,
    pub repeats: Repeats,
}

/// Sorts out the repeats of a year's rows, which come in order, and writes the others.
pub(crate) fn write_year(
    year: i16,
    mut rows: Merged,
    common: &Common,
    writer: &mut PartitionWriter,
) -> Result<Fates, BulkError> {
    let mut fates = Fates::default();
    let mut columns = Columns::new(year, common);
    let mut group: Vec<Packed> = Vec::new();
    loop {
        let next = rows.next()?;
        if let (Some(first), Some(row)) = (group.first(), &next)
            && first.key() == row.key()
        {
            group.push(*row);
            continue;
        }
        settle(year, &mut group, common, &mut fates, &mut columns);
        if columns.block.rows() >= BLOCK || (next.is_none() && columns.block.rows() > 0) {
            fates.written += columns.block.rows() as u64;
            writer.write(&columns.take())?;
        }
        match next {
            Some(row) => group.push(row),
            None => return Ok(fates),
        }
    }
}

/// Decides on the rows of one key.
fn settle(year: i16, group: &mut Vec<Packed>, common: &Common, fates: &mut Fates, columns: &mut Columns) {
    if let [one] = group[..]
        && matches!(one.part(), Part::Whole | Part::Unsaid)
    {
        columns.push(&one);
        group.clear();
        return;
    }
    let input_of: BTreeMap<u64, usize> = group.iter().rev().map(|r| (r.at().1, r.at().0)).collect();
    let rows = group.drain(..).filter_map(|r| {
        let mut row = r.to_row(year, &common.compiler, common.status)?;
        row.line = r.at().1;
        Some(row)
    });
    let sorted = repeats::sort_out(rows.collect(), common.repeats);
    for bad in sorted.contradictions {
        let input = input_of.get(&bad.line).copied().unwrap_or_default();
        fates.contradictions.push((input, bad));
    }
    for Tally { kind, rows, value } in sorted.set_aside {
        let tally = fates.set_aside.entry(kind).or_default();
        tally.0 += rows;
        tally.1 += value;
    }
    let mut kept: Vec<Packed> = sorted
        .records
        .into_iter()
        .filter_map(|record| {
            let row = crate::import::Row {
                line: 0,
                record,
                part: Part::Unsaid,
                codes: (0, 0),
            };
            Packed::of(&row, 0)
        })
        .collect();
    kept.sort_by_key(|r| (r.value, r.quantity, r.weight));
    kept.iter().for_each(|row| columns.push(row));
}

/// A block that grows row by row.
struct Columns {
    block: Block,
    product_words: Vec<Arc<str>>,
    product_codes: HashMap<u64, u32>,
    last_product: (u64, u32),
    months: Vec<(u8, u16)>,
    annual: bool,
}

fn coded(words: impl IntoIterator<Item = &'static str>) -> Words {
    Words::Coded {
        words: Arc::new(words.into_iter().map(Arc::from).collect()),
        codes: Vec::with_capacity(BLOCK),
    }
}

fn codes(words: &mut Words) -> Option<&mut Vec<u32>> {
    match words {
        Words::Coded { codes, .. } => Some(codes),
        Words::Same(_) => None,
    }
}

fn put(words: &mut Words, code: u32) {
    if let Some(codes) = codes(words) {
        codes.push(code);
    }
}

fn put_number(numbers: &mut Numbers, number: i64) {
    if let Numbers::Each(numbers) = numbers {
        numbers.push(number);
    }
}

impl Columns {
    fn new(year: i16, common: &Common) -> Columns {
        let economies = || coded(packed::ranked().iter().map(trade::Economy::as_str));
        Columns {
            block: Block {
                year,
                months: Months::Annual,
                compiler: Arc::clone(&common.compiler),
                status: common.status,
                reporter: economies(),
                partner: economies(),
                flow: coded(Flow::ALL.iter().map(|f| f.as_str())),
                classification: coded(Classification::ALL.iter().map(|c| c.as_str())),
                product: coded([]),
                valuation: coded(["FOB", "CIF"]),
                quantity_unit: coded(crate::codes::UNITS),
                value: Vec::with_capacity(BLOCK),
                net_weight_kg: Numbers::Each(Vec::new()),
                quantity: Numbers::Each(Vec::new()),
            },
            product_words: Vec::new(),
            product_codes: HashMap::new(),
            last_product: (u64::MAX, 0),
            months: Vec::new(),
            annual: true,
        }
    }

    fn push(&mut self, row: &Packed) {
        let product = row.thing & PRODUCT;
        if product != self.last_product.0 {
            let code = *self.product_codes.entry(product).or_insert_with(|| {
                self.product_words.push(row.product().into());
                self.product_words.len() as u32 - 1
            });
            self.last_product = (product, code);
        }
        let block = &mut self.block;
        put(&mut block.reporter, u32::from(row.reporter()));
        put(&mut block.partner, u32::from(row.partner()));
        put(&mut block.flow, row.flow() as u32);
        put(&mut block.classification, (row.thing >> 40) as u32);
        put(&mut block.product, self.last_product.1);
        put(&mut block.valuation, u32::from(row.valuation).wrapping_sub(1));
        put(&mut block.quantity_unit, u32::from(row.unit).wrapping_sub(1));
        block.value.push(row.value);
        put_number(&mut block.net_weight_kg, row.weight);
        put_number(&mut block.quantity, row.quantity);
        self.months.push(row.months());
        self.annual &= row.months() == (1, 12);
    }

    /// The finished block; what follows starts with an empty one.
    fn take(&mut self) -> Block {
        let mut block = self.block.clone();
        if let Words::Coded { words, .. } = &mut block.product {
            *words = Arc::new(self.product_words.clone());
        }
        if !self.annual {
            block.months = Months::Each(std::mem::take(&mut self.months));
        }
        for numbers in [&mut block.net_weight_kg, &mut block.quantity] {
            if matches!(numbers, Numbers::Each(n) if n.iter().all(|&n| n == NO_NUMBER)) {
                *numbers = Numbers::Absent;
            }
        }
        for words in [
            &mut block.valuation,
            &mut block.quantity_unit,
            &mut block.flow,
            &mut block.classification,
        ] {
            if let Words::Coded { words: list, codes } = words
                && let Some(&first) = codes.first()
                && codes.iter().all(|&c| c == first)
            {
                let word = (first != NO_WORD).then(|| list.get(first as usize).cloned());
                *words = Words::Same(word.flatten());
            }
        }
        self.clear();
        block
    }

    fn clear(&mut self) {
        self.months.clear();
        self.annual = true;
        let block = &mut self.block;
        block.value.clear();
        for words in [
            &mut block.reporter,
            &mut block.partner,
            &mut block.flow,
            &mut block.classification,
            &mut block.product,
            &mut block.valuation,
            &mut block.quantity_unit,
        ] {
            if let Some(codes) = codes(words) {
                codes.clear();
            }
        }
        for numbers in [&mut block.net_weight_kg, &mut block.quantity] {
            *numbers = Numbers::Each(Vec::with_capacity(BLOCK));
        }
    }
}
