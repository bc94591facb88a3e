"""Attackers that come and go, faster than any miner."""
import asyncio
import collections
import errno
import time

from attack import SLACK_SECONDS, Attack
from wire import POOL_ADDRESS, Gone, Wire, request, reset_at_close, socket_from


class Churn(Attack):
    """1,000 connections a second, most of which say something, closed or reset at once."""
    name = "churn"
    lanes = 1
    pace = 0.02
    batch = 20  # each 0.02 s
    kept = 200  # open at a time

    def __init__(self, options):
        super().__init__(options)
        self.open_now = collections.deque()

    async def wave(self, dice):
        for _ in range(self.batch):
            made = socket_from(self.address(dice))
            if made.connect_ex((POOL_ADDRESS, self.options.port)) not in (0, errno.EINPROGRESS):
                raise Gone("no socket")
            self.counts["connections"] += 1
            if dice.random() < 0.5:
                reset_at_close(made)
            try:
                if dice.random() < 0.7:
                    made.send(request(1, "mining.subscribe") + request(2, "mining.authorize",
                                                                       self.user(dice), "x"))
            except OSError:
                self.counts["cut off"] += 1
            self.open_now.append(made)
        while len(self.open_now) > self.kept:
            self.open_now.popleft().close()

    def report(self):
        while self.open_now:
            self.open_now.popleft().close()
        seconds = self.options.seconds
        self.counts["connections a second"] = round(self.counts["connections"] / seconds)
        return super().report()


class SynBurst(Attack):
    """5,000 SYNs at once from 100 addresses, more than the kernel's queue holds: after its retries
    each is let in and answered. These addresses do nothing else."""
    name = "syn-burst"
    lanes = 1
    pace = 30.0
    count = 5000

    async def wave(self, dice):
        begun = time.monotonic()
        wires = [Wire() for _ in range(self.count)]
        came = await asyncio.gather(*(self._one(wire, number) for number, wire in enumerate(wires)))
        self.counts["connections"] += self.count
        self.counts["lost"] += came.count(False)
        if not all(came):
            self.complain(f"{came.count(False)} of {self.count} connections lost")
        self.counts["slowest, ms"] = max(self.counts["slowest, ms"],
                                         round(1000 * (time.monotonic() - begun)))
        for wire in wires:
            if wire.transport:
                wire.reset()

    async def _one(self, wire, number):
        try:
            await wire.connect(self.options.port, f"127.2.0.{number % 100 + 1}")
            await asyncio.wait_for(wire.ask("mining.subscribe"), 2 * SLACK_SECONDS)
            return True
        except (Gone, asyncio.TimeoutError):
            return False


class Resets(Attack):
    """Hundreds of working miners that vanish with a RST at one moment."""
    name = "rst-storm"
    lanes = 2
    pace = 3.0
    count = 100

    async def wave(self, dice):
        found = await asyncio.gather(*(self.miner(dice) for _ in range(self.count)),
                                     return_exceptions=True)
        wires = [each for each in found if isinstance(each, Wire)]
        self.counts["logged in"] += len(wires)
        for wire in wires:
            wire.ask("mining.get_transactions")
            wire.reset()
