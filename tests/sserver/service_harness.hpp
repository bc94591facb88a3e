// The whole sserver on an embedded bus in a folder of its own, on free loopback ports.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <future>
#include <memory>
#include <string>

#include "common/base/file.hpp"
#include "common/bus/bus.hpp"
#include "common/config/pool.hpp"
#include "common/db/db.hpp"
#include "common/http/client.hpp"
#include "common/http/server.hpp"
#include "common/net/listener.hpp"
#include "common/runtime/loop.hpp"
#include "sserver/service.hpp"
#include "tests/common/net/harness.hpp"
#include "tests/sserver/builders.hpp"
#include "tests/support/temporary_folder.hpp"

namespace lode::test {

// The machine's clocks, which a test may put forward.
class ShiftedClock final : public Clock {
  public:
    [[nodiscard]] UnixTime unix_now() const override {
        return std::chrono::floor<std::chrono::milliseconds>(system_clock().unix_now() +
                                                             shift_.load());
    }
    [[nodiscard]] SteadyTime steady_now() const override {
        return system_clock().steady_now() + shift_.load();
    }
    void advance(Duration by) { shift_ = shift_.load() + by; }

  private:
    std::atomic<Duration> shift_{Duration::zero()};
};

class RunningServer {
  public:
    using Wrap = std::function<std::unique_ptr<bus::Bus>(std::unique_ptr<bus::Bus>)>;

    explicit RunningServer(const std::filesystem::path& folder, const std::string& settings = "",
                           std::uint16_t port = free_port(), const Wrap& wrap = {})
        : folder_(folder),
          port_(port),
          document_(config::Document::parse(text(settings), "test.toml").value()),
          pool_(config::pool_section().read(document_).value()) {
        std::filesystem::create_directories(folder / "bus");
        std::filesystem::create_directories(folder / "sserver");
        lock_ = FolderLock::take(folder / "sserver").value();
        auto database = db::Connection::open(pool_.database, folder.string());
        REQUIRE(db::migrate(database.value()));
        bus_ = bus::open_bus({.folder = (folder / "bus").string()}).value();
        if (wrap) bus_ = wrap(std::move(bus_));
        context_ = std::make_unique<runtime::Context>(
            runtime::Context{document_, pool_, folder / "sserver", "sserver-1", loop_, *bus_, clock,
                             registry_, router_});
        started = on_loop([this]() -> Result<void> {
            LODE_TRY(service_, sserver::definition().create(*context_));
            LODE_TRY(jobs_, bus::Producer<v1::JobMessage>::open(*bus_, bus::topics::job, "regtest",
                                                                loop_));
            return service_->start();
        });
    }
    ~RunningServer() {
        stop();
        endpoint_.reset();
        on_loop([this] {
            service_.reset();
            jobs_.reset();
            return 0;
        });
    }

    // It drains when this returns, and has stopped when the future says so.
    std::future<void> begin_stop() {
        stopped_ = true;
        const auto done = std::make_shared<std::promise<void>>();
        on_loop([&] {
            service_->stop([done] { done->set_value(); });
            return 0;
        });
        return done->get_future();
    }
    void stop() {
        if (stopped_) return;
        REQUIRE(begin_stop().wait_for(patience) == std::future_status::ready);
    }

    // Of this moment, so that it is fresh.
    v1::JobMessage message_of(const JobSpec& spec) {
        v1::JobMessage message;
        *message.mutable_job() = job_message(spec);
        const UnixTime now = clock.unix_now();
        message.set_produced_unix_ms(to_unix_ms(now));
        auto& body = *message.mutable_job()->mutable_bitcoin();
        body.set_time(static_cast<std::uint32_t>(to_unix_seconds(now)));
        body.set_min_time(body.time() - 100);
        body.set_node_time_unix_ms(to_unix_ms(now));
        last_job = sserver::make_job(message.job(), {.made = SteadyTime()}).value();
        message.set_chain("regtest");
        return message;
    }
    void publish(const JobSpec& spec) {
        const auto message = std::make_shared<const v1::JobMessage>(message_of(spec));
        std::promise<bool> delivered;
        on_loop([&] {
            return jobs_->send(0, "regtest", message, [&](const Result<bus::Position>& place) {
                delivered.set_value(place.has_value());
            });
        }).value();
        REQUIRE(delivered.get_future().get());
    }

    // Straight, as a jobmaker does; gives the status of the answer.
    int post(const v1::JobMessage& message) {
        if (!endpoint_) endpoint_ = http::Server::start({}, router_).value();
        http::Client client({.host = "127.0.0.1", .port = endpoint_->port()});
        return client
            .request({.method = http::Method::post,
                      .target = "/v1/job",
                      .body = message.SerializeAsString()},
                     patience)
            .value()
            .status;
    }

    [[nodiscard]] runtime::Health health() {
        return on_loop([this] { return service_->health(); });
    }
    [[nodiscard]] bool listens() {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < end) {
            if (health().readiness == runtime::Readiness::ready) return true;
        }
        return false;
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] bus::Bus& bus() { return *bus_; }
    [[nodiscard]] runtime::Loop& loop() { return loop_; }

    template <class Call>
    auto on_loop(Call call) -> decltype(call()) {
        std::promise<decltype(call())> result;
        loop_.post([&] { result.set_value(call()); });
        return result.get_future().get();
    }

    static std::uint16_t free_port() {
        return net::Listener::bind({.address = "127.0.0.1"}).value().port();
    }

    Result<void> started = success();
    ShiftedClock clock;
    sserver::JobPtr last_job;

  private:
    [[nodiscard]] std::string text(const std::string& settings) const {
        return "data_dir = \"" + folder_.string() +
               "\"\n[[chain]]\nname = \"regtest\"\nnetwork = \"regtest\"\n"
               "payout_address = \"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080\"\n"
               "[[chain.node]]\nurl = \"http://127.0.0.1:18443\"\nuser = \"u\"\npassword = \"p\"\n"
               "[sserver]\nwatch_nodes = false\nusers = \"open\"\nmin_difficulty = \"2^-32\"\n" +
               settings +
               "\n[[sserver.listener]]\naddress = \"127.0.0.1\"\nport = " + std::to_string(port_) +
               "\nstart_difficulty = \"2^-30\"\n";
    }

    std::filesystem::path folder_;
    std::uint16_t port_;
    config::Document document_;
    config::PoolConfig pool_;
    metrics::Registry registry_{"sserver"};
    http::Router router_;
    std::optional<FolderLock> lock_;
    std::unique_ptr<bus::Bus> bus_;
    runtime::Loop loop_{"test-service"};
    std::optional<http::Server> endpoint_;
    std::unique_ptr<runtime::Context> context_;
    std::unique_ptr<runtime::Service> service_;
    std::optional<bus::Producer<v1::JobMessage>> jobs_;
    bool stopped_ = false;
};

// Every record of a topic so far.
template <class T>
std::vector<std::shared_ptr<const T>> all_of(RunningServer& server, const bus::Topic<T>& topic) {
    std::vector<std::shared_ptr<const T>> all;
    const bool chained = std::string(topic.spec.name).find("<chain>") != std::string::npos;
    std::promise<void> done;
    std::optional<bus::Consumer<T>> consumer;
    server.on_loop([&] {
        consumer = bus::Consumer<T>::open(
                       server.bus(), topic, chained ? "regtest" : "",
                       {.group = "", .start = bus::StartAt::earliest, .offsets = {}}, server.loop(),
                       [&](const auto& records) {
                           for (const auto& one : records) all.push_back(one.message);
                       })
                       .value();
        consumer->when_caught_up([&] { done.set_value(); });
        return 0;
    });
    done.get_future().get();
    server.on_loop([&] {
        consumer.reset();
        return 0;
    });
    return all;
}

// A miner over a real connection.
class WireMiner {
  public:
    explicit WireMiner(std::uint16_t port) : client_(port) {}

    // Subscribes and authorises; gives all that came until the first job.
    std::string login() {
        client_.send(R"({"id":1,"method":"mining.subscribe","params":["test"]})"
                     "\n"
                     R"({"id":2,"method":"mining.authorize","params":["alice.rig","x"]})"
                     "\n");
        std::string text = client_.read_until("mining.notify\",\"params\"");
        const auto at = text.find("]],\"");
        REQUIRE(at != std::string::npos);
        extranonce1 = stratum::parse_hex32(std::string_view(text).substr(at + 4, 8)).value();
        return text;
    }
    // Sends a share of the job and waits for nothing.
    void send(const sserver::Job& job, Want want, std::uint32_t first_nonce = 0) {
        stratum::Submit begin = a_submit(job.id.value());
        begin.time = job.time;
        begin.nonce = first_nonce;
        const auto found = mine(job, {.extranonce1 = extranonce1, .want = want}, begin);
        next_nonce = found.nonce + 1;
        client_.send(R"({"id":77,"method":"mining.submit","params":["alice.rig",")" +
                     stratum::job_id_text(job.id) + R"(","0000000000000000",")" +
                     stratum::hex32(found.time) + R"(",")" + stratum::hex32(found.nonce) +
                     "\"]}\n");
    }
    // Sends a share of the job and gives the answer.
    std::string submit(const sserver::Job& job, Want want, std::uint32_t first_nonce = 0) {
        send(job, want, first_nonce);
        std::string answer = client_.read_until(R"("id":77)");
        if (answer.find('\n', answer.find(R"("id":77)")) == std::string::npos) {
            answer += client_.read_until("\n");
        }
        return answer;
    }
    [[nodiscard]] const Client& client() const { return client_; }

    std::uint32_t extranonce1 = 0;
    std::uint32_t next_nonce = 0;

  private:
    Client client_;
};

}  // namespace lode::test
