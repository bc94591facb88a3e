"""A whole pool in one process: `lode run` with its own configuration in a folder of its own."""
import decimal
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

from stratum_client import StratumClient
from waiting import eventually, free_ports

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "deploy" / "local_cluster"))
# pylint: disable=wrong-import-position
from tables import merged, toml

PROGRAMS = ROOT / "build" / "release" / "bin"
START_SECONDS = 30
STOP_SECONDS = 20
EXIT_TAKEN = 3  # a port or a lock is taken
PORT_ATTEMPTS = 5


def program(name):
    path = PROGRAMS / name
    assert path.exists(), f"{path} is not built; run tests/run release"
    return str(path)


class Pool:
    """`lode run`; `changes` are laid over the configuration, as nested dicts."""

    def __init__(self, folder, nodes, payout_address, changes=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.nodes = nodes
        self.payout_address = payout_address
        self.changes = changes or {}
        self.network = nodes[0].network  # as configured
        self.cookie_file = None  # instead of each node's own
        self.listener = {}  # settings of the one listener besides its address and port
        self.data_dir = self.folder / "data"
        self.config_file = self.folder / "lode.toml"
        self.log_file = self.folder / "lode.log"
        self.process = None
        self.choose_ports()

    def choose_ports(self):
        self.health_port, self.stratum_port, self.api_port = free_ports(3)

    def configuration(self):
        return merged({
            "data_dir": self.data_dir,
            "bus": {"url": "embedded:"},
            "database": {"url": "sqlite:"},
            "chain": [{
                "name": self.nodes[0].network,
                "coin": "bitcoin",
                "network": self.network,
                "payout_address": self.payout_address,
                "node": [{"url": node.url, "cookie_file": self.cookie_file or node.cookie_file,
                          "zmq": node.facts["zmq_hashblock"], "priority": number}
                         for number, node in enumerate(self.nodes)],
            }],
            "gbtmaker": {"health_port": self.health_port},
            "sserver": {"listener": [{"address": "127.0.0.1", "port": self.stratum_port,
                                      **self.listener}]},
            "statshttpd": {"address": "127.0.0.1", "port": self.api_port},
        }, self.changes)

    def write_configuration(self):
        self.config_file.write_text("# Written by the test.\n" + toml(self.configuration()) + "\n")

    # The process.

    def launch(self):
        """Starts the program and does not wait for it."""
        self.write_configuration()
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([program("lode"), "run", "--config", self.config_file],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def start(self):
        """Starts the program and waits until it is healthy; takes other ports if its are taken."""
        for _ in range(PORT_ATTEMPTS):
            self.launch()
            deadline = time.monotonic() + START_SECONDS
            while not self.is_healthy():
                code = self.process.poll()
                if code == EXIT_TAKEN:
                    break
                assert code is None, f"lode run ended with {code}:\n{self.log()[-3000:]}"
                assert time.monotonic() < deadline, f"never healthy:\n{self.log()[-3000:]}"
                time.sleep(0.02)
            else:
                return self
            self.choose_ports()
        raise AssertionError("ports were taken again and again")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def close(self):
        """Whatever state it is in, it runs no more."""
        if self.process and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"lode run ignored SIGTERM:\n{self.log()[-3000:]}") from None

    # What it says.

    def get(self, port, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def is_healthy(self):
        try:
            self.get(self.health_port, "/healthz")
            return True
        except (urllib.error.URLError, OSError):
            return False

    def api(self, path):
        return json.loads(self.get(self.api_port, f"/api/v1/{path}"), parse_float=decimal.Decimal)

    def metrics(self):
        """Sample (name with its labels) -> value."""
        samples = {}
        for line in self.get(self.health_port, "/metrics").splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                samples[name] = float(value)
        return samples

    def total(self, name, label=""):
        """Of the samples of lode_NAME with such a label, over all loops."""
        return sum(value for sample, value in self.metrics().items()
                   if sample.split("{")[0] == f"lode_{name}" and label in sample)

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def wait_for_log(self, phrase, seconds=30):
        return eventually(lambda: next((line for line in self.log().splitlines() if phrase in line),
                                       None), f"'{phrase}' in the log", seconds)

    def query(self, sql, *parameters):
        """Rows of the accounting database, opened for reading only."""
        connection = sqlite3.connect(f"file:{self.database_file()}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()

    def database_file(self):
        return self.data_dir / "lode.sqlite"

    def wait_until_counted(self):
        """Once all miners have gone: until every share answered with true is in the sums; how many.

        Shares may be on their way to the disk after their miner has left.
        """
        def counted():
            metrics = self.metrics()

            def total(name, label=""):
                return sum(value for sample, value in metrics.items()
                           if sample.startswith(f"lode_{name}{{") and label in sample)
            if total("connections") or total("shares_under_way"):
                return None
            accepted = total("shares_total", 'verdict="accepted"')
            sums = self.query("SELECT COALESCE(SUM(shares), 0) FROM user_bucket")[0][0]
            return (accepted,) if sums == accepted else None
        return eventually(counted, "every answered share in the sums")[0]

    # Who mines on it.

    def connect(self, source=None):
        return StratumClient(self.stratum_port, source=source)

    def miner(self, user):
        """A connected, subscribed and authorised client."""
        return self.connect().subscribe().authorize(user)


def run_lode(*arguments, folder=None, timeout=60):
    """Runs `lode` to its end; for commands that return."""
    return subprocess.run([program("lode"), *map(str, arguments)], capture_output=True, text=True,
                          cwd=folder, timeout=timeout, check=False, env=os.environ)
