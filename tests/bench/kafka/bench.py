#!/usr/bin/env python3
"""Nexmark's queries from a Kafka topic into a Kafka topic, exactly once, a checkpoint every second:

bench.py BUILD_FOLDER [--against flink] [--queries q0,q1,q2,q17,kafka_tumble] [--events N] [--rounds N] [--json]
bench.py BUILD_FOLDER --latency

A broker runs on loopback. The events are made once, by Sluice's own generator, as JSON in a topic of four partitions;
all engines read the same bytes and run the same SQL, in turns. Printed are medians over the rounds: events per second,
events per second of CPU time of the engine's process, and the ratios; with the share of what a bare loop of librdkafka
does (`limit`). What is not counted: the first ten seconds of a run, or a third where it takes less than thirty; it is
shown how many checkpoints lie behind. `--latency` measures q1 at 100,000 events per second from
end to end, and what producer, broker and consumer take without an engine."""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

import engines
import latency
import scripts
from progress import Figures, watch

import broker as brokers

COPIED_MAX = 2_000_000  # Messages of the bare loop that writes: it does so slowly, in order not to spin.
LARGE = ("-Xmx2g", "-Xms2g", "-XX:+UseG1GC")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="folder with the binaries")
    parser.add_argument("--against", choices=["flink"], help="run this engine, too")
    parser.add_argument("--queries", default=",".join(scripts.QUERIES))
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rate", type=int, default=100_000, help="events per second of event time")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parallelism", type=int, default=2)
    parser.add_argument("--latency", action="store_true")
    parser.add_argument("--guarantees", default="at-least-once,exactly-once", help="of --latency")
    parser.add_argument("--no-limit", action="store_true", help="leave the bare loop out")
    parser.add_argument("--check", action="store_true", help="compare what the engines wrote")
    parser.add_argument("--folder", type=pathlib.Path, help="keeps the broker's data here, and uses what is there")
    parser.add_argument("-D", dest="settings", action="append", default=[], metavar="KEY=VALUE", help="for Sluice")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, arguments, broker, folder):
        self.arguments, self.broker, self.folder = arguments, broker, folder
        self.sluice = engines.Sluice(arguments.build / "sluice", folder, arguments.parallelism, arguments.settings)
        self.all = [self.sluice]
        if arguments.against == "flink":
            self.all.append(engines.Flink(folder, arguments.parallelism))
        self.input = scripts.Input(broker.servers, f"nexmark-{arguments.events}", arguments.events, arguments.rate)
        self.runs = 0

    def topic_size(self, topic):
        return sum(int(word) for word in self.broker.side.ask("ends", topic, scripts.PARTITIONS).split())

    def fill(self):
        try:
            if self.topic_size(self.input.topic) >= self.input.variables["EVENTS_NUM"]:
                return
            self.broker.side.ask("delete", self.input.topic)
        except RuntimeError:
            pass  # There is no such topic yet.
        say(f"writing {self.input.variables['EVENTS_NUM']:,} events")
        self.broker.create(self.input.topic, scripts.PARTITIONS)
        # One subtask: events of a partition are in the order of their times.
        filler = engines.Sluice(self.sluice.binary, self.folder, 1, self.arguments.settings)
        filler.check(filler.start("fill", scripts.fill(self.input)))
        os.sync()  # The broker's pages are not to be written while others are measured.

    def run(self, engine, query):
        """Figures of one run, and what it wrote."""
        self.runs += 1
        output = f"{engine.name}-{query.replace('_', '-')}-{self.runs}"
        self.broker.create(output, scripts.PARTITIONS)
        process = engine.start(query, scripts.query(self.input, query, output, output))
        try:
            marks = watch(self.broker.side, output, process)
            engine.check(process)
        finally:
            process.kill()
        figures = Figures(marks)
        written = self.broker.side.ask("digest", output) if self.arguments.check else ""
        self.broker.side.ask("delete", output)
        say(f"{query} {engine.name}: {figures} {written}")
        return figures, written

    def limit(self, *output):
        """Messages per CPU second of a bare loop: reading, and with a topic to write also writing."""
        for topic in output:
            self.broker.create(topic, scripts.PARTITIONS)
        command = [self.arguments.build / "kafka_limit", self.broker.servers, self.input.topic,
                   str(scripts.PARTITIONS), *output, *([str(COPIED_MAX)] if output else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        for topic in output:
            self.broker.side.ask("delete", topic)
        say(f"limit{' ' + output[0] if output else ''}: {done.stdout.strip()}")
        return float(re.search(r"([\d.]+) M messages per CPU second", done.stdout)[1]) * 1e6

    def measure(self, queries):
        figures = {(query, engine.name): [] for query in queries for engine in self.all}
        limits = {"read": [], "copy": []}
        for number in range(self.arguments.rounds):
            if not self.arguments.no_limit:
                limits["read"].append(self.limit())
                limits["copy"].append(self.limit(f"copy-{number}"))
            for query in queries:
                written = set()
                for engine in self.all:
                    one, text = self.run(engine, query)
                    figures[query, engine.name].append(one)
                    written.add(text)
                if len(written) > 1:
                    raise engines.Failed(f"{query}: the engines wrote different rows: {', '.join(sorted(written))}")
        return figures, {name: statistics.median(values) for name, values in limits.items() if values}


# What a query is held against: q2 and the windows write next to nothing.
LIMIT_OF = {"q0": "copy", "q1": "copy", "q17": "copy", "q2": "read", "kafka_tumble": "read"}


def results(figures, limits, queries, names):
    for query in queries:
        out = {"query": query}
        for name in names:
            runs = figures[query, name]
            out[name] = {"events_per_second": statistics.median(run.per_second for run in runs),
                         "events_per_cpu_second": statistics.median(run.per_cpu_second for run in runs),
                         "checkpoints": min(run.checkpoints for run in runs)}
        sluice = out["sluice"]
        if "flink" in out:
            out["ratio"] = sluice["events_per_second"] / out["flink"]["events_per_second"]
            out["ratio_of_cpu"] = sluice["events_per_cpu_second"] / out["flink"]["events_per_cpu_second"]
        if LIMIT_OF[query] in limits:
            out["share_of_limit"] = sluice["events_per_cpu_second"] / limits[LIMIT_OF[query]]
        yield out


def line(result):
    def engine(name):
        if name not in result:
            return " " * 18
        one = result[name]
        return f"{one['events_per_second'] / 1e6:8.3f} {one['events_per_cpu_second'] / 1e6:9.3f}"
    ratios = f"{result['ratio']:6.2f} {result['ratio_of_cpu']:6.2f}" if "ratio" in result else " " * 13
    share = f"{result['share_of_limit'] * 100:6.0f} %" if "share_of_limit" in result else ""
    checkpoints = result["sluice"]["checkpoints"]
    return f"{result['query']:<14}{engine('sluice')}{engine('flink')} {ratios} {share:>8} {checkpoints:6}"


HEAD = (f"{'M events':<14}{'sluice/s':>8} {'/CPU s':>9}{'flink/s':>8} {'/CPU s':>9} {'ratio':>6} {'of CPU':>6} "
        f"{'limit':>8} {'ckpts':>6}")


def throughput(arguments, broker, folder):
    bench = Bench(arguments, broker, folder)
    bench.fill()
    queries = arguments.queries.split(",")
    figures, limits = bench.measure(queries)
    out = list(results(figures, limits, queries, [engine.name for engine in bench.all]))
    if arguments.json:
        print(json.dumps({"events": arguments.events, "limits": limits, "results": out}))
        return
    for name, value in limits.items():
        print(f"bare loop, {name}: {value / 1e6:.2f} M messages per CPU second")
    print(HEAD)
    for result in out:
        print(line(result))


def main():
    arguments = parse_arguments()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-bench-"))
    try:
        with brokers.Broker(arguments.folder, LARGE, keeps_data=arguments.folder is not None,
                            num_network_threads=2, log_segment_delete_delay_ms=1000) as broker:
            if arguments.latency:
                latency.measure(arguments, broker, folder)
            else:
                throughput(arguments, broker, folder)
    except (brokers.Skip, engines.Failed) as reason:
        say(str(reason))
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
