#!/usr/bin/env python3
"""example_test.py SLUICE: examples/kafka.sql shows counts of windows."""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    done = subprocess.run([ROOT / "tools/dev/run_with_kafka.py", sys.argv[1], ROOT / "examples/kafka.sql", "--seconds", "14"],
                          capture_output=True, text=True, timeout=100)
    if done.returncode == 77:
        print(done.stderr)
        return 77
    rows = [json.loads(line[line.index("{"):]) for line in done.stdout.splitlines() if "{" in line]
    channels = {row["channel"] for row in rows}
    if done.returncode != 0 or channels != {"web", "app", "shop"} or not all(row["bids"] > 0 for row in rows):
        print(f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        return 1
    print(f"ok: {len(rows)} counts of windows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
