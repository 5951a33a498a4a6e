"""Runs scripts with the `sluice` command for the Kafka tests."""
import pathlib
import re
import socket
import subprocess


class Engine:
    def __init__(self, sluice, folder):
        self.sluice, self.folder = sluice, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def command(self, name, script, *flags):
        file = self.folder / f"{name}.sql"
        settings = f"SET 'pipeline.name' = '{name}';\nSET 'execution.checkpointing.dir' = '{self.folder}/checkpoints';\n"
        file.write_text(settings + script)
        return [self.sluice, "run", str(file), *flags]

    def run(self, name, script, *flags, timeout=120):
        """Exit code and everything that was printed."""
        done = subprocess.run(self.command(name, script, *flags), capture_output=True, text=True, timeout=timeout)
        return done.returncode, done.stdout + done.stderr

    def start(self, name, script, *flags, **environment):
        import os
        return subprocess.Popen(self.command(name, script, *flags), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, env={**os.environ, **environment})


class Gateway:
    """One of the engine's own; with it ends what it runs."""

    def __init__(self, engine):
        self.engine = engine
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"

    def __enter__(self):
        command = [self.engine.sluice, "serve", "--listen", self.address, "--dir", str(self.engine.folder / "gateway")]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            if "listens on" in line:
                return self
        raise AssertionError("the gateway does not listen")

    def __exit__(self, *_):
        _, jobs = self.ask("jobs", "ls")
        for job in re.findall(r"^([0-9a-f]{32}) .*(?:running|starting|restarting)", jobs, re.M):
            self.ask("jobs", "cancel", job)
        self.process.terminate()
        self.process.communicate(timeout=60)

    def ask(self, *arguments):
        done = subprocess.run([self.engine.sluice, *arguments, "--gateway", self.address], capture_output=True, text=True,
                              timeout=120)
        return done.returncode, done.stdout + done.stderr

    def submit(self, name, script, *flags):
        code, text = self.ask("submit", self.engine.command(name, script)[2], *flags)
        check("submitted", (code, "" if code == 0 else text), (0, ""))
        return re.search(r"[0-9a-f]{32}", text)[0]

    def stop(self, job):
        """The savepoint."""
        code, text = self.ask("jobs", "stop", job)
        check("stopped", (code, "" if code == 0 else text), (0, ""))
        return re.search(r"/\S*savepoint[^\s`]*", text)[0]


def table(name, columns, broker, **options):
    """CREATE TABLE of connector kafka unless `connector` says otherwise; underscores of keys are dots, double ones
    hyphens."""
    values = {"connector": "kafka", "properties.bootstrap.servers": broker.servers}
    if options.get("connector") != "upsert-kafka" and "format" not in options and "value_format" not in options:
        values["format"] = "json"
    for key, value in options.items():
        values[key.replace("__", "-").replace("_", ".")] = value
    text = ", ".join(f"'{key}' = '{value}'" for key, value in values.items())
    return f"CREATE TABLE {name} ({columns}) WITH ({text});\n"


def check(what, found, expected):
    if found != expected:
        raise AssertionError(f"{what}: found {str(found)[:2000]}, expected {str(expected)[:2000]}")
    print(f"ok: {what}", flush=True)
