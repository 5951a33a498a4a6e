#!/usr/bin/env python3
"""restore_test.py SLUICE [PART...]: jobs that go on from a checkpoint while what they read or write is no longer the same:
topics that came since, were made anew, or have another name; another delivery guarantee."""
import subprocess
import sys
import time

import broker as brokers
from engine import Gateway, check, table
from restore_suite import INTERVAL, ROWS, RestoreSuite

COMMIT = 3  # The visit of kafka.before_marker with which the first rows of two subtasks are committed.


class Suite(RestoreSuite):
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

    def no_broker_at_the_one_look(self):
        """Without discovery, topics are looked for when the job goes on; what nobody answers is asked again."""
        self.broker.create("late-out", 1)
        script = (INTERVAL + table("src", "id BIGINT", self.broker, topic__pattern="late-in-[0-9]+",
                                   scan_startup_mode="latest-offset", scan_topic__partition__discovery_interval="0 s") +
                  table("dst", "id BIGINT", self.broker, topic="late-out") + "INSERT INTO dst SELECT id FROM src;\n")
        process = self.start("late", script)
        self.wait_for(lambda: self.checkpoints("late"), "a checkpoint without partitions")
        self.kill(process)
        self.broker.create("late-in-1", 1)
        self.broker.produce("late-in-1", [(0, -1, None, '{"id":7}')])
        self.broker.kill()
        process = self.start("late", script, "--from", "latest")
        time.sleep(45)  # Longer than brokers are waited for.
        self.broker.start()
        self.wait_for(lambda: self.ids("late-out") == [7], "a row of a topic that could not be looked for", 60)
        self.kill(process)

    def bounded_topic_made_anew(self):
        """Its end will never come."""
        self.broker.create("cut-out", 1)
        fill = lambda count: self.broker.produce("cut", [(0, -1, None, f'{{"id":{i}}}') for i in range(count)])
        self.broker.create("cut", 1)
        fill(ROWS)
        script = ("SET 'execution.checkpointing.interval' = '40 ms';\nSET 'restart-strategy.type' = 'none';\n" +
                  table("src", "id BIGINT", self.broker, topic="cut", scan_startup_mode="earliest-offset",
                        scan_bounded_mode="latest-offset", properties_auto_offset_reset="earliest") +
                  table("dst", "id BIGINT", self.broker, topic="cut-out") +
                  "INSERT INTO dst SELECT id FROM src WHERE MD5(REPEAT(CAST(id AS STRING), 2400)) <> 'none';\n")
        self.crash("cut", script, "checkpoint.after_manifest:3")
        self.broker.side.ask("delete", "cut")
        time.sleep(1)
        self.broker.create("cut", 1)
        fill(5)
        code, text = self.engine.run("cut", script, "--from", "latest", timeout=60)
        said = f"partition 0, ends at offset 5, and ended at {ROWS} when the job began" in text
        check("a topic that is too short ends the job", (code != 0, said, "" if said else text), (True, True, ""))

    def sink_with_another_topic(self):
        """Staged rows go to the topic that they were written for, once."""
        self.fill_rows()
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
        self.fill_rows()
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

    def former_topic_that_is_gone(self):
        for topic in ("gone-a", "gone-b"):
            self.broker.create(topic, 1)
        self.broker.create("gone", 2)
        process = self.start("gone", self.pass_on("gone", "gone-a"), "--parallelism", "1")
        self.send("gone", (0, 0))
        self.wait_for_ids("gone-a", [0], "a row in the first topic")
        self.stop(process)
        process = self.start("gone", self.pass_on("gone", "gone-b"), "--from", "latest", "--parallelism", "1")
        self.send("gone", (0, 1))
        self.wait_for_ids("gone-b", [1], "a row in the second topic")
        self.stop(process)
        self.broker.side.ask("delete", "gone-a")
        process = self.start("gone", self.pass_on("gone", "gone-b"), "--from", "latest", "--parallelism", "1")
        self.send("gone", (0, 2))
        self.wait_for_ids("gone-b", [1, 2], "a row behind the end of the first topic")
        self.kill(process)

    def former_topic_is_not_made_again(self):
        """By a broker that makes the topics which are named to it."""
        with brokers.Broker(auto_create_topics_enable="true") as broker:
            other = Suite(self.engine.sluice, broker)
            for topic in ("gone-a", "gone-b"):
                broker.create(topic, 1)
            broker.create("gone", 2)
            for i, topic in enumerate(("gone-a", "gone-b")):
                flags = ("--from", "latest") if i else ()
                process = other.start("gone", other.pass_on("gone", topic), "--parallelism", "1", *flags)
                other.send("gone", (0, i))
                other.wait_for_ids(topic, [i], f"a row in {topic}")
                other.stop(process)
                if i == 0:
                    broker.side.ask("delete", "gone-a")
                    time.sleep(1)
            done = subprocess.run([self.engine.sluice, "topics", "ls", "--brokers", broker.servers], capture_output=True,
                                  text=True)
            check("topics", ("gone-b" in done.stdout, "gone-a" in done.stdout), (True, False))

    def back_to_the_first_topic(self):
        for topic in ("to-a", "to-b"):
            self.broker.create(topic, 1)
        self.broker.create("to", 2)
        with Gateway(self.engine) as gateway:
            flags, expected = (), {"to-a": [], "to-b": []}
            for i, topic in enumerate(("to-a", "to-b", "to-a")):
                job = gateway.submit("to", self.pass_on("to", topic), "--parallelism", "1", *flags)
                self.send("to", (0, i))
                expected[topic].append(i)
                self.wait_for_ids(topic, expected[topic], f"row {i} in {topic}")
                flags = ("--from", gateway.stop(job))
        check("each once", (self.ids("to-a"), self.ids("to-b")), (expected["to-a"], expected["to-b"]))

    def another_connector_in_between(self):
        """It keeps in its checkpoints what Kafka has shown."""
        kafka = self.pass_on("between", "between-out")
        begin, end = kafka[:kafka.index("CREATE TABLE dst")], "INSERT INTO dst SELECT id FROM src;\n"
        nowhere = begin + "CREATE TABLE dst (id BIGINT) WITH ('connector' = 'blackhole');\n" + end
        files = begin + (
            f"CREATE TABLE dst (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{self.engine.folder}/rows', "
            "'format' = 'json');\n") + end
        older = self.stop(self.begin("between", kafka))
        process = self.start("between-2", nowhere, "--from", older, "--parallelism", "1")
        self.wait_for(lambda: self.checkpoints("between-2"), "a checkpoint without Kafka")
        between = self.stop(process)
        process = self.start("between-3", kafka, "--from", between, "--parallelism", "1")
        self.send("between", (0, 2))
        self.wait_for_ids("between-out", [0, 1, 2], "Kafka again")
        newest = self.stop(process)
        for savepoint in (older, between):
            self.refused("between-4", kafka, "--from", savepoint, "--parallelism", "1")
        process = self.start("between-5", files, "--from", newest, "--parallelism", "1")
        self.wait_for(lambda: self.checkpoints("between-5"), "a checkpoint with files")
        self.stop(process)
        self.send("between", (0, 3))
        self.crash("between-6", kafka, "kafka.before_marker:1", "--from", newest, "--parallelism", "1")
        code, text = self.engine.run("between-6", nowhere, "--from", "latest", timeout=30)
        check("rows that wait for Kafka", (code != 0, "SL3003" in text, "connector `kafka`" in text), (True, True, True))
        process = self.start("between-6", kafka, "--from", "latest", "--parallelism", "1")
        self.wait_for_ids("between-out", [0, 1, 2, 3], "each once")
        self.kill(process)

    def nothing_is_left_open(self):
        """By subtasks that the checkpoint does not know, when the table is exactly once no more."""
        name = "open"
        exact = self.pass_on(name, f"{name}-out").replace("100 ms", "200 ms")
        self.stop(self.begin(name, exact))
        process = self.start(name, exact.replace("200 ms", "600 s"), "--from", "latest", "--parallelism", "2")
        time.sleep(3)
        self.send(name, *((i % 2, i) for i in range(2, 20_000)))
        time.sleep(3)
        self.kill(process)
        plain = self.pass_on(name, f"{name}-out", sink_delivery__guarantee="at-least-once")
        process = self.start(name, plain, "--from", "latest", "--parallelism", "1")
        self.wait_for(lambda: set(self.ids(f"{name}-out")) == set(range(20_000)), "rows behind transactions left open")
        self.kill(process)


def main(broker):
    suite = Suite(sys.argv[1], broker)
    suite.all([suite.no_partitions_yet, suite.no_broker_at_the_one_look, suite.topic_made_anew,
               suite.bounded_topic_made_anew, suite.sink_with_another_topic, suite.sink_with_another_guarantee,
               suite.former_topic_that_is_gone, suite.back_to_the_first_topic, suite.former_topic_is_not_made_again,
               suite.another_connector_in_between, suite.nothing_is_left_open])


if __name__ == "__main__":
    brokers.main_with_broker(main)
