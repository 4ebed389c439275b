"""Fits one panel with pyfixest or many trends with statsmodels; prints a line of JSON for each fit."""

import json
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import numpy as np


def report(wall, cpu, **more):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak_mb": peak, **more}), flush=True)


def panel(path, job, demeaner, repetitions):
    import pandas as pd
    import pyfixest as pf

    frame = pd.read_parquet(path)
    effects = list(frame.columns[:3])
    cluster = "pair" if "pair" in effects else "worker"
    frame["ly"] = np.log1p(frame["y"])
    kind = pf.MapDemeaner() if demeaner == "map" else pf.LsmrDemeaner()
    right = " ~ x1 + x2 | " + " + ".join(effects)
    more = {"vcov": {"CRV1": cluster}, "ssc": pf.ssc(k_adj=False, G_adj=False), "demeaner": kind}
    for _ in range(repetitions):
        wall, cpu = time.perf_counter(), time.process_time()
        fit = pf.feols("ly" + right, frame, **more) if job == "ols" else pf.fepois("y" + right, frame, **more)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        report(wall, cpu, b=[float(v) for v in fit.coef()], cluster=[float(v) for v in fit.se()], rows=int(fit._N))


def trend(repetitions):
    import statsmodels.api as sm

    years = np.arange(29.0)
    design = sm.add_constant(years)
    draws = np.random.default_rng(1).normal(size=(1000, 29)) + 0.05 * years
    for _ in range(repetitions):
        wall, cpu = time.perf_counter(), time.process_time()
        for y in draws:
            sm.OLS(y, design).fit(cov_type="HAC", cov_kwds={"maxlags": 3})
        report((time.perf_counter() - wall) / len(draws), (time.process_time() - cpu) / len(draws))


if __name__ == "__main__":
    if sys.argv[1] == "trend":
        trend(int(sys.argv[2]))
    else:
        panel(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
