#!/usr/bin/env python3
"""check_test.py SLUICE: `sluice check`: findings, formats, what suppresses them, exit codes."""
import json
import sys
import xml.etree.ElementTree

from gateway_process import World

TABLES = """CREATE TABLE clicks (id BIGINT, name STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:9092', 'format' = 'json',
  'scan.startup.mode' = 'earliest-offset');
CREATE TABLE totals (id BIGINT, n BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'upsert-kafka',
  'topic' = 'o', 'properties.bootstrap.servers' = 'b:9092', 'key.format' = 'json', 'value.format' = 'json');
"""
GROWING = "INSERT INTO totals SELECT id, COUNT(*) FROM clicks GROUP BY id;\n"
WRONG = "SELECT idd FROM clicks;\nSELECT id FROM click;\n"


def findings(world, *arguments, code):
    done = world.run("check", *arguments, "--format", "json", code=code)
    return json.loads(done.stdout)["findings"]


def test_findings(world):
    wrong = world.write("wrong.sql", TABLES + WRONG)
    found = findings(world, wrong, code=1)
    assert [f["code"] for f in found] == ["SL1102", "SL1101"], found
    assert found[0]["region"] == {"startLine": 6, "startColumn": 8, "endLine": 6, "endColumn": 11}, found[0]
    shown = world.run("check", wrong, code=1).stdout
    assert "wrong.sql:6:8: error SL1102: column `idd` is not in scope\n  SELECT idd FROM clicks;\n         ^^^\n" in shown
    assert shown.endswith("2 errors, 0 warnings in 1 file\n"), shown

    growing = world.write("growing.sql", TABLES + GROWING)
    assert [f["code"] for f in findings(world, growing, code=0)] == ["SL5001"]
    assert findings(world, growing, "--fail-on", "warning", code=1)
    assert findings(world, growing, "-D", "table.exec.state.ttl=1 d", code=0) == []
    assert findings(world, wrong, "--fail-on", "never", code=0)


def test_world_fails(world):
    good = world.write("good.sql", TABLES)
    done = world.run("check", "nowhere.sql", good, code=2)
    assert "nowhere.sql" in done.stderr and "0 errors, 0 warnings in 1 file" in done.stdout, done
    world.run("check", good, "--schema", "nowhere.sql", code=2)
    world.run("check", good, "--baseline", "nowhere.json", code=2)
    world.run("check", code=2)
    for text, line in (("colour = 1\n", 1), ("\nfail-on = 'sometimes'\n", 2), ("ignore = [1]\n", 1), ("[", 1)):
        world.write(".sluice.toml", text)
        assert f".sluice.toml:{line}: " in world.run("check", good, code=2).stderr
    (world.root / ".sluice.toml").unlink()


def test_schema_and_variables(world):
    world.write("tables.sql", TABLES.replace("b:9092", "${BROKERS}"))
    query = world.write("query.sql", "SELECT id FROM clicks;\n")
    assert findings(world, query, code=1)[0]["code"] == "SL1101"
    undefined = findings(world, query, "--schema", "tables.sql", code=1)
    assert {(f["file"], f["code"]) for f in undefined} == {("tables.sql", "SL1005")}, undefined
    assert findings(world, query, "--schema", "tables.sql", "--var", "BROKERS=b:1", code=0) == []
    world.write(".sluice.toml", 'schema = ["tab*.sql"]\n[variables]\nBROKERS = "b:1"\n')
    assert findings(world, query, code=0) == []
    world.write("tables.sql", TABLES.replace("b:9092", "${BROKERS}") + "SELECT nope FROM clicks;\n")
    world.write("other.sql", "SELECT id FROM clicks;\n")
    once = findings(world, query, "other.sql", code=1)
    assert [(f["file"], f["code"]) for f in once] == [("tables.sql", "SL1102")], once
    assert len(findings(world, "./tables.sql", query, "other.sql", query, code=1)) == 1
    world.write("tables.sql", TABLES.replace("b:9092", "${BROKERS}"))
    world.run("check", str(world.root / "nowhere"), code=2)
    (world.root / "sub").mkdir()
    (world.root / "sub" / "query.sql").write_text("SELECT name FROM clicks;\n")
    assert findings(world, "sub", code=0) == []
    world.root = world.root / "sub"
    assert findings(world, "query.sql", code=0) == []  # The configuration is the parent's.
    world.root = world.root.parent
    (world.root / ".sluice.toml").unlink()


def test_suppressions(world):
    noted = world.write("noted.sql", TABLES + GROWING.replace(";", ";  -- noqa: SL5001"))
    assert findings(world, noted, code=0) == []
    other = world.write("other.sql", TABLES + GROWING.replace(";", ";  -- noqa: SL5003"))
    found = findings(world, other, code=0)
    assert [f["code"] for f in found] == ["SL5001", "SL5008"], found
    opened = world.write("opened.sql", "-- noqa: disable=SL5001\n" + TABLES + GROWING + "-- noqa: enable=SL5001\n" + GROWING)
    assert [f["region"]["startLine"] for f in findings(world, opened, code=0)] == [9]
    wrong = world.write("wrong.sql", TABLES + "SELECT idd FROM clicks; -- noqa\n")
    assert [f["code"] for f in findings(world, wrong, code=1)] == ["SL1102", "SL5008"]
    for comment in ("-- noqable", "-- noqa: SL9999"):
        other = world.write("other.sql", TABLES + GROWING.replace(";", ";  " + comment))
        assert "SL5001" in [f["code"] for f in findings(world, other, code=0)], comment
    world.run("check", other, "--ignore", "bogus", code=2)
    world.run("check", other, "--ignore", "SL1102", code=2)
    world.write(".sluice.toml", 'ignore = ["SL5001"]\n')
    assert findings(world, noted, code=0) == []  # The comment is of use without the configuration.
    (world.root / ".sluice.toml").unlink()
    growing = world.write("growing.sql", TABLES + GROWING)
    assert findings(world, growing, "--ignore", "SL5001", code=0) == []
    world.write(".sluice.toml", '[[files]]\nmatch = ["grow*.sql"]\nignore = ["SL5001"]\n')
    assert findings(world, growing, code=0) == []
    (world.root / ".sluice.toml").unlink()


def test_baseline(world):
    wrong = world.write("wrong.sql", TABLES + WRONG)
    done = world.run("check", wrong, "--write-baseline", "known.json")
    assert done.stdout.endswith("0 errors, 0 warnings in 1 file, 2 findings of the baseline\n"), done.stdout
    world.write("wrong.sql", "-- a line in front\n" + TABLES + WRONG + "SELECT iddd FROM clicks;\n")
    assert [f["region"]["startLine"] for f in findings(world, wrong, "--baseline", "known.json", code=1)] == [9]
    world.write("wrong.sql", TABLES + "SELECT idd FROM clicks;\n")
    assert "1 findings of `known.json`" in world.run("check", wrong, "--baseline", "known.json").stderr
    world.run("check", wrong, "--baseline", "known.json", "--prune-baseline")
    assert len(json.loads((world.root / "known.json").read_text())["findings"]) == 1


def test_fix(world):
    script = world.write("old.sql", "SET 'execution.savepoint.path' = 'x';\n")
    assert [f["code"] for f in findings(world, script, code=0)] == ["SL5007"]
    misspelt = world.write("misspelt.sql", TABLES + "SELECT idd, CHAR_LENGHT(`nmae`) FROM default_database.click;\n"
                           "SET 'table.exec.state.tl' = '1 d';\n")
    assert "changes made: 5, files changed: 1" in world.run("check", misspelt, "--fix").stderr
    fixed = world.run("check", misspelt, "--fix", code=0)
    text = (world.root / misspelt).read_text()
    assert text.endswith("SELECT id, CHAR_LENGTH(`name`) FROM default_database.clicks;\n"
                         "SET 'table.exec.state.ttl' = '1 d';\n"), (text, fixed)
    (world.root / "marked.sql").write_bytes(b"\xef\xbb\xbf" + TABLES.encode() + b"SELECT idd FROM clicks;\r\n")
    world.run("check", "marked.sql", "--fix")
    assert (world.root / "marked.sql").read_bytes().endswith(b"\nSELECT id FROM clicks;\r\n")
    world.run("check", script, "--fix")
    assert (world.root / script).read_text() == "SET 'execution.state-recovery.path' = 'x';\n"


def test_formats(world):
    wrong = world.write("wrong.sql", TABLES + WRONG + GROWING)
    sarif = json.loads(world.run("check", "./" + wrong, "--format", "sarif", code=1).stdout)
    run = sarif["runs"][0]
    assert sarif["version"] == "2.1.0" and [r["level"] for r in run["results"]] == ["error", "error", "warning"]
    assert {r["ruleId"] for r in run["results"]} == {r["id"] for r in run["tool"]["driver"]["rules"]}
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "wrong.sql" and place["region"]["startLine"] == 6, place

    assert all(r["shortDescription"]["text"] for r in run["tool"]["driver"]["rules"])

    world.write("umlaut ä.sql", WRONG)
    told = json.loads(world.run("check", "umlaut ä.sql", "nowhere.sql", "--format", "sarif", code=2).stdout)["runs"][0]
    place = told["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "umlaut%20%C3%A4.sql", place
    note = told["invocations"][0]["toolExecutionNotifications"][0]
    assert not told["invocations"][0]["executionSuccessful"] and "nowhere.sql" in str(note), told["invocations"]
    assert "::error file=nowhere.sql,title=SL2002::" in world.run("check", "nowhere.sql", "--format", "github", code=2).stdout
    unread = json.loads(world.run("check", "nowhere.sql", "--format", "json", code=2).stdout)["unreadable"]
    assert [u["file"] for u in unread] == ["nowhere.sql"], unread
    assert "nowhere.sql" in world.run("check", "nowhere.sql", "--format", "gitlab", code=2).stdout

    good = world.write("good.sql", TABLES)
    suite = xml.etree.ElementTree.fromstring(world.run("check", wrong, good, "--format", "junit", code=1).stdout)[0]
    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("2", "1", 2)
    assert "SL1101" in suite[0][0].text and len(suite[1]) == 0

    lines = world.run("check", wrong, "--format", "github", code=1).stdout.splitlines()
    assert lines[0].startswith("::error file=wrong.sql,line=6,endLine=6,col=8,endColumn=10,title=SL1102::column `idd`")
    assert lines[2].startswith("::warning file=wrong.sql,line=8,"), lines
    quality = json.loads(world.run("check", wrong, "--format", "gitlab", code=1).stdout)
    assert len({q["fingerprint"] for q in quality}) == 3 and quality[0]["location"]["lines"]["begin"] == 6


def test_many_files(world):
    (world.root / "many").mkdir()
    for i in range(40):
        (world.root / "many" / f"{i:02}.sql").write_text(TABLES + ("SELECT 1;\n" if i % 2 else WRONG))
    one = world.run("check", "many", "--threads", "1", code=1).stdout
    assert one == world.run("check", "many", "--threads", "4", code=1).stdout
    assert one.endswith("40 errors, 0 warnings in 40 files\n"), one


def main(sluice):
    for test in (test_findings, test_world_fails, test_schema_and_variables, test_suppressions, test_baseline, test_fix,
                 test_formats, test_many_files):
        with World(sluice) as world:
            test(world)
    print("check_test: all right")


if __name__ == "__main__":
    main(*sys.argv[1:])
