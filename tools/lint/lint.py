#!/usr/bin/env python3
"""tools/lint/lint.py ROOT: layers, file sizes, banned calls and names, layout. Runs as the test `lint`.

Sizes are a ratchet: a file over the limit is listed in sizes.txt with its size, and may only shrink."""
import pathlib
import re
import subprocess
import sys

import layers

LINES_MAX = 400
BANNED = [  # pattern, what to do instead, where it is allowed
    (r"std::chrono::(system|steady|high_resolution)_clock::now", "ask env.clock", ("base/env", "tools", "tests")),
    (r"std::(j)?thread\b", "submit to env.executor", ("base/env", "tools", "tests", "gateway")),
    (r"\b(rand|srand|std::random_device|std::mt19937)\b\s*[({]", "draw from env.random", ("base/env", "tests")),
    (r"std::this_thread::sleep|\busleep\(|\bnanosleep\(", "use a timer of env.executor", ("base/env", "tests", "tools", "gateway")),
    (r"\bstd::(i|o)?fstream\b|\bfopen\(", "use env.files", ("base/env", "tests", "tools")),
    (r"\bgetenv\(", "hand settings in", ("tools", "tests", "gateway")),
    (r"\b(TODO|FIXME|XXX)\b", "finish it, or say in docs/status.md what is missing", ()),
]
NAMES = re.compile(r"(^|/)(utils?|common|misc|helpers?)(/|\.|$)")


def tracked(root):
    names = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split("\n")
    return [root / name for name in names if name and (root / name).is_file()]


def size_violations(root, files):
    listed = {}
    for line in (root / "tools/lint/sizes.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            lines, name = line.split(None, 1)
            listed[name] = int(lines)
    for file in files:
        name = str(file.relative_to(root))
        if file.suffix not in (".h", ".cc", ".py"):
            continue
        lines = file.read_text().count("\n")
        if lines > max(LINES_MAX, listed.get(name, 0)):
            yield f"{name}: {lines} lines, at most {max(LINES_MAX, listed.get(name, 0))}: split it by ideas"
    for name in listed:
        if not (root / name).exists():
            yield f"tools/lint/sizes.txt: {name} does not exist any more"


def word_violations(root, files):
    for file in files:
        name = str(file.relative_to(root))
        if NAMES.search(name):
            yield f"{name}: name it after what its contents have in common"
        if file.suffix not in (".h", ".cc"):
            continue
        text = file.read_text()
        for pattern, instead, allowed in BANNED:
            if any(layers.is_in(name, place) for place in allowed):
                continue
            for match in re.finditer(pattern, text):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{name}:{line}: `{match.group(0)}` is banned: {instead}"


def layout_violations(root, files):
    sources = [str(f) for f in files if f.suffix in (".h", ".cc")]
    for begin in range(0, len(sources), 50):
        done = subprocess.run(["clang-format-19", "--dry-run", "-Werror", *sources[begin:begin + 50]],
                              capture_output=True, text=True)
        if done.returncode != 0:
            first = {line.split(":")[0] for line in done.stderr.splitlines() if "error:" in line}
            yield from (f"{name}: run ./dev fmt" for name in sorted(first))


def main(root):
    files = tracked(root)
    found = [*layers.violations(root, files), *size_violations(root, files), *word_violations(root, files),
             *layout_violations(root, files)]
    print("\n".join(found) or "lint: clean")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
