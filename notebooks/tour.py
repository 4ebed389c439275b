"""A tour of the data and the study: from pinned figures to verdicts, and back to the references."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="A tour of counterflow")


@app.cell
def _():
    import altair as alt
    import marimo as mo
    import polars as pl

    from program import ROOT, ask, results

    return ROOT, alt, ask, mo, pl, results


@app.cell
def _(mo):
    mo.md("""
    # A tour of the data and the study

    North Korea publishes no trade statistics: what it trades is known from its partners, and the compilers who add
    their reports up disagree. This notebook walks through what is in the repository: the pinned figures, the findings
    computed from them, the claims judged on the findings, and the way back from a number to its references.

    Run `just analyze` once; then everything here is read from files, without the network.
    """)


@app.cell
def _(ask, mo, pl):
    pins = pl.DataFrame(ask("pin", "list"))
    assert pins.height >= 10 and pins["rows"].min() > 0
    mo.vstack([
        mo.md("## The pins\n\nA *pin* is a dataset kept with its provenance, its terms and its hashes."),
        mo.ui.table(pins.select("pin", "rows", "title", "release"), selection=None),
    ])
    return (pins,)


@app.cell
def _(ROOT, mo, pl):
    # A pin is plain Parquet: any tool opens it. Values are exact decimals, missing ones are null and never zero.
    cow = pl.read_parquet(ROOT / "datasets" / "cow-3" / "cow-3.parquet")
    partners_2008 = (
        cow.filter(pl.col("period_year") == 2008, pl.col("flow") == "import", pl.col("value_usd") > 0)
        .sort("value_usd", descending=True)
        .select("reporter", "partner", "value_usd", "valuation", "status")
    )
    assert partners_2008.height > 50
    mo.vstack([
        mo.md("## One of them\n\nThe IMF-based series (Correlates of War 3.0): the largest flows of 2008."),
        mo.ui.table(partners_2008.head(12), selection=None),
    ])


@app.cell
def _(mo, pl, results):
    findings = pl.read_parquet(results() / "findings.parquet")
    whole = results() / "tables"
    imports_2008 = findings.filter(
        pl.col("measure") == "imports", pl.col("period") == "2008", pl.col("model") == "trend"
    ).select("scenario", "value", "unit", "convention")
    known = dict(imports_2008.filter(pl.col("value").is_not_null()).select("scenario", "value").iter_rows())
    # The disagreement that the study is about.
    assert known["imf"] > 2 * known["kotra"]
    mo.vstack([
        mo.md(f"""## The findings

{findings.height:,} numbers, each with its scenario, its interval where it has one, and the convention behind it. A
*scenario* is a named set of choices. The imports of 2008 were {known["kotra"] / 1e9:.2f} or {known["imf"] / 1e9:.2f}
billion dollars, depending on whom you ask:"""),
        mo.ui.table(imports_2008, selection=None),
    ])
    return findings, whole


@app.cell
def _(findings, mo, pl):
    across = findings.filter(pl.col("model") == "trend", pl.col("period").is_not_null(), pl.col("value").is_not_null())
    measure = mo.ui.dropdown(
        options=["exports", "imports", "balance", "total_trade"], value="imports", label="What to compare"
    )
    chosen = mo.ui.multiselect(
        options=sorted(across["scenario"].unique()),
        value=["imf", "imf-revised", "imf-guarded", "kotra"],
        label="Under which scenarios",
    )
    mo.hstack([measure, chosen], justify="start")
    return across, chosen, measure


@app.cell
def _(across, alt, chosen, measure, mo, pl):
    lines = across.filter(
        pl.col("measure") == measure.value, pl.col("scenario").is_in(chosen.value)
    ).select("scenario", pl.col("period").str.slice(0, 4).cast(pl.Int32).alias("year"), (pl.col("value") / 1e9).alias("billion"))
    assert lines.height > 0, "no figures under the scenarios chosen"
    chart = (
        alt.Chart(lines)
        .mark_line(point=True)
        .encode(
            x=alt.X("year:Q", axis=alt.Axis(format="d"), title=None),
            y=alt.Y("billion:Q", title=f"{measure.value}, billion USD"),
            color=alt.Color("scenario:N", title=None),
            tooltip=["scenario", "year", alt.Tooltip("billion:Q", format=".3f")],
        )
        .properties(width=640, height=280)
    )
    mo.ui.altair_chart(chart)


@app.cell
def _(mo, pl, whole):
    claims = pl.read_parquet(whole / "claims.parquet")
    matrix = claims.pivot(on="scenario", index=["claim", "overall", "text"], values="verdict")
    assert set(claims["verdict"].unique()) <= {"holds", "fails", "not shown", "undecidable"}
    assert claims["claim"].n_unique() == matrix.height
    mo.vstack([
        mo.md("""## The claims

Each claim of a paper or a newspaper is a test on findings, judged under every scenario that has the figures. *Robust*
means that it holds under all that can decide it."""),
        mo.ui.table(matrix, selection=None),
    ])


@app.cell
def _(mo, pl, whole):
    survival = pl.read_parquet(whole / "draws-survival.parquet")
    assert survival["least_holds_in"].is_between(0, 1).all()
    mo.vstack([
        mo.md("""## What the errors of reports leave standing

Partners err when they report. Their errors are drawn anew many times, and each claim is judged on every draw:
`least_holds_in` is the share of draws in which it holds under the least favourable rule of valuation."""),
        mo.ui.table(survival.select("claim", "scenario", "test", "least_holds_in", "conclusion"), selection=None),
    ])


@app.cell
def _(ask, findings, mo, pl):
    traced = "imf-guarded/concentration/hhi dimension=partner flow=export period=2008"
    behind = ask("explain", traced)
    there = findings.filter(
        pl.col("scenario") == "imf-guarded",
        pl.col("measure") == "hhi",
        pl.col("flow") == "export",
        pl.col("period") == "2008",
        pl.col("other_labels").str.contains("partner"),
    )
    # What the program traces now is what the run in the results says.
    assert there["value"].to_list() == [behind["result"]["value"]["estimate"]]
    shares = [row["value_usd"] for row in behind["rows"]]
    by_hand = sum((value / sum(shares)) ** 2 for value in shares)
    assert abs(by_hand - there["value"][0]) < 1e-9
    mo.vstack([
        mo.md(f"""## The way back

`counterflow explain '{traced}'` finds the figures without which the number would be another: {len(behind["rows"])} of the
scenario's {behind["scenario_rows"]:,}. The index is {there["value"][0]:.4f}; summing their squared shares by hand gives
{by_hand:.4f}. The scenario set {len(behind["set_aside"])} figures of the same places aside."""),
        mo.ui.table(pl.DataFrame(behind["rows"][:10]).select("period", "partner", "flow", "value_usd", "reference", "url"), selection=None),
        mo.ui.table(pl.DataFrame(behind["references"]), selection=None),
    ])


if __name__ == "__main__":
    app.run()
