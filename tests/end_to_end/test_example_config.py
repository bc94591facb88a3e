"""deploy/lode.toml is what the programs themselves print and accept."""
from pool import ROOT, run_lode


def test_the_example_file_is_what_lode_prints():
    printed = run_lode("config", "example")
    assert printed.returncode == 0, printed.stderr
    assert (ROOT / "deploy" / "lode.toml").read_text() == printed.stdout, \
        "stale: lode config example > deploy/lode.toml"


def test_the_example_file_is_accepted():
    checked = run_lode("config", "check", "--config", ROOT / "deploy" / "lode.toml")
    assert checked.returncode == 0, checked.stderr
