// Proofs as rows: the key of tickets, which all statshttpds of a database share, and the proofs
// that were used.
#pragma once

#include <optional>

#include "common/db/db.hpp"
#include "statshttpd/proof.hpp"

namespace lode::statshttpd {

class ProofRepository {
  public:
    // The connection outlives it.
    explicit ProofRepository(db::Connection& connection) : db_(connection) {}

    // Made by whoever asks first. Not inside a transaction.
    [[nodiscard]] Result<Bytes> key();

    // Inside the transaction of what the proof is used for. Rejected when it was used before.
    [[nodiscard]] Result<void> spend(const Proof& proof, UnixTime now);

  private:
    [[nodiscard]] Result<std::optional<Bytes>> find_key();

    db::Connection& db_;
};

}  // namespace lode::statshttpd
