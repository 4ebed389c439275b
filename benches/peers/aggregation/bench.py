"""Pairs each query with each peer, alternated, each run in a fresh process, two threads each.

The driver prints Markdown. A run measures the processor and wall time of the query alone, without
the start of the engine, and the greatest resident memory of the whole process.
"""

import argparse
import glob
import json
import math
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[3]
sys.path.insert(0, str(HERE.parent))
import queries  # noqa: E402


def peak_kilobytes():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    return 0


def processor():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def worker(peer, query, repeat, memory, rows_to, files):
    open_, ask = queries.PEERS[peer]
    base = open_(files, memory)
    for _ in range(repeat):
        wall, cpu = time.perf_counter(), processor()
        table = ask(base, query)
        print(json.dumps({"cpu_s": processor() - cpu, "wall_s": time.perf_counter() - wall,
                          "peak_rss_kb": peak_kilobytes(), "rows": len(table)}))
    if rows_to != "-":
        keys = queries.KEYS[query]
        text = lambda value: None if value is None else str(value)
        json.dump([[[str(k) for k in row[:keys]], [text(v) for v in row[keys:]]] for row in queries.rows(table)],
                  open(rows_to, "w"))


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def limits(query, data, options):
    """A line: the query beside the mere decoding of its columns, and on one thread beside two."""
    kinds = {"whole": (query, 2), "decoding": (f"decode:{query}", 2), "one": (query, 1)}
    runs = {kind: [] for kind in kinds}
    for i in range(options.pairs + 1):
        for kind, (name, threads) in kinds.items():
            run = run_ours(name, data, threads=threads)[0]
            if i:
                runs[kind].append(run)
    middle = lambda kind, what: statistics.median(run[what] for run in runs[kind])
    cpu, decoding = middle("whole", "cpu_s"), middle("decoding", "cpu_s")
    one, two = middle("one", "wall_s"), middle("whole", "wall_s")
    print(f"| {query} | {cpu:.3f} | {decoding:.3f} | {cpu / decoding:.2f} | {one:.3f} | {two:.3f} | {one / two:.2f} | "
          f"{cpu / options.rows * 1e9:.2f} |", flush=True)


def run_peer(peer, query, files, repeat=1, memory=False, rows_to="-"):
    call = [sys.executable, HERE, "worker", peer, query, repeat, int(memory), rows_to, *files]
    return run([str(c) for c in call])


def run_ours(query, data, repeat=1, rows_to=None, from_="files", threads=2):
    call = [ROOT / "target/release/examples/queries", query, data, "--threads", threads, "--repeat", repeat]
    call += ["--from", from_]
    if rows_to:
        call += ["--csv", rows_to]
    return run([str(c) for c in call])


def same(query, ours, reference):
    """Compares our rows with DuckDB's, row by row; gives how many there are."""
    keys = queries.KEYS[query]
    theirs = {tuple(k): v for k, v in json.load(open(reference))}
    mine = {}
    for line in open(ours):
        cells = line.rstrip("\n").split(",")
        mine[tuple(cells[:keys])] = cells[keys:]
    assert len(mine) == len(theirs), f"{query}: {len(mine)} rows, DuckDB has {len(theirs)}"
    for key, want in theirs.items():
        got = mine[key]
        if query in ("Q4", "Q5"):  # parts, total, Herfindahl, Theil: asked of the others in Q5
            got = got[1:1 + len(want)]
        for g, w in zip(got, want):
            exact = query not in ("Q4", "Q5", "Q6")
            if w is None or g == "":
                assert w is None and g == "", (query, key, got, want)
            elif exact:
                from decimal import Decimal
                assert Decimal(g) == Decimal(w), (query, key, got, want)
            else:
                assert math.isclose(float(g), float(w), rel_tol=1e-9, abs_tol=1e-9), (query, key, got, want)
    return len(mine)


def paired(ours, peer, pairs):
    """Alternates; the first of each is dropped."""
    mine, theirs = [], []
    for i in range(pairs + 1):
        a, b = ours(), peer()
        if i:
            mine.append(a)
            theirs.append(b)
    return mine, theirs


def line(name, mine, theirs):
    middle = lambda runs, what: statistics.median(r[what] for r in runs)
    ratio = lambda what: statistics.median(t[what] / max(m[what], 1e-9) for m, t in zip(mine, theirs))
    megabytes = lambda runs: max(r["peak_rss_kb"] for r in runs) / 1024
    print(f"| {name} | {middle(theirs, 'cpu_s'):.3f} / {middle(theirs, 'wall_s'):.3f} / {megabytes(theirs):.0f} | "
          f"{middle(mine, 'cpu_s'):.3f} / {middle(mine, 'wall_s'):.3f} / {megabytes(mine):.0f} | "
          f"{ratio('cpu_s'):.1f} | {ratio('wall_s'):.1f} | {megabytes(mine) / megabytes(theirs):.2f} |", flush=True)


def head(title):
    print(f"\n### {title}\n\n| query, peer | peer CPU s / wall s / MB | ours CPU s / wall s / MB | CPU ratio | wall ratio | memory |"
          "\n|---|---|---|---|---|---|", flush=True)


def machine():
    model = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()
    print(f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}; "
          f"load {load[0]:.1f} at the start. Two threads each. " + ", ".join(
              l.strip() for l in open(HERE.parent / "requirements.txt") if "==" in l) + ".")


def timed(call):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter()
    # The child's own peak: the greatest of all children is no use, so /usr/bin/time's way.
    process = subprocess.Popen([str(c) for c in call], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise SystemExit(f"{call} failed")
    return {"cpu_s": used.ru_utime + used.ru_stime, "wall_s": time.perf_counter() - wall, "peak_rss_kb": used.ru_maxrss}


IMPORT = """
import duckdb, sys
duckdb.execute("SET threads = 2; SET memory_limit = '1GB'; SET preserve_insertion_order = false")
duckdb.execute(f"COPY (SELECT * FROM read_csv('{sys.argv[1]}', nullstr='NA')) TO '{sys.argv[2]}' (FORMAT parquet)")
"""


def imports(options, counterflow):
    import shutil

    work = options.work
    baci = work / "baci.csv"
    if not baci.exists():
        subprocess.run([counterflow, "synth", "--shape", "baci", "--rows", str(options.rows), "--out", baci], check=True)
    out, file = work / "import", work / "import-duckdb.parquet"

    def ours():
        shutil.rmtree(out, ignore_errors=True)
        return timed([counterflow, "import", baci, "--out", out, "--threads", 2, "--quiet", "--default", "classification=HS0"])

    head(f"Import of a BACI file of {options.rows:,} rows, CSV to Parquet (whole processes)")
    line("import, duckdb", *paired(ours, lambda: timed([sys.executable, "-c", IMPORT, baci, file]), options.pairs))
    size = sum(f.stat().st_size for f in out.glob("*.parquet"))
    print(f"\nThe file: {baci.stat().st_size:,} bytes; DuckDB's Parquet {file.stat().st_size:,}, ours {size:,} "
          f"({size / file.stat().st_size:.2f}).")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/peers")
    parser.add_argument("--queries", default=",".join(queries.NAMES))
    parser.add_argument("--peers", default="duckdb,polars,datafusion")
    parser.add_argument("--parts", default="import,same,limits,rollup,default,memory,shuffled", help="which comparisons")
    options = parser.parse_args()
    options.work = options.work.resolve()
    counterflow = ROOT / "target/release/counterflow"
    world = options.work / f"world-{options.rows}"
    if not (world / "dataset.toml").exists():
        subprocess.run([counterflow, "synth", "--rows", str(options.rows), "--out", world], check=True)
    files = sorted(glob.glob(f"{world}/*.parquet"))
    names, peers, parts = options.queries.split(","), options.peers.split(","), options.parts.split(",")
    machine()
    if "import" in parts:
        imports(options, counterflow)
    if "same" in parts:
        for query in names:
            run_ours(query, world, rows_to=options.work / "ours.csv")
            run_peer("duckdb", query, files, rows_to=options.work / "duckdb.json")
            print(f"\n{query}: {same(query, options.work / 'ours.csv', options.work / 'duckdb.json'):,} rows, "
                  "the same as DuckDB's row by row.", flush=True)
        head(f"The same files (ours), {options.rows:,} rows")
        for query in names:
            for peer in peers:
                line(f"{query}, {peer}", *paired(lambda: run_ours(query, world)[0],
                                                 lambda: run_peer(peer, query, files)[0], options.pairs))
    if "limits" in parts:
        print(f"\n### Ours beside the decoding of the needed columns, and on one thread, {options.rows:,} rows\n\n"
              "| query | CPU s | CPU s of decoding | times | wall s, one thread | wall s, two | times | ns a row |\n"
              "|---|---|---|---|---|---|---|---|", flush=True)
        for query in [name for name in names if not name.startswith("Q7")]:
            limits(query, world, options)
    if "rollup" in parts:
        head(f"Ours from the sums of pairs kept beside the dataset, the peers from its files, {options.rows:,} rows")
        for query in [name for name in names if name in queries.OF_PAIRS]:
            for peer in peers:
                line(f"{query}, {peer}", *paired(lambda: run_ours(query, world, from_="rollup")[0],
                                                 lambda: run_peer(peer, query, files)[0], options.pairs))
    if "default" in parts:
        head(f"Each peer on the files that it writes by default, {options.rows:,} rows")
        for peer in peers:
            own = options.work / f"{peer}-{options.rows}.parquet"
            if not own.exists():
                queries.write_default(peer, files, str(own))
            theirs = sorted(glob.glob(f"{own}/*.parquet")) if own.is_dir() else [str(own)]
            for query in names:
                line(f"{query}, {peer}", *paired(lambda: run_ours(query, world)[0],
                                                 lambda: run_peer(peer, query, theirs)[0], options.pairs))
    if "memory" in parts:
        head(f"Each from its own table in memory, sorted, {options.rows:,} rows")
        for query in names:
            for peer in peers:
                line(f"{query}, {peer}", *paired(lambda: run_ours(query, world, 2, from_="memory")[-1],
                                                 lambda: run_peer(peer, query, files, 2, True)[-1], options.pairs))
    if "shuffled" in parts:
        import duckdb

        mixed = options.work / f"shuffled-{options.rows}.parquet"
        if not mixed.exists():
            duckdb.execute("SET threads = 2; SET memory_limit = '4GB'")
            duckdb.execute(f"COPY (SELECT * FROM read_parquet({files!r}) ORDER BY hash(period_year, reporter, flow, partner, "
                           f"product)) TO '{mixed}' (FORMAT parquet, ROW_GROUP_SIZE 1000000)")
        head(f"Each from its own table in memory, rows in no order, {options.rows:,} rows")
        for query in names:
            for peer in peers:
                line(f"{query}, {peer}", *paired(lambda: run_ours(query, mixed, 2, from_="memory")[-1],
                                                 lambda: run_peer(peer, query, [str(mixed)], 2, True)[-1], options.pairs))


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        peer, query, repeat, memory, rows_to, *files = sys.argv[2:]
        worker(peer, query, int(repeat), memory == "1", rows_to, files)
    else:
        main()
