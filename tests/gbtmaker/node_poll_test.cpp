// What a node is asked, and when.
#include "gbtmaker/node_poll.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/gbtmaker/answers.hpp"

using namespace lode;
using namespace lode::test;
using gbtmaker::NodePoll;
using gbtmaker::ReadChain;
using gbtmaker::ReadHeader;
using gbtmaker::ReadTemplate;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr auto start = steady_start;

template <class T>
bool asks(const std::optional<gbtmaker::Call>& call) {
    return call && std::holds_alternative<T>(*call);
}

}  // namespace

TEST_CASE("a node is asked for its chain at once and then each interval") {
    NodePoll poll({});
    REQUIRE(asks<ReadChain>(poll.next(start)));
    poll.answered(ReadChain{});
    CHECK_FALSE(poll.next(start + milliseconds(999)));
    CHECK(asks<ReadChain>(poll.next(start + seconds(1))));
}

TEST_CASE("one look and one template are under way at a time, and neither waits for the other") {
    NodePoll poll({});
    REQUIRE(asks<ReadChain>(poll.next(start)));
    poll.want_template();
    REQUIRE(asks<ReadTemplate>(poll.next(start)));
    poll.want_template();
    poll.want_chain();
    CHECK_FALSE(poll.next(start + seconds(60)));
    poll.answered(ReadTemplate{});
    REQUIRE(asks<ReadTemplate>(poll.next(start + seconds(60))));
    CHECK_FALSE(poll.next(start + seconds(60)));
    poll.answered(ReadChain{});
    CHECK(asks<ReadChain>(poll.next(start + seconds(60))));
}

TEST_CASE("a look is overdue after its longest time, a template is not") {
    NodePoll poll({});
    poll.want_template();
    REQUIRE(asks<ReadChain>(poll.next(start)));
    REQUIRE(asks<ReadTemplate>(poll.next(start)));
    CHECK_FALSE(poll.overdue(start + milliseconds(3'999)));
    CHECK(poll.overdue(start + seconds(4)));
    poll.answered(ReadChain{});
    CHECK_FALSE(poll.overdue(start + seconds(60)));
}

TEST_CASE("a header that is being asked for is not asked for again") {
    NodePoll poll({});
    poll.want_header(hash_of(1));
    REQUIRE(asks<ReadHeader>(poll.next(start)));
    poll.want_header(hash_of(1));
    poll.answered(ReadHeader{hash_of(1)});
    CHECK(asks<ReadChain>(poll.next(start)));
}

TEST_CASE("a header comes before the chain, and only the newest wanted one") {
    NodePoll poll({});
    poll.want_header(hash_of(1));
    poll.want_header(hash_of(2));
    const auto call = poll.next(start);
    REQUIRE(asks<ReadHeader>(call));
    CHECK(std::get<ReadHeader>(*call).hash == hash_of(2));
    poll.answered(*call);
    CHECK(asks<ReadChain>(poll.next(start)));
}

TEST_CASE("after failures a node is asked for its chain again in 1, 2, 4, 8, 15, 15 s") {
    NodePoll poll({});
    SteadyTime now = start;
    for (const int pause : {1, 2, 4, 8, 15, 15}) {
        poll.want_template();
        REQUIRE(poll.next(now));
        poll.failed(ReadChain{}, now);
        CHECK_FALSE(poll.next(now + seconds(pause) - milliseconds(1)));
        now += seconds(pause);
    }
    REQUIRE(asks<ReadChain>(poll.next(now)));
    poll.answered(ReadChain{});
    poll.want_chain();
    REQUIRE(poll.next(now));
    poll.failed(ReadChain{}, now);
    CHECK(poll.next(now + seconds(1)));
}

TEST_CASE("a pause of many failures stays at its limit") {
    NodePoll poll({});
    for (int i = 0; i < 100; ++i) poll.failed(ReadChain{}, start);
    CHECK_FALSE(poll.next(start + seconds(14)));
    CHECK(poll.next(start + seconds(15)));
}

TEST_CASE("a node that announces a block is asked at once in spite of a pause") {
    NodePoll poll({});
    poll.failed(ReadChain{}, start);
    poll.want_header(hash_of(1));
    CHECK(asks<ReadHeader>(poll.next(start)));
}
