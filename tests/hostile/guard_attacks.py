"""Attackers that offend until they are banned, alone and beside honest miners of their address."""
import asyncio
import time

from attack import SLACK_SECONDS, Attack
from wire import Gone, Wire, honest_address, request

BAN_AFTER = 5
BAN_SECONDS = 5
GRACE_SECONDS = 12  # in which honest miners, a share each 3 s, show that they work
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n"


class Offender(Attack):
    """Who opens a connection only to offend with it."""

    async def offend(self, source, dice):
        """Connects, offends, and waits until that is the connection's end."""
        wire = Wire()
        try:
            await wire.connect(self.options.port, source)
        except Gone:
            return
        self.counts["offences"] += 1
        wire.send(HELLO if dice.random() < 0.5 else b"no request\n" * 5)
        await self.until_closed(wire, SLACK_SECONDS, "an offender")


class Banned(Offender):
    """Is banned, stays out while the ban lasts, and is a miner again thereafter."""
    name = "banned"
    pace = 1.0

    async def wave(self, dice):
        source = f"127.3.{dice.randrange(256)}.{dice.randrange(1, 255)}"
        # One after the other, since each other open connection makes up for one; more than needed,
        # because one that is closed may count as open for a moment longer.
        begun = None
        for number in range(BAN_AFTER + 3):
            if number == BAN_AFTER - 1:
                begun = time.monotonic()  # the ban cannot be earlier
            await self.offend(source, dice)
        ended = time.monotonic()
        while time.monotonic() < begun + BAN_SECONDS:
            if await self.served(source) and time.monotonic() < begun + BAN_SECONDS:
                self.complain("a banned address was served")
            await asyncio.sleep(0.5)
        await asyncio.sleep(max(0, ended + BAN_SECONDS - time.monotonic()))
        deadline = time.monotonic() + SLACK_SECONDS
        while not await self.served(source):
            if time.monotonic() > deadline:
                self.complain(f"still out {SLACK_SECONDS} s after the ban")
                return
            await asyncio.sleep(0.5)
        self.counts["in again"] += 1

    async def served(self, source):
        """Whether the pool answers that address."""
        wire = Wire()
        try:
            await wire.connect(self.options.port, source)
            await wire.call("mining.subscribe", "test/1.0")
        except Gone:
            self.counts["refused"] += 1
            return False
        await wire.drop()
        return True


class Neighbours(Offender):
    """Offends twice a second from where four honest miners work: they stay, whatever it does, and
    so does the address, because more work comes from it than offences."""
    name = "neighbours"
    pace = 0.5

    def __init__(self, options):
        super().__init__(options)
        self.sources = [honest_address(16 * number) for number in range(self.lanes)]
        self.grace = time.monotonic() + GRACE_SECONDS

    async def wave(self, dice):
        await asyncio.sleep(max(0, self.grace - time.monotonic()))
        source = dice.choice(self.sources)
        await self.offend(source, dice)
        wire = Wire()
        await wire.connect(self.options.port, source)
        wire.send(request(1, "mining.subscribe"))
        if not await self.answered(wire, 1):
            self.complain(f"{source} is out, although honest miners work there")
        await self.leave(wire)
