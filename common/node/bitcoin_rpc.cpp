// The calls as JSON, and the answers made into typed values.
#include "common/node/bitcoin_rpc.hpp"

#include <charconv>

#include "common/json/require.hpp"
#include "common/json/writer.hpp"
#include "common/node/rpc_connection.hpp"

namespace lode::node {
namespace {

// What every caller can do: segwit always, signet where the node asks for it. A node refuses a
// client that lacks a rule which it needs, and ignores those it does not know.
constexpr std::string_view client_rules = R"("rules":["segwit","signet"])";

Result<bitcoin::Hash256> require_hash(json::Value object, std::string_view field) {
    LODE_TRY(const auto text, json::require_string(object, field));
    auto hash = bitcoin::from_display_hex(text);
    if (!hash) return failure_in(field, hash.error());
    return hash;
}

Result<bitcoin::Uint256> require_number256(json::Value object, std::string_view field) {
    LODE_TRY(const auto hash, require_hash(object, field));
    return bitcoin::Uint256::from_hash(hash);
}

Result<std::uint32_t> require_bits(json::Value object) {
    LODE_TRY(const auto text, json::require_string(object, "bits"));
    std::uint32_t bits = 0;
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, bits, 16);
    if (text.size() != 8 || parsed.ec != std::errc() || parsed.ptr != end) {
        return failure(ErrorCode::malformed, "bits: 8 hexadecimal digits are wanted");
    }
    return bits;
}

Result<ChainInfo> read_chain_info(json::Value object) {
    ChainInfo info;
    LODE_TRY(info.chain, json::require_string(object, "chain"));
    LODE_TRY(info.blocks, json::require_int64(object, "blocks"));
    LODE_TRY(info.headers, json::require_int64(object, "headers"));
    LODE_TRY(info.initial_block_download, json::require_bool(object, "initialblockdownload"));
    LODE_TRY(info.best_block_hash, require_hash(object, "bestblockhash"));
    LODE_TRY(info.chainwork, require_number256(object, "chainwork"));
    return info;
}

Result<BlockHeaderInfo> read_header_info(json::Value object) {
    BlockHeaderInfo info;
    LODE_TRY(info.hash, require_hash(object, "hash"));
    LODE_TRY(info.confirmations, json::require_int64(object, "confirmations"));
    LODE_TRY(info.height, json::require_int64(object, "height"));
    LODE_TRY(info.chainwork, require_number256(object, "chainwork"));
    LODE_TRY(const auto version, json::require_int32(object, "version"));
    info.version = static_cast<std::uint32_t>(version);  // signed in JSON, bits to us
    LODE_TRY(info.time, json::require_uint32(object, "time"));
    LODE_TRY(info.median_time, json::require_uint32(object, "mediantime"));
    LODE_TRY(info.bits, require_bits(object));
    if (!object.member("previousblockhash").missing()) {
        LODE_TRY(info.previous_block_hash, require_hash(object, "previousblockhash"));
    }
    return info;
}

Result<bitcoin::Satoshi> require_amount(json::Value object, std::string_view field) {
    LODE_TRY(const auto number, json::require_int64(object, field));
    auto amount = bitcoin::checked_amount(number);
    if (!amount) return failure_in(field, amount.error());
    return amount;
}

Result<BlockStats> read_block_stats(json::Value object) {
    BlockStats stats;
    LODE_TRY(stats.hash, require_hash(object, "blockhash"));
    LODE_TRY(stats.height, json::require_int64(object, "height"));
    LODE_TRY(stats.fees, require_amount(object, "totalfee"));
    LODE_TRY(stats.subsidy, require_amount(object, "subsidy"));
    LODE_TRY(stats.median_time, json::require_uint32(object, "mediantime"));
    return stats;
}

Result<bitcoin::Hash256> read_hash(json::Value value) {
    const auto text = value.string();
    if (!text) return failure(ErrorCode::malformed, "a hash is wanted");
    return bitcoin::from_display_hex(*text);
}

// BIP 22: null, or a string with the reason.
Result<std::optional<std::string>> read_verdict(json::Value value) {
    if (value.is_null()) return std::optional<std::string>();
    const auto text = value.string();
    if (!text) return failure(ErrorCode::malformed, "null or a string is wanted");
    return std::optional<std::string>(*text);
}

Result<void> read_null(json::Value value) {
    if (!value.is_null()) return failure(ErrorCode::malformed, "null is wanted");
    return success();
}

Result<std::chrono::seconds> read_seconds(json::Value value) {
    const auto number = value.int64();
    if (!number) return failure(ErrorCode::malformed, "a number of seconds is wanted");
    return std::chrono::seconds(*number);
}

class BitcoinRpc final : public NodeRpc {
  public:
    explicit BitcoinRpc(RpcConnection connection) : connection_(std::move(connection)) {}

    [[nodiscard]] const std::string& url() const override { return connection_.options().url; }

    Result<std::string> get_block_template(const TemplateRequest& request) override {
        std::string params = "{" + std::string(client_rules);
        if (request.longpoll_id) params += ",\"longpollid\":" + json::quoted(*request.longpoll_id);
        return connection_.call({"getblocktemplate", params + "}", request.timeout});
    }
    Result<std::optional<std::string>> propose_block(const std::string& block_hex) override {
        std::string params = "{\"mode\":\"proposal\"," + std::string(client_rules) + ",\"data\":\"";
        params.append(block_hex).append("\"}");
        return ask("getblocktemplate", std::move(params), read_verdict);
    }
    Result<std::optional<std::string>> submit_block(const std::string& block_hex) override {
        return ask("submitblock", '"' + block_hex + '"', read_verdict);
    }
    Result<ChainInfo> get_blockchain_info() override {
        return ask("getblockchaininfo", "", read_chain_info);
    }
    Result<bitcoin::Hash256> get_best_block_hash() override {
        return ask("getbestblockhash", "", read_hash);
    }
    Result<bitcoin::Hash256> get_block_hash(std::int64_t height) override {
        return ask("getblockhash", std::to_string(height), read_hash);
    }
    Result<BlockHeaderInfo> get_block_header(const bitcoin::Hash256& hash) override {
        return ask("getblockheader", quoted(hash), read_header_info);
    }
    Result<BlockStats> get_block_stats(const bitcoin::Hash256& hash) override {
        return ask("getblockstats",
                   quoted(hash) + R"(,["blockhash","height","totalfee","subsidy","mediantime"])",
                   read_block_stats);
    }
    Result<std::chrono::seconds> uptime() override { return ask("uptime", "", read_seconds); }
    Result<void> precious_block(const bitcoin::Hash256& hash) override {
        return ask("preciousblock", quoted(hash), read_null);
    }
    void cancel() override { connection_.cancel(); }

  private:
    static std::string quoted(const bitcoin::Hash256& hash) {
        return json::quoted(bitcoin::to_display_hex(hash));
    }

    // A call whose result `read` makes into a value.
    template <class T>
    Result<T> ask(std::string_view method, std::string params, Result<T> (*read)(json::Value)) {
        LODE_TRY(const auto text,
                 connection_.call({method, std::move(params), connection_.options().timeout}));
        const auto document = json::Document::parse(text);
        if (!document) return failure_in(connection_.where(method), document.error());
        auto value = read(document.value().root());
        if (!value) return failure_in(connection_.where(method), value.error());
        return value;
    }

    RpcConnection connection_;
};

}  // namespace

Result<std::unique_ptr<NodeRpc>> open_bitcoin_rpc(BitcoinRpcOptions options) {
    LODE_TRY(auto connection, RpcConnection::open(std::move(options), "/"));
    return std::unique_ptr<NodeRpc>(std::make_unique<BitcoinRpc>(std::move(connection)));
}

}  // namespace lode::node
