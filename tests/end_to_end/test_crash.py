"""The chaos runs, of one process and of a cluster, as part of every end-to-end run."""
import os
import pathlib
import subprocess

RUN = pathlib.Path(__file__).resolve().parents[1] / "chaos" / "run"
SECONDS_MAX = 240
# A plan has its first pause of a sharelogger sixth; this one kills Kafka and MariaDB before it.
FAULTS = ("--faults", "6", "--seed", "25")
# This one kills payout twice, a sharelogger, a node and MariaDB, and undoes blocks.
PAYOUT_FAULTS = ("--payouts", "8", "--seed", "4")


def test_thirty_kills_lose_and_double_nothing():
    rounds = os.environ.get("LODE_CHAOS_ROUNDS", "30")
    torment("--rounds", rounds)


def test_faults_in_a_cluster_lose_and_double_nothing():
    torment(*FAULTS)


def test_faults_between_share_and_coin_lose_and_double_nothing():
    torment(*PAYOUT_FAULTS)


def torment(*arguments):
    done = subprocess.run([str(RUN), *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=SECONDS_MAX, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
