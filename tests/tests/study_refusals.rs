//! Studies that cannot be, and folders that are not `analyze`'s to write to.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use tests::{Workspace, call, files_below};

#[test]
fn a_study_that_cannot_be_is_refused_before_anything_is_written() {
    let cases = [
        ("economy = \"PRK\"", "economy = \"ATLANTIS\"", "ATLANTIS"),
        ("seed = 20101222", "seed = 20101222\nsede = 1", "sede"),
        (
            "models = [\"trend\", \"concentration\"]\n[[scenario.layer]]\npin = \"factbook\"",
            "models = [\"tarot\"]\n[[scenario.layer]]\npin = \"factbook\"",
            "tarot",
        ),
        (
            "pin = \"factbook\"\n\n[[scenario]]\nid = \"china\"",
            "pin = \"fictbook\"\n\n[[scenario]]\nid = \"china\"",
            "fictbook",
        ),
        ("[model.trend]", "[model.trend]\nbreaks = 3", "breaks"),
        ("title = \"KOTRA\"", "title = \"KOTRA", "study.toml"),
        ("economy = \"PRK\"", "economy = \"XXZ\"", "no economy is known as `XXZ`"),
        (
            "[model.trend]",
            "[[scenario.layer]]\npin = \"kotra-totals\"\nexcept = { parner = [\"KOR\"] }\n\n[model.trend]",
            "`parner`",
        ),
        (
            "[model.trend]",
            "[[scenario.layer]]\npin = \"kotra-totals\"\nwhere = { partner = [\"KOX\"] }\n\n[model.trend]",
            "`KOX`",
        ),
        (
            "[model.trend]",
            "[[scenario.layer]]\npin = \"kotra-totals\"\nwhere = { flow = [\"exports\"] }\n\n[model.trend]",
            "`exports`",
        ),
        ("years = [2013, 2023]", "years = [2023, 2013]", "[first, last]"),
        ("value = 0.95\n", "value = nan\n", "NaN"),
        (
            "[model.trend]",
            "[[chart]]\nid = \"x\"\ntitle = \"x\"\ny_label = \"x\"\nseries = []\nform = \"bar\"\n\n[model.trend]",
            "`bars`",
        ),
        (
            "[model.trend]",
            "[[summary]]\ntext = \"{% macro f(x) %}{{ f(x ~ x) }}{% endmacro %}\"\n\n[model.trend]",
            "`macro`",
        ),
        (
            "claim = \"m\"\nwritten_for = \"robust\"",
            "claim = \"m\"\nwritten_for = \"firm\"",
            "but is `firm`",
        ),
    ];
    for (old, new, named) in cases {
        let workspace = Workspace::new();
        workspace.edit("studies/dprk/study.toml", old, new);
        workspace.call(&["analyze"]).code(1).tells(&[named]);
        assert!(!workspace.path("results").exists(), "{named}");
    }
    call(&["analyze", "studies/nowhere"])
        .code(1)
        .tells(&["studies/nowhere"]);
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let workspace = Workspace::new();
    let notes = workspace.path("notes");
    std::fs::create_dir(&notes).unwrap();
    std::fs::write(notes.join("diary.txt"), "private").unwrap();
    workspace
        .call(&["analyze", "--out", "notes"])
        .code(1)
        .tells(&["notes", "--out"]);
    assert_eq!(files_below(Path::new(&notes)).len(), 1);
}
