// What is known beforehand is what would be computed.
#include "sserver/merkle_roots.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "tests/sserver/builders.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;

namespace {

// Another job under the same id, as an operator who begins anew may have it.
std::vector<JobPtr> jobs() {
    std::vector<JobPtr> all;
    for (std::uint64_t id = 0x1000; id < 0x1003; ++id) {
        for (int kind = 0; kind < 2; ++kind) {
            v1::Job message = job_message({.id = id});
            message.mutable_bitcoin()->set_coinbase_suffix(std::string(60, kind == 0 ? 's' : 'r'));
            all.push_back(make_job(message, {.made = start.steady}).value());
        }
    }
    return all;
}

}  // namespace

TEST_CASE("shares are judged as without what was remembered, in whatever order they come") {
    const auto all = jobs();
    const Worker worker{"alice.rig", "alice", "rig"};
    MerkleRoots roots;
    std::mt19937 random(7);
    for (int round = 0; round < 3'000; ++round) {
        stratum::Submit submit = a_submit();
        const Bytes extranonce2{0, 0, 0, static_cast<std::uint8_t>(random() % 2),
                                0, 0, 0, static_cast<std::uint8_t>(random() % 2)};
        submit.extranonce2 = stratum::ShortBytes(extranonce2);
        submit.nonce = static_cast<std::uint32_t>(random());
        // Sessions that share a place among the remembered, too.
        const auto extranonce =
            static_cast<std::uint32_t>((5u << 20) | (random() % 2 * 1'024) | (random() % 2));
        std::optional<Salt> salt;
        if (random() % 2 == 0) salt = Salt{0, 0, 0, static_cast<std::uint8_t>(random() % 2)};
        const ShareClaim claim{.job = *all[random() % all.size()],
                               .standing = Standing::in_force,
                               .extranonce1 = extranonce,
                               .exponent = exponent_min,
                               .salt = salt,
                               .worker = &worker,
                               .submit = submit,
                               .oldest_job = JobId(1),
                               .roots = roots};
        MerkleRoots fresh;
        const ShareClaim alone{.job = claim.job,
                               .standing = Standing::in_force,
                               .extranonce1 = extranonce,
                               .exponent = exponent_min,
                               .salt = salt,
                               .worker = &worker,
                               .submit = submit,
                               .oldest_job = JobId(1),
                               .roots = fresh};
        DuplicateFilter seen;
        DuplicateFilter other;
        const Judgement one = judge(claim, seen, start.steady);
        const Judgement two = judge(alone, other, start.steady);
        REQUIRE(one.check.header == two.check.header);
        REQUIRE(one.check.hash == two.check.hash);
        REQUIRE(one.verdict == two.verdict);
    }
}

TEST_CASE("a root is computed once for one key and anew for another") {
    MerkleRoots roots;
    int computed = 0;
    const auto root = [&](const MerkleRoots::Key& key) {
        return roots.of(key, [&] {
            bitcoin::Hash256 hash;
            hash.bytes[0] = static_cast<std::uint8_t>(++computed);
            return hash;
        });
    };
    const MerkleRoots::Key key{.job = 1, .extranonce2 = 2, .extranonce1 = 3};
    CHECK(root(key).bytes[0] == 1);
    CHECK(root(key).bytes[0] == 1);
    CHECK(root({.job = 2, .extranonce2 = 2, .extranonce1 = 3}).bytes[0] == 2);
    CHECK(root({.job = 2, .extranonce2 = 5, .extranonce1 = 3}).bytes[0] == 3);
    CHECK(root({.job = 2, .extranonce2 = 5, .extranonce1 = 3 + 1'024}).bytes[0] == 4);
    CHECK(root(key).bytes[0] == 5);
    CHECK(root({.job = 1, .extranonce2 = 2, .extranonce1 = 3, .salt = Salt{}}).bytes[0] == 6);
}
