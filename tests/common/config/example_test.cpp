// The example file: it loads, and each line of it is true.
#include <catch2/catch_test_macros.hpp>

#include "common/config/pool.hpp"

using namespace lode;
using namespace std::chrono_literals;
using config::Document;

namespace {

struct Backup {
    std::string address;
    std::int64_t retries = 3;
};

struct Jobs {
    std::vector<std::string> sservers = {"http://127.0.0.1:9103"};
    std::uint16_t health_port = config::default_health_port("jobmaker");
    std::chrono::seconds interval{30};
    std::optional<std::int64_t> peer_id;
    std::vector<Backup> backups;
};

const config::Section<Jobs>& jobs_section() {
    static const auto backup =
        config::Section<Backup>("backup", "A backup.")
            .setting("address", &Backup::address,
                     {.help = "Its address, said in so many words that the line has to be broken "
                              "somewhere before its end, because nobody reads longer ones.",
                      .required = true,
                      .sample = "b:1"})
            .setting("retries", &Backup::retries, {.help = "Its retries."});
    static const auto section =
        config::Section<Jobs>("jobmaker", "Makes jobs.")
            .setting("sservers", &Jobs::sservers,
                     {.help = "Servers that get each job directly.", .schemes = {"http"}})
            .setting("health_port", &Jobs::health_port, config::about_health_port())
            .setting("interval", &Jobs::interval, {.help = "Time between jobs.", .max = 1h})
            .setting("peer_id", &Jobs::peer_id, {.help = "A number of a peer.", .sample = "7"})
            .list("backup", &Jobs::backups, backup);
    return section;
}

std::string example() {
    return config::example({&config::pool_section().base(), &jobs_section().base()});
}

// The same with each setting that stands at its default switched on.
std::string with_all_on(const std::string& text) {
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view line = rest.substr(0, rest.find('\n') + 1);
        rest.remove_prefix(line.size());
        const bool setting = line.size() > 2 && line[0] == '#' && line[1] != ' ';
        out += line.substr(setting ? 1 : 0);
    }
    return out;
}

Document loaded(const std::string& text) {
    auto document = Document::parse(text, "lode.toml");
    INFO(text);
    REQUIRE(document);
    return std::move(document).value();
}

}  // namespace

TEST_CASE("the example file passes the check of all its sections") {
    const auto checked =
        config::check(loaded(example()), {&config::pool_section().base(), &jobs_section().base()});
    INFO((checked.has_error() ? checked.error().context : ""));
    CHECK(checked);
}

TEST_CASE("every default in the example file is the default") {
    const Document document = loaded(with_all_on(example()));
    const auto jobs = jobs_section().read(document);
    INFO((jobs.has_error() ? jobs.error().context : ""));
    REQUIRE(jobs);
    CHECK(jobs.value().sservers == Jobs{}.sservers);
    CHECK(jobs.value().health_port == 9102);
    CHECK(jobs.value().interval == Jobs{}.interval);
    CHECK(jobs.value().peer_id == 7U);
    const auto pool = config::pool_section().read(document);
    INFO((pool.has_error() ? pool.error().context : ""));
    REQUIRE(pool);
    CHECK(pool.value().data_dir == config::PoolConfig{}.data_dir);
    CHECK(pool.value().bus.url == config::BusConfig{}.url);
    CHECK(pool.value().database.url == config::DatabaseConfig{}.url);
    CHECK(pool.value().chain().coin == config::ChainConfig{}.coin);
    CHECK(pool.value().chain().coinbase_tag == config::ChainConfig{}.coinbase_tag);
    CHECK(pool.value().chain().maturity == config::ChainConfig{}.maturity);
    CHECK(pool.value().chain().nodes.front().priority == config::NodeConfig{}.priority);
}

TEST_CASE("the example file reads as it should") {
    CHECK(config::example({&jobs_section().base()}).ends_with(R"(
# Makes jobs.
[jobmaker]
# Servers that get each job directly. Allowed: scheme://host:port, scheme: http.
#sservers = ["http://127.0.0.1:9103"]
# Port of /healthz, /metrics and direct messages from other services. Allowed: 1..65535.
#health_port = 9102
# Time between jobs. Allowed: 0s..1h.
#interval = "30s"
# A number of a peer. Not set by default.
#peer_id = 7

# A backup.
#[[jobmaker.backup]]
# Its address, said in so many words that the line has to be broken somewhere before its end,
# because nobody reads longer ones. Required.
#address = "b:1"
# Its retries.
#retries = 3
)"));
}

TEST_CASE("lines of the example file are at most 100 characters long") {
    const std::string text = example();
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() + 1);
        INFO(line);
        CHECK(line.size() <= 100);
    }
}
