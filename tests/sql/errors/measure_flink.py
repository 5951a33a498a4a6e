#!/usr/bin/env python3
"""measure_flink.py ASK FILE.err..: asks a real Flink what it says to each wrong script, and writes it behind `flink:`.

ASK runs programs on Flink: a file of JSON lines, each with steps `runFailingSql` whose answer it puts into `measured`.
Every statement of a case is one step, behind the statements of the prologue. Scripts with connectors that Flink does not
have at hand there (Kafka) and variables are left out, and keep what the file says.
"""
import json
import re
import subprocess
import sys
import tempfile

NOT_AT_HAND = re.compile(r"kafka|\$\{|'(gone|nexmark)'", re.IGNORECASE)
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


def sentence(text):
    """The first line, without the class of the exception, and not longer than a person reads."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    words = re.sub(r"^[\w.$]+(Exception|Error): ", "", lines[0] if lines else "")
    return words if len(words) <= WORDS_MAX else words[: WORDS_MAX - 2] + ".."


def measure(ask, path):
    cases = read(path)
    prologue = next(case for case in cases if case["name"] == "prologue")
    asked = [case for case in cases if case is not prologue and not NOT_AT_HAND.search(case["sql"])]
    if NOT_AT_HAND.search(prologue["sql"]):
        return
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as programs:
        for number, case in enumerate(asked):
            steps = [{"kind": "setupSql", "sql": s} for s in statements(prologue["sql"])]
            steps += [{"kind": "runFailingSql", "sql": s} for s in statements(case["sql"])]
            programs.write(json.dumps({"suite": "errors", "id": str(number), "steps": steps}) + "\n")
        programs.flush()
        done = subprocess.run([ask, "--program", programs.name], capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        if not line.startswith("{"):
            continue
        program = json.loads(line)
        said = [step["measured"] for step in program["steps"] if step["kind"] == "runFailingSql"]
        wrong = [sentence(text) for text in said if text != "no error"]
        asked[int(program["id"])]["flink"] = wrong[0] if wrong else "(no error)"
    with open(path, "w", encoding="utf-8") as out:
        for case in cases:
            if case is prologue:
                out.write(f"# prologue\n{case['sql']}\n")
                continue
            flink = f"flink: {case['flink']}\n" if case["flink"] else ""
            out.write(f"# {case['name']}\n{case['sql']}----\n{case['below']}{flink}\n")


if __name__ == "__main__":
    for file in sys.argv[2:]:
        measure(sys.argv[1], file)
