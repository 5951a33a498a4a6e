#!/usr/bin/env python3
"""Kills the engine, the broker or both while a job reads Kafka and writes Kafka exactly once, and compares what a
read_committed consumer sees with a batch answer.

kill_test.py SLUICE [--kills N] [--broker-kills N] [--phase-kills N] [--rows N] [--seed N]

One statement set has a stateless branch and a windowed aggregation. Every run goes on from the newest checkpoint,
parallelism changes between runs. A third of the kills of the engine are at random times, the others aim at a checkpoint
being written and at one being published. Fails when a row is lost, doubled or wrong, when the engine ends with an error,
and when fewer than `--phase-kills` kills met a checkpoint or a publish."""
import argparse
import collections
import json
import random
import sys
import threading
import time

import broker as brokers
from engine import Engine, table

KEYS = 500
BEGIN = 1_700_000_000 // 3600 * 3600
WINDOW = 10
PARTITIONS = 4
KILLS_PER_ROUND = 12


def stamp(second):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second))


class Input:
    """Rows in order of time, and what the job must make of them."""

    def __init__(self, broker, rows, seed):
        rng = random.Random(seed)
        self.rows = rows
        windows = collections.defaultdict(lambda: [0, 0])
        messages = []
        for i in range(rows):
            key, value, second = rng.randrange(KEYS), rng.randrange(1_000_000), BEGIN + i * 600 // rows
            entry = windows[(key, (second - BEGIN) // WINDOW)]
            entry[0] += 1
            entry[1] += value
            messages.append((i % PARTITIONS, -1, None, f'{{"id":{i},"k":{key},"v":{value},"ts":"{stamp(second)}"}}'))
        self.windows = {(k, stamp(BEGIN + w * WINDOW), *entry) for (k, w), entry in windows.items()}
        broker.create("in", PARTITIONS)
        broker.produce("in", messages)


class Job:
    def __init__(self, sluice, broker, source, number):
        self.broker, self.source = broker, source
        self.engine = Engine(sluice, broker.folder / f"round-{number}")
        self.rows_topic, self.windows_topic = f"rows-{number}", f"windows-{number}"
        broker.create(self.rows_topic, 3)
        broker.create(self.windows_topic, 2)
        once = {"sink_delivery__guarantee": "exactly-once", "sink_transactional__id__prefix": f"kill-{number}"}
        self.script = (
            "SET 'execution.checkpointing.interval' = '1 s';\n"
            "SET 'restart-strategy.type' = 'fixed-delay';\nSET 'restart-strategy.fixed-delay.attempts' = '1000';\n"
            "SET 'restart-strategy.fixed-delay.delay' = '200 ms';\n" +
            table("src", "id BIGINT, k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND",
                  broker, topic="in", scan_startup_mode="earliest-offset", scan_bounded_mode="latest-offset") +
            table("out_rows", "id BIGINT, v BIGINT", broker, topic=self.rows_topic, **once) +
            table("out_windows", "k BIGINT, window_start TIMESTAMP(3), n BIGINT, total BIGINT", broker,
                  topic=self.windows_topic, **once) +
            # The text slows the job down to what a round of kills needs.
            "EXECUTE STATEMENT SET BEGIN\n"
            "INSERT INTO out_rows SELECT id, v FROM src WHERE MD5(REPEAT(CAST(ts AS STRING), 200)) <> 'none';\n"
            "INSERT INTO out_windows SELECT k, window_start, COUNT(*), SUM(v)\n"
            "FROM TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY k, window_start, window_end;\nEND;\n")

    @property
    def checkpoints(self):
        return self.engine.folder / "checkpoints" / "kill"

    def start(self, parallelism):
        return self.engine.start("kill", self.script, "--from", "latest", "--parallelism", str(parallelism))

    def newest(self):
        """The newest complete checkpoint, and whether it was published."""
        numbers = sorted(int(p.parent.name[4:]) for p in self.checkpoints.glob("chk-*/manifest"))
        if not numbers:
            return 0, True
        return numbers[-1], (self.checkpoints / f"chk-{numbers[-1]}" / "published").exists()

    def begun(self):
        """Files of checkpoints that are being written."""
        return {p.name for p in self.checkpoints.glob("shared/*")}

    def wrong(self):
        rows = [json.loads(m.value)["id"] for m in self.broker.consume(self.rows_topic)]
        if sorted(rows) != list(range(self.source.rows)):
            return f"stateless: {self.source.rows - len(set(rows))} rows lost, {len(rows) - len(set(rows))} twice"
        windows = [json.loads(m.value) for m in self.broker.consume(self.windows_topic)]
        windows = collections.Counter((w["k"], w["window_start"][:19], w["n"], w["total"]) for w in windows)
        expected = collections.Counter(self.source.windows)
        if windows != expected:
            return f"windows: {len(expected - windows)} lost, {len(windows - expected)} wrong or twice"
        return None


class Campaign:
    def __init__(self, arguments, broker):
        self.arguments, self.broker = arguments, broker
        self.rng = random.Random(arguments.seed)
        self.source = Input(broker, arguments.rows, arguments.seed)
        self.phases = collections.Counter()
        self.broker_kills = 0

    @property
    def kills(self):
        return sum(self.phases.values())

    def wait(self, process, condition, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and process.poll() is None and not condition():
            time.sleep(0.0005)

    def wait_until_kill(self, process, job):
        aim = self.rng.choice(["random", "write", "publish"])
        if aim == "random":
            return self.wait(process, lambda: False, self.rng.uniform(0.1, 3))
        if aim == "write":
            seen = job.begun()
            self.wait(process, lambda: job.begun() - seen, 20)
            return self.wait(process, lambda: False, self.rng.uniform(0, 0.02))
        newest, _ = job.newest()
        self.wait(process, lambda: job.newest()[0] > newest, 20)
        return self.wait(process, lambda: False, self.rng.uniform(0, 0.01))

    def kill_one(self, job):
        before, _ = job.newest()
        seen = job.begun()
        process = job.start(self.rng.choice([1, 2, 2, 3]))
        self.wait_until_kill(process, job)
        if process.poll() is not None:
            self.ended = process.communicate()[0], process.returncode
            return False
        process.kill()
        process.communicate()
        newest, is_published = job.newest()
        if not is_published:
            self.phases["publish"] += 1
        elif newest == before and job.begun() - seen:
            self.phases["write"] += 1
        else:
            self.phases["other"] += 1
        return True

    def kill_brokers(self, stop, job):
        """Each after a checkpoint that came since the one before: a broker that is never up tests nothing."""
        while self.broker_kills < self.arguments.broker_kills:
            newest, _ = job.newest()
            end = time.monotonic() + 30
            while job.newest()[0] == newest and time.monotonic() < end and not stop.wait(0.05):
                pass
            if stop.wait(self.rng.uniform(0, 2)):
                return
            self.broker.kill()
            time.sleep(self.rng.uniform(0, 1))
            self.broker.start()
            self.broker_kills += 1

    def round(self, number):
        job = Job(self.arguments.sluice, self.broker, self.source, number)
        stop = threading.Event()
        killer = threading.Thread(target=self.kill_brokers, args=(stop, job))
        killer.start()
        killed = 0
        self.ended = None
        while killed < KILLS_PER_ROUND and self.kills < self.arguments.kills and self.kill_one(job):
            killed += 1
        if self.ended is None:
            process = job.start(self.rng.choice([1, 2, 3]))
            text, _ = process.communicate(timeout=600)
            self.ended = text, process.returncode
        stop.set()
        killer.join()
        if self.ended[1] != 0:
            print(f"round {number}: exit code {self.ended[1]} after {killed} kills\n{self.ended[0]}")
            return False
        wrong = job.wrong()
        print(f"round {number}: {killed} kills, {self.broker_kills} of the broker so far, {wrong or 'right'}; "
              f"{dict(self.phases)}", flush=True)
        return wrong is None

    def run(self):
        number = 0
        while self.kills < self.arguments.kills or self.broker_kills < self.arguments.broker_kills:
            number += 1
            if not self.round(number):
                return 1
        met = self.phases["write"] + self.phases["publish"]
        print(f"{self.kills} kills of the engine, {met} of them while a checkpoint or a publish was under way, "
              f"{self.broker_kills} of the broker: every row is there once")
        return 0 if met >= self.arguments.phase_kills else 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--broker-kills", type=int, default=0)
    parser.add_argument("--phase-kills", type=int, default=0)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    brokers.main_with_broker(lambda broker: Campaign(arguments, broker).run())


if __name__ == "__main__":
    main()
