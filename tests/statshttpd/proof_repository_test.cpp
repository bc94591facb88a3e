// One key for all, and each proof once.
#include "statshttpd/proof_repository.hpp"

#include "tests/statshttpd/history.hpp"

using namespace lode;
using namespace lode::statshttpd;

namespace {

constexpr UnixTime now = from_unix_ms(100'000'000);

Proof proof_of(const std::string& nonce) {
    return {.host = "h", .nonce = nonce, .user = "u", .expires = now + proof_time};
}

}  // namespace

TEST_CASE("whoever asks for the key first makes it", "[database]") {
    const test::History history;
    auto one = history.open();
    auto other = history.open();
    const Bytes key = ProofRepository(one).key().value();
    CHECK(key.size() == proof_key_bytes);
    CHECK(ProofRepository(other).key().value() == key);
    const test::History elsewhere;
    auto third = elsewhere.open();
    CHECK(ProofRepository(third).key().value() != key);
}

TEST_CASE("a proof is used once, whichever connection it comes by", "[database]") {
    const test::History history;
    const auto spend = [&](const std::string& nonce, UnixTime at) {
        auto connection = history.open();
        return connection.transaction(
            [&] { return ProofRepository(connection).spend(proof_of(nonce), at); });
    };
    CHECK(spend("a", now));
    CHECK(spend("b", now));
    CHECK(spend("a", now).error().code == ErrorCode::rejected);
    CHECK(spend("a", now + proof_time).error().code == ErrorCode::rejected);
    // What can no longer be used is forgotten.
    CHECK(spend("c", now + std::chrono::hours(2)));
    auto connection = history.open();
    CHECK(connection.query("SELECT nonce FROM used_proof").value().size() == 1);
}

TEST_CASE("a proof is not used up when what it was for did not happen", "[database]") {
    const test::History history;
    auto connection = history.open();
    ProofRepository proofs(connection);
    CHECK_FALSE(connection.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(proofs.spend(proof_of("a"), now));
        return failure(ErrorCode::rejected, "the rest failed");
    }));
    CHECK(connection.transaction([&] { return proofs.spend(proof_of("a"), now); }));
}
