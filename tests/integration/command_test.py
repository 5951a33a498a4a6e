#!/usr/bin/env python3
"""command_test.py SLUICE: arguments, script files, outputs and exit codes of the command, without a gateway."""
import json
import signal
import subprocess
import sys

from gateway_process import World

TICKS = """CREATE TABLE ticks (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000');
"""
FORMATS = ("table", "changelog", "csv", "json")


def test_standard_output_is_full(world):
    endless = world.write("endless.sql", TICKS + "SELECT id FROM ticks;\nSELECT id FROM ticks;\n")
    short = world.write("short.sql", "SELECT 1;\n")
    for output in FORMATS:
        world.run_into_full("run", endless, "--format", output)
        world.run_into_full("run", short, "--format", output)
        world.run_into_full("run", world.write("show.sql", TICKS + "SHOW TABLES;\n"), "--format", output)
        world.run_into_full("run", world.write("plan.sql", "EXPLAIN SELECT 1;\n"), "--format", output)
    sink = "CREATE TABLE sink (id BIGINT) WITH ('connector' = 'print');\nINSERT INTO sink SELECT id FROM ticks;\n"
    world.run_into_full("run", world.write("print.sql", TICKS + sink))
    world.run_into_full("explain", short)
    world.run_into_full("--help")


def test_reader_goes(world):
    script = world.write("endless.sql", TICKS + "SELECT id FROM ticks;\n")
    for output in FORMATS:
        client = subprocess.Popen([world.sluice, "run", script, "--format", output], cwd=world.root,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        world.clients.append(client)
        client.stdout.readline()
        client.stdout.close()
        assert client.wait(60) == -signal.SIGPIPE
        assert client.stderr.read() == ""


def test_show_create_is_plain_text(world):
    create = TICKS + "CREATE VIEW twice AS SELECT id * 2 AS doubled FROM ticks;\n"
    script = world.write("create.sql", create + "SHOW CREATE TABLE ticks;\nSHOW CREATE VIEW twice;\n")
    for output in ("table", "changelog"):
        out = world.run("run", script, "--format", output).stdout
        assert out.startswith("CREATE TABLE ") and "\nCREATE VIEW " in out, out
        assert "\n  'connector' = 'datagen',\n" in out and "\\n" not in out and "|" not in out, out
    assert world.run("run", script, "--format", "json").stdout.count("\n") == 2


def test_arguments(world):
    script = world.write("variable.sql", "SELECT '${A}' AS a;\n")
    for wrong in (("-D", "foo"), ("-D", "=foo"), ("--var", "A")):
        for command in ("run", "explain", "submit"):
            assert "is not of the form name=value" in world.run(command, script, *wrong, code=2).stderr
    done = world.run("run", "-D", "parallelism.default=1", "--var", "A=b=c", script, "--format", "json")
    assert '"b=c"' in done.stdout, done.stdout
    assert world.run("--version").stdout.startswith("sluice ")


def test_failing_start_shows_no_table(world):
    script = world.write("from.sql", "SELECT 1;\n")
    done = world.run("run", script, "--from", "/nonexistent", code=3)
    assert "error SL" in done.stderr and done.stdout == "", (done.stdout, done.stderr)


def test_foreign_files(world):
    marked = world.write("marked.sql", "\ufeffSELECT 1 AS x;\n")
    assert world.run("run", marked, "--format", "changelog").stdout == "+I[1]\n"
    (world.root / "binary.sql").write_bytes(bytes(range(256)) * 40)
    shown = subprocess.run([world.sluice, "run", "binary.sql"], cwd=world.root, capture_output=True, timeout=60)
    assert shown.returncode == 1 and b"error SL" in shown.stderr, shown
    assert max(len(line) for line in shown.stderr.decode().splitlines()) < 1000
    assert not set(shown.stderr) & set(range(32)) - {ord("\n"), ord("\t")}, shown.stderr


def test_secrets_are_not_shown(world):
    table = ("CREATE TABLE t (id BIGINT) WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'json', "
             "'properties.bootstrap.servers' = 'localhost:1', 'scan.startup.mode' = 'earliest-offset',\n"
             "'properties.sasl.jaas.config' = 'M required username=\"u\"\npassword=\"hush\";', "
             "'properties.sasl.password' = 'hush'{});\n")
    view = "CREATE VIEW v AS SELECT id FROM t /*+ OPTIONS('properties.sasl.password'='hush') */;\nSHOW CREATE VIEW v;\n"
    good = world.write("secret.sql", table.format("") + view)
    for stage in ("--ast", "--logical", "--physical", "--jobgraph", "--lineage"):
        shown = world.run("explain", good, stage).stdout
        assert "hush" not in shown and ("******" in shown or stage != "--ast"), (stage, shown)
    shown = world.run("run", good).stdout
    assert "hush" not in shown and "******" in shown, shown
    for wrong in (", 'proprty' = 'x'", ", 'properties.sasl.pasword' 'x'", ", 'a.password' 'hush'", ", x"):
        script = world.write("wrong.sql", table.format(wrong) + "SELECT id FROM t;\n")
        for command in (("run",), ("explain",), ("explain", "--ast"), ("check",), ("check", "--format", "json"),
                        ("check", "--format", "sarif")):
            done = subprocess.run([world.sluice, command[0], script, *command[1:]], cwd=world.root, capture_output=True,
                                  text=True, timeout=60)
            text = done.stdout + done.stderr
            assert "hush" not in text, (command, wrong, text)
            assert done.returncode != 0 or command == ("explain", "--ast"), (command, wrong, text)


def test_bench_counts_its_own_memory(world):
    """The command touches gigabytes before it starts the process that it measures."""
    done = world.run("bench", "--queries", "q0", "--events", "200000", "--json")
    assert 1 < json.loads(done.stdout)[0]["peak_memory_mb"] < 500, done.stdout


def test_fmt(world):
    script = world.write("layout.sql", "select  1 as x;\n")
    path = world.root / "layout.sql"
    path.chmod(0o640)
    assert "would be formatted" in world.run("fmt", "--check", script, code=1).stderr
    diff = world.run("fmt", "--diff", script).stdout
    assert diff == f"--- {script}\n+++ {script}\n@@ -1,1 +1,1 @@\n-select  1 as x;\n+SELECT 1 AS x;\n", diff
    assert path.read_text() == "select  1 as x;\n"
    world.run("fmt", script)
    assert path.read_text() == "SELECT 1 AS x;\n" and path.stat().st_mode & 0o777 == 0o640
    world.run("fmt", "--check", script)
    assert sorted(entry.name for entry in world.root.glob("layout*")) == ["layout.sql"]
    wrong = world.write("wrong.sql", "SELECT FROM;\n")
    assert "error SL1001" in world.run("fmt", wrong, script, code=1).stderr
    assert (world.root / "wrong.sql").read_text() == "SELECT FROM;\n"
    assert "cannot" in world.run("fmt", "missing.sql", code=3).stderr
    world.run("fmt", code=2)
    # Line breaks and the byte order mark stay, and folders stand for their scripts.
    (world.root / "folder/below").mkdir(parents=True)
    windows = world.root / "folder/below/windows.sql"
    windows.write_bytes(b"\xef\xbb\xbfselect 1 as x, -- one\r\n 'a\r\nb' as y;\r\n")
    assert "windows.sql: would be formatted" in world.run("fmt", "--check", "folder", code=1).stderr
    world.run("fmt", "folder")
    once = windows.read_bytes()
    assert once.startswith(b"\xef\xbb\xbfSELECT") and once.count(b"\n") == once.count(b"\r\n") > 2, once
    assert b"\r\r" not in once and b"'a\r\nb'" in once, once
    world.run("fmt", "--check", "folder")
    windows.write_bytes(b"select  'a\nb' as x;\r\n")
    world.run("fmt", "folder")
    assert windows.read_bytes() == b"SELECT 'a\nb' AS x;\n", windows.read_bytes()


def main(sluice):
    with World(sluice) as world:
        test_standard_output_is_full(world)
        test_reader_goes(world)
        test_show_create_is_plain_text(world)
        test_arguments(world)
        test_failing_start_shows_no_table(world)
        test_foreign_files(world)
        test_secrets_are_not_shown(world)
        test_bench_counts_its_own_memory(world)
        test_fmt(world)
    print("command_test: all right")


if __name__ == "__main__":
    main(*sys.argv[1:])
