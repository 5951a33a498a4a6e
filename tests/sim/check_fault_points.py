#!/usr/bin/env python3
"""tests/sim/check_fault_points.py: the crash points of the simulation are those of the sources."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def points_in_sources():
    names = subprocess.run(["git", "ls-files", "*.cc", "*.h"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = set()
    for name in names.stdout.split():
        # Steps of Kafka's protocol are killed against a real broker: tests/kafka/crash_points_test.py.
        if not name.startswith(("tests/", "base/env/", "runtime/connectors/kafka/")):
            found |= set(re.findall(r'SLUICE_FAULT\("([^"]+)"\)', (ROOT / name).read_text()))
    return found


def points_of_simulation():
    text = (ROOT / "tests/sim/faults.cc").read_text()
    return set(re.findall(r'\bcrash(?:_often_passed|_seldom_passed)?\("([^"]+)"', text))


def main():
    sources, simulated = points_in_sources(), points_of_simulation()
    problems = [f"{name} is in the sources and not in tests/sim/faults.cc" for name in sorted(sources - simulated)]
    problems += [f"{name} is in tests/sim/faults.cc and not in the sources" for name in sorted(simulated - sources)]
    print("\n".join(problems) or f"{len(simulated)} crash points")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
