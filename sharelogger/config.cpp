// The table of sharelogger's settings.
#include "sharelogger/config.hpp"

namespace lode::sharelogger {

const config::Section<Config>& section() {
    static const auto table =
        config::Section<Config>("sharelogger", "Counts each share once and archives it.")
            .setting("health_port", &Config::health_port, config::about_health_port())
            .setting("instance", &Config::instance,
                     {.help = "Name of this instance in the archive's file names; two instances "
                              "must not share one."})
            .setting("archive_dir", &Config::archive_dir,
                     {.help = "Folder of the share archive, by default "
                              "<data_dir>/sharelogger/archive.",
                      .sample = "/srv/lode/archive"})
            .check([](const Config& config) -> std::string {
                const auto allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
                if (config.instance.empty() || config.instance.size() > 32 ||
                    config.instance.find_first_not_of(allowed) != std::string::npos) {
                    return "instance must be 1 to 32 of a-z, 0-9 and -";
                }
                return {};
            });
    return table;
}

std::filesystem::path archive_folder(const Config& config, const config::PoolConfig& pool) {
    return config.archive_dir.value_or(pool.data_dir / "sharelogger" / "archive");
}

}  // namespace lode::sharelogger
