// Why a request is refused, as Stratum's numbers 20 to 25 say it.
#pragma once

#include <cstdint>
#include <string_view>

namespace lode::stratum {

enum class RejectCode : std::uint8_t {
    other = 20,  // malformed, time, version mask, banned: the text says which
    stale = 21,  // the job is stale or unknown
    duplicate = 22,
    low_difficulty = 23,
    unauthorised = 24,
    not_subscribed = 25,
};

// What goes beside the code when nothing more exact is known.
[[nodiscard]] constexpr std::string_view to_text(RejectCode code) {
    switch (code) {
        case RejectCode::stale:
            return "stale or unknown job";
        case RejectCode::duplicate:
            return "duplicate share";
        case RejectCode::low_difficulty:
            return "low difficulty share";
        case RejectCode::unauthorised:
            return "unauthorised worker";
        case RejectCode::not_subscribed:
            return "not subscribed";
        case RejectCode::other:
            break;
    }
    return "other error";
}

}  // namespace lode::stratum
