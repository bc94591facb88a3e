"""A complete pool of processes on this machine, by the command deploy/cluster, and what tests do to
its parts. A part is named as `deploy/cluster status` names it: sserver, sserver-2, kafka, …"""
import contextlib
import decimal
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import urllib.request

import chain
from node import Node, Rpc
from pool import ROOT, toml
from stratum_client import StratumClient
from waiting import eventually

TOOL = ROOT / "deploy" / "cluster"
TOOL_SECONDS = 300  # starts of Kafka, MariaDB and node, and a minute for each service to be healthy
# Of the object that `deploy/cluster status --json` prints.
KEYS = ["dir", "stratum", "api", "node", "kafka", "database", "parts"]
HASH_BYTES = 32
SERVICES = ("statshttpd", "payout", "sharelogger", "blkmaker", "sserver", "jobmaker",
            "gbtmaker", "poolwatcher", "lode")


def run_tool(*arguments, check=True):
    done = subprocess.run([TOOL, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=TOOL_SECONDS, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done


def is_alive(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def samples(text):
    """An exposition as a dict: sample (name with its labels) -> value."""
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            found[name] = float(value)
    return found


def literal(value):
    """A parameter in SQL text."""
    if isinstance(value, int):
        return str(value)
    return f"X'{value.hex()}'" if isinstance(value, bytes) else \
        f"_utf8mb4 X'{value.encode().hex()}'"


def value_of(text):
    """A value as the client prints it. Texts are bytes for the server (they compare as such), so
    what has the length of a hash is taken for one."""
    if text == "NULL":
        return None
    if text.startswith("0x"):
        value = bytes.fromhex(text[2:])
        return value if len(value) == HASH_BYTES else value.decode()
    return int(text) if re.fullmatch(r"-?\d+", text) else text


class Cluster:
    """`options` are those of `deploy/cluster up`: bus="embedded", sservers=2, …; `settings`, nested
    dicts, are laid over the configuration."""

    def __init__(self, folder, settings=None, **options):
        self.folder = pathlib.Path(folder)
        self.arguments = [f"--{name}={value}" for name, value in options.items()]
        if settings:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = self.folder / "settings.toml"
            file.write_text(toml(settings))
            self.arguments.append(f"--settings={file}")
        self.facts = None  # of the last status

    # The processes.

    def start(self):
        """The whole cluster, for the first time or after stop()."""
        first = [] if (self.folder / "cluster.json").exists() else self.arguments
        return self.up(*first)

    def up(self, *arguments):
        """What does not run, or only the parts named; until it is healthy, unless --no-wait."""
        self.facts = self._run("up", "--json", *arguments)
        return self

    def stop(self, *names):
        """Everything, or the parts named, in order; it ends with 0 only if all ended by itself."""
        if (self.folder / "cluster.json").exists():
            self.facts = self._run("down", "--json", *names)

    close = stop

    def status(self):
        """The object of `deploy/cluster status --json`, whether all runs or not."""
        done = run_tool("status", "--json", "--dir", self.folder, check=False)
        assert done.returncode in (0, 1) and done.stdout, done.stderr
        self.facts = json.loads(done.stdout)
        return self.facts

    def _run(self, command, *arguments):
        done = run_tool(command, "--dir", self.folder, *arguments, check=False)
        if done.returncode:
            raise AssertionError(f"deploy/cluster {command}: {done.stderr}\n{self.log()[-6000:]}")
        return json.loads(done.stdout)

    def names(self):
        return [part["name"] for part in self.facts["parts"]]

    def part(self, name):
        return next(part for part in self.facts["parts"] if part["name"] == name)

    def parts(self, program):
        """The names of all parts of one program."""
        return [name for name in self.names()
                if name == program or name.rpartition("-")[0] == program]

    def pid(self, name):
        """Of its present process, or the last one known."""
        state = json.loads((self.folder / "cluster.json").read_text())["processes"].get(name)
        if state:
            return state["pid"]
        return json.loads(next((self.folder / name).glob("*.json")).read_text())["pid"]

    def is_running(self, name):
        return is_alive(self.pid(name))

    def signal(self, name, number):
        os.kill(self.pid(name), number)

    def kill(self, *names):
        """SIGKILL, and until they are gone."""
        pids = [self.pid(name) for name in names]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: not any(map(is_alive, pids)), f"the end of {names}")

    def pause(self, name):
        self.signal(name, signal.SIGSTOP)

    def resume(self, name):
        self.signal(name, signal.SIGCONT)

    def restart(self, *names):
        """SIGKILL and a new start of just these."""
        self.kill(*names)
        return self.up(*names)

    # What they say.

    def get(self, url, seconds=10):
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            return answer.read().decode()

    def endpoint(self, name):
        return f"http://127.0.0.1:{self.part(name)['ports']['health']}"

    def is_healthy(self, name):
        try:
            self.get(f"{self.endpoint(name)}/healthz")
            return True
        except OSError:
            return False

    def metrics(self, name):
        """Sample (name with its labels) -> value, of one part."""
        return samples(self.get(f"{self.endpoint(name)}/metrics"))

    def total(self, program, metric, label=""):
        """The sum of a metric's samples over all parts of a program that answer."""
        found = 0
        for name in self.parts(program):
            with contextlib.suppress(OSError):
                found += sum(value for sample, value in self.metrics(name).items()
                             if sample.startswith(f"{metric}{{") and label in sample)
        return found

    def assigned(self, name):
        """How many partitions of shares a sharelogger has; None while it does not answer."""
        try:
            found = self.metrics(name)
        except OSError:
            return None
        return sum(value for sample, value in found.items()
                   if sample.startswith("lode_partitions_assigned{"))

    def api(self, path):
        return json.loads(self.get(f"{self.facts['api']}/api/v1/{path}"),
                          parse_float=decimal.Decimal)

    def log(self, name=None):
        """Of one service, or of all that have one."""
        files = [self.folder / "logs" / f"{name}.log"] if name else \
            sorted((self.folder / "logs").glob("*.log"))
        return "".join((f"== {file.stem}\n" if name is None else "")
                       + file.read_text(errors="replace") for file in files if file.exists())

    def wait_for_log(self, name, phrase, seconds=30):
        return eventually(lambda: next((line for line in self.log(name).splitlines()
                                        if phrase in line), None),
                          f"'{phrase}' in the log of {name}", seconds)

    # What they keep.

    @property
    def config_file(self):
        return self.folder / "lode.toml"

    def query(self, sql, *parameters):
        """Rows of the accounting database; `?` stands for a parameter."""
        if self.facts["database"].startswith("sqlite:"):
            file = self.facts["database"].removeprefix("sqlite://")
            with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True,
                                                    timeout=10)) as connection:
                return connection.execute(sql, parameters).fetchall()
        facts = json.loads((self.folder / "mariadb" / "mariadb.json").read_text())
        texts = [literal(value) for value in parameters]
        statement = re.sub(r"\?", lambda _: texts.pop(0), sql)
        done = subprocess.run([*facts["cli"], "--batch", "--skip-column-names", "--binary-as-hex",
                               f"--execute={statement}"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return [tuple(map(value_of, line.split("\t"))) for line in done.stdout.splitlines()]

    def kcat(self, *arguments):
        """What the plain Kafka client prints, as bytes."""
        return subprocess.run(["kcat", "-b", self.facts["kafka"], *arguments], check=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=60).stdout

    def node(self, name="bitcoind"):
        """The tests' face of one of its nodes."""
        node = Node(self.folder / name)
        node.facts = json.loads((node.folder / "node.json").read_text())
        node.rpc = Rpc(node.facts["rpc_port"], node.facts["cookie_file"])
        return node

    def counted(self):
        """Shares in the sums."""
        return int(self.query("SELECT COALESCE(SUM(shares), 0) FROM user_bucket")[0][0])

    def wait_until_counted(self):
        """Once all miners have gone: until every share answered with true is in the sums; how many.

        Only where no sserver was killed, because its own count of answers ended with it.
        """
        sserver = "lode" if "lode" in self.names() else "sserver"

        def all_counted():
            if self.total(sserver, "lode_connections") or \
               self.total(sserver, "lode_shares_under_way"):
                return None
            accepted = self.total(sserver, "lode_shares_total", 'verdict="accepted"')
            return (accepted,) if self.counted() == accepted else None
        return int(eventually(all_counted, "every answered share in the sums")[0])

    # Who mines on it.

    @property
    def stratum_port(self):
        """Of the first sserver."""
        return int(self.facts["stratum"].rpartition(":")[2])

    def stratum_ports(self):
        """Of every sserver."""
        return [self.part(name)["ports"]["stratum"] for name in self.parts("sserver")]

    @property
    def payout_address(self):
        return self.node().payout_address()

    def connect(self, port=None):
        return StratumClient(port or self.stratum_port)

    def miner(self, user):
        """A connected, subscribed and authorised client."""
        return self.connect().subscribe().authorize(user)


def own_blocks(cluster):
    """Display hash -> state."""
    return {chain.to_display(bytes(found)): state
            for found, state in cluster.query("SELECT block_hash, state FROM block")}


def wait_for_blocks(cluster, count, state="accepted"):
    def enough():
        found = [display for display, now in own_blocks(cluster).items() if now == state]
        return found if len(found) >= count else None
    return eventually(enough, f"{count} {state} blocks", 60)


def mine_blocks(cluster, make_miner, count):
    """lode-miner until it has found so many and they are recorded; the shares answered true so far,
    all of them counted."""
    before = len(own_blocks(cluster))
    miner = make_miner(cluster)
    miner.wait_for_log("block solved", count)
    assert miner.stop() == 0
    eventually(lambda: len(own_blocks(cluster)) >= before + miner.count("block solved"),
               "a row of every block", 60)
    return cluster.wait_until_counted()
