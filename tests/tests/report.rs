//! What the report's numbers lead to, and what two runs are said to differ in.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;
use tests::{Workspace, call, csv_rows, parquet_rows};

const STUDY: &str = r#"
id = "small"
title = "A small study"
description = "Imports of 2008 were {{ estimate('kotra', 'imports', period=2008) }} dollars to KOTRA."
leaves_out = ["Smuggled goods."]
about = { author = "A. Writer", status = "a draft." }
economy = "PRK"
seed = 1
[[guard]]
id = "algeria"
title = "Without Algeria"
reference = "a test"
drop = [{ partner = "DZA", reason = "left out to see its reason" }]
[[scenario]]
id = "imf"
title = "IMF-based"
description = "As published, without one partner."
derive_two_way = true
guards = ["algeria"]
models = ["trend", "concentration"]
[[scenario.layer]]
pin = "cow-3"
[[scenario]]
id = "kotra"
title = "KOTRA"
description = "Totals, with a share of China."
partial = true
models = ["trend", "concentration"]
[[scenario.layer]]
pin = "kotra-totals"
[[scenario.layer]]
pin = "kotra-china-share"
[model.concentration]
partners = ["CHN"]
[[claim]]
id = "a"
title = "Half with China"
text = "Half of trade was with China."
source = "a test"
reading = "At least half of two-way trade in 2008."
scenarios = ["imf", "kotra"]
[[claim.test]]
says = "China's share"
measure = "partner_share"
where = { flow = "total", partner = "CHN" }
years = [2008, 2008]
reduce = "only"
op = ">="
value = 0.5
[[chart]]
id = "imports"
title = "Imports by source"
y_label = "imports, USD"
form = "line"
series = [
    { name = "IMF-based", scenario = "imf", measure = "imports" },
    { name = "KOTRA", scenario = "kotra", measure = "imports" },
]
[[chart]]
id = "shares"
title = "China's share"
y_label = "share"
y_scale = "share"
form = "line"
series = [{ name = "KOTRA", scenario = "kotra", measure = "partner_share", where = { flow = "total", partner = "CHN" } }]
[[summary]]
claim = "a"
written_for = "contradicted"
text = "China had {{ share('kotra', 'partner_share', flow='total', partner='CHN', period=2008) }} to KOTRA."
[[word]]
word = "KOTRA"
means = "South Korea's trade agency."
[[section]]
id = "totals"
title = "Totals"
text = ["Imports of 2008 were {{ estimate('imf', 'imports', period=2008) }} dollars."]
charts = ["imports", "shares"]
tables = [{ name = "balance", where = { year = "2008" } }]
"#;

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    let folder = workspace.path("studies/small");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("study.toml"), STUDY).unwrap();
    workspace
}

fn analyze(workspace: &Workspace, out: &str) {
    workspace
        .call(&["analyze", "studies/small", "--quiet", "--out", out])
        .ok();
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The values of an attribute such as `href` in a page.
fn attributes<'a>(page: &'a str, name: &str) -> BTreeSet<&'a str> {
    let open = format!(" {name}=\"");
    page.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn every_number_of_the_report_leads_to_its_evidence() {
    let workspace = workspace();
    analyze(&workspace, "run");
    let page = text(&workspace.path("run/report.html"));
    let links: Vec<&str> = attributes(&page, "href")
        .into_iter()
        .filter(|h| h.starts_with("evidence/"))
        .collect();
    assert!(links.len() > 40, "{links:?}");
    for link in &links {
        let (file, anchor) = link.split_once('#').unwrap();
        let evidence = text(&workspace.path("run").join(file));
        assert!(attributes(&evidence, "id").contains(anchor), "{link}");
    }
    // A sentence's number leads to the finding that it is made of, in full.
    let sentence = page
        .split("Imports of 2008 were <a class=\"number\" href=\"evidence/imf.html#")
        .nth(1)
        .unwrap();
    let anchor = sentence.split('"').next().unwrap();
    let evidence = text(&workspace.path("run/evidence/imf.html"));
    let entry = evidence
        .split(&format!("id=\"{anchor}\""))
        .nth(1)
        .unwrap()
        .split("</article>")
        .next()
        .unwrap();
    let named = entry.replace("&#x2f;", "/");
    assert!(named.contains("imf/trend/imports period=2008"), "{entry}");
    let findings = csv_rows(&std::fs::read(workspace.path("run/findings.csv")).unwrap());
    let is = |row: &&std::collections::BTreeMap<String, String>| {
        row["scenario"] == "imf" && row["measure"] == "imports" && row["period"] == "2008"
    };
    let value = &findings.iter().find(is).unwrap()["value"];
    assert!(
        entry.replace(',', "").contains(value.trim_end_matches(".0")),
        "{value}: {entry}"
    );
    assert!(entry.contains("href=\"#figures-2008\""), "{entry}");
    // The figures stand there with their references, and those set aside with their reason.
    assert!(evidence.contains("2,254,620,000"));
    assert!(evidence.contains("Left out to see its reason"));
    assert!(evidence.contains("dyadic_trade.rda"));
    assert!(evidence.contains("two-way trade"), "the steps");
    // A published figure stands there with who said it and where.
    let kotra = text(&workspace.path("run/evidence/kotra.html"));
    let entry = kotra
        .split("Imports, 2008</h3>")
        .nth(1)
        .or(kotra.split("Imports: 2008</h3>").nth(1))
        .unwrap();
    let entry = entry.split("</article>").next().unwrap();
    assert!(
        entry.contains("Published figure: 2,685,478,000 US dollars (KOTRA)."),
        "{entry}"
    );
    assert!(
        entry.contains("href=\"#ref-") && entry.contains("class=\"away\""),
        "{entry}"
    );
    // What a pin says of one year stands beside the finding, whose convention is that of the other years.
    for (year, told) in [(2003, true), (2004, false)] {
        let named = format!("Partner share: two-way trade, China, {year}</h3>");
        let entry = kotra.split(&named).nth(1).unwrap().split("</article>").next().unwrap();
        assert_eq!(entry.contains("it would be 42.8 per cent"), told, "{year}: {entry}");
        assert_eq!(entry.contains("see the warning on this year"), told, "{year}");
    }
    // A reader is told names and units, not codes and keys: scenarios by their titles, the year in the caption, sums in
    // millions, partners by name, findings in words.
    for words in [
        "<caption>Exports, imports and balance by year: 2008</caption>",
        "Imports<span class=\"unit\">, million US dollars</span>",
        "<a class=\"number\" href=\"evidence/imf.html#figures-2008\">IMF-based</a>",
        "<dt>KOTRA</dt><dd>South Korea&#x27;s trade agency.</dd>",
        "figures, as of 2026-11-2",
        "Tested on: China&#x27;s share</p>",
        "<td>73 per cent; needed: at least 50 per cent</td>",
        "<li>Smuggled goods.</li>",
        // Sentences written for a verdict that the claim does not have.
        "written when the verdict was “contradicted”; on the figures of this run it is “",
        "Author: A. Writer. Status: a draft.",
        "<span class=\"claim-name\">Half with China</span>",
        "the folder <code>evidence</code>",
        // The pin's note on 1989 to 1991, at a chart that draws those years.
        "Hollow points, IMF-based, 1989 to 1991: the Soviet Union",
        "class=\"pt noted\"",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("value usd") && !page.contains("<th scope=\"row\">imf</th>"));
    assert!(evidence.contains("<td>Algeria") && !evidence.contains("<td>DZA"));
    assert!(entry.contains(" US dollars</p>"), "{entry}");
    assert!(evidence.contains("<h3>Imports: 2008</h3>"));
    // It runs no script and loads nothing.
    assert!(!evidence.contains("<script") && !evidence.contains("src="));
    // The manifest covers it, and a later run without the scenario takes it away.
    assert!(text(&workspace.path("run/run.json")).contains("evidence/imf.html"));
    let fewer = STUDY
        .replace("id = \"kotra\"", "id = \"kotra-totals\"")
        .replace("'kotra'", "'kotra-totals'");
    let fewer = fewer.replace("\"kotra\"", "\"kotra-totals\"");
    std::fs::write(workspace.path("studies/small/study.toml"), fewer).unwrap();
    analyze(&workspace, "run");
    assert!(!workspace.path("run/evidence/kotra.html").exists());
    assert!(workspace.path("run/evidence/kotra-totals.html").exists());
}

#[test]
fn two_runs_are_compared_down_to_their_findings() {
    let workspace = workspace();
    analyze(&workspace, "old");
    analyze(&workspace, "same");
    workspace.edit("studies/small/study.toml", "value = 0.5", "value = 0.25");
    workspace.edit("studies/small/study.toml", "partner = \"DZA\"", "partner = \"IND\"");
    analyze(&workspace, "new");

    let same = workspace
        .call(&["report", "--compare", "old", "same", "--format", "json"])
        .ok()
        .json();
    assert_eq!(same["format"], "counterflow compare 1");
    for part in [
        "inputs_changed",
        "figures_changed",
        "claims_changed",
        "scenarios_changed",
        "draws_changed",
        "findings_changed",
    ] {
        assert_eq!(same[part], serde_json::json!([]), "{part}");
    }
    assert!(same["findings_compared"].as_u64().unwrap() > 500);

    let call = ["report", "--compare", "old", "new", "--page", "page.html", "--format"];
    let with = |format: &str| workspace.call(&[&call[..], &[format]].concat()).ok();
    let said = with("json").json();
    assert_eq!(said["claims_changed"][0]["old"], "depends on the source");
    assert_eq!(said["claims_changed"][0]["new"], "robust");
    assert_eq!(said["scenarios_changed"][0]["scenario"], "imf");
    let ways = &said["ways_changed"][0];
    assert_eq!(
        (&ways["holds_old"], &ways["holds_new"]),
        (&1.into(), &2.into()),
        "{ways}"
    );
    assert!(
        ways["why"]
            .as_str()
            .unwrap()
            .starts_with("its test was changed in the study"),
        "{ways}"
    );
    let inputs = said["inputs_changed"].as_array().unwrap();
    assert_eq!(inputs[0]["what"], "study file");
    let keys: Vec<[&str; 3]> = inputs[1..]
        .iter()
        .map(|row| ["what", "old", "new"].map(|column| row[column].as_str().unwrap()))
        .collect();
    assert!(keys.contains(&["study key", "0.5", "0.25"]), "{keys:?}");
    // An entry of a list is named by what it is about: another partner's is another one.
    for change in [["study key", "DZA", "not set"], ["study key", "not set", "IND"]] {
        assert!(keys.contains(&change), "{keys:?}");
    }
    let moved = said["findings_changed"].as_array().unwrap();
    // Findings that claims rest on come before all others.
    let behind: Vec<bool> = moved.iter().map(|f| f["claims"].is_string()).collect();
    assert!(behind[0] && behind.is_sorted_by(|a, b| a >= b), "{behind:?}");
    let imports = moved
        .iter()
        .find(|f| f["finding"] == "imf/trend/imports period=2008")
        .unwrap();
    // Algeria's 1,647.70 million come back, India's 1,152.86 million go.
    let change = imports["new"].as_f64().unwrap() - imports["old"].as_f64().unwrap();
    assert!((change - (1_647_700_000.0 - 1_152_860_000.0)).abs() < 1.0, "{change}");
    assert!(
        !moved
            .iter()
            .any(|f| f["finding"].as_str().unwrap().starts_with("kotra/"))
    );

    let rows = csv_rows(with("csv").stdout.as_ref());
    assert_eq!(rows.len(), inputs.len() + 1 + 1 + moved.len());
    let (count, columns) = parquet_rows(with("parquet").stdout.as_ref());
    assert_eq!((count, columns[0].as_str()), (rows.len(), "what"));
    let first = with("table").text();
    for words in [
        "a “Half of trade was with China”: before it holds in 1 of 2 ways to count, now it holds in 2 of 2 ways to count",
        "1 claim has another verdict",
        "findings moved",
        "behind claims",
        "5 keys of the study changed",
    ] {
        assert!(first.contains(words), "{words}: {}", &first[..first.len().min(600)]);
    }

    let page = text(&workspace.path("page.html"));
    let first = moved[0]["finding"].as_str().unwrap();
    // The page tells names, the data have ids.
    assert!(
        !page.contains(first) && page.contains("IMF-based: ") && page.contains("depends on the source"),
        "{first}"
    );
    assert!(!page.contains("src=\"http"));
}

#[test]
fn a_comparison_tells_which_conclusions_no_longer_survive_the_errors_of_reports() {
    let workspace = workspace();
    analyze(&workspace, "old");
    analyze(&workspace, "new");
    // The share is what the claim rests on; its interval moves less than that of imports.
    let share = "imf/concentration/partner_share flow=total partner=CHN period=2008";
    for (run, low, least) in [("old", 4.0, 0.25), ("new", 4.5, 0.26)] {
        let table = format!(
            "rule,finding,low,high\nas it stands,imf/trend/imports period=2008,{low},9\nas it stands,x,1,2\n\
             as it stands,{share},{least},0.5\n"
        );
        std::fs::write(workspace.path(run).join("tables/draws-findings.csv"), table).unwrap();
    }
    for (run, conclusion) in [("old", "survives"), ("new", "within the errors of reports")] {
        let table = format!("claim,scenario,test,conclusion\na,imf,a share,{conclusion}\nb,imf,a share,survives\n");
        std::fs::write(workspace.path(run).join("tables/draws-survival.csv"), table).unwrap();
    }
    let call = [
        "report",
        "--compare",
        "old",
        "new",
        "--page",
        "page.html",
        "--format",
        "json",
    ];
    let said = workspace.call(&call).ok().json();
    let changed = serde_json::json!([{"claim": "a", "scenario": "imf", "test": "a share", "old": "survives",
        "new": "within the errors of reports"}]);
    assert_eq!(said["draws_changed"], changed);
    let intervals = said["intervals_changed"].as_array().unwrap();
    assert_eq!((intervals.len(), intervals[0]["finding"].as_str()), (2, Some(share)));
    let moved = serde_json::json!([{"rule": "as it stands", "finding": "imf/trend/imports period=2008",
        "low_old": 4.0, "high_old": 9.0, "low_new": 4.5, "high_new": 9.0, "moved_by_widths": 0.1}]);
    assert_eq!(intervals[1], moved[0]);
    assert!(text(&workspace.path("page.html")).contains("errors of reports could undo it"));
    std::fs::write(workspace.path("new/tables/draws-survival.csv"), "claim\na\n").unwrap();
    workspace
        .call(&call)
        .code(1)
        .tells(&["draws-survival.csv", "no column"]);
}

#[test]
fn a_comparison_names_the_pinned_figures_that_differ() {
    let workspace = workspace();
    analyze(&workspace, "old");
    workspace.edit(
        "datasets/kotra-totals/figures.csv",
        "2008,import,2685478000,",
        "2008,import,2685478001,",
    );
    workspace.call(&["pin", "build", "kotra-totals"]).ok();
    analyze(&workspace, "new");
    let call = ["report", "--compare", "old", "new", "--page", "page.html", "--format"];
    let with = |format: &str| workspace.call(&[&call[..], &[format]].concat()).ok();
    let said = with("json").json();
    let figures = said["figures_changed"].as_array().unwrap();
    assert_eq!(figures.len(), 1, "{figures:?}");
    let of = |column: &str| figures[0][column].clone();
    assert_eq!(
        (of("pin"), of("period"), of("flow")),
        ("kotra-totals".into(), "2008".into(), "import".into())
    );
    assert_eq!((of("old"), of("new")), (2_685_478_000.0.into(), 2_685_478_001.0.into()));
    assert!((of("relative_change").as_f64().unwrap() - 1.0 / 2_685_478_000.0).abs() < 1e-15);
    let rows = csv_rows(with("csv").stdout.as_ref());
    let figure = rows.iter().find(|row| row["what"] == "figure").unwrap();
    assert!(figure["name"].starts_with("kotra-totals 2008 PRK"), "{figure:?}");
    assert!(text(&workspace.path("page.html")).contains("Pinned figures that differ"));
}

#[test]
fn a_comparison_needs_two_finished_runs() {
    let workspace = workspace();
    analyze(&workspace, "run");
    call(&["report"]).code(2);
    let folder = |name: &str| workspace.path(name).display().to_string();
    let (run, none) = (folder("run"), folder("none"));
    call(&["report", "--compare", &run, &none])
        .code(1)
        .tells(&["run.json", "none"]);
    workspace.edit("studies/small/study.toml", "id = \"small\"", "id = \"other\"");
    analyze(&workspace, "other");
    call(&["report", "--compare", &run, &folder("other")]).code(1).tells(&[
        "of the study `small`",
        "one of `other`",
        "two runs of one study",
    ]);
    std::fs::write(workspace.path("run/tables/claims.csv"), "claim\n").unwrap();
    call(&["report", "--compare", &run, &run]).tells(&["altered"]);
    // A finding that stands there twice is nobody's run.
    analyze(&workspace, "twice");
    let path = workspace.path("twice/findings.json");
    let mut findings: Vec<serde_json::Value> = serde_json::from_str(&text(&path)).unwrap();
    findings.push(findings[0].clone());
    std::fs::write(&path, serde_json::to_string(&findings).unwrap()).unwrap();
    let twice = folder("twice");
    call(&["report", "--compare", &twice, &twice])
        .code(1)
        .tells(&["findings.json", "stands there twice"]);
    analyze(&workspace, "short");
    std::fs::remove_file(workspace.path("short/findings.csv")).unwrap();
    let short = folder("short");
    let said = call(&["report", "--compare", &short, &short, "--format", "json"])
        .code(1)
        .json();
    assert!(
        said["altered"][0].as_str().unwrap().contains("findings.csv is missing"),
        "{said}"
    );
}

#[test]
fn a_comparison_of_runs_that_were_altered_ends_in_a_warning_and_not_in_success() {
    let workspace = workspace();
    analyze(&workspace, "old");
    analyze(&workspace, "new");
    let call = ["report", "--compare", "old", "new", "--page", "page.html"];
    workspace.call(&call).ok();
    let findings = workspace.path("new/findings.csv");
    let text = std::fs::read_to_string(&findings).unwrap();
    std::fs::write(&findings, text + "more\n").unwrap();
    // It is compared all the same, and says at the head of the page what it rests on.
    let said = workspace
        .call(&call)
        .code(1)
        .tells(&["warning:", "findings.csv was altered after the run"]);
    assert!(said.text().contains("findings moved"), "{}", said.text());
    let page = std::fs::read_to_string(workspace.path("page.html")).unwrap();
    let (notice, title) = (
        page.find("was altered after the run").unwrap(),
        page.find("<h1").unwrap(),
    );
    assert!(notice < title + 2000, "{notice} {title}");
}
