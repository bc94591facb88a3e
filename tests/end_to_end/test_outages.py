"""Kafka, MariaDB or services away from a cluster under load: what miners see meanwhile, and that
all of it is counted afterwards.

How long each is away is an environment variable, in seconds, short by default.
"""
import contextlib
import os
import shutil
import subprocess
import time
import tomllib
import urllib.error

import pytest

from block_topic import block_events
from cluster import own_blocks
from pool import STOP_SECONDS, program, toml
from steady_miners import CLIENTS_A_PORT, STALE, SteadyMiners, new_record
from verdict import Verdict
from waiting import eventually, free_ports


def seconds_of(name, default):
    return float(os.environ.get(f"LODE_TEST_{name}_AWAY", default))


KAFKA_AWAY = seconds_of("KAFKA", 8)
MARIADB_AWAY = seconds_of("MARIADB", 8)
JOBMAKER_AWAY = seconds_of("JOBMAKER", 32)  # the least max_job_age and what follows it
SHARELOGGER_AWAY = seconds_of("SHARELOGGER", 9)

ANSWER_MAX = 2  # seconds to the answer of a share, whatever is away
TIP_MAX = 2  # from a new block to a job on it, and from a solved share to the node's tip
# From the end of the jobmaker that leads to a job on a new block: Kafka misses it for 6 s and tells
# the other at its next heartbeat, 2 s later at most.
FAILOVER_MAX = 10
TAKEOVER_MAX = 10  # likewise, from the end of a sharelogger until another has its partitions
FAREWELL_SECONDS = 10  # from client.reconnect to the end of the connection
SLACK = 2  # for services' ticks
ROUND_SECONDS = 8  # of a long outage, each with new tips and a solved share
BACKUP = ["backup.example", 3333]
# The default where the outage outlasts it, else the least that can be set.
MAX_JOB_AGE = 120 if JOBMAKER_AWAY > 120 + 2 * FAREWELL_SECONDS else 20
PARTITIONS = 12
NODES = ("bitcoind", "bitcoind-2")
BACK_SECONDS = 60  # until what came back has caught up


@pytest.fixture(scope="module", name="shared")
def shared_cluster(make_shared_cluster):
    backup = "stratum+tcp://" + ":".join(map(str, BACKUP))
    settings = {"sserver": {"backup": backup, "max_job_age": f"{MAX_JOB_AGE}s"}}
    cluster = make_shared_cluster(settings=settings, nodes=2, sservers=2, jobmakers=2,
                                  shareloggers=2, blkmakers=2, gbtmakers=2).start()
    cluster.record = new_record()
    return cluster


@pytest.fixture(name="cluster")
def whole_cluster(shared):
    """Whole before each test and after it."""
    yield shared
    for name in shared.names():
        if shared.is_running(name):
            shared.resume(name)
    shared.up()


@pytest.fixture(name="miners")
def steady_miners(cluster):
    """At work on both sservers, on each of their loops."""
    users = [cluster.node().payout_address(number + 1) for number in range(CLIENTS_A_PORT)]
    working = SteadyMiners(cluster.stratum_ports(), users, cluster.record).start()
    yield working
    working.stop()


@contextlib.contextmanager
def outage(cluster, names, seconds, fault="killed"):
    """They are away for so long, or as long as the body takes; gives the moment of their end."""
    if fault == "killed":
        cluster.kill(*names)
    else:
        for name in names:
            cluster.pause(name)
    begun = time.monotonic()
    yield begun
    # How long they are away is the test's input.
    time.sleep(max(0, begun + seconds - time.monotonic()))
    if fault == "killed":
        cluster.up(*names, "--no-wait")
    else:
        for name in names:
            cluster.resume(name)


def wait_for_tip(cluster, miners, tip, begun, seconds=TIP_MAX):
    """Until every miner's newest job builds on it; the seconds since `begun`."""
    eventually(lambda: all(cluster.node(name).tip() == tip for name in NODES),
               "one tip of both nodes", max(0, begun + seconds - time.monotonic()))
    miners.wait_for(lambda miner: miner.is_on(tip), "a job on the new tip", 2 * seconds)
    took = time.monotonic() - begun
    assert took <= seconds, f"{took:.2f} s from the block to the last miner's job on it"
    return took


def mine_meanwhile(cluster, miners, until):
    """New blocks of both nodes and solved shares at both sservers; the latter's hashes."""
    solved, took = [], []
    while True:
        begun = time.monotonic()
        for name in NODES:
            mined = time.monotonic()
            tip = cluster.node(name).mine(1)[0]
            took.append(wait_for_tip(cluster, miners, tip, mined))
        for miner in (miners.all[0], miners.all[-1]):
            sent = miner.solve()
            took.append(wait_for_tip(cluster, miners, sent.display_hash, sent.at))
            solved.append(sent)
        if time.monotonic() + ROUND_SECONDS > until:
            break
        # The next is due at its time in the outage.
        time.sleep(max(0, begun + ROUND_SECONDS - time.monotonic()))
    print(f"{len(took) - len(solved)} blocks of nodes, {len(solved)} solved shares: the last "
          f"miner's job after {min(took):.2f} to {max(took):.2f} s")
    return [sent.display_hash for sent in solved]


def assert_counted_once(cluster):
    """Every share of all tests so far, in sums and archive; and each can be proved."""
    verdict = Verdict(cluster, cluster.node(), cluster.record).judge_shares()
    assert verdict.complaints == []
    assert cluster.total("sharelogger", "lode_partitions_stopped") == 0
    print(f"{len(verdict.counted)} shares counted once each")


def assert_recorded(cluster, blocks):
    """Rows of them, and all that is to be told."""
    def missing():
        rows = own_blocks(cluster)
        return [found for found in blocks if rows.get(found) != "accepted"]
    eventually(lambda: not missing(), "a row of every block", BACK_SECONDS)

    def untold():
        told = block_events(cluster)
        return {found: told[found] for found in blocks
                if not {"found", "submitted", "accepted"} <= set(told[found])}
    with contextlib.suppress(AssertionError):
        eventually(lambda: not untold(), "the events of every block", BACK_SECONDS)
    assert untold() == {}


# Kafka.

def spooled(cluster):
    """Shares on the disks of the sservers that the bus does not have."""
    return cluster.total("sserver", "lode_spooled_shares") + \
        cluster.total("sserver", "lode_spool_replay_shares")


@pytest.mark.parametrize("fault", ["killed", "stopped"])
def test_with_kafka_away_miners_work_on(cluster, miners, fault):
    with outage(cluster, ["kafka"], KAFKA_AWAY, fault) as begun:
        eventually(lambda: spooled(cluster) > 0, "shares in the spool")
        solved = mine_meanwhile(cluster, miners, begun + KAFKA_AWAY)
    back = time.monotonic()
    deepest = spooled(cluster)
    eventually(lambda: spooled(cluster) == 0, "empty spools", BACK_SECONDS)
    print(f"{deepest:.0f} shares in the spools, empty after {time.monotonic() - back:.1f} s")
    miners.wait_until_credited()
    miners.stop()
    miners.assert_served(ANSWER_MAX)
    assert_counted_once(cluster)
    assert_recorded(cluster, solved)


# jobmaker.

def is_told_to_go(miner):
    told = [params for method, params in miner.connections[0].notifications
            if method == "client.reconnect"]
    return [params[:2] for params in told] == [BACKUP]


def test_without_jobmaker_miners_are_sent_away_and_none_is_paid_for_dead_work(cluster, miners):
    with outage(cluster, cluster.parts("jobmaker"), JOBMAKER_AWAY) as begun:
        miners.wait_for(is_told_to_go, "client.reconnect", MAX_JOB_AGE + SLACK)
        told = time.monotonic()
        miners.wait_for(lambda miner: miner.connections[0].closed.is_set(),
                        "the end of the connections", FAREWELL_SECONDS + SLACK)
        closed = time.monotonic()
        for port in cluster.stratum_ports():
            with pytest.raises(ConnectionRefusedError):
                cluster.connect(port)
    print(f"sent away {told - begun:.1f} s after the last jobmaker, closed {closed - told:.1f} s "
          f"later, without work until {time.monotonic() - begun:.1f} s")
    assert all(len(miner.connections) == 1 for miner in miners.all), "let in without work"
    back = time.monotonic()
    miners.wait_for(lambda miner: miner.credited_since(back), "work again", BACK_SECONDS)
    print(f"at work again after {time.monotonic() - back:.1f} s")
    miners.stop()
    for miner in miners.all:
        dead = [sent for sent in miner.sent if told < sent.at < back]
        print(f"{len(dead)} shares of dead work")
        assert dead and {sent.code for sent in dead if sent.took is not None} == {STALE}
    assert_counted_once(cluster)


def leader(cluster):
    """The jobmaker whose jobs count."""
    def leading(name):
        with contextlib.suppress(OSError):
            return 1 in [value for sample, value in cluster.metrics(name).items()
                         if sample.startswith("lode_jobmaker_leader{")]
        return False
    return next((name for name in cluster.parts("jobmaker") if leading(name)), None)


def test_the_standby_takes_over_from_a_killed_jobmaker(cluster, miners):
    first = eventually(lambda: leader(cluster), "a jobmaker that leads")
    cluster.kill(first)
    killed = time.monotonic()
    tip = cluster.node().mine(1)[0]
    took = wait_for_tip(cluster, miners, tip, killed, FAILOVER_MAX)
    print(f"a job on a new block {took:.1f} s after the end of {first}")
    second = leader(cluster)
    assert second not in (None, first)
    cluster.up(first)
    miners.wait_until_credited()
    miners.stop()
    miners.assert_served(ANSWER_MAX)
    assert_counted_once(cluster)


# MariaDB.

def answer_of(cluster, path):
    """Its HTTP status, and the body of a 200."""
    try:
        return 200, cluster.api(path)
    except urllib.error.HTTPError as error:
        return error.code, None


def test_with_mariadb_away_miners_work_on_and_live_data_go_on(cluster, miners):
    with outage(cluster, ["mariadb"], MARIADB_AWAY) as begun:
        eventually(lambda: answer_of(cluster, "blocks")[0] == 503, "503 on history")
        before = cluster.api("pool")["shares_1h"]
        solved = mine_meanwhile(cluster, miners, begun + MARIADB_AWAY)
        assert answer_of(cluster, "blocks")[0] == 503
        eventually(lambda: cluster.api("pool")["shares_1h"] > before,
                   "shares that go on in the live data")
    eventually(lambda: answer_of(cluster, "blocks")[0] == 200, "history again", BACK_SECONDS)
    miners.wait_until_credited()
    miners.stop()
    miners.assert_served(ANSWER_MAX)
    assert_counted_once(cluster)
    assert_recorded(cluster, solved)


# sharelogger.

def wait_until_shared(cluster):
    names = cluster.parts("sharelogger")
    eventually(lambda: [cluster.assigned(name) for name in names] ==
               [PARTITIONS // 2, PARTITIONS // 2], "partitions shared by both", BACK_SECONDS)


@pytest.mark.parametrize("fault", ["killed", "stopped"])
def test_a_sharelogger_takes_over_from_another(cluster, miners, fault):
    wait_until_shared(cluster)
    first, second = cluster.parts("sharelogger")
    with outage(cluster, [first], SHARELOGGER_AWAY, fault) as begun:
        eventually(lambda: cluster.assigned(second) == PARTITIONS, "all partitions at the other",
                   TAKEOVER_MAX)
        print(f"taken over after {time.monotonic() - begun:.1f} s")
    wait_until_shared(cluster)
    miners.wait_until_credited()
    miners.stop()
    miners.assert_served(ANSWER_MAX)
    assert_counted_once(cluster)


# sserver.

LOGINS = 20  # on each port
EXIT_TAKEN = 3
SESSION_BITS = 20  # the lower bits of an extranonce1; the upper ones are the server id


def extranonces(cluster):
    """Of several logins at each sserver; port -> extranonce1s."""
    found = {}
    for port in cluster.stratum_ports():
        with contextlib.ExitStack() as stack:
            found[port] = [stack.enter_context(cluster.connect(port)).subscribe().extranonce1
                           for _ in range(LOGINS)]
    return found


def start_copy(cluster, folder, name):
    """Runs one more sserver in a copy of the folder of sserver `name`, until it ends."""
    original = cluster.folder / ("lode.toml" if name == "sserver" else f"{name}.toml")
    tables = tomllib.loads(original.read_text())
    shutil.copytree(f"{tables['data_dir']}/sserver", folder / "data" / "sserver")
    health, stratum = free_ports(2)
    tables["data_dir"] = folder / "data"
    tables["sserver"] |= {"health_port": health,
                          "listener": [{"address": "127.0.0.1", "port": stratum}]}
    config = folder / "copy.toml"
    config.write_text(toml(tables) + "\n")
    return subprocess.run([program("sserver"), "--config", config], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=STOP_SECONDS, check=False)


def assert_copies_are_refused(cluster, folder):
    for name in cluster.parts("sserver"):
        done = start_copy(cluster, folder / name, name)
        errors = [line for line in (done.stdout + done.stderr).splitlines() if " error " in line]
        assert done.returncode == EXIT_TAKEN, done.stdout + done.stderr
        assert len(errors) == 1 and "the data folder is a copy" in errors[0], errors


def test_no_extranonce1_is_given_out_twice(cluster, folder):
    given = []

    def give_more():
        """They are all new, and no two sservers have one server id."""
        fresh = extranonces(cluster)
        ids = [{int.from_bytes(each, "big") >> SESSION_BITS for each in of_port}
               for of_port in fresh.values()]
        assert all(len(each) == 1 for each in ids) and len(set.union(*ids)) == len(ids), ids
        given.extend(each for of_port in fresh.values() for each in of_port)
        assert len(set(given)) == len(given)

    sservers = cluster.parts("sserver")
    give_more()
    cluster.restart(*sservers)
    give_more()
    assert_copies_are_refused(cluster, folder / "first")
    with outage(cluster, ["mariadb"], 0):
        give_more()
        assert_copies_are_refused(cluster, folder / "second")
        cluster.restart(*sservers)
        give_more()
        cluster.kill(*sservers)
        assert_copies_are_refused(cluster, folder / "third")
        cluster.up(*sservers)
        give_more()
    cluster.restart(*sservers)
    give_more()
    print(f"{len(given)} different extranonces of {len(sservers)} sservers, 5 starts each")
