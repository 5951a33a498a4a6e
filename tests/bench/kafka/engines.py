"""The engines that are measured, each as one process that runs a script of SQL to its end."""
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "kafka"))
from maven import classpath, compiled

TICKS = os.sysconf("SC_CLK_TCK")
OPENED = ["lang", "util", "net", "io", "nio", "text", "time", "util.concurrent", "util.concurrent.atomic",
          "util.concurrent.locks", "lang.reflect"]


def cpu_seconds(pid):
    """User and system time of a process, all its threads; None when it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS


class Failed(Exception):
    """An engine did not run its script to the end."""


class Engine:
    def __init__(self, folder, parallelism):
        self.folder, self.parallelism = folder, parallelism

    def start(self, name, script):
        file = self.folder / f"{self.name}_{name}.sql"
        file.write_text(script)
        self.log = self.folder / f"{self.name}.log"
        with open(self.log, "w") as log:
            return subprocess.Popen(self.command(name, file), stdin=subprocess.DEVNULL, stdout=log,
                                    stderr=subprocess.STDOUT)

    def check(self, process):
        if process.wait() != 0:
            raise Failed(f"{self.name} failed: {self.log.read_text()[-2000:]}")


class Sluice(Engine):
    name = "sluice"

    def __init__(self, binary, folder, parallelism, settings=()):
        super().__init__(folder, parallelism)
        self.binary, self.settings = binary, settings

    def command(self, name, file):
        values = {"pipeline.name": name, "execution.checkpointing.interval": "1 s",
                  "execution.checkpointing.dir": self.folder / "checkpoints"}
        settings = [f"{key}={value}" for key, value in values.items()] + list(self.settings)
        return [self.binary, "run", str(file), "--parallelism", str(self.parallelism), "--from", "none",
                *(word for setting in settings for word in ("-D", setting))]


class Flink(Engine):
    name = "flink"

    def __init__(self, folder, parallelism, heap="4g"):
        super().__init__(folder, parallelism)
        self.heap = heap
        self.jars = classpath(HERE / "pom.xml", "flink-classpath")
        self.classes = compiled(HERE / "RunFlink.java", self.jars, "flink")

    def command(self, name, file):
        values = {"parallelism.default": self.parallelism, "execution.checkpointing.interval": "1 s",
                  "execution.checkpointing.mode": "EXACTLY_ONCE", "restart-strategy.type": "none",
                  "table.local-time-zone": "UTC", "pipeline.name": name,
                  "execution.checkpointing.dir": f"file://{self.folder}/flink-checkpoints"}
        return ["java", f"-Xmx{self.heap}", f"-Xms{self.heap}", "-XX:+UseG1GC", "-Duser.timezone=UTC",
                *(f"--add-opens=java.base/java.{package}=ALL-UNNAMED" for package in OPENED),
                "-cp", f"{self.classes}:{self.jars}", "RunFlink", str(file),
                *(f"{key}={value}" for key, value in values.items())]
