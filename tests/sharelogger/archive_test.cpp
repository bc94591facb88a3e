// The archive gives back what was written and forgets what was never committed.
#include "sharelogger/archive.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <random>

#include "tests/sharelogger/builders.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);  // 2026-11-21 12:00 UTC

Frame a_frame(std::int64_t first, const std::vector<std::string>& messages) {
    return {{.kind = FrameKind::share,
             .partition = 5,
             .first = first,
             .next = first + static_cast<std::int64_t>(messages.size()),
             .count = 0},
            test::packed(messages)};
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

// Hardly packed: each is a stretch of its own.
Frame a_large_frame(std::int64_t first) {
    std::mt19937_64 random(1);
    std::string message(2u << 20, '\0');
    for (char& byte : message) byte = static_cast<char>(random());
    return a_frame(first, {message});
}

// Reads back partition 5; gives the offsets at which the frames begin.
using Wanted = FrameArchive::Wanted;
std::vector<std::int64_t> read_back(
    ArchiveWriter& writer, UnixTime since,
    const std::function<Wanted(std::int64_t)>& answer = [](std::int64_t) { return Wanted::more; }) {
    std::vector<std::int64_t> firsts;
    const auto done = writer.read_back(5, since, [&](const std::vector<Frame>& stretch) {
        for (const Frame& frame : stretch) firsts.push_back(frame.header.first);
        return Result<Wanted>(answer(firsts.back()));
    });
    REQUIRE(done);
    return firsts;
}

// As if it had been written then.
void set_written(const test::TemporaryFolder& folder, const std::string& file, UnixTime at) {
    std::filesystem::last_write_time(folder.path() / "btc" / file,
                                     std::chrono::file_clock::from_sys(at));
}

using Firsts = std::vector<std::int64_t>;

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
    for (std::int64_t first = 0; first < 3; ++first) {
        REQUIRE(writer.append(a_large_frame(first), noon + first * 24h));
    }
    CHECK(read_back(writer, noon) == Firsts{2, 1, 0});
    CHECK(read_back(writer, noon, [](auto) { return Wanted::nothing; }) == Firsts{2});
    CHECK(read_back(writer, noon + 24h) == Firsts{2, 1});
    // What is written or cut later is noticed.
    REQUIRE(writer.append(a_large_frame(3), noon + 48h));
    REQUIRE(writer.append(a_frame(4, {"small"}), noon + 48h));
    CHECK(read_back(writer, noon) == Firsts{4, 3, 2, 1, 0});
    REQUIRE(writer.recover(FrameKind::share, 5, 3));
    CHECK(read_back(writer, noon) == Firsts{2, 1, 0});
}

TEST_CASE("behind the own frames others' of the same folder are read back") {
    const test::TemporaryFolder folder;
    auto one = writer_in(folder, "one");
    auto two = writer_in(folder, "two");
    auto three = writer_in(folder, "three");
    REQUIRE(one.append(a_large_frame(50), noon));
    REQUIRE(two.append(a_large_frame(30), noon - 24h));
    REQUIRE(two.append(a_large_frame(31), noon));
    REQUIRE(two.append(a_large_frame(32), noon));
    REQUIRE(three.append(a_large_frame(10), noon));
    const FrameHeader sixth{.kind = FrameKind::share, .partition = 6, .first = 1, .next = 2};
    REQUIRE(three.append({sixth, test::packed({"a"})}, noon));
    set_written(folder, "2026-11-20/share-0005-two", noon - 24h);
    set_written(folder, "2026-11-21/share-0005-two", noon);
    set_written(folder, "2026-11-21/share-0005-three", noon);
    CHECK(read_back(one, noon - 48h) == Firsts{50, 10, 32, 31, 30});
    CHECK(read_back(one, noon) == Firsts{50, 10, 32, 31});
    CHECK(read_back(one, noon, [](auto) { return Wanted::others; }) == Firsts{50, 10, 32});
    const auto until_ten = [](std::int64_t first) {
        return first == 10 ? Wanted::nothing : Wanted::more;
    };
    CHECK(read_back(one, noon, until_ten) == Firsts{50, 10});
    // Who has written nothing since is not asked.
    set_written(folder, "2026-11-21/share-0005-three", noon - 1s);
    CHECK(read_back(one, noon) == Firsts{50, 32, 31});
    // Nor who never had the partition.
    CHECK(read_back(three, noon) == Firsts{10, 50, 32, 31});
}

TEST_CASE("another's damaged file keeps nobody from reading back") {
    const test::TemporaryFolder folder;
    auto one = writer_in(folder, "one");
    auto two = writer_in(folder, "two");
    auto three = writer_in(folder, "three");
    REQUIRE(one.append(a_frame(50, {"a"}), noon));
    REQUIRE(two.append(a_frame(10, {"a"}), noon));
    REQUIRE(two.append(a_frame(11, {"a"}), noon));
    REQUIRE(three.append(a_frame(30, {"a"}), noon));
    const auto path = folder.path() / "btc" / "2026-11-21" / "share-0005-three";
    const auto damage = [&path](const char* byte) {
        std::fstream(path, std::ios::in | std::ios::out | std::ios::binary)
            .seekp(12)
            .write(byte, 1);
    };
    REQUIRE(three.append(a_frame(31, {"a"}), noon));
    CHECK(read_back(one, UnixTime{}) == Firsts{50, 30, 31, 10, 11});
    damage("\xff");
    CHECK(read_back(one, UnixTime{}) == Firsts{50, 10, 11});
    // The own one does.
    CHECK_FALSE(
        three.read_back(5, UnixTime{}, [](const auto&) { return Result<Wanted>(Wanted::more); }));
}
