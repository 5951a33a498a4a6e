"""Nexmark's scripts with topics in place of the generator and the black hole: the same text for every engine."""
import pathlib
import string

NEXMARK = pathlib.Path(__file__).resolve().parents[3] / "examples/nexmark"
QUERIES = ["q0", "q1", "q2", "q17", "kafka_tumble"]
PARTITIONS = 4
# Columns by which a query's rows replace each other; its sink is upsert-kafka.
PRIMARY_KEYS = {"q17": "auction, `day`"}
NOWHERE = ") WITH (\n  'connector' = 'blackhole'\n);"
BROKERS_WAIT_MS = 600_000


class Input:
    """A topic with Nexmark's events."""

    def __init__(self, servers, topic, events, events_per_second):
        self.servers, self.topic = servers, topic
        self.variables = {"BOOTSTRAP_SERVERS": servers, "TOPIC": topic, "NEXMARK_TABLE": "kafka",
                          "TPS": events_per_second, "EVENTS_NUM": events,
                          "PERSON_PROPORTION": 1, "AUCTION_PROPORTION": 3, "BID_PROPORTION": 46}

    def text(self, names, group="nexmark"):
        """Scripts of examples/nexmark with their variables filled in."""
        scripts = "".join((NEXMARK / f"{name}.sql").read_text() for name in names)
        return string.Template(scripts).substitute(self.variables, GROUP_ID=group)


def fill(events):
    return events.text(["ddl", "kafka"]) + ("\nINSERT INTO kafka_fill\n"
                                            "SELECT event_type, person, auction, bid\nFROM datagen;\n")


def options_text(options):
    return ",\n".join(f"  '{key}' = '{value}'" for key, value in options.items())


def sink(servers, topic, guarantee, key):
    options = {"connector": "kafka", "topic": topic, "properties.bootstrap.servers": servers,
               "sink.delivery-guarantee": guarantee}
    options.update({"key.format": "json", "value.format": "json"} if key else {"format": "json"})
    if key:
        options["connector"] = "upsert-kafka"
    if guarantee == "exactly-once":
        options["sink.transactional-id-prefix"] = topic
        options["properties.transaction.timeout.ms"] = str(BROKERS_WAIT_MS)
    primary_key = f",\n  PRIMARY KEY ({key}) NOT ENFORCED\n" if key else ""
    return f"{primary_key}) WITH (\n{options_text(options)}\n);"


def query(events, name, output, group, guarantee="exactly-once"):
    """Reads the events, computes a query and writes the topic `output`."""
    text = events.text(["ddl", "kafka", "views", name], group)
    if NOWHERE not in text:
        raise ValueError(f"{name}.sql has no sink of its own")
    return text.replace(NOWHERE, sink(events.servers, output, guarantee, PRIMARY_KEYS.get(name)))
