"""Payments by a real node's wallet: killed at every call, replaced, conflicting, re-organised and
signed elsewhere, the coins that leave the wallet are those of the ledger, to the satoshi."""
import decimal
import json
import os
import pathlib
import signal
import sqlite3
import subprocess

import pytest

from node import ADDRESS_TYPES, MATURITY
from pool import program
from rpc_proxy import ProxiedNode
from waiting import eventually

COIN = 100_000_000
RUN_SECONDS = 60
SETTLE_DEPTH = 6
CALLS_MAX = 60  # far more than a pass makes


def satoshi(coins):
    return int(decimal.Decimal(coins) * COIN)


class Payments:
    """A ledger in a folder of its own, a wallet `pay` with coins and one of miners."""

    def __init__(self, folder, node, other=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.node = node
        self.other = other  # a second node that must bear out what is in a block
        self.joined = False
        self.url = node.url
        self.wallet = "pay"
        self.kind = "hot"
        self.credits = 0
        self.credited = {}
        for name in ("pay", "miners"):
            node.rpc.createwallet(name, False, False, "", False, True, True)  # loaded at start
        self.pay = node.wallet("pay")
        self.miners = node.wallet("miners")
        self.fund(8)
        self.tool("prepare")

    def fund(self, coins):
        self.node.rpc.generatetoaddress(coins, self.pay.getnewaddress())
        self.node.mine(MATURITY)
        self.funded = self.holdings()

    def holdings(self):
        balances = self.pay.getbalances()["mine"]
        return sum(satoshi(balances[each]) for each in ("trusted", "untrusted_pending", "immature"))

    def command(self, *words):
        other = [self.other.url, self.other.cookie_file] if self.other else []
        return [program("payment-tool"), str(self.folder), self.url, self.node.cookie_file,
                self.wallet, self.kind, *other, "--", *map(str, words)]

    def tool(self, *words):
        done = subprocess.run(self.command(*words), capture_output=True, text=True,
                              timeout=RUN_SECONDS, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def run(self):
        return self.tool("run")

    def credit(self, amount, kind="bech32"):
        """Owes `amount` to a new address."""
        address = self.miners.getnewaddress("", kind)
        self.credits += 1
        self.tool("credit", f"credit {self.credits}", address, amount)
        self.credited[address] = amount
        return address

    def mine(self, blocks=1):
        self.node.mine(blocks)
        if self.joined:
            self.join()

    def join(self):
        """Until both nodes have the longer chain."""
        if not self.joined:
            self.node.rpc.setnetworkactive(True)
            self.node.connect(self.other)
            self.joined = True
        eventually(lambda: self.node.tip() == self.other.tip(), "one chain of both nodes")

    def part(self):
        self.node.rpc.setnetworkactive(False)
        self.joined = False

    def mine_elsewhere(self, blocks):
        """Without any payment, on the other node alone."""
        for _ in range(blocks):
            self.other.rpc.generateblock(self.other.payout_address(), [])

    def rows(self, sql):
        with sqlite3.connect(self.folder / "lode.sqlite") as database:
            return database.execute(sql).fetchall()

    def payment(self):
        """The newest one's id, state and txids in display order."""
        number, state = self.rows("SELECT id, state FROM payment ORDER BY id DESC LIMIT 1")[0]
        versions = self.rows(f"SELECT txid FROM payment_version WHERE payment_id = {number} "
                             "ORDER BY version")
        return number, state, [row[0][::-1].hex() for row in versions]

    def settle(self):
        """Mines until the payments are deep, and follows them."""
        self.mine(SETTLE_DEPTH)
        report = self.run()
        assert report["open"] == 0, report
        return report

    def check(self, lost=0):
        """All who were credited have it, once, and nothing else left the wallet but `lost`."""
        sums = self.tool("verify")
        assert sums["complaints"] == []
        assert sums["locked"] == 0
        paid = dict(self.rows(
            "SELECT a.owner_name, b.amount FROM ledger_balance b JOIN ledger_account a "
            "ON a.id = b.account_id WHERE a.pot = 'paid'"))
        assert paid == self.credited
        for address, amount in self.credited.items():
            assert satoshi(self.miners.getreceivedbyaddress(address, 1)) == amount
        assert self.funded - self.holdings() == sums["paid"] + sums["network_fee"] + lost


@pytest.fixture
def payments(folder, node):
    return Payments(folder / "payments", node)


def test_each_kind_of_address_is_paid_what_the_ledger_says(payments):
    for number, kind in enumerate(ADDRESS_TYPES):
        payments.credit(1_000_000 + number, kind)
    report = payments.run()
    assert (report["planned"], report["sent"], report["troubles"]) == (1, 1, [])
    payments.mine(SETTLE_DEPTH - 1)
    assert payments.run()["settled"] == 0
    payments.mine()
    assert payments.run()["settled"] == 1
    payments.check()


def killed_at(payments, proxy, call, side):
    """A pass that is killed before or after its n-th call to the node; whether it came so far."""
    process = subprocess.Popen(payments.command("run"), stdout=subprocess.DEVNULL)
    seen = 0

    def kill():
        nonlocal seen
        seen += 1
        if seen != call:
            return False
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        return True

    setattr(proxy, side, kill)
    code = process.wait(RUN_SECONDS)
    setattr(proxy, side, None)
    assert code in (0, -signal.SIGKILL)
    return code != 0


def test_a_kill_at_any_call_to_the_node_pays_once(payments):
    proxy = ProxiedNode(payments.node)
    payments.url = proxy.url
    rounds = 0
    try:
        for call in range(1, CALLS_MAX):
            reached = False
            for side in ("before", "after"):
                payments.credit(100_000 + call)
                reached |= killed_at(payments, proxy, call, side)
                rounds += 1
            report = payments.run()  # goes on, and pays what came meanwhile
            assert report["troubles"] == []
            payments.mine(3)
            if not reached:
                break
    finally:
        proxy.close()
    assert 20 < rounds < 2 * CALLS_MAX
    payments.url = payments.node.url
    payments.settle()
    payments.check()


def test_a_node_that_forgets_its_mempool_is_sent_the_payment_again(folder, make_node):
    node = make_node(arguments=["-persistmempool=0", "-walletbroadcast=0"])
    node.mine(1)
    payments = Payments(folder / "payments", node)
    payments.credit(2_000_000)
    payments.run()
    node.restart()
    payments.pay, payments.miners = node.wallet("pay"), node.wallet("miners")
    payments.url = node.url
    assert node.rpc.getrawmempool() == []
    payments.run()
    assert node.rpc.getrawmempool() == payments.payment()[2]
    payments.settle()
    payments.check()


def test_a_replaced_fee_is_the_ledgers_fee(payments):
    payments.credit(3_000_000)
    payments.run()
    number, _, first = payments.payment()
    fee = payments.tool("bump", number)
    payments.run()
    _, _, versions = payments.payment()
    assert versions[0] == first[0] and len(versions) == 2
    assert payments.node.rpc.getrawmempool() == [versions[1]]
    assert satoshi(payments.node.rpc.getmempoolentry(versions[1])["fees"]["base"]) == fee
    payments.settle()
    payments.check()


def test_a_fee_that_somebody_raised_in_the_wallet_is_the_ledgers_too(payments):
    payments.credit(3_000_000)
    payments.run()
    raised = payments.pay.bumpfee(payments.payment()[2][0])
    payments.mine(SETTLE_DEPTH)
    payments.run()
    report = payments.run()
    assert report["open"] == 0
    assert payments.payment()[2][-1] == raised["txid"]
    payments.check()


def spend_elsewhere(payments):
    """A coin of the newest payment, instead of it; what was lost by that."""
    rpc = payments.node.rpc
    spent = rpc.getrawtransaction(payments.payment()[2][0], True)["vin"][0]
    held = rpc.gettxout(spent["txid"], spent["vout"], False)["value"]
    elsewhere = payments.node.payout_address()
    raw = rpc.createrawtransaction([{"txid": spent["txid"], "vout": spent["vout"]}],
                                   {elsewhere: held - decimal.Decimal("0.001")})
    theft = rpc.sendrawtransaction(payments.pay.signrawtransactionwithwallet(raw)["hex"])
    assert rpc.getrawmempool() == [theft]
    payments.tool("ignore", theft)  # whose it is a person knows
    return satoshi(held)


def test_coins_spent_otherwise_cancel_a_payment_only_six_deep(payments):
    payments.credit(4_000_000)
    payments.run()
    lost = spend_elsewhere(payments)
    payments.mine(5)
    report = payments.run()
    assert report["cancelled"] == 0 and report["open"] == 1 and report["troubles"]
    payments.mine()
    report = payments.run()
    assert report["cancelled"] == 1
    assert report["planned"] == 1  # anew, at once
    payments.settle()
    payments.check(lost=lost)


@pytest.fixture
def two_nodes(folder, node, make_node):
    """Payments by a wallet at one node, which another must bear out."""
    made = Payments(folder / "payments", node, make_node())
    made.join()
    return made


def test_a_payment_is_settled_once_both_nodes_have_it_deep(two_nodes):
    two_nodes.credit(4_000_000)
    two_nodes.run()
    two_nodes.part()
    two_nodes.mine(SETTLE_DEPTH)
    report = two_nodes.run()
    assert (report["settled"], report["open"]) == (0, 1)
    two_nodes.join()
    assert two_nodes.run()["settled"] == 1
    two_nodes.check()


def test_a_payment_deep_in_one_nodes_chain_alone_is_followed_through_its_reorganisation(two_nodes):
    two_nodes.credit(4_000_000)
    two_nodes.run()
    two_nodes.part()
    two_nodes.mine(SETTLE_DEPTH)
    two_nodes.mine_elsewhere(SETTLE_DEPTH + 2)
    assert two_nodes.run()["settled"] == 0
    two_nodes.join()
    report = two_nodes.run()
    assert (report["settled"], report["cancelled"], report["open"]) == (0, 0, 1)
    assert two_nodes.node.rpc.getrawmempool() == two_nodes.payment()[2]
    two_nodes.settle()
    two_nodes.check()


def test_coins_spent_otherwise_in_one_nodes_chain_alone_cancel_nothing(two_nodes):
    two_nodes.credit(4_000_000)
    two_nodes.run()
    two_nodes.part()
    lost = spend_elsewhere(two_nodes)
    two_nodes.mine(SETTLE_DEPTH)
    two_nodes.mine_elsewhere(SETTLE_DEPTH + 2)
    report = two_nodes.run()
    assert (report["cancelled"], report["open"]) == (0, 1) and report["troubles"]
    two_nodes.join()
    report = two_nodes.run()
    assert (report["cancelled"], report["open"]) == (0, 1)
    # Now it is mined where both see it.
    two_nodes.mine(SETTLE_DEPTH)
    assert two_nodes.run()["cancelled"] == 1
    two_nodes.settle()
    two_nodes.check(lost=lost)


def test_a_database_from_a_backup_pays_nobody_twice(payments):
    payments.credit(1_000_000)
    payments.run()
    payments.settle()
    payments.credit(2_000_000)
    payments.credit(3_000_000)
    database = payments.folder / "lode.sqlite"
    with sqlite3.connect(database) as before:
        backup = list(before.iterdump())
    payments.run()
    _, _, [txid] = payments.payment()
    for blocks in (0, SETTLE_DEPTH):  # forgotten while it is unconfirmed, and when it is deep
        payments.mine(blocks)
        for file in payments.folder.glob("lode.sqlite*"):
            file.unlink()
        with sqlite3.connect(database) as restored:
            restored.executescript("".join(f"{line}\n" for line in backup))
        report = payments.run()
        assert (report["planned"], report["unknown"]) == (0, [txid])
    assert payments.tool("book", txid) == 2
    report = payments.run()
    assert (report["settled"], report["planned"], report["unknown"]) == (1, 0, [])
    payments.check()


def test_a_payment_that_a_reorganisation_takes_out_is_paid_once(payments):
    payments.credit(5_000_000)
    payments.run()
    payments.mine(3)
    payments.run()
    rpc = payments.node.rpc
    rpc.invalidateblock(rpc.getblockhash(rpc.getblockcount() - 2))
    assert payments.run()["open"] == 1
    assert rpc.getrawmempool() == payments.payment()[2]
    payments.node.mine(1, "legacy")  # the same block again would stay invalid
    payments.settle()
    payments.check()


def test_a_watch_only_wallet_pays_what_people_sign(payments):
    rpc = payments.node.rpc
    rpc.createwallet("watch", True, True, "", False, True, True)
    watch = payments.node.wallet("watch")
    public = payments.pay.listdescriptors()["descriptors"]
    done = watch.importdescriptors([
        {"desc": each["desc"], "timestamp": 0, "active": each["active"],
         "internal": each.get("internal", False), "range": each["range"]} for each in public])
    assert all(each["success"] for each in done), done
    payments.wallet, payments.kind = "watch", "watch_only"
    payments.credit(6_000_000)
    report = payments.run()
    assert (report["planned"], report["sent"], report["open"]) == (1, 0, 1)
    number, state, _ = payments.payment()
    assert state == "locked"
    psbt = payments.tool("export", number)
    signed = payments.pay.walletprocesspsbt(psbt)
    txid = payments.tool("import", number, signed["psbt"])
    assert payments.run()["sent"] == 1
    assert rpc.getrawmempool() == [txid]
    # A replacement goes the same way.
    raised = payments.pay.walletprocesspsbt(payments.tool("export", number, 50_000))
    replaced = payments.tool("import", number, raised["psbt"])
    payments.run()
    assert rpc.getrawmempool() == [replaced]
    payments.settle()
    payments.check()
