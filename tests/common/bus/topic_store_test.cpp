// The file of a topic, with times given by hand.
#include "common/bus/topic_store.hpp"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>

#include "common/base/file.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::bus;
using lode::test::TemporaryFolder;

namespace {

constexpr ReadLimit all{1'000, 1'000'000};

TopicStore open_in(const TemporaryFolder& folder) {
    auto store = TopicStore::open(folder.path() / "topic.sqlite", 2);
    if (!store) FAIL(store.error().context);
    return std::move(store).value();
}

void append(TopicStore& store, Position position, std::int64_t unix_ms) {
    REQUIRE(store.append({position, from_unix_ms(unix_ms), "key", as_bytes("payload")}));
}

// Offsets 0 to 4 of partition 1, appended at 100, 200, 200, 300 and 400 ms.
TopicStore with_five(const TemporaryFolder& folder) {
    auto store = open_in(folder);
    REQUIRE(store.begin());
    std::int64_t offset = 0;
    for (const auto time : {100, 200, 200, 300, 400}) append(store, {1, offset++}, time);
    REQUIRE(store.commit());
    return store;
}

}  // namespace

TEST_CASE("a file is whole under its name, and what a crash left of a making is made anew") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "topic.sqlite";
    { auto whole = open_in(folder); }
    const auto content = read_file(path).value();
    REQUIRE(content.size() > 4'096);
    // What a power cut may leave of the unfinished one: any beginning, or noise.
    for (std::size_t size = 0; size <= content.size(); size += 1'024) {
        for (const char* rest : {"", "-wal", "-shm", "-journal"}) {
            std::filesystem::remove(path);
            std::ofstream(folder.path() / "topic.sqlite.new") << content.substr(0, size);
            std::ofstream(folder.path() / (std::string("topic.sqlite.new") + rest))
                << std::string(size, 'x');
            auto store = open_in(folder);
            REQUIRE_FALSE(std::filesystem::exists(folder.path() / "topic.sqlite.new"));
            REQUIRE(store.begin());
            append(store, {1, 0}, 100);
            REQUIRE(store.commit());
            REQUIRE(store.next_offset(1).value() == 1);
            REQUIRE(store.next_offset(0).value() == 0);
        }
    }
}

TEST_CASE("an empty file, as older versions may have left one, becomes a topic's") {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "topic.sqlite").flush();
    auto store = with_five(folder);
    CHECK(store.next_offset(1).value() == 5);
}

TEST_CASE("the first record since a time is found by its time") {
    const TemporaryFolder folder;
    auto store = with_five(folder);
    CHECK(store.first_since(1, from_unix_ms(0)).value() == 0);
    CHECK(store.first_since(1, from_unix_ms(100)).value() == 0);
    CHECK(store.first_since(1, from_unix_ms(101)).value() == 1);
    CHECK(store.first_since(1, from_unix_ms(200)).value() == 1);
    CHECK(store.first_since(1, from_unix_ms(301)).value() == 4);
    CHECK(store.first_since(1, from_unix_ms(401)).value() == 5);
    CHECK(store.first_since(0, from_unix_ms(0)).value() == 0);
    CHECK(store.last_appended().value() == from_unix_ms(400));
}

TEST_CASE("deletion takes the oldest, a stated number at a time") {
    const TemporaryFolder folder;
    auto store = with_five(folder);
    CHECK(store.delete_before({1, 4}, 3).value() == 3);
    CHECK(store.delete_before({1, 4}, 3).value() == 1);
    CHECK(store.delete_before({1, 4}, 3).value() == 0);
    CHECK(store.first_offset(1).value() == 4);
    CHECK(store.first_since(1, from_unix_ms(0)).value() == 4);
    const auto left = store.read({1, 0, 5}, all).value();
    REQUIRE(left.size() == 1);
    CHECK(left.front().position.offset == 4);
}

TEST_CASE("the next offset outlives the records before it") {
    const TemporaryFolder folder;
    {
        auto store = with_five(folder);
        CHECK(store.delete_before({1, 5}, 100).value() == 5);
    }
    auto store = open_in(folder);
    CHECK(store.next_offset(1).value() == 5);
    CHECK(store.next_offset(0).value() == 0);
    CHECK_FALSE(store.first_offset(1).value().has_value());
}

TEST_CASE("a transaction that is not committed leaves nothing") {
    const TemporaryFolder folder;
    {
        auto store = with_five(folder);
        REQUIRE(store.begin());
        append(store, {1, 5}, 500);
    }
    auto store = open_in(folder);
    CHECK(store.next_offset(1).value() == 5);
}

TEST_CASE("a failed step ends the transaction with nothing written") {
    const TemporaryFolder folder;
    auto store = with_five(folder);
    REQUIRE(store.begin());
    append(store, {1, 5}, 500);
    CHECK_FALSE(store.append({{1, 5}, from_unix_ms(500), "key", as_bytes("again")}));
    CHECK(store.next_offset(1).value() == 5);
    REQUIRE(store.begin());
    append(store, {1, 5}, 500);
    REQUIRE(store.commit());
    CHECK(store.next_offset(1).value() == 6);
}

TEST_CASE("reading stops at either limit, but not before one record") {
    const TemporaryFolder folder;
    auto store = with_five(folder);
    CHECK(store.read({1, 0, 5}, {3, 1'000}).value().size() == 3);
    CHECK(store.read({1, 0, 5}, {3, 1}).value().size() == 1);
    CHECK(store.read({1, 2, 4}, all).value().size() == 2);
    const auto record = store.read({1, 3, 5}, all).value().front();
    CHECK(record.position.offset == 3);
    CHECK(record.appended == from_unix_ms(300));
    CHECK(record.key == "key");
    CHECK(record.payload == "payload");
}

TEST_CASE("groups are found again with the position of each partition") {
    const TemporaryFolder folder;
    {
        auto store = open_in(folder);
        REQUIRE(store.begin());
        REQUIRE(store.set_group("counting", {0, 7}));
        REQUIRE(store.set_group("counting", {1, 8}));
        REQUIRE(store.set_group("counting", {0, 9}));
        REQUIRE(store.commit());
    }
    auto store = open_in(folder);
    CHECK(store.groups().value() == GroupPositions{{"counting", {9, 8}}});
}
