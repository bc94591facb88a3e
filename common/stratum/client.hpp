// The other end of the wire: what a miner, a watcher or a proxy sends to a pool, and what a pool's
// lines say. Pools differ, so this side reads leniently but always within bounds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/base/secret.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/bitcoin/target.hpp"
#include "common/json/document.hpp"
#include "common/stratum/notify.hpp"
#include "common/stratum/response.hpp"

namespace lode::stratum {

// ---- requests: whole lines with their newline ------------------------------------------------

[[nodiscard]] std::string subscribe_request(std::uint64_t id, std::string_view agent,
                                            std::string_view session_id = {});
[[nodiscard]] std::string authorize_request(std::uint64_t id, std::string_view user,
                                            const Secret& password);
// Asks for version rolling only.
[[nodiscard]] std::string configure_request(std::uint64_t id, std::uint32_t version_mask);
[[nodiscard]] std::string suggest_difficulty_request(std::uint64_t id,
                                                     const bitcoin::Difficulty& difficulty);

struct SubmitFields {
    std::string_view user{};
    std::string_view job_id{};
    ByteView extranonce2{};
    std::uint32_t time = 0;
    std::uint32_t nonce = 0;
    std::optional<std::uint32_t> version_bits{};  // only where version rolling was granted
};
[[nodiscard]] std::string submit_request(std::uint64_t id, const SubmitFields& fields);

// Answers client.get_version, whose id is raw JSON text.
[[nodiscard]] std::string version_answer(std::string_view id, std::string_view agent);

// ---- lines from the pool ---------------------------------------------------------------------

// A job as a pool gives it; ids of other pools are any text of up to 128 bytes.
struct PoolJob {
    std::string id;
    bitcoin::Hash256 prev_hash;
    Bytes coinbase_prefix;
    Bytes coinbase_suffix;
    std::vector<bitcoin::Hash256> merkle_branch;  // at most 32
    std::uint32_t version = 0;
    std::uint32_t bits = 0;
    std::uint32_t time = 0;
    CleanJobs clean = CleanJobs::yes;
};

struct SetDifficulty {
    bitcoin::Difficulty difficulty;
};
struct SetVersionMask {
    std::uint32_t mask = 0;
};
struct SetExtranonce {
    Bytes extranonce1;
    std::size_t extranonce2_size = 0;
};
// An empty host is the one connected to.
struct Reconnect {
    ReconnectTo to;
};
struct ShowMessage {
    std::string text;  // at most 512 bytes
};
struct GetVersion {};
struct PoolPing {};

// The pool refused a request.
struct Rejection {
    int code = 20;
    std::string text;  // at most 512 bytes
};
// The answer to request `id`: a rejection, or a result for the functions below.
struct Answer {
    std::uint64_t id = 0;
    std::optional<Rejection> rejection;
    json::Value result;
};

// Something we do not know, or an answer to no request; to be passed over.
struct OtherMessage {
    std::string method;
};

struct PoolMessage {
    json::Document document;  // holds what `body` looks into
    std::string id;           // raw JSON text
    std::variant<OtherMessage, PoolJob, SetDifficulty, SetVersionMask, SetExtranonce, Reconnect,
                 ShowMessage, GetVersion, PoolPing, Answer>
        body;
};
// Malformed: no JSON object, or a known method with parameters that make no sense.
[[nodiscard]] Result<PoolMessage> parse_pool_line(std::string_view line);

// The result of mining.subscribe: 0 to 16 bytes of extranonce1, 1 to 16 of extranonce2.
[[nodiscard]] Result<SubscribeResult> parse_subscribe_result(const json::Value& result);
// The mask that mining.configure granted; 0: none.
[[nodiscard]] std::uint32_t granted_version_mask(const json::Value& result);

}  // namespace lode::stratum
