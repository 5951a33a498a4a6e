#!/usr/bin/env python3
"""A bit of the newest checkpoint flips: the job says which checkpoint it does not use and why, goes on from the one
before, and takes back what the damaged one had published.

damage_test.py SLUICE [--rows N] [--keys N] [--seed N]

Once the bit is in a segment that only the newest checkpoint names, once in its manifest."""
import argparse
import pathlib
import random
import re
import shutil
import sys
import tempfile

from checkpoint_files import manifests, published_by, segments_of
from crash_job import Input, Job
from kill_test import wait_for


def flip(path, rng):
    data = bytearray(path.read_bytes())
    at = rng.randrange(len(data))
    data[at] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    return at


def own_segment_of_newest(job, rng):
    newest, before = (segments_of(path.read_bytes()) for _, path in manifests(job.checkpoints)[:2])
    return job.checkpoints / "shared" / rng.choice(sorted(newest - before))


def has_enough(job):
    """A newest checkpoint that has published something, and two before it."""
    complete = manifests(job.checkpoints)
    if len(complete) < 3:
        return False
    published = published_by(complete[0][1].read_bytes())
    return bool(published) and not any(file.name in published for file in job.output.glob("*/.sluice-*/*"))


def killed_with_enough(job):
    """Whether the job could be killed with such a checkpoint as its newest; several runs may be needed."""
    for _ in range(20):
        process = job.start(2)
        wait_for(process, lambda: has_enough(job), 30)
        process.kill()
        text, _ = process.communicate()
        if has_enough(job):
            return True
        if process.returncode != -9:
            break
    print(f"no checkpoint published anything in the middle of the job: give it more rows\n{text}")
    return False


def one(arguments, source, folder, where, rng):
    """False when something is wrong; it has been said."""
    job = Job(arguments.sluice, source, folder, retained=3)
    if not killed_with_enough(job):
        return False
    newest, before = manifests(job.checkpoints)[:2]
    victim = newest[1] if where == "manifest" else own_segment_of_newest(job, rng)
    at = flip(victim, rng)
    code, text = job.run(rng.choice([1, 2, 3]))
    said = re.search(rf"chk-{newest[0]}` is not used: (.*)", text)
    is_right = job.is_right()
    if code == 0 and said and is_right:
        print(f"bit flipped in byte {at} of {victim.name}: `{said[1]}`; went on from checkpoint {before[0]}, right")
        shutil.rmtree(folder)
        return True
    print(f"bit flipped in byte {at} of {victim}: exit code {code}, said: {said and said[1]}, right: {is_right}\n{text}")
    return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--keys", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-damage-"))
    source = Input(folder / "in", arguments.rows, arguments.keys, arguments.seed)
    for i in range(arguments.times):
        for where in ("segment", "manifest"):
            if not one(arguments, source, folder / f"{where}-{i}", where, rng):
                return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
