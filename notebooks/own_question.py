"""A question of your own: another country, with your own Comtrade or BACI file."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="A question of your own")


@app.cell
def _():
    import os
    import pathlib
    import tempfile

    import altair as alt
    import marimo as mo
    import polars as pl

    from program import ask, run

    return alt, ask, mo, os, pathlib, pl, run, tempfile


@app.cell
def _(mo):
    mo.md("""
    # A question of your own

    *How much does a country depend on its largest partners, and do its partners tell the same story?* Any country, any
    file that `counterflow import` reads: UN Comtrade (bulk, API or classic), BACI, WITS, IMF, and tidy tables.

    ```sh
    COUNTERFLOW_FILE=~/Downloads/comtrade.csv COUNTERFLOW_ECONOMY=KEN marimo edit notebooks/own_question.py
    ```

    Without a file of yours, the notebook makes a small world with `counterflow synth` in the shape of Comtrade's bulk
    files. Its numbers are made up: it shows what comes out, offline, and what to type.
    """)


@app.cell
def _(mo, os, pathlib, run, tempfile):
    named = os.environ.get("COUNTERFLOW_FILE")
    work = pathlib.Path(tempfile.mkdtemp(prefix="own-question-"))
    if named:
        raw = pathlib.Path(named).expanduser().resolve()
    else:
        raw = work / "made-up.csv"
        run("synth", "--shape", "comtrade", "--rows", 40_000, "--first-year", 2014, "--years", 8, "--seed", 7, "--out", raw)
    data = work / "data.parquet"
    # Rows that cannot be read go to a quarantine with the reason; nothing is dropped silently.
    said = run("import", raw, "--out", data)
    mo.vstack([
        mo.md(f"## What was read\n\n`{raw.name}`{'' if named else ', **made up**'}, imported to Parquet:"),
        mo.plain_text(said),
    ])
    return data, named


@app.cell
def _(ask, data, mo, os, pl):
    sizes = pl.DataFrame(ask("sum", data, "--by", "reporter", "--where", "flow = export")).sort("value_usd", descending=True)
    asked = os.environ.get("COUNTERFLOW_ECONOMY")
    economies = sizes["reporter"].to_list()
    assert economies, "the file has no exports"
    economy = mo.ui.dropdown(options=sorted(economies), value=asked or economies[0], label="Economy")
    flow = mo.ui.dropdown(options=["export", "import"], value="export", label="Flow")
    mo.hstack([economy, flow], justify="start")
    return economy, flow


@app.cell
def _(ask, data, economy, flow, mo, pl):
    # Exact sums. The program refuses those that would count the same trade twice, and says what to narrow.
    by_partner = pl.DataFrame(ask(
        "sum", data, "--by", "year,partner", "--shares", "year",
        "--where", f"reporter = {economy.value}", "--where", f"flow = {flow.value}",
    )).with_columns(pl.col("year").cast(pl.Int32))
    latest = by_partner["year"].max()
    largest = by_partner.filter(pl.col("year") == latest).sort("value_usd", descending=True).head(8)
    totals = by_partner.group_by("year").agg(pl.col("share").sum())
    assert ((totals["share"] - 1).abs() < 1e-9).all()
    mo.vstack([
        mo.md(f"## The largest partners\n\n{economy.value}, {flow.value}s of {latest}, as {economy.value} itself reports:"),
        mo.ui.table(largest.select("partner", "value_usd", "share"), selection=None),
    ])
    return (by_partner,)


@app.cell
def _(ask, by_partner, data, mo, pl):
    table = data.with_name("by-partner.csv")
    by_partner.select("year", "partner", "value_usd").write_csv(table)
    indices = ask("concentration", table, "--value", "value_usd", "--item", "partner", "--by", "year")
    hhi = pl.DataFrame([
        {"year": int(finding["by"]["year"]), "hhi": finding["estimate"], "partners": finding["n"]}
        for finding in indices["findings"]
        if finding["measure"] == "hhi" and "estimate" in finding
    ]).sort("year")
    # The index in one line of Polars, to show that it is what it says: the sum of squared shares.
    by_hand = by_partner.group_by("year").agg((pl.col("share") ** 2).sum().alias("by_hand"))
    both = hhi.join(by_hand, on="year")
    assert both.height == hhi.height and ((both["hhi"] - both["by_hand"]).abs() < 1e-9).all()
    assert (hhi["hhi"] >= 1 / hhi["partners"] - 1e-12).all()
    mo.vstack([
        mo.md("""## How concentrated

The Herfindahl-Hirschman index: the sum of squared shares, 1 where one partner has everything, 1/n where n have equal
parts. `counterflow concentration` gives twenty more, each with its convention."""),
        mo.ui.table(hhi, selection=None),
    ])
    return hhi, table


@app.cell
def _(alt, hhi, mo):
    line = (
        alt.Chart(hhi)
        .mark_line(point=True)
        .encode(
            x=alt.X("year:Q", axis=alt.Axis(format="d"), title=None),
            y=alt.Y("hhi:Q", scale=alt.Scale(zero=True), title="HHI of partners"),
            tooltip=["year", alt.Tooltip("hhi:Q", format=".4f"), "partners"],
        )
        .properties(width=560, height=220)
    )
    mo.ui.altair_chart(line)


@app.cell
def _(ask, hhi, mo, table):
    series = table.with_name("hhi.csv")
    hhi.write_csv(series)
    trend = ask("trend", series, "--time", "year", "--value", "hhi")
    linear, sen = trend["linear"], trend["theil_sen"]
    assert linear["conf_low"] <= linear["slope"] <= linear["conf_high"]
    assert sen["conf_low"] <= sen["slope"] <= sen["conf_high"]
    mo.md(f"""## Is it rising?

A straight line rises by {linear["slope"]:+.5f} a year (95 per cent interval {linear["conf_low"]:+.5f} to {linear["conf_high"]:+.5f},
errors that allow for runs of good and bad years); the median slope between years is {sen["slope"]:+.5f}. Where the interval
holds zero, no trend can be told from none.""")


@app.cell
def _(ask, data, economy, mo, pl):
    # Both reports of each flow, paired. A flow with one witness has no gap: it is not scored as agreement.
    # A file such as BACI has one figure a flow, already made of both: there is nothing to compare in it.
    gaps = ask("mirror", "gaps", data, "--level", "finest")
    pairs = pl.DataFrame(gaps["pairs"], infer_schema_length=None)
    mine = pairs.filter((pl.col("exporter") == economy.value) | (pl.col("importer") == economy.value))
    told = mine.group_by("flag").len().sort("flag")
    two = mine.filter(pl.col("flag") == "both", pl.col("log_ratio").is_not_null())
    assert mine.height == told["len"].sum()
    if two.height:
        ratio = two["log_ratio"].median()
        verdict = f"the importer's report is {2.718281828459045 ** ratio:.3f} times the exporter's in the median flow"
    else:
        verdict = "no flow has two reports in this file, so that nothing can be compared"
    mo.vstack([
        mo.md(f"## Do partners tell the same story?\n\nOf {mine.height:,} product flows with {economy.value}, {two.height:,} have two reports; {verdict}."),
        mo.ui.table(told, selection=None),
    ])


@app.cell
def _(mo):
    mo.md("""
    ## From here

    - Keep the file: `counterflow pin add my-pull FILE --release ...` makes it a pin with provenance and hashes.
    - Make it a study: copy `studies/dprk/study.toml`, name your pins, scenarios and claims; `counterflow analyze
      studies/mine` writes the report.
    - Which figure of the two to believe: `notebooks/mirror_rules.py`.
    """)


if __name__ == "__main__":
    app.run()
