"""What all attacks share: addresses, rates and the account of what was sent and what came back."""
import asyncio
import collections
import random
import time

from wire import Gone, Refused, Wire

LOGIN_SECONDS = 10  # within which the pool of a run wants a login, and sends away who gives none
SLACK_SECONDS = 25  # until what the pool must do is done: it may be stopped for some, and is busy
BEHIND_SECONDS = 3
KINDS = {}  # name -> class


class Attack:
    """One kind. Several lanes each do one wave after the other, `pace` seconds from start to start.

    A lane's dice come from the seed alone, so that a seed sends the same bytes in each lane.
    """
    name = None  # as reported and as --only takes it
    lanes = 4
    pace = 1.0

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if cls.name:  # else what several kinds have in common
            KINDS[cls.name] = cls

    def __init__(self, options):
        self.options = options  # port, tls_port, proxy_port, user, seed, seconds, rate
        self.pace = type(self).pace / options.rate
        self.counts = collections.Counter()
        self.complaints = []

    async def run(self):
        self.ends = time.monotonic() + self.options.seconds
        await asyncio.gather(*(self._lane(number) for number in range(self.lanes)))
        return self.report()

    def report(self):
        return {"name": self.name, "counts": self.counts, "complaints": self.complaints}

    async def _lane(self, number):
        dice = random.Random(f"{self.options.seed} {self.name} {number}")
        await asyncio.sleep(self.pace * number / self.lanes)
        due = time.monotonic()
        while time.monotonic() < self.ends:
            self.counts["waves"] += 1
            try:
                await self.wave(dice)
            except Gone:
                self.counts["cut off"] += 1
            except Refused as refusal:
                self.counts[f"error {refusal.code}"] += 1
            except asyncio.TimeoutError:
                self.complain("an answer did not come")
            # What a stop of the pool held up is made up for, but no more of it.
            due = max(due + self.pace, time.monotonic() - BEHIND_SECONDS)
            await asyncio.sleep(min(due, self.ends) - time.monotonic())

    async def wave(self, dice):
        raise NotImplementedError

    # What waves are made of.

    def complain(self, what):
        self.counts["complaints"] += 1
        if len(self.complaints) < 10:
            self.complaints.append(f"{self.name}: {what}")

    @staticmethod
    def address(dice):
        """Never one of an honest miner; seldom the same twice, so that bans keep nobody out."""
        return f"127.{dice.randrange(16, 250)}.{dice.randrange(256)}.{dice.randrange(1, 255)}"

    def user(self, dice):
        return f"{self.options.user}.evil{dice.randrange(20)}"

    async def open(self, dice, port=None, source=None, **options):
        wire = Wire()
        await wire.connect(port or self.options.port, source or self.address(dice), **options)
        self.counts["connections"] += 1
        return wire

    async def miner(self, dice, **options):
        """Logged in, with a job."""
        wire = await self.open(dice, **options)
        await wire.login(self.user(dice))
        deadline = time.monotonic() + SLACK_SECONDS
        while wire.job is None:
            if wire.closed.is_set():
                raise Gone("closed before the first job")
            if time.monotonic() > deadline:
                raise asyncio.TimeoutError
            await asyncio.sleep(0.01)
        return wire

    async def leave(self, wire):
        """Closes and accounts for what came back."""
        self.counts["closed by the pool"] += wire.closed.is_set()
        self.counts["lines answered"] += wire.answers
        await wire.drop()

    async def until_closed(self, wire, seconds, what):
        """Complains when the pool lets it live. Its time begins when it takes the connection, which
        for a client is there when the kernel says so: that may be half a minute earlier."""
        late = False
        while not await self.closes(wire, seconds):
            let_in = wire.is_let_in()
            if late and let_in:
                self.complain(f"{what} was not closed in {seconds} s")
            if late:
                self.counts["never let in"] += not let_in
                break
            late = True
        self.counts["late to come in"] += late
        self.counts["closed by the pool"] += wire.closed.is_set()
        self.counts["lines answered"] += wire.answers
        await wire.drop()

    @staticmethod
    async def closes(wire, seconds):
        try:
            await asyncio.wait_for(wire.closed.wait(), seconds)
            return True
        except asyncio.TimeoutError:
            return False

    async def answered(self, wire, number):
        """Waits for so many answers; false when the connection went before."""
        deadline = time.monotonic() + SLACK_SECONDS
        while wire.answers < number and not wire.closed.is_set():
            if time.monotonic() > deadline:
                self.complain(f"{wire.answers} answers to {number} requests")
                return False
            await asyncio.sleep(0.01)
        return wire.answers >= number

    async def outcomes(self, futures):
        """Counts what requests came to: `true`, "error N" or "cut off"."""
        found = collections.Counter()
        for each in await asyncio.gather(*futures, return_exceptions=True):
            if isinstance(each, Refused):
                found[f"error {each.code}"] += 1
            elif isinstance(each, Exception):
                found["cut off"] += 1
            else:
                found["true" if each is True else "result"] += 1
        self.counts.update(found)
        return found
