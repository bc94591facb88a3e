// What a block would bring to whom, were it found now, as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/target.hpp"
#include "statshttpd/parameters.hpp"
#include "statshttpd/sliding_sum.hpp"

namespace lode::statshttpd {

using bitcoin::Satoshi;

// As payout has made it.
struct Preview {
    UnixTime made;
    std::int64_t height = 0;
    Satoshi reward;
    std::optional<std::int64_t> window_ppm{};  // how full PPLNS's window is
    std::int64_t users = 0;                    // who would be credited
    Satoshi users_amount;
    Satoshi fees;
    Satoshi reserve;
    // What work worth one block earns on average, by the scheme it is paid by.
    Satoshi base_per_block;
    Satoshi pps_per_block;
    Satoshi pps_plus_per_block;
    Satoshi fpps_per_block;
};
struct PreviewOfUser {
    std::string user;
    Satoshi amount;
    std::string scheme;  // base, pps, pps_plus or fpps
    Satoshi owned;       // immature and balance
    std::optional<Satoshi> minimum{};
};
struct PreviewAnswer {
    std::optional<Preview> preview{};  // none that is new enough
    std::string base_scheme{};
    std::optional<PreviewOfUser> user{};
};
// The user's rate, and the hashes that a block takes.
struct Pace {
    Measured rate;
    bitcoin::Work block;
};
// There is a preview.
[[nodiscard]] std::string to_json(const PreviewAnswer& answer, const std::optional<Pace>& pace);

struct SimulateQuery {
    std::optional<std::string> user;
};
[[nodiscard]] Result<SimulateQuery> parse_simulate_query(const Query& query);

}  // namespace lode::statshttpd
