"""A Stratum connection in an event loop, from a source address of one's choice: thousands of them
fit into one process. For honest miners and for attackers that get as far as a job."""
import asyncio
import decimal
import functools
import itertools
import json
import pathlib
import socket
import ssl
import struct
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
# pylint: disable=wrong-import-position
import chain
from stratum_client import Job

POOL_ADDRESS = "127.0.0.1"
IP_BIND_ADDRESS_NO_PORT = 24  # the port is chosen at connect: the same one for many pools
CONNECT_SECONDS = 30  # the kernel sends a SYN again after 1, 3, 7 and 15 s
ANSWER_SECONDS = 60
MINERS_AN_ADDRESS = 4
BASE_JOB = (1 << 48) - 1  # the upper 16 bits of a job's id count how often it was sent again


def honest_address(number):
    """Of one honest miner; nearly all attackers have others."""
    site = number // MINERS_AN_ADDRESS
    return f"127.1.{site // 250}.{site % 250 + 1}"


class Refused(Exception):
    """The pool's error; `code` is Stratum's number."""

    def __init__(self, error):
        super().__init__(f"{error[0]}: {error[1]}")
        self.code = error[0]


class Gone(Exception):
    """The connection is gone, or never came to be."""


def socket_from(source):
    """A non-blocking socket with that address of this machine."""
    made = socket.socket()
    made.setblocking(False)
    made.setsockopt(socket.SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    made.bind((source, 0))
    return made


def reset_at_close(made):
    """Closing sends RST and throws away what is unread and unsent."""
    made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def kernel_form(address):
    """(address, port) as /proc/net/tcp has it: the address as a number of this machine."""
    return f"{int.from_bytes(socket.inet_aton(address[0]), sys.byteorder):08X}:{address[1]:04X}"


def message_of(line):
    """Jobs are the same for everyone and the longest lines there are."""
    return notify_of(line) if b'"mining.notify"' in line else \
        json.loads(line, parse_float=decimal.Decimal)


@functools.lru_cache(maxsize=64)
def notify_of(line):
    return json.loads(line)


@functools.lru_cache(maxsize=64)
def job_of(line):
    return Job.parse(notify_of(line)["params"])


@functools.lru_cache(maxsize=64)
def share_target(difficulty):
    return chain.target_of_difficulty(difficulty)


class Wire(asyncio.Protocol):
    """One connection. `closed` is set when it is gone, by whomever."""

    def __init__(self):
        self.transport = None
        self.half_line = b""
        self.pending = {}  # id -> future
        self.ids = itertools.count(1)
        self.closed = asyncio.Event()
        self.answers = 0  # lines that are no notifications
        self.difficulty = None
        self.job = None
        self.session_id = None
        self.extranonce1 = None
        self.extranonce2_size = None
        self.extranonce2s = itertools.count(1)
        self.user = None

    async def connect(self, port, source, receive_buffer=None, context=None):
        """Gone when it cannot be, or is closed at once; with a context, by TLS."""
        made = socket_from(source)
        if receive_buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        loop = asyncio.get_running_loop()
        try:
            await asyncio.wait_for(loop.sock_connect(made, (POOL_ADDRESS, port)), CONNECT_SECONDS)
            await loop.create_connection(lambda: self, sock=made, ssl=context,
                                         server_hostname="pool" if context else None)
        except ssl.SSLError:
            raise
        except OSError as problem:
            made.close()
            raise Gone(str(problem)) from None
        except asyncio.TimeoutError:
            made.close()
            raise Gone("no answer to a SYN") from None
        return self

    # What the pool says.

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        *lines, self.half_line = (self.half_line + data).split(b"\n")
        for line in lines:
            self.take(line)

    def connection_lost(self, exc):
        self.closed.set()
        for future in self.pending.values():
            if not future.done():
                future.set_exception(Gone(str(exc or "closed by the pool")))
                future.exception()  # whoever waits hears of it; else it does not matter
        self.pending.clear()

    def take(self, line):
        message = message_of(line)
        if message.get("method"):
            self.notified(message["method"], message["params"], line)
            return
        self.answers += 1
        future = self.pending.pop(message["id"], None) \
            if isinstance(message["id"], int) else None
        if future and not future.done():
            if message.get("error"):
                future.set_exception(Refused(message["error"]))
                future.exception()
            else:
                future.set_result(message["result"])

    def notified(self, method, params, line):
        if method == "mining.set_difficulty":
            self.difficulty = decimal.Decimal(params[0])
        elif method == "mining.notify":
            self.job = job_of(line)

    # What is said to the pool.

    def send(self, data):
        if not self.transport.is_closing():
            self.transport.write(data)

    def ask(self, method, *params):
        """The future of its result."""
        number = next(self.ids)
        future = asyncio.get_running_loop().create_future()
        if self.closed.is_set():
            future.set_exception(Gone("closed"))
            future.exception()
            return future
        self.pending[number] = future
        self.send(request(number, method, *params))
        return future

    async def call(self, method, *params):
        return await asyncio.wait_for(self.ask(method, *params), ANSWER_SECONDS)

    async def login(self, user):
        kinds, extranonce1, self.extranonce2_size = \
            await self.call("mining.subscribe", "test/1.0")
        self.session_id = kinds[0][1]
        self.extranonce1 = bytes.fromhex(extranonce1)
        await self.call("mining.authorize", user, "x")
        self.user = user
        return self

    def is_let_in(self):
        """Whether the pool has it, and not only the kernel's queue of those it shall accept. Reads
        the table of all connections of the machine: for the few that are in doubt."""
        info = self.transport.get_extra_info
        ends = [kernel_form(info(name)) for name in ("peername", "sockname")]
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines():
            fields = line.split()
            if fields[1:3] == ends:
                return fields[9] != "0"  # the inode: of a socket that a process has
        return False

    async def drop(self):
        """Closes it and waits until it is gone."""
        self.transport.close()
        await self.closed.wait()

    def reset(self):
        """Closes it with RST, if it is not gone."""
        made = self.transport.get_extra_info("socket")
        if made and made.fileno() >= 0:  # TLS has none once it is closed
            reset_at_close(made)
        self.transport.abort()

    # Work.

    def find(self, wanted=None):
        """Parameters of a share whose hash, as a number, is wanted, and its display hash. By
        default it is good, but no block."""
        job, limit = self.job, share_target(self.difficulty)
        wanted = wanted or (lambda number: job.target < number <= limit)
        extranonce2 = next(self.extranonce2s).to_bytes(self.extranonce2_size, "big")
        header = job.header(self.extranonce1 + extranonce2, job.time, job.version)
        start = header.serialised()[:-4]
        for nonce in range(1 << 24):
            digest = chain.sha256d(start + nonce.to_bytes(4, "little"))
            if wanted(chain.hash_as_number(digest)):
                return [self.user, job.id, extranonce2.hex(), f"{job.time:08x}",
                        f"{nonce:08x}"], chain.to_display(digest)
        raise AssertionError("no nonce gives the wanted hash")


def request(number, method, *params):
    """One line."""
    return json.dumps({"id": number, "method": method, "params": params}).encode() + b"\n"
