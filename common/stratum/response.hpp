// What a server sends, but for mining.notify (notify.hpp): each function gives one whole line with
// its newline. `id` is the raw JSON text of the request's id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/bitcoin/target.hpp"
#include "common/stratum/codes.hpp"

namespace lode::stratum {

// ---- answers -------------------------------------------------------------------------------

[[nodiscard]] std::string true_line(std::string_view id);
// The result is JSON text, such as [] or "pong" with its quotes.
[[nodiscard]] std::string result_line(std::string_view id, std::string_view result);
[[nodiscard]] std::string error_line(std::string_view id, RejectCode code);
[[nodiscard]] std::string error_line(std::string_view id, RejectCode code, std::string_view text);

struct SubscribeResult {
    std::string session_id;  // what the miner gives to resume
    Bytes extranonce1;
    std::size_t extranonce2_size = 0;  // bytes
};
[[nodiscard]] std::string subscribe_line(std::string_view id, const SubscribeResult& result);

enum class Granted : bool { no, yes };

// One field an extension asked for; those left empty are not mentioned.
struct ConfigureResult {
    std::optional<std::uint32_t> version_mask{};  // 0: version rolling is answered false
    std::optional<Granted> minimum_difficulty{};
    std::optional<Granted> subscribe_extranonce{};
    std::optional<Granted> info{};
    std::vector<std::string_view> unknown{};  // answered false
};
[[nodiscard]] std::string configure_line(std::string_view id, const ConfigureResult& result);

// ---- notifications -------------------------------------------------------------------------

[[nodiscard]] std::string set_difficulty_line(const bitcoin::Difficulty& difficulty);
[[nodiscard]] std::string set_version_mask_line(std::uint32_t mask);
[[nodiscard]] std::string set_extranonce_line(ByteView extranonce1, std::size_t extranonce2_size);
[[nodiscard]] std::string show_message_line(std::string_view text);

struct ReconnectTo {
    std::string host;
    std::uint16_t port = 0;
    std::uint32_t wait_seconds = 0;
};
// Without a place the miner comes back to the same one.
[[nodiscard]] std::string reconnect_line();
[[nodiscard]] std::string reconnect_line(const ReconnectTo& to);

// A request of ours; the miner answers with its name and version.
[[nodiscard]] std::string get_version_line(std::uint64_t id);

}  // namespace lode::stratum
