// Solved shares over every failure of bus, blkmakers and process.
#include "sserver/solved_outbox.hpp"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "common/base/file.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/messages/solved.pb.h"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace std::chrono_literals;

namespace {

class RecordingPort final : public SolvedPort {
  public:
    std::size_t post(const SolvedPtr& share) override {
        for (std::size_t i = 0; i < blkmakers; ++i) posts.push_back(share->block_hash());
        return blkmakers;
    }
    Result<void> publish(const SolvedPtr& share) override {
        if (bus_refuses) return failure(ErrorCode::exhausted, "the queue is full");
        published.push_back(share->block_hash());
        return success();
    }
    void store(const std::filesystem::path& path, const SolvedPtr& share) override {
        if (disk_full) return;
        REQUIRE(replace_file(path, share->SerializeAsString()));
    }
    void remove(const std::filesystem::path& path) override { std::filesystem::remove(path); }
    std::size_t blkmakers = 2;
    bool disk_full = false;
    bool bus_refuses = false;
    std::vector<std::string> posts;
    std::vector<std::string> published;
};

SolvedPtr solved(char name) {
    auto share = std::make_shared<v1::SolvedShare>();
    share->set_block_hash(std::string(32, name));
    share->set_height(100);
    return share;
}

const std::string a(32, 'a');
constexpr SteadyTime start{100h};

struct Outbox {
    test::TemporaryFolder folder;
    RecordingPort port;
    SolvedOutbox outbox{folder.path() / "solved", port};
    SteadyTime now = start;
    int safe = 0;
    Outbox() { REQUIRE(outbox.load(now)); }

    void add(char name) {
        outbox.add(solved(name), now, [this] { ++safe; });
    }
    void posted(Outcome outcome) { outbox.posted(a, outcome, now); }
    void published(Outcome outcome) { outbox.published(a, outcome, now); }
    void retry_after(Duration time) {
        now += time;
        outbox.retry(now);
    }
    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& file :
             std::filesystem::directory_iterator(folder.path() / "solved")) {
            ++count;
        }
        return count;
    }
};

}  // namespace

TEST_CASE("a solved share goes every way at once and is kept on disk meanwhile") {
    Outbox box;
    box.add('a');
    CHECK(box.port.posts == std::vector{a, a});
    CHECK(box.port.published == std::vector{a});
    CHECK(box.files() == 1);
    CHECK(box.outbox.unconfirmed() == 1);
    CHECK(box.outbox.under_way() == 1);
}

TEST_CASE("the file goes when one blkmaker has the share") {
    Outbox box;
    box.add('a');
    box.posted(Outcome::failed);
    CHECK(box.files() == 1);
    box.posted(Outcome::confirmed);
    CHECK(box.files() == 0);
    CHECK(box.outbox.unconfirmed() == 0);
    box.published(Outcome::confirmed);  // later, of no interest any more
    box.outbox.stored(a);
}

TEST_CASE("where there are blkmakers the bus alone does not do") {
    Outbox box;
    box.add('a');
    box.published(Outcome::confirmed);
    CHECK(box.files() == 1);
    CHECK(box.outbox.unconfirmed() == 1);
}

TEST_CASE("without a blkmaker to ask the bus is enough") {
    Outbox box;
    box.port.blkmakers = 0;
    box.add('a');
    box.published(Outcome::failed);
    CHECK(box.files() == 1);
    box.retry_after(1s);
    box.published(Outcome::confirmed);
    CHECK(box.files() == 0);
    CHECK(box.outbox.unconfirmed() == 0);
}

TEST_CASE("the finder is answered once the share is on disk, on the bus or with a blkmaker") {
    for (int way = 0; way < 3; ++way) {
        Outbox box;
        box.add('a');
        CHECK(box.safe == 0);
        if (way == 0) box.outbox.stored(a);
        if (way == 1) box.published(Outcome::confirmed);
        if (way == 2) box.posted(Outcome::confirmed);
        CHECK(box.safe == 1);
        box.outbox.stored(a);
        box.posted(Outcome::confirmed);
        CHECK(box.safe == 1);
    }
}

TEST_CASE("a failed bus is asked again each time, a share it has is not sent again") {
    Outbox box;
    box.add('a');
    box.retry_after(1s);
    CHECK(box.port.published.size() == 1);
    box.published(Outcome::failed);
    box.port.bus_refuses = true;
    box.retry_after(1s);
    CHECK(box.port.published.size() == 1);
    box.port.bus_refuses = false;
    box.retry_after(1s);
    CHECK(box.port.published.size() == 2);
    box.published(Outcome::confirmed);
    for (int i = 0; i < 1000; ++i) box.retry_after(1s);
    CHECK(box.port.published.size() == 2);
}

TEST_CASE(
    "blkmakers are asked again when all have answered, soon while the bus has not the share") {
    Outbox box;
    box.add('a');
    box.posted(Outcome::failed);
    box.retry_after(10s);
    CHECK(box.port.posts.size() == 2);  // one has not answered yet
    for (int round = 1; round < 20; ++round) {
        box.posted(Outcome::failed);
        box.posted(Outcome::failed);
        box.retry_after(2s);
        CHECK(box.port.posts.size() > 2);
    }
}

TEST_CASE(
    "once the bus has the share blkmakers are asked ever more rarely, and given up in a day") {
    Outbox box;
    box.port.blkmakers = 1;
    box.add('a');
    box.published(Outcome::confirmed);
    for (int second = 0; second < 3600; ++second) {
        if (box.outbox.under_way() == 1) box.posted(Outcome::failed);
        box.outbox.stored(a);
        box.retry_after(1s);
    }
    CHECK(box.port.posts.size() > 50);
    CHECK(box.port.posts.size() < 150);
    CHECK(box.outbox.unconfirmed() == 1);
    box.retry_after(23h);
    CHECK(box.outbox.unconfirmed() == 0);
    CHECK(box.files() == 0);
}

TEST_CASE("what was not confirmed before a crash is sent again at the start") {
    Outbox before;
    before.add('a');
    before.add('b');
    RecordingPort port;
    SolvedOutbox after(before.folder.path() / "solved", port);
    REQUIRE(after.load(start));
    CHECK(port.published.size() == 2);
    CHECK(after.unconfirmed() == 2);
    after.posted(a, Outcome::confirmed, start);
    CHECK(before.files() == 1);
}

TEST_CASE("half-written and unreadable files do not stop a start") {
    Outbox before;
    REQUIRE(replace_file(before.folder.path() / "solved" / "half.new", "\x0a\x05"));
    REQUIRE(replace_file(before.folder.path() / "solved" / "broken", "\xff\xff\xff"));
    RecordingPort port;
    SolvedOutbox after(before.folder.path() / "solved", port);
    REQUIRE(after.load(start));
    CHECK(after.unconfirmed() == 0);
    CHECK(before.files() == 2);
}

TEST_CASE("the same block twice is sent once, and both who wait are told") {
    Outbox box;
    box.add('a');
    box.add('a');
    CHECK(box.port.published.size() == 1);
    box.outbox.stored(a);
    CHECK(box.safe == 2);
    box.add('a');
    CHECK(box.safe == 3);
}

TEST_CASE("a full disk does not keep the share from its other ways") {
    Outbox box;
    box.port.disk_full = true;
    box.add('a');
    CHECK(box.port.published == std::vector{a});
    box.outbox.stored(a);
    CHECK(box.safe == 1);
    box.posted(Outcome::confirmed);
    CHECK(box.outbox.unconfirmed() == 0);
}
