"""Stratum clients that never give up, and a record of what became of every share they sent."""
import random
import threading
from dataclasses import dataclass

from stratum_client import StratumClient, StratumError
from waiting import eventually

PATIENCE = 30  # seconds for anything that must happen
UNDER_WAY_MAX = 16  # shares a client has sent and not heard of
PACE = 0.002
AGAIN = 0.05  # seconds until the next try to connect
# Half of all hashes solve a block on regtest. Few shall, so that there are other shares.
SOLVING_SHARE = 0.02
IN_FLIGHT, ACCEPTED, REFUSED = "in flight", "accepted", "refused"


@dataclass
class Sent:
    """A share; it stays in flight for ever if the connection went before the answer came."""
    user: str
    height: int
    solves_block: bool
    outcome: str = IN_FLIGHT
    code: int = 0


class Record:
    """Every share sent, by the display hash of its header."""

    def __init__(self):
        self.lock = threading.Lock()
        self.shares = {}
        self.accepted = 0

    def sent(self, share, user):
        with self.lock:
            assert share.display_hash not in self.shares, "a client repeated work"
            self.shares[share.display_hash] = Sent(user, share.job.height, share.solves_block())

    def answered(self, display_hash, future):
        error = future.exception()
        with self.lock:
            sent = self.shares[display_hash]
            if error is None and future.result() is True:
                sent.outcome = ACCEPTED
                self.accepted += 1
            elif isinstance(error, StratumError):
                sent.outcome, sent.code = REFUSED, error.code

    def of(self, outcome):
        with self.lock:
            return {found for found, sent in self.shares.items() if sent.outcome == outcome}


class Persistent(threading.Thread):
    """One miner who connects again whenever the pool has gone; `mine` says what it does there."""

    def __init__(self, port, user, record):
        super().__init__(daemon=True)
        self.port = port
        self.user = user
        self.record = record
        self.ended = threading.Event()
        self.problem = None

    def mine(self, connection):
        raise NotImplementedError

    def run(self):
        while not self.ended.is_set():
            try:
                with StratumClient(self.port) as connection:
                    self.mine(connection)
            except (ConnectionError, OSError, StratumError):
                self.ended.wait(AGAIN)  # the pool is down; not to burn a core until it is back
            except Exception as problem:  # pylint: disable=broad-except
                self.problem = problem
                return


class Team:
    """Miners that begin and end together."""

    def __init__(self, miners):
        self.all = miners

    def start(self):
        for miner in self.all:
            miner.start()
        return self

    def stop(self):
        """Each hears its answers and goes."""
        for miner in self.all:
            miner.ended.set()
        for miner in self.all:
            miner.join(2 * PATIENCE)
            assert not miner.is_alive(), "a miner does not end"
        self.raise_problem()

    def raise_problem(self):
        for miner in self.all:
            if miner.problem:
                raise miner.problem


class Client(Persistent):
    """One miner that submits as fast as answers allow; `solving` of its shares are blocks."""

    def __init__(self, port, user, record, seed, solving=SOLVING_SHARE):
        super().__init__(port, user, record)
        self.solving = solving
        self.random = random.Random(seed)

    def mine(self, connection):
        room = threading.Semaphore(UNDER_WAY_MAX)
        connection.subscribe().authorize(self.user)
        connection.wait_for_job()
        while not self.ended.is_set() and not connection.closed.is_set():
            if room.acquire(timeout=0.1):
                self._send(connection, room)
                self.ended.wait(PACE)
        if not connection.closed.is_set():
            self._wait_for_answers(room)

    def _send(self, connection, room):
        job = connection.jobs[-1]
        if self.random.random() < self.solving:
            share = connection.find_block(job)
        else:
            share = connection.find(job)
        self.record.sent(share, self.user)

        def done(future):
            self.record.answered(share.display_hash, future)
            room.release()
        connection.submit_later(share).add_done_callback(done)

    def _wait_for_answers(self, room):
        for _ in range(UNDER_WAY_MAX):
            room.acquire(timeout=PATIENCE)


class Crew(Team):
    """Several clients with users of their own, on each of the ports in turn.

    `solving`: which part of their shares solves a block.
    """

    def __init__(self, ports, users, seed, solving=SOLVING_SHARE):
        self.record = Record()
        super().__init__([Client(ports[number % len(ports)], user, self.record, f"{seed} {user}",
                                 solving) for number, user in enumerate(users)])

    def wait_for_accepted(self):
        """Until one more share is answered with true."""
        before = self.record.accepted
        eventually(lambda: self.record.accepted > before or self.raise_problem(),
                   "an accepted share", PATIENCE)
