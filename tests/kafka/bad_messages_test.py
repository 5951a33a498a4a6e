#!/usr/bin/env python3
"""bad_messages_test.py SLUICE: messages that cannot be read, dead letters and their way back, and the commands that look
at topics."""
import json
import pathlib
import re
import subprocess
import sys

import broker as brokers
from engine import Engine, check, table

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from gateway_process import World, wait_until  # noqa: E402

BOUNDED = {"scan_startup_mode": "earliest-offset", "scan_bounded_mode": "latest-offset"}
GOOD = ['{"id":1,"name":"a"}', '{"id":2,"name":"b"}']
BAD = ['no json', '{"id":"x","name":"c"}']
COLUMNS = "id BIGINT, name STRING, topic STRING NOT NULL METADATA VIRTUAL"


class Suite:
    def __init__(self, sluice, broker):
        self.sluice, self.broker = sluice, broker
        self.engine = Engine(sluice, broker.folder / "engine")

    def command(self, *words, code=0):
        done = subprocess.run([self.sluice, *map(str, words)], capture_output=True, text=True, timeout=60)
        if done.returncode != code:
            raise AssertionError(f"{words}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def on_cluster(self, *words):
        return self.command(*words, "--brokers", self.broker.servers)

    def read(self, name, **policy):
        """The rows of the topic with bad messages, and what was said about them."""
        script = table("t", COLUMNS, self.broker, topic="bad", **BOUNDED, **policy) + "SELECT id, name, topic FROM t;\n"
        code, text = self.engine.run(name, script, "--format", "csv")
        if code != 0:
            raise AssertionError(f"{name}: exit code {code}\n{text}")
        rows = sorted(line[3:] for line in text.splitlines() if line.endswith(",bad"))
        return rows, re.findall(r"\d+ messages could not be read: .*", text)

    def policies(self):
        self.broker.create("bad", 2)
        self.broker.create("letters", 2)
        self.broker.produce("bad", [(i % 2, 1_700_000_000_000, f"k{i}", value) for i, value in enumerate(GOOD + BAD)])
        counted = ["2 messages could not be read: 1 not-well-formed, 1 wrong-value"]
        check("skip", self.read("skip", decode_on__error="skip"), (["1,a,bad", "2,b,bad"], counted))
        check("null", self.read("null", decode_on__error="null")[0], [",,bad", ",c,bad", "1,a,bad", "2,b,bad"])
        found = self.read("topic", decode_on__error="dead-letter", decode_dead__letter_topic="letters")
        check("dead letters", found, (["1,a,bad", "2,b,bad"], counted))
        for topic, code, said in (("bad", "SL1403", "`bad`, which the table reads"), ("nowhere", "SL2001", "`nowhere`")):
            script = table("t", COLUMNS, self.broker, topic="bad", decode_on__error="dead-letter",
                           decode_dead__letter_topic=topic, **BOUNDED) + "SELECT id FROM t;\n"
            status, text = self.engine.run("refused", script)
            check(f"dead letters for topic {topic}", (status != 0, code in text and said in text or text), (True, True))
        letters = self.engine.folder / "letters"
        self.read("path", decode_on__error="dead-letter", decode_dead__letter_path=letters)
        check("dead letters in files", "no json" in self.command("dlq", "show", letters), True)

    def letters(self):
        found = sorted((m.key, m.value, dict(h.split("=", 1) for h in m.headers.split(",") if "sluice.reason" not in h)
                        ["sluice.fault"]) for m in self.broker.consume("letters"))
        check("letters are the messages, with the fault beside them", found,
              [("k2", "no json", "not-well-formed"), ("k3", BAD[1], "wrong-value")])
        text = self.on_cluster("dlq", "show", "--topic", "letters")
        check("dlq show tells place and fault", sorted(re.findall(r"bad\[\d\]@\d+ [a-z-]+", text)),
              ["bad[0]@1 not-well-formed", "bad[1]@1 wrong-value"])
        check("dlq show by fault", self.on_cluster("dlq", "show", "--topic", "letters", "--fault", "wrong-value")
              .splitlines()[-1], "1 letters")

    def replay(self):
        self.broker.create("again", 1)
        self.on_cluster("dlq", "replay", "--topic", "letters", "--to-topic", "again")
        check("letters are replayed with their keys", sorted((m.key, m.value) for m in self.broker.consume("again")),
              [("k2", "no json"), ("k3", BAD[1])])

    def restart(self):
        """A letter is there after a crash behind it, and rows behind it are not lost."""
        self.broker.create("crash-in", 1)
        self.broker.create("crash-letters", 1)
        self.broker.create("crash-out", 1)
        self.broker.produce("crash-in", [(0, -1, None, f'{{"id":{i}}}' if i % 100 else "bad") for i in range(5000)])
        script = ("SET 'execution.checkpointing.interval' = '50 ms';\n" +
                  table("src", "id BIGINT", self.broker, topic="crash-in", decode_on__error="dead-letter",
                        decode_dead__letter_topic="crash-letters", **BOUNDED) +
                  table("dst", "id BIGINT", self.broker, topic="crash-out", sink_delivery__guarantee="exactly-once",
                        sink_transactional__id__prefix="letters") +
                  "INSERT INTO dst SELECT id FROM src WHERE MD5(REPEAT(CAST(id AS STRING), 9000)) <> 'x';\n")
        process = self.engine.start("crash", script, SLUICE_CRASH_AT="checkpoint.after_manifest:2")
        process.communicate(timeout=60)
        check("killed", process.returncode, -9)
        code, text = self.engine.run("crash", script, "--from", "latest")
        check("goes on", (code, text if code else ""), (0, ""))
        rows = sorted(m.value for m in self.broker.consume("crash-out"))
        check("rows once", rows, sorted(f'{{"id":{i}}}' for i in range(5000) if i % 100))
        text = self.on_cluster("dlq", "show", "--topic", "crash-letters", "--limit", "1")
        check("letters, each place once", text.splitlines()[-1].split(",")[0], "50 letters")

    def topics(self):
        listed = self.on_cluster("topics", "ls", "--partitions")
        check("topics ls", re.findall(r"^bad +2 +4$", listed, re.M), re.findall(r"^bad.*$", listed, re.M))
        check("partitions", "  partition 1: offsets 0 to 2, leader 1" in listed, True)
        check("brokers' own topics are hidden", "__" in listed, False)
        peeked = self.on_cluster("topics", "peek", "bad", "--limit", "3").splitlines()
        check("topics peek", peeked[-1], f"1@1 2023-11-14T22:13:20Z k3 {BAD[1]}")
        check("as many as asked for", len(peeked), 3)
        self.command("topics", "peek", "nowhere", "--brokers", self.broker.servers, code=3)

    def infer(self):
        self.broker.create("events", 1)
        self.broker.produce("events", [(0, -1, None, f'{{"id":{i},"at":"2024-01-01 00:00:0{i}","ok":true}}')
                                       for i in range(5)])
        ddl = self.on_cluster("infer", "--topic", "events", "--format", "json")
        code, text = self.engine.run("infer", ddl.replace("'scan.startup.mode'", "'scan.bounded.mode' = 'latest-offset',\n"
                                                          "  'scan.startup.mode'", 1) +
                                     "SELECT SUM(id) AS total, COUNT(*) AS n FROM events;\n", "--format", "csv")
        check("the DDL of a topic reads it", (code, "10,5" in text), (0, True))

    def lag(self):
        """`jobs show` says how far behind a job is, in each partition."""
        self.broker.create("behind", 2)
        self.broker.produce("behind", [(i % 2, -1, None, '{"id":1}') for i in range(1000)])
        with World(self.sluice) as world:
            world.serve()
            script = world.write("lag.sql", table("src", "id BIGINT", self.broker, topic="behind",
                                                  scan_startup_mode="earliest-offset") +
                                 table("dst", "id BIGINT", self.broker, topic="again") +
                                 "INSERT INTO dst SELECT id FROM src;\n")
            job, = world.submit(script)
            wait_until("both partitions", lambda: len(re.findall(
                r"(behind:\d) +0$", world.run("jobs", "show", job).stdout, re.M)) == 2)
            lags = json.loads(world.run("jobs", "show", job, "--json").stdout)["lags"]
            check("lag of each partition", lags, {"behind:0": 0, "behind:1": 0})
            world.run("jobs", "cancel", job)

    def all(self):
        for part in (self.policies, self.letters, self.replay, self.restart, self.topics, self.infer, self.lag):
            part()


if __name__ == "__main__":
    brokers.main_with_broker(lambda broker: Suite(sys.argv[1], broker).all())
