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
    std::size_t blkmakers = 2;
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

struct Outbox {
    test::TemporaryFolder folder;
    RecordingPort port;
    SolvedOutbox outbox{folder.path() / "solved", port};
    Outbox() { REQUIRE(outbox.load()); }

    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& file :
             std::filesystem::directory_iterator(folder.path() / "solved")) {
            ++count;
        }
        return count;
    }
};

const std::string a(32, 'a');

}  // namespace

TEST_CASE("a solved share goes every way at once and is kept on disk meanwhile") {
    Outbox box;
    box.outbox.add(solved('a'));
    CHECK(box.port.posts == std::vector{a, a});
    CHECK(box.port.published == std::vector{a});
    CHECK(box.files() == 1);
    CHECK(box.outbox.unconfirmed() == 1);
}

TEST_CASE("the file goes when the bus has the share, or when one blkmaker has") {
    Outbox box;
    box.outbox.add(solved('a'));
    box.outbox.published(a, Outcome::confirmed);
    CHECK(box.files() == 0);
    box.outbox.posted(a, Outcome::confirmed);  // later, of no interest any more
    box.outbox.add(solved('b'));
    box.outbox.posted(std::string(32, 'b'), Outcome::failed);
    CHECK(box.files() == 1);
    box.outbox.posted(std::string(32, 'b'), Outcome::confirmed);
    CHECK(box.files() == 0);
    CHECK(box.outbox.unconfirmed() == 0);
}

TEST_CASE("what failed is tried again, each way when its last try is over") {
    Outbox box;
    box.outbox.add(solved('a'));
    box.outbox.retry();
    CHECK(box.port.posts.size() == 2);
    CHECK(box.port.published.size() == 1);
    box.outbox.published(a, Outcome::failed);
    box.outbox.posted(a, Outcome::failed);
    box.outbox.retry();
    CHECK(box.port.posts.size() == 2);  // one blkmaker has not answered yet
    CHECK(box.port.published.size() == 2);
    box.outbox.posted(a, Outcome::failed);
    box.outbox.retry();
    CHECK(box.port.posts.size() == 4);
}

TEST_CASE("a bus that refuses is asked again") {
    Outbox box;
    box.port.bus_refuses = true;
    box.port.blkmakers = 0;
    box.outbox.add(solved('a'));
    CHECK(box.files() == 1);
    box.outbox.retry();
    box.port.bus_refuses = false;
    box.outbox.retry();
    CHECK(box.port.published == std::vector{a});
}

TEST_CASE("what was not confirmed before a crash is sent again at the start") {
    Outbox before;
    before.outbox.add(solved('a'));
    before.outbox.add(solved('b'));
    RecordingPort port;
    SolvedOutbox after(before.folder.path() / "solved", port);
    REQUIRE(after.load());
    CHECK(port.published.size() == 2);
    CHECK(after.unconfirmed() == 2);
    after.published(a, Outcome::confirmed);
    CHECK(before.files() == 1);
}

TEST_CASE("half-written and unreadable files do not stop a start") {
    Outbox before;
    REQUIRE(replace_file(before.folder.path() / "solved" / "half.new", "\x0a\x05"));
    REQUIRE(replace_file(before.folder.path() / "solved" / "broken", "\xff\xff\xff"));
    RecordingPort port;
    SolvedOutbox after(before.folder.path() / "solved", port);
    REQUIRE(after.load());
    CHECK(after.unconfirmed() == 0);
    CHECK(before.files() == 2);
}

TEST_CASE("the same block twice is sent once") {
    Outbox box;
    box.outbox.add(solved('a'));
    box.outbox.add(solved('a'));
    CHECK(box.port.published.size() == 1);
}

TEST_CASE("a full disk does not keep the share from its other ways") {
    Outbox box;
    std::filesystem::remove_all(box.folder.path() / "solved");
    box.outbox.add(solved('a'));
    CHECK(box.port.published == std::vector{a});
    box.outbox.published(a, Outcome::confirmed);
    CHECK(box.outbox.unconfirmed() == 0);
}
