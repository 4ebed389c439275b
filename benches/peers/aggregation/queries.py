"""The seven queries, as each engine is asked them, on files or on a native table.

Every `ask_*` takes what `open_*` gave and returns a table in the engine's own columns: making Python's
rows of it would cost some engines more than the query. `rows` makes tuples of it: keys, then values.
"""

# Keys first; DuckDB's decimals are exact, so its rows are the reference.
SQL = {
    "Q1": "SELECT period_year, reporter, flow, sum(value_usd) FROM t GROUP BY ALL",
    "Q2": "SELECT period_year, reporter, partner, sum(value_usd) FROM t WHERE flow = 'import' GROUP BY ALL",
    "Q3a": "SELECT period_year, flow, product, sum(value_usd) FROM t GROUP BY ALL",
    "Q3b": "SELECT period_year, flow, substr(product, 1, 4) AS p, sum(value_usd) FROM t GROUP BY ALL",
    "Q3c": "SELECT period_year, flow, substr(product, 1, 2) AS p, sum(value_usd) FROM t GROUP BY ALL",
    "Q4": """SELECT y, r, f, sum(w), sum((w / total) * (w / total)) FROM (
               SELECT *, sum(w) OVER (PARTITION BY y, r, f) AS total FROM (
                 SELECT period_year y, reporter r, flow f, partner, CAST(sum(value_usd) AS DOUBLE) w
                 FROM t GROUP BY ALL)) GROUP BY y, r, f""",
    "Q5": """SELECT y, r, sum(w), sum((w / total) * (w / total)),
               ln(count(CASE WHEN w > 0 THEN 1 END)) + sum(CASE WHEN w > 0 THEN w / total * ln(w / total) END) FROM (
               SELECT *, sum(w) OVER (PARTITION BY y, r) AS total FROM (
                 SELECT period_year y, reporter r, product, CAST(sum(value_usd) AS DOUBLE) w
                 FROM t WHERE flow = 'export' GROUP BY ALL)) GROUP BY y, r""",
    "Q6": """SELECT coalesce(e.y, i.y), coalesce(e.b, i.b),
               count(CASE WHEN e.v IS NOT NULL AND i.v IS NOT NULL THEN 1 END),
               count(CASE WHEN i.v IS NULL THEN 1 END), count(CASE WHEN e.v IS NULL THEN 1 END),
               median(ln(i.v / e.v))
             FROM (SELECT period_year y, reporter a, partner b, product k, CAST(value_usd AS DOUBLE) v
                   FROM t WHERE flow = 'export') e
             FULL OUTER JOIN (SELECT period_year y, partner a, reporter b, product k, CAST(value_usd AS DOUBLE) v
                   FROM t WHERE flow = 'import') i
             ON e.y = i.y AND e.a = i.a AND e.b = i.b AND e.k = i.k GROUP BY 1, 2""",
    "Q7a": "SELECT period_year, flow, sum(value_usd) FROM t WHERE reporter = 'PRK' GROUP BY ALL",
    "Q7b": "SELECT period_year, flow, sum(value_usd) FROM t WHERE reporter = 'PRK' OR partner = 'PRK' GROUP BY ALL",
    "Q7c": "SELECT period_year, flow, sum(value_usd) FROM t WHERE partner = 'PRK' GROUP BY ALL",
}
NAMES = list(SQL)
# What sums by year, reporter, flow and partner can answer.
OF_PAIRS = ["Q1", "Q2", "Q4", "Q7a", "Q7b", "Q7c"]
KEYS = {"Q1": 3, "Q2": 3, "Q3a": 3, "Q3b": 3, "Q3c": 3, "Q4": 3, "Q5": 2, "Q6": 2, "Q7a": 2, "Q7b": 2, "Q7c": 2}


def open_duckdb(files, memory):
    import duckdb
    import pyarrow  # noqa: F401  (loaded before anything is timed)

    base = duckdb.connect()
    base.execute("SET threads = 2; SET preserve_insertion_order = false")
    kind = "TABLE" if memory else "VIEW"
    columns = "period_year, reporter, flow, partner, product, value_usd"
    base.execute(f"CREATE {kind} t AS SELECT {columns} FROM read_parquet({files!r})")
    return base


def ask_duckdb(base, query):
    return base.sql(SQL[query]).to_arrow_table()


def open_datafusion(files, memory):
    import datafusion

    config = datafusion.SessionConfig().with_target_partitions(2)
    context = datafusion.SessionContext(config)
    import pyarrow.dataset

    if memory:
        import pyarrow.parquet

        columns = ["period_year", "reporter", "flow", "partner", "product", "value_usd"]
        table = pyarrow.parquet.read_table(files, columns=columns)
        context.from_arrow(table, name="t")
    elif len(files) == 1:
        context.register_parquet("t", files[0])
    else:
        context.register_parquet("t", files[0].rsplit("/", 1)[0] + "/")
    return context


def ask_datafusion(context, query):
    import re

    text = SQL[query]
    # No GROUP BY ALL here: the keys are named.
    keys = {"Q4": "1, 2, 3, 4", "Q5": "1, 2, 3", "Q6": "1, 2"}.get(query)
    keys = keys or ", ".join(str(n + 1) for n in range(KEYS[query]))
    text = re.sub("GROUP BY ALL", f"GROUP BY {keys}", text)
    import pyarrow

    return pyarrow.Table.from_batches(context.sql(text).collect())


def open_polars(files, memory):
    import polars

    columns = ["period_year", "reporter", "flow", "partner", "product", "value_usd"]
    frame = polars.scan_parquet(files).select(columns)
    return frame.collect().lazy() if memory else frame


def ask_polars(t, query):
    import polars as pl

    year, reporter, flow, partner, product, value = (
        pl.col(c) for c in ["period_year", "reporter", "flow", "partner", "product", "value_usd"]
    )

    def spread(frame, keys, over, theil=False):
        w = frame.group_by([*keys, over]).agg(value.sum().cast(pl.Float64).alias("w"))
        share = pl.col("w") / pl.col("w").sum()
        spreads = [pl.col("w").sum(), (share * share).sum().alias("h")]
        if theil:
            some = share.filter(share > 0)
            spreads.append((some.count().log() + (some * some.log()).sum()).alias("t"))
        return w.group_by(keys).agg(spreads)

    def gaps():
        side = lambda f, a, b, v: t.filter(flow == f).select(
            year.alias("y"), pl.col(a).alias("a"), pl.col(b).alias("b"), product.alias("k"),
            value.cast(pl.Float64).alias(v))
        both = side("export", "reporter", "partner", "e").join(
            side("import", "partner", "reporter", "i"), on=["y", "a", "b", "k"], how="full", coalesce=True)
        e, i = pl.col("e"), pl.col("i")
        return both.group_by(["y", "b"]).agg(
            (e.is_not_null() & i.is_not_null()).sum().alias("m"), i.is_null().sum().alias("x"),
            e.is_null().sum().alias("o"), (i / e).log().median().alias("r"))

    plans = {
        "Q1": lambda: t.group_by([year, reporter, flow]).agg(value.sum()),
        "Q2": lambda: t.filter(flow == "import").group_by([year, reporter, partner]).agg(value.sum()),
        "Q3a": lambda: t.group_by([year, flow, product]).agg(value.sum()),
        "Q3b": lambda: t.group_by([year, flow, product.str.slice(0, 4)]).agg(value.sum()),
        "Q3c": lambda: t.group_by([year, flow, product.str.slice(0, 2)]).agg(value.sum()),
        "Q4": lambda: spread(t, ["period_year", "reporter", "flow"], "partner"),
        "Q5": lambda: spread(t.filter(flow == "export"), ["period_year", "reporter"], "product", theil=True),
        "Q6": gaps,
        "Q7a": lambda: t.filter(reporter == "PRK").group_by([year, flow]).agg(value.sum()),
        "Q7b": lambda: t.filter((reporter == "PRK") | (partner == "PRK")).group_by([year, flow]).agg(value.sum()),
        "Q7c": lambda: t.filter(partner == "PRK").group_by([year, flow]).agg(value.sum()),
    }
    return plans[query]().collect(engine="streaming")


PEERS = {
    "duckdb": (open_duckdb, ask_duckdb),
    "polars": (open_polars, ask_polars),
    "datafusion": (open_datafusion, ask_datafusion),
}


def rows(table):
    """The rows of what an engine answered."""
    if hasattr(table, "rows"):
        return table.rows()
    return list(zip(*(column.to_pylist() for column in table.columns)))


def write_default(peer, files, out):
    """The rows as the peer writes them if nothing is said about it."""
    if peer == "duckdb":
        import duckdb

        duckdb.execute("SET preserve_insertion_order = true")
        duckdb.execute(f"COPY (SELECT * FROM read_parquet({files!r})) TO '{out}' (FORMAT parquet)")
    elif peer == "polars":
        import polars

        polars.scan_parquet(files).sink_parquet(out)
    else:
        import datafusion

        context = datafusion.SessionContext()
        context.register_parquet("t", files[0].rsplit("/", 1)[0] + "/")
        context.sql("SELECT * FROM t").write_parquet(out)
