// One message on its way to a scripted bus and to real neighbours over loopback.
#include "common/runtime/spreader.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <future>

#include "common/base/log.hpp"
#include "common/messages/job.pb.h"
#include "common/runtime/intake.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using runtime::Again;
using runtime::Spreader;

namespace {

bus::MessagePtr numbered(std::int64_t number) {
    auto message = std::make_shared<v1::JobMessage>();
    message->set_generation(number);
    return message;
}

// What a bus has taken, and each one's fate when the test decides it.
struct ScriptedBus {
    std::deque<std::pair<std::int64_t, bus::Delivered>> under_way;
    std::vector<std::int64_t> written;
    bool refuses = false;

    void deliver() {
        written.push_back(under_way.front().first);
        const auto told = std::move(under_way.front().second);
        under_way.pop_front();
        told(bus::Position{0, static_cast<std::int64_t>(written.size())});
    }
    // A fatal error: all that was under way fails, in order, and nothing is taken meanwhile.
    void fail_all() {
        refuses = true;
        while (!under_way.empty()) {
            const auto told = std::move(under_way.front().second);
            under_way.pop_front();
            told(failure(ErrorCode::unavailable, "fatal"));
        }
        refuses = false;
    }
};

struct Producer final : bus::RawProducer {
    explicit Producer(ScriptedBus& its_bus) : bus(its_bus) {}
    Result<void> send(std::uint32_t, std::string, bus::MessagePtr message,
                      bus::Delivered delivered) override {
        if (bus.refuses) return failure(ErrorCode::exhausted, "full");
        const auto number = std::static_pointer_cast<const v1::JobMessage>(message)->generation();
        bus.under_way.emplace_back(number, std::move(delivered));
        return success();
    }
    ScriptedBus& bus;
};

struct Neighbour {
    explicit Neighbour(int its_status) : status(its_status) {
        router.add(http::Method::post, "/v1/job",
                   runtime::intake<v1::JobMessage>({}, [this](const auto& message, const auto& to) {
                       last = message->generation();
                       to.send({.status = status, .body = "{}"});
                   }));
        server = http::Server::start({}, router).value();
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server->port());
    }
    std::atomic<int> status;
    std::atomic<std::int64_t> last = -1;
    http::Router router;
    std::optional<http::Server> server;
};

struct Bench {
    ScriptedBus bus;
    test::WaitingScheduler loop;
    metrics::Registry metrics;
    log::Capture log;
    std::unique_ptr<Spreader> spreader;
    int had = 0;
    int lost = 0;

    explicit Bench(std::vector<std::string> neighbours = {}, std::size_t kept_max = 8) {
        spreader = Spreader::open(std::make_unique<Producer>(bus), loop, metrics,
                                  {.neighbours = std::move(neighbours),
                                   .path = "/v1/job",
                                   .key = "test",
                                   .waiting_max = 4,
                                   .kept_max = kept_max})
                       .value();
    }
    void send(std::int64_t number, Again again = Again::until_delivered) {
        spreader->send(numbered(number), again,
                       [this](const Result<void>& told) { ++(told ? had : lost); });
    }
    [[nodiscard]] bool said(const std::string& what) const {
        return log.text().find(what) != std::string::npos;
    }
    // The last line of the log has it.
    [[nodiscard]] bool said_last(const std::string& what) const {
        const std::string text = log.text();
        const auto line = text.find_last_of('\n', text.size() - 2);
        return text.find(what, line == std::string::npos ? 0 : line) != std::string::npos;
    }
    void retry() { loop.advance(std::chrono::milliseconds(500)); }
};

}  // namespace

TEST_CASE("without neighbours the bus alone decides") {
    Bench bench;
    bench.send(1);
    CHECK(bench.had == 0);
    bench.bus.deliver();
    CHECK(bench.had == 1);
    bench.send(2);
    bench.bus.fail_all();
    CHECK(bench.lost == 1);
}

TEST_CASE("a neighbour that has the message is enough while the bus is away") {
    const Neighbour well(200);
    const Neighbour sick(503);
    Bench bench({sick.url(), well.url()});
    bench.bus.refuses = true;
    bench.send(7);
    bench.loop.run_until([&] { return bench.had == 1; });
    CHECK(well.last == 7);
    CHECK(bench.lost == 0);
}

TEST_CASE("a message that nobody takes is told as lost once") {
    const Neighbour sick(503);
    Bench bench({sick.url()});
    bench.bus.refuses = true;
    bench.send(7);
    bench.loop.run_until([&] { return bench.lost == 1; });
    bench.bus.refuses = false;
    bench.retry();
    bench.bus.deliver();
    CHECK(bench.lost == 1);
    CHECK(bench.had == 0);
}

TEST_CASE("what the bus lost goes again before what was sent later, in order") {
    Bench bench;
    for (const int number : {1, 2, 3}) bench.send(number);
    bench.bus.deliver();
    bench.bus.fail_all();
    bench.send(4);
    while (!bench.bus.under_way.empty()) bench.bus.deliver();
    CHECK(bench.bus.written == std::vector<std::int64_t>{1, 2, 3, 4});
}

TEST_CASE("what a full bus refuses goes when it takes again, without what is worthless later") {
    Bench bench;
    bench.bus.refuses = true;
    bench.send(1);
    bench.send(2, Again::never);
    bench.send(3);
    bench.bus.refuses = false;
    bench.retry();
    while (!bench.bus.under_way.empty()) bench.bus.deliver();
    CHECK(bench.bus.written == std::vector<std::int64_t>{1, 3});
}

TEST_CASE("only so much waits for a bus that takes nothing") {
    Bench bench({}, 2);
    bench.bus.refuses = true;
    for (const int number : {1, 2, 3}) bench.send(number);
    bench.bus.refuses = false;
    bench.retry();
    while (!bench.bus.under_way.empty()) bench.bus.deliver();
    CHECK(bench.bus.written == std::vector<std::int64_t>{2, 3});
}

TEST_CASE("a neighbour's failure is logged once per change") {
    Neighbour changing(503);
    Bench bench({changing.url()});
    const auto failures = bench.metrics.counter("direct_failures_total",
                                                "Messages that did not reach a neighbour directly.",
                                                {{"neighbour", changing.url()}});
    bench.send(1);
    bench.send(2);
    bench.loop.run_until([&] { return failures.value() == 2; });
    changing.status = 200;
    bench.send(3);
    bench.loop.run_until([&] { return bench.had == 1; });
    const std::string said = bench.log.text();
    const std::string phrase = "neighbour does not take messages";
    CHECK(said.find(phrase) != std::string::npos);
    CHECK(said.find(phrase, said.find(phrase) + 1) == std::string::npos);
    CHECK(said.find("neighbour takes messages again") != std::string::npos);
}

TEST_CASE("a neighbour that lacks the newest message gets it again, and nothing is wrong with it") {
    Neighbour back(200);
    Bench bench({back.url()});
    bench.send(1);
    bench.send(2);
    bench.loop.run_until([&] { return bench.had == 2; });
    back.status = 409;
    bench.send(3, Again::never);
    bench.loop.run_until([&] { return back.last == 3; });
    back.status = 200;
    bench.loop.run_until([&] { return back.last == 2; });
    CHECK(bench.log.text().find("does not take messages") == std::string::npos);
}

TEST_CASE("a neighbour that was away gets the newest message when it is back, unless it is old") {
    Neighbour away(503);
    Bench bench({away.url()});
    bench.send(1);
    bench.send(2, Again::never);
    bench.loop.run_until([&] { return away.last == 2; });
    bench.bus.deliver();
    away.status = 200;
    bench.loop.run_until([&] {
        bench.loop.advance(std::chrono::milliseconds(100));
        return away.last == 1;
    });
    bench.loop.run_until([&] { return bench.said("neighbour takes messages again"); });

    away.status = 503;
    bench.loop.advance(std::chrono::minutes(1));
    bench.send(3, Again::never);
    bench.loop.run_until([&] { return bench.said_last("neighbour does not take messages"); });
    away.status = 200;
    bench.loop.advance(std::chrono::minutes(1));
    bench.send(4, Again::never);
    bench.loop.run_until([&] { return bench.said_last("neighbour takes messages again"); });
    CHECK(away.last == 4);
}

TEST_CASE("messages too many for a slow neighbour say nothing of it") {
    std::promise<http::Responder> held;
    http::Router router;
    bool first = true;
    router.add(http::Method::post, "/v1/job", [&](const auto&, const http::Responder& responder) {
        if (std::exchange(first, false)) return held.set_value(responder);
        responder.send({.body = "{}"});
    });
    const auto server = http::Server::start({}, router).value();
    Bench bench({"http://127.0.0.1:" + std::to_string(server.port())});
    bench.send(0);
    const auto responder = held.get_future().get();
    for (int number = 1; number <= 8; ++number) bench.send(number);
    responder.send({.body = "{}"});
    bench.loop.run_until([&] { return bench.had == 5; });
    CHECK(bench.log.text().empty());
}

TEST_CASE("what goes to the bus alone does not overtake what waits there") {
    Bench bench;
    bench.bus.refuses = true;
    bench.send(1);
    bench.bus.refuses = false;
    CHECK_FALSE(bench.spreader->send_to_bus(numbered(2), [](const auto&) {}));
    bench.retry();
    CHECK(bench.spreader->send_to_bus(numbered(2), [](const auto&) {}));
}
