//! `study new` on datasets that have a part of trade: the study says which part, and what cannot be told from it.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use tests::{call, csv_rows};
use trade::{EconomyKind, economies};

const HEADER: &str = "period,reporter,partner,flow,classification,product,value_usd,compiler,status\n";

/// So many countries other than Germany.
fn others(count: usize) -> Vec<String> {
    let countries = economies()
        .iter()
        .filter(|e| e.kind == EconomyKind::Country && e.code.as_str() != "DEU");
    countries.take(count).map(|e| e.code.to_string()).collect()
}

/// Germany and the others report of each other, product by product: it exports 30 to each and imports 20.
fn two_sided(others: &[String], products: &[String]) -> String {
    let mut text = HEADER.to_owned();
    for other in others {
        for product in products {
            let kind = if product == "TOTAL" { "" } else { "HS2" };
            for (reporter, partner, flow, value) in [
                ("DEU", other.as_str(), "export", 30),
                ("DEU", other, "import", 20),
                (other, "DEU", "import", 31),
                (other, "DEU", "export", 19),
            ] {
                text += &format!("2003,{reporter},{partner},{flow},{kind},{product},{value}000000,a test,reported\n");
            }
        }
    }
    text
}

struct Made {
    folder: tempfile::TempDir,
    data: String,
}

impl Made {
    fn of(text: &str) -> Made {
        let folder = tempfile::tempdir().unwrap();
        let (csv, data) = (folder.path().join("x.csv"), folder.path().join("x.parquet"));
        std::fs::write(&csv, text).unwrap();
        call(&[
            "import",
            csv.to_str().unwrap(),
            "--out",
            data.to_str().unwrap(),
            "--quiet",
        ])
        .ok();
        Made {
            data: data.to_str().unwrap().to_owned(),
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The study's text; it is written to the folder `study`.
    fn study(&self) -> String {
        self.study_of("DEU")
    }

    fn study_of(&self, economy: &str) -> String {
        let study = self.path("study");
        let arguments = [
            "study",
            "new",
            "--economy",
            economy,
            "--data",
            &self.data,
            "--quiet",
            "--out",
        ];
        call(&[&arguments[..], &[study.to_str().unwrap()]].concat()).ok();
        std::fs::read_to_string(study.join("study.toml")).unwrap()
    }

    fn analyze(&self) -> tests::Call {
        let (study, out) = (self.path("study"), self.path("out"));
        let (study, out) = (study.to_str().unwrap(), out.to_str().unwrap());
        call(&[
            "analyze", study, "--data", &self.data, "--out", out, "--quiet", "--format", "csv",
        ])
    }

    /// The verdict on a claim.
    fn verdict(&self, claim: &str) -> String {
        let rows = csv_rows(&self.analyze().ok().stdout);
        let row = rows.iter().find(|row| row["claim"] == claim);
        row.unwrap_or_else(|| panic!("no claim {claim}"))["verdict"].clone()
    }

    /// The words of the report, without its tags.
    fn report(&self) -> String {
        words(&self.path("out/report.html"))
    }
}

fn words(path: &Path) -> String {
    let page = std::fs::read_to_string(path).unwrap();
    let text: String = page
        .split('<')
        .filter_map(|part| part.split_once('>').map(|(_, text)| text))
        .collect();
    text.replace("&#39;", "'")
        .replace("&#x27;", "'")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn chapters() -> Vec<String> {
    (1..=97).filter(|n| *n != 77).map(|n| format!("{n:02}")).collect()
}

#[test]
fn one_chapter_is_not_presented_as_all_trade() {
    let made = Made::of(&two_sided(&others(60), &["27".to_owned()]));
    let study = made.study();
    assert!(
        study.contains("title = \"Germany's trade in mineral fuels, oils (HS 27), 2003\""),
        "{study}"
    );
    assert_eq!(made.verdict("whole"), "not testable with the pinned data");
    assert_eq!(made.verdict("deficit"), "robust");
    let report = made.report();
    for words in [
        "This is a part of Germany's trade, not all of it: the dataset has 1 of the 97 chapters of the Harmonized System",
        "What Germany traded in all goods together cannot be told from these data",
        "In mineral fuels, oils (HS 27), Germany exported more than it imported in 2003, however counted: by",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
}

#[test]
fn all_chapters_are_all_trade_though_there_are_no_totals() {
    let made = Made::of(&two_sided(&others(60), &chapters()));
    let study = made.study();
    assert!(
        study.contains("title = \"Germany's trade, 2003\"") && !study.contains("id = \"whole\""),
        "{study}"
    );
    assert_eq!(made.verdict("deficit"), "robust");
    let report = made.report();
    // 60 partners, 96 chapters: 30 less 20 million as it reports; partners' imports with freight off less 19 million.
    let headline = "Germany exported more than it imported in 2003, however counted: by";
    let said = report.split_once(headline).unwrap_or_else(|| panic!("{report}")).1;
    assert!(
        said.trim_start().starts_with("57.6 to 69.1 billion dollars."),
        "{}",
        &said[..80]
    );
    for words in [
        "rest on 2 sources: its own reports and its partners' reports.",
        "What would change it. Revised reports of the largest partners, or another margin for the freight in imports.",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
    for wrong in [
        "1 pinned datasets",
        "retrieved not stated",
        "as in baci",
        "not known dollars",
    ] {
        assert!(!report.contains(wrong), "{wrong}");
    }
    // One year makes no line: the ways to count stand side by side.
    assert!(study.contains("form = \"bars\"") && !study.contains("form = \"line\""));
}

#[test]
fn chapters_beside_totals_are_said_to_be_a_part() {
    let products = ["TOTAL".to_owned(), "27".to_owned()];
    let study = Made::of(&two_sided(&others(60), &products)).study();
    let said = "Not all that Germany traded stands here: the dataset has 1 of the 97 chapters of the Harmonized System";
    assert!(
        study.contains("title = \"Germany's trade, 2003\"") && study.contains(said),
        "{study}"
    );
    let products = [&["TOTAL".to_owned()], &chapters()[..]].concat();
    let study = Made::of(&two_sided(&others(60), &products)).study();
    assert!(
        study.contains("id = \"products\"") && !study.contains("stands here"),
        "{study}"
    );
}

#[test]
fn few_exporters_say_nothing_of_imports() {
    let mut text = HEADER.to_owned();
    for other in others(60) {
        for chapter in chapters() {
            text += &format!("2003,DEU,{other},export,HS2,{chapter},5000000,a test,estimated\n");
        }
    }
    text += "2003,AFG,DEU,export,HS2,27,1000,a test,estimated\n";
    let made = Made::of(&text);
    made.study();
    assert_eq!(made.verdict("deficit"), "not testable with the pinned data");
    assert_eq!(made.verdict("concentrated"), "one source only");
    let report = made.report();
    for words in [
        "What its imports came to in 2003 is not known: the dataset has exports of Afghanistan only; in these data they are 1,000 dollars.",
        "Whether Germany imported more than it exported in 2003 cannot be told from these data: the dataset has exports of \
         Afghanistan only.",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
}

#[test]
fn totals_alone_make_a_study_that_runs() {
    let made = Made::of(&two_sided(&others(60), &["TOTAL".to_owned()]));
    let study = made.study();
    made.analyze().ok();
    assert!(
        !study.contains("structure") && !study.contains("id = \"whole\""),
        "{study}"
    );
    // A table that a model of the study makes, but not from these data, is a sentence and no error.
    let path = made.path("study/study.toml");
    let section =
        |table: &str| format!("\n[[section]]\nid = \"more\"\ntitle = \"More\"\ntables = [{{ name = \"{table}\" }}]\n");
    let with = study.replace(
        "\"trend\", \"concentration\"]",
        "\"trend\", \"concentration\", \"structure\"]",
    );
    std::fs::write(&path, with.clone() + &section("products")).unwrap();
    made.analyze().ok();
    let report = made.report();
    assert!(
        report.contains("No figures for the table “Trade by product"),
        "{report}"
    );
    std::fs::write(&path, with + &section("prodcuts")).unwrap();
    made.analyze()
        .code(1)
        .tells(&["section `more`", "there is no table `prodcuts`", "products"]);
}

#[test]
fn what_reconciliation_leaves_out_is_told() {
    let mut text = two_sided(&others(60), &["TOTAL".to_owned()]);
    text += "2003,DEU,_X,import,,TOTAL,700000000,a test,reported\n";
    let made = Made::of(&text);
    let study = made.study();
    assert!(study.contains("partner = [\"_X\"]"), "{study}");
    made.analyze().ok();
    let report = made.report();
    let words = "Reconciled figures leave out what Germany reports of partners that it does not identify: in 2003";
    let said = report.split_once(words).unwrap_or_else(|| panic!("{report}")).1;
    assert!(
        said.trim_start().starts_with("700 million dollars of its imports."),
        "{}",
        &said[..80]
    );
    // No claim counts it as one more way to tell the trade.
    let claims = csv_rows(&std::fs::read(made.path("out/tables/claims.csv")).unwrap());
    assert!(!claims.is_empty() && claims.iter().all(|row| row["scenario"] != "unidentified"));
}

#[test]
fn an_economy_that_does_not_report_has_its_partners_alone() {
    let all = two_sided(&others(60), &["TOTAL".to_owned()]);
    let lines = all.lines().filter(|line| !line.starts_with("2003,DEU"));
    let made = Made::of(&(lines.collect::<Vec<_>>().join("\n") + "\n"));
    let study = made.study();
    assert!(
        !study.contains("importer-first") && study.contains("id = \"partners-fob\""),
        "{study}"
    );
    // With the freight and without it, it is one witness.
    assert_eq!(made.verdict("deficit"), "one source only");
    let report = made.report();
    assert!(report.contains("Germany does not report in this dataset"));
    // Partners' exports have no freight: both ways to count give one number, and nothing depends on who counts.
    assert!(
        report.contains("Imports of 2003 were 1.14 billion dollars. "),
        "{report}"
    );
}

/// As [`two_sided`] of all products, over years in which exports grow; Germany reports in some of them only.
fn over_years(own: &[i16]) -> String {
    let mut text = HEADER.to_owned();
    for year in 2003..=2010 {
        let more = i64::from(year - 2003);
        for (place, other) in others(60).iter().enumerate() {
            // The first partner's part shrinks.
            let export = if place == 0 { 300 - 10 * more } else { 30 + 2 * more };
            let mut told = vec![
                (other.as_str(), "DEU", "import", export + 1),
                (other, "DEU", "export", 19),
            ];
            if own.contains(&year) {
                told.extend([("DEU", other.as_str(), "export", export), ("DEU", other, "import", 20)]);
            }
            for (reporter, partner, flow, value) in told {
                text += &format!("{year},{reporter},{partner},{flow},,TOTAL,{value}000000,a test,reported\n");
            }
        }
    }
    text
}

#[test]
fn years_without_an_own_report_are_named_and_not_replaced_by_others() {
    let made = Made::of(&over_years(&[2004, 2005, 2006, 2007, 2009, 2010]));
    let study = made.study();
    made.analyze().ok();
    let claims = csv_rows(&std::fs::read(made.path("out/tables/claims.csv")).unwrap());
    let said = |claim: &str, scenario: &str| {
        let row = claims
            .iter()
            .find(|row| row["claim"] == claim && row["scenario"] == scenario);
        row.map(|row| row["verdict"].clone())
    };
    // A trend is asked over the years that there are, a change of two years only where both are.
    assert_eq!(said("growth", "reported").as_deref(), Some("holds"), "{study}");
    assert_eq!(said("growth", "partners").as_deref(), Some("holds"));
    assert_eq!(said("dependence", "partners").as_deref(), Some("holds"));
    assert!(said("dependence", "reported").is_none_or(|verdict| verdict == "undecidable"));
    let report = made.report();
    for words in [
        "Germany reported its own exports in 2004 to 2007, 2009 and 2010.",
        "2004 to 2007, 2009 and 2010 (its own reports); 2003 to 2010 (",
        "the largest buyers took",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
    assert!(!report.contains("Made-up data"));
}

#[test]
fn a_change_between_two_years_is_not_told_of_a_way_that_has_one_of_them() {
    let made = Made::of(&over_years(&[2003, 2004, 2005, 2006, 2007, 2008, 2009, 2010]));
    let study = made.study();
    // Without the first year of one way to count, the share of the second is no stand-in.
    let (id, layer) = ("id = \"reported\"", "reporter = [\"DEU\"], status = [\"reported\"]");
    let at = study.find(id).unwrap();
    let layer = at + study[at..].find(layer).unwrap();
    let line = study[..layer].rfind('\n').unwrap() + 1;
    let cut = format!("{}years = [2004, 2010]\n{}", &study[..line], &study[line..]);
    std::fs::write(made.path("study/study.toml"), cut).unwrap();
    made.analyze().ok();
    let claims = csv_rows(&std::fs::read(made.path("out/tables/claims.csv")).unwrap());
    let own = |row: &&std::collections::BTreeMap<String, String>| {
        row["claim"] == "dependence" && row["scenario"] == "reported"
    };
    assert_eq!(claims.iter().find(own).unwrap()["verdict"], "undecidable");
    let report = made.report();
    let said = report.split("in Germany's two-way trade fell from 2003 to 2010").nth(1);
    let said = said.unwrap_or_else(|| panic!("{report}"));
    assert!(said.starts_with(" by every count that can tell"), "{}", &said[..60]);
}

#[test]
fn a_study_on_a_dataset_is_verified_with_it() {
    let made = Made::of(&two_sided(&others(60), &["TOTAL".to_owned()]));
    made.study();
    made.analyze().ok();
    let (study, out) = (made.path("study"), made.path("out"));
    let (study, out) = (study.to_str().unwrap(), out.to_str().unwrap());
    call(&["verify", study, "--data", &made.data, "--results", out])
        .ok()
        .tells(&["findings as in the results"]);
    call(&["verify", study, "--data", &made.data, "--accept"]).ok();
    call(&["verify", study, "--data", &made.data]).ok();
    // Another dataset is another answer.
    let other = Made::of(&two_sided(&others(59), &["TOTAL".to_owned()]));
    call(&["verify", study, "--data", &other.data, "--results", out])
        .code(1)
        .tells(&["findings moved", "the pin `data` says something else"]);
}

#[test]
fn made_up_data_are_called_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (world, study, out) = (path("world"), path("study"), path("out"));
    let years = ["--rows", "20000", "--first-year", "2001", "--years", "2", "--quiet"];
    call(&[&["synth", "--out", &world][..], &years].concat()).ok();
    let new = ["study", "new", "--economy", "ROU", "--data", &world, "--out", &study];
    call(&[&new[..], &["--partners", "0"]].concat())
        .code(2)
        .tells(&["one partner at least"]);
    call(&new).ok();
    call(&["analyze", &study, "--data", &world, "--out", &out, "--quiet"]).ok();
    assert!(words(&Path::new(&out).join("report.html")).contains("Made-up data"));
}

#[test]
fn a_synthetic_release_imports_without_further_words() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, data) = (folder.path().join("files"), folder.path().join("data"));
    std::fs::create_dir(&csv).unwrap();
    let arguments = [
        "synth",
        "--shape",
        "baci",
        "--rows",
        "2000",
        "--first-year",
        "2003",
        "--years",
        "2",
        "--quiet",
    ];
    call(&[&arguments[..], &["--out", csv.to_str().unwrap()]].concat()).ok();
    call(&[
        "import",
        csv.to_str().unwrap(),
        "--out",
        data.to_str().unwrap(),
        "--quiet",
    ])
    .ok();
    let sum = call(&[
        "sum",
        data.to_str().unwrap(),
        "--by",
        "classification",
        "--format",
        "csv",
        "--quiet",
    ])
    .ok();
    assert_eq!(csv_rows(&sum.stdout)[0]["classification"], "HS0");
}

#[test]
fn help_says_where_things_go() {
    for (arguments, words) in [
        (
            &["study", "new", "--help"][..],
            "studies/CODE/study.toml, CODE in lower case",
        ),
        (&["import", "--help"], "classification (HS92, HS17, SITC3)"),
        (&["synth", "--help"], "import --default classification=HS92"),
        (&["--help"], "the report itself is made by `analyze`"),
    ] {
        let help = call(arguments).ok().text();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains(words), "{words}: {help}");
    }
}

#[test]
fn sentences_say_whose_years_which_partner_and_why_they_differ() {
    // Nobody reports 2005; the economy is one whose name takes the article.
    let all = over_years(&[2006, 2007, 2008, 2009, 2010]).replace("DEU", "NLD");
    let first = others(60)[0].clone();
    let lines = all
        .lines()
        .filter(|line| !line.starts_with("2005,") && !line.contains("NLD,NLD"));
    let made = Made::of(&(lines.collect::<Vec<_>>().join("\n") + "\n"));
    let study = made.study_of("NLD");
    assert!(
        study.contains("title = \"The Netherlands' trade, 2003 to 2010\""),
        "{study}"
    );
    made.analyze().ok();
    let report = made.report();
    let partner = economies().lookup(&first).unwrap().name;
    for words in [
        "The Netherlands reported its own exports in 2006 to 2010. Of 2003 and 2004 there are its partners' reports of \
         them alone. Of 2005 there is no report of them in these data, neither its own nor a partner's.",
        "along their trend, over 2006 to 2010 (its own reports);",
        &format!(
            "The share of {partner} is followed because no other economy has more of the Netherlands' trade in these \
             data, exports and imports of 2003, 2004 and 2006 to 2010 together."
        ),
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
    assert!(!report.contains("the years that each way to count has."), "{report}");
}

#[test]
fn what_freight_alone_decides_is_said_to_depend_on_freight() {
    // As the economy reports it and with partners' freight, a surplus; with six per cent off, a deficit.
    let mut text = HEADER.to_owned();
    for other in others(60) {
        for (reporter, partner, flow, value) in [
            ("DEU", other.as_str(), "export", 103),
            ("DEU", &other, "import", 100),
            (&other, "DEU", "import", 103),
            (&other, "DEU", "export", 100),
        ] {
            text += &format!("2003,{reporter},{partner},{flow},,TOTAL,{value}000000,a test,reported\n");
        }
    }
    let made = Made::of(&text);
    made.study();
    made.analyze().ok();
    let report = made.report();
    let words =
        "Whether Germany exported more than it imported in 2003 depends on the freight in its partners' reports";
    assert!(report.contains(words), "{report}");
    // Where its own report says something else than its partners' either way, it is who counts.
    let made = Made::of(
        &text
            .replace("103000000", "200000000")
            .replace(",DEU,export,,TOTAL,100", ",DEU,export,,TOTAL,300"),
    );
    made.study();
    made.analyze().ok();
    let report = made.report();
    let words = "Whether Germany exported more than it imported in 2003 depends on who counts";
    assert!(report.contains(words), "{report}");
}

/// Germany alone reports, of so many others and, with `total`, of the world: a tenth of its trade is with nobody named.
fn own_reports(others: &[String], total: bool) -> String {
    let mut text = HEADER.to_owned();
    for year in 2003..=2008 {
        let (mut exports, mut imports) = (0, 0);
        for (place, other) in others.iter().enumerate() {
            // The first takes the most; between the end points it takes less.
            let first = if (2004..2008).contains(&year) { 70 } else { year - 1900 };
            let export = if place == 0 { first } else { 10 };
            (exports, imports) = (exports + export, imports + 9);
            for (flow, value) in [("export", export), ("import", 9)] {
                text += &format!("{year},DEU,{other},{flow},,TOTAL,{value}000000,a test,reported\n");
            }
        }
        for (flow, sum) in [("export", exports), ("import", imports)].into_iter().filter(|_| total) {
            let all = sum * 10 / 9;
            text += &format!("{year},DEU,WLD,{flow},,TOTAL,{all}000000,a test,reported\n");
        }
    }
    text
}

#[test]
fn an_economys_own_total_makes_its_trade_known_though_few_partners_are_named() {
    let made = Made::of(&own_reports(&others(20), true));
    let study = made.study();
    assert!(study.contains("partial = true"), "{study}");
    // Nobody else reports: there is nothing to reconcile.
    assert!(!study.contains("importer-first"), "{study}");
    for claim in ["deficit", "one-partner", "concentrated", "dependence"] {
        assert_eq!(made.verdict(claim), "one source only", "{claim}");
    }
    let report = made.report();
    // 108 and 19 times 10 million are nine tenths of exports.
    for words in [
        "Exports of 2008 were 331 million dollars.",
        "These are its own reports",
        "Over all years the balance was ",
        "Share of trade that is listed",
        "as published by a test.",
        "1 dataset with 252 records (no date stated), by counterflow",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
    let shares = csv_rows(&std::fs::read(made.path("out/tables/partner-shares.csv")).unwrap());
    let largest = shares
        .iter()
        .filter(|row| row["period"] == "2008" && row["flow"] == "export");
    let largest = largest
        .map(|row| row["share"].parse::<f64>().unwrap())
        .fold(0.0, f64::max);
    assert!((largest - 108.0 / 331.0).abs() < 1e-9, "{largest}");
}

#[test]
fn what_is_among_the_partners_in_the_data_is_said_to_be() {
    let made = Made::of(&own_reports(&others(20), false));
    let study = made.study();
    assert_eq!(made.verdict("deficit"), "not testable with the pinned data");
    assert!(
        study.contains("text = \"Whether Germany imported more than it exported in 2008.\""),
        "{study}"
    );
    let report = made.report();
    for words in [
        "is not known: the dataset has exports to 20 economies only; in these data they are 298 million dollars.",
        "figures are among the partners in these data",
        "Claims that these data cannot test",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
    assert!(!report.contains("no finding of the study"), "{report}");
    // The economy itself is nobody to whom it exports.
    let mut both = own_reports(&others(20), false);
    for other in others(20) {
        both += &format!("2008,{other},DEU,export,,TOTAL,9000000,a test,reported\n");
    }
    assert!(Made::of(&both).study().contains("exports to 20 economies only"));
}

#[test]
fn end_points_are_told_with_what_lies_between_them() {
    let made = Made::of(&over_years(&[2003, 2004, 2005, 2006, 2007, 2008, 2009, 2010]));
    let study = made.study();
    made.analyze().ok();
    let report = made.report();
    let words = "These are two years. Over all years of these data the share was ";
    let said = report.split_once(words).unwrap_or_else(|| panic!("{report}")).1;
    assert!(
        said.contains("(2010) to ") && said.contains("(its own reports)"),
        "{}",
        &said[..200]
    );
    // Freight is in partners' imports alone: their exports are one line.
    let chart = |id: &str| {
        study
            .split(&format!("id = \"{id}\""))
            .nth(1)
            .unwrap()
            .split("\n]")
            .next()
            .unwrap()
            .to_owned()
    };
    assert!(chart("exports").contains("\"partners-fob\"") && !chart("imports").contains("\"partners-fob\""));
    assert!(!chart("hhi-import").contains("\"partners-fob\""));
}
