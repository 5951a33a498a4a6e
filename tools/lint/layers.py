"""Which folder may include which, and where third-party headers live: docs/architecture.md, "Layers"."""
import re

MAY_INCLUDE = {  # folder -> folders it may include, beside itself; the longest match wins
    "base": [],
    "grammar": ["base"],
    "catalog": ["base"],
    "planner": ["base", "grammar", "catalog"],
    "planner/jobgraph": ["base", "catalog"],  # The contract: nothing in it knows SQL text.
    "runtime": ["base", "catalog", "planner/jobgraph"],
    "runtime/abi": ["base", "catalog"],
    "codegen": ["base", "catalog", "planner/jobgraph", "runtime/abi"],
    "gateway": ["base", "grammar", "catalog", "planner", "codegen", "runtime"],
}
ONLY_IN = {  # third-party header -> the folders that may know it
    "antlr4-runtime": ["grammar/build"],
    "sqlite3.h": ["catalog/store"],
    "llvm/": ["codegen"],
    "librdkafka/": ["runtime/connectors/kafka"],
    "jni.h": ["runtime/jni"],
    "grpcpp/": ["gateway"],
    "google/protobuf": ["planner/jobgraph", "runtime/worker", "gateway"],
    "pcre2.h": ["catalog/functions"],
}
ANYWHERE = ("tests", "tools")
INCLUDE = re.compile(r'^\s*#include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)


def is_in(path, folder):
    return path == folder or path.startswith(folder + "/")


def folder_of(path):
    return max((f for f in MAY_INCLUDE if is_in(path, f)), key=len, default=None)


def may(source, target):
    """Whether `source` may use `target`; a folder that is allowed brings the folders inside it."""
    return any(is_in(target, allowed) for allowed in [source, *MAY_INCLUDE[source]])


def find_cycle(folder, path=()):
    if folder in path:
        return path[path.index(folder):] + (folder,)
    inside = [f for f in MAY_INCLUDE[folder] if not is_in(folder, f)]
    return next((c for f in inside if (c := find_cycle(f, path + (folder,)))), None)


def table_violations():
    cycles = filter(None, (find_cycle(f) for f in MAY_INCLUDE))
    return [f"cycle in MAY_INCLUDE: {' -> '.join(cycle)}" for cycle in cycles]


def violations(root, files):
    yield from table_violations()
    for file in files:
        if file.suffix not in (".h", ".cc"):
            continue
        place = str(file.relative_to(root).parent)
        if place.split("/")[0] in ANYWHERE:
            continue
        source = folder_of(place)
        if source is None:
            yield f"{file.relative_to(root)}: folder is not in MAY_INCLUDE"
            continue
        for ours, theirs in INCLUDE.findall(file.read_text()):
            if folder_of(ours) and not may(source, ours):
                yield f"{file.relative_to(root)}: {source} may not include {ours}"
            for prefix, homes in ONLY_IN.items():
                if (theirs or ours).startswith(prefix) and not any(is_in(place, home) for home in homes):
                    yield f"{file.relative_to(root)}: {theirs or ours} belongs to {', '.join(homes)}"
