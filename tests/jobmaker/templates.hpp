// Templates for jobmaker's tests, with every field in place and one thing changed at a time.
#pragma once

#include <memory>
#include <string>

#include "common/base/bytes.hpp"
#include "common/base/hex.hpp"
#include "common/messages/template.pb.h"
#include "jobmaker/maker.hpp"

namespace lode::test {

inline std::string filled(std::uint8_t byte) {
    return std::string(32, static_cast<char>(byte));
}
inline bitcoin::Hash256 hash_of(std::uint8_t byte) {
    bitcoin::Hash256 hash;
    hash.bytes.fill(byte);
    return hash;
}

struct TemplateShape {
    std::uint8_t id = 1;
    std::uint8_t prev = 0xaa;
    std::uint8_t work = 10;
    bool empty = false;
    std::string node = "http://127.0.0.1:1";
};

inline constexpr std::uint32_t template_time = 1'700'000'000;
inline const std::string commitment =
    std::string("\x6a\x24\xaa\x21\xa9\xed", 6) + std::string(32, 'c');

inline std::shared_ptr<v1::TemplateMessage> a_template(const TemplateShape& shape = {}) {
    auto message = std::make_shared<v1::TemplateMessage>();
    message->set_source("gbtmaker");
    message->set_chain("test");
    message->set_produced_unix_ms(std::int64_t{template_time} * 1'000);
    v1::BlockTemplate& outer = *message->mutable_template_();
    outer.set_template_id(filled(shape.id));
    outer.set_node(shape.node);
    outer.set_node_time_unix_ms(std::int64_t{template_time} * 1'000);
    v1::BitcoinTemplate& body = *outer.mutable_bitcoin();
    body.set_prev_hash(filled(shape.prev));
    body.set_height(200);
    body.set_chainwork(std::string(31, '\0') + static_cast<char>(shape.work));
    body.set_version(0x20000000);
    body.set_bits(0x207fffff);
    body.set_min_time(template_time - 600);
    body.set_cur_time(template_time);
    body.set_coinbase_value(2'500'000'000);
    body.set_witness_commitment(commitment);
    body.set_weight_limit(4'000'000);
    body.set_sigop_limit(80'000);
    body.set_empty(shape.empty);
    return message;
}

struct TransactionShape {
    std::uint32_t weight = 400;
    std::uint32_t sigops = 4;
    std::int64_t fee = 100;
};
inline void add_transaction(v1::TemplateMessage& to, const TransactionShape& shape = {}) {
    v1::BitcoinTemplate& body = *to.mutable_template_()->mutable_bitcoin();
    const auto number = static_cast<std::uint32_t>(body.transactions_size());
    std::string txid(32, '\x51');
    std::string wtxid(32, '\x52');
    store_le(reinterpret_cast<std::uint8_t*>(txid.data()), number);
    store_le(reinterpret_cast<std::uint8_t*>(wtxid.data()), number);
    v1::BitcoinTransaction& one = *body.add_transactions();
    one.set_data("data");
    one.set_txid(txid);
    one.set_wtxid(wtxid);
    one.set_fee(shape.fee);
    one.set_weight(shape.weight);
    one.set_sigops(shape.sigops);
    body.set_coinbase_value(body.coinbase_value() + shape.fee);
}

inline jobmaker::MiningTemplate read(const std::shared_ptr<v1::TemplateMessage>& message) {
    return jobmaker::read_template(message).value();
}

// The maker is chosen, its claim written at that offset and read back.
inline void lead(jobmaker::Maker& maker, std::int64_t generation, const jobmaker::Moment& now) {
    maker.leadership().assigned(now.steady);
    maker.leadership().claim_sent();
    maker.leadership().claim_written(generation, now.steady);
    maker.message_read(maker.claim(now.wall), generation, now.steady);
}

inline jobmaker::CoinbaseSettings coinbase_settings() {
    jobmaker::CoinbaseSettings settings;
    settings.payout_script = from_hex("0014" + std::string(40, '1')).value();
    settings.tag = "/Lode/";
    return settings;
}

}  // namespace lode::test
