"""Faults in a cluster of processes: what may go wrong, for how long, and how it is mended."""
import http.client
import json
import random
import signal
import time

from crew import PATIENCE
from node import COINS, RpcError
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
# After the last fault, on a machine that does much else.
HEALTHY_SECONDS = 180

# Where money is what matters: who writes it, and what it is written to.
MONEY_PARTS = ("payout", "payout", "sharelogger", "blkmaker", "mariadb", "bitcoind")
# Of a hundred faults, about so many undo blocks; deeper ones are rarer, as they are everywhere.
REORG_SHARE = 0.1
REORG_DEPTHS = (1, 1, 1, 2, 3, 6)
RIVALS_MAX = 3  # blocks that two nodes may differ in
# A node writes down what it has about once an hour, and forgets what came since when it is killed:
# a young one all of its blocks, which it hears again, some thirty a second on a busy machine.
WRITTEN_EVERY = 5  # faults
REUNION_SECONDS = 300
# Of a node that starts or ends.
NO_ANSWER = (OSError, RpcError, http.client.HTTPException, json.JSONDecodeError)


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
        try:
            eventually(lambda: not unhealthy(), "every part healthy", HEALTHY_SECONDS)
        except AssertionError:
            raise AssertionError(f"not healthy: {unhealthy()}") from None


class MoneyFaults(Faults):
    """Those that come between a share and its coin; and blocks go by, or are undone."""

    def plan(self, number):
        """`number` faults as (kind, part), a re-org among any ten."""
        for count in range(number):
            if self.dice.random() < REORG_SHARE or count % 10 == 7:
                yield "undo", self.dice.choice(REORG_DEPTHS)
            else:
                yield "kill", self.dice.choice(self.cluster.parts(self.dice.choice(MONEY_PARTS)))

    def do(self, kind, part):
        if kind == "kill":
            # A node that is killed forgets blocks; the other must have them.
            eventually(self._nodes_agree, "nodes on one chain", REUNION_SECONDS)
            if sum(self.counts.values()) % WRITTEN_EVERY == 0:
                self._write_down()
            super().do(kind, part)
            return
        self.counts[kind, str(part)] = self.counts.get((kind, str(part)), 0) + 1
        eventually(self._node_answers, "the node's answer", PATIENCE)
        rpc = self.cluster.node().rpc
        first = rpc.getblockhash(rpc.getblockcount() - part + 1)
        rpc.invalidateblock(first)
        self.let_blocks_pass(part + 1)
        rpc.reconsiderblock(first)  # the branch with more work is every node's, whichever it is

    def let_blocks_pass(self, count):
        """So many that others find. The node refuses one while the pool changes its tip, and one
        that is the same as one that was undone."""
        def mined():
            try:
                return self.cluster.node().mine(1, self.dice.choice(list(COINS)))
            except NO_ANSWER:
                return None
        for _ in range(count):
            eventually(mined, "a block", PATIENCE)

    def _nodes_agree(self):
        """But for their newest blocks, where rivals may be. A connection may have died unseen."""
        nodes = [self.cluster.node(name) for name in self.cluster.parts("bitcoind")]
        try:
            heights = [node.rpc.getblockcount() for node in nodes]
            near = max(heights) - min(heights) <= RIVALS_MAX
            common = max(0, min(heights) - RIVALS_MAX)
            if near and len({node.rpc.getblockhash(common) for node in nodes}) == 1:
                return True
            nodes[0].connect(nodes[-1])
        except NO_ANSWER:
            pass  # it starts
        return False

    def _write_down(self):
        for name in self.cluster.parts("bitcoind"):
            try:
                self.cluster.node(name).rpc.gettxoutsetinfo("none")  # writes first, then reads
            except NO_ANSWER:
                pass  # it starts

    def _node_answers(self):
        try:
            self.cluster.node().rpc.getblockcount()
        except NO_ANSWER:
            return False
        return True
