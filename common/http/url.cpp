// "http://host:port" for the client.
#include <charconv>

#include "common/http/client.hpp"

namespace lode::http {
namespace {

// Never repeats the url: somebody may have put a password into it.
auto malformed(std::string_view problem) {
    return failure(ErrorCode::malformed, "url: " + std::string(problem));
}

Result<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, port);
    if (parsed.ec != std::errc() || parsed.ptr != end || port == 0) {
        return malformed("the port is a number from 1 to 65535");
    }
    return port;
}

}  // namespace

Result<ClientOptions> client_options_from_url(std::string_view url, std::uint16_t default_port) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) return malformed("it begins with http://");
    url.remove_prefix(scheme.size());
    if (url.ends_with('/')) url.remove_suffix(1);
    if (url.find('@') != url.npos) return malformed("no user or password in it");
    if (url.find_first_of("/?# ") != url.npos) return malformed("nothing follows host and port");
    ClientOptions options;
    options.port = default_port;
    std::string_view port;
    if (url.starts_with('[')) {
        const auto close = url.find(']');
        if (close == url.npos) return malformed("a [ without its ]");
        options.host = url.substr(1, close - 1);
        port = url.substr(close + 1);
    } else {
        const auto colon = url.find(':');
        options.host = url.substr(0, colon);
        port = colon == url.npos ? std::string_view() : url.substr(colon);
    }
    if (options.host.empty()) return malformed("the host is missing");
    if (!port.empty()) {
        if (port[0] != ':') return malformed("after the host comes :port");
        LODE_TRY(options.port, parse_port(port.substr(1)));
    }
    return options;
}

}  // namespace lode::http
