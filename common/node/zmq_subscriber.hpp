// Hears of new tips from a node's ZMQ publisher (-zmqpubhashblock) on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/executor.hpp"
#include "common/base/result.hpp"
#include "common/node/block_notice.hpp"

namespace lode::node {

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
