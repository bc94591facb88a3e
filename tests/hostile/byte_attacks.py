"""Attackers that send what is no Stratum, or Stratum that makes no sense."""
import asyncio
import json
import ssl

from attack import LOGIN_SECONDS, SLACK_SECONDS, Attack
from wire import request

METHODS = ("mining.configure", "mining.subscribe", "mining.authorize", "mining.submit",
           "mining.suggest_difficulty", "mining.suggest_target", "mining.extranonce.subscribe",
           "mining.ping", "mining.get_transactions", "mining.multi_version")


class RandomBytes(Attack):
    """Bytes of no meaning, newlines among them."""
    name = "random-bytes"
    pace = 0.2

    async def wave(self, dice):
        wire = await self.open(dice)
        for _ in range(dice.randrange(1, 8)):
            data = bytearray(dice.randbytes(dice.randrange(1, 4096)))
            for _ in range(dice.randrange(8)):
                data[dice.randrange(len(data))] = 10
            self.counts["bytes"] += len(data)
            wire.send(bytes(data))
        await self.closes(wire, 0.5)
        await self.leave(wire)


class HugeLines(Attack):
    """Megabytes without a newline."""
    name = "huge-lines"
    pace = 0.5

    async def wave(self, dice):
        wire = await self.open(dice)
        wire.send(bytes([dice.randrange(32, 127)]) * dice.choice((9_000, 100_000, 2_000_000)))
        await self.until_closed(wire, SLACK_SECONDS, "a line without end")


class JsonBombs(Attack):
    """Lines that parsers choke on: depth, numbers, strings, encodings."""
    name = "json-bombs"
    pace = 0.2

    @staticmethod
    def bombs(dice):
        depth = dice.choice((20, 200, 4000))
        yield b"[" * depth
        yield b'{"id":1,"method":' + b"[" * depth + b"]" * depth + b"}"
        yield b'{"a":' * (depth // 3) + b"1" + b"}" * (depth // 3)
        yield b'{"id":1,"method":"mining.subscribe","params":' + b'[{"":' * (depth // 4)
        yield b'{"id":' + b"9" * dice.randrange(1, 8000) + b',"method":"mining.ping","params":[]}'
        yield b'{"id":1e' + b"9" * dice.randrange(1, 20) + b',"method":"mining.ping"}'
        yield b'{"id":-0.0000e-99999,"method":"mining.suggest_difficulty","params":[1e-400]}'
        yield b'{"id":1,"method":"mining.authorize","params":["\xff\xfe\xc0\xaf","\xed\xa0\x80"]}'
        yield b'{"id":1,"method":"mining.authorize","params":["\\ud800","\\u0000\\u0000"]}'
        yield b'{"id":1,"method":"mining.\x00ping","params":[\x00]}'
        yield b'{"id":1,"id":2,"method":"mining.ping","method":"mining.submit","params":[]}'
        yield b'{"id":{"a":[1,2,{"b":null}]},"method":"mining.ping","params":{}}'
        yield b'\xef\xbb\xbf{"id":1,"method":"mining.ping","params":[]}'
        yield b'{"id":"' + b"\\u0041" * 1000 + b'","method":"mining.ping","params":[]}'

    async def wave(self, dice):
        wire = await self.open(dice)
        for bomb in self.bombs(dice):
            self.counts["lines"] += 1
            wire.send(bomb + b"\n")
        await self.closes(wire, 0.5)
        await self.leave(wire)


class WrongTypes(Attack):
    """Known methods with parameters of any shape, before and after a login."""
    name = "wrong-types"
    pace = 0.25
    leaves = (None, True, 0, -1, 1 << 64, 1.5, 1e308, "", "x", "00", "zz" * 40, "f" * 8,
              "version-rolling", "minimum-difficulty", "1fffe000", "\u20ac", "a" * 3000)

    def anything(self, dice, depth=0):
        if depth > 3 or dice.random() < 0.6:
            return dice.choice(self.leaves)
        if dice.random() < 0.6:
            return [self.anything(dice, depth + 1) for _ in range(dice.randrange(8))]
        return {str(dice.choice(self.leaves))[:20]: self.anything(dice, depth + 1)
                for _ in range(dice.randrange(4))}

    async def wave(self, dice):
        wire = await (self.miner if dice.random() < 0.5 else self.open)(dice)
        for _ in range(40):
            message = {"id": self.anything(dice, 3), "method": dice.choice(METHODS),
                       "params": [self.anything(dice) for _ in range(dice.randrange(8))]}
            if dice.random() < 0.2:
                message[dice.choice(("id", "method", "params", "jsonrpc"))] = self.anything(dice)
            line = json.dumps(message).encode()
            if dice.random() < 0.1:
                line = line[:dice.randrange(len(line))]
            self.counts["lines"] += 1
            wire.send(line[:8000] + b"\n")
        await self.closes(wire, 0.5)
        await self.leave(wire)


class UnknownMethods(Attack):
    """What no pool knows: each is answered with an error, and the miner stays."""
    name = "unknown-methods"
    pace = 0.5
    count = 4

    async def wave(self, dice):
        wire = await self.miner(dice)
        answers = wire.answers
        for number in range(self.count):
            wire.send(request(1000 + number, f"mining.{dice.randbytes(6).hex()}", number))
        if not await self.answered(wire, answers + self.count) and wire.closed.is_set():
            self.complain("was closed for methods that are not known")
        await self.leave(wire)


class HalfLines(Attack):
    """Half a line and silence: gone once the time for a login is over."""
    name = "half-lines"
    lanes = 50
    pace = 2.0

    async def wave(self, dice):
        wire = await self.open(dice)
        line = request(1, "mining.subscribe", "x" * dice.randrange(1, 4000))
        wire.send(line[:dice.randrange(1, len(line) - 1)])
        await self.until_closed(wire, LOGIN_SECONDS + SLACK_SECONDS, "half a line")


class ResetInMidLine(Attack):
    """RST where the rest of a line should be, sometimes with answers under way."""
    name = "reset-mid-line"
    pace = 0.05

    async def wave(self, dice):
        wire = await (self.miner if dice.random() < 0.2 else self.open)(dice)
        line = b"".join(request(number, dice.choice(METHODS)) for number in range(20))
        wire.send(line[:dice.randrange(1, len(line))])
        if dice.random() < 0.5:
            await asyncio.sleep(0)
        wire.reset()


class TlsHello(Attack):
    """A TLS client on the plain port: told or closed, never served."""
    name = "tls-hello"
    pace = 0.5

    async def wave(self, dice):
        wire = await self.open(dice)
        context = ssl.create_default_context()
        outgoing = ssl.MemoryBIO()
        try:
            context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="pool").do_handshake()
        except ssl.SSLWantReadError:
            pass  # it waits for the server's hello, as it would for ever
        wire.send(outgoing.read())
        await self.until_closed(wire, LOGIN_SECONDS + SLACK_SECONDS, "a TLS client")
