# SPDX-License-Identifier: MIT
"""Locks along paths, as sparse's linearised code and as relock's facts have them.

Both are read into the same shape: a function is blocks, a block is the calls that
it makes in their order and where it goes on. What a call does to locks is told by
its name (rules/locks.yaml), so what is compared is the control flow: the counts of
acquires less releases that a return can be reached with. Neither side knows values
here, but for conditions that are constants.
"""

import collections
import re

FAR = 4  # counts beyond are one
Function = collections.namedtuple("Function", "blocks place inline")
Block = collections.namedtuple("Block", "calls next returns")


def effects(locks):
    """What each primitive of rules/locks.yaml adds to the count."""
    does = {"acquire": {1}, "release": {-1}, "try": {0, 1}}
    out = {}
    for rule in locks:
        for name in rule.get("functions") or [rule["function"]]:
            what = does.get(rule["does"])
            if what:
                out[name] = {0, 1} if "success" in rule else what
    return out


def read_sparse(lines):
    """sparse -fdump-ir=linearize: name -> Function; and the contexts right after calls."""
    functions, contexts = {}, []
    name = label = last = None
    for line in lines:
        if line.startswith(".L"):
            label = line.split(":")[0]
            functions[name].blocks[label] = Block([], [], [])
            last = None
        elif re.match(r"[A-Za-z_]\w*:$", line):
            name = line[:-2] if line.endswith("\n") else line[:-1]
            functions[name] = Function({}, None, False)
        elif line.startswith("\t") and label and line[1:2] not in "#\t \n":
            block = functions[name].blocks[label]
            words = line.split()
            op = words[0].split(".")[0]
            if op == "call":
                rest = words[3:] if words[1].startswith("%") and words[2:3] == ["<-"] else words[1:]
                last = rest[0].rstrip(",") if rest else None
                block.calls.append(last)
            elif op == "context":
                contexts.append((last, int(words[1]), name))
            elif op in ("br", "cbr", "switch"):
                block.next.extend(sparse_targets(op, line))
            elif op == "ret":
                block.returns.append(True)
    return functions, contexts


def sparse_targets(op, line):
    labels = re.findall(r"\.L\d+", line)
    constant = re.match(r"\s*switch\S*\s+\$(\S+),", line)
    if op == "switch" and constant:
        value = int(constant.group(1), 0)
        for low, high, label in re.findall(r"(-?\d+)(?: \.\.\. (-?\d+))? -> (\.L\d+)", line):
            if int(low) <= value <= int(high or low):
                return [label]
        return labels[-1:]
    return labels


def read_facts(lines):
    """print_facts: unit -> name -> Function."""
    units, unit, name, label = {}, None, None, None
    for line in lines:
        if line.startswith("unit "):
            unit = units.setdefault(line.split()[1], {})
        elif line.startswith("func "):
            head, _, place = line.rstrip("\n").partition("\t; ")
            name = re.match(r"func .*?([A-Za-z_]\w*)\(", head).group(1)
            words = head[head.rindex(")") + 1:].split() if "annotate(" not in head else head.split()
            # The second of two is the definition, if it has blocks.
            unit[name] = Function({}, place, "inline" in words or "always_inline" in words)
            label = None
        elif re.match(r"b\d+:", line):
            label = line.split(":")[0]
            unit[name].blocks[label] = Block([], [], [])
        elif line.startswith("\t") and label:
            add_fact(unit[name].blocks[label], line[1:].split("\t; ")[0])
        elif not line.startswith("\t"):
            label = None
    return units


def add_fact(block, text):
    call = re.match(r"(?:\S+ = )?(?:call|cleanup) ([A-Za-z_]\w*)\(", text) or \
        re.search(r" = call ([A-Za-z_]\w*)\(", text)
    if call:
        block.calls.append(call.group(1))
    elif text.startswith("return"):
        block.returns.append(True)
    elif text.startswith("if "):
        yes, no = re.search(r" (b\d+) else (b\d+)$", text).groups()
        constant = re.match(r"if (-?\d+) b", text)
        block.next.extend([yes, no] if not constant else [yes if int(constant.group(1)) else no])
    elif re.match(r"(goto|switch|any) ", text):
        block.next.extend(re.findall(r"\bb\d+\b", text))


def add(counts, more):
    return frozenset(max(-FAR, min(FAR, a + b)) for a in counts for b in more)


class Counter:
    """The counts that returns of functions of one unit can be reached with."""

    def __init__(self, functions, effect):
        self.functions = functions
        self.effect = effect
        self.known = {}

    def of_call(self, name):
        if name in self.effect:
            return self.effect[name]
        function = self.functions.get(name)
        # What is no inline function is another one's business, as for sparse.
        if not function or not function.inline or not function.blocks:
            return {0}
        return self.returns(name) or None

    def returns(self, name):
        if name in self.known:
            return self.known[name]
        self.known[name] = frozenset({0})
        blocks = self.functions[name].blocks
        first = next(iter(blocks))
        seen = {first: frozenset({0})}
        work, out = [first], frozenset()
        while work:
            label = work.pop()
            counts = seen[label]
            for call in blocks[label].calls:
                more = self.of_call(call)
                if more is None:  # it does not return
                    counts = frozenset()
                    break
                counts = add(counts, more)
            if not counts:
                continue
            if blocks[label].returns:
                out |= counts
            for to in blocks[label].next:
                old = seen.get(to, frozenset())
                if not counts <= old:
                    seen[to] = old | counts
                    work.append(to)
        self.known[name] = out
        return out

    def reaches(self, name, seen=None):
        """Does a primitive stand in it, or in what is inlined into it?"""
        seen = set() if seen is None else seen
        if name in seen or name not in self.functions:
            return False
        seen.add(name)
        for block in self.functions[name].blocks.values():
            for call in block.calls:
                function = self.functions.get(call)
                if call in self.effect or (function and function.inline and
                                           self.reaches(call, seen)):
                    return True
        return False
