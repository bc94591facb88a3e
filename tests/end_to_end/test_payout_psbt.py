"""A pool whose wallet only watches: payments are exported, signed by another wallet, taken in, and
raised in the same way."""
import pytest

from paying import COIN, PAYOUT, WALLET, balances, exported, lode, received, solve
from pool import run_lode
from waiting import eventually

MATURITY = 101
RATE = 50_000  # base units for 1,000 virtual bytes; far above the first version's


@pytest.fixture(name="keys")
def fixture_keys(node):
    """The wallet with the keys, beside one that watches the same addresses."""
    node.rpc.createwallet("keys")
    node.rpc.createwallet(WALLET, True, True)
    keys, watching = node.wallet("keys"), node.wallet(WALLET)
    done = watching.importdescriptors(
        [{"desc": each["desc"], "timestamp": "now", "active": each["active"],
          "internal": each.get("internal", False), "range": each["range"]}
         for each in keys.listdescriptors()["descriptors"]])
    assert all(each["success"] for each in done), done
    return keys


@pytest.fixture(name="watching_pool")
def fixture_watching_pool(make_pool, node, keys):
    pool = make_pool([node], {"payout": PAYOUT | {"payments": "psbt"},
                              "chain": [{"maturity": MATURITY}]})
    pool.payout_address = keys.getnewaddress()
    return pool.start()


def payment(pool, state):
    """The number of the only payment, once it is in that state."""
    def reached():
        rows = pool.query("SELECT id, state FROM payment")
        assert len(rows) <= 1
        return [number for number, found in rows if found == state]
    return eventually(reached, f"a payment that is {state}", 90)[0]


def sign(pool, keys, number, *options):
    """Exports a payment, signs it and takes it in; what was said."""
    psbt = lode(pool, "payout", "psbt", "export", "--payment", number, *options).strip()
    file = pool.folder / "signed.psbt"
    file.write_text(keys.walletprocesspsbt(psbt)["psbt"] + "\n")
    return lode(pool, "payout", "psbt", "import", "--payment", number, "--file", file)


def sent(node, other_than=None):
    """The one transaction the node would mine, once it is there."""
    def found():
        waiting = node.rpc.getrawmempool()
        return waiting if len(waiting) == 1 and waiting[0] != other_than else None
    return eventually(found, "the payment in the mempool")[0]


def test_what_another_wallet_signs_and_raises_is_paid_and_settled(watching_pool, node, keys):
    user = node.payout_address(2)
    with watching_pool.miner(user) as client:
        solve(watching_pool, node, client)
    node.mine(MATURITY)
    number = payment(watching_pool, "locked")
    assert node.rpc.getrawmempool() == []
    # Nobody here has the keys.
    done = run_lode("payout", "bump", "--payment", number, "--config", watching_pool.config_file)
    assert done.returncode == 1 and "nothing to replace" in done.stderr
    said = sign(watching_pool, keys, number)
    first = sent(node)
    assert first in said
    said = sign(watching_pool, keys, number, "--fee-rate", RATE)
    raised = sent(node, other_than=first)
    assert raised in said
    fee = node.rpc.getmempoolentry(raised)["fees"]["base"]
    node.mine(PAYOUT["settle_depth"])
    assert payment(watching_pool, "settled") == number
    paid = balances(watching_pool)[user, "paid"]
    assert received(node, user) == paid > 0
    assert int(fee * COIN) == sum(row["amount"] for row in exported(watching_pool, "entries")
                                  if row["pot"] == "network_fee")
    lode(watching_pool, "ledger", "verify")
    actions = [row[0] for row in watching_pool.query("SELECT action FROM audit_log ORDER BY id")]
    assert actions == 2 * ["psbt exported", "psbt imported"]
