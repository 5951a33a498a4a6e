"""What tests of jobs that go on have in common: jobs, and the topics between which they pass rows."""
import json
import re
import signal
import sys
import time

from engine import Engine, check, table

INTERVAL = "SET 'execution.checkpointing.interval' = '100 ms';\n"
ROWS = 60_000


class RestoreSuite:
    def __init__(self, sluice, broker):
        self.broker = broker
        self.engine = Engine(sluice, broker.folder / "engine")
        self.started = []
        self.has_rows = False

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
        """Once."""
        if self.has_rows:
            return
        self.has_rows = True
        self.broker.create("rows", 4)
        self.broker.produce("rows", [(i % 4, -1, None, f'{{"id":{i},"name":"name-{i:08}"}}') for i in range(ROWS)])

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

    def all(self, parts):
        wanted = [part for part in parts if len(sys.argv) == 2 or part.__name__ in sys.argv[2:]]
        try:
            for part in wanted:
                part()
        finally:
            for process in self.started:
                process.kill()
