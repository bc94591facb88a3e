// Each request asks every loop and answers when all have, or after a second.
#include "common/runtime/health_endpoint.hpp"

#include <map>

#include "common/json/writer.hpp"

namespace lode::runtime {
namespace {

// Longer than any task of a healthy loop takes, shorter than a scraper waits.
constexpr auto answer_time = std::chrono::seconds(1);

// One request under way; used on the scheduler only, owned by the questions not yet answered.
class Gathering : public std::enable_shared_from_this<Gathering> {
  public:
    Gathering(std::span<const std::unique_ptr<Host>> hosts, http::Responder responder)
        : hosts_(hosts), responder_(std::move(responder)) {}

    void begin(Scheduler& scheduler) {
        timer_ = scheduler.after(answer_time, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->finish();
        });
        for (const auto& host : hosts_) {
            host->ask_health(
                [self = shared_from_this(), name = host->name(), &scheduler](Health health) {
                    scheduler.post(
                        [self, name, health = std::move(health)] { self->take(name, health); });
                });
        }
    }

  private:
    void take(std::string_view name, const Health& health) {
        answers_.emplace(name, health);
        if (answers_.size() == hosts_.size()) finish();
    }

    void finish() {
        timer_.reset();
        bool ready = true;
        json::Writer services;
        services.object();
        for (const auto& host : hosts_) {
            const auto found = answers_.find(host->name());
            const Health health =
                found == answers_.end() ? Health{.detail = "does not answer"} : found->second;
            const bool this_ready = health.readiness == Readiness::ready;
            ready = ready && this_ready;
            services.key(host->name()).object();
            services.field("ready", this_ready).field("detail", health.detail).end();
        }
        services.end();
        json::Writer body;
        body.object().field("ready", ready).key("services").raw(services.take()).end();
        responder_.send({.status = ready ? 200 : 503, .body = body.take()});
    }

    std::span<const std::unique_ptr<Host>> hosts_;
    http::Responder responder_;
    std::map<std::string_view, Health> answers_;
    std::unique_ptr<Timer> timer_;
};

}  // namespace

void add_health_routes(http::Router& router, Scheduler& scheduler, const Watched& watched) {
    const auto hosts = watched.hosts;
    router.add(http::Method::get, "/healthz",
               [&scheduler, hosts](const http::Request&, const http::Responder& responder) {
                   scheduler.post([&scheduler, hosts, responder] {
                       std::make_shared<Gathering>(hosts, responder)->begin(scheduler);
                   });
               });
    router.add(http::Method::get, "/metrics",
               [hosts, bus = &watched.bus](const http::Request&, const http::Responder& responder) {
                   std::vector<const metrics::Registry*> registries{bus};
                   for (const auto& host : hosts) registries.push_back(&host->metrics());
                   responder.send({.body = metrics::exposition(registries),
                                   .content_type = std::string(metrics::exposition_content_type)});
               });
}

}  // namespace lode::runtime
