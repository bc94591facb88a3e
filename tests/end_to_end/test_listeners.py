"""Listeners with TLS, behind proxies and on IPv6: from the certificate to the job."""
import itertools
import json
import signal
import socket
import ssl
import struct
import subprocess

import pytest

from node import Node
from pool import Pool, run_lode
from stratum_client import TIMEOUT
from waiting import eventually, free_ports

EXIT_CONFIGURATION = 2
PROXIES = ["127.0.0.1", "127.0.0.2"]
OFFENCES = 20  # that an address is banned for


def header_1(client):
    return f"PROXY TCP4 {client} 10.0.0.1 4660 3333\r\n".encode()


def header_2(client):
    return (b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack(">H", 12) + socket.inet_aton(client)
            + socket.inet_aton("10.0.0.1") + struct.pack(">HH", 4660, 3333))


PROXY_1_SIX = b"PROXY TCP6 2001:db8::7 ::1 4660 3333\r\n"


def make_certificate(folder, name):
    """A self-signed certificate of this name and its key, in place of those before."""
    files = folder / "pool.pem", folder / "pool.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}", "-out", files[0], "-keyout", files[1]],
                   check=True, capture_output=True)
    return files


class Miner:
    """Logs in over whatever socket it is given, in one thread, as TLS in Python wants it."""

    def __init__(self, wire):
        self.wire = wire
        self.wire.settimeout(TIMEOUT)
        self.lines = wire.makefile("rb")
        self.ids = itertools.count(1)
        self.jobs = 0

    def call(self, method, *params):
        number = next(self.ids)
        self.wire.sendall(json.dumps({"id": number, "method": method,
                                      "params": params}).encode() + b"\n")
        while (answer := self.read())["id"] != number:
            pass
        assert answer["error"] is None
        return answer["result"]

    def read(self):
        line = self.lines.readline()
        assert line, "the pool closed the connection"
        message = json.loads(line)
        self.jobs += message.get("method") == "mining.notify"
        return message

    def log_in(self, user):
        """Until its first job."""
        self.call("mining.subscribe", "test/1.0")
        assert self.call("mining.authorize", user, "x") is True
        while not self.jobs:
            self.read()
        return self

    def close(self):
        self.lines.close()
        self.wire.close()


class Doors:
    """A pool with plain and TLS listeners, with and without a proxy before them."""

    def __init__(self, folder, node):
        self.folder = folder
        self.certificate, self.key = make_certificate(folder, "first.example")
        self.tls, self.proxied, self.six = free_ports(3)
        tls = {"certificate_file": self.certificate, "key_file": self.key}
        self.pool = Pool(folder / "pool", [node], node.payout_address())
        self.plain = self.pool.stratum_port
        self.pool.changes = {"sserver": {"handshake_timeout": "1s", "listener": [
            {"port": self.plain},
            {"address": "127.0.0.1", "port": self.tls, **tls},
            {"address": "127.0.0.1", "port": self.proxied, "proxy_from": PROXIES, **tls},
            {"address": "::1", "port": self.six, "proxy_from": ["::1"]}]}}

    def connect(self, port, header=b"", host="127.0.0.1", source=None):
        wire = socket.create_connection((host, port), TIMEOUT,
                                        source_address=source and (source, 0))
        wire.sendall(header)
        return wire

    def tls_miner(self, port, name, header=b"", source=None):
        """Over TLS; it trusts the certificate in the file, if that is of this name."""
        trust = ssl.create_default_context(cafile=self.certificate)
        wire = self.connect(port, header, source=source)
        miner = Miner(trust.wrap_socket(wire, server_hostname=name))
        return miner.log_in(self.pool.payout_address)

    def is_let_in(self, port, header=b"", source=None):
        try:
            self.tls_miner(port, "first.example", header, source).close()
            return True
        except OSError:  # an SSLError is one
            return False

    def knock(self, port, sent, source=None):
        """Until the pool closes."""
        with self.connect(port, sent, source=source) as wire:
            try:
                while wire.recv(4096):  # TLS may say what it did not like
                    pass
            except ConnectionResetError:
                pass

    def closed(self, reason):
        return sum(value for sample, value in self.pool.metrics().items()
                   if sample.startswith("lode_connections_closed_total")
                   and f'reason="{reason}"' in sample)


@pytest.fixture(scope="module", name="doors")
def running_doors(tmp_path_factory):
    folder = tmp_path_factory.mktemp("doors")
    node = Node(folder / "node").start()
    node.mine(1)
    made = Doors(folder, node)
    try:
        made.pool.start()
        yield made
        assert made.pool.stop() == 0
    finally:
        made.pool.close()
        node.stop()


def test_a_miner_logs_in_over_tls_and_gets_a_job(doors):
    doors.tls_miner(doors.tls, "first.example").close()


@pytest.mark.parametrize("header", (header_1("192.0.2.7"), header_2("192.0.2.8"),
                                    b"PROXY UNKNOWN\r\n"))
def test_a_proxy_speaks_first_and_tls_follows(doors, header):
    doors.tls_miner(doors.proxied, "first.example", header).close()


def test_a_miner_comes_through_a_proxy_over_ipv6(doors):
    Miner(doors.connect(doors.six, PROXY_1_SIX, "::1")).log_in(doors.pool.payout_address).close()


@pytest.mark.parametrize("port, sent, reason", (
    ("plain", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "tls_on_plain_port"),
    ("tls", b'{"id":1,"method":"mining.subscribe","params":[]}\n', "plain_on_tls_port"),
    ("tls", b"\x16\x03\x01\x00\x05rubbish rubbish", "tls_failed"),
    ("tls", b"\x16\x03\x01", "handshake_timeout"),
    ("tls", b"", "handshake_timeout"),
    ("proxied", b"PROXY TCP4 192.0.2.7", "handshake_timeout"),
    ("proxied", b"\x16\x03\x01\x02\x00\x01", "bad_proxy_header")))
def test_who_knocks_wrongly_is_closed_and_counted(doors, port, sent, reason):
    before = doors.closed(reason)
    doors.knock(getattr(doors, port), sent)
    eventually(lambda: doors.closed(reason) == before + 1, f"one more closed for {reason}")


@pytest.mark.parametrize("header, client", ((header_1, "192.0.2.21"), (header_2, "192.0.2.22")))
def test_failed_handshakes_ban_the_client_behind_the_proxy_and_nobody_else(doors, header, client):
    assert doors.is_let_in(doors.proxied, header(client))
    for _ in range(OFFENCES):
        doors.knock(doors.proxied, header(client) + b"no hello\n")
    assert not doors.is_let_in(doors.proxied, header(client))
    assert doors.is_let_in(doors.proxied, header("192.0.2.23"))
    assert doors.is_let_in(doors.tls, source=PROXIES[0])
    doors.pool.wait_for_log(f"address banned address={client} reason=handshake")


def test_a_header_from_one_who_is_no_proxy_is_not_believed(doors):
    sender, claimed = "127.0.0.31", "192.0.2.31"
    for _ in range(OFFENCES):
        doors.knock(doors.proxied, header_1(claimed), sender)
    assert not doors.is_let_in(doors.tls, source=sender)
    assert doors.is_let_in(doors.proxied, header_1(claimed))


def test_bad_headers_ban_who_sent_them(doors):
    sender = PROXIES[1]
    for _ in range(OFFENCES):
        doors.knock(doors.proxied, b"GET / HTTP/1.1\r\n\r\n", sender)
    assert not doors.is_let_in(doors.tls, source=sender)
    assert doors.is_let_in(doors.proxied, header_1("192.0.2.32"), sender)


def test_a_new_certificate_is_shown_after_sighup_and_a_bad_one_never(doors):
    old = doors.tls_miner(doors.tls, "first.example")
    make_certificate(doors.folder, "second.example")
    doors.pool.process.send_signal(signal.SIGHUP)
    doors.pool.wait_for_log("certificate renewed")
    doors.tls_miner(doors.tls, "second.example").close()
    good = doors.certificate.read_text()
    doors.certificate.write_text("no certificate")
    doors.pool.process.send_signal(signal.SIGHUP)
    line = doors.pool.wait_for_log("certificate not renewed")
    assert str(doors.certificate) in line
    doors.certificate.write_text(good)
    doors.tls_miner(doors.tls, "second.example").close()
    assert old.call("mining.extranonce.subscribe") is True, "who was there stays"
    old.close()


@pytest.mark.parametrize("changed, complaint", (
    ({"certificate_file": "missing.pem"}, "missing.pem"),
    ({"key_file": "pool.pem"}, "pool.pem"),
    ({"key_file": None}, "belong together"),
    ({"proxy_from": ["10.0.0.1/8"]}, "10.0.0.1/8")))
def test_a_bad_listener_is_one_line_and_exit_code_2(folder, node, changed, complaint):
    certificate, key = make_certificate(folder, "first.example")
    pool = Pool(folder / "pool", [node], node.payout_address())
    listener = {"certificate_file": certificate, "key_file": key} | {
        name: folder / value if isinstance(value, str) else value
        for name, value in changed.items()}
    pool.listener = {name: value for name, value in listener.items() if value is not None}
    pool.write_configuration()
    ended = run_lode("run", "--config", pool.config_file)
    assert ended.returncode == EXIT_CONFIGURATION
    errors = [line for line in ended.stderr.splitlines() if " error " in line]
    assert len(errors) == 1 and complaint in errors[0], ended.stderr
