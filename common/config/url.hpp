// URLs as settings give them: scheme://[user@]host:port[/path], or "scheme:" alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace lode::config {

struct Url {
    std::string scheme;  // lower case
    std::string user;
    std::string host;  // an IPv6 address without its brackets
    std::optional<std::uint16_t> port;
    std::string path;  // with its slash

    friend bool operator==(const Url&, const Url&) = default;
};

// Errors do not repeat the URL, in which a password may stand by mistake; one there is refused.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace lode::config
