#!/usr/bin/env python3
"""Kills a file -> windowed aggregation -> file job at random moments and compares its output with a batch answer.

kill_test.py SLUICE [--kills N] [--rows N] [--keys N] [--seed N] [--parallelism P]

Shares no code with the engine: input, answer and comparison are computed here. Every run goes on from the newest
checkpoint; parallelism changes between runs. The test fails when a row is lost, doubled or wrong, when a run ends with an
error, and when it could not kill as often as asked."""
import argparse
import collections
import csv
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SQL = """
CREATE TABLE events (k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{dir}/in', 'format' = 'csv');
CREATE TABLE sums (k BIGINT, window_start TIMESTAMP(3), n BIGINT, total BIGINT, largest BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{dir}/out', 'format' = 'csv', 'sink.rolling-policy.file-size' = '256 kb');
SET 'execution.checkpointing.dir' = '{dir}/checkpoints';
SET 'execution.checkpointing.interval' = '50 ms';
SET 'restart-strategy.type' = 'none';
INSERT INTO sums
SELECT k, window_start, COUNT(*), SUM(v), MAX(v)
FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '{window}' SECOND)
GROUP BY k, window_start, window_end;
"""


def stamp(second):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(1_700_000_000 + second))


def make_input(folder, rows, keys, files, rng):
    """Rows in order of time within every file; returns the batch answer."""
    answer = collections.defaultdict(lambda: [0, 0, -1])
    (folder / "in").mkdir()
    seconds = 600
    for f in range(files):
        with open(folder / "in" / f"part-{f}", "w") as out:
            for i in range(rows // files):
                second = i * seconds // (rows // files)
                k, v = rng.randrange(keys), rng.randrange(1_000_000)
                out.write(f'{k},{v},"{stamp(second)}"\n')
                entry = answer[(k, (1_700_000_000 + second) // 60 * 60)]
                entry[0] += 1
                entry[1] += v
                entry[2] = max(entry[2], v)
    return {(str(k), time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(w)), *map(str, entry))
            for (k, w), entry in answer.items()}


def read_output(folder):
    rows = collections.Counter()
    for file in (folder / "out").rglob("part-*"):
        if any(part.startswith(".") for part in file.relative_to(folder).parts):
            continue
        with open(file) as lines:
            rows.update(tuple(row) for row in csv.reader(lines))
    return rows


def check(folder, answer):
    got = read_output(folder)
    doubled = [row for row, count in got.items() if count > 1]
    missing, surplus = answer - set(got), set(got) - answer
    for name, rows in (("doubled", doubled), ("missing", missing), ("surplus", surplus)):
        if rows:
            print(f"{len(rows)} rows {name}, such as {sorted(rows)[:3]}")
    return not (doubled or missing or surplus)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1_500_000)
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    kills = rounds = 0
    while kills < args.kills:
        rounds += 1
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-kill-"))
        answer = make_input(folder, args.rows, args.keys, 4, rng)
        script = folder / "job.sql"
        script.write_text(SQL.format(dir=folder, window=60))
        killed_here = 0
        while True:
            parallelism = rng.choice([1, 2, 2, 3])
            job = subprocess.Popen([args.sluice, "run", str(script), "--from", "latest", "--parallelism",
                                    str(parallelism)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            wants_kill = kills < args.kills and killed_here < 25
            try:
                output, _ = job.communicate(timeout=rng.uniform(0.03, 0.5) if wants_kill else 120)
            except subprocess.TimeoutExpired:
                job.send_signal(signal.SIGKILL)
                job.communicate()
                if not wants_kill:
                    print(f"round {rounds}: the job did not end within 120 s")
                    return 1
                kills += 1
                killed_here += 1
                continue
            if job.returncode != 0:
                print(f"round {rounds}: exit code {job.returncode} after {killed_here} kills\n{output}")
                return 1
            break
        if not check(folder, answer):
            print(f"round {rounds} of seed {args.seed}, after {killed_here} kills, in {folder}")
            return 1
        if kills < rounds // 4:  # Some rounds are over too soon; most must not be.
            print("the job ends before it can be killed: give it more rows")
            return 1
        shutil.rmtree(folder)
    print(f"{kills} kills in {rounds} rounds: every row is there once")
    return 0


if __name__ == "__main__":
    sys.exit(main())
