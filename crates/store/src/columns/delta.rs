//! DELTA_BINARY_PACKED integers.

use super::hybrid::{Damage, varint};
use super::unpack::{AT_ONCE, add_up};

const ENDS_EARLY: Damage = "a delta-coded page ends before its last value";

/// What a page of delta-coded values is not, if it was not decoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is damaged.
    Damaged(Damage),
    /// It is cut in a way that this decoder does not know.
    Unknown,
}

impl From<Damage> for Refused {
    fn from(damage: Damage) -> Self {
        Refused::Damaged(damage)
    }
}

/// Decodes `count` values in place of what `out` holds: memory that is there already need not be cleared.
///
/// A value is the one before plus a block's least difference plus a bit-packed remainder; sums
/// wrap, as the format says.
pub(crate) fn decode(bytes: &[u8], count: usize, out: &mut Vec<i64>) -> Result<(), Refused> {
    let mut at = 0;
    let next = |at: &mut usize| varint(bytes, at).ok_or(ENDS_EARLY);
    let (block, minis, total) = (next(&mut at)?, next(&mut at)?, next(&mut at)?);
    let first = zigzag(next(&mut at)?);
    if total != count as u64 {
        return Err("a delta-coded page has another number of values than it says".into());
    }
    if minis == 0 || block == 0 || block > 1 << 20 || minis > block {
        return Err("a delta-coded page with impossible blocks".into());
    }
    let (minis, in_mini) = (minis as usize, (block / minis) as usize);
    if in_mini % AT_ONCE != 0 {
        return Err(Refused::Unknown);
    }
    let block = block as usize;
    out.resize(out.len().max(1), 0);
    out[0] = first;
    let (mut last, mut done) = (first, 1);
    while done < count {
        let least = zigzag(varint(bytes, &mut at).ok_or(ENDS_EARLY)?);
        let widths = bytes.get(at..at + minis).ok_or(ENDS_EARLY)?;
        at += minis;
        // Whole steps are written at once: the last one beyond the end, which is then cut off.
        let needed = block.min(count - done) + done + AT_ONCE;
        if out.len() < needed {
            out.resize(needed, 0);
        }
        for &width in widths {
            if width > 64 && done < count {
                return Err("differences of more than 64 bits".into());
            }
            for _ in 0..in_mini / AT_ONCE {
                if done >= count {
                    break; // the widths of miniblocks that are not there
                }
                let Some(values) = out[done..].first_chunk_mut() else {
                    break;
                };
                step(bytes, at, u32::from(width), count - done, (least, &mut last), values)?;
                done += AT_ONCE;
                at += 4 * width as usize;
            }
        }
    }
    out.truncate(count);
    Ok(())
}

/// Decodes 32 values, of which `rest` are needed: the last may stand in a miniblock cut short.
#[inline]
fn step(
    bytes: &[u8],
    at: usize,
    width: u32,
    rest: usize,
    (least, last): (i64, &mut i64),
    out: &mut [i64; AT_ONCE],
) -> Result<(), Damage> {
    let bytes = bytes.get(at..).ok_or(ENDS_EARLY)?;
    if add_up(width, bytes, least, last, out) {
        return Ok(());
    }
    if bytes.len() * 8 < rest.min(AT_ONCE) * width as usize {
        return Err(ENDS_EARLY);
    }
    let mut padded = [0; 4 * 64];
    padded[..bytes.len()].copy_from_slice(bytes);
    add_up(width, &padded, least, last, out);
    Ok(())
}

fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::basic::Encoding;
    use parquet::column::writer::ColumnWriter;
    use parquet::file::properties::WriterProperties;
    use parquet::file::reader::FileReader;
    use parquet::file::writer::SerializedFileWriter;
    use proptest::prelude::*;
    use std::sync::Arc;

    /// The bytes of the one page that another implementation makes of the values.
    fn encoded(values: &[i64]) -> Vec<u8> {
        let schema = "message m { required int64 v; }";
        let schema = Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_encoding(Encoding::DELTA_BINARY_PACKED)
            .build();
        let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
        let mut group = file.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        if let ColumnWriter::Int64ColumnWriter(typed) = column.untyped() {
            typed.write_batch(values, None, None).unwrap();
        }
        column.close().unwrap();
        group.close().unwrap();
        let bytes = bytes::Bytes::from(file.into_inner().unwrap());
        let reader = parquet::file::serialized_reader::SerializedFileReader::new(bytes).unwrap();
        let mut pages = reader.get_row_group(0).unwrap().get_column_page_reader(0).unwrap();
        pages.get_next_page().unwrap().unwrap().buffer().to_vec()
    }

    proptest! {
        #[test]
        fn what_another_implementation_wrote_comes_back(
            values in prop::collection::vec(prop_oneof![any::<i64>(), -1000..1000_i64, Just(i64::MIN), Just(i64::MAX)], 1..700),
            cut in 0..3000_usize,
            before in 0..900_usize,
        ) {
            let bytes = encoded(&values);
            // What stood there, shorter or longer, is gone.
            let mut out = vec![7; before];
            decode(&bytes, values.len(), &mut out).unwrap();
            prop_assert_eq!(&out, &values);
            // Cut anywhere, it is damage or (within the padding) the same values.
            let cut = cut % bytes.len();
            let mut out = Vec::new();
            if decode(&bytes[..cut], values.len(), &mut out).is_ok() {
                prop_assert_eq!(out, values.clone());
            }
            prop_assert!(decode(&bytes, values.len() + 1, &mut Vec::new()).is_err());
        }

        #[test]
        fn any_bytes_are_values_or_damage(bytes in prop::collection::vec(any::<u8>(), 0..80), count in 0..300_usize) {
            let _ = decode(&bytes, count, &mut Vec::new());
        }
    }
}
