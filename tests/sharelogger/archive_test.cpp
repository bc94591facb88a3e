// The archive gives back what was written and forgets what was never committed.
#include "sharelogger/archive.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

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

TEST_CASE("own frames are read back newest first, as far as is wanted") {
    const test::TemporaryFolder folder;
    auto writer = writer_in(folder);
    auto other = writer_in(folder, "two");
    // Hardly packed: each is a stretch of its own.
    std::mt19937_64 random(1);
    const auto frame_at = [&random](std::int64_t first) {
        std::string message(2u << 20, '\0');
        for (char& byte : message) byte = static_cast<char>(random());
        return a_frame(first, {std::move(message)});
    };
    for (std::int64_t first = 0; first < 3; ++first) {
        REQUIRE(writer.append(frame_at(first), noon + first * 24h));
    }
    REQUIRE(other.append(frame_at(9), noon));
    const auto read = [&writer](std::size_t count) {
        std::vector<std::int64_t> firsts;
        const auto done = writer.read_back(5, [&](const std::vector<Frame>& stretch) {
            for (const Frame& frame : stretch) firsts.push_back(frame.header.first);
            return Result<FrameArchive::Wanted>(
                firsts.size() < count ? FrameArchive::Wanted::more : FrameArchive::Wanted::nothing);
        });
        REQUIRE(done);
        return firsts;
    };
    CHECK(read(9) == std::vector<std::int64_t>{2, 1, 0});
    CHECK(read(1) == std::vector<std::int64_t>{2});
    // What is written or cut later is noticed.
    REQUIRE(writer.append(frame_at(3), noon + 48h));
    REQUIRE(writer.append(a_frame(4, {"small"}), noon + 48h));
    CHECK(read(9) == std::vector<std::int64_t>{4, 3, 2, 1, 0});
    REQUIRE(writer.recover(FrameKind::share, 5, 3));
    CHECK(read(9) == std::vector<std::int64_t>{2, 1, 0});
}
