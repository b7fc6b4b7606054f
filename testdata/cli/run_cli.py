#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line as people meet it: run_cli.py --relock RELOCK TEST..."""
import argparse
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import run_cases  # noqa: E402  pylint: disable=wrong-import-position

RELOCK = ""
COMMANDS = ["check", "sections", "attach", "whatif", "diff", "explain", "repro", "lab", "facts", "cache", "help"]


def need(condition, what):
    if not condition:
        sys.exit(f"wrong: {what}")


def run(*args, status=0, env=None, program=None, **more):
    # What glibc's argp leaves behind when it prints a --help is not ours.
    env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0:exitcode=99", **(env or {})}
    done = subprocess.run([program or RELOCK, *map(str, args)], capture_output=True, text=True,
                          check=False, stdin=subprocess.DEVNULL, env=env, timeout=120, **more)
    need(status is None or done.returncode == status,
         f"{args}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def long_options(command):
    """Those of --help, which argp prints."""
    return set(re.findall(r"--([a-z][a-z-]*)", run(command, "--help").stdout)) - {"help"}


def test_help():
    overview = run("help").stdout
    for args in (["--help"], ["-?"], ["-h"]):
        need(run(*args).stdout == overview, f"{args} is not 'help'")
    topics = re.findall(r"^  ([a-z-]+) ", overview, re.M)
    need(topics[:len(COMMANDS)] == COMMANDS, topics)
    for topic in topics:
        text = run("help", topic).stdout
        need(text and run(f"--help={topic}").stdout == text, f"no help on {topic}")
        need(max(map(len, text.splitlines())) < 100, f"{topic} is wide")
    need(run("help", "check").stdout == run("check", "--help").stdout, "two helps on check")
    # Each format that relock knows is in the topic, and no other.
    formats = set(re.findall(r"^  ([a-z]+)  ", run("help", "formats").stdout, re.M))
    refused = run("check", "x", "--output", "nonsense", status=2).stderr
    there = set(re.search(r"there are (.*)", refused).group(1).split(", "))
    need(formats == there, formats ^ there)
    for args in (["help", "nope"], ["--help=nope"]):
        done = run(*args, status=2)
        need(not done.stdout and "'nope'" in done.stderr and "exit-status" in done.stderr, done)
    need("relock help" in run(status=2).stderr, "nothing said of help")
    need("'chekc'" in run("chekc", status=2).stderr, "the typo is not named")


def test_man():
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        run("help", "--man", top)
        pages = {p.name for p in top.rglob("*.[0-9]")}
        need({"relock.1", "relock-formats.7", *(f"relock-{c}.1" for c in COMMANDS)} <= pages, pages)
        for page in top.rglob("*.[0-9]"):
            done = run("--warnings=all", "-l", page, program="man",
                       env={"MANWIDTH": "80", "MANPAGER": "cat", "LC_ALL": "C.UTF-8"})
            need(not done.stderr, f"{page.name}: {done.stderr}")
            need("NAME" in done.stdout and "SEE ALSO" in done.stdout or page.name == "relock.1",
                 f"{page.name}: {done.stdout}")
            for linked, section in re.findall(r"(relock[a-z-]*)\s*\(([17])\)",
                                              done.stdout.replace("\N{HYPHEN}\n", "")):
                need(f"{linked}.{section}" in pages, f"{page.name} names {linked}({section})")
            command = page.name[len("relock-"):-2]
            if command in COMMANDS:
                text = re.sub(r"\s+", " ", re.sub("\N{HYPHEN}\\s+", "", done.stdout))
                for option in long_options(command):
                    need(f"--{option}" in text, f"{page.name} lacks --{option}")
        missing = run("help", "--man", "/proc/nowhere", status=2)
        need("/proc/nowhere" in missing.stderr, missing.stderr)


# ---- completion -------------------------------------------------------------------------------

class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, argv, env, cwd):
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.chdir(cwd)
            os.execvpe(argv[0], argv, env)
        self.text = ""

    def wait_for(self, pattern, seconds=30):
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            left = end - time.monotonic()
            need(left > 0, f"no {pattern!r} in {self.text!r}")
            if select.select([self.fd], [], [], left)[0]:
                try:
                    data = os.read(self.fd, 65536)
                except OSError:
                    data = b""
                need(data, f"ended without {pattern!r}: {self.text!r}")
                self.text += data.decode(errors="replace")
        found = re.search(pattern, self.text)
        self.text = self.text[found.end():]
        return found

    def send(self, text):
        os.write(self.fd, text.encode())

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


# What is typed before the key, and the words that the command is then run with.
TYPED = [
    ("che", "check"),
    ("check --write-b", "check --write-baseline"),
    ("check --fail-on w", "check --fail-on warning"),
    ("check --fail-on=w", "check --fail-on=warning"),
    ("check --output sar", "check --output sarif"),
    ("sections --output d", "sections --output dot"),
    ("attach --output b", "attach --output bpftrace"),
    ("check lin", "check linux tree/"),
    ("check --build lin", "check --build linux tree/"),
    ("check --config con", "check --config config.txt"),
    ("diff ol", "diff old.json"),
    ("explain RL109", "explain RL109"),
    ("explain RL111", "explain RL111"),
    ("help form", "help formats"),
    ("cache --cle", "cache --clear"),
]


def make_folder(top):
    (top / "linux tree").mkdir()
    (top / "config.txt").write_text("")
    (top / "old.json").write_text("")


def press_tab(shell, argv, setup, env=None):
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        make_folder(top)
        (top / "complete").write_text(run("help", "--completion", shell).stdout)
        env = {**os.environ, "TERM": "dumb", "PS1": "ready> ", "HOME": name, "LC_ALL": "C.UTF-8",
               "INPUTRC": "/dev/null", **(env or {})}
        t = Terminal(argv, env, name)
        t.send(setup + "relock() { printf '<<%s>>\\n' \"$*\"; }; echo set''up\n")
        t.wait_for(r"setup\r?\n")
        for typed, want in TYPED:
            t.send(f"relock {typed}\t")
            time.sleep(0.2)
            t.send("\n")
            got = t.wait_for(r"<<([^>%]*)>>").group(1).strip()
            # zsh takes the slash away again where nothing follows it.
            need(got.rstrip('/') == want.rstrip('/'), f"{shell}: '{typed}' becomes '{got}', not '{want}'")
        t.close()


def test_bash():
    press_tab("bash", ["bash", "--norc", "--noprofile", "-i"],
              "bind 'set bell-style none'; . ./complete; ")


def test_zsh():
    press_tab("zsh", ["zsh", "-f", "-i"],
              "unsetopt ZLE_PROMPT_SP PROMPT_SP; autoload -Uz compinit; compinit -u -D; "
              ". ./complete; ")


def test_fish():
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        make_folder(top)
        (top / "complete").write_text(run("help", "--completion", "fish").stdout)
        for typed, want in TYPED:
            if "=" in typed:
                want = want.split()[-1]
            done = run("-N", "-c", f'source ./complete; complete -C "relock {typed}"', program="fish",
                       cwd=name, env={"HOME": name})
            last = want.removeprefix(typed[:typed.rindex(" ") + 1] if " " in typed else "")
            offered = [line.split("\t")[0] for line in done.stdout.splitlines()]
            need(last in offered or f"'{last}'" in offered,
                 f"fish: '{typed}' offers {offered}, not '{last}'\n{done.stderr}")
            need(not done.stderr, done.stderr)
        # Options of another command are not offered.
        done = run("-N", "-c", 'source ./complete; complete -C "relock cache --"', program="fish",
                   cwd=name, env={"HOME": name})
        need("--clear" in done.stdout and "--baseline" not in done.stdout, done.stdout)
    need("bash, zsh, fish" in run("help", "--completion", "csh", status=2).stderr, "csh")


# ---- a root without /proc ----------------------------------------------------------------------

# By its path, and by a descriptor, which has none without /proc.
NO_PROC = 'mount -t tmpfs none /proc && exec "$@"'
BY_FD = "import os, sys; os.execve(os.open(sys.argv[1], os.O_RDONLY), sys.argv[1:], dict(os.environ))"


def test_root():
    namespace = ["-m"] if os.geteuid() == 0 else ["-rm"]
    inside = [*namespace, "sh", "-c", NO_PROC, "sh"]
    if subprocess.run(["unshare", *inside, "true"], capture_output=True, check=False).returncode:
        print("skipped: no namespace of mounts can be made here")
        sys.exit(run_cases.SKIPPED)
    # Sanitizers read their options from /proc: they end with a status of their own here.
    text = run(*inside, RELOCK, "explain", "RL101", program="unshare", status=None).stdout
    need(text == run("explain", "RL101").stdout, text)
    lost = run(*inside, sys.executable, "-c", BY_FD, RELOCK, "explain", "RL101", program="unshare",
               status=None).stderr
    need("/proc is not mounted" in lost and "RELOCK_RULES_DIR" in lost, lost)


# ---- --version --------------------------------------------------------------------------------

def test_version():
    short = run("--version").stdout
    need(re.fullmatch(r"relock \d+\.\d+\.\d+ \(libclang \d+[.\d]*\)\n", short), short)
    long = run("--version", "--verbose").stdout
    need(long.startswith(short) and run("-v", "-V").stdout == long, long)
    with tempfile.TemporaryDirectory() as name:
        # A machine with git and nothing else.
        pathlib.Path(name, "git").symlink_to(shutil.which("git"))
        bare = run("--version", "--verbose", env={"PATH": name}).stdout
        need(f"{name}/git, git version " in bare, bare)
        need(re.search(r"sparse +not found; for --sparse \(Debian package sparse\)", bare), bare)
        need(re.search(r"make +not found; ", bare), bare)
    need("--verbose" in run("--version", "--nope", status=2).stderr, "--nope")


# ---- terminals and pipes ----------------------------------------------------------------------

def on_terminal(args, env, stdout_too):
    """What a terminal gets; standard output as well, or a pipe that is returned beside it."""
    master, slave = pty.openpty()
    out = slave if stdout_too else subprocess.PIPE
    full = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    with subprocess.Popen([RELOCK, *map(str, args)], stdin=subprocess.DEVNULL, stdout=out,
                          stderr=slave, env={**full, "TERM": "xterm", **env}) as child:
        os.close(slave)
        text, piped = b"", b""
        while True:
            ready = select.select([master] + ([] if stdout_too else [child.stdout]), [], [], 60)[0]
            if master in ready:
                try:
                    data = os.read(master, 65536)
                except OSError:
                    break
                text += data
            elif ready:
                piped += os.read(child.stdout.fileno(), 65536)
            else:
                sys.exit("nothing comes")
        if not stdout_too:
            piped += child.stdout.read()
        child.wait()
    os.close(master)
    need(child.returncode == 1, f"status {child.returncode}: {text}")
    return text.decode(), piped.decode()


def test_terminal():
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        tree, build = run_cases.make_tree(
            run_cases.Case(run_cases.HERE / "cases/RL101/page-bad"), top)
        args = ["check", tree, "--build", build, "--all", "--no-cache", "-j", "1", "--cache",
                top / "cache"]
        plain = run(*args, status=1)
        need("\033" not in plain.stdout and "RL101" in plain.stdout, "escapes in a pipe")
        need("\033" not in plain.stderr and "\r" not in plain.stderr and
             "reading units" not in plain.stderr, f"progress in a pipe: {plain.stderr}")
        always = run(*args, "--progress", "always", status=1)
        need("relock: reading units\n" in always.stderr and "\033" not in always.stderr,
             always.stderr)
        need(always.stdout == plain.stdout, "progress changes the report")
        text, _ = on_terminal(args, {}, True)
        need("\033[" in text and "[1m" in text, "no colour on a terminal")
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            text, _ = on_terminal([*args, "--progress", "never"], env, True)
            need("\033" not in text, f"{env}: escapes")
        text, _ = on_terminal([*args, "--progress", "never"], {"NO_COLOR": ""}, True)
        need("\033" in text, "an empty NO_COLOR counts")
        text, _ = on_terminal([*args, "--progress", "never", "--color", "always"],
                              {"NO_COLOR": "1"}, True)
        need("\033" in text, "--color always does not win")
        # The report goes into a pipe and progress to the terminal, which is left clean.
        text, piped = on_terminal(args, {}, False)
        need(piped == plain.stdout, "the piped report differs")
        need("RL101" not in text, "the report is on the terminal")
        need(not text or text.endswith("\033[K"), f"something is left: {text!r}")
        text, _ = on_terminal([*args, "-q"], {}, False)
        need(not text, f"-q: {text!r}")


# ---- .relock.yaml -----------------------------------------------------------------------------

def test_project():
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        tree, build = run_cases.make_tree(
            run_cases.Case(run_cases.HERE / "cases/RL101/page-bad"), top)
        file = tree / ".relock.yaml"
        args = ["check", tree, "--no-cache", "--cache", top / "cache", "-j", "1"]
        given = [*args, "--build", build, "--all"]
        plain = run(*given, status=1).stdout

        # The same from the file; paths are relative to it.
        shutil.copytree(build, tree / "out")
        commands = tree / "out/compile_commands.json"
        commands.write_text(commands.read_text().replace(str(build), str(tree / "out")))
        file.write_text("# ours\nbuild: out\nall: true\n")
        need(run(*args, status=1).stdout == plain, "the file does not say the same as options")
        need(run(*args, cwd=tree, status=1).stdout == plain, "from within")
        need(run("check", ".", *args[2:], cwd=tree, status=1).stdout == plain, "as '.'")
        need("--build" in run(*args, "--no-project", "--offline", status=2).stderr, "--no-project")
        elsewhere = top / "else.yaml"
        elsewhere.write_text(f"build: {build}\nall: true\n")
        need(run(*args, "--project", elsewhere, status=1).stdout == plain, "--project FILE")
        for command in ("sections", "attach", "whatif"):
            need(run(command, *args[1:]).stdout, command)
        need("pot.c" in run("facts", *args[1:], "--list").stdout, "facts")

        # The command line has the last word.
        file.write_text("build: nowhere\nscope: nowhere\nfail-on: never\n")
        need(run(*given, status=0).stdout == plain, "fail-on: never")
        need(run(*given, "--fail-on", "error", status=1).stdout == plain, "--fail-on")
        finding = re.search(r"id: ([0-9a-f]{16})", plain).group(1)
        (tree / "known.txt").write_text(f"{finding} # looked at\n")
        file.write_text("suppressions: known.txt\n")
        need("1 suppressed" in run(*given).stdout, "suppressions")
        # Rules of both are read.
        (tree / "more.yaml").write_text("locks:\n  - functions: [a\n")
        file.write_text("rules: [more.yaml]\n")
        need("more.yaml:" in run(*given, status=2).stderr, "rules")

        # What is wrong, where, and what to do.
        names = re.search(r"takes (.*)\n", refused(given, file, "nope: 1\n", "1:1: error: there is no "
                                                   "option 'nope'; a project file ")).group(1)
        topic = run("help", "project").stdout
        items = re.findall(r"^  ([a-z](?:,? ?[a-z-])*?)(?: +(?:A|true) ?|$)", topic, re.M)
        need(set(", ".join(items).split(", ")) == set(names.split(", ")), (items, names))
        for option in ("output", "write-baseline", "cache", "jobs", "project", "version"):
            refused(given, file, f"\n  {option}: x\n", f"2:3: error: '{option}' can be set on the command "
                    "line only" if option != "version" else f"no option '{option}'")
        for text, words in {
                "fail-on: never\nfail-on: note\n": "2:1: error: duplicate key",
                "fail-on: sometimes\n": "1:10: error: 'fail-on' takes one of error, warning, note, "
                                        "never, not 'sometimes'",
                "fail-on:\n": "1:1: error: 'fail-on' has no value",
                "sparse: \"yes\"\n": "1:9: error: 'sparse' takes true or false, not 'yes'",
                "arch: [x86]\n": "1:1: error: 'arch' takes one value, not a list",
                "scope: [kernel, {a: b}]\n": ":17: error: 'scope' must be a single value, not a map",
                "- scope\n": "a project file is a map of options",
                "scope: [a\n": ".relock.yaml:",
                "all: true\nscope: kernel\n": "2:1: error: 'all' and 'scope' exclude each other",
                "fail-on: note\nsuppressions: nofile\n": f"2:15: error: cannot read {tree}/nofile: No such",
                "baseline: /etc/passwd\n": "1:11: error: '/etc/passwd' is not below the tree",
                "baseline: ../cache\n": "1:11: error: '../cache' is not below the tree",
                "rules: [more.yaml, link]\n": "1:20: error: 'link' is not below the tree",
                "scope: &a x\narch: *a\n": "is an alias",
        }.items():
            (top / "cache").mkdir(exist_ok=True)
            if not (tree / "link").is_symlink():
                (tree / "link").symlink_to("/etc/passwd")
            refused(given[:5] if "all" in text else given, file, text, words)
        file.unlink()
        file.symlink_to("/etc/passwd")
        done = run(*given, status=2)
        need("not a regular file; --no-project" in done.stderr and "root" not in done.stderr, done)
        need(run(*given, "--no-project", status=1).stdout == plain, "--no-project")
        need("nofile" in run(*given, "--project", "nofile", status=2).stderr, "--project nofile")
        need("exclude" in run(*given, "--project", "a", "--no-project", status=2).stderr, "both")


def refused(args, file, text, words):
    file.write_text(text)
    done = run(*args, status=2)
    need(not done.stdout and f"{file}:" in done.stderr and words in done.stderr,
         f"{text!r}: no {words!r} in {done.stdout}{done.stderr}")
    return done.stderr


def main():
    global RELOCK  # pylint: disable=global-statement
    parser = argparse.ArgumentParser()
    parser.add_argument("--relock", required=True)
    parser.add_argument("tests", nargs="+")
    args = parser.parse_args()
    RELOCK = os.path.abspath(args.relock)
    for test in args.tests:
        globals()[f"test_{test}"]()


if __name__ == "__main__":
    main()
