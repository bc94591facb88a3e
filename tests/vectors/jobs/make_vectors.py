#!/usr/bin/env python3
"""Golden pairs of jobmaker: NAME.gbt.json is a regtest node's own getblocktemplate answer, and
NAME.job.json the job, coinbase and header that must come of it.

Without arguments it computes every NAME.job.json again, from hashlib and the protocol alone: the
Merkle root is that of the whole tree, not of a branch. With --record it first asks a private node
for new answers.
"""
import hashlib
import json
import pathlib
import struct
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]

# What the test's settings are, too.
PAYOUT_SCRIPT = bytes.fromhex("0014" + "11" * 20)
TAG = b"/Lode/"
SOLO_FEE_PPM = 12_345
SOLO_SCRIPT = bytes.fromhex("5120" + "22" * 32)  # of the miner
COINBASE_NUMBER = 0x01020304
SALT = bytes(4)
EXTRANONCE = bytes.fromhex("0010000200000000000000ff")
NONCE = 0x11223344
SECONDS_AFTER_TEMPLATE = 7
VERSION_MASK = 0x1FFFE000


def sha256d(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def push(data):
    assert len(data) < 76
    return bytes([len(data)]) + data


def push_number(number):
    """BIP 34's height: OP_1 to OP_16, else minimal little-endian with room for the sign."""
    if number <= 16:
        return bytes([0x50 + number])
    return push(number.to_bytes(number.bit_length() // 8 + 1, "little"))


def output(value, script):
    return struct.pack("<q", value) + push(script)


def merkle_root(leaves):
    row = list(leaves)
    while len(row) > 1:
        row += row[-1:] * (len(row) % 2)
        row = [sha256d(row[n] + row[n + 1]) for n in range(0, len(row), 2)]
    return row[0]


def merkle_branch(leaves):
    """The siblings of the first leaf, found row by row in the whole tree."""
    row, branch = list(leaves), []
    while len(row) > 1:
        row += row[-1:] * (len(row) % 2)
        branch.append(row[1])
        row = [sha256d(row[n] + row[n + 1]) for n in range(0, len(row), 2)]
    return branch


def target_of(bits):
    return (bits & 0x007FFFFF) << 8 * ((bits >> 24) - 3)


def pool_outputs(template):
    return [output(template["coinbasevalue"], PAYOUT_SCRIPT)]


def solo_outputs(template):
    """The miner's, then the fee of the pool."""
    fee = template["coinbasevalue"] * SOLO_FEE_PPM // 1_000_000
    return [output(template["coinbasevalue"] - fee, SOLO_SCRIPT), output(fee, PAYOUT_SCRIPT)]


def coinbase_of(template, outputs):
    """The stripped coinbase up to the extranonce, and from after it."""
    height = template["height"]
    aux = b"".join(bytes.fromhex(value) for value in template["coinbaseaux"].values())
    head = push_number(height) + aux + push(struct.pack(">I", COINBASE_NUMBER)) + push(TAG)
    head += bytes([len(SALT + EXTRANONCE)]) + SALT
    prefix = struct.pack("<IB", 2, 1) + bytes(32) + b"\xff" * 4
    prefix += bytes([len(head) + len(EXTRANONCE)]) + head
    outputs = outputs + [output(0, bytes.fromhex(template["default_witness_commitment"]))]
    suffix = struct.pack("<IB", 0xFFFFFFFE, len(outputs)) + b"".join(outputs)
    return prefix, suffix + struct.pack("<I", height - 1)


def leaves_of(template, coinbase):
    others = [bytes.fromhex(one["txid"])[::-1] for one in template["transactions"]]
    return [sha256d(coinbase)] + others


def header_of(template, coinbase):
    header = struct.pack("<i", template["version"])
    header += bytes.fromhex(template["previousblockhash"])[::-1]
    header += merkle_root(leaves_of(template, coinbase))
    time = template["curtime"] + SECONDS_AFTER_TEMPLATE
    return header + struct.pack("<III", time, int(template["bits"], 16), NONCE)


def job_of(template):
    prefix, suffix = coinbase_of(template, pool_outputs(template))
    _, solo_suffix = coinbase_of(template, solo_outputs(template))
    coinbase = prefix + EXTRANONCE + suffix
    header = header_of(template, coinbase)
    leaves = leaves_of(template, coinbase)
    bits = int(template["bits"], 16)
    return {
        "height": template["height"],
        "reward": template["coinbasevalue"],
        "transaction_count": len(template["transactions"]),
        "network_target": target_of(bits).to_bytes(32, "little").hex(),
        "version": template["version"],
        "version_mask": VERSION_MASK & ~template["vbrequired"],
        "bits": bits,
        "time": template["curtime"] + SECONDS_AFTER_TEMPLATE,
        "min_time": template["mintime"],
        "prev_hash": header[4:36].hex(),
        "coinbase_prefix": prefix.hex(),
        "coinbase_suffix": suffix.hex(),
        "merkle_branch": [sibling.hex() for sibling in merkle_branch(leaves)],
        "header": header.hex(),
        "solo_coinbase_suffix": solo_suffix.hex(),
        "solo_header": header_of(template, prefix + EXTRANONCE + solo_suffix).hex(),
    }


def record():
    """Answers at the first height, at the last of OP_N and the first of a push, and with
    transactions with and without witness."""
    sys.path.insert(0, str(ROOT / "tests" / "end_to_end"))
    from node import Node  # only recording needs a node
    with tempfile.TemporaryDirectory() as folder:
        node = Node(folder).start()
        try:
            for height in (1, 16, 17):
                node.mine(height - 1 - node.rpc.getblockcount())
                save(node, f"height_{height}")
            node.make_transactions(5)
            save(node, "five_transactions")
        finally:
            node.stop()


def save(node, name):
    template = node.rpc.getblocktemplate({"rules": ["segwit"]})
    write(HERE / f"{name}.gbt.json", template)


def write(path, content):
    path.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--record"]:
        record()
    for path in sorted(HERE.glob("*.gbt.json")):
        write(path.with_name(path.name.replace(".gbt.", ".job.")),
              job_of(json.loads(path.read_text())))
