"""The command deploy/cluster: a complete pool on this machine, on free loopback ports.

Kafka and MariaDB unless told otherwise, one process a service; a regtest chain of its own. All of
it is in one folder, and what is there is kept: up again goes on where it was, and starts only what
does not run. NAME limits up and down to some parts.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tomllib

sys.dont_write_bytecode = True
from lifecycle import PROGRAMS, ROOT, BackingFailure, Cluster, Failure, say
from shape import COUNT_MAX, COUNTED, SERVICES, Refused, Shape

OUTSIDE = ("java", "mvn", "mariadbd")  # programs of packages that a bare machine lacks


def default_folder():
    base = os.environ.get("XDG_STATE_HOME") or pathlib.Path.home() / ".local" / "state"
    return pathlib.Path(base) / "lode" / "cluster"


def count(text):
    if not text.isdigit() or not 1 <= int(text) <= COUNT_MAX:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 to {COUNT_MAX}")
    return int(text)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="deploy/cluster", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--dir", type=pathlib.Path, default=default_folder(),
                        help="the cluster's folder; by default %(default)s")
    common.add_argument("--json", action="store_true", help="print the status as one JSON object")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", parents=[common], help="start what does not run, and wait")
    up.add_argument("names", nargs="*", metavar="NAME")
    up.add_argument("--bus", choices=("embedded", "kafka"), help="kafka unless told")
    up.add_argument("--db", choices=("sqlite", "mysql"), help="mysql unless told")
    up.add_argument("--nodes", type=count, metavar="N", help="bitcoinds, 1 unless told")
    for service, option in COUNTED.items():
        up.add_argument(f"--{option}", type=count, metavar="N", help=f"{service}s, 1 unless told")
    up.add_argument("--settings", type=pathlib.Path, metavar="FILE",
                    help="TOML laid over the configuration of a new cluster")
    up.add_argument("--program", action="append", default=[], metavar="NAME=PATH",
                    help="another program for a part of a new cluster")
    up.add_argument("--no-wait", action="store_true", help="return before the parts are healthy")
    down = commands.add_parser("down", parents=[common], help="stop what runs")
    down.add_argument("names", nargs="*", metavar="NAME")
    commands.add_parser("status", parents=[common], help="say what runs; exit code 0 if all does")
    return parser.parse_args()


# Up.

def asked_shape(options, former):
    """The shape that was asked for; what was not said is as it was, or the default."""
    former = former or Shape("kafka", "mysql", 1, {service: 1 for service in COUNTED})
    counts = {service: getattr(options, option) or former.counts.get(service, 1)
              for service, option in COUNTED.items()}
    shape = Shape(options.bus or former.bus, options.db or former.db,
                  options.nodes or former.nodes, counts)
    shape.check()
    return shape


def asked_settings(options):
    if options.settings is None:
        return {}
    try:
        return tomllib.loads(options.settings.read_text())
    except (OSError, tomllib.TOMLDecodeError) as problem:
        raise Refused(f"{options.settings}: {problem}") from None


def asked_programs(options, shape):
    programs = dict(pair.partition("=")[::2] for pair in options.program)
    for part, path in programs.items():
        if part not in shape.service_names() or not os.access(path, os.X_OK):
            raise Refused(f"--program {part}={path}: no such part or program")
    return {part: str(pathlib.Path(path).resolve()) for part, path in programs.items()}


def install_and_build():
    """What a bare machine lacks; nothing where all is there."""
    built = all((PROGRAMS / name).exists() for name in (*SERVICES, "lode"))
    if not built or not all(shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
                            for name in OUTSIDE):
        run_visibly([ROOT / "deploy" / "install-dependencies", "--services"])
    if not built:
        say("building (the first time takes some minutes)")
        run_visibly(["cmake", "--preset", "release"])
        run_visibly(["cmake", "--build", "--preset", "release", "--parallel",
                     str(os.cpu_count())])


def run_visibly(command):
    """Its output is progress, so it goes to the standard error."""
    if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sys.stderr,
                      check=False).returncode:
        raise Failure(f"{command[0]} failed")


def up(options):
    known = Cluster(options.dir)
    shape = asked_shape(options, known.state and known.shape)
    if known.state and (shape != known.shape or options.settings or options.program):
        raise Refused(f"{known.folder} holds another cluster; it keeps its shape for life: "
                      "choose another --dir, or bring it down and remove the folder")
    settings, programs = asked_settings(options), asked_programs(options, shape)
    install_and_build()
    cluster = Cluster(options.dir)
    with cluster.locked():
        if cluster.state is None:
            if options.names:
                raise Refused(f"no cluster in {cluster.folder} yet: the first up starts all")
            cluster.create(shape, settings, programs)
        check_names(cluster, options.names)
        cluster.up(options.names or None, not options.no_wait)
    show(cluster, options)


def check_names(cluster, names):
    for name in names:
        if name not in cluster.names():
            raise Refused(f"no part is called {name}; there are: {', '.join(cluster.names())}")


def down(options):
    cluster = Cluster(options.dir)
    if cluster.state is None:
        say(f"no cluster in {cluster.folder}")
        return
    with cluster.locked():
        check_names(cluster, options.names)
        cluster.down(options.names or None)
    if options.json:
        show(cluster, options)


# Status.

def show(cluster, options):
    """Prints it; True when all parts run."""
    status = cluster.status()
    if options.json:
        print(json.dumps(status, indent=2))
    else:
        for part in status["parts"]:
            ports = " ".join(f"{use}:{port}" for use, port in part["ports"].items())
            print(f"{part['name']:<14} {part['state']:<12} {part['pid'] or '-':>8}  {ports}")
        print("".join(f"{key + ':':<10}{without_password(status[key])}\n" for key in
                      ("stratum", "api", "node", "kafka", "database", "dir")
                      if status[key]), end="")
    return all(part["state"] == "running" for part in status["parts"])


def without_password(text):
    """Others may look at a terminal; `--json` has it."""
    return re.sub(r"(//[^/:@]*):[^/@]*@", r"\1@", text)


def status(options):
    cluster = Cluster(options.dir)
    if cluster.state is None:
        raise Failure(f"no cluster in {cluster.folder}")
    return 0 if show(cluster, options) else 1


def stop_on_signal(*_):
    raise KeyboardInterrupt


def main():
    options = parse_arguments()
    signal.signal(signal.SIGTERM, stop_on_signal)
    try:
        return {"up": up, "down": down, "status": status}[options.command](options) or 0
    except Refused as refusal:
        say(str(refusal))
        return 2
    except (Failure, BackingFailure) as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:
        say("stopped")
        return 1


sys.exit(main())
