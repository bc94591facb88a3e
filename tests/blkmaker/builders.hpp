// Small real blocks for blkmaker's tests: a template, and a solution mined on it at regtest
// difficulty.
#pragma once

#include "blkmaker/block_row.hpp"
#include "common/bitcoin/block.hpp"
#include "common/bitcoin/coinbase.hpp"
#include "common/bitcoin/merkle.hpp"
#include "common/bitcoin/sha256.hpp"
#include "common/bitcoin/target.hpp"
#include "common/messages/solved.pb.h"
#include "common/messages/template.pb.h"

namespace lode::test {

inline constexpr std::uint32_t regtest_bits = 0x207fffff;

inline std::string text(ByteView bytes) {
    return std::string(as_chars(bytes));
}

// A transaction spending an outpoint made of `tag`, without witness.
inline Bytes a_transaction(std::uint8_t tag) {
    bitcoin::Transaction transaction;
    bitcoin::TxInput input;
    input.previous.txid.bytes.fill(tag);
    transaction.inputs.push_back(input);
    transaction.outputs.push_back({bitcoin::Satoshi(1000), {0x51}});
    return bitcoin::serialise(transaction);
}

inline v1::BlockTemplate a_template(std::vector<std::uint8_t> tags) {
    v1::BlockTemplate made;
    auto& body = *made.mutable_bitcoin();
    body.set_prev_hash(std::string(32, '\x11'));
    body.set_height(200);
    body.set_bits(regtest_bits);
    body.set_coinbase_value(5'000'000'000);
    std::vector<bitcoin::Hash256> wtxids;
    for (const auto tag : tags) {
        const auto raw = a_transaction(tag);
        const auto id = bitcoin::txid(bitcoin::parse_transaction(raw).value());
        wtxids.push_back(id);
        auto& transaction = *body.add_transactions();
        transaction.set_data(text(raw));
        transaction.set_txid(text(id.view()));
        transaction.set_wtxid(text(id.view()));
    }
    body.set_witness_commitment(text(bitcoin::witness_commitment_script(wtxids)));
    made.set_template_id(text(bitcoin::sha256(as_bytes(body.SerializeAsString())).view()));
    return made;
}

// Mines at once: every second hash is a block at regtest difficulty.
inline v1::SolvedShare a_solution(const v1::BlockTemplate& on) {
    const auto& body = on.bitcoin();
    bitcoin::Transaction coinbase;
    bitcoin::TxInput input;
    input.previous.index = 0xffffffff;
    input.script_sig = {0x02, 0xc8, 0x00, 0x01, 0x07};  // height 200, one byte of our own
    coinbase.inputs.push_back(input);
    coinbase.outputs.push_back({bitcoin::Satoshi(body.coinbase_value()), {0x51}});
    coinbase.outputs.push_back(
        {bitcoin::Satoshi(0), to_bytes(as_bytes(body.witness_commitment()))});
    std::vector<bitcoin::Hash256> txids{bitcoin::txid(coinbase)};
    for (const auto& transaction : body.transactions()) {
        txids.push_back(bitcoin::hash256_from_bytes(as_bytes(transaction.txid())).value());
    }
    bitcoin::BlockHeader header;
    header.version = 0x20000000;
    header.prev_hash = bitcoin::hash256_from_bytes(as_bytes(body.prev_hash())).value();
    header.merkle_root = bitcoin::merkle_root(txids);
    header.time = 1'700'000'000;
    header.bits = regtest_bits;
    const auto target = bitcoin::target_from_bits(regtest_bits).value();
    while (!bitcoin::meets_target(header.hash(), target)) ++header.nonce;

    v1::SolvedShare share;
    share.set_produced_unix_ms(1'700'000'000'500);
    share.set_block_hash(text(header.hash().view()));
    share.set_height(body.height());
    share.set_job_id(77);
    share.set_template_id(on.template_id());
    share.set_user("miner");
    share.set_worker("one");
    share.mutable_bitcoin()->set_header(text(header.serialise()));
    share.mutable_bitcoin()->set_coinbase(text(bitcoin::serialise_stripped(coinbase)));
    share.mutable_bitcoin()->set_transaction_count(
        static_cast<std::uint32_t>(body.transactions_size()));
    return share;
}

inline blkmaker::BlockRow a_row(std::uint8_t tag) {
    blkmaker::BlockRow row;
    row.chain = "btc";
    row.hash.bytes.fill(tag);
    row.height = tag;
    row.reward = bitcoin::Satoshi(12);
    row.user = "alice";
    row.worker = "rig";
    row.job = JobId(3);
    row.found = from_unix_ms(4000);
    row.coinbase = {{.pool_amount = bitcoin::Satoshi(12)}};
    row.coinbase->txid.bytes.fill(static_cast<std::uint8_t>(tag + 100));
    return row;
}

}  // namespace lode::test
