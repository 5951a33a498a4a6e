"""How far a job is, seen from outside: the offsets that it commits to its consumer group after each checkpoint, and the
CPU time that its process has used by then. The same for every engine."""
import time

from engines import cpu_seconds

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
        self.marks = [mark for mark in marks if mark.at >= self.warm_up]
        first, last = self.marks[0], self.marks[-1]
        self.seconds = last.at - first.at
        self.cpu = last.cpu - first.cpu
        self.events = last.events - first.events
        self.checkpoints = len(self.marks) - 1
        self.per_second = self.events / self.seconds if self.seconds else 0
        self.per_cpu_second = self.events / self.cpu if self.cpu else 0
