"""Waiting for something to become true, with a limit and a name for what was waited for."""
import socket
import time


def eventually(condition, what, seconds=30):
    """The first truthy value of condition(), which is asked until it comes."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain for: {what}")
        time.sleep(0.02)


def free_ports(count):
    """Loopback ports nobody listens on now. Another process may still take one before its use."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
