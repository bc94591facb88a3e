// Listeners become acceptors and go with them; then they are bound again.
#include "sserver/doors.hpp"

#include "common/base/log.hpp"
#include "common/net/descriptor_limit.hpp"

namespace lode::sserver {
namespace {

// Descriptors that miners never get: the bus's files, blkmakers, health and metrics.
constexpr std::size_t reserved_descriptors = 512;

}  // namespace

Result<net::Listener> Doors::bind(const ListenerConfig& listener) {
    return net::Listener::bind({.address = listener.address, .port = listener.port});
}

Result<void> Doors::take_ports() {
    for (const ListenerConfig& listener : config_.listeners) {
        LODE_TRY(auto bound, bind(listener));
        bound_.push_back(std::move(bound));
    }
    return success();
}

void Doors::let_in(const std::vector<net::Loop*>& loops) {
    if (open()) return;
    const auto accepting = accept(loops);
    if (!accepting) acceptors_.clear();
    if (!accepting && !failing_) {
        log::error("cannot listen, trying on", {{"reason", accepting.error()}});
    }
    failing_ = !accepting;
    probe_.listening.set(open() ? 1 : 0);
}

Result<void> Doors::accept(const std::vector<net::Loop*>& loops) {
    auto bound = std::exchange(bound_, {});
    for (std::size_t i = bound.size(); i < config_.listeners.size(); ++i) {
        LODE_TRY(auto again, bind(config_.listeners[i]));
        bound.push_back(std::move(again));
    }
    const std::size_t descriptors = net::raise_descriptor_limit();
    const std::size_t room =
        descriptors > reserved_descriptors ? descriptors - reserved_descriptors : 1;
    for (std::size_t i = 0; i < bound.size(); ++i) {
        const std::string name = bound[i].name();
        LODE_TRY(auto acceptor, net::Acceptor::start(std::move(bound[i]), loops,
                                                     {.listener = static_cast<std::uint32_t>(i),
                                                      .connections_max = std::min<std::size_t>(
                                                          config_.max_connections, room),
                                                      .accepted = probe_.accepted,
                                                      .turned_away = probe_.turned_away}));
        acceptors_.push_back(std::move(acceptor));
        log::info("listening for miners", {{"address", name}});
    }
    return success();
}

void Doors::keep_out() {
    acceptors_.clear();
    probe_.listening.set(0);
}

void Doors::give_up() {
    keep_out();
    bound_.clear();
}

}  // namespace lode::sserver
