//! The OECD's Balanced International Merchandise Trade Statistics: CSV of its interface for statistical exchange
//! (`text/csv`, or with labels), or of its files for bulk download. One row is the balanced flow of a product: what both
//! sides report, made one figure by the OECD, so its status is `estimated`. Products are `HS17_270900` and their like,
//! `_T` is their total.
//!
//! *Adjustments.* A flow stands there balanced (`B`) and balanced after re-exports were taken out (`B_ADJ_RX`). They are two
//! figures of one flow: the adjustment is the record's basis, so that they are neither added nor taken for a contradiction.
//!
//! Rows in another unit than US dollars at exchange rates, of another classification than the HS, and adjustments other
//! than the balanced ones are set aside.
//!
//! *Other dataflows* of the OECD (trade by end use or industry, services, value added) have the same columns and one more by which
//! they part the flow. A table that names one, or has a column that may be such a dimension, is refused: a part is not the flow.

use crate::codes;
use crate::error::{Error, Result};
use crate::header::{Column, Header};
use crate::labels::Labels;
use crate::names::Names;
use crate::options::Options;
use crate::quarantine::Bad;
use crate::remarks::{Amounts, Remarks};
use crate::sdmx::{Area, Message, NO_FIGURE, area, check_frequency, period_of, value_in_units};
use crate::source::{Draft, Found, Layout, Part, Repeats, Shape, Source};
use crate::table::Line;
use std::sync::Arc;
use trade::{Classification, Flow, Record, Status, TOTAL, check_product};

pub(crate) const SHAPE: Shape = Shape {
    source: Source::Bimts,
    name: "bimts",
    needed: &["REF_AREA", "COUNTERPART_AREA", "TRADE_FLOW", "TIME_PERIOD", "OBS_VALUE"],
    known: &[
        "STRUCTURE",
        "STRUCTURE_ID",
        "STRUCTURE_NAME",
        "ACTION",
        "DATAFLOW",
        "REF_AREA",
        "Reference area",
        "COUNTERPART_AREA",
        "Counterpart area",
        "TRADE_FLOW",
        "Trade flow",
        "PRODUCT_TYPE",
        "PRODUCT_CPA",
        "PRODUCT_HS",
        "PRODUCT",
        "Product",
        "ADJUSTMENT",
        "Adjustment",
        "FREQ",
        "Frequency of observation",
        "UNIT_MEASURE",
        "Unit of measure",
        "TIME_PERIOD",
        "Time period",
        "OBS_VALUE",
        "Observation value",
        "OBS_STATUS",
        "Observation status",
        "UNIT_MULT",
        "Unit multiplier",
        "DECIMALS",
        "Decimals",
        "CONF_STATUS",
        "METHODOLOGY_TYPE",
        "BASE_PER",
        "OBS_PRE_BREAK",
        "TIME_FORMAT",
        "COMMENT",
    ],
    strict: false,
    repeats: Repeats::Contradict,
    bind: |header, options| Ok(Box::new(Bimts::bind(header, options)?)),
};

/// What to do with a table of another dataflow, or of one that is cut otherwise.
const OTHER: &str = "of the OECD's dataflows balanced trade in goods is read (DSD_BIMTS): take the column out if it parts nothing, \
     and read the totals of another dataflow as any tidy table, by --column";

struct Bimts {
    message: Message,
    reporter: Column,
    partner: Column,
    flow: Column,
    time: Column,
    frequency: Option<Column>,
    value: Column,
    product: Option<Column>,
    other_product: Option<Column>,
    unit: Option<Column>,
    multiplier: Column,
    adjustment: Option<Column>,
    compiler: Arc<str>,
    names: Names,
    economies: codes::Reader,
    labels: Labels,
    label: [Option<Column>; 2],
    amounts: Amounts,
}

/// Whether a column of this name may be a dimension: such are written as `REF_AREA` is, in capitals where that is.
fn may_part(name: &str, header: &Header) -> bool {
    let capitals = |name: &str| !name.bytes().any(|b| b.is_ascii_lowercase());
    let area = header.column("REF_AREA").is_some_and(|column| capitals(&column.name));
    !name.is_empty() && !name.contains(' ') && capitals(name) == area
}

impl Bimts {
    fn bind(header: &Header, options: &Options) -> Result<Bimts> {
        let column = |name| header.needed(name, options);
        if let Some(name) = header.unknown(SHAPE.known).iter().find(|name| may_part(name, header)) {
            return Err(Error::Header {
                file: options.file.clone(),
                line: 0,
                problem: format!(
                    "bimts does not know the column `{name}`, by which the rows may be parts of their flows"
                ),
                advice: OTHER.to_owned(),
            });
        }
        Ok(Bimts {
            amounts: Amounts::default(),
            message: Message::bind(header),
            reporter: column("REF_AREA")?,
            partner: column("COUNTERPART_AREA")?,
            flow: column("TRADE_FLOW")?,
            time: column("TIME_PERIOD")?,
            frequency: header.column("FREQ"),
            value: column("OBS_VALUE")?,
            product: header.column("PRODUCT_HS").or_else(|| header.column("PRODUCT")),
            other_product: header.column("PRODUCT_CPA"),
            unit: header.column("UNIT_MEASURE"),
            multiplier: column("UNIT_MULT")?,
            adjustment: header.column("ADJUSTMENT"),
            compiler: Arc::from("OECD BIMTS"),
            names: Names::default(),
            economies: codes::Reader::default(),
            labels: Labels::default(),
            label: [header.column("Reference area"), header.column("Counterpart area")],
        })
    }

    /// The product; `None` for a classification of the OECD's own, such as CPA.
    fn product(&self, line: &Line<'_>) -> Result<Option<(Classification, Arc<str>)>, Bad> {
        // A row is of the one classification or of the other, which then has `_Z`, not applicable, or `_T`, the total.
        let other = line.optional(self.other_product.as_ref())?;
        if other.is_some_and(|cell| !matches!(cell.text, "_Z" | "_T")) {
            return Ok(None);
        }
        let Some(cell) = line.optional(self.product.as_ref())? else {
            return Ok(Some((Classification::Compiler, self.names.get(TOTAL))));
        };
        if matches!(cell.text, "_T" | "_Z" | "TOTAL" | "HS17_TOTAL") {
            return Ok(Some((Classification::Compiler, self.names.get(TOTAL))));
        }
        let Some((revision, code)) = cell.text.split_once('_') else {
            return Ok(None);
        };
        let classification = match revision {
            "HS88" | "HS92" => Classification::Hs(0),
            "HS96" => Classification::Hs(1),
            "HS02" => Classification::Hs(2),
            "HS07" => Classification::Hs(3),
            "HS12" => Classification::Hs(4),
            "HS17" => Classification::Hs(5),
            "HS22" => Classification::Hs(6),
            _ => return Ok(None),
        };
        check_product(classification, code)
            .map_err(|e| cell.bad(e.to_string(), "HS17_ and two, four or six digits"))?;
        Ok(Some((classification, self.names.get(code))))
    }

    fn row(&self, line: &Line<'_>) -> Result<Found, Bad> {
        // A name of its user's own is none.
        let is_other = |text: &str| (text.contains("DSD_") || text.contains("DF_")) && !text.contains("BIMTS");
        let why = ("this is another dataflow than BIMTS", OTHER);
        if let Some(found) = self.message.against(line, is_other, why)? {
            return Ok(found);
        }
        if let Some(unit) = line.optional(self.unit.as_ref())?
            && !matches!(unit.text, "USD_EXC" | "USD" | "USD_EXC_CURRENT")
        {
            return Ok(Found::Aside("another unit than US dollars"));
        }
        let adjustment = line.optional(self.adjustment.as_ref())?;
        if let Some(kind) = adjustment
            && !(kind.text.starts_with('B') || matches!(kind.text, "C" | "_Z"))
        {
            return Ok(Found::Aside("unbalanced figure"));
        }
        let cell = line.cell(&self.time)?;
        let advice = "a year such as 2020 is expected";
        let period = period_of(cell.text).ok_or_else(|| cell.bad("this is no period", advice))?;
        check_frequency(line, self.frequency.as_ref(), period)?;
        let flow = line.cell(&self.flow)?;
        let flow = match flow.text {
            "X" => Flow::Export,
            "M" => Flow::Import,
            _ => return Err(flow.bad("this is no flow", "X is export, M import")),
        };
        let year = period.year();
        let reporter = area(&line.cell(&self.reporter)?, "oecd", year, &self.economies)?;
        let partner = area(&line.cell(&self.partner)?, "oecd", year, &self.economies)?;
        let (Area::One(reporter), Area::One(partner)) = (reporter, partner) else {
            return Ok(Found::Aside("group of the compiler's own"));
        };
        for (label, economy) in self.label.iter().zip([reporter, partner]) {
            self.labels.check(line, label.as_ref(), economy, year)?;
        }
        let Some((classification, product)) = self.product(line)? else {
            return Ok(Found::Aside("product of another classification than the HS"));
        };
        let Some(value) = value_in_units(line, &self.value, Some(&self.multiplier), &self.amounts)? else {
            return Ok(Found::Aside(NO_FIGURE));
        };
        let mut record = Record::new("", period, reporter, partner, flow, value);
        record.compiler = Arc::clone(&self.compiler);
        record.classification = classification;
        record.product = product;
        record.status = Status::Estimated;
        record.basis = adjustment.map(|kind| self.names.get(kind.text));
        Ok(Found::Draft(Box::new(Draft {
            record,
            part: Part::Unsaid,
            codes: (0, 0),
            unread: 0,
        })))
    }
}

impl Layout for Bimts {
    fn read(&mut self, line: &Line<'_>, found: &mut Vec<Found>) {
        found.push(self.row(line).unwrap_or_else(Found::Bad));
    }

    fn remark(&self, remarks: &mut Remarks) {
        self.amounts.tell(remarks);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, Source, import};

    #[test]
    fn balanced_flows_are_read_and_the_rest_is_counted() {
        let csv = "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,COUNTERPART_AREA,TRADE_FLOW,PRODUCT_HS,ADJUSTMENT,FREQ,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT\n\
            DATAFLOW,x,I,DEU,W,X,_T,B_ADJ_RX,A,USD_EXC,2020,1380.4567891,A,6\n\
            DATAFLOW,x,I,DEU,FRA,X,HS17_270900,B_ADJ_RX,A,USD_EXC,2020,12.5,A,0\n\
            DATAFLOW,x,I,DEU,FRA,X,HS17_2709,R,A,USD_EXC,2020,12.5,A,0\n\
            DATAFLOW,x,I,DEU,FRA,X,CPA_26,B_ADJ_RX,A,USD_EXC,2020,12.5,A,0\n\
            DATAFLOW,x,I,DEU,FRA,X,_T,B_ADJ_RX,A,EUR,2020,12.5,A,0\n\
            DATAFLOW,x,I,EU27_2020,FRA,X,_T,B_ADJ_RX,A,USD_EXC,2020,12.5,A,0\n\
            DATAFLOW,x,I,DEU,FRA,Y,_T,B_ADJ_RX,A,USD_EXC,2020,12.5,A,0\n";
        let got = import(csv.as_bytes(), &Options::default()).unwrap();
        assert_eq!(got.source, Source::Bimts);
        let rows: Vec<_> = got
            .records
            .iter()
            .map(|r| format!("{} {} {} {}", r.partner, r.classification, r.product, r.value.unwrap()))
            .collect();
        assert_eq!(rows, ["WLD COMPILER TOTAL 1380456789.1", "FRA HS5 270900 12.5"]);
        assert_eq!((got.aside(), got.quarantined()), (4, 1));
        // Dollars are not assumed where the units are left open, and where there is no figure they do not matter.
        for (open, want) in [("12.5,A,\n", (4, 2)), ("12.5,A,1\n", (4, 2)), (",A,\n", (5, 1))] {
            let got = import(csv.replacen("12.5,A,0\n", open, 1).as_bytes(), &Options::default()).unwrap();
            assert_eq!((got.aside(), got.quarantined()), want, "{open}");
        }
    }

    #[test]
    fn other_dataflows_of_the_oecd_are_refused() {
        let refusal = |csv: &str| import(csv.as_bytes(), &Options::default()).unwrap_err().to_string();
        let columns =
            "REF_AREA,COUNTERPART_AREA,TRADE_FLOW,FREQ,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT";
        let row = "DEU,FRA,X,A,USD,2020,50.5,A,3";
        for (dimension, part) in [("END_USE", "CONS"), ("ACTIVITY", "D01T03"), ("SERVICE", "SA")] {
            let told = refusal(&format!("DATAFLOW,{dimension},{columns}\nBIMTS,{part},{row}\n"));
            assert!(
                told.contains(&format!("the column `{dimension}`")) && told.contains("DSD_BIMTS"),
                "{told}"
            );
        }
        // Columns in small letters are no labels beside codes.
        let small = format!("end_use,{columns}\nCONS,{row}\n").to_lowercase();
        assert!(refusal(&small).contains("`end_use`"));
        for flow in [
            "OECD.STI.PIE:DSD_BTIGE@DF_BTIGE(1.0)",
            "OECD.SDD.TPS:DSD_BATIS@DF_BATIS(1.0)",
        ] {
            let told = refusal(&format!("STRUCTURE_ID,{columns}\n{flow},{row}\n"));
            assert!(
                told.contains("line 2") && told.contains(flow) && told.contains("another dataflow"),
                "{told}"
            );
        }
        // Labels beside codes, and remarks, part nothing.
        let own = format!(
            "STRUCTURE_ID,{columns},Product type,Remark\nOECD.SDD.TPS:DSD_BIMTS_6D@DF_BIMTS_HS2017_6D(1.0),{row},x,y\n"
        );
        assert_eq!(import(own.as_bytes(), &Options::default()).unwrap().records.len(), 1);
    }

    /// With labels, some columns bear one name twice: in capitals over codes, otherwise over their labels.
    #[test]
    fn labels_beside_codes_are_no_second_columns() {
        let csv = "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,REF_AREA,Reference area,COUNTERPART_AREA,Counterpart area,TRADE_FLOW,Trade flow,PRODUCT_HS,Product,FREQ,Frequency of observation,ADJUSTMENT,Adjustment,UNIT_MEASURE,Unit of measure,TIME_PERIOD,Time period,OBS_VALUE,Observation value,OBS_STATUS,Observation status,UNIT_MULT,Unit multiplier,DECIMALS,Decimals\n\
            DATAFLOW,x,BIMTS,I,DEU,Germany,W,World,X,Exports,_T,Total,A,Annual,B_ADJ_RX,\"Balanced, re-exports taken out\",USD_EXC,\"US dollars, exchange rate converted\",2020,,13.5,,A,Normal value,6,Millions,1,One\n";
        let got = import(csv.as_bytes(), &Options::default()).unwrap();
        let [record] = &got.records[..] else { panic!("{got:?}") };
        assert_eq!(
            (record.basis.as_deref(), record.value.unwrap().to_string().as_str()),
            (Some("B_ADJ_RX"), "13500000")
        );
        assert_eq!((got.source, got.ignored_columns), (Source::Bimts, vec![]));
    }

    #[test]
    fn a_file_for_bulk_download_holds_two_balanced_figures_of_a_flow() {
        // The columns are those of the OECD's files; the figures are made up.
        let flow = "OECD.SDD.TPS:DSD_BIMTS@DF_BIMTS_HS2017_2D(1.0),DEU,FRA,X";
        let csv = format!(
            "DATAFLOW,REF_AREA,COUNTERPART_AREA,TRADE_FLOW,PRODUCT_TYPE,PRODUCT_CPA,PRODUCT_HS,FREQ,TIME_PERIOD,OBS_VALUE,OBS_STATUS,METHODOLOGY_TYPE,UNIT_MULT,UNIT_MEASURE,ADJUSTMENT,DECIMALS\n\
            {flow},HS,_Z,HS17_27,A,2020,12.5,A,R,6,USD_EXC,B,3\n\
            {flow},HS,_Z,HS17_27,A,2020,11.25,A,R,6,USD_EXC,B_ADJ_RX,3\n\
            {flow},C,_T,HS17_28,A,2020,2,A,R,6,USD_EXC,B,3\n\
            {flow},CPA,CPA_26,_T,A,2020,9,A,R,6,USD_EXC,B,3\n"
        );
        let got = import(csv.as_bytes(), &Options::default()).unwrap();
        let rows: Vec<_> = got
            .records
            .iter()
            .map(|r| format!("{} {} {}", r.product, r.basis.as_deref().unwrap(), r.value.unwrap()))
            .collect();
        assert_eq!(rows, ["27 B 12500000", "27 B_ADJ_RX 11250000", "28 B 2000000"]);
        assert_eq!((got.aside(), got.quarantined(), got.ignored_columns), (1, 0, vec![]));
    }
}
