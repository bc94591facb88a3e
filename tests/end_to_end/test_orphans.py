"""Blocks of ours that the chain loses, one to ninety-nine deep: what they credited is taken back,
and nobody is paid for them."""
import pytest

from paying import balances, credit_of, exported, lode, solve, wait_for_credit

MATURITY = 101
SETTLED_DEPTH = 6  # a block is lost when its chain is so many blocks behind
DEPTHS = (1, 6, 99)


def undo(node, block, depth):
    """Another chain, longer than the one that has the block so deep, and settled."""
    node.mine(depth - 1, "witness")
    node.rpc.invalidateblock(block)
    node.mine(max(depth + 1, SETTLED_DEPTH + 1), "legacy")


def of_user(pool, user):
    """What the books say is the user's, by pot."""
    return {pot: amount for (owner, pot), amount in balances(pool).items()
            if owner == user and amount}


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_lost_block_credits_nobody_and_is_never_paid(paying_pool, node, depth):
    user = node.payout_address(2)
    with paying_pool.miner(user) as client:
        block = solve(paying_pool, node, client)
        assert set(of_user(paying_pool, user)) == {"immature"}
        undo(node, block, depth)
        wait_for_credit(paying_pool, block, "reversed")
        assert of_user(paying_pool, user) == {}
        # As old as if it were mature; nothing of it comes back.
        node.mine(MATURITY, "nested")
    lode(paying_pool, "ledger", "verify")
    assert credit_of(paying_pool, block)[0] == "reversed"
    assert of_user(paying_pool, user) == {}
    assert exported(paying_pool, "payments") == []
    assert {row["reason"] for row in exported(paying_pool, "entries")} == {"credit", "orphan"}


def test_a_block_that_comes_back_is_credited_again(paying_pool, node):
    user = node.payout_address(2)
    with paying_pool.miner(user) as client:
        block = solve(paying_pool, node, client)
        credited = of_user(paying_pool, user)
        undo(node, block, 2)
        lost = wait_for_credit(paying_pool, block, "reversed")
        node.rpc.invalidateblock(node.rpc.getblockhash(node.rpc.getblockcount() - SETTLED_DEPTH))
        node.rpc.reconsiderblock(block)
        node.mine(SETTLED_DEPTH, "nested")
        again = wait_for_credit(paying_pool, block, "provisional")
    assert again > lost
    assert of_user(paying_pool, user) == credited
    lode(paying_pool, "ledger", "verify")
