#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""relock in the kernel's own build, and sparse beside it, on Debian's linux-source-6.12.

    run_kbuild.py make gcc|llvm   make C=1 CHECK=relock-check, on a tree with a bug, and what
                                  relock check --build makes of its facts
    run_kbuild.py module          the same for a module outside the tree (M=); after make gcc
    run_kbuild.py guesses         what the source says of attach points, against objects that
                                  gcc makes of kernel/bpf; after make gcc
    run_kbuild.py paths PRINT_FACTS  the locks along paths, as sparse and as relock see them
    run_kbuild.py sparse          a bug that both see, and what sparse alone says

The build directories are --work/kbuild-gcc and kbuild-llvm. Their config is that
of the build directory that relock made for itself. See run_real.py for the rest.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import yaml

import paths
from run_real import EXPECT, HERE, ROOT, Failure, Tree, need

RULES = ROOT / "rules"
LEAK = "ringbuf_full_keeps_lock.6.12"
FUNCTION = EXPECT["edits"][LEAK]["functions"][0]
# Two that a guard is about, and the one with the edit.
OBJECTS = ["kernel/bpf/ringbuf.o", "kernel/bpf/bpf_local_storage.o", "net/core/bpf_sk_storage.o"]
LINE = re.compile(rf"\S*kernel/bpf/ringbuf\.c:\d+:\d+: warning: {FUNCTION}\(\) returns with "
                  r"bpf_ringbuf\.spinlock held here, and without it elsewhere "
                  r"\[RL110 lock-imbalance\]")
MODULE = """
#include <linux/module.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(relock_lock);

int relock_leak(int level);
int relock_leak(int level)
{
	spin_lock(&relock_lock);
	if (level < 0)
		return 1;
	spin_unlock(&relock_lock);
	return 2;
}
EXPORT_SYMBOL(relock_leak);
MODULE_DESCRIPTION("leaves its lock");
MODULE_LICENSE("Dual MIT/GPL");
"""


def make(args, tree, out, *words):
    start = time.monotonic()
    done = subprocess.run(["make", "-C", str(tree.path), f"O={out}", f"-j{os.cpu_count()}", *words],
                          capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    print(f"make {' '.join(words)}: {time.monotonic() - start:.0f} s, "
          f"exit status {done.returncode}", flush=True)
    need(done.returncode == 0, f"make failed:\n{done.stdout[-1500:]}\n{done.stderr[-3000:]}")
    return done


def own_config(args):
    found = [p for p in args.cache.glob("build/linux-source-6.12-*/out/.config")
             if "x86" in p.read_text(encoding="utf-8").splitlines()[2]]
    need(found, f"relock has made no build directory in {args.cache}")
    return found[0]


def prepare(args, tree, compiler):
    out = args.work / f"kbuild-{compiler}"
    llvm = ["LLVM=1"] if compiler == "llvm" else []
    config = own_config(args).read_text(encoding="utf-8")
    kept = out / "relock-config"
    if not kept.is_file() or kept.read_text(encoding="utf-8") != config:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        (out / ".config").write_text(config, encoding="utf-8")
        make(args, tree, out, *llvm, "olddefconfig")
        make(args, tree, out, *llvm, "prepare", "modules_prepare")
        kept.write_text(config, encoding="utf-8")
    return out, llvm


def checking(args, facts):
    return ["C=1", f"CHECK={args.relock.with_name('relock-check')}", f"CF=--cache={facts}"]


def check(args, tree, *words, name, status=(0, 1)):
    file = args.work / f"{name}.json"
    done = subprocess.run(
        [str(args.relock), "check", str(tree.path), "--progress", "never", "-v", "--output",
         f"json:{file}", *words], capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL)
    print(*("    " + line for line in done.stderr.splitlines()), sep="\n", flush=True)
    need(done.returncode in status, f"relock ended with {done.returncode}")
    return json.loads(file.read_text(encoding="utf-8")), done.stderr


def test_make(args):
    tree = Tree(args, "6.12")
    compiler = args.what[0]
    facts = args.work / f"facts-{compiler}"
    shutil.rmtree(facts, ignore_errors=True)
    with tree.changed():
        out, llvm = prepare(args, tree, compiler)
        tree.patch(LEAK)
        for obj in OBJECTS:
            (out / obj).unlink(missing_ok=True)
        done = make(args, tree, out, *llvm, *checking(args, facts), *OBJECTS)
        said = [line for line in done.stderr.splitlines() if "[RL" in line or "relock:" in line]
        print(*("    " + line for line in said), sep="\n")
        need(len(said) == 1 and LINE.match(said[0]), "one line, for the path that keeps the lock")
        for obj in OBJECTS:
            need((out / obj).is_file(), f"{obj} was compiled")
        scope = [w for obj in OBJECTS for w in ("--scope", obj[:-2] + ".c")]
        report, log = check(args, tree, "--build", str(out), "--cache", str(facts), "--offline",
                            *scope, name=f"kbuild-{compiler}")
        # The build directory may have more units, of other makes; they were not checked.
        need(f"{len(OBJECTS)} units from the cache" in log, "what was checked is not parsed again")
        need(report["units"]["analysed"] >= len(OBJECTS), "all units are in the report")


def test_module(args):
    tree = Tree(args, "6.12")
    out, llvm = prepare(args, tree, "gcc")
    module = args.work / "module"
    shutil.rmtree(module, ignore_errors=True)
    module.mkdir()
    (module / "relock_leak.c").write_text(MODULE, encoding="utf-8")
    (module / "Makefile").write_text("obj-m := relock_leak.o\n", encoding="utf-8")
    facts = args.work / "facts-module"
    done = make(args, tree, out, *llvm, *checking(args, facts), f"M={module}", "relock_leak.o")
    said = [line for line in done.stderr.splitlines() if "[RL" in line or "relock:" in line]
    print(*("    " + line for line in said), sep="\n")
    need(len(said) == 1 and re.match(r"\S*relock_leak\.c:12:\d+: warning: relock_leak\(\) returns "
                                     r"with relock_lock held here", said[0]),
         "one line, at the return that keeps the lock")
    need((module / "relock_leak.o").is_file(), "the module was compiled")


def test_sparse(args):
    tree = Tree(args, "6.12")
    scope = ["--scope", "kernel/bpf/ringbuf.c", "--scope", "kernel/bpf/hashtab.c"]
    options = ["--cache", str(args.cache), "--sparse", *scope]
    with tree.changed():
        tree.patch(LEAK)
        report, _ = check(args, tree, *options, name="sparse-leak")
    found = [f for f in report["findings"]
             if f["code"] == "RL110" and f["location"]["function"] == FUNCTION]
    need(len(found) == 1, f"one lock-imbalance in {FUNCTION}()")
    print("    notes:", found[0].get("notes"))
    need(any(n.startswith("both say so: sparse ") for n in found[0]["notes"]), "both say so")
    joined = [w for w in report["sparse"]["warnings"] if w["finding"] == found[0]["id"]]
    need(len(joined) == 1 and joined[0]["location"]["function"] == FUNCTION,
         "sparse's warning names the finding")
    # sparse says include/linux/rcupdate.h, where rcu_read_unlock() is.
    places = {w["location"]["function"]: w["location"] for w in report["sparse"]["warnings"]}
    need(places["bpf_hash_map_seq_stop"]["file"] == "kernel/bpf/hashtab.c",
         f"a warning of an inlined function stands at its caller: {places}")


# Of functions under a lock, and of all: at least this share of the likely ones is there.
LIKELY_SHARE = {"under_lock": 0.95, "all": 0.98}
IN_BINARY = ["fentry", "kprobe only", "clone", "no location", "inlined"]


def test_guesses(args):
    tree = Tree(args, "6.12")
    out, llvm = prepare(args, tree, "gcc")
    make(args, tree, out, *llvm, "kernel/bpf/")
    file = args.work / "guesses.json"
    done = subprocess.run(
        [str(args.relock), "attach", str(tree.path), "--build", str(out), "--cache",
         str(args.cache), "--scope", "kernel/bpf", "--compare", "--progress", "never", "--output",
         f"json:{file}", "--output", "text"], capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL)
    print(done.stdout + done.stderr, flush=True)
    need(done.returncode == 0, f"relock ended with {done.returncode}")
    compared = json.loads(file.read_text(encoding="utf-8"))["comparison"]
    for which, least in LIKELY_SHARE.items():
        there, known = {}, {}
        for row in compared[which]:
            guess = row["guess"]
            known[guess] = known.get(guess, 0) + sum(row[c] for c in IN_BINARY)
            there[guess] = there.get(guess, 0) + sum(row[c] for c in IN_BINARY[:3])
        print(f"    {which}: {there} of {known}")
        need(known["likely"] > 20 and there["likely"] >= least * known["likely"],
             f"nearly all of the likely ones are there: {there} of {known}")
        need(there["no"] == 0, f"nothing that was ruled out is there: {there} of {known}")
        need(there["possible"] < known["possible"] / 2, "the rest is mostly inlined")


# What the comparison must come to, and why: testdata/real/PATHS.md.
PATHS = yaml.safe_load((HERE / "paths.yaml").read_text(encoding="utf-8"))
# Stands for sparse while relock asks it with its own flags. Nothing of it may come from the cache.
LINEARIZE = """#!/bin/sh
if [ "$1" = --version ]; then date +%s%N; exit 0; fi
for last; do :; done
to="{out}/$(echo "${{last#{tree}/}}" | tr / @)"
{sparse} -fdump-ir=linearize "$@" -include {out}/marks.h 2>"$to.err" |
    LC_ALL=C grep -E '{lines}' >"$to"
cat "$to.err" >&2
"""


def linearized(args, tree, out):
    """The names of the units of the default scope; what sparse makes of each is in @out."""
    shutil.rmtree(out, ignore_errors=True)
    (out / "bin").mkdir(parents=True)
    (out / "marks.h").write_text(paths.MARKS, encoding="utf-8")
    wrapper = out / "bin" / "sparse"
    wrapper.write_text(LINEARIZE.format(out=out, tree=tree.path, sparse=shutil.which("sparse"),
                                        lines=paths.LINES), encoding="utf-8")
    wrapper.chmod(0o755)
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{wrapper.parent}:{path}"
    try:
        report, _ = check(args, tree, "--cache", str(args.cache), "--sparse", name="paths")
    finally:
        os.environ["PATH"] = path
    units = {err.name[:-len(".err")].replace("@", "/") for err in out.glob("*.err")}
    need(len(units) == report["units"]["analysed"], "sparse was asked about each unit")
    return sorted(units)


def print_facts(args, tree, names, *options):
    done = subprocess.run([args.what[0], *options, "-r", str(RULES), "-t", str(tree.path), "-c",
                           str(args.cache), "-j", str(os.cpu_count()), *names],
                          capture_output=True, text=True, check=False)
    need(done.returncode == 0, f"print_facts ended with {done.returncode}: {done.stderr}")
    return done.stdout.splitlines()


def read_both(args, tree, effect):
    """The units as sparse and relock have them, by name."""
    out = args.work / "linearized"
    names = linearized(args, tree, out)
    ours = paths.read_facts(print_facts(args, tree, names))
    theirs = {}
    for name in names:
        with open(out / name.replace("/", "@"), encoding="utf-8") as lines:
            theirs[name] = paths.read_sparse(lines)
    spoken = paths.spoken_of(theirs, effect)
    return {name: paths.Unit(theirs[name], ours[name], effect, spoken) for name in names}


def check_signs(name, unit):
    """The rules and the annotations of the headers mean the same."""
    for function, code in unit.theirs.items():
        for event in (e for block in code.blocks.values() for e in block.events):
            if event.kind == "context" and event.name in unit.effect:
                want = paths.ACQUIRE if event.n > 0 else paths.RELEASE
                need(unit.effect[event.name] & want,
                     f"{name}: {function}: {event.name}() is {event.n} for sparse, and in "
                     f"locks.yaml {paths.pairs(unit.effect[event.name])}")


def count(to, verdict, function):
    for kind in [verdict] if isinstance(verdict, str) else verdict:
        to.setdefault(kind, []).append(function)


def compare_paths(units):
    """Functions by what explains them, for the control flow and for sparse's contexts."""
    flow, contexts, unexplained = {}, {}, []
    for name, unit in units.items():
        check_signs(name, unit)
        for function in unit.names():
            verdict = unit.flow(function)
            if verdict is None:
                unexplained.append(f"{name}: {unit.show(function)}")
                continue
            if verdict != paths.LEFT_OUT:
                context = unit.context(function)
                if context is None:
                    unexplained.append(f"{name}: {function}: sparse's contexts")
                    continue
                if verdict == context == paths.AGREE and unit.quiet(function):
                    verdict = context = paths.QUIET
                count(contexts, context, function)
            count(flow, verdict, function)
    return flow, contexts, unexplained


def compare_runs(units, lines):
    """Functions by how relock's run of them ended; @lines: print_facts -p."""
    runs, unexplained, unit = {}, [], None
    for line in lines:
        what, name, *words = line.split()
        if what == "unit":
            unit = units[name]
        elif what == "returns":
            verdict = unit.run(name, words)
            if verdict is None:
                unexplained.append(f"{unit.show(name)}, run: {words}")
            else:
                count(runs, verdict, name)
    return runs, unexplained


def check_numbers(what, found, expected):
    for kind, functions in sorted(found.items(), key=lambda f: -len(f[1])):
        print(f"    {what}: {len(functions):6} {kind}"
              f"{': ' + ' '.join(sorted(functions)) if len(functions) <= 12 else ''}")
    need(set(found) == set(expected), f"{what}: expected {sorted(expected)}")
    for kind, (least, most) in expected.items():
        need(least <= len(found[kind]) <= most, f"{what}: {kind}: expected {least} to {most}")


def test_paths(args):
    effect = paths.effects(yaml.safe_load((RULES / "locks.yaml").read_text())["locks"])
    tree = Tree(args, "6.12")
    units = read_both(args, tree, effect)
    flow, contexts, unexplained = compare_paths(units)
    runs, more = compare_runs(units, print_facts(args, tree, units, "-p"))
    unexplained += more
    print(f"    {len(units)} units")
    print(*("    unexplained: " + line for line in unexplained), sep="\n")
    need(not unexplained, "nothing explains these")
    check_numbers("flow", flow, PATHS["flow"])
    check_numbers("contexts", contexts, PATHS["contexts"])
    check_numbers("runs", runs, PATHS["runs"])


TESTS = {"guesses": test_guesses, "make": test_make, "module": test_module, "paths": test_paths,
         "sparse": test_sparse}


def main():
    parser = argparse.ArgumentParser(description="relock in the kernel's own build.")
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
