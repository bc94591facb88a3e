"""Edges of the consensus rules: blocks and shares on both sides of each, judged by the node."""
import time

import pytest

import chain
from stratum_client import StratumError
from waiting import eventually

OTHER, STALE = 20, 21
AHEAD_OF_JOB = 600  # seconds a header's time may be ahead of its job's, plus what has elapsed
AHEAD_OF_NODE = 7_000
# Long, so that the job under test is not replaced meanwhile.
ONE_JOB_A_TIP = {"jobmaker": {"job_interval": "5m"}, "gbtmaker": {"empty_on_new_block": False}}
FRESH_JOB_ATTEMPTS = 5


def verdict(client, share):
    """True, or the code of the refusal."""
    try:
        return client.submit(share)
    except StratumError as refusal:
        return refusal.code


def height_push(height):
    """How BIP 34 has the height at the start of the coinbase's scriptSig, written apart."""
    if height <= 16:
        return bytes([0x50 + height])
    data = height.to_bytes(2, "little")
    return bytes([1, height]) if height < 128 else bytes([2]) + data


def mine_in_the_past(node, count, seconds_ago):
    """Blocks a second apart whose times lie so far back that the median is well before now."""
    begin = int(time.time()) - seconds_ago
    for number in range(count):
        node.rpc.setmocktime(begin + number)
        node.mine(1)
    node.rpc.setmocktime(0)


def test_blocks_of_height_1_to_17_are_accepted(make_node, make_pool):
    node = make_node()
    pool = make_pool([node]).start()
    with pool.miner(pool.payout_address) as client:
        for height in range(1, 18):
            job = client.wait_for_job(lambda one, wanted=height: one.height == wanted,
                                      f"a job of height {height}")
            share = client.find_block(job)
            assert client.submit(share) is True
            eventually(lambda: node.tip() == share.display_hash, f"block {height} as the tip")
            script = node.block(share.display_hash).coinbase().inputs[0].script
            assert script.startswith(height_push(height))
            assert 2 <= len(script) <= 100


class TestTime:
    """Header times around each bound, on a job whose bounds lie apart."""

    @pytest.fixture
    def node(self, make_node):
        started = make_node()
        mine_in_the_past(started, 12, 3_600)
        return started

    @pytest.fixture
    def client(self, make_pool, node):
        pool = make_pool([node], ONE_JOB_A_TIP).start()
        with pool.miner(pool.payout_address) as session:
            yield session

    @pytest.fixture
    def least(self, node, client):
        """The least time the node allows, while the job on that tip is here."""
        return node.rpc.getblocktemplate({"rules": ["segwit"]})["mintime"]

    def share_at(self, client, job, header_time):
        """A share that is no block, so that the tip stays."""
        return client.find(job, time=header_time)

    def test_mintime_is_credited_and_a_second_less_is_not(self, client, least):
        job = client.wait_for_job()
        assert job.time > least, "the bounds lie apart"
        assert verdict(client, self.share_at(client, job, least)) is True
        assert verdict(client, self.share_at(client, job, least - 1)) == OTHER

    def test_a_block_at_mintime_is_accepted_by_the_node(self, client, least, node):
        share = client.find_block(time=least)
        assert verdict(client, share) is True
        eventually(lambda: node.tip() == share.display_hash, "the block as the tip")

    def test_600_seconds_ahead_are_credited_and_601_only_when_one_has_elapsed(self, client, node):
        for _ in range(FRESH_JOB_ATTEMPTS):
            before = client.wait_for_job()
            started = time.monotonic()
            node.mine(1)
            job = client.wait_for_job(lambda one, old=before: one.previous != old.previous)
            inside = self.share_at(client, job, job.time + AHEAD_OF_JOB)
            outside = self.share_at(client, job, job.time + AHEAD_OF_JOB + 1)
            verdicts = [verdict(client, inside), verdict(client, outside)]
            if time.monotonic() - started < 1:
                break  # else a second may have elapsed for the pool, too
        else:
            raise AssertionError("no job was answered within its first second")
        assert verdicts == [True, OTHER]
        eventually(lambda: verdict(client, self.share_at(client, job,
                                                         job.time + AHEAD_OF_JOB + 1)) is True,
                   "601 s ahead to be credited a second later", 5)

    def test_what_elapsed_is_the_pool_s_time_and_not_more(self, client):
        job = client.wait_for_job()
        received = time.monotonic()
        eventually(lambda: time.monotonic() - received > 1.5, "time to go by")
        elapsed = int(time.monotonic() - received)
        limit = job.time + AHEAD_OF_JOB + elapsed
        assert verdict(client, self.share_at(client, job, limit)) is True
        # Two seconds more: the job is older than its arrival here, and the clock went on.
        assert verdict(client, self.share_at(client, job, limit + 3)) == OTHER


def test_a_tip_of_the_future_leaves_only_what_the_node_would_take(make_pool, node):
    ahead = 6_900
    for number in range(12):
        node.rpc.setmocktime(int(time.time()) + ahead + number)
        node.mine(1)
    node.rpc.setmocktime(0)
    pool = make_pool([node], ONE_JOB_A_TIP).start()
    with pool.miner(pool.payout_address) as client:
        job = client.wait_for_job()
        now = int(time.time())
        assert job.time > now + ahead, "the job's time is the least the tip allows"

        def share_at(header_time):
            return client.find(job, time=header_time)
        # The pool knows the node's clock to a second, and one may go by meanwhile.
        assert verdict(client, share_at(now + AHEAD_OF_NODE - 2)) is True
        late = int(time.time()) + AHEAD_OF_NODE + 2
        assert late < job.time + AHEAD_OF_JOB, "it is the node's bound that refuses"
        assert verdict(client, share_at(late)) == OTHER
        solution = client.find_block(job, time=now + AHEAD_OF_NODE - 2)
        assert verdict(client, solution) is True
        eventually(lambda: node.tip() == solution.display_hash, "the block as the tip")


def test_a_block_of_rolled_version_bits_is_accepted(pool, node):
    with pool.connect().configure_version_rolling().subscribe() as client:
        client.authorize(pool.payout_address)
        share = client.find_block(version_bits=0x0abca000)
        assert client.submit(share) is True
        eventually(lambda: node.tip() == share.display_hash, "the block as the tip")
        version = node.block(share.display_hash).header.version
        assert version & client.version_mask == 0x0abca000
        assert version & ~client.version_mask == client.jobs[0].version & ~client.version_mask


def test_a_block_with_bits_outside_the_mask_earns_nothing_but_is_submitted(pool, node):
    with pool.miner(pool.payout_address) as client:
        client.version_mask = 0xffffffff  # what this client believes, not what was granted
        share = client.find_block(version_bits=0x20002000)
        assert verdict(client, share) == OTHER
        eventually(lambda: node.tip() == share.display_hash, "the block as the tip")
        assert pool.query("SELECT COUNT(*) FROM user_bucket") == [(0,)]


def test_a_stale_share_that_solves_a_block_is_submitted_all_the_same(pool, node):
    with pool.miner(pool.payout_address) as client:
        job = client.wait_for_job()
        rival = node.mine(1)[0]
        client.wait_for_job(lambda one: one.previous == chain.from_display(rival))
        share = client.find_block(job)
        assert verdict(client, share) == STALE
        eventually(lambda: share.display_hash in
                   {tip["hash"] for tip in node.rpc.getchaintips()}, "the block at the node")
        answer = eventually(lambda: pool.query(
            "SELECT answer FROM block_submission WHERE block_hash = ?",
            chain.from_display(share.display_hash)), "the node's answer in its row")
        assert answer == [("inconclusive",)]
        # Of two blocks of one height a pool keeps to its own (preciousblock).
        eventually(lambda: node.tip() == share.display_hash, "our block as the tip")
        client.wait_for_job(lambda one: one.previous == chain.from_display(share.display_hash))
        assert pool.query("SELECT COUNT(*) FROM user_bucket") == [(0,)], "it is not credited"


def test_a_block_by_an_unauthorised_worker_is_submitted_all_the_same(pool, node):
    with pool.connect().subscribe() as stranger, pool.miner(pool.payout_address) as client:
        job = client.wait_for_job()
        share = stranger.find_block(job)
        stranger.user = "nobody"
        assert verdict(stranger, share) == 24
        eventually(lambda: node.tip() == share.display_hash, "the block as the tip")


def test_a_block_is_recorded_once_however_often_it_is_submitted(pool, node):
    with pool.miner(pool.payout_address) as client:
        share = client.find_block()
        assert [verdict(client, share) for _ in range(3)][0] is True
        eventually(lambda: node.tip() == share.display_hash, "the block as the tip")
        eventually(lambda: pool.query("SELECT state FROM block") == [("accepted",)], "its one row")
