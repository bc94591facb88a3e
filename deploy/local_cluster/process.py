"""Processes that outlive the command that started them: known by pid and start time, so that no
other process that got the pid meanwhile is ever taken for one of them."""
import contextlib
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

STOP_SECONDS = 20
HEALTH_SECONDS = 3  # a healthy service answers within one
LOG_LINES = 15


def started_at(pid):
    """The kernel's start time of a live process, in its ticks; None when it has ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else int(fields[19])


def record_of(pid):
    return {"pid": pid, "started": started_at(pid)}


def is_alive(record):
    return bool(record and record["pid"] and record["started"]
                and started_at(record["pid"]) == record["started"])


def spawn(command, log):
    """Starts a program in a session of its own, its output at the end of `log`."""
    with open(log, "ab") as output:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                start_new_session=True)


def send(record, number):
    if is_alive(record):
        with contextlib.suppress(ProcessLookupError):
            os.kill(record["pid"], number)


def stop(records):
    """SIGTERM to all of them and SIGKILL to those that ignore it; the names of the latter.

    `records`: name -> record.
    """
    for record in records.values():
        send(record, signal.SIGTERM)
        send(record, signal.SIGCONT)  # a stopped process would never see it
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline and any(map(is_alive, records.values())):
        time.sleep(0.02)
    late = [name for name, record in records.items() if is_alive(record)]
    for name in late:
        send(records[name], signal.SIGKILL)
    return late


def is_healthy(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz",
                                    timeout=HEALTH_SECONDS) as answer:
            return answer.status == 200
    except OSError:
        return False


def log_end(log):
    with contextlib.suppress(FileNotFoundError):
        return "\n".join(pathlib.Path(log).read_text(errors="replace").splitlines()[-LOG_LINES:])
    return "(it wrote nothing)"
