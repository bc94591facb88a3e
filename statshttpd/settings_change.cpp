// Bodies of PUT /users/{user}/settings.
#include "statshttpd/settings_change.hpp"

#include <algorithm>

#include "common/bitcoin/message_signature.hpp"
#include "statshttpd/body.hpp"

namespace lode::statshttpd {
namespace {

constexpr std::size_t address_max = 128;
constexpr std::size_t scheme_max = 16;
constexpr std::size_t ticket_max = 400;
// No balance is ever larger: all coins there will be.
constexpr std::int64_t minimum_max = 21'000'000 * std::int64_t{100'000'000};

}  // namespace

Result<SettingsRequest> parse_settings(std::string_view body, bitcoin::Network network) {
    LODE_TRY(const auto document,
             parse_body(body, {"minimum", "address", "scheme", "nonce", "signature"}));
    const json::Value object = document.root();
    SettingsRequest request;
    LODE_TRY(request.change.minimum, optional_whole_of(object, "minimum", {0, minimum_max}));
    LODE_TRY(const auto address, optional_text_of(object, "address", address_max));
    LODE_TRY(request.change.scheme, optional_text_of(object, "scheme", scheme_max));
    LODE_TRY(request.ticket, text_of(object, "nonce", ticket_max));
    LODE_TRY(request.signature, text_of(object, "signature", bitcoin::signature_text_max));
    if (address) {
        LODE_TRY(auto parsed, bitcoin::parse_address(*address, network));
        request.change.address = std::move(parsed.text);
    }
    if (!request.change.minimum && !request.change.address && !request.change.scheme) {
        return failure(ErrorCode::malformed, "nothing is to be changed");
    }
    return request;
}

Result<void> check_settings(const SettingsChange& change, const SettingsBounds& bounds) {
    const std::int64_t minimum = change.minimum.value_or(0);
    if (minimum != 0 && minimum < bounds.minimum) {
        return failure(ErrorCode::malformed, "minimum must be 0, for the pool's own, or at least " +
                                                 std::to_string(bounds.minimum));
    }
    const std::string scheme = change.scheme.value_or("base");
    if (scheme == "base") return success();
    if (std::ranges::find(bounds.choices, scheme) != bounds.choices.end()) return success();
    std::string allowed = "base";
    for (const std::string& choice : bounds.choices) allowed += ", " + choice;
    return failure(ErrorCode::malformed, "scheme must be one of " + allowed);
}

}  // namespace lode::statshttpd
