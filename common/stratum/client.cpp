// Requests out, pool lines in.
#include "common/stratum/client.hpp"

#include <algorithm>

#include "common/base/hex.hpp"
#include "common/json/writer.hpp"
#include "common/stratum/fields.hpp"

namespace lode::stratum {

namespace {

// Longer job ids, texts and branches have no use; the branch of 2^32 transactions has 32 hashes.
constexpr std::size_t job_id_size_max = 128;
constexpr std::size_t text_size_max = 512;
constexpr std::size_t branch_size_max = 32;

std::string request(std::uint64_t id, std::string_view method, const std::string& params) {
    return R"({"id":)" + std::to_string(id) + R"(,"method":")" + std::string(method) +
           R"(","params":)" + params + "}\n";
}

auto malformed(std::string_view what) {
    return failure(ErrorCode::malformed, std::string(what));
}

Result<std::string_view> text_at(const json::Value& params, std::size_t index) {
    const auto text = params[index].string();
    if (!text) return malformed("parameter " + std::to_string(index) + " is no string");
    return *text;
}

Result<std::uint32_t> hex32_at(const json::Value& params, std::size_t index) {
    LODE_TRY(const std::string_view text, text_at(params, index));
    const auto value = parse_hex32(text);
    if (!value) return malformed("parameter " + std::to_string(index) + " is no 32-bit hex");
    return *value;
}

Result<Bytes> bytes_at(const json::Value& params, std::size_t index) {
    LODE_TRY(const std::string_view text, text_at(params, index));
    return from_hex(text);
}

Result<std::vector<bitcoin::Hash256>> read_branch(const json::Value& list) {
    if (!list.is_array() || list.size() > branch_size_max) {
        return malformed("the Merkle branch is no list of at most 32 hashes");
    }
    std::vector<bitcoin::Hash256> branch;
    branch.reserve(list.size());
    for (const json::Value element : list.elements()) {
        bitcoin::Hash256 hash;
        if (!decode_hex(element.string().value_or(""), hash.bytes)) {
            return malformed("a hash of the Merkle branch is not 64 hexadecimal digits");
        }
        branch.push_back(hash);
    }
    return branch;
}

Result<PoolJob> read_job(const json::Value& params) {
    PoolJob job;
    LODE_TRY(const std::string_view id, text_at(params, 0));
    if (id.empty() || id.size() > job_id_size_max) return malformed("the job id is no id");
    job.id = id;
    LODE_TRY(const std::string_view prev_hash, text_at(params, 1));
    const auto hash = parse_prev_hash(prev_hash);
    if (!hash) return malformed("the previous hash is not 64 hexadecimal digits");
    job.prev_hash = *hash;
    LODE_TRY(job.coinbase_prefix, bytes_at(params, 2));
    LODE_TRY(job.coinbase_suffix, bytes_at(params, 3));
    LODE_TRY(job.merkle_branch, read_branch(params[4]));
    LODE_TRY(job.version, hex32_at(params, 5));
    LODE_TRY(job.bits, hex32_at(params, 6));
    LODE_TRY(job.time, hex32_at(params, 7));
    job.clean = params[8].boolean().value_or(true) ? CleanJobs::yes : CleanJobs::no;
    return job;
}

Result<SetExtranonce> read_extranonce(const json::Value& extranonce1, const json::Value& size) {
    const auto bytes = short_bytes_from_hex(extranonce1.string().value_or("not hex"));
    const auto count = size.uint64();
    if (!bytes || !count || *count == 0 || *count > ShortBytes::capacity) {
        return malformed("the extranonce is not as Stratum allows: up to 16 bytes and 1 to 16");
    }
    return SetExtranonce{to_bytes(bytes->view()), static_cast<std::size_t>(*count)};
}

// Pools give the port as a number or a string, and any of the three may be missing.
std::uint64_t number_or_zero(const json::Value& value) {
    if (const auto number = value.uint64()) return *number;
    const auto document = json::Document::parse(value.string().value_or("0"), {.max_depth = 1});
    return document ? document.value().root().uint64().value_or(0) : 0;
}

Result<Reconnect> read_reconnect(const json::Value& params) {
    const std::string_view host = params[0].string().value_or("");
    const std::uint64_t port = number_or_zero(params[1]);
    // The longest host name has 253 characters (RFC 1035).
    if (host.size() > 253 || port > 65535) return malformed("client.reconnect names no place");
    // A pool may ask for patience, not for ever.
    const std::uint64_t wait = std::min<std::uint64_t>(number_or_zero(params[2]), 3600);
    return Reconnect{
        {std::string(host), static_cast<std::uint16_t>(port), static_cast<std::uint32_t>(wait)}};
}

std::string bounded(std::string_view text) {
    return std::string(text.substr(0, text_size_max));
}

using Body = decltype(PoolMessage::body);

Result<Body> read_notification(std::string_view method, const json::Value& params) {
    if (method == "mining.notify") {
        LODE_TRY(auto job, read_job(params));
        return job;
    }
    if (method == "mining.set_difficulty") {
        LODE_TRY(const auto difficulty, parse_difficulty_value(params[0]));
        return SetDifficulty{difficulty};
    }
    if (method == "mining.set_version_mask") {
        LODE_TRY(const std::uint32_t mask, hex32_at(params, 0));
        return SetVersionMask{mask};
    }
    if (method == "mining.set_extranonce") {
        LODE_TRY(auto extranonce, read_extranonce(params[0], params[1]));
        return extranonce;
    }
    if (method == "client.reconnect") {
        LODE_TRY(auto reconnect, read_reconnect(params));
        return reconnect;
    }
    if (method == "client.show_message") {
        return ShowMessage{bounded(params[0].string().value_or(""))};
    }
    if (method == "client.get_version") return GetVersion{};
    if (method == "mining.ping" || method == "client.ping") return PoolPing{};
    return OtherMessage{bounded(method)};
}

// [code, "text", …] as it should be, {"code":…,"message":…} as some pools do, or any other text.
Rejection read_rejection(const json::Value& error) {
    json::Value code = error.is_object() ? error.member("code") : error[0];
    json::Value text = error.is_object() ? error.member("message") : error[1];
    if (error.is_string()) text = error;
    const std::int64_t number = code.int64().value_or(20);
    return {static_cast<int>(std::clamp<std::int64_t>(number, -99999, 99999)),
            bounded(text.string().value_or("refused without a reason"))};
}

Body read_answer(const json::Value& root) {
    const auto id = root.member("id").uint64();
    if (!id) return OtherMessage{};
    Answer answer{*id, std::nullopt, root.member("result")};
    const json::Value error = root.member("error");
    if (!error.missing() && !error.is_null()) {
        answer.rejection = read_rejection(error);
    } else if (answer.result.missing() || answer.result.is_null() ||
               answer.result.boolean() == false) {
        answer.rejection = Rejection{20, "refused without a reason"};
    }
    return answer;
}

}  // namespace

std::string subscribe_request(std::uint64_t id, std::string_view agent,
                              std::string_view session_id) {
    json::Writer params;
    params.array().value(agent);
    if (!session_id.empty()) params.value(session_id);
    return request(id, "mining.subscribe", params.end().take());
}

std::string authorize_request(std::uint64_t id, std::string_view user, const Secret& password) {
    json::Writer params;
    params.array().value(user).value(password.reveal()).end();
    return request(id, "mining.authorize", params.take());
}

std::string configure_request(std::uint64_t id, std::uint32_t version_mask) {
    json::Writer params;
    params.array().array().value("version-rolling").end();
    params.object().field("version-rolling.mask", hex32(version_mask));
    params.field("version-rolling.min-bit-count", 1).end();
    return request(id, "mining.configure", params.end().take());
}

std::string suggest_difficulty_request(std::uint64_t id, const bitcoin::Difficulty& difficulty) {
    return request(id, "mining.suggest_difficulty", "[" + difficulty_decimal(difficulty) + "]");
}

std::string submit_request(std::uint64_t id, const SubmitFields& fields) {
    json::Writer params;
    params.array().value(fields.user).value(fields.job_id).value(to_hex(fields.extranonce2));
    params.value(hex32(fields.time)).value(hex32(fields.nonce));
    if (fields.version_bits) params.value(hex32(*fields.version_bits));
    return request(id, "mining.submit", params.end().take());
}

std::string version_answer(std::string_view id, std::string_view agent) {
    return result_line(id, json::quoted(agent));
}

Result<PoolMessage> parse_pool_line(std::string_view line) {
    LODE_TRY(auto document, json::Document::parse(
                                line, {.max_depth = depth_max, .max_bytes = server_line_size_max}));
    const json::Value root = document.root();
    if (!root.is_object()) return malformed("the line is no JSON object");
    std::string id = root.member("id").text();
    const auto method = root.member("method").string();
    if (!method) {
        Body answer = read_answer(root);
        return PoolMessage{std::move(document), std::move(id), std::move(answer)};
    }
    auto body = read_notification(*method, root.member("params"));
    if (!body) return failure_in(bounded(*method), body.error());
    return PoolMessage{std::move(document), std::move(id), std::move(body).value()};
}

Result<SubscribeResult> parse_subscribe_result(const json::Value& result) {
    LODE_TRY(SetExtranonce extranonce, read_extranonce(result[1], result[2]));
    // The session id is the second part of the first subscription, where a pool gives one.
    const json::Value first = result[0][0].is_array() ? result[0][0] : result[0];
    return SubscribeResult{bounded(first[1].string().value_or("")),
                           std::move(extranonce.extranonce1), extranonce.extranonce2_size};
}

std::uint32_t granted_version_mask(const json::Value& result) {
    if (result.member("version-rolling").boolean() != true) return 0;
    return parse_hex32(result.member("version-rolling.mask").string().value_or("")).value_or(0);
}

}  // namespace lode::stratum
