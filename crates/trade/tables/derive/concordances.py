#!/usr/bin/env python3
"""Derives the concordance rules in the folder above from published tables.

Usage: python3 concordances.py FOLDER_OF_TABLES [OUTPUT_FOLDER]

FOLDER_OF_TABLES holds
  unsd_originals/  the United Nations Statistics Division's conversion tables as published:
                   HS 1996 to 2022, SITC Rev. 2 and Rev. 3 to BEC Rev. 4
  concordance/     hsN_bec4.csv, hsN_sitc3.csv, hsN_isic3.csv, sitc3_isic3.csv of the R package
                   `concordance` (Liao, Kim, Miyano and Zhang, MIT licence), which tidied
                   UNSD's and the World Bank's tables and padded their codes with zeros

A rule is a prefix and the targets that all codes under it share: a chapter where the whole
chapter agrees, else a heading, else the code itself. No rule stands below another one of the
same revision, so a code that the source does not list is found only where all its
neighbours agree. Needs nothing but Python 3.
"""

import csv
import sys
from collections import defaultdict
from pathlib import Path

UNSD_YEAR = {1: 1996, 2: 2002, 3: 2007, 4: 2012, 5: 2017, 6: 2022}
HS_LEVELS = (2, 4, 6)
SITC_LEVELS = (1, 2, 3, 4, 5)


def rows(path, source, target):
    """The pairs of two columns of a CSV file, without its header."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for row in reader:
            if len(row) > max(source, target):
                yield row[source].replace(".", "").strip(), row[target].strip()


def mapping(pairs, target=lambda code: code, source=lambda code: code):
    """Code -> set of targets. What is no number is no target (`n/a`, nothing, `II` for coin): the set stays empty."""
    found = defaultdict(set)
    for code, to in pairs:
        if code:
            found[source(code)] |= {target(to)} if to.isdigit() else set()
    return found


def column(path, name):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file)).index(name)


def tidy(folder, name, target, strip, source=lambda code: code):
    path = folder / "concordance" / f"{name}.csv"
    return mapping(rows(path, 0, column(path, target)), strip, source)


def unpadded_bec(code):
    """41 for 410: a zero in BEC is always padding."""
    return code.rstrip("0")


def sitc_stripper(known):
    """Takes padding zeros off until the code is a heading of UNSD's list, or the start of one."""
    starts = {code[:n] for code in known for n in range(1, 6)}

    def strip(code):
        while code not in starts and code.endswith("0"):
            code = code[:-1]
        return code

    return strip


def without_aggregates(codes):
    """Leaves out codes whose own parts are listed too: their targets are those of the parts."""
    return {code: to for code, to in codes.items() if not any(c != code and c.startswith(code) for c in codes)}


def prefixes(codes, levels):
    """The shortest prefixes under which all codes agree, with what they agree on."""
    rules = {}

    def descend(members, depth):
        targets = {frozenset(codes[code]) for code in members}
        if len(targets) == 1 or depth == len(levels):
            prefix = min(members, key=len)[: levels[depth - 1]]
            rules[prefix] = tuple(sorted(targets.pop()))
            return
        below = defaultdict(list)
        for code in members:
            below[code[: levels[depth]]].append(code)
        for part in below.values():
            descend(part, depth + 1)

    top = defaultdict(list)
    for code in codes:
        top[code[: levels[0]]].append(code)
    for part in top.values():
        descend(part, 1)
    return rules


def write(path, title, by_revision, levels):
    """One line a rule: prefix, targets, and the revisions where not all."""
    revisions = defaultdict(list)
    for revision, codes in by_revision.items():
        for rule in prefixes(codes, levels).items():
            revisions[rule].append(revision)
    everywhere = sorted(by_revision)
    lines = []
    for (prefix, targets), where in sorted(revisions.items()):
        mark = "" if sorted(where) == everywhere else " @" + "".join(map(str, sorted(where)))
        lines.append(f"{prefix} {','.join(targets) or '-'}{mark}\n")
    header = (
        f"# {title}\n"
        "# prefix targets @revisions (all where none are named); `-` = the source says: no equivalent.\n"
        "# Derived by derive/concordances.py; sources and licences in README.md.\n"
        f"# revisions {''.join(map(str, everywhere))}\n"
    )
    path.write_text(header + "".join(lines))
    print(path.name, len(lines), "rules", path.stat().st_size, "bytes")


def main():
    folder = Path(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).resolve().parent.parent
    originals = folder / "unsd_originals"

    def to_bec(system):
        return mapping(rows(originals / f"{system}_to_BEC_Conversion_and_Correlation_Tables.csv", 0, 1))

    sitc_bec = {revision: to_bec(f"SITC{revision}") for revision in (2, 3)}
    sitc = sitc_stripper(sitc_bec[3])
    hs_bec = {revision: to_bec(f"HS{year}") for revision, year in UNSD_YEAR.items()}
    hs_bec[0] = tidy(folder, "hs0_bec4", "BEC4_3d", unpadded_bec)
    hs_sitc = {r: tidy(folder, f"hs{r}_sitc3", "SITC3_5d", sitc) for r in range(7)}
    hs_isic = {r: tidy(folder, f"hs{r}_isic3", "ISIC3_4d", lambda code: code) for r in range(7)}
    sitc_isic = {3: without_aggregates(tidy(folder, "sitc3_isic3", "ISIC3_4d", lambda code: code, sitc))}

    write(out / "hs_bec4.txt", "Harmonized System 1988/92 to 2022 (HS0 to HS6) -> BEC Rev. 4", hs_bec, HS_LEVELS)
    write(out / "hs_sitc3.txt", "Harmonized System 1988/92 to 2022 (HS0 to HS6) -> SITC Rev. 3", hs_sitc, HS_LEVELS)
    write(out / "hs_isic3.txt", "Harmonized System 1988/92 to 2022 (HS0 to HS6) -> ISIC Rev. 3", hs_isic, HS_LEVELS)
    write(out / "sitc_bec4.txt", "SITC Rev. 2 and Rev. 3 -> BEC Rev. 4", sitc_bec, SITC_LEVELS)
    write(out / "sitc3_isic3.txt", "SITC Rev. 3 -> ISIC Rev. 3", sitc_isic, SITC_LEVELS)


if __name__ == "__main__":
    main()
