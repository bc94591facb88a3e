"""Sessions over the wire, on a signet: resumed ones, their difficulties, many workers on one."""
import json

import pytest

from stratum_client import StratumError
from waiting import eventually

STALE, DUPLICATE, LOW_DIFFICULTY = 21, 22, 23
SETTINGS = {
    "sserver": {"min_difficulty": "2^-26", "loops": 2},
    "jobmaker": {"job_interval": "1s"},
}


@pytest.fixture(scope="module")
def pool(signet_pool):
    """Of all tests here; each has an address of its own."""
    return signet_pool


def refusal(client, share):
    with pytest.raises(StratumError) as caught:
        client.submit(share)
    return caught.value.code


def credited(pool, user):
    return pool.query("SELECT COALESCE(SUM(b.shares), 0) FROM user_bucket b JOIN user u ON u.id = "
                      "b.user_id WHERE u.name = ?", user)[0][0]


def wait_for_credit(pool, user, shares):
    eventually(lambda: credited(pool, user) >= shares, "the shares in the sums")
    assert credited(pool, user) == shares


def come_back(pool, before):
    """A new connection of the miner whose earlier one is given; it does no work twice."""
    client = pool.connect().subscribe(session_id=before.session_id).authorize(before.user)
    client.extranonce2s = before.extranonce2s
    return client


def test_a_share_sent_again_after_a_resume_is_counted_once(pool):
    user = pool.nodes[0].payout_address(3)
    before = pool.miner(user)
    share = before.find()
    assert before.submit(share) is True
    before.close()
    with come_back(pool, before) as after:
        assert after.extranonce1 == before.extranonce1
        assert after.session_id != before.session_id
        assert refusal(after, share) == DUPLICATE
        assert after.submit(after.find()) is True
    wait_for_credit(pool, user, 2)


def test_work_found_while_away_is_credited(pool):
    user = pool.nodes[0].payout_address(4)
    before = pool.miner(user)
    assert before.submit(before.find()) is True
    found = before.find()
    before.close()
    with come_back(pool, before) as after:
        assert after.submit(found) is True
    wait_for_credit(pool, user, 2)


def test_a_connection_left_open_gives_its_session_up_on_every_loop(pool):
    user = pool.nodes[0].payout_address(5)
    # They are spread over the loops, so that some come back on the other one.
    left_open = [pool.miner(f"{user}.{number}") for number in range(4)]
    shares = [one.find() for one in left_open]
    assert all(one.submit(share) is True for one, share in zip(left_open, shares))
    spacer = pool.connect()  # turns the loops round by one
    for before, share in zip(left_open, shares):
        with come_back(pool, before) as after:
            assert after.extranonce1 == before.extranonce1
            assert before.closed.wait(10)
            assert refusal(after, share) == DUPLICATE
            assert after.submit(after.find()) is True
    spacer.close()
    wait_for_credit(pool, user, 8)


def test_a_session_id_that_nobody_has_gives_a_new_session(pool):
    with pool.miner(pool.payout_address) as known:
        for wrong in ("ae6812eb4cd7735a302a8a9dd95cf71f", "0" * 24, known.extranonce1.hex(), ""):
            with pool.connect().subscribe(session_id=wrong) as client:
                assert client.extranonce1 != known.extranonce1
                assert client.session_id != wrong


def test_a_session_comes_back_with_its_difficulty(pool):
    before = pool.miner(pool.nodes[0].payout_address(6))
    assert before.call("mining.suggest_difficulty", 2 ** -20) is True
    eventually(lambda: before.difficulty == 2 ** -20, "the difficulty suggested")
    job = before.wait_for_job(lambda one: one.id == before.jobs[-1].id)
    assert before.submit(before.find(job)) is True
    before.close()
    with come_back(pool, before) as after:
        after.wait_for_job()
        assert after.difficulty == 2 ** -20


@pytest.mark.parametrize("password, difficulty", [
    ("d=0.0001", 2 ** -14), ("x;d=0.001,c=BTC", 2 ** -10), ("md=0.0001", 2 ** -13),
    ("md=0.0002 d=0.0001", 2 ** -12), ("d=1e-3", 2 ** -24), ("secret", 2 ** -24),
    ("d=0.000000000001", 2 ** -26)])
def test_a_password_asks_for_a_difficulty(pool, password, difficulty):
    with pool.connect().subscribe().authorize(pool.payout_address, password) as client:
        client.wait_for_job()
        assert client.difficulty == difficulty


def test_a_whole_login_in_one_packet_gives_a_job_of_the_difficulty_suggested(pool):
    calls = [("mining.configure", [["version-rolling"], {}]), ("mining.subscribe", ["test/1.0"]),
             ("mining.suggest_difficulty", [2 ** -16]),
             ("mining.authorize", [pool.payout_address, "x"]),
             ("mining.extranonce.subscribe", [])]
    with pool.connect() as client:
        client.send_raw("\r\n".join(
            json.dumps({"id": f"call {number}", "method": method, "params": params})
            for number, (method, params) in enumerate(calls)) + "\r")
        client.wait_for_job()
        assert client.difficulty == 2 ** -16
        assert [method for method, _ in client.notifications].count("mining.notify") == 1


def test_every_worker_of_a_connection_is_credited_under_its_name(pool):
    user = pool.nodes[0].payout_address(7)
    with pool.miner(f"{user}.0") as client:
        for number in range(1, 5):
            client.authorize(f"{user}.{number}")
        for number in range(5):
            client.user = f"{user}.{number}"
            assert client.submit(client.find()) is True
    names = [(str(number), 1) for number in range(5)]
    eventually(lambda: pool.query(
        "SELECT w.name, SUM(b.shares) FROM worker_bucket b JOIN worker w ON w.id = b.worker_id "
        "JOIN user u ON u.id = w.user_id WHERE u.name = ? GROUP BY w.name ORDER BY w.name",
        user) == names, "a share of each worker")


def test_a_share_sent_again_after_a_restart_is_counted_once(pool):
    user = pool.nodes[0].payout_address(8)
    before = pool.miner(user)
    share = before.find()
    assert before.submit(share) is True
    assert pool.stop() == 0
    pool.start()
    with come_back(pool, before) as after:
        assert after.extranonce1 != before.extranonce1
        after.wait_for_job()
        assert refusal(after, share) in (STALE, LOW_DIFFICULTY)
        assert after.submit(after.find()) is True
    wait_for_credit(pool, user, 2)
