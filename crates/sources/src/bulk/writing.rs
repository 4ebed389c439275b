use super::inputs::BulkInput;
use super::packed::{self, PRODUCT, Packed};
use super::runs::Merged;
use super::{BulkError, LISTED};
use crate::quarantine::Quarantined;
use crate::repeats::{self, Fate};
use crate::source::Repeats;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::PartitionWriter;
use trade::{Block, Classification, Flow, Months, NO_NUMBER, Numbers, Status, Usd, Words};

/// How many rows go to the writer at once.
const BLOCK: usize = 1 << 16;

/// What became of the rows of a year.
#[derive(Default)]
pub(crate) struct Fates {
    pub written: u64,
    /// The first contradictions, with the inputs that they stand in.
    pub contradictions: Vec<(usize, Quarantined)>,
    /// How many more there are.
    pub unlisted: u64,
    pub set_aside: BTreeMap<&'static str, (u64, Usd)>,
}

impl Fates {
    fn set_aside(&mut self, kind: &'static str, row: &Packed) {
        let tally = self.set_aside.entry(kind).or_default();
        tally.0 += 1;
        tally.1 += row.value().unwrap_or_default();
    }

    /// Lists a row that contradicts another one.
    fn contradict(&mut self, row: &Packed, other: &Packed, reason: &str, inputs: &[BulkInput]) {
        if self.contradictions.len() == LISTED {
            self.unlisted += 1;
            return;
        }
        let ((input, line), (other_input, other_line)) = (row.at(), other.at());
        let elsewhere = inputs.get(other_input).filter(|_| input != other_input);
        let place = elsewhere.map_or(String::new(), |input| format!(" of {}", input.name));
        let said = format!("{reason} on line {other_line}{place}");
        let bad = repeats::contradiction(row.value(), said).at(line);
        self.contradictions.push((input, bad));
    }
}

/// What all rows of a dataset have in common.
pub(crate) struct Common {
    pub compiler: Arc<str>,
    pub status: Status,
    pub repeats: Repeats,
}

/// Sorts out the repeats of a year's rows, which come in order, and writes the others, if there is a writer.
pub(crate) fn write_year(
    year: i16,
    mut rows: Merged,
    common: &Common,
    inputs: &[BulkInput],
    mut writer: Option<&mut PartitionWriter>,
) -> Result<Fates, BulkError> {
    let mut fates = Fates::default();
    let mut columns = Columns::new(year, common);
    let mut group: Vec<Packed> = Vec::new();
    loop {
        let next = rows.next()?;
        if let (Some(last), Some(row)) = (group.last(), &next)
            && last.key() == row.key()
        {
            match row.says_again(last) {
                // However often a row is repeated, it takes no memory.
                true => fates.set_aside(repeats::DUPLICATE, row),
                false => group.push(*row),
            }
            continue;
        }
        settle(&mut group, common.repeats, inputs, &mut fates, &mut columns);
        if columns.rows() >= BLOCK || (next.is_none() && columns.rows() > 0) {
            fates.written += columns.rows() as u64;
            let block = columns.take();
            if let Some(writer) = &mut writer {
                writer.write(&block)?;
            }
        }
        match next {
            Some(row) => group.push(row),
            None => return Ok(fates),
        }
    }
}

/// Decides on the rows of one key.
fn settle(group: &mut Vec<Packed>, rule: Repeats, inputs: &[BulkInput], fates: &mut Fates, columns: &mut Columns<'_>) {
    if let [one] = group[..]
        && repeats::is_open(one.part())
    {
        columns.push(&one);
        group.clear();
        return;
    }
    let mut kept: Vec<Packed> = Vec::new();
    let mut decided = repeats::fates_of(group, rule);
    for (i, fate) in decided.iter_mut().enumerate() {
        if let Fate::Added(to) = *fate {
            let part = group[i];
            match group[to].with(&part) {
                Some(sum) => {
                    fates.set_aside(repeats::ADDED, &part);
                    group[to] = sum;
                }
                None => *fate = Fate::Contradicts(to, "added to its other part the figure would be larger than any"),
            }
        }
    }
    for (row, fate) in group.iter().zip(decided) {
        match fate {
            Fate::Kept => kept.push(*row),
            Fate::Added(_) => {}
            Fate::Aside(kind) => fates.set_aside(kind, row),
            Fate::Contradicts(other, reason) => fates.contradict(row, &group[other], reason, inputs),
        }
    }
    kept.sort_by_key(|r| (r.value, r.quantity, r.weight));
    kept.iter().for_each(|row| columns.push(row));
    // A key with very many rows is no reason to keep room for as many.
    match group.capacity() > BLOCK {
        true => *group = Vec::new(),
        false => group.clear(),
    }
}

/// A column that is one value until another comes: most of a table's columns stay that.
#[derive(Debug)]
struct Column<T> {
    same: Option<T>,
    rows: usize,
    each: Vec<T>,
}

impl<T: Copy + PartialEq> Column<T> {
    fn new() -> Self {
        let (same, rows, each) = (None, 0, Vec::new());
        Column { same, rows, each }
    }

    #[inline]
    fn push(&mut self, value: T) {
        if self.each.is_empty() {
            if *self.same.get_or_insert(value) == value {
                self.rows += 1;
                return;
            }
            self.each.reserve(BLOCK);
            self.each
                .extend(std::iter::repeat_n(self.same.unwrap_or(value), self.rows));
        }
        self.each.push(value);
    }

    /// What came, and an empty column again.
    fn take(&mut self) -> (Option<T>, Vec<T>) {
        let taken = std::mem::replace(self, Column::new());
        (taken.same, taken.each)
    }
}

impl Column<u32> {
    /// As words of a list, of which `NO_WORD` is none.
    fn words(&mut self, list: &Arc<Vec<Arc<str>>>) -> Words {
        match self.take() {
            (same, each) if each.is_empty() => Words::Same(same.and_then(|code| list.get(code as usize).cloned())),
            (_, codes) => Words::Coded {
                words: Arc::clone(list),
                codes,
            },
        }
    }
}

impl Column<i64> {
    fn numbers(&mut self) -> Numbers {
        let rows = self.rows;
        match self.take() {
            (None | Some(NO_NUMBER), each) if each.is_empty() => Numbers::Absent,
            (Some(same), each) if each.is_empty() => Numbers::Each(vec![same; rows]),
            (_, each) => Numbers::Each(each),
        }
    }
}

/// The words that codes of every block stand for.
struct Lists {
    economies: Arc<Vec<Arc<str>>>,
    flows: Arc<Vec<Arc<str>>>,
    classifications: Arc<Vec<Arc<str>>>,
    valuations: Arc<Vec<Arc<str>>>,
    units: Arc<Vec<Arc<str>>>,
    bases: Arc<Vec<Arc<str>>>,
}

fn list(words: impl IntoIterator<Item = &'static str>) -> Arc<Vec<Arc<str>>> {
    Arc::new(words.into_iter().map(Arc::from).collect())
}

/// A block that grows row by row.
struct Columns<'a> {
    year: i16,
    common: &'a Common,
    lists: Lists,
    product_words: Vec<Arc<str>>,
    product_codes: HashMap<u64, u32>,
    last_product: (u64, u32),
    value: Vec<i64>,
    reporter: Column<u32>,
    partner: Column<u32>,
    flow: Column<u32>,
    classification: Column<u32>,
    product: Column<u32>,
    valuation: Column<u32>,
    unit: Column<u32>,
    basis: Column<u32>,
    weight: Column<i64>,
    quantity: Column<i64>,
    months: Column<(u8, u16)>,
}

impl Columns<'_> {
    fn new(year: i16, common: &Common) -> Columns<'_> {
        Columns {
            year,
            common,
            lists: Lists {
                economies: list(packed::ranked().iter().map(trade::Economy::as_str)),
                flows: list(Flow::ALL.iter().map(|f| f.as_str())),
                classifications: list(Classification::ALL.iter().map(|c| c.as_str())),
                valuations: list(["FOB", "CIF"]),
                units: list(crate::codes::UNITS),
                bases: list(packed::BASES),
            },
            product_words: Vec::new(),
            product_codes: HashMap::new(),
            last_product: (u64::MAX, 0),
            value: Vec::with_capacity(BLOCK),
            reporter: Column::new(),
            partner: Column::new(),
            flow: Column::new(),
            classification: Column::new(),
            product: Column::new(),
            valuation: Column::new(),
            unit: Column::new(),
            basis: Column::new(),
            weight: Column::new(),
            quantity: Column::new(),
            months: Column::new(),
        }
    }

    fn rows(&self) -> usize {
        self.value.len()
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
        self.value.push(row.value);
        self.reporter.push(u32::from(row.reporter()));
        self.partner.push(u32::from(row.partner()));
        self.flow.push(row.flow() as u32);
        self.classification.push((row.thing >> 40) as u32);
        self.product.push(self.last_product.1);
        // All three are counted from 1; 0 becomes `NO_WORD`.
        self.valuation.push(u32::from(row.valuation).wrapping_sub(1));
        self.unit.push(u32::from(row.unit).wrapping_sub(1));
        self.basis.push(u32::from(row.basis).wrapping_sub(1));
        self.weight.push(row.weight);
        self.quantity.push(row.quantity);
        self.months.push(row.months());
    }

    /// The rows so far, and none from now on.
    fn take(&mut self) -> Block {
        let rows = self.value.len();
        let months = match self.months.take() {
            (None | Some((1, 12)), each) if each.is_empty() => Months::Annual,
            (Some(same), each) if each.is_empty() => Months::Each(vec![same; rows]),
            (_, each) => Months::Each(each),
        };
        Block {
            year: self.year,
            months,
            compiler: Arc::clone(&self.common.compiler),
            status: self.common.status,
            reporter: self.reporter.words(&self.lists.economies),
            partner: self.partner.words(&self.lists.economies),
            flow: self.flow.words(&self.lists.flows),
            classification: self.classification.words(&self.lists.classifications),
            product: self.product.words(&Arc::new(self.product_words.clone())),
            valuation: self.valuation.words(&self.lists.valuations),
            quantity_unit: self.unit.words(&self.lists.units),
            basis: self.basis.words(&self.lists.bases),
            value: std::mem::replace(&mut self.value, Vec::with_capacity(BLOCK)),
            net_weight_kg: self.weight.numbers(),
            quantity: self.quantity.numbers(),
        }
    }
}
