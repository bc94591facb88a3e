// A shortcut for the one line that a busy server reads all day. It takes only the plain shape of
// a mining.submit and leaves everything else to the JSON parser, which would read the same.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace lode::stratum {

//  {"id": 4, "method": "mining.submit", "params": ["user", "job", "en2", "time", "nonce", "bits"]}
// in any order and spacing; views point into the line.
struct SubmitScan {
    std::string_view id;  // raw JSON text
    std::array<std::string_view, 6> parameters{};
    std::size_t count = 0;  // of parameters: 5 or 6
};

// Empty when the line is anything but that: other members, escapes, characters beyond printable
// ASCII, an id that is neither null, a plain string nor a whole number.
[[nodiscard]] std::optional<SubmitScan> scan_submit(std::string_view line);

}  // namespace lode::stratum
