"""Java for tests: artifacts that a pom.xml names, fetched and kept by Maven, and programs compiled against them."""
import os
import pathlib
import shutil
import subprocess

CACHE = pathlib.Path(os.environ.get("SLUICE_KAFKA_CACHE", pathlib.Path.home() / ".cache/sluice-kafka"))


class Skip(Exception):
    """The reason why what needs Java cannot be done here."""


def classpath(pom, name="classpath"):
    for tool in ("java", "javac", "mvn"):
        if shutil.which(tool) is None:
            raise Skip(f"{tool} is not installed")
    file = CACHE / name
    if not file.exists() or file.stat().st_mtime < pom.stat().st_mtime:
        CACHE.mkdir(parents=True, exist_ok=True)
        command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:build-classpath", f"-Dmdep.outputFile={file}.new"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        except subprocess.TimeoutExpired:
            raise Skip("Maven does not get the artifacts in time") from None
        if done.returncode != 0:
            raise Skip(f"Maven does not get the artifacts: {done.stdout[-300:]}")
        os.replace(f"{file}.new", file)
    return file.read_text()


def compiled(source, jars, folder="side"):
    """The folder with the classes of a source file; it also silences Log4j."""
    target = CACHE / folder
    made = target / f"{source.stem}.class"
    if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
        target.mkdir(parents=True, exist_ok=True)
        (target / "log4j2-test.properties").write_text("rootLogger.level = OFF\n")
        subprocess.run(["javac", "-nowarn", "-cp", jars, "-d", str(target), str(source)], check=True)
    return str(target)
