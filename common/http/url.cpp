// "http://host:port" for the client.
#include "common/config/url.hpp"

#include "common/http/client.hpp"

namespace lode::http {

Result<ClientOptions> client_options_from_url(std::string_view text, std::uint16_t default_port) {
    LODE_TRY(auto url, config::parse_url(text));
    if (url.scheme != "http" || url.host.empty()) {
        return failure(ErrorCode::malformed, "a URL must begin with http://host");
    }
    if (!url.user.empty()) {
        return failure(ErrorCode::malformed, "a URL must hold no user, there is a setting for it");
    }
    if (!url.path.empty() && url.path != "/") {
        return failure(ErrorCode::malformed, "a URL must have no path after its host and port");
    }
    return ClientOptions{.host = std::move(url.host), .port = url.port.value_or(default_port)};
}

}  // namespace lode::http
