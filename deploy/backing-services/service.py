"""What the backing services share: a private folder with a JSON file of facts (pid, ports and what
a client needs), free loopback ports that outlive a restart, waiting for the first answer, and
stopping by pid. The scripts beside it add how their program is found, configured and asked."""
import contextlib
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import time

PORTS = range(20_000, 32_000)
PORT_ATTEMPTS = 5  # another process may take a port between our choice and the program's bind
REPORT_SECONDS = 5


class Failure(Exception):
    """Something the caller must be told in one line."""


class PortTaken(Exception):
    """A chosen port was taken before the program bound it."""


def free_ports(names):
    """A free loopback port for each name, below those that the kernel gives to clients: there, a
    client's own socket could take the port while the service is down, or connect to itself."""
    with contextlib.ExitStack() as stack:
        ports = {}
        for port in random.sample(PORTS, len(PORTS)):
            if len(ports) == len(names):
                return ports
            each = stack.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                each.bind(("127.0.0.1", port))
                ports[names[len(ports)]] = port
    raise Failure("no free port")


def is_running(facts):
    """True while the recorded pid is a live process of this folder, and not another's by now."""
    try:
        process = pathlib.Path("/proc") / str(facts["pid"])
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" and facts["data_dir"].encode() in (process / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


class Service:
    """One program in one folder. Its facts hold at least `pid`, `ports` and `data_dir`, the latter
    a path that stands on the program's command line."""

    def __init__(self, name, folder, facts_file):
        self.name = name
        self.folder = pathlib.Path(folder).resolve()
        self.facts_file = self.folder / facts_file

    def say(self, text):
        print(f"{self.name}: {text}", file=sys.stderr, flush=True)

    def read(self):
        try:
            return json.loads(self.facts_file.read_text())
        except FileNotFoundError:
            return None

    def write(self, facts):
        """Keeps the facts for the next call and returns them as text. A reader sees them whole."""
        text = json.dumps(facts, indent=2) + "\n"
        fresh = self.facts_file.with_suffix(".new")
        fresh.touch(mode=0o600)  # they may hold a password
        fresh.write_text(text)
        fresh.rename(self.facts_file)
        return text

    def refuse_second(self):
        earlier = self.read()
        if earlier and is_running(earlier):
            raise Failure(f"already running in {self.folder} with pid {earlier['pid']}")

    def start(self, port_names, launch):
        """Prints the facts that `launch(ports)` returns once the program answers. One that is
        started again keeps its ports, so that whoever was connected finds it."""
        self.refuse_second()
        earlier = self.read()
        ports = earlier["ports"] if earlier else free_ports(port_names)
        for _ in range(PORT_ATTEMPTS):
            try:
                facts = launch(ports)
            except PortTaken:
                ports = free_ports(port_names)
                continue
            print(self.write(facts), end="", flush=True)
            return
        raise Failure(f"{PORT_ATTEMPTS} times in a row another process took a chosen port")

    def run(self, command, log_file, ready, **options):
        """Starts `command` with its output in `log_file` and returns its pid once `ready(process)`
        returned; whatever that raises ends the program again."""
        with open(log_file, "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=subprocess.STDOUT, start_new_session=True, **options)
        try:
            ready(process)
        except BaseException:
            process.kill()
            process.wait()
            raise
        return process.pid

    def wait(self, process, answers, seconds):
        """Until `answers()` is true; False when the process ended instead."""
        deadline = time.monotonic() + seconds
        reported = time.monotonic()
        while time.monotonic() < deadline:
            if process.poll() is not None:
                return False
            if answers():
                return True
            if time.monotonic() - reported > REPORT_SECONDS:
                reported = time.monotonic()
                self.say("waiting for an answer")
            time.sleep(0.05)
        raise Failure(f"no answer within {seconds} s; see {self.folder}")

    def stop(self, seconds):
        facts = self.read()
        if not facts or not is_running(facts):
            self.say(f"none is running in {self.folder}")
            return
        os.kill(facts["pid"], signal.SIGTERM)
        os.kill(facts["pid"], signal.SIGCONT)  # a stopped process would never see it
        deadline = time.monotonic() + seconds
        while is_running(facts):
            if time.monotonic() > deadline:
                os.kill(facts["pid"], signal.SIGKILL)
                raise Failure(f"pid {facts['pid']} ignored SIGTERM for {seconds} s and was killed")
            time.sleep(0.05)
        self.write(facts | {"pid": None})


def script(name, main):
    """Runs `main`; a Failure is one line and exit code 1."""
    try:
        main()
    except Failure as failure:
        print(f"{name}: {failure}", file=sys.stderr, flush=True)
        sys.exit(1)
