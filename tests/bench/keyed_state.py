#!/usr/bin/env python3
"""Jobs with a large keyed state, from SQL, measured from outside.

keyed_state.py SLUICE evict   [--state-mb 2000] [--budget-mb 256] [--updates N]
keyed_state.py SLUICE restore [--state-mb 1000] [--budget-mb 4096]

One row of state is 152 bytes: a key and 16 accumulators. Every key comes once in order, then keys are drawn uniformly;
all changes are made, and those of every so-manieth row of the source are printed: they mark how far the job is.

evict    more state than the budget: updates per second after every key is there, and the peak memory of the process
restore  a checkpoint of the whole state, one after 1 % of it was touched (new bytes), and the time from starting the
         tasks to the first row processed after a restore, files in the page cache"""
import argparse
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "crash"))
from checkpoint_files import manifests, segments_of, state_bytes

ROW_BYTES = 152

SQL = """
SET 'pipeline.name' = 'keyed_state';
SET 'execution.checkpointing.dir' = '{dir}';
SET 'table.exec.source.idle-timeout' = '0 ms';
{settings}
CREATE TABLE events (
  i BIGINT, r BIGINT, a BIGINT, b BIGINT, c BIGINT, d BIGINT, e BIGINT,
  k AS CASE WHEN i < {keys} THEN i ELSE r END
) WITH (
  'connector' = 'datagen', 'rows-per-second' = '{rows_per_second}',
  'fields.i.kind' = 'sequence', 'fields.i.start' = '0', 'fields.i.end' = '{last}',
  'fields.r.min' = '0', 'fields.r.max' = '{draw_max}',
  'fields.a.min' = '0', 'fields.a.max' = '1000000', 'fields.b.min' = '0', 'fields.b.max' = '1000000',
  'fields.c.min' = '0', 'fields.c.max' = '1000000', 'fields.d.min' = '0', 'fields.d.max' = '1000000',
  'fields.e.min' = '0', 'fields.e.max' = '1000000');
CREATE TABLE marks (
  k BIGINT, n BIGINT, i BIGINT, a1 BIGINT, a2 BIGINT, a3 BIGINT, b1 BIGINT, b2 BIGINT, b3 BIGINT, c1 BIGINT, c2 BIGINT,
  c3 BIGINT, d1 BIGINT, d2 BIGINT, d3 BIGINT, e1 BIGINT, e2 BIGINT
) WITH ('connector' = 'print');
INSERT INTO marks
SELECT * FROM (
  SELECT k, COUNT(*) AS n, MAX(i) AS i, SUM(a) AS a1, MIN(a) AS a2, MAX(a) AS a3, SUM(b) AS b1, MIN(b) AS b2, MAX(b) AS b3,
         SUM(c) AS c1, MIN(c) AS c2, MAX(c) AS c3, SUM(d) AS d1, MIN(d) AS d2, MAX(d) AS d3, SUM(e) AS e1, MIN(e) AS e2
  FROM events GROUP BY k) AS totals
WHERE MOD(i, {mark}) = 0;
"""


class Run:
    """A running job; its marks with the time when they came, and its peak memory."""

    def __init__(self, sluice, folder, arguments, origin="none", **values):
        script = folder / "job.sql"
        settings = "\n".join(f"SET '{key}' = '{value}';" for key, value in values.pop("settings", {}).items())
        script.write_text(SQL.format(dir=folder, settings=settings, **{"rows_per_second": 1_000_000_000, **values}))
        self.begin = time.monotonic()
        self.process = subprocess.Popen([sluice, "run", str(script), "--parallelism", "2", "--from", origin, *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)
        self.marks = []
        self.peak_mb = 0

    def look_at_memory(self):
        try:
            status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
            self.peak_mb = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024
        except (FileNotFoundError, TypeError):
            pass

    def read_marks(self, until=lambda mark: False):
        """To the end, or to the first mark with `until`."""
        for line in self.process.stdout:
            found = re.search(r"\+[IU]\[\d+, \d+, (\d+),", line)
            if not found:
                continue
            mark = int(found[1])
            self.marks.append((time.monotonic() - self.begin, mark))
            self.look_at_memory()
            if until(mark):
                return mark
        return None

    def end(self, stop=None):
        if stop is not None and self.process.poll() is None:
            self.process.send_signal(stop)
        text = self.process.communicate()[1]
        return self.process.returncode, text


def evict(arguments, folder):
    keys = arguments.state_mb * 1_000_000 // ROW_BYTES
    last = keys + arguments.updates - 1
    settings = {"state.memory.budget": f"{arguments.budget_mb} mb"}
    if arguments.interval:
        settings["execution.checkpointing.interval"] = arguments.interval
    run = Run(arguments.sluice, folder, [], keys=keys, last=last, draw_max=keys - 1, mark=50_000, settings=settings)
    run.read_marks()
    code, text = run.end()
    if code != 0:
        print(f"exit code {code}\n{text}")
        return 1
    # The first tenth of the updates is warm-up; both readers print, so marks are nearly in order.
    measured = [(at, mark) for at, mark in run.marks if mark >= keys + arguments.updates // 10]
    loaded = max(at for at, mark in run.marks if mark < keys)
    seconds = measured[-1][0] - measured[0][0]
    rate = (len(measured) - 1) * 50_000 / seconds
    print(f"{keys} keys, {keys * ROW_BYTES / 1e6:.0f} MB of state, loaded at {keys / loaded / 1e3:.0f} K/s; "
          f"{rate / 1e3:.0f} K updates/s for {seconds:.1f} s; peak memory {run.peak_mb:.0f} MB "
          f"with a budget of {arguments.budget_mb} MB")
    print(text.strip())
    return 0


def new_bytes(checkpoints, seen):
    """Segments that the newest checkpoint names and none before it did: written by it, and by merging in between."""
    complete = manifests(checkpoints)
    named = segments_of(complete[0][1].read_bytes())
    sizes = {name: (checkpoints / "shared" / name).stat().st_size for name in named - seen}
    merged = sum(size for name, size in sizes.items() if "-m" in name)
    return complete[0][0], sum(sizes.values()) - merged, merged, named


def wait_for_checkpoint(checkpoints, newer_than, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        complete = manifests(checkpoints)
        if complete and complete[0][0] > newer_than:
            return complete[0][0]
        time.sleep(0.002)
    raise TimeoutError("no checkpoint was completed")


def discard(stream):
    threading.Thread(target=lambda: [None for _ in stream], daemon=True).start()


def load(arguments, folder, keys):
    """A killed job whose newest checkpoint holds every key."""
    settings = {"execution.checkpointing.interval": "2 s", "state.memory.budget": f"{arguments.budget_mb} mb"}
    run = Run(arguments.sluice, folder, [], keys=keys, last=keys * 1000, draw_max=keys - 1, mark=10_000, settings=settings)
    run.read_marks(lambda mark: mark >= keys + 100_000)
    discard(run.process.stdout)
    checkpoints = folder / "keyed_state"
    newest = manifests(checkpoints)
    wait_for_checkpoint(checkpoints, (newest[0][0] if newest else 0) + 1)
    run.end(signal.SIGKILL)


def restore(arguments, folder):
    keys = arguments.state_mb * 1_000_000 // ROW_BYTES
    load(arguments, folder, keys)
    checkpoints = folder / "keyed_state"
    size = state_bytes(checkpoints)
    seconds = 5
    touched = keys // 100
    settings = {"execution.checkpointing.interval": f"{seconds} s", "state.memory.budget": f"{arguments.budget_mb} mb"}
    firsts = []
    for _ in range(arguments.times):  # Killed before their first checkpoint: all start from the same one.
        run = Run(arguments.sluice, folder, [], "latest", keys=keys, last=keys * 1000, draw_max=keys - 1, mark=100,
                  settings=settings, rows_per_second=touched // seconds)
        run.read_marks(lambda mark: True)
        firsts.append(run.marks[0][0])
        if len(firsts) < arguments.times:
            run.end(signal.SIGKILL)
    print(f"{keys} keys, {keys * ROW_BYTES / 1e6:.0f} MB of state ({size / 1e6:.0f} MB of segments): from the start of the "
          f"process to the first row processed {', '.join(f'{first:.2f}' for first in firsts)} s")
    discard(run.process.stdout)
    number, _, _, seen = new_bytes(checkpoints, set())
    for _ in range(4):
        wait_for_checkpoint(checkpoints, number)
        number, written, merged, named = new_bytes(checkpoints, seen)
        seen |= named
        print(f"checkpoint {number} after touching {touched} keys: {written / 1e6:.1f} MB of new bytes, "
              f"{merged / 1e6:.1f} MB merged since the one before")
    run.look_at_memory()
    run.end(signal.SIGKILL)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sluice")
    parser.add_argument("what", choices=["evict", "restore"])
    parser.add_argument("--state-mb", type=int)
    parser.add_argument("--budget-mb", type=int, help="default: 256 for evict, 4096 for restore")
    parser.add_argument("--updates", type=int, default=6_000_000)
    parser.add_argument("--times", type=int, default=3, help="restores")
    parser.add_argument("--interval", default="", help="of checkpoints, such as '10 s'")
    parser.add_argument("--folder", help="for the job's files; default: a temporary one")
    arguments = parser.parse_args()
    arguments.state_mb = arguments.state_mb or {"evict": 2000, "restore": 1000}[arguments.what]
    arguments.budget_mb = arguments.budget_mb or {"evict": 256, "restore": 4096}[arguments.what]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-state-", dir=arguments.folder))
    try:
        return {"evict": evict, "restore": restore}[arguments.what](arguments, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
