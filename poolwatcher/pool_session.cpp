// Reads jobs for their tips and answers what keeps the connection alive.
#include "poolwatcher/pool_session.hpp"

#include "common/base/log.hpp"
#include "common/stratum/client.hpp"

namespace lode::poolwatcher {

namespace {

constexpr std::uint64_t subscribe_id = 1;
constexpr std::uint64_t authorize_id = 2;

}  // namespace

PoolSession::PoolSession(PoolSessionOptions options) : options_(std::move(options)) {}

std::string PoolSession::greeting() const {
    return stratum::subscribe_request(subscribe_id, options_.agent) +
           stratum::authorize_request(authorize_id, options_.user, options_.password);
}

Step PoolSession::line(std::string_view line) const {
    const auto parsed = stratum::parse_pool_line(line);
    Step step;
    if (!parsed) {
        step.part = parsed.error().context;
        return step;
    }
    const auto& body = parsed.value().body;
    if (const auto* job = std::get_if<stratum::PoolJob>(&body)) {
        step.tip = PoolTip{job->prev_hash, coinbase_height(job->coinbase_prefix), job->bits};
    } else if (const auto* answer = std::get_if<stratum::Answer>(&body)) {
        if (answer->rejection && answer->id == subscribe_id) {
            step.part = "it refuses the subscription: " + answer->rejection->text;
        } else if (answer->rejection && answer->id == authorize_id) {
            // Many give jobs nevertheless; without any the silence ends the connection.
            log::warn("a watched pool refuses the user",
                      {{"pool", options_.name}, {"reason", answer->rejection->text}});
        }
    } else if (std::holds_alternative<stratum::GetVersion>(body)) {
        step.send = stratum::version_answer(parsed.value().id, options_.agent);
    } else if (std::holds_alternative<stratum::PoolPing>(body)) {
        step.send = stratum::result_line(parsed.value().id, "\"pong\"");
    } else if (std::holds_alternative<stratum::Reconnect>(body)) {
        step.part = "it asks to reconnect";
    }
    return step;
}

std::uint32_t coinbase_height(ByteView coinbase_prefix) {
    // version 4, count of inputs 1, outpoint 36, then the script's length and the script.
    constexpr std::size_t script_at = 4 + 1 + 36 + 1;
    if (coinbase_prefix.size() <= script_at) return 0;
    const ByteView script = coinbase_prefix.subspan(script_at);
    const std::uint8_t opcode = script[0];
    if (opcode >= 0x51 && opcode <= 0x60) return opcode - 0x50U;  // OP_1 to OP_16
    if (opcode == 0 || opcode > 4 || script.size() <= opcode) return 0;
    std::uint32_t height = 0;
    for (std::size_t i = opcode; i > 0; --i) height = (height << 8) | script[i];
    return height;
}

}  // namespace lode::poolwatcher
