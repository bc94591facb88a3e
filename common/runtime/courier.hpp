// The straight way of messages to one neighbour's endpoint, on a thread of its own: what must not
// wait for a sick bus goes here as well.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/result.hpp"
#include "common/base/secret.hpp"

namespace lode::runtime {

struct CourierOptions {
    std::string url;     // the neighbour's endpoint, http://host:port
    std::string path;    // "/v1/solved"
    Secret secret;       // PoolConfig::direct_secret
    std::string thread;  // what its thread is called
    // Posts that wait behind the one under way; one more and the oldest is dropped (exhausted):
    // 1 where only the newest counts.
    std::size_t waiting_max = 1;
};

class Courier {
  public:
    // Malformed when the URL is none.
    [[nodiscard]] static Result<std::unique_ptr<Courier>> open(CourierOptions options);
    // A post under way ends at once (cancelled); `done` of those that wait is not called.
    ~Courier();

    // POSTs a serialised message. `done` runs on the courier's thread: success on status 200,
    // conflict on 409, else rejected with the status, unavailable, exhausted or cancelled.
    using Done = std::function<void(Result<void>)>;
    void post(std::shared_ptr<const std::string> body, Done done);

    [[nodiscard]] const std::string& url() const;

  private:
    struct Core;
    explicit Courier(std::unique_ptr<Core> core);
    std::unique_ptr<Core> core_;
};

}  // namespace lode::runtime
