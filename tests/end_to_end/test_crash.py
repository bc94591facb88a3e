"""The chaos run of 30 kills, as part of every end-to-end run."""
import os
import pathlib
import subprocess

RUN = pathlib.Path(__file__).resolve().parents[1] / "chaos" / "run"
SECONDS_MAX = 240


def test_thirty_kills_lose_and_double_nothing():
    rounds = os.environ.get("LODE_CHAOS_ROUNDS", "30")
    done = subprocess.run([str(RUN), "--rounds", rounds], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=SECONDS_MAX, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
