"""Runs a regtest node, the pool and a CPU miner together, and tells of each block they find.

Called by deploy/quickstart, which has installed and built everything.
"""
import argparse
import base64
import collections
import contextlib
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "build" / "release" / "bin"
NODE = ROOT / "deploy" / "backing-services" / "bitcoind"
# Who mines: P2WSH of OP_TRUE on regtest, coins of a chain without value, for anyone to spend.
MINER = "bcrt1qft5p2uhsdcdc3l2ua4ap5qqfg4pjaqlp250x7us7a8qqhrxrxfsqseac85"
START_SECONDS = 30
STOP_SECONDS = 20
POLL_SECONDS = 0.2
PORT_ATTEMPTS = 5
EXIT_TAKEN = 3  # lode's exit code when a port is taken

CONFIGURATION = """\
# Written by deploy/quickstart: every other setting is at its default, see deploy/lode.toml.
data_dir = "{data}"

[[chain]]
name = "regtest"
network = "regtest"
payout_address = "{address}"

[[chain.node]]
url = "{rpc_url}"
cookie_file = "{cookie_file}"
zmq = "{zmq_hashblock}"

[gbtmaker]
health_port = {health}

[[sserver.listener]]
address = "127.0.0.1"
port = {stratum}

[statshttpd]
address = "127.0.0.1"
port = {api}

[payout]
payments = "wallet"
wallet = "lode"
settle_interval = "10s"
payment_interval = "1m"
"""


class Failure(Exception):
    """A part that did not start or did not go on; told in one line with the end of its log."""


class Stopped(Exception):
    """SIGINT or SIGTERM."""


def say(text):
    print(f"quickstart: {text}", flush=True)


def stop_on_signal(*_):
    raise Stopped


def get(port, path):
    """The JSON there, or None while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            text = answer.read()
        return json.loads(text) if path.startswith("/api/") else text
    except (OSError, ValueError):
        return None


def free_ports(*names):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in names]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return {name: each.getsockname()[1] for name, each in zip(names, sockets)}


class Program:
    """One of our programs. It has a session of its own, so that Ctrl-C reaches only quickstart."""

    def __init__(self, folder, name, *arguments):
        self.name = name
        self.log = folder / f"{name}.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([PROGRAMS / name, *arguments], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, start_new_session=True)

    def check(self):
        code = self.process.poll()
        if code is not None:
            end = "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])
            raise Failure(f"{self.name} ended with code {code}; its log ends:\n{end}")

    def stop(self):
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            say(f"{self.name} ignored SIGTERM for {STOP_SECONDS} s and was killed")


def start_node(folder, stack):
    stack.callback(subprocess.run, [NODE, "stop", "--dir", folder / "node"], check=False)
    done = subprocess.run([NODE, "start", "--dir", folder / "node"], stdout=subprocess.PIPE,
                          check=False)
    if done.returncode:
        raise Failure("the node did not start")
    return json.loads(done.stdout)


def call(node, method, *params):
    """One JSON-RPC call to the node."""
    token = base64.b64encode(pathlib.Path(node["cookie_file"]).read_bytes()).decode("ascii")
    request = urllib.request.Request(node["rpc_url"], headers={"Authorization": f"Basic {token}"},
                                     data=json.dumps({"id": 1, "method": method,
                                                      "params": params}).encode())
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())["result"]
    except OSError as problem:
        raise Failure(f"the node: {method}: {problem}") from problem


def payout_address(folder, node):
    """An address of the node's wallet, which rewards go to and payments come from."""
    file = folder / "payout-address"
    if not file.exists():
        # Not blank, with keys, without a passphrase; loaded at each start.
        if "lode" not in call(node, "listwallets"):
            call(node, "createwallet", "lode", False, False, "", False, True, True)
        file.write_text(call(node, "getnewaddress") + "\n")
    return file.read_text().strip()


def start_pool(folder, node, stack):
    """Starts the pool on free ports, on others if they are taken meanwhile; returns it and them."""
    for _ in range(PORT_ATTEMPTS):
        ports = free_ports("health", "stratum", "api")
        config = folder / "lode.toml"
        config.write_text(CONFIGURATION.format(data=folder / "data",
                                               address=payout_address(folder, node),
                                               **ports, **node))
        pool = Program(folder, "lode", "run", "--config", config)
        stack.callback(pool.stop)
        deadline = time.monotonic() + START_SECONDS
        while get(ports["health"], "/healthz") is None:
            if pool.process.poll() == EXIT_TAKEN:
                break
            pool.check()
            if time.monotonic() > deadline:
                raise Failure(f"the pool is not healthy after {START_SECONDS} s; see {pool.log}")
            time.sleep(POLL_SECONDS)
        else:
            return pool, ports
    raise Failure("other processes took the chosen ports again and again")


def newest_blocks(api_port):
    """The newest hundred blocks on the pool's record, oldest first."""
    answer = get(api_port, "/api/v1/blocks?limit=100") or {"blocks": []}
    return list(reversed(answer["blocks"]))


def follow_blocks(parts, api_port, wanted, known):
    """Prints each block, not in `known`, once the node accepted it, until there are `wanted`."""
    shown = collections.deque(known, maxlen=1_000)  # ten times what one answer lists
    count = 0
    while True:
        for part in parts:
            part.check()
        for block in newest_blocks(api_port):
            if block["hash"] in shown or block["state"] not in ("accepted", "confirmed"):
                continue
            shown.append(block["hash"])
            count += 1
            say(f"block {count} found: height {block['height']}, {block['hash']}")
            if count == wanted:
                return count
        time.sleep(POLL_SECONDS)


def run(folder, wanted):
    with contextlib.ExitStack() as stack:
        try:
            started = time.monotonic()
            node = start_node(folder, stack)
            say(f"regtest node: {node['rpc_url']}")
            pool, ports = start_pool(folder, node, stack)
            say(f"pool: stratum+tcp://127.0.0.1:{ports['stratum']}")
            say(f"dashboard: http://127.0.0.1:{ports['api']}/")
            say(f"API: http://127.0.0.1:{ports['api']}/api/v1/pool")
            known = [block["hash"] for block in newest_blocks(ports["api"])]
            miner = Program(folder, "lode-miner", "--url",
                            f"stratum+tcp://127.0.0.1:{ports['stratum']}",
                            "--user", f"{MINER}.quickstart", "--threads", "1")
            stack.callback(miner.stop)
            count = follow_blocks([pool, miner], ports["api"], wanted, known)
            summary = (f"done: {count} blocks accepted by the node and recorded "
                       f"in {time.monotonic() - started:.0f} s of mining")
        except Stopped:
            summary = "stopped"
        # What happens from here on ends everything; a second Ctrl-C must not cut it short.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say(summary)


def main():
    parser = argparse.ArgumentParser(prog="deploy/quickstart")
    parser.add_argument("--blocks", type=int)
    parser.add_argument("--dir", type=pathlib.Path)
    options = parser.parse_args()
    signal.signal(signal.SIGINT, stop_on_signal)
    signal.signal(signal.SIGTERM, stop_on_signal)
    if options.dir:
        folder = options.dir.resolve()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    else:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="lode-quickstart."))
    say(f"data: {folder}")
    try:
        run(folder, options.blocks)
    except Failure as failure:
        sys.exit(f"quickstart: {failure}\nquickstart: what there is to look at: {folder}")
    except Stopped:
        say("stopped")
    if not options.dir:
        shutil.rmtree(folder, ignore_errors=True)


main()
