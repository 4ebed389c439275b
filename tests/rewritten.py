"""A pin rewritten by DuckDB, Polars and pyarrow keeps its logical hash, and one changed cent does not.

Every pin is written anew in another order and compression, and `counterflow pin check` is
asked what differs. Run by tests/run.sh: python3 tests/rewritten.py PROGRAM
"""

import decimal
import pathlib
import shutil
import subprocess
import sys
import tempfile

import duckdb
import polars
import pyarrow.parquet

ROOT = pathlib.Path(__file__).resolve().parent.parent
SAME = "its logical hash is as pinned"


def by_duckdb(source, to):
    duckdb.sql(f"COPY (SELECT * FROM '{source}' ORDER BY random()) TO '{to}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")


def by_polars(source, to):
    frame = polars.read_parquet(source)
    frame.sample(fraction=1.0, shuffle=True, seed=1).write_parquet(to, compression="lz4")


def by_pyarrow(source, to):
    table = pyarrow.parquet.read_table(source)
    pyarrow.parquet.write_table(table, to, compression="snappy", use_dictionary=False, data_page_version="2.0")


def a_cent_more(source, to):
    """The first value that there is, 0.01 higher (of a pin of shares, the first share)."""
    frame = polars.read_parquet(source)
    name = next(name for name in ("value_usd", "share_percent") if frame[name].drop_nulls().len() > 0)
    row = next(row for row, value in enumerate(frame[name]) if value is not None)
    cents = [decimal.Decimal("0.01") if at == row else decimal.Decimal(0) for at in range(frame.height)]
    wide = polars.Decimal(18, 3)
    value = frame[name].cast(wide) + polars.Series(cents, dtype=wide)
    frame.with_columns(value.cast(wide).alias(name)).write_parquet(to)


def check(program, datasets, name):
    """What `pin check` says of a pin, or nothing where it is as pinned."""
    command = [program, "pin", "check", name, "--datasets", str(datasets)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done
    return done.stderr if done.returncode else ""


def main():
    program = sys.argv[1]
    checked = 0
    with tempfile.TemporaryDirectory() as folder:
        datasets = pathlib.Path(folder) / "datasets"
        for source in sorted(ROOT.glob("datasets/*/*.parquet")):
            name, pin = source.parent.name, datasets / source.parent.name
            shutil.copytree(source.parent, pin)
            assert check(program, datasets, name) == "", name
            for write in (by_duckdb, by_polars, by_pyarrow):
                write(source, pin / source.name)
                said = check(program, datasets, name)
                assert SAME in said, (name, write.__name__, said)
                # Nothing but the bytes: their number and their hash.
                assert len(said.strip().splitlines()) <= 2, (name, write.__name__, said)
            a_cent_more(source, pin / source.name)
            said = check(program, datasets, name)
            assert SAME not in said and "the records' logical hash is" in said, (name, said)
            checked += 1
    assert checked >= 10, f"only {checked} pins were found"
    print(f"{checked} pins keep their logical hash when DuckDB, Polars and pyarrow write them, and lose it over a cent")


if __name__ == "__main__":
    main()
