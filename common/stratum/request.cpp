// Methods and their parameters. A submit in its usual shape never meets the JSON parser.
#include "common/stratum/request.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "common/json/utf8.hpp"
#include "common/stratum/submit_scan.hpp"

namespace lode::stratum {

namespace {

using Body = decltype(Request::body);

std::string_view cut(std::string_view text, std::size_t size_max) {
    std::size_t size = 0;
    while (size < text.size()) {
        const std::size_t character = json::utf8_length(text.substr(size));
        if (character == 0 || size + character > size_max) break;
        size += character;
    }
    return text.substr(0, size);
}

std::string_view string_or_empty(const json::Value& value) {
    return value.string().value_or(std::string_view{});
}

// Some firmware and proxies write 0x before hexadecimal digits.
std::string_view digits(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    return text;
}

// What is wrong with it; empty: nothing.
std::string_view fault_of_user(std::string_view user) {
    if (user.empty()) return "the user name is missing";
    if (user.size() > user_size_max) return "the user name is too long";
    return {};
}

// `fault` is what is known to be wrong already. The first is told.
Body submit_from(std::span<const std::string_view> parameters, std::string_view fault = {}) {
    const auto first_fault = [&](std::string_view next) { return fault.empty() ? next : fault; };
    Submit submit;
    submit.user = parameters[0];
    fault = first_fault(fault_of_user(submit.user));
    submit.job = parse_job_id(parameters[1]);
    const auto extranonce2 = short_bytes_from_hex(digits(parameters[2]));
    if (!extranonce2) {
        return BadParameters{first_fault("extranonce2 is not hexadecimal of a fitting length")};
    }
    submit.extranonce2 = *extranonce2;
    const auto time = parse_hex32(digits(parameters[3]));
    if (!time) return BadParameters{first_fault("ntime is not a hexadecimal number of 32 bits")};
    submit.time = *time;
    const auto nonce = parse_hex32(digits(parameters[4]));
    if (!nonce) return BadParameters{first_fault("nonce is not a hexadecimal number of 32 bits")};
    submit.nonce = *nonce;
    if (parameters.size() > 5) {
        submit.version_bits = parse_hex32(digits(parameters[5]));
        if (!submit.version_bits) {
            fault = first_fault("version bits are not a hexadecimal number of 32 bits");
        }
    }
    submit.fault = fault;
    return submit;
}

Body read_submit(const json::Value& params) {
    constexpr std::string_view wrong_count = "mining.submit takes 5 or 6 parameters";
    constexpr std::string_view wrong_type = "the parameters of mining.submit are strings";
    std::size_t count = params.size();
    if (count == 6 && params[5].is_null()) count = 5;
    if (!params.is_array() || count < 5) return BadParameters{wrong_count};
    std::string_view fault = count > 6 ? wrong_count : std::string_view();
    std::array<std::string_view, 6> texts;
    count = std::min(count, texts.size());
    for (std::size_t i = 0; i < count; ++i) {
        const auto text = params[i].string();
        texts[i] = text.value_or(std::string_view());
        if (!text && fault.empty()) fault = wrong_type;
        const bool work = i >= 1 && i <= 4;
        if (!text && work) return BadParameters{fault};
    }
    return submit_from(std::span(texts).first(count), fault);
}

Configure::VersionRolling read_version_rolling(const json::Value& options) {
    Configure::VersionRolling rolling;
    if (const auto mask = options.member("version-rolling.mask").string()) {
        rolling.mask = parse_hex32(digits(*mask)).value_or(0);
    }
    const auto count = options.member("version-rolling.min-bit-count").uint64();
    rolling.min_bit_count = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(count.value_or(0), std::numeric_limits<std::uint32_t>::digits));
    return rolling;
}

Body read_configure(const json::Value& params) {
    if (!params[0].is_array()) return BadParameters{"mining.configure takes a list of extensions"};
    const json::Value options = params[1];
    Configure configure;
    for (const json::Value extension : params[0].elements()) {
        const auto name = extension.string();
        if (!name) return BadParameters{"the extensions of mining.configure are strings"};
        if (*name == "version-rolling") {
            configure.version_rolling = read_version_rolling(options);
        } else if (*name == "minimum-difficulty") {
            const auto value = parse_difficulty_value(options.member("minimum-difficulty.value"));
            configure.minimum_difficulty.emplace();
            if (value) *configure.minimum_difficulty = value.value();
        } else if (*name == "subscribe-extranonce") {
            configure.subscribe_extranonce = true;
        } else if (*name == "info") {
            configure.info = true;
        } else {
            configure.unknown.push_back(*name);
        }
    }
    return configure;
}

Body read_subscribe(const json::Value& params) {
    const std::string_view session_id = string_or_empty(params[1]);
    return Subscribe{cut(string_or_empty(params[0]), agent_size_max),
                     session_id.size() <= session_id_size_max ? session_id : std::string_view{}};
}

Body read_authorize(const json::Value& params) {
    const std::string_view user = string_or_empty(params[0]);
    if (const auto fault = fault_of_user(user); !fault.empty()) return BadParameters{fault};
    return Authorize{user, string_or_empty(params[1])};
}

Body read_suggest_difficulty(const json::Value& params) {
    const auto difficulty = parse_difficulty_value(params[0]);
    if (!difficulty) return BadParameters{"the difficulty is not a positive decimal number"};
    return SuggestDifficulty{difficulty.value()};
}

Body read_suggest_target(const json::Value& params) {
    const auto hash = bitcoin::from_display_hex(digits(string_or_empty(params[0])));
    if (!hash) return BadParameters{"the target is not 64 hexadecimal digits"};
    return SuggestTarget{bitcoin::Uint256::from_hash(hash.value())};
}

Body read_body(std::string_view method, const json::Value& params) {
    if (method == "mining.submit") return read_submit(params);
    if (method == "mining.configure") return read_configure(params);
    if (method == "mining.subscribe") return read_subscribe(params);
    if (method == "mining.authorize") return read_authorize(params);
    if (method == "mining.suggest_difficulty") return read_suggest_difficulty(params);
    if (method == "mining.suggest_target") return read_suggest_target(params);
    if (method == "mining.extranonce.subscribe") return ExtranonceSubscribe{};
    if (method == "mining.ping") return Ping{};
    if (method == "mining.get_transactions") return GetTransactions{};
    return UnknownMethod{method};
}

}  // namespace

Result<Request> RequestReader::read(std::string_view line) {
    id_ = "null";
    if (const auto scan = scan_submit(line)) {
        return Request{scan->id, submit_from(std::span(scan->parameters).first(scan->count))};
    }
    LODE_TRY(auto document,
             json::Document::parse(line, {.max_depth = depth_max, .max_bytes = request_size_max}));
    document_ = std::move(document);
    const json::Value root = document_->root();
    id_ = root.member("id").text();
    if (const auto method = root.member("method").string()) {
        return Request{id_, read_body(*method, root.member("params"))};
    }
    // A refusal of what we asked may be an error alone.
    if (root.member("result").missing() && root.member("error").missing()) {
        return failure(ErrorCode::malformed, "the line is no Stratum request");
    }
    return Request{id_, ClientAnswer{cut(string_or_empty(root.member("result")), agent_size_max)}};
}

}  // namespace lode::stratum
