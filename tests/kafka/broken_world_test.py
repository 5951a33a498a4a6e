#!/usr/bin/env python3
"""broken_world_test.py SLUICE [PART...]: brokers that are down, refuse, or lose a topic, and a disk that is full. A job recovers,
or ends with an error that names what is wrong."""
import pathlib
import subprocess
import sys
import threading
import time

import broker as brokers
from engine import Engine, check, table

EARLIEST = {"scan_startup_mode": "earliest-offset"}
BOUNDED = {**EARLIEST, "scan_bounded_mode": "latest-offset"}
RESTARTS = ("SET 'restart-strategy.type' = 'fixed-delay';\nSET 'restart-strategy.fixed-delay.attempts' = '1000';\n"
            "SET 'restart-strategy.fixed-delay.delay' = '200 ms';\n")
ROWS = 20_000


def wait_for(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come in time")
        time.sleep(0.1)


class Suite:
    def __init__(self, sluice, broker):
        self.broker = broker
        self.engine = Engine(sluice, broker.folder / "engine")

    def fails(self, what, name, script, *wanted):
        status, text = self.engine.run(name, script)
        missing = [text_wanted for text_wanted in wanted if text_wanted not in text]
        if status == 0 or missing:
            raise AssertionError(f"{what}: expected {missing}, exit code {status}:\n{text}")
        print(f"ok: {what} is {wanted[0]}", flush=True)

    def copy_job(self, name, guarantee="exactly-once", **source):
        self.broker.create(name, 2)
        once = {"sink_delivery__guarantee": guarantee}
        if guarantee == "exactly-once":
            once["sink_transactional__id__prefix"] = name
        return ("SET 'execution.checkpointing.interval' = '200 ms';\n" +
                table("src", "id BIGINT", self.broker, topic="numbers", **{**BOUNDED, **source}) +
                table("dst", "id BIGINT", self.broker, topic=name, **once) +
                "INSERT INTO dst SELECT id FROM src WHERE MD5(REPEAT(CAST(id AS STRING), 4000)) <> 'x';\n")

    def numbers(self, topic):
        return sorted(int(m.value[6:-1]) for m in self.broker.consume(topic))

    def fill(self):
        self.broker.create("numbers", 2)
        self.broker.produce("numbers", [(i % 2, -1, None, f'{{"id":{i}}}') for i in range(ROWS)])

    def down_at_start(self):
        script = RESTARTS + self.copy_job("late", properties_socket_timeout_ms="1000")
        self.broker.kill()
        process = self.engine.start("late", script)
        time.sleep(1.5)
        self.broker.start()
        text, _ = process.communicate(timeout=120)
        check("a job that starts before its broker", (process.returncode, text if process.returncode else ""), (0, ""))
        check("and what it wrote", self.numbers("late") == list(range(ROWS)), True)

    def down_in_the_middle(self):
        for guarantee in ("at-least-once", "exactly-once"):
            name = f"middle-{guarantee}"
            process = self.engine.start(name, RESTARTS + self.copy_job(name, guarantee))
            checkpoints = self.engine.folder / "checkpoints" / name
            wait_for(lambda: any(checkpoints.glob("chk-*/manifest")) or process.poll() is not None, "a checkpoint")
            self.broker.kill()
            time.sleep(1)
            self.broker.start()
            text, _ = process.communicate(timeout=120)
            check(f"a broker that goes and comes, {guarantee}",
                  (process.returncode, text if process.returncode else ""), (0, ""))
            found = self.numbers(name)
            found = found if guarantee == "exactly-once" else sorted(set(found))
            check("and what was written", found == list(range(ROWS)), True)

    def stopped_without_a_broker(self):
        """One SIGTERM ends a job, with a savepoint if there can be one in time."""
        for guarantee in ("at-least-once", "exactly-once"):
            name = f"stopped-{guarantee}"
            script = self.copy_job(name, guarantee).replace("'scan.bounded.mode' = 'latest-offset'",
                                                            "'scan.topic-partition-discovery.interval' = '0 s'")
            process = self.engine.start(name, script, "--stop-timeout", "3")
            wait_for(lambda: self.broker.consume(name) or process.poll() is not None, "the first rows")
            self.broker.kill()
            time.sleep(1)
            begin = time.monotonic()
            process.terminate()
            text, _ = process.communicate(timeout=40)
            check(f"it says that there is no savepoint, {guarantee}",
                  (process.returncode != 0, "no savepoint of" in text and "after 3 s" in text, text if "after 3 s" not in text
                   else ""), (True, True, ""))
            check("and does not wait for long", time.monotonic() - begin < 15, True)
            self.broker.start()

    def topic_deleted(self):
        self.broker.create("doomed", 1)
        self.broker.produce("doomed", [(0, -1, None, '{"id":1}')])
        script = (table("src", "id BIGINT", self.broker, topic="doomed",
                        scan_topic__partition__discovery_interval="300 ms", **EARLIEST) + "SELECT id FROM src;\n")
        timer = threading.Timer(3, lambda: self.broker.side.ask("delete", "doomed"))
        timer.start()
        self.fails("a topic that is deleted while it is read", "doomed", script, "SL2001", "`doomed`")
        timer.join()
        self.fails("a sink without its topic", "nosink", table("dst", "id BIGINT", self.broker, topic="doomed") +
                   "INSERT INTO dst SELECT CAST(1 AS BIGINT);\n", "SL2001", "`doomed`")

    def offsets_gone(self):
        """What a checkpoint wants to read next has been deleted by retention: rows would be missing."""
        self.broker.create("short", 1)
        self.broker.produce("short", [(0, -1, None, f'{{"id":{i}}}') for i in range(100)])
        self.broker.side.ask("delete-before", "short", 0, 50)
        self.fails("an offset that is no longer there", "short",
                   table("src", "id BIGINT", self.broker, topic="short", scan_startup_mode="specific-offsets",
                         scan_startup_specific__offsets="partition:0,offset:10", scan_bounded_mode="latest-offset") +
                   "SELECT id FROM src;\n", "SL2001", "offset 10 is no longer there", "hint")

    def too_large(self):
        self.broker.create("small", 1, max_message_bytes=2000)
        for guarantee in ("at-least-once", "exactly-once"):
            options = {"sink_delivery__guarantee": guarantee, "sink_transactional__id__prefix": "small"}
            self.fails(f"a message larger than the topic takes, {guarantee},", "small",
                       table("t", "name STRING", self.broker, topic="small", **options) +
                       "INSERT INTO t SELECT REPEAT('x', 5000);\n", "SL2009", "`small`")
        self.broker.create("default", 1)
        into = table("t", "name STRING", self.broker, topic="default", format="raw") + "INSERT INTO t SELECT REPEAT('x', {});\n"
        code, text = self.engine.run("default", into.format(1_040_000))
        check("what the brokers take", (code, text if code else ""), (0, ""))
        self.fails("more than a request may have", "default", into.format(1_100_000), "SL2009", "`properties.max.request.size`")

    def timeout_warned(self):
        """Said before the job has ended, since a job like this has no end."""
        self.broker.create("hurried", 1)
        script = ("SET 'execution.checkpointing.interval' = '10 s';\n" +
                  table("src", "id BIGINT", self.broker, topic="numbers", **EARLIEST) +
                  table("dst", "id BIGINT", self.broker, topic="hurried", sink_delivery__guarantee="exactly-once",
                        sink_transactional__id__prefix="hurried", properties_transaction_timeout_ms="5000") +
                  "INSERT INTO dst SELECT id FROM src;\n")
        process = self.engine.start("hurried", script)
        killer = threading.Timer(10, process.kill)
        killer.start()
        warnings = [line for line in process.stdout if line.startswith("warning:") and (process.kill() or True)]
        killer.cancel()
        check("a time-out of transactions that is too short", "`transaction.timeout.ms` = 5000" in "".join(warnings), True)

    def timeout_refused(self):
        """By the brokers, always: the job does not try again."""
        self.broker.create("patient", 1)
        self.fails("a time-out of transactions that is too long", "patient",
                   table("t", "id BIGINT", self.broker, topic="patient", sink_delivery__guarantee="exactly-once",
                         sink_transactional__id__prefix="patient", properties_transaction_timeout_ms="3600000") +
                   "INSERT INTO t SELECT CAST(1 AS BIGINT);\n", "SL1403", "`properties.transaction.timeout.ms`")

    def refused(self):
        alice = {"properties_bootstrap_servers": self.broker.sasl_servers, "properties_security_protocol": "SASL_PLAINTEXT",
                 "properties_sasl_mechanism": "PLAIN"}
        login = "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"alice\" password=\"{}\";"
        known = {**alice, "properties_sasl_jaas_config": login.format("right")}
        unknown = {**alice, "properties_sasl_jaas_config": login.format("wrong")}
        read = "SELECT id FROM t;\n"
        write = "INSERT INTO t SELECT CAST(1 AS BIGINT);\n"
        once = {"sink_delivery__guarantee": "exactly-once", "sink_transactional__id__prefix": "alice"}
        self.fails("a topic that may not be read", "alice",
                   table("t", "id BIGINT", self.broker, topic="numbers", **BOUNDED, **known) + read, "SL2008", "`numbers`")
        self.fails("a topic that may not be written", "alice",
                   table("t", "id BIGINT", self.broker, topic="numbers", **known) + write, "SL2008", "`numbers`")
        self.fails("transactions that are not allowed", "alice",
                   table("t", "id BIGINT", self.broker, topic="numbers", **known, **once) + write, "SL2008")
        self.fails("a wrong password", "mallory",
                   table("t", "id BIGINT", self.broker, topic="numbers", **BOUNDED, **unknown) + read, "SL2008")

    def disk_full(self):
        """The staged files' disk is full for a while. A tmpfs of its own; left out where it cannot be mounted."""
        disk = pathlib.Path(self.broker.folder) / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], capture_output=True).returncode != 0:
            print("skipped: a full disk, because mounting is not permitted", flush=True)
            return
        try:
            script = self.copy_job("staged")
            engine = Engine(self.engine.sluice, disk)
            filler = disk / "filler"
            filler.write_bytes(b"x" * (3900 << 10))
            job = engine.start("staged", script)
            lines = iter(job.stdout.readline, "")
            full = next((line for line in lines if "No space left" in line), "")
            check("a disk that is full at staging", "is restarted" in full, True)
            filler.unlink()
            rest = "".join(lines)
            check("goes on when there is room", (job.wait(120), rest if job.returncode else ""), (0, ""))
            check("and what was written", self.numbers("staged") == list(range(ROWS)), True)
        finally:
            subprocess.run(["umount", "-l", disk], check=False)

    def all(self):
        self.fill()
        for part in (self.refused, self.too_large, self.timeout_warned, self.timeout_refused, self.offsets_gone, self.topic_deleted,
                     self.disk_full, self.stopped_without_a_broker, self.down_at_start, self.down_in_the_middle):
            if len(sys.argv) > 2 and part.__name__ not in sys.argv[2:]:
                continue
            part()


if __name__ == "__main__":
    brokers.main_with_broker(lambda broker: Suite(sys.argv[1], broker).all())
