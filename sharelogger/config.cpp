// The table of sharelogger's settings.
#include "sharelogger/config.hpp"

#include "common/bitcoin/amount.hpp"

namespace lode::sharelogger {

const config::Section<Config>& section() {
    static const auto table =
        config::Section<Config>("sharelogger", "Counts each share once and archives it.")
            .setting("health_port", &Config::health_port, config::about_health_port())
            .setting("archive_dir", &Config::archive_dir,
                     {.help = "Folder of the share archive, by default "
                              "<data_dir>/sharelogger/archive. Several sharelogger may share "
                              "one.",
                      .sample = "/srv/lode/archive"});
    return table;
}

std::filesystem::path archive_folder(const Config& config, const config::PoolConfig& pool) {
    return config.archive_dir.value_or(pool.data_dir / "sharelogger" / "archive");
}

std::uint32_t halving_interval_of(const config::ChainConfig& chain) {
    return chain.network == "regtest" ? bitcoin::regtest_halving_interval
                                      : bitcoin::halving_interval;
}

}  // namespace lode::sharelogger
