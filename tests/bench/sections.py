"""The measurements: each function gives rows, from a running pool and its floor."""
import contextlib
import dataclasses
import json
import statistics
import tempfile
import time

from measured import Floor, Load, say, until

ROUNDS = 3  # of pool and floor in turn: what else runs on the machine comes and goes
WARM_UPS = 2  # of a broker, as long as the measurement; it lives for weeks elsewhere
SETTLE = 1.0  # seconds in which a machine that has just done something becomes quiet


@dataclasses.dataclass
class Row:
    """One line of the table; a budget is an upper bound of the value, or of its ratio to the
    floor."""
    what: str
    value: float
    unit: str
    floor: float | None = None
    budget: float | None = None
    ratio_budget: float | None = None
    note: str = ""

    @property
    def ratio(self):
        return self.value / self.floor if self.floor else None

    @property
    def verdict(self):
        if self.budget is None and self.ratio_budget is None:
            return ""
        within = self.budget is None or self.value <= self.budget
        if self.ratio_budget is not None:
            within = within and self.ratio <= self.ratio_budget
        return "ok" if within else "OVER"


def milliseconds(nanoseconds):
    return nanoseconds / 1e6


# Memory.

def memory(pool, options):
    """Above the idle process: while so many are there, and what stays when they have gone."""
    rows = []
    for count in options.sizes:
        before = pool.rss()[0]
        with Load("idle", pool.ports, "--connections", count, "--duration", 600) as load:
            load.ready()
            time.sleep(SETTLE)
            during = pool.rss()[0]
            lost = load.end()["lost"]
        gone(pool)
        after = pool.rss()[0]
        rows.append(Row(f"{pool.bus}: memory of an idle connection, {count}",
                        (during - before) / count, "B", budget=2048,
                        note=f"{lost} lost; {(after - before) / count:.0f} B stay"))
    return rows


def gone(pool):
    """Until the sservers have no connection and keep no session for a miner to come back to, and
    have had a moment to give memory back."""
    def kept():
        return sum(value for name in pool.names
                   for sample, value in pool.cluster.metrics(name).items()
                   if sample.startswith(("lode_connections{", "lode_sessions_parked{")))
    if not until(lambda: kept() == 0):
        raise SystemExit("bench: connections or sessions stay that have gone")
    time.sleep(SETTLE)


def memory_of_several(pool, count):
    """`count` connections over all sservers, and one block that all of them are told of."""
    each = count // len(pool.ports)
    before = pool.rss()
    loads = [Load("notify", [port], "--connections", each, "--sources", 4, "--duration", 600)
             for port in pool.ports]
    try:
        for load in loads:
            load.ready()
        time.sleep(SETTLE)
        during = pool.rss()
        pool.node.mine(1)
        time.sleep(4 * SETTLE)
        results = [load.end() for load in loads]
    finally:
        for load in loads:
            load.__exit__()
    gone(pool)
    after = pool.rss()
    lost = sum(result["lost"] for result in results)
    if any(len(result["jobs"]) < 2 for result in results):
        raise SystemExit("bench: a block made no job")
    missed = sum(each - job["clients"] for result in results for job in result["jobs"][1:])
    above = [now - then for now, then in zip(during, before)]
    stays = sum(now - then for now, then in zip(after, before))
    return [Row(f"{pool.bus}: memory of an idle connection, {count} on {len(loads)} sservers",
                sum(above) / count, "B", budget=2048,
                note=f"{lost} lost; {missed} jobs missed; {stays / count:.0f} B stay")]


# Jobs.

def told(server, load_ports, connections, tell):
    """CPU a job and client in microseconds, the spreads, and the last job: `tell()` brings jobs."""
    with Load("notify", load_ports, "--connections", connections, "--duration", 600) as load:
        load.ready()
        time.sleep(SETTLE)
        before = server.loop_cpu()
        tell()
        time.sleep(SETTLE)
        spent = server.loop_cpu() - before
        result = load.end()
    jobs = result["jobs"][1:]  # the first came with the logins
    written = sum(job["clients"] for job in jobs)
    spreads = [milliseconds(job["last_at_ns"] - job["first_at_ns"]) for job in jobs
               if job["clients"] == connections]
    if not spreads:
        raise SystemExit("bench: no job came to all")
    return 1e6 * spent / written, spreads, jobs


def notify(pool, options):
    """New blocks at the node; then jobs of the same length by a bare write loop."""
    rows = []
    for connections, blocks in options.notify:
        rounds = [notify_round(pool, connections, blocks) for _ in range(ROUNDS)]
        (cost, spreads), (bare, bare_spreads) = (
            (min(each[server][0] for each in rounds),
             [spread for each in rounds for spread in each[server][1]]) for server in (0, 1))
        rows += [Row(f"{pool.bus}: CPU to notify one of {connections}", cost, "µs", bare,
                     ratio_budget=1.15, note=f"least of {ROUNDS} rounds; {len(spreads)} jobs"),
                 Row(f"{pool.bus}: first to last of {connections} has a job, p50",
                     statistics.median(spreads), "ms", statistics.median(bare_spreads),
                     note=f"max {max(spreads):.1f}")]
    return rows


def notify_round(pool, connections, blocks):
    """The cost and the spreads of the pool's jobs, and those of the floor's."""
    pause = max(0.1, connections / 1e4)

    def mine():
        for _ in range(blocks):
            pool.node.mine(1)
            time.sleep(pause)
    cost, spreads, jobs = told(pool, pool.ports, connections, mine)
    with Floor() as floor:
        def repeat():
            for number, job in enumerate(jobs, 1):
                floor.tell(relabelled(job["line"], number))
                time.sleep(pause)
        bare, bare_spreads, _ = told(floor, floor.ports, connections, repeat)
    return (cost, spreads), (bare, bare_spreads)


def relabelled(line, number):
    """A job of the same length under another id."""
    job = json.loads(line)
    identity = job["params"][0]
    job["params"][0] = f"{number:0{len(identity)}x}"
    return json.dumps(job, separators=(",", ":"))


# Connecting.

def crowd(pool, options):
    def once(ports):
        with Load("crowd", ports, "--connections", 1000) as load:
            return load.result()
    results = [once(pool.ports) for _ in range(options.repeats)]
    with Floor() as floor:
        bare = [once(floor.ports) for _ in range(options.repeats)]
    times = [milliseconds(result["gathered_ns"]) for result in results]
    lost = sum(result["lost"] for result in results)
    return [Row(f"{pool.bus}: 1,000 connect at once: the last has a job", statistics.median(times),
                "ms", statistics.median(milliseconds(result["gathered_ns"]) for result in bare),
                budget=200, note=f"max {max(times):.0f}; {lost} lost of {1000 * len(times)}")]


# Shares.

def saturated(server, ports, options, *arguments):
    """CPU of a share in microseconds, and the load's result."""
    with Load("submit", ports, "--connections", 200, "--duration", options.seconds,
              *arguments) as load:
        load.ready()
        before = server.cpu()
        result = load.result()
        spent = server.cpu() - before
    return 1e6 * spent / result["shares"]["sent"], result


def shares(pool, options):
    """All that the process does is counted; in one process with the pool that is every service."""
    whose = "lode" if pool.bus == "embedded" else "sserver"
    judged = pool.bus != "embedded"  # the budget is the sserver's alone
    rows = []
    for flight, budget in ((16, {"budget": 3 if judged else None}),
                           (1, {"ratio_budget": 1.5 if judged else None})):
        with Floor() as floor:
            bare, bare_result = saturated(floor, floor.ports, options, "--in-flight", flight)
        cost, result = saturated(pool, pool.ports, options, "--in-flight", flight, "--refused",
                                 "duplicate")
        rows.append(Row(f"{pool.bus}: CPU of {whose}, share refused, 200 × {flight}", cost, "µs",
                        bare, **budget, note=rates(result, bare_result)))
        if flight == 16:
            with durable_floor() as floor:
                bare, bare_result = saturated(floor, floor.ports, options, "--in-flight", 16)
            durable, result = saturated(pool, pool.ports, options, "--in-flight", 16)
            rows.append(Row(f"{pool.bus}: CPU of {whose}, share durable, 200 × 16", durable, "µs",
                            bare, budget=6 if judged else None, note=rates(result, bare_result)))
    return rows


@contextlib.contextmanager
def durable_floor():
    """Writes the shares of each turn of its loop to a file and syncs it before it answers them."""
    with tempfile.NamedTemporaryFile(prefix="lode-bench-") as file, \
            Floor("--durable", file.name) as floor:
        yield floor


def rates(result, bare):
    def rate(of):
        return of["shares"]["answered_in_time"] / of["lasted_ns"] * 1e6
    return f"{rate(result):.0f} k/s, floor {rate(bare):.0f} k/s"


def latency(pool, options):
    """10,000 shares a second, each at its time; the floor writes and syncs them in groups. A broker
    that has just started compiles itself, on the same cores: its first shares are not measured."""
    def once(ports):
        with Load("submit", ports, "--connections", 1000, "--rate", 10_000, "--duration",
                  options.seconds) as load:
            return load.result()["shares"]
    if pool.bus == "kafka":
        for _ in range(WARM_UPS):
            once(pool.ports)
    found = once(pool.ports)
    with durable_floor() as floor:
        bare = once(floor.ports)
    missing = found["unanswered"] + found["not_sent"] + found["sent"] - found["accepted"]
    budget = {"p50": None, "p99": 10 if pool.bus == "embedded" else 20}
    return [Row(f"{pool.bus}: answer at 10,000 shares/s, {name}",
                milliseconds(found["latency_ns"][name]), "ms",
                milliseconds(bare["latency_ns"][name]), budget=limit,
                note=f"{found['accepted']} accepted, {missing} not")
            for name, limit in budget.items()]


# Blocks.

def solved(pool, options, more=""):
    """Until the node says that a miner's block is its tip, less the same from a bare submitblock:
    what the pool adds."""
    with Load("submit", pool.ports, "--connections", 10, "--solve", "--rate", 2, "--arrivals",
              "even", "--duration", options.blocks, "--zmq", pool.node.facts["zmq_hashblock"],
              "--login-window", 10) as load:
        result = load.result()
    tips = {tip["hash"]: tip["at_ns"] for tip in result["tips"]}
    took = [milliseconds(tips[one["hash"]] - one["sent_at_ns"])
            for one in result["shares"]["solved"] if one["hash"] in tips]
    if not took:
        raise SystemExit("bench: no solved share became a tip")
    with Load("notify", pool.ports, "--connections", 1, "--duration", 600, "--zmq",
              pool.node.facts["zmq_hashblock"]) as load:
        load.ready()
        sent = {}
        for _ in range(options.blocks):
            block = pool.node.rpc.generateblock("raw(51)", [], False)
            sent[block["hash"]] = time.monotonic_ns()
            pool.node.rpc.submitblock(block["hex"])
            time.sleep(0.3)
        bare = [milliseconds(tip["at_ns"] - sent[tip["hash"]]) for tip in load.end()["tips"]
                if tip["hash"] in sent]
    direct = statistics.median(bare)
    missing = len(result["shares"]["solved"]) - len(took)
    return [Row(f"{pool.bus}{more}: solved share → submitblock, p50",
                max(0.0, statistics.median(took) - direct), "ms",
                budget=5 if pool.bus == "embedded" else 15,
                note=f"max {max(took) - direct:.1f}; {len(took)} tips, {missing} not; "
                     f"less {direct:.1f} of the node's own")]


def without_broker(pool, options):
    say("kafka: the broker stops")
    pool.cluster.stop("kafka")
    return solved(pool, options, ", broker down")


def tips(pool, options):
    """New tip at the node until the last of 1,000 clients has a job on it, first any, then the
    full one of a mempool of 2,000 transactions. The blocks are built beforehand and are empty, so
    that the mempool stays; the clock starts with the node's own notice. Nobody has the full job
    before the node has made its template, which is part of that floor."""
    pool.node.make_transactions(2000)
    with Load("notify", pool.ports, "--connections", 1000, "--duration", 600, "--zmq",
              pool.node.facts["zmq_hashblock"]) as load:
        load.ready()
        for _ in range(options.blocks + 1):  # the first warms the caches
            block = pool.node.rpc.generateblock("raw(51)", [], False)
            time.sleep(1.5)  # the machine is quiet again
            pool.node.rpc.submitblock(block["hex"])
            time.sleep(SETTLE)
        result = load.end()
    template = statistics.median(bare_templates(pool, options))
    stages = {"first (empty)": (0, 0, 15 if pool.bus == "embedded" else 18),
              "full": (1, template, 39)}
    rows = []
    for name, (branch, before, budget) in stages.items():
        lasts, line = last_clients(result, branch)
        rows.append(Row(f"{pool.bus}: new tip → last of 1,000 has its {name} job, p50",
                        statistics.median(lasts[1:]), "ms", before + bare_spread(line, options),
                        budget=budget, note=f"max {max(lasts[1:]):.1f}; {len(line)} B"
                        + (f"; template {before:.1f} of the floor" if before else "")))
    return rows


def bare_templates(pool, options):
    """ms that the node takes to answer a getblocktemplate after each new tip, while the pool, which
    would have it made at the same moment, stands still."""
    asker = (pool.cluster.parts("gbtmaker") or ["lode"])[0]
    times = []
    for _ in range(options.blocks):
        block = pool.node.rpc.generateblock("raw(51)", [], False)
        time.sleep(1.5)
        pool.cluster.pause(asker)
        try:
            pool.node.rpc.submitblock(block["hex"])
            asked = time.monotonic_ns()
            pool.node.rpc.raw("getblocktemplate", [[{"rules": ["segwit"]}]])
            times.append(milliseconds(time.monotonic_ns() - asked))
        finally:
            pool.cluster.resume(asker)
    return times


def last_clients(result, branch):
    """For each tip: ms until the last client had its first job with so long a branch; the line."""
    times, line = [], ""
    for tip in result["tips"]:
        jobs = [job for job in result["jobs"] if job["previous"] == tip["hash"]
                and job["branch"] >= branch and job["clients"] == result["connections"]]
        if jobs:
            times.append(milliseconds(min(job["last_at_ns"] for job in jobs) - tip["at_ns"]))
            line = jobs[0]["line"]
    if len(times) < 2:
        raise SystemExit("bench: jobs did not come to all clients")
    return times, line


def bare_spread(line, options):
    """ms from the first write of `line` until the last of 1,000 clients has it, without a pool."""
    with Floor() as floor, Load("notify", floor.ports, "--connections", 1000, "--duration",
                                600) as load:
        load.ready()
        starts = []
        for number in range(1, options.blocks + 1):
            time.sleep(SETTLE / 2)
            starts.append(floor.tell(relabelled(line, number)))
        time.sleep(SETTLE)
        jobs = load.end()["jobs"][1:]
    return statistics.median(milliseconds(job["last_at_ns"] - start)
                             for job, start in zip(jobs, starts))
