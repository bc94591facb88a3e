// Records over reopening, torn tails and damage.
#include "common/base/record_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/temporary_folder.hpp"

using namespace lode;
using lode::test::TemporaryFolder;

namespace {

std::vector<std::string> records_of(const std::filesystem::path& path) {
    std::vector<std::string> records;
    auto file = RecordFile::open(
        path, [&](ByteView record, std::uint64_t) { records.emplace_back(as_chars(record)); });
    REQUIRE(file);
    return records;
}

void write_records(const std::filesystem::path& path, std::initializer_list<const char*> records) {
    auto file = RecordFile::open(path, [](ByteView, std::uint64_t) {});
    REQUIRE(file);
    for (const char* record : records) REQUIRE(file.value().append(as_bytes(record)));
}

}  // namespace

TEST_CASE("CRC-32C of the standard check string") {
    CHECK(crc32c(as_bytes("123456789")) == 0xe3069283);
}

TEST_CASE("records are read back in order") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "journal";
    write_records(path, {"one", "", "three"});
    write_records(path, {"four"});
    CHECK(records_of(path) == std::vector<std::string>{"one", "", "three", "four"});
}

TEST_CASE("a tail torn at any byte is cut and the rest kept") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "journal";
    write_records(path, {"one", "two"});
    const auto whole = read_file(path).value();
    for (std::size_t size = whole.size() / 2; size < whole.size(); ++size) {
        REQUIRE(replace_file(path, std::string_view(whole).substr(0, size)));
        CHECK(records_of(path) == std::vector<std::string>{"one"});
        write_records(path, {"new"});
        CHECK(records_of(path) == std::vector<std::string>{"one", "new"});
    }
}

TEST_CASE("damage before the tail is an error and nothing is cut") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "journal";
    write_records(path, {"one", "two"});
    auto content = read_file(path).value();
    content[9] = 'X';
    REQUIRE(replace_file(path, content));
    CHECK_FALSE(RecordFile::open(path, [](ByteView, std::uint64_t) {}));
    CHECK(read_file(path).value() == content);
}

TEST_CASE("a file cut to nothing is empty and usable") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "journal";
    {
        auto file = RecordFile::open(path, [](ByteView, std::uint64_t) {});
        REQUIRE(file);
        REQUIRE(file.value().append(as_bytes("gone")));
        REQUIRE(file.value().truncate(0));
        REQUIRE(file.value().append(as_bytes("kept")));
    }
    CHECK(records_of(path) == std::vector<std::string>{"kept"});
}

TEST_CASE("a file is cut before a record by where that record starts") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "journal";
    write_records(path, {"one", "two", "three"});
    std::uint64_t second = 0;
    auto file = RecordFile::open(path, [&](ByteView record, std::uint64_t start) {
        if (as_chars(record) == "two") second = start;
    });
    REQUIRE(file);
    REQUIRE(file.value().truncate(second));
    REQUIRE(file.value().append(as_bytes("new")));
    CHECK(records_of(path) == std::vector<std::string>{"one", "new"});
}

TEST_CASE("a group is appended whole, and records are read from any of them on") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "journal";
    write_records(path, {"one"});
    std::vector<std::uint64_t> starts;
    {
        auto file = RecordFile::open(path, [](ByteView, std::uint64_t) {});
        REQUIRE(file);
        const std::vector<std::string> group = {"two", "", "four"};
        REQUIRE(file.value().append_group(group));
        REQUIRE(file.value().append(as_bytes("five")));
        REQUIRE(
            read_records(path, [&](ByteView, std::uint64_t start) { starts.push_back(start); }));
    }
    CHECK(records_of(path) == std::vector<std::string>{"one", "two", "", "four", "five"});
    std::vector<std::string> part;
    const auto end =
        read_records(path, {.from = starts.at(1), .count_max = 3},
                     [&](ByteView record, std::uint64_t) { part.emplace_back(as_chars(record)); });
    CHECK(part == std::vector<std::string>{"two", "", "four"});
    CHECK(end.value() == starts.at(4));
}
