"""Each program by itself: what it prints, how it starts, what it answers and how it ends."""
import re
import signal
import subprocess
import urllib.error
import urllib.request

import pytest

from pool import STOP_SECONDS, Pool, program, run_lode
from waiting import eventually, free_ports

SERVICES = ("gbtmaker", "jobmaker", "sserver", "blkmaker", "sharelogger", "poolwatcher",
            "statshttpd", "payout")
TERM_SECONDS = 10  # within which a program ends after SIGTERM


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=STOP_SECONDS,
                          check=False)


def get(port, path):
    """Status and body; status 0 while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@pytest.mark.parametrize("name", (*SERVICES, "lode", "lode-miner"))
def test_help_and_version_go_to_the_standard_output(name):
    for option in ("--help", "--version"):
        done = run(program(name), option)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.strip()
    assert any(character.isdigit() for character in done.stdout), "the version"


@pytest.mark.parametrize("name", SERVICES)
def test_the_help_of_a_service_lists_its_settings(name):
    text = run(program(name), "--help").stdout
    assert "--config" in text and "health_port" in text and "data_dir" in text


@pytest.mark.parametrize("command", [[name] for name in SERVICES]
                         + [["lode"], ["lode", "run"], ["lode", "config", "check"],
                            ["lode", "sharelog"], ["lode-miner"]])
def test_missing_arguments_are_one_line_and_exit_code_2(command):
    done = run(program(command[0]), *command[1:])
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_alone_answers_and_ends_with_0_on_sigterm(folder, node, name):
    port, = free_ports(1)
    pool = Pool(folder / "pool", [node], node.payout_address(), {name: {"health_port": port}})
    pool.write_configuration()
    assert run_lode("db", "migrate", "--config", pool.config_file).returncode == 0
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen([program(name), "--config", pool.config_file],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        status, body = eventually(lambda: next((answer for answer in [get(port, "/healthz")]
                                                if answer[0]), None), "an answer of /healthz")
        assert status in (200, 503) and f'"{name}"' in body
        status, body = get(port, "/metrics")
        samples = [line for line in body.splitlines() if not line.startswith("#")]
        assert status == 200
        assert {re.search('service="([^"]+)"', line)[1] for line in samples} <= {name, "bus"}
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(TERM_SECONDS) == 0, (folder / "log").read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


class TestLode:
    """The commands of the tool."""

    def test_check_tells_every_mistake_on_a_line(self, folder):
        config = folder / "lode.toml"
        config.write_text(run_lode("config", "example").stdout
                          + "\n[nonsense]\n[[chain.nod]]\n")
        checked = run_lode("config", "check", "--config", config)
        assert checked.returncode == 2
        assert "nonsense" in checked.stderr and "chain.nod" in checked.stderr
        assert all(line.startswith(f"{config}:") for line in checked.stderr.splitlines())

    def test_migrating_twice_changes_nothing(self, make_pool, node):
        pool = make_pool([node])
        pool.write_configuration()
        first, second = (run_lode("db", "migrate", "--config", pool.config_file)
                         for _ in range(2))
        assert first.returncode == second.returncode == 0
        assert first.stdout == second.stdout


class TestEnd:
    """SIGTERM while miners work, and what a miner does then."""

    def test_sigterm_ends_a_pool_with_miners_in_time_and_loses_nothing(self, pool):
        clients = [pool.miner(f"{pool.payout_address}.{number}") for number in range(5)]
        answers = []
        for client in clients:
            job = client.wait_for_job()
            answers += [client.submit_later(client.find(job))
                        for _ in range(20)]
        pool.process.send_signal(signal.SIGTERM)
        assert pool.process.wait(TERM_SECONDS) == 0
        for client in clients:
            assert client.closed.wait(TERM_SECONDS)
            client.close()
        promised = sum(answer.exception() is None for answer in answers)
        pool.start()
        eventually(lambda: pool.query("SELECT COALESCE(SUM(shares), 0) FROM user_bucket")[0][0]
                   >= promised, "every promised share in the sums")

    def test_lode_miner_comes_back_after_a_restart_of_the_pool(self, pool, make_miner):
        miner = make_miner(pool)
        miner.wait_for_log("share accepted")
        assert pool.stop() == 0
        miner.wait_for_log("not connected")
        before = miner.count("share accepted")
        pool.start()
        miner.wait_for_log("share accepted", before + 1)
        assert miner.stop() == 0

    def test_lode_miner_ends_with_1_when_its_user_is_refused(self, pool, make_miner):
        miner = make_miner(pool, "nobody")
        assert miner.wait_for_end() == 1
        assert miner.count("the pool refuses this user") == 1

    @pytest.mark.parametrize("arguments", [["--url", "http://x:1", "--user", "u"],
                                           ["--url", "stratum+tcp://x", "--user", "u"],
                                           ["--url", "stratum+tcp://x:1"],
                                           ["--url", "stratum+tcp://x:1", "--user", "u",
                                            "--threads", "0"]])
    def test_lode_miner_refuses_wrong_arguments_with_2(self, arguments):
        done = run(program("lode-miner"), *arguments)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr
