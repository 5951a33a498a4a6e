#!/usr/bin/env python3
"""source_sink_test.py SLUICE [PART...]: what the source reads and the sinks write, against a real broker."""
import json
import signal
import sys
import time

import broker as brokers
from engine import Engine, check, table

EARLIEST = {"scan_startup_mode": "earliest-offset"}
BOUNDED = {**EARLIEST, "scan_bounded_mode": "latest-offset"}


def values(messages):
    return sorted(message.value for message in messages)


class Suite:
    def __init__(self, sluice, broker):
        self.broker = broker
        self.engine = Engine(sluice, broker.folder / "engine")

    def run_ok(self, name, script, *flags):
        code, text = self.engine.run(name, script, *flags)
        if code != 0:
            raise AssertionError(f"{name}: exit code {code}\n{text}")
        return text

    def changes(self, name, select, tables):
        """The changes of a SELECT as `+I,column,...`."""
        text = self.run_ok(name, f"{tables}{select};\n", "--format", "csv")
        return [line for line in text.splitlines() if line[:3] in ("+I,", "-U,", "+U,", "-D,")]

    def rows(self, name, select, tables):
        return sorted(change[3:] for change in self.changes(name, select, tables))

    def filter_to_topic(self):
        self.broker.create("in", 4)
        self.broker.create("out", 2)
        self.broker.produce("in", [(-1, -1, None, json.dumps({"id": i, "name": f"n{i}"})) for i in range(20000)])
        script = (table("src", "id BIGINT, name STRING", self.broker, topic="in", **BOUNDED) +
                  table("dst", "id BIGINT, name STRING", self.broker, topic="out") +
                  "INSERT INTO dst SELECT id, name FROM src WHERE MOD(id, 2) = 0;\n")
        self.run_ok("filter", script, "--parallelism", "2")
        expected = sorted(f'{{"id":{i},"name":"n{i}"}}' for i in range(0, 20000, 2))
        check("every second row is written once", values(self.broker.consume("out")), expected)

    def fails(self, what, name, script, code, *flags):
        status, text = self.engine.run(name, script, *flags)
        if status == 0 or code not in text:
            raise AssertionError(f"{what}: expected {code}, exit code {status}:\n{text}")
        print(f"ok: {what} is {code}", flush=True)

    def startup_modes(self):
        self.broker.create("starts", 1)
        stamps = [1_700_000_000_000 + i * 1000 for i in range(10)]
        self.broker.produce("starts", [(0, stamps[i], None, f'{{"id":{i}}}') for i in range(10)])
        for what, expected, options in [
            ("earliest-offset", range(10), EARLIEST),
            ("specific-offsets", range(7, 10), {"scan_startup_mode": "specific-offsets",
                                                "scan_startup_specific__offsets": "partition:0,offset:7"}),
            ("timestamp", range(4, 10), {"scan_startup_mode": "timestamp",
                                         "scan_startup_timestamp__millis": str(stamps[4] - 500)}),
            ("group-offsets", range(10), {"scan_startup_mode": "group-offsets", "properties_group_id": "fresh",
                                          "properties_auto_offset_reset": "earliest"}),
            ("latest-offset", [], {"scan_startup_mode": "latest-offset"}),
        ]:
            bounded = {"scan_bounded_mode": "latest-offset", **options}
            found = self.rows("starts", "SELECT id FROM t", table("t", "id BIGINT", self.broker, topic="starts", **bounded))
            check(f"startup mode {what}", found, sorted(map(str, expected)))
        for what, expected, options in [
            ("specific-offsets", range(3), {"scan_bounded_mode": "specific-offsets",
                                            "scan_bounded_specific__offsets": "partition:0,offset:3"}),
            ("timestamp", range(6), {"scan_bounded_mode": "timestamp",
                                     "scan_bounded_timestamp__millis": str(stamps[6])}),
        ]:
            found = self.rows("ends", "SELECT id FROM t",
                              table("t", "id BIGINT", self.broker, topic="starts", **EARLIEST, **options))
            check(f"bounded mode {what}", found, sorted(map(str, expected)))
        self.fails("a group without offsets", "nogroup", table("t", "id BIGINT", self.broker, topic="starts",
                   properties_group_id="unknown", scan_bounded_mode="latest-offset") + "SELECT id FROM t;\n", "SL1403")

    def offsets_of_partitions_that_are_not_listed(self):
        self.broker.create("listed", 3)
        self.broker.produce("listed", [(i % 3, -1, None, f'{{"id":{i}}}') for i in range(12)])  # Partition 0: 0, 3, 6, 9.
        read = lambda **options: self.rows("listed", "SELECT id FROM t", table("t", "id BIGINT", self.broker, topic="listed",
                                                                             **options))
        start = {"scan_startup_mode": "specific-offsets", "scan_startup_specific__offsets": "partition:0,offset:3"}
        check("without a group they begin at their beginning", read(**start, scan_bounded_mode="latest-offset"),
              sorted(map(str, [9, 1, 4, 7, 10, 2, 5, 8, 11])))
        self.broker.side.ask("commit", "listed-group", "listed", 1, 2)
        group = {"properties_group_id": "listed-group"}
        check("with one where the group is, or at their beginning", read(**start, **group, scan_bounded_mode="latest-offset"),
              sorted(map(str, [9, 7, 10, 2, 5, 8, 11])))
        end = {"scan_bounded_mode": "specific-offsets", "scan_bounded_specific__offsets": "partition:0,offset:1"}
        check("and end likewise", read(**EARLIEST, **end, **group), sorted(map(str, [0, 1, 4])))
        self.fails("an end at the offset of a group that has read nothing", "nogroup",
                   table("t", "id BIGINT", self.broker, topic="listed", **EARLIEST, **group,
                         scan_bounded_mode="group-offsets") + "SELECT id FROM t;\n", "SL1403")

    def producer_without_idempotence(self):
        self.broker.create("acks", 1)
        expected = []
        for number, (name, value) in enumerate((("acks", "1"), ("acks", "0"), ("retries", "0"),
                                                ("max_in_flight_requests_per_connection", "10"), ("acks", "all"))):
            script = table("t", "id INT", self.broker, topic="acks", **{f"properties_{name}": value})
            self.run_ok("acks", script + f"INSERT INTO t VALUES ({number});\n")
            expected.append(f'{{"id":{number}}}')
            check(f"{name} = {value}", values(self.broker.consume("acks")), expected)
            if value != "all":
                once = script.replace("WITH (", "WITH ('sink.delivery-guarantee' = 'exactly-once', "
                                      "'sink.transactional-id-prefix' = 'acks', ")
                self.fails(f"{name} = {value} and exactly once", "acks-once", once + "INSERT INTO t VALUES (1);\n", "SL1403")

    def times_of_messages(self):
        self.broker.create("times", 1)
        script = table("t", "id INT, ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp'", self.broker, topic="times")
        for time_ms in (-5, 0):
            self.fails(f"{time_ms} ms as the time of a message", "times",
                       script + f"INSERT INTO t SELECT 1, TO_TIMESTAMP_LTZ({time_ms}, 3);\n", "SL2101")
        self.run_ok("times", script + "INSERT INTO t SELECT 2, TO_TIMESTAMP_LTZ(1, 3);\n")
        check("the first millisecond", [(m.value, m.timestamp) for m in self.broker.consume("times")], [('{"id":2}', 1)])

    def own_parallelism(self):
        self.broker.create("wide", 4)
        self.broker.create("narrow", 4)
        self.broker.produce("wide", [(i % 4, -1, None, f'{{"id":{i}}}') for i in range(8000)])
        for scan, sink, flags in ((3, 2, ()), (1, 3, ("--parallelism", "2")), (4, 4, ("--parallelism", "4"))):
            prefix = f"wide-{scan}"
            script = ("SET 'execution.checkpointing.interval' = '100 ms';\n" +
                      table("src", "id BIGINT", self.broker, topic="wide", scan_parallelism=scan, **BOUNDED) +
                      table("dst", "id BIGINT", self.broker, topic="narrow", sink_parallelism=sink,
                            sink_delivery__guarantee="exactly-once", sink_transactional__id__prefix=prefix) +
                      "INSERT INTO dst SELECT id FROM src;\n")
            self.run_ok(prefix, script, *flags)
            groups = self.broker.side.ask("groups").split()
            check(f"subtasks of a sink with parallelism {sink}",
                  sorted({g.split("-")[3] for g in groups if g.startswith(prefix)}), [str(i) for i in range(sink)])
            check("rows of all of them", len(self.broker.consume("narrow")) % 8000, 0)
        counts = (table("src", "id BIGINT", self.broker, topic="wide", scan_parallelism=2, **BOUNDED) +
                  table("dst", "k BIGINT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED", self.broker, connector="upsert-kafka",
                        topic="narrow-counts", key_format="json", value_format="json", sink_parallelism=3) +
                  "INSERT INTO dst SELECT MOD(id, 10), COUNT(*) FROM src GROUP BY MOD(id, 10);\n")
        self.broker.create("narrow-counts", 2)
        self.run_ok("wide-counts", counts, "--parallelism", "2")
        newest = {m.key: m.value for m in self.broker.consume("narrow-counts")}
        check("changes of a key keep their order", newest,
              {f'{{"k":{k}}}': f'{{"k":{k},"n":800}}' for k in range(10)})
        self.fails("a parallelism of 0", "wide-0", counts.replace("'sink.parallelism' = '3'", "'sink.parallelism' = '0'"),
                   "SL1403")

    def secrets_are_hidden(self):
        self.broker.create("secret", 1)
        secret = "geheim"
        login = f'x required username=\\"me\\" password=\\"{secret}\\";'.replace("\\", "")
        hidden = {"properties_sasl_jaas_config": login, "properties_ssl_key_password": secret,
                  "properties_sasl_oauthbearer_client_secret": secret, "properties_ssl_keystore_key": secret}
        script = table("t", "id BIGINT", self.broker, topic="secret", **EARLIEST, **hidden)
        text = self.run_ok("secret", script + "SHOW CREATE TABLE t;\nDESCRIBE EXTENDED t;\nEXPLAIN SELECT * FROM t;\n")
        check("secrets in what is shown", (secret in text, "******" in text), (False, True))
        del hidden["properties_sasl_oauthbearer_client_secret"], hidden["properties_ssl_keystore_key"]
        script = ("SET 'execution.checkpointing.interval' = '100 ms';\n" +
                  table("t", "id BIGINT", self.broker, topic="secret", **EARLIEST, **hidden) +
                  "CREATE TABLE nowhere (id BIGINT) WITH ('connector' = 'blackhole');\nINSERT INTO nowhere SELECT id FROM t;\n")
        process = self.engine.start("secret", script)
        try:
            folder = self.engine.folder / "checkpoints" / "secret"
            self.wait_for(lambda: list(folder.glob("chk-*/manifest")) or process.poll() is not None, "a checkpoint")
            process.send_signal(signal.SIGTERM)
            text, _ = process.communicate(timeout=30)
        finally:
            process.kill()
        written = [file for file in self.engine.folder.glob("checkpoints/**/*") if file.is_file()]
        check("the job with secrets", (process.returncode, text if process.returncode else ""), (0, ""))
        check("files", len(written) > 0 and any(file.name == "manifest" for file in written), True)
        check("secrets in checkpoints and savepoints", [f for f in written if secret.encode() in f.read_bytes()], [])
        check("secrets in what the job says", secret in text, False)

    def topic_pattern(self):
        for topic in ("p-1", "p-2", "q-1"):
            self.broker.create(topic, 1)
            self.broker.produce(topic, [(0, -1, None, f'{{"name":"{topic}"}}')])
        script = (table("t", "name STRING, topic STRING NOT NULL METADATA VIRTUAL", self.broker, topic__pattern="p-[0-9]+",
                        **BOUNDED))
        check("a pattern of topics", self.rows("pattern", "SELECT name, topic FROM t", script), ["p-1,p-1", "p-2,p-2"])
        twice = table("t", "name STRING", self.broker, topic="p-1", scan_startup_mode="specific-offsets",
                      scan_startup_specific__offsets="partition:0,offset:1;partition:0,offset:0",
                      scan_bounded_mode="latest-offset")
        check("the last of two offsets", self.rows("twice", "SELECT name FROM t", twice), ["p-1"])
        self.broker.side.ask("commit", "somebody", "p-1", 0, 1)  # Now there is `__consumer_offsets`.
        every = script.replace("p-[0-9]+", "p-.*|.*offsets")
        check("not the brokers' own", self.rows("every", "SELECT name, topic FROM t", every), ["p-1,p-1", "p-2,p-2"])

    def written_by_pattern(self):
        for topic in ("w-1", "w-2", "v-1"):
            self.broker.create(topic, 1)
        columns = "id INT, `to` STRING METADATA FROM 'topic'"
        script = table("t", columns, self.broker, topic__pattern="w-[0-9]+")
        self.run_ok("written", script + "INSERT INTO t VALUES (1, 'w-1'), (2, 'w-2'), (3, 'w-1');\n")
        check("topics of a pattern", [values(self.broker.consume(topic)) for topic in ("w-1", "w-2")],
              [['{"id":1}', '{"id":3}'], ['{"id":2}']])
        self.fails("a topic that does not match", "unmatched", script + "INSERT INTO t VALUES (1, 'v-1');\n", "SL1403")
        self.fails("a pattern and no column for topics", "uncolumned",
                   table("t", "id INT", self.broker, topic__pattern="w-.*") + "INSERT INTO t VALUES (1);\n", "SL1403")
        self.fails("a pattern exactly once", "patternonce",
                   table("t", columns, self.broker, topic__pattern="w-.*", sink_delivery__guarantee="exactly-once",
                         sink_transactional__id__prefix="w") + "INSERT INTO t VALUES (1, 'w-1');\n", "SL1901")

    def keys_and_metadata(self):
        self.broker.create("keyed", 2)
        self.broker.produce("keyed", [(1, 1_700_000_000_123, '{"id":7}', '{"name":"seven"}', "a=1,b=2")])
        script = table("t", "k_id BIGINT, name STRING, part INT METADATA FROM 'partition' VIRTUAL, "
                       "`offset` BIGINT METADATA VIRTUAL, ts TIMESTAMP(3) METADATA FROM 'timestamp', "
                       "kind STRING METADATA FROM 'timestamp-type' VIRTUAL, headers MAP<STRING, BYTES> METADATA",
                       self.broker, topic="keyed", value_format="json", key_format="json", key_fields="k_id",
                       key_fields__prefix="k_", value_fields__include="EXCEPT_KEY", **BOUNDED)
        found = self.rows("keyed", "SELECT k_id, name, part, `offset`, ts, kind, headers FROM t", script)
        check("key and metadata columns", found, ['7,seven,1,0,2023-11-14T22:13:20.123,CreateTime,"{a=[49], b=[50]}"'])

    def metadata_of_other_types(self):
        """What the table declares is cast from and to what messages have."""
        self.broker.create("cast", 1)
        self.broker.produce("cast", [(0, 1_700_000_000_123, None, '{"id":7}', "a=1,b=2")])
        script = table("t", "id BIGINT, part STRING METADATA FROM 'partition' VIRTUAL, `offset` SMALLINT METADATA VIRTUAL, "
                       "name VARCHAR(3) METADATA FROM 'topic' VIRTUAL, ts STRING METADATA FROM 'timestamp' VIRTUAL, "
                       "headers MAP<STRING, STRING> METADATA VIRTUAL", self.broker, topic="cast", **BOUNDED)
        found = self.rows("cast", "SELECT id, part, `offset`, name, ts, headers FROM t", script)
        check("metadata of other types", found, ['7,0,0,cas,2023-11-14 22:13:20.123,"{a=1, b=2}"'])
        self.broker.create("casts", 1)
        script = table("t", "id BIGINT, ts TIMESTAMP(6) METADATA FROM 'timestamp', headers MAP<STRING, STRING> METADATA",
                       self.broker, topic="casts")
        self.run_ok("casts", script + "INSERT INTO t SELECT 1, TIMESTAMP '2023-11-14 22:13:20.123456', MAP['h', 'v'];\n")
        message, = self.broker.consume("casts")
        check("written metadata of other types", (message.timestamp, message.headers), (1_700_000_000_123, "h=v"))
        self.fails("metadata of a type that cannot be", "uncast",
                   table("t", "id INT, part ARRAY<INT> METADATA FROM 'partition'", self.broker, topic="cast", **BOUNDED)
                   + "SELECT * FROM t;\n", "SL1312")

    def written_keys_headers_times(self):
        self.broker.create("written", 3)
        script = table("t", "id BIGINT, name STRING, ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', "
                       "headers MAP<STRING, BYTES> METADATA", self.broker, topic="written", value_format="json",
                       key_format="raw", key_fields="name", value_fields__include="EXCEPT_KEY")
        self.broker.create("headers", 1)
        self.broker.produce("headers", [(0, -1, None, '{"id":1}', "h=v")])
        script += table("src", "id BIGINT, headers MAP<STRING, BYTES> METADATA", self.broker, topic="headers", **BOUNDED)
        self.run_ok("written", script + "INSERT INTO t SELECT id, 'one', TO_TIMESTAMP_LTZ(1700000000123, 3), headers "
                    "FROM src;\n")
        message, = self.broker.consume("written")
        check("key, value, time and headers of a message",
              (message.key, message.value, message.timestamp, message.headers),
              ("one", '{"id":1}', 1_700_000_000_123, "h=v"))

    def several_topics(self):
        self.broker.create("rows", 2)
        self.broker.produce("rows", [(-1, -1, None, f'{{"id":{i}}}') for i in range(3000)])
        script = table("src", "id BIGINT", self.broker, topic="rows", **BOUNDED)
        for guarantee in ("at-least-once", "exactly-once"):
            names = [f"{letter}-{guarantee}" for letter in "abc"]
            for partitions, name in enumerate(names, 1):
                self.broker.create(name, partitions)
            several = table("several", "id BIGINT, `to` STRING METADATA FROM 'topic'", self.broker, topic=";".join(names),
                         sink_partitioner="fixed", sink_delivery__guarantee=guarantee,
                         sink_transactional__id__prefix=f"several-{guarantee}", **BOUNDED)
            where = f"CASE MOD(id, 3) WHEN 0 THEN '{names[0]}' WHEN 1 THEN '{names[1]}' ELSE '{names[2]}' END"
            self.run_ok("several", script + several + f"INSERT INTO several SELECT id, {where} FROM src;\n", "--parallelism", "2")
            for i, name in enumerate(names):
                check(f"the rows of {name}", values(self.broker.consume(name)),
                      sorted(f'{{"id":{n}}}' for n in range(i, 3000, 3)))
            counts = self.changes("counted", "SELECT `to`, COUNT(*) FROM several GROUP BY `to`", several)
            check("rows by the topic they came from", {tuple(line[3:].split(",")) for line in counts if line[0] == "+"} >=
                  {(name, "1000") for name in names}, True)
        self.fails("a topic that is not in the list", "unlisted",
                   script + several + "INSERT INTO several SELECT id, 'elsewhere' FROM src;\n", "SL1403")
        self.fails("a row that names no topic", "unnamed", script + several +
                   f"INSERT INTO several SELECT id, CASE WHEN id <> 7 THEN '{names[0]}' END FROM src;\n", "SL2103")
        self.fails("several topics and no column for them", "several3",
                   table("several", "id BIGINT", self.broker, topic="a;b") + "INSERT INTO several SELECT 1;\n", "SL1403")

    def upserts(self):
        self.broker.create("counts", 2)
        self.broker.create("names", 2)
        self.broker.produce("names", [(0, -1, None, f'{{"name":"n{i % 3}"}}') for i in range(10)])
        columns = "name STRING, n BIGINT, PRIMARY KEY (name) NOT ENFORCED"
        upsert = {"connector": "upsert-kafka", "key_format": "json", "value_format": "json"}
        for number, extra in enumerate([{}, {"sink_buffer__flush_max__rows": "100", "sink_buffer__flush_interval": "1 s"}]):
            topic = f"counts-{number}"
            self.broker.create(topic, 2)
            script = (table("src", "name STRING", self.broker, topic="names", **BOUNDED) +
                      table("dst", columns, self.broker, topic=topic, **upsert, **extra) +
                      "INSERT INTO dst SELECT name, COUNT(*) FROM src GROUP BY name;\n")
            self.run_ok(f"upsert{number}", script)
            newest = {message.key: message.value for message in self.broker.consume(topic)}
            check(f"upserts {extra}", newest, {f'{{"name":"n{i}"}}': f'{{"name":"n{i}","n":{n}}}'
                                               for i, n in ((0, 4), (1, 3), (2, 3))})
        self.broker.produce("counts-0", [(-1, -1, '{"name":"n1"}', None)])
        script = table("t", columns, self.broker, topic="counts-0", scan_bounded_mode="latest-offset", **upsert)
        found = self.changes("upsertin", "SELECT COUNT(*), SUM(n) FROM t", script)
        check("a tombstone deletes", found[-1], "+U,2,7")

    def given_up_transactions(self):
        self.broker.create("aborted", 1)
        self.broker.produce("aborted", [(0, -1, None, '{"id":1}')], "tx!abort")
        self.broker.produce("aborted", [(0, -1, None, '{"id":2}')], "tx2")
        script = table("t", "id BIGINT", self.broker, topic="aborted", **BOUNDED)
        check("rows of transactions that were given up are not read", self.rows("aborted", "SELECT id FROM t", script), ["2"])

    def broken_world(self):
        bounded = table("t", "id BIGINT", self.broker, topic="missing", **BOUNDED) + "SELECT id FROM t;\n"
        self.fails("a missing topic", "missing", bounded, "SL2001")
        self.broker.create("bad", 1)
        self.broker.produce("bad", [(0, -1, None, "no json")])
        self.fails("a malformed message", "bad",
                   table("t", "id BIGINT", self.broker, topic="bad", **BOUNDED) + "SELECT id FROM t;\n", "SL2102")
        self.broker.create("small", 1, max_message_bytes=2000)
        self.fails("a message larger than the topic takes", "small",
                   table("t", "name STRING", self.broker, topic="small") +
                   "INSERT INTO t SELECT REPEAT('x', 5000);\n", "SL2009")
        self.fails("a property that nobody knows", "property",
                   table("t", "id BIGINT", self.broker, topic="bad", properties_no_such_thing="1", **BOUNDED) +
                   "SELECT id FROM t;\n", "SL1402")
        down = bounded.replace(str(self.broker.port), "1")
        self.fails("no broker", "down", down, "SL2001")

    def partitions_added(self):
        self.broker.create("grows", 1)
        self.broker.create("grown", 1)
        self.broker.produce("grows", [(0, -1, None, '{"id":0}')])
        script = (table("src", "id BIGINT", self.broker, topic="grows", properties_group_id="grow",
                        scan_topic__partition__discovery_interval="200 ms", **EARLIEST) +
                  table("dst", "id BIGINT", self.broker, topic="grown") +
                  "SET 'execution.checkpointing.interval' = '100 ms';\nINSERT INTO dst SELECT id FROM src;\n")
        process = self.engine.start("grows", script)
        try:
            self.wait_for(lambda: len(self.broker.consume("grown")) == 1, "the first row")
            self.broker.side.ask("partitions", "grows", 2)
            time.sleep(1)
            self.broker.produce("grows", [(1, -1, None, '{"id":1}')])
            self.wait_for(lambda: values(self.broker.consume("grown")) == ['{"id":0}', '{"id":1}'], "the added partition")
            self.wait_for(lambda: self.broker.side.ask("group", "grow") == "grows-0=1 grows-1=1", "offsets of the group")
        finally:
            process.kill()
            process.wait()

    def aligned_sources(self):
        for topic in ("ahead", "behind", "aligned"):
            self.broker.create(topic, 1)
        stamp = lambda minute: f"2024-01-{1 + minute // 1440:02} {minute % 1440 // 60:02}:{minute % 60:02}:00"
        row = lambda minute: (0, -1, None, f'{{"ts":"{stamp(minute)}"}}')
        rows = 10_000
        self.broker.produce("ahead", [row(i) for i in range(rows)])
        self.broker.produce("behind", [row(0)])
        aligned = {"scan_watermark_alignment_group": "g", "scan_watermark_alignment_max__drift": "5 min",
                   "scan_watermark_alignment_update__interval": "200 ms"}
        columns = "ts TIMESTAMP(3), WATERMARK FOR ts AS ts"
        script = (table("ahead", columns, self.broker, topic="ahead", **aligned, **EARLIEST) +
                  table("behind", columns, self.broker, topic="behind", **aligned, **EARLIEST) +
                  table("dst", "ts TIMESTAMP(3)", self.broker, topic="aligned") +
                  "INSERT INTO dst SELECT ts FROM ahead UNION ALL SELECT ts FROM behind;\n")
        written = lambda: len(self.broker.consume("aligned"))
        process = self.engine.start("aligned", script)
        try:
            self.wait_for(lambda: written() > 1, "rows of a source that is ahead")
            time.sleep(2)
            check("the source that is ahead waits", 1 < written() < rows, True)
            self.broker.produce("behind", [row(rows)])
            self.wait_for(lambda: written() == rows + 2, "the rest, when the other source is there, too")
        finally:
            process.kill()
            process.wait()

    def wait_for(self, condition, what, seconds=20):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come in time")
            time.sleep(0.2)
        print(f"ok: {what}", flush=True)

    def all(self):
        for part in (self.filter_to_topic, self.startup_modes, self.offsets_of_partitions_that_are_not_listed,
                     self.producer_without_idempotence, self.times_of_messages, self.own_parallelism,
                     self.secrets_are_hidden, self.topic_pattern, self.written_by_pattern, self.keys_and_metadata,
                     self.metadata_of_other_types, self.written_keys_headers_times, self.several_topics, self.upserts,
                     self.given_up_transactions, self.broken_world, self.partitions_added, self.aligned_sources):
            if len(sys.argv) == 2 or part.__name__ in sys.argv[2:]:
                part()


def test(broker):
    Suite(sys.argv[1], broker).all()


if __name__ == "__main__":
    brokers.main_with_broker(test)
