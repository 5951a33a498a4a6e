#!/usr/bin/env python3
"""source_sink_test.py SLUICE: what the source reads and the sinks write, against a real broker."""
import json
import sys
import time

import broker as brokers
from engine import Engine, table

EARLIEST = {"scan_startup_mode": "earliest-offset"}
BOUNDED = {**EARLIEST, "scan_bounded_mode": "latest-offset"}


def check(what, found, expected):
    if found != expected:
        raise AssertionError(f"{what}: found {str(found)[:2000]}, expected {str(expected)[:2000]}")
    print(f"ok: {what}", flush=True)


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

    def rows(self, name, select, tables):
        """The JSON rows of a SELECT, sorted."""
        text = self.run_ok(name, f"{tables}{select};\n", "--format", "csv")
        return sorted(line for line in text.splitlines()[1:] if line and not line.startswith("job "))

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

    def all(self):
        self.filter_to_topic()


def test(broker):
    Suite(sys.argv[1], broker).all()


if __name__ == "__main__":
    brokers.main_with_broker(test)
