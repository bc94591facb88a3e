// What happened lately, how hash rate is spread over users, and where miners connect.
#include "common/base/file.hpp"
#include "statshttpd/listeners.hpp"
#include "statshttpd/routes/site.hpp"

namespace lode::statshttpd {
namespace {

// How old an answer may be.
constexpr auto live_age = std::chrono::seconds(5);
constexpr auto settings_age = std::chrono::seconds(60);

void answer_events(const Site& site, const http::Request& request,
                   const http::Responder& responder) {
    const auto query = parse_events_query(request.query);
    if (!query) return responder.send(answer_to(query.error()));
    responder.send({.body = to_json(site.events.newest(query.value().limit, query.value().kind)),
                    .caching = http::public_for(live_age)});
}

void answer_distribution(const Site& site, const http::Request& request,
                         const http::Responder& responder) {
    if (const auto query = parse_no_query(request.query); !query) {
        return responder.send(answer_to(query.error()));
    }
    const auto decades = site.windows.distribution(site.context.clock.unix_now());
    responder.send({.body = to_json(decades), .caching = http::public_for(live_age)});
}

// The files are read at each request, so that a certificate that was renewed shows: a few KiB each.
void answer_connect(const Site& site, const http::Request& request,
                    const http::Responder& responder) {
    if (const auto query = parse_no_query(request.query); !query) {
        return responder.send(answer_to(query.error()));
    }
    const Listeners listeners = listeners_of(site.context.document);
    ConnectAnswer answer{.host = {}, .endpoints = {}, .users = listeners.users};
    const auto host = request.fields.find("host");
    answer.host = site.config.public_host;
    if (answer.host.empty() && host != request.fields.end()) answer.host = host_of(host->second);
    for (const Listener& listener : listeners.all) {
        ConnectAnswer::Endpoint endpoint{.listener = listener, .fingerprint = {}};
        if (listener.certificate_file) {
            const auto pem = read_file(*listener.certificate_file);
            const auto print = pem ? certificate_fingerprint(pem.value()) : pem.error();
            if (print) endpoint.fingerprint = print.value();
        }
        answer.endpoints.push_back(std::move(endpoint));
    }
    responder.send({.body = to_json(answer), .caching = http::public_for(settings_age)});
}

}  // namespace

void add_event_routes(http::Router& router, Site& site) {
    const auto add = [&router, &site](const char* path, auto answer) {
        router.add(http::Method::get, path,
                   on_loop(site, [&site, answer](const http::Request& request,
                                                 const http::Responder& responder) {
                       answer(site, request, responder);
                   }));
    };
    add("/api/v1/events", answer_events);
    add("/api/v1/distribution", answer_distribution);
    add("/api/v1/connect", answer_connect);
}

}  // namespace lode::statshttpd
