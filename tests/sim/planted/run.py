#!/usr/bin/env python3
"""tests/sim/planted/run.py BUILD [NAME...] [--seeds N] [--build-only] [--json FILE]

Does the simulation find planted bugs?

Every patch beside this file is a bug of the runtime. For each one, the files that it touches are patched in a copy,
what includes them is compiled again, and a libsluice_runtime.so with these objects in the place of the right ones is linked
into BUILD/planted/NAME. BUILD/simulate is run with that library, and has to fail within N seeds. A patch that does not
apply any more fails the run."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
LIBRARY = "libsluice_runtime.so"


def output_of(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


def patched_copies(patch, overlay):
    """The files of the patch, patched, below `overlay`; their names. Copies that are right already keep their age."""
    names = re.findall(r"^\+\+\+ b/(\S+)", patch.read_text(), re.M)
    with tempfile.TemporaryDirectory() as scratch:
        for name in names:
            copy = pathlib.Path(scratch) / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text((ROOT / name).read_text())
        done = subprocess.run(["git", "apply", str(patch)], cwd=scratch, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{patch.name} does not apply any more:\n{done.stderr}")
        for name in names:
            text, copy = (pathlib.Path(scratch) / name).read_text(), overlay / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if not copy.exists() or copy.read_text() != text:
                copy.write_text(text)
    return names


class Build:
    """What the build says about the library: commands of its objects, their dependencies, its link."""

    def __init__(self, folder):
        self.folder = folder
        self.commands = {}
        for entry in json.loads((folder / "compile_commands.json").read_text()):
            name = os.path.relpath(os.path.join(entry["directory"], entry["file"]), ROOT)
            self.commands.setdefault(name, entry)
        self.link = output_of(["ninja", "-C", folder, "-t", "commands", "-s", LIBRARY]).strip().splitlines()[-1]
        self.includes = {}  # Of a file: what it includes.
        for file in ROOT.glob("runtime/**/*"):
            if file.suffix in (".h", ".cc"):
                self.includes[str(file.relative_to(ROOT))] = re.findall(r'^#include "(.*)"', file.read_text(), re.M)

    def object_of(self, name):
        return re.search(r"-o (\S+\.o)", self.commands[name]["command"]).group(1) if name in self.commands else "none"

    def sources_for(self, names):
        """The sources of the library whose objects change when these files do."""
        changed = set(names)
        while True:
            found = {file for file, included in self.includes.items() if not changed.isdisjoint(included)}
            if found <= changed:
                return sorted(name for name in changed if f" {self.object_of(name)} " in self.link)
            changed |= found


def ninja_edges(build, name, overlay):
    """Ninja's text for one variant."""
    names = patched_copies(HERE / f"{name}.patch", overlay)
    link, objects, text = build.link, [], ""
    for source in build.sources_for(names):
        old, new = build.object_of(source), f"{overlay}/{source}.o"
        path = overlay / source if source in names else ROOT / source
        command = build.commands[source]["command"].replace(f"-I{ROOT}", f"-I{overlay} -I{ROOT}")
        command = re.sub(r"-o \S+\.o", f"-o {new}", command)
        command = re.sub(r"-c \S+", f"-c {path}", command).replace(" -Werror", "")
        command = command.replace("$", "$$") + f" -MD -MF {new}.d"
        text += f"build {new}: compile {path}\n  command_line = cd {build.folder} && {command}\n"
        (overlay / source).parent.mkdir(parents=True, exist_ok=True)
        link = link.replace(f" {old} ", f" {new} ")
        objects.append(new)
    library = f"{overlay}/lib/{LIBRARY}"
    (overlay / "lib").mkdir(parents=True, exist_ok=True)
    link = link.replace(f"-o {LIBRARY}", f"-o {library}")
    text += f"build {library}: run {' '.join(objects)} {build.folder}/{LIBRARY}\n"
    return text + f"  command_line = cd {build.folder} && {link.replace('$', '$$')}\n"


def prepare(build, names):
    folder = build.folder / "planted"
    folder.mkdir(exist_ok=True)
    text = "rule run\n  command = $command_line\n  description = $out\n"
    text += "rule compile\n  command = $command_line\n  description = $out\n  depfile = $out.d\n  deps = gcc\n"
    for name in names:
        text += ninja_edges(build, name, folder / name)
    (folder / "build.ninja").write_text(text)
    return folder


def first_seed(build, folder, name, seeds):
    """The seed that fails, or None; and the seconds that it took."""
    begin = time.monotonic()
    environment = dict(os.environ, LD_LIBRARY_PATH=str(folder / name / "lib"))
    done = subprocess.run([str(build.folder / "simulate"), "--seeds", f"1..{seeds}"], capture_output=True, text=True,
                          env=environment)
    found = re.search(r"^FAILED seed (\d+)", done.stdout, re.M)
    problem = re.search(r"^FAILED seed \d+.*\n\s*(.*)", done.stdout, re.M)
    return found and int(found.group(1)), problem.group(1) if problem else "", time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--build-only", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    names = arguments.names or sorted(patch.stem for patch in HERE.glob("*.patch"))
    build = Build(arguments.build.resolve())
    folder = prepare(build, names)
    subprocess.run(["ninja", "-C", str(folder), "-k", "0", "-j2"], check=True)
    if arguments.build_only:
        return 0
    results = {}
    for name in names:
        seed, problem, seconds = first_seed(build, folder, name, arguments.seeds)
        results[name] = seed
        outcome = "NOT FOUND" if seed is None else f"seed {seed:>4}"
        print(f"{name:<34} {outcome}  {seconds:6.1f} s  {problem[:100]}", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")
    missed = [name for name, seed in results.items() if seed is None]
    print(f"{len(names) - len(missed)} of {len(names)} planted bugs found")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
