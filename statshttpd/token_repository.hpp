// The rows of table `api_token`: who may ask what. Only hashes of tokens are kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/secret.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/db/db.hpp"
#include "statshttpd/caller.hpp"

namespace lode::statshttpd {

// A token's text is this and 64 hexadecimal digits: 256 random bits.
inline constexpr std::string_view token_prefix = "lode_";
[[nodiscard]] Secret token_text(ByteView random);
// What the database knows a token by; empty for a text that cannot be a token.
[[nodiscard]] std::optional<bitcoin::Hash256> token_hash(const Secret& token);

struct TokenRow {
    Caller caller;
    UnixTime created;
    std::optional<UnixTime> expires;

    [[nodiscard]] bool expired(UnixTime now) const { return expires && *expires <= now; }
};

struct NewToken {
    bitcoin::Hash256 hash;
    Scope scope = Scope::none;
    std::string user;  // of watch and manage; who need not be in the table of users
    std::string name;  // chosen by who makes it, at most token_name_max bytes
    UnixTime at;
    std::optional<UnixTime> expires;
};

inline constexpr std::size_t token_name_max = 64;
// Of one user at a time, sessions among them: enough for every device, and a table that no signing
// fills.
inline constexpr std::int64_t tokens_per_user_max = 100;

class TokenRepository {
  public:
    // The connection outlives it.
    explicit TokenRepository(db::Connection& connection) : db_(connection) {}

    // Also one that has expired.
    [[nodiscard]] Result<std::optional<TokenRow>> find(const bitcoin::Hash256& hash);

    // By id; of one user, or with an empty name all there are. At most `limit`.
    [[nodiscard]] Result<std::vector<TokenRow>> list(const std::string& user, std::int64_t limit);

    // Gives its id. `who` stands in the audit log beside it. Removes tokens that expired. Conflict
    // when the user has tokens_per_user_max already.
    [[nodiscard]] Result<std::int64_t> add(const NewToken& token, const std::string& who);
    // The same inside a transaction of the caller's, and with the caller's own audit row.
    [[nodiscard]] Result<std::int64_t> add_within(const NewToken& token);

    struct Revocation {
        std::int64_t id = 0;
        std::string user;  // whose it must be; empty: anybody's
        std::string who;
        UnixTime at;
    };
    // Rejected when there is no such token.
    [[nodiscard]] Result<void> revoke(const Revocation& revocation);

  private:
    db::Connection& db_;
};

}  // namespace lode::statshttpd
