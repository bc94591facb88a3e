// What a proof is worth: a token, when the ticket is ours, the signature holds and neither was used
// before.
#pragma once

#include <string>

#include "common/base/secret.hpp"
#include "common/bitcoin/address.hpp"
#include "common/db/db.hpp"
#include "statshttpd/proof.hpp"

namespace lode::statshttpd {

struct SignedProof {
    std::string ticket;
    std::string signature;  // base64
};

struct ProofContext {
    std::string host;
    UnixTime now;
    bitcoin::Network network = bitcoin::Network::main;
};

// Malformed: it cannot be read, or is not of this host; rejected: it has expired, is for another
// action, or the signature is not the user's. It is not used up yet (ProofRepository::spend).
[[nodiscard]] Result<Proof> check_proof(db::Connection& connection, const SignedProof& proof,
                                        const ProofContext& context, ProofAction action);

struct NewSession {
    Secret token;
    std::chrono::seconds lifetime{};
};
struct Session {
    Scope scope = Scope::none;
    std::string user;
    UnixTime expires;
};
// Uses up the proof and keeps the token, both or none. Rejected also when the proof was used.
[[nodiscard]] Result<Session> sign_in(db::Connection& connection, const SignedProof& proof,
                                      const ProofContext& context, const NewSession& made);

}  // namespace lode::statshttpd
