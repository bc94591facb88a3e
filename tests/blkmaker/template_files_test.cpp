// Templates outlive the process, whole or not at all, for two hours and within their room.
#include "blkmaker/template_files.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::blkmaker;
using namespace std::chrono_literals;

namespace {

constexpr auto start = from_unix_ms(1'700'000'000'000);

bitcoin::Hash256 id_of(std::uint8_t tag) {
    bitcoin::Hash256 id;
    id.bytes.fill(tag);
    return id;
}

TemplateFiles open_in(const test::TemporaryFolder& folder, UnixTime now = start) {
    return TemplateFiles::open(folder.path() / "templates", now).value();
}

std::vector<std::string> all_of(TemplateFiles files) {
    std::vector<std::string> found;
    while (auto one = files.take_newest()) found.push_back(*one);
    return found;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("saved templates are read after a restart, the newest first") {
    const test::TemporaryFolder folder;
    {
        auto files = open_in(folder);
        REQUIRE(files.save(id_of(1), start, as_bytes("one")));
        REQUIRE(files.save(id_of(3), start + 2s, as_bytes("three")));
        REQUIRE(files.save(id_of(2), start + 1s, as_bytes("two")));
        CHECK_FALSE(files.take_newest());
    }
    CHECK(all_of(open_in(folder)) == Texts{"three", "two", "one"});
}

TEST_CASE("a template saved twice is one file, also over a restart") {
    const test::TemporaryFolder folder;
    {
        auto files = open_in(folder);
        REQUIRE(files.save(id_of(1), start, as_bytes("one")));
    }
    auto files = open_in(folder);
    REQUIRE(files.save(id_of(1), start + 1s, as_bytes("one")));
    CHECK(files.size() == 1);
    const Texts kept = all_of(std::move(files));
    CHECK(kept == Texts{"one"});
}

TEST_CASE("templates go after two hours") {
    const test::TemporaryFolder folder;
    auto files = open_in(folder);
    REQUIRE(files.save(id_of(1), start, as_bytes("one")));
    REQUIRE(files.save(id_of(2), start + 1h, as_bytes("two")));
    files.expire(start + 2h);
    CHECK(files.size() == 2);
    files.expire(start + 2h + 1ms);
    CHECK(files.size() == 1);
    CHECK(all_of(open_in(folder, start + 3h + 1ms)).empty());
}

TEST_CASE("the oldest go when the room is too small") {
    const test::TemporaryFolder folder;
    auto files = TemplateFiles::open(folder.path() / "templates", start, 40).value();
    REQUIRE(files.save(id_of(1), start, as_bytes("0123456789")));
    REQUIRE(files.save(id_of(2), start + 1s, as_bytes("abcdefghij")));
    CHECK(files.size() == 2);
    REQUIRE(files.save(id_of(3), start + 2s, as_bytes("ABCDEFGHIJ")));
    CHECK(files.bytes() <= 40);
    CHECK(all_of(open_in(folder)) == Texts{"ABCDEFGHIJ", "abcdefghij"});
    // One larger than the room stays alone: it is what miners work on.
    REQUIRE(files.save(id_of(4), start + 3s, as_bytes(std::string(100, 'x'))));
    CHECK(files.size() == 1);
}

TEST_CASE("a file cut short at any byte is never half a template, and goes") {
    for (std::size_t kept = 0; kept < 11; ++kept) {
        const test::TemporaryFolder folder;
        {
            auto files = open_in(folder);
            REQUIRE(files.save(id_of(1), start, as_bytes("one")));
            REQUIRE(files.save(id_of(2), start + 1s, as_bytes("two")));
        }
        for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "templates")) {
            const std::string name = entry.path().filename();
            if (name.ends_with("02")) std::filesystem::resize_file(entry.path(), kept);
        }
        auto files = open_in(folder);
        CHECK(files.take_newest() == "one");
        CHECK(files.size() == 1);
        REQUIRE(files.save(id_of(2), start + 1s, as_bytes("two")));
        CHECK(all_of(open_in(folder)) == Texts{"two", "one"});
    }
}
