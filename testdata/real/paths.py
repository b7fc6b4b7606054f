# SPDX-License-Identifier: MIT
"""Locks along paths, as sparse's linearised code and as relock's facts have them.

Both are read into the same shape: a function is blocks, a block is the calls that
it makes in their order and where it goes on. What a call does to locks is told by
its name (rules/locks.yaml), so what is compared is the control flow: the numbers of
acquires and of releases that a return can be reached with. Neither side knows values
here, but for conditions that are constants.

Besides, sparse's own "context" instructions are counted, and compared with relock's
acquires and releases; there the two do not mean the same by a lock.
"""

import collections
import itertools
import re

# A set of pairs (acquires, releases) is an integer: bit acquires * WIDE + releases.
FAR = 4  # numbers beyond are one
WIDE = FAR + 1
EVERY = (1 << WIDE * WIDE) - 1
NOTHING_DONE = 1
MOST_ACQUIRES = sum(1 << FAR * WIDE + r for r in range(WIDE))
MOST_RELEASES = sum(1 << a * WIDE + FAR for a in range(WIDE))

# What sparse is told of __acquire(x): the same, and a call that has x as text.
MARK = "relock_context"
MARKS = f"""
#undef __acquire
#undef __release
extern void {MARK}(const char *);
#define __acquire(x) do {{ __context__(x, 1); {MARK}(#x); }} while (0)
#define __release(x) do {{ __context__(x, -1); {MARK}(#x); }} while (0)
"""
# The lines of sparse's code that are read here, as grep -E has it.
LINES = (r"^(\.L|[A-Za-z_][A-Za-z_0-9]*:$|	(# )?"
         r"(call|context|br|cbr|switch|jmp|ret|symaddr|ptrcast|and\.1|zext\.32|setne\.1)\b)")


class Function:
    __slots__ = ("blocks", "inline", "written")

    def __init__(self, inline=False):
        self.blocks = {}
        self.inline = inline
        self.written = set()  # numbers of locals that something stores to


class Block:
    """@condition: of the branch, as the facts have it."""
    __slots__ = ("events", "next", "returns", "condition")

    def __init__(self):
        self.events = []
        self.next = []
        self.returns = False
        self.condition = None


# @kind: call, cleanup; of sparse also inlined (the end of its body), context. @name: of the
# function, of a context that of the call it belongs to. @args: of a call, as the facts have
# them. @n, @token: of a context, and what stands in brackets where it is no call's.
Event = collections.namedtuple("Event", "kind name args n token", defaults=(None, None, None))


def acquired(counts):
    return counts << WIDE & EVERY | counts & MOST_ACQUIRES


def released(counts):
    return (counts & ~MOST_RELEASES) << 1 | counts & MOST_RELEASES


def pairs(counts):
    return [divmod(i, WIDE) for i in range(WIDE * WIDE) if counts >> i & 1]


def after(counts, more):
    """@counts, and behind each of them one of @more."""
    out = 0
    for acquires, releases in pairs(more):
        one = counts
        for _ in range(acquires):
            one = acquired(one)
        for _ in range(releases):
            one = released(one)
        out |= one
    return out


ACQUIRE, RELEASE = acquired(NOTHING_DONE), released(NOTHING_DONE)


def effects(locks):
    """What each primitive of rules/locks.yaml does that sparse could count: a set of pairs."""
    does = {"acquire": ACQUIRE, "release": RELEASE, "try": NOTHING_DONE | ACQUIRE}
    out = {}
    for rule in locks:
        for name in rule.get("functions") or [rule["function"]]:
            what = does.get(rule["does"])
            if what and not rule.get("uncounted"):
                out[name] = what | NOTHING_DONE if "success" in rule else what
    return out


class SparseReader:
    def __init__(self):
        self.functions = {}
        self.block = None
        self.labels = {}
        self.values = {}  # of registers, where they are the address of something named
        self.zeros = set()  # registers that are 0: "p && 0", which sparse does not fold
        self.last = None  # the call that a context right behind it belongs to

    def line(self, line):
        if line[0] == ".":
            self.block = self.labels[line.split(":")[0]] = Block()
            self.last = None
        elif line[0] != "\t":
            function = self.functions[line.rstrip()[:-1]] = Function()
            self.labels, self.values, self.block = function.blocks, {}, None
            self.zeros = set()
        elif self.block is not None:
            words = line.split()
            getattr(self, "on_" + words[0 if words[0] != "#" else 1].split(".")[0])(words, line)

    def on_call(self, words, _):
        inlined = words[0] == "#"
        rest = words[2 if inlined else 1:]
        if rest[1:2] == ["<-"]:
            rest = rest[2:]
        name = rest[0].rstrip(",")
        if name == MARK:
            context = self.block.events.pop()
            token = self.values.get(rest[1], "").strip('"')
            self.block.events.append(context._replace(name=None, token=token))
            return
        name = self.values.get(name, name)
        self.last = None if inlined else name
        self.block.events.append(Event("inlined" if inlined else "call", name))

    def on_context(self, words, _):
        self.block.events.append(Event("context", self.last, n=int(words[1])))

    def on_symaddr(self, words, line):
        self.values[words[1]] = line.split("<-", 1)[1].strip()

    def on_ptrcast(self, words, _):
        if words[-1] in self.values:
            self.values[words[1]] = self.values[words[-1]]

    def on_br(self, _, line):
        self.block.next.extend(re.findall(r"\.L\d+", line))

    on_jmp = on_br

    def on_cbr(self, words, line):
        labels = re.findall(r"\.L\d+", line)
        self.block.next.extend(labels[1:] if words[1].rstrip(",") in self.zeros else labels)

    def on_and(self, words, _):
        if "$0" in (words[3].rstrip(","), words[-1]):
            self.zeros.add(words[1])

    def on_zext(self, words, _):
        if words[-1] in self.zeros:
            self.zeros.add(words[1])

    def on_setne(self, words, _):
        if words[-1] == "$0" and words[3].rstrip(",") in self.zeros:
            self.zeros.add(words[1])

    def on_switch(self, words, line):
        labels = re.findall(r"\.L\d+", line)
        constant = re.match(r"\$(-?\w+),", words[1])
        if constant:
            value = int(constant.group(1), 0)
            labels = [label for low, high, label in
                      re.findall(r"(-?\d+)(?: \.\.\. (-?\d+))? -> (\.L\d+)", line)
                      if int(low) <= value <= int(high or low)][:1] or labels[-1:]
        self.block.next.extend(labels)

    def on_ret(self, *_):
        self.block.returns = True


def read_sparse(lines):
    """sparse -fdump-ir=linearize, of it the LINES: name -> Function."""
    reader = SparseReader()
    for line in lines:
        reader.line(line)
    return reader.functions


FUNC = re.compile(r"func .*? ([A-Za-z_]\w*)\(")
CALL = re.compile(r"(?:.*? = )?(call|cleanup) ([A-Za-z_]\w*)\((.*)\)(?: ignored)?$")
STORE = re.compile(r"\w*%(\d+) = ")
ADDRESS = re.compile(r"&\w*%(\d+)")


def read_facts(lines):
    """print_facts: unit -> name -> Function."""
    units, unit, function, block = {}, None, None, None
    for line in lines:
        if line[0] == "\t":
            if block:
                add_fact(function, block, line[1:].split("\t; ")[0].rstrip("\n"))
        elif line.startswith("func "):
            head = line.split("\t; ")[0]
            words = head.split()
            # The second of two is the definition, if it has blocks.
            function = unit[FUNC.match(head).group(1)] = Function(
                "inline" in words or "always_inline" in words)
            block = None
        elif function and re.match(r"b\d+:", line):
            block = function.blocks[line.split(":")[0]] = Block()
        elif line.startswith("unit "):
            unit = units.setdefault(line.split()[1], {})
            function = block = None
        else:
            function = block = None
    return units


def add_fact(function, block, text):
    if text.startswith("if "):
        yes, no = re.search(r" (b\d+) else (b\d+)$", text).groups()
        block.condition = text[3:text.rindex(" b", 0, text.rindex(" else "))]
        block.next.extend([yes, no])
    elif text.startswith("return"):
        block.returns = True
    elif text.startswith("any "):
        block.next.extend(re.findall(r"\bb\d+\b", text))
    elif text.startswith("switch "):
        block.next.extend(re.findall(r": (b\d+)\b", text))
    elif text.startswith("goto "):
        block.next.append(text.split()[1])
    else:
        store = STORE.match(text)
        if store:
            function.written.add(store.group(1))
        function.written.update(ADDRESS.findall(text))
        call = CALL.match(text)
        if call:
            block.events.append(Event(call.group(1), call.group(2), args=call.group(3)))


def split_args(text):
    out, depth, start = [], 0, 0
    for i, c in enumerate(text):
        if c == "," and not depth:
            out.append(text[start:i].strip())
            start = i + 1
        depth += (c in "([{") - (c in ")]}")
    return out + [text[start:].strip()]


COMPARE = {"==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
           ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
           "&": lambda a, b: a & b}


def value_of(text, known):
    """An expression of the facts as a number, or None; @known: of locals, by their numbers."""
    if re.fullmatch(r"-?\d+|NULL", text):
        return 0 if text == "NULL" else int(text)
    local = re.fullmatch(r"\w*%(\d+)", text)
    if local:
        return known.get(local.group(1))
    two = re.fullmatch(r"\((\w*%\d+|-?\d+) (\S+) (\w*%\d+|-?\d+)\)", text)
    if two and two.group(2) in COMPARE:
        a, b = value_of(two.group(1), known), value_of(two.group(3), known)
        return None if a is None or b is None else int(COMPARE[two.group(2)](a, b))
    if text.startswith("!"):
        inner = value_of(text[1:], known)
        return None if inner is None else int(not inner)
    return None


class Counter:
    """The pairs that returns of functions of one unit can be reached with.

    What is inlined is gone through; what is another function is another one's
    business. @beside: who says what the functions do that sparse could have
    inlined and did not. Without @cleanup what that calls is not called; with
    @constants arguments that are constants decide conditions.
    """

    def __init__(self, functions, effect, beside=None, cleanup=True, constants=False):
        self.functions = functions
        self.effect = effect
        self.beside = beside
        self.cleanup = cleanup
        self.constants = constants
        self.known = {}

    def inlined(self, name):
        function = self.functions.get(name)
        return function and function.inline and function.blocks

    def of_event(self, event, known):
        if event.kind == "context" or event.kind == "cleanup" and not self.cleanup:
            return NOTHING_DONE
        if event.name in self.effect:
            return self.effect[event.name]
        if event.kind == "inlined":
            return NOTHING_DONE
        if self.inlined(event.name):
            return self.returns(event.name, self.known_of(event, known))
        if self.beside and self.beside.inlined(event.name):
            return self.beside.returns(event.name)
        return NOTHING_DONE

    def known_of(self, event, known):
        if not self.constants:
            return ()
        written = self.functions[event.name].written
        values = ((str(i), value_of(arg, known)) for i, arg in enumerate(split_args(event.args)))
        return tuple((i, v) for i, v in values if v is not None and i not in written)

    def ways_on(self, block, known):
        value = None if block.condition is None else value_of(block.condition, known)
        if value is not None:
            return block.next[:1] if value else block.next[1:]
        return block.next

    def returns(self, name, known=()):
        key = name, known
        if key in self.known:
            return self.known[key]
        self.known[key] = NOTHING_DONE  # for one that comes back to itself
        blocks, known = self.functions[name].blocks, dict(known)
        first = next(iter(blocks))
        seen, work, out = {first: NOTHING_DONE}, [first], 0
        while work:
            label = work.pop()
            block, counts = blocks[label], seen[label]
            for event in block.events:
                effect = self.of_event(event, known)
                if effect != NOTHING_DONE:
                    counts = after(counts, effect)  # none: it does not return
            if not counts:
                continue
            if block.returns:
                out |= counts
            for to in self.ways_on(block, known):
                if counts & ~seen.get(to, 0):
                    seen[to] = seen.get(to, 0) | counts
                    work.append(to)
        self.known[key] = out
        return out


class ContextCounter(Counter):
    """The same for sparse's contexts alone, but for those of the kinds that @without names."""

    def __init__(self, functions, effect, beside=None, without=frozenset()):
        super().__init__(functions, effect, beside)
        self.without = without

    def kind(self, event):
        if event.token is not None:
            return STATEMENT
        if event.name not in self.effect:
            return ANNOTATED
        return TRY if self.effect[event.name] & NOTHING_DONE else None

    def of_event(self, event, known):
        if event.kind != "context":
            # What is inlined may have contexts, and so may what sparse should have inlined.
            if self.beside and event.kind == "call" and self.beside.inlined(event.name):
                return self.beside.returns(event.name)
            return NOTHING_DONE
        if self.kind(event) in self.without:
            return NOTHING_DONE
        return ACQUIRE if event.n > 0 else RELEASE


class WholeCounter(Counter):
    """The same, going on into all functions of the unit, as relock runs them."""

    def inlined(self, name):
        function = self.functions.get(name)
        return function and function.blocks


def allows(counts, held, stray):
    """Is a return reached with @held locks? With @stray what it releases may be others'."""
    for acquires, releases in pairs(counts):
        low = acquires - releases if releases < FAR else 0
        high = acquires if stray else acquires - releases
        if low <= held and (held <= high or acquires == FAR):
            return True
    return False


# What one of the two does not have, or has differently. Why: testdata/real/PATHS.md.
CLEANUP = "sparse has no __cleanup"
CONSTANT = "an argument is a constant"
STATEMENT = "__acquire() or __release() as a statement"
ANNOTATED = "a function that is no primitive is annotated"
SILENT = "a primitive is not annotated"
TRY = "a lock is only tried"
CALLED = "sparse did not inline a call"
FLOW = (CLEANUP, CONSTANT)
CONTEXTS = (STATEMENT, ANNOTATED, SILENT, TRY, CALLED, CLEANUP, CONSTANT)
AGREE, QUIET = "the same", "neither has a lock"
LEFT_OUT = "nothing in the unit uses it"
ALLOWED, STRAY, CUT = "returns as it may", "releases what it does not hold", "cut at a bound"


def smallest(kinds, agree):
    """The smallest set of @kinds without which the two agree, or None."""
    for n in range(1, len(kinds) + 1):
        for some in itertools.combinations(kinds, n):
            if agree(frozenset(some)):
                return some
    return None


def spoken_of(units, effect):
    """Primitives that sparse has a context for: those that the headers annotate."""
    return {event.name for functions in units.values() for function in functions.values()
            for block in function.blocks.values() for event in block.events
            if event.kind == "context" and event.name in effect}


class Unit:
    """One unit as both have it. @spoken: see spoken_of()."""

    def __init__(self, theirs, ours, effect, spoken):
        self.theirs, self.ours = theirs, ours
        self.effect, self.spoken = effect, spoken
        self.counters = {}
        self.called = {event.name for function in ours.values()
                       for block in function.blocks.values() for event in block.events}

    def facts(self, without):
        key = "facts", without & {SILENT, TRY, CLEANUP, CONSTANT}
        if key not in self.counters:
            effect = {name: does for name, does in self.effect.items()
                      if not (does & NOTHING_DONE and TRY in without or
                              not does & NOTHING_DONE and SILENT in without and
                              name not in self.spoken)}
            self.counters[key] = Counter(self.ours, effect, cleanup=CLEANUP not in without,
                                         constants=CONSTANT in without)
        return self.counters[key]

    def sparse(self):
        if "sparse" not in self.counters:
            self.counters["sparse"] = Counter(self.theirs, self.effect,
                                              beside=self.facts(frozenset()))
        return self.counters["sparse"]

    def contexts(self, without):
        key = "contexts", without
        if key not in self.counters:
            beside = self.facts(without) if CALLED in without else None
            self.counters[key] = ContextCounter(self.theirs, self.effect, beside, without)
        return self.counters[key]

    def flow(self, name):
        """AGREE, a set of FLOW, LEFT_OUT or None: a disagreement that nothing explains."""
        if not self.has(name):
            used = name in self.ours or name in self.called or self.sparse().returns(name) & ~1
            return None if used else LEFT_OUT
        if name not in self.theirs:
            return None
        theirs = self.sparse().returns(name)
        if theirs == self.facts(frozenset()).returns(name):
            return AGREE
        return smallest(FLOW, lambda without: theirs == self.facts(without).returns(name))

    def context(self, name):
        """The same, of sparse's contexts and a set of CONTEXTS; @name is in both."""
        def agree(without):
            return self.contexts(without).returns(name) == self.facts(without).returns(name)
        return AGREE if agree(frozenset()) else smallest(CONTEXTS, agree)

    def run(self, name, words):
        """ALLOWED, STRAY, CUT or None; @words: of @name's run, as print_facts -p has them."""
        if "whole" not in self.counters:
            self.counters["whole"] = WholeCounter(self.ours, self.effect)
        if "cut" in words:
            return CUT
        counts, stray = self.counters["whole"].returns(name), "stray" in words
        if not all(allows(counts, int(word), stray) for word in words if word.isdigit()):
            return None
        return STRAY if stray else ALLOWED

    def has(self, name):
        return name in self.ours and self.ours[name].blocks

    def quiet(self, name):
        """Neither has a lock or a context on any path to a return of it."""
        return not (self.sparse().returns(name) | self.facts(frozenset()).returns(name) |
                    self.contexts(frozenset()).returns(name)) & ~NOTHING_DONE

    def names(self):
        """Functions that either has code for, but for those that sparse inlines."""
        return sorted(set(self.theirs) | {name for name, function in self.ours.items()
                                          if function.blocks and not function.inline})

    def show(self, name):
        theirs = pairs(self.sparse().returns(name)) if name in self.theirs else None
        ours = pairs(self.facts(frozenset()).returns(name)) if self.has(name) else None
        return f"{name}: sparse {theirs}, relock {ours}"
