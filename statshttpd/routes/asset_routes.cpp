// The dashboard: its one page at the path of each of its views, its other files under /assets.
#include "statshttpd/assets.hpp"
#include "statshttpd/routes/site.hpp"

namespace lode::statshttpd {
namespace {

constexpr std::string_view shell = "index.html";
// What the page shows is read from its path by the page itself.
constexpr std::string_view views[] = {"/",        "/miner",   "/blocks",
                                      "/connect", "/account", "/operator"};

http::Handler serves(const Asset& asset) {
    return [&asset](const http::Request&, const http::Responder& responder) {
        responder.send({.body = std::string(asset.body),
                        .content_type = std::string(content_type_of(asset.name)),
                        // Asked each time: after an upgrade no old script meets a new page.
                        .caching = http::public_for(std::chrono::seconds(0))});
    };
}

// At "/" a browser gets the page, anything else what the forerunner answered there.
http::Handler serves_front(const Site& site, const Asset& asset) {
    return [&site, page = serves(asset)](const http::Request& request,
                                         const http::Responder& responder) {
        const auto accept = request.fields.find("accept");
        const bool browser =
            accept != request.fields.end() && accept->second.find("text/html") != std::string::npos;
        if (browser || !shows(site.config, forerunners::btcpool)) return page(request, responder);
        site.context.loop.post([&site, responder] {
            http::Response front = btcpool_front(site);
            front.fields.emplace_back("Vary", "Accept");
            responder.send(std::move(front));
        });
    };
}

}  // namespace

void add_asset_routes(http::Router& router, Site& site) {
    for (const Asset& asset : dashboard_assets()) {
        if (asset.name == shell) {
            for (const auto view : views) {
                router.add(http::Method::get, view,
                           view == "/" ? serves_front(site, asset) : serves(asset));
            }
        } else {
            router.add(http::Method::get, "/assets/" + std::string(asset.name), serves(asset));
        }
    }
}

}  // namespace lode::statshttpd
