// The wallet's calls as JSON, and the answers made into typed values; amounts never pass through
// floating point.
#include "common/node/wallet_rpc.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "common/base/hex.hpp"
#include "common/json/require.hpp"
#include "common/json/writer.hpp"
#include "common/node/rpc_connection.hpp"

namespace lode::node {
namespace {

using bitcoin::Satoshi;

// Of listtransactions: an entry an output, about 500 bytes, and 10^7 of them at most.
constexpr std::size_t entries_a_page = 5'000;
constexpr std::size_t pages_max = 2'000;

// Bitcoin Core's rpc/protocol.h.
constexpr std::int64_t not_known = -5;
constexpr std::int64_t invalid_parameter = -8;
constexpr std::int64_t in_the_chain_already = -27;

std::string path_of(const std::string& wallet) {
    if (wallet.empty()) return "/";
    std::string path = "/wallet/";
    for (const char c : wallet) {
        const auto byte = static_cast<std::uint8_t>(c);
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
        path += plain ? std::string(1, c) : "%" + to_hex({&byte, 1});
    }
    return path;
}

std::string quoted(const bitcoin::Hash256& hash) {
    return json::quoted(bitcoin::to_display_hex(hash));
}
std::string quoted(const bitcoin::Transaction& transaction) {
    return '"' + to_hex(bitcoin::serialise(transaction)) + '"';
}

Result<bitcoin::Hash256> require_hash(json::Value object, std::string_view field) {
    LODE_TRY(const auto text, json::require_string(object, field));
    auto hash = bitcoin::from_display_hex(text);
    if (!hash) return failure_in(field, hash.error());
    return hash;
}

Result<Satoshi> require_coins(json::Value object, std::string_view field) {
    const auto decimal = object.member(field).decimal_text();
    if (!decimal) return failure(ErrorCode::malformed, std::string(field) + ": coins are wanted");
    auto amount = bitcoin::satoshi_from_coins(*decimal);
    if (!amount) return failure_in(field, amount.error());
    return amount;
}

Result<Bytes> require_bytes(json::Value object, std::string_view field) {
    LODE_TRY(const auto text, json::require_string(object, field));
    auto bytes = from_hex(text);
    if (!bytes) return failure_in(field, bytes.error());
    return bytes;
}

Result<bitcoin::Transaction> require_transaction(json::Value object, std::string_view field) {
    LODE_TRY(const auto bytes, require_bytes(object, field));
    auto transaction = bitcoin::parse_transaction(bytes);
    if (!transaction) return failure_in(field, transaction.error());
    return transaction;
}

Result<std::int64_t> read_height(json::Value value) {
    const auto height = value.int64();
    if (!height || *height < 0) return failure(ErrorCode::malformed, "a height is wanted");
    return *height;
}

Result<std::string> read_text(json::Value value) {
    const auto text = value.string();
    if (!text) return failure(ErrorCode::malformed, "a string is wanted");
    return std::string(*text);
}

Result<std::vector<WalletCoin>> read_coins(json::Value list) {
    if (!list.is_array()) return failure(ErrorCode::malformed, "a list of coins is wanted");
    std::vector<WalletCoin> coins;
    coins.reserve(list.size());
    for (const json::Value each : list.elements()) {
        WalletCoin coin;
        LODE_TRY(coin.at.txid, require_hash(each, "txid"));
        LODE_TRY(coin.at.index, json::require_uint32(each, "vout"));
        LODE_TRY(coin.amount, require_coins(each, "amount"));
        LODE_TRY(coin.script, require_bytes(each, "scriptPubKey"));
        LODE_TRY(coin.confirmations, json::require_int64(each, "confirmations"));
        LODE_TRY(const auto solvable, json::require_bool(each, "solvable"));
        if (solvable) coins.push_back(std::move(coin));
    }
    return coins;
}

Result<WalletBalances> read_balances(json::Value object) {
    LODE_TRY(const auto mine, json::require_object(object, "mine"));
    WalletBalances balances;
    LODE_TRY(balances.trusted, require_coins(mine, "trusted"));
    LODE_TRY(balances.immature, require_coins(mine, "immature"));
    return balances;
}

// Coins for 1,000 virtual bytes.
Result<std::optional<Satoshi>> read_fee_rate(json::Value object) {
    if (!object.is_object()) return failure(ErrorCode::malformed, "an estimate is wanted");
    if (object.member("feerate").missing()) return std::optional<Satoshi>();
    LODE_TRY(const auto rate, require_coins(object, "feerate"));
    return std::optional<Satoshi>(rate);
}

Result<bitcoin::Transaction> read_signed(json::Value object) {
    LODE_TRY(const auto complete, json::require_bool(object, "complete"));
    if (complete) return require_transaction(object, "hex");
    const auto why = object.member("errors")[0].member("error").string();
    return failure(ErrorCode::rejected,
                   "signatures are missing" + (why ? ": " + std::string(*why) : std::string()));
}

Result<std::string> read_psbt(json::Value object) {
    LODE_TRY(const auto psbt, json::require_string(object, "psbt"));
    return std::string(psbt);
}

Result<std::optional<std::string>> read_verdict(json::Value list) {
    LODE_TRY(const auto allowed, json::require_bool(list[0], "allowed"));
    if (allowed) return std::optional<std::string>();
    LODE_TRY(const auto reason, json::require_string(list[0], "reject-reason"));
    return std::optional<std::string>(std::string(reason));
}

Result<WalletTransaction> read_wallet_transaction(json::Value object) {
    WalletTransaction found;
    LODE_TRY(found.transaction, require_transaction(object, "hex"));
    LODE_TRY(found.confirmations, json::require_int64(object, "confirmations"));
    if (found.confirmations > 0) {
        LODE_TRY(found.block, require_hash(object, "blockhash"));
    }
    return found;
}

Result<bool> read_is_there(json::Value value) {
    if (!value.is_null() && !value.is_object()) {
        return failure(ErrorCode::malformed, "null or an output is wanted");
    }
    return value.is_object();
}

Result<std::vector<bitcoin::Hash256>> read_confirmed(json::Value object) {
    LODE_TRY(const auto list, json::require_array(object, "transactions"));
    std::set<bitcoin::Hash256> txids;
    for (const json::Value each : list.elements()) {
        LODE_TRY(const auto confirmations, json::require_int64(each, "confirmations"));
        if (confirmations < 1) continue;
        LODE_TRY(const auto txid, require_hash(each, "txid"));
        txids.insert(txid);
    }
    return std::vector<bitcoin::Hash256>(txids.begin(), txids.end());
}

// A page of listtransactions.
struct Page {
    std::size_t entries = 0;
    std::optional<UnixTime> newest{};
    std::vector<WalletSend> sends{};  // some of them several times
};

Result<Page> read_page(json::Value list) {
    if (!list.is_array()) return failure(ErrorCode::malformed, "a list of entries is wanted");
    Page page{.entries = list.size()};
    for (const json::Value each : list.elements()) {
        LODE_TRY(const auto seconds, json::require_int64(each, "timereceived"));
        const UnixTime heard{std::chrono::seconds(seconds)};
        page.newest = std::max(page.newest.value_or(heard), heard);
        LODE_TRY(const auto category, json::require_string(each, "category"));
        if (category != "send") continue;
        WalletSend send{.heard = heard};
        LODE_TRY(send.txid, require_hash(each, "txid"));
        LODE_TRY(send.confirmations, json::require_int64(each, "confirmations"));
        page.sends.push_back(send);
    }
    return page;
}

// Watched coins count as own.
Result<bool> read_is_own(json::Value object) {
    LODE_TRY(const auto mine, json::require_bool(object, "ismine"));
    if (mine || object.member("iswatchonly").missing()) return mine;
    return json::require_bool(object, "iswatchonly");
}

class BitcoinWallet final : public WalletRpc {
  public:
    explicit BitcoinWallet(RpcConnection connection) : connection_(std::move(connection)) {}

    Result<std::int64_t> height() override { return ask("getblockcount", "", read_height); }
    Result<std::vector<WalletCoin>> coins() override {
        return ask("listunspent", "0,9999999,[],false", read_coins);
    }
    Result<WalletBalances> balances() override { return ask("getbalances", "", read_balances); }
    Result<std::string> change_address() override {
        return ask("getrawchangeaddress", "", read_text);
    }
    Result<std::optional<Satoshi>> fee_rate(std::int64_t blocks) override {
        return ask("estimatesmartfee", std::to_string(blocks), read_fee_rate);
    }

    Result<bitcoin::Transaction> sign(const bitcoin::Transaction& transaction) override {
        return ask("signrawtransactionwithwallet", quoted(transaction), read_signed);
    }
    Result<std::string> to_psbt(const bitcoin::Transaction& transaction) override {
        LODE_TRY(const auto bare,
                 ask("converttopsbt", quoted(transaction) + ",false,false", read_text));
        // Adds what the wallet knows of the coins and keys, and signs nothing.
        return ask("walletprocesspsbt", json::quoted(bare) + R"(,false,"DEFAULT",true)", read_psbt);
    }
    Result<bitcoin::Transaction> finish_psbt(const std::string& psbt) override {
        return ask("finalizepsbt", json::quoted(psbt), read_signed);
    }
    Result<std::optional<std::string>> test(const bitcoin::Transaction& transaction) override {
        return ask("testmempoolaccept", '[' + quoted(transaction) + ']', read_verdict);
    }
    Result<void> send(const bitcoin::Transaction& transaction) override {
        LODE_TRY_VOID(accept("sendrawtransaction", quoted(transaction), in_the_chain_already));
        return success();
    }
    Result<void> lock(const std::vector<bitcoin::OutPoint>& coins) override {
        return set_locks("false", coins);
    }
    Result<void> unlock(const std::vector<bitcoin::OutPoint>& coins) override {
        return set_locks("true", coins);
    }

    Result<std::optional<WalletTransaction>> find(const bitcoin::Hash256& txid) override {
        LODE_TRY(const auto text, accept("gettransaction", quoted(txid) + ",true", not_known));
        if (text.empty()) return std::optional<WalletTransaction>();
        LODE_TRY(auto found, read("gettransaction", text, read_wallet_transaction));
        return std::optional<WalletTransaction>(std::move(found));
    }
    Result<bool> is_unspent(const bitcoin::OutPoint& coin) override {
        return ask("gettxout", quoted(coin.txid) + ',' + std::to_string(coin.index) + ",false",
                   read_is_there);
    }
    Result<std::vector<bitcoin::Hash256>> confirmed_since(std::int64_t height) override {
        LODE_TRY(const auto tip, this->height());
        const std::int64_t from = std::clamp(height, std::int64_t{0}, tip);
        LODE_TRY(const auto block, ask("getblockhash", std::to_string(from), read_text));
        // Watch-only coins too, not what re-orgs took out, change included.
        return ask("listsinceblock", json::quoted(block) + ",1,true,false,true", read_confirmed);
    }

    Result<std::vector<WalletSend>> sends_since(UnixTime since) override {
        std::map<bitcoin::Hash256, WalletSend> sends;
        for (std::size_t page_no = 0; page_no < pages_max; ++page_no) {
            LODE_TRY(const auto page, ask("listtransactions",
                                          R"("*",)" + std::to_string(entries_a_page) + ',' +
                                              std::to_string(page_no * entries_a_page) + ",true",
                                          read_page));
            for (const WalletSend& send : page.sends) {
                if (send.heard >= since) sends.insert_or_assign(send.txid, send);
            }
            if (page.entries < entries_a_page || page.newest.value_or(since) < since) {
                std::vector<WalletSend> found;
                for (const auto& [txid, send] : sends) found.push_back(send);
                return found;
            }
        }
        return failure(ErrorCode::exhausted,
                       connection_.where("listtransactions") + ": the wallet's list has no end");
    }
    Result<bool> owns(const std::string& address) override {
        return ask("getaddressinfo", json::quoted(address), read_is_own);
    }

    void cancel() override { connection_.cancel(); }

  private:
    template <class T>
    Result<T> read(std::string_view method, const std::string& text,
                   Result<T> (*reader)(json::Value)) {
        const auto document = json::Document::parse(text);
        if (!document) return failure_in(connection_.where(method), document.error());
        auto value = reader(document.value().root());
        if (!value) return failure_in(connection_.where(method), value.error());
        return value;
    }

    template <class T>
    Result<T> ask(std::string_view method, std::string params, Result<T> (*reader)(json::Value)) {
        LODE_TRY(const auto text, connection_.call({method, std::move(params), timeout()}));
        return read(method, text, reader);
    }

    // The result's text, or nothing when the node answers with this error.
    Result<std::string> accept(std::string_view method, std::string params, std::int64_t code) {
        LODE_TRY(auto answer, connection_.ask({method, std::move(params), timeout()}));
        const auto* error = std::get_if<NodeError>(&answer);
        if (error != nullptr && error->code == code) return std::string();
        auto result = result_of(std::move(answer));
        if (!result) return failure_in(connection_.where(method), result.error());
        return result;
    }

    // One by one: a coin that is as it should be already fails the whole call.
    Result<void> set_locks(const std::string& unlock, const std::vector<bitcoin::OutPoint>& coins) {
        for (const bitcoin::OutPoint& coin : coins) {
            LODE_TRY_VOID(accept("lockunspent",
                                 unlock + R"(,[{"txid":)" + quoted(coin.txid) + R"(,"vout":)" +
                                     std::to_string(coin.index) + "}]",
                                 invalid_parameter));
        }
        return success();
    }

    [[nodiscard]] Duration timeout() const { return connection_.options().timeout; }

    RpcConnection connection_;
};

}  // namespace

Result<std::unique_ptr<WalletRpc>> open_wallet_rpc(BitcoinRpcOptions options,
                                                   const std::string& wallet) {
    LODE_TRY(auto connection, RpcConnection::open(std::move(options), path_of(wallet)));
    return std::unique_ptr<WalletRpc>(std::make_unique<BitcoinWallet>(std::move(connection)));
}

}  // namespace lode::node
