"""The project's own files, as every check of this folder sees them."""
import functools
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = ["gbtmaker", "jobmaker", "sserver", "blkmaker", "sharelogger", "poolwatcher",
            "statshttpd", "payout", "proxy"]
PROGRAMS = ["miner", "lode"]


@functools.cache
def files(*suffixes):
    """Files that are tracked or about to be, as paths from the root; all, or those so ending."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    paths = [path for path in sorted(set(listed)) if (ROOT / path).is_file()]
    return [path for path in paths if not suffixes or path.endswith(suffixes)]


@functools.cache
def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


@functools.cache
def code(path):
    """The text without comments and string contents, line numbers kept."""
    def blank(match):
        found = match.group(0)
        if found.startswith('"'):
            return '""'
        return re.sub(r"[^\n]", " ", found)
    return re.sub(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', blank, text(path), flags=re.DOTALL)


def includes(path):
    """(line number, included name) of every #include."""
    for number, line in enumerate(text(path).splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"][^>"]+[>"])', line)
        if match:
            yield number, match.group(1)


def report(findings):
    """Fails the test with one line a finding."""
    if findings:
        pytest.fail("\n".join(findings), pytrace=False)
