"""Clients that send a share every so often, come back when they are cut off, and know when each
answer came: what a pool's faults look like to those who mine on it."""
import pathlib
import statistics
import sys
import time
from concurrent.futures import Future
from dataclasses import dataclass

import chain
from stratum_client import StratumError
from waiting import eventually

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "chaos"))
# pylint: disable=wrong-import-position
from crew import PATIENCE, Persistent, Record, Team

STALE = 21
PACE = 0.02  # seconds between two shares of one miner
CLIENTS_A_PORT = 2  # an sserver has two event loops here, each with a stream of its own


@dataclass
class Sent:
    """A share. Times are monotonic."""
    job: object
    display_hash: str
    at: float
    took: float | None = None  # None: no answer before the connection went
    code: int = 0  # 0: answered with true
    overtaken: bool = False  # refused as stale, and a job on another tip had come before the answer


class SteadyMiner(Persistent):
    """One miner on one port."""

    def __init__(self, port, user, record):
        super().__init__(port, user, record)
        self.sent = []
        self.connections = []  # all that were let in, the present one last
        self.wanted = []  # futures of solved shares that are asked for

    def mine(self, connection):
        connection.subscribe().authorize(self.user)
        connection.wait_for_job()
        self.connections.append(connection)
        while not self.ended.wait(PACE) and not connection.closed.is_set():
            if self.wanted:
                self.wanted.pop().set_result(self._send(connection, connection.find_block()))
            else:
                self._send(connection, connection.find(connection.jobs[-1]))
        if not connection.closed.is_set():
            eventually(lambda: not connection.pending, "the last answers", PATIENCE)

    def _send(self, connection, share):
        sent = Sent(share.job, share.display_hash, time.monotonic())
        self.record.sent(share, self.user)
        self.sent.append(sent)

        def done(future):
            error = future.exception()
            if error is None or isinstance(error, StratumError):
                sent.took = time.monotonic() - sent.at
                sent.code = error.code if error else 0
                sent.overtaken = sent.code == STALE and \
                    connection.jobs[-1].previous != share.job.previous
            self.record.answered(sent.display_hash, future)
        connection.submit_later(share).add_done_callback(done)
        return sent

    def solve(self):
        """Sends a solved share next."""
        future = Future()
        self.wanted.append(future)
        return future.result(PATIENCE)

    @property
    def connection(self):
        return self.connections[-1] if self.connections else None

    def is_in(self):
        """Whether it is connected and let in."""
        return bool(self.connection) and not self.connection.closed.is_set()

    def is_on(self, tip):
        """Whether its newest job builds on that block."""
        return self.is_in() and chain.to_display(self.connection.jobs[-1].previous) == tip

    def credited_since(self, moment):
        """Whether a share sent after that moment was answered with true."""
        return any(sent.at > moment and sent.took is not None and not sent.code
                   for sent in reversed(self.sent))


class SteadyMiners(Team):
    """Some on each port; `record` is told of every share."""

    def __init__(self, ports, users, record):
        super().__init__([SteadyMiner(port, user, record)
                          for port in ports for user in users[:CLIENTS_A_PORT]])

    def start(self):
        super().start()
        self.wait_until_credited()
        return self

    def wait_until_credited(self, seconds=PATIENCE):
        """Until each has had a share credited that it sent from now on; the seconds it took."""
        begun = time.monotonic()
        self.wait_for(lambda miner: miner.credited_since(begun), "a credited share of each miner",
                      seconds)
        return time.monotonic() - begun

    def wait_for(self, condition, what, seconds=PATIENCE):
        """Until condition(miner) holds for each."""
        def all_do():
            self.raise_problem()
            return all(map(condition, self.all))
        eventually(all_do, what, seconds)

    def sent(self):
        return [sent for miner in self.all for sent in miner.sent]

    def assert_served(self, answer_max):
        """None was ever cut off, and every share had its `true` in time, but for those that a new
        tip overtook. Prints the times."""
        assert all(len(miner.connections) == 1 for miner in self.all), "a miner was cut off"
        sent = [each for each in self.sent() if not each.overtaken]
        assert [each for each in sent if each.took is None] == []
        assert [each for each in sent if each.code] == []
        times = [each.took for each in sent]
        print(f"{len(sent)} shares answered true after {1000 * statistics.median(times):.0f} ms, "
              f"at most {1000 * max(times):.0f} ms; {len(self.sent()) - len(sent)} overtaken by a "
              "new tip")
        assert max(times) <= answer_max


def new_record():
    """Of all shares sent to one pool: it fails when work is repeated."""
    return Record()
