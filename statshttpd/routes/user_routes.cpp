// Users and their workers: live rates from the windows, the rest from the database.
#include "statshttpd/routes/site.hpp"
#include "statshttpd/user_answers.hpp"
#include "statshttpd/user_repository.hpp"

namespace lode::statshttpd {
namespace {

const std::string& user_of(const http::Request& request) {
    return request.parameters.find("user")->second;
}

void answer_users(const Site& site, const http::Request& request,
                  const http::Responder& responder) {
    const auto query = parse_users_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    const auto users = site.windows.users(query.value(), site.context.clock.unix_now());
    responder.send({.body = to_json(users, query.value().page)});
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
            return {.body = to_json({.user = user, .record = record, .rates = std::move(rates)})};
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
            return {.body = to_json(answer, page)};
        });
}

}  // namespace

void add_user_routes(http::Router& router, Site& site) {
    router.add(
        http::Method::get, "/api/v1/users",
        on_loop(site, [&site](const http::Request& request, const http::Responder& responder) {
            answer_users(site, request, responder);
        }));
    router.add(http::Method::get, "/api/v1/users/{user}",
               [&site](const http::Request& request, const http::Responder& responder) {
                   answer_user(site, request, responder);
               });
    router.add(http::Method::get, "/api/v1/users/{user}/workers",
               [&site](const http::Request& request, const http::Responder& responder) {
                   answer_user_workers(site, request, responder);
               });
}

}  // namespace lode::statshttpd
