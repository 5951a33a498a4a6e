"""A real Kafka broker (KRaft, one node, loopback) for tests, and the tests' own client of it.

The artifacts come through Maven as pom.xml beside this file says, and are kept by it. `Skip` is raised where they
cannot be had; tests then end with exit code 77, which ctest reports as skipped."""
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from maven import Skip, classpath, compiled

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
SMALL = ("-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Side:
    """Commands of KafkaSide.java."""

    def __init__(self, jars, servers):
        command = ["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                   "-cp", f"{compiled(HERE / 'KafkaSide.java', jars)}:{jars}", "KafkaSide", servers]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL, start_new_session=True)

    def ask(self, *words):
        self.process.stdin.write("\t".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n")
        if not answer.startswith("ok"):
            raise RuntimeError(f"{words[0]} {words[1:]}: {answer}")
        return answer[3:]

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)


class Message:
    def __init__(self, line):
        fields = line.rstrip("\n").split("\t")
        self.partition, self.offset, self.timestamp = (int(f) for f in fields[:3])
        self.key, self.value = (None if f == "\\N" else f for f in fields[3:5])
        self.headers = fields[5] if len(fields) > 5 else ""


class Broker:
    """Started by the constructor; `kill` and `start` again keep ports and data."""

    def __init__(self, folder=None, java_options=SMALL, keeps_data=False, **settings):
        self.java_options, self.keeps_data = java_options, keeps_data
        self.jars = classpath(HERE / "pom.xml")
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="sluice-kafka-"))
        self.port, self.controller_port, self.sasl_port = free_port(), free_port(), free_port()
        self.servers = f"127.0.0.1:{self.port}"
        self.sasl_servers = f"127.0.0.1:{self.sasl_port}"  # For alice, who may do nothing; her password is `right`.
        self.process = None
        self.side_process = None
        self.configure(settings)
        self.start()

    def configure(self, settings):
        self.folder.mkdir(parents=True, exist_ok=True)
        values = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "listeners": f"PLAINTEXT://{self.servers},CONTROLLER://127.0.0.1:{self.controller_port},"
                         f"SASL_PLAINTEXT://{self.sasl_servers}",
            "listener.security.protocol.map":
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT",
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_plaintext.plain.sasl.jaas.config":
                "org.apache.kafka.common.security.plain.PlainLoginModule required user_alice=\"right\";",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": self.folder / "data",
            "auto.create.topics.enable": "false",
            "log.retention.ms": -1,  # Tests write messages of long ago.
            "num.partitions": 1,
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 4,
            "group.initial.rebalance.delay.ms": 0,
            "broker.session.timeout.ms": 2000,
            "broker.heartbeat.interval.ms": 500,
            "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000,
        }
        values.update({key.replace("_", "."): value for key, value in settings.items()})
        self.config = self.folder / "server.properties"
        self.config.write_text("".join(f"{key}={value}\n" for key, value in values.items()))
        (self.folder / "log4j2.properties").write_text("rootLogger.level = OFF\n")
        self.java("kafka.tools.StorageTool", "format", "-t", "c2x1aWNlLXRlc3RzLTAwMA", "-c", str(self.config)).wait()

    def java(self, main, *arguments):
        log = open(self.folder / "broker.log", "a")
        return subprocess.Popen(
            ["java", *self.java_options,
             f"-Dlog4j.configurationFile={self.folder}/log4j2.properties", "-cp", self.jars, main, *arguments],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)

    def start(self):
        """Waits until it answers."""
        self.process = self.java("kafka.Kafka", str(self.config))
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the broker ended: {(self.folder / 'broker.log').read_text()[-2000:]}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the broker does not start")

    @property
    def side(self):
        if self.side_process is None:
            self.side_process = Side(self.jars, self.servers)
        return self.side_process

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.side_process is not None:
            self.side_process.close()
        if self.keeps_data:
            self.process.terminate()
            self.process.wait()
            return
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- Topics

    def create(self, topic, partitions=1, **settings):
        self.side.ask("create", topic, partitions, *(f"{k.replace('_', '.')}={v}" for k, v in settings.items()))

    def produce(self, topic, messages, transactional_id=""):
        """Messages are (partition, timestamp, key, value[, headers]); -1 and None leave the choice to the client."""
        file = self.folder / "produce.tsv"
        with open(file, "w") as out:
            for message in messages:
                partition, timestamp, key, value = message[:4]
                headers = message[4] if len(message) > 4 else ""
                key, value = ("\\N" if part is None else part for part in (key, value))
                out.write(f"{partition}\t-1\t{timestamp}\t{key}\t{value}\t{headers}\n")
        return int(self.side.ask("produce", topic, file, transactional_id))

    def consume(self, topic, isolation="read_committed"):
        file = self.folder / "consume.tsv"
        self.side.ask("consume", topic, file, isolation)
        with open(file) as lines:
            return [Message(line) for line in lines]


def main_with_broker(test):
    """Runs test(broker) as a program."""
    try:
        with Broker() as broker:
            sys.exit(test(broker) or 0)
    except Skip as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
