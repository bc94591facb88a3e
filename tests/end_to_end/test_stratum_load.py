"""The load generator against a real pool: each mode for a second, and what it says it saw against
what the pool counted."""
import contextlib
import json
import signal
import subprocess

import pytest

from pool import program
from waiting import eventually

DUPLICATE, LOW_DIFFICULTY = "22", "23"
RUN_SECONDS = 60
TINY = "2^-32"  # every hash is a share
# A load that has every share refused is not closed for it.
OPEN = {"users": "open", "max_invalid_percent": 100}
SETTINGS = {"sserver": {**OPEN, "min_difficulty": TINY, "max_difficulty": TINY}}


@pytest.fixture
def tiny(make_pool, node):
    """A pool on regtest, where half of all hashes are blocks."""
    made = make_pool([node], SETTINGS)
    made.listener = {"start_difficulty": TINY}
    return made.start()


def command(pool, mode, *arguments):
    return [program("stratum-load"), mode, f"--url=stratum+tcp://127.0.0.1:{pool.stratum_port}",
            "--user=load", "--json", *map(str, arguments)]


def load(pool, mode, *arguments):
    done = subprocess.run(command(pool, mode, *arguments), capture_output=True, text=True,
                          timeout=RUN_SECONDS, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout)


def counted(pool, verdict):
    """Of the pool's own metric, over all loops."""
    return sum(value for sample, value in pool.metrics().items()
               if sample.startswith("lode_shares_total{") and f'verdict="{verdict}"' in sample)


def test_a_closed_loop_of_shares_is_accepted_and_counted(tiny):
    seen = load(tiny, "submit", "--connections", 20, "--in-flight", 4, "--duration", 1)
    shares = seen["shares"]
    assert seen["logins"] == 20 and seen["lost"] == 0
    assert shares["accepted"] == shares["sent"] > 100
    assert shares["refused"] == {} and shares["unanswered"] == 0
    assert shares["latency_ns"]["count"] == shares["sent"]
    assert counted(tiny, "accepted") == shares["accepted"]


def test_an_open_loop_keeps_its_rate(tiny):
    shares = load(tiny, "submit", "--connections", 20, "--rate", 500, "--arrivals", "even",
                  "--duration", 2)["shares"]
    assert shares["sent"] + shares["not_sent"] == pytest.approx(1000, abs=2)
    assert counted(tiny, "accepted") == shares["accepted"] == shares["sent"]


def test_only_the_first_of_duplicates_is_good(tiny):
    again = load(tiny, "submit", "--connections", 5, "--in-flight", 2, "--refused", "duplicate",
                 "--duration", 1)["shares"]
    assert again["accepted"] == 5, "one of each client"
    assert again["refused"] == {DUPLICATE: counted(tiny, "duplicate")}


def test_low_shares_are_refused(make_pool, make_node):
    """On a signet, because regtest's own difficulty, which no session's passes, lets all in."""
    signet = make_node(network="signet")
    hard = make_pool([signet], {"sserver": OPEN}).start()
    low = load(hard, "submit", "--connections", 5, "--in-flight", 2, "--refused", "low",
               "--duration", 1)["shares"]
    assert low["accepted"] == 0
    assert low["refused"] == {LOW_DIFFICULTY: counted(hard, "low_difficulty")}


def test_solved_shares_become_blocks(tiny, node):
    before = node.rpc.getblockcount()
    shares = load(tiny, "submit", "--connections", 2, "--solve", "--rate", 2, "--arrivals", "even",
                  "--duration", 2)["shares"]
    assert len(shares["solved"]) == shares["sent"] >= 3
    eventually(lambda: node.rpc.getblockcount() > before, "a block of the load's")
    assert all(node.rpc.getblockheader(one["hash"])["hash"] == one["hash"]
               for one in shares["solved"])


def test_stale_shares_begin_with_a_new_block(tiny, node):
    with ready(tiny, "submit", "--in-flight", 1, "--refused", "stale", "--duration",
               3) as running:
        node.mine(1)
        shares = json.loads(running.communicate(timeout=RUN_SECONDS)[0])["shares"]
    assert shares["accepted"] == 0 and shares["sent"] > 0
    assert shares["refused"] == {"21": counted(tiny, "stale")}


def test_a_crowd_is_let_in_and_leaves(tiny):
    seen = load(tiny, "crowd", "--connections", 300, "--sources", 3)
    assert seen["logins"] == 300 and seen["lost"] == 0
    assert 0 < seen["gathered_ns"] < RUN_SECONDS * 1e9


def test_churn_logs_in_so_many_a_second(tiny):
    seen = load(tiny, "churn", "--connections", 100, "--rate", 100, "--arrivals", "even",
                "--duration", 2)
    assert seen["logins"] == pytest.approx(200, abs=3)
    assert seen["login_ns"]["count"] == seen["logins"]


@contextlib.contextmanager
def ready(pool, mode, *arguments):
    """The running load, once its two connections are ready."""
    with subprocess.Popen(command(pool, mode, "--connections", 2, *arguments),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert "2 of 2 connections ready" in running.stderr.readline()
        yield running


def test_a_signal_ends_the_load(tiny):
    with ready(tiny, "idle", "--duration", 600) as running:
        running.send_signal(signal.SIGTERM)
        assert json.loads(running.communicate(timeout=RUN_SECONDS)[0])["logins"] == 2
    assert running.returncode == 0


def test_a_job_is_seen_to_come_to_all(tiny, node):
    with ready(tiny, "notify", "--duration", 3) as running:
        tip = node.mine(1)[0]
        seen = json.loads(running.communicate(timeout=RUN_SECONDS)[0])
    jobs = [job for job in seen["jobs"] if job["previous"] == tip]
    assert jobs and jobs[0]["clients"] == 2
    assert 0 < jobs[0]["first_at_ns"] <= jobs[0]["last_at_ns"]


def test_a_pool_that_refuses_the_login_is_told(pool):
    done = subprocess.run(command(pool, "idle", "--connections", 1, "--duration", 1),
                          capture_output=True, text=True, timeout=RUN_SECONDS, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["lost"] == 1
