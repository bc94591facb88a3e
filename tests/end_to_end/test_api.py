"""statshttpd's API and `lode status` against what the database and the node know."""
import json
import subprocess

import chain
from pool import STOP_SECONDS, program, run_lode
from waiting import eventually

SERVICES = ["gbtmaker", "jobmaker", "sserver", "blkmaker", "sharelogger", "payout",
            "poolwatcher", "statshttpd"]


def total(pool, table):
    """Shares and work in the database."""
    shares, *limbs = pool.query(f"SELECT SUM(shares), SUM(work_0), SUM(work_1), SUM(work_2) "
                                f"FROM {table}")[0]
    return shares, limbs[0] + (limbs[1] << 40) + (limbs[2] << 80)


def mine(pool, make_miner, user, blocks):
    """Until so many blocks are found and every share is counted and shown."""
    miner = make_miner(pool, user)
    eventually(lambda: pool.api("blocks")["total"] >= blocks, f"{blocks} blocks", 60)
    assert miner.stop() == 0
    accepted = pool.wait_until_counted()
    eventually(lambda: pool.api("pool")["shares_1h"] == accepted, "every share in the window")
    eventually(lambda: {block["state"] for block in pool.api("blocks?limit=1000")["blocks"]} ==
               {"accepted"},
               "every block accepted")


def test_the_api_shows_what_the_database_and_the_node_know(pool, node, make_miner):
    user = node.payout_address(1)
    mine(pool, make_miner, f"{user}.rig", 3)

    listed = pool.api("blocks?limit=1000")
    rows = pool.query("SELECT block_hash, height, reward FROM block ORDER BY height DESC")
    assert listed["total"] == len(listed["blocks"]) == len(rows)
    for block, (found, height, reward) in zip(listed["blocks"], rows):
        assert block["hash"] == chain.to_display(bytes(found)) == node.rpc.getblockhash(height)
        assert (block["height"], block["reward"]) == (height, reward)
        assert (block["user"], block["worker"]) == (user, "rig")
        assert [answer["answer"] for answer in block["answers"]] == ["accepted"]
    assert pool.api("blocks?limit=1&offset=1")["blocks"] == listed["blocks"][1:2]
    assert pool.api("blocks?state=orphaned")["total"] == 0

    shares, work = total(pool, "user_bucket")
    now = eventually(lambda: (known := pool.api("pool"))["height"] == node.rpc.getblockcount()
                     and known, "a job on the newest tip")
    assert (now["chain"], now["network"]) == ("regtest", "regtest")
    assert (now["users"], now["workers"]) == (1, 1)
    assert (now["shares_1h"], now["work_1h"]) == (shares, str(work))
    assert now["last_block"]["hash"] == listed["blocks"][0]["hash"]
    assert now["job"]["height"] == now["height"] + 1

    workers = pool.api("workers")
    assert workers["total"] == 1
    assert workers == pool.api(f"workers?user={user}")
    assert (workers["workers"][0]["user"], workers["workers"][0]["worker"]) == (user, "rig")
    assert workers["workers"][0]["shares_1h"] == shares
    assert pool.api("workers?user=nobody")["total"] == 0


def test_a_restart_forgets_no_share_and_shows_none_twice(pool, node, make_miner):
    mine(pool, make_miner, node.payout_address(1), 2)
    shown = ("shares_1h", "shares_24h", "work_1h", "work_24h", "last_block")
    before = {name: pool.api("pool")[name] for name in shown}
    assert pool.stop() == 0
    pool.start()
    eventually(lambda: {name: pool.api("pool")[name] for name in shown} == before,
               "the same windows as before the restart")


def test_status_tells_a_ready_pool_from_one_that_is_gone(pool):
    ready = run_lode("status", "--config", pool.config_file)
    assert ready.returncode == 0, ready.stdout + ready.stderr
    services, _, pool_shown = ready.stdout.partition("\n\n")
    lines = [line.split() for line in services.splitlines()]
    assert sorted(line[0] for line in lines) == sorted(SERVICES)
    assert {line[1].rstrip(":") for line in lines} == {"ready"}
    assert "chain     regtest" in pool_shown
    shown = json.loads(run_lode("status", "--config", pool.config_file, "--json").stdout)
    assert shown["ready"] and shown["pool"]["chain"] == "regtest" and shown["blocks"] == []

    watching = subprocess.Popen([program("lode"), "status", "--config", pool.config_file,
                                 "--json", "--watch"], stdout=subprocess.PIPE, text=True)
    pictures = [json.loads(watching.stdout.readline()) for _ in range(2)]
    watching.terminate()
    assert watching.wait(STOP_SECONDS) == 0
    assert [picture["ready"] for picture in pictures] == [True, True]

    assert pool.stop() == 0
    gone = run_lode("status", "--config", pool.config_file)
    assert gone.returncode == 1
    assert len(gone.stderr.splitlines()) == 1
    assert f"127.0.0.1:{pool.health_port}" in gone.stderr
