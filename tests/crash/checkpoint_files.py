"""What the files of a job say about its checkpoints: read from outside, with nothing of the engine.

    <job>/chk-N/manifest          checkpoint N is complete; manifest.tmp before that
    <job>/shared/*.seg            segments; a manifest names its own
    <table>/.sluice-*/*           rows that are not visible yet; a manifest names those that its checkpoint publishes"""
import dataclasses
import re

SEGMENT = re.compile(rb"[0-9a-f]{16}-\d+-\d+-\d+(?:-m\d+|-\d+)+\.seg")
COMMITTABLE = re.compile(rb"24:\.sluice-[0-9a-f]{16}\d+:-?\d{13,20}\d+:")


def manifests(checkpoints):
    """(id, path) of the complete checkpoints, newest first."""
    found = [(int(path.parent.name[4:]), path) for path in checkpoints.glob("chk-*/manifest")]
    return sorted(found, reverse=True)


def segments_of(manifest):
    return {name.decode() for name in SEGMENT.findall(manifest)}


def state_bytes(checkpoints):
    """Of the segments that the newest complete checkpoint names."""
    complete = manifests(checkpoints)
    if not complete:
        return 0
    files = [checkpoints / "shared" / name for name in segments_of(complete[0][1].read_bytes())]
    return sum(file.stat().st_size for file in files if file.exists())


def unpack(text):
    """Texts with their lengths in front, `3:abc1:d`; None when it is something else."""
    texts = []
    while text:
        digits, colon, rest = text.partition(b":")
        if not colon or not digits.isdigit() or int(digits) > len(rest):
            return None
        texts.append(rest[:int(digits)])
        text = rest[int(digits):]
    return texts


def published_by(manifest):
    """Staged names of the files that become visible with the checkpoint."""
    names = set()
    for found in COMMITTABLE.finditer(manifest):
        begin = found.start()
        parts = unpack(manifest[begin:begin + int.from_bytes(manifest[begin - 4:begin], "little")])
        if parts is not None and len(parts) == 5:
            names |= {name.decode().split("/")[-1] for name in unpack(parts[2])[0::3]}
    return names


@dataclasses.dataclass
class Before:
    """What was there when a run began, left by the one before."""
    names: set
    newest: int

    @staticmethod
    def look(checkpoints):
        names = {str(path) for path in checkpoints.glob("*/*")} | {str(path) for path in checkpoints.glob("chk-*")}
        complete = manifests(checkpoints)
        return Before(names, complete[0][0] if complete else 0)


def phase_of_death(checkpoints, output, before):
    """What the job was doing when it died; it must be dead.

    publish   the newest checkpoint is complete, and files that it publishes are not visible yet
    retire    it is published or nearly so, and the one before is still there
    write     segments or the manifest of the next one are being written
    start     nothing of this run is there yet
    between   none of these: reading, aligning, packing, or merging segments"""
    complete = manifests(checkpoints)
    new = [path for number, path in complete if number > before.newest]
    if new:
        waiting = published_by(new[0].read_bytes())
        if any(file.name in waiting for file in output.glob("*/.sluice-*/*")):
            return "publish"
        if len(complete) > 1:
            return "retire"
    unfinished = [str(path) for path in checkpoints.glob("chk-*") if not (path / "manifest").exists()]
    named = set()
    for _, path in complete:
        named |= segments_of(path.read_bytes())
    # Merged segments (-mN) are written between checkpoints, too.
    segments = [str(path) for path in checkpoints.glob("shared/*.seg")
                if path.name not in named and "-m" not in path.name]
    if any(path not in before.names for path in unfinished + segments):
        return "write"
    return "between" if new else "start"
