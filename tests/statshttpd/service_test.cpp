// The whole service on an embedded bus in a folder of its own, asked over loopback.
#include "statshttpd/service.hpp"

#include <future>

#include "common/base/log.hpp"
#include "common/config/pool.hpp"
#include "common/http/client.hpp"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "common/runtime/loop.hpp"
#include "tests/statshttpd/history.hpp"

using namespace lode;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 5s;

std::uint16_t free_port() {
    return http::Server::start({}, http::Router()).value().port();
}

class Running {
  public:
    // The database is in `folder`, or away when nobody made one there.
    explicit Running(const std::filesystem::path& folder)
        : document_(config::Document::parse(text(folder), "test.toml").value()),
          pool_(config::pool_section().read(document_).value()),
          client_({.host = "127.0.0.1", .port = port_}) {
        std::filesystem::create_directories(bus_folder_.path());
        bus_ = bus::open_bus({.folder = bus_folder_.path().string()}).value();
        context_.emplace(runtime::Context{document_, pool_, folder, "statshttpd-1", loop_, *bus_,
                                          system_clock(), registry_, router_});
        REQUIRE(on_loop([this]() -> Result<void> {
            LODE_TRY(service_, statshttpd::definition().create(*context_));
            return service_->start();
        }));
    }
    ~Running() {
        std::promise<void> stopped;
        loop_.post([&] { service_->stop([&] { stopped.set_value(); }); });
        stopped.get_future().wait();
        on_loop([this] {
            service_.reset();
            return 0;
        });
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    http::Response get(const std::string& target) {
        return client_.request({.target = target}, patience).value();
    }
    http::Response post(const std::string& target) {
        return client_
            .request({.method = http::Method::post, .target = target, .body = "{}"}, patience)
            .value();
    }
    // Asks until the answer holds `part`: what was published is on its way.
    bool comes(const std::string& target, std::string_view part) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < end) {
            if (get(target).body.find(part) != std::string::npos) return true;
        }
        return false;
    }
    [[nodiscard]] bool becomes(runtime::Readiness readiness) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < end) {
            if (on_loop([this] { return service_->health(); }).readiness == readiness) return true;
        }
        return false;
    }

    template <class T>
    void publish(const bus::Topic<T>& topic, const std::shared_ptr<T>& message) {
        std::promise<bool> delivered;
        on_loop([&] {
            auto producer = bus::Producer<T>::open(*bus_, topic, "btc", loop_);
            producers_.push_back(std::make_shared<bus::Producer<T>>(std::move(producer).value()));
            auto& last = *std::static_pointer_cast<bus::Producer<T>>(producers_.back());
            return last.send(0, "key", message, [&](const Result<bus::Position>& position) {
                delivered.set_value(position.has_value());
            });
        }).value();
        REQUIRE(delivered.get_future().get());
    }

  private:
    template <class Call>
    auto on_loop(Call call) -> decltype(call()) {
        std::promise<decltype(call())> result;
        loop_.post([&] { result.set_value(call()); });
        return result.get_future().get();
    }
    [[nodiscard]] std::string text(const std::filesystem::path& folder) const {
        return "data_dir = \"" + folder.string() +
               "\"\n[[chain]]\nname = \"btc\"\nnetwork = \"regtest\"\n"
               "payout_address = \"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080\"\n"
               "[[chain.node]]\nurl = \"http://127.0.0.1:18443\"\nuser = \"u\"\npassword = \"p\"\n"
               "[statshttpd]\naddress = \"127.0.0.1\"\nport = " +
               std::to_string(port_) + "\n";
    }

    std::uint16_t port_ = free_port();
    test::TemporaryFolder bus_folder_;
    config::Document document_;
    config::PoolConfig pool_;
    metrics::Registry registry_{"statshttpd"};
    http::Router router_;
    std::unique_ptr<bus::Bus> bus_;
    std::vector<std::shared_ptr<void>> producers_;
    runtime::Loop loop_{"test-service"};
    std::optional<runtime::Context> context_;
    std::unique_ptr<runtime::Service> service_;
    http::Client client_;
};

std::shared_ptr<v1::Share> a_share(const std::string& user) {
    auto share = std::make_shared<v1::Share>();
    share->set_user(user);
    share->set_worker("rig");
    share->set_work(std::string(15, '\0') + '\x08');
    share->set_produced_unix_ms(to_unix_ms(system_clock().unix_now()));
    return share;
}

}  // namespace

TEST_CASE("shares of the bus show up in the pool and its workers") {
    const test::History history;
    Running running(history.database.folder());
    running.publish(bus::topics::share, a_share("alice"));
    running.publish(bus::topics::share, a_share("bob"));
    CHECK(running.comes("/api/v1/pool", R"("users":2,"workers":2,)"));
    CHECK(running.get("/api/v1/pool").body.find(R"("work_1h":"16")") != std::string::npos);
    const auto workers = running.get("/api/v1/workers?user=bob");
    CHECK(workers.status == 200);
    CHECK(workers.content_type == "application/json");
    CHECK(workers.body.starts_with(
        R"({"total":1,"limit":100,"offset":0,"workers":[{"user":"bob","worker":"rig",)"));
}

TEST_CASE("a message that cannot be read is passed over") {
    const log::Capture capture;
    const test::History history;
    Running running(history.database.folder());
    auto wrong = a_share("alice");
    wrong->set_work("short");
    running.publish(bus::topics::share, wrong);
    auto job = std::make_shared<v1::JobMessage>();
    job->mutable_job()->set_height(7);
    running.publish(bus::topics::job, job);
    running.publish(bus::topics::share, a_share("bob"));
    CHECK(running.comes("/api/v1/workers", "bob"));
    CHECK(running.get("/api/v1/workers").body.find("alice") == std::string::npos);
    CHECK(running.get("/api/v1/pool").body.find(R"("job":null)") != std::string::npos);
}

TEST_CASE("blocks are read from the database") {
    const test::History history;
    history.add_block(10, 1, "accepted");
    Running running(history.database.folder());
    CHECK(running.becomes(runtime::Readiness::ready));
    const auto blocks = running.get("/api/v1/blocks?state=accepted&limit=1");
    CHECK(blocks.status == 200);
    CHECK(blocks.body.starts_with(R"({"total":1,"limit":1,"offset":0,"blocks":[{"height":10,)"));
}

TEST_CASE("terms and payments are for everybody") {
    const test::History history;
    history.execute("INSERT INTO payment VALUES (1, 'btc', 'locked', 'pool', '', 11, 0, 5, 6)", {});
    Running running(history.database.folder());
    CHECK(running.get("/api/v1/terms").body ==
          R"({"now":null,"next":null,"minimum":null,"versions":[]})");
    CHECK(running.get("/api/v1/payments?limit=1")
              .body.starts_with(R"({"total":1,"limit":1,"offset":0,"payments":[{"id":1,)"));
}

TEST_CASE("a preview is asked of payout when there is a job, and told when it is there") {
    const test::History history;
    Running running(history.database.folder());
    CHECK(running.get("/api/v1/payouts/simulate").status == 503);
    auto job = std::make_shared<v1::JobMessage>();
    job->mutable_job()->set_job_id(1);
    job->mutable_job()->set_height(7);
    job->mutable_job()->set_reward(100);
    job->mutable_job()->set_network_target(std::string(31, '\xff') + '\0');
    running.publish(bus::topics::job, job);
    CHECK(running.comes("/api/v1/pool", R"("job":{)"));
    CHECK(running.get("/api/v1/payouts/simulate").status == 503);
    history.execute(
        "INSERT INTO payout_preview VALUES ('btc', 500, ?, 7, 100, -1, 2, 90, 4, 6, 1, 2, 3, 4)",
        {to_unix_ms(system_clock().unix_now())});
    CHECK(running.comes("/api/v1/payouts/simulate", R"("height":7,"reward":100,)"));
    CHECK(running.get("/api/v1/payouts/simulate?user=alice").status == 403);
}

TEST_CASE("with the database away live data is served and history is a 503") {
    const log::Capture capture;
    const test::TemporaryFolder folder;
    Running running(folder.path() / "away");
    running.publish(bus::topics::share, a_share("alice"));
    CHECK(running.comes("/api/v1/workers", "alice"));
    CHECK(running.get("/api/v1/pool").status == 200);
    const auto blocks = running.get("/api/v1/blocks");
    CHECK(blocks.status == 503);
    CHECK(blocks.body == R"({"error":"the database does not answer"})");
    CHECK(running.becomes(runtime::Readiness::not_ready));
}

TEST_CASE("the dashboard's page and files are served, and nothing beside them") {
    const test::History history;
    Running running(history.database.folder());
    for (const char* view : {"/miner", "/blocks", "/connect", "/account", "/operator"}) {
        const auto page = running.get(view);
        CHECK(page.status == 200);
        CHECK(page.content_type == "text/html; charset=utf-8");
        CHECK(page.body.starts_with("<!doctype html>"));
    }
    // Only a browser gets the page there.
    CHECK(running.get("/").body.starts_with(R"({"err_no":0)"));
    const auto script = running.get("/assets/main.js");
    CHECK(script.status == 200);
    CHECK(script.content_type == "text/javascript; charset=utf-8");
    for (const char* target :
         {"/assets/", "/assets/nothing.js", "/assets/index.html", "/assets/../service.cpp",
          "/assets/%2e%2e/service.cpp", "/assets/..%2fservice.cpp", "/assets//etc/passwd",
          "/index.html", "/assets/pages%2fminer.js", "/assets/main.js/"}) {
        CAPTURE(target);
        CHECK(running.get(target).status == 404);
    }
}

TEST_CASE("what is wrong with a request is said with the right status") {
    const test::History history;
    Running running(history.database.folder());
    for (const char* target :
         {"/api/v1/pool?a=1", "/api/v1/workers?limit=0", "/api/v1/blocks?state=x",
          "/api/v1/workers?user=", "/api/v1/terms?a=1", "/api/v1/payouts/simulate?a=1",
          "/api/v1/payments?state=x"}) {
        const auto refused = running.get(target);
        CHECK(refused.status == 400);
        CHECK(refused.body.starts_with(R"({"error":")"));
    }
    CHECK(running.get("/api/v1/nothing").status == 404);
    CHECK(running.post("/api/v1/pool").status == 405);
}

TEST_CASE("users and their workers are shown by the bus and the database together") {
    const test::History history;
    history.execute("INSERT INTO user (id, name, created_unix_ms) VALUES (1, 'alice', 5)", {});
    history.execute(
        "INSERT INTO worker (user_id, name, created_unix_ms, last_share_unix_ms) VALUES "
        "(1, 'rig', 5, ?), (1, 'old', 5, ?)",
        {to_unix_ms(system_clock().unix_now()), to_unix_ms(system_clock().unix_now() - 48h)});
    Running running(history.database.folder());
    running.publish(bus::topics::share, a_share("alice"));
    running.publish(bus::topics::share, a_share("new/comer"));
    CHECK(running.comes("/api/v1/users?order=name", R"("total":2,"limit":100,"offset":0,)"));
    CHECK(running.comes("/api/v1/users/alice", R"("first_seen_unix_ms":5,)"));
    CHECK(running.get("/api/v1/users/new%2Fcomer").body.find(R"("first_seen_unix_ms":null)") !=
          std::string::npos);
    CHECK(running.get("/api/v1/users/nobody").status == 404);
    CHECK(running.get("/api/v1/users/nobody/workers").status == 404);
    const auto workers = running.get("/api/v1/users/alice/workers").body;
    CHECK(workers.find(R"("worker":"rig","state":"online")") != std::string::npos);
    CHECK(workers.find(R"("worker":"old","state":"offline")") != std::string::npos);
}
