//! Inputs to begin with: small, our own, most of them good.

use crate::forms::utf16;
use arrow::array::{ArrayRef, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use flate2::write::GzEncoder;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use store::Filter;
use trade::{Decimal3, Economy, Flow, Period, Record, Usd};

/// A good file of each kind of table, with the letter under which `import` is asked for its source.
const TABLES: [&str; 18] = [
    "period,reporter,partner,flow,classification,product,value_usd,quantity,quantity_unit,reference,note\n\
     2003,PRK,CHN,export,HS2,27,395345000,12.5,t,a,\"said, in\npassing\"\n\
     2004-07,PRK,WLD-KOR,total,COMPILER,coal,1250000,,,b,\n2003-01..2003-06,KOR,PRK,import,,TOTAL,5.001,,,a,x\n",
    "Classification,Year,Trade Flow Code,Trade Flow,Reporter Code,Reporter,Partner Code,Commodity Code,Commodity,Qty Unit Code,Qty,Netweight (kg),Trade Value (US$),Flag\n\
     H3,2011,1,Import,156,China,408,27,\"Mineral fuels, oils\",8,12.5,38006200.0,1162113382,4\n\
     H3,2011,1,Import,156,China,0,27,\"Mineral fuels, oils\",1,,,2162113382,0\n",
    "Year,Reporter Code,Trade Flow Code,Partner Code,Classification,Commodity Code,Quantity Unit Code,Supplementary Quantity,Netweight (kg),Value,Estimation Code\n\
     2003,8,1,0,H2,TOTAL,1,,,1864328860,0\n2003,8,1,40,H2,09,1,,,4391,0\n2003,8,1,40,H2,09,1,,,4391,0\n",
    "refYear,period,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,customsCode,motCode,qtyUnitCode,qty,netWgt,cifvalue,fobvalue,primaryValue\n\
     2023,202301,156,M,410,0,H6,270112,C00,0,8,5.5,5.5,100.25,,100.25\n2023,202301,156,M,410,0,H6,270112,C00,1000,8,1,1,10,,10\n\
     2023,2023,156,X,0,0,H6,TOTAL,C00,0,-1,0,,,9,9\n2023,2023,156,FM,410,842,H6,27,C00,0,5,3,0,,7,7\n",
    "reporter,partner,cmd,flow,value,netwgt\n68,604,250490,M,541.0,345.475\n68,604,250490,M,541.0,\n68,604,250490,M,41.0,1\n",
    "\"t\",\"i\",\"j\",\"k\",\"v\",\"q\"\r\n2021,4,24,382390,52.051,\"       13.235\"\r\n2021,4,24,10121,0.05,\"           NA\"\r\n2020,842,757,10121,1.5,\r\n",
    "Nomenclature,ReporterISO3,ProductCode,PartnerISO3,Year,TradeFlowName,TradeFlowCode,TradeValue in 1000 USD,Quantity\n\
     H3,CHN,270112,PRK,2011,Gross Imp.,1,52.051,7\nH3,CHN,Total,KOR,2011,Export,6,1,\n",
    "Reporter,TradeFlow,ProductCode,Product Description,Year,Partner,Trade Value 1000USD,Quantity,Quantity Unit\n\
     China,Export,282580,Antimony oxides,2024, World,60.5,600,Kg\nKorea,Export,282580,x,2024,China,1,,\n",
    "Reporter Name,Partner Name,Year,Trade Flow,Export (US$ Thousand),Export Partner Share (%)\n World,\"Hong Kong, China\",2018,Export,12.5,0.01\nChina,South Asia,2018,Export,,1\n",
    "Reporter,Partner,Product categories,Indicator Type,Indicator,2021,1988\nKorea,World,Capital goods,Export,Export(US$ Mil),   475384.27,\n\
     Korea,...,...,Import,No. Of Import products,  4531.00,\nKorea,China,All Products,Import,Trade (US$ Mil)-Top 5 Import Partner,1,2\n",
    "ccode1,ccode2,year,importer1,importer2,flow1,flow2,source1,source2,version\n\
     710,731,2003,China,North Korea,395.345,-9,1,2,4\n2,20,1990,US,Canada,1.5,2.5,2,2,4\n",
    "ccode,statename,stateabb,year,imports,exports,version\n710,China,CHN,2003,412760,438228,4\n",
    "Country Name,Country Code,Counterpart Country Name,Counterpart Country Code,Indicator Name,Indicator Code,Attribute,2002,2003,2003Q1\n\
     China,924,Korea,542,\"Goods, Value of Exports, Free on board (FOB), US Dollars\",TXG_FOB_USD,Value,15507.1,20096.5,\n",
    "a;b;c\n1;2,5;x\n3;1.234,5;\"y;z\"\n",
    "Country Name,Country Code,Counterpart Country Name,Counterpart Country Code,Time Period,\"Goods, Value of Exports, Free on board (FOB), US Dollars (TXG_FOB_USD)\"\n\
     Japan,158,Korea,542,2003,10\nJapan,158,Korea,542,2003M2,1.5\n",
    "DATAFLOW,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE\n\
     x,KOR,XG_FOB_USD,CHN,A,2024,12345678901.5,6\nx,KOR,MG_CIF_USD,G001,M,2024-M02,1.5,6\nx,KOR,TBG_USD,CHN,A,2024,-5,6\n",
    "DATASET,SERIES_CODE,OBS_MEASURE,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,SCALE,2003,2004-Q1\n\
     x,y,OBS_VALUE,Japan,XG_FOB_USD,World,Annual,Millions,4719.7,\nx,y,OBS_VALUE,Japan,MG_CIF_USD,Korea,Quarterly,Millions,,2.5\n",
    "REF_AREA,COUNTERPART_AREA,TRADE_FLOW,PRODUCT_HS,ADJUSTMENT,FREQ,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT\n\
     DEU,W,X,_T,B_ADJ_RX,A,USD_EXC,2020,1380.4567891,A,6\nDEU,FRA,X,HS17_270900,B_ADJ_RX,A,USD_EXC,2020,12.5,A,0\n",
];

/// Tables as they are.
pub(crate) fn plain_tables() -> Vec<Vec<u8>> {
    TABLES.iter().map(|table| table.as_bytes().to_vec()).collect()
}

/// Tables behind the letter of a source.
pub(crate) fn tables() -> Vec<Vec<u8>> {
    let left_to_the_header = TABLES.iter().map(|table| format!("z{table}"));
    let asked = TABLES
        .iter()
        .filter_map(|table| Some(format!("{}{table}", crate::imported::letter_of(table)?)));
    let marked = TABLES[..2].iter().map(|table| format!("z\u{feff}{table}"));
    let wide = [[b"z".to_vec(), utf16(TABLES[0], false)].concat()].into_iter();
    let texts = left_to_the_header.chain(asked).chain(marked).map(String::into_bytes);
    texts.chain(wide).collect()
}

/// Answers of UN Comtrade's interface.
pub(crate) fn json() -> Vec<Vec<u8>> {
    let row = r#"{"period":"2023","refYear":2023,"reporterCode":156,"flowCode":"M","partnerCode":410,"classificationCode":"H6","cmdCode":"270112","primaryValue":100.25,"netWgt":null,"isReported":true}"#;
    let texts = [
        format!(r#"{{"elapsedTime":"1 s","count":2,"data":[{row},{row}],"error":""}}"#),
        format!("[{row}]"),
        r#"{"statusCode":429,"message":"Rate limit is exceeded"}"#.to_owned(),
        r#"{"data":[],"count":0}"#.to_owned(),
        r#"[{"period":2003,"reporter":"CHN","partner":"KOR","flow":"export","value_usd":9007199254740993}]"#.to_owned(),
    ];
    texts.into_iter().map(String::into_bytes).collect()
}

/// Bodies behind a letter that says whom they are from: UN Comtrade (`a`, and `C` on a connection that
/// tells where the body ends), the Monetary Fund (`c`, and `B`), CEPII (`b`).
pub(crate) fn answers() -> Vec<Vec<u8>> {
    let between = std::str::from_utf8(crate::fetched::BETWEEN).unwrap();
    let row = |reporter: u32, year: u32| {
        format!(
            r#"{{"period":"{year}","refYear":{year},"reporterCode":{reporter},"flowCode":"M","partnerCode":410,"classificationCode":"H6","cmdCode":"TOTAL","primaryValue":100.25}}"#
        )
    };
    let answer = |rows: &[String]| format!(r#"{{"count":{},"data":[{}],"error":""}}"#, rows.len(), rows.join(","));
    let four: Vec<String> = [156, 392, 699, 842].map(|reporter| row(reporter, 2022)).to_vec();
    let list = r#"{"more":false,"results":[{"id":156},{"id":392},{"id":699},{"id":842}]}"#;
    let table = "COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE\nJPN,XG_FOB_USD,KOR,A,2022,12.5,6\n";
    let texts = [
        format!("a{}", answer(&four[..2])),
        format!("C{}", answer(&[])),
        // Cut, divided by years, cut, divided by the list, whole.
        [
            "a",
            &answer(&four),
            between,
            &answer(&four),
            between,
            list,
            between,
            &answer(&four[..2]),
        ]
        .concat(),
        ["a", &answer(&four[..2]), between, &answer(&four[2..3]), between, "{}"].concat(),
        format!(
            "a{}{between}{}",
            r#"{"statusCode":429,"message":"slow"}"#,
            answer(&four[..1])
        ),
        format!("c{table}"),
        format!("B{}", &table[..table.len() - 4]),
    ];
    let archive = zip(&[("BACI_HS17_Y2021_V202401.csv", TABLES[5].as_bytes())]);
    texts
        .into_iter()
        .map(String::into_bytes)
        .chain([[&b"b"[..], &archive].concat()])
        .collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Files packed in every way.
pub(crate) fn packed() -> Vec<Vec<u8>> {
    let table = TABLES[0].as_bytes();
    vec![
        table.to_vec(),
        gzip(table),
        [gzip(&table[..100]), gzip(&table[100..])].concat(),
        gzip(&gzip(table)),
        zstd::encode_all(table, 3).unwrap(),
        zip(&[("t.csv", table)]),
        zip(&[("readme.pdf", b"x"), ("data/t.csv", table)]),
        zip(&[("a.csv", table), ("b.csv", table)]),
        zip(&[("../a.csv", table)]),
        zip(&[("t.json", &json()[0])]),
        utf16(TABLES[0], true),
    ]
}

/// Tables of the agencies whose files are large.
pub(crate) fn bulk() -> Vec<Vec<u8>> {
    let tables = [1, 2, 3, 5, 8, 10, 13].map(|at: usize| TABLES[at].as_bytes().to_vec());
    tables
        .into_iter()
        .chain([gzip(TABLES[5].as_bytes()), json()[0].clone()])
        .collect()
}

fn records() -> Vec<Record> {
    let economy = |code: &str| Economy::new(code).unwrap();
    let mut records = Vec::new();
    for year in 2000..2004 {
        for (partner, flow, value) in [("CHN", Flow::Export, 1_250), ("JPN", Flow::Import, 999_999_999_999)] {
            let period = Period::annual(year).unwrap();
            let value = Usd::from_thousandths(value + i128::from(year));
            records.push(Record::new(
                "test",
                period,
                economy("KOR"),
                economy(partner),
                flow,
                value,
            ));
        }
    }
    records[1].net_weight_kg = Some(Decimal3::from_units(7));
    records[2].value = None;
    records[2].share_percent = Some(Decimal3::from_units(12));
    records
}

/// The records as a dataset that conditions are tried on.
pub(crate) fn dataset() -> (&'static Path, &'static [Record]) {
    static DATASET: OnceLock<(tempfile::NamedTempFile, Vec<Record>)> = OnceLock::new();
    let (file, records) = DATASET.get_or_init(|| {
        let mut file = tempfile::Builder::new().suffix(".parquet").tempfile().unwrap();
        let bytes = store::parquet_bytes(&records(), file.path()).unwrap();
        file.write_all(&bytes).unwrap();
        let read = store::read_records(file.path(), &Filter::default()).unwrap();
        (file, read)
    });
    (file.path(), records)
}

/// Columns of trade records as another tool may write them, with values of any type.
fn foreign(values: ArrayRef, properties: WriterProperties) -> Vec<u8> {
    let texts = |cells: [&str; 3]| Arc::new(StringArray::from(cells.to_vec())) as ArrayRef;
    let columns = vec![
        (
            "period_year",
            Arc::new(Int64Array::from(vec![2003, 2003, 2004])) as ArrayRef,
        ),
        ("reporter", texts(["CHN", "KOR", "CHN"])),
        ("partner", texts(["KOR", "CHN", "KOR"])),
        ("flow", texts(["export", "import", "export"])),
        ("value_usd", values),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// Datasets of our own making and of others'.
pub(crate) fn parquet() -> Vec<Vec<u8>> {
    let plain = || WriterProperties::builder();
    let decimals = Decimal128Array::from(vec![Some(100_250), None, Some(7)]);
    let decimals = Arc::new(decimals.with_precision_and_scale(18, 3).unwrap()) as ArrayRef;
    let whole = Arc::new(Int64Array::from(vec![Some(100), Some(1 << 60), None])) as ArrayRef;
    vec![
        store::parquet_bytes(&records(), Path::new("seed.parquet")).unwrap(),
        store::parquet_bytes(&records()[..1], Path::new("seed.parquet")).unwrap(),
        foreign(decimals.clone(), plain().build()),
        foreign(decimals, plain().set_compression(Compression::SNAPPY).build()),
        foreign(
            whole.clone(),
            plain().set_compression(Compression::ZSTD(ZstdLevel::default())).build(),
        ),
        foreign(
            whole,
            plain()
                .set_dictionary_enabled(false)
                .set_encoding(Encoding::PLAIN)
                .set_writer_version(WriterVersion::PARQUET_2_0)
                .build(),
        ),
        foreign(
            Arc::new(Int32Array::from(vec![1, 2, 3])),
            plain().set_dictionary_enabled(false).build(),
        ),
        foreign(Arc::new(Float64Array::from(vec![1.5, 2.5, 3.0])), plain().build()),
        foreign(Arc::new(StringArray::from(vec!["1", "2", "x"])), plain().build()),
    ]
}

fn lines(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Formulas on the columns `y`, `x`, `year` and `pair`.
pub(crate) fn formulas() -> Vec<Vec<u8>> {
    lines(&[
        "y ~ x",
        "log(y) ~ x + i(year) | pair^year + pair",
        "y ~ 0 + x*year + I(x^2 - 1) + offset(log(x))",
        "-x^2/2 ~ i(year, ref = 2001):x - 1",
        "y ~ `x` + pair + sqrt(abs(x)) + exp(-x)",
        "log(1 + y) ~ 1 | pair",
    ])
}

/// Conditions, one a line.
pub(crate) fn conditions() -> Vec<Vec<u8>> {
    lines(&[
        "partner = PRK",
        "flow = export|import\nyear = 1989..2008\nflow = import",
        "classification = H5|HS1992\nproduct = 27|2701",
        "year = 2003\nyear = 2000..2005\nstatus = reported",
        "compiler = UN Comtrade\nbasis=\nvaluation = FOB",
        "economy = PRK|KOR\neconomy = CHN",
    ])
}

/// Study files.
pub(crate) fn studies() -> Vec<Vec<u8>> {
    lines(&[r#"
id = "small"
title = "A study"
description = "What it asks"
economy = "PRK"
seed = 7

[[scenario]]
id = "one"
title = "One"
description = "All there is"
models = ["trend"]
guards = ["south"]
cif_margin = { import = "0.1" }
[[scenario.layer]]
pin = "cow-3"
years = [1990, 2005]
where = { partner = ["CHN"] }

[[guard]]
id = "south"
title = "South"
reference = "x"
[[guard.drop]]
partner = "KOR"
years = [1999, 2003]
reason = "mixed up"

[[claim]]
id = "rises"
text = "Trade rises"
source = "us"
reading = "the slope"
[[claim.test]]
says = "slope above zero"
measure = "slope"
where = { flow = "total" }
op = ">"
value = 0.0

[[summary]]
claim = "rises"
text = "It is {{ estimate('one', 'slope', flow='total') }} a year."

[[section]]
id = "first"
title = "First"
text = ["Of {{ share('one', 'share', period=2003) }}, {{ interval('one', 'slope') }}."]
"#])
}

/// Descriptions of pins, maps of columns, manifests of datasets.
pub(crate) fn pins() -> Vec<Vec<u8>> {
    lines(&[
        r#"
name = "x"
title = "X"
compiler = "us"
release = "1"
retrieved = "2026-11-22"
url = "https://example.org"
licence = "CC0"
terms = ""
citation = "us"
description = "made up"
traps = ["none"]
[defaults]
flow = "export"
[[invariant]]
name = "all"
where = { flow = "export", period_from = 1990 }
rows = 3
sum_usd = "12.5"
"#,
        "value_power = 6\neconomies = \"cow\"\n[columns]\nperiod = \"year\"\nvalue_usd = \"flow1\"\n",
        "period = 2003\nreporter = \"PRK\"\nrounded_to_usd = 1000000\n",
        "format = \"counterflow dataset 1\"\nmade_by = \"x\"\ncompiler = \"x\"\n[scales]\nvalue = 0\nnet_weight = 0\nquantity = 3\n[[partition]]\nyear = 1995\nfile = \"1995.parquet\"\nrows = 3\nbytes = 0\nvalue_usd = \"5\"\nsha256 = \"\"\n",
    ])
}
