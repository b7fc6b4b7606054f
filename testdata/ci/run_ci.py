#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The templates of reports/ci, run as their CI does: run_ci.py --relock RELOCK TEST..."""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "history")]
from run_cases import Case  # noqa: E402  pylint: disable=wrong-import-position
from run_history import BAD, GOOD, NULL, Bench, Failure, Repository, need  # noqa: E402  pylint: disable=wrong-import-position

CI = HERE.parent.parent / "reports/ci"
RELOCK = ""


def read_yaml(path):
    doc = yaml.safe_load(path.read_text(encoding="utf-8"))
    # YAML 1.1 takes the key for a truth.
    if True in doc:
        doc["on"] = doc.pop(True)
    return doc


def make_repository(top):
    """The branch main, which is fine, and HEAD: a merge of a branch with the bug."""
    repo = Repository(Bench(RELOCK, top), Case(NULL))
    (repo.path / ".relock.yaml").write_text("all: true\n", encoding="utf-8")
    repo.edit(GOOD)
    repo.commit("Pots")
    repo.git("switch", "-q", "-c", "topic")
    repo.edit(BAD)
    repo.commit("Pass no counter")
    repo.git("switch", "-q", "main")
    (repo.path / "README").write_text("pots\n", encoding="utf-8")
    repo.commit("Say what this is")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge topic", "topic")
    return repo


def tools_path(top, relock=True):
    """A PATH with relock, or without."""
    folder = top / "bin"
    folder.mkdir(exist_ok=True)
    if relock and not (folder / "relock").exists():
        (folder / "relock").symlink_to(RELOCK)
    rest = [d for d in os.environ["PATH"].split(":") if not os.path.exists(f"{d}/relock")]
    return ":".join([str(folder), *rest])


def run(command, cwd, env, status=None, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd,
                          stdin=subprocess.DEVNULL, timeout=280, env=env, **more)
    need("Sanitizer" not in done.stderr, done.stderr)
    need(status is None or done.returncode == status,
         f"status {done.returncode}, not {status}\n{done.stdout}{done.stderr}")
    return done


# ---- GitHub -----------------------------------------------------------------------------------

class Runner:
    """What of GitHub's runner a composite action sees; each job is a new machine."""

    def __init__(self, repo, top, action=CI / "github", path=None):
        self.repo, self.top, self.action, self.path = repo, top, action, path
        self.cache = top.parent / "kept-cache"
        self.log, self.summary, self.kept = "", "", None
        self.steps, self.ran, self.failed = {}, [], False

    def value(self, name, inputs):
        known = {"github.action_path": str(self.action), "github.sha": "0123", "runner.os": "Linux",
                 "runner.temp": str(self.top.parent / "temp"), "cancelled()": False}
        if name.startswith("inputs."):
            return inputs[name[7:]]
        if name.startswith("steps."):
            _, step, outputs, key = name.split(".")
            need(outputs == "outputs", name)
            return self.steps.get(step, {}).get(key, "")
        need(name in known, f"'{name}' is nothing that the runner knows")
        return known[name]

    def expand(self, text, inputs):
        return re.sub(r"\$\{\{ ([^}]*) \}\}", lambda m: str(self.value(m.group(1), inputs)), str(text))

    def condition(self, text, inputs):
        text = re.fullmatch(r"\$\{\{ (.*) \}\}", text).group(1)
        words = re.findall(r"'[^']*'|&&|\|\||[!=]=|!|[a-z][\w.-]*(?:\(\))?|[()]", text)
        need("".join(words) == text.replace(" ", ""), f"what is {text}?")
        python = {"&&": "and", "||": "or", "!": "not", "==": "==", "!=": "!=", "(": "(", ")": ")"}
        return eval(" ".join(python.get(w) or (w if w[0] == "'" else repr(self.value(w, inputs)))  # pylint: disable=eval-used
                             for w in words))

    def job(self, tree=".", **given):
        action = read_yaml(self.action / "action.yml")
        inputs = {name: i.get("default", "") for name, i in action["inputs"].items()}
        inputs.update(tree=tree, **{k.replace("_", "-"): v for k, v in given.items()})
        need(action["runs"]["using"] == "composite", action["runs"])
        # The same on each machine.
        temp = self.top.parent / "temp"
        shutil.rmtree(temp, ignore_errors=True)
        temp.mkdir()
        self.top.mkdir()
        for step in action["runs"]["steps"]:
            wanted = self.condition(step["if"], inputs) if "if" in step else not self.failed
            if not wanted:
                continue
            self.ran.append(step["name"])
            if "uses" in step:
                uses = re.fullmatch(r"actions/([a-z-]+)@v\d+", step["uses"]).group(1)
                {"cache": self.restore, "upload-artifact": self.keep}[uses](
                    {k: self.expand(v, inputs) for k, v in step["with"].items()})
            else:
                self.shell(step, inputs)
        if not self.failed:
            shutil.copytree(temp / "relock-cache/facts", self.cache, dirs_exist_ok=True)
        return {name: self.expand(o["value"], inputs) for name, o in action["outputs"].items()}

    def shell(self, step, inputs):
        need("${{" not in step["run"], f"{step['name']}: text of others in a script")
        need(step["shell"] == "bash", step)
        script, output, summary = (self.top / n for n in ("script", "output", "summary"))
        script.write_text(step["run"], encoding="utf-8")
        output.write_text("", encoding="utf-8")
        env = {"HOME": str(self.top), "PATH": self.path or tools_path(self.top.parent), "GITHUB_OUTPUT": str(output),
               "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_ACTIONS": "true", "CI": "true",
               "LC_ALL": "C.UTF-8", "GIT_CONFIG_SYSTEM": "/dev/null", **{k: self.expand(v, inputs) for k, v in step.get("env", {}).items()}}
        done = run(["bash", "--noprofile", "--norc", "-eo", "pipefail", script], self.repo, env)
        self.log += done.stdout + done.stderr
        self.failed |= done.returncode != 0
        if summary.exists():
            self.summary = summary.read_text(encoding="utf-8")
        self.steps[step.get("id", step["name"])] = dict(
            line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())

    def restore(self, inputs):
        need(inputs["key"].startswith(inputs["restore-keys"]), inputs)
        if self.cache.exists():
            shutil.copytree(self.cache, inputs["path"])

    def keep(self, inputs):
        folder = pathlib.Path(inputs["path"])
        need(any(folder.iterdir()), "nothing to keep")
        self.kept = {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir()}


def test_action(top):
    repo = make_repository(top)

    # A pull request with the bug.
    runner = Runner(repo.path, top / "first")
    outputs = runner.job(options="-v\n")
    need(runner.failed and outputs["status"] == "1", (outputs, runner.log))
    need(len(re.findall("^::error .*RL101", runner.log, re.M)) == 1, runner.log)
    need("RL101" in runner.summary, runner.summary)
    need(sorted(runner.kept) == ["relock.html", "relock.sarif"], runner.kept)
    results = json.loads(runner.kept["relock.sarif"])["runs"][0]["results"]
    need([(r["ruleId"], r["baselineState"]) for r in results] == [("RL101", "new")], results)
    need("RL101" in runner.kept["relock.html"], "the page")
    need(outputs["sarif"].endswith("/relock.sarif") and outputs["page"].endswith("/relock.html"), outputs)
    need(not repo.git("status", "--porcelain"), "the checkout was written to")

    # What is there already fails nothing; facts come from the run before.
    (repo.path / "README").write_text("pots and pans\n", encoding="utf-8")
    repo.commit("Say more")
    runner = Runner(repo.path, top / "second")
    need(runner.job(options="-v")["status"] == "0" and not runner.failed, runner.log)
    need("::error" not in runner.log and runner.kept, runner.log)
    runner = Runner(repo.path, top / "third")
    runner.job(options="-v", artifact="")
    need(re.findall(r"(\d+) units from the cache, (\d+) parsed", runner.log) == [("1", "0")] * 2, runner.log)
    need(runner.kept is None and "Keep the reports" not in runner.ran, runner.ran)
    # Without a revision to compare with it counts; and a job may want to know only.
    runner = Runner(repo.path, top / "all")
    need(runner.job(since="")["status"] == "1" and runner.failed, runner.log)
    runner = Runner(repo.path, top / "never")
    need(runner.job(since="", fail_on="never")["status"] == "0", runner.log)

    # One unit cannot be read: not the fault of the pull request, but it is told.
    (repo.path / "pan.c").write_text("int pan(\n", encoding="utf-8")
    repo.commit("Break the pan")
    runner = Runner(repo.path, top / "part")
    need(runner.job()["status"] == "3" and not runner.failed, runner.log)
    need("pan.c" in re.search("^::warning.*could not be read.*", runner.log, re.M).group(), runner.log)
    # Nothing can be analysed.
    runner = Runner(repo.path, top / "none")
    runner.job(options="--scope=nowhere")
    need(runner.failed and "::error title=relock::Nothing was analysed" in runner.log, runner.log)
    need(runner.kept is None, "reports of nothing")
    # An option is a line, not a command.
    runner = Runner(repo.path, top / "words")
    runner.job(options=f"--write-baseline={top}/a b; touch {top}/x\n$(touch {top}/x)")
    need(runner.failed and not (top / "x").exists(), runner.log)

    # A machine without relock: the action installs what it comes with.
    action = top / "ci/github"
    action.mkdir(parents=True)
    shutil.copyfile(CI / "github/action.yml", action / "action.yml")
    (top / "empty").mkdir()
    (top / "ci/install").write_text(f"ln -s {RELOCK} {top}/empty/relock\n", encoding="utf-8")
    (top / "empty/sudo").write_text('#!/bin/sh\nexec "$@"\n', encoding="utf-8")
    (top / "empty/sudo").chmod(0o755)
    runner = Runner(repo.path, top / "install", action,
                    tools_path(top, False).replace(str(top / "bin"), str(top / "empty")))
    need(runner.job()["status"] == "3", runner.log)


def test_workflow(_):
    flow = read_yaml(CI / "github/relock.yml")
    need(list(flow["on"]) == ["pull_request"], flow["on"])
    need(flow["permissions"] == {"contents": "read"}, flow["permissions"])
    text = (CI / "github/relock.yml").read_text(encoding="utf-8")
    action = (CI / "github/action.yml").read_text(encoding="utf-8")
    need(not re.search(r"\{\{ *(secrets|github\.token)", text + action), "a secret")
    for words in (text, action, (CI / "gitlab/relock.gitlab-ci.yml").read_text(encoding="utf-8")):
        need("executes its Makefiles" in words, "nobody is told what is executed")
    job, = flow["jobs"].values()
    need(set(job) == {"runs-on", "timeout-minutes", "steps"}, job)
    checkout, relock = job["steps"]
    need(checkout["with"] == {"fetch-depth": 2, "persist-credentials": False}, checkout)
    path = re.fullmatch(r"OWNER/relock/(.*)@main", relock["uses"]).group(1)
    need((HERE.parent.parent / path / "action.yml").exists(), path)
    need(set(relock.get("with", {})) <= set(yaml.safe_load(action)["inputs"]), relock)


# ---- the problem matcher ----------------------------------------------------------------------

def matches(text):
    """What a runner makes of these lines."""
    matchers = json.loads((CI / "github/problem-matcher.json").read_text(encoding="utf-8"))["problemMatcher"]
    need(len({m["owner"] for m in matchers}) == len(matchers), "two matchers with one owner")
    out = []
    for line in text.splitlines():
        for m in matchers:
            pattern, = m["pattern"]
            # What is used of JavaScript's expressions means the same here.
            found = re.search(pattern["regexp"], line)
            if found:
                out.append({"severity": m["severity"], **{
                    key: found.group(pattern[key]) for key in ("file", "line", "column", "message", "code")}})
    return out


def test_matcher(top):
    severity = {"error": "error", "warning": "warning", "note": "notice"}
    golden = HERE.parent / "reports"
    for name in ("compared", "full"):
        report = json.loads((golden / f"{name}.json.golden").read_text(encoding="utf-8"))
        found = matches((golden / f"{name}.short.golden").read_text(encoding="utf-8"))
        want = [f for f in report["findings"] if f["state"] != "suppressed"]
        need(len(found) == len(want) > 0, (name, len(found), len(want)))
        for f, m in zip(want, found):
            at = f["location"]
            need((m["severity"], int(m["line"]), int(m["column"]), m["code"]) ==
                 (severity[f["severity"]], at["line"], at["column"], f["code"]), (m, f))
            need(m["file"].isprintable() and m["message"].isprintable() and (m["file"] == at["file"] or not at["file"].isprintable()), m)
            need(m["message"] == f["message"] or not f["message"].isprintable(), (m, f))
    # The text report wraps the sentence; its notes and ladders are no problems of their own.
    bench = Bench(RELOCK, top)
    tree, build = bench.make(Case(NULL))
    text = bench.run("check", tree, "--build", build, "--all", "--cache", "cache", status=1).stdout
    found = matches(text)
    need([(m["severity"], m["file"]) for m in found] == [("error", "pot.c")], (found, text))
    need(not matches((golden / "empty.text.golden").read_text(encoding="utf-8")), "a problem in nothing")


# ---- GitLab -----------------------------------------------------------------------------------

def test_gitlab(top):
    repo = make_repository(top)
    job = read_yaml(CI / "gitlab/relock.gitlab-ci.yml")["relock"]
    need(job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}], job["rules"])
    fixed = "/tmp/relock-cache"

    def pipeline(base, status, **variables):
        env = {"HOME": str(top), "PATH": tools_path(top), "LC_ALL": "C.UTF-8", **job["variables"],
               "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, **variables}
        script = "\n".join(job["before_script"] + job["script"]).replace(fixed, str(top / "c"))
        done = run(["bash", "-eo", "pipefail", "-c", script], repo.path, env, status)
        for name in (*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()):
            need((repo.path / name).exists() or status == 2, f"no {name}")
        # A new machine has what the cache names.
        shutil.rmtree(top / "c")
        need(list(repo.path.glob(job["cache"]["paths"][0])), "no cache")
        return done

    done = pipeline("HEAD^1", 1)
    need("RL101" in done.stdout, done.stdout)
    issue, = json.loads((repo.path / "relock-quality.json").read_text(encoding="utf-8"))
    need(issue["location"]["path"] == "pot.c" and issue["severity"] in ("critical", "major"), issue)
    done = pipeline("HEAD^1", 0, RELOCK_OPTIONS="-v --no-project --all", RELOCK_FAIL_ON="never")
    need(re.findall(r"(\d+) units from the cache, (\d+) parsed", done.stderr) == [("1", "0")] * 2, done.stderr)
    pipeline("HEAD", 0)
    (repo.path / "pan.c").write_text("int pan(\n", encoding="utf-8")
    pipeline("HEAD", 0)
    pipeline("no-such-commit", 2)


# ---- netdev -----------------------------------------------------------------------------------

def test_netdev(top):
    repo = make_repository(top)
    folder = CI / "netdev/relock"
    info = json.loads((folder / "info.json").read_text(encoding="utf-8"))
    need(sorted(p.name for p in folder.iterdir()) == ["info.json", *info["run"]], "files")

    def patch_test(rev, status, **env):
        repo.git("checkout", "-q", rev)
        head = repo.git("rev-parse", "HEAD")
        desc = top / "desc"
        with open(desc, "w", encoding="utf-8") as fd:
            done = run([str(folder / info["run"][0])], repo.path, {
                "HOME": str(top), "PATH": tools_path(top), "DESC_FD": str(fd.fileno()),
                "LC_ALL": "C.UTF-8", **env}, status, pass_fds=[fd.fileno()])
        need(repo.git("rev-parse", "HEAD") == head and not repo.git("status", "--porcelain"),
             "the tree is not as it was")
        line = desc.read_text(encoding="utf-8")
        need(line.count("\n") == 1, line)
        return line, done

    line, done = patch_test("topic", 1, FIRST_IN_SERIES="1")
    need(line == "Errors before: 0 this patch: 1; warnings before: 0 this patch: 0\n", line)
    need("New errors added" in done.stderr and re.search("RL101 .*NEW", done.stderr), done.stderr)
    # The next of the series: what was after is before, and nothing is read for it again.
    repo.git("switch", "-q", "topic")
    (repo.path / "README").write_text("x\n", encoding="utf-8")
    repo.commit("Words only")
    line, done = patch_test("topic", 0, FIRST_IN_SERIES="0")
    need(line.startswith("Errors before: 1 this patch: 1;"), line)
    need("Analysing the tree before" not in done.stdout and "Not the first" in done.stdout, done.stdout)
    line, done = patch_test("topic", 0)
    need("Analysing the tree before" in done.stdout, done.stdout)
    # Taken away again.
    repo.edit(GOOD)
    repo.commit("Pass the counter")
    line, done = patch_test("topic", 0, FIRST_IN_SERIES="0")
    need(line.startswith("Errors before: 1 this patch: 0;") and "FIXED" in done.stdout, line)
    # What is one link short of an error is a warning: 250.
    shutil.copyfile(HERE.parent / "cases/attach/only-possible/pot.c", repo.path / "pot.c")
    repo.commit("Other pots")
    line, done = patch_test("topic", 250)
    need("warnings before: 0 this patch: 1" in line and "New warnings" in done.stderr, line)
    # Neither tree can be analysed, then only the older one can.
    makefile = (repo.path / "Makefile").read_text(encoding="utf-8")
    (repo.path / "Makefile").write_text("$(error no)\n", encoding="utf-8")
    repo.commit("Break the build")
    line, _ = patch_test("topic", 1)
    need("but not with it" in line, line)
    (repo.path / "Makefile").write_text(makefile, encoding="utf-8")
    repo.commit("Mend the build")
    line, _ = patch_test("topic", 250)
    need("before the patch" in line, line)


# ---- as coccicheck ----------------------------------------------------------------------------

def test_kernel(top):
    repo = make_repository(top)
    program = CI / "kernel/relockcheck"

    def check(status=0, **env):
        return run([str(program)], repo.path, {"HOME": str(top), "PATH": tools_path(top), "LC_ALL": "C.UTF-8",
                                               **env}, status)
    report = check(MODE="report").stdout
    need([m["code"] for m in matches(report)] == ["RL101"] and report.count("\n") == 1, report)
    need(check().stdout == report, "report is not what it does by itself")
    context = check(MODE="context").stdout
    head, *lines = context.splitlines()
    need(head == "# " + report.strip(), head)
    # A diff that patch takes, and whose lines are those of the ladder.
    text = (repo.path / "pot.c").read_text(encoding="utf-8").splitlines()
    marked = [line[1:] for line in lines if line.startswith("-") and not line.startswith("---")]
    need(marked and all(m in text for m in marked), context)
    need(any(m.startswith("\tdrain(to_pot(map), NULL);") for m in marked), marked)
    copy = top / "copy"
    shutil.copytree(repo.path, copy)
    patch = context.replace("+++ /tmp/nothing/", "+++ ")
    done = subprocess.run(["patch", "-p0", "-d", str(copy), "--no-backup-if-mismatch"], input=patch, text=True,
                          capture_output=True, check=False)
    need(done.returncode == 0 and "offset" not in done.stdout + done.stderr, done.stdout + done.stderr + context)
    gone = sum(1 for line in lines if re.match("-(?!--)", line))
    count = sum(len(p.read_text(encoding="utf-8").splitlines()) - len((copy / p.relative_to(repo.path)).read_text(
        encoding="utf-8").splitlines()) for p in repo.path.rglob("*.[ch]"))
    need(count == gone, (count, gone))
    # Its variables.
    (repo.path / "pan").mkdir()
    need("nowhere" in check(2, M="nowhere", RELOCK_FLAGS="--no-project").stderr, "M=")
    need(check(M="pot.c", J="1", RELOCK_FLAGS="--no-project -q").stdout == report, "M= J=")
    need("relock:" in check(V="1").stderr, "V=1")
    need(not check(V="1", DEBUG_FILE=str(top / "debug")).stderr and
         "relock:" in (top / "debug").read_text(encoding="utf-8"), "DEBUG_FILE=")
    need("report or context, not 'patch'" in check(2, MODE="patch").stderr, "MODE=patch")


# ---- what of a tree is executed ---------------------------------------------------------------

TRAP = """#!/bin/sh
touch {top}/executed
exec /usr/bin/true
"""


def set_traps(top, tree, build):
    """Whatever of the tree and of the build directory could be executed leaves a file behind."""
    trap = TRAP.format(top=top)
    for name in ("scripts/config", "scripts/kconfig/merge_config.sh", "tools/gcc", "sparse", "git", "make",
                 "gcc", "clang", ".git/hooks/post-checkout", ".git/hooks/fsmonitor"):
        for place in (tree, build):
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(trap, encoding="utf-8")
            path.chmod(0o755)
    makefile = f"VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n$(shell touch {top}/executed)\nall olddefconfig prepare defconfig:\n\t+touch {top}/executed\n"
    for place in (tree, build):
        for name in ("Makefile", "GNUmakefile", "Kbuild"):
            (place / name).write_text(makefile, encoding="utf-8")
    # What makes it a kernel tree.
    for name in ("Kconfig", "scripts/Makefile.build"):
        (tree / name).write_text("# nothing\n", encoding="utf-8")
    # A library that a compiler could load, and the options that would make one do so.
    source = top / "plugin.c"
    source.write_text("#include <fcntl.h>\n__attribute__((constructor)) static void go(void)\n{\n"
                      f"\topen(\"{top}/executed\", O_CREAT | O_WRONLY, 0600);\n}}\n", encoding="utf-8")
    plugin = tree / "plugin.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", plugin, source], check=True)
    commands = build / "compile_commands.json"
    units = json.loads(commands.read_text(encoding="utf-8"))
    for unit in units:
        unit["arguments"] = [str(tree / "tools/gcc"), f"-fplugin={plugin}", "-Xclang", "-load", "-Xclang",
                             str(plugin), f"-B{tree}/tools", f"-specs={tree}/specs", *unit["arguments"][1:]]
    commands.write_text(json.dumps(units), encoding="utf-8")
    (tree / "rules.yaml").write_text("flags:\n" + "".join(
        f"  - option: {option}\n    does: keep\n    why: it loads\n"
        for option in ("-fplugin=*", "-Xclang", "-load", "/*", "-B*", "-specs=*")), encoding="utf-8")
    (tree / ".relock.yaml").write_text("rules: rules.yaml\n", encoding="utf-8")
    return plugin


def traced(top, args, status):
    """The programs that were executed, and the files that were opened."""
    # A file a process, so that no line is torn.
    folder = pathlib.Path(tempfile.mkdtemp(dir=top))
    run(["strace", "-ff", "-qq", "-o", folder / "trace", "-e", "trace=execve,execveat,open,openat,openat2", RELOCK, *args],
        top, {"PATH": os.environ["PATH"], "HOME": str(top), "ASAN_OPTIONS": "detect_leaks=0"}, status)
    text = "".join(p.read_text(encoding="utf-8", errors="replace") for p in folder.iterdir())
    need("execveat" not in text, "a program without a name")
    executed = re.findall(r'execve\("([^"]*)"[^\n]*= 0$', text, re.M)
    return executed, re.findall(r'open(?:at2?)?\((?:[^",]*, )?"([^"]*)"', text)


def test_offline(top):
    bench = Bench(RELOCK, top)
    tree, build = bench.make(Case(NULL))
    plugin = set_traps(top, tree, build)
    executed = top / "executed"
    args = ["--build", build, "--offline", "--all", "--cache", top / "cache", "-j", "2"]
    for command in ("check", "sections", "attach", "whatif"):
        programs, opened = traced(top, [command, tree, *args], 1 if command == "check" else 0)
        need(programs == [RELOCK], f"{command}: executes {programs}")
        need(str(tree / "pot.c") in opened or command != "check", "the trace is of nothing")
        need(str(plugin) not in opened, f"{command}: opens {plugin}")
    programs, _ = traced(top, ["facts", tree, *args, "--to", top / "facts"], 0)
    need(programs == [RELOCK], programs)
    # sparse is asked, and git; not those of the tree.
    programs, _ = traced(top, ["check", tree, *args, "--sparse", "--output", "lore"], 1)
    need(len(programs) > 1 and not any(p.startswith(str(top)) for p in programs), programs)
    need(not executed.exists(), "something of the tree was executed")
    # Where nothing can be had without make there is an error, and still no make.
    (build / "compile_commands.json").unlink()
    for place in ([], ["--build", build]):
        programs, _ = traced(top, ["check", tree, *place, *args[2:]], 2)
        need(programs == [RELOCK] and not executed.exists(), programs)
    # Without --offline the tree's Makefile is executed, which is what the README says.
    programs, _ = traced(top, ["check", tree, "--all", "--cache", top / "cache2"], 2)
    need(any(p.endswith("/make") for p in programs) and executed.exists(), programs)


def test_scripts(_):
    """What other people's checkers say of the scripts."""
    scripts = [str(p) for p in (CI / "install", CI / "netdev/relock/relock.sh")]
    run(["shellcheck", "-x", *scripts], HERE.parent.parent, None, 0)
    for name, keys in (("github/action.yml", ("runs", "steps")), ("gitlab/relock.gitlab-ci.yml", ("relock",))):
        doc = read_yaml(CI / name)
        for key in keys:
            doc = doc[key]
        texts = [s["run"] for s in doc if "run" in s] if isinstance(doc, list) else [
            "\n".join(doc["before_script"] + doc["script"])]
        for text in texts:
            done = subprocess.run(["shellcheck", "-s", "bash", "-"], input=text, text=True, capture_output=True,
                                  check=False)
            need(done.returncode == 0, f"{name}: {done.stdout}")


TESTS = {name[5:]: f for name, f in list(globals().items()) if name.startswith("test_")}


def main():
    global RELOCK  # pylint: disable=global-statement
    parser = argparse.ArgumentParser()
    parser.add_argument("--relock", required=True)
    parser.add_argument("tests", nargs="+", choices=sorted(TESTS))
    args = parser.parse_args()
    RELOCK = os.path.abspath(args.relock)
    for name in args.tests:
        with tempfile.TemporaryDirectory(prefix="relock-ci-") as top:
            try:
                TESTS[name](pathlib.Path(top).resolve())
            except Failure as e:
                sys.exit(f"{name}: {e}")


if __name__ == "__main__":
    main()
