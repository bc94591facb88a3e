"""Bitcoin as far as the tests need it, written apart from the C++ code so that it can judge it.

Bytes are in the order of the wire (internal order) unless a name says `display`, the reversed order
that RPC and explorers show.
"""
import hashlib
import struct
from dataclasses import dataclass, field
from fractions import Fraction

OP_TRUE = b"\x51"
MARKER_AND_FLAG = b"\x00\x01"  # BIP 144
WITNESS_COMMITMENT_START = bytes.fromhex("6a24aa21a9ed")  # BIP 141


def sha256(data):
    return hashlib.sha256(data).digest()


def sha256d(data):
    return sha256(sha256(data))


def hash160(data):
    return hashlib.new("ripemd160", sha256(data)).digest()


def to_display(internal):
    return internal[::-1].hex()


def from_display(text):
    return bytes.fromhex(text)[::-1]


def compact_size(number):
    if number < 0xfd:
        return bytes([number])
    if number <= 0xffff:
        return b"\xfd" + struct.pack("<H", number)
    return b"\xfe" + struct.pack("<I", number)


def with_length(data):
    return compact_size(len(data)) + data


def target_of_bits(bits):
    exponent, mantissa = bits >> 24, bits & 0x7fffff
    shift = 8 * (exponent - 3)
    return mantissa << shift if shift >= 0 else mantissa >> -shift


def target_of_difficulty(difficulty):
    """floor(0xffff * 2^208 / difficulty), exactly; the difficulty is a decimal or an integer."""
    return min(int(Fraction(0xffff << 208) / Fraction(difficulty)), (1 << 256) - 1)


def hash_as_number(digest):
    return int.from_bytes(digest, "little")


def merkle_root(hashes):
    level = list(hashes)
    while len(level) > 1:
        if len(level) % 2:
            level.append(level[-1])
        level = [sha256d(left + right) for left, right in zip(level[::2], level[1::2])]
    return level[0]


def root_by_branch(leaf, branch):
    for sibling in branch:
        leaf = sha256d(leaf + sibling)
    return leaf


class Reader:
    """Takes fields off the front of serialised bytes."""

    def __init__(self, data):
        self.data = data
        self.offset = 0

    def take(self, count):
        taken = self.data[self.offset:self.offset + count]
        if len(taken) != count:
            raise ValueError(f"{count} bytes wanted at {self.offset}, {len(taken)} are left")
        self.offset += count
        return taken

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def compact_size(self):
        first = self.number("<B")
        forms = {0xfd: "<H", 0xfe: "<I", 0xff: "<Q"}
        return self.number(forms[first]) if first in forms else first

    def with_length(self):
        return self.take(self.compact_size())

    def done(self):
        return self.offset == len(self.data)


@dataclass
class Input:
    txid: bytes
    index: int
    script: bytes = b""
    sequence: int = 0xffffffff
    witness: list = field(default_factory=list)


@dataclass
class Output:
    value: int  # satoshi
    script: bytes


@dataclass
class Transaction:
    inputs: list
    outputs: list
    version: int = 2
    lock_time: int = 0

    @staticmethod
    def read(reader):
        version = reader.number("<i")
        count = reader.compact_size()
        segregated = count == 0
        if segregated:
            if reader.take(1) != MARKER_AND_FLAG[1:]:
                raise ValueError("a transaction without inputs and without the witness flag")
            count = reader.compact_size()
        inputs = [Input(reader.take(32), reader.number("<I"), reader.with_length(),
                        reader.number("<I")) for _ in range(count)]
        outputs = [Output(reader.number("<q"), reader.with_length())
                   for _ in range(reader.compact_size())]
        if segregated:
            for each in inputs:
                each.witness = [reader.with_length() for _ in range(reader.compact_size())]
        return Transaction(inputs, outputs, version, reader.number("<I"))

    @staticmethod
    def parse(data):
        reader = Reader(data)
        transaction = Transaction.read(reader)
        if not reader.done():
            raise ValueError("bytes after the transaction")
        return transaction

    def stripped(self):
        """Without witness: what the txid is the hash of."""
        return (struct.pack("<i", self.version) + compact_size(len(self.inputs))
                + b"".join(each.txid + struct.pack("<I", each.index) + with_length(each.script)
                           + struct.pack("<I", each.sequence) for each in self.inputs)
                + compact_size(len(self.outputs))
                + b"".join(struct.pack("<q", each.value) + with_length(each.script)
                           for each in self.outputs)
                + struct.pack("<I", self.lock_time))

    def serialised(self):
        plain = self.stripped()
        if not any(each.witness for each in self.inputs):
            return plain
        witnesses = b"".join(
            compact_size(len(each.witness)) + b"".join(map(with_length, each.witness))
            for each in self.inputs)
        return plain[:4] + MARKER_AND_FLAG + plain[4:-4] + witnesses + plain[-4:]

    def txid(self):
        return sha256d(self.stripped())

    def wtxid(self):
        return sha256d(self.serialised())


@dataclass
class Header:
    version: int
    previous: bytes
    merkle_root: bytes
    time: int
    bits: int
    nonce: int

    @staticmethod
    def read(reader):
        return Header(reader.number("<i"), reader.take(32), reader.take(32), reader.number("<I"),
                      reader.number("<I"), reader.number("<I"))

    def serialised(self):
        return (struct.pack("<I", self.version & 0xffffffff) + self.previous + self.merkle_root
                + struct.pack("<III", self.time, self.bits, self.nonce))

    def hash(self):
        return sha256d(self.serialised())


@dataclass
class Block:
    header: Header
    transactions: list

    @staticmethod
    def parse(data):
        reader = Reader(data)
        header = Header.read(reader)
        transactions = [Transaction.read(reader) for _ in range(reader.compact_size())]
        if not reader.done():
            raise ValueError("bytes after the block")
        return Block(header, transactions)

    def coinbase(self):
        return self.transactions[0]

    def has_valid_merkle_root(self):
        return merkle_root([each.txid() for each in self.transactions]) == self.header.merkle_root

    def witness_commitment(self):
        """The commitment its transactions and its reserved value call for (BIP 141)."""
        root = merkle_root([bytes(32)] + [each.wtxid() for each in self.transactions[1:]])
        return sha256d(root + self.coinbase().inputs[0].witness[0])

    def committed(self):
        """The commitment its coinbase makes, or None; of several outputs the last counts."""
        found = [each.script[6:38] for each in self.coinbase().outputs
                 if each.script.startswith(WITNESS_COMMITMENT_START) and len(each.script) >= 38]
        return found[-1] if found else None
