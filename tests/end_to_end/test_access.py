"""Who may see and change what: proofs signed by a real node, tokens, and an operator's commands."""
import json
import sqlite3
import time
import urllib.error
import urllib.request

import pytest

from pool import run_lode
from waiting import eventually

MINER = "127.0.0.9"  # an address of its own, which can be banned
SETTINGS = {"statshttpd": {"session_time": "1h"}}
UNKNOWN = "lode_" + 64 * "0"


def ask(pool, method, path, body=None, token=None):
    """Status and JSON (None for an empty body) of an answer of /api/v1/."""
    fields = {"Content-Type": "application/json"}
    if token:
        fields["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(f"http://127.0.0.1:{pool.api_port}/api/v1/{path}",
                                     json.dumps(body).encode() if body is not None else None,
                                     fields, method=method)
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    return status, json.loads(text) if text else None


def health(pool):
    """What the pool says of itself, ready or not; empty before it says anything."""
    try:
        return pool.get(pool.health_port, "/healthz")
    except urllib.error.HTTPError as error:
        return error.read().decode()
    except OSError:
        return ""


class Signer:
    """An address of the node's wallet, and its signatures."""

    def __init__(self, pool):
        node = pool.nodes[0]
        if "signer" not in node.rpc.listwallets():
            node.rpc.createwallet("signer")
        self.wallet = node.wallet("signer")
        self.address = self.wallet.getnewaddress("", "legacy")

    def prove(self, pool, action="session", scope="manage"):
        """A ticket and the node's signature of its message."""
        asked = {"user": self.address, "action": action}
        if action == "session":
            asked["scope"] = scope
        status, proof = ask(pool, "POST", "proofs", asked)
        assert status == 200, proof
        return {"nonce": proof["nonce"],
                "signature": self.wallet.signmessage(self.address, proof["message"])}

    def sign_in(self, pool, scope="manage"):
        status, session = ask(pool, "POST", "sessions", self.prove(pool, scope=scope))
        assert status == 200, session
        assert (session["user"], session["scope"]) == (self.address, scope)
        return session["token"]


@pytest.fixture
def signer(signet_pool):
    return Signer(signet_pool)


@pytest.fixture
def admin(signet_pool):
    made = run_lode("api", "token", "create", "--scope", "admin", "--name", "desk", "--expires",
                    "1d", "--config", signet_pool.config_file)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def register(pool, name):
    """As sharelogger does with a user's first share."""
    with sqlite3.connect(pool.database_file(), timeout=10) as connection:
        connection.execute("INSERT INTO user (name, created_unix_ms) VALUES (?, 1)", (name,))


def command(pool, token, method, path, body=None):
    status, answer = ask(pool, method, f"admin/{path}", body, token)
    assert status == 202 and len(answer["command"]) == 32, answer


def test_an_address_signs_in_with_the_nodes_signature_once(signet_pool, signer):
    pool = signet_pool
    proof = signer.prove(pool)
    wrong = signer.wallet.signmessage(signer.address, "something else")
    assert ask(pool, "POST", "sessions", {**proof, "signature": wrong})[0] == 401
    assert ask(pool, "POST", "sessions", {**proof, "nonce": proof["nonce"][:-1] + "x"})[0] == 400
    assert ask(pool, "POST", "sessions", signer.prove(pool, "settings"))[0] == 401

    status, session = ask(pool, "POST", "sessions", proof)
    assert status == 200, session
    assert ask(pool, "POST", "sessions", proof)[0] == 401, "replayed"
    tokens = f"users/{signer.address}/tokens"
    assert [row["name"] for row in ask(pool, "GET", tokens, token=session["token"])[1]["tokens"]] \
        == ["session"]
    assert ask(pool, "DELETE", "sessions", token=session["token"])[0] == 204
    assert ask(pool, "GET", tokens, token=session["token"])[0] == 401


def test_a_watcher_sees_and_does_not_change(signet_pool, signer):
    pool = signet_pool
    manager = signer.sign_in(pool)
    tokens = f"users/{signer.address}/tokens"
    status, made = ask(pool, "POST", tokens, {"name": "wall", "scope": "watch"}, manager)
    assert status == 201, made
    assert ask(pool, "POST", tokens, {"name": "more", "scope": "watch"}, made["token"])[0] == 403
    assert ask(pool, "DELETE", f"{tokens}/{made['id']}", token=made["token"])[0] == 403
    assert ask(pool, "GET", tokens)[0] == 401
    assert ask(pool, "GET", tokens, token=UNKNOWN)[0] == 401
    assert ask(pool, "GET", tokens, token="nonsense")[0] == 401
    assert ask(pool, "GET", "users/somebody/tokens", token=manager)[0] == 403
    assert ask(pool, "POST", tokens, {"name": "x", "scope": "admin"}, manager)[0] == 400
    assert ask(pool, "DELETE", f"{tokens}/{made['id']}", token=manager)[0] == 204
    assert ask(pool, "POST", tokens, {"name": "y", "scope": "watch"}, made["token"])[0] == 401


def test_settings_change_by_a_fresh_signature_alone(signet_pool, signer):
    pool = signet_pool
    manager = signer.sign_in(pool)
    path = f"users/{signer.address}/settings"
    assert ask(pool, "GET", path, token=manager)[0] == 404, "who never mined has no settings"
    register(pool, signer.address)
    elsewhere = signer.wallet.getnewaddress()
    change = {"minimum": 200_000, "address": elsewhere, "scheme": "base"}
    assert ask(pool, "PUT", path, change, manager)[0] == 400, "without a proof"
    session = signer.prove(pool)
    assert ask(pool, "PUT", path, {**change, **session}, manager)[0] == 401, "for a session"
    other = Signer(pool).prove(pool, "settings")
    assert ask(pool, "PUT", path, {**change, **other}, manager)[0] == 401, "another's"
    proof = signer.prove(pool, "settings")
    assert ask(pool, "PUT", path, {**change, **proof})[0] == 401, "without a token"
    assert ask(pool, "PUT", path, {"minimum": 5, **proof}, manager)[0] == 400, "too little"

    status, now = ask(pool, "PUT", path, {**change, **proof}, manager)
    assert status == 200, now
    assert (now["minimum"], now["address"], now["scheme"]) == (200_000, elsewhere, "base")
    assert now["held_until_unix_ms"] > (time.time() + 71 * 3600) * 1000
    assert ask(pool, "PUT", path, {"minimum": 300_000, **proof}, manager)[0] == 401, "replayed"

    watcher = signer.sign_in(pool, "watch")
    assert ask(pool, "GET", path, token=watcher) == (200, now)
    again = signer.prove(pool, "settings")
    assert ask(pool, "PUT", path, {**change, **again}, watcher)[0] == 403
    written = pool.query("SELECT action, detail FROM audit_log WHERE who = ? ORDER BY id",
                         f"user {signer.address}")
    assert [action for action, _ in written] == ["address changed", "minimum changed",
                                                 "scheme chosen"]
    assert elsewhere in written[0][1]


def test_only_the_operator_commands_and_every_command_is_written_down(signet_pool, signer, admin):
    pool = signet_pool
    manager = signer.sign_in(pool)
    for token, status in ((None, 401), (UNKNOWN, 401), (manager, 403)):
        assert ask(pool, "POST", "admin/message", {"text": "hello"}, token)[0] == status
        assert ask(pool, "GET", "admin/audit", token=token)[0] == status
    assert ask(pool, "POST", "admin/bans", {"address": "nowhere"}, admin)[0] == 400

    with pool.miner(f"{signer.address}.rig") as miner:
        command(pool, admin, "POST", "message", {"user": signer.address, "text": "hello miner"})
        eventually(lambda: ("client.show_message", ["hello miner"]) in miner.notifications,
                   "the operator's words at the miner")
        command(pool, admin, "POST", "disconnect", {"user": signer.address, "worker": "other"})
        command(pool, admin, "POST", "disconnect", {"user": signer.address, "worker": "rig"})
        assert miner.closed.wait(10), "not disconnected"

    status, audit = ask(pool, "GET", "admin/audit?limit=3", token=admin)
    assert status == 200 and audit["total"] >= 3
    assert [entry["action"] for entry in audit["entries"]] \
        == ["disconnect", "disconnect", "message"]
    assert audit["entries"][0]["actor"].startswith("api admin token ")
    assert audit["entries"][0]["detail"].startswith(f"{signer.address}.rig (command ")


def test_payments_are_paused_and_services_shown(signet_pool, admin):
    pool = signet_pool
    command(pool, admin, "POST", "payouts", {"paused": True, "reason": "the test's"})
    assert pool.query("SELECT paused, reason FROM payout_pause") == [(1, "the test's")]
    command(pool, admin, "POST", "payouts", {"paused": False, "reason": "done"})
    assert pool.query("SELECT paused FROM payout_pause") == [(0,)]
    status, shown = ask(pool, "GET", "admin/services", token=admin)
    assert status == 200
    assert {"sserver", "payout", "statshttpd"} <= {each["name"] for each in shown["services"]}


def test_a_banned_miner_is_gone_at_once_until_the_ban_is_lifted(signet_pool, signer, admin):
    pool = signet_pool
    with pool.connect(source=MINER).subscribe().authorize(signer.address) as miner:
        command(pool, admin, "POST", "bans",
                {"address": MINER, "seconds": 600, "reason": "the test's"})
        assert miner.closed.wait(10), "not disconnected"
    with pool.connect(source=MINER) as again:
        assert again.closed.wait(10), "let in although banned"
    command(pool, admin, "DELETE", f"bans/{MINER}")

    def let_in():
        with pool.connect(source=MINER) as miner:
            try:
                return miner.subscribe()
            except (ConnectionError, OSError):
                return None
    eventually(let_in, "let in again")


def test_a_stop_of_mining_sends_miners_away_and_outlives_a_restart(signet_pool, signer, admin):
    pool = signet_pool
    with pool.miner(signer.address) as miner:
        command(pool, admin, "POST", "mining", {"paused": True, "reason": "repairs"})
        assert miner.closed.wait(10), "the miner works on"
        assert ("client.show_message", ["the operator stopped mining: repairs"]) \
            in miner.notifications
    assert pool.stop() == 0
    pool.launch()
    eventually(lambda: "the operator stopped mining: repairs" in health(pool),
               "still stopped after a restart")
    command(pool, admin, "POST", "mining", {"paused": False, "reason": "done"})
    eventually(pool.is_healthy, "ready again")
    with pool.miner(signer.address) as miner:
        assert miner.wait_for_job()
