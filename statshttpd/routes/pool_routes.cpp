// The pool, its workers and its blocks.
#include "statshttpd/answers.hpp"
#include "statshttpd/history_repository.hpp"
#include "statshttpd/routes/site.hpp"
#include "statshttpd/work_repository.hpp"

namespace lode::statshttpd {
namespace {

void answer_pool(const Site& site, const http::Request& request, const http::Responder& responder) {
    const auto query = parse_no_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    const UnixTime now = site.context.clock.unix_now();
    const config::ChainConfig& chain = site.context.pool.chain();
    const auto uptime = site.context.clock.steady_now() - site.started;
    responder.send(
        {.body = to_json({.chain = chain.name,
                          .coin = chain.coin,
                          .network = chain.network,
                          .rates = site.windows.pool(now),
                          .active = site.windows.active(now),
                          .job = site.live.job(),
                          .last_block = site.live.last_block(),
                          .now = now,
                          .uptime = std::chrono::floor<std::chrono::milliseconds>(uptime)})});
}

void answer_workers(const Site& site, const http::Request& request,
                    const http::Responder& responder) {
    const auto query = parse_workers_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    const auto& [page, user] = query.value();
    const auto workers = site.windows.workers(
        {.user = user, .offset = page.offset, .limit = page.limit}, site.context.clock.unix_now());
    responder.send({.body = to_json(workers, page)});
}

void answer_blocks(const Site& site, const http::Request& request,
                   const http::Responder& responder) {
    const auto query = parse_blocks_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    answer_from_database<BlocksPage>(
        site, responder,
        [query = query.value(),
         chain = site.context.pool.chain().name](db::Connection& connection) {
            return HistoryRepository(connection, chain).blocks(query);
        },
        [page = query.value().page](const BlocksPage& blocks) { return to_json(blocks, page); });
}

// The last hour is in the live windows by seconds; no table has less than ten minutes.
void answer_history(const Site& site, const http::Request& request,
                    const http::Responder& responder) {
    const auto query = parse_span_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    const Span span = query.value();
    const UnixTime now = site.context.clock.unix_now();
    const SpanTime time = time_of(span, now);
    if (span.step < LiveWindows::seed_slot) {
        return responder.send({.body = to_json(site.windows.by_minute(now), span, time)});
    }
    answer_from_database<WorkPoints>(
        site, responder,
        [span, time, chain = site.context.pool.chain().name](db::Connection& connection) {
            return WorkRepository(connection, chain).pool(span, time);
        },
        [span, time](const WorkPoints& points) { return to_json(points, span, time); });
}

}  // namespace

void add_pool_routes(http::Router& router, Site& site) {
    const auto live = [&site](auto answer) {
        return on_loop(
            site, [&site, answer](const http::Request& request, const http::Responder& responder) {
                answer(site, request, responder);
            });
    };
    router.add(http::Method::get, "/api/v1/pool", live(answer_pool));
    router.add(http::Method::get, "/api/v1/pool/history", live(answer_history));
    router.add(http::Method::get, "/api/v1/workers", live(answer_workers));
    if (shows(site.config, forerunners::short_paths)) {
        router.add(http::Method::get, "/api/stats", live(answer_pool));
        router.add(http::Method::get, "/api/workers", live(answer_workers));
    }
    router.add(http::Method::get, "/api/v1/blocks",
               [&site](const http::Request& request, const http::Responder& responder) {
                   answer_blocks(site, request, responder);
               });
}

}  // namespace lode::statshttpd
