// Paths and parameters of other pools' APIs, answered from what Lode knows.
#include "common/runtime/version.hpp"
#include "statshttpd/compat_btcpool.hpp"
#include "statshttpd/compat_ckpool.hpp"
#include "statshttpd/compat_public_pool.hpp"
#include "statshttpd/history_repository.hpp"
#include "statshttpd/routes/site.hpp"
#include "statshttpd/user_answers.hpp"
#include "statshttpd/user_repository.hpp"
#include "statshttpd/work_repository.hpp"

namespace lode::statshttpd {
namespace {

// Blocks that public-pool's bodies list: what a widget has room for.
constexpr std::size_t blocks_shown = 100;

using SiteHandler = void (*)(const Site&, const http::Request&, const http::Responder&);

std::chrono::seconds uptime_of(const Site& site) {
    return std::chrono::floor<std::chrono::seconds>(site.context.clock.steady_now() - site.started);
}

const std::string& parameter(const http::Request& request, std::string_view name) {
    return request.parameters.find(name)->second;
}

// All workers of a user with a share in the last hour, one page at most.
std::vector<WorkerRates> workers_of(const Site& site, const std::string& user) {
    return site.windows
        .workers({.user = user, .offset = 0, .limit = Page::limit_max},
                 site.context.clock.unix_now())
        .rows;
}

// ---- btcpool -------------------------------------------------------------------------------

void answer_worker_status(const Site& site, const http::Request& request,
                          const http::Responder& responder) {
    const auto query = parse_worker_status_query(request.query);
    if (!query) return responder.send({.body = btcpool_invalid_arguments()});
    const UnixTime now = site.context.clock.unix_now();
    std::map<std::string, WorkerStatus> found;
    for (const std::string& name : query->workers) {
        WorkerStatus status;
        if (name == "0") {
            if (const auto user = site.windows.user(query->user, now)) status = status_of(*user);
        } else if (const auto worker = site.windows.worker(query->user, name, now)) {
            status = status_of(*worker);
        }
        found[query->merged ? "merge" : name] += status;
    }
    responder.send({.body = btcpool_workers(found)});
}

void answer_flush_time(const Site& site, const http::Request&, const http::Responder& responder) {
    site.database.ask<std::int64_t>(
        [chain = site.context.pool.chain().name](db::Connection& connection) {
            return WorkRepository(connection, chain).last_counted();
        },
        [responder](const Result<std::int64_t>& newest) {
            responder.send({.body = btcpool_flush_time(
                                from_unix_ms(newest ? newest.value() : std::int64_t{0}))});
        });
}

// ---- public-pool ---------------------------------------------------------------------------

void answer_with_blocks(const Site& site, const http::Responder& responder,
                        std::function<std::string(const BlocksPage&)> body) {
    answer_with_live<BlocksPage>(
        site, responder,
        [chain = site.context.pool.chain().name](db::Connection& connection) {
            return HistoryRepository(connection, chain).blocks({.page = {.limit = blocks_shown}});
        },
        [body = std::move(body)](const BlocksPage& newest) -> http::Response {
            return {.body = body(newest)};
        });
}

void answer_info(const Site& site, const http::Request&, const http::Responder& responder) {
    const UnixTime started = site.context.clock.unix_now() - uptime_of(site);
    answer_with_blocks(site, responder, [started](const BlocksPage& newest) {
        return public_pool_info(newest, started);
    });
}

void answer_pool(const Site& site, const http::Request&, const http::Responder& responder) {
    answer_with_blocks(site, responder, [&site](const BlocksPage& newest) {
        const UnixTime now = site.context.clock.unix_now();
        return public_pool_pool({.hour = site.windows.pool(now).hour,
                                 .active = site.windows.active(now),
                                 .job = site.live.job()},
                                newest);
    });
}

void answer_network(const Site& site, const http::Request&, const http::Responder& responder) {
    responder.send(
        {.body = public_pool_network(site.live.job(), site.context.pool.chain().network)});
}

void answer_chart(const Site& site, const http::Responder& responder,
                  std::function<Result<WorkPoints>(WorkRepository&, const SpanTime&)> read) {
    const Span span = spans[1];
    const SpanTime time = time_of(span, site.context.clock.unix_now());
    answer_from_database<WorkPoints>(
        site, responder,
        [time, read = std::move(read),
         chain = site.context.pool.chain().name](db::Connection& connection) {
            WorkRepository repository(connection, chain);
            return read(repository, time);
        },
        [span, time](const WorkPoints& points) { return public_pool_chart(points, span, time); });
}

void answer_pool_chart(const Site& site, const http::Request&, const http::Responder& responder) {
    answer_chart(site, responder, [](WorkRepository& repository, const SpanTime& time) {
        return repository.pool(spans[1], time);
    });
}

void answer_client_chart(const Site& site, const http::Request& request,
                         const http::Responder& responder) {
    answer_chart(
        site, responder,
        [user = parameter(request, "address")](WorkRepository& repository, const SpanTime& time) {
            return repository.user(user, spans[1], time);
        });
}

void answer_client(const Site& site, const http::Request& request,
                   const http::Responder& responder) {
    responder.send({.body = public_pool_client(workers_of(site, parameter(request, "address")))});
}

void answer_client_worker(const Site& site, const http::Request& request,
                          const http::Responder& responder) {
    const auto worker = site.windows.worker(
        parameter(request, "address"), parameter(request, "worker"), site.context.clock.unix_now());
    if (!worker) return responder.send(http::error_response(404, "no such worker"));
    responder.send({.body = public_pool_worker(*worker)});
}

// ---- ckpool --------------------------------------------------------------------------------

void answer_pool_status(const Site& site, const http::Request&, const http::Responder& responder) {
    const UnixTime now = site.context.clock.unix_now();
    responder.send({.body = ckpool_status({.rates = site.windows.pool(now),
                                           .active = site.windows.active(now),
                                           .uptime = uptime_of(site),
                                           .now = now})});
}

void answer_user_status(const Site& site, const http::Request& request,
                        const http::Responder& responder) {
    using Found = std::optional<UserRecord>;
    answer_with_live<Found>(
        site, responder,
        [user = parameter(request, "user"), chain = site.context.pool.chain().name,
         now = site.context.clock.unix_now()](db::Connection& connection) {
            return UserRepository(connection, chain).find(user, now);
        },
        [&site, user = parameter(request, "user")](const Found& record) -> http::Response {
            if (!record) return http::error_response(404, "no such user");
            return {.body = ckpool_user(
                        user, {.rates = site.windows.user(user, site.context.clock.unix_now()),
                               .day = record->day,
                               .last_share = record->last_share,
                               .first_seen = record->first_seen,
                               .workers = workers_of(site, user)})};
        });
}

// ---- short paths ---------------------------------------------------------------------------

void answer_status(const Site& site, const http::Request&, const http::Responder& responder) {
    const bool working = site.live.job().has_value() && site.database.ready();
    json::Writer writer;
    responder.send({.body = writer.object()
                                .field("status", working ? "ok" : "degraded")
                                .field("version", runtime::version())
                                .field("chain", site.context.pool.chain().name)
                                .field("uptime_seconds", uptime_of(site).count())
                                .end()
                                .take()});
}

struct Route {
    std::string_view path;
    SiteHandler handler;
};

constexpr Route btcpool_routes[] = {{"/worker_status", answer_worker_status},
                                    {"/worker_status/", answer_worker_status},
                                    {"/flush_db_time", answer_flush_time}};
constexpr Route public_pool_routes[] = {{"/api/info", answer_info},
                                        {"/api/pool", answer_pool},
                                        {"/api/network", answer_network},
                                        {"/api/info/chart", answer_pool_chart},
                                        {"/api/client/{address}", answer_client},
                                        {"/api/client/{address}/chart", answer_client_chart},
                                        {"/api/client/{address}/{worker}", answer_client_worker}};
constexpr Route ckpool_routes[] = {{"/pool/pool.status", answer_pool_status},
                                   {"/users/{user}", answer_user_status}};
constexpr Route short_routes[] = {{"/api/status", answer_status}};

}  // namespace

http::Response btcpool_front(const Site& site) {
    const UnixTime now = site.context.clock.unix_now();
    return {.body =
                btcpool_pool(site.windows.pool(now), site.windows.active(now), uptime_of(site))};
}

void add_compat_routes(http::Router& router, Site& site) {
    const auto add_all = [&router, &site](const auto& routes) {
        for (const Route& route : routes) {
            router.add(
                http::Method::get, route.path,
                on_loop(site, [&site, handler = route.handler](const http::Request& request,
                                                               const http::Responder& responder) {
                    handler(site, request, responder);
                }));
        }
    };
    if (shows(site.config, forerunners::btcpool)) add_all(btcpool_routes);
    if (shows(site.config, forerunners::public_pool)) add_all(public_pool_routes);
    if (shows(site.config, forerunners::ckpool)) add_all(ckpool_routes);
    if (shows(site.config, forerunners::short_paths)) add_all(short_routes);
}

}  // namespace lode::statshttpd
