// A configuration and a database with a ledger in a private folder, for commands about money.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include "common/base/file.hpp"
#include "common/db/db.hpp"
#include "lode/options.hpp"
#include "payout/ledger/ledger_repository.hpp"
#include "tests/support/temporary_folder.hpp"

namespace lode::test {

struct MoneyPool {
    TemporaryFolder folder;
    std::filesystem::path data = folder.path() / "data";
    launcher::Options options{.config = folder.path() / "lode.toml"};

    explicit MoneyPool(const std::string& settings = "") {
        const std::string chain =
            "[[chain]]\nname = \"btc\"\nnetwork = \"regtest\"\n"
            "payout_address = \"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080\"\n"
            "[[chain.node]]\nurl = \"http://127.0.0.1:18443\"\ncookie_file = \"cookie\"\n";
        REQUIRE(replace_file(options.config, "data_dir = \"" + data.string() + "\"\n" + chain +
                                                 "[payout]\n" + settings));
        std::filesystem::create_directories(data);
        REQUIRE(db::migrate(database));
        run("INSERT INTO user (name, created_unix_ms) VALUES ('alice', 1)");
    }
    void run(const std::string& sql) { REQUIRE(database.execute(sql)); }
    [[nodiscard]] std::vector<db::Row> query(const std::string& sql) {
        return database.query(sql).value();
    }
    [[nodiscard]] std::string text(const std::string& sql) { return query(sql).at(0).text(0); }
    [[nodiscard]] std::int64_t number(const std::string& sql) {
        return query(sql).at(0).integer(0);
    }

    db::Connection database = [this] {
        std::filesystem::create_directories(data);
        return db::Connection::open({}, data.string()).value();
    }();
};

// What `body` prints.
[[nodiscard]] inline std::string printed(const std::function<void()>& body) {
    TemporaryFolder folder;
    const auto path = folder.path() / "stdout";
    std::fflush(stdout);
    const int saved = ::dup(1);
    std::FILE* const file = std::fopen(path.c_str(), "w");
    REQUIRE(file != nullptr);
    ::dup2(::fileno(file), 1);
    body();
    std::fflush(stdout);
    ::dup2(saved, 1);
    ::close(saved);
    std::fclose(file);
    return read_file(path).value();
}

}  // namespace lode::test
