// Messages posted straight to a neighbour's intake over loopback.
#include "common/runtime/courier.hpp"

#include <catch2/catch_test_macros.hpp>
#include <future>
#include <optional>

#include "common/messages/solved.pb.h"
#include "common/runtime/intake.hpp"

using namespace lode;
using runtime::Courier;

namespace {

std::shared_ptr<const std::string> a_body() {
    v1::SolvedShare share;
    share.set_user("alice");
    return std::make_shared<const std::string>(share.SerializeAsString());
}

// A neighbour that answers with `status` once it has read the message.
struct Neighbour {
    explicit Neighbour(int status, const runtime::IntakeRules& rules = {}) {
        router.add(http::Method::post, "/v1/solved",
                   runtime::intake<v1::SolvedShare>(
                       rules, [this, status](const auto& share, const http::Responder& responder) {
                           user = share->user();
                           responder.send({.status = status, .body = "{}"});
                       }));
        server = http::Server::start({}, router).value();
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server->port());
    }
    http::Router router;
    std::string user;
    std::optional<http::Server> server;
};

Result<void> post(const std::string& url, std::shared_ptr<const std::string> body,
                  const Secret& secret = {}) {
    const auto courier =
        Courier::open({.url = url, .path = "/v1/solved", .secret = secret, .thread = "post"})
            .value();
    std::promise<Result<void>> outcome;
    courier->post(std::move(body), [&](Result<void> result) { outcome.set_value(result); });
    return outcome.get_future().get();
}

}  // namespace

TEST_CASE("a neighbour that has the message confirms it") {
    const Neighbour neighbour(200);
    CHECK(post(neighbour.url(), a_body()));
    CHECK(neighbour.user == "alice");
}

TEST_CASE("any other answer is a refusal") {
    const Neighbour neighbour(425);
    CHECK(post(neighbour.url(), a_body()).error().code == ErrorCode::rejected);
}

TEST_CASE("a neighbour that lacks what came before says so") {
    const Neighbour neighbour(409);
    CHECK(post(neighbour.url(), a_body()).error().code == ErrorCode::conflict);
}

TEST_CASE("a neighbour that is away is unavailable, and an address that is none malformed") {
    std::string url;
    {
        const Neighbour neighbour(200);
        url = neighbour.url();
    }
    CHECK(post(url, a_body()).error().code == ErrorCode::unavailable);
    CHECK(Courier::open({.url = "nonsense"}).error().code == ErrorCode::malformed);
}

TEST_CASE("a post that is one too many drops the oldest that waits") {
    std::promise<http::Responder> held;
    http::Router router;
    bool first = true;
    router.add(http::Method::post, "/v1/solved",
               [&](const http::Request&, const http::Responder& responder) {
                   if (std::exchange(first, false)) return held.set_value(responder);
                   responder.send({.body = "{}"});
               });
    const auto server = http::Server::start({}, router).value();
    const auto courier = Courier::open({.url = "http://127.0.0.1:" + std::to_string(server.port()),
                                        .path = "/v1/solved",
                                        .thread = "post"})
                             .value();
    std::array<std::promise<Result<void>>, 3> outcomes;
    const auto send = [&](std::size_t i) {
        courier->post(a_body(), [&outcomes, i](Result<void> one) { outcomes[i].set_value(one); });
    };
    send(0);
    const auto responder = held.get_future().get();
    send(1);
    send(2);
    responder.send({.body = "{}"});
    CHECK(outcomes[0].get_future().get());
    CHECK(outcomes[1].get_future().get().error().code == ErrorCode::exhausted);
    CHECK(outcomes[2].get_future().get());
}
