#!/usr/bin/env python3
"""restore_test.py SLUICE [PART...]: jobs that go on from a checkpoint while what they read or write is no longer the same:
topics that came since, were made anew, or have another name; another delivery guarantee."""
import json
import signal
import sys
import time

import broker as brokers
from engine import Engine, check, table

INTERVAL = "SET 'execution.checkpointing.interval' = '100 ms';\n"
ROWS = 60_000
COMMIT = 5  # The visit of kafka.before_marker with which the first rows of two subtasks are committed.


class Suite:
    def __init__(self, sluice, broker):
        self.broker = broker
        self.engine = Engine(sluice, broker.folder / "engine")
        self.started = []

    def ids(self, topic):
        return [json.loads(message.value)["id"] for message in self.broker.consume(topic)]

    def wait_for(self, condition, what, seconds=20):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come in time")
            time.sleep(0.1)
        print(f"ok: {what}", flush=True)

    def start(self, *arguments, **environment):
        self.started.append(self.engine.start(*arguments, **environment))
        return self.started[-1]

    def kill(self, process):
        process.kill()
        process.communicate()

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        text, _ = process.communicate(timeout=60)
        if process.returncode != 0 or "continue with" not in text:
            raise AssertionError(f"no savepoint, exit code {process.returncode}:\n{text}")

    def checkpoints(self, name):
        return list((self.engine.folder / "checkpoints" / name).glob("chk-*/manifest"))

    def no_partitions_yet(self):
        """What comes after a checkpoint without partitions is new, whatever the startup mode says."""
        for interval in ("200 ms", "0 s"):
            name = f"none-{interval[0]}"
            self.broker.create(f"{name}-out", 1)
            script = (INTERVAL + table("src", "id BIGINT", self.broker, topic__pattern=f"{name}-in-[0-9]+",
                                       scan_startup_mode="latest-offset",
                                       scan_topic__partition__discovery_interval=interval) +
                      table("dst", "id BIGINT", self.broker, topic=f"{name}-out") + "INSERT INTO dst SELECT id FROM src;\n")
            process = self.start(name, script)
            self.wait_for(lambda: self.checkpoints(name), "a checkpoint without partitions")
            self.kill(process)
            self.broker.create(f"{name}-in-1", 2)
            self.broker.produce(f"{name}-in-1", [(i % 2, -1, None, f'{{"id":{i}}}') for i in range(10)])
            process = self.start(name, script, "--from", "latest", "--parallelism", "2")
            self.wait_for(lambda: len(self.ids(f"{name}-out")) >= 10, f"rows of before the restart, discovery {interval}")
            check("each once", sorted(self.ids(f"{name}-out")), list(range(10)))
            self.kill(process)

    def topic_made_anew(self):
        """Offsets begin anew with it, and are the position from then on."""
        self.broker.create("anew-out", 1)
        fill = lambda first, count: self.broker.produce("anew", [(0, -1, None, f'{{"id":{i}}}') for i in
                                                                 range(first, first + count)])
        script = (INTERVAL + table("src", "id BIGINT", self.broker, topic="anew", scan_startup_mode="earliest-offset",
                                   properties_auto_offset_reset="earliest", properties_group_id="anew") +
                  table("dst", "id BIGINT", self.broker, topic="anew-out") + "INSERT INTO dst SELECT id FROM src;\n")
        written = lambda: sorted(self.ids("anew-out"))
        self.broker.create("anew", 1)
        fill(0, 10)
        process = self.start("anew", script)
        self.wait_for(lambda: len(written()) == 10, "the first topic")
        self.stop(process)
        self.broker.side.ask("delete", "anew")
        time.sleep(1)
        self.broker.create("anew", 1)
        fill(100, 4)
        process = self.start("anew", script, "--from", "latest")
        self.wait_for(lambda: len(written()) >= 14, "the second topic, which is shorter")
        self.wait_for(lambda: self.broker.side.ask("group", "anew") == "anew-0=4", "and the position in it")
        self.stop(process)
        fill(200, 2)
        process = self.start("anew", script, "--from", "latest")
        self.wait_for(lambda: len(written()) >= 16, "what came later")
        check("each once", written(), [*range(10), *range(100, 104), 200, 201])
        self.kill(process)

    def copy(self, name, topic, **sink):
        return ("SET 'execution.checkpointing.interval' = '40 ms';\n" +
                table("src", "id BIGINT, name STRING", self.broker, topic="rows", scan_startup_mode="earliest-offset",
                      scan_bounded_mode="latest-offset") +
                table("dst", "id BIGINT, name STRING", self.broker, topic=topic,
                      **{"sink_delivery__guarantee": "exactly-once", "sink_transactional__id__prefix": name, **sink}) +
                "INSERT INTO dst SELECT id, name FROM src WHERE MD5(REPEAT(name, 1200)) <> 'none';\n")

    def crash(self, name, script, place, *flags):
        process = self.start(name, script, *flags, SLUICE_CRASH_AT=place)
        text, _ = process.communicate(timeout=120)
        check(f"killed at {place}", (process.returncode, text if process.returncode != -signal.SIGKILL else ""),
              (-signal.SIGKILL, ""))

    def fill_rows(self):
        self.broker.create("rows", 4)
        self.broker.produce("rows", [(i % 4, -1, None, f'{{"id":{i},"name":"name-{i:08}"}}') for i in range(ROWS)])

    def sink_with_another_topic(self):
        """Staged rows go to the topic that they were written for, once."""
        for number, again in enumerate(("", "kafka.before_marker:1", "kafka.after_commit:2", "recover.after_sink:1")):
            old, new = f"old-{number}", f"new-{number}"
            for topic in (old, new):
                self.broker.create(topic, 2)
            self.crash(old, self.copy(old, old), f"kafka.before_marker:{COMMIT}", "--parallelism", "2")
            check("nothing is committed yet", self.ids(old), [])
            script = self.copy(old, new)
            if again:
                self.crash(old, script, again, "--from", "latest", "--parallelism", "1")
            code, text = self.engine.run(old, script, "--from", "latest", "--parallelism", "2")
            check("the job that goes on", (code, text if code else ""), (0, ""))
            former, later = self.ids(old), self.ids(new)
            check("staged rows are where they belong", len(former) > 0, True)
            check("each row once", sorted(former + later) == list(range(ROWS)), True)

    def sink_with_another_guarantee(self):
        for number, (first, second) in enumerate((("exactly-once", "at-least-once"), ("at-least-once", "exactly-once"))):
            name = f"guarantee-{number}"
            self.broker.create(name, 2)
            place = f"kafka.before_marker:{COMMIT}" if number == 0 else "checkpoint.after_manifest:9"
            self.crash(name, self.copy(name, name, sink_delivery__guarantee=first), place, "--parallelism", "2")
            script = self.copy(name, name, sink_delivery__guarantee=second)
            code, text = self.engine.run(name, script, "--from", "latest", "--parallelism", "2")
            check(f"a job that goes on as {second}", (code, text if code else ""), (0, ""))
            check("no row is lost", set(self.ids(name)) == set(range(ROWS)), True)
            if number == 0:
                check("or twice", len(self.ids(name)), ROWS)

    def older_checkpoint_of_fewer_subtasks(self):
        """What came behind it was written by a subtask that it does not know."""
        for topic, partitions in (("fewer", 2), ("fewer-out", 1)):
            self.broker.create(topic, partitions)
        script = ("SET 'execution.checkpointing.num-retained' = '1000';\n" + INTERVAL +
                  table("src", "id BIGINT", self.broker, topic="fewer", scan_startup_mode="earliest-offset") +
                  table("dst", "id BIGINT", self.broker, topic="fewer-out", sink_delivery__guarantee="exactly-once",
                        sink_transactional__id__prefix="fewer") + "INSERT INTO dst SELECT id FROM src;\n")
        written = lambda: sorted(self.ids("fewer-out"))
        self.broker.produce("fewer", [(0, -1, None, '{"id":0}'), (1, -1, None, '{"id":1}')])
        process = self.start("fewer", script, "--parallelism", "1")
        self.wait_for(lambda: written() == [0, 1], "rows of one subtask")
        self.kill(process)
        older = max(self.checkpoints("fewer"), key=lambda manifest: int(manifest.parent.name[4:])).parent
        process = self.start("fewer", script, "--from", "latest", "--parallelism", "2")
        self.broker.produce("fewer", [(1, -1, None, '{"id":2}')])
        self.wait_for(lambda: written() == [0, 1, 2], "a row of the second of two")
        self.stop(process)
        process = self.start("fewer", script, "--from", "latest", "--parallelism", "1")
        self.broker.produce("fewer", [(0, -1, None, '{"id":3}')])
        self.wait_for(lambda: written() == [0, 1, 2, 3], "a row of one subtask again")
        self.stop(process)
        code, text = self.engine.run("fewer", script, "--from", str(older), "--parallelism", "1", timeout=20)
        check("the older one is refused", (code != 0, "SL3005" in text, "" if "SL3005" in text else text), (True, True, ""))
        check("and nothing was written", written(), [0, 1, 2, 3])

    def all(self):
        self.fill_rows()
        try:
            for part in (self.no_partitions_yet, self.topic_made_anew, self.sink_with_another_topic,
                         self.sink_with_another_guarantee, self.older_checkpoint_of_fewer_subtasks):
                if len(sys.argv) == 2 or part.__name__ in sys.argv[2:]:
                    part()
        finally:
            for process in self.started:
                process.kill()


if __name__ == "__main__":
    brokers.main_with_broker(lambda broker: Suite(sys.argv[1], broker).all())
