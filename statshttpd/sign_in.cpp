// Ticket, signature, and then one transaction.
#include "statshttpd/sign_in.hpp"

#include "common/bitcoin/message_signature.hpp"
#include "statshttpd/audit.hpp"
#include "statshttpd/proof_repository.hpp"
#include "statshttpd/token_repository.hpp"

namespace lode::statshttpd {

Result<Proof> check_proof(db::Connection& connection, const SignedProof& proof,
                          const ProofContext& context, ProofAction action) {
    LODE_TRY(const auto key, ProofRepository(connection).key());
    LODE_TRY(auto asked,
             read_ticket(proof.ticket, {.host = context.host, .now = context.now}, key));
    if (asked.action != action) {
        return failure(ErrorCode::rejected, "this proof is for the action " +
                                                std::string(to_string(asked.action)) + ", not " +
                                                std::string(to_string(action)));
    }
    LODE_TRY(const auto address, bitcoin::parse_address(asked.user, context.network));
    LODE_TRY_VOID(bitcoin::verify_message(address, message_of(asked), proof.signature));
    return asked;
}

Result<Session> sign_in(db::Connection& connection, const SignedProof& proof,
                        const ProofContext& context, const NewSession& made) {
    LODE_TRY(const auto asked, check_proof(connection, proof, context, ProofAction::session));
    const UnixTime expires = context.now + made.lifetime;
    LODE_TRY_VOID(connection.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(ProofRepository(connection).spend(asked, context.now));
        LODE_TRY(const auto id, TokenRepository(connection)
                                    .add_within({.hash = *token_hash(made.token),
                                                 .scope = asked.scope,
                                                 .user = asked.user,
                                                 .name = "session",
                                                 .at = context.now,
                                                 .expires = expires}));
        return audit(connection, {.at = context.now,
                                  .who = asked.user,
                                  .action = "signed in",
                                  .detail = "token " + std::to_string(id) + ", " +
                                            std::string(to_string(asked.scope))});
    }));
    return Session{.scope = asked.scope, .user = asked.user, .expires = expires};
}

}  // namespace lode::statshttpd
