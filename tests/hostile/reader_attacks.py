"""Attackers that say or read too little, or ask for more than they read."""
import asyncio
import time

from attack import LOGIN_SECONDS, SLACK_SECONDS, Attack
from wire import Gone, request

SMALL_BUFFER = 4096  # of the receiving socket: the rest must wait in the pool


class HalfOpen(Attack):
    """Connects and says nothing, or too little to work: gone when the time for a login is over."""
    name = "half-open"
    lanes = 200
    pace = 2.0

    async def wave(self, dice):
        wire = await self.open(dice)
        if dice.random() < 0.3:
            wire.send(request(1, "mining.subscribe"))
        elif dice.random() < 0.3:
            wire.transport.write_eof()
        await self.until_closed(wire, LOGIN_SECONDS + SLACK_SECONDS, "a silent connection")


class NeverReading(Attack):
    """Logs in and never reads again while jobs come: the pool holds what its limit says, no more.
    A fourth of them ask on and on, and so pass that limit: they are closed."""
    name = "never-reading"
    lanes = 40
    pace = 5.0
    lines = 100  # at once, 2,000 a second

    async def wave(self, dice):
        wire = await self.miner(dice, receive_buffer=SMALL_BUFFER)
        wire.transport.pause_reading()
        try:
            if dice.random() < 0.75:
                await asyncio.sleep(min(60, max(0, self.ends - time.monotonic())))
            else:
                await self._ask_on(wire)
        finally:
            wire.reset()

    async def _ask_on(self, wire):
        ask = b"".join(request(number, "mining.get_transactions") for number in range(self.lines))
        begun, asked = time.monotonic(), 0
        while time.monotonic() < begun + 3 * SLACK_SECONDS:
            # A transport that does not read learns of the end when it writes.
            if wire.transport.is_closing() or wire.closed.is_set():
                self.counts["closed by the pool"] += 1
                return
            if wire.transport.get_write_buffer_size() < len(ask):
                wire.send(ask)
                asked += self.lines
                self.counts["lines"] += self.lines
            await asyncio.sleep(0.05 / self.options.rate)
        self.complain(f"{asked} requests without reading an answer, and still connected")


class SlowReading(Attack):
    """Reads a byte a second."""
    name = "slow-reading"
    lanes = 40
    pace = 5.0

    async def wave(self, dice):
        wire = await self.miner(dice, receive_buffer=SMALL_BUFFER)
        wire.transport.pause_reading()
        made = wire.transport.get_extra_info("socket").dup()
        loop = asyncio.get_running_loop()
        until = min(self.ends, time.monotonic() + 60)
        try:
            while time.monotonic() < until:
                byte = await asyncio.wait_for(loop.sock_recv(made, 1), SLACK_SECONDS)
                if not byte:
                    raise Gone("closed by the pool")
                self.counts["bytes read"] += 1
                await asyncio.sleep(1)
        except ConnectionError:
            raise Gone("reset by the pool") from None
        finally:
            made.close()
            wire.reset()


class Pipelined(Attack):
    """Thousands of requests in one go: each answered, in order."""
    name = "pipelined"
    lanes = 2
    pace = 2.0
    count = 2000

    async def wave(self, dice):
        wire = await self.miner(dice)
        before = wire.answers
        wire.send(b"".join(request(1000 + number, "mining.ping") for number in range(self.count)))
        self.counts["lines"] += self.count
        if not await self.answered(wire, before + self.count) and wire.closed.is_set():
            self.counts["cut off"] += 1
        await self.leave(wire)


class ManyMouths(Attack):
    """Hundreds of connections of one address that ask as fast as they are answered."""
    name = "busy-clients"
    lanes = 20
    pace = 1.0

    async def wave(self, dice):
        wire = await self.miner(dice)
        futures = [wire.ask("mining.get_transactions") for _ in range(50)]
        await self.outcomes(futures)
        await self.leave(wire)
