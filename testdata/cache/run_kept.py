#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A result that was kept is written as the same bytes in every format, and no change is missed."""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from run_cases import Case, make_tree  # noqa: E402  pylint: disable=wrong-import-position

CASE = HERE.parent / "cases" / "RL101" / "null"
JOINING = HERE.parent / "cases" / "beyond" / "holder"
UNCHANGED = "nothing has changed"
SAME_FACTS = "all facts are the same"
LINKED = re.compile(r"^relock: linking (\d+) units$", re.MULTILINE)


class Relock:
    def __init__(self, relock, top, case):
        self.relock, self.top = relock, top
        self.tree, self.build = make_tree(case, top)
        self.cache = top / "cache"
        self.all = [] if case.joins else ["--all"]
        self.linked = []
        self.wrong = []

    def run(self, *words, kept=True):
        """Standard output, and what it says of the result: one of the above, or ''."""
        command, *options = words
        time.sleep(0.1)  # what has just been changed is not relied on
        done = subprocess.run(
            [self.relock, command, str(self.tree), "--build", str(self.build), "-v",
             "--progress", "never", "--cache", str(self.cache),
             *([] if "--scope" in options else self.all), *options,
             *([] if kept else ["--no-cache"])],
            capture_output=True, check=False)
        log = done.stderr.decode()
        if done.returncode not in (0, 1):
            sys.exit(f"{words}: exit status {done.returncode}\n{log}")
        said = [s for s in (UNCHANGED, SAME_FACTS) if s in log]
        self.linked = [int(n) for n in LINKED.findall(log)]
        return done.stdout, said[0] if said else ""

    def need(self, what, got, want):
        if got != want:
            self.wrong.append(f"{what}: {got!r}, not {want!r}")

    def check(self, what, want, *options):
        """@want: where the result comes from. It is the same as without any cache."""
        options = options or ("check", "--output", "json")
        out, said = self.run(*options)
        self.need(what, said, want)
        linked = self.linked
        if out != self.run(*options, kept=False)[0]:
            self.wrong.append(f"{what}: another report than without the cache")
        self.linked = linked
        return out


def check_formats(r):
    commands = [("check", f) for f in ("text", "short", "lore", "json", "sarif", "html", "github",
                                       "markdown", "gitlab", "rdjson", "checkstyle", "junit",
                                       "dot")]
    commands += [("sections", f) for f in ("text", "json", "dot")]
    commands += [("attach", f) for f in ("text", "json", "bpftrace")]
    commands += [("whatif", f) for f in ("text", "json")]
    for command, form in commands:
        words = (command, "--output", form)
        r.run(*words)
        out = r.check(f"{command} {form}", UNCHANGED, *words)
        if not out:
            r.wrong.append(f"{command} {form}: empty")
    # What names something of the program needs the program.
    r.check("attach to one", "", "attach", "to_pot")
    r.check("attach to one, again", "", "attach", "to_pot")


def write(path, text):
    path.write_text(text, encoding="utf-8")


def read(path):
    return path.read_text(encoding="utf-8")


def check_changes(r, case):
    unit = r.tree / case.units[0]
    header = next((r.tree / "include").rglob("pot.h"))
    rules = r.top / "rules.yaml"
    functions = r.top / "functions"

    def twice(what, first, *options):
        r.check(what, first, *options)
        r.check(f"{what}, again", UNCHANGED, *options)

    write(unit, "\n" + read(unit))
    twice("a unit", "")
    write(header, read(header) + "\n/* changed */\n")
    twice("a header's end", SAME_FACTS)
    write(header, "\n\n" + read(header))
    r.check("a header", "")
    r.check("a header, again", UNCHANGED)
    os.utime(unit)
    twice("a unit's time", SAME_FACTS)
    text = read(unit)
    write(unit, text + "int another;\n")
    r.check("a unit's end", "")
    write(unit, text)
    twice("a unit as it was", SAME_FACTS)
    # A header that is found earlier on the path, and one that goes.
    early = r.tree / "mini"
    early.mkdir()
    twice("a folder", SAME_FACTS)
    shutil.rmtree(early)
    # What the same size and time hide is seen by the inode's own time.
    stat = unit.stat()
    write(unit, read(unit).replace("\n", " ", 1))
    os.utime(unit, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    r.check("a unit with its old time", "")
    r.check("a unit with its old time, again", UNCHANGED)
    # A folder that is only gone through may change, as where a report is written beside the tree.
    write(r.tree / "include" / "up.h", "")
    write(unit, f"#include <../../{r.tree.name}/include/up.h>\n" + read(unit))
    r.check("a way through folders above", SAME_FACTS)
    write(r.top / "noise", "")
    r.check("a file beside the tree", UNCHANGED)
    write(r.tree / "include" / "up.h", "/* changed */\n")
    twice("a header on such a way", SAME_FACTS)

    write(rules, "locks:\n  - function: my_lock\n    kind: spin\n    does: acquire\n")
    options = ("check", "--output", "json", "--rules", str(rules))
    twice("more rules", "", *options)
    write(rules, "locks:\n  - function: my_lock2\n    kind: spin\n    does: acquire\n")
    r.check("other rules", "", *options)
    write(functions, "pot_free\n")
    options = ("check", "--output", "json", "--functions", str(functions))
    twice("evidence", "", *options)
    write(functions, "pot_get\n")
    r.check("other evidence", "", *options)
    r.check("no option", UNCHANGED)
    r.check("--scope", "", "check", "--output", "json", "--scope", case.units[0])
    commands = r.build / "compile_commands.json"
    listed = json.loads(read(commands))
    listed[0]["arguments"].insert(1, "-DMORE=1")
    write(commands, json.dumps(listed))
    twice("a command", "")


def check_joins(relock, top):
    """Which units join is known from an earlier run, if that had the same facts."""
    r = Relock(relock, top, Case(JOINING))
    functions = r.top / "functions"
    options = ("check", "--output", "json", "--functions", str(functions))

    def linked(what, want, *rest):
        r.check(what, *rest)
        r.need(f"{what}: linked", r.linked, want)

    write(functions, "pot_free\n")
    linked("joins", [1, 1, 1], "", *options)
    kettle, shelf = r.tree / "lib" / "kettle.c", r.tree / "lib" / "shelf.c"
    write(kettle, read(kettle) + "/* changed */\n")
    linked("a comment", [], SAME_FACTS, *options)
    # The result is another with the same facts: what was not linked for the answers is now.
    write(functions, "kettle_fill\n")
    linked("other evidence", [1, 1, 1], "", *options)
    write(kettle, "\n" + read(kettle))
    linked("a unit that joined", [1, 1, 1], "", *options)
    # By the same words as before another unit joins.
    write(shelf, read(shelf).replace("shelf_lock", "steam_lock"))
    linked("a unit that did not join", [1, 1, 2], "", *options)
    return r.wrong


def check_damage(r):
    r.check("before damage", UNCHANGED)
    results = r.cache / "results"
    whole = {p: p.read_bytes() for p in results.iterdir()}
    for change in (lambda b: b[:-1], lambda b: b"", lambda b: b + b"x",
                   lambda b: b[:len(b) // 2] + bytes([b[len(b) // 2] ^ 1]) + b[len(b) // 2 + 1:]):
        for path, data in whole.items():
            path.write_bytes(change(data))
        r.check("damaged", "")
    listed = subprocess.run([r.relock, "cache", "--cache", str(r.cache), "--clear"],
                            capture_output=True, text=True, check=True).stdout
    r.need("relock cache --clear", (" 0 results" in listed, list(results.iterdir())), (True, []))


def check_rules(relock, top):
    """A finding of each rule comes back whole."""
    wrong = []
    pages = sorted((HERE.parent / "cases").glob("RL*/page-bad"))
    for page in pages:
        folder = top / page.parent.name
        folder.mkdir()
        r = Relock(relock, folder, Case(page))
        words = ("check", "--output", "json", "--fail-on", "never")
        r.run(*words)
        r.check(page.parent.name, UNCHANGED, *words)
        wrong += r.wrong
    if len(pages) < 11:
        wrong.append(f"only {len(pages)} rules have a page's case")
    return wrong


def check_makers(r):
    """Work on relock itself: any room of the analysis counts, the reports do not."""
    root, copy = HERE.parent.parent, r.top / "source"
    for folder in ("analyzer", "reports", "cmake"):
        shutil.copytree(root / folder, copy / folder)

    def makers(of):
        out = r.top / "makers.c"
        subprocess.run(["cmake", f"-DOUT={out}", f"-DSOURCE={copy}", f"-DOF={of}", "-DHEADER=x.h",
                        "-P", str(copy / "cmake/makers.cmake")], check=True)
        return read(out)

    was = {of: makers(of) for of in ("facts", "result")}
    for file, changed in (("analyzer/flow/interp.c", {"result"}), ("reports/text.c", set()),
                          ("analyzer/kept/code.c", {"result"}), ("analyzer/study.c", {"result"}),
                          ("analyzer/clang/expr.c", {"facts", "result"})):
        text = read(copy / file)
        write(copy / file, text + "\n")
        r.need(f"work on {file}", {of for of, m in was.items() if makers(of) != m}, changed)
        write(copy / file, text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--relock", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="relock-kept-") as top:
        case = Case(CASE)
        r = Relock(args.relock, pathlib.Path(top), case)
        r.check("cold", "")
        check_formats(r)
        check_changes(r, case)
        check_damage(r)
        check_makers(r)
        (pathlib.Path(top) / "joins").mkdir()
        r.wrong += check_joins(args.relock, pathlib.Path(top) / "joins")
        r.wrong += check_rules(args.relock, pathlib.Path(top))
    for line in r.wrong:
        print(line)
    return 1 if r.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
