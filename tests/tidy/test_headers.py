"""Every header compiles alone, so that any file may include it first. Needs the asan build, whose
commands say how, and whose folder holds the generated message headers."""
import concurrent.futures
import json
import os
import shlex
import shutil
import subprocess

import tree

COMMANDS = tree.ROOT / "build" / "asan" / "compile_commands.json"
STUBS = tree.ROOT / "build" / "headers"


def include_options():
    """The include folders of all targets together."""
    options = {}
    for entry in json.loads(COMMANDS.read_text()):
        words = shlex.split(entry["command"])
        for word, following in zip(words, words[1:] + [""]):
            if word.startswith("-I"):
                options[word] = [word]
            elif word == "-isystem":
                options[following] = [word, following]
    return [word for option in options.values() for word in option]


def compile_alone(header, options):
    """The compiler's complaint, or None. Compiled through ccache, so a second run is quick."""
    stub = STUBS / f"{header}.cpp"
    stub.parent.mkdir(parents=True, exist_ok=True)
    content = f'#include "{header}"\n'
    if not stub.exists() or stub.read_text() != content:
        stub.write_text(content)
    launcher = ["ccache"] if shutil.which("ccache") else []
    done = subprocess.run([*launcher, "g++", "-std=c++20", "-O0", "-w", *options, "-c", str(stub),
                           "-o", f"{stub}.o"], capture_output=True, text=True, check=False)
    first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr[:300])
    return f"{header}: {first}" if done.returncode else None


def test_every_header_compiles_alone():
    assert COMMANDS.exists(), "build the asan preset first (tests/run unit)"
    options = include_options()
    headers = [path for path in tree.files(".hpp")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda header: compile_alone(header, options), headers)
        tree.report([result for result in results if result])
