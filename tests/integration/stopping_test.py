#!/usr/bin/env python3
"""stopping_test.py SLUICE: Ctrl-C on `sluice run`, and the rows of a SELECT around checkpoints."""
import json
import os
import re
import select
import shlex
import signal
import socket
import subprocess
import sys
import time

from gateway_process import World, wait_until

CHECKPOINTS = """SET 'execution.checkpointing.interval' = '100 ms';
SET 'restart-strategy.type' = 'fixed-delay';
SET 'restart-strategy.fixed-delay.attempts' = '100';
SET 'restart-strategy.fixed-delay.delay' = '10 ms';
"""
NUMBERS = """CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '{rate}',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{rows}');
"""
PRINT = "CREATE TABLE shown (id BIGINT) WITH ('connector' = 'print');\n"
CONTINUE = "continue with: sluice "


def start(world, *arguments):
    job = subprocess.Popen([world.sluice, "run", *arguments], cwd=world.root, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    world.clients.append(job)
    return job


def continuation(error):
    [line] = [line for line in error.splitlines() if line.startswith(CONTINUE)]
    return shlex.split(line[len(CONTINUE):])


def wait_until_blocked(job):
    """Nobody reads the job's standard output, and its pipe is full: of pages, each of which short writes may leave
    half empty, so that its bytes say nothing."""
    def is_full():
        pipe = os.open(f"/proc/self/fd/{job.stdout.fileno()}", os.O_WRONLY | os.O_NONBLOCK)
        try:
            return not select.select([], [pipe], [], 0)[1]
        finally:
            os.close(pipe)
    wait_until("standard output is full", is_full)


def has_savepoint(world):
    return list((world.root / ".sluice/savepoints").glob("*/manifest"))


def test_rows_that_come_again_are_told(world):
    """The reader pauses for longer than a checkpoint may take."""
    rows = 250_000
    script = world.write("again.sql", CHECKPOINTS + "SET 'execution.checkpointing.timeout' = '300 ms';\n"
                         + NUMBERS.format(rate=1_000_000, rows=rows) + "SELECT id FROM numbers;\n")
    job = start(world, script, "--format", "json", "-D", "sluice.jit=off")
    shown = []
    for line in job.stdout:
        shown.append(json.loads(line)["row"][0])
        if len(shown) == 1000:
            time.sleep(2)
    error = job.stderr.read()
    assert job.wait(60) == 0, error
    assert set(shown) == set(range(1, rows + 1))
    told = sum(int(count) for count in re.findall(r"(\d+) of the rows shown so far come again", error))
    assert told == len(shown) - rows > 0, (told, len(shown), error)
    counted = int(re.search(r"([\d,]+) rows out", error).group(1).replace(",", ""))
    assert counted >= len(shown), error


def test_savepoint_while_output_is_blocked(world):
    script = world.write("blocked.sql", CHECKPOINTS + NUMBERS.format(rate=1_000_000, rows=1_000_000_000)
                         + "SELECT id FROM numbers;\n")
    job = start(world, script, "--format", "json", "-D", "sluice.jit=off")
    shown = [job.stdout.readline()]
    wait_until_blocked(job)
    job.send_signal(signal.SIGINT)
    wait_until("the savepoint", lambda: has_savepoint(world))
    shown += job.stdout.readlines()
    error = job.stderr.read()
    assert job.wait(60) == 0 and "stopped: " in error, error
    again = start(world, *continuation(error)[1:])
    assert json.loads(again.stdout.readline())["row"] == [len(shown) + 1]
    again.kill()


def test_third_signal_ends_the_process(world):
    script = world.write("stuck.sql", CHECKPOINTS + NUMBERS.format(rate=1_000_000, rows=1_000_000_000)
                         + "SELECT id FROM numbers;\n")
    job = start(world, script, "--format", "json")
    job.stdout.readline()
    wait_until_blocked(job)
    for said in ("stopping", None, None):
        job.send_signal(signal.SIGINT)
        if said:
            while said not in job.stderr.readline():
                pass
        time.sleep(0.1)
    assert job.wait(10) == -signal.SIGINT


def test_continue_with_what_is_left(world):
    """One job has finished, one is stopped, one was never started."""
    script = world.write("left.sql", NUMBERS.format(rate=1_000_000, rows=3) + PRINT + """
CREATE TABLE ticks (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '60');
INSERT INTO shown SELECT id FROM numbers;
SELECT id FROM ticks;
SELECT id + 100 FROM numbers;
""")
    job = start(world, script, "--format", "csv", "-D", "execution.checkpointing.interval=1 s")
    first = [job.stdout.readline() for _ in range(8)]
    job.send_signal(signal.SIGINT)
    rest, error = job.stdout.read(), job.stderr.read()
    assert job.wait(60) == 0, error
    words = continuation(error)
    assert words.count("--skip") == 1 and words[-2:] == ["--from", "none"], words
    out = "".join(first) + rest + world.run(*words).stdout
    assert out.count("+I[1]") == 1, out
    numbers = sorted(int(number) for number in re.findall(r"^\+I,(\d+)$", out, re.MULTILINE))
    assert numbers == list(range(1, 61)) + [101, 102, 103], out
    assert "has no job `nobody` to skip" in world.run("run", script, "--skip", "nobody", code=1).stderr


def test_bounded_job_without_checkpoints(world):
    script = world.write("bounded.sql", NUMBERS.format(rate=100, rows=100_000) + "SELECT id FROM numbers;\n")
    job = start(world, script, "--format", "csv")
    job.stdout.readline()
    job.send_signal(signal.SIGINT)
    _, error = job.communicate(timeout=60)
    assert job.returncode == 3, error
    assert "no savepoint of `select-1`: " in error and "SET 'execution.checkpointing.interval'" in error, error


def test_savepoint_that_cannot_be_read(world):
    script = world.write("read.sql", CHECKPOINTS + NUMBERS.format(rate=1000, rows=100_000)
                         + "SELECT COUNT(*) FROM numbers;\n")
    assert "error SL3002" in world.run("run", script, "--from", ".sluice/savepoints/nope", code=3).stderr
    job = start(world, script, "--format", "csv")
    job.stdout.readline()
    job.send_signal(signal.SIGINT)
    _, error = job.communicate(timeout=60)
    assert job.returncode == 0, error
    words = continuation(error)
    for path in (world.root / words[words.index("--from") + 1]).iterdir():
        whole = path.read_bytes()
        if not whole:
            continue
        damaged = bytearray(whole)
        damaged[len(damaged) // 2] ^= 1
        path.write_bytes(damaged)
        assert "error SL3001" in world.run(*words, code=3).stderr, path
        path.write_bytes(whole)


def test_directories_are_uris(world):
    script = world.write("uri.sql", NUMBERS.format(rate=1_000_000, rows=10) + "SELECT id FROM numbers;\n")
    key = "execution.checkpointing.dir"
    world.run("run", script, "-D", f"{key}=file://{world.root}/kept", "-D", "execution.checkpointing.interval=1 s")
    assert list((world.root / "kept/select-1").glob("chk-*/manifest"))
    assert not (world.root / "file:").exists()
    for wrong in (key, "execution.checkpointing.savepoint-dir"):
        assert "error SL1901" in world.run("run", script, "-D", f"{wrong}=s3://bucket/kept", code=1).stderr


def test_two_jobs_with_one_name(world):
    insert = "INSERT INTO shown SELECT id FROM numbers;\n"
    script = world.write("twins.sql", NUMBERS.format(rate=1_000_000, rows=10) + PRINT + insert + insert)
    assert world.run("run", script).stdout.count("+I[7]") == 2
    refused = world.run("run", script, "-D", "execution.checkpointing.interval=1 s", code=1)
    assert "error SL1107" in refused.stderr and "SET 'pipeline.name'" in refused.stderr, refused.stderr


def test_a_job_that_never_ran(world):
    """Its broker takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        script = world.write("silent.sql", f"""CREATE TABLE t (id BIGINT) WITH ('connector' = 'kafka', 'topic' = 't',
  'scan.startup.mode' = 'earliest-offset', 'format' = 'json',
  'properties.bootstrap.servers' = '127.0.0.1:{silent.getsockname()[1]}');
SELECT id FROM t;
""")
        job = start(world, script, "--stop-timeout", "1")
        silent.accept()
        job.send_signal(signal.SIGINT)
        _, error = job.communicate(timeout=30)
        assert "is left as after a crash" in error and "it was not complete after 1 s" in error, error
        assert re.search(r" rows out, [0-9]\.[0-9]{2} s ", error), error


def main(sluice):
    for test in (test_rows_that_come_again_are_told, test_savepoint_while_output_is_blocked,
                 test_third_signal_ends_the_process, test_continue_with_what_is_left,
                 test_bounded_job_without_checkpoints, test_savepoint_that_cannot_be_read, test_directories_are_uris,
                 test_two_jobs_with_one_name, test_a_job_that_never_ran):
        with World(sluice) as world:
            test(world)
    print("stopping_test: all right")


if __name__ == "__main__":
    main(*sys.argv[1:])
