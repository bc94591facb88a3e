"""The harness itself against the node: what the other tests judge by is right."""
import chain
from node import COINS


def test_a_block_of_the_node_is_read_as_the_node_reads_it(node):
    txids = node.make_transactions(len(COINS) * 2)
    display_hash = node.mine()[0]
    block = node.block(display_hash)
    assert chain.to_display(block.header.hash()) == display_hash
    assert sorted(chain.to_display(each.txid()) for each in block.transactions[1:]) == sorted(txids)
    assert block.has_valid_merkle_root()
    assert block.committed() == block.witness_commitment()


def test_transactions_of_every_kind_reach_the_mempool(node):
    txids = node.make_transactions(len(COINS))
    raw = [bytes.fromhex(node.rpc.getrawtransaction(txid)) for txid in txids]
    with_witness = [any(each.witness for each in chain.Transaction.parse(data).inputs)
                    for data in raw]
    assert with_witness == [kind != "legacy" for kind in COINS]


def test_a_node_started_again_has_its_chain_and_its_ports(node):
    before = (node.url, node.tip())
    node.restart()
    assert (node.url, node.tip()) == before


def test_two_nodes_agree_on_a_tip(make_node):
    first, second = make_node(), make_node()
    tip = first.mine(3)[-1]
    second.connect(first)
    assert second.rpc.waitforblock(tip, 10_000)["hash"] == tip


def test_an_own_signet_offers_templates(make_node):
    signet = make_node(network="signet")
    template = signet.rpc.getblocktemplate({"rules": ["segwit", "signet"]})
    assert template["signet_challenge"] == "51"
    assert int(template["bits"], 16) == 0x1e0377ae
