#!/usr/bin/env python3
"""tls_test.py SLUICE: a broker that speaks TLS and wants to know who the client is. Certificates as files, as texts, in
a PKCS12 store and under librdkafka's names; what cannot work is named, and no password is shown."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import broker as brokers
from engine import Engine, check, table
from maven import Skip

PASSWORD = "geheim"
BOUNDED = {"scan_startup_mode": "earliest-offset", "scan_bounded_mode": "latest-offset"}


class Certificates:
    """An authority, and what it signed for a broker on loopback and for a client."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca",
                     "-days", "2")
        for name in ("broker", "client"):
            self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
                         f"/CN={name}")
            (self.folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
            self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                         f"{name}.pem", "-days", "2", "-extfile", "names")
            self.openssl("pkcs8", "-topk8", "-nocrypt", "-in", f"{name}.key", "-out", f"{name}.p8")
            (self.folder / f"{name}.all.pem").write_text(self.text(f"{name}.p8") + self.text(f"{name}.pem"))
        self.openssl("pkcs12", "-export", "-in", "client.pem", "-inkey", "client.key", "-out", "client.p12", "-passout",
                     f"pass:{PASSWORD}")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def path(self, name):
        return self.folder / name

    def text(self, name):
        return (self.folder / name).read_text()


class TlsBroker(brokers.Broker):
    def __init__(self, certificates):
        self.certificates, self.tls_servers = certificates, f"127.0.0.1:{brokers.free_port()}"
        super().__init__()

    def configure(self, settings):
        names = ("PLAINTEXT", self.servers), ("CONTROLLER", f"127.0.0.1:{self.controller_port}"), ("SSL", self.tls_servers)
        super().configure({
            **settings,
            "listeners": ",".join(f"{name}://{address}" for name, address in names),
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL",
            "super.users": "User:ANONYMOUS;User:CN=client",
            "ssl.keystore.type": "PEM", "ssl.keystore.location": self.certificates.path("broker.all.pem"),
            "ssl.truststore.type": "PEM", "ssl.truststore.location": self.certificates.path("ca.pem"),
            "ssl.client.auth": "required"})


def test(sluice, broker, certificates):
    engine = Engine(sluice, broker.folder / "engine")
    broker.create("t", 1)
    broker.produce("t", [(0, -1, None, '{"id":7}')])
    path, text = certificates.path, certificates.text
    trust = {"properties_ssl_truststore_type": "PEM", "properties_ssl_truststore_location": path("ca.pem")}
    store = {"properties_ssl_keystore_type": "PKCS12", "properties_ssl_keystore_location": path("client.p12")}

    def read(what, settings):
        script = table("t", "id BIGINT", broker, topic="t", properties_bootstrap_servers=broker.tls_servers,
                       properties_security_protocol="SSL", **settings, **BOUNDED) + "SELECT id FROM t;\n"
        code, said = engine.run("tls", script, "--format", "csv", timeout=60)
        check(f"{what}: nothing secret is shown", PASSWORD in said or "PRIVATE KEY" in said, False)
        return code, said

    for what, settings in {
        "files of PEM": {**trust, "properties_ssl_keystore_type": "PEM",
                         "properties_ssl_keystore_location": path("client.all.pem")},
        "a PKCS12 store": {**trust, **store, "properties_ssl_keystore_password": PASSWORD},
        "texts of PEM": {"properties_ssl_truststore_type": "PEM", "properties_ssl_truststore_certificates": text("ca.pem"),
                         "properties_ssl_keystore_type": "PEM", "properties_ssl_keystore_key": text("client.p8"),
                         "properties_ssl_keystore_certificate_chain": text("client.pem")},
        "librdkafka's names": {"properties_ssl_ca_location": path("ca.pem"), "properties_ssl_key_location": path("client.key"),
                               "properties_ssl_certificate_location": path("client.pem")},
    }.items():
        code, said = read(what, settings)
        check(what, (code, "+I,7" if "+I,7" in said else said), (0, "+I,7"))
    for what, settings, wanted in (
        ("a broker that nobody vouches for", {**store, "properties_ssl_keystore_password": PASSWORD}, "certificate"),
        ("a wrong password", {**trust, **store, "properties_ssl_keystore_password": PASSWORD + "2"}, "SL1403"),
        ("a trust store of Java", {"properties_ssl_truststore_type": "PKCS12",
                                   "properties_ssl_truststore_location": path("client.p12")}, "`properties.ssl.truststore.type`"),
    ):
        code, said = read(what, settings)
        check(what, (code != 0, wanted if wanted in said else said), (True, wanted))


def main():
    if shutil.which("openssl") is None:
        print("skipped: there is no openssl to make certificates with")
        sys.exit(brokers.SKIPPED)
    try:
        with tempfile.TemporaryDirectory(prefix="sluice-tls-") as folder:
            certificates = Certificates(folder)
            with TlsBroker(certificates) as broker:
                test(sys.argv[1], broker, certificates)
    except Skip as reason:
        print(f"skipped: {reason}")
        sys.exit(brokers.SKIPPED)


if __name__ == "__main__":
    main()
