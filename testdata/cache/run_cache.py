#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reports are the same bytes with a cold cache, a warm one and none; what is parsed is counted."""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from run_cases import Case, make_tree  # noqa: E402  pylint: disable=wrong-import-position

CASE = HERE.parent / "cases" / "units" / "fails-with-finding"


class Check:
    def __init__(self, relock, tree, build, cache):
        self.command = [relock, "check", str(tree), "--build", str(build), "--all", "--output",
                        "json", "--progress", "never", "-v", "--fail-on", "never"]
        self.relock = relock
        self.cache = str(cache)
        self.wrong = []

    def run(self, what, want, *options):
        """@want: how many units come from the cache and how many are parsed."""
        time.sleep(0.1)  # a folder that has just been changed is not relied on
        done = subprocess.run([*self.command, "--cache", self.cache, *options],
                              capture_output=True, text=True, check=False)
        got = re.search(r"(\d+) units from the cache, (\d+) parsed", done.stderr)
        if not got:
            sys.exit(f"{what}: exit status {done.returncode}\n{done.stderr}")
        if tuple(map(int, got.groups())) != want:
            self.wrong.append(f"{what}: {got.group(0)}, not {want}")
        return done.stdout

    def same(self, what, a, b):
        if a != b:
            self.wrong.append(f"{what}: another report")

    def usage(self, *options):
        done = subprocess.run([self.relock, "cache", "--cache", self.cache, *options],
                              capture_output=True, text=True, check=True)
        return int(re.search(r"facts of (\d+) units", done.stdout).group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--relock", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="relock-cache-") as top:
        top = pathlib.Path(top)
        case = Case(CASE)
        good = [u for u in case.units if u not in case.bad_units]
        n, bad = len(good), len(case.bad_units)
        tree, build = make_tree(case, top)
        c = Check(args.relock, tree, build, top / "cache")

        plain = c.run("no cache", (0, n + bad), "--no-cache")
        if c.usage():
            c.wrong.append("--no-cache kept something")
        c.same("cold", c.run("cold", (0, n + bad)), plain)
        # What is wrong with a unit is kept as facts are.
        n += bad
        c.same("warm", c.run("warm", (n, 0)), plain)
        if c.usage() != n:
            c.wrong.append(f"{c.usage()} entries, not {n}")

        unit = tree / good[0]
        unit.write_text("\n" + unit.read_text(encoding="utf-8"), encoding="utf-8")
        plain = c.run("one changed, no cache", (0, n), "--no-cache")
        c.same("one changed", c.run("one changed", (n - 1, 1)), plain)
        c.same("one changed, warm", c.run("one changed, warm", (n, 0)), plain)

        # The error goes when the header comes that it is about, and comes back with it.
        unit = tree / next(iter(case.bad_units))
        missing = tree / "include" / "made_later.h"
        unit.write_text(f"#include <{missing.name}>\n" + unit.read_text(encoding="utf-8"),
                        encoding="utf-8")
        none = c.run("no header", (n - 1, 1))
        if f"'{missing.name}' file not found" not in none:
            c.wrong.append("no header: the report does not say so")
        c.same("no header, warm", c.run("no header, warm", (n, 0)), none)
        missing.write_text("\n", encoding="utf-8")
        plain = c.run("a header, no cache", (0, n), "--no-cache")
        c.same("a header", c.run("a header", (n - 1, 1)), plain)
        if missing.name in plain:
            c.wrong.append("a header: still missing")
        missing.unlink()
        c.same("no header again", c.run("no header again", (n - 1, 1)), none)

        c.same("no room", c.run("no room", (n, 0), "--cache-size", "1k"), none)
        if c.usage():
            c.wrong.append("--cache-size 1k left something")
        c.run("filled again", (0, n))
        if c.usage() != n or c.usage("--clear") or c.usage():
            c.wrong.append("relock cache --clear left something")
    for line in c.wrong:
        print(line)
    return 1 if c.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
