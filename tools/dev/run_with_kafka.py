#!/usr/bin/env python3
"""run_with_kafka.py SLUICE FILE... [FLAG...] [--seconds N]: runs scripts that name ${KAFKA_BROKERS} against a broker of
their own on loopback, whose topics are those that the scripts name, and shows the topic that the last table names as
messages arrive. Ends with the scripts, with Ctrl-C, or after N seconds."""
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/kafka"))
import broker as brokers  # noqa: E402


def take_seconds(arguments):
    if "--seconds" not in arguments:
        return arguments, None
    at = arguments.index("--seconds")
    return arguments[:at] + arguments[at + 2:], float(arguments[at + 1])


def topics_of(files):
    found = []
    for file in files:
        found += re.findall(r"'topic'\s*=\s*'([^']+)'", pathlib.Path(file).read_text())
    return list(dict.fromkeys(found))


def wait(job, viewer, seconds):
    end = None if seconds is None else time.monotonic() + seconds
    try:
        while job.poll() is None and (end is None or time.monotonic() < end):
            time.sleep(0.1)
    except KeyboardInterrupt:
        print("\nstopping", file=sys.stderr)
    if job.poll() is None:
        job.terminate()
    code = job.wait()
    time.sleep(1)
    viewer.terminate()
    viewer.wait()
    return code


def run(broker, sluice, arguments, seconds, folder):
    topics = topics_of([a for a in arguments if a.endswith(".sql")])
    for topic in topics:
        broker.create(topic, 2)
    print(f"broker at {broker.servers}, topics {', '.join(topics)}; messages of {topics[-1]} follow, Ctrl-C ends",
          file=sys.stderr, flush=True)
    log = pathlib.Path(folder) / "job.log"
    with open(log, "w") as out:
        # Of sessions of their own: Ctrl-C on a terminal is for this process, which tells the others once.
        job = subprocess.Popen([sluice, "run", *arguments, "--var", f"KAFKA_BROKERS={broker.servers}",
                                "-D", f"execution.checkpointing.dir={folder}/checkpoints",
                                "-D", f"execution.checkpointing.savepoint-dir={folder}/savepoints"],
                               stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
        viewer = subprocess.Popen([sluice, "topics", "peek", topics[-1], "--brokers", broker.servers,
                                   "--from-beginning", "--follow"], start_new_session=True)
        code = wait(job, viewer, seconds)
    said = [line for line in log.read_text().splitlines() if not line.startswith("continue with")]
    print("\n".join(said), file=sys.stderr)
    return code


def main():
    arguments, seconds = take_seconds(sys.argv[2:])
    try:
        with tempfile.TemporaryDirectory(prefix="sluice-example-") as folder, brokers.Broker() as broker:
            sys.exit(run(broker, sys.argv[1], arguments, seconds, folder))
    except brokers.Skip as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        sys.exit(brokers.SKIPPED)


if __name__ == "__main__":
    main()
