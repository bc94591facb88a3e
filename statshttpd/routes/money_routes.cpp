// What miners are promised, what was paid, and what each has earned.
#include "statshttpd/money_repository.hpp"
#include "statshttpd/preview_repository.hpp"
#include "statshttpd/routes/site.hpp"

namespace lode::statshttpd {
namespace {

// payout makes one each 5 s.
constexpr auto preview_age = std::chrono::seconds(5);

void answer_terms(const Site& site, const http::Request& request,
                  const http::Responder& responder) {
    const auto query = parse_no_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    answer_from_database<TermsAnswer>(
        site, responder,
        [now = site.context.clock.unix_now(), chain = site.context.pool.chain().name](
            db::Connection& connection) -> Result<TermsAnswer> {
            MoneyRepository repository(connection, chain);
            TermsAnswer answer{.versions = {}, .now = now};
            LODE_TRY(answer.versions, repository.terms());
            LODE_TRY(answer.minimum, repository.minimum());
            return answer;
        },
        [](const TermsAnswer& terms) { return to_json(terms); });
}

void answer_payments(const Site& site, const http::Request& request,
                     const http::Responder& responder) {
    const auto query = parse_payments_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    answer_from_database<PaymentsPage>(
        site, responder,
        [query = query.value(),
         chain = site.context.pool.chain().name](db::Connection& connection) {
            return MoneyRepository(connection, chain).payments(query);
        },
        [page = query.value().page](const PaymentsPage& payments) {
            return to_json(payments, page);
        });
}

// ---- what if
// -------------------------------------------------------------------------------

http::Response preview_response(const Site& site, const SimulateQuery& query,
                                const PreviewAnswer& answer) {
    if (!answer.preview) {
        auto response =
            http::error_response(503, "payout is asked for it: ask again in some seconds");
        response.fields.emplace_back("Retry-After", "2");
        return response;
    }
    std::optional<Pace> pace;
    if (query.user && site.live.job()) {
        const auto rates = site.windows.user(*query.user, site.context.clock.unix_now());
        if (rates) pace = {.rate = rates->hour, .block = site.live.job()->work};
    }
    return {.body = to_json(answer, pace),
            .caching = query.user ? http::private_answer() : http::public_for(preview_age)};
}

// On the loop.
void answer_simulation(const Site& site, const SimulateQuery& query,
                       const http::Responder& responder) {
    const auto& job = site.live.job();
    if (!job) return responder.send(http::error_response(503, "there is no job to be mined yet"));
    const PreviewRepository::Wanted wanted{
        .now = site.context.clock.unix_now(), .height = job->height, .reward = job->reward};
    answer_with_live<PreviewAnswer>(
        site, responder,
        [wanted, query, chain = site.context.pool.chain().name](db::Connection& connection) {
            return PreviewRepository(connection, chain).ask(wanted, query);
        },
        [&site, query](const PreviewAnswer& answer) {
            return preview_response(site, query, answer);
        });
}

void answer_simulate(const Site& site, const http::Request& request,
                     const http::Responder& responder) {
    const auto query = parse_simulate_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    if (query.value().user) {
        return responder.send(http::error_response(403, "what a user would get is private"));
    }
    site.context.loop.post(
        [&site, query = query.value(), responder] { answer_simulation(site, query, responder); });
}

}  // namespace

void add_money_routes(http::Router& router, Site& site) {
    const auto add = [&](std::string_view path, auto answer) {
        router.add(http::Method::get, path,
                   [&site, answer](const http::Request& request, const http::Responder& responder) {
                       answer(site, request, responder);
                   });
    };
    add("/api/v1/terms", answer_terms);
    add("/api/v1/payments", answer_payments);
    add("/api/v1/payouts/simulate", answer_simulate);
}

}  // namespace lode::statshttpd
