"""Fixtures: a private folder, nodes and pools, all ended by pid when the test is over."""
import os

import pytest

from cluster import Cluster
from lode_miner import LodeMiner
from node import Node
from paying import PAYOUT, WALLET
from pool import Pool
from rpc_proxy import ProxiedNode


@pytest.fixture
def folder(tmp_path):
    """A private folder, kept by pytest for the last three runs."""
    return tmp_path


@pytest.fixture
def make_node(folder):
    """Starts nodes: make_node(network=…, arguments=[…])."""
    nodes = []

    def make(**options):
        node = Node(folder / f"node-{len(nodes)}", **options)
        nodes.append(node)
        return node.start()

    yield make
    for node in nodes:
        node.stop()


@pytest.fixture
def node(make_node):
    """One regtest node whose tip is of today, so that it does not count as still syncing."""
    started = make_node()
    started.mine(1)
    return started


@pytest.fixture
def make_pool(folder):
    """Makes pools, not started yet: make_pool([node, …], changes={"sserver": {…}})."""
    pools = []

    def make(nodes, changes=None):
        pool = Pool(folder / f"pool-{len(pools)}", nodes, nodes[0].payout_address(), changes)
        pools.append(pool)
        return pool

    yield make
    for pool in pools:
        pool.close()


@pytest.fixture(scope="module")
def signet_pool(request, tmp_path_factory):
    """One pool with the file's SETTINGS for all its tests, on a signet: there a share, of about 256
    hashes, which Python does in a millisecond, is seldom a block."""
    folder = tmp_path_factory.mktemp("signet")
    node = Node(folder / "node", network="signet").start()
    made = Pool(folder / "pool", [node], node.payout_address(), request.module.SETTINGS)
    made.listener = {"start_difficulty": "2^-24"}
    try:
        yield made.start()
        assert made.stop() == 0
    finally:
        made.close()
        node.stop()


@pytest.fixture
def pool(make_pool, node):
    """A running pool on one regtest node."""
    return make_pool([node]).start()


def clusters_in(folder):
    """Makes clusters, not started yet: make_cluster(sservers=2, settings={…}); ends them."""
    clusters = []

    def make(**options):
        cluster = Cluster(folder / f"cluster-{len(clusters)}", **options)
        clusters.append(cluster)
        return cluster

    yield make
    for cluster in clusters:
        cluster.close()


@pytest.fixture
def make_cluster(folder):
    yield from clusters_in(folder)


@pytest.fixture(scope="module")
def make_shared_cluster(tmp_path_factory):
    """The same, for a cluster that the tests of a file share."""
    yield from clusters_in(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def proxy(node):
    """A proxy before the regtest node, which may alter its answers."""
    made = ProxiedNode(node)
    yield made
    made.close()


@pytest.fixture
def make_miner(folder):
    """Starts lode-miner: make_miner(pool, user)."""
    miners = []

    def make(pool, user=None):
        miner = LodeMiner(folder / f"miner-{len(miners)}.log", pool.stratum_port,
                          user or pool.payout_address)
        miners.append(miner)
        return miner.start()

    yield make
    for miner in miners:
        miner.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """In CI a missing part is a failure: nothing may skip. Failed tests show the pool's log."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
    if report.when == "call" and report.failed:
        for name, value in item.funcargs.items():
            if isinstance(value, (Pool, Cluster)):
                report.sections.append((f"log of {name}", value.log()[-6000:]))


@pytest.fixture(name="paying_pool")
def fixture_paying_pool(make_pool, node):
    """Embedded, with the node's wallet; credits and pays within seconds."""
    node.rpc.createwallet(WALLET)
    pool = make_pool([node], {"payout": PAYOUT, "chain": [{"maturity": 101}]})
    pool.payout_address = node.rpc.getnewaddress()
    return pool.start()
