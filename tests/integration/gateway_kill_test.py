#!/usr/bin/env python3
"""gateway_kill_test.py SLUICE [--kills N] [--seed S]: kill -9 of the gateway at random moments while scripts are
submitted. Afterwards every job that a client was told of is there, every worker belongs to a job that is listed, and
no job of a name runs twice."""
import argparse
import os
import random
import signal
import time

from gateway_process import World, wait_until

SCRIPT = """CREATE TABLE ticks (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
CREATE TABLE {sink} (id BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO {sink} SELECT id FROM ticks;
"""


def workers(world):
    """Process and job of every worker below the world's directory."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as cmdline:
                arguments = cmdline.read().decode().split("\0")
        except OSError:
            continue
        if "worker" in arguments and "--job" in arguments and world.is_worker(int(pid)):
            found[int(pid)] = arguments[arguments.index("--job") + 1]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    told = set()
    with World(arguments.sluice) as world:
        for kill in range(arguments.kills):
            world.serve()
            clients = [world.start("submit", world.write(f"s{kill}_{i}.sql", SCRIPT.format(sink=f"s{kill}_{i}")))
                       for i in range(2)]
            time.sleep(chance.uniform(0, 1.2))
            world.kill_gateway(signal.SIGKILL)
            for client in clients:
                told |= {line.split()[1] for line in client.stdout if line.startswith("job ")}
                client.wait(30)
        world.serve()
        listed = {job["id"]: job for job in world.jobs()}
        assert told <= set(listed), told - set(listed)
        for job_id in told:
            world.wait_for(job_id, "running")
        for job in world.jobs():
            assert job["state"] in ("running", "lost"), job
        running = {job["id"] for job in world.jobs() if job["state"] == "running"}
        # A worker that waited for a job of a gateway that was killed goes by itself, after a minute.
        at_work = {job_id for job_id in workers(world).values() if job_id in listed}
        assert at_work == running, (at_work, running)
        for job_id in running:
            world.run("jobs", "cancel", job_id)
        wait_until("all workers of jobs go", lambda: not set(workers(world).values()) & set(listed))
    print(f"gateway_kill_test: {arguments.kills} kills, {len(told)} jobs told of, {len(running)} running, "
          f"{len(listed) - len(running)} lost")


if __name__ == "__main__":
    main()
