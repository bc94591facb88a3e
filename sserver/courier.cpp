// One request a solved share.
#include "sserver/courier.hpp"

#include "common/messages/solved.pb.h"

namespace lode::sserver {
namespace {

// Longer than a busy blkmaker needs for an fsync; then the share is posted again.
constexpr auto answer_timeout = std::chrono::seconds(5);

}  // namespace

Result<std::unique_ptr<Courier>> Courier::open(const std::string& url) {
    LODE_TRY(auto options, http::client_options_from_url(url));
    return std::unique_ptr<Courier>(new Courier(url, std::move(options)));
}

void Courier::post(std::shared_ptr<const v1::SolvedShare> share,
                   std::function<void(Result<void>)> done) {
    loop_.post([this, share = std::move(share), done = std::move(done)] { done(deliver(*share)); });
}

Result<void> Courier::deliver(const v1::SolvedShare& share) {
    LODE_TRY(const auto answer, client_.request({.method = http::Method::post,
                                                 .target = "/v1/solved",
                                                 .body = share.SerializeAsString(),
                                                 .content_type = "application/x-protobuf"},
                                                answer_timeout));
    if (answer.status == 200) return success();
    return failure(ErrorCode::rejected,
                   url_ + ": answered with status " + std::to_string(answer.status));
}

}  // namespace lode::sserver
