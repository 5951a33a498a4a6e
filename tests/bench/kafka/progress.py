"""How far a job is, seen from outside: the offsets that it commits to its consumer group after each checkpoint, and the
CPU time that its process has used by then. The same for every engine."""
import time

from engines import Failed, cpu_seconds

LOOK_SECONDS = 0.02
WARM_UP_SECONDS = 10


class Mark:
    def __init__(self, at, cpu, events):
        self.at, self.cpu, self.events = at, cpu, events


def committed(side, group):
    words = side.ask("group", group).split()
    return sum(int(word.rsplit("=", 1)[1]) for word in words)


def watch(side, group, process):
    """Marks from the start of a process to its end, one per checkpoint that moved the group's offsets."""
    begin = time.monotonic()
    marks = [Mark(0, 0, 0)]
    while process.poll() is None:
        time.sleep(LOOK_SECONDS)
        events = committed(side, group)
        cpu = cpu_seconds(process.pid)
        if events != marks[-1].events and cpu is not None:
            marks.append(Mark(time.monotonic() - begin, cpu, events))
    return marks


class Figures:
    """Of the marks behind the warm-up: the first ten seconds, or a third of a run that takes less than thirty."""

    def __init__(self, marks, warm_up=WARM_UP_SECONDS):
        self.warm_up = min(warm_up, marks[-1].at / 3)
        counted = [mark for mark in marks if mark.at >= self.warm_up]
        first, last = counted[0], counted[-1]
        self.seconds = last.at - first.at
        self.cpu = last.cpu - first.cpu
        self.events = last.events - first.events
        self.checkpoints = len(counted) - 1
        if self.seconds == 0 or self.cpu == 0:
            raise Failed("nothing to measure: the job ended before its second checkpoint; --events wants to be larger")
        self.per_second = self.events / self.seconds
        self.per_cpu_second = self.events / self.cpu

    def __str__(self):
        return (f"{self.per_second / 1e6:.3f} M/s, {self.per_cpu_second / 1e6:.3f} M per CPU second, "
                f"{self.checkpoints} checkpoints in {self.seconds:.1f} s after {self.warm_up:.1f} s")
