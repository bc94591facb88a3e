// Settings taken apart.
#include "payout/config_rules.hpp"

#include <algorithm>
#include <vector>

#include "common/config/url.hpp"

namespace lode::payout {
namespace {

// Host and port, where the names of this very machine are one; empty where the url is none, which
// the settings' own check tells.
std::string place_of(const std::string& text) {
    const auto url = config::parse_url(text);
    if (!url || !url.value().port) return "";
    const std::string& host = url.value().host;
    const bool is_local = host == "localhost" || host == "127.0.0.1" || host == "::1";
    return (is_local ? "localhost" : host) + ':' + std::to_string(*url.value().port);
}

// A node under two urls would bear itself out.
Result<void> check_witnesses(const Config& config, const config::ChainConfig& chain) {
    std::vector<std::string> urls;
    for (const config::NodeConfig& node : chain.nodes) urls.push_back(node.url);
    // The wallet's node may be one of them, by the same url.
    if (config.wallet_url && std::ranges::find(urls, *config.wallet_url) == urls.end()) {
        urls.push_back(*config.wallet_url);
    }
    for (std::size_t i = 0; i < urls.size(); ++i) {
        for (std::size_t other = i + 1; other < urls.size(); ++other) {
            const std::string place = place_of(urls[i]);
            if (place.empty() || place != place_of(urls[other])) continue;
            return failure(ErrorCode::malformed,
                           urls[i] + " and " + urls[other] + " are one node: name it once");
        }
    }
    return success();
}

std::map<std::string, std::string> fee_addresses(const Config& config) {
    std::map<std::string, std::string> addresses;
    for (const RecipientConfig& recipient : config.recipients) {
        if (recipient.address) addresses.emplace(recipient.name, *recipient.address);
    }
    return addresses;
}

}  // namespace

Result<Terms> terms_of(const Config& config) {
    Terms terms{.base = config.scheme,
                .pplns_window = config.pplns_window,
                .dgm_cross = Ppm(config.dgm_cross_ppm),
                .dgm_keep = Ppm(config.dgm_keep_ppm),
                .base_fee = Ppm(config.base_fee_ppm),
                .pps_fee = Ppm(config.pps_fee_ppm),
                .fpps_fee = Ppm(config.fpps_fee_ppm),
                .finder_bonus = Ppm(config.finder_bonus_ppm),
                .notice = config.notice};
    for (const RecipientConfig& recipient : config.recipients) {
        terms.recipients.push_back({recipient.name, Ppm(recipient.share_ppm)});
    }
    const auto checked = check_terms(terms);
    if (!checked) return failure_in("[payout]", checked.error());
    return terms;
}

PayerSettings payer_settings(const Config& config, bitcoin::Network network) {
    return {.network = network,
            .wallet = config.payments == Payments::psbt ? WalletKind::watch_only : WalletKind::hot,
            .fee_payer = config.network_fee,
            .minimum = Satoshi(config.minimum_base_units),
            .interval = config.payment_interval,
            .batch_max = Satoshi(config.batch_base_units_max),
            .day_max = Satoshi(config.day_base_units_max),
            .hot_max = config.hot_base_units_max == 0 ? bitcoin::money_max
                                                      : Satoshi(config.hot_base_units_max),
            .outputs_max = config.batch_recipients_max,
            .fee_addresses = fee_addresses(config),
            .settle_depth = std::int64_t{config.settle_depth},
            .fee_rate_fallback = FeeRate(config.fee_base_units_per_kvb_fallback),
            .fee_rate_max = FeeRate(config.fee_base_units_per_kvb_max)};
}

PaymentRepository::Options payment_options(const Config& config, Fence fence,
                                           bitcoin::Network network) {
    return {
        .fence = std::move(fence), .network = network, .fee_purse = config.recipients.front().name};
}

SentRepository::Options sent_options(const Config& config, const config::ChainConfig& chain,
                                     bitcoin::Network network) {
    std::map<std::string, std::string> canonical;
    for (const auto& [name, text] : fee_addresses(config)) {
        const auto address = bitcoin::parse_address(text, network);
        if (address) canonical.emplace(name, address.value().text);
    }
    return {.chain = chain.name,
            .network = network,
            .wallet = config.wallet,
            .fee_addresses = std::move(canonical)};
}

Result<void> check_config(const Config& config, const config::ChainConfig& chain) {
    LODE_TRY(const auto network, bitcoin::parse_network(chain.network));
    LODE_TRY_VOID(terms_of(config));
    LODE_TRY_VOID(check_witnesses(config, chain));
    for (const RecipientConfig& recipient : config.recipients) {
        if (!recipient.address) continue;
        const auto address = bitcoin::parse_address(*recipient.address, network);
        if (!address) {
            return failure(ErrorCode::malformed, "[payout] recipient " + recipient.name +
                                                     ": address: " + address.error().context);
        }
    }
    return success();
}

}  // namespace lode::payout
