// Users and their workers: live rates from the windows, the rest from the database.
#include "statshttpd/routes/site.hpp"
#include "statshttpd/user_answers.hpp"
#include "statshttpd/user_repository.hpp"
#include "statshttpd/work_repository.hpp"

namespace lode::statshttpd {
namespace {

// How old an answer may be.
constexpr auto live_age = std::chrono::seconds(5);

const std::string& user_of(const http::Request& request) {
    return request.parameters.find("user")->second;
}

void answer_users(const Site& site, const http::Request& request,
                  const http::Responder& responder) {
    const auto query = parse_users_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    const auto users = site.windows.users(query.value(), site.context.clock.unix_now());
    responder.send(
        {.body = to_json(users, query.value().page), .caching = http::public_for(live_age)});
}

void answer_user(const Site& site, const http::Request& request, const http::Responder& responder) {
    if (const auto query = parse_no_query(request.query); !query) {
        return responder.send(answer_to(query.error()));
    }
    using Found = std::optional<UserRecord>;
    answer_with_live<Found>(
        site, responder,
        [user = user_of(request), chain = site.context.pool.chain().name,
         now = site.context.clock.unix_now()](db::Connection& connection) {
            return UserRepository(connection, chain).find(user, now);
        },
        [&site, user = user_of(request)](const Found& record) -> http::Response {
            auto rates = site.windows.user(user, site.context.clock.unix_now());
            if (!record && !rates) return http::error_response(404, "no such user");
            return {.body = to_json({.user = user, .record = record, .rates = std::move(rates)}),
                    .caching = http::public_for(live_age)};
        });
}

void answer_user_workers(const Site& site, const http::Request& request,
                         const http::Responder& responder) {
    const auto query = parse_page_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    answer_with_live<KnownWorkers>(
        site, responder,
        [user = user_of(request), page = query.value(), chain = site.context.pool.chain().name,
         now = site.context.clock.unix_now()](db::Connection& connection) {
            return UserRepository(connection, chain).workers(user, page, now);
        },
        [&site, user = user_of(request),
         page = query.value()](const KnownWorkers& known) -> http::Response {
            const UnixTime now = site.context.clock.unix_now();
            UserWorkersAnswer answer{.total = known.total, .rows = {}, .now = now};
            for (const KnownWorker& worker : known.rows) {
                answer.rows.push_back({worker, site.windows.worker(user, worker.worker, now)});
            }
            return {.body = to_json(answer, page), .caching = http::public_for(live_age)};
        });
}

void answer_user_history(const Site& site, const http::Request& request,
                         const http::Responder& responder) {
    const auto query = parse_span_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    const Span span = query.value();
    const SpanTime time = time_of(span, site.context.clock.unix_now());
    answer_from_database<WorkPoints>(
        site, responder,
        [span, time, user = user_of(request),
         chain = site.context.pool.chain().name](db::Connection& connection) {
            return WorkRepository(connection, chain).user(user, span, time);
        },
        [span, time](const WorkPoints& points) { return to_json(points, span, time); });
}

void answer_worker_history(const Site& site, const http::Request& request,
                           const http::Responder& responder) {
    const auto query = parse_span_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    const Span span =
        query.value().name == worker_hour_span.name ? worker_hour_span : query.value();
    const SpanTime time = time_of(span, site.context.clock.unix_now());
    const WorkRepository::Worker worker{.user = user_of(request),
                                        .name = request.parameters.find("worker")->second};
    answer_from_database<WorkPoints>(
        site, responder,
        [span, time, worker, chain = site.context.pool.chain().name](db::Connection& connection) {
            return WorkRepository(connection, chain).worker(worker, span, time);
        },
        [span, time](const WorkPoints& points) { return to_json(points, span, time); });
}

}  // namespace

void add_user_routes(http::Router& router, Site& site) {
    const auto add = [&router, &site](const char* path, auto answer) {
        router.add(http::Method::get, path,
                   [&site, answer](const http::Request& request, const http::Responder& responder) {
                       answer(site, request, responder);
                   });
    };
    router.add(
        http::Method::get, "/api/v1/users",
        on_loop(site, [&site](const http::Request& request, const http::Responder& responder) {
            answer_users(site, request, responder);
        }));
    add("/api/v1/users/{user}", answer_user);
    add("/api/v1/users/{user}/workers", answer_user_workers);
    add("/api/v1/users/{user}/history", answer_user_history);
    add("/api/v1/users/{user}/workers/{worker}/history", answer_worker_history);
}

}  // namespace lode::statshttpd
