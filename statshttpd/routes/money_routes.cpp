// What miners are promised, what was paid, and what each has earned.
#include "statshttpd/money_repository.hpp"
#include "statshttpd/routes/site.hpp"

namespace lode::statshttpd {
namespace {

void answer_terms(const Site& site, const http::Request& request,
                  const http::Responder& responder) {
    const auto query = parse_no_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    answer_from_database<TermsVersions>(
        site, responder,
        [chain = site.context.pool.chain().name](db::Connection& connection) {
            return MoneyRepository(connection, chain).terms();
        },
        [now = site.context.clock.unix_now()](const TermsVersions& versions) {
            return to_json(versions, now);
        });
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
}

}  // namespace lode::statshttpd
