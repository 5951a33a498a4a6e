#!/usr/bin/env python3
"""gateway_test.py SLUICE FOREIGN_CLIENT: a real gateway, real workers, real clients, and kills."""
import json
import os
import signal
import socket
import subprocess
import sys

from gateway_process import World, is_alive, wait_until

TICKS = """CREATE TABLE ticks (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '{rate}',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '100000000');
"""
SELECT = TICKS + "SELECT id, id * 2 AS twice FROM ticks;\n"
INSERT = "SET 'execution.checkpointing.interval' = '200ms';\n" + TICKS + """
CREATE TABLE {sink} (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{sink}', 'format' = 'csv',
  'sink.rolling-policy.rollover-interval' = '100ms', 'sink.rolling-policy.check-interval' = '100ms');
INSERT INTO {sink} SELECT id FROM ticks;
"""


def rows_of(world, sink):
    """All published numbers of a file sink."""
    folder = world.root / sink
    files = [f for f in folder.rglob("*") if f.is_file()
             and not any(part.startswith((".", "_")) for part in f.relative_to(folder).parts)]
    return sorted(int(line) for f in files for line in f.read_text().split())


def without_place_of_time(text):
    return [line for line in text.splitlines() if " rows in, " not in line]


def test_no_gateway(world):
    done = world.run("jobs", "ls", "--gateway", "127.0.0.1:1", code=3)
    assert "there is no gateway at `127.0.0.1:1`" in done.stderr and "hint:" in done.stderr, done.stderr
    world.run("jobs", code=2)
    world.run("submit", code=2)


def test_answers_like_run(world):
    script = world.write("answers.sql", """CREATE TABLE t (a INT, b STRING) WITH ('connector' = 'datagen');
SHOW TABLES;
SHOW CREATE TABLE t;
EXPLAIN SELECT a FROM t;
SELECT x, y FROM (VALUES (1, 'a'), (2, CAST(NULL AS STRING))) AS v (x, y);
SET 'table.local-time-zone' = 'Asia/Tokyo';
SELECT TO_TIMESTAMP_LTZ(0, 3) AS epoch, CAST(1.50 AS DECIMAL(30, 2)) AS d, TIMESTAMP '2020-02-29 12:34:56.123456789' AS ts, '${WHO}' AS who;
""")
    for output in ("table", "changelog", "csv", "json"):
        here = world.run("run", script, "--var", "WHO=me", "--format", output)
        there = world.run("submit", script, "--var", "WHO=me", "--format", output)
        assert here.stdout == there.stdout, (output, here.stdout, there.stdout)


def test_errors_like_run(world):
    script = world.write("bad.sql", "SELECT nmae FROM (VALUES (1)) AS v (name);\n\tSELECT 1 FROM nowhere;\nSELEC 2;\n")
    variable = world.write("variable.sql", "SELECT '${NOBODY}';\n")
    division = world.write("division.sql", "SELECT 1 / (x - 1) AS y\nFROM (VALUES (1), (2)) AS v (x);\n")
    for name in (script, variable, division):
        here = world.run("run", name, code=1)
        there = world.run("submit", name, code=1)
        assert without_place_of_time(here.stderr) == without_place_of_time(there.stderr), (here.stderr, there.stderr)
        assert "error SL" in there.stderr and "^" in there.stderr, there.stderr
    world.run("submit", script, "-D", "no-equals-sign", code=2)
    world.run("submit", script, "--var", "A", code=2)
    world.run("submit", "missing.sql", code=3)
    wide = world.write("wide.sql", "SELECT '" + "x" * (17 << 20) + "';\n")
    assert "error SL1002" in world.run("submit", wide, code=1).stderr


def test_standard_output_is_full(world):
    script = world.write("full.sql", SELECT.format(rate=1_000_000))
    for output in ("table", "changelog", "csv", "json"):
        world.run_into_full("submit", script, "--format", output)
    wait_until("the jobs end", lambda: not [job for job in world.jobs() if job["state"] == "running"])
    world.run_into_full("jobs", "ls")


def test_unknown_jobs(world):
    for name in ("0" * 32, "../../etc/passwd", "nothing", "", "x" * 5000):
        for verb in ("show", "cancel", "stop", "results"):
            done = world.run("jobs", verb, "--", name, code=3)
            assert "there is no job" in done.stderr, done.stderr


def test_two_clients_and_one_that_goes(world):
    script = world.write("select.sql", SELECT.format(rate=1000))
    first, second = world.start("submit", script, "--format", "json"), world.start("submit", script, "--format", "json")
    for client in (first, second):
        for i in range(1, 200):
            assert json.loads(client.stdout.readline()) == {"op": "+I", "row": [i, i * 2]}
    names = {job["name"]: job for job in world.jobs() if job["state"] == "running"}
    assert set(names) == {"select-1", "select-2"}, names
    first.send_signal(signal.SIGINT)
    assert first.wait(30) == 0, first.stderr.read()
    second.kill()
    for job in names.values():
        world.wait_for(job["id"], "cancelled")
        wait_until("its worker goes", lambda: not is_alive(job["worker_pid"]))


def test_slow_reader_slows_the_job(world):
    script = world.write("fast.sql", SELECT.format(rate=10_000_000))
    [job_id] = world.submit(script, "--detach")
    world.wait_for(job_id, "running")
    before = wait_until("the buffers are full", lambda: (rows := world.job(job_id)["rows_in"]) > 0
                        and rows == world.job(job_id)["rows_in"] and rows)
    assert before < 1_000_000, before
    reader = world.start("jobs", "results", job_id, "--format", "json")
    for i in range(1, 50_000):
        assert json.loads(reader.stdout.readline())["row"][0] == i
    assert wait_until("it goes on", lambda: world.job(job_id)["rows_in"] > before)
    world.run("jobs", "cancel", job_id)
    reader.stdout.read()
    assert reader.wait(30) == 0
    world.wait_for(job_id, "cancelled")
    assert "is cancelled already" in world.run("jobs", "cancel", job_id, code=3).stderr


# Its worker keeps the result for a while, but not the name.
def test_a_name_is_free_after_the_end(world):
    script = world.write("three.sql", """SET 'execution.checkpointing.interval' = '100 ms';
SET 'pipeline.name' = 'three';
SELECT * FROM (VALUES (1), (2), (3)) AS t (v);""")
    for _ in range(2):
        [job_id] = world.submit(script, "--detach")
        world.wait_for(job_id, "finished")


def test_stop_and_continue(world):
    script = world.write("stop.sql", INSERT.format(rate=500, sink="stopped"))
    [job_id] = world.submit(script)
    wait_until("rows are published", lambda: rows_of(world, "stopped"))
    taken = world.run("submit", script, code=1)
    assert "a job with the name `stopped` runs already" in taken.stderr, taken.stderr
    edges = world.run("jobs", "show", "stopped", "--lineage").stdout
    assert "stopped.id <- " in edges and "ticks.id" in edges, edges
    shown = world.run("jobs", "show", job_id[:8]).stdout
    assert "checkpoints" in shown and "INSERT" not in shown and "worker" in shown, shown
    world.run("jobs", "stop", job_id, "--savepoint-dir", "/proc/nowhere", code=3)
    assert "s3" in world.run("jobs", "stop", job_id, "--savepoint-dir", "s3://bucket", code=1).stderr
    unharmed = world.job(job_id)
    assert unharmed["state"] == "running" and unharmed["restarts"] == 0, unharmed
    stopped = world.run("jobs", "stop", job_id).stdout
    path = stopped.splitlines()[-1].split(" --from ")[1]
    assert f"continue with: sluice submit {script} --gateway {world.address} --from {path}" in stopped, stopped
    assert world.wait_for(job_id, "stopped")["savepoint"] == path
    first = rows_of(world, "stopped")
    [again] = world.submit(script, "--from", path)
    wait_until("it goes on", lambda: len(rows_of(world, "stopped")) > len(first))
    world.run("jobs", "stop", again)
    rows = rows_of(world, "stopped")
    assert rows == list(range(1, len(rows) + 1)), "something is missing or twice"


def test_stop_that_waits_in_vain(world):
    """Its broker takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        script = world.write("silent.sql", f"""SET 'pipeline.name' = 'silent';
CREATE TABLE t (id BIGINT) WITH ('connector' = 'kafka', 'topic' = 't', 'scan.startup.mode' = 'earliest-offset',
  'format' = 'json', 'properties.bootstrap.servers' = '127.0.0.1:{silent.getsockname()[1]}',
  'properties.sasl.password' = 'hush');
CREATE TABLE nowhere (id BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT id FROM t /*+ OPTIONS('properties.sasl.password'='hush') */;
""")
        [job_id] = world.submit(script)
        silent.accept()
        shown = world.run("jobs", "show", job_id).stdout + world.run("jobs", "show", job_id, "--json").stdout
        assert "hush" not in shown, shown
        refused = world.run("jobs", "stop", job_id, "--timeout", "1", code=3).stderr
        assert f"no savepoint of `{job_id}`: it was not complete after 1 s" in refused, refused
        assert f"sluice jobs cancel {job_id}" in refused, refused
        world.run("jobs", "cancel", job_id)


def test_gateway_dies(world):
    insert = world.write("insert.sql", INSERT.format(rate=500, sink="outlived"))
    select = world.write("slow.sql", SELECT.format(rate=1000))
    [insert_id] = world.submit(insert)
    [select_id] = world.submit(select, "--detach")
    [hung_id] = world.submit(world.write("hung.sql", INSERT.format(rate=10, sink="hung")))
    [dead_id] = world.submit(world.write("dead.sql", INSERT.format(rate=100, sink="dead")))
    wait_until("there is a checkpoint", lambda: rows_of(world, "dead"))
    reader = world.start("jobs", "results", select_id, "--format", "json")
    last = [json.loads(reader.stdout.readline())["row"][0] for _ in range(100)][-1]
    pids = {job_id: world.wait_for(job_id, "running")["worker_pid"] for job_id in (insert_id, select_id, hung_id, dead_id)}
    world.kill_gateway(signal.SIGKILL)
    rest = [json.loads(line)["row"][0] for line in reader.stdout]
    assert reader.wait(30) == 3, "a gateway that died is the world's fault"
    last = rest[-1] if rest else last
    before = len(rows_of(world, "outlived"))
    wait_until("the job goes on without a gateway", lambda: len(rows_of(world, "outlived")) > before)
    assert all(is_alive(pid) for pid in pids.values())
    os.kill(pids[hung_id], signal.SIGSTOP)
    os.kill(pids[dead_id], signal.SIGKILL)
    found = world.serve()
    assert "1 running-empty" in found, found
    os.kill(pids[hung_id], signal.SIGCONT)
    world.wait_for(hung_id, "running")
    replaced = wait_until("a new worker for the one that died meanwhile",
                          lambda: (job := world.job(dead_id))["state"] == "running" and job)
    assert replaced["attempt"] == 2 and replaced["restored_from"], replaced
    for job_id in (hung_id, dead_id):
        world.run("jobs", "cancel", job_id)
        del pids[job_id]
    listed = {job["id"]: job for job in world.jobs()}
    for job_id, pid in pids.items():
        assert listed[job_id]["state"] == "running" and listed[job_id]["worker_pid"] == pid, listed[job_id]
    reader = world.start("jobs", "results", select_id, "--format", "json")
    first = json.loads(reader.stdout.readline())["row"][0]
    assert first <= last + 1, (first, last)
    for i in range(1, 500):
        assert json.loads(reader.stdout.readline())["row"][0] == first + i
    world.run("jobs", "cancel", insert_id)
    world.run("jobs", "cancel", select_id)
    for job_id, pid in pids.items():
        world.wait_for(job_id, "cancelled")
        wait_until("its worker goes", lambda: not is_alive(pid))


def test_worker_dies(world):
    insert = world.write("again.sql", INSERT.format(rate=500, sink="again"))
    select = world.write("lost.sql", SELECT.format(rate=10))
    [insert_id] = world.submit(insert)
    [select_id] = world.submit(select, "--detach")
    wait_until("rows are published", lambda: rows_of(world, "again"))
    counted = wait_until("rows are counted", lambda: (job := world.job(insert_id))["rows_in"]
                         and job["checkpoints"]["completed"] and job)
    pid = counted["worker_pid"]
    os.kill(pid, signal.SIGKILL)
    os.kill(world.wait_for(select_id, "running")["worker_pid"], signal.SIGKILL)
    lost = world.wait_for(select_id, "lost")
    assert "died without a word" in lost["failure"]["message"], lost
    again = wait_until("a new worker", lambda: (job := world.job(insert_id))["attempt"] == 2
                       and job["state"] == "running" and job)
    assert again["restarts"] == 1 and again["worker_pid"] != pid, again
    assert again["rows_in"] >= counted["rows_in"], (again, counted)
    assert again["checkpoints"]["completed"] >= counted["checkpoints"]["completed"], (again, counted)
    before = len(rows_of(world, "again"))
    wait_until("it goes on", lambda: len(rows_of(world, "again")) > before)
    world.run("jobs", "stop", insert_id)
    rows = rows_of(world, "again")
    assert rows == list(range(1, len(rows) + 1)), "something is missing or twice"


def test_worker_dies_with_its_checkpoints(world):
    """A job that began anew would write its rows again."""
    [job_id] = world.submit(world.write("cut.sql", INSERT.format(rate=500, sink="cut")))
    wait_until("rows are published", lambda: rows_of(world, "cut"))
    pid = world.wait_for(job_id, "running")["worker_pid"]
    os.kill(pid, signal.SIGSTOP)
    manifests = [path for path in world.root.rglob("chk-*/manifest") if "cut" in str(path)]
    assert manifests
    for manifest in manifests:
        os.truncate(manifest, 10)
    before = rows_of(world, "cut")
    os.kill(pid, signal.SIGKILL)
    failed = world.wait_for(job_id, "failed")
    assert failed["failure"]["code"] == "SL3002" and "cannot be used" in failed["failure"]["message"], failed
    assert rows_of(world, "cut") == before


def test_foreign_client(world, foreign_client):
    done = subprocess.run([foreign_client, world.address], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    for line in ("health SERVING", "service sluice.v1.Statements", "service sluice.v1.Jobs",
                 "service sluice.v1.Lineage", "service grpc.health.v1.Health", 'name: "outlived"'):
        assert line in done.stdout, (line, done.stdout)


def test_gateway_ends(world):
    insert = world.write("ends.sql", INSERT.format(rate=100, sink="ends"))
    [insert_id] = world.submit(insert)
    pid = world.wait_for(insert_id, "running")["worker_pid"]
    second = world.run("serve", "--listen", "127.0.0.1:0", "--dir", "gw", code=3)
    assert "another gateway works in `gw`" in second.stderr, second.stderr
    reader = world.start("submit", world.write("read.sql", SELECT.format(rate=1000)), "--format", "json")
    reader.stdout.readline()
    select = next(job for job in world.jobs() if job["name"].startswith("select") and job["state"] == "running")
    assert world.kill_gateway(signal.SIGTERM) == 0
    reader.stdout.read()
    assert reader.wait(30) == 3
    assert is_alive(pid) and is_alive(select["worker_pid"])
    world.serve()
    assert world.wait_for(select["id"], "running")["worker_pid"] == select["worker_pid"]
    world.run("jobs", "cancel", select["id"])
    world.run("jobs", "cancel", insert_id)


def main(sluice, foreign_client):
    with World(sluice) as world:
        test_no_gateway(world)
        assert "0 jobs found" in world.serve()
        test_answers_like_run(world)
        test_errors_like_run(world)
        test_standard_output_is_full(world)
        test_unknown_jobs(world)
        test_two_clients_and_one_that_goes(world)
        test_slow_reader_slows_the_job(world)
        test_a_name_is_free_after_the_end(world)
        test_stop_and_continue(world)
        test_stop_that_waits_in_vain(world)
        test_gateway_dies(world)
        test_worker_dies(world)
        test_worker_dies_with_its_checkpoints(world)
        test_foreign_client(world, foreign_client)
        test_gateway_ends(world)
    print("gateway_test: all right")


if __name__ == "__main__":
    main(*sys.argv[1:])
