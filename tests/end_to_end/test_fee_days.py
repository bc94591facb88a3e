"""FPPS: the fees of a day in two nodes' chain, and what they are worth to who mined on it. All
clocks are where the test puts them: the nodes' by setmocktime, the pool's by libfaketime."""
import contextlib
import datetime
import json
import os
import subprocess

import chain
from paying import COIN, exported, lode
from waiting import eventually

DAY = 86_400
HOUR = 3_600
TRIMMED = 3  # highest and lowest fees each
FPPS_FEE_PPM = 40_000
MILLION = 1_000_000
SHARES = 40
SUBSIDY = 50 * COIN  # on regtest up to here:
HALVING = 150
MEDIAN_OF = 11  # blocks, whose middle time is a block's median time
SETTINGS = {"payout": {"settle_interval": "1s", "choices": ["fpps"], "fpps_fee_ppm": FPPS_FEE_PPM}}


def now():
    return datetime.datetime.now(datetime.timezone.utc).timestamp()


class Clock:
    """One time for two nodes and for the programs that start under it."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.ahead = 0

    def move(self, time):
        """Both nodes, which may part over a jump, have the same chain afterwards."""
        self.ahead = round(time - now())
        for node in self.nodes:
            node.rpc.setmocktime(round(time))
        self.meet()

    def mine(self, count=1):
        self.nodes[0].mine(count)
        self.meet()

    def meet(self):
        near, far = self.nodes

        def met():
            if near.tip() == far.tip():
                return True
            if not near.rpc.getconnectioncount():
                near.connect(far)
            return False
        eventually(met, "one chain of both nodes")

    @contextlib.contextmanager
    def programs(self):
        """Programs started inside have its time, but for their steady clock."""
        offset = f"+{self.ahead}s"
        library = subprocess.run(["faketime", "-f", offset, "printenv", "LD_PRELOAD"], check=True,
                                 capture_output=True, text=True).stdout.strip()
        changes = {"LD_PRELOAD": library, "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                   "DONT_FAKE_MONOTONIC": "1"}
        os.environ.update(changes)
        try:
            yield
        finally:
            for name in changes:
                del os.environ[name]


def fees_of_day(node, day):
    """(blocks, fees, subsidies) of those whose median time is in the day, trimmed; of one node."""
    found = []
    for height in range(1, node.rpc.getblockcount() + 1):
        block = node.rpc.getblockhash(height)
        if day <= node.rpc.getblockheader(block)["mediantime"] < day + DAY:
            stats = node.rpc.getblockstats(block, ["totalfee", "subsidy"])
            found.append((stats["totalfee"], height, stats["subsidy"]))
    kept = sorted(found)[TRIMMED:-TRIMMED]
    return len(kept), sum(fees for fees, _, _ in kept), sum(each for _, _, each in kept)


def mine_a_day(clock, start):
    """Blocks with more and more fees, up to the evening, then over midnight and deep enough."""
    node = clock.nodes[0]
    for number in range(MEDIAN_OF + 2):
        clock.move(start + number * HOUR)
        node.make_transactions(number + 1)
        clock.mine()
    for _ in range(MEDIAN_OF + 2):
        clock.move(start + DAY)
        clock.mine()


def test_a_days_fees_are_frozen_and_paid_to_who_mined_that_day(make_node, make_pool):
    nodes = [make_node(), make_node()]
    midnight = int(now() // DAY + 2) * DAY  # the day's, by the clocks below
    day = datetime.datetime.fromtimestamp(midnight, datetime.timezone.utc).date().isoformat()
    clock = Clock(nodes)
    clock.move(midnight - 6 * HOUR)
    nodes[0].fund(100)
    clock.meet()
    user = nodes[0].payout_address(2)
    pool = make_pool(nodes, SETTINGS)
    pool.write_configuration()
    with clock.programs():
        lode(pool, "db", "migrate")
        lode(pool, "user", "add", user)
        lode(pool, "payout", "scheme", "--user", user, "--scheme", "fpps")

    clock.move(midnight + 6 * HOUR)
    clock.mine()
    with clock.programs():
        pool.start()
    with pool.miner(user) as client:
        for _ in range(SHARES):
            assert client.submit(client.find()) is True
    assert pool.wait_until_counted() == SHARES
    assert pool.stop() == 0
    mine_a_day(clock, midnight + 7 * HOUR)
    blocks, fees, subsidies = fees_of_day(nodes[0], midnight)
    assert (blocks, fees, subsidies) == fees_of_day(nodes[1], midnight)
    assert blocks > 1 and fees > 0 and nodes[0].rpc.getblockcount() < HALVING

    clock.move(midnight + 2 * DAY + 2 * HOUR)
    clock.mine()
    with clock.programs():
        pool.start()
        paid = eventually(lambda: [row["amount"] for row in exported(pool, "entries")
                                   if row["key"] == f"fpps {day}" and row["owner"] == user],
                          "the day's fees", 60)
    assert pool.query("SELECT day_unix_ms, blocks, fees, subsidies FROM fee_day") == \
        [(midnight * 1_000, blocks, fees, subsidies)]
    assert paid == [work_done(pool) * SUBSIDY * fees * (MILLION - FPPS_FEE_PPM)
                    // (network_work(nodes[0]) * subsidies * MILLION)]
    lode(pool, "ledger", "verify")


def work_done(pool):
    """Of all archived shares, in hashes."""
    lines = lode(pool, "sharelog", "dump", "--json").splitlines()
    return sum(int(json.loads(line)["work"]) for line in lines)


def network_work(node):
    """Hashes that a block takes on average."""
    bits = int(node.rpc.getblockheader(node.tip())["bits"], 16)
    return 2 ** 256 // (chain.target_of_bits(bits) + 1)
