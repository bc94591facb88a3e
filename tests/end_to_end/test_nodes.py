"""Two nodes under one pool: the preferred one killed, stopped or left behind; the other serves."""
import os
import re
import signal
import time

import pytest

import chain
from waiting import eventually

FAILOVER_SECONDS = 2
# Failback long enough to see that it waits, and short enough to wait for.
SETTINGS = {"gbtmaker": {"failback_after": "3s", "lag_after": "3s"}}


@pytest.fixture
def nodes(make_node):
    """Two connected regtest nodes on one tip; the first is preferred."""
    first, second = make_node(), make_node()
    first.mine(1)
    second.connect(first)
    eventually(lambda: second.tip() == first.tip(), "both nodes on one tip")
    return first, second


@pytest.fixture
def two_node_pool(make_pool, nodes):
    pool = make_pool(nodes, SETTINGS).start()
    for node in nodes:
        eventually(lambda: not sample(pool, "node_unusable", node), f"{node.url} usable")
    eventually(lambda: sample(pool, "node_preferred", nodes[0]), "the first node preferred")
    pool.preferences = preferences(pool)  # so far
    return pool


def preferences(pool):
    return len(re.findall("node preferred", pool.log()))


def sample(pool, name, node):
    return next(value for key, value in pool.metrics().items()
                if key.startswith(f"lode_{name}{{") and f'node="{node.url}"' in key)


def published(pool):
    return sum(value for key, value in pool.metrics().items()
               if key.startswith("lode_templates_published_total"))


def is_on(job, tip):
    return chain.to_display(job.previous) == tip


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def resume(node):
    os.kill(node.facts["pid"], signal.SIGCONT)


def assert_failover(pool, node, event, seconds=FAILOVER_SECONDS):
    """After `event` the node is preferred and a further template is out in time."""
    before = published(pool)
    event()
    begun = time.monotonic()
    eventually(lambda: sample(pool, "node_preferred", node) and published(pool) > before,
               f"{node.url} to serve", seconds)
    print(f"failover after {time.monotonic() - begun:.2f} s")


def assert_failback(pool, nodes):
    """The first node serves again, but not before its time in health."""
    eventually(lambda: not sample(pool, "node_unusable", nodes[0]), "the first node in health")
    begun = time.monotonic()
    eventually(lambda: sample(pool, "node_preferred", nodes[0]), "failback")
    assert time.monotonic() - begun > 2
    assert preferences(pool) == pool.preferences + 2  # failover and failback, no more


def test_when_the_preferred_node_is_killed_the_other_serves(two_node_pool, nodes):
    first, second = nodes
    assert_failover(two_node_pool, second, lambda: os.kill(first.facts["pid"], signal.SIGKILL))
    height = second.rpc.getblockcount()
    with two_node_pool.miner(two_node_pool.payout_address) as client:
        assert client.submit(client.find_block(client.wait_for_job(lambda job: True))) is True
    eventually(lambda: second.rpc.getblockcount() > height, "a block at the second node")
    eventually(lambda: is_gone(first.facts["pid"]), "the end of the first node")
    first.start()
    first.connect(second)
    assert_failback(two_node_pool, nodes)


def test_when_the_preferred_node_hangs_the_other_serves(two_node_pool, nodes):
    first, second = nodes
    try:
        assert_failover(two_node_pool, second,
                        lambda: os.kill(first.facts["pid"], signal.SIGSTOP))
        assert "it does not answer" in two_node_pool.log()
        # A new block meanwhile reaches the miners, too.
        with two_node_pool.miner(two_node_pool.payout_address) as client:
            tip = second.mine(1)[0]
            client.wait_for_job(lambda job: is_on(job, tip))
    finally:
        resume(first)
    assert_failback(two_node_pool, nodes)


def test_when_the_preferred_node_is_left_behind_the_other_is_heard_and_then_preferred(
        two_node_pool, nodes):
    first, second = nodes
    first.rpc.setnetworkactive(False)
    eventually(lambda: not second.rpc.getpeerinfo(), "the nodes apart")
    with two_node_pool.miner(two_node_pool.payout_address) as client:
        begun = time.monotonic()
        tip = second.mine(1)[0]
        client.wait_for_job(lambda job: is_on(job, tip))
        took = time.monotonic() - begun
        print(f"new tip of the other node after {took:.2f} s")
        assert took < FAILOVER_SECONDS
    eventually(lambda: sample(two_node_pool, "node_preferred", second), "the second preferred")
    assert "lagging" in two_node_pool.log()
    first.rpc.setnetworkactive(True)
    second.connect(first)
    assert_failback(two_node_pool, nodes)
