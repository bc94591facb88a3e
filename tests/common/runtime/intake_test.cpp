// What an intake lets through.
#include "common/runtime/intake.hpp"

#include <catch2/catch_test_macros.hpp>
#include <optional>

#include "common/http/client.hpp"
#include "common/messages/solved.pb.h"

using namespace lode;

namespace {

std::string a_body() {
    v1::SolvedShare share;
    share.set_user("alice");
    return share.SerializeAsString();
}

class Taker {
  public:
    explicit Taker(const runtime::IntakeRules& rules) {
        http::Router router;
        router.add(http::Method::post, "/v1/solved",
                   runtime::intake<v1::SolvedShare>(
                       rules, [this](const auto& share, const http::Responder& responder) {
                           user = share->user();
                           responder.send({.body = "{}"});
                       }));
        server_ = http::Server::start({}, router).value();
    }
    [[nodiscard]] int post(std::string body, const Secret& secret = {}) const {
        http::ClientOptions options{.host = "127.0.0.1", .port = server_->port()};
        if (!secret.empty()) options.credentials = runtime::direct_credentials(secret);
        http::Client client(std::move(options));
        return client
            .request(
                {.method = http::Method::post, .target = "/v1/solved", .body = std::move(body)},
                std::chrono::seconds(30))
            .value()
            .status;
    }
    std::string user;

  private:
    std::optional<http::Server> server_;
};

}  // namespace

TEST_CASE("an intake with a secret takes only what shows it") {
    const Taker taker({.secret = Secret("s3")});
    CHECK(taker.post(a_body()) == 401);
    CHECK(taker.post(a_body(), Secret("s4")) == 401);
    CHECK(taker.post(a_body(), Secret("s33")) == 401);
    CHECK(taker.user.empty());
    CHECK(taker.post(a_body(), Secret("s3")) == 200);
    CHECK(taker.user == "alice");
}

TEST_CASE("an intake refuses what is no such message or too long before its service sees it") {
    const Taker taker({.body_max = 16});
    CHECK(taker.post("\xff") == 400);
    CHECK(taker.post(std::string(17, 'x')) == 413);
    CHECK(taker.user.empty());
    CHECK(taker.post(a_body()) == 200);
}
