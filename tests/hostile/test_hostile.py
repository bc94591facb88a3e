"""A minute of the hostile run under AddressSanitizer, as part of every full test run."""
import pathlib
import subprocess

RUN = pathlib.Path(__file__).resolve().parent / "run"
SECONDS_MAX = 420  # with the start, the last waves and the verdict, on a busy machine


def test_honest_miners_lose_nothing_in_a_minute_of_attacks():
    done = subprocess.run([str(RUN), "--duration", "1m"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=SECONDS_MAX, check=False)
    assert done.returncode == 0, done.stdout[-8000:]
