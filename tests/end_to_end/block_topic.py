"""What is told of blocks on lode.<chain>.block, read as a stranger would: kcat, and Protobuf by
hand."""
import collections

import chain

# Field numbers of lode.v1.BlockEvent and the values of BlockState (common/messages/block.proto).
STATE, BLOCK_HASH = 4, 5
STATES = {1: "found", 2: "submitted", 3: "accepted", 4: "rejected", 5: "confirmed", 6: "orphaned"}


def varint(data, at):
    value, shift = 0, 0
    while True:
        value |= (data[at] & 0x7f) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def fields(message):
    """Field number -> last value of a Protobuf message."""
    found, at = {}, 0
    while at < len(message):
        tag, at = varint(message, at)
        value, at = varint(message, at)
        if tag & 7 == 2:
            value, at = message[at:at + value], at + value
        found[tag >> 3] = value
    return found


def block_events(cluster):
    """Display hash -> states told on the block topic, in order."""
    records = cluster.kcat("-C", "-t", "lode.regtest.block", "-o", "beginning", "-e", "-q",
                           "-f", "%S:%s")
    told, at = collections.defaultdict(list), 0
    while at < len(records):
        colon = records.index(b":", at)
        size = int(records[at:colon])
        event = fields(records[colon + 1:colon + 1 + size])
        told[chain.to_display(event[BLOCK_HASH])].append(STATES[event[STATE]])
        at = colon + 1 + size
    return told
