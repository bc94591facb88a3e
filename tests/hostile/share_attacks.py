"""Attackers that log in as miners do and cheat, or try the limits of what a miner may say."""
import asyncio

import chain
from attack import SLACK_SECONDS, Attack
from wire import request


class OnePacket(Attack):
    """Subscription, authorisation and suggestion in one packet: all answered, then a job."""
    name = "one-packet"
    pace = 0.25

    async def wave(self, dice):
        wire = await self.open(dice)
        wire.send(request(1, "mining.subscribe", "test/1.0")
                  + request(2, "mining.authorize", self.user(dice), "x")
                  + request(3, "mining.suggest_difficulty", 2 ** dice.randrange(-40, 60)))
        answered = await self.answered(wire, 3)
        if answered and wire.job is None:
            await asyncio.sleep(1)
        if not answered or wire.job is None or wire.difficulty is None:
            self.complain(f"{wire.answers} answers, job {wire.job}, {wire.difficulty}")
        await self.leave(wire)


class Duplicates(Attack):
    """A good share, then the same again and again: credited once, refused the other times."""
    name = "duplicates"
    pace = 1.0
    copies = 100

    async def wave(self, dice):
        wire = await self.miner(dice)
        share, _ = wire.find()
        found = await self.outcomes([wire.ask("mining.submit", *share)
                                     for _ in range(self.copies)])
        if found["true"] > 1:
            self.complain(f"a share was answered true {found['true']} times")
        await self.leave(wire)


class StaleShares(Attack):
    """Shares of jobs that never were, or are over."""
    name = "stale-shares"
    pace = 1.0

    async def wave(self, dice):
        wire = await self.miner(dice)
        share, _ = wire.find()
        futures = []
        for _ in range(100):
            share[1] = f"{dice.getrandbits(64):x}"
            futures.append(wire.ask("mining.submit", *share))
        found = await self.outcomes(futures)
        if found["true"]:
            self.complain("a share of a job that never was is credited")
        await self.leave(wire)


class LowDifficulty(Attack):
    """Shares above the session's target, where a hash in 65,536 is one."""
    name = "low-difficulty"
    lanes = 1
    pace = 10.0

    async def wave(self, dice):
        wire = await self.miner(dice)
        share, _ = wire.find(lambda number: number >> 240 == 0xffff)
        found = await self.outcomes([wire.ask("mining.submit", *share) for _ in range(100)])
        if found["true"]:
            self.complain("a share above the target is credited")
        await self.leave(wire)


class BadShares(Attack):
    """Shares with a field that is wrong: time, version, sizes, user."""
    name = "bad-shares"
    pace = 0.5

    async def wave(self, dice):
        wire = await self.miner(dice)
        good, _ = wire.find()
        spoilt = [good[:3] + ["00000000", good[4]], good[:3] + ["ffffffff", good[4]],
                  good[:2] + ["00" * 7] + good[3:], good[:2] + ["00" * 4000] + good[3:],
                  good + ["e0000000"], ["nobody"] + good[1:], ["x" * 7000] + good[1:],
                  good[:4], good[:4] + ["zzzzzzzz"], [None] * 5, []]
        found = await self.outcomes([wire.ask("mining.submit", *each) for each in spoilt])
        if found["true"]:
            self.complain("a spoilt share is credited")
        await self.leave(wire)


class LongNames(Attack):
    """User names, worker names and passwords at and above their limits."""
    name = "long-names"
    pace = 0.5

    async def wave(self, dice):
        wire = await self.open(dice)
        user = self.options.user
        names = [user + "." + "w" * 64, user + "." + "w" * 65, user + ".." * 50, "u" * 128,
                 "u" * 257, "u" * 7900, user + "." + "\u20ac" * 60, ""]
        futures = [wire.ask("mining.subscribe", "agent" * dice.choice((1, 1500)))]
        futures += [wire.ask("mining.authorize", each, "p" * dice.choice((0, 64, 100)))
                    for each in names]
        futures.append(wire.ask("mining.authorize", user, "p" * 7500))
        await self.outcomes(futures)
        await self.leave(wire)


class ManyWorkers(Attack):
    """100 workers on one connection, where 64 is the limit."""
    name = "many-workers"
    pace = 1.0

    async def wave(self, dice):
        wire = await self.miner(dice)
        found = await self.outcomes([
            wire.ask("mining.authorize", f"{self.options.user}.w{number}", "x")
            for number in range(100)])
        if found["true"] > 63:
            self.complain(f"{found['true'] + 1} workers on one connection")
        await self.leave(wire)


class Suggestions(Attack):
    """Difficulties and targets of every size, far more than a job is sent again for."""
    name = "suggestions"
    pace = 0.5
    difficulties = (0, -1, 1e-308, 1e308, 5e-324, 1 << 200, 0.1, "1", "", "1e9", None, [], True)
    targets = ("0" * 64, "f" * 64, "1", "", "00" * 33, "xyz", None)

    async def wave(self, dice):
        wire = await self.miner(dice)
        futures = []
        for _ in range(60):
            if dice.random() < 0.3:
                futures.append(wire.ask("mining.suggest_target", dice.choice(self.targets)))
            else:
                size = dice.choice((*self.difficulties, 2.0 ** dice.randrange(-60, 80)))
                futures.append(wire.ask("mining.suggest_difficulty", size))
        await self.outcomes(futures)
        if not wire.closed.is_set() and not 0 < chain.target_of_difficulty(wire.difficulty):
            self.complain(f"given the difficulty {wire.difficulty}")
        await self.leave(wire)


class ResumeGuesses(Attack):
    """Session ids guessed upon one's own: nobody else's session is had for it."""
    name = "resume-guesses"
    pace = 0.5

    def __init__(self, options):
        super().__init__(options)
        self.had = []

    async def wave(self, dice):
        first = await self.miner(dice)
        own = int(first.session_id, 16)
        for _ in range(10):
            wire = await self.open(dice)
            # One bit apart, or another connection's place: its lower 32 bits.
            guess = own ^ (1 << dice.randrange(96) if dice.random() < 0.5 else dice.getrandbits(10))
            _, extranonce1, _ = await wire.call("mining.subscribe", "test/1.0", f"{guess:024x}")
            self.had.append(extranonce1)
            if extranonce1 == first.extranonce1.hex():
                self.complain(f"{extranonce1} belongs to a session that lives")
            await self.leave(wire)
        await self.leave(first)

    def report(self):
        return super().report() | {"extranonces": self.had}


class Resumes(Attack):
    """A credited miner whose connection breaks comes back as three at once with its session id,
    and sends its share again: it is credited once, and one of the three has the session."""
    name = "resumes"
    pace = 0.5

    async def wave(self, dice):
        wire = await self.miner(dice)
        share, _ = wire.find()
        if (await self.outcomes([wire.ask("mining.submit", *share)]))["true"] != 1:
            return
        if dice.random() < 0.7:  # otherwise the pool has yet to learn that it is gone
            wire.reset()
        heirs = [await self.open(dice) for _ in range(3)]
        answers = await asyncio.gather(*(
            heir.call("mining.subscribe", "test/1.0", wire.session_id) for heir in heirs))
        await asyncio.gather(*(heir.call("mining.authorize", wire.user, "x") for heir in heirs))
        had = [answer[1] for answer in answers]
        for heir, extranonce1 in zip(heirs, had):
            if extranonce1 == wire.extranonce1.hex():
                self.counts["resumed"] += 1
                found = await self.outcomes([heir.ask("mining.submit", *share)])
                if found["true"]:
                    self.complain("a share is credited again after its session was resumed")
        if had.count(wire.extranonce1.hex()) > 1:
            self.complain("two connections have one session")
        wire.reset()
        for heir in heirs:
            await self.leave(heir)


class Farewell(Attack):
    """Shares and the end of the connection in one packet: counted or not, the pool lives on."""
    name = "share-and-gone"
    pace = 0.5

    async def wave(self, dice):
        wire = await self.miner(dice)
        share, _ = wire.find()
        wire.ask("mining.submit", *share)
        if dice.random() < 0.5:
            wire.reset()
        else:
            wire.transport.write_eof()
            await self.closes(wire, SLACK_SECONDS)
            await wire.drop()
