#!/usr/bin/env python3
"""Honest miners, all in one process: each sends good shares at a steady rate over one connection
that it never gives up. Prints a line once all have a job; when its standard input ends it waits
for the last answers, writes what became of every share to a file, and goes."""
import argparse
import asyncio
import json
import pathlib
import random
import sys
import time

sys.dont_write_bytecode = True
from certificates import trusting
from wire import BASE_JOB, Gone, Refused, Wire, honest_address, job_of

STALE = 21
TLS_EVERY = 10  # one of so many comes by TLS
LOGINS_AT_ONCE = 100  # a burst of connections is an attack of its own


class Jobs:
    """When each job came to the first miner and to the last."""

    def __init__(self):
        self.first = {}
        self.last = {}
        self.order = []

    def came(self, job):
        now = time.monotonic()
        if job not in self.first:
            self.first[job] = now
            self.order.append(job)
        self.last[job] = now

    def spread_max(self):
        return max((self.last[job] - self.first[job] for job in self.order), default=0)


class Miner(Wire):
    """One connection and the record of its shares."""

    def __init__(self, jobs):
        super().__init__()
        self.all_jobs = jobs
        self.had = []  # jobs, without those sent again
        self.problems = []
        self.sent = {}  # display hash -> seconds until `true`, an error's text, or None

    def notified(self, method, params, line):
        super().notified(method, params, line)
        if method == "mining.notify":
            job = int(job_of(line).id, 16) & BASE_JOB
            if not self.had or job != self.had[-1]:
                self.had.append(job)
                self.all_jobs.came(job)
        elif method not in ("mining.set_difficulty", "mining.set_version_mask"):
            self.problems.append(f"told {method} {params}")

    async def mine(self, dice, pace, ended):
        """Until `ended` or the connection is gone."""
        while not ended.is_set() and not self.closed.is_set():
            try:
                await asyncio.wait_for(ended.wait(), dice.uniform(0, 2 * pace))
            except asyncio.TimeoutError:
                self._send()

    def _send(self):
        if self.closed.is_set():
            return
        job = self.job
        params, display_hash = self.find()
        begun = time.monotonic()
        self.sent[display_hash] = None

        def done(future):
            error = future.exception()
            if isinstance(error, Refused):
                overtaken = error.code == STALE and self.job.previous != job.previous
                self.sent[display_hash] = "overtaken" if overtaken else str(error)
            elif error is None and future.result() is True:
                self.sent[display_hash] = time.monotonic() - begun
        self.ask("mining.submit", *params).add_done_callback(done)

    async def hear_out(self, seconds):
        """Waits for the last answers, then goes."""
        deadline = time.monotonic() + seconds
        while self.pending and not self.closed.is_set() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        if self.closed.is_set():
            self.problems.append("was disconnected")
        else:
            await self.drop()


def result(miners, jobs):
    sent = {found: what for miner in miners for found, what in miner.sent.items()}
    times = sorted(what for what in sent.values() if isinstance(what, float))
    problems = [f"miner {number} {each}" for number, miner in enumerate(miners)
                for each in miner.problems]
    for number, miner in enumerate(miners):
        missed = set(jobs.order[jobs.order.index(miner.had[0]):]) - set(miner.had)
        if missed or miner.had != sorted(miner.had):
            problems.append(f"miner {number} missed {len(missed)} jobs, or had them out of order")
    return {
        "accepted": [found for found, what in sent.items() if isinstance(what, float)],
        "overtaken": [found for found, what in sent.items() if what == "overtaken"],
        "refused": [f"{found}: {what}" for found, what in sent.items()
                    if isinstance(what, str) and what != "overtaken"],
        "unanswered": [found for found, what in sent.items() if what is None],
        "sent": sum(len(miner.sent) for miner in miners),
        "p50": times[len(times) // 2] if times else 0,
        "p99": times[len(times) * 99 // 100] if times else 0,
        "max": times[-1] if times else 0,
        "jobs": len(jobs.order),
        "job_spread_max": jobs.spread_max(),
        "extranonces": [miner.extranonce1.hex() for miner in miners],
        "problems": problems,
    }


async def work(options):
    jobs = Jobs()
    miners = [Miner(jobs) for _ in range(options.miners)]
    room = asyncio.Semaphore(LOGINS_AT_ONCE)

    async def log_in(number, miner):
        async with room:
            if number % TLS_EVERY == 0:
                await miner.connect(options.tls_port, honest_address(number), context=trusting())
            else:
                await miner.connect(options.port, honest_address(number))
            await miner.login(f"{options.user}.{number % 50}")
            while miner.job is None and not miner.closed.is_set():
                await asyncio.sleep(0.01)
    await asyncio.gather(*(log_in(*each) for each in enumerate(miners)))
    print("ready", flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, ended.set)
    await asyncio.gather(*(miner.mine(random.Random(f"{options.seed} {number}"), options.pace,
                                      ended) for number, miner in enumerate(miners)))
    await asyncio.gather(*(miner.hear_out(options.patience) for miner in miners))
    return result(miners, jobs)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls-port", type=int, required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--miners", type=int, default=1000)
    parser.add_argument("--pace", type=float, default=3, help="seconds between a miner's shares")
    parser.add_argument("--patience", type=float, default=60, help="seconds for the last answers")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--record", type=pathlib.Path, required=True)
    options = parser.parse_args()
    try:
        found = asyncio.run(work(options))
    except (Gone, Refused, asyncio.TimeoutError) as problem:
        print(f"honest miners cannot log in: {problem!r}", file=sys.stderr)
        return 1
    options.record.write_text(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
