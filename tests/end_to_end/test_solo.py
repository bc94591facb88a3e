"""Solo mining: each miner's blocks pay its own address, less the pool's fee."""
import json

import pytest

from lode_miner import LodeMiner
from node import COINS
from pool import run_lode
from stratum_client import StratumClient, StratumError
from waiting import eventually, free_ports

FEE_PPM = 15_000


@pytest.fixture
def solo_pool(make_pool, node):
    """A pool with a second listener, for solo miners, on `solo_port`."""
    port = free_ports(1)[0]
    pool = make_pool([node], {
        # Hashes are shares at once on regtest, so a miner would solve each empty template first.
        "gbtmaker": {"empty_on_new_block": False},
        "jobmaker": {"solo_fee_ppm": FEE_PPM},
        "sserver": {"listener": [{}, {"address": "127.0.0.1", "port": port, "reward": "solo"}]}})
    pool.solo_port = port
    return pool


def accepted_blocks(pool, user):
    """Display hashes of the blocks that the user found and a node accepted."""
    rows = pool.query("SELECT block_hash FROM block WHERE user_name = ? AND state = 'accepted' "
                      "ORDER BY height", user)
    return [bytes(row[0])[::-1].hex() for row in rows]


def wait_for_blocks(pool, user, count):
    def found():
        blocks = accepted_blocks(pool, user)
        return blocks if len(blocks) >= count else None
    return eventually(found, f"{count} accepted blocks of {user}", 60)


def script_of(node, address):
    return bytes.fromhex(node.rpc.validateaddress(address)["scriptPubKey"])


def reward_of(node, display_hash):
    """What consensus lets the block's coinbase pay."""
    stats = node.rpc.getblockstats(display_hash)
    return stats["subsidy"] + stats["totalfee"], stats["totalfee"]


def paying_outputs(node, display_hash):
    """(value, script) of the coinbase's outputs, without the witness commitment, which is last."""
    outputs = node.block(display_hash).coinbase().outputs
    assert outputs[-1].value == 0
    return [(output.value, output.script) for output in outputs[:-1]]


def check_solo_block(node, display_hash, miner, pool):
    """In the best chain, with exactly the miner's and the pool's output; the fees in it."""
    assert node.rpc.getblockheader(display_hash)["confirmations"] > 0
    reward, fees = reward_of(node, display_hash)
    fee = reward * FEE_PPM // 1_000_000
    assert paying_outputs(node, display_hash) == [(reward - fee, script_of(node, miner)),
                                                  (fee, script_of(node, pool))]
    return fees


def check_pool_block(node, display_hash, pool):
    assert node.rpc.getblockheader(display_hash)["confirmations"] > 0
    reward, _ = reward_of(node, display_hash)
    assert paying_outputs(node, display_hash) == [(reward, script_of(node, pool))]


def test_a_solo_block_pays_its_finder_less_the_fee(solo_pool, node, folder, make_miner):
    node.fund(3 * len(COINS))
    confirmed = set(node.make_transactions(len(COINS)))
    pool = solo_pool.start()
    alone, sharing = node.payout_address(2), node.payout_address(3)
    miner = LodeMiner(folder / "solo.log", pool.solo_port, f"{alone}.rig").start()
    try:
        first = wait_for_blocks(pool, alone, 1)[0]
        assert check_solo_block(node, first, alone, pool.payout_address) > 0
        assert {each["txid"] for each in node.rpc.getblock(first, 2)["tx"][1:]} == confirmed
        other = make_miner(pool, f"{sharing}.rig")
        for _ in range(2):
            node.make_transactions(len(COINS))
            eventually(lambda: not node.rpc.getrawmempool(), "an empty mempool")
        wait_for_blocks(pool, alone, 3)
        wait_for_blocks(pool, sharing, 3)
        assert (miner.stop(), other.stop()) == (0, 0)
    finally:
        miner.close()
    pool.wait_until_counted()
    for display_hash in accepted_blocks(pool, alone):
        if node.rpc.getblockheader(display_hash)["confirmations"] > 0:
            check_solo_block(node, display_hash, alone, pool.payout_address)
    for display_hash in accepted_blocks(pool, sharing):
        if node.rpc.getblockheader(display_hash)["confirmations"] > 0:
            check_pool_block(node, display_hash, pool.payout_address)
    check_coinbases(pool, node, {alone: 1, sharing: 0})
    check_accounts(pool, alone, sharing)


def check_coinbases(pool, node, finders):
    """What of each block is the pool's, as the block itself says."""
    rows = pool.query("SELECT b.block_hash, b.user_name, c.txid, c.pool_amount, c.solo FROM block "
                      "b LEFT JOIN block_coinbase c ON c.block_hash = b.block_hash "
                      "WHERE b.state = 'accepted'")
    assert {user for _, user, *_ in rows} == set(finders)
    for block_hash, user, txid, amount, solo in rows:
        display = block_hash[::-1].hex()
        assert solo == finders[user]
        assert txid[::-1].hex() == node.rpc.getblock(display)["tx"][0]
        assert amount == sum(paid for paid, script in paying_outputs(node, display)
                             if script == script_of(node, pool.payout_address))


def check_accounts(pool, alone, sharing):
    """Shares of both kinds are proved again from the archive, and summed apart."""
    verified = run_lode("sharelog", "verify", "--config", pool.config_file)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    done = run_lode("sharelog", "dump", "--config", pool.config_file, "--json")
    shares = [json.loads(line) for line in done.stdout.splitlines()]
    assert not [share for share in shares if "bad" in share]
    for user, scheme in ((alone, "solo"), (sharing, "base")):
        own = sum(share["user"] == user for share in shares)
        assert own >= 3
        rows = pool.query("SELECT scheme, SUM(shares) FROM user_bucket b JOIN user u "
                          "ON u.id = b.user_id WHERE u.name = ? GROUP BY scheme", user)
        assert rows == [(scheme, own)]


def test_a_solo_miner_logs_in_with_a_payout_address_and_one_only(solo_pool, node):
    pool = solo_pool.start()
    with StratumClient(pool.solo_port) as client:
        client.subscribe()
        with pytest.raises(StratumError, match="no payout address") as refused:
            client.authorize("alice")
        assert refused.value.code == 24
        client.authorize(node.payout_address(2))
        assert script_of(node, node.payout_address(2)) in client.wait_for_job().coinbase2
        client.authorize(node.payout_address(2) + ".second")
        with pytest.raises(StratumError, match="another address needs another connection"):
            client.authorize(node.payout_address(3))
        client.user = node.payout_address(2)
        assert client.submit(client.find_block()) is True
