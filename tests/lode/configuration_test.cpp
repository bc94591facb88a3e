// Files that are right and files that are not.
#include "lode/configuration.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/file.hpp"
#include "common/db/db.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::launcher;

namespace {

// The example, changed, in a folder of its own.
struct File {
    test::TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "lode.toml";

    explicit File(const std::string& text) { REQUIRE(replace_file(path, text)); }
};

std::string place(const File& file, int line) {
    return file.path.string() + ':' + std::to_string(line) + ": ";
}

constexpr const char* minimal = R"(data_dir = "data"
[[chain]]
name = "btc"
network = "regtest"
payout_address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"
[[chain.node]]
url = "http://127.0.0.1:18443"
cookie_file = "cookie"
)";

}  // namespace

TEST_CASE("the example passes its own check") {
    const File file(example());
    CHECK(mistakes(file.path).empty());
    CHECK(load(file.path));
}

TEST_CASE("a mistake in each of several sections is told at once") {
    const File file(std::string(minimal) +
                    "[gbtmaker]\nhealth_port = 0\n[sharelogger]\ninstanc = \"x\"\n");
    const auto lines = mistakes(file.path);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].starts_with(place(file, 10) + "gbtmaker.health_port: "));
    CHECK(lines[1].starts_with(place(file, 12) + "sharelogger.instanc: unknown setting"));
}

TEST_CASE("an address of another network is a mistake of its line") {
    std::string text(minimal);
    text.replace(text.find("regtest"), 7, "signet");
    const File file(text);
    const auto lines = mistakes(file.path);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with(place(file, 5) + "chain.payout_address: "));
    CHECK_FALSE(load(file.path));
}

TEST_CASE("a section of no service is a mistake") {
    const File file(std::string(minimal) + "[gtbmaker]\n");
    const auto lines = mistakes(file.path);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0] == place(file, 9) + "gtbmaker: unknown section, did you mean \"gbtmaker\"?");
}

TEST_CASE("a file that is not there or no TOML is one mistake") {
    CHECK(mistakes("/nonexistent/lode.toml").size() == 1);
    const File file("data_dir = ");
    CHECK(mistakes(file.path).size() == 1);
}

TEST_CASE("a file that cannot be read is a matter of configuration") {
    CHECK(load("/nonexistent/lode.toml").error().code == ErrorCode::malformed);
}

TEST_CASE("migrating makes folder and database, and a second time changes nothing") {
    const test::TemporaryFolder folder;
    config::PoolConfig pool;
    pool.data_dir = folder.path() / "not" / "yet";
    CHECK(migrate(pool).value() == db::newest_schema_version());
    CHECK(migrate(pool).value() == db::newest_schema_version());
    CHECK(std::filesystem::exists(pool.data_dir / "lode.sqlite"));
}
