"""DuckDB, Polars and pandas read every pinned dataset with the right types and equal sums.

The figures.csv beside each Parquet file is summed here with Python's own decimals: four
independent readers, one answer. Run by tests/run.sh.
"""

import csv
import decimal
import pathlib
import sys

import duckdb
import pandas
import polars

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXT = ["compiler", "reporter", "partner", "flow", "classification", "product", "valuation",
        "quantity_unit", "status", "basis"]
DECIMAL = ["value_usd", "rounded_to_usd", "share_percent", "net_weight_kg", "quantity"]


def from_figures(folder):
    """Rows and exact sums of the text the pin was built from."""
    sums = {name: decimal.Decimal(0) for name in DECIMAL}
    rows = 0
    with open(folder / "figures.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows += 1
            for name in DECIMAL:
                if row.get(name):
                    sums[name] += decimal.Decimal(row[name])
    return rows, sums


def from_duckdb(path):
    types = dict(duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{path}')").fetchall())
    for name in TEXT:
        assert types[name] == "VARCHAR", (path, name, types[name])
    for name in DECIMAL:
        assert types[name].startswith("DECIMAL(18,"), (path, name, types[name])
    assert types["period_year"] in ("SMALLINT", "INTEGER"), types["period_year"]
    sums = ", ".join(f"sum({name})" for name in DECIMAL)
    rows, *found = duckdb.sql(f"SELECT count(*), {sums} FROM '{path}'").fetchall()[0]
    return rows, {name: value or decimal.Decimal(0) for name, value in zip(DECIMAL, found)}


def from_polars(path):
    frame = polars.read_parquet(path)
    for name in TEXT:
        assert frame.schema[name] == polars.String, (path, name, frame.schema[name])
    for name in DECIMAL:
        assert isinstance(frame.schema[name], polars.Decimal), (path, name, frame.schema[name])
    assert frame.schema["period_year"].is_integer()
    return frame.height, {name: frame[name].sum() or decimal.Decimal(0) for name in DECIMAL}


def from_pandas(path):
    frame = pandas.read_parquet(path)
    for name in TEXT:
        assert frame[name].dtype in ("object", "str", "string"), (path, name, frame[name].dtype)
    assert frame["period_year"].dtype.kind == "i"
    sums = {name: sum(frame[name].dropna(), decimal.Decimal(0)) for name in DECIMAL}
    return len(frame), sums


def main():
    checked = 0
    for path in sorted(ROOT.glob("datasets/*/*.parquet")):
        expected = from_figures(path.parent)
        for reader in (from_duckdb, from_polars, from_pandas):
            found = reader(path)
            rows, sums = found
            # A rounding or share that is the same on every row stands in pin.toml, not in figures.csv.
            with_column = open(path.parent / "figures.csv", encoding="utf-8").readline().strip().split(",")
            for name in DECIMAL:
                if name in with_column:
                    assert sums[name] == expected[1][name], (path, reader.__name__, name, sums[name], expected[1][name])
            assert rows == expected[0], (path, reader.__name__, rows, expected[0])
        checked += 1
    assert checked >= 10, f"only {checked} datasets were found"
    print(f"{checked} datasets: DuckDB {duckdb.__version__}, Polars {polars.__version__} and "
          f"pandas {pandas.__version__} agree with figures.csv on rows, types and exact sums")
    print(f"{checked * 3} passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
