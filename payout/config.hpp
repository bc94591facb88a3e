// payout's settings. Amounts are integers in base units (satoshi), parts are parts per million.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/config/pool.hpp"
#include "payout/payment/payment.hpp"
#include "payout/scheme/terms.hpp"

namespace lode::payout {

constexpr std::array<std::pair<std::string_view, BaseScheme>, 3> setting_names(BaseScheme) {
    return {{{"pplns", BaseScheme::pplns}, {"prop", BaseScheme::prop}, {"dgm", BaseScheme::dgm}}};
}

// Who signs what is paid.
enum class Payments : std::uint8_t {
    off,     // miners are credited, nothing is sent
    wallet,  // the node's wallet has the keys
    psbt,    // it has none: payments are exported, signed elsewhere and imported
};
constexpr std::array<std::pair<std::string_view, Payments>, 3> setting_names(Payments) {
    return {{{"off", Payments::off}, {"wallet", Payments::wallet}, {"psbt", Payments::psbt}}};
}

// Who bears the network's fee of a payment.
constexpr std::array<std::pair<std::string_view, FeePayer>, 2> setting_names(FeePayer) {
    return {{{"pool", FeePayer::pool}, {"recipients", FeePayer::recipients}}};
}

// With a reserve below its floor.
enum class BelowFloor : std::uint8_t { warn, stop };
constexpr std::array<std::pair<std::string_view, BelowFloor>, 2> setting_names(BelowFloor) {
    return {{{"warn", BelowFloor::warn}, {"stop", BelowFloor::stop}}};
}

struct RecipientConfig {
    std::string name = "pool";
    std::uint32_t share_ppm = 1'000'000;
    std::optional<std::string> address;
};

struct Config {
    std::uint16_t health_port = config::default_health_port("payout");

    // Terms.
    BaseScheme scheme = BaseScheme::pplns;
    std::uint32_t pplns_window = 8;
    std::uint32_t dgm_cross_ppm = 100'000;
    std::uint32_t dgm_keep_ppm = 0;
    std::vector<std::string> choices;  // besides the base scheme: pps, pps_plus, fpps
    std::uint32_t base_fee_ppm = 10'000;
    std::uint32_t pps_fee_ppm = 40'000;
    std::uint32_t fpps_fee_ppm = 40'000;
    std::uint32_t finder_bonus_ppm = 0;
    std::string notice;
    std::vector<RecipientConfig> recipients{{}};

    // Settlement.
    std::chrono::milliseconds settle_interval = std::chrono::minutes(10);
    std::int64_t reserve_floor_base_units = 0;
    BelowFloor below_floor = BelowFloor::warn;

    // Payments.
    Payments payments = Payments::off;
    std::string wallet = "lode";
    std::optional<std::string> wallet_url;
    std::string wallet_user;
    Secret wallet_password;
    std::optional<std::filesystem::path> wallet_cookie_file;
    std::chrono::seconds payment_interval = std::chrono::hours(24);
    std::int64_t minimum_base_units = 100'000;
    std::uint32_t batch_recipients_max = 2'000;
    std::int64_t batch_base_units_max = 1'000'000'000;
    std::int64_t day_base_units_max = 5'000'000'000;
    std::int64_t hot_base_units_max = 0;
    std::chrono::seconds address_hold = std::chrono::hours(72);
    FeePayer network_fee = FeePayer::pool;
    std::int64_t fee_base_units_per_kvb_max = 100'000;
    std::int64_t fee_base_units_per_kvb_fallback = 5'000;
    std::uint32_t settle_depth = 6;
};

[[nodiscard]] const config::Section<Config>& section();

}  // namespace lode::payout
