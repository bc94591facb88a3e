"""Watches the pool's process while it is attacked, lets the chain go on, and treats the process as
only its own machine can: stops it, lets it go on, and interrupts what it waits for."""
import os
import pathlib
import random
import signal
import statistics
import threading
import time

from certificates import NAMES

FREEZE_EVERY = (20, 30)  # seconds
FREEZE_SECONDS = (1, 3)
RAIN_EVERY = (5, 10)
RAIN_SIGNALS = 100
RELOAD_EVERY = (4, 8)
RELOADS = 20
BLOCK_EVERY = 15
# Jobs, remembered shares and caches fill up first; what may still grow then is below both.
GROWTH_MAX = 1.15
GROWTH_BYTES = 16 << 20
FILES_SLACK = 16  # the bus's files, HTTP connections to its health port


def resident_bytes(pid):
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Watch(threading.Thread):
    """From start() to end(); "freeze", "rain" and "reload" only if they are asked for."""

    def __init__(self, process, node, certificates, options):
        super().__init__(daemon=True)
        self.process = process
        self.node = node
        self.certificates = certificates
        self.dice = random.Random(f"{options.seed} watch")
        self.signals = options.only
        self.ended = threading.Event()
        self.samples = []  # (seconds since the start, resident bytes, files)
        self.freezes = 0
        self.interruptions = 0
        self.reloads = 0
        self.blocks = 0
        self.problem = None

    def run(self):
        try:
            self._watch()
        except Exception as problem:  # pylint: disable=broad-except
            self.problem = problem

    def _watch(self):
        begun = time.monotonic()
        due = {self._block: BLOCK_EVERY}
        if "freeze" in self.signals:
            due[self._freeze] = self.dice.uniform(*FREEZE_EVERY)
        if "rain" in self.signals:
            due[self._rain] = self.dice.uniform(*RAIN_EVERY)
        if "reload" in self.signals:
            due[self._reload] = self.dice.uniform(*RELOAD_EVERY)
        every = {self._block: (BLOCK_EVERY, BLOCK_EVERY), self._freeze: FREEZE_EVERY,
                 self._rain: RAIN_EVERY, self._reload: RELOAD_EVERY}
        while not self.ended.wait(1) and self.process.poll() is None:
            now = time.monotonic() - begun
            self.samples.append((now, resident_bytes(self.process.pid),
                                 open_files(self.process.pid)))
            for act in [each for each, when in due.items() if when <= now]:
                act()
                due[act] = now + self.dice.uniform(*every[act])

    def _block(self):
        self.node.mine(1)
        self.blocks += 1

    def _freeze(self):
        self.process.send_signal(signal.SIGSTOP)
        self.ended.wait(self.dice.uniform(*FREEZE_SECONDS))
        self.process.send_signal(signal.SIGCONT)
        self.freezes += 1

    def _rain(self):
        # A stop and its end interrupt epoll_wait() and its kin, as a debugger's visit does.
        for _ in range(RAIN_SIGNALS):
            self.process.send_signal(signal.SIGSTOP)
            self.process.send_signal(signal.SIGCONT)
            self.interruptions += 1
            self.ended.wait(self.dice.uniform(0, 0.02))

    def _reload(self):
        # Files are exchanged while they are read, as well; the last one is good.
        for number in range(RELOADS):
            if self.dice.random() < 0.3:
                self.certificates.spoil(self.dice)
            if number == RELOADS - 1 or self.dice.random() < 0.3:
                self.certificates.place(self.dice.choice(NAMES))
            self.process.send_signal(signal.SIGHUP)
            self.reloads += 1
            self.ended.wait(self.dice.uniform(0, 0.05))

    def end(self):
        self.ended.set()
        self.join()
        if self.problem:
            raise self.problem

    # What came of it.

    def memory(self):
        """Medians of the second quarter of the time and of the last, in bytes."""
        end = self.samples[-1][0]
        early = [rss for when, rss, _ in self.samples if end / 4 <= when < end / 2]
        late = [rss for when, rss, _ in self.samples if when >= 3 * end / 4]
        return statistics.median(early), statistics.median(late)

    def tenths(self):
        """Medians of each tenth of the time, in bytes."""
        end = self.samples[-1][0]
        parts = [[rss for when, rss, _ in self.samples if tenth * end / 10 <= when
                  <= (tenth + 1) * end / 10] for tenth in range(10)]
        return [statistics.median(each) for each in parts if each]

    def grew(self):
        early, late = self.memory()
        return late > GROWTH_MAX * early + GROWTH_BYTES

    def files_max(self):
        return max(files for _, _, files in self.samples)
