// ZMQ; ending its context ends the thread.
#include "tests/bench/load/tips.hpp"

#include <zmq.h>

#include <string_view>

#include "common/base/assert.hpp"
#include "common/base/hex.hpp"
#include "tests/bench/load/swarm.hpp"

namespace lode::load {

Tips::Tips(const std::string& endpoint) {
    if (endpoint.empty()) return;
    context_ = zmq_ctx_new();
    socket_ = zmq_socket(context_, ZMQ_SUB);
    constexpr std::string_view topic = "hashblock";
    LODE_ASSERT(zmq_setsockopt(socket_, ZMQ_SUBSCRIBE, topic.data(), topic.size()) == 0);
    LODE_ASSERT(zmq_connect(socket_, endpoint.c_str()) == 0);
    thread_ = std::thread([this] { listen(); });
}

Tips::~Tips() {
    if (context_ == nullptr) return;
    zmq_ctx_shutdown(context_);
    thread_.join();
    zmq_close(socket_);
    zmq_ctx_term(context_);
}

void Tips::listen() {
    // Topic, hash, number: three parts.
    while (zmq_recv(socket_, nullptr, 0, 0) >= 0) {
        const std::int64_t at = now_ns();
        std::uint8_t hash[32] = {};
        if (zmq_recv(socket_, hash, sizeof hash, 0) < 0) return;
        if (zmq_recv(socket_, nullptr, 0, 0) < 0) return;
        const std::lock_guard lock(mutex_);
        tips_.push_back({to_hex(hash), at});
    }
}

std::vector<Tip> Tips::seen() const {
    const std::lock_guard lock(mutex_);
    return tips_;
}

}  // namespace lode::load
