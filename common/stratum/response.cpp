// Lines are put together by hand where every share needs one, by json::Writer elsewhere.
#include "common/stratum/response.hpp"

#include "common/base/hex.hpp"
#include "common/json/writer.hpp"
#include "common/stratum/fields.hpp"

namespace lode::stratum {

namespace {

std::string notification(std::string_view method, std::string_view params) {
    std::string line = R"({"id":null,"method":")";
    line.append(method).append(R"(","params":)").append(params).append("}\n");
    return line;
}

}  // namespace

std::string true_line(std::string_view id) {
    return result_line(id, "true");
}

std::string result_line(std::string_view id, std::string_view result) {
    std::string line;
    line.reserve(id.size() + result.size() + 32);
    line.append(R"({"id":)").append(id).append(R"(,"result":)").append(result);
    line.append(",\"error\":null}\n");
    return line;
}

std::string error_line(std::string_view id, RejectCode code) {
    return error_line(id, code, to_text(code));
}

std::string error_line(std::string_view id, RejectCode code, std::string_view text) {
    std::string line;
    line.reserve(id.size() + text.size() + 48);
    line.append(R"({"id":)").append(id).append(R"(,"result":null,"error":[)");
    line.append(std::to_string(static_cast<int>(code))).append(",");
    line.append(json::quoted(text)).append(",null]}\n");
    return line;
}

std::string subscribe_line(std::string_view id, const SubscribeResult& result) {
    json::Writer writer;
    writer.array().array();
    for (const std::string_view method : {"mining.set_difficulty", "mining.notify"}) {
        writer.array().value(method).value(result.session_id).end();
    }
    writer.end().value(to_hex(result.extranonce1)).value(result.extranonce2_size).end();
    return result_line(id, writer.take());
}

std::string configure_line(std::string_view id, const ConfigureResult& result) {
    json::Writer writer;
    writer.object();
    if (result.version_mask) {
        writer.field("version-rolling", *result.version_mask != 0);
        if (*result.version_mask != 0) {
            writer.field("version-rolling.mask", hex32(*result.version_mask));
        }
    }
    const auto grant = [&writer](std::string_view name, const std::optional<Granted>& granted) {
        if (granted) writer.field(name, *granted == Granted::yes);
    };
    grant("minimum-difficulty", result.minimum_difficulty);
    grant("subscribe-extranonce", result.subscribe_extranonce);
    grant("info", result.info);
    for (const std::string_view name : result.unknown) writer.field(name, false);
    return result_line(id, writer.end().take());
}

std::string set_difficulty_line(const bitcoin::Difficulty& difficulty) {
    return notification("mining.set_difficulty", "[" + difficulty_decimal(difficulty) + "]");
}

std::string set_version_mask_line(std::uint32_t mask) {
    return notification("mining.set_version_mask", "[\"" + hex32(mask) + "\"]");
}

std::string set_extranonce_line(ByteView extranonce1, std::size_t extranonce2_size) {
    return notification("mining.set_extranonce", "[\"" + to_hex(extranonce1) + "\"," +
                                                     std::to_string(extranonce2_size) + "]");
}

std::string show_message_line(std::string_view text) {
    return notification("client.show_message", "[" + json::quoted(text) + "]");
}

std::string reconnect_line() {
    return notification("client.reconnect", "[]");
}

std::string reconnect_line(const ReconnectTo& to) {
    return notification("client.reconnect", "[" + json::quoted(to.host) + "," +
                                                std::to_string(to.port) + "," +
                                                std::to_string(to.wait_seconds) + "]");
}

std::string get_version_line(std::uint64_t id) {
    return R"({"id":)" + std::to_string(id) + ",\"method\":\"client.get_version\",\"params\":[]}\n";
}

}  // namespace lode::stratum
