"""What a measurement needs: the load, its floor, a pool of release programs, and what a process
costs in CPU and memory as the kernel counts it."""
import contextlib
import json
import pathlib
import queue
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "end_to_end"))
# pylint: disable=wrong-import-position
from cluster import Cluster

PROGRAMS = ROOT / "build" / "release" / "bin"
USER = "bench"
READY_SECONDS = 150  # longer than the load itself waits for its logins
END_SECONDS = 90
DATABASE = {"embedded": "sqlite", "kafka": "mysql"}
TINY = "2^-32"  # every hash is a share, half of regtest's are blocks
# All of the load comes from a few addresses, and some of it has every share refused.
SETTINGS = {"sserver": {"users": "open", "min_difficulty": TINY, "max_difficulty": TINY,
                        "allow": ["127.0.0.0/8"], "max_invalid_percent": 100,
                        "resume_time": "10s", "listener": [{"start_difficulty": TINY}]}}


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Load:
    """stratum-load, once its connections are ready, until it ends by itself or is told to."""

    def __init__(self, mode, urls, *arguments):
        urls = [f"--url=stratum+tcp://127.0.0.1:{port}" for port in urls]
        self.process = subprocess.Popen(
            [PROGRAMS / "stratum-load", mode, "--json", f"--user={USER}", *urls,
             *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.words = queue.SimpleQueue()
        self.said = None
        self.readers = [threading.Thread(target=self._listen, daemon=True),
                        threading.Thread(target=self._read, daemon=True)]
        for reader in self.readers:
            reader.start()

    def _listen(self):
        for line in self.process.stderr:
            self.words.put(line)
        self.words.put("")

    def _read(self):
        self.said = self.process.stdout.read()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()

    def ready(self):
        line = self.words.get(timeout=READY_SECONDS)
        if "connections ready" not in line:
            raise SystemExit(f"bench: stratum-load: {line or 'ended before its time'}")
        ready, _, total = line.removeprefix("stratum-load: ").split()[:3]
        if ready != total:
            raise SystemExit(f"bench: {line}")
        return self

    def result(self, seconds=END_SECONDS):
        """The object that it prints at its end."""
        code = self.process.wait(timeout=seconds)
        for reader in self.readers:
            reader.join(timeout=seconds)
        if not self.said:
            raise SystemExit(f"bench: stratum-load ended with {code}")
        return json.loads(self.said)

    def end(self):
        self.process.terminate()
        return self.result()


class Floor:
    """stratum-floor: the same bytes by the same system calls."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([PROGRAMS / "stratum-floor", *map(str, arguments)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ports = [json.loads(self.process.stdout.readline())["port"]]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()

    def tell(self, line):
        """To all clients; when the first write began."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["start_ns"]

    def cpu(self):
        return cpu_seconds(self.process.pid)

    loop_cpu = cpu


class Pool:
    """deploy/cluster in a folder of its own, gone at the end."""

    def __init__(self, bus, folder, sservers=1):
        self.bus = bus
        counts = {} if sservers == 1 else {"sservers": sservers}
        self.cluster = Cluster(folder, SETTINGS, bus=bus, db=DATABASE[bus], **counts)

    def __enter__(self):
        say(f"{self.bus}: starting a pool")
        self.cluster.start()
        self.node = self.cluster.node()
        self.ports = self.cluster.stratum_ports() or [self.cluster.stratum_port]
        self.names = self.cluster.parts("sserver") or ["lode"]
        self.pids = [self.cluster.pid(name) for name in self.names]
        return self

    def __exit__(self, *unused):
        with contextlib.suppress(AssertionError):
            self.cluster.close()

    def cpu(self):
        """Seconds of all threads of the (first) process that holds the sserver."""
        return cpu_seconds(self.pids[0])

    def loop_cpu(self):
        """Of those that serve connections."""
        return cpu_seconds(self.pids[0], "sserver-loop")

    def rss(self):
        """Bytes of each process that holds an sserver."""
        return [rss_bytes(pid) for pid in self.pids]


def cpu_seconds(pid, name=""):
    """On a CPU so far, by the threads whose names begin so; to the nanosecond."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if (task / "comm").read_text().startswith(name):
                total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def rss_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return 1024 * int(line.split()[1])
    raise SystemExit(f"bench: {pid} has no memory")


def until(condition, seconds=END_SECONDS):
    """Polls, because what is waited for tells nobody; whether it came."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
