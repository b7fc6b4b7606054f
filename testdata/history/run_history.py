#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is new, known, suppressed or fixed, on small kernels of testdata/cases.

    run_history.py --relock RELOCK TEST...
"""
import argparse
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import run_cases  # noqa: E402  pylint: disable=wrong-import-position
from run_cases import Case, make_tree  # noqa: E402  pylint: disable=wrong-import-position

CASES = HERE.parent / "cases"
SCHEMAS = HERE.parent.parent / "reports/schema"
NULL, HELPER, SECTION, MISMATCH = (CASES / c for c in (
    "RL101/null", "RL106/page-bad", "RL102/page-bad", "RL105/page-bad"))


class Failure(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Failure(what)


class Bench:
    """A folder to work in, and relock."""

    def __init__(self, relock, top):
        self.relock, self.top = os.path.abspath(relock), top
        self.trees = 0

    def run(self, *args, status=None, env=None):
        done = subprocess.run([self.relock, *map(str, args)], capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL, cwd=self.top,
                              env={**os.environ, **(env or {})})
        need("Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr)
        need(status is None or done.returncode == status,
             f"{args}: exit status {done.returncode}, not {status}\n{done.stderr}{done.stdout}")
        return done

    def make(self, case):
        self.trees += 1
        top = self.top / f"t{self.trees}"
        top.mkdir()
        return make_tree(case, top)

    def check(self, tree, *args, status=None, env=None):
        """Returns the JSON report, and standard error."""
        tree, build = tree
        done = self.run("check", tree, "--build", build, "--all", "--progress", "never", "--cache",
                        self.top / "cache", "-j", "1", "--output", "json", *args, status=status,
                        env=env)
        need(done.stdout, done.stderr)
        report = json.loads(done.stdout)
        check_schema("relock-report-1", report)
        return report, done.stderr

    def refuse(self, words, *args, env=None):
        """A command that must end with status 2, nothing on standard output, and these words."""
        done = self.run(*args, status=2, env=env)
        need(not done.stdout, f"{args}: wrote {done.stdout[:200]}")
        for word in words if isinstance(words, list) else [words]:
            need(word in done.stderr, f"{args}: no '{word}' in: {done.stderr}")

    def file(self, name, text):
        path = self.top / name
        path.write_text(text, encoding="utf-8")
        return path


def check_schema(name, doc):
    import jsonschema
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    for e in jsonschema.validators.validator_for(schema)(schema).iter_errors(doc):
        raise Failure(f"{name}: {'/'.join(map(str, e.absolute_path))}: {e.message}")


def changed(folder, *pairs, rename=None):
    """The case with texts replaced in all of its files; each must occur."""
    case = Case(folder)
    for pattern, text in pairs:
        count = 0
        for name in case.texts:
            case.texts[name], n = re.subn(pattern, text, case.texts[name], flags=re.M)
            count += n
        need(count, f"{folder.name}: no '{pattern}' to replace")
    for old, new in (rename or {}).items():
        case.texts[new] = case.texts.pop(old)
        case.units = [new if u == old else u for u in case.units]
    return case


def ids(report):
    return sorted(f["id"] for f in report["findings"])


def states(report):
    return {f["id"]: f["state"] for f in report["findings"]}


# ---- ids ------------------------------------------------------------------------------------------

def reformatted(case):
    """Other white space, comments, and a line broken wherever a comma allows it."""
    for name, text in case.texts.items():
        if name.endswith(".c"):
            text = re.sub(r"/\*.*?\*/", "/* */", text, flags=re.S)
            text = re.sub(r"^\t+", lambda m: "    " * len(m.group()), text, flags=re.M)
            text = "\n".join(line if line.startswith("#") else
                             line.replace(", ", ",\n        ").replace("{", "\n{")
                             for line in text.split("\n"))
            case.texts[name] = text
    return case


HELPERS = r"(TRACING_HELPERS\()"


def test_ids(b):
    for folder in (NULL, HELPER, SECTION, MISMATCH):
        base, _ = b.check(b.make(Case(folder)))
        want = ids(base)
        need(want, f"{folder.name}: no finding")
        pot_h = Case(folder)
        need("pot.c" in pot_h.texts, f"{folder.name}: no pot.c")
        stay = {
            "moved lines": changed(folder, (r"\A", "\n\n/* up\n * here */\n\nint above;\n\n")),
            "reformatted": reformatted(Case(folder)),
            "a renamed file": changed(folder, rename={"pot.c": "zz/kettle.c"}),
            "another file before it": changed(folder),
            "an unrelated function": changed(
                folder, (HELPERS, "int other(int a);\nint other(int a)\n{\n\treturn a + 1;\n}\n\\1")),
            "a call more in the section": changed(
                folder, (r"(#include <mini/pot\.h>)", r"\1" + "\nvoid whisk(struct pot *p);"),
                (r"(\t| {8})(p->level\+\+|pour\(p\));", r"\1whisk(p);" + "\n" + r"\1\2;")),
            "a renamed local": changed(folder, (r"\bp\b", "vessel")),
            "a guard, a lock and a helper of another kind beside it": changed(
                folder, (HELPERS, "static DEFINE_PER_CPU(int, cup_busy);\nstruct cup { "
                         "raw_spinlock_t lock; };\nvoid cup_use(struct cup *c);\n"
                         "void cup_use(struct cup *c)\n{\n\tthis_cpu_inc(cup_busy);\n"
                         "\traw_spin_lock(&c->lock);\n\traw_spin_unlock(&c->lock);\n"
                         "\tthis_cpu_dec(cup_busy);\n}\n\\1")),
        }
        stay["another file before it"].texts["aa.c"] = "int aa(void);\nint aa(void) { return 1; }\n"
        stay["another file before it"].units.append("aa.c")
        for what, case in stay.items():
            report, _ = b.check(b.make(case))
            need(ids(report) == want, f"{folder.name}: {what}: {ids(report)}, not {want}")
            if what == "moved lines":
                need(report["findings"][0]["location"] != base["findings"][0]["location"],
                     f"{folder.name}: the lines did not move")

        entry = base["findings"][0]["entry"]["function"]
        guard = base["findings"][0]["guard"]["expected"][0]
        change = {"another entry": changed(folder, (rf"\b{entry}\b", "kettle_entry")),
                  "another guard": changed(folder, (rf"\b{guard}\b", "kettle_busy"))}
        for what, case in change.items():
            report, _ = b.check(b.make(case))
            need(len(ids(report)) == len(want) and base["findings"][0]["id"] not in ids(report),
                 f"{folder.name}: {what}: {ids(report)} has {base['findings'][0]['id']}")
        # The lock is a member of a header's struct.
        case = changed(folder)
        for name, text in case.texts.items():
            case.texts[name] = re.sub(r"(->|raw_spinlock_t )lock\b", r"\1padlock", text)
        tree, build = b.make(case)
        path = tree / "include/mini/pot.h"
        text = path.read_text(encoding="utf-8").replace("raw_spinlock_t lock;",
                                                        "raw_spinlock_t padlock;")
        path.write_text(text, encoding="utf-8")
        report, _ = b.check((tree, build))
        need(len(ids(report)) == len(want) and not set(ids(report)) & set(want),
             f"{folder.name}: another lock: {ids(report)} has some of {want}")


SECOND = """static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct pot *p = to_pot(map);

	this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
	return 0;
}

"""


def test_order(b):
    """Two sections of one cause, in either order: one id."""
    ops = (r"\.map_free = pot_map_free,",
           ".map_free = pot_map_free, .map_update_elem = pot_update,")
    seen = set()
    for at in (r"^(static void pot_map_free)", r"^(static const struct bpf_map_ops)"):
        report, _ = b.check(b.make(changed(HELPER, (at, SECOND + r"\1"), ops)))
        seen.add(tuple(ids(report)))
    need(len(seen) == 1 and len(next(iter(seen))) == 1, f"not one id: {seen}")


# ---- baseline -------------------------------------------------------------------------------------

def two_findings(tree):
    """Adds a second finding to the tree of NULL: another entry that passes no guard."""
    tree, build = tree
    path = tree / "pot.c"
    text = path.read_text(encoding="utf-8")
    text = text.replace("BPF_CALL_2(", "static long pot_update(struct bpf_map *map, void *key, "
                        "void *value, u64 flags)\n{\n\tdrain(to_pot(map), NULL);\n\treturn 0;\n}\n\n"
                        "BPF_CALL_2(", 1)
    text = text.replace(".map_free = pot_map_free,",
                        ".map_free = pot_map_free, .map_update_elem = pot_update,")
    path.write_text(text, encoding="utf-8")
    return tree, build


def test_baseline(b):
    tree = b.make(Case(NULL))
    known = b.top / "known.txt"
    report, _ = b.check(tree, "--write-baseline", known, status=1)
    need(states(report) == {ids(report)[0]: None}, "states without --baseline")
    first = ids(report)[0]
    lines = known.read_text(encoding="utf-8").splitlines()
    need(len(lines) == 2 and lines[0].startswith("# "), f"baseline: {lines}")
    need(lines[1] == f"{first} error RL101 pot_map_free pot.lock (cgroup storage)", lines[1])

    # Known: status 0, in every format that counts for something.
    report, err = b.check(tree, "--baseline", known, status=0)
    need(states(report) == {first: "unchanged"} and not report["fixed"] and not err, err)
    report, _ = b.check(tree, "--baseline", known, "--fail-on", "note", status=0)

    # One more, which is new; the reason that somebody wrote stays and is told.
    known.write_text(lines[1] + "   # see the list, 2024-11  \n\n# a remark\n", encoding="utf-8")
    two_findings(tree)
    report, err = b.check(tree, "--baseline", known, "--write-baseline", b.top / "now.txt",
                          "--output", f"text:{b.top}/text", "--output", f"github:{b.top}/github",
                          "--output", f"sarif:{b.top}/sarif", "--output", f"short:{b.top}/short",
                          status=1)
    second = next(i for i in ids(report) if i != first)
    need(states(report) == {first: "unchanged", second: "new"}, states(report))
    need(not err, err)
    reasons = {f["id"]: f["state_reason"] for f in report["findings"]}
    need(reasons == {first: "see the list, 2024-11", second: None}, reasons)
    now = (b.top / "now.txt").read_text(encoding="utf-8").splitlines()
    need(now[1:] == sorted(now[1:]) and len(now) == 3, now)
    need(any(line.startswith(first) and line.endswith(" # see the list, 2024-11") for line in now),
         now)
    text = (b.top / "text").read_text(encoding="utf-8")
    need(text.count("AA DEADLOCK") == 1 and f"known: {first} error RL101" in text, text)
    need("1 new error, 0 new warnings, 0 new notes, 1 known, 0 fixed" in text, text)
    github = (b.top / "github").read_text(encoding="utf-8").splitlines()
    need([line.partition(" ")[0] for line in github] == ["::error", "::notice"], github)
    need("1 known before" in github[1], github)
    results = json.loads((b.top / "sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    sarif = {r["partialFingerprints"]["relockFindingId/v1"]: r["baselineState"] for r in results}
    need(sarif == {first: "unchanged", second: "new"}, sarif)
    short = (b.top / "short").read_text(encoding="utf-8").splitlines()
    need([line.endswith(" (known)") for line in short].count(True) == 1 and len(short) == 2, short)

    # Only the id is needed; what matches nothing is told and fails nothing.
    b.file("short.txt", f"{first}\n{second}\n00000000000000aa note RL102 stir pot.lock # old\n")
    report, err = b.check(tree, "--baseline", b.top / "short.txt", status=0)
    need([f["id"] for f in report["fixed"]] == ["00000000000000aa"], report["fixed"])
    need(report["fixed"][0]["reason"] == "old", report["fixed"])
    need("00000000000000aa RL102 stir was not found any more" in err, err)

    # What was a note and is an error now is no old acquaintance.
    b.file("note.txt", f"{first} note RL101 pot_map_free pot.lock\n{second} error\n")
    report, _ = b.check(tree, "--baseline", b.top / "note.txt", status=1)
    need(states(report) == {first: "new", second: "unchanged"}, states(report))
    f = next(f for f in report["findings"] if f["id"] == first)
    need("the baseline has it as a note" in f["notes"], f["notes"])

    # The same file for both: what is fixed leaves it, reasons stay.
    b.file("both.txt", f"{first} error RL101 x y # mine\n00000000000000aa\n{second}\n")
    b.check(tree, "--baseline", "both.txt", "--write-baseline", "both.txt", status=0)
    both = (b.top / "both.txt").read_text(encoding="utf-8")
    need("00000000000000aa" not in both and both.count(" # mine\n") == 1, both)

    check = ["check", tree[0], "--build", tree[1], "--cache", b.top / "cache"]
    for text, words in ((f"{first}\nnonsense\n", "bad.txt:2: 'nonsense' is no id"),
                        (f"{first} fatal\n", "bad.txt:1: 'fatal' is no severity"),
                        (f"{first}\n\n{first.upper()}\n", "bad.txt:3: "),
                        (f"{second}\n{first}\n{second}\n", "bad.txt:3: "),
                        (f"{first}\0\n", "bad.txt:1: a byte 0"),
                        (f"{first} error " + "w " * 20 + "\n", "bad.txt:1: more than")):
        b.file("bad.txt", text)
        b.refuse([words, "--baseline"], *check, "--baseline", "bad.txt")
        before = (b.top / "bad.txt").read_bytes()
        b.refuse("bad.txt:", *check, "--write-baseline", "bad.txt")
        need((b.top / "bad.txt").read_bytes() == before, "what is no baseline was overwritten")
    b.refuse("cannot read no.txt: No such file", *check, "--baseline", "no.txt")
    b.refuse("there is no folder no", *check, "--write-baseline", "no/b.txt")
    b.refuse("that is a folder", *check, "--write-baseline", b.top)
    crlf = b.file("crlf.txt", f"{first} error\r\n{second}\r\n")
    b.check(tree, "--baseline", crlf, status=0)


# ---- suppressions ---------------------------------------------------------------------------------

def test_suppress(b):
    tree = two_findings(b.make(Case(NULL)))
    report, _ = b.check(tree, status=1)
    by_function = {f["location"]["function"]: f["id"] for f in report["findings"]}
    first, second = by_function["pot_map_free"], by_function["pot_update"]
    file = b.top / "s.txt"

    def suppress(text, *args, status=None, env=None):
        file.write_text(text, encoding="utf-8")
        return b.check(tree, "--suppressions", file, *args, status=status, env=env)

    # By id, and by what it is; they stay in JSON and SARIF, and count for nothing.
    entries = sorted([f"{first} # looked at\n",
                      "RL101 pot_update pot.lock until 2999-12-31 # will be reworked\n"])
    report, err = suppress("# ours\n" + "\n".join(entries),
                           "--output", f"sarif:{b.top}/sarif", "--output", f"text:{b.top}/text",
                           "--fail-on", "note", status=0)
    need(states(report) == {first: "suppressed", second: "suppressed"} and not err, err)
    need({f["id"]: f["state_reason"] for f in report["findings"]} ==
         {first: "looked at", second: "will be reworked"}, "reasons")
    results = json.loads((b.top / "sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    need([r["suppressions"][0]["status"] for r in results] == ["accepted"] * 2, "sarif")
    need({r["suppressions"][0]["justification"] for r in results} ==
         {"looked at", "will be reworked"}, "justification")
    need(not any("baselineState" in r for r in results), "a state without a baseline")
    text = (b.top / "text").read_text(encoding="utf-8")
    need("no findings, 2 suppressed" in text and "DEADLOCK" not in text, text)

    # A rule by its name; the other one is reported as ever, without a state.
    report, _ = suppress("null-busy-counter pot_map_free pot.lock # looked at\n", status=1)
    need(states(report) == {first: "suppressed", second: None}, states(report))

    # With a baseline it is neither new nor in the next baseline.
    b.file("empty.txt", "")
    report, _ = suppress(f"{first} # looked at\n", "--baseline", "empty.txt", "--write-baseline",
                         "next.txt", status=1)
    need(states(report) == {first: "suppressed", second: "new"}, states(report))
    need(first not in (b.top / "next.txt").read_text(encoding="utf-8"), "in the baseline, too")

    # A date is the last day. The day comes from SOURCE_DATE_EPOCH where that is set.
    entry = "".join(sorted([f"{first} until 2026-02-28 # soon\n", f"{second} # ever\n"]))
    report, err = suppress(entry, env={"SOURCE_DATE_EPOCH": "1772323199"}, status=0)  # 23:59:59
    need(not report["idle_suppressions"] and not err, err)
    report, err = suppress(entry, env={"SOURCE_DATE_EPOCH": "1772323200"}, status=1)
    need(states(report) == {first: None, second: "suppressed"}, states(report))
    need(report["idle_suppressions"] == [{"entry": f"{first} until 2026-02-28", "reason": "soon",
                                          "why": "it ended on 2026-02-28"}],
         report["idle_suppressions"])
    f = next(f for f in report["findings"] if f["id"] == first)
    need("it was suppressed until 2026-02-28: soon" in f["notes"], f["notes"])
    need("it ended on 2026-02-28" in err, err)

    report, err = suppress(f"unguarded-section x y # no such\n{second} # ever\n", status=1)
    need(report["idle_suppressions"][0]["why"] == "no finding is like this", "idle")
    need("'unguarded-section x y': no finding is like this" in err, err)
    need("s.txt:2: belongs further up" in err, err)

    for text, words in ((f"{first}\n", "s.txt:1: no reason"),
                        (f"{first} #  \n", "s.txt:1: no reason"),
                        (f"# x\n{first} until tomorrow # x\n", "s.txt:2: 'tomorrow' is no date"),
                        (f"{first} until 2026-02-29 # x\n", "'2026-02-29' is no date"),
                        (f"{first} until 2024-13-01 # x\n", "is no date"),
                        (f"{first} until # x\n", "no date behind 'until'"),
                        ("RL101 pot_update # x\n", "s.txt:1: 2 words; an entry is"),
                        ("pot_update # x\n", "'pot_update' is no id"),
                        ("RL999 pot_update pot.lock # x\n", "s.txt:1: there is no rule 'RL999'"),
                        (f"{first} # x\n{first} until 2030-01-01 # y\n", "s.txt:2: the same as line 1")):
        file.write_text(text, encoding="utf-8")
        b.refuse(words, "check", tree[0], "--build", tree[1], "--cache", b.top / "cache",
                 "--suppressions", file)
    b.refuse("cannot read no.txt", "check", tree[0], "--build", tree[1], "--suppressions", "no.txt")


# ---- evidence -------------------------------------------------------------------------------------

def evidence(ident, verdict="confirmed"):
    """As relock lab writes it, of one finding."""
    run = {"seen": "lockdep", "lock": "&pot->lock", "wanted": None, "entered": 0, "called": 0, "came_back": 0,
           "returned": 0, "excerpt": "possible recursive locking detected\n *** DEADLOCK ***\n"}
    return {"schema": "relock-evidence/1", "tool": {"name": "relock", "version": "0.1.0"},
            "kernel": {"version": "6.12.117"}, "findings": [{
                "id": ident, "code": "RL101", "rule": "null-busy-counter", "verdict": verdict,
                "reason": "the kernel reports &pot->lock",
                "program": {"how": "fentry", "attach": "pour", "calls": "bpf_pot_get",
                            "object": None, "operation": None},
                "run": run, "control": {**run, "seen": "survived", "excerpt": "it survived\n"},
                "control_by": "--control", "control_edit": None}]}


BAD_EVIDENCE = [
    (lambda e: e.update(schema="relock-report/1"), "this is not what relock lab says of findings"),
    (lambda e: e.update(schema="relock-evidence/2"), "schema: is of another version"),
    (lambda e: e.pop("kernel"), "has no 'kernel'"),
    (lambda e: e.update(findings=3), "findings: is not an array"),
    (lambda e: e["findings"][0].update(id="7"), "/findings/0/id: is not 16 hex digits"),
    (lambda e: e["findings"][0].update(verdict="true"), "/findings/0/verdict: is none of"),
    (lambda e: e["findings"][0].update(program="x"), "/findings/0/program: is not an object"),
    (lambda e: e["findings"][0]["run"].pop("excerpt"), "/findings/0/run: has no 'excerpt'"),
]


def test_evidence(b):
    tree = two_findings(b.make(Case(NULL)))
    report, err = b.check(tree, status=1)
    first, second = ids(report)
    need([f["tried"] for f in report["findings"]] == [None, None], "tried by nobody")
    check_schema("relock-evidence-1", evidence(first))
    file = write_json(b, "lab.json", evidence(first))
    formats = {f: b.top / f"out.{f}" for f in (
        "text", "short", "lore", "sarif", "github", "markdown", "gitlab", "rdjson", "checkstyle",
        "junit", "dot", "html")}
    report, err = b.check(tree, "--evidence", file,
                          *(w for f, p in formats.items() for w in ("--output", f"{f}:{p}")), status=1)
    need(not err, err)
    tried = {f["id"]: f["tried"] for f in report["findings"]}
    need(tried[second] is None, tried)
    need(tried[first] == {
        "verdict": "confirmed", "reason": "the kernel reports &pot->lock", "kernel": "6.12.117",
        "program": {"how": "fentry", "attach": "pour", "calls": "bpf_pot_get"},
        "run": {"excerpt": "possible recursive locking detected\n *** DEADLOCK ***\n"},
        "control": {"excerpt": "it survived\n"}}, tried)

    # Every format says so; those that have room show what the kernel said.
    for name, path in formats.items():
        text = path.read_text(encoding="utf-8")
        need("confirmed" in text, f"{name} does not say it")
        if name not in ("short", "checkstyle", "dot"):
            need("possible recursive locking detected" in text, f"{name} has no excerpt")

    # A report that has it gives it on; explain shows the control, too.
    path = write_json(b, "report.json", report)
    text = b.run("explain", first, "--report", path, status=0).stdout
    need("lab: confirmed on Linux 6.12.117" in text and "    | it survived" in text, text)
    need("lab:" not in b.run("explain", second, "--report", path, status=0).stdout, "of the other")

    # Of two files the later one counts; what was not tried is no news; strangers are told of.
    later = write_json(b, "later.json", evidence(first, "survived"))
    report, _ = b.check(tree, "--evidence", file, "--evidence", later, "--output",
                        f"text:{b.top}/text", status=1)
    need({f["id"]: f["tried"] and f["tried"]["verdict"] for f in report["findings"]} ==
         {first: "survived", second: None}, "the later one")
    need("(tried: 1 survived)" in (b.top / "text").read_text(encoding="utf-8"), "the count")
    write_json(b, "later.json", evidence(first, "not tried"))
    b.check(tree, "--evidence", later, "--output", f"text:{b.top}/text", status=1)
    need("lab:" not in (b.top / "text").read_text(encoding="utf-8"), "not tried")
    write_json(b, "later.json", evidence("0123456789abcdef"))
    report, err = b.check(tree, "--evidence", later, status=1)
    need("later.json: 1 of its 1 findings is not in this report" in err, err)

    check = ("check", tree[0], "--build", tree[1], "--cache", b.top / "cache", "--evidence")
    for change, words in BAD_EVIDENCE:
        bad = evidence(first)
        change(bad)
        path = write_json(b, "bad.json", bad)
        b.refuse(["--evidence: ", "bad.json:", words, "'relock lab --output json' wrote"], *check, path)
    b.file("bad.json", "{")
    b.refuse("bad.json:1:", *check, "bad.json")
    b.refuse("cannot read no.json: No such file", *check, "no.json")


# ---- diff and explain --------------------------------------------------------------------------------

def write_json(b, name, report):
    return b.file(name, json.dumps(report, indent=1))


BAD_REPORTS = [
    (lambda r: r.pop("findings"), "has no 'findings'"),
    (lambda r: r.update(schema="relock-report/2"), "schema: is of another version"),
    (lambda r: r.update(schema="sarif"), "this is no report of relock's"),
    (lambda r: r.update(findings={}), "findings: is not an array"),
    (lambda r: r["findings"].append(3), "/findings/1: is no object"),
    (lambda r: r["findings"].append(r["findings"][0]), "/findings/1/id: is the id of an earlier"),
    (lambda r: r["findings"][0].update(id="xyz"), "/findings/0/id: is not 16 hex digits"),
    (lambda r: r["findings"][0].update(severity="fatal"), "/findings/0/severity: is none of"),
    (lambda r: r["findings"][0].update(ladders=[]), "/findings/0/ladders: is empty"),
    (lambda r: r["findings"][0]["ladders"][0][1].update(step="fly"),
     "/findings/0/ladders/0/1/step: is no kind of step"),
    (lambda r: r["findings"][0]["ladders"][0][-1].update(since=99),
     "since: is no step of this ladder"),
    (lambda r: r["findings"][0].update(code="RL101\033[31m"), "/findings/0/code: is no name"),
    (lambda r: r["findings"][0].update(state="odd"), "/findings/0/state: is none of"),
    (lambda r: r["findings"][0]["location"].update(line=-1), "/findings/0/location/line: is no number"),
    (lambda r: r["findings"][0]["location"].update(line=1.5), "location/line: is no number"),
    (lambda r: r["findings"][0].update(location=None), "/findings/0/location: is not an object"),
    (lambda r: r["findings"][0].update(tried=1), "/findings/0/tried: is not an object"),
    (lambda r: r["findings"][0].update(tried={"verdict": "odd"}), "/findings/0/tried/verdict: is none"),
]


def refuse_bad_reports(b, report, *command):
    for change, words in BAD_REPORTS:
        bad = copy.deepcopy(report)
        change(bad)
        path = write_json(b, "bad.json", bad)
        b.refuse(["bad.json:", words, "--output json"], *command, path)
    # The line is that of the place.
    bad = copy.deepcopy(report)
    bad["findings"][0]["severity"] = "fatal"
    path = write_json(b, "bad.json", bad)
    line = 1 + path.read_text(encoding="utf-8").split('"fatal"')[0].count("\n")
    b.refuse(f"bad.json:{line}: /findings/0/severity", *command, path)
    b.file("bad.json", '{"schema": "relock-report/1",\n "tool": }')
    b.refuse("bad.json:2:", *command, "bad.json")
    b.file("bad.json", "")
    b.refuse("bad.json:", *command, "bad.json")
    b.refuse("cannot read no.json: No such file", *command, "no.json")
    b.refuse("cannot read", *command, b.top)


def test_diff(b):
    tree = b.make(Case(NULL))
    old, _ = b.check(tree)
    two_findings(tree)
    new, _ = b.check(tree)
    first = ids(old)[0]
    second = next(i for i in ids(new) if i != first)
    write_json(b, "old.json", old)
    write_json(b, "new.json", new)

    def diff(a, c, *args, status):
        done = b.run("diff", a, c, "--output", "json", *args, status=status)
        doc = json.loads(done.stdout)
        check_schema("relock-diff-1", doc)
        return doc, {f["id"]: (f["state"], f["change"]) for f in doc["findings"]}

    doc, change = diff("old.json", "new.json", status=1)
    need(change == {first: ("unchanged", "unchanged"), second: ("new", "new")}, change)
    need(doc["old"]["errors"] == 1 and doc["new"]["errors"] == 2, "counts")
    row = next(f for f in doc["findings"] if f["id"] == second)
    need(row["severity"] == {"old": None, "new": "error"}, row)
    need(row["attach"] == {"old": None, "new": len(next(
        f for f in new["findings"] if f["id"] == second)["attach"])}, row)
    diff("old.json", "new.json", "--fail-on", "never", status=0)
    _, change = diff("new.json", "old.json", status=0)
    need(change[second] == ("fixed", "fixed"), change)
    _, change = diff("new.json", "new.json", status=0)
    need(set(change.values()) == {("unchanged", "unchanged")}, change)

    # Worse is new and better is not; what is suppressed fails nothing.
    was = copy.deepcopy(new)
    was["findings"][0]["severity"] = "warning"
    write_json(b, "was.json", was)
    _, change = diff("was.json", "new.json", status=1)
    need(change[was["findings"][0]["id"]] == ("new", "worse"), change)
    _, change = diff("new.json", "was.json", "--fail-on", "note", status=0)
    need(change[was["findings"][0]["id"]] == ("unchanged", "better"), change)
    # Another way to a lock that one finding stands for is told, and fails nothing.
    was = copy.deepcopy(new)
    first_of = was["findings"][0]
    first_of["reentry"] = [{**first_of["reentry"][0], "function": "bpf_pot_peek"}]
    write_json(b, "was.json", was)
    doc, change = diff("was.json", "new.json", status=0)
    need(change[first_of["id"]] == ("unchanged", "unchanged"), change)
    need({f["id"]: f["more"] for f in doc["findings"]} == {
        f["id"]: "bpf_pot_get()" if f["id"] == first_of["id"] else None for f in doc["findings"]},
         doc["findings"])
    done = b.run("diff", "was.json", "new.json", status=0)
    need("note: bpf_pot_get() can take pot.lock again only in (B) [RL101" in done.stdout, done.stdout)
    fewer = copy.deepcopy(new)
    more = copy.deepcopy(new)
    more["findings"][0]["reentry"].append(first_of["reentry"][0])
    write_json(b, "fewer.json", fewer)
    write_json(b, "more.json", more)
    _, change = diff("more.json", "fewer.json", status=0)
    need(set(change.values()) == {("unchanged", "unchanged")}, change)
    quiet = copy.deepcopy(new)
    for f in quiet["findings"]:
        f["state"] = "suppressed" if f["id"] == second else f["state"]
    write_json(b, "quiet.json", quiet)
    _, change = diff("old.json", "quiet.json", "--fail-on", "note", status=0)
    need(change[second] == ("suppressed", "suppressed"), change)

    # As veristat prints it.
    done = b.run("diff", "old.json", "new.json", status=1)
    lines = done.stdout.splitlines()
    need("error: pot_update() passes no busy counter" in lines[0], lines)
    head = next(line for line in lines if line.startswith("Function"))
    need(re.search(r"Severity \(A\) +Severity \(B\) +Severity \(DIFF\)", head), head)
    row = next(line for line in lines if line.startswith("pot_update"))
    need(re.search(r"RL101 +pot\.lock +N/A +error +NEW +N/A +\d+ +N/A", row), row)
    need(not any(line.startswith("pot_map_free") for line in lines), "unchanged is told")
    errors = next(line for line in lines if line.startswith("errors"))
    need(re.search(r"1 +2 +\+1 \(\+100\.00%\)", errors), errors)
    need(lines[-1] == "relock: 1 new, 0 worse, 0 fixed, 0 better, 1 unchanged", lines[-1])
    need(done.stdout.isascii() and "\033" not in done.stdout, "escapes")
    b.run("diff", "old.json", "new.json", "--output", "json:d.json", "--output", "text", status=1)
    need((b.top / "d.json").read_text(encoding="utf-8") ==
         b.run("diff", "old.json", "new.json", "--output", "json").stdout, "other bytes in a file")

    b.refuse("--output has no format 'sarif'; there are text, json", "diff", "old.json", "new.json",
             "--output", "sarif")
    b.refuse("which two reports?", "diff", "old.json")
    b.refuse("'x' is the third", "diff", "old.json", "new.json", "x")
    refuse_bad_reports(b, old, "diff", "new.json")


def test_explain(b):
    tree = b.make(Case(NULL))
    report, _ = b.check(tree, "--output", f"text:{b.top}/text")
    path = write_json(b, "report.json", report)
    first = ids(report)[0]
    done = b.run("explain", first, "--report", path, status=0)
    text = (b.top / "text").read_text(encoding="utf-8")
    # All that the text report says but the line of source, for which there is no tree.
    for line in text.splitlines():
        if line and " | " not in line and not line.startswith("relock: ") and "more" not in line:
            need(line in done.stdout or "assumed" in line, f"'{line}' is missing in\n{done.stdout}")
    for point in report["findings"][0]["attach"]:
        need(point["name"] in done.stdout, f"no {point['name']}")
    need("What would refute it" in done.stdout, done.stdout)
    need("Something on the way raises pot_busy" in done.stdout, done.stdout)
    need("# RL101 null-busy-counter" in done.stdout, "the page of the rule is missing")
    b.refuse("has no finding '0000000000000000'", "explain", "0000000000000000", "--report", path)
    b.refuse("give the JSON report", "explain", first)
    b.refuse("there is no rule 'RL999'", "explain", "RL999")
    refuse_bad_reports(b, report, "explain", first, "--report")

    # Whoever made the report cannot drive the terminal with it.
    evil = copy.deepcopy(report)
    evil["findings"][0]["message"] = "\033[31mred\033]0;title\007\r\n"
    evil["findings"][0]["ladders"][0][0]["function"] = "\033[2J"
    evil["findings"][0]["location"]["file"] = "\033c"
    done = b.run("explain", first, "--report", write_json(b, "evil.json", evil), status=0)
    need("\033" not in done.stdout and "\007" not in done.stdout, "an escape got out")
    done = b.run("diff", path, "evil.json", "--fail-on", "never", status=0)
    need("\033" not in done.stdout, "an escape got out")


# ---- --since ------------------------------------------------------------------------------------------

# The kernel's Makefile as far as relock uses it.
MAKEFILE = """VERSION = 6
PATCHLEVEL = 12
SUBLEVEL = 0
O ?= .
FLAGS = -nostdinc -I$(CURDIR)/include -I$(CURDIR) -D__KERNEL__ -std=gnu11 -pg -mfentry -DCC_USING_FENTRY
defconfig:
	mkdir -p $(O) && : >$(O)/.config
olddefconfig prepare:
	:
vmlinux: $(patsubst %.c,$(O)/%.o,$(wildcard *.c))
$(O)/%.o: $(CURDIR)/%.c
	gcc $(FLAGS) -c -o $@ $<
.PHONY: defconfig olddefconfig prepare vmlinux
"""


class Repository:
    def __init__(self, b, case):
        self.b = b
        self.path, _ = b.make(case)
        (self.path / "Makefile").write_text(MAKEFILE, encoding="utf-8")
        for name in ("Kconfig", "Kbuild", "scripts/Makefile.build"):
            (self.path / name).parent.mkdir(exist_ok=True)
            (self.path / name).write_text("# nothing\n", encoding="utf-8")
        self.git("init", "-q", "-b", "main")
        self.commits = 0

    def git(self, *args):
        env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
        for who in ("AUTHOR", "COMMITTER"):
            env[f"GIT_{who}_NAME"], env[f"GIT_{who}_EMAIL"] = "Some Body", "some@example.org"
            env[f"GIT_{who}_DATE"] = f"{1700000000 + 100 * getattr(self, 'commits', 0)} +0000"
        return subprocess.run(["git", "-C", str(self.path), *args], capture_output=True, text=True,
                              check=True, env=env).stdout.strip()

    def commit(self, subject):
        self.commits += 1
        self.git("add", "-A")
        self.git("commit", "-q", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def edit(self, *pairs, file="pot.c"):
        path = self.path / file
        text = path.read_text(encoding="utf-8")
        for old, new in pairs:
            need(old in text, f"no '{old}' in {file}")
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def snapshot(self):
        """All files, those of git too, with their contents and times."""
        return {str(p.relative_to(self.path)): (p.lstat().st_mtime_ns, p.read_bytes())
                for p in sorted(self.path.rglob("*")) if p.is_file()}

    def check(self, *args, status=None, env=None, scope=False):
        before = self.snapshot()
        done = self.b.run("check", self.path, *([] if scope else ["--all"]), "--progress", "never",
                          "--cache", self.b.top / "cache", "-v", "--output", "json", *args,
                          status=status, env=env)
        need(self.snapshot() == before, "the checkout was changed")
        need(done.stdout, done.stderr)
        report = json.loads(done.stdout)
        check_schema("relock-report-1", report)
        return report, done.stderr


GOOD = ("drain(to_pot(map), NULL)", "drain(to_pot(map), &pot_busy)")
BAD = (GOOD[1], GOOD[0])


def brought(report, function):
    f = next(f for f in report["findings"] if f["location"]["function"] == function)
    return f["state"], f["brought"]


def test_since(b):
    repo = Repository(b, Case(NULL))
    repo.edit(GOOD)
    base = repo.commit("Pots")
    repo.git("tag", "v1")
    repo.edit(("{\n\tdrain", "{\n\n\tdrain"))
    repo.commit("A line more")

    # Nothing new.
    report, _ = repo.check("--since", "v1", status=0)
    need(not report["findings"] and not report["fixed"], report["findings"])
    need(report["since"] == {"revision": "v1", "commit": base}, report["since"])

    # New, not committed yet; then committed, with others before and after it.
    repo.edit(BAD)
    report, _ = repo.check("--since", "v1", status=1)
    state, by = brought(report, "pot_map_free")
    need(state == "new" and by == {"commit": None, "subject": "", "how": by["how"]}, by)
    need(by["how"].startswith("blame of pot.c:"), by)
    bug = repo.commit("Pass no counter\n\nWhy not.")
    repo.edit(("p->level++", "p->level += 1"))
    after = repo.commit("Tidy up")
    report, err = repo.check("--since", "v1", "--output", f"lore:{b.top}/lore", "--output",
                             f"text:{b.top}/text", status=1)
    state, by = brought(report, "pot_map_free")
    need((state, by["commit"], by["subject"]) == ("new", bug, "Pass no counter"), by)
    text = (b.top / "text").read_text(encoding="utf-8")
    need(f'brought by {bug[:12]} ("Pass no counter")' in text, text)
    lore = (b.top / "lore").read_text(encoding="utf-8")
    need(f'Fixes: {bug[:12]} ("Pass no counter")' in lore and "guess" in lore, lore)
    # A mail names a candidate without being asked for what is new; other formats need no git.
    report, _ = repo.check("--output", f"lore:{b.top}/lore", status=1)
    need(f'Fixes: {bug[:12]} ("Pass no counter")' in (b.top / "lore").read_text(encoding="utf-8"),
         "no candidate")
    need(report["findings"][0]["state"] is None, "a state")
    report, _ = repo.check(status=1)
    need(report["findings"][0]["brought"] is None, "git was asked")
    # The facts of both trees come from the same cache.
    _, err = repo.check("--since", "v1", status=1)
    need(re.findall(r"(\d+) units from the cache, (\d+) parsed", err) == [("1", "0")] * 2, err)

    # Known already there: not new, and nobody's.
    report, _ = repo.check("--since", bug, status=0)
    need(brought(report, "pot_map_free") == ("unchanged", None), report["findings"])
    report, _ = repo.check("--since", "HEAD", status=0)
    need(not report["findings"][0]["notes"], report["findings"][0]["notes"])
    # Another helper for the same lock: the finding is known, and that is told.
    text = (CASES / "RL101/null/pot.c").read_text(encoding="utf-8")
    helper = text[text.index("BPF_CALL_2("):text.index("static const struct bpf_map_ops")]
    helper = helper.replace("p->level++", "p->level += 1")
    peek = (("HELPER(bpf_pot_get);", helper.replace("bpf_pot_get", "bpf_pot_peek") +
             "HELPER(bpf_pot_get);\nHELPER(bpf_pot_peek);"),
            ("return &bpf_pot_get_proto;", "return &bpf_pot_get_proto;\n"
             "case BPF_FUNC_cgrp_storage_delete: return &bpf_pot_peek_proto;"))
    repo.edit(*peek)
    report, _ = repo.check("--since", "HEAD", status=0)
    f = report["findings"][0]
    need(f["state"] == "unchanged" and
         f["notes"] == ["in the older tree it does not come back through bpf_pot_peek()"], f["notes"])
    repo.git("checkout", "-q", "pot.c")
    # Together with a baseline either of them is enough.
    b.file("known.txt", ids(report)[0] + "\n")
    report, _ = repo.check("--since", "v1", "--baseline", "known.txt", status=0)
    need(set(states(report).values()) == {"unchanged"}, states(report))

    # Fixed since.
    repo.edit(GOOD)
    report, _ = repo.check("--since", "HEAD", status=0)
    need([(f["function"], f["listed"]) for f in report["fixed"]] == [("pot_map_free", "revision")],
         report["fixed"])
    fixed = repo.commit("Pass the counter")

    # The guard goes away in the callee: no line of the call is to blame, but one commit can be.
    repo.edit(("\tif (busy)\n\t\tthis_cpu_inc(*busy);\n", ""), ("\tif (busy)\n\t\tthis_cpu_dec(*busy);\n", ""))
    gone = repo.commit("Drop the counter")
    report, _ = repo.check("--since", fixed, status=1)
    f = report["findings"][0]
    need(f["state"] == "new" and f["brought"]["commit"] == gone, f["brought"])

    # What a hook leaves in the environment is not for this; the tree may be a linked worktree.
    env = {"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere/index", "GIT_WORK_TREE": "/"}
    again, _ = repo.check("--since", fixed, env=env, status=1)
    need(again == report, "another report from a hook")
    linked = b.top / "linked"
    repo.git("worktree", "add", "-q", str(linked), after)
    repo.path = linked
    report, _ = repo.check("--since", "v1", status=1)
    need(brought(report, "pot_map_free")[1]["commit"] == bug, report["findings"])

    # A worktree that somebody has damaged is mended; one that is gone is made again.
    trees = [p for p in (b.top / "cache/since").glob("*/tree") if (p / "pot.c").exists()]
    need(len(trees) == 2, trees)
    for tree in trees:
        (tree / "pot.c").unlink()
        (tree / "Kbuild").write_text("spoilt\n", encoding="utf-8")
        (tree.parent / "index.lock").write_text("", encoding="utf-8")
    need(repo.check("--since", "v1", status=1)[0] == report, "another report")
    for tree in trees:
        (tree.parent / "index").write_text("no index", encoding="utf-8")
    need(repo.check("--since", "v1", status=1)[0] == report, "another report")

    # Another name for the file is nothing new; and a scope that is not there yet has nothing.
    (linked / "pot.c").rename(linked / "later.c")
    (linked / "Makefile").write_text(MAKEFILE + "# later.c\n", encoding="utf-8")
    report, _ = repo.check("--since", "HEAD", status=0)
    need(report["findings"][0]["state"] == "unchanged", "a renamed file is all new")
    report, _ = repo.check("--scope", "later.c", "--since", "HEAD", scope=True, status=1)
    need(report["findings"][0]["state"] == "new", "the scope was there before")

    check = ["check", linked, "--all", "--cache", b.top / "cache"]
    b.refuse(["--since: ", "has no commit 'nix'"], *check, "--since", "nix")
    b.refuse("'--all' is no revision", *check, "--since=--all")
    plain, build = b.make(Case(NULL))
    b.refuse("is no git checkout", "check", plain, "--cache", b.top / "cache", "--since", "HEAD")
    b.refuse("has no .config", "check", linked, "--build", build, "--cache", b.top / "cache",
             "--since", "v1")


TESTS = {"ids": test_ids, "order": test_order, "baseline": test_baseline, "suppress": test_suppress,
         "evidence": test_evidence, "diff": test_diff,
         "explain": test_explain, "since": test_since}


def main():
    parser = argparse.ArgumentParser(description="What is new, known, suppressed or fixed.")
    parser.add_argument("--relock", required=True)
    parser.add_argument("tests", nargs="+", choices=sorted(TESTS))
    args = parser.parse_args()
    failed = False
    for name in args.tests:
        with tempfile.TemporaryDirectory(prefix="relock-history-") as top:
            try:
                TESTS[name](Bench(args.relock, pathlib.Path(top).resolve()))
                print(f"{name}: ok")
            except Failure as e:
                print(f"{name}: FAILED: {e}")
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
