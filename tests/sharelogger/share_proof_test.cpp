// A share proves itself from what is archived, and no altered one does.
#include "sharelogger/share_proof.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sharelogger/builders.hpp"

using namespace lode;
using sharelogger::prove;

TEST_CASE("an honest share is proved again from its job") {
    const auto job = test::a_job();
    for (std::uint64_t sequence = 1; sequence <= 20; ++sequence) {
        const auto proved = prove(test::a_share(job, sequence), job);
        CHECK(proved);
    }
}

TEST_CASE("every altered field is found out") {
    const auto job = test::a_job();
    const auto good = test::a_share(job, 1);
    REQUIRE(prove(good, job));
    const auto refused = [&](auto alter) {
        auto share = good;
        alter(share);
        return prove(share, job).has_error();
    };
    CHECK(refused([](v1::Share& s) { s.set_job_id(s.job_id() + 1); }));
    CHECK(refused([](v1::Share& s) { s.set_height(s.height() + 1); }));
    CHECK(refused([](v1::Share& s) { s.set_solves_block(true); }));
    CHECK(refused([](v1::Share& s) { s.set_work(std::string(15, '\0') + '\x05'); }));
    CHECK(refused([](v1::Share& s) { s.set_target(std::string(32, '\0')); }));
    CHECK(refused([](v1::Share& s) { s.clear_bitcoin(); }));
    CHECK(refused([](v1::Share& s) { s.mutable_bitcoin()->set_bits(0x207fffff); }));
    CHECK(refused([](v1::Share& s) { s.mutable_bitcoin()->set_extranonce2("short"); }));
    CHECK(refused([](v1::Share& s) {
        s.mutable_bitcoin()->set_version(s.bitcoin().version() ^ 0x80000000);
    }));
}

TEST_CASE("an easier target than the miner met does not make a share worth more") {
    const auto job = test::a_job();
    auto share = test::a_share(job, 1);
    share.set_target(test::text(test::network_target().to_hash().view()));
    share.set_work(test::text(bitcoin::work_of_target(test::network_target()).to_bytes()));
    CHECK_FALSE(prove(share, job));
}

TEST_CASE("a solo share is proved with its miner's own coinbase, and with no other") {
    const auto job = test::a_job();
    for (std::uint64_t sequence = 1; sequence <= 20; ++sequence) {
        auto share = test::a_share(job, sequence, "miner");
        const auto proved = prove(share, job);
        REQUIRE(proved);
        // Every fourth hash is good enough here, but never the same.
        share.mutable_bitcoin()->set_payout_script("other");
        const auto anothers = prove(share, job);
        CHECK((!anothers || anothers.value() != proved.value()));
        share.mutable_bitcoin()->clear_payout_script();
        const auto pools = prove(share, job);
        CHECK((!pools || pools.value() != proved.value()));
    }
}

TEST_CASE("a share of a job that was sent again is proved with its salt, and with no other") {
    const auto job = test::a_job();
    for (const char* payout_script : {"", "miner"}) {
        for (std::uint64_t sequence = 1; sequence <= 20; ++sequence) {
            auto share = test::a_share(job, sequence, payout_script, "salt");
            const auto proved = prove(share, job);
            REQUIRE(proved);
            for (const char* other : {"tlas", ""}) {
                share.mutable_bitcoin()->set_salt(other);
                const auto with_other = prove(share, job);
                CHECK((!with_other || with_other.value() != proved.value()));
            }
        }
    }
}

TEST_CASE("a salt of another size than the job's is refused") {
    auto job = test::a_job();
    auto share = test::a_share(job, 1);
    for (const char* salt : {"s", "salty"}) {
        share.mutable_bitcoin()->set_salt(salt);
        const auto proved = prove(share, job);
        REQUIRE_FALSE(proved);
        CHECK(proved.error().context == "the salt has not the job's size");
    }
    job.mutable_bitcoin()->clear_salt_size();
    share.mutable_bitcoin()->set_salt("salt");
    CHECK_FALSE(prove(share, job));
    share.mutable_bitcoin()->clear_salt();
    CHECK(prove(share, job));
}

TEST_CASE("a solo share of a job without solo work is refused") {
    auto job = test::a_job();
    const auto share = test::a_share(job, 1, "miner");
    job.mutable_bitcoin()->clear_solo();
    const auto proved = prove(share, job);
    REQUIRE_FALSE(proved);
    CHECK(proved.error().context == "the job has no work for solo miners");
}
