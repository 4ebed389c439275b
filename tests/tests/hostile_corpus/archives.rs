//! Archives, whole and broken.

use super::Answer::{Read, Refused};
use super::forms::utf16;
use super::{Case, case};
use std::io::Write;
use tests::{GOOD, gzip};

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub fn cases() -> Vec<Case> {
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 3).unwrap();
    let long = GOOD.to_owned() + &"2005,CHN,KOR,export,1,test\n".repeat(0);
    let many: String = (1900..2100).map(|y| format!("{y},CHN,JPN,export,{y},test\n")).collect();
    let many = format!("{long}{many}");
    let packed = gzip(many.as_bytes());
    let mut bit = packed.clone();
    let middle = bit.len() / 2;
    bit[middle] ^= 0x10;
    let squeezed = zstd(many.as_bytes());
    let archive = zipped(&[("t.csv", many.as_bytes())]);
    let bomb = gzip(&vec![b'7'; 300 << 20]);
    let zip_bomb = zipped(&[(
        "t.csv",
        &[
            GOOD.as_bytes(),
            &[[b' '; 4095].as_slice(), b"\n"].concat().repeat(30 << 10),
        ]
        .concat(),
    )]);
    let drive = zipped(&[("ok.csv", GOOD.as_bytes()), ("C:/windows/t.csv", b"x")]);
    vec![
        case("drive.zip", drive, Refused(&["`C:/windows/t.csv`", "points out of it"])),
        case("good.csv.gz", gzip(GOOD.as_bytes()), Read(3, "330")),
        case("misnamed.csv", gzip(GOOD.as_bytes()), Read(3, "330")),
        case("good.csv.zst", zstd(GOOD.as_bytes()), Read(3, "330")),
        case(
            "good.zip",
            zipped(&[("readme.pdf", b"x"), ("data/t.csv", GOOD.as_bytes())]),
            Read(3, "330"),
        ),
        case("utf16.csv.gz", gzip(&utf16(GOOD, false, true)), Read(3, "330")),
        case(
            "cut.csv.gz",
            &packed[..packed.len() / 2],
            Refused(&["cut short or damaged"]),
        ),
        case("cut-head.csv.gz", &packed[..5], Refused(&["cut short or damaged"])),
        case("damaged.csv.gz", bit, Refused(&["damaged"])),
        case(
            "cut.csv.zst",
            &squeezed[..squeezed.len() / 2],
            Refused(&["cut short or damaged"]),
        ),
        case("cut.zip", &archive[..archive.len() / 2], Refused(&["zip", "damaged"])),
        case(
            "two.zip",
            zipped(&[("a.csv", GOOD.as_bytes()), ("b.csv", GOOD.as_bytes())]),
            Refused(&["2 tables", "a.csv", "--out FOLDER"]),
        ),
        case("none.zip", zipped(&[("a.pdf", b"x")]), Refused(&["without a table"])),
        case("empty.zip", zipped(&[]), Refused(&["without a table"])),
        case(
            "sheet.xlsx",
            zipped(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")]),
            Refused(&["a spreadsheet", "CSV"]),
        ),
        case(
            "climbing.zip",
            zipped(&[("../../climbed.csv", GOOD.as_bytes())]),
            Refused(&["climbed.csv", "points out of it"]),
        ),
        case(
            "rooted.zip",
            zipped(&[("/tmp/climbed.csv", GOOD.as_bytes())]),
            Refused(&["points out of it"]),
        ),
        case(
            "twice.csv.gz",
            gzip(&gzip(GOOD.as_bytes())),
            Refused(&["gzip inside gzip"]),
        ),
        case(
            "mixed.csv.gz",
            gzip(&zstd(GOOD.as_bytes())),
            Refused(&["zstd inside gzip"]),
        ),
        case("bomb.csv.gz", bomb, Refused(&[])),
        case("bomb.zip", zip_bomb, Refused(&["grows"])),
        case(
            "data.xz",
            vec![0xfd, b'7', b'z', b'X', b'Z', 0, 0],
            Refused(&["xz", "unpack"]),
        ),
        case("data.bz2", *b"BZh91AY&SY", Refused(&["bzip2", "unpack"])),
        case("table.csv", *b"PAR1\0\0\0\0PAR1", Refused(&["Parquet"])),
    ]
}
