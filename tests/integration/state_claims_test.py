#!/usr/bin/env python3
"""state_claims_test.py SLUICE: a job goes on with what is its own: state of another query, of another job that runs and
rows of another job in the same table are not touched."""
import sys

from continue_test import rows_of, start, stop
from gateway_process import World, wait_until

TABLES = """SET 'execution.checkpointing.interval' = '200 ms';
CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '2000',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '4000');
CREATE TABLE few (id BIGINT) WITH ('connector' = 'datagen', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1',
  'fields.id.end' = '3');
CREATE TABLE o (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'o', 'format' = 'csv');
"""
ALL = list(range(1, 4001))


def test_state_of_another_query_is_not_left_behind(world):
    world.write("a.sql", TABLES + "INSERT INTO o SELECT id FROM numbers;")
    world.write("b.sql", TABLES + "INSERT INTO o SELECT id FROM numbers UNION ALL SELECT id FROM few;")
    words = stop(world, start(world, "a.sql"), 1)
    savepoint = words[words.index("--from") + 1]
    refused = world.run("run", "b.sql", "--from", savepoint, code=3).stderr
    assert "SL3003" in refused and "state of `Sink[2]`" in refused, refused
    key = "execution.state-recovery.ignore-unclaimed-state"
    assert "left behind" in world.run("run", "b.sql", "--from", savepoint, "-D", f"{key}=true").stderr


def test_a_script_may_say_where_it_goes_on(world):
    script = TABLES + "INSERT INTO o SELECT id FROM numbers;"
    world.write("a.sql", script)
    words = stop(world, start(world, "a.sql"), 1)
    savepoint = words[words.index("--from") + 1]
    world.write("a.sql", f"SET 'execution.savepoint.path' = '{savepoint}';\n" + script)
    world.run("run", "a.sql")
    assert rows_of(world, "o") == ALL


def test_two_jobs_write_one_table(world):
    world.write("two.sql", TABLES + "SET 'pipeline.name' = 'even'; INSERT INTO o SELECT id FROM numbers WHERE id % 2 = 0;"
                "SET 'pipeline.name' = 'odd'; INSERT INTO o SELECT id FROM numbers WHERE id % 2 = 1;")
    words = stop(world, start(world, "two.sql"), 2)
    world.run(*words)
    assert rows_of(world, "o") == ALL


def test_a_job_runs_once_at_a_time(world):
    world.write("a.sql", TABLES + "INSERT INTO o SELECT id FROM numbers;")
    first = start(world, "a.sql")
    wait_until("a checkpoint", lambda: list((world.root / ".sluice").glob("o/chk-*/manifest")))
    refused = world.run("run", "a.sql", code=3).stderr
    assert "SL4003" in refused and "pipeline.name" in refused, refused
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert rows_of(world, "o") == ALL


def main(sluice):
    for name, test in sorted(globals().items()):
        if name.startswith("test_"):
            with World(sluice) as world:
                test(world)
            print(f"{name}: ok", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
