"""The command deploy/cluster, by the embedded form: what it prints, refuses and brings back."""
import contextlib
import pathlib
import subprocess
import urllib.parse

import pytest

from cluster import KEYS, SERVICES, TOOL, mine_blocks, run_tool
from pool import run_lode
from waiting import eventually


class TestEmbedded:
    """One process, on SQLite files or on MariaDB."""

    def test_its_status_has_the_documented_keys(self, make_cluster):
        cluster = make_cluster(bus="embedded", db="sqlite", nodes=2).start()
        status = cluster.status()
        assert list(status) == KEYS and status["kafka"] is None
        assert cluster.names() == ["bitcoind", "bitcoind-2", "lode"]
        assert status["database"] == f"sqlite://{cluster.folder}/data/lode.sqlite"
        table = run_tool("status", "--dir", cluster.folder).stdout
        node = urllib.parse.urlsplit(status["node"])
        assert f"{node.username}@{node.hostname}:{node.port}" in table
        assert node.password and node.password not in table

    @pytest.mark.parametrize("db", ["sqlite", "mysql"])
    def test_one_process_mines_and_records(self, make_cluster, make_miner, db):
        cluster = make_cluster(bus="embedded", db=db, nodes=2).start()
        assert mine_blocks(cluster, make_miner, 2) > 0
        nodes = [cluster.node(name) for name in ("bitcoind", "bitcoind-2")]
        eventually(lambda: nodes[0].tip() == nodes[1].tip(), "one tip of both nodes")
        cluster.restart("lode")
        assert cluster.is_healthy("lode")


class TestRefusals:
    """What cannot be is said in one line, with exit code 2."""

    @pytest.mark.parametrize("arguments", [
        ["--bus", "kafka", "--db", "sqlite"], ["--db", "sqlite"],
        ["--bus", "embedded", "--sservers", "2"], ["--bus", "embedded", "--jobmakers", "2"],
        ["--settings", "/nowhere"], ["--program", "sserver=/nowhere"],
        ["--program", "nobody=/bin/true"], ["sserver"]])
    def test_up_refuses(self, folder, arguments):
        done = run_tool("up", "--dir", folder / "c", *arguments, check=False)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert not (folder / "c" / "cluster.json").exists()

    @pytest.mark.parametrize("arguments", [["--bus", "other"], ["--sservers", "0"],
                                           ["--nodes", "x"], ["--nothing"]])
    def test_wrong_arguments_are_2_too(self, folder, arguments):
        assert run_tool("up", "--dir", folder / "c", *arguments, check=False).returncode == 2

    def test_another_shape_in_the_same_folder_is_refused(self, make_cluster):
        cluster = make_cluster(bus="embedded", db="sqlite").start()
        done = run_tool("up", "--dir", cluster.folder, "--nodes", "2", check=False)
        assert done.returncode == 2 and "another cluster" in done.stderr

    def test_nothing_there_is_down_already_and_has_no_status(self, folder):
        assert run_tool("down", "--dir", folder / "c").returncode == 0
        assert run_tool("status", "--dir", folder / "c", check=False).returncode == 1


def test_a_part_that_does_not_start_ends_all_and_shows_its_log(make_cluster, folder):
    program = folder / "broken"
    program.write_text("#!/bin/sh\necho the reason of its end\nexit 1\n")
    program.chmod(0o755)
    cluster = make_cluster(bus="embedded", db="sqlite", program=f"lode={program}")
    done = run_tool("up", "--dir", cluster.folder, *cluster.arguments, check=False)
    assert done.returncode == 1
    assert "the reason of its end" in done.stderr
    assert all(part["pid"] is None for part in cluster.status()["parts"])


def processes_of(folder):
    """Command lines of all processes that name the folder."""
    found = []
    for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [command for command in found if str(folder) in command]


@pytest.mark.parametrize("sign", ["kafka/data", "mariadb/data.made", "kafka/kafka.json"])
def test_a_start_that_is_broken_off_leaves_nothing_behind(folder, sign):
    with subprocess.Popen([TOOL, "up", "--dir", folder / "c"], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as starting:
        eventually(lambda: (folder / "c" / sign).exists() or starting.poll() is not None, sign)
        starting.terminate()
        assert starting.wait(60) == 1, starting.stderr.read()
    assert not processes_of(folder / "c")


def test_the_services_are_those_of_the_launcher():
    text = run_lode("run", "--help").stdout
    assert all(name in text for name in SERVICES[:-1])
