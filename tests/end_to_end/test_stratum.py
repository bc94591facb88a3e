"""Stratum over the wire, on a signet of our own: there a share is seldom a block."""
import pytest

import chain
from pool import run_lode
from stratum_client import VERSION_MASK, StratumError
from waiting import eventually

OTHER, STALE, DUPLICATE, LOW_DIFFICULTY, UNAUTHORISED, NOT_SUBSCRIBED = range(20, 26)
SETTINGS = {
    "sserver": {"min_difficulty": "2^-26", "shares_per_minute": 600, "vardiff_window": "10s"},
    "jobmaker": {"job_interval": "1s"},
}


@pytest.fixture(scope="module")
def pool(signet_pool):
    """Of all tests here; each has sessions of its own."""
    return signet_pool


@pytest.fixture
def miner(pool):
    """A session that may submit, with its first job."""
    with pool.miner(pool.payout_address) as client:
        client.wait_for_job()
        yield client


def refusal(call):
    """The code of the refusal that the call raises."""
    with pytest.raises(StratumError) as caught:
        call()
    return caught.value.code


def test_a_session_has_four_bytes_of_its_own_and_eight_to_roll(pool):
    with pool.connect().subscribe() as one, pool.connect().subscribe() as other:
        assert len(one.extranonce1) == len(other.extranonce1) == 4
        assert one.extranonce1 != other.extranonce1
        assert one.extranonce2_size == other.extranonce2_size == 8


def test_every_session_gets_the_same_job(pool, miner):
    with pool.miner(pool.payout_address + ".second") as other:
        job = other.wait_for_job()
        assert job.clean, "a session's first job is clean"
        same = eventually(lambda: next((one for one in miner.jobs if one.id == job.id), None),
                          "that job in the other session")
        assert (same.coinbase1, same.coinbase2, same.branch, same.time) \
            == (job.coinbase1, job.coinbase2, job.branch, job.time)


def test_good_shares_are_answered_with_true(miner):
    assert all(miner.submit(miner.find()) is True for _ in range(3))


def test_a_submit_before_the_subscription_is_refused_with_25(pool, miner):
    share = miner.find()
    with pool.connect() as stranger:
        assert refusal(lambda: stranger.call("mining.submit", *share.params(miner.user))) \
            == NOT_SUBSCRIBED


def test_a_submit_of_an_unauthorised_worker_is_refused_with_24(miner):
    share = miner.find()
    user = miner.user + ".never-seen"
    assert refusal(lambda: miner.call("mining.submit", *share.params(user))) == UNAUTHORISED
    assert miner.submit(share) is True, "it was not taken for a duplicate"


def test_a_name_that_is_no_address_is_refused_with_24(pool):
    with pool.connect().subscribe() as client:
        assert refusal(lambda: client.authorize("nobody")) == UNAUTHORISED
        assert client.authorize(pool.payout_address), "the connection lives on"


def test_authorising_before_subscribing_works(pool):
    with pool.connect() as client:
        client.authorize(pool.payout_address)
        client.subscribe()
        assert client.submit(client.find()) is True


def test_one_connection_may_have_several_workers(pool, miner):
    miner.authorize(pool.payout_address + ".a")
    assert miner.submit(miner.find()) is True
    miner.authorize(pool.payout_address + ".b")
    assert miner.submit(miner.find()) is True


def test_a_share_sent_twice_is_refused_with_22(miner):
    share = miner.find()
    assert miner.submit(share) is True
    assert refusal(lambda: miner.submit(share)) == DUPLICATE


def test_a_share_above_its_target_is_refused_with_23(miner):
    share = miner.find(wanted=lambda number: number > miner.share_target)
    assert refusal(lambda: miner.submit(share)) == LOW_DIFFICULTY


def test_a_share_of_an_unknown_job_is_refused_with_21(miner):
    params = miner.find().params(miner.user)
    for unknown in ("ffffff", "no-hex", ""):
        params[1] = unknown
        assert refusal(lambda: miner.call("mining.submit", *params)) == STALE


@pytest.mark.parametrize("position, value", [(2, "00" * 7), (2, "00" * 9), (2, "zz" * 8), (3, "1"),
                                             (3, ""), (4, "xyz"), (4, 7), (0, None)])
def test_a_malformed_submit_is_refused_with_20(miner, position, value):
    params = miner.find().params(miner.user)
    params[position] = value
    assert refusal(lambda: miner.call("mining.submit", *params)) == OTHER
    assert miner.submit(miner.find()) is True, "the session lives on"


def test_an_unknown_method_is_answered_with_an_error(miner):
    assert refusal(lambda: miner.call("mining.teleport", 1, 2)) == OTHER
    assert miner.submit(miner.find()) is True


def test_small_requests_are_answered(miner):
    assert miner.call("mining.ping") == "pong"
    assert miner.call("mining.extranonce.subscribe") is True
    assert miner.call("mining.get_transactions") is not None


@pytest.mark.parametrize("line", ["{", "[]", "null", "7", "\x00\xff", '{"id":null}', "[" * 1000,
                                  '{"method":7}', "GET / HTTP/1.1"])
def test_a_malformed_line_is_answered_and_the_session_lives_on(miner, line):
    miner.send_raw(line)
    assert miner.unasked.get(timeout=10).code == OTHER
    assert miner.submit(miner.find()) is True


def test_an_endless_line_closes_its_connection_alone(pool, miner):
    with pool.connect() as flooder:
        flooder.send_raw("x" * 100_000)
        assert flooder.closed.wait(10)
    assert miner.submit(miner.find()) is True


def test_one_that_talks_nonsense_for_long_is_closed(pool, miner):
    with pool.connect() as babbler:
        for _ in range(100):
            try:
                babbler.send_raw("{")
            except OSError:
                break  # closed already
        assert babbler.closed.wait(10)
    assert miner.submit(miner.find()) is True


def test_version_bits_inside_the_mask_are_credited(pool):
    with pool.connect().configure_version_rolling().subscribe() as client:
        client.authorize(pool.payout_address)
        assert client.version_mask == VERSION_MASK
        for bits in (0, 0x2000, 0x1fffe000):
            assert client.submit(client.find(version_bits=bits)) is True


def test_version_bits_outside_the_mask_are_refused_with_20(pool):
    with pool.connect().configure_version_rolling(0x00ffe000).subscribe() as client:
        client.authorize(pool.payout_address)
        assert client.version_mask == 0x00ffe000
        share = client.find(version_bits=0x2000)
        params = share.params(client.user)[:5]
        for outside in (0x01000000, 0x20000000, 0x1000, 0x2001):
            assert refusal(lambda: client.call("mining.submit", *params, f"{outside:08x}")) == OTHER


def test_version_bits_without_leave_are_refused_with_20(miner):
    params = miner.find().params(miner.user)
    assert refusal(lambda: miner.call("mining.submit", *params, "00002000")) == OTHER


def test_a_flood_of_shares_raises_the_difficulty_at_once(miner):
    job, before = miner.wait_for_job(), miner.difficulty
    for _ in range(60):
        if miner.difficulty > before:
            break
        assert miner.submit(miner.find(job)) is True
    assert miner.difficulty > before
    again = miner.wait_for_job(lambda one: one.id != job.id)
    assert miner.submit(miner.find(again)) is True


def is_reissue(job):
    """Sent again under another id: the upper 16 of its 64 bits count."""
    return int(job.id, 16) >> 48 > 0


def test_shares_of_a_job_that_came_again_are_proved_from_the_archive(pool, miner):
    user = pool.nodes[0].payout_address(5)
    miner.authorize(user)
    first = miner.jobs[-1]
    assert miner.call("mining.suggest_difficulty", 2 ** -22) is True
    again = miner.wait_for_job(is_reissue)
    share = miner.find(again)
    under_the_first = miner.try_nonce(first, 0).params(user)[1]
    assert refusal(lambda: miner.call("mining.submit", user, under_the_first,
                                      *share.params(user)[2:])) == LOW_DIFFICULTY
    assert miner.submit(share) is True
    assert miner.submit(miner.find(first)) is True
    eventually(lambda: pool.query("SELECT SUM(shares) FROM user_bucket b JOIN user u ON "
                                  "u.id = b.user_id WHERE u.name = ?", user) == [(2,)],
               "both in the sums")
    verified = run_lode("sharelog", "verify", "--config", pool.config_file)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_share_keeps_the_difficulty_its_job_was_sent_with(miner):
    share = miner.find()
    assert miner.call("mining.suggest_difficulty", 2 ** -10) is True
    eventually(lambda: miner.difficulty == 2 ** -10, "the difficulty suggested")
    assert miner.submit(share) is True


def test_silence_lowers_the_difficulty(miner):
    assert miner.call("mining.suggest_difficulty", 2 ** -12) is True
    eventually(lambda: miner.difficulty == 2 ** -12, "the difficulty suggested")
    eventually(lambda: miner.difficulty < 2 ** -12, "a lower difficulty", 15)


def test_a_share_is_worth_the_work_of_its_target(pool, miner):
    user = pool.nodes[0].payout_address(2)
    miner.authorize(user)
    target = miner.share_target
    jobs = len(miner.jobs)
    assert miner.submit(miner.find(miner.jobs[jobs - 1])) is True
    work = (1 << 256) // (target + 1)
    assert target == chain.target_of_difficulty(2 ** -24)
    eventually(lambda: pool.query("SELECT shares, work_0, work_1 FROM user_bucket b JOIN user u ON "
                                  "u.id = b.user_id WHERE u.name = ?", user) == [(1, work, 0)],
               "its work in the sums")
