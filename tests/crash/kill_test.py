#!/usr/bin/env python3
"""Kills a file -> windowed aggregations -> files job at random moments and compares its output with a batch answer.

kill_test.py SLUICE [--kills N] [--phase-kills N] [--rows N] [--keys N] [--seed N] [--state-mb N]

Every run goes on from the newest checkpoint; parallelism changes between runs. A third of the kills are at random
times, the others shortly after the first file of a checkpoint or its manifest has appeared. What a kill interrupted is
read from the files that the dead job left. Fails when a row is lost, doubled or wrong, when a run ends with an error,
and when fewer than `--phase-kills` kills met a checkpoint being written or published, or fewer than half of all kills a
checkpoint with `--state-mb` of state."""
import argparse
import collections
import pathlib
import random
import shutil
import statistics
import sys
import tempfile
import time

from checkpoint_files import Before, manifests, phase_of_death, state_bytes
from crash_job import Input, Job

KILLS_PER_ROUND = 12
POLL_SECONDS = 0.0005


def wait_for(process, condition, seconds):
    """False when the process ended, or the time is over, before the condition held."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if condition():
            return True
        time.sleep(POLL_SECONDS)
    return False


def snapshot_segments(checkpoints):
    return {file.name for file in checkpoints.glob("shared/*.seg") if "-m" not in file.name}


def newest_number(checkpoints):
    complete = manifests(checkpoints)
    return complete[0][0] if complete else 0


def wait_until_kill(process, job, aim, rng):
    """Returns when it is time to kill, or the process has ended."""
    if aim == "write":
        for _ in range(rng.randint(1, 2)):
            seen = snapshot_segments(job.checkpoints)
            wait_for(process, lambda: snapshot_segments(job.checkpoints) - seen, 60)
        wait_for(process, lambda: False, rng.uniform(0, 0.3))
    elif aim == "publish":
        newest = newest_number(job.checkpoints) + rng.randint(0, 2)
        wait_for(process, lambda: newest_number(job.checkpoints) > newest, 60)
        wait_for(process, lambda: False, rng.uniform(0, 0.004))
    else:
        wait_for(process, lambda: False, rng.uniform(0.05, 2.5))


class Campaign:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.rng = random.Random(arguments.seed)
        self.folder = folder
        self.source = Input(folder / "in", arguments.rows, arguments.keys, arguments.seed)
        self.phases = collections.Counter()
        self.sizes = []

    @property
    def kills(self):
        return sum(self.phases.values())

    def kill_one(self, job):
        """False when the job ended before; then its exit code is in `self.ended`."""
        aim = self.rng.choice(["random", "write", "publish"])
        before = Before.look(job.checkpoints)
        process = job.start(self.rng.choice([1, 2, 2, 3]))
        wait_until_kill(process, job, aim, self.rng)
        if process.poll() is None:
            process.kill()
        text, _ = process.communicate()
        if process.returncode != -9:
            self.ended = process.returncode, text
            return False
        self.phases[phase_of_death(job.checkpoints, job.output, before)] += 1
        self.sizes.append(state_bytes(job.checkpoints))
        return True

    def round(self, number):
        """A job from its start to its end."""
        job = Job(self.arguments.sluice, self.source, self.folder / f"round-{number}")
        killed = 0
        while killed < KILLS_PER_ROUND and self.kills < self.arguments.kills and self.kill_one(job):
            killed += 1
        if killed == KILLS_PER_ROUND or self.kills >= self.arguments.kills:
            self.ended = job.run(self.rng.choice([1, 2, 3]))
        code, text = self.ended
        if code != 0:
            print(f"round {number}: exit code {code} after {killed} kills\n{text}")
            return False
        if not job.is_right():
            print(f"round {number} of seed {self.arguments.seed}, after {killed} kills, in {job.folder}")
            return False
        shutil.rmtree(job.folder)
        print(f"round {number}: {killed} kills, right; {self.kills} kills so far: {dict(self.phases)}", flush=True)
        return True

    def run(self):
        number = 0
        while self.kills < self.arguments.kills:
            number += 1
            if not self.round(number):
                return 1
            if self.kills < number // 4:  # Some rounds are over too soon; most must not be.
                print("the job ends before it can be killed: give it more rows")
                return 1
        return self.report(number)

    def report(self, rounds):
        hits = self.phases["write"] + self.phases["publish"]
        wanted = self.arguments.state_mb * 1_000_000
        loaded = sum(size >= wanted for size in self.sizes)
        print(f"{self.kills} kills in {rounds} rounds: every row is there once; while a checkpoint was written "
              f"{self.phases['write']}, published {self.phases['publish']}, the one before retired "
              f"{self.phases['retire']}, between checkpoints {self.phases['between']}, at the start "
              f"{self.phases['start']}")
        print(f"state in the newest checkpoint: median {statistics.median(self.sizes) / 1e6:.0f} MB, "
              f"{self.arguments.state_mb} MB or more at {loaded} kills")
        if hits < self.arguments.phase_kills:
            print(f"only {hits} kills met a checkpoint or a publish; {self.arguments.phase_kills} are wanted")
            return 1
        if 2 * loaded < self.kills:
            print("too little state")
            return 1
        return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--phase-kills", type=int, default=0)
    parser.add_argument("--rows", type=int, default=240_000)
    parser.add_argument("--keys", type=int, default=30_000)
    parser.add_argument("--state-mb", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-kill-"))
    code = Campaign(arguments, folder).run()
    if code == 0:
        shutil.rmtree(folder)
    return code


if __name__ == "__main__":
    sys.exit(main())
