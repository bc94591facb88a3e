// The pool, its workers and its blocks.
#include "statshttpd/answers.hpp"
#include "statshttpd/history_repository.hpp"
#include "statshttpd/routes/site.hpp"
#include "statshttpd/work_repository.hpp"

namespace lode::statshttpd {
namespace {

// How old an answer may be.
constexpr auto live_age = std::chrono::seconds(2);

void answer_pool(const Site& site, const http::Request& request, const http::Responder& responder) {
    const auto query = parse_no_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    responder.send({.body = to_json(pool_answer(site)), .caching = http::public_for(live_age)});
}

void answer_workers(const Site& site, const http::Request& request,
                    const http::Responder& responder) {
    const auto query = parse_workers_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    const auto& [page, user] = query.value();
    const auto workers = site.windows.workers(
        {.user = user, .offset = page.offset, .limit = page.limit}, site.context.clock.unix_now());
    responder.send({.body = to_json(workers, page), .caching = http::public_for(live_age)});
}

void answer_blocks(const Site& site, const http::Request& request,
                   const http::Responder& responder) {
    const auto query = parse_blocks_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    answer_from_database<BlocksPage>(
        site, responder,
        [&site, query = query.value()](db::Connection& connection) -> Result<BlocksPage> {
            const std::string& chain = site.context.pool.chain().name;
            LODE_TRY(auto page, HistoryRepository(connection, chain).blocks(query));
            LODE_TRY_VOID(EffortRepository(connection, chain, site.efforts)
                              .add_efforts(page.rows, site.context.clock.unix_now()));
            return page;
        },
        [page = query.value().page](const BlocksPage& blocks) { return to_json(blocks, page); });
}

void answer_block(const Site& site, const http::Request& request,
                  const http::Responder& responder) {
    if (const auto query = parse_no_query(request.query); !query) {
        return responder.send(answer_to(query.error()));
    }
    const auto hash = bitcoin::from_display_hex(request.parameters.find("hash")->second);
    if (!hash) return responder.send(http::error_response(404, "no such block"));
    answer_from_database<Block>(
        site, responder,
        [&site, hash = hash.value()](db::Connection& connection) -> Result<Block> {
            const std::string& chain = site.context.pool.chain().name;
            LODE_TRY(auto block, HistoryRepository(connection, chain).block(hash));
            std::vector<Block> one{std::move(block)};
            LODE_TRY_VOID(EffortRepository(connection, chain, site.efforts)
                              .add_efforts(one, site.context.clock.unix_now()));
            return std::move(one.front());
        },
        [](const Block& block) { return to_json(block); });
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
        return responder.send({.body = to_json(site.windows.by_minute(now), span, time),
                               .caching = http::public_for(history_age)});
    }
    answer_from_database<WorkPoints>(
        site, responder,
        [span, time, chain = site.context.pool.chain().name](db::Connection& connection) {
            return WorkRepository(connection, chain).pool(span, time);
        },
        [span, time](const WorkPoints& points) { return to_json(points, span, time); });
}

}  // namespace

PoolAnswer pool_answer(const Site& site) {
    const UnixTime now = site.context.clock.unix_now();
    const config::ChainConfig& chain = site.context.pool.chain();
    const auto uptime = site.context.clock.steady_now() - site.started;
    return {.chain = chain.name,
            .coin = chain.coin,
            .network = chain.network,
            .rates = site.windows.pool(now),
            .active = site.windows.active(now),
            .job = site.live.job(),
            .last_block = site.live.last_block(),
            .record = site.record,
            .nodes = site.events.nodes(),
            .now = now,
            .uptime = std::chrono::floor<std::chrono::milliseconds>(uptime)};
}

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
    const auto history = [&router, &site](const char* path, auto answer) {
        router.add(http::Method::get, path,
                   [&site, answer](const http::Request& request, const http::Responder& responder) {
                       answer(site, request, responder);
                   });
    };
    history("/api/v1/blocks", answer_blocks);
    history("/api/v1/blocks/{hash}", answer_block);
}

}  // namespace lode::statshttpd
