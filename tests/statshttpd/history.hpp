// A database with blocks and buckets for the tests of what reads them.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include "common/db/db.hpp"
#include "tests/support/database.hpp"

namespace lode::test {

struct History {
    Database database;

    History() { (void)database.migrated(); }

    [[nodiscard]] db::Connection open() const { return database.open(); }
    void execute(const char* sql, const std::vector<db::Value>& parameters) const {
        REQUIRE(open().execute(sql, parameters));
    }
    // A block of chain "btc", found at second `height`.
    void add_block(std::int64_t height, std::uint8_t name, const std::string& state) const {
        execute(
            "INSERT INTO block (chain, height, block_hash, prev_hash, state, reward, user_name, "
            "worker_name, job_id, found_unix_ms, confirmations, updated_unix_ms, "
            "published_state) VALUES ('btc', ?, ?, ?, ?, 5000, 'alice', 'rig', 1, ?, 3, 0, '')",
            {height, Bytes(32, name), Bytes(32, std::uint8_t{0}), state, height * 1000});
    }
    void add_answer(std::uint8_t name, const std::string& node, const std::string& answer) const {
        execute(
            "INSERT INTO block_submission (block_hash, node, answer, answered_unix_ms) "
            "VALUES (?, ?, ?, 77)",
            {Bytes(32, name), node, answer});
    }
};

}  // namespace lode::test
