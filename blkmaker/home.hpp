// The service's own thread, as long as the service lives: what its threads post to it while it goes
// is dropped.
#pragma once

#include <memory>

#include "common/base/executor.hpp"

namespace lode::blkmaker {

class Home final : public Executor {
  public:
    explicit Home(Executor& loop) : loop_(loop) {}
    void post(Task task) override {
        loop_.post([alive = std::weak_ptr<bool>(alive_), task = std::move(task)] {
            if (!alive.expired()) task();
        });
    }

  private:
    Executor& loop_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace lode::blkmaker
