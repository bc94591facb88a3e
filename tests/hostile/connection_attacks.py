"""Attackers that come and go, faster than any miner."""
import asyncio
import collections
import errno
import select
import socket
import time

from attack import Attack
from wire import POOL_ADDRESS, Gone, Wire, request, reset_at_close, socket_from

# The kernel sends a SYN, or what it has no answer to, again after 1, 3, 7, 15, 31 and 63 s: a busy
# machine needs the last of these.
BURST_SECONDS = 100


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
        answered = await asyncio.to_thread(self._burst)
        self.counts["connections"] += self.count
        self.counts["lost"] += self.count - answered
        if answered < self.count:
            self.complain(f"{self.count - answered} of {self.count} connections lost")
        self.counts["slowest, ms"] = max(self.counts["slowest, ms"],
                                         round(1000 * (time.monotonic() - begun)))

    def _burst(self):
        """How many are answered. Without an event loop's tasks, which would spread the SYNs."""
        login = request(1, "mining.subscribe") + request(2, "mining.authorize",
                                                         self.options.user, "x")
        answered = 0
        sockets = {}
        with select.epoll() as poll:
            for number in range(self.count):
                made = socket_from(f"127.2.0.{number % 100 + 1}")
                made.connect_ex((POOL_ADDRESS, self.options.port))
                sockets[made.fileno()] = made
                poll.register(made, select.EPOLLOUT)
            deadline = time.monotonic() + BURST_SECONDS
            while sockets and time.monotonic() < deadline:
                for number, _ in poll.poll(1):
                    verdict = self._go_on(poll, sockets[number], login)
                    if verdict is not None:
                        answered += verdict
                        reset_at_close(sockets[number])
                        sockets.pop(number).close()
        for made in sockets.values():
            made.close()
        return answered

    @staticmethod
    def _go_on(poll, made, login):
        """Whether it was answered; None: not yet known."""
        try:
            if made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                return False
            try:
                return b'"result"' in made.recv(4096)
            except BlockingIOError:
                made.send(login)
                poll.modify(made, select.EPOLLIN)
                return None
        except OSError:
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
