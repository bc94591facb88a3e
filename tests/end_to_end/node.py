"""A private regtest or signet bitcoind, its JSON-RPC, and transactions for its mempool.

No wallet is loaded (a loaded one delays the node's ZMQ): transactions spend outputs that only ask
for OP_TRUE, in the three ways that exist: P2SH, P2WSH, and P2WSH inside P2SH.
"""
import base64
import decimal
import http.client
import json
import pathlib
import subprocess
import threading

import chain

TOOL = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "backing-services" / "bitcoind"
FEE = 2_000  # satoshi a transaction, far above the relay minimum
MATURITY = 100
ADDRESS_TYPES = ("legacy", "p2sh-segwit", "bech32", "bech32m")
FAN_OUT_MAX = 1_000  # outputs of one transaction: 160,000 weight of the 400,000 relayed

PROGRAM = b"\x00\x20" + chain.sha256(chain.OP_TRUE)
# Kind -> (output script, scriptSig, witness) of an OP_TRUE coin.
COINS = {
    "legacy": (b"\xa9\x14" + chain.hash160(chain.OP_TRUE) + b"\x87", b"\x01\x51", []),
    "witness": (PROGRAM, b"", [chain.OP_TRUE]),
    "nested": (b"\xa9\x14" + chain.hash160(PROGRAM) + b"\x87", chain.with_length(PROGRAM),
               [chain.OP_TRUE]),
}


class RpcError(Exception):
    """The node's own error; `code` is its number."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.code = error["code"]


class Rpc:
    """JSON-RPC over one kept connection; may be called from several threads."""

    def __init__(self, port, cookie_file, path="/"):
        self.cookie_file = cookie_file
        self.path = path
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.lock = threading.Lock()

    def __getattr__(self, method):
        return lambda *params: self.call(method, *params)

    def call(self, method, *params):
        return self.batch(method, [params])[0]

    def batch(self, method, calls):
        """One call for each list of parameters, in one request; their results."""
        replies = json.loads(self.raw(method, calls), parse_float=decimal.Decimal)
        for reply in replies:
            if reply["error"]:
                raise RpcError(reply["error"])
        return [reply["result"] for reply in replies]

    def raw(self, method, calls):
        """The answer to such a request as it comes."""
        token = base64.b64encode(pathlib.Path(self.cookie_file).read_bytes()).decode("ascii")
        body = json.dumps([{"id": number, "method": method, "params": params}
                           for number, params in enumerate(calls)], default=str)
        with self.lock:
            return self._post(body, {"Authorization": f"Basic {token}"})

    def _post(self, body, headers):
        kept = self.connection.sock is not None
        try:
            self.connection.request("POST", self.path, body, headers)
            return self.connection.getresponse().read()
        except (ConnectionError, http.client.HTTPException):
            self.connection.close()
            if not kept:
                raise
            return self._post(body, headers)  # the node closes what was idle for 30 s


class Node:
    """One bitcoind in a folder of its own."""

    def __init__(self, folder, network="regtest", arguments=()):
        self.folder = folder
        self.network = network
        self.arguments = list(arguments)
        self.facts = None
        self.rpc = None
        self.coins = []  # (txid, index, value, kind) of spendable OP_TRUE coins

    def start(self):
        done = self._run("start", "--network", self.network, "--", *self.arguments)
        self.facts = json.loads(done.stdout)
        self.rpc = Rpc(self.facts["rpc_port"], self.facts["cookie_file"])
        return self

    def stop(self):
        self._run("stop")

    def restart(self):
        """Stops and starts it again on the same ports."""
        self.stop()
        return self.start()

    def _run(self, command, *arguments):
        """Calls deploy/backing-services/bitcoind."""
        return subprocess.run([str(TOOL), command, "--dir", str(self.folder), *arguments],
                              check=True, stdout=subprocess.PIPE, text=True)

    @property
    def url(self):
        return self.facts["rpc_url"]

    @property
    def cookie_file(self):
        return self.facts["cookie_file"]

    def mine(self, count=1, kind="witness"):
        """Mines on the node itself, to a coin of that kind; the block hashes, in display order."""
        script = COINS[kind][0].hex()
        return self.rpc.generatetodescriptor(count, f"raw({script})")

    def wallet(self, name):
        """The calls of a wallet that is loaded; made anew after a restart of the node."""
        return Rpc(self.facts["rpc_port"], self.facts["cookie_file"], f"/wallet/{name}")

    def block(self, display_hash):
        return chain.Block.parse(bytes.fromhex(self.rpc.getblock(display_hash, 0)))

    def tip(self):
        return self.rpc.getbestblockhash()

    def payout_address(self, number=1):
        """An address of this network that anyone can spend from: P2WSH of OP_1 (up to 16)."""
        return self.rpc.decodescript(f"{0x50 + number:x}")["segwit"]["address"]

    def connect(self, other):
        self.rpc.addnode(f"127.0.0.1:{other.facts['p2p_port']}", "onetry")

    def fund(self, count, kinds=tuple(COINS)):
        """Mines over 100 blocks to confirm `count` coins for make_transactions, of all kinds."""
        chosen = [kinds[n % len(kinds)] for n in range(count)]
        groups = [chosen[n:n + FAN_OUT_MAX] for n in range(0, count, FAN_OUT_MAX)]
        sources = [self.block(display_hash).coinbase() for display_hash in self.mine(len(groups))]
        self.mine(MATURITY)
        for source, group in zip(sources, groups):
            self._fan_out(source, group)
        self.mine(1)

    def make_signed_transactions(self, count):
        """Payments of a wallet with real signatures, from and to every type of address in turn.

        The wallet is unloaded again (a loaded one delays ZMQ); the txids, in display order.
        """
        wallet = f"signer-{self.rpc.getblockcount()}"
        self.rpc.createwallet(wallet)
        coins = {}  # type of address -> (address, a matured coinbase's txid)
        for kind in ADDRESS_TYPES:
            address = self.rpc.getnewaddress("", kind)
            found = self.rpc.generatetoaddress(1, address)[0]
            coins[kind] = (address, self.rpc.getblock(found)["tx"][0])
        self.mine(MATURITY)
        sent = []
        for number in range(count):
            kind = ADDRESS_TYPES[number % len(ADDRESS_TYPES)]
            address, txid = coins[kind]
            coin = next(each for each in self.rpc.listunspent(0, 9999999, [address])
                        if each["txid"] == txid)
            raw = self.rpc.createrawtransaction(
                [{"txid": txid, "vout": coin["vout"]}],
                {address: coin["amount"] - decimal.Decimal("0.0001")})
            signed = self.rpc.signrawtransactionwithwallet(raw)
            assert signed["complete"], signed
            sent.append(self.rpc.sendrawtransaction(signed["hex"]))
            coins[kind] = (address, sent[-1])
        self.rpc.unloadwallet(wallet)
        return sent

    def _fan_out(self, source, kinds):
        value = source.outputs[0].value // len(kinds) - 200  # over 4 satoshi a byte
        _, script, witness = COINS["witness"]
        payment = chain.Transaction([chain.Input(source.txid(), 0, script, witness=witness)],
                                    [chain.Output(value, COINS[kind][0]) for kind in kinds])
        self._send(payment)
        txid = payment.txid()
        self.coins += [(txid, index, value, kind) for index, kind in enumerate(kinds)]

    def _send(self, transaction):
        return self.rpc.sendrawtransaction(transaction.serialised().hex(), 0)  # 0: any fee

    def make_transactions(self, count):
        """Sends `count` transactions of all kinds to the mempool; their txids, in display order."""
        if len(self.coins) < count:
            self.fund(count - len(self.coins))
        payments = []
        for txid, index, value, kind in self.coins[:count]:
            _, script, witness = COINS[kind]
            payments.append(chain.Transaction([chain.Input(txid, index, script, witness=witness)],
                                              [chain.Output(value - FEE, COINS[kind][0])]))
        del self.coins[:count]
        return self.rpc.batch("sendrawtransaction",
                              [(payment.serialised().hex(), 0) for payment in payments])
