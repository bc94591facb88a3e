"""The metrics of a running pool, and what deploy/ makes of them: alert rules and a dashboard."""
import json
import os
import pathlib
import re
import shutil
import subprocess

from pool import ROOT

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
PREFIX = pathlib.Path(os.environ.get("LODE_PREFIX", CACHE / "lode" / "prefix"))
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
ALERT_TESTS = ROOT / "deploy" / "prometheus" / "alerts.test.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "lode.json"
SUFFIXES = ("", "_bucket", "_sum", "_count")
TOOL_SECONDS = 60


def promtool(*arguments, text=None):
    tool = shutil.which("promtool") or PREFIX / "bin" / "promtool"
    done = subprocess.run([tool, *arguments], input=text, capture_output=True, text=True,
                          timeout=TOOL_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def named_metrics(text):
    return set(re.findall(r"\blode_[a-z0-9_]+", text))


def test_every_metric_is_well_formed_and_what_uses_them_names_no_other(pool):
    exposition = pool.get(pool.health_port, "/metrics")
    promtool("check", "metrics", text=exposition)
    known = {name + suffix for name in re.findall(r"^# HELP (\S+)", exposition, re.M)
             for suffix in SUFFIXES}
    dashboard = json.loads(DASHBOARD.read_text())
    expressions = [target["expr"] for panel in dashboard["panels"]
                   for target in panel.get("targets", [])]
    assert expressions
    assert named_metrics(" ".join(expressions)) - known == set()
    assert named_metrics(ALERTS.read_text()) - known == set()


def test_the_alert_rules_hold_and_each_is_seen_to_fire():
    promtool("check", "rules", str(ALERTS))
    promtool("check", "config", str(ALERTS.with_name("prometheus.yml")))
    promtool("test", "rules", str(ALERT_TESTS))
    rules = set(re.findall(r"- alert: (\w+)", ALERTS.read_text()))
    fired = set(re.findall(r'exp_samples: .*alertname="(\w+)"', ALERT_TESTS.read_text()))
    assert rules and rules == fired
