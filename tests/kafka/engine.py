"""Runs scripts with the `sluice` command for the Kafka tests."""
import pathlib
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
