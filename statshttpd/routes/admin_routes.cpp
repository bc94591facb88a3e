// An operator's requests. Each is a row of the audit log first, and then a command or a change.
#include "common/base/hex.hpp"
#include "common/base/random.hpp"
#include "common/db/operator_repository.hpp"
#include "common/json/writer.hpp"
#include "statshttpd/audit.hpp"
#include "statshttpd/commander.hpp"
#include "statshttpd/orders.hpp"
#include "statshttpd/routes/access_answers.hpp"

namespace lode::statshttpd {
namespace {

constexpr std::size_t command_id_bytes = 16;

std::string command_json(const std::string& id) {
    json::Writer json;
    json.object().field("command", id).end();
    return json.take();
}

// Sends it once its row stands.
void order(const Site& site, const http::Responder& responder, const Caller& caller,
           const Result<OrderDraft>& draft) {
    if (!draft) return responder.send(answer_to(draft.error()));
    const Command command{.id = to_hex(random_bytes(command_id_bytes)),
                          .target = "sserver",
                          .action = draft.value().action,
                          .argument = draft.value().argument};
    const AuditEntry entry{.at = site.context.clock.unix_now(),
                           .who = caller.who(),
                           .action = command.action,
                           .detail = draft.value().detail + " (command " + command.id + ")"};
    site.database.ask<std::int64_t>(
        [entry](db::Connection& connection) { return audited(connection, entry); },
        [&site, responder, command](const Result<std::int64_t>& row) {
            if (!row) return responder.send(answer_to(row.error()));
            Command sent = command;
            sent.audit_id = row.value();
            site.context.loop.post([&site, responder, sent] {
                site.commander.send(sent, [responder, id = sent.id](const Result<void>& told) {
                    if (told) return responder.send(private_json(command_json(id), 202));
                    responder.send(http::error_response(503, "the bus does not take commands"));
                });
            });
        });
}

void answer_audit(const Site& site, const http::Request& request,
                  const http::Responder& responder) {
    const auto page = parse_page_query(request.query);
    if (!page) return responder.send(answer_to(page.error()));
    const auto limit = static_cast<std::int64_t>(page.value().limit);
    const auto offset = static_cast<std::int64_t>(page.value().offset);
    ask_database<AuditPage>(
        site, responder,
        [limit, offset](db::Connection& connection) {
            return audit_page(connection, limit, offset);
        },
        [limit, offset](const AuditPage& found) {
            json::Writer json;
            json.object()
                .field("total", found.total)
                .field("limit", limit)
                .field("offset", offset)
                .key("entries")
                .array();
            for (const AuditEntry& entry : found.rows) {
                json.object()
                    .field("id", entry.id)
                    .field("time_unix_ms", to_unix_ms(entry.at))
                    .field("actor", entry.who)
                    .field("action", entry.action)
                    .field("detail", entry.detail)
                    .end();
            }
            json.end().end();
            return private_json(json.take());
        });
}

// The payments' state is in the database, where payout looks before each payment: it is done at
// once, and holds while payout is down.
void pause_payouts(const Site& site, const http::Request& request, const http::Responder& responder,
                   const Caller& caller) {
    const auto pause = parse_pause(request.body);
    if (!pause) return responder.send(answer_to(pause.error()));
    const db::Act act{
        .who = caller.who(), .reason = pause.value().reason, .at = site.context.clock.unix_now()};
    ask_database<bool>(
        site, responder,
        [act, wanted = pause.value().wanted,
         chain = site.context.pool.chain().name](db::Connection& connection) -> Result<bool> {
            db::OperatorRepository repository(connection, chain);
            const auto done =
                wanted == Pause::Wanted::paused ? repository.pause(act) : repository.resume(act);
            // It is so already.
            if (!done && done.error().code == ErrorCode::rejected) return false;
            if (!done) return done.error();
            return true;
        },
        [id = to_hex(random_bytes(command_id_bytes))](const bool&) {
            return private_json(command_json(id), 202);
        });
}

std::string services_json(const std::vector<ServiceState>& services) {
    json::Writer json;
    json.object().key("services").array();
    for (const ServiceState& service : services) {
        json.object()
            .field("name", service.name)
            .field("ready", service.ready)
            .field("detail", service.detail)
            .field("address", service.address)
            .end();
    }
    json.end().end();
    return json.take();
}

void answer_services(const Site& site, const http::Responder& responder) {
    site.services.look([responder](const Result<std::vector<ServiceState>>& services) {
        if (!services) return responder.send(answer_to(services.error()));
        responder.send(private_json(services_json(services.value())));
    });
}

using DraftOrder = Result<OrderDraft> (*)(std::string_view body);

}  // namespace

void add_admin_routes(http::Router& router, Site& site) {
    const auto by_body = [&site](DraftOrder draft) {
        return for_admin(site.access,
                         [&site, draft](const http::Request& request,
                                        const http::Responder& responder, const Caller& caller) {
                             order(site, responder, caller, draft(request.body));
                         });
    };
    router.add(http::Method::post, "/api/v1/admin/bans", by_body(ban_order));
    router.add(http::Method::post, "/api/v1/admin/disconnect", by_body(disconnect_order));
    router.add(http::Method::post, "/api/v1/admin/message", by_body(message_order));
    router.add(http::Method::post, "/api/v1/admin/mining", by_body(mining_order));
    router.add(
        http::Method::remove, "/api/v1/admin/bans/{address}",
        for_admin(site.access, [&site](const http::Request& request,
                                       const http::Responder& responder, const Caller& caller) {
            order(site, responder, caller, unban_order(request.parameters.at("address")));
        }));
    router.add(
        http::Method::post, "/api/v1/admin/payouts",
        for_admin(site.access, [&site](const http::Request& request,
                                       const http::Responder& responder, const Caller& caller) {
            pause_payouts(site, request, responder, caller);
        }));
    router.add(
        http::Method::get, "/api/v1/admin/services",
        for_admin(site.access, [&site](const http::Request&, const http::Responder& responder,
                                       const Caller&) { answer_services(site, responder); }));
    router.add(http::Method::get, "/api/v1/admin/audit",
               for_admin(site.access,
                         [&site](const http::Request& request, const http::Responder& responder,
                                 const Caller&) { answer_audit(site, request, responder); }));
}

}  // namespace lode::statshttpd
