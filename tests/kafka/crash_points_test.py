#!/usr/bin/env python3
"""crash_points_test.py SLUICE [--all|--short] [--cases FIRST..LAST]: kills the engine at every step of the exactly-once
sink's protocol, goes on from the newest checkpoint, and compares what a read_committed consumer sees with the input.
Without --all every step is met once; --short takes the steps between which rows could be lost or doubled."""
import argparse
import json
import signal

import broker as brokers
from engine import Engine, table

ROWS = 200_000
PARTITIONS = 4

# Of a running job, whose first checkpoints have no rows: name and which visits of the place end the process.
RUNNING = [
    ("kafka.before_begin", (1, 3)), ("kafka.after_begin", (1, 4)), ("kafka.after_stage", (2, 30)),
    ("kafka.after_send", (1, 31)), ("kafka.before_acknowledged", (1, 4)), ("kafka.before_stage_sync", (1, 3)),
    ("kafka.after_stage_sync", (2, 3)), ("checkpoint.before_manifest", (1, 19)), ("checkpoint.after_manifest", (1, 19)),
    ("kafka.before_marker", (1, 2, 3)), ("kafka.after_marker", (1, 2, 3)), ("kafka.after_commit", (1, 2, 3)),
    ("checkpoint.after_publish", (1, 9)), ("checkpoint.before_retire", (1, 9)), ("checkpoint.after_retire", (1, 9)),
]
# Of a recovery that has rows to produce again.
RECOVERY = [
    ("kafka.before_fence", (1, 3)), ("kafka.after_fence", (1, 4)), ("kafka.after_fence_of_all", (1,)),
    ("kafka.before_produce_again", (1, 2)), ("kafka.after_produce_again", (1, 2)), ("kafka.before_marker", (1, 2)),
    ("kafka.after_marker", (1, 2)), ("kafka.after_commit", (1, 2)), ("recover.before_sink", (1,)),
    ("recover.after_sink", (1,)),
]


# Without a checkpoint nothing names the ids of a larger parallelism; what they have open must not hold readers up.
BEFORE_FIRST = [("kafka.before_acknowledged", 2), ("kafka.after_ids_noted", 1), ("checkpoint.before_manifest", 1)]
# Of a recovery with one subtask of two, which forgets the other's ids behind the rows of both.
FORGETTING = [("kafka.before_marker", 3), ("kafka.after_commit", 3), ("kafka.after_commit", 4)]
FIRST_COMMIT = 3  # Of kafka.before_marker, behind those with which subtask 0 takes its ids over.
SHORT = {("checkpoint.after_manifest", 19), ("kafka.after_marker", 3), ("kafka.after_commit", 3),
         ("kafka.after_produce_again", 1)}


def all_cases(arguments):
    """(place, visit, is in recovery)."""
    for is_recovery, places in ((False, RUNNING), (True, RECOVERY)):
        for place, visits in places:
            for visit in visits if arguments.all or arguments.short else visits[-1:]:
                if not arguments.short or (place, visit) in SHORT:
                    yield place, visit, is_recovery


class Case:
    def __init__(self, number, sluice, broker):
        self.broker = broker
        self.topic = f"out-{number}"
        self.engine = Engine(sluice, broker.folder / f"case-{number}")
        broker.create(self.topic, 3)
        self.script = (
            "SET 'execution.checkpointing.interval' = '40 ms';\n" +
            table("src", "id BIGINT, name STRING", broker, topic="in", scan_startup_mode="earliest-offset",
                  scan_bounded_mode="latest-offset") +
            table("dst", "id BIGINT, name STRING", broker, topic=self.topic, sink_delivery__guarantee="exactly-once",
                  sink_transactional__id__prefix=f"case-{number}") +
            "INSERT INTO dst SELECT id, name FROM src WHERE MD5(REPEAT(name, 400)) <> 'none';\n")

    def crash(self, place, visit, *flags):
        process = self.engine.start("crash", self.script, *flags, SLUICE_CRASH_AT=f"{place}:{visit}")
        text, _ = process.communicate(timeout=120)
        if process.returncode != -signal.SIGKILL:
            raise AssertionError(f"the process was not killed at {place}:{visit} but ended with {process.returncode}:\n{text}")

    def finish(self, *flags):
        code, text = self.engine.run("crash", self.script, "--from", "latest", *flags)
        if code != 0:
            raise AssertionError(f"exit code {code}:\n{text}")

    def check(self, what):
        found = sorted(json.loads(message.value)["id"] for message in self.broker.consume(self.topic))
        if found == list(range(ROWS)):
            print(f"ok: {what}", flush=True)
            return
        missing = sorted(set(range(ROWS)) - set(found))
        doubled = len(found) - len(set(found))
        raise AssertionError(f"{what}: {len(missing)} rows lost {missing[:5]}, {doubled} twice")


def crash_running(case, number, place, visit):
    """On a busy machine a job has fewer checkpoints with rows than some visits need: then once more."""
    for again in range(5):
        try:
            case.crash(place, visit, "--parallelism", "2")
            return case
        except AssertionError as not_killed:
            case.check(f"{number}: {place} has no visit {visit}")
            reason = not_killed
            case = Case(number + 2000 * (again + 1), case.engine.sluice, case.broker)
    raise reason


def crash_in_recovery(case, number, place, visit, subtasks=None):
    """A checkpoint in which one subtask has no rows, or of which a part was committed, has less to produce again than
    some visits need: then once more, one commit later."""
    for again in range(5):
        case.crash("kafka.before_marker", FIRST_COMMIT + again, "--parallelism", "2")
        try:
            case.crash(place, visit, "--parallelism", str(subtasks or 1 + number % 3), "--from", "latest")
            return case
        except AssertionError as not_killed:
            case.check(f"{number}: {place} has no visit {visit}")
            reason = not_killed
            case = Case(number + 2000 * (again + 1), case.engine.sluice, case.broker)
    raise reason


def crash_points(arguments, broker, wanted):
    for number, (place, visit, is_recovery) in enumerate(all_cases(arguments), 1):
        if number not in wanted:
            continue
        case = Case(number, arguments.sluice, broker)
        if is_recovery:
            case = crash_in_recovery(case, number, place, visit)
            case.finish("--parallelism", str(1 + (number + 1) % 3))
        else:
            case = crash_running(case, number, place, visit)
            case.finish("--parallelism", str(1 + number % 3))
        case.check(f"{number}: killed at visit {visit} of {place}{' in recovery' if is_recovery else ''}")


def nothing_stays_open(arguments, broker, wanted):
    for number, (place, visit) in enumerate(BEFORE_FIRST, 1 + len(list(all_cases(arguments)))):
        if number not in wanted:
            continue
        case = Case(number, arguments.sluice, broker)
        case.crash(place, visit, "--parallelism", "3")
        case.finish("--parallelism", "1")
        case.check(f"{number}: killed at visit {visit} of {place} with three subtasks before the first checkpoint, then one")


def forgets_subtasks(arguments, broker, wanted):
    if arguments.short:
        return
    for number, (place, visit) in enumerate(FORGETTING, 1 + len(list(all_cases(arguments))) + len(BEFORE_FIRST)):
        if number not in wanted:
            continue
        case = crash_in_recovery(Case(number, arguments.sluice, broker), number, place, visit, subtasks=1)
        case.finish("--parallelism", str(1 + number % 3))
        case.check(f"{number}: killed at visit {visit} of {place} in recovery with one subtask of two")


def refuses_older_checkpoint(sluice, broker, number):
    case = Case(number, sluice, broker)
    case.script = "SET 'execution.checkpointing.num-retained' = '1000';\n" + case.script
    code, text = case.engine.run("crash", case.script, "--parallelism", "2")
    assert code == 0, text
    # Behind the last ones no row may have come, and then there is nothing to refuse.
    all_of_them = sorted(case.engine.folder.glob("checkpoints/crash/chk-*"), key=lambda p: int(p.name[4:]))
    older = all_of_them[len(all_of_them) // 2]
    code, text = case.engine.run("crash", case.script, "--from", str(older), "--parallelism", "2")
    if code == 0 or "SL3005" not in text:
        raise AssertionError(f"an older checkpoint was not refused: exit code {code}:\n{text}")
    case.check("an older checkpoint is refused, and nothing was written")
    code, text = case.engine.run("crash", case.script, "--from", str(older), "--parallelism", "2", "-D",
                                 "sluice.restore.allow-duplicates=true")
    assert code == 0, text
    found = [json.loads(message.value)["id"] for message in broker.consume(case.topic)]
    if set(found) != set(range(ROWS)) or len(found) == len(set(found)):
        raise AssertionError(f"duplicates were allowed, and there are {len(found)} rows")
    print("ok: duplicates are written where they are allowed", flush=True)


def test(arguments, broker):
    broker.create("in", PARTITIONS)
    # In turns, so that every subtask has rows in every checkpoint.
    broker.produce("in", [(i % PARTITIONS, -1, None, f'{{"id":{i},"name":"name-{i:08}"}}') for i in range(ROWS)])
    first, last = (int(part) for part in arguments.cases.split(".."))
    wanted = range(first, last + 1)
    crash_points(arguments, broker, wanted)
    nothing_stays_open(arguments, broker, wanted)
    forgets_subtasks(arguments, broker, wanted)
    if not arguments.short:
        refuses_older_checkpoint(arguments.sluice, broker, 1000)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--cases", default="1..999")
    arguments = parser.parse_args()
    brokers.main_with_broker(lambda broker: test(arguments, broker))


if __name__ == "__main__":
    main()
