use super::world::code_in;
use super::{BulkWorld, Row};
use std::io::Write;
use trade::NO_NUMBER;

/// The header of BACI's files.
pub const BACI_HEADER: &[u8] = b"t,i,j,k,v,q\n";
/// The header of UN Comtrade's bulk files.
pub const COMTRADE_HEADER: &[u8] = b"typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,flowCode,\
partnerCode,partner2Code,classificationCode,classificationSearchCode,isOriginalClassification,cmdCode,customsCode,\
mosCode,motCode,qtyUnitCode,qty,isQtyEstimated,altQtyUnitCode,altQty,isAltQtyEstimated,netWgt,isNetWgtEstimated,\
grossWgt,isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,legacyEstimationFlag,isReported,isAggregate\n";

impl BulkWorld {
    /// What the exporter of this rank (by numeric code) sent in a year, as lines of BACI: codes
    /// without leading zeros, thousands of dollars, tonnes, `NA`.
    pub fn baci_lines(&self, year: i16, exporter: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let (mut truth, mut rows) = (Vec::new(), Vec::new());
        let a = self.by_number[exporter];
        let from = self.world.reports(a, year);
        for &b in &self.by_number {
            if !from && !self.world.reports(b, year) {
                continue;
            }
            self.truth(year, a, b, &mut truth);
            self.reconciled(year, self.world.pair(a, b), &truth, &mut rows);
            self.baci_pair(year, (a, b), &rows, &mut out);
        }
        out
    }

    fn baci_pair(&self, year: i16, (a, b): (usize, usize), rows: &[Row], out: &mut Vec<u8>) {
        let number = |place: usize| code_in(self.world.places[place].info, year).unwrap_or_default();
        let start = format!("{year},{},{},", number(a), number(b));
        for row in rows {
            out.extend_from_slice(start.as_bytes());
            let code = self.world.products[usize::from(row.product)].trim_start_matches('0');
            out.extend_from_slice(code.as_bytes());
            out.push(b',');
            thousands(row.value / 1000, out);
            out.push(b',');
            if row.weight == NO_NUMBER {
                out.extend_from_slice(b"NA");
            } else {
                thousands(row.weight / 1000, out);
            }
            out.push(b'\n');
        }
    }

    /// What the reporter of this rank (by numeric code) reports of a year, as lines of UN
    /// Comtrade's bulk files.
    pub fn comtrade_lines(&self, year: i16, reporter: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let (mut truth, mut rows) = (Vec::new(), Vec::new());
        let reporter = self.by_number[reporter];
        if !self.world.reports(reporter, year) {
            return out;
        }
        for import in [true, false] {
            for &partner in &self.by_number {
                self.reports_of(year, reporter, partner, import, &mut truth, &mut rows);
                self.comtrade_pair(year, (reporter, partner), import, &rows, &mut out);
            }
        }
        out
    }

    fn comtrade_pair(&self, year: i16, (r, p): (usize, usize), import: bool, rows: &[Row], out: &mut Vec<u8>) {
        let number = |place: usize| code_in(self.world.places[place].info, year).unwrap_or_default();
        let flow = if import { "M" } else { "X" };
        let start = format!(
            "C,A,{year}0101,{year},52,{year},{},{flow},{},0,H0,HS,true,",
            number(r),
            number(p)
        );
        for row in rows {
            out.extend_from_slice(start.as_bytes());
            out.extend_from_slice(self.world.products[usize::from(row.product)].as_bytes());
            out.extend_from_slice(b",C00,0,0,-1,,false,-1,,false,");
            if row.weight != NO_NUMBER {
                let _ = write!(out, "{}.0", row.weight / 1000);
            }
            out.extend_from_slice(b",false,,false,");
            let value = trade::Usd::from_thousandths(i128::from(row.value)).to_string();
            let value = if value.contains('.') { value } else { value + ".0" };
            let (cif, fob) = if import {
                (value.as_str(), "")
            } else {
                ("", value.as_str())
            };
            let _ = writeln!(out, "{cif},{fob},{value},0,true,false");
        }
    }
}

/// An integer as thousands with three decimals.
fn thousands(units: i64, out: &mut Vec<u8>) {
    let _ = write!(out, "{}.{:03}", units / 1000, units % 1000);
}
