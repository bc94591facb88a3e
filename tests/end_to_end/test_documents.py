"""The commands that the documents name do what they say."""
import os
import pathlib
import re
import signal
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build" / "release" / "bin"
# The whole suite is what is running now.
RUNNING_NOW = {"tests/run"}


def shell_blocks(document):
    """The ```sh blocks of a document: the commands of each, without their comments."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)
    return [[command for line in block.splitlines() if (command := line.split("#")[0].strip())]
            for block in blocks]


def run(command, **options):
    """Runs from the root of the repository, with the built programs on PATH."""
    environment = os.environ | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"}
    return subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300, check=False, **options)


@pytest.fixture
def private_state(tmp_path, monkeypatch):
    """Where a cluster goes that was given no folder; what still runs there is stopped."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    yield
    run(["deploy/cluster", "down"])


@pytest.mark.usefixtures("private_state")
@pytest.mark.parametrize("block", shell_blocks("README.md"), ids=lambda block: block[0])
def test_the_readme_s_commands_work(block):
    for command in (line for line in block if line not in RUNNING_NOW):
        done = run(command.split())
        assert done.returncode == 0, done.stdout + done.stderr
        if command.startswith("deploy/quickstart"):
            wanted = int(command.split()[-1])
            assert len(re.findall(r"block \d+ found: height", done.stdout)) == wanted
            assert f"done: {wanted} blocks accepted" in done.stdout.splitlines()[-1]


def test_quickstart_without_a_number_runs_until_sigint(tmp_path):
    with subprocess.Popen([ROOT / "deploy" / "quickstart", "--dir", tmp_path / "data"], cwd=ROOT,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as quickstart:
        lines = []
        for line in quickstart.stdout:
            lines.append(line)
            if re.search(r"block 2 found", line):
                quickstart.send_signal(signal.SIGINT)
                break
        lines += quickstart.stdout.readlines()
        assert quickstart.wait(60) == 0, "".join(lines)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_files_and_folders_that_a_document_names_exist(document):
    names = re.findall(r"`([\w./-]+/[\w./-]*)`", (ROOT / document).read_text())
    assert names, "the document names no paths: the pattern is wrong"
    missing = [name for name in names if not (ROOT / name).exists() and not
               name.startswith(("build/", "/"))]
    assert not missing


@pytest.mark.parametrize("arguments", [["config", "example"],
                                       ["config", "check", "--config", "deploy/lode.toml"],
                                       ["sharelog", "--help"], ["status", "--help"],
                                       ["run", "--help"], ["db", "--help"], ["--version"]])
def test_the_tool_s_commands_exist(arguments):
    done = run([PROGRAMS / "lode", *arguments])
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
