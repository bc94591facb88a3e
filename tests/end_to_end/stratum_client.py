"""A small Stratum V1 miner: speaks the protocol and hashes in Python, enough for regtest."""
import concurrent.futures
import decimal
import itertools
import json
import queue
import socket
import threading
from dataclasses import dataclass

import chain
from waiting import eventually

TIMEOUT = 30  # seconds for one answer
VERSION_MASK = 0x1fffe000  # BIP 320, what the pool offers


class StratumError(Exception):
    """The pool's refusal; `code` is Stratum's number, 20 to 25."""

    def __init__(self, error):
        super().__init__(f"{error[0]}: {error[1]}")
        self.code = error[0]


@dataclass(frozen=True)
class Job:
    """One mining.notify, its fields decoded."""
    id: str
    previous: bytes
    coinbase1: bytes
    coinbase2: bytes
    branch: tuple
    version: int
    bits: int
    time: int
    clean: bool

    @staticmethod
    def parse(params):
        job_id, previous, coinbase1, coinbase2, branch, version, bits, time, clean = params
        words = bytes.fromhex(previous)  # each 4-byte word is sent reversed
        return Job(job_id, b"".join(words[n:n + 4][::-1] for n in range(0, 32, 4)),
                   bytes.fromhex(coinbase1), bytes.fromhex(coinbase2),
                   tuple(map(bytes.fromhex, branch)), int(version, 16), int(bits, 16),
                   int(time, 16), clean)

    @property
    def target(self):
        """The network's."""
        return chain.target_of_bits(self.bits)

    @property
    def height(self):
        """As the coinbase says it (BIP 34)."""
        script = self.coinbase1[4 + 1 + 36 + 1:]  # version, one input, no outpoint, length
        first = script[0]
        if 0x51 <= first <= 0x60:  # OP_1 to OP_16
            return first - 0x50
        return int.from_bytes(script[1:1 + first], "little")

    def coinbase(self, extranonce):
        return self.coinbase1 + extranonce + self.coinbase2

    def header(self, extranonce, time, version):
        root = chain.root_by_branch(chain.sha256d(self.coinbase(extranonce)), self.branch)
        return chain.Header(version, self.previous, root, time, self.bits, 0)


@dataclass(frozen=True)
class Share:
    """What mining.submit says, and the header it stands for."""
    job: Job
    extranonce2: bytes
    header: chain.Header
    version_bits: int | None = None

    @property
    def display_hash(self):
        return chain.to_display(self.header.hash())

    @property
    def number(self):
        return chain.hash_as_number(self.header.hash())

    def solves_block(self):
        return self.number <= self.job.target

    def params(self, user):
        params = [user, self.job.id, self.extranonce2.hex(), f"{self.header.time:08x}",
                  f"{self.header.nonce:08x}"]
        return params if self.version_bits is None else params + [f"{self.version_bits:08x}"]


class StratumClient:
    """One connection. A thread of its own reads; every call may come from any thread."""

    def __init__(self, port, host="127.0.0.1", source=None):
        """From the address `source`, if that is given."""
        self.socket = socket.create_connection((host, port), TIMEOUT,
                                               source_address=source and (source, 0))
        self.socket.settimeout(None)
        self.ids = itertools.count(1)
        self.extranonce2s = itertools.count(1)
        self.pending = {}
        self.lock = threading.Lock()
        self.notifications = []  # (method, params), in order
        self.jobs = []
        self.unasked = queue.SimpleQueue()  # StratumErrors of the id null, in order
        self.difficulty = None
        self.session_id = None
        self.extranonce1 = None
        self.extranonce2_size = None
        self.version_mask = 0
        self.user = None
        self.closed = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the pool closed it first
        self.closed.wait(TIMEOUT)
        self.socket.close()

    # The protocol.

    def send(self, method, *params):
        """Sends a request; the future holds its result, StratumError or ConnectionError."""
        number = next(self.ids)
        future = concurrent.futures.Future()
        with self.lock:
            self.pending[number] = future
            if self.closed.is_set():
                self._fail_pending()
                return future
        try:
            self.send_raw(json.dumps({"id": number, "method": method, "params": params}))
        except OSError as error:
            with self.lock:
                if self.pending.pop(number, None):
                    future.set_exception(ConnectionError(str(error)))
        return future

    def send_raw(self, line):
        self.socket.sendall(line.encode() + b"\n")

    def call(self, method, *params):
        return self.send(method, *params).result(TIMEOUT)

    def subscribe(self, agent="test/1.0", session_id=None):
        """Goes on with the session of an earlier connection if that is wished and possible."""
        asked = [agent] if session_id is None else [agent, session_id]
        subscriptions, extranonce1, self.extranonce2_size = self.call("mining.subscribe", *asked)
        self.session_id = subscriptions[0][1]
        self.extranonce1 = bytes.fromhex(extranonce1)
        return self

    def configure_version_rolling(self, mask=VERSION_MASK):
        answer = self.call("mining.configure", ["version-rolling"],
                           {"version-rolling.mask": f"{mask:08x}"})
        self.version_mask = int(answer["version-rolling.mask"], 16)
        return self

    def authorize(self, user, password="x"):
        if self.call("mining.authorize", user, password) is not True:
            raise AssertionError("authorised, but not with true")
        self.user = user
        return self

    def submit_later(self, share):
        return self.send("mining.submit", *share.params(self.user))

    def submit(self, share):
        """True, or StratumError."""
        return self.submit_later(share).result(TIMEOUT)

    # Work.

    def wait_for_job(self, fits=lambda job: True, what="a job"):
        """The newest job, once it fits."""
        def newest():
            return self.jobs[-1] if self.jobs and fits(self.jobs[-1]) else None
        return eventually(newest, what, TIMEOUT)

    @property
    def share_target(self):
        return chain.target_of_difficulty(self.difficulty)

    def try_nonce(self, job, nonce, time=None, version_bits=None):
        """The share of one nonce under the next extranonce2, whatever its hash."""
        return self._share(job, self._next_extranonce2(), nonce, time, version_bits)

    def find(self, job=None, wanted=None, time=None, version_bits=None):
        """A share whose hash, as a number, is `wanted`: by default a good one that is no block."""
        job = job or self.wait_for_job()
        wanted = wanted or (lambda number: job.target < number <= self.share_target)
        share = self._share(job, self._next_extranonce2(), 0, time, version_bits)
        start = share.header.serialised()[:-4]
        for nonce in range(1 << 32):
            digest = chain.sha256d(start + nonce.to_bytes(4, "little"))
            if wanted(chain.hash_as_number(digest)):
                share.header.nonce = nonce
                return share
        raise AssertionError("no nonce gives the wanted hash")

    def find_block(self, job=None, **options):
        job = job or self.wait_for_job()
        return self.find(job, lambda number: number <= job.target, **options)

    def _next_extranonce2(self):
        return next(self.extranonce2s).to_bytes(self.extranonce2_size, "big")

    def _share(self, job, extranonce2, nonce, time, version_bits):
        version = job.version
        if version_bits is not None:
            version = (version & ~self.version_mask) | (version_bits & self.version_mask)
        header = job.header(self.extranonce1 + extranonce2, time or job.time, version)
        header.nonce = nonce
        return Share(job, extranonce2, header, version_bits)

    # The reading thread.

    def _read(self):
        try:
            with self.socket.makefile("rb") as lines:
                for line in lines:
                    self._take(json.loads(line, parse_float=decimal.Decimal))
        except (OSError, ValueError):
            pass  # the connection ended; whoever waits learns it below
        with self.lock:
            self.closed.set()
            self._fail_pending()

    def _fail_pending(self):
        for future in self.pending.values():
            future.set_exception(ConnectionError("the pool closed the connection"))
        self.pending.clear()

    def _take(self, message):
        if message.get("method"):
            self._take_notification(message["method"], message["params"])
            return
        if message["id"] is None:
            self.unasked.put(StratumError(message["error"]))
            return
        with self.lock:
            future = self.pending.pop(message["id"], None)
        if future and message.get("error"):
            future.set_exception(StratumError(message["error"]))
        elif future:
            future.set_result(message["result"])

    def _take_notification(self, method, params):
        if method == "mining.set_difficulty":
            self.difficulty = params[0]
        elif method == "mining.set_extranonce":
            self.extranonce1, self.extranonce2_size = bytes.fromhex(params[0]), params[1]
        elif method == "mining.set_version_mask":
            self.version_mask = int(params[0], 16)
        elif method == "mining.notify":
            self.jobs.append(Job.parse(params))
        self.notifications.append((method, params))
