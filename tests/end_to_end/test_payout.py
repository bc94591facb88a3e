"""From shares to coins on the node's chain: credited, mature, paid, and equal to the books."""
from paying import COIN, FEE_PPM, PAYOUT, balances, exported, lode, received
from waiting import eventually

def accepted_blocks(pool):
    """(height, reward, finder) from the oldest."""
    return pool.query("SELECT height, reward, user_name FROM block "
                      "WHERE state IN ('accepted', 'confirmed') ORDER BY height")


def mine_to(pool, make_miner, users):
    """Until a block of each user is in the chain. A rival that lost may still be open."""
    for user in users:
        miner = make_miner(pool, f"{user}.rig")
        eventually(lambda found=user: found in [row[2] for row in accepted_blocks(pool)],
                   "a block of the user's", 60)
        assert miner.stop() == 0
    pool.wait_until_counted()
    return accepted_blocks(pool)


def check_all_paid(pool, node, users, blocks):
    """What the chain, the wallet and the books say of the same coins."""
    sums = balances(pool)
    paid = {user: sums.get((user, "paid"), 0) for user in users}
    assert {user: received(node, user) for user in users} == paid
    assert min(paid.values()) > 0
    fees = sum(amount for (owner, _), amount in sums.items() if owner == "pool")
    # The pool bears the network's fee, from its own purse.
    entries = exported(pool, "entries")
    network = sum(row["amount"] for row in entries if row["pot"] == "network_fee")
    assert network > 0
    value = sum(block[1] for block in blocks)
    assert sum(paid.values()) + fees + network == value
    assert abs(fees + network - value * FEE_PPM // 1_000_000) <= len(users) * len(blocks)
    assert all(row["terms_version"] == 1 for row in entries if row["reason"] == "credit")
    payments = exported(pool, "payments")
    assert {row["state"] for row in payments} == {"settled"}
    assert sum(row["amount"] - row["fee"] for row in payments) == sum(paid.values())


def check_explained(pool, users):
    """Each credit is told by what gave it, and is the ledger's."""
    credited = {}
    for row in exported(pool, "entries"):
        if row["reason"] in ("credit", "adjustment") and row["owner"] in users:
            key = row["block"], row["owner"]
            credited[key] = credited.get(key, 0) + row["amount"]
    assert credited
    for (block, user), amount in credited.items():
        text = lode(pool, "payout", "explain", "--block", block, "--user", user)
        assert f"in all {coins(amount)} ({amount} base units): the same" in text, text


def coins(amount):
    return f"{amount // COIN}.{amount % COIN:08}"


def check_life(pool, node, make_miner):
    users = [node.payout_address(number) for number in (2, 3)]
    mine_to(pool, make_miner, users)

    def credited():
        value = sum(block[1] for block in accepted_blocks(pool))
        sums = balances(pool)
        return sums if sum(sums.values()) == value else None
    due = eventually(credited, "every block credited", 90)
    blocks = accepted_blocks(pool)
    assert {pot for _, pot in due} == {"immature"}
    assert {owner for owner, _ in due} == {*users, "pool"}
    assert exported(pool, "payments") == []
    lode(pool, "ledger", "verify")

    node.mine(101)
    # Blocks come on as long as somebody waits for them: those that settle the payments.
    def all_paid():
        node.mine(1)
        sums = balances(pool)
        left = sum(sums.get((user, pot), 0) for user in users
                   for pot in ("immature", "balance", "locked"))
        return left == 0
    eventually(all_paid, "every user paid on the chain", 120)
    check_all_paid(pool, node, users, blocks)
    assert "all sums are right" in lode(pool, "ledger", "verify")
    assert "nobody is to be paid" in lode(pool, "payout", "plan")
    lode(pool, "payout", "books")
    check_explained(pool, users)


def test_miners_of_an_embedded_pool_are_paid_what_they_earned(paying_pool, node, make_miner):
    check_life(paying_pool, node, make_miner)
    assert paying_pool.stop() == 0


def test_miners_of_a_cluster_are_paid_what_they_earned(make_cluster, make_miner):
    cluster = make_cluster(nodes=2, payouts=2, settings={"payout": PAYOUT}).start()
    check_life(cluster, cluster.node(), make_miner)


def bump(pool, node):
    """Raises the fee of the newest payment, once it is in no block and on the network; the txids of
    before and after."""
    before = eventually(node.rpc.getrawmempool, "a payment in the mempool", 90)
    number = pool.query("SELECT MAX(id) FROM payment")[0][0]
    assert "network fee" in lode(pool, "payout", "bump", "--payment", number)
    after = eventually(lambda: [txid for txid in node.rpc.getrawmempool() if txid not in before],
                       "a replacement in the mempool")
    return before, after


def test_a_pause_holds_payments_and_a_freeze_one_user(paying_pool, node, make_miner):
    users = [node.payout_address(number) for number in (2, 3)]
    lode(paying_pool, "payout", "pause", "--reason", "the wallet moves")
    mine_to(paying_pool, make_miner, users)
    node.mine(101)
    eventually(lambda: all(balances(paying_pool).get((user, "balance")) for user in users),
               "balances of both", 90)
    lode(paying_pool, "payout", "freeze", "--user", users[0], "--reason", "asked to")
    planned = lode(paying_pool, "payout", "plan")
    assert f"{users[0]}: frozen" in planned.replace("leave", "") and users[1] in planned
    assert exported(paying_pool, "payments") == []
    lode(paying_pool, "payout", "resume", "--reason", "it has moved")
    before, after = bump(paying_pool, node)
    assert len(after) == 1 and len(node.rpc.getrawmempool()) == len(before)
    eventually(lambda: received(node, users[1]) if node.mine(1) else None, "the other's coins", 90)
    assert received(node, users[0]) == 0
    actions = [row[0] for row in paying_pool.query("SELECT action FROM audit_log ORDER BY id")]
    assert actions == ["payments paused", "user frozen", "payments resumed", "payment bumped"]
