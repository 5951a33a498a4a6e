#!/usr/bin/env python3
"""restore_test.py SLUICE [PART...]: jobs that go on from a checkpoint while what they read or write is no longer the same:
topics that came since, were made anew, or have another name; another delivery guarantee."""
import json
import re
import shutil
import signal
import sys
import time

import broker as brokers
from engine import Engine, Gateway, check, table

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
        return re.search(r"--from (\S+)\s*$", text)[1]

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

    # ---- What came behind a checkpoint is visible: nothing may go on from it.

    def pass_on(self, source, topic, **sink):
        """A job of two partitions, of which each subtask of two reads one."""
        return ("SET 'execution.checkpointing.num-retained' = '1000';\n" + INTERVAL +
                table("src", "id BIGINT", self.broker, topic=source, scan_startup_mode="earliest-offset") +
                table("dst", "id BIGINT", self.broker, topic=topic,
                      **{"sink_delivery__guarantee": "exactly-once", "sink_transactional__id__prefix": source, **sink}) +
                "INSERT INTO dst SELECT id FROM src;\n")

    def send(self, topic, *messages):
        self.broker.produce(topic, [(partition, -1, None, f'{{"id":{i}}}') for partition, i in messages])

    def wait_for_ids(self, topic, ids, what):
        self.wait_for(lambda: sorted(self.ids(topic)) == ids, what)

    def begin(self, name, script):
        """One subtask, which writes two rows."""
        self.broker.create(name, 2)
        self.broker.create(f"{name}-out", 1)
        self.send(name, (0, 0), (1, 1))
        process = self.start(name, script, "--parallelism", "1")
        self.wait_for_ids(f"{name}-out", [0, 1], f"{name}: rows of one subtask")
        return process

    def newest(self, name):
        return str(max(self.checkpoints(name), key=lambda manifest: int(manifest.parent.name[4:])).parent)

    def refused(self, name, script, *flags):
        code, text = self.engine.run(name, script, *flags, timeout=30)
        check("what is older is refused", (code != 0, "SL3005" in text, "" if "SL3005" in text else text), (True, True, ""))

    def older_checkpoint_of_fewer_subtasks(self):
        """What came behind it was written by a subtask that it does not know."""
        script = self.pass_on("fewer", "fewer-out")
        self.kill(self.begin("fewer", script))
        older = self.newest("fewer")
        process = self.start("fewer", script, "--from", "latest", "--parallelism", "2")
        self.send("fewer", (1, 2))
        self.wait_for_ids("fewer-out", [0, 1, 2], "a row of the second of two")
        self.stop(process)
        process = self.start("fewer", script, "--from", "latest", "--parallelism", "1")
        self.send("fewer", (0, 3))
        self.wait_for_ids("fewer-out", [0, 1, 2, 3], "a row of one subtask again")
        self.stop(process)
        self.refused("fewer", script, "--from", older, "--parallelism", "1")
        self.broker.create("fewer-other", 1)
        self.refused("fewer", self.pass_on("fewer", "fewer-other"), "--from", older, "--parallelism", "2")
        check("nothing was written", (sorted(self.ids("fewer-out")), self.ids("fewer-other")), ([0, 1, 2, 3], []))

    def older_savepoint_and_another_name(self):
        """Under another name nothing beside the checkpoints tells which ids were used."""
        script = self.pass_on("name", "name-out")
        savepoint = self.stop(self.begin("name", script))
        for name, flags in (("name-2", ("--parallelism", "2")), ("name-3", ("--parallelism", "1"))):
            if name == "name-2":
                process = self.start(name, script, "--from", savepoint, *flags)
                self.send("name", (1, 2))
                self.wait_for_ids("name-out", [0, 1, 2], "a row of the second of two")
                self.stop(process)
            else:
                self.refused(name, script, "--from", savepoint, *flags)
        self.refused("name", script, "--from", savepoint, "--parallelism", "1")
        process = self.start("name-4", script, "--from", savepoint, "--parallelism", "2", "-D",
                             "sluice.restore.allow-duplicates=true")
        self.wait_for_ids("name-out", [0, 1, 2, 2], "what came twice because it was allowed to")
        again = self.stop(process)
        process = self.start("name-5", script, "--from", again, "--parallelism", "1")
        self.send("name", (0, 3))
        self.wait_for_ids("name-out", [0, 1, 2, 2, 3], "what goes on from there is not refused")
        self.stop(process)

    def older_savepoint_through_gateway(self):
        """There each job has an id of its own."""
        script = self.pass_on("gate", "gate-out")
        self.stop(self.begin("gate", script))
        with Gateway(self.engine) as gateway:
            written = [0, 1]

            def go_on(savepoint, subtasks, row):
                job = gateway.submit("gate", script, "--parallelism", str(subtasks), "--from", savepoint)
                written.append(row[1])
                self.send("gate", row)
                self.wait_for_ids("gate-out", written, f"gateway: {written}")
                return gateway.stop(job)

            def refused(savepoint, subtasks):
                job = gateway.submit("gate", script, "--parallelism", str(subtasks), "--from", savepoint)
                show = lambda: gateway.ask("jobs", "show", job)[1]
                self.wait_for(lambda: re.search(r"^state +failed", show(), re.M), "the end of a job that is refused")
                check("its reason", "SL3005" in show(), True)

            savepoints = [self.newest("gate")]
            for subtasks, row in ((1, (0, 2)), (1, (0, 3)), (2, (1, 4)), (1, (0, 5))):
                savepoints.append(go_on(savepoints[-1], subtasks, row))
            for older in (0, 1, 2, 3):
                for subtasks in (1, 2):
                    refused(savepoints[older], subtasks)
            go_on(savepoints[4], 2, (1, 6))
            check("each once", sorted(self.ids("gate-out")), list(range(7)))

    def rows_of_a_checkpoint_that_is_not_published(self):
        """They stay while its manifest is there, and are found from elsewhere."""
        for name, flags, then in (("left", (), "recover.after_sink:1"), ("path", ("--from", None), "recover.after_sink:1")):
            script = self.pass_on(name, f"{name}-out")
            savepoint = self.stop(self.begin(name, script))
            self.send(name, (0, 2), (1, 3))
            self.crash(name, script, "kafka.before_marker:1", "--from", "latest", "--parallelism", "1")
            # Somebody starts from something else, and notices at once.
            self.crash(name, script, then, "--parallelism", "1", *(flag or savepoint for flag in flags))
            process = self.start(name, script, "--from", "latest", "--parallelism", "1")
            self.wait_for_ids(f"{name}-out", [0, 1, 2, 3], f"{name}: the rows of the newest checkpoint")
            self.kill(process)
        script = self.pass_on("moved", "moved-out")
        self.stop(self.begin("moved", script))
        self.send("moved", (0, 2), (1, 3))
        self.crash("moved", script, "kafka.before_marker:1", "--from", "latest", "--parallelism", "1")
        process = self.start("moved-2", script, "--from", self.newest("moved"), "--parallelism", "1")
        self.wait_for_ids("moved-out", [0, 1, 2, 3], "the same under another name")
        self.kill(process)
        self.refused("moved", script, "--from", "latest", "--parallelism", "1")

    def folder_that_was_copied(self):
        """Both go on as the same job, with the same numbers."""
        script = self.pass_on("twin", "twin-out")
        self.kill(self.begin("twin", script))
        one = self.engine
        other = Engine(one.sluice, one.folder / "copy")
        shutil.copytree(one.folder / "checkpoints/twin", other.folder / "checkpoints/twin")
        self.engine = other
        process = self.start("twin", script, "--from", "latest", "--parallelism", "1")
        time.sleep(3)  # Its numbers run ahead.
        self.kill(process)
        self.send("twin", (0, 2), (0, 3))
        self.crash("twin", script, "kafka.before_marker:1", "--from", "latest", "--parallelism", "1")
        self.engine = one
        self.send("twin", (0, 4))
        process = self.start("twin", script, "--from", "latest", "--parallelism", "1")
        self.wait_for_ids("twin-out", [0, 1, 2, 3, 4], "rows of one of both")
        self.kill(process)
        self.engine = other
        self.refused("twin", script, "--from", "latest", "--parallelism", "1")
        self.engine = one
        check("each once", sorted(self.ids("twin-out")), [0, 1, 2, 3, 4])

    def damaged_note_of_ids(self):
        script = self.pass_on("note", "note-out")
        self.stop(self.begin("note", script))
        [file] = (self.engine.folder / "checkpoints/note").glob("staged/*/transactional-ids")
        file.write_bytes(b"something else")
        code, text = self.engine.run("note", script.replace("'200 ms'", "'100 ms'"), "--from", "latest", timeout=30)
        check("a damaged note is named", (code != 0, "are damaged, or of another version" in text), (True, True))
        process = self.start("note", script, "--parallelism", "1")
        self.wait_for_ids("note-out", [0, 0, 1, 1], "a start from nothing is not kept from")
        self.kill(process)

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

    def all(self):
        if len(sys.argv) == 2 or any("sink_with" in part for part in sys.argv[2:]):
            self.fill_rows()
        try:
            for part in (self.no_partitions_yet, self.no_broker_at_the_one_look, self.topic_made_anew,
                         self.bounded_topic_made_anew, self.sink_with_another_topic,
                         self.sink_with_another_guarantee, self.older_checkpoint_of_fewer_subtasks,
                         self.older_savepoint_and_another_name, self.older_savepoint_through_gateway,
                         self.rows_of_a_checkpoint_that_is_not_published, self.folder_that_was_copied,
                         self.damaged_note_of_ids, self.former_topic_that_is_gone, self.back_to_the_first_topic, self.nothing_is_left_open):
                if len(sys.argv) == 2 or part.__name__ in sys.argv[2:]:
                    part()
        finally:
            for process in self.started:
                process.kill()


if __name__ == "__main__":
    brokers.main_with_broker(lambda broker: Suite(sys.argv[1], broker).all())
