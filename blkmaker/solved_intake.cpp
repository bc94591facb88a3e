// Bounds and parses the body before the service sees it.
#include "blkmaker/solved_intake.hpp"

#include "common/messages/solved.pb.h"

namespace lode::blkmaker {
namespace {

constexpr std::size_t body_max = 256u << 10;

}  // namespace

http::Handler solved_intake(TakeSolved take) {
    return
        [take = std::move(take)](const http::Request& request, const http::Responder& responder) {
            if (request.body.size() > body_max) {
                responder.send(http::error_response(413, "a solved share is at most 256 KiB"));
                return;
            }
            auto share = std::make_shared<v1::SolvedShare>();
            if (!share->ParseFromString(request.body)) {
                responder.send(http::error_response(400, "the body is not a solved share"));
                return;
            }
            take(std::move(share), responder);
        };
}

}  // namespace lode::blkmaker
