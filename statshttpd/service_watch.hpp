// How every service of the pool is, asked of their health endpoints on a thread of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/document.hpp"
#include "common/runtime/loop.hpp"

namespace lode::statshttpd {

struct ServiceState {
    std::string name;
    bool ready = false;
    std::string detail;
    std::string address;  // host:port of the endpoint
};

// Each service's port, of the configuration or the usual one, without those that repeat.
[[nodiscard]] std::vector<std::uint16_t> health_ports(const config::Document& document);

// The services of one endpoint's answer. Malformed when it is none.
[[nodiscard]] Result<std::vector<ServiceState>> read_health(std::string_view body,
                                                            const std::string& address);

class ServiceWatch {
  public:
    // One look asks a few ports of one host, 1 s each at most; more looks than these wait for
    // operators who are not there any more.
    static constexpr std::size_t waiting_max = 8;

    ServiceWatch(std::string host, std::vector<std::uint16_t> ports)
        : host_(std::move(host)), ports_(std::move(ports)), loop_("stats-health") {}

    // Tells on this object's thread, by name. A port where nobody listens has no services: those
    // of one process share an endpoint, and others may run elsewhere. Exhausted when too many wait.
    using Told = std::function<void(const Result<std::vector<ServiceState>>&)>;
    void look(Told told);

  private:
    [[nodiscard]] std::vector<ServiceState> ask_all() const;

    const std::string host_;
    const std::vector<std::uint16_t> ports_;
    std::atomic<std::size_t> waiting_ = 0;
    runtime::Loop loop_;
};

}  // namespace lode::statshttpd
