// Posting to a blkmaker over loopback.
#include "sserver/courier.hpp"

#include <catch2/catch_test_macros.hpp>
#include <future>

#include "common/http/server.hpp"
#include "common/messages/solved.pb.h"

using namespace lode;
using namespace lode::sserver;

namespace {

std::shared_ptr<const v1::SolvedShare> a_solved() {
    auto share = std::make_shared<v1::SolvedShare>();
    share->set_block_hash(std::string(32, 'a'));
    return share;
}

Result<void> post(const std::string& url) {
    const auto courier = Courier::open(url).value();
    std::promise<Result<void>> outcome;
    courier->post(a_solved(), [&](Result<void> result) { outcome.set_value(std::move(result)); });
    return outcome.get_future().get();
}

struct Blkmaker {
    explicit Blkmaker(int status) {
        router.add(http::Method::post, "/v1/solved",
                   [this, status](const http::Request& request, const http::Responder& responder) {
                       body = request.body;
                       responder.send({.status = status, .body = "{}"});
                   });
        server = http::Server::start({}, router).value();
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server->port());
    }
    http::Router router;
    std::string body;
    std::optional<http::Server> server;
};

}  // namespace

TEST_CASE("a blkmaker that has the share confirms it") {
    Blkmaker blkmaker(200);
    CHECK(post(blkmaker.url()));
    CHECK(blkmaker.body == a_solved()->SerializeAsString());
}

TEST_CASE("any other answer is a refusal") {
    Blkmaker blkmaker(425);
    const auto outcome = post(blkmaker.url());
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::rejected);
}

TEST_CASE("a blkmaker that is away is unavailable") {
    std::string url;
    {
        Blkmaker blkmaker(200);
        url = blkmaker.url();
    }
    CHECK(post(url).error().code == ErrorCode::unavailable);
}

TEST_CASE("an address that is none is malformed") {
    CHECK(Courier::open("nonsense").error().code == ErrorCode::malformed);
}
