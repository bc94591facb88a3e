// Proofs to tokens, with signatures made here; a proof is worth something once, and to its own.
#include "statshttpd/sign_in.hpp"

#include "statshttpd/proof_repository.hpp"
#include "statshttpd/token_repository.hpp"
#include "tests/statshttpd/history.hpp"
#include "tests/support/message_signer.hpp"

using namespace lode;
using namespace lode::statshttpd;

namespace {

constexpr UnixTime now = from_unix_ms(1'795'298'400'000);

struct Pool {
    test::History history;
    db::Connection connection = history.open();
    test::MessageSigner signer;
    Bytes key = ProofRepository(connection).key().value();
    ProofContext context{.host = "pool.example", .now = now, .network = bitcoin::Network::regtest};

    [[nodiscard]] Proof ask(ProofAction action = ProofAction::session, char nonce = '0') const {
        return {.host = "pool.example",
                .nonce = std::string(32, nonce),
                .action = action,
                .scope = Scope::manage,
                .user = signer.address(bitcoin::Network::regtest),
                .expires = now + proof_time};
    }
    [[nodiscard]] SignedProof answer(const Proof& proof) const {
        return {.ticket = ticket_of(proof, key), .signature = signer.sign(message_of(proof))};
    }
    Result<Session> sign_in(const SignedProof& proof, std::uint8_t token = 1) {
        return statshttpd::sign_in(
            connection, proof, context,
            {.token = token_text(Bytes(32, token)), .lifetime = std::chrono::hours(1)});
    }
};

ErrorCode code_of(const Result<Session>& session) {
    REQUIRE_FALSE(session);
    return session.error().code;
}

}  // namespace

TEST_CASE("a signed proof gives a token of its user and scope, once", "[database]") {
    Pool pool;
    const SignedProof proof = pool.answer(pool.ask());
    const auto session = pool.sign_in(proof).value();
    CHECK(session.user == pool.signer.address(bitcoin::Network::regtest));
    CHECK(session.scope == Scope::manage);
    CHECK(session.expires == now + std::chrono::hours(1));
    const auto row = TokenRepository(pool.connection)
                         .find(*token_hash(token_text(Bytes(32, std::uint8_t{1}))))
                         .value();
    REQUIRE(row);
    CHECK(row->caller.user == session.user);
    CHECK(row->expires == session.expires);
    CHECK(code_of(pool.sign_in(proof, 2)) == ErrorCode::rejected);
    CHECK(TokenRepository(pool.connection).list("", 10).value().size() == 1);
}

TEST_CASE("a proof of another host, action, time or signer is worth nothing", "[database]") {
    Pool pool;
    CHECK(code_of(pool.sign_in(pool.answer(pool.ask(ProofAction::settings)))) ==
          ErrorCode::rejected);
    const SignedProof good = pool.answer(pool.ask());
    SignedProof wrong = good;
    wrong.signature = pool.signer.sign(message_of(pool.ask()) + " ");
    CHECK(code_of(pool.sign_in(wrong)) == ErrorCode::rejected);
    wrong.signature = test::MessageSigner(9).sign(message_of(pool.ask()));
    CHECK(code_of(pool.sign_in(wrong)) == ErrorCode::rejected);
    // The signature of another proof does not fit, nor does its ticket.
    wrong = good;
    wrong.ticket = pool.answer(pool.ask(ProofAction::session, '1')).ticket;
    CHECK(code_of(pool.sign_in(wrong)) == ErrorCode::rejected);
    wrong = good;
    wrong.ticket.back() = wrong.ticket.back() == '0' ? '1' : '0';
    CHECK(code_of(pool.sign_in(wrong)) == ErrorCode::malformed);
    pool.context.host = "evil.example";
    CHECK(code_of(pool.sign_in(good)) == ErrorCode::malformed);
    pool.context.host = "pool.example";
    pool.context.now = now + proof_time;
    CHECK(code_of(pool.sign_in(good)) == ErrorCode::rejected);
    pool.context.now = now;
    CHECK(pool.sign_in(good));
}

TEST_CASE("a token that cannot be kept does not use up the proof", "[database]") {
    Pool pool;
    for (std::int64_t i = 0; i < tokens_per_user_max; ++i) {
        const auto hash = token_hash(token_text(Bytes(32, static_cast<std::uint8_t>(i + 50))));
        REQUIRE(TokenRepository(pool.connection)
                    .add_within({.hash = *hash,
                                 .scope = Scope::watch,
                                 .user = pool.signer.address(bitcoin::Network::regtest),
                                 .name = "wall",
                                 .at = now,
                                 .expires = {}}));
    }
    const SignedProof proof = pool.answer(pool.ask());
    CHECK(code_of(pool.sign_in(proof)) == ErrorCode::conflict);
    REQUIRE(pool.connection.execute("DELETE FROM api_token"));
    CHECK(pool.sign_in(proof));
}
