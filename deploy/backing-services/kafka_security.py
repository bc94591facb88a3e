"""How clients of a private Kafka broker are made to prove who they are, and how it proves itself:
certificates of a CA that exists for this folder alone, one user with a generated password, and a
client's side of both, to see whether the broker serves."""
import contextlib
import os
import pathlib
import secrets
import socket
import ssl
import struct
import subprocess

from service import Failure

KINDS = ["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]
USER = "lode"
CERTIFICATE_DAYS = 3650
ANSWER_SECONDS = 5
# Requests of Kafka's protocol.
METADATA, SASL_HANDSHAKE, SASL_AUTHENTICATE = 3, 17, 36

OPENSSL = """\
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
[broker]
subjectAltName = IP:127.0.0.1, DNS:localhost
"""

TLS_PROPERTIES = """
# The broker's key and certificate, and who signed it.
ssl.keystore.type=PEM
ssl.keystore.location={folder}/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.pem
"""

SASL_PROPERTIES = """
# One user, by either mechanism; what SCRAM needs was written when the data folder was made.
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.clients.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required \
username="{user}" password="{password}" user_{user}="{password}";
listener.name.clients.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
"""


def write_private(path, text):
    """A file that nobody else can read at any moment."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
              encoding="ascii") as file:
        file.write(text)


def openssl(folder, *arguments):
    try:
        done = subprocess.run(["openssl", "req", "-x509", "-config", "openssl.cnf", "-newkey", "ec",
                               "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days",
                               str(CERTIFICATE_DAYS), *arguments], cwd=folder,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Failure("no openssl here: Debian's package openssl has it") from None
    if done.returncode:
        raise Failure(f"openssl: {done.stderr.strip()[-300:]}")


def make_certificates(folder):
    """The CA's key is gone afterwards: it signs this broker and nobody else."""
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "openssl.cnf").write_text(OPENSSL)
    openssl(folder, "-extensions", "ca", "-subj", "/CN=CA of a private Kafka broker",
            "-keyout", "ca.key", "-out", "ca.pem")
    openssl(folder, "-extensions", "broker", "-subj", "/CN=127.0.0.1", "-CA", "ca.pem",
            "-CAkey", "ca.key", "-keyout", "broker.key", "-out", "broker.crt")
    write_private(folder / "broker.new", (folder / "broker.key").read_text() +
                  (folder / "broker.crt").read_text())
    (folder / "broker.new").rename(folder / "broker.pem")
    for name in ("ca.key", "broker.key", "broker.crt", "openssl.cnf"):
        (folder / name).unlink()


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        got = connection.recv(count - len(data))
        if not got:
            raise ConnectionError("closed")
        data += got
    return data


def ask(connection, key, version, body):
    """One request of that kind (no client id); the answer behind its correlation."""
    request = struct.pack(">hhih", key, version, 7, -1) + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    size, correlation = struct.unpack(">ii", read_exactly(connection, 8))
    if correlation != 7:
        raise ConnectionError("the answer is not to this question")
    return read_exactly(connection, size - 4)


class Security:
    """What one broker's folder has of it; made once, the same after each start."""

    def __init__(self, kind, data):
        self.tls = kind.endswith("ssl")
        self.sasl = kind.startswith("sasl")
        self.kind = kind
        self.folder = pathlib.Path(data) / "tls"
        self.password_file = pathlib.Path(data) / "client-password"

    def prepare(self):
        if self.tls and not (self.folder / "broker.pem").exists():
            make_certificates(self.folder)
        if self.sasl and not self.password_file.exists():
            write_private(self.password_file.with_suffix(".new"), secrets.token_hex(16))
            self.password_file.with_suffix(".new").rename(self.password_file)

    @property
    def password(self):
        return self.password_file.read_text(encoding="ascii") if self.sasl else None

    def facts(self):
        """What a client needs; null where it needs none."""
        return {"security": self.kind, "ca_file": str(self.folder / "ca.pem") if self.tls else None,
                "user": USER if self.sasl else None, "password": self.password}

    def properties(self):
        """Lines of the broker's configuration."""
        return ((TLS_PROPERTIES.format(folder=self.folder) if self.tls else "") +
                (SASL_PROPERTIES.format(user=USER, password=self.password) if self.sasl else ""))

    def format_options(self):
        if not self.sasl:
            return []
        return ["--add-scram", f"SCRAM-SHA-512=[name={USER},password={self.password}]"]

    @contextlib.contextmanager
    def connection(self, port):
        with contextlib.ExitStack() as stack:
            one = stack.enter_context(
                socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS))
            if self.tls:
                trust = ssl.create_default_context(cafile=self.folder / "ca.pem")
                one = stack.enter_context(trust.wrap_socket(one, server_hostname="127.0.0.1"))
            if self.sasl:
                self.log_in(one)
            yield one

    def log_in(self, connection):
        word = f"\0{USER}\0{self.password}".encode("ascii")
        for key, version, body in (
                (SASL_HANDSHAKE, 1, struct.pack(">h", len("PLAIN")) + b"PLAIN"),
                (SASL_AUTHENTICATE, 0, struct.pack(">i", len(word)) + word)):
            error, = struct.unpack(">h", ask(connection, key, version, body)[:2])
            if error:
                raise ConnectionError(f"the broker refuses its user: error {error}")

    def answers(self, port):
        """True once the broker lists itself in its metadata: it serves clients then."""
        try:
            with self.connection(port) as connection:
                no_topics = struct.pack(">i", -1)
                brokers, = struct.unpack(">i", ask(connection, METADATA, 1, no_topics)[:4])
                return brokers == 1
        except (OSError, struct.error):
            return False
