"""Who may mine: names that are registered, with the database and without it."""
import pytest

from pool import run_lode
from stratum_client import StratumError
from waiting import eventually

UNAUTHORISED = 24
LET_IN_SECONDS = 20  # sservers look every 10 s
REGISTERED = {"sserver": {"users": "registered"}}


def refusal(pool, login):
    """Code and text of the answer to a login that must be refused."""
    with pool.connect().subscribe() as client, pytest.raises(StratumError) as caught:
        client.authorize(login)
    return caught.value.code, str(caught.value)


def may_log_in(pool, login):
    try:
        with pool.miner(login):
            return True
    except StratumError:
        return False


def test_a_registered_pool_lets_in_whom_lode_user_add_names(make_pool, node):
    pool = make_pool([node], REGISTERED).start()

    def user(*arguments):
        return run_lode("user", *arguments, "--config", pool.config_file)

    code, text = refusal(pool, "alice.rig")
    assert code == UNAUTHORISED and "register with the pool first" in text
    added = user("add", "alice")
    assert added.returncode == 0, added.stderr
    eventually(lambda: may_log_in(pool, "alice.rig"), "alice let in", LET_IN_SECONDS)
    assert refusal(pool, "Alice.rig")[0] == UNAUTHORISED
    assert refusal(pool, pool.payout_address)[0] == UNAUTHORISED
    assert user("list").stdout.startswith("alice  20")
    again = user("add", "alice")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "lode: user alice is registered already\n"
    assert pool.query("SELECT action, detail FROM audit_log") == [("user added", "alice")]
    metrics = pool.metrics()
    assert metrics['lode_users_registered{service="sserver"}'] == 1
    assert metrics['lode_users_age_seconds{service="sserver"}'] < LET_IN_SECONDS


def test_a_restart_while_the_database_is_away_knows_the_users_of_before(make_cluster):
    cluster = make_cluster(settings=REGISTERED).start()
    added = run_lode("user", "add", "alice", "--config", cluster.config_file)
    assert added.returncode == 0, added.stderr
    eventually(lambda: may_log_in(cluster, "alice"), "alice let in", LET_IN_SECONDS)
    cluster.kill("mariadb")
    cluster.stop("sserver")
    cluster.up("sserver")
    assert may_log_in(cluster, "alice.rig")
    assert refusal(cluster, "bob")[0] == UNAUTHORISED
    cluster.up("mariadb")
    added = run_lode("user", "add", "bob", "--config", cluster.config_file)
    assert added.returncode == 0, added.stderr
    eventually(lambda: may_log_in(cluster, "bob"), "bob let in", LET_IN_SECONDS)
