#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Known bugs of a real tree, brought back, reported, and tried in a virtual machine.

    run_lab.py --relock RELOCK --kernels DIR --work DIR [NAME...]

expect.json names edits of testdata/edits and what relock lab must say of which
finding, and findings of the unedited tree. The tree in --kernels is the control
and stays as it is; the edited one is a copy of it (hard links) below --work,
which keeps the kernels that were built. For the unedited tree relock makes the controls. What was seen is
written to --work/seen.md.
"""
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EXPECT = json.loads((HERE / "expect.json").read_text(encoding="utf-8"))
SCHEMA = json.loads((ROOT / "reports/schema/relock-evidence-1.schema.json").read_text("utf-8"))
VERSION = "6.12"


def places(diff, word):
    """Where the edited files have @word, "file:line", in the lines that are in place of others."""
    found, path, line = [], None, 0
    for text in diff.splitlines():
        hunk = re.match(r"@@ -\S+ \+(\d+)", text)
        if text.startswith("+++ b/"):
            path = text[6:].split("\t")[0]
        elif hunk:
            line = int(hunk[1])
        elif not text.startswith("-"):
            if text.startswith("+") and word in text:
                found.append(f"{path}:{line}")
            line += 1
    return found


class Lab:
    def __init__(self, args):
        self.args = args
        self.plain = args.kernels / f"linux-source-{VERSION}"
        self.edited = args.work / "edited"
        self.wrong, self.seen = [], []
        args.work.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.edited, ignore_errors=True)
        # patch writes a new file and renames it, so the plain tree keeps its own.
        subprocess.run(["cp", "-al", f"{self.plain}/.", self.edited], check=True)

    def patch(self, name, *options):
        diff = ROOT / "testdata" / "edits" / f"{name}.diff"
        with diff.open("rb") as text:
            subprocess.run(["patch", "-s", "-p1", "-d", self.edited, *options], stdin=text,
                           check=True)

    def relock(self, *args):
        return subprocess.run([self.args.relock, *map(str, args), "--cache", self.args.cache,
                               "--progress", "never"], check=False)

    def report(self, tree):
        path = self.args.work / "report.json"
        self.relock("check", tree, "--output", f"json:{path}", "--fail-on", "never", "-q")
        return path, json.loads(path.read_text(encoding="utf-8"))["findings"]

    def choose(self, findings, want):
        found = [f for f in findings if f["severity"] == "error" and f["code"] == want["code"] and
                 f["location"]["function"] == want["function"] and
                 want.get("lock", f["lock"]["class"]) == f["lock"]["class"]]
        if len(found) != 1:
            self.wrong.append(f"{want}: {len(found)} such errors in the report")
        return found[0]["id"] if len(found) == 1 else None

    def judge(self, name, tree, control, wanted):
        path, findings = self.report(tree)
        chosen = {}
        for want in wanted:
            ident = self.choose(findings, want)
            if ident:
                chosen[ident] = want
        evidence = self.args.work / "evidence.json"
        evidence.unlink(missing_ok=True)
        self.relock("lab", tree, "--report", path, "--output", f"json:{evidence}",
                    *(["--control", control] if control else []), *chosen)
        if not evidence.exists():
            self.wrong.append(f"{name}: relock lab wrote nothing")
            return
        said = json.loads(evidence.read_text(encoding="utf-8"))
        jsonschema.validate(said, SCHEMA)
        for result in said["findings"]:
            want = chosen[result["id"]]
            self.tell(name, want, result)
            if result["verdict"] != want["verdict"]:
                self.wrong.append(f"{name}: {want['function']}: {result['verdict']}, not "
                                  f"{want['verdict']}: {result['reason']}")

    def tell(self, name, want, result):
        program = result["program"] or {"how": "-", "attach": "-", "calls": "-"}
        lines = [f"## {name}: {want['code']} {want['function']}: {result['verdict']}\n",
                 f"{result['reason']}. The program: {program['how']} on {program['attach']}, "
                 f"{program['calls']}().\n"]
        for key in ("run", "control"):
            if result[key]:
                lines.append(f"{key}:\n\n```\n{result[key]['excerpt']}```\n")
        if result["control_by"] == "guard":
            diff = result["control_edit"]
            lines.append(f"the guard: raised at {', '.join(places(diff, '= relock_guard_raise()'))}; "
                         f"tested at {', '.join(places(diff, 'if (relock_guard_is_raised())'))}\n")
        self.seen.append("\n".join(lines))
        print(f"{name}: {want['function']}: {result['verdict']}", flush=True)

    def run(self, name):
        start = time.monotonic()
        if name == "unedited":
            self.judge(name, self.plain, None, EXPECT["unedited"])
        else:
            self.patch(name)
            try:
                self.judge(name, self.edited, self.plain, EXPECT["edits"][name])
            finally:
                self.patch(name, "-R")
        print(f"  {time.monotonic() - start:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ("--relock", "--kernels", "--work", "--cache"):
        parser.add_argument(option, required=True, type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    lab = Lab(parser.parse_args())
    for name in lab.args.names or [*EXPECT["edits"], "unedited"]:
        lab.run(name)
    (lab.args.work / "seen.md").write_text("\n".join(lab.seen), encoding="utf-8")
    print(*(lab.wrong or ["lab: ok"]), sep="\n")
    return bool(lab.wrong)


if __name__ == "__main__":
    sys.exit(main())
