// Listeners become acceptors and go with them; then they are bound again.
#include "sserver/doors.hpp"

#include "common/base/log.hpp"
#include "common/net/descriptor_limit.hpp"

namespace lode::sserver {
namespace {

// Descriptors that miners never get: the bus's files, blkmakers, health and metrics.
constexpr std::size_t reserved_descriptors = 512;

// Null for a plain listener.
Result<std::shared_ptr<const net::TlsContext>> load_certificate(const ListenerConfig& listener) {
    if (!listener.certificate_file || !listener.key_file) {
        return std::shared_ptr<const net::TlsContext>();
    }
    return net::TlsContext::load({*listener.certificate_file, *listener.key_file});
}

std::size_t connections_max(const Config& config) {
    const std::size_t descriptors = net::raise_descriptor_limit();
    const std::size_t room =
        descriptors > reserved_descriptors ? descriptors - reserved_descriptors : 1;
    return std::min<std::size_t>(config.max_connections, room);
}

}  // namespace

net::ConnectionLimits connection_limits(const Config& config) {
    return {.line_size_max = config.max_line.bytes,
            .output_size_max = config.max_unread.bytes,
            .send_timeout = config.send_timeout,
            .handshake_timeout = config.handshake_timeout};
}

Result<net::Listener> Doors::bind(const ListenerConfig& listener) {
    return net::Listener::bind({.address = listener.address, .port = listener.port});
}

Result<void> Doors::take_ports() {
    for (const ListenerConfig& listener : config_.listeners) {
        LODE_TRY(auto certificate, load_certificate(listener));
        certificates_.push_back(std::move(certificate));
    }
    if (const int granted = net::Listener::backlog_granted(); granted < net::Listener::backlog) {
        log::warn("the kernel queues fewer new connections than thousands of miners at once need",
                  {{"net.core.somaxconn", granted}, {"wanted", net::Listener::backlog}});
    }
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
    for (std::size_t i = 0; i < bound.size(); ++i) {
        const std::string name = bound[i].name();
        LODE_TRY(auto acceptor, net::Acceptor::start(std::move(bound[i]), loops, options_of(i)));
        acceptors_.push_back(std::move(acceptor));
        log::info("listening for miners",
                  {{"address", name}, {"protocol", certificates_[i] ? "TLS" : "plain"}});
    }
    return success();
}

net::AcceptorOptions Doors::options_of(std::size_t listener) const {
    net::AcceptorOptions options{.listener = static_cast<std::uint32_t>(listener),
                                 .connections_max = connections_max(config_),
                                 .accepted = probe_.accepted,
                                 .turned_away = probe_.turned_away,
                                 .tls = certificates_[listener]};
    for (const std::string& text : config_.listeners[listener].proxy_from) {
        options.proxy_from.push_back(AddressRange::parse(text).value());  // checked by its setting
    }
    return options;
}

void Doors::renew_certificates() {
    for (std::size_t i = 0; i < certificates_.size(); ++i) {
        if (!certificates_[i]) continue;
        auto renewed = load_certificate(config_.listeners[i]);
        if (!renewed) {
            log::error("certificate not renewed, the one in use stays",
                       {{"reason", renewed.error()}});
            continue;
        }
        certificates_[i] = std::move(renewed.value());
        if (open()) acceptors_[i].renew(certificates_[i]);
        log::info("certificate renewed",
                  {{"file", config_.listeners[i].certificate_file->string()}});
    }
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
