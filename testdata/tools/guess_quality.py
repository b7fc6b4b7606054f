#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How good is what the source says of attach points, against a vmlinux of the same version?

    guess_quality.py REPORT.json VMLINUX PRINT_EVIDENCE

REPORT is relock's JSON report made without --vmlinux. Of each function in it that
a program could be attached to while a lock is held, it is asked what the binary
has, and the answers are counted by what the source gave as its reason.
"""

import collections
import json
import subprocess
import sys

CLASSES = (("external", "likely"), ("static, noinline", "likely"),
           ("static, called through a pointer", "likely"),
           ("static: may be inlined or cloned", "possible"))


def guesses(report):
    out = {}
    for finding in report["findings"]:
        for a in finding["attach"]:
            if not a["function"]:
                continue
            for text, certainty in CLASSES:
                if a["reason"].startswith(text) and a["certainty"] == certainty:
                    file = a["location"]["file"] if a["location"] else None
                    unit = file if text != "external" else None
                    out[a["function"]] = (text, certainty, unit)
    return out


def answers(program, vmlinux, asked):
    names = [f"{name}:{unit}" if unit else name for name, (_, _, unit) in asked.items()]
    run = subprocess.run([program, vmlinux, *names], check=True, capture_output=True, text=True)
    head, *lines = run.stdout.splitlines()
    return head, {line.split()[0]: line.split()[1:3] for line in lines}


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as f:
        asked = guesses(json.load(f))
    head, said = answers(sys.argv[3], sys.argv[2], asked)
    table = collections.defaultdict(collections.Counter)
    wrong = []
    for name, (text, certainty, _) in sorted(asked.items()):
        says, btf = said[name]
        what = "fentry" if says == "traced" and btf == "in-btf" else says
        table[(certainty, text)][what] += 1
        if certainty == "likely" and says not in ("traced", "unknown"):
            wrong.append(f"{name} ({text}): {says}")
    columns = ("fentry", "traced", "cloned", "no-location", "absent", "unknown")
    print(head)
    print(f"{'guess':44}" + "".join(f"{c:>12}" for c in columns))
    for (certainty, text), row in sorted(table.items()):
        print(f"{certainty + ': ' + text:44}" + "".join(f"{row[c]:12}" for c in columns))
    for line in wrong:
        print("wrong:", line)


if __name__ == "__main__":
    main()
