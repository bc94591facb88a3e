// What comes through the door as a job, and how it is shown to miners.
#include "sserver/job.hpp"

#include <catch2/catch_test_macros.hpp>
#include <functional>

#include "tests/sserver/builders.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;

namespace {

std::string refused(const std::function<void(v1::Job&)>& spoil) {
    v1::Job message = job_message({});
    spoil(message);
    const auto job = make_job(message, {.made = start.steady});
    return job ? "taken" : job.error().context;
}

}  // namespace

TEST_CASE("a job is encoded once, with the id and the clean flag it has") {
    const auto job = a_job({.id = 0xabc, .clean = false});
    CHECK(job->line->find(R"("params":["abc",")") != std::string::npos);
    CHECK(job->line->ends_with("false]}\n"));
    CHECK(job->line_clean->ends_with("true]}\n"));
    const auto clean = a_job({.clean = true});
    CHECK(clean->line == clean->line_clean);
}

TEST_CASE("a reissue differs in the id and the last bytes of the first half, and is not clean") {
    const auto job = a_job({.id = 0xabc});
    std::string expected = *job->line;
    expected.replace(expected.find("\"abc\""), 5, "\"3000000000abc\"");
    // The published one is 50 times the letter p.
    expected.replace(expected.find("70707070\""), 8, "0102feff");
    CHECK(job->reissue_line(3, {1, 2, 0xfe, 0xff}, job->coinbase_suffix) == expected);
}

TEST_CASE("what is hashed before the extranonce is what is shown, with a salt and without") {
    // Around the size of a block of the hash.
    for (std::size_t size = 4; size < 140; ++size) {
        v1::Job message = job_message({});
        std::string prefix(size, 'p');
        message.mutable_bitcoin()->set_coinbase_prefix(prefix);
        const JobPtr job = make_job(message, {.made = start.steady}).value();
        CHECK(job->prefix_with(std::nullopt) == to_bytes(as_bytes(prefix)));
        CHECK(job->prefix_hash_with(std::nullopt).finish() == bitcoin::sha256(as_bytes(prefix)));
        const Salt salt{9, 8, 7, static_cast<std::uint8_t>(size)};
        prefix.replace(size - 4, 4, as_chars(salt));
        CHECK(job->prefix_with(salt) == to_bytes(as_bytes(prefix)));
        CHECK(job->prefix_hash_with(salt).finish() == bitcoin::sha256(as_bytes(prefix)));
    }
}

TEST_CASE("another coinbase suffix changes the second half in the notification and nothing else") {
    const auto job = a_job({.id = 0xabc, .clean = false});
    const Bytes own{0xfe, 0xed};
    const auto with_own = [](std::string line) {
        // The pool's is 60 times the letter s.
        return line.replace(line.find("\"737373") + 1, 120, "feed");
    };
    CHECK(job->line_with(own, stratum::CleanJobs::no) == with_own(*job->line));
    CHECK(job->line_with(own, stratum::CleanJobs::yes) == with_own(*job->line_clean));
    CHECK(job->line_with(job->coinbase_suffix, stratum::CleanJobs::no) == *job->line);
}

TEST_CASE("a job without work for solo miners is a job, one with wrong terms is none") {
    CHECK_FALSE(a_job()->solo);
    CHECK(a_job({.solo = true})->solo->fee_ppm == 20'000);
    CHECK(refused([](v1::Job& job) { (void)job.mutable_bitcoin()->mutable_solo(); }) ==
          "the solo fee has no script");
}

TEST_CASE("the id on the wire is split into job and reissue") {
    const JobIssue issue{JobId(0x0000'6f12'3456'0007), 9};
    CHECK(parse_wire_id(wire_id(issue)) == issue);
    CHECK(wire_id({JobId(5), 0}) == JobId(5));
}

TEST_CASE("the network's difficulty is known as a power of two not above it") {
    CHECK(a_job({.network_exponent = -20})->network_exponent == -20);
    v1::Job regtest = job_message({});
    regtest.mutable_bitcoin()->set_bits(0x207fffff);
    const auto target = bitcoin::target_from_bits(0x207fffff).value();
    regtest.set_network_target(std::string(as_chars(target.to_hash().view())));
    CHECK(make_job(regtest, {.made = start.steady}).value()->network_exponent == -32);
}

TEST_CASE("a job with something missing is refused and the field named") {
    CHECK(refused([](v1::Job& job) { job.set_job_id(0); }) == "job: job_id out of range");
    CHECK(refused([](v1::Job& job) { job.set_job_id(std::uint64_t{1} << 48); }) ==
          "job: job_id out of range");
    CHECK(refused([](v1::Job& job) { job.clear_template_id(); }) ==
          "job: template_id is not 32 bytes");
    CHECK(refused([](v1::Job& job) { job.clear_network_target(); }) ==
          "job: network_target is not 32 bytes");
    CHECK(refused([](v1::Job& job) { job.set_network_target(std::string(32, '\0')); }) ==
          "job: network_target is zero");
    CHECK(refused([](v1::Job& job) { job.clear_bitcoin(); }) == "job: body is missing");
    CHECK(refused([](v1::Job& job) { job.mutable_bitcoin()->set_prev_hash("short"); }) ==
          "job: prev_hash is not 32 bytes");
    CHECK(refused([](v1::Job& job) { job.mutable_bitcoin()->set_extranonce_size(8); }) ==
          "job: extranonce_size is not 12");
    CHECK(refused([](v1::Job& job) { job.mutable_bitcoin()->set_salt_size(5); }) ==
          "job: salt_size is neither 0 nor 4");
    CHECK(refused([](v1::Job& job) { job.mutable_bitcoin()->set_coinbase_prefix("abc"); }) ==
          "job: coinbase_prefix has no room for its salt");
    CHECK(refused([](v1::Job& job) { job.mutable_bitcoin()->clear_coinbase_suffix(); }) ==
          "job: coinbase is missing");
    CHECK(refused([](v1::Job& job) { job.mutable_bitcoin()->clear_min_time(); }) ==
          "job: a time is missing");
    CHECK(refused([](v1::Job& job) { job.mutable_bitcoin()->add_merkle_branch("short"); }) ==
          "job: merkle_branch is not of 32 bytes each");
}
