// The journal gives back what it was given, and forgets what is outdated.
#include "blkmaker/journal.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace std::chrono_literals;
using blkmaker::Journal;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);  // 2026-11-21 12:00 UTC

std::vector<std::string> entries_at(const std::filesystem::path& folder, UnixTime now) {
    return Journal::open(folder, now).value().take_entries();
}

}  // namespace

TEST_CASE("entries survive reopening, over the change of day, in order") {
    const test::TemporaryFolder folder;
    {
        auto journal = Journal::open(folder.path() / "journal", noon);
        REQUIRE(journal);
        REQUIRE(journal.value().append(as_bytes("one"), noon));
        REQUIRE(journal.value().append(as_bytes("two"), noon + 24h));
        REQUIRE(journal.value().append(as_bytes("three"), noon + 24h));
    }
    CHECK(entries_at(folder.path() / "journal", noon + 24h) ==
          std::vector<std::string>{"one", "two", "three"});
}

TEST_CASE("files older than the kept days are deleted at the next start") {
    const test::TemporaryFolder folder;
    {
        auto journal = Journal::open(folder.path(), noon);
        REQUIRE(journal);
        REQUIRE(journal.value().append(as_bytes("old"), noon));
        REQUIRE(journal.value().append(as_bytes("new"), noon + 24h));
    }
    CHECK(entries_at(folder.path(), noon + 48h).size() == 2);
    CHECK(entries_at(folder.path(), noon + 72h) == std::vector<std::string>{"new"});
}
