"""A gateway, its workers and its clients as real processes, in a directory of their own."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

WAIT_S = 30  # Longest wait for anything that should come at once.


def wait_until(what, condition):
    """The first true value of `condition`, which is asked again and again."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {WAIT_S} s: {what}")


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class World:
    """Everything lies below one temporary directory, and whatever still runs there is ended with it."""

    def __init__(self, sluice):
        self.sluice = str(pathlib.Path(sluice).resolve())
        # Short, because the name of a worker's socket lies below it.
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="gw", dir="/tmp"))
        self.gateway = None
        self.address = None
        self.clients = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in self.clients:
            if client.poll() is None:
                client.kill()
            client.wait()
        self.kill_gateway()
        for pid in filter(str.isdigit, os.listdir("/proc")):  # The worker that waits for a job is in no list.
            if self.is_worker(int(pid)):
                os.kill(int(pid), signal.SIGKILL)
        shutil.rmtree(self.root, ignore_errors=True)

    def is_worker(self, pid):
        try:
            return str(self.root) in os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            return False

    def write(self, name, text):
        (self.root / name).write_text(text)
        return name

    # ---- The gateway

    def serve(self):
        self.gateway = subprocess.Popen([self.sluice, "serve", "--listen", "127.0.0.1:0", "--dir", "gw"],
                                        cwd=self.root, stdout=subprocess.PIPE, text=True)
        first = self.gateway.stdout.readline()
        assert first.startswith("sluice gateway listens on "), first
        self.address = first.split()[-1]
        return self.gateway.stdout.readline()

    def kill_gateway(self, number=signal.SIGKILL):
        if self.gateway and self.gateway.poll() is None:
            self.gateway.send_signal(number)
        return self.gateway.wait() if self.gateway else None

    # ---- Clients

    def run(self, *arguments, code=0):
        environment = dict(os.environ, SLUICE_GATEWAY=self.address or "127.0.0.1:1")
        done = subprocess.run([self.sluice, *arguments], cwd=self.root, capture_output=True, text=True,
                              env=environment, timeout=60)
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return done

    def run_into_full(self, *arguments):
        """With a standard output that takes nothing."""
        environment = dict(os.environ, SLUICE_GATEWAY=self.address or "127.0.0.1:1")
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([self.sluice, *arguments], cwd=self.root, stdout=full, stderr=subprocess.PIPE,
                                  text=True, env=environment, timeout=60)
        assert done.returncode == 3, (arguments, done.returncode, done.stderr)
        assert done.stderr.count("cannot write to standard output: No space left on device") == 1, done.stderr

    def start(self, *arguments):
        environment = dict(os.environ, SLUICE_GATEWAY=self.address)
        client = subprocess.Popen([self.sluice, *arguments], cwd=self.root, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, env=environment)
        self.clients.append(client)
        return client

    def submit(self, name, *arguments):
        """Ids of the jobs that are not read."""
        out = self.run("submit", name, *arguments).stdout
        return [line.split()[1] for line in out.splitlines() if line.startswith("job ")]

    def jobs(self):
        return json.loads(self.run("jobs", "ls", "--json").stdout)

    def job(self, job_id):
        return json.loads(self.run("jobs", "show", job_id, "--json").stdout)

    def wait_for(self, job_id, state):
        return wait_until(f"job {job_id} {state}, it is {self.job(job_id)}",
                          lambda: (job := self.job(job_id)) and job["state"] == state and job)
