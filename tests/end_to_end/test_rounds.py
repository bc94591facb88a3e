"""Users' sums hold to the blocks of a real regtest node, found under load: no row of user_bucket
has shares of both sides of one."""
import bisect
import collections
import json

from pool import run_lode
from waiting import eventually

MINUTE_MS = 60_000
BLOCKS = 60
PARTITIONS = 12


def all_cut(pool):
    """Whether each partition is cut at each block; the blocks' times, in order."""
    times = [found for found, in pool.query("SELECT DISTINCT found_unix_ms FROM block")]
    partitions = pool.query("SELECT COUNT(*) FROM consumer_offset WHERE consumer = 'sharelogger'")
    cuts = pool.query("SELECT COUNT(*), SUM(exact) FROM round_cut")[0]
    wanted = len(times) * partitions[0][0]
    return sorted(times) if times and cuts == (wanted, wanted) else None


def archived_shares(pool):
    done = run_lode("sharelog", "dump", "--config", pool.config_file, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def bucket_start(time, cuts):
    """Where the bucket of a share of this time begins, computed apart from sharelogger."""
    before = bisect.bisect_left(cuts, time)
    minute = time - time % MINUTE_MS
    return max(minute, cuts[before - 1] + 1) if before else minute


def check_sums(pool, cuts):
    wanted = collections.Counter()
    for share in archived_shares(pool):
        assert "bad" not in share
        wanted[share["user"], bucket_start(share["time"], cuts)] += 1
    found = {(user, start): shares for user, start, shares in pool.query(
        "SELECT u.name, b.start_unix_ms, SUM(b.shares) FROM user_bucket b JOIN user u "
        "ON u.id = b.user_id GROUP BY u.name, b.start_unix_ms")}
    assert found == dict(wanted)
    done = run_lode("sharelog", "recompute", "--config", pool.config_file, "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    return sum(wanted.values())


def own_blocks(pool):
    return pool.query("SELECT COUNT(*) FROM block")[0][0]


def test_two_shareloggers_that_come_and_go_cut_as_one(make_cluster, make_miner):
    cluster = make_cluster(shareloggers=2).start()
    users = [cluster.node().payout_address(2), cluster.node().payout_address(3)]
    miners = [make_miner(cluster, f"{user}.rig") for user in users]

    def mine(blocks):
        wanted = own_blocks(cluster) + blocks
        eventually(lambda: own_blocks(cluster) >= wanted, f"{wanted} blocks", 120)

    def wait_for_all(name):
        eventually(lambda: cluster.assigned(name) == PARTITIONS, f"all partitions at {name}")
    mine(BLOCKS)
    # Its partitions go to the other in the middle of a minute, and back.
    cluster.kill("sharelogger")
    wait_for_all("sharelogger-2")
    mine(BLOCKS)
    cluster.up("sharelogger")
    mine(BLOCKS)
    cluster.stop("sharelogger-2")
    wait_for_all("sharelogger")
    mine(BLOCKS)
    cluster.up("sharelogger-2")
    assert [miner.stop() for miner in miners] == [0, 0]
    shares = cluster.wait_until_counted()
    # They have one archive, so that none need be inexact.
    cuts = eventually(lambda: all_cut(cluster), "an exact cut of each partition at each block", 120)
    owners = collections.Counter(file.name[:len("share-0000")] for file in
                                 (cluster.folder / "archive").glob("regtest/*/share-*"))
    assert max(owners.values()) > 1, "a partition changed hands"
    assert check_sums(cluster, cuts) == shares


def test_no_row_of_sums_straddles_a_block_also_over_a_crash(node, make_pool, make_miner):
    pool = make_pool([node]).start()
    users = [node.payout_address(2), node.payout_address(3)]
    miners = [make_miner(pool, f"{user}.rig") for user in users]
    eventually(lambda: own_blocks(pool) >= BLOCKS, f"{BLOCKS} blocks", 120)
    pool.kill()
    pool.start()
    eventually(lambda: own_blocks(pool) >= 2 * BLOCKS, f"{2 * BLOCKS} blocks", 120)
    assert [miner.stop() for miner in miners] == [0, 0]
    cuts = eventually(lambda: all_cut(pool), "a cut of each partition at each block", 120)
    shares = eventually(lambda: settled(pool), "every share in the sums", 60)
    assert check_sums(pool, cuts) == shares
    done = pool.query("SELECT COUNT(*) FROM block b LEFT JOIN block_coinbase c ON "
                      "c.block_hash = b.block_hash WHERE c.solo IS NULL OR c.solo <> 0")
    assert done == [(0,)]


def settled(pool):
    """The shares counted, once no miner is left and nothing is under way."""
    if pool.total("connections") or pool.total("shares_under_way"):
        return None
    sums = pool.query("SELECT COALESCE(SUM(shares), 0) FROM user_bucket")[0][0]
    return sums if len(archived_shares(pool)) == sums else None
