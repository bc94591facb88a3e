// Where direct messages come in: POST of a serialised message to a service's endpoint.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/secret.hpp"
#include "common/http/server.hpp"

namespace google::protobuf {
class MessageLite;
}

namespace lode::runtime {

inline constexpr std::string_view message_content_type = "application/x-protobuf";
// The largest there is: a template with 4 MB of transactions, each with its ids, and room for as
// much again and more.
inline constexpr std::size_t message_body_max = std::size_t{16} << 20;

struct IntakeRules {
    std::size_t body_max = message_body_max;
    Secret secret;  // PoolConfig::direct_secret; empty: whoever reaches the port may post
};

// What a courier shows: basic credentials of the user "lode".
[[nodiscard]] Secret direct_credentials(const Secret& secret);

// Answers 401 without the secret, 413 above `body_max`, 400 when the body is no such message. The
// rest is `take`'s to answer, with 200 when it has the message. `take` runs on the http thread.
using TakeMessage = std::function<void(std::shared_ptr<const google::protobuf::MessageLite>,
                                       const http::Responder&)>;
[[nodiscard]] http::Handler message_intake(const IntakeRules& rules,
                                           const google::protobuf::MessageLite& empty,
                                           TakeMessage take);

template <class T>
[[nodiscard]] http::Handler intake(
    const IntakeRules& rules,
    std::function<void(std::shared_ptr<const T>, const http::Responder&)> take) {
    return message_intake(rules, T::default_instance(),
                          [take = std::move(take)](auto message, const http::Responder& responder) {
                              take(std::static_pointer_cast<const T>(std::move(message)),
                                   responder);
                          });
}

}  // namespace lode::runtime
