"""Addresses that offend are limited and banned; whoever mines on another one notices nothing."""
import contextlib

import pytest

from stratum_client import TIMEOUT, StratumError
from waiting import eventually

LOW_DIFFICULTY, UNAUTHORISED = 23, 24
CONNECTIONS_MAX = 3
BAN_AFTER = 2
SHARES_JUDGED = 100
HONEST, ALLOWED = "127.0.0.1", "127.0.0.99"
SETTINGS = {"sserver": {
    "loops": 2, "min_difficulty": "2^-26", "max_connections_per_address": CONNECTIONS_MAX,
    "max_malformed": 2, "max_refused_logins": 2, "ban_after": BAN_AFTER, "ban_time": "2s",
    "ban_time_max": "2s", "allow": [f"{ALLOWED}/32"], "log_addresses": "truncated"}}


@pytest.fixture(scope="module")
def pool(signet_pool):
    """Of all tests here; each has addresses of its own."""
    return signet_pool


@pytest.fixture(scope="module", name="honest")
def honest_miner(pool):
    with pool.connect(HONEST) as client:
        yield client.subscribe().authorize(pool.payout_address)


@pytest.fixture(autouse=True)
def undisturbed(honest):
    """Over one connection, whatever the others do."""
    yield
    assert honest.submit(honest.find()) is True


def let_in(pool, source):
    """A connection that was answered, or None."""
    client = pool.connect(source)
    try:
        return client.subscribe()
    except (ConnectionError, OSError):
        client.close()
        return None


def is_let_in(pool, source):
    client = let_in(pool, source)
    if client:
        client.close()
    return client is not None


def ended(client):
    """Closed by the pool; the last thing it showed the miner."""
    assert client.closed.wait(TIMEOUT)
    client.close()
    shown = [params[0] for method, params in client.notifications
             if method == "client.show_message"]
    return shown[-1] if shown else ""


def talk_nonsense(pool, source):
    client = pool.connect(source)
    with contextlib.suppress(OSError):  # it may be closed by the second line
        client.send_raw("nonsense")
        client.send_raw("nonsense")
    return ended(client)


def ban(pool, source):
    """By as many offences as an address without another connection has."""
    for _ in range(BAN_AFTER):
        assert talk_nonsense(pool, source)
    eventually(lambda: not is_let_in(pool, source), "the ban")


def refused(pool, reason):
    return pool.total("connections_refused_total", f'reason="{reason}"')


def offences(pool, offence):
    return pool.total("offences_total", f'offence="{offence}"')


def bans(pool, offence):
    return pool.total("bans_total", f'reason="{offence}"')


def test_an_address_has_so_many_connections_and_a_place_again_when_one_leaves(pool):
    before = refused(pool, "too_many")
    there = [let_in(pool, "127.0.0.11") for _ in range(CONNECTIONS_MAX)]
    assert all(there)
    assert not is_let_in(pool, "127.0.0.11")
    assert refused(pool, "too_many") == before + 1
    assert is_let_in(pool, "127.0.0.12"), "another address has its own places"
    there.pop().close()
    there.append(eventually(lambda: let_in(pool, "127.0.0.11"), "a free place"))
    for client in there:
        client.close()


def test_malformed_lines_are_a_ban_that_ends(pool):
    source = "127.0.0.21"
    told, banned = offences(pool, "malformed"), bans(pool, "malformed")
    assert talk_nonsense(pool, source) == "closed for malformed"
    assert is_let_in(pool, source), "one offence is borne with"
    assert talk_nonsense(pool, source)
    assert not is_let_in(pool, source)
    assert offences(pool, "malformed") == told + BAN_AFTER
    assert bans(pool, "malformed") == banned + 1
    assert refused(pool, "banned") >= 1
    eventually(lambda: pool.total("banned_addresses") == 1, "one address banned")
    assert is_let_in(pool, "127.0.0.22")
    eventually(lambda: is_let_in(pool, source), "the end of the ban")
    eventually(lambda: pool.total("banned_addresses") == 0, "no address banned")


def test_a_ban_closes_what_the_address_has_open_and_says_why(pool):
    source = "127.0.0.31"
    with pool.connect(source).subscribe() as standing:
        for _ in range(BAN_AFTER + 1):  # the connection that stands makes up for one
            assert talk_nonsense(pool, source)
        assert ended(standing) == "banned for 2 s: malformed"


def test_an_address_on_the_allow_list_is_never_limited_or_banned(pool):
    with contextlib.ExitStack() as stack:
        for _ in range(CONNECTIONS_MAX + 1):
            stack.enter_context(pool.connect(ALLOWED).subscribe())
        for _ in range(2 * BAN_AFTER):
            assert talk_nonsense(pool, ALLOWED) == "closed for malformed"
        assert is_let_in(pool, ALLOWED)


def test_invalid_shares_are_a_ban(pool):
    source = "127.0.0.41"
    told, banned = offences(pool, "invalid_shares"), bans(pool, "invalid_shares")
    for _ in range(BAN_AFTER):
        client = pool.connect(source).subscribe().authorize(pool.payout_address)
        job = client.wait_for_job()
        low = [client.find(job, lambda number: number > client.share_target)
               for _ in range(SHARES_JUDGED)]
        answers = [client.submit_later(share) for share in low]
        for answer in answers:
            with pytest.raises(StratumError) as refusal:
                answer.result(TIMEOUT)
            assert refusal.value.code == LOW_DIFFICULTY
        assert ended(client) == "closed for invalid_shares"
    assert not is_let_in(pool, source)
    assert offences(pool, "invalid_shares") == told + BAN_AFTER
    assert bans(pool, "invalid_shares") == banned + 1


def test_refused_logins_are_a_ban_on_one_connection_or_on_many(pool):
    source = "127.0.0.51"
    told, banned = offences(pool, "logins"), bans(pool, "logins")
    client = pool.connect(source)
    for _ in range(2):
        with pytest.raises(StratumError) as refusal:
            client.authorize("nobody")
        assert refusal.value.code == UNAUTHORISED
    assert ended(client) == "closed for logins"
    assert offences(pool, "logins") == told + 1
    with pool.connect(source) as other, pytest.raises(StratumError):
        other.authorize("somebody")  # and leaves
    eventually(lambda: bans(pool, "logins") == banned + 1, "the ban")
    assert not is_let_in(pool, source)


def test_a_tls_hello_on_a_plain_port_is_a_ban(pool):
    source = "127.0.0.61"
    for _ in range(BAN_AFTER):
        client = pool.connect(source)
        client.socket.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert ended(client) == ""
    eventually(lambda: bans(pool, "handshake") == 1, "the ban")
    assert not is_let_in(pool, source)


def test_the_log_shows_networks_and_no_address(pool):
    ban(pool, "127.0.0.71")
    line = pool.wait_for_log("address banned")
    assert "address=127.0.0.0/24" in line and "reason=malformed" in line
    defence = [line for line in pool.log().splitlines()
               if "connection refused" in line or "connection offends" in line]
    assert defence and all("address=127.0.0.0/24" in line for line in defence)
    assert "127.0.0.71" not in pool.log()
