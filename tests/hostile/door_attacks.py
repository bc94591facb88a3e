"""Attackers of the TLS port and of the port behind proxies."""
import asyncio
import ipaddress
import socket
import ssl
import struct

from attack import SLACK_SECONDS, Attack
from certificates import trusting
from wire import Gone, honest_address, request

HANDSHAKE_SECONDS = 10  # within which the pool of a run wants what comes before the first line
VERSION_2 = b"\r\n\r\n\x00\r\nQUIT\n"


def hello():
    """What a TLS client says first."""
    outgoing = ssl.MemoryBIO()
    try:
        trusting().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="pool").do_handshake()
    except ssl.SSLWantReadError:
        pass  # it waits for the server's hello, as it would for ever
    return outgoing.read()


class TlsGarbage(Attack):
    """On the TLS port: no TLS, half a handshake, a broken one: closed within its time."""
    name = "tls-garbage"
    lanes = 20
    pace = 1.0

    async def wave(self, dice):
        wire = await self.open(dice, port=self.options.tls_port)
        first = bytearray(hello())
        what = dice.randrange(5)
        if what == 0:
            wire.send(request(1, "mining.subscribe"))
        elif what == 1:
            wire.send(dice.randbytes(dice.randrange(1, 20_000)))
        elif what == 2:
            wire.send(bytes(first[:dice.randrange(1, len(first))]))
        elif what == 3:
            for _ in range(8):
                first[dice.randrange(len(first))] = dice.randrange(256)
            wire.send(bytes(first))
        else:
            wire.send(bytes(first))
            await asyncio.sleep(dice.uniform(0, 0.2))
            wire.send(b"\x17\x03\x03\x40\x00" + dice.randbytes(0x4000))
        if not wire.closed.is_set() and dice.random() < 0.5:
            wire.reset()
            return
        await self.until_closed(wire, HANDSHAKE_SECONDS + SLACK_SECONDS, "rubbish for TLS")


class TlsMiners(Attack):
    """Through the handshake, whatever becomes of the certificates: then a login, a pipelined
    burst or rubbish, and an end in order, by RST or in the middle of a record."""
    name = "tls-miners"
    lanes = 8
    pace = 0.5
    count = 500

    async def wave(self, dice):
        try:
            wire = await self.miner(dice, port=self.options.tls_port, context=trusting())
        except ssl.SSLError as problem:
            self.complain(f"no handshake: {problem}")
            return
        self.counts["logged in"] += 1
        if dice.random() < 0.5:
            before = wire.answers
            wire.send(b"".join(request(1000 + number, "mining.ping")
                               for number in range(self.count)))
            await self.answered(wire, before + self.count)
        elif dice.random() < 0.5:
            wire.send(dice.randbytes(20_000))
            await self.closes(wire, 0.5)
        else:
            with wire.transport.get_extra_info("socket").dup() as below:
                below.send(b"\x17\x03\x03\x00\x40" + dice.randbytes(dice.randrange(1, 100)))
            await self.closes(wire, 0.5)
        if dice.random() < 0.5:
            wire.reset()
        else:
            await self.leave(wire)


class Proxied(Attack):
    """Behind four trusted proxies: headers that are good, bad and endless. Bad ones are closed;
    miners behind good ones are served, however many of their neighbours offend."""
    name = "proxied"
    lanes = 8
    pace = 0.25

    @staticmethod
    def good(dice):
        source = ipaddress.IPv4Address((10 << 24) + dice.getrandbits(24))
        if dice.random() < 0.5:
            return f"PROXY TCP4 {source} 127.0.0.1 {dice.randrange(1, 65536)} 3333\r\n".encode()
        addresses = source.packed + socket.inet_aton("127.0.0.1") + struct.pack(">HH", 4000, 3333)
        more = dice.randbytes(dice.choice((0, 7, 500)))
        tail = b"\x04" + struct.pack(">H", len(more)) + more if more else b""
        return VERSION_2 + b"\x21\x11" + struct.pack(">H", len(addresses + tail)) + addresses + tail

    @staticmethod
    def bad(dice):
        return dice.choice((
            b"PROXY TCP4 999.1.1.1 127.0.0.1 1 2\r\n", b"PROXY TCP4 10.0.0.1\r\n", b"PROXY \r\n",
            b"PROXY TCP9 10.0.0.1 127.0.0.1 1 2\r\n", b"PROXY " + b"x" * 3000,
            b"PROXY TCP4 10.0.0.1 127.0.0.1 70000 2\r\n", dice.randbytes(400),
            VERSION_2 + b"\x21\x11\xff\xff" + dice.randbytes(3000),
            VERSION_2 + b"\x21\x11\x00\x03" + dice.randbytes(3),
            VERSION_2 + b"\x91\x11\x00\x0c" + dice.randbytes(12),
            request(1, "mining.subscribe"), b"PROXY TCP4 10.0.0.1 127", VERSION_2[:5], b""))

    async def wave(self, dice):
        proxy = f"127.4.0.{dice.randrange(1, 5)}"
        wire = await self.open(dice, port=self.options.proxy_port, source=proxy)
        if dice.random() < 0.4:
            self.counts["bad headers"] += 1
            wire.send(self.bad(dice))
            await self.until_closed(wire, HANDSHAKE_SECONDS + SLACK_SECONDS, "a bad header")
            return
        self.counts["good headers"] += 1
        header = self.good(dice)
        cut = dice.randrange(len(header))
        wire.send(header[:cut])
        await asyncio.sleep(0)
        wire.send(header[cut:])
        if dice.random() < 0.3:
            wire.send(b"no request\n" * 5)
            await self.until_closed(wire, SLACK_SECONDS, "an offender behind a proxy")
            return
        try:
            await wire.login(self.user(dice))
        except Gone:
            self.complain("a miner behind a trusted proxy was not served")
        await self.leave(wire)


class ProxyHeaders(Attack):
    """PROXY headers from who is no trusted proxy, on either port: lines that are no request, and
    no harm to the honest miner that they name."""
    name = "proxy-headers"
    pace = 0.25

    async def wave(self, dice):
        port = dice.choice((self.options.port, self.options.proxy_port))
        wire = await self.open(dice, port=port)
        named = honest_address(dice.randrange(100))
        if dice.random() < 0.5:
            wire.send(f"PROXY TCP4 {named} 127.0.0.1 4444 3333\r\n".encode())
        else:
            wire.send(VERSION_2 + b"\x21\x11\x00\x0c" + socket.inet_aton(named)
                      + dice.randbytes(8))
        wire.send(b"\n" + b"no request\n" * dice.choice((0, 5)) + request(1, "mining.subscribe"))
        await self.closes(wire, 0.5)
        await self.leave(wire)
