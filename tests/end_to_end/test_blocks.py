"""Blocks that lode-miner finds through the whole pool on a real regtest node."""
import json

import chain
from node import COINS
from pool import run_lode
from waiting import eventually

TAG = b"/Lode/"
# Hashes are shares at once on regtest, so a miner would solve each empty template first.
FULL_TEMPLATES_ONLY = {"gbtmaker": {"empty_on_new_block": False}}


def own_blocks(pool):
    """Rows of the database: (display hash, height, state, reward), from the oldest."""
    rows = pool.query("SELECT block_hash, height, state, reward FROM block ORDER BY height")
    return [(chain.to_display(bytes(found)), height, state, reward)
            for found, height, state, reward in rows]


def in_best_chain(node, display_hash):
    return node.rpc.getblockheader(display_hash)["confirmations"] > 0


def wait_for_blocks(pool, count):
    """Until so many own blocks are accepted; their display hashes."""
    def accepted():
        found = [display for display, _, state, _ in own_blocks(pool) if state == "accepted"]
        return found if len(found) >= count else None
    return eventually(accepted, f"{count} accepted blocks", 60)


def check_own_block(node, display_hash):
    """In the best chain, with our tag, a right witness commitment and the whole reward."""
    assert in_best_chain(node, display_hash)
    block = node.block(display_hash)
    coinbase = block.coinbase()
    assert TAG in coinbase.inputs[0].script
    assert 2 <= len(coinbase.inputs[0].script) <= 100
    assert coinbase.inputs[0].witness == [bytes(32)]
    assert block.has_valid_merkle_root()
    assert block.committed() == block.witness_commitment()
    return block


def dumped_shares(pool):
    done = run_lode("sharelog", "dump", "--config", pool.config_file, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def summed_work(rows):
    return sum(low + (middle << 40) + (high << 80) for low, middle, high in rows)


def test_blocks_hold_the_mempool_and_are_recorded_as_accepted(make_pool, make_miner, node):
    node.fund(3 * len(COINS))  # mines on the node itself, as do the wallet's coins
    signed = node.make_signed_transactions(8)
    open_to_all = node.make_transactions(2 * len(COINS))
    pool = make_pool([node], FULL_TEMPLATES_ONLY).start()
    miner = make_miner(pool)
    wait_for_blocks(pool, 3)
    later = node.make_transactions(len(COINS))
    eventually(lambda: not node.rpc.getrawmempool(), "an empty mempool")
    assert miner.stop() == 0

    wait_for_blocks(pool, miner.count("block solved"))
    confirmed = set()
    for display_hash, height, state, reward in own_blocks(pool):
        block = check_own_block(node, display_hash)
        assert state == "accepted"
        assert node.rpc.getblockheader(display_hash)["height"] == height
        assert sum(each.value for each in block.coinbase().outputs) == reward
        confirmed |= {chain.to_display(each.txid()) for each in block.transactions[1:]}
    assert confirmed >= {*signed, *open_to_all, *later}


def test_a_pool_of_default_settings_mines_the_mempool_at_its_first_job(make_pool, make_miner,
                                                                       node):
    txids = node.make_transactions(len(COINS))
    pool = make_pool([node]).start()
    make_miner(pool)
    block = check_own_block(node, wait_for_blocks(pool, 1)[0])
    assert {chain.to_display(each.txid()) for each in block.transactions[1:]} == set(txids)


def test_archive_database_and_api_agree_on_every_share(pool, node, make_miner):
    users = [node.payout_address(number) for number in (1, 2)]
    miners = [make_miner(pool, f"{user}.rig{number}") for number, user in enumerate(users)]
    wait_for_blocks(pool, 2)
    for miner in miners:
        assert miner.stop() == 0
    answered_true = pool.wait_until_counted()
    assert answered_true > 0

    verified = run_lode("sharelog", "verify", "--config", pool.config_file)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    shares = dumped_shares(pool)
    assert len(shares) == answered_true
    assert len({share["hash"] for share in shares}) == len(shares)
    for share in shares:
        # At regtest's difficulty each share is worth what its assigned target asks for.
        assert int(share["work"]) >= 1
        assert "bad" not in share
    live = eventually(lambda: next((one for one in [pool.api("pool")]
                                    if one["shares_1h"] == len(shares)), None),
                      "every share in the API")
    assert int(live["work_1h"]) == sum(int(share["work"]) for share in shares)
    assert (live["users"], live["workers"]) == (2, 2)
    for number, user in enumerate(users):
        listed = pool.api(f"workers?user={user}")["workers"]
        own = [share for share in shares if share["user"] == user]
        assert {share["worker"] for share in own} == {f"rig{number}"}
        assert [(one["worker"], one["shares_1h"]) for one in listed] == [(f"rig{number}", len(own))]
        rows = pool.query("SELECT shares, work_0, work_1, work_2 FROM user_bucket b "
                          "JOIN user u ON u.id = b.user_id WHERE u.name = ?", user)
        assert sum(row[0] for row in rows) == len(own)
        assert summed_work(row[1:] for row in rows) == sum(int(share["work"]) for share in own)
        rows = pool.query("SELECT b.shares, work_0, work_1, work_2 FROM worker_bucket b "
                          "JOIN worker w ON w.id = b.worker_id JOIN user u ON u.id = w.user_id "
                          "WHERE u.name = ?", user)
        assert sum(row[0] for row in rows) == len(own)
        assert summed_work(row[1:] for row in rows) == sum(int(share["work"]) for share in own)
