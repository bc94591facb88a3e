"""Judges a pool's money after crashes: what the chain shows against what the ledger says."""
import chain
from pool import run_lode
from waiting import eventually

PATIENCE = 300  # seconds until all is final and paid, blocks being mined meanwhile
VERIFY_SECONDS = 300
BLOCKS_AT_ONCE = 10
BLOCKS_A_READ = 100  # in one request, of some 10 KB each
SHOWN_MAX = 5
LEAST_PAID = 100_000  # satoshi: payout's minimum_base_units, unless told otherwise


def outputs_by_address(node, txid_of_interest):
    """Address -> satoshi, of the transactions in the best chain of which txid_of_interest(txid)."""
    sums = {}
    for transaction in transactions(node):
        if not txid_of_interest(transaction["txid"]):
            continue
        for output in transaction["vout"]:
            address = output["scriptPubKey"].get("address")
            sums[address] = sums.get(address, 0) + int(output["value"] * 100_000_000)
    return sums


def transactions(node):
    """Of the best chain, but for coinbases."""
    heights = range(1, node.rpc.getblockcount() + 1)
    for first in range(0, len(heights), BLOCKS_A_READ):
        hashes = node.rpc.batch("getblockhash", [[height] for height in
                                                 heights[first:first + BLOCKS_A_READ]])
        # Most blocks have no more than a coinbase, which the short form tells at once.
        for block in node.rpc.batch("getblock", [[found, 1] for found in hashes]):
            if len(block["tx"]) > 1:
                yield from node.rpc.getblock(block["hash"], 2)["tx"][1:]


class MoneyVerdict:
    """Complaints and figures, once every block is final and every payment settled."""

    def __init__(self, pool, node):
        self.pool = pool
        self.node = node
        self.complaints = []
        self.paid = {}
        self.credited = 0

    def complain(self, what, found):
        if found:
            shown = ", ".join(map(str, sorted(found)[:SHOWN_MAX]))
            self.complaints.append(f"{len(found)} {what}: {shown}")

    def judge(self):
        self._wait_until_quiet()
        self._judge_ledger()
        self._judge_blocks()
        self._judge_payments()
        return self

    # What is still under way.

    def _open_blocks(self):
        """Blocks of ours that are not decided, or whose credit is not."""
        return self.pool.query(
            "SELECT b.height, b.state, c.state FROM block b "
            "LEFT JOIN block_credit c ON c.block_hash = b.block_hash WHERE "
            "b.state IN ('found', 'submitted', 'accepted') "
            "OR (b.state = 'confirmed' AND COALESCE(c.state, '') <> 'final') "
            "OR (b.state IN ('orphaned', 'rejected') AND COALESCE(c.state, '') = 'provisional')")

    def _open_payments(self):
        return self.pool.query("SELECT id, state FROM payment "
                               "WHERE state NOT IN ('settled', 'cancelled')")

    def _unpaid(self):
        """Users whose balance is due."""
        return self.pool.query(
            "SELECT a.owner_name, b.amount FROM ledger_balance b "
            "JOIN ledger_account a ON a.id = b.account_id "
            "WHERE a.pot = 'balance' AND a.owner_kind = 'user' AND b.amount >= ?", LEAST_PAID)

    def _wait_until_quiet(self):
        def quiet():
            if not self._open_blocks() and not self._open_payments() and not self._unpaid():
                return True
            self.node.mine(BLOCKS_AT_ONCE)
            return False
        try:
            eventually(quiet, "final blocks and settled payments", PATIENCE)
        except AssertionError:
            self.complain("blocks not final", self._open_blocks())
            self.complain("payments not settled", self._open_payments())
            self.complain("balances not paid", self._unpaid())

    # What must hold then.

    def _judge_ledger(self):
        verified = run_lode("ledger", "verify", "--config", self.pool.config_file,
                            timeout=VERIFY_SECONDS)
        if verified.returncode != 0:
            self.complaints.append("lode ledger verify: " + (verified.stdout
                                                             + verified.stderr).strip())

    def _judge_blocks(self):
        """Every confirmed block is credited with what its coinbase pays the pool, no other is."""
        mined = {bytes(found): -int(amount) for found, amount in self.pool.query(
            "SELECT t.block_hash, SUM(e.amount) FROM ledger_transaction t "
            "JOIN ledger_entry e ON e.transaction_id = t.id "
            "JOIN ledger_account a ON a.id = e.account_id "
            "WHERE a.pot = 'mined' GROUP BY t.block_hash")}
        wrong = set()
        for found, state, amount in self.pool.query(
                "SELECT b.block_hash, b.state, c.pool_amount FROM block b "
                "JOIN block_coinbase c ON c.block_hash = b.block_hash"):
            due = int(amount) if state == "confirmed" else 0
            self.credited += state == "confirmed"
            if mined.pop(bytes(found), 0) != due:
                wrong.add(chain.to_display(bytes(found)))
        self.complain("blocks credited with another sum than they brought", wrong)
        self.complain("credits of blocks that are not ours",
                      {chain.to_display(found) for found in mined})
        immature = self.pool.query(
            "SELECT a.owner_name FROM ledger_balance b "
            "JOIN ledger_account a ON a.id = b.account_id "
            "WHERE a.pot = 'immature' AND b.amount <> 0")
        self.complain("accounts with immature money though all is final", immature)

    def _judge_payments(self):
        """The chain's transactions are the ledger's payments: to the satoshi, none twice."""
        ours = {}
        for payment, state, txid in self.pool.query(
                "SELECT p.id, p.state, v.txid FROM payment p "
                "JOIN payment_version v ON v.payment_id = p.id"):
            ours[chain.to_display(bytes(txid))] = (payment, state)
        seen = {}
        foreign = set()

        def is_ours(txid):
            if txid not in ours:
                foreign.add(txid)
                return False
            seen.setdefault(ours[txid], set()).add(txid)
            return True
        self.paid = outputs_by_address(self.node, is_ours)
        self.complain("transactions on the chain that the ledger does not know", foreign)
        self.complain("payments on the chain twice",
                      {payment for payment, txids in seen.items() if len(txids) > 1})
        settled = {one for one in ours.values() if one[1] == "settled"}
        self.complain("payments settled but not on the chain", settled - seen.keys())
        self.complain("payments on the chain but not settled", seen.keys() - settled)
        wrong = {}
        for address, amount in self.pool.query(
                "SELECT a.owner_name, b.amount FROM ledger_balance b "
                "JOIN ledger_account a ON a.id = b.account_id "
                "WHERE a.pot = 'paid' AND a.owner_kind = 'user'"):
            if self.paid.get(address, 0) != int(amount):
                wrong[address] = (self.paid.get(address, 0), int(amount))
        self.complain("users paid another sum than the ledger says", wrong.items())
