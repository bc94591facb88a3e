// The table of jobmaker's settings.
#include "jobmaker/config.hpp"

namespace lode::jobmaker {

const config::Section<Config>& section() {
    using std::chrono::minutes;
    using std::chrono::seconds;
    static const auto table =
        config::Section<Config>("jobmaker", "Makes jobs for miners out of block templates.")
            .setting("health_port", &Config::health_port, config::about_health_port())
            .setting("sservers", &Config::sservers,
                     {.help = "Health endpoints of the sservers that jobs are also sent to "
                              "directly.",
                      .sample = "http://127.0.0.1:9103",
                      .schemes = {"http"}})
            .setting(
                "job_interval", &Config::job_interval,
                {.help = "Time between two jobs on one tip.", .min = seconds(1), .max = minutes(5)})
            .setting("max_template_age", &Config::max_template_age,
                     {.help = "Older templates make no jobs and no heartbeats.",
                      .min = seconds(20),
                      .max = minutes(10)})
            .setting("bip54_locktime", &Config::bip54_locktime,
                     {.help = "Coinbases have nLockTime = height - 1, as BIP 54 will require."})
            .setting("proposal_check", &Config::proposal_check,
                     {.help = "Ask a node whether it would accept each new shape of block."})
            .setting("solo_fee_ppm", &Config::solo_fee_ppm,
                     {.help = "The pool's part of what a solo miner's block pays, in parts per "
                              "million: 10000 is 1 %. It goes to payout_address; a part too "
                              "small to be spent is left to the miner.",
                      .max = 500'000});
    return table;
}

Result<bitcoin::Address> payout_address(const config::Document& document,
                                        const config::ChainConfig& chain) {
    LODE_TRY(const auto network, bitcoin::parse_network(chain.network));
    auto address = bitcoin::parse_address(chain.payout_address, network);
    if (address) return address;
    int line = 0;
    const config::Entry* const chains = document.root().find("chain");
    if (chains != nullptr && !chains->node.items.empty()) {
        const auto* const entry = chains->node.items.front().find("payout_address");
        if (entry != nullptr) line = entry->line;
    }
    const config::Place place{&document, line, "chain.payout_address"};
    return boost::outcome_v2::failure(place.error(address.error().context));
}

}  // namespace lode::jobmaker
