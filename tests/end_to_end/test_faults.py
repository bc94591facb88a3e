"""Faults around the pool: each is told in one clear line and ends with its exit code or a retry."""
import contextlib
import os
import socket
import subprocess

import pytest

from pool import STOP_SECONDS, merged, program, toml
from stratum_client import StratumError
from waiting import eventually

OTHER = 20
EXIT_CONFIGURATION, EXIT_TAKEN = 2, 3
QUICK_LOOKS = {"gbtmaker": {"poll_interval": "100ms"}}


def run_to_the_end(pool):
    """Exit code and the lines of level error of a pool that cannot start."""
    pool.launch()
    code = pool.process.wait(STOP_SECONDS)
    return code, [line for line in pool.log().splitlines() if " error " in line]


def accepted_hashes(client, count):
    shares = [client.find() for _ in range(count)]
    for share in shares:
        assert client.submit(share) is True
    return {share.display_hash for share in shares}


def counted(pool):
    return pool.query("SELECT COALESCE(SUM(shares), 0) FROM user_bucket")[0][0]


class TestConfiguration:
    """A wrong file: one line that names file, line and setting, and exit code 2."""

    CHAIN = {"name": "regtest", "network": "regtest",
             "payout_address": "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
             "node": [{"url": "http://127.0.0.1:1", "user": "u", "password": "secret-word"}]}

    @pytest.mark.parametrize("changes, setting, reason", [
        ({"no_such": 1}, "no_such", "unknown"),
        ({"sserver": {"max_lines": 5}}, "sserver.max_lines", "unknown setting, did you mean"),
        ({"sserver": {"id": "one"}}, "sserver.id", "must be"),
        ({"sserver": {"id": 5000}}, "sserver.id", "0..4095"),
        ({"sserver": {"job_life": "2 weeks"}}, "sserver.job_life", ""),
        ({"sserver": {"job_life": "1ms"}}, "sserver.job_life", ""),
        ({"jobmaker": {"job_interval": 30}}, "jobmaker.job_interval", ""),
        ({"gbtmaker": {"health_port": 70_000}}, "gbtmaker.health_port", ""),
        ({"bus": {"url": "rabbit://x"}}, "bus.url", "embedded:"),
        ({"chain": [{**CHAIN, "payout_address": None}]}, "chain.payout_address", "required"),
        ({"chain": [{**CHAIN, "payout_address": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"}]},
         "chain.payout_address", "regtest"),
        ({"chain": [{**CHAIN, "network": "moon"}]}, "chain.network", "regtest"),
        ({"chain": [{**CHAIN, "coinbase_tag": "x" * 25}]}, "chain.coinbase_tag", "24"),
        ({"chain": [{**CHAIN, "node": []}]}, "chain.node", "required"),
        ({"chain": []}, "chain", "required"),
    ])
    def test_it_is_refused(self, folder, changes, setting, reason):
        tables = merged({"data_dir": folder / "data", "chain": [self.CHAIN]}, changes)
        for chain in tables["chain"]:
            for key in [key for key, value in chain.items() if value in (None, [])]:
                del chain[key]
        text = toml({key: value for key, value in tables.items() if value != []})
        config = folder / "lode.toml"
        config.write_text(text)
        done = subprocess.run([program("lode"), "run", "--config", config], capture_output=True,
                              text=True, timeout=STOP_SECONDS, check=False)
        assert done.returncode == EXIT_CONFIGURATION
        lines = done.stderr.splitlines()
        assert len(lines) == 1, done.stderr
        assert f"{config}:" in lines[0] and setting in lines[0] and reason in lines[0]
        assert "secret-word" not in done.stderr + done.stdout
        assert not (folder / "data").exists(), "nothing was made"

    def test_a_file_that_is_no_toml_is_refused_with_its_line(self, folder):
        config = folder / "lode.toml"
        config.write_text("# one\ndata_dir = \"x\"\n[bus\n")
        done = subprocess.run([program("lode"), "run", "--config", config], capture_output=True,
                              text=True, timeout=STOP_SECONDS, check=False)
        assert done.returncode == EXIT_CONFIGURATION
        assert f"{config}:3" in done.stderr and len(done.stderr.splitlines()) == 1

    def test_a_missing_file_is_refused(self, folder):
        done = subprocess.run([program("lode"), "run", "--config", folder / "none.toml"],
                              capture_output=True, text=True, timeout=STOP_SECONDS, check=False)
        assert done.returncode == EXIT_CONFIGURATION
        assert "none.toml" in done.stderr and len(done.stderr.splitlines()) == 1


class TestTaken:
    """What another process holds: one line that names it, and exit code 3."""

    def check(self, pool, name):
        code, lines = run_to_the_end(pool)
        assert code == EXIT_TAKEN, pool.log()
        assert len(lines) == 1 and name in lines[0], pool.log()

    @pytest.mark.parametrize("port", ["stratum_port", "health_port", "api_port"])
    def test_a_taken_port(self, make_pool, node, port):
        pool = make_pool([node])
        with socket.create_server(("127.0.0.1", getattr(pool, port))):
            self.check(pool, str(getattr(pool, port)))
        assert pool.start().is_healthy(), "it starts once the port is free"

    def test_the_data_folder_of_a_running_pool(self, make_pool, pool, node):
        second = make_pool([node])
        second.data_dir = pool.data_dir
        self.check(second, str(pool.data_dir))
        with pool.miner(pool.payout_address) as client:
            accepted_hashes(client, 1)


class TestNode:
    """A node that is away or wrong is told once and asked again; the pool stays up."""

    def unusable(self, pool, reason):
        eventually(lambda: any("node unusable" in line and reason in line
                               for line in pool.log().splitlines()), f"the reason '{reason}'")
        assert pool.process.poll() is None
        assert not pool.is_healthy()

    def recovers(self, pool):
        eventually(pool.is_healthy, "a healthy pool", 45)
        with pool.miner(pool.payout_address) as client:
            accepted_hashes(client, 1)

    def test_down_at_the_start(self, make_pool, node):
        pool = make_pool([node], QUICK_LOOKS)
        node.stop()
        pool.launch()
        self.unusable(pool, "health=down")
        node.start()
        self.recovers(pool)

    def test_down_later(self, make_pool, node):
        pool = make_pool([node], QUICK_LOOKS).start()
        with pool.miner(pool.payout_address) as client:
            shares = len(accepted_hashes(client, 5))
            node.stop()
            self.unusable(pool, "health=down")
            # The job is still good for a while: a block of it would wait for the node.
            shares += len(accepted_hashes(client, 1))
        node.start()
        self.recovers(pool)
        eventually(lambda: counted(pool) == shares + 1, "every share in the sums")

    def test_a_block_found_while_the_node_is_down_is_submitted_later(self, make_pool, node):
        pool = make_pool([node], QUICK_LOOKS).start()
        with pool.miner(pool.payout_address) as client:
            client.wait_for_job()
            node.stop()
            share = client.find_block()
            assert client.submit(share) is True
        node.start()
        eventually(lambda: node.tip() == share.display_hash, "the block as the tip")
        eventually(lambda: pool.query("SELECT state FROM block") == [("accepted",)], "its row")

    def test_the_next_node_takes_over_within_two_seconds(self, make_pool, make_node, node):
        second = make_node()
        second.connect(node)
        second.rpc.waitforblock(node.tip(), 10_000)
        pool = make_pool([node, second], QUICK_LOOKS).start()
        node.stop()
        pool.wait_for_log(f"node preferred node={second.url}", 2)
        with pool.miner(pool.payout_address) as client:
            share = client.find_block()
            assert client.submit(share) is True
        eventually(lambda: second.tip() == share.display_hash, "the block as the tip")

    def test_a_wrong_password(self, make_pool, node, folder):
        wrong = folder / "wrong.cookie"
        wrong.write_text("__cookie__:not-the-password")
        pool = make_pool([node], QUICK_LOOKS)
        pool.cookie_file = wrong
        pool.launch()
        self.unusable(pool, "refuses the cookie")
        assert "not-the-password" not in pool.log()
        with open(node.cookie_file, encoding="ascii") as right:
            wrong.write_text(right.read())
        self.recovers(pool)

    def test_the_wrong_network(self, make_pool, node):
        pool = make_pool([node], QUICK_LOOKS)
        pool.network = "signet"
        pool.payout_address = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"
        pool.launch()
        self.unusable(pool, "it is on chain regtest, configured is signet")


class TestDisk:
    """A full disk: new shares are refused in time, and nothing that was promised is lost."""

    SIZE = 48 << 20

    @pytest.fixture
    def small_disk(self, folder):
        if os.geteuid() != 0:
            pytest.skip("only root can mount a small file system")
        disk = folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.SIZE}", "tmpfs", disk],
                       check=True)
        yield disk
        subprocess.run(["umount", "--lazy", disk], check=True)

    def fill(self, disk):
        """Leaves nothing; the file that holds it all."""
        ballast = disk / "ballast"
        with open(ballast, "wb", buffering=0) as file:
            for size in (1 << 16, 1 << 9):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))
        return ballast

    def test_no_share_is_lost(self, make_pool, node, small_disk):
        pool = make_pool([node])
        pool.data_dir = small_disk / "data"
        pool.start()
        answers = []

        def send(client):
            job = client.jobs[-1]
            answers.append(client.submit_later(
                client.find(job)))
            return answers[-1]

        def refusals():
            return [answer.exception() for answer in answers if answer.done()
                    and isinstance(answer.exception(), StratumError)]
        with pool.miner(pool.payout_address) as client:
            client.wait_for_job()
            assert all(send(client).result(10) is True for _ in range(10))
            ballast = self.fill(small_disk)
            # The first that finds no room waits for it, unanswered; those after it are refused.
            eventually(lambda: send(client) and refusals(), "a refusal on the full disk")
            assert {refusal.code for refusal in refusals()} == {OTHER}
            assert "cannot store shares" in str(refusals()[0])
            assert any(" error " in line and "shares not stored" in line
                       for line in pool.log().splitlines())
            ballast.unlink()
            eventually(lambda: send(client).exception(10) is None, "a share accepted again")
            eventually(lambda: all(answer.done() for answer in answers), "an answer to each")
            refused = len(refusals())
        promised = len(answers) - refused
        eventually(lambda: counted(pool) == promised, "every promised share in the sums")
        assert pool.stop() == 0
        assert pool.start().is_healthy()
        assert counted(pool) == promised

    def test_a_start_on_a_full_disk(self, make_pool, node, small_disk):
        pool = make_pool([node])
        pool.data_dir = small_disk / "data"
        self.fill(small_disk)
        code, lines = run_to_the_end(pool)
        assert code == 1
        assert len(lines) == 1 and "cannot start" in lines[0], pool.log()


def test_ports_are_free_again_after_the_end(make_pool, node):
    pool = make_pool([node]).start()
    assert pool.stop() == 0
    ports = {pool.stratum_port, pool.health_port, pool.api_port}
    for port in ports:
        socket.create_server(("127.0.0.1", port)).close()
