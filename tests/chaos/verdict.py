"""Judges a pool after crashes: what the clients heard against what the pool has counted."""
import collections
import json
import subprocess

import chain
from crew import ACCEPTED, IN_FLIGHT, PATIENCE, REFUSED
from pool import program, run_lode
from waiting import eventually

SHOWN_MAX = 5  # hashes named in one complaint
# Of one reading of the archive: a million shares on a machine with other work.
READ_SECONDS = 300


class Verdict:
    """Complaints and the figures of the summary."""

    def __init__(self, pool, node, record):
        self.pool = pool
        self.node = node
        self.record = record
        self.complaints = []
        self.counted = {}
        self.unanswered = set()
        self.verified = None  # what `lode sharelog verify` said last
        self.blocks = {}

    def complain(self, what, found):
        if found:
            shown = ", ".join(map(str, sorted(found)[:SHOWN_MAX]))
            self.complaints.append(f"{len(found)} {what}: {shown}")

    def judge(self, first_height):
        self.judge_shares()
        self._judge_blocks(first_height)
        return self

    def judge_shares(self):
        """All but the blocks: for a chain on which others mine, too."""
        self._wait_until_counted()
        self._judge_shares()
        self._judge_sums()
        return self

    def dump(self):
        """How often each hash is in the archive; its shares are read one by one."""
        with subprocess.Popen([program("lode"), "sharelog", "dump", "--config",
                               str(self.pool.config_file), "--json"], stdout=subprocess.PIPE,
                              text=True) as process:
            found = collections.Counter(json.loads(line)["hash"] for line in process.stdout)
        assert process.returncode == 0, f"sharelog dump ended with {process.returncode}"
        return found

    def _wait_until_counted(self):
        """Until nothing more is counted."""
        wanted = len(self.record.of(ACCEPTED))
        try:
            # Shares whose answer was never sent may still be on their way: so until all stands.
            eventually(lambda: self._counted_shares() >= wanted and self._is_verified_at_rest(),
                       "accepted shares in sums that stand still", READ_SECONDS)
        except AssertionError as problem:
            self.complaints.append(str(problem))

    def _counted_shares(self):
        return self.pool.query("SELECT COALESCE(SUM(shares), 0) FROM user_bucket")[0][0]

    def _is_verified_at_rest(self):
        """Reads the whole archive; whether nothing new came meanwhile and all of it is counted."""
        before = self._counted_shares()
        self.verified = run_lode("sharelog", "verify", "--config", self.pool.config_file,
                                 timeout=READ_SECONDS)
        return "newer batches" not in self.verified.stdout and before == self._counted_shares()

    def _judge_shares(self):
        self.counted = self.dump()
        accepted, refused = self.record.of(ACCEPTED), self.record.of(REFUSED)
        in_flight = self.record.of(IN_FLIGHT)
        self.unanswered = in_flight & self.counted.keys()
        self.complain("answered true but not counted", accepted - self.counted.keys())
        self.complain("counted twice",
                      {found for found, times in self.counted.items() if times > 1})
        self.complain("refused but counted", refused & self.counted.keys())
        self.complain("counted but never sent",
                      self.counted.keys() - accepted - refused - in_flight)
        if self.verified is None:
            self._is_verified_at_rest()
        if self.verified.returncode != 0:
            self.complaints.append("lode sharelog verify: " + self.verified.stdout.strip())

    def _judge_sums(self):
        """Per user, the database's buckets are the archive's shares."""
        archived = collections.Counter(self.record.shares[found].user for found in self.counted
                                       if found in self.record.shares)
        for table, join in (
                ("user_bucket", "JOIN user u ON u.id = b.user_id"),
                ("worker_bucket", "JOIN worker w ON w.id = b.worker_id "
                                  "JOIN user u ON u.id = w.user_id")):
            sums = dict(self.pool.query(f"SELECT u.name, SUM(b.shares) FROM {table} b {join} "
                                        "GROUP BY u.name"))
            if sums != archived:
                self.complaints.append(f"{table} has {sums}, the archive {dict(archived)}")

    def _judge_blocks(self, first_height):
        """Every solution answered with true has a row, and so has every block of the chain."""
        solved = {found for found, sent in self.record.shares.items()
                  if sent.solves_block and sent.outcome == ACCEPTED}

        def missing():
            self.blocks = {chain.to_display(bytes(found)): state for found, state
                           in self.pool.query("SELECT block_hash, state FROM block")}
            return solved - self.blocks.keys()
        self._eventually_none(missing, "solved blocks without a row")

        height = self.node.rpc.getblockcount()
        best = {self.node.rpc.getblockhash(each) for each in range(first_height + 1, height + 1)}

        def unsettled():
            missing()
            return {found for found in best
                    if self.blocks.get(found) not in ("accepted", "confirmed")}
        self._eventually_none(unsettled, "blocks of the best chain not recorded as accepted")

    def _eventually_none(self, missing, what):
        try:
            eventually(lambda: not missing(), what, PATIENCE)
        except AssertionError:
            self.complain(what, missing())
