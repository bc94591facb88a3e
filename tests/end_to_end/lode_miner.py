"""The CPU miner as a process of its own, with its log in a file."""
import pathlib
import signal
import subprocess

from pool import STOP_SECONDS, program
from waiting import eventually


class LodeMiner:
    """`lode-miner` on one thread."""

    def __init__(self, log_file, port, user):
        self.log_file = pathlib.Path(log_file)
        self.command = [program("lode-miner"), "--url", f"stratum+tcp://127.0.0.1:{port}",
                        "--user", user, "--threads", "1", "--log", "debug"]
        self.process = None

    def start(self):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        return self

    def wait_for_end(self):
        """The exit code, once it ends by itself."""
        return self.process.wait(STOP_SECONDS)

    def stop(self):
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait_for_end()

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def count(self, phrase):
        return self.log().count(phrase)

    def wait_for_log(self, phrase, times=1):
        """Until the phrase has been logged so often."""
        eventually(lambda: self.count(phrase) >= times, f"{times} x '{phrase}' of lode-miner")
