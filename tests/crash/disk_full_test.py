#!/usr/bin/env python3
"""The disk with the checkpoints and the output is full for a while; nothing may be lost.

disk_full_test.py SLUICE [--rows N] [--keys N] [--seed N] [--disk-mb N]

The disk is a tmpfs of its own; where mounting is not permitted the test is skipped (exit code 77). Without a restart
strategy the job must fail with the cause and exit code 3, and go on when there is room again. With one it must wait by
itself."""
import argparse
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

from checkpoint_files import manifests
from crash_job import Input, Job
from kill_test import wait_for

SKIPPED = 77


def fill(path):
    """Takes all room that is left; again and again, it may grow."""
    with open(path, "ab", buffering=0) as filler:
        for size in (1 << 20, 1 << 14, 1 << 10, 1):
            try:
                while True:
                    filler.write(b"\0" * size)
            except OSError:
                pass


class TooSoon(Exception):
    """The job was over before the disk was full."""


def run_into_full_disk(job, process, rng, filler, seconds):
    """Fills the disk in the middle, and keeps it full."""
    if wait_for(process, lambda: len(manifests(job.checkpoints)) > 0, 60):
        wait_for(process, lambda: False, rng.uniform(0, 0.1))
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        fill(filler)
        time.sleep(0.005)
    if process.poll() == 0:
        process.communicate()
        raise TooSoon()


def fails_with_cause(job, rng, filler):
    process = job.start(2)
    run_into_full_disk(job, process, rng, filler, 60)
    process.kill()
    text, _ = process.communicate()
    filler.unlink()
    if process.returncode != 3 or "No space left" not in text:
        print(f"exit code {process.returncode} on a full disk; 3 and the cause are wanted\n{text}")
        return False
    code, text = job.run(rng.choice([1, 2, 3]))
    if code != 0 or not job.is_right():
        print(f"exit code {code} after the disk had room again\n{text}")
        return False
    print("failed with the cause, went on when there was room, right")
    return True


def waits(job, rng, filler):
    process = job.start(2)
    run_into_full_disk(job, process, rng, filler, 2)
    if process.poll() is not None:
        print(f"the job ended with exit code {process.returncode} instead of waiting\n{process.communicate()[0]}")
        return False
    filler.unlink()
    try:
        text, _ = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()
        text = process.communicate()[0] + "\nthe job did not end within 120 s"
    if process.returncode != 0 or not job.is_right():
        print(f"exit code {process.returncode} after the disk had room again\n{text}")
        return False
    print("restarted by itself until there was room, right")
    return True


def attempt(check, make_job, rng, disk):
    """Jobs that are over too soon do not count."""
    for _ in range(10):
        job = make_job()
        try:
            is_good = check(job, rng, disk / "filler")
        except TooSoon:
            is_good = None
        (disk / "filler").unlink(missing_ok=True)
        shutil.rmtree(job.folder)
        if is_good is not None:
            return is_good
    print("the job is over before the disk is full: give it more rows")
    return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--keys", type=int, default=20_000)
    parser.add_argument("--disk-mb", type=int, default=96)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-full-"))
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={arguments.disk_mb}m", "tmpfs", str(disk)],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        shutil.rmtree(folder)
        print(f"skipped: a disk of limited size cannot be mounted: {mounted.stderr.strip()}")
        return SKIPPED
    try:
        source = Input(folder / "in", arguments.rows, arguments.keys, arguments.seed)
        for _ in range(arguments.times):
            fails = lambda: Job(arguments.sluice, source, disk / "fails")
            waiting = lambda: Job(arguments.sluice, source, disk / "waits", restart="fixed-delay")
            if not attempt(fails_with_cause, fails, rng, disk) or not attempt(waits, waiting, rng, disk):
                return 1
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
