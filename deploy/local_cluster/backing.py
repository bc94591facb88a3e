"""Node, broker and database of a cluster, each by its script in deploy/backing-services and in a
folder of its own below the cluster's, named like the part."""
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import pathlib
import secrets
import subprocess
import sys
import time

SCRIPTS = pathlib.Path(__file__).resolve().parents[1] / "backing-services"
sys.path.append(str(SCRIPTS))
from service import Service, is_running

FACTS = {"bitcoind": "node.json", "kafka": "kafka.json", "mariadb": "mariadb.json"}
NODE_USER = "lode"
WALLET = "lode"
# P2WSH of OP_TRUE on regtest: coins of a chain without value, for anyone to spend.
ADDRESS = "bcrt1qft5p2uhsdcdc3l2ua4ap5qqfg4pjaqlp250x7us7a8qqhrxrxfsqseac85"
SAME_TIP_SECONDS = 30


class BackingFailure(Exception):
    """A script that did not do as told; it has said why."""


class Backing:
    """All of them together. `names`: part name -> script."""

    def __init__(self, folder, names):
        self.folder = pathlib.Path(folder)
        self.names = names

    # What they are.

    def facts(self, name):
        """What the script wrote of the part, or None before its first start."""
        return Service(name, self.folder / name, FACTS[self.names[name]]).read()

    def is_alive(self, name):
        facts = self.facts(name)
        return bool(facts and facts["pid"] and is_running(facts))

    def nodes(self):
        return [name for name, program in self.names.items() if program == "bitcoind"]

    def node_password(self):
        """The same for all nodes and for good, so that the URL outlives a node's restart."""
        return secret(self.folder / "secrets" / "node")

    def endpoints(self):
        """What configuration files say of them: part name -> the facts that matter there."""
        wanted = ("rpc_url", "zmq_hashblock", "brokers", "url")
        return {name: {key: facts[key] for key in wanted if key in facts}
                for name, facts in ((name, self.facts(name)) for name in self.names)}

    # Starting and stopping.

    def start(self, names):
        """Starts those of `names` that do not run, side by side, and waits until all answer."""
        missing = [name for name in self.names if name in names and not self.is_alive(name)]
        # In sessions of their own: Ctrl-C is for this command, which then stops them in order.
        running = [(name, subprocess.Popen(self._command("start", name), stdin=subprocess.DEVNULL,
                                           stdout=subprocess.DEVNULL, start_new_session=True))
                   for name in missing]
        try:
            failed = [name for name, process in running if process.wait()]
        except BaseException:
            # What is only half started could not be stopped; it takes seconds until it can.
            for _, process in running:
                process.wait()
            raise
        if failed:
            raise BackingFailure(f"{' and '.join(failed)} did not start")
        if any(name in self.nodes() for name in missing):
            self._join_nodes()
            self._prepare_wallet()
        return missing

    def stop(self, names):
        running = [(name, subprocess.Popen(self._command("stop", name), stdin=subprocess.DEVNULL))
                   for name in self.names if name in names and self.is_alive(name)]
        return [name for name, process in running if process.wait()]

    def _command(self, action, name):
        command = [str(SCRIPTS / self.names[name]), action, "--dir", str(self.folder / name)]
        if action == "start" and self.names[name] == "bitcoind":
            password = self.node_password()
            salt = secrets.token_hex(16)
            digest = hmac.new(salt.encode(), password.encode(), hashlib.sha256).hexdigest()
            command += ["--", f"-rpcauth={NODE_USER}:{salt}${digest}"]
        return command

    # The wallet that rewards go to and payments come from.

    def wallet_node(self):
        """The last, so that of several the first has none: a wallet delays a node's news."""
        return self.nodes()[-1]

    def payout_address(self):
        """The wallet's address for rewards, the same for the cluster's life."""
        return (self.folder / "payout-address").read_text().strip()

    def _prepare_wallet(self):
        file = self.folder / "payout-address"
        if file.exists() or not self.is_alive(self.wallet_node()):
            return
        name = self.wallet_node()
        if WALLET not in self.rpc(name, "listwallets"):
            # Not blank, with keys, without a passphrase; loaded at each start.
            self.rpc(name, "createwallet", WALLET, False, False, "", False, True, True)
        write_private(file, self.rpc(name, "getnewaddress") + "\n")

    # The nodes' chain.

    def rpc(self, name, method, *params):
        facts = self.facts(name)
        token = base64.b64encode(f"{NODE_USER}:{self.node_password()}".encode()).decode("ascii")
        connection = http.client.HTTPConnection("127.0.0.1", facts["rpc_port"], timeout=30)
        with contextlib.closing(connection):
            body = json.dumps({"id": 1, "method": method, "params": params})
            connection.request("POST", "/", body, {"Authorization": f"Basic {token}"})
            answer = json.loads(connection.getresponse().read())
        if answer["error"]:
            raise BackingFailure(f"{name}: {method}: {answer['error']['message']}")
        return answer["result"]

    def _join_nodes(self):
        """Connects the nodes to one another. A new chain gets one block, because a node whose tip
        is old says that it is still syncing."""
        nodes = [name for name in self.nodes() if self.is_alive(name)]
        for number, name in enumerate(nodes):
            for other in nodes[:number]:
                # Both ways round it is one connection; it is made again after either restarts.
                address = f"127.0.0.1:{self.facts(other)['p2p_port']}"
                if address not in [peer["addr"] for peer in self.rpc(name, "getpeerinfo")]:
                    self.rpc(name, "addnode", address, "onetry")
        if self.rpc(nodes[0], "getblockcount") > 0:
            return
        self.rpc(nodes[0], "generatetoaddress", 1, ADDRESS)
        deadline = time.monotonic() + SAME_TIP_SECONDS
        while any(self.rpc(name, "getblockcount") == 0 for name in nodes):
            if time.monotonic() > deadline:
                raise BackingFailure("the nodes do not follow one another")
            time.sleep(0.05)


def secret(file):
    """The word kept in that file, made up the first time."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        write_private(file, secrets.token_hex(24))
    return file.read_text()


def write_private(file, text):
    """Whole or not at all, and for its owner only."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.rename(file)
