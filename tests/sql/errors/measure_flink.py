#!/usr/bin/env python3
"""measure_flink.py ASK FILE.err..: asks a real Flink what it says to each wrong script without a `flink:`, and writes it.

ASK runs programs on Flink: a file of JSON lines, each with steps `runFailingSql` whose answer it puts into `measured`.
Every statement of a case is one step, behind the statements of the prologue. ASK plans queries and INSERTs without running
them, takes SET as the SQL client does, and has the Kafka connector. What only we have is left out.
"""
import json
import re
import subprocess
import sys
import tempfile

# Variables and suppressions are ours, statement sets in pieces are the SQL client's, nexmark is no connector of Flink.
NOT_OF_FLINK = re.compile(r"\$\{|'(gone|nexmark)'|noqa|^BEGIN STATEMENT SET", re.MULTILINE)
WORDS_MAX = 240


def statements(sql):
    """Cut at `;` at the end of a line, with BEGIN .. END as one."""
    out, at = [], ""
    for line in sql.splitlines():
        at += re.sub(r"\s--.*$", "", line) + "\n"
        block = re.search(r"STATEMENT SET\s+BEGIN", at) and not re.search(r"^END;", at, re.MULTILINE)
        if line.rstrip().endswith(";") and not block:
            out.append(at.strip().rstrip(";"))
            at = ""
    return out + ([at.strip().rstrip(";")] if at.strip() else [])


def read(path):
    cases, at, below = [], None, False
    for line in open(path, encoding="utf-8").read().splitlines():
        if line.startswith("# "):
            at = {"name": line[2:], "sql": "", "below": "", "flink": ""}
            cases.append(at)
            below = False
        elif line == "----":
            below = True
        elif below and line.startswith("flink: "):
            at["flink"] = line[7:]
        elif line:
            at["below" if below else "sql"] += line + "\n"
    return cases


WRAPPERS = re.compile(r"Unable to create|Could not execute|Error while applying rule|Error creating scan|Invalid expression|Invalid function call")


def sentence(text):
    """The first line that tells a reason, without the class of the exception, and not longer than a person reads."""
    lines = [re.sub(r"^(caused by )?[\w.$]+(Exception|Error): ", "", line.strip()) for line in text.splitlines()]
    lines = [line for line in lines if line and line != "null"]
    reasons = [line for line in lines if not WRAPPERS.match(line)]
    words = (reasons or lines or [""])[0]
    return words if len(words) <= WORDS_MAX else words[: WORDS_MAX - 2] + ".."


def programs_of(path, cases):
    """One program a case: the tables of the prologue, then its statements, each of which may fail."""
    prologue = next(case for case in cases if case["name"] == "prologue")
    for number, case in enumerate(cases):
        is_ours = NOT_OF_FLINK.search(case["sql"]) or ("END;" in case["sql"] and "STATEMENT SET BEGIN" not in case["sql"])
        if case is prologue or is_ours or case["flink"]:
            continue
        steps = [{"kind": "setupSql", "sql": s} for s in statements(prologue["sql"])]
        steps += [{"kind": "runFailingSql", "sql": s} for s in statements(case["sql"])]
        yield json.dumps({"suite": path, "id": str(number), "steps": steps}) + "\n"


def write(path, cases):
    with open(path, "w", encoding="utf-8") as out:
        for case in cases:
            if case["name"] == "prologue":
                out.write(f"# prologue\n{case['sql']}\n")
                continue
            flink = f"flink: {case['flink']}\n" if case["flink"] else ""
            out.write(f"# {case['name']}\n{case['sql']}----\n{case['below']}{flink}\n")


def measure(ask, paths):
    """All files in one run, because a Flink takes longer to start than to answer."""
    files = {path: read(path) for path in paths}
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as programs:
        for path, cases in files.items():
            programs.writelines(programs_of(path, cases))
        programs.flush()
        done = subprocess.run([ask, "--program", programs.name], capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        if not line.startswith("{"):
            continue
        program = json.loads(line)
        said = [step["measured"] for step in program["steps"] if step["kind"] == "runFailingSql"]
        wrong = [sentence(text) for text in said if text != "no error"]
        files[program["suite"]][int(program["id"])]["flink"] = wrong[0] if wrong else "(no error)"
    for path, cases in files.items():
        write(path, cases)


if __name__ == "__main__":
    measure(sys.argv[1], sys.argv[2:])
