#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs cases of testdata/cases: small kernels that say in place what relock must find.

A case is a folder with C files. What relock must find stands on the line that
it is about:

    drain(to_pot(map), NULL); /* expect: RL101 error pot.lock attach=pour */

rule, severity, then if given the lock's class, then any of

    entry= via= kind= context= line=           equal to that part of the finding
    attach= not-attach=                        a function or tracepoint that is (not) among attach
    how=FUNCTION:HOW,HOW                       exactly these ways to attach there
    certainty=FUNCTION:WORD                    of that attach point
    reenter= not-reenter=                      a function that is (not) among reentry
    program=FUNCTION:TYPE,TYPE                 exactly these program types of it
    object="words"                             part of a way to the object
    expected= raised=                          guards; "none" for an empty list
    remedy="words" assume="words" note="words" message="words"
    acquired= acquired-in=                     steps of the ladder: function of an acquire
    ladder=FUNCTION,FUNCTION                   these functions in this order in the ladder
    file=                                      the finding is in this shared file of
                                               testdata/include; needs in=

Values with spaces are quoted as in a shell; a comment may go on over lines. A
case without expectations expects silence, and every finding must be expected.

    /* fails-to-parse: "words" */     this file is a failed unit with that error
    /* beyond: reached */             this file is not analysed, and what programs come to
    /* beyond: not-reached */         the same, and programs do not
    /* beyond: joins */               this file is not in the default scope, but joins it, as
                                      programs come to it; the scope is the default one then
    /* cut: FUNCTION */               the run of this function ends at a bound
    /* no-ftrace */                   this file is compiled without the ftrace flags
    /* options: --rules FILE */       more options; FILE is of the case's folder
    /* page: RL101 bad */             here stands the code block of that section of
                                      rules/RL101.md; an expectation on this line
                                      is for a finding within it, and needs in=

KNOWN beside the cases lists those that fail today, with the reason: they count
as skipped, and as an error once they pass.
"""

import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
SCHEMA = ROOT / "reports/schema/relock-report-1.schema.json"
SKIPPED = 77
SUFFIXES = {".c", ".h", ".yaml"}
COMMENT = re.compile(r"/\*\s*(expect|fails-to-parse|beyond|cut|options|page):\s*(.*?)\s*\*/", re.S)
KEYS = {"entry", "via", "kind", "context", "line", "attach", "not-attach", "how", "certainty",
        "reenter", "not-reenter", "program", "object", "expected", "raised", "remedy", "assume",
        "note", "message", "acquired", "acquired-in", "ladder", "in", "file"}


class CaseError(Exception):
    """The case itself is wrong."""


class Expectation:
    def __init__(self, file, line, text):
        self.file, self.line, self.text = file, line, " ".join(text.split())
        words = shlex.split(text)
        self.keys = []
        plain = []
        for word in words:
            key, eq, value = word.partition("=")
            if eq:
                if key not in KEYS:
                    raise CaseError(f"{file}:{line}: no key '{key}'")
                self.keys.append((key, value))
            else:
                plain.append(word)
        if len(plain) not in (2, 3) or plain[1] not in ("error", "warning", "note"):
            raise CaseError(f"{file}:{line}: expect wants RULE SEVERITY [LOCK] [key=value ...]")
        self.code, self.severity = plain[:2]
        self.lock = plain[2] if len(plain) == 3 else None

    def where(self):
        return f"{self.file}:{self.line}"

    def within(self):
        return dict(self.keys).get("in")

    def elsewhere(self):
        return dict(self.keys).get("file")

    def at(self, f):
        """Is @f a finding of this rule at this place?"""
        loc = f["location"]
        if f["code"] != self.code or loc["file"] != self.file or loc["line"] != self.line:
            return False
        return self.within() is None or loc["function"] == self.within()

    def differences(self, f):
        out = []
        if f["severity"] != self.severity:
            out.append(f"severity is {f['severity']}")
        if self.lock and f["lock"]["class"] != self.lock:
            out.append(f"lock is {f['lock']['class']}")
        for key, value in self.keys:
            why = check_key(f, key, value)
            if why:
                out.append(f"{key}={value}: {why}")
        return out


def one_of(value, have):
    return None if value in have else f"there are {', '.join(map(str, have)) or 'none'}"


def part_of(value, texts):
    return None if any(value in t for t in texts) else f"there are {texts}"


def pair(value):
    name, colon, rest = value.partition(":")
    if not colon:
        raise CaseError(f"'{value}' must be FUNCTION:VALUE")
    return name, rest


def check_key(f, key, value):
    attach = {a["function"] or a["name"].split()[-1]: a for a in f["attach"]}
    reentry = {r["function"]: r for r in f["reentry"]}
    plain = {"entry": f["entry"]["function"], "via": f["entry"]["via"],
             "kind": f["lock"]["kind"] or "none", "context": f["context"],
             "in": f["location"]["function"], "file": f["location"]["file"],
             "line": str(f["location"]["line"])}
    if key in plain:
        return one_of(value, [plain[key]])
    if key == "attach":
        return one_of(value, list(attach))
    if key == "not-attach":
        return "it is one" if value in attach else None
    if key in ("how", "certainty", "program"):
        name, want = pair(value)
        where = reentry if key == "program" else attach
        if name not in where:
            return one_of(name, list(where))
        if key == "certainty":
            return one_of(want, [where[name]["certainty"]])
        have = where[name]["how" if key == "how" else "program_types"]
        return None if sorted(want.split(",")) == sorted(have) else f"there are {', '.join(have)}"
    if key == "reenter":
        return one_of(value, list(reentry))
    if key == "not-reenter":
        return "it is one" if value in reentry else None
    if key == "object":
        return part_of(value, [r["object"] or "" for r in f["reentry"]])
    if key in ("expected", "raised"):
        return one_of(value, f["guard"][key] or ["none"])
    if key == "remedy":
        return part_of(value, [r["what"] for r in f["remedies"] if r["closes"]])
    if key == "assume":
        return part_of(value, f["assumptions"])
    if key == "note":
        return part_of(value, f["notes"])
    if key == "message":
        return part_of(value, [f["message"]])
    if key == "acquired":
        return one_of(value, [(f["lock"]["acquired"] or {}).get("function", "none")])
    if key == "acquired-in":
        return one_of(value, [s["function"] for s in f["ladder"] if s["step"] == "acquire"])
    if key == "ladder":
        steps = iter([s["function"] for s in f["ladder"]])
        missing = [w for w in value.split(",") if w not in steps]
        return f"the ladder lacks {missing[0]}" if missing else None
    raise CaseError(f"no key '{key}'")


def page_block(rule, section):
    """The code block of a section of a rule's page, without its indentation."""
    path = ROOT / "rules" / f"{rule}.md"
    if not path.is_file():
        raise CaseError(f"there is no page rules/{rule}.md")
    lines, inside = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            inside = line[3:].strip().lower() == section.lower()
        elif inside and (line.startswith("    ") or not line.strip()):
            lines.append(line[4:])
    while lines and not lines[-1].strip():
        lines.pop()
    while lines and not lines[0].strip():
        lines.pop(0)
    if not lines:
        raise CaseError(f"rules/{rule}.md has no code under '{section}'")
    return "\n".join(lines) + "\n"


class Case:
    def __init__(self, folder):
        self.folder = folder
        self.expected = []
        self.bad_units = {}
        self.beyond = {}
        self.joins = False
        self.no_ftrace = set()
        self.cuts = set()
        self.options = []
        self.units = []
        self.texts = {}
        self.pages = {}
        for path in sorted(folder.rglob("*")):
            if path.is_dir():
                continue
            name = path.relative_to(folder).as_posix()
            if path.suffix not in SUFFIXES:
                raise CaseError(f"{folder.name}/{name}: a case has .c, .h and .yaml files only")
            self.read(name, path)
        if not self.units:
            raise CaseError(f"{folder.name}: no .c file")

    def read(self, name, path):
        text = path.read_text(encoding="utf-8")
        if name.endswith(".yaml"):
            self.texts[name] = text
            return
        if name.endswith(".c"):
            self.units.append(name)
        if "/* no-ftrace */" in text:
            self.no_ftrace.add(name)
        if re.search(r"(?<!\w)expects?\s*:", COMMENT.sub("", text)):
            raise CaseError(f"{name}: an expectation that cannot be read")
        for m in COMMENT.finditer(text):
            words = re.sub(r"\n\s*\* ?", "\n", m.group(2))
            self.remark(name, text.count("\n", 0, m.start()) + 1, m.group(1), words)
        for page, block in self.pages.get(name, {}).values():
            self.texts[page] = block
        text = re.sub(r"/\*\s*page:\s*(\w+)\s+(\w+)\s*\*/", r'#include "page/\1-\2.c"', text)
        self.texts[name] = text

    def remark(self, name, line, kind, text):
        if kind == "expect":
            self.expected.append(Expectation(name, line, text))
        elif kind == "fails-to-parse":
            self.bad_units[name] = shlex.split(text)[0]
        elif kind == "beyond":
            if text not in ("reached", "not-reached", "joins"):
                raise CaseError(f"{name}:{line}: beyond is reached, not-reached or joins")
            if text == "joins":
                self.joins = True
            else:
                self.beyond[name] = text == "reached"
        elif kind == "cut":
            self.cuts.add(text)
        elif kind == "options":
            self.options += shlex.split(text)
        elif kind == "page":
            rule, section = text.split()
            page = f"page/{rule}-{section}.c"
            self.pages.setdefault(name, {})[line] = (page, page_block(rule, section))

    def place_page_expectations(self):
        """Expectations beside a page go to the line of the function that they name."""
        for e in self.expected:
            page = self.pages.get(e.file, {}).get(e.line)
            if page:
                if not e.within():
                    raise CaseError(f"{e.where()}: an expectation for a page needs in=")
                e.file, e.line = page[0], None
            elif e.elsewhere():
                if not e.within():
                    raise CaseError(f"{e.where()}: file= needs in=")
                e.file, e.line = e.elsewhere(), None


def make_tree(case, top):
    tree, build = top / "tree", top / "build"
    shutil.copytree(HERE / "include", tree / "include")
    build.mkdir()
    for name, text in case.texts.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tree / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n",
                                   encoding="utf-8")
    ftrace = ["-pg", "-mfentry", "-DCC_USING_FENTRY"]
    commands = [{
        "directory": str(build),
        "file": str(tree / unit),
        "arguments": ["gcc", "-nostdinc", f"-I{tree}/include", f"-I{tree}", "-D__KERNEL__",
                      "-std=gnu11", *([] if unit in case.no_ftrace else ftrace), "-c", "-o",
                      unit[:-2] + ".o", str(tree / unit)],
    } for unit in case.units]
    (build / "compile_commands.json").write_text(json.dumps(commands), encoding="utf-8")
    return tree, build


def run_relock(args, case, tree, build, cache):
    command = [args.relock, "check", str(tree), "--build", str(build), "--output", "json",
               "--progress", "never", "--cache", str(cache), "-j", "1"]
    if not case.beyond and not case.joins:
        command.append("--all")
    for unit in case.units:
        if case.beyond and unit not in case.beyond and not case.joins:
            command += ["--scope", unit]
    for word in case.options:
        command.append(str(tree / word) if word in case.texts else word)
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=args.timeout,
                              check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return None


def check_schema(report):
    import jsonschema
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    return [f"schema: {'/'.join(map(str, e.absolute_path))}: {e.message}"
            for e in validator.iter_errors(report)]


def match(case, findings):
    """Pairs expectations with findings; returns what is wrong."""
    wrong, left = [], list(findings)
    for e in case.expected:
        if e.line is None:  # somewhere in a page
            there = [f for f in left if f["code"] == e.code and f["location"]["file"] == e.file
                     and f["location"]["function"] == e.within()]
        else:
            there = [f for f in left if e.at(f)]
        if not there:
            wrong.append(f"{e.where()}: missing: {e.text}")
            continue
        best = min(there, key=lambda f: len(e.differences(f)))
        left.remove(best)
        for d in e.differences(best):
            wrong.append(f"{e.where()}: {e.code}: {d}")
    for f in left:
        loc = f["location"]
        wrong.append(f"{loc['file']}:{loc['line']}: not expected: {f['code']} {f['severity']} in "
                     f"{loc['function']}, {f['lock']['class']} ({f['lock']['kind']}): "
                     f"{f['message']}")
    return wrong


def check_units(case, report):
    wrong = []
    failed = {u["file"]: u["error"] for u in report["units"]["failed"]}
    for name, words in case.bad_units.items():
        if name not in failed:
            wrong.append(f"{name}: is no failed unit")
        elif words not in failed[name]:
            wrong.append(f"{name}: fails with '{failed[name]}'")
    for name, error in failed.items():
        if name not in case.bad_units:
            wrong.append(f"{name}: failed: {error}")
    if report["units"]["total"] != len(case.units) - len(case.beyond):
        wrong.append(f"{report['units']['total']} units, not {len(case.units) - len(case.beyond)}")
    beyond = sorted(name for name, reached in case.beyond.items() if reached)
    if report["units"]["beyond"] != beyond:
        wrong.append(f"beyond the scope are {report['units']['beyond']}, not {beyond}")
    cuts = {cut["function"]: cut for cut in report["units"]["cuts"]}
    for name in sorted(case.cuts - cuts.keys()):
        wrong.append(f"{name}: not cut")
    for name in sorted(cuts.keys() - case.cuts):
        cut = cuts[name]
        wrong.append(f"{cut['function']}: cut: {cut['reason']}")
    return wrong


def run_case(args, case, top):
    """Returns a list of what is wrong, and the report for --show."""
    case.place_page_expectations()
    tree, build = make_tree(case, top)
    done = run_relock(args, case, tree, build, top / "cache")
    if done is None:
        return [f"relock did not end within {args.timeout} seconds"], ""
    wrong = []
    try:
        report = json.loads(done.stdout)
    except ValueError as e:
        return [f"exit status {done.returncode}, no JSON: {e}",
                *done.stderr.strip().splitlines()[:40]], done.stdout
    wrong += check_schema(report)
    if wrong:
        return wrong, done.stdout
    wrong += check_units(case, report) + match(case, report["findings"])
    errors = any(e.severity == "error" for e in case.expected)
    status = 1 if errors else 3 if case.bad_units else 0
    if done.returncode != status:
        wrong.append(f"exit status {done.returncode}, not {status}")
    if "Sanitizer" in done.stderr or "runtime error" in done.stderr:
        wrong.append("a sanitizer speaks")
    if wrong and done.stderr.strip():
        wrong += ["stderr: " + line for line in done.stderr.strip().splitlines()[:20]]
    return wrong, done.stdout


def read_known():
    known = {}
    path = HERE / "cases/KNOWN"
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        if line.strip() and not line.startswith("#"):
            name, _, why = line.partition(" ")
            known[name] = why.strip()
            if not why.strip():
                raise CaseError(f"KNOWN: {name} has no reason")
            if not (HERE / "cases" / name).is_dir():
                raise CaseError(f"KNOWN: there is no case {name}")
    return known


def check_house():
    """One hazard is one file, one entry, one page, one folder of cases."""
    wrong = []
    text = (ROOT / "rules/hazards.yaml").read_text(encoding="utf-8")
    codes = re.findall(r"^\s*- code:\s*(\w+)", text, re.M)
    if not codes:
        wrong.append("rules/hazards.yaml names no rule")
    for code in codes:
        want = [ROOT / f"rules/{code}.md", ROOT / f"analyzer/hazard/{code.lower()}.c"]
        wrong += [f"{code}: there is no {p.relative_to(ROOT)}" for p in want if not p.is_file()]
        folder = HERE / "cases" / code
        for case in ("page-bad", "page-good"):
            texts = [p.read_text(encoding="utf-8") for p in (folder / case).glob("*.c")]
            if not any(f"page: {code} {case[5:]} " in t for t in texts):
                wrong.append(f"{code}: cases/{code}/{case} does not run what its page shows")
    have = {p.name for p in (HERE / "cases").glob("RL*")}
    wrong += [f"cases/{name} is of no rule" for name in sorted(have - set(codes))]
    for folder in (HERE / "cases").glob("*/*"):
        if folder.is_dir() and not any(folder.rglob("*.c")):
            wrong.append(f"cases/{folder.relative_to(HERE / 'cases')} has no .c file")
    for path in (HERE / "cases").iterdir():
        if path.is_file() and path.name != "KNOWN":
            wrong.append(f"cases/{path.name} is no case")
    print(*(wrong or ["house: ok"]), sep="\n")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description="Runs cases of testdata/cases.")
    parser.add_argument("cases", nargs="*", help="TOPIC/CASE")
    parser.add_argument("--relock", required=True)
    parser.add_argument("--house", action="store_true",
                        help="check that each rule has its file, page and cases")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--show", action="store_true", help="print the report")
    parser.add_argument("--keep", metavar="DIR", help="leave the small tree there")
    args = parser.parse_args()
    status = 0
    if args.house:
        return check_house()
    try:
        known = read_known()
        for name in args.cases:
            folder = HERE / "cases" / name
            if not folder.is_dir():
                raise CaseError(f"there is no case {name}")
            case = Case(folder)
            with tempfile.TemporaryDirectory(prefix="relock-case-") as tmp:
                top = pathlib.Path(args.keep or tmp)
                if args.keep:
                    shutil.rmtree(top, ignore_errors=True)
                    top.mkdir(parents=True)
                wrong, report = run_case(args, case, top)
            if args.show:
                print(report)
            if name in known and wrong:
                print(f"{name}: known to fail: {known[name]}")
                print(*("    " + w for w in wrong), sep="\n")
                status = status or SKIPPED
            elif name in known:
                print(f"{name}: passes, but is in KNOWN")
                status = 1
            elif wrong:
                print(f"{name}: FAILED", *("    " + w for w in wrong), sep="\n")
                status = 1
            else:
                print(f"{name}: ok")
    except CaseError as e:
        print(f"run_cases.py: {e}", file=sys.stderr)
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main())
