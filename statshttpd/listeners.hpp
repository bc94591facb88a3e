// Where miners connect to, read from sserver's section of the same file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/config/document.hpp"

namespace lode::statshttpd {

struct Listener {
    std::int64_t port = 3333;
    std::string profile = "asic";
    std::string start_difficulty;  // of a new session
    std::string reward = "pool";
    std::optional<std::string> certificate_file;  // of a TLS port
};

struct Listeners {
    std::vector<Listener> all;      // TLS first, then in the order of the file
    std::string users = "address";  // whom sserver lets in: address, registered or open
};
// Defaults as sserver's. A section that sserver would refuse is read as far as it goes.
[[nodiscard]] Listeners listeners_of(const config::Document& document);

// SHA-256 of the first certificate in PEM text, as lower-case hex; malformed when there is none.
[[nodiscard]] Result<std::string> certificate_fingerprint(std::string_view pem);

struct ConnectAnswer {
    struct Endpoint {
        Listener listener;
        std::optional<std::string> fingerprint;  // none while the file cannot be read
    };
    std::string host;  // as in a URL: an IPv6 address in brackets
    std::vector<Endpoint> endpoints;
    std::string users;
};
[[nodiscard]] std::string to_json(const ConnectAnswer& connect);

// Of a Host field, without its port.
[[nodiscard]] std::string host_of(std::string_view field);

}  // namespace lode::statshttpd
