"""Sums, shares, concentration and mirror pairing of hostile tables, row by row beside DuckDB.

Tables with nulls, zeros, negative corrections, rows in any order, one giant partner, very many
products, empty partitions, and every type that other tools write: each is written as Parquet, summed
by `counterflow sum` and asked the benches' queries, and every cell of every row is compared with what
DuckDB says of the same file. Run by tests/run.sh; `hostile_tables.py PROGRAM QUERIES [ROWS]`.
"""

import csv
import decimal
import io
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

D = decimal.Decimal
PROGRAM, QUERIES = sys.argv[1:3]
ROWS = int(sys.argv[3]) if len(sys.argv) > 3 else 20_000
COLUMNS = ["period_year", "reporter", "partner", "flow", "product", "value_usd", "net_weight_kg"]


def rows(count, seed, products=50, giant=False, nulls=True, ordered=False):
    """Rows of one classification level; few economies, so that groups have many rows."""
    draw = random.Random(seed)
    economies = ["PRK", "CHN", "KOR", "JPN", "RUS", "USA", "X1", "S19"] + [f"E{n:02}" for n in range(30)]
    made = []
    for _ in range(count):
        value = draw.choice([0, 1, -1, draw.randint(-10**6, 10**6), draw.randint(0, 10**12), 10**14 + draw.randint(0, 9)])
        made.append((
            draw.randint(1995, 2004),
            draw.choice(economies),
            "CHN" if giant and draw.random() < 0.97 else draw.choice(economies),
            draw.choice(["export", "import"]),
            f"{draw.randrange(products):07}" if products > 9999 else f"{draw.randrange(products) * 197 % 10000:06}",
            None if nulls and draw.random() < 0.1 else D(value) / draw.choice([1, 10, 100, 1000]),
            None if nulls and draw.random() < 0.5 else D(draw.randint(0, 10**9)) / 1000,
        ))
    if ordered:
        made.sort(key=lambda r: r[:5])
    return made


def table(made, value=pa.decimal128(18, 3), weight=pa.decimal128(18, 3), text=pa.string(), year=pa.int16(), product=None):
    columns = list(zip(*made)) if made else [[] for _ in COLUMNS]

    def number(values, kind):
        if pa.types.is_decimal(kind):
            return pa.array([None if v is None else v.quantize(D(1).scaleb(-kind.scale)) for v in values], kind)
        if pa.types.is_floating(kind):
            return pa.array([None if v is None else float(v) for v in values], kind)
        return pa.array([None if v is None else int(v) for v in values], kind)

    product = product or text
    products = columns[4] if not pa.types.is_integer(product) else [int(p) for p in columns[4]]
    arrays = [pa.array(columns[0], year), *(pa.array(columns[n], text) for n in (1, 2, 3)),
              pa.array(products, product), number(columns[5], value), number(columns[6], weight)]
    return pa.table(arrays, COLUMNS)


def whole(made):
    """Rows whose numbers are whole and small enough for 32 bits."""
    small = lambda v: None if v is None else D(int(v) % 2**31)
    return [(*r[:5], small(r[5]), small(r[6])) for r in made]


def thousandths_as_float(made):
    # What a float can tell apart to the thousandth.
    return [(*r[:5], None if r[5] is None else r[5] % 10**9, None if r[6] is None else r[6] % 10**9) for r in made]


def cases():
    """Name, and the tables of each file."""
    base = rows(ROWS, 1)
    yield "nulls, zeros, negatives, any order", [table(base)], {}
    yield "several row groups and files", [table(base[: ROWS // 3]), table(base[ROWS // 3:])], {"row_group_size": 777}
    yield "sorted", [table(rows(ROWS, 2, ordered=True))], {"row_group_size": 5000}
    yield "one giant partner", [table(rows(ROWS, 3, giant=True))], {}
    yield "very many products", [table(rows(ROWS, 4, products=1_000_000))], {"row_group_size": ROWS // 2}
    yield "an empty file among others", [table([]), table(base), table([])], {}
    yield "a file with one row", [table(base[:1])], {}
    yield "no values at all", [table([(*r[:5], None, None) for r in base])], {}
    yield "plain pages", [table(base)], {"use_dictionary": False}
    yield "second data pages, snappy", [table(base)], {"data_page_version": "2.0", "compression": "snappy"}
    yield "tiny dictionary pages", [table(rows(ROWS, 5, products=20_000))], {"dictionary_pagesize_limit": 2000}
    yield "byte streams", [table(base, value=pa.decimal128(18, 3))], {
        "store_decimal_as_integer": True, "use_dictionary": ["reporter", "flow"], "column_encoding": {
            "period_year": "DELTA_BINARY_PACKED", "partner": "DELTA_BYTE_ARRAY", "product": "DELTA_LENGTH_BYTE_ARRAY",
            "value_usd": "BYTE_STREAM_SPLIT", "net_weight_kg": "PLAIN"}}
    yield "no statistics, lz4", [table(base)], {"write_statistics": False, "compression": "lz4"}
    yield "wide decimals", [table(base, value=pa.decimal128(38, 6), weight=pa.decimal128(30, 3))], {}
    yield "doubles", [table(thousandths_as_float(base), value=pa.float64(), weight=pa.float64())], {}
    yield "single precision of small whole numbers", [
        table([(*r[:5], None if r[5] is None else D(int(r[5]) % 2**20), None) for r in base], value=pa.float32())], {}
    yield "32-bit integers", [table(whole(base), value=pa.int32(), weight=pa.int32(), year=pa.int64())], {}
    yield "64-bit integers near their limit", [
        table([(*r[:5], D(9_000_000_000_000_000_000) * (-1) ** n, None) for n, r in enumerate(base)], value=pa.int64())], {}
    yield "unsigned integers", [
        table([(*r[:5], D(4_000_000_000), r[6]) for r in whole(base)], value=pa.uint32(), weight=pa.uint64(), year=pa.uint16())], {}
    yield "integer product codes", [table(base, product=pa.int32())], {}
    yield "large texts and years as texts", [table([(str(r[0]), *r[1:]) for r in base], text=pa.large_string(), year=pa.string())], {}
    yield "years in doubles", [table([(float(r[0]), *r[1:]) for r in base], year=pa.float64())], {}
    yield "no weight", [table(base).drop_columns(["net_weight_kg"])], {}
    yield "texts as dictionaries", [table(base, text=pa.dictionary(pa.int32(), pa.string()))], {}


# By, condition, and the same in SQL.
SUMS = [
    ("year,reporter,flow", "", "TRUE"),
    ("year,flow,product", "", "TRUE"),
    ("year,reporter,partner", "flow = import", "flow = 'import'"),
    ("flow", "partner = PRK", "partner = 'PRK'"),
    ("year,flow", "reporter = CHN|KOR", "reporter IN ('CHN', 'KOR')"),
    ("year,reporter,flow,partner,product", "year = 1997..2001", "year BETWEEN 1997 AND 2001"),
    ("flow,product", "", "TRUE"),
]


def view(base, files, product):
    base.execute(f"""CREATE OR REPLACE VIEW t AS SELECT CAST(period_year AS INTEGER) AS year, reporter, partner, flow,
        {product} AS product, CAST(value_usd AS DECIMAL(38, 3)) AS value_usd,
        {'CAST(net_weight_kg AS DECIMAL(38, 3))' if 'net_weight_kg' in columns_of(base, files) else 'NULL'} AS net_weight_kg
        FROM read_parquet({files!r})""")


def columns_of(base, files):
    return [c[0] for c in base.execute(f"DESCRIBE SELECT * FROM read_parquet({files!r})").fetchall()]


def same_number(found, wanted):
    if wanted is None:
        return found == ""
    return found != "" and D(found) == wanted


def counterflow(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stderr)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def check_sums(base, data, level):
    compared = 0
    for by, condition, where in SUMS:
        keys = by.split(",")
        narrowed = ["--where", condition] if condition else []
        cut = ", ".join("substr(product, 1, 2) AS product" if level and k == "product" else k for k in keys)
        wanted = base.execute(f"""SELECT {cut}, sum(value_usd), sum(net_weight_kg), count(*), count(*) - count(value_usd)
            FROM t WHERE {where} GROUP BY ALL""").fetchall()
        found = counterflow("sum", data, "--by", by, *narrowed, *(["--level", level] if level else []), "--format", "csv", "--quiet")
        within = keys[:1]
        total = {}
        for row in wanted:
            total[row[0]] = total.get(row[0], 0) + (row[-4] or 0)
        shares = counterflow("sum", data, "--by", by, *narrowed, *(["--level", level] if level else []),
                             "--shares", within[0], "--format", "csv", "--quiet")
        assert len(found) == len(wanted) == len(shares), (by, condition, len(found), len(wanted))
        by_key = {tuple(str(v) for v in row[:len(keys)]): row[len(keys):] for row in wanted}
        for row, share in zip(found, shares):
            key = tuple(row[k] for k in keys)
            value, weight, records, without = by_key[key]
            ours = (row["value_usd"], row["net_weight_kg"], row["records"], row["records_without_value"])
            assert same_number(ours[0], value) and same_number(ours[1], weight), (by, key, ours, by_key[key])
            assert (int(ours[2]), int(ours[3])) == (records, without), (by, key, ours, by_key[key])
            of = total[by_type(wanted, key[0])]
            if share["share"] == "":
                assert value is None or of <= 0, (by, key, share, value, of)
            else:
                assert math.isclose(float(share["share"]), float(value / of), rel_tol=1e-12, abs_tol=1e-300), (key, share, value, of)
            compared += 1
    return compared


def by_type(wanted, text):
    return int(text) if wanted and isinstance(wanted[0][0], int) else text


def queries(query, data, *options):
    with tempfile.NamedTemporaryFile("r", suffix=".csv") as out:
        done = subprocess.run([QUERIES, query, data, "--csv", out.name, *options], capture_output=True, text=True)
        assert done.returncode == 0, (query, done.stderr)
        return [line.rstrip("\n").split(",") for line in out]


def positive(keys, over, where="TRUE"):
    """Herfindahl and Theil of the positive sums over a dimension."""
    return f"""SELECT {keys}, count(*), sum(w), sum((w / total) * (w / total)), sum(w / total * ln(w / total * n)) FROM (
        SELECT *, sum(w) OVER (PARTITION BY {keys}) AS total, count(*) OVER (PARTITION BY {keys}) AS n FROM (
          SELECT {keys}, {over}, CAST(sum(value_usd) AS DOUBLE) AS w FROM t WHERE {where} GROUP BY ALL) WHERE w > 0)
        GROUP BY {keys}"""


MIRROR = """
  WITH s AS (SELECT year y, flow, reporter, partner, product k, CAST(sum(value_usd) AS DOUBLE) v FROM t GROUP BY ALL HAVING v > 0),
  e AS (SELECT y, reporter a, partner b, k, v FROM s WHERE flow = 'export'),
  i AS (SELECT y, partner a, reporter b, k, v FROM s WHERE flow = 'import')
  SELECT coalesce(e.y, i.y), coalesce(e.b, i.b), count(CASE WHEN e.v IS NOT NULL AND i.v IS NOT NULL THEN 1 END),
         count(CASE WHEN i.v IS NULL THEN 1 END), count(CASE WHEN e.v IS NULL THEN 1 END), median(ln(i.v / e.v))
  FROM e FULL OUTER JOIN i ON e.y = i.y AND e.a = i.a AND e.b = i.b AND e.k = i.k GROUP BY 1, 2"""


def check_kernels(base, data):
    compared = 0
    for query, keys, sql in [
        ("Q4", 3, positive("year, reporter, flow", "partner")),
        ("Q5", 2, positive("year, reporter", "product", "flow = 'export'")),
        ("Q6", 2, MIRROR),
    ]:
        wanted = {tuple(map(str, row[:keys])): row[keys:] for row in base.execute(sql).fetchall()}
        for options in (["--threads", "1"], ["--threads", "3"], ["--memory", "100000"]):
            found = queries(query, data, *options)
            assert len(found) == len(wanted), (query, options, len(found), len(wanted))
            for row in found:
                want = wanted[tuple(row[:keys])]
                for g, w in zip(row[keys:], want):
                    if w is None:
                        assert g == "", (query, row, want)
                    else:
                        assert math.isclose(float(g), float(w), rel_tol=1e-9, abs_tol=1e-9), (query, row, want)
            compared += len(found)
    return compared


def check_refusals(folder):
    """What cannot be summed is said in one line that names the file and the column."""
    good = table(rows(10, 9))
    for name, bad, told in [
        ("a number with four decimals", good.set_column(5, "value_usd", pa.array([0.1234] * 10)), ["value_usd", "row 1", "three decimals"]),
        ("not a number", good.set_column(5, "value_usd", pa.array([math.nan] * 10)), ["value_usd", "NaN"]),
        ("no value column", good.drop_columns(["value_usd"]), ["value_usd", "absent", "reporter"]),
        ("no reporter column", good.drop_columns(["reporter"]), ["reporter", "absent"]),
        ("values that are texts", good.set_column(5, "value_usd", pa.array(["1"] * 10)), ["value_usd", "number"]),
        ("half a year", good.set_column(0, "period_year", pa.array([2003.5] * 10)), ["period_year", "2003.5", "whole number"]),
    ]:
        path = folder / "refused.parquet"
        pq.write_table(bad, path)
        done = subprocess.run([PROGRAM, "sum", path, "--by", "year,reporter,flow", "--format", "csv"], capture_output=True, text=True)
        assert done.returncode == 1 and done.stdout == "", (name, done)
        assert all(word in done.stderr for word in [str(path), *told]), (name, done.stderr)
        assert done.stderr.count("\n") <= 2 and "panicked" not in done.stderr, done.stderr


def main():
    base = duckdb.connect()
    base.execute("SET threads = 2")
    compared = made = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, tables, options in cases():
            data = folder / str(made)
            data.mkdir()
            for n, one in enumerate(tables):
                pq.write_table(one, data / f"part-{n}.parquet", **options)
            files = sorted(map(str, data.glob("*.parquet")))
            integers = pa.types.is_integer(tables[0].schema.field("product").type)
            view(base, files, "lpad(CAST(product AS VARCHAR), CAST(ceil(length(CAST(product AS VARCHAR)) / 2.0) * 2 AS INTEGER), '0')"
                 if integers else "product")
            one = data if len(files) > 1 else files[0]
            try:
                compared += check_sums(base, one, None)
                if not integers:
                    compared += check_sums(base, one, "hs2")
                compared += check_kernels(base, one)
            except Exception:
                print(f"in the table with {name}:", file=sys.stderr)
                raise
            made += 1
        check_refusals(folder)
    print(f"{made} hostile tables: {compared} rows of sums, shares, concentration and mirror pairs are DuckDB's")


if __name__ == "__main__":
    main()
