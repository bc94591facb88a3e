"""A cluster in its folder: up, down and what it is. Everything known of it is in cluster.json, so
each command begins where the one before ended, however that ended."""
import contextlib
import dataclasses
import fcntl
import json
import pathlib
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import process
from backing import NODE_USER, SCRIPTS, Backing, BackingFailure, write_private
from configuration import Configuration
from service import free_ports
from shape import LISTENING, Shape

ROOT = SCRIPTS.parents[1]
PROGRAMS = ROOT / "build" / "release" / "bin"
HEALTHY_SECONDS = 60
EXIT_TAKEN = 3  # a service's exit code when a port is taken
PORT_ATTEMPTS = 5
# Who writes stops first, so that whoever reads has all of it. One line stops together.
STOPPING = (("lode",), ("poolwatcher", "gbtmaker"), ("jobmaker",), ("sserver",), ("blkmaker",),
            ("sharelogger",), ("payout", "statshttpd"))


class Failure(Exception):
    """A cluster that does not come up or go down; told as it is."""


class PortTaken(Exception):
    """A new cluster's port was taken by another process before its service bound it."""


def say(text):
    print(f"cluster: {text}", file=sys.stderr, flush=True)


class Cluster:
    """The cluster in `folder`; `state` is what cluster.json holds, None before the first up."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.state_file = self.folder / "cluster.json"
        self.state = self._load()

    @contextlib.contextmanager
    def locked(self):
        """One command at a time changes a cluster; it sees what the one before left."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.folder / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.state = self._load()
            yield

    def create(self, shape, settings, programs):
        """A cluster that was never up: decides all that stays the same for its life."""
        self.state = {"shape": dataclasses.asdict(shape), "settings": settings,
                      "programs": programs, "ports": {}, "written_for": None, "was_up": False,
                      "processes": {}}
        self._choose_ports()

    def _choose_ports(self):
        wanted = [f"{part} {use}" for part in self.shape.service_names()
                  for use in self.shape.port_names(part)]
        self.state["ports"] = {}
        for key, port in free_ports(wanted).items():
            part, use = key.split()
            self.state["ports"].setdefault(part, {})[use] = port

    def _load(self):
        with contextlib.suppress(FileNotFoundError):
            return json.loads(self.state_file.read_text())
        return None

    def _save(self):
        write_private(self.state_file, json.dumps(self.state, indent=2) + "\n")

    # What it consists of.

    @property
    def shape(self):
        return Shape(**self.state["shape"])

    @property
    def backing(self):
        return Backing(self.folder, self.shape.backing_names())

    @property
    def configuration(self):
        return Configuration(self.folder, self.shape, self.state["ports"], self.backing)

    def names(self):
        return [*self.shape.backing_names(), *self.shape.service_names()]

    def record(self, part):
        return self.state["processes"].get(part)

    def log(self, part):
        return self.folder / "logs" / f"{part}.log"

    def _program(self, part):
        name = self.shape.service_names()[part]
        return self.state["programs"].get(part) or str(PROGRAMS / name)

    def _command(self, part):
        config = ["--config", str(self.configuration.file(part))]
        return [self._program(part), *(["run"] if part == "lode" else []), *config]

    # Up.

    def up(self, names, patient):
        """Starts what does not run of `names`, all when None; `patient`: until it is healthy."""
        self._save()
        try:
            for _ in range(PORT_ATTEMPTS):
                try:
                    return self._bring_up(names, patient)
                except PortTaken:
                    self._stop_services(self.shape.service_names())
                    self._choose_ports()
                    self.state["written_for"] = None
            raise Failure("other processes took the chosen ports again and again")
        except BaseException:
            try:
                self.down(None)
            except Failure as failure:
                say(str(failure))
            raise

    def _bring_up(self, names, patient):
        wanted = self.names() if names is None else names
        self.backing.start(wanted)
        self._write_configuration()
        missing = [part for part in self.shape.service_names()
                   if part in wanted and not process.is_alive(self.record(part))]
        if names is None and missing:
            self._prepare()
        started = self._spawn(missing)
        if patient:
            self._wait([part for part in self.shape.service_names() if part in wanted], started)
        self.state["was_up"] = True
        self._save()

    def _write_configuration(self):
        """Files that are there stay as they are, unless what they name has moved."""
        endpoints = self.backing.endpoints()
        moved = self.state["written_for"] != endpoints
        if "mariadb" in self.backing.names:
            write_private(self.folder / "secrets" / "database",
                          self.backing.facts("mariadb")["password"])
        for file, text in self.configuration.files(self.state["settings"]).items():
            if moved or not file.exists():
                write_private(file, text)
        self.state["written_for"] = endpoints
        self._save()

    def _prepare(self):
        """Schema and topics before the services, which would wait for them."""
        commands = [("db", "migrate")]
        if self.shape.bus == "kafka":
            commands.append(("topics", "create"))
        for command in commands:
            done = subprocess.run([PROGRAMS / "lode", *command, "--config",
                                   self.folder / "lode.toml"], capture_output=True, text=True,
                                  check=False)
            if done.returncode:
                raise Failure(f"lode {' '.join(command)}: {done.stderr.strip()}")

    def _spawn(self, parts):
        (self.folder / "logs").mkdir(exist_ok=True)
        started = {}
        for part in parts:
            started[part] = process.spawn(self._command(part), self.log(part))
            self.state["processes"][part] = process.record_of(started[part].pid)
            self._save()
        return started

    def _wait(self, parts, started):
        deadline = time.monotonic() + HEALTHY_SECONDS
        waiting = list(parts)
        while waiting:
            for part in list(waiting):
                if process.is_healthy(self.state["ports"][part]["health"]):
                    waiting.remove(part)
                elif not process.is_alive(self.record(part)):
                    self._report_end(part, started.get(part))
                elif time.monotonic() > deadline:
                    raise Failure(f"{part} is not healthy after {HEALTHY_SECONDS} s; its log "
                                  f"ends:\n{process.log_end(self.log(part))}")
            time.sleep(0.05)

    def _report_end(self, part, child):
        code = child.wait() if child else "an unknown code"
        if code == EXIT_TAKEN and not self.state["was_up"]:
            raise PortTaken
        raise Failure(f"{part} ended with {code}; its log ends:\n"
                      f"{process.log_end(self.log(part))}")

    # Down.

    def down(self, names):
        """Stops `names`, all when None, in the order in which nothing is lost on the way."""
        wanted = self.names() if names is None else names
        late = self._stop_services(wanted)
        late += self.backing.stop(wanted)
        self._save()
        if late:
            raise Failure(f"did not end when told to and was killed: {', '.join(late)}")

    def _stop_services(self, wanted):
        programs = self.shape.service_names()
        late = []
        for together in STOPPING:
            parts = {part: self.record(part) for part, program in programs.items()
                     if program in together and part in wanted}
            late += process.stop(parts)
        return late

    # What it is.

    def part(self, name):
        """One entry of the status' list."""
        if name in self.shape.backing_names():
            facts = self.backing.facts(name) or {"log": None, "ports": {}, "pid": None}
            alive = self.backing.is_alive(name)
            state = "running" if alive else "gone"
            return {"name": name, "pid": facts["pid"] if alive else None, "log": facts["log"],
                    "ports": facts["ports"], "state": state}
        record, ports = self.record(name), self.state["ports"][name]
        state = "gone"
        if process.is_alive(record):
            state = "running" if process.is_healthy(ports["health"]) else "not healthy"
        return {"name": name, "pid": record["pid"] if state != "gone" else None,
                "log": str(self.log(name)), "ports": ports, "state": state}

    def status(self):
        """The object that `status --json` prints. With credentials: for this machine's user."""
        with ThreadPoolExecutor() as executor:  # a stopped process lets one wait
            parts = list(executor.map(self.part, self.names()))
        ports = self.state["ports"]
        owner = {use: "lode" if self.shape.bus == "embedded" else program
                 for program, use in LISTENING.items()}
        return {
            "dir": str(self.folder),
            "stratum": f"127.0.0.1:{ports[owner['stratum']]['stratum']}",
            "api": f"http://127.0.0.1:{ports[owner['api']]['api']}",
            "node": self._node_url(),
            "kafka": (self.backing.facts("kafka") or {}).get("brokers")
                     if self.shape.bus == "kafka" else None,
            "database": self._database_url(),
            "parts": parts,
        }

    def _node_url(self):
        facts = self.backing.facts("bitcoind")
        return facts and facts["rpc_url"].replace(
            "http://", f"http://{NODE_USER}:{self.backing.node_password()}@")

    def _database_url(self):
        if self.shape.db == "sqlite":
            return f"sqlite://{self.folder}/data/lode.sqlite"
        facts = self.backing.facts("mariadb")
        return facts and facts["url"].replace("@", f":{facts['password']}@")
