#!/usr/bin/env python3
"""Our estimators beside pyfixest and statsmodels on the same seeded panels; see README.md."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--pairs", type=int, default=3, help="alternated repetitions")
    parser.add_argument("--shapes", default="dense,sparse,workers")
    parser.add_argument("--jobs", default="ols,ppml")
    parser.add_argument("--demeaners", default="map,lsmr")
    parser.add_argument("--limit", type=int, default=600, help="seconds after which a process is stopped")
    parser.add_argument("--work", type=Path, default=ROOT / "target" / "peers", help="where panels are put")
    parser.add_argument("--venv", type=Path, help="a virtual environment that has the requirements")
    parser.add_argument("--no-build", action="store_true")
    return parser.parse_args()


def python_of(given, work):
    if given:
        return given / "bin" / "python"
    home = work / "venv-estimators"
    if not home.exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
    return home / "bin" / "python"


def run(command, limit, out=None):
    """Wall, processor seconds and peak megabytes of a whole process, and what it printed; None, with a word why, if it
    was stopped or failed."""
    if not Path(command[0]).exists():
        print(f"not run: {command[0]} is not there; leave --no-build out", file=sys.stderr)
        return None
    began = time.perf_counter()
    words = [str(c) for c in command]
    said = tempfile.TemporaryFile("w+")
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=said, text=True)
    stopper = threading.Timer(limit, process.kill)
    stopper.start()
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    stopper.cancel()
    if process.returncode != 0:
        said.seek(0)
        why = (said.read().strip().splitlines() or [f"stopped after {limit} s"])[-1]
        print(f"{' '.join(words[:4])}: exit code {process.returncode}: {why}", file=sys.stderr)
        return None
    cpu = usage.ru_utime + usage.ru_stime
    return {"wall": time.perf_counter() - began, "cpu": cpu, "peak_mb": usage.ru_maxrss / 1024, "text": text}


def last_fit(done):
    return None if done is None else json.loads(done["text"].strip().splitlines()[-1])


def command_fit(done):
    """The coefficients and errors of `counterflow fit --format json`."""
    if done is None:
        return None
    value = json.loads(done["text"])
    terms = value["terms"]
    b, errors = [t["estimate"] for t in terms], [t["std_error"] for t in terms]
    return {**{k: done[k] for k in ("wall", "cpu", "peak_mb")}, "b": b, "cluster": errors, "rows": value["nobs"]}


def whole(done):
    fit = last_fit(done)
    return None if fit is None else {**fit, **{k: done[k] for k in ("wall", "cpu", "peak_mb")}}


def write_panel(peer, python, shape, rows, work):
    parquet = work / f"{shape}-{rows}.parquet"
    if not parquet.exists():
        text = work / f"{shape}-{rows}.csv"
        subprocess.run([peer, "write", shape, str(rows), text], check=True)
        convert = "import sys, pyarrow.csv as c, pyarrow.parquet as p; p.write_table(c.read_csv(sys.argv[1]), sys.argv[2])"
        subprocess.run([python, "-c", convert, text, parquet], check=True)
        text.unlink()
    return parquet


def compare(shape, job, options, tools, python, parquet):
    peer, program = tools
    effects = "worker + firm + year" if shape == "workers" else "ey + iy + pair"
    cluster = "worker" if shape == "workers" else "pair"
    response = "log(1 + y)" if job == "ols" else "y"
    command = [program, "fit", f"{response} ~ x1 + x2 | {effects}", parquet, "--format", "json"]
    command += ["--vcov", f"cluster:{cluster}", "--adjust", "none"]
    command += [] if job == "ols" else ["--family", "poisson"]
    fits = {"ours": [], "ours, command": []}
    for _ in range(options.pairs):
        fits["ours"].append(last_fit(run([peer, job, shape, options.rows, 2], options.limit)))
        for demeaner in options.demeaners.split(","):
            peers = fits.setdefault(demeaner, [])
            if peers[-1:] == [None]:
                continue
            peers.append(last_fit(run([python, HERE / "peer_fit.py", parquet, job, demeaner, 2], options.limit)))
    for _ in range(max(1, options.pairs // 2)):
        fits["ours, command"].append(command_fit(run(command, options.limit)))
        best = options.demeaners.split(",")[0 if shape == "dense" else -1]
        done = whole(run([python, HERE / "peer_fit.py", parquet, job, best, 1], options.limit))
        fits.setdefault(f"pyfixest, command ({best})", []).append(done)
    show(shape, job, fits)


def paired(theirs, ours, key):
    """The median of the ratios of runs that stood next to each other."""
    ratios = [a[key] / b[key] for a, b in zip(theirs, ours) if a and b]
    return statistics.median(ratios) if ratios else float("nan")


def show(shape, job, fits):
    ours = next((f for f in fits["ours"] if f), None)
    if ours is None:
        print(f"| {shape} | {job} | ours | stopped | | | | | | | | |", flush=True)
        return
    for name, found in fits.items():
        found = [f for f in found if f]
        if not found:
            print(f"| {shape} | {job} | {name} | stopped | | | | | | | | |", flush=True)
            continue
        middle = {k: statistics.median(f[k] for f in found) for k in ("cpu", "wall", "peak_mb")}
        ratio = {k: paired(fits[name], fits["ours, command" if "command" in name else "ours"], k) for k in middle}

        def apart(key):
            pairs = zip(found[-1][key], ours[key])
            return max(abs(a / b - 1) for a, b in pairs)

        print(
            f"| {shape} | {job} | {name} | {middle['cpu']:.2f} | {middle['wall']:.2f} | {middle['peak_mb']:.0f} "
            f"| {ratio['cpu']:.1f} | {ratio['wall']:.1f} | {ratio['peak_mb']:.1f} "
            f"| {apart('b'):.0e} | {apart('cluster'):.0e} | {found[-1]['rows']} |",
            flush=True,
        )


def main():
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    if not options.no_build:
        build = ["cargo", "build", "--release", "-p", "counterflow", "-p", "benches", "--bin", "counterflow", "--example", "peer"]
        subprocess.run(build, cwd=ROOT, check=True)
    python = python_of(options.venv, options.work)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
    tools = (target / "examples" / "peer", target / "counterflow")
    print(f"load average before: {os.getloadavg()}", flush=True)
    print("| panel | job | program | cpu s | wall s | peak MB | cpu x | wall x | memory x | b apart | se apart | rows |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for shape in options.shapes.split(","):
        parquet = write_panel(tools[0], python, shape, options.rows, options.work)
        for job in options.jobs.split(","):
            compare(shape, job, options, tools, python, parquet)
    done = last_fit(run([python, HERE / "peer_fit.py", "trend", 3], options.limit))
    if done:
        print(f"statsmodels, a trend of 29 years with HAC errors: {done['cpu'] * 1e6:.0f} µs of processor time a fit")
    print(f"load average after: {os.getloadavg()}")


if __name__ == "__main__":
    sys.exit(main())
