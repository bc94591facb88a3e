"""The pool as processes on Kafka and MariaDB: what a plain client of either sees, and its parts."""
import re
import subprocess

import pytest

from block_topic import block_events
from cluster import KEYS, is_alive, mine_blocks, own_blocks, run_tool, wait_for_blocks
from pool import run_lode
from waiting import eventually

MATURITY = 3
TOPICS = {"lode.regtest.template": 1, "lode.regtest.job": 1, "lode.regtest.share": 12,
          "lode.regtest.solved": 1, "lode.regtest.block": 1, "lode.event": 1, "lode.control": 1}
# Option of deploy/cluster -> how many; what is not named here there is one of.
COUNTS = {"nodes": 2, "sservers": 2, "jobmakers": 2, "shareloggers": 2, "blkmakers": 2,
          "gbtmakers": 2}
SERVICE_OF = {"nodes": "bitcoind", "sservers": "sserver", "jobmakers": "jobmaker",
              "shareloggers": "sharelogger", "blkmakers": "blkmaker", "gbtmakers": "gbtmaker"}


@pytest.fixture(scope="module", name="cluster")
def shared_cluster(make_shared_cluster):
    """One for all tests here."""
    return make_shared_cluster(settings={"chain": [{"maturity": MATURITY}]}, **COUNTS).start()


def test_the_status_has_the_documented_keys_and_every_process(cluster):
    status = cluster.status()
    assert list(status) == KEYS
    names = [part["name"] for part in status["parts"]]
    counted = {f"{program}{number}" for option, program in SERVICE_OF.items()
               for number in ("", "-2")[:COUNTS.get(option, 1)]}
    assert set(names) == counted | {"kafka", "mariadb", "statshttpd", "payout", "poolwatcher"}
    assert len({part["pid"] for part in status["parts"]}) == len(names)
    assert all(is_alive(part["pid"]) for part in status["parts"])
    first = cluster.part("sserver")["ports"]["stratum"]
    assert status["stratum"] == f"127.0.0.1:{first}"
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", status["api"])
    assert re.fullmatch(r"http://\w+:\w+@127\.0\.0\.1:\d+", status["node"])
    assert re.fullmatch(r"127\.0\.0\.1:\d+", status["kafka"])
    assert re.fullmatch(r"mysql://\w+:\w+@127\.0\.0\.1:\d+/lode", status["database"])
    assert run_tool("status", "--dir", cluster.folder).returncode == 0


def test_no_secret_is_for_others_to_read(cluster):
    holders = [cluster.folder / "cluster.json", cluster.folder / "lode.toml",
               *(cluster.folder / "secrets").iterdir()]
    assert len(holders) > 3
    assert [file for file in holders if file.stat().st_mode & 0o077] == []


def test_a_plain_client_sees_the_documented_topics(cluster):
    listed = cluster.kcat("-L").decode()
    partitions = {name: int(count) for name, count in
                  re.findall(r'topic "(lode\.[\w.]+)" with (\d+) partitions', listed)}
    assert partitions == TOPICS


def test_every_event_of_a_block_is_told_once(cluster, make_miner):
    mine_blocks(cluster, make_miner, 3)
    cluster.node().mine(MATURITY)
    found = own_blocks(cluster)
    wait_for_blocks(cluster, len(found) - 1, "confirmed")

    def told():
        events = block_events(cluster)
        # Asked anew: a rival's row may come late. Which of two blkmakers tells its state first is
        # open, so the last event need not be the last state.
        blocks = own_blocks(cluster)
        return events if set(events) == set(blocks) and all(
            state in events[display] for display, state in blocks.items()
        ) else None
    for display, states in eventually(told, "the events of every block").items():
        assert len(set(states)) == len(states), f"{display}: {states}"
        assert {"found", "submitted"} <= set(states)
    confirmed = [states for states in block_events(cluster).values() if "confirmed" in states]
    assert confirmed and all("accepted" in states for states in confirmed)


def test_a_plain_sql_client_sees_each_share_once(cluster, make_miner):
    shares = mine_blocks(cluster, make_miner, 1)
    assert shares > 0
    # common/db/README.md: limbs of base 2^40, a table of users, one of workers.
    facts = cluster.facts["database"]
    user, password, host, port = re.fullmatch(r"mysql://(\w+):(\w+)@([\d.]+):(\d+)/lode",
                                              facts).groups()
    done = subprocess.run(
        ["mariadb", f"--host={host}", f"--port={port}", f"--user={user}", "--batch",
         "--skip-column-names", "lode", "-e",
         "SELECT u.name, SUM(b.shares), SUM(b.work_0 + b.work_1 * 1099511627776) "
         "FROM user_bucket b JOIN user u ON u.id = b.user_id GROUP BY u.name"],
        env={"MYSQL_PWD": password, "PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=True, timeout=60)
    name, counted, work = done.stdout.split()
    assert name == cluster.payout_address
    assert int(counted) == shares
    assert int(work) >= shares


def test_the_archive_of_all_shareloggers_proves_every_share(cluster, make_miner):
    shares = mine_blocks(cluster, make_miner, 1)
    verified = run_lode("sharelog", "verify", "--config", cluster.config_file)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    dumped = run_lode("sharelog", "dump", "--config", cluster.config_file, "--json")
    assert len(dumped.stdout.splitlines()) == shares


def test_every_sserver_takes_work_and_repeats_none(cluster):
    user = cluster.payout_address
    ports = [cluster.part(name)["ports"]["stratum"] for name in cluster.parts("sserver")]
    clients = [cluster.connect(port).subscribe().authorize(user) for port in ports * 2]
    try:
        assert len({client.extranonce1 for client in clients}) == len(clients)
        for client in clients:
            assert client.submit(client.find(client.wait_for_job())) is True
    finally:
        for client in clients:
            client.close()


@pytest.mark.parametrize("name", ["sserver-2", "sharelogger", "kafka", "mariadb", "bitcoind-2"])

def test_up_brings_back_just_what_was_killed(cluster, name):
    before = {part["name"]: part["pid"] for part in cluster.status()["parts"]}
    cluster.kill(name)
    assert run_tool("status", "--dir", cluster.folder, check=False).returncode == 1
    cluster.up()
    after = {part["name"]: part["pid"] for part in cluster.facts["parts"]}
    assert after.pop(name) != before.pop(name)
    assert after == before
    eventually(lambda: run_tool("status", "--dir", cluster.folder, check=False).returncode == 0,
               "health of all")


def test_down_and_up_again_go_on_with_the_same_chain_and_sums(cluster):
    counted, height = cluster.counted(), cluster.node().rpc.getblockcount()
    pids = [part["pid"] for part in cluster.status()["parts"]]
    cluster.stop()
    assert not any(map(is_alive, pids))
    assert all(part["pid"] is None for part in cluster.facts["parts"])
    assert run_tool("down", "--dir", cluster.folder).returncode == 0
    cluster.start()
    assert (cluster.counted(), cluster.node().rpc.getblockcount()) == (counted, height)
