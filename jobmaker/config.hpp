// jobmaker's settings, and what it needs of the chain's.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/bitcoin/address.hpp"
#include "common/config/pool.hpp"

namespace lode::jobmaker {

struct Config {
    std::uint16_t health_port = config::default_health_port("jobmaker");
    std::vector<std::string> sservers;
    std::chrono::milliseconds job_interval = std::chrono::seconds(30);
    std::chrono::milliseconds max_template_age = std::chrono::seconds(60);
    bool bip54_locktime = true;
    bool proposal_check = true;
    std::uint32_t solo_fee_ppm = 0;
};

[[nodiscard]] const config::Section<Config>& section();

// The chain's payout address, parsed for its network; malformed with its place in the file.
[[nodiscard]] Result<bitcoin::Address> payout_address(const config::Document& document,
                                                      const config::ChainConfig& chain);

}  // namespace lode::jobmaker
