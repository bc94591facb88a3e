// The statements behind proofs.
#include "statshttpd/proof_repository.hpp"

#include "common/base/random.hpp"

namespace lode::statshttpd {
namespace {

constexpr const char* key_name = "proof";
// A proof is remembered for longer than it holds, because clocks of several machines differ.
constexpr auto margin = std::chrono::hours(1);

}  // namespace

Result<std::optional<Bytes>> ProofRepository::find_key() {
    LODE_TRY(const auto rows,
             db_.query("SELECT secret FROM site_key WHERE name = ?", {std::string(key_name)}));
    if (rows.empty()) return std::optional<Bytes>();
    return std::optional(rows.front().bytes(0));
}

Result<Bytes> ProofRepository::key() {
    LODE_TRY(const auto present, find_key());
    if (present) return *present;
    const auto made = db_.execute("INSERT INTO site_key (name, secret) VALUES (?, ?)",
                                  {std::string(key_name), random_bytes(proof_key_bytes)});
    // Another may have been quicker.
    if (!made && made.error().code != ErrorCode::conflict) return made.error();
    LODE_TRY(const auto now_present, find_key());
    if (!now_present) return failure(ErrorCode::internal, "the key of proofs vanished");
    return *now_present;
}

Result<void> ProofRepository::spend(const Proof& proof, UnixTime now) {
    LODE_TRY_VOID(db_.execute("DELETE FROM used_proof WHERE expires_unix_ms <= ?",
                              {to_unix_ms(now - margin)}));
    const auto spent = db_.execute("INSERT INTO used_proof (nonce, expires_unix_ms) VALUES (?, ?)",
                                   {proof.nonce, to_unix_ms(proof.expires)});
    if (spent) return success();
    if (spent.error().code != ErrorCode::conflict) return spent.error();
    return failure(ErrorCode::rejected, "this proof was used already, ask for another");
}

}  // namespace lode::statshttpd
