#!/usr/bin/env python3
"""lineage_test.py SLUICE: `sluice lineage` of tests/golden/lineage: its text, and that every format has the same edges.

SLUICE_UPDATE=1 writes the text."""
import json
import os
import pathlib
import sys

from gateway_process import World

GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "lineage"
SCRIPT, TEXT = GOLDEN / "queries.sql", GOLDEN / "queries.txt"


def lineage(world, *arguments):
    return world.run("lineage", str(SCRIPT), *arguments).stdout


def test_text(world):
    text = lineage(world).replace("default_catalog.default_database.", "")
    if os.environ.get("SLUICE_UPDATE"):
        TEXT.write_text(text)
    assert text == TEXT.read_text(), text


def test_formats(world):
    edges = sum(" <- " in line or " <~ " in line for line in TEXT.read_text().splitlines())
    jobs = json.loads(lineage(world, "--format", "json"))["jobs"]
    assert sum(len(job["edges"]) for job in jobs) == edges, jobs
    place = jobs[0]["edges"][0]["place"]
    assert place, jobs[0]["edges"][0]

    events = [json.loads(line) for line in lineage(world, "--format", "openlineage").splitlines()]
    assert len(events) == len(jobs), len(events)
    facets = [output["facets"]["columnLineage"] for event in events for output in event["outputs"]]
    assert any(field["inputFields"] for facet in facets for field in facet["fields"].values()), facets

    assert lineage(world, "--format", "dot").startswith("digraph"), "dot"
    assert lineage(world, "--format", "mermaid").startswith(("graph", "flowchart")), "mermaid"


def main():
    with World(sys.argv[1]) as world:
        test_text(world)
        test_formats(world)


if __name__ == "__main__":
    main()
