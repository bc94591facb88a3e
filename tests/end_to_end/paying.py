"""Pools that pay, and what their books and the chain say of it."""
import json

import chain
from pool import run_lode
from waiting import eventually

WALLET = "lode"
COIN = 100_000_000
FEE_PPM = 20_000
# Everything soon, and no limit in the way of the 50 coins that each block of regtest brings.
PAYOUT = {"payments": "wallet", "wallet": WALLET, "settle_interval": "1s",
          "payment_interval": "1s", "settle_depth": 3, "base_fee_ppm": FEE_PPM,
          "batch_base_units_max": 10**14, "day_base_units_max": 10**14}


def lode(pool, *arguments, code=0):
    done = run_lode(*arguments, "--config", pool.config_file)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def exported(pool, what, *arguments):
    lines = lode(pool, "payout", "export", "--what", what, "--format", "json", *arguments)
    return [json.loads(line) for line in lines.splitlines()]


def balances(pool):
    """(owner, pot) -> base units, of users and fee recipients."""
    return {(row["owner"], row["pot"]): row["amount"] for row in exported(pool, "balances")
            if row["owner_kind"] in ("user", "fee")}


def received(node, address):
    """What the chain holds for an address, in base units; the wallet is not asked."""
    found = node.rpc.scantxoutset("start", [{"desc": f"addr({address})"}])
    return int(found["total_amount"] * COIN)


def credit_of(pool, block):
    """State of its credit, and how often something was posted for it; or nothing yet."""
    for found, state, revision in pool.query("SELECT block_hash, state, revision "
                                             "FROM block_credit"):
        if chain.to_display(bytes(found)) == block:
            return state, revision
    return None


def wait_for_credit(pool, block, state):
    """Until its credit is in that state; its revision."""
    def reached():
        credit = credit_of(pool, block)
        return credit if credit and credit[0] == state else None
    return eventually(reached, f"the credit of {block} {state}", 90)[1]


def solve(pool, node, client):
    """A block of the client's, in the chain and credited."""
    tip = node.tip()
    job = client.wait_for_job(lambda one: chain.to_display(one.previous) == tip,
                              "a job on the tip")
    share = client.find_block(job)
    assert client.submit(share) is True
    eventually(lambda: node.tip() == share.display_hash, "our block as the tip")
    wait_for_credit(pool, share.display_hash, "provisional")
    return share.display_hash
