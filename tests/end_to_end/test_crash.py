"""The chaos runs, of one process and of a cluster, as part of every end-to-end run."""
import os
import pathlib
import signal
import subprocess

RUN = pathlib.Path(__file__).resolve().parents[1] / "chaos" / "run"
SECONDS_MAX = 600  # three times what the longest takes on a busy machine
END_SECONDS = 60  # to end what was started
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
    with subprocess.Popen([str(RUN), *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as run:
        try:
            said, _ = run.communicate(timeout=SECONDS_MAX)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGINT)  # so that its cluster ends with it
            said, _ = run.communicate(timeout=END_SECONDS)
    assert run.returncode == 0, said[-6000:]
