// The only CLI11 of the runtime.
#include "common/runtime/arguments.hpp"

#include <CLI/CLI.hpp>

#include "common/config/pool.hpp"
#include "common/runtime/version.hpp"

namespace lode::runtime {
namespace {

const std::map<std::string, log::Level> level_names = {{"debug", log::Level::debug},
                                                       {"info", log::Level::info},
                                                       {"warn", log::Level::warn},
                                                       {"error", log::Level::error}};

std::string settings_help(std::span<const ServiceDefinition> services) {
    std::string text = "\nSettings in the configuration file:\n\n";
    text += config::help(config::pool_section().base());
    for (const ServiceDefinition& service : services) {
        if (service.settings != nullptr) text += '\n' + config::help(*service.settings);
    }
    return text;
}

}  // namespace

Result<std::variant<Arguments, PrintOnly>> parse_arguments(
    std::span<const ServiceDefinition> services, const ProgramOptions& options) {
    using Parsed = std::variant<Arguments, PrintOnly>;
    Arguments arguments;
    CLI::App app(options.summary, options.name);
    app.add_option("--config", arguments.config, "The configuration, such as lode.toml")
        ->type_name("FILE")
        ->required();
    std::string level = "info";
    app.add_option("--log", level, "The least important lines to log")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
        ->capture_default_str();
    app.set_version_flag("--version", options.name + " " + std::string(version()));
    try {
        // CLI11 wants them last first.
        app.parse(std::vector<std::string>(options.arguments.rbegin(), options.arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        return Parsed(PrintOnly{app.help() + settings_help(services)});
    } catch (const CLI::CallForVersion& version_text) {
        return Parsed(PrintOnly{std::string(version_text.what()) + '\n'});
    } catch (const CLI::ParseError& error) {
        return failure(ErrorCode::malformed, error.what());
    }
    arguments.level = level_names.at(level);
    return Parsed(std::move(arguments));
}

}  // namespace lode::runtime
