#!/usr/bin/env python3
"""continue_test.py SLUICE: a script with several jobs stops on Ctrl-C, and the printed command goes on with all of them."""
import shlex
import signal
import subprocess
import sys

from gateway_process import World, wait_until

NUMBERS = 30000
SCRIPT = f"""SET 'execution.checkpointing.interval' = '200 ms';
CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10000',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{NUMBERS}');
CREATE TABLE once (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'once', 'format' = 'csv');
CREATE TABLE twice (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'twice', 'format' = 'csv');
INSERT INTO once SELECT id FROM numbers;
SET 'pipeline.name' = '../two halves/50%';
INSERT INTO twice SELECT id * 2 FROM numbers;
"""
CONTINUE = "continue with: sluice "


def rows_of(world, directory):
    paths = [path for path in (world.root / directory).rglob("*") if path.is_file()]
    visible = [path for path in paths if not any(part.startswith(".") for part in path.relative_to(world.root).parts)]
    return sorted(int(line) for path in visible for line in path.read_text().split())


def start(world, *arguments):
    job = subprocess.Popen([world.sluice, "run", *arguments], cwd=world.root, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    world.clients.append(job)
    return job


def stop(world, job, checkpoints):
    wait_until("checkpoints", lambda: len(list((world.root / ".sluice").glob("*/chk-*/manifest"))) >= checkpoints)
    job.send_signal(signal.SIGINT)
    _, error = job.communicate(timeout=60)
    assert job.returncode == 0, error
    assert error.count(CONTINUE) == 1, error
    return shlex.split(next(line for line in error.splitlines() if line.startswith(CONTINUE))[len(CONTINUE):])


def test_two_jobs_go_on(world):
    script = world.write("two jobs.sql", SCRIPT)
    words = stop(world, start(world, script, "-D", "sluice.jit=off"), 2)
    assert words[:4] == ["run", "two jobs.sql", "-D", "sluice.jit=off"], words
    assert words.count("--from") == 2, words
    inside = {path.name for path in (world.root / ".sluice").iterdir()}
    assert inside == {"once", "%2E.%2Ftwo halves%2F50%25", "savepoints"}, inside
    savepoint = words[words.index("--from") + 1]
    assert "is a savepoint or checkpoint of job" in world.run("run", script, "--from", savepoint, code=3).stderr
    other = "SET 'pipeline.name' = 'other'; INSERT INTO once"
    renamed = world.write("renamed.sql", SCRIPT.replace("INSERT INTO once", other))
    refused = world.run("run", renamed, *words[4:], "--from", "none", code=3).stderr
    assert "is of job `once`, and no job of the script starts from it" in refused, refused
    assert sorted(rows_of(world, "once")) != list(range(1, NUMBERS + 1))
    world.run(*words)
    assert rows_of(world, "once") == list(range(1, NUMBERS + 1))
    assert rows_of(world, "twice") == list(range(2, 2 * NUMBERS + 2, 2))


def test_lost_staged_file(world):
    script = world.write("lost.sql", SCRIPT.replace("'once'", "'lost'").split("SET 'pipeline.name'")[0])
    words = stop(world, start(world, script), 1)
    staged = [path for path in (world.root / "lost").rglob("*") if path.is_file() and path.suffix != ".csv"
              and "pending" not in path.name and path.stat().st_size > 0]
    assert staged
    for path in staged:
        if not path.name.startswith("published"):
            path.unlink()
    assert "rows of the checkpoint are lost" in world.run(*words, code=3).stderr


def main(sluice):
    with World(sluice) as world:
        test_two_jobs_go_on(world)
    with World(sluice) as world:
        test_lost_staged_file(world)


if __name__ == "__main__":
    main(sys.argv[1])
