"""Two nodes on rival tips, and a node that hangs while a block is found: the pool stays with one
tip, prefers its own block, and confirmations decide what became of the other."""
import contextlib
import os
import signal

import pytest

from waiting import eventually

QUICK_LOOKS = {"gbtmaker": {"poll_interval": "100ms"}}
SETTLED_DEPTH = 6  # blocks on top until a block off the chain is given up


@contextlib.contextmanager
def stopped(pid):
    """SIGSTOP for a while: the process is there and says nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture
def pair(make_node, node):
    """Two connected nodes on one tip."""
    second = make_node()
    join(node, second)
    return node, second


def join(one, other):
    one.connect(other)
    eventually(lambda: one.tip() == other.tip(), "one tip on both nodes")


def part(one, other):
    """Neither hears of the other's blocks until they are joined again."""
    for node in (one, other):
        for peer in node.rpc.getpeerinfo():
            with contextlib.suppress(Exception):  # the other side may have closed it already
                node.rpc.disconnectnode("", peer["id"])
        eventually(lambda node=node: not node.rpc.getpeerinfo(), "no peers")


def changes_of_tip(client):
    """The tips of the jobs a client was given, each time another than before."""
    tips = [job.previous[::-1].hex() for job in client.jobs]
    return [tip for number, tip in enumerate(tips) if number == 0 or tip != tips[number - 1]]


def state_of(pool, display_hash):
    rows = pool.query("SELECT state FROM block WHERE block_hash = ?",
                      bytes.fromhex(display_hash)[::-1])
    return rows[0][0] if rows else None


def find_block(client):
    share = client.find_block()
    assert client.submit(share) is True
    return share.display_hash


class TestRivalTips:
    """Both nodes have a block of one height, each another."""

    def test_our_block_is_preferred_on_both_nodes(self, make_pool, pair):
        first, second = pair
        pool = make_pool(pair, QUICK_LOOKS).start()
        with pool.miner(pool.payout_address) as client:
            share = client.find_block()
            ours = share.display_hash
            part(first, second)
            # The second node's own block comes first; ours has the same work. Found before, for
            # miners may be on the other one a moment later; stale or not, a block goes out.
            second.mine(1)
            client.submit(share)
            eventually(lambda: first.tip() == ours, "our block on the first node")
            eventually(lambda: second.tip() == ours, "our block preferred on the second node")
            eventually(lambda: state_of(pool, ours) == "accepted", "our block accepted")

    def test_jobs_do_not_flap(self, make_pool, pair):
        first, second = pair
        pool = make_pool(pair, QUICK_LOOKS).start()
        with pool.miner(pool.payout_address) as client:
            start = first.tip()
            client.wait_for_job(lambda job: job.previous[::-1].hex() == start)
            part(first, second)
            rival_a = first.mine(1)[0]
            client.wait_for_job(lambda job: job.previous[::-1].hex() == rival_a)
            second.mine(1)
            # New templates of both nodes come meanwhile; equal work moves nobody.
            for each in pair:
                each.rpc.waitfornewblock(1000)
            assert changes_of_tip(client) == [start, rival_a]
            # More work on the other side does, once.
            longer = second.mine(1)[0]
            join(first, second)
            client.wait_for_job(lambda job: job.previous[::-1].hex() == longer)
            assert changes_of_tip(client) == [start, rival_a, longer]

    def test_a_losing_block_of_ours_ends_as_orphaned(self, make_pool, pair):
        first, second = pair
        pool = make_pool(pair, QUICK_LOOKS).start()
        with pool.miner(pool.payout_address) as client:
            client.wait_for_job()
            part(first, second)
            fork = second.tip()
            ours = find_block(client)
            eventually(lambda: state_of(pool, ours) == "accepted", "our block accepted")
        # The rest of the network never took our block and is longer.
        eventually(lambda: second.tip() == ours, "our block on the second node")
        second.rpc.invalidateblock(ours)
        assert second.tip() == fork
        second.mine(SETTLED_DEPTH + 1)
        join(first, second)
        eventually(lambda: state_of(pool, ours) == "orphaned", "our block orphaned")
        assert "our block is not in the best chain" in pool.log()


class TestHangingNode:
    """One node is stopped: its answer never comes."""

    def test_the_other_node_has_the_block_at_once(self, make_pool, pair):
        first, second = pair
        pool = make_pool(pair, QUICK_LOOKS).start()
        with pool.miner(pool.payout_address) as client:
            client.wait_for_job()
            part(first, second)
            share = client.find_block()
            with stopped(second.facts["pid"]):
                assert client.submit(share) is True
                eventually(lambda: first.tip() == share.display_hash, "our block as the tip", 2)
                eventually(lambda: state_of(pool, share.display_hash) == "accepted", "its row")
            eventually(lambda: second.tip() == share.display_hash,
                       "our block, once the node goes on", 60)
