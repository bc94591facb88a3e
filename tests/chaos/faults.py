"""Faults in a cluster of processes: what may go wrong, for how long, and how it is mended."""
import random
import signal
import time

from crew import PATIENCE
from waiting import eventually

# Programs that are killed; of each, any of its processes.
SERVICES = ("gbtmaker", "jobmaker", "sserver", "blkmaker", "sharelogger", "statshttpd",
            "poolwatcher", "payout")
BACKING = ("kafka", "mariadb")
# Of a hundred faults, about so many are of each kind; the rest are kills of services.
BACKING_SHARE = 0.16
PAUSE_SHARE = 0.08
# The group forgets a member that is silent for 6 s: so long and more is past the rebalance.
PAUSE_SECONDS = (7.0, 10.0)
MINING_SECONDS_MAX = 1.0
DOWN_SECONDS_MAX = 1.5


class Faults:
    """Does one after the other; what is down comes back before the next begins."""

    def __init__(self, cluster, seed):
        self.cluster = cluster
        self.dice = random.Random(seed)
        self.counts = {}

    def plan(self, number):
        """`number` faults as (kind, part); each seed gives the same, with a pause among any ten."""
        for count in range(number):
            chance = self.dice.random()
            if chance < PAUSE_SHARE or count % 10 == 5:
                yield "pause", self.dice.choice(self.cluster.parts("sharelogger"))
            elif chance < PAUSE_SHARE + BACKING_SHARE or count % 10 == 8:
                yield "kill", self.dice.choice(BACKING)
            else:
                program = self.dice.choice(SERVICES)
                yield "kill", self.dice.choice(self.cluster.parts(program))

    def do(self, kind, part):
        # The moments are the test's input.
        time.sleep(self.dice.uniform(0, MINING_SECONDS_MAX))
        self.counts[kind, part] = self.counts.get((kind, part), 0) + 1
        if kind == "pause":
            self.cluster.signal(part, signal.SIGSTOP)
            time.sleep(self.dice.uniform(*PAUSE_SECONDS))
            self.cluster.signal(part, signal.SIGCONT)
        else:
            self.cluster.kill(part)
            time.sleep(self.dice.uniform(0, DOWN_SECONDS_MAX))
            self.cluster.up(part, "--no-wait")

    def settle(self):
        """Until every part is healthy again."""
        self.cluster.up("--no-wait")

        def unhealthy():
            return [name for program in SERVICES for name in self.cluster.parts(program)
                    if not self.cluster.is_healthy(name)]
        eventually(lambda: not unhealthy(), "every part healthy", 2 * PATIENCE)
