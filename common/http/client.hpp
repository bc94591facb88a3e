// A blocking HTTP/1.1 client: one kept-alive connection to one server, used by one thread at a
// time; only cancel() may be called from another.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/secret.hpp"
#include "common/http/message.hpp"

namespace lode::http {

struct ClientOptions {
    std::string host;  // a name, an IPv4 address, or an IPv6 address without brackets
    std::uint16_t port = 80;
    // "user:password", sent as basic authentication unless empty.
    Secret credentials;
    Duration connect_timeout = std::chrono::seconds(5);  // names looked up included
    // A full block as hex within JSON is about 10 MB; the rest is room for growth, not for a
    // server that never stops.
    std::size_t response_max = 32 * 1024 * 1024;
};

// Whether the request may be sent a second time when a kept-alive connection turns out to have
// been closed by the server before the answer began.
enum class Repeat : std::uint8_t { never, when_connection_was_stale };

struct ClientRequest {
    Method method = Method::get;
    std::string target = "/";
    std::string body;
    std::string content_type = "application/json";
    Repeat repeat = Repeat::never;
};

// "http://host[:port][/]" into host and port; malformed names what is wrong. Port 80 when absent,
// unless `default_port` says otherwise.
[[nodiscard]] Result<ClientOptions> client_options_from_url(std::string_view url,
                                                            std::uint16_t default_port = 80);

class Client {
  public:
    explicit Client(ClientOptions options);
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    // Any answer with a status is a success here. Errors name host and port: unavailable (no
    // connection, no answer in time, connection lost), exhausted (the answer is too large),
    // malformed (it is not HTTP), cancelled.
    [[nodiscard]] Result<Response> request(const ClientRequest& request, Duration timeout);

    void set_credentials(Secret credentials);

    // From any thread, for good: the running request and all later ones fail with cancelled.
    void cancel();

  private:
    struct Connection;
    std::unique_ptr<Connection> connection_;
};

}  // namespace lode::http
