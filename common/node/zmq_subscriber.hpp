// Hears of new tips from a node's ZMQ publisher (-zmqpubhashblock) on a thread of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/base/executor.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::node {

struct BlockNotice {
    bitcoin::Hash256 hash;
    std::uint32_t sequence = 0;  // the publisher's count of hashblock messages, wraps
    // Notices lost between the last one and this: ask the node what else happened. 0 for the
    // first notice and after a restart of the node, when its count begins anew.
    std::uint32_t missed = 0;
};

// Reconnects by itself for ever. Losing notices is normal (the node was down): whoever listens
// also polls.
class ZmqSubscriber {
  public:
    using Handler = std::function<void(const BlockNotice&)>;

    // `endpoint` is "tcp://host:port". `handler` runs on `executor`; no call of it starts after
    // the subscriber was destroyed on the executor's thread.
    [[nodiscard]] static Result<ZmqSubscriber> start(const std::string& endpoint,
                                                     Executor& executor, Handler handler);
    ~ZmqSubscriber();
    ZmqSubscriber(ZmqSubscriber&&) noexcept;
    ZmqSubscriber& operator=(ZmqSubscriber&&) noexcept;

  private:
    struct Core;
    explicit ZmqSubscriber(std::unique_ptr<Core> core);
    std::unique_ptr<Core> core_;
};

}  // namespace lode::node
