// Segments on a real disk: over groups, restarts, torn tails, damage and deletion.
#include "sserver/share_spool_files.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/share_model.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;

namespace {

constexpr StreamId stream(0x0005'00000001'0000);
const std::atomic<bool> going_on{false};

// Shares with the sequences [first, end); `user_size` makes them long.
std::vector<SharePtr> shares(std::uint64_t first, std::uint64_t end, std::size_t user_size = 10) {
    std::vector<SharePtr> made;
    for (; first < end; ++first) {
        auto share = a_share(first * 10);
        share->set_stream(stream.value());
        share->set_sequence(first);
        share->set_user(std::string(user_size, 'u'));
        made.push_back(std::move(share));
    }
    return made;
}

ShareSpoolFiles recovered(const TemporaryFolder& folder) {
    auto files = ShareSpoolFiles::recover(folder.path(), stream, going_on);
    REQUIRE(files);
    return std::move(files).value();
}

// Every sequence left, in order as it is read.
std::vector<std::uint64_t> left_in(ShareSpoolFiles& files, std::size_t batch = 7) {
    std::vector<std::uint64_t> all;
    const auto left = files.left();
    if (!left) return all;
    std::uint64_t next = left->first.value();
    while (next < left->end.value()) {
        const auto read = files.read(Sequence(next), batch);
        REQUIRE(read);
        REQUIRE_FALSE(read.value().empty());
        for (const SharePtr& share : read.value()) {
            CHECK(share->job_id() == share->sequence() * 10);
            all.push_back(share->sequence());
        }
        next = all.back() + 1;
    }
    return all;
}

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t end) {
    std::vector<std::uint64_t> all;
    for (; first < end; ++first) all.push_back(first);
    return all;
}

std::vector<std::filesystem::path> names(const TemporaryFolder& folder) {
    std::vector<std::filesystem::path> all;
    for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
        all.push_back(file.path());
    }
    std::sort(all.begin(), all.end());
    return all;
}

}  // namespace

TEST_CASE("spooled shares outlive the process, with their stream and partition") {
    const TemporaryFolder folder;
    {
        ShareSpoolFiles files(folder.path(), stream, 7);
        REQUIRE(files.forget(Sequence(40)));
        REQUIRE(files.append(shares(40, 50)));
        REQUIRE(files.append(shares(50, 51)));
        CHECK(files.left()->first == Sequence(40));
        CHECK(files.left()->end == Sequence(51));
    }
    CHECK(names(folder).front().filename() == "0005000000010000.0000000000000028");
    CHECK(ShareSpoolFiles::streams(folder.path()).value() == std::vector{stream});
    ShareSpoolFiles files = recovered(folder);
    CHECK(files.partition() == 7);
    CHECK(files.size() == std::filesystem::file_size(names(folder).front()));
    CHECK(left_in(files) == numbers(40, 51));
    REQUIRE(files.forget(Sequence(50)));
    CHECK(names(folder).size() == 1);
    REQUIRE(files.forget(Sequence(51)));
    CHECK(names(folder).empty());
    CHECK(files.size() == 0);
    CHECK_FALSE(files.left());
}

TEST_CASE("a share is read again from anywhere") {
    const TemporaryFolder folder;
    ShareSpoolFiles files(folder.path(), stream, 0);
    REQUIRE(files.append(shares(1, 100)));
    for (const std::uint64_t from : std::vector<std::uint64_t>{1, 99, 50, 57, 58, 1}) {
        const auto read = files.read(Sequence(from), 7);
        REQUIRE(read);
        CHECK(read.value().front()->sequence() == from);
        CHECK(read.value().size() == std::min<std::uint64_t>(7, 100 - from));
    }
    CHECK_FALSE(files.read(Sequence(100), 1));
}

TEST_CASE("a long spool is many files, each deleted once the bus has it") {
    const TemporaryFolder folder;
    ShareSpoolFiles files(folder.path(), stream, 3);
    constexpr std::uint64_t end = 3'000;
    for (std::uint64_t at = 1; at < end; at += 100) {
        REQUIRE(files.append(shares(at, std::min(at + 100, end), 10'000)));
    }
    const std::size_t count = names(folder).size();
    CHECK(count >= 3);
    CHECK(left_in(files, 500) == numbers(1, end));
    REQUIRE(files.forget(Sequence(1'500)));
    CHECK(names(folder).size() < count);
    // Killed here: the rest follows on without the files that are gone.
    ShareSpoolFiles after = recovered(folder);
    const auto left = left_in(after, 500);
    CHECK(left.front() <= 1'500);
    CHECK(left == numbers(left.front(), end));
}

TEST_CASE("a tail torn at any byte is left out, and all before it kept") {
    const TemporaryFolder folder;
    {
        ShareSpoolFiles files(folder.path(), stream, 3);
        REQUIRE(files.append(shares(1, 4)));
    }
    const auto path = names(folder).front();
    const auto whole = read_file(path).value();
    std::size_t least = 3;
    for (std::size_t size = whole.size(); size-- > 0;) {
        REQUIRE(replace_file(path, std::string_view(whole).substr(0, size)));
        ShareSpoolFiles files = recovered(folder);
        const auto left = left_in(files);
        CHECK(left.size() <= least);
        CHECK(left == numbers(1, left.size() + 1));
        least = left.size();
    }
    CHECK(least == 0);
}

TEST_CASE("a spool begun anew where the bus had got to needs nothing before it") {
    const TemporaryFolder folder;
    {
        ShareSpoolFiles files(folder.path(), stream, 3);
        REQUIRE(files.append(shares(1, 10)));
        // Kept by a crash before its deletion.
        const auto old = names(folder).front();
        const auto content = read_file(old).value();
        REQUIRE(files.forget(Sequence(25)));
        REQUIRE(files.append(shares(25, 30)));
        REQUIRE(replace_file(old, content));
    }
    ShareSpoolFiles files = recovered(folder);
    CHECK(left_in(files) == numbers(25, 30));
    CHECK(names(folder).size() == 1);
}

TEST_CASE("a file that cannot follow on the one before is kept aside and not sent") {
    const TemporaryFolder folder;
    {
        ShareSpoolFiles files(folder.path(), stream, 3);
        REQUIRE(files.append(shares(1, 10, 2'000'000)));
        REQUIRE(files.append(shares(10, 12)));
        REQUIRE(names(folder).size() == 2);
    }
    // The first file loses its last share.
    const auto first = names(folder).front();
    std::filesystem::resize_file(first, std::filesystem::file_size(first) - 1);
    ShareSpoolFiles files = recovered(folder);
    CHECK(left_in(files) == numbers(1, 9));
    REQUIRE(files.forget(Sequence(9)));
    REQUIRE(names(folder).size() == 1);
    CHECK(names(folder).front().extension() == ".damaged");
    CHECK(ShareSpoolFiles::streams(folder.path()).value().empty());
}

TEST_CASE("damage in the middle ends the spool there, and the file is never deleted") {
    const TemporaryFolder folder;
    {
        ShareSpoolFiles files(folder.path(), stream, 3);
        REQUIRE(files.append(shares(1, 10)));
    }
    const auto path = names(folder).front();
    auto content = read_file(path).value();
    content[content.size() / 2] ^= 1;
    REQUIRE(replace_file(path, content));
    ShareSpoolFiles files = recovered(folder);
    const auto left = left_in(files);
    CHECK_FALSE(left.empty());
    CHECK(left == numbers(1, left.size() + 1));
    REQUIRE(files.forget(files.left()->end));
    CHECK(names(folder) == std::vector{std::filesystem::path(path.string() + ".damaged")});
}

TEST_CASE("shares whose writing failed are written again elsewhere, without a gap") {
    const TemporaryFolder folder;
    const auto hidden = folder.path().string() + "-hidden";
    ShareSpoolFiles files(folder.path(), stream, 3);
    std::filesystem::rename(folder.path(), hidden);
    CHECK_FALSE(files.append(shares(1, 3)));
    CHECK_FALSE(files.left());
    std::filesystem::rename(hidden, folder.path());
    REQUIRE(files.append(shares(1, 3)));
    ShareSpoolFiles after = recovered(folder);
    CHECK(left_in(after) == numbers(1, 3));
}

TEST_CASE("other files in the folder are not taken for spools") {
    const TemporaryFolder folder;
    REQUIRE(replace_file(folder.path() / "readme", "x"));
    REQUIRE(replace_file(folder.path() / "0005000000010000.000000000000002x", "x"));
    CHECK(ShareSpoolFiles::streams(folder.path() / "made").value().empty());
    CHECK(ShareSpoolFiles::streams(folder.path()).value().empty());
}
