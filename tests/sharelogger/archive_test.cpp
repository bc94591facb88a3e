// The archive gives back what was written and forgets what was never committed.
#include "sharelogger/archive.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);  // 2026-11-21 12:00 UTC

Frame a_frame(std::int64_t first, std::vector<std::string> messages) {
    return {{.kind = FrameKind::share,
             .partition = 5,
             .first = first,
             .next = first + static_cast<std::int64_t>(messages.size()),
             .count = 0},
            std::move(messages)};
}

std::vector<std::string> messages_of(const std::filesystem::path& folder) {
    std::vector<std::string> messages;
    for (const auto& day : archive_days(folder, "btc")) {
        const auto read =
            read_archive_day(folder / "btc" / day, FrameKind::share, [&](const Frame& frame) {
                messages.insert(messages.end(), frame.messages.begin(), frame.messages.end());
                return Result<void>(success());
            });
        REQUIRE(read);
    }
    return messages;
}

ArchiveWriter writer_in(const test::TemporaryFolder& folder, std::string instance = "one") {
    return ArchiveWriter({folder.path(), "btc", std::move(instance)});
}

}  // namespace

TEST_CASE("a frame is read back as it was written") {
    const auto frame = a_frame(7, {"first", "", std::string(100'000, 'x')});
    const auto bytes = encode_frame(frame);
    REQUIRE(bytes);
    CHECK(bytes.value().size() < 1000);
    const auto read = decode_frame(bytes.value());
    REQUIRE(read);
    CHECK(read.value().header.first == 7);
    CHECK(read.value().header.next == 10);
    CHECK(read.value().header.partition == 5);
    CHECK(read.value().messages == frame.messages);
}

TEST_CASE("a frame with any byte changed is refused or differs, never crashes") {
    const auto frame = a_frame(7, {"first", "second"});
    const auto good = encode_frame(frame).value();
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bytes = good;
        bytes[i] ^= 0xff;
        const auto read = decode_frame(bytes);
        if (read) CHECK(read.value().messages.size() == 2);
        CHECK_FALSE(decode_frame(ByteView(good).first(i)));
    }
}

TEST_CASE("frames of days and instances are read in order") {
    const test::TemporaryFolder folder;
    auto one = writer_in(folder);
    auto two = writer_in(folder, "two");
    REQUIRE(one.append(a_frame(0, {"a", "b"}), noon));
    REQUIRE(two.append(a_frame(2, {"c"}), noon));
    REQUIRE(one.append(a_frame(3, {"d"}), noon + 24h));
    CHECK(messages_of(folder.path()) == std::vector<std::string>{"a", "b", "c", "d"});
}

TEST_CASE("frames past the committed offset are cut, over days, and only one's own") {
    const test::TemporaryFolder folder;
    {
        auto one = writer_in(folder);
        REQUIRE(one.append(a_frame(0, {"a", "b"}), noon));
        REQUIRE(one.append(a_frame(2, {"c"}), noon));
        REQUIRE(one.append(a_frame(3, {"d"}), noon + 24h));
        auto two = writer_in(folder, "two");
        REQUIRE(two.append(a_frame(4, {"e"}), noon + 24h));
    }
    auto again = writer_in(folder);
    REQUIRE(again.recover(FrameKind::share, 5, 2));
    CHECK(messages_of(folder.path()) == std::vector<std::string>{"a", "b", "e"});
    REQUIRE(again.append(a_frame(2, {"c2"}), noon + 24h));
    CHECK(messages_of(folder.path()) == std::vector<std::string>{"a", "b", "c2", "e"});
}

TEST_CASE("nothing is cut when all is committed, also with another partition's offset lower") {
    const test::TemporaryFolder folder;
    auto one = writer_in(folder);
    REQUIRE(one.append(a_frame(0, {"a", "b"}), noon));
    REQUIRE(one.recover(FrameKind::share, 5, 2));
    REQUIRE(one.recover(FrameKind::share, 6, 0));
    REQUIRE(one.recover(FrameKind::job, 5, 0));
    CHECK(messages_of(folder.path()) == std::vector<std::string>{"a", "b"});
}
