"""q1 from end to end at a fixed rate: from the call that writes a message to the call that reads what became of it."""
import json
import re
import subprocess
import sys

import engines
import scripts

RATE = 100_000
WARM_UP_SECONDS, SECONDS = 10, 20


def unbounded(text):
    return text.replace("  'scan.bounded.mode' = 'latest-offset',\n", "")


def time_messages(arguments, broker, events, output):
    """Milliseconds by name, of messages written to one topic and read from another."""
    numbers = (scripts.PARTITIONS, RATE, WARM_UP_SECONDS, SECONDS)
    done = subprocess.run([arguments.build / "kafka_latency", broker.servers, events, output, *map(str, numbers)],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise engines.Failed(f"no message came from `{output}`: {done.stderr}")
    values = {name: float(value) for name, value in re.findall(r"(median|p90|p99|max) ([\d.]+)", done.stdout)}
    return {**values, "messages": int(done.stdout.split()[0])}, done.stdout.strip()


def measure_without_engine(arguments, broker):
    """What producer, broker and consumer take by themselves."""
    broker.create("stamped", scripts.PARTITIONS)
    values, text = time_messages(arguments, broker, "stamped", "stamped")
    print(f"no engine: {text}", file=sys.stderr, flush=True)
    return values


def measure_one(arguments, broker, folder, guarantee):
    """Milliseconds by name."""
    events, output = f"stamped-{guarantee}", f"latency-{guarantee}"
    for topic in (events, output):
        broker.create(topic, scripts.PARTITIONS)
    engine = engines.Sluice(arguments.build / "sluice", folder, 1, arguments.settings)
    script = unbounded(scripts.query(scripts.Input(broker.servers, events, 0, RATE), "q1", output, output, guarantee))
    process = engine.start("q1", script)
    try:
        values, text = time_messages(arguments, broker, events, output)
        cpu = engines.cpu_seconds(process.pid)
    except engines.Failed as reason:
        raise engines.Failed(f"q1 {guarantee}: {reason} {engine.log.read_text()[-2000:]}") from None
    finally:
        process.kill()
        process.wait()
    if cpu is None:
        raise engines.Failed(f"q1 {guarantee}: {engine.log.read_text()[-2000:]}")
    print(f"q1 {guarantee}: {text}, {cpu:.1f} s of CPU", file=sys.stderr, flush=True)
    return values


def measure(arguments, broker, folder):
    # Default settings, apart from the checkpoints that make anything exactly once.
    out = {"no engine": measure_without_engine(arguments, broker)}
    for guarantee in arguments.guarantees.split(","):
        out[guarantee] = measure_one(arguments, broker, folder, guarantee)
    if arguments.json:
        print(json.dumps({"rate": RATE, "latency_ms": out}))
        return
    for guarantee, values in out.items():
        print(f"{guarantee:<14} median {values['median']:8.2f} ms   p99 {values['p99']:8.2f} ms   "
              f"of {values['messages']:,} messages at {RATE:,} per second")
