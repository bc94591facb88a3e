// One copy of each transaction's bytes, and one hash over all of them for the id.
#include "gbtmaker/template_encoder.hpp"

#include <algorithm>

#include "common/bitcoin/sha256.hpp"

namespace lode::gbtmaker {
namespace {

std::string text(ByteView bytes) {
    return std::string(as_chars(bytes));
}

// Big-endian, as the bus has it.
std::string chainwork_bytes(const bitcoin::Uint256& chainwork) {
    bitcoin::Hash256 bytes = chainwork.to_hash();
    std::reverse(bytes.bytes.begin(), bytes.bytes.end());
    return text(bytes.view());
}

void encode_body(const bitcoin::BlockTemplate& made, const TemplateOrigin& origin,
                 v1::BitcoinTemplate& body) {
    body.set_prev_hash(text(made.prev_hash.view()));
    body.set_height(made.height);
    body.set_chainwork(chainwork_bytes(origin.chainwork));
    body.set_version(static_cast<std::int32_t>(made.version));
    body.set_bits(made.bits);
    body.set_min_time(made.min_time);
    body.set_cur_time(made.cur_time);
    body.set_coinbase_value(made.coinbase_value.value());
    body.set_coinbase_aux(text(made.coinbase_aux));
    if (made.default_witness_commitment) {
        body.set_witness_commitment(text(*made.default_witness_commitment));
    }
    body.set_weight_limit(static_cast<std::uint32_t>(made.weight_limit));
    body.set_sigop_limit(static_cast<std::uint32_t>(made.sigop_limit));
    body.set_version_bits_required(made.version_bits_required);
    body.set_empty(origin.kind == TemplateKind::empty_before_full);
    body.mutable_transactions()->Reserve(static_cast<int>(made.transactions.size()));
    for (const bitcoin::TemplateTransaction& one : made.transactions) {
        v1::BitcoinTransaction& to = *body.add_transactions();
        to.set_data(text(one.raw));
        to.set_txid(text(one.txid.view()));
        to.set_wtxid(text(one.wtxid.view()));
        to.set_fee(one.fee.value());
        to.set_weight(static_cast<std::uint32_t>(one.weight));
        to.set_sigops(static_cast<std::uint32_t>(one.sigops));
    }
}

}  // namespace

std::shared_ptr<const v1::TemplateMessage> encode_template(const bitcoin::BlockTemplate& made,
                                                           const TemplateOrigin& origin) {
    auto message = std::make_shared<v1::TemplateMessage>();
    message->set_produced_unix_ms(to_unix_ms(origin.now));
    message->set_source(origin.source);
    message->set_chain(origin.chain);
    v1::BlockTemplate& outer = *message->mutable_template_();
    outer.set_node(origin.node);
    outer.set_node_time_unix_ms(to_unix_ms(origin.node_time));
    encode_body(made, origin, *outer.mutable_bitcoin());
    const std::string bytes = outer.bitcoin().SerializeAsString();
    outer.set_template_id(text(bitcoin::sha256(as_bytes(bytes)).view()));
    return message;
}

UnixTime node_time(const bitcoin::BlockTemplate& made, UnixTime now) {
    const UnixTime told{std::chrono::seconds(made.cur_time)};
    return made.cur_time > made.min_time ? told : std::min(told, now);
}

}  // namespace lode::gbtmaker
