"""Calls the program, and finds the results that it wrote. The notebooks compute no published number."""

import json
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent


def program():
    """The built program: `COUNTERFLOW_PROGRAM`, else the release build, else the one on the path."""
    named = os.environ.get("COUNTERFLOW_PROGRAM")
    built = ROOT / "target" / "release" / "counterflow"
    found = named or (str(built) if built.is_file() else shutil.which("counterflow"))
    if not found:
        raise FileNotFoundError("counterflow is not built: run `just analyze` once, or set COUNTERFLOW_PROGRAM")
    return found


def run(*words):
    """One call from the repository's root; what it refuses is an error with its own words."""
    called = subprocess.run([program(), *map(str, words)], cwd=ROOT, capture_output=True, text=True)
    if called.returncode != 0:
        raise RuntimeError(f"counterflow {' '.join(map(str, words))}\n{called.stderr.strip()}")
    return called.stdout


def ask(*words):
    """What a call answers in JSON: a list of rows, or a document of several parts."""
    return json.loads(run(*words, "--quiet", "--format", "json"))


def results(study="dprk"):
    """The folder of a finished run: `COUNTERFLOW_RESULTS`, else results/<study>."""
    folder = pathlib.Path(os.environ.get("COUNTERFLOW_RESULTS", ROOT / "results" / study))
    if not (folder / "run.json").is_file():
        raise FileNotFoundError(f"{folder} holds no finished run: run `just analyze` once")
    return folder
