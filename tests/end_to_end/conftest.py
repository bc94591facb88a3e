"""Fixtures: a private folder, nodes and pools, all ended by pid when the test is over."""
import os

import pytest

from node import Node
from pool import Pool


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


@pytest.fixture
def pool(make_pool, node):
    """A running pool on one regtest node."""
    return make_pool([node]).start()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """In CI a missing part is a failure: nothing may skip. Failed tests show the pool's log."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
    if report.when == "call" and report.failed:
        for name, value in item.funcargs.items():
            if isinstance(value, Pool):
                report.sections.append((f"log of {name}", value.log()[-6000:]))
