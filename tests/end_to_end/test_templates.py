"""Templates of every kind a node may give, through a proxy: a right job or a clear refusal."""
import pytest

import chain
from node import COINS, Node
from waiting import eventually

MANY = 4_000  # transactions
FULL_TEMPLATES_ONLY = {"gbtmaker": {"empty_on_new_block": False}}
QUICK_LOOKS = {"gbtmaker": {"empty_on_new_block": False, "poll_interval": "100ms",
                            "full_interval": "1s"}}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """One node for all tests here; blocks and transactions of one do not harm the next."""
    started = Node(tmp_path_factory.mktemp("templates") / "node",
                   arguments=["-blockmaxweight=3996000"]).start()
    started.mine(1)
    yield started
    started.stop()


def solve(client, node, fits=lambda job: True):
    """Solves a job that fits; the block, once it is the node's tip."""
    share = client.find_block(client.wait_for_job(fits))
    assert client.submit(share) is True
    eventually(lambda: node.tip() == share.display_hash, "the block as the tip")
    block = node.block(share.display_hash)
    assert block.has_valid_merkle_root()
    assert block.committed() == block.witness_commitment()
    return block


def wait_for_refusal(pool, reason):
    """The line that says why the node is not used."""
    def told():
        return [line for line in pool.log().splitlines()
                if "node unusable" in line and reason in line]
    return eventually(told, f"'node unusable' with '{reason}'")


def assert_nobody_is_let_in(pool):
    assert not pool.is_healthy()
    with pytest.raises(OSError):
        pool.connect()


def test_a_template_without_transactions_makes_a_block(pool, node):
    with pool.miner(pool.payout_address) as client:
        assert len(solve(client, node).transactions) == 1


def test_a_template_of_4000_transactions_makes_a_block_of_all(make_pool, node):
    txids = set(node.make_transactions(MANY))
    pool = make_pool([node], FULL_TEMPLATES_ONLY).start()
    with pool.miner(pool.payout_address) as client:
        block = solve(client, node, lambda job: len(job.branch) >= MANY.bit_length())
        assert {chain.to_display(each.txid()) for each in block.transactions[1:]} == txids


def test_an_unknown_rule_that_need_not_be_understood_changes_nothing(make_pool, proxy, node):
    def unusual(template):
        return template | {"rules": ["csv", "!segwit", "taproot", "something-new"],
                           "vbavailable": {"something-else": 7}}
    proxy.change("getblocktemplate", unusual)
    node.make_transactions(len(COINS))
    pool = make_pool([proxy], FULL_TEMPLATES_ONLY).start()
    with pool.miner(pool.payout_address) as client:
        assert len(solve(client, node).transactions) == 1 + len(COINS)


@pytest.mark.parametrize("mutable", [[], ["time"], ["time", "transactions", "prevblock", "new"]])
def test_unusual_mutable_parts_make_a_block_all_the_same(make_pool, proxy, node, mutable):
    proxy.change("getblocktemplate", lambda template: template | {"mutable": mutable})
    pool = make_pool([proxy]).start()
    with pool.miner(pool.payout_address) as client:
        solve(client, node)


def test_fields_of_a_later_node_are_passed_over(make_pool, proxy, node):
    proxy.change("getblocktemplate", lambda template: template | {"later": {"a": [1, 2.5, None]}})
    pool = make_pool([proxy]).start()
    with pool.miner(pool.payout_address) as client:
        solve(client, node)


def test_a_node_with_an_unknown_rule_that_must_be_understood_is_refused(make_pool, proxy, node):
    proxy.change("getblocktemplate",
                 lambda template: template | {"rules": template["rules"] + ["!unheard-of"]})
    pool = make_pool([proxy], QUICK_LOOKS).launch()
    line = wait_for_refusal(pool, "!unheard-of")
    assert len(line) == 1, "one line, however often it is asked"
    assert pool.metrics()[f'lode_node_unusable{{service="gbtmaker",node="{proxy.url}"}}'] == 1
    assert_nobody_is_let_in(pool)
    proxy.restore("getblocktemplate")
    node.mine(1)
    eventually(pool.is_healthy, "a healthy pool")
    with pool.miner(pool.payout_address) as client:
        solve(client, node)


def test_a_refused_node_leaves_the_work_to_the_next(make_pool, make_node, proxy, node):
    second = make_node()
    second.connect(node)
    second.rpc.waitforblock(node.tip(), 10_000)
    proxy.change("getblocktemplate",
                 lambda template: template | {"rules": template["rules"] + ["!unheard-of"]})
    pool = make_pool([proxy, second], QUICK_LOOKS).start()
    wait_for_refusal(pool, proxy.url)
    with pool.miner(pool.payout_address) as client:
        solve(client, second)


# Of every kind: number, hash, text, list, object. The unit tests have all fields.
REQUIRED = ("previousblockhash", "bits", "coinbasevalue", "transactions", "rules", "coinbaseaux")


def test_a_template_with_a_missing_field_is_refused_by_the_name_of_the_field(make_pool, proxy,
                                                                              node):
    changes = iter(REQUIRED)
    state = {"without": next(changes)}

    def incomplete(template):
        return {key: value for key, value in template.items() if key != state["without"]}
    proxy.change("getblocktemplate", incomplete)
    pool = make_pool([proxy], QUICK_LOOKS).launch()
    wait_for_refusal(pool, f'\\"{state["without"]}\\"')
    for state["without"] in changes:
        node.mine(1)
        wait_for_refusal(pool, f'\\"{state["without"]}\\"')
    assert_nobody_is_let_in(pool)
    proxy.restore("getblocktemplate")
    node.mine(1)
    eventually(pool.is_healthy, "a healthy pool")
    with pool.miner(pool.payout_address) as client:
        solve(client, node)


def test_a_template_without_a_commitment_is_minable_only_without_witnesses(make_pool, proxy, node):
    def uncommitted(template):
        return {key: value for key, value in template.items()
                if key != "default_witness_commitment"}
    proxy.change("getblocktemplate", uncommitted)
    node.make_transactions(len(COINS))
    pool = make_pool([proxy], QUICK_LOOKS).launch()
    pool.wait_for_log("witness_commitment is missing")
    assert_nobody_is_let_in(pool)
    node.mine(1)
    eventually(pool.is_healthy, "a healthy pool")
    with pool.miner(pool.payout_address) as client:
        share = client.find_block()
        assert client.submit(share) is True
        eventually(lambda: node.tip() == share.display_hash, "the block as the tip")
        assert node.block(share.display_hash).committed() is None


@pytest.mark.parametrize("field, value", [
    ("bits", "207fffff00"), ("bits", "00000000"), ("target", "00" * 32), ("height", -1),
    ("height", "7"), ("curtime", 2 ** 32), ("coinbasevalue", -1), ("coinbasevalue", 1.5),
    ("previousblockhash", "zz" * 32), ("transactions", [{}]), ("transactions", {}),
    ("coinbaseaux", {"flags": "00" * 200})])
def test_a_wrong_value_is_refused_by_the_name_of_its_field(make_pool, proxy, field, value):
    proxy.change("getblocktemplate", lambda template: template | {field: value})
    pool = make_pool([proxy], QUICK_LOOKS).launch()
    wait_for_refusal(pool, field if field != "transactions" else "transaction")
