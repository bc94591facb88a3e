// What a miner sends: one line becomes one typed request. Everything a request says is checked for
// form here; what it means (which job, which user) is the session's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/result.hpp"
#include "common/base/strong.hpp"
#include "common/bitcoin/target.hpp"
#include "common/bitcoin/uint256.hpp"
#include "common/json/document.hpp"
#include "common/stratum/fields.hpp"

namespace lode::stratum {

// User agents and session ids are cut to this many bytes, the former at a character's boundary.
inline constexpr std::size_t agent_size_max = 64;
inline constexpr std::size_t session_id_size_max = 64;
// A canonical user name (128), a dot, a worker name (64), and room for an error to say so.
inline constexpr std::size_t user_size_max = 256;

// BIP 310. An extension that is not asked for has no answer.
struct Configure {
    struct VersionRolling {
        std::uint32_t mask = 0xffffffff;  // bits the miner would roll
        std::uint32_t min_bit_count = 0;
    };
    std::optional<VersionRolling> version_rolling;
    // Asked for: the least difficulty the miner wants; empty inside when its value is no number.
    std::optional<std::optional<bitcoin::Difficulty>> minimum_difficulty;
    bool subscribe_extranonce = false;
    bool info = false;
    std::vector<std::string_view> unknown;  // other extensions, each to be answered false
};

struct Subscribe {
    std::string_view agent;       // at most agent_size_max bytes, empty when not given
    std::string_view session_id;  // of the session to resume; empty when none
};

struct Authorize {
    std::string_view user;      // 1 to user_size_max bytes
    std::string_view password;  // a secret: never logged; empty when missing or null
};

// With job, extranonce2, time and nonce in order; whatever else is wrong (`fault`), the share can
// be hashed and may be a block.
struct Submit {
    std::string_view user;     // 1 to user_size_max bytes, unless there is a fault
    std::optional<JobId> job;  // empty: an id we never gave, so an unknown job
    ShortBytes extranonce2;
    std::uint32_t time = 0;
    std::uint32_t nonce = 0;
    std::optional<std::uint32_t> version_bits;  // the sixth parameter
    // Empty, or why it is to be answered like BadParameters; of static life.
    std::string_view fault{};
};

struct SuggestDifficulty {
    bitcoin::Difficulty difficulty;
};
struct SuggestTarget {
    bitcoin::Uint256 target;
};
struct ExtranonceSubscribe {};
struct Ping {};
struct GetTransactions {};

// The miner answers a request of ours, such as client.get_version; text is its result when that
// is a string, cut to agent_size_max.
struct ClientAnswer {
    std::string_view text;
};

struct UnknownMethod {
    std::string_view method;
};

// A known method with parameters that make no sense: answered with code 20 and this reason.
struct BadParameters {
    std::string_view reason;  // of static life
};

struct Request {
    std::string_view id;  // raw JSON text to be echoed; "null" when there is none
    std::variant<BadParameters, Configure, Subscribe, Authorize, Submit, SuggestDifficulty,
                 SuggestTarget, ExtranonceSubscribe, Ping, GetTransactions, ClientAnswer,
                 UnknownMethod>
        body;
};

// Reads requests one after another. All views in a request point into the line or into this
// reader and last until the next read; one reader serves all sessions of an event loop.
class RequestReader {
  public:
    // The line without its newline (a carriage return before it is fine). Malformed when it is
    // no JSON object, has neither method nor result, or is too long or too deep: such a client
    // speaks no Stratum.
    [[nodiscard]] Result<Request> read(std::string_view line);
    // Of the line read last, if that was malformed: its id as far as there was one, else "null".
    [[nodiscard]] std::string_view malformed_id() const { return id_; }

  private:
    std::optional<json::Document> document_;
    std::string id_;
};

}  // namespace lode::stratum
