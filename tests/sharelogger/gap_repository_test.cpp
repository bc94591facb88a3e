// A gap is accepted only as it was found, once, with a row that says who and why.
#include "sharelogger/gap_repository.hpp"

#include "sharelogger/share_repository.hpp"
#include "tests/sharelogger/builders.hpp"
#include "tests/sharelogger/shared_database.hpp"

using namespace lode;
using namespace lode::sharelogger;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);
constexpr std::uint32_t partition = 2;
constexpr StreamId stream(~0ULL);
const Acceptance acceptance{"anna@pool", "disk of sserver 3 lost", noon};

// Partition 2 has counted sequences 1 and 2 of the stream, and stands at 2 because 3 and 4 are
// missing.
struct Stopped {
    test::SharedDatabase database;
    ShareRepository shares{database.connection, "btc"};
    GapRepository gaps{database.connection, "btc"};
    Gap gap{stream, Sequence(3), Sequence(4)};

    Stopped() {
        const RoundCuts cuts;
        PartitionAccount account(shares.load(partition).value(), 210'000, cuts);
        for (const std::uint64_t sequence : {1U, 2U}) {
            const auto offset = static_cast<std::int64_t>(sequence) - 1;
            const auto message = test::a_bare_share(stream.value(), sequence, 1);
            REQUIRE(account.add({partition, offset, noon, message},
                                parse_share(*message, noon).value()) == Verdict::counted);
        }
        REQUIRE(shares.commit({account.take_batch()}, noon));
    }
    void report() { REQUIRE(gaps.report({partition, 2, gap}, "sharelogger-1", noon)); }
    [[nodiscard]] Sequence last() { return gaps.last_sequence(partition, stream).value().value(); }
};

}  // namespace

TEST_CASE("an accepted gap moves the stream on and is written down", "[database]") {
    Stopped pool;
    pool.report();
    pool.report();
    CHECK(pool.gaps.accept(pool.gap, acceptance).value() == partition);
    CHECK(pool.last() == Sequence(4));
    CHECK(pool.shares.load(partition).value().next == 2);
    const auto rows =
        pool.database.connection.query("SELECT who, action, detail FROM audit_log ORDER BY id")
            .value();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].text(0) == "sharelogger-1");
    CHECK(rows[1].text(0) == "anna@pool");
    CHECK(rows[1].text(1) == "share gap accepted");
    CHECK(rows[1].text(2) ==
          "btc partition 2 offset 2 stream 18446744073709551615 sequences 3 to "
          "4: disk of sserver 3 lost");
}

TEST_CASE("a gap that no sharelogger found, or of another size, is refused and changes nothing",
          "[database]") {
    Stopped pool;
    CHECK(pool.gaps.accept(pool.gap, acceptance).error().code == ErrorCode::rejected);
    pool.report();
    for (const Gap wrong :
         {Gap{stream, Sequence(3), Sequence(5)}, Gap{stream, Sequence(4), Sequence(4)},
          Gap{StreamId(7), Sequence(3), Sequence(4)}}) {
        CHECK(pool.gaps.accept(wrong, acceptance).error().code == ErrorCode::rejected);
    }
    CHECK(pool.last() == Sequence(2));
    CHECK(pool.database.number("SELECT COUNT(*) FROM audit_log") == 1);
}

TEST_CASE("a gap is accepted once", "[database]") {
    Stopped pool;
    pool.report();
    REQUIRE(pool.gaps.accept(pool.gap, acceptance));
    CHECK(pool.gaps.accept(pool.gap, acceptance).error().code == ErrorCode::rejected);
    CHECK(pool.last() == Sequence(4));
    CHECK(pool.database.number("SELECT COUNT(*) FROM audit_log") == 2);
}

TEST_CASE("a partition that has moved on since stands at no gap", "[database]") {
    Stopped pool;
    pool.report();
    pool.database.run("UPDATE consumer_offset SET next_offset = 3");
    CHECK(pool.gaps.accept(pool.gap, acceptance).error().code == ErrorCode::rejected);
    CHECK(pool.last() == Sequence(2));
}

TEST_CASE("a stream whose first shares are missing gets its row", "[database]") {
    Stopped pool;
    const Gap first{StreamId(9), Sequence(1), Sequence(6)};
    REQUIRE(pool.gaps.report({partition, 2, first}, "sharelogger-1", noon));
    CHECK_FALSE(pool.gaps.last_sequence(partition, StreamId(9)).value());
    REQUIRE(pool.gaps.accept(first, acceptance));
    CHECK(pool.gaps.last_sequence(partition, StreamId(9)).value() == Sequence(6));
    CHECK(pool.shares.load(partition).value().sequences.at(StreamId(9)) == Sequence(6));
}
