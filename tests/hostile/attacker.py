#!/usr/bin/env python3
"""One kind of attack, as a process: prints what was sent and what came of it as JSON."""
import argparse
import asyncio
import json
import sys

sys.dont_write_bytecode = True
# Each module adds its kinds.
# pylint: disable=unused-import
import byte_attacks
import connection_attacks
import door_attacks
import guard_attacks
import reader_attacks
import share_attacks
from attack import KINDS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=KINDS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls-port", type=int, required=True)
    parser.add_argument("--proxy-port", type=int, required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--rate", type=float, default=1.0, help="1: as fast as is meant")
    parser.add_argument("--seed", required=True)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(KINDS[options.name](options).run())))


if __name__ == "__main__":
    main()
