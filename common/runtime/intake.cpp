// Secret, bounds and parsing, before a service sees anything.
#include "common/runtime/intake.hpp"

#include <google/protobuf/message_lite.h>

namespace lode::runtime {
namespace {

// Takes as long for a wrong secret as for a right one of the same length.
bool same(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    int differences = 0;
    for (std::size_t i = 0; i < a.size(); ++i) differences |= a[i] ^ b[i];
    return differences == 0;
}

}  // namespace

Secret direct_credentials(const Secret& secret) {
    return Secret("lode:" + secret.reveal());
}

http::Handler message_intake(const IntakeRules& rules, const google::protobuf::MessageLite& empty,
                             TakeMessage take) {
    const Secret wanted = rules.secret.empty()
                              ? Secret()
                              : http::basic_authorization(direct_credentials(rules.secret));
    return [body_max = rules.body_max, wanted, &empty, take = std::move(take)](
               const http::Request& request, const http::Responder& responder) {
        if (!wanted.empty() && !same(request.authorization.reveal(), wanted.reveal())) {
            responder.send(http::error_response(401, "direct_secret is wrong or missing"));
            return;
        }
        if (request.body.size() > body_max) {
            responder.send(http::error_response(
                413, "the body is above " + std::to_string(body_max) + " bytes"));
            return;
        }
        std::shared_ptr<google::protobuf::MessageLite> message(empty.New());
        if (!message->ParseFromString(request.body)) {
            responder.send(http::error_response(400, "the body is not such a message"));
            return;
        }
        take(std::move(message), responder);
    };
}

}  // namespace lode::runtime
