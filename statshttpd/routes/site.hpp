// What every group of routes is given, and how its handlers come to where their data is.
#pragma once

#include <functional>
#include <string>

#include "common/http/server.hpp"
#include "common/runtime/service.hpp"
#include "statshttpd/access.hpp"
#include "statshttpd/commander.hpp"
#include "statshttpd/config.hpp"
#include "statshttpd/database_thread.hpp"
#include "statshttpd/effort_repository.hpp"
#include "statshttpd/live_events.hpp"
#include "statshttpd/live_pool.hpp"
#include "statshttpd/live_windows.hpp"
#include "statshttpd/probe.hpp"
#include "statshttpd/service_watch.hpp"

namespace lode::statshttpd {

// Outlives the routes. The live parts are touched on the service's loop only.
struct Site {
    runtime::Context& context;
    const Config& config;
    Probe& probe;
    DatabaseThread& database;
    Access& access;
    Commander& commander;
    ServiceWatch& services;
    LiveWindows& windows;
    LivePool& live;
    LiveEvents& events;
    const PoolRecord& record;  // read again now and then
    EffortShelf& efforts;      // touched on the database's thread only
    SteadyTime started;
};

// What every answer carries: other sites may neither frame nor sniff it, and its pages load nothing
// from elsewhere and run no inline script.
[[nodiscard]] http::Policy policy_of(const Config& config);

// Malformed is a 400 with its words, rejected a 404, conflict a 409, exhausted a 503; any other is
// a 503 that does not say what is wrong with the database: that is the operator's and in the log.
[[nodiscard]] http::Response answer_to(const Error& error);

using LoopHandler = std::function<void(const http::Request&, const http::Responder&)>;
// Runs on the service's loop, where the live data is.
[[nodiscard]] http::Handler on_loop(const Site& site, LoopHandler handler);

// How old an answer from the database may be.
inline constexpr auto history_age = std::chrono::seconds(5);

// Asks the database and answers with what `body` makes of it, or with the error.
template <class T>
void answer_from_database(const Site& site, const http::Responder& responder,
                          DatabaseThread::Query<T> query,
                          std::function<std::string(const T&)> body) {
    site.database.ask<T>(std::move(query), [probe = site.probe, responder, body = std::move(body)](
                                               const Result<T>& found) mutable {
        if (found) {
            return responder.send(
                {.body = body(found.value()), .caching = http::public_for(history_age)});
        }
        if (found.error().code != ErrorCode::rejected) probe.history_failures.increment();
        responder.send(answer_to(found.error()));
    });
}

// The same for an answer that takes live data too: `answer` runs on the service's loop.
template <class T>
void answer_with_live(const Site& site, const http::Responder& responder,
                      DatabaseThread::Query<T> query,
                      std::function<http::Response(const T&)> answer) {
    site.database.ask<T>(
        std::move(query), [&site, responder, answer = std::move(answer)](Result<T> found) {
            site.context.loop.post([&site, responder, answer, found = std::move(found)] {
                if (found) return responder.send(answer(found.value()));
                if (found.error().code != ErrorCode::rejected) {
                    site.probe.history_failures.increment();
                }
                responder.send(answer_to(found.error()));
            });
        });
}

// What btcpool answers at "/".
[[nodiscard]] http::Response btcpool_front(const Site& site);
// The pool as /api/v1/pool shows it. On the service's loop.
[[nodiscard]] PoolAnswer pool_answer(const Site& site);

// The groups; each adds its paths.
void add_asset_routes(http::Router& router, Site& site);
void add_compat_routes(http::Router& router, Site& site);
void add_pool_routes(http::Router& router, Site& site);
void add_user_routes(http::Router& router, Site& site);
void add_money_routes(http::Router& router, Site& site);
void add_access_routes(http::Router& router, Site& site);
void add_admin_routes(http::Router& router, Site& site);
void add_settings_routes(http::Router& router, Site& site);
void add_event_routes(http::Router& router, Site& site);

}  // namespace lode::statshttpd
