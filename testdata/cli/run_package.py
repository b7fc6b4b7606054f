#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The Debian package, made and unpacked into a folder of its own, where relock must run.

    run_package.py --source DIR --build DIR --cpack CPACK
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import run_cases  # noqa: E402  pylint: disable=wrong-import-position

# What a binary with sanitizers, as the tests build it, has and a release has not.
OF_THIS_BUILD = {"binary-or-shlib-defines-rpath"}


def need(condition, what):
    if not condition:
        sys.exit(f"wrong: {what}")


def run(*argv, status=0, env=None):
    done = subprocess.run([*map(str, argv)], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=300, env={**os.environ, **(env or {})})
    need(status is None or done.returncode == status,
         f"{argv}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def main():
    parser = argparse.ArgumentParser()
    for name in ("source", "build", "cpack"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    if not shutil.which("dpkg-deb") or not shutil.which("dpkg-shlibdeps"):
        print("no dpkg-deb and dpkg-shlibdeps here")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        run(args.cpack, "--config", f"{args.build}/CPackConfig.cmake", "-B", top / "out")
        debs = list((top / "out").glob("relock_*_*.deb"))
        need(len(debs) == 1, debs)
        contents = run("dpkg-deb", "-c", debs[0]).stdout
        for path in ("usr/bin/relock", "usr/share/relock/rules/RL101.md",
                     "usr/share/relock/rules/locks.yaml", "usr/share/man/man1/relock-check.1.gz",
                     "usr/share/man/man7/relock-trust.7.gz", "usr/share/doc/relock/copyright",
                     "usr/share/bash-completion/completions/relock",
                     "usr/share/zsh/vendor-completions/_relock",
                     "usr/share/fish/vendor_completions.d/relock.fish"):
            need(f" ./{path}\n" in contents, f"no {path} in\n{contents}")
        need(" root/root " in contents and "./tmp" not in contents and "./root" not in contents,
             contents)
        depends = run("dpkg-deb", "-f", debs[0], "Depends").stdout
        for library in ("libc6", "libclang1-", "libfyaml0", "libjansson4", "libxxhash0", "libelf1"):
            need(library in depends, f"does not depend on {library}: {depends}")

        root = top / "root"
        run("dpkg-deb", "-x", debs[0], root)
        relock = root / "usr/bin/relock"
        env = {"HOME": name, "PATH": "/usr/bin:/bin"}
        env.update({k: "" for k in ("RELOCK_RULES_DIR", "XDG_CACHE_HOME")})
        need(f"rules: {root}/usr/share/relock/rules\n" in
             run(relock, "--version", "--verbose", env=env).stdout, "other rules")
        page = (pathlib.Path(args.source) / "rules/RL101.md").read_text(encoding="utf-8")
        need(page.splitlines()[0].lstrip("# ") in run(relock, "explain", "RL101", env=env).stdout,
             "explain RL101")
        man = run("man", "-M", root / "usr/share/man", "relock-check",
                  env={"MANPAGER": "cat", "MANWIDTH": "80"}).stdout
        need("relock-check" in man and "--baseline" in man.replace("\N{HYPHEN}", "-"), man)
        tree, build = run_cases.make_tree(
            run_cases.Case(run_cases.HERE / "cases/RL101/page-bad"), top)
        done = run(relock, "check", tree, "--build", build, "--all", "--output", "json",
                   "--offline", env=env, status=1)
        need([f["code"] for f in json.loads(done.stdout)["findings"]] == ["RL101"], done.stdout)
        if shutil.which("lintian"):
            said = run("lintian", "--fail-on", "none", debs[0]).stdout
            wrong = [line for line in said.splitlines()
                     if line[:2] in ("E:", "W:") and line.split()[2] not in OF_THIS_BUILD]
            need(not wrong, "\n".join(wrong))


if __name__ == "__main__":
    main()
