"""The job of the crash tests: file -> two windowed aggregations -> files, its input, and its answer by other means.

One statement set reads one source. `wide` groups by a long text in long windows: its state is the load. `narrow` has
short windows: nearly every checkpoint has rows of it to publish. Input, answer and comparison share no code with the
engine."""
import collections
import csv
import hashlib
import random
import subprocess
import time

BEGIN = 1_700_000_000 // 3600 * 3600  # Seconds since 1970, on a window's start.
NARROW_SECONDS = 10
NARROW_KEYS = 100
TEXT_REPEATS = 12
TEXT_BYTES = 32 * TEXT_REPEATS

SQL = """
CREATE TABLE events (
  k BIGINT, v BIGINT, ts TIMESTAMP(3), text AS REPEAT(MD5(CAST(k AS STRING)), {repeats}),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{input}', 'format' = 'csv');
CREATE TABLE wide (digest STRING, window_start TIMESTAMP(3), n BIGINT, total BIGINT, largest BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{dir}/out/wide', 'format' = 'csv',
      'sink.rolling-policy.file-size' = '256 kb');
CREATE TABLE narrow (k BIGINT, window_start TIMESTAMP(3), n BIGINT, total BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{dir}/out/narrow', 'format' = 'csv',
      'sink.rolling-policy.file-size' = '1 kb');
SET 'pipeline.name' = 'crash';
SET 'execution.checkpointing.dir' = '{dir}/checkpoints';
SET 'execution.checkpointing.interval' = '50 ms';
SET 'execution.checkpointing.num-retained' = '{retained}';
SET 'restart-strategy.type' = '{restart}';
SET 'restart-strategy.fixed-delay.attempts' = '1000';
SET 'restart-strategy.fixed-delay.delay' = '100 ms';
EXECUTE STATEMENT SET BEGIN
INSERT INTO wide
SELECT MD5(text), window_start, COUNT(*), SUM(v), MAX(v)
FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '{wide_minutes}' MINUTE)
GROUP BY text, window_start, window_end;
INSERT INTO narrow
SELECT k_low, window_start, COUNT(*), SUM(v)
FROM TUMBLE((SELECT MOD(k, {narrow_keys}) AS k_low, v, ts FROM events), DESCRIPTOR(ts), INTERVAL '{narrow}' SECOND)
GROUP BY k_low, window_start, window_end;
END;
"""


def stamp(second):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second))


class Input:
    """Files with rows in order of time, and what the job must make of them. In each of two long windows every key occurs
    first once, then at random: from then on the open window holds every key's text."""

    def __init__(self, folder, rows, keys, seed, files=4, wide_minutes=10):
        self.folder, self.keys, self.wide_minutes = folder, keys, wide_minutes
        self.state_bytes = keys * TEXT_BYTES  # Of one open window of `wide`, keys only.
        rng = random.Random(seed)
        folder.mkdir(parents=True)
        wide = collections.defaultdict(lambda: [0, 0, -1])
        narrow = collections.defaultdict(lambda: [0, 0])
        seconds = wide_minutes * 60
        stamps = [stamp(BEGIN + i) for i in range(2 * seconds)]
        outs = [open(folder / f"part-{f}", "w") for f in range(files)]
        for window in range(2):
            count = rows // 2
            for i in range(count):
                k = i if i < keys else rng.randrange(keys)
                v = rng.randrange(1_000_000)
                second = window * seconds + i * seconds // count
                outs[i % files].write(f'{k},{v},"{stamps[second]}"\n')
                entry = wide[(k, window)]
                entry[0] += 1
                entry[1] += v
                entry[2] = max(entry[2], v)
                entry = narrow[(k % NARROW_KEYS, second // NARROW_SECONDS)]
                entry[0] += 1
                entry[1] += v
        for out in outs:
            out.close()
        digests = [text_digest(k) for k in range(keys)]
        self.answer = {
            "wide": {(digests[k], stamps[w * seconds], *map(str, entry)) for (k, w), entry in wide.items()},
            "narrow": {(str(k), stamps[w * NARROW_SECONDS], *map(str, entry)) for (k, w), entry in narrow.items()},
        }


def text_digest(k):
    text = hashlib.md5(str(k).encode()).hexdigest() * TEXT_REPEATS
    return hashlib.md5(text.encode()).hexdigest()


class Job:
    """The job over an input, with its files in `folder`."""

    def __init__(self, sluice, source, folder, retained=1, restart="none"):
        self.sluice, self.source, self.folder = sluice, source, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.script = folder / "job.sql"
        self.script.write_text(SQL.format(dir=folder, input=source.folder, repeats=TEXT_REPEATS, retained=retained,
                                          restart=restart, wide_minutes=source.wide_minutes, narrow=NARROW_SECONDS,
                                          narrow_keys=NARROW_KEYS))
        self.checkpoints = folder / "checkpoints" / "crash"
        self.output = folder / "out"

    def start(self, parallelism, origin="latest"):
        return subprocess.Popen([self.sluice, "run", str(self.script), "--from", origin, "--parallelism",
                                 str(parallelism)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, parallelism, origin="latest", timeout=180):
        """Exit code and output of a run to the end."""
        process = self.start(parallelism, origin)
        try:
            text, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            text, _ = process.communicate()
            return -1, f"the job did not end within {timeout} s\n{text}"
        return process.returncode, text

    def rows(self, table):
        rows = collections.Counter()
        for file in (self.output / table).rglob("part-*"):
            if any(part.startswith(".") for part in file.relative_to(self.output).parts):
                continue
            with open(file) as lines:
                rows.update(tuple(row) for row in csv.reader(lines))
        return rows

    def is_right(self):
        """Whether the output is the batch answer; says what is wrong."""
        wrong = 0
        for table, answer in self.source.answer.items():
            got = self.rows(table)
            doubled = [row for row, count in got.items() if count > 1]
            for name, rows in (("doubled", doubled), ("missing", answer - set(got)), ("surplus", set(got) - answer)):
                if rows:
                    wrong += len(rows)
                    print(f"{table}: {len(rows)} rows {name}, such as {sorted(rows)[:3]}")
        return wrong == 0
