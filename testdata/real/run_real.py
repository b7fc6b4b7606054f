#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests on Debian's kernel trees: a known bug is brought back, found, and taken away again.

    run_real.py report VERSION       runs relock on the tree as it is, for the others
    run_real.py unedited VERSION     what relock must not say of it
    run_real.py edit NAME            an edit of testdata/edits and its new finding
    run_real.py null FORM            NULL that arrives in another way
    run_real.py rename               other names, same verdicts
    run_real.py same NAME            another build of relock (--relock), which keeps no facts
                                     and is one process, writes the same bytes
    run_real.py shared PRINT_FACTS   units give the same facts with shared headers and without
    run_real.py facts                read in three parts and put together: the same bytes
    run_real.py applies              each edit applies to the tree that it is for

The trees lie in --kernels and are edited in place; before a file is changed it
is kept in --work, and put back at the end, or by the next run if this one was
killed. Reports stay in --work. expect.json says what must be found.
"""

import argparse
import contextlib
import difflib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EDITS = HERE.parent / "edits"
EXPECT = json.loads((HERE / "expect.json").read_text(encoding="utf-8"))
SEVERITIES = ["note", "warning", "error"]


class Failure(Exception):
    pass


class Tree:
    def __init__(self, args, version):
        self.version = version
        self.path = args.kernels / f"linux-source-{version}"
        self.kept = args.work / f"kept-{version}"
        if not (self.path / "Makefile").is_file():
            raise Failure(f"there is no kernel tree {self.path}; runtests unpacks it")
        self.put_back()
        text = (self.path / "Makefile").read_text(encoding="utf-8")
        number = [re.search(rf"^{v} = (\d+)", text, re.M).group(1)
                  for v in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
        print(f"tree: linux-source-{version}, Linux {'.'.join(number)}", flush=True)

    def keep(self, name):
        """Keeps file @name of the tree, which is about to be changed."""
        copy = self.kept / name
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            part = copy.with_name(copy.name + ".part")
            shutil.copy2(self.path / name, part)
            os.replace(part, copy)

    def put_back(self):
        for copy in sorted(self.kept.rglob("*")) if self.kept.is_dir() else []:
            name = copy.relative_to(self.kept)
            if copy.is_file() and not copy.name.endswith(".part"):
                shutil.copy2(copy, self.path / name)
        shutil.rmtree(self.kept, ignore_errors=True)

    @contextlib.contextmanager
    def changed(self):
        try:
            yield self
        finally:
            self.put_back()

    def patch(self, name, dry=False):
        diff = EDITS / f"{name}.diff"
        files = re.findall(r"^\+\+\+ b/(\S+)", diff.read_text(encoding="utf-8"), re.M)
        if not dry:
            for file in files:
                self.keep(file)
        command = ["patch", "-p1", "-s", "-f", "--no-backup-if-mismatch", "-d", str(self.path),
                   "-i", str(diff), *(["--dry-run"] if dry else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failure(f"{name} does not apply:\n{done.stdout}{done.stderr}")

    def write(self, name, text):
        self.keep(name)
        (self.path / name).write_text(text, encoding="utf-8")


def version_of(edit):
    return edit.split(".", 1)[1]


def check(args, tree, report, jobs=None, anew=False, facts=None, scope=()):
    """Runs relock; returns its report, which is also left in the work folder."""
    file = args.work / f"{report}.json"
    command = [str(args.relock), "check", str(tree.path), "--cache", str(args.cache), "--progress",
               "never", "--output", f"json:{file}.part", "--output", "short"]
    if anew:
        command.append("--no-cache")
    if facts:
        command += ["--facts", str(facts)]
    if jobs:
        command += ["-j", str(jobs)]
    for path in scope:
        command += ["--scope", path]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)
    print(f"relock check ({report}): {time.monotonic() - start:.1f} s, "
          f"exit status {done.returncode}", flush=True)
    if done.stderr.strip():
        print(*("    stderr: " + line for line in done.stderr.strip().splitlines()[:20]), sep="\n")
    if done.returncode not in (0, 1):
        raise Failure(f"relock ended with {done.returncode}\n{done.stdout[-2000:]}")
    os.replace(f"{file}.part", file)
    found = json.loads(file.read_text(encoding="utf-8"))
    check_schema(found)
    if found["units"]["failed"]:
        raise Failure(f"failed units: {found['units']['failed']}")
    errors = any(f["severity"] == "error" for f in found["findings"])
    if done.returncode != int(errors):
        raise Failure(f"exit status {done.returncode}, but errors: {errors}")
    if len(done.stdout.splitlines()) < len(found["findings"]):
        raise Failure("fewer lines in the short report than findings")
    print(f"{found['units']['analysed']} units, {len(found['findings'])} findings")
    return found


def check_schema(report):
    import jsonschema
    path = ROOT / "reports/schema/relock-report-1.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    for e in validator.iter_errors(report):
        raise Failure(f"schema: {'/'.join(map(str, e.absolute_path))}: {e.message}")


def key(f):
    return (f["code"], f["location"]["function"], f["lock"]["kind"], f["lock"]["class"])


def say(f):
    return (f"{f['code']} {f['severity']} {f['location']['function']}, "
            f"{f['lock']['class']} ({f['lock']['kind']}): {f['message']}")


def new_findings(report, old):
    """Findings that @old does not have; one that was no error and now is counts as new."""
    have = {}
    for f in old["findings"]:
        have[key(f)] = max(have.get(key(f), 0), SEVERITIES.index(f["severity"]))
    return [f for f in report["findings"]
            if SEVERITIES.index(f["severity"]) > have.get(key(f), -1)]


def need(condition, what):
    if not condition:
        raise Failure(what)


def step_fits(step, want):
    kind, functions = want
    if step["step"] != kind:
        return False
    if functions is None:
        return True
    return step["function"] in ([functions] if isinstance(functions, str) else functions)


def check_details(f, want):
    steps = iter(f["ladder"])
    for w in want.get("ladder", []):
        need(any(step_fits(s, w) for s in steps),
             f"the ladder lacks {w}: {[(s['step'], s['function']) for s in f['ladder']]}")
    attach = {a["function"] for a in f["attach"] if a["function"]}
    for name in want.get("attach", []):
        need(name in attach, f"{name} is not among the attach points {sorted(attach)}")
    reentry = {r["function"] for r in f["reentry"]}
    for name in want.get("reenter", []):
        need(name in reentry, f"{name} is not among what re-enters: {sorted(reentry)}")
    if "object" in want:
        need(any(want["object"] in (r["object"] or "") for r in f["reentry"]),
             f"{want['object']} is no way to an object: {[r['object'] for r in f['reentry']]}")
    if "remedy" in want:
        need(any(want["remedy"] in r["what"] and r["closes"] for r in f["remedies"]),
             f"no remedy {want['remedy']}: {f['remedies']}")
    if "expected" in want:
        need(f["guard"]["expected"] == want["expected"], f"guard: {f['guard']}")
    if "context" in want:
        need(f["context"] == want["context"], f"context: {f['context']}")
    if "kind" in want:
        need(f["lock"]["kind"] == want["kind"], f"kind: {f['lock']['kind']}")


def check_new(report, old, want):
    new = new_findings(report, old)
    print("new findings:", *("    " + say(f) for f in new), sep="\n")
    severity = want.get("severity", "error")
    pairs = want.get("pairs") or [[r, fn] for r in want["rules"] for fn in want["functions"]]
    good = [f for f in new if [f["code"], f["location"]["function"]] in pairs
            and f["severity"] == severity and f["lock"]["class"] in want["classes"]]
    need(good, f"no new {severity} of {pairs} on {want['classes']}")
    reasons = []
    for f in good:
        try:
            check_details(f, want)
            break
        except Failure as e:
            reasons.append(str(e))
    else:
        raise Failure("\n".join(reasons))
    if want.get("only"):
        need(len(new) == 1, f"{len(new)} new findings, not exactly one")
        need(len(report["findings"]) == len(old["findings"]) + 1,
             f"{len(report['findings'])} findings; unedited there are {len(old['findings'])}")


def stored(args, name):
    path = args.work / f"{name}.json"
    if not path.is_file():
        raise Failure(f"there is no report {name} of an earlier test")
    return json.loads(path.read_text(encoding="utf-8"))


def test_report(args):
    version = args.what[0]
    tree = Tree(args, version)
    start = args.work / "start"
    start.touch()
    report = check(args, tree, f"unedited-{version}")
    written = subprocess.run(["find", str(tree.path), "-newer", str(start)], capture_output=True,
                             text=True, check=True).stdout.split()
    need(not written, f"relock wrote into the tree: {written[:5]}")
    print("findings:", *("    " + say(f) for f in report["findings"]), sep="\n")


def test_unedited(args):
    version = args.what[0]
    report = stored(args, f"unedited-{version}")
    rule = EXPECT["unedited"][version]["silent"]
    least = SEVERITIES.index(rule["at_least"])
    wrong = [f for f in report["findings"]
             if f["code"] in rule["rules"] and SEVERITIES.index(f["severity"]) >= least
             and f["lock"]["class"] in rule["classes"] and f["lock"]["kind"] in rule["kinds"]]
    need(not wrong, "must not be said: " + "; ".join(say(f) for f in wrong))
    compare_with_list(report, HERE / f"findings-{version}")


def compare_with_list(report, path):
    """What was checked by hand (testdata/FINDINGS.md), line by line."""
    want = [line for line in path.read_text(encoding="utf-8").splitlines()
            if not line.startswith("#")]
    have = sorted(f"{f['severity']} {f['code']} {f['location']['function']} "
                  f"{f['lock']['class']} ({f['lock']['kind']})" for f in report["findings"])
    diff = list(difflib.unified_diff(sorted(want), have, path.name, "report", lineterm="", n=0))
    need(not diff, "not what was checked by hand:\n" + "\n".join(diff))


def test_edit(args):
    name = args.what[0]
    tree = Tree(args, version_of(name))
    with tree.changed():
        tree.patch(name)
        report = check(args, tree, name)
    check_new(report, stored(args, f"unedited-{tree.version}"), EXPECT["edits"][name])


def test_repair(args):
    name = args.what[0]
    tree = Tree(args, version_of(name))
    with tree.changed():
        tree.patch(name)
        report = check(args, tree, name)
    old = stored(args, f"unedited-{tree.version}")
    new = new_findings(report, old)
    need(not new, "new: " + "; ".join(say(f) for f in new))
    have = {key(f) for f in report["findings"]}
    gone = sorted([f["code"], f["location"]["function"]] for f in old["findings"]
                  if key(f) not in have)
    print("gone:", *("    " + " ".join(g) for g in gone), sep="\n")
    need(gone == sorted(EXPECT["repairs"]["edits"][name]), "gone is not what was mended")


def test_null(args):
    form = EXPECT["null"]["forms"][args.what[0]]
    function = EXPECT["null"]["function"]
    tree = Tree(args, "6.12")
    with tree.changed():
        text = (tree.path / EXPECT["null"]["file"]).read_text(encoding="utf-8")
        pattern = re.compile(rf"^(static void {function}\(struct bpf_map \*map\)\n{{\n)(.*?)^}}\n",
                             re.M | re.S)
        text, n = pattern.subn(lambda m: form.get("before", "") + m.group(1) + form["body"] + "}\n",
                               text)
        need(n == 1, f"{function}() does not look as it did")
        tree.write(EXPECT["null"]["file"], text)
        report = check(args, tree, f"null-{args.what[0]}")
    check_new(report, stored(args, "unedited-6.12"), EXPECT["edits"]["cgrp_map_free_null_busy.6.12"])


def verdict(f):
    """What must not depend on names: everything but places, words and the id."""
    return {
        "code": f["code"], "severity": f["severity"], "function": f["location"]["function"],
        "file": f["location"]["file"], "class": f["lock"]["class"], "kind": f["lock"]["kind"],
        "context": f["context"], "guard": f["guard"], "entry": f["entry"],
        "attach": sorted((a["function"] or "", a["certainty"], *sorted(a["how"]))
                         for a in f["attach"]),
        "reentry": sorted((r["function"], r["object"] or "", *sorted(r["program_types"]))
                          for r in f["reentry"]),
        "remedies": [(r["kind"], r["what"], r["closes"], r["leaves"]) for r in f["remedies"]],
    }


def renamed(text):
    names = EXPECT["rename"]
    pattern = re.compile(r"\b(" + "|".join(names) + r")\b")
    return pattern.sub(lambda m: names[m.group(1)], text)


def test_rename(args):
    edit = "cgrp_map_free_null_busy.6.12"
    before = json.loads(renamed((args.work / f"{edit}.json").read_text(encoding="utf-8")))
    tree = Tree(args, "6.12")
    with tree.changed():
        tree.patch(edit)
        found = subprocess.run(["grep", "-rlwE", "|".join(EXPECT["rename"]), "--include=*.[ch]",
                                *(str(tree.path / d) for d in ("include", "kernel", "net",
                                                               "security", "fs", "lib", "mm"))],
                               capture_output=True, text=True, check=True).stdout.split()
        for path in found:
            path = pathlib.Path(path)
            tree.write(path.relative_to(tree.path), renamed(path.read_text(encoding="utf-8")))
        print(f"{len(EXPECT['rename'])} names changed in {len(found)} files")
        report = check(args, tree, "renamed-6.12")
    want = sorted((verdict(f) for f in before["findings"]), key=json.dumps)
    have = sorted((verdict(f) for f in report["findings"]), key=json.dumps)
    for w in [w for w in want if w not in have][:3]:
        print("lost:", json.dumps(w))
    for h in [h for h in have if h not in want][:3]:
        print("new:", json.dumps(h))
    need(have == want, "other verdicts under other names")


def test_same(args):
    name = args.what[0]
    tree = Tree(args, version_of(name))
    with tree.changed():
        tree.patch(name)
        check(args, tree, f"{name}-again", jobs=1, anew=True)
    need((args.work / f"{name}.json").read_bytes() ==
         (args.work / f"{name}-again.json").read_bytes(), "the reports differ")


def test_applies(args):
    for diff in sorted(EDITS.glob("*.diff")):
        name = diff.name.removesuffix(".diff")
        need(name in EXPECT["edits"] or name in EXPECT["repairs"]["edits"] or
             name in EXPECT["later"]["edits"],
             f"expect.json does not know {name}")
        Tree(args, version_of(name)).patch(name, dry=True)
        print(f"{name} applies")


def test_shared(args):
    """With the compile commands that relock keeps of the unedited tree."""
    tree = Tree(args, "6.12")
    headers = args.work / "shared"
    shutil.rmtree(headers, ignore_errors=True)
    done = subprocess.run([args.what[0], "-r", str(ROOT / "rules"), "-t", str(tree.path), "-c",
                           str(args.cache), "-q", "-s", str(headers), "kernel/bpf", "kernel/trace",
                           "net/core"],
                          capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    print(done.stdout + done.stderr)
    counted = re.search(r"^(\d+) units, (\d+) compared, (\d+) on shared headers, (\d+) different",
                        done.stdout, re.M)
    need(counted, f"print_facts ended with {done.returncode}")
    units, compared, shared, different = map(int, counted.groups())
    need(done.returncode == 0 and different == 0, f"{different} units have other facts")
    need(units > 100, f"only {units} units")
    # Those without a group (alone with their flags) are parsed plainly anyway.
    need(shared > units * 2 // 3, f"only {shared} of {units} units ({compared} in groups) "
                                  "use shared headers")


def test_facts(args):
    tree = Tree(args, "6.12")
    command = [str(args.relock), "facts", str(tree.path), "--cache", str(args.cache), "--progress",
               "never"]
    units = subprocess.run([*command, "--list"], capture_output=True, text=True, check=True,
                           stdin=subprocess.DEVNULL).stdout.splitlines()
    parts = args.work / "facts"
    shutil.rmtree(parts, ignore_errors=True)
    for i in range(3):
        start = time.monotonic()
        subprocess.run([*command, "--units", "-", "--to", str(parts / str(i))], text=True,
                       input="\n".join(units[i::3]), check=True)
        print(f"part {i}: {len(units[i::3])} units, {time.monotonic() - start:.1f} s", flush=True)
    found = check(args, tree, "facts-6.12", anew=True, facts=parts)
    n = sum(1 for p in parts.rglob("*") if p.is_file())
    need(n == found["units"]["total"], f"{n} files for {found['units']['total']} units")
    need((args.work / "facts-6.12.json").read_bytes() ==
         (args.work / "unedited-6.12.json").read_bytes(), "the reports differ")


def test_generated(args):
    """Units that 'make prepare' leaves without their headers, or without a source, are read."""
    version, = args.what
    scope = ["security/selinux", "crypto", "arch/x86/entry/vdso", "lib"]
    # check() fails if there is one that is not.
    found = check(args, Tree(args, version), f"generated-{version}", scope=scope)
    need(found["units"]["analysed"] > 200, "not the units of these folders")


TESTS = {"report": test_report, "unedited": test_unedited, "edit": test_edit,
         "repair": test_repair, "null": test_null, "rename": test_rename, "same": test_same,
         "shared": test_shared, "facts": test_facts, "applies": test_applies,
         "generated": test_generated}


def main():
    parser = argparse.ArgumentParser(description="Tests on Debian's kernel trees.")
    parser.add_argument("test", choices=sorted(TESTS))
    parser.add_argument("what", nargs="*")
    parser.add_argument("--relock", required=True, type=pathlib.Path)
    parser.add_argument("--kernels", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--cache", required=True, type=pathlib.Path)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        TESTS[args.test](args)
    except Failure as e:
        print(f"FAILED: {e}")
        return 1
    print("ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
