#!/usr/bin/env python3
"""slow_sink_test.py SLUICE [SECONDS]: a fast topic and a sink that the broker slows down. The job has to stop fetching
when its pipeline is full: its memory stays what it was after a few seconds, far below what the topic holds."""
import pathlib
import sys
import time

import broker as brokers
from engine import Engine, check, table

MESSAGES, SIZE = 300_000, 1_000  # 300 MB.
BYTES_PER_SECOND = 500_000
SETTLED_SECONDS = 4
GROWTH_MAX, RESIDENT_MAX = 24 << 20, 400 << 20


def resident(pid):
    pages = pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * 4096


def test(broker):
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 12
    broker.create("fast", 4)
    broker.create("slow", 4)
    broker.produce("fast", [(-1, -1, None, f'{{"id":{i},"text":"{"x" * SIZE}"}}') for i in range(MESSAGES)])
    broker.side.ask("quota", BYTES_PER_SECOND)
    engine = Engine(sys.argv[1], broker.folder / "engine")
    process = engine.start(
        "slow", "SET 'execution.checkpointing.interval' = '1 s';\n" +
        table("src", "id BIGINT, text STRING", broker, topic="fast", scan_startup_mode="earliest-offset") +
        table("dst", "id BIGINT, text STRING", broker, topic="slow") + "INSERT INTO dst SELECT id, text FROM src;\n")
    try:
        time.sleep(SETTLED_SECONDS)
        settled = resident(process.pid)
        peak, written = settled, []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.25)
            peak = max(peak, resident(process.pid))
            written.append(sum(int(word) for word in broker.side.ask("ends", "slow", 4).split()))
        check("the job is still running", process.poll(), None)
    finally:
        process.kill()
        process.wait()
    print(f"{settled >> 20} MB after {SETTLED_SECONDS} s, at most {peak >> 20} MB in the {seconds:.0f} s behind; "
          f"{written[-1]:,} of {MESSAGES:,} rows written", flush=True)
    check("the sink is slow, and goes on", 0 < written[0] < written[-1] < MESSAGES // 2, True)
    check("memory stays what it was", peak - settled <= GROWTH_MAX and peak <= RESIDENT_MAX, True)


if __name__ == "__main__":
    brokers.main_with_broker(test)
