// The straight way of solved shares to one blkmaker, on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/result.hpp"
#include "common/http/client.hpp"
#include "common/runtime/loop.hpp"

namespace lode::v1 {
class SolvedShare;
}

namespace lode::sserver {

class Courier {
  public:
    // `url` is the blkmaker's health endpoint, http://host:port.
    [[nodiscard]] static Result<std::unique_ptr<Courier>> open(const std::string& url);
    // A post under way ends at once.
    ~Courier() { client_.cancel(); }

    // POST /v1/solved. `done` runs on the courier's thread: success once the blkmaker has it.
    void post(std::shared_ptr<const v1::SolvedShare> share, std::function<void(Result<void>)> done);

  private:
    Courier(std::string url, http::ClientOptions options)
        : url_(std::move(url)), client_(std::move(options)), loop_("solved-post") {}
    [[nodiscard]] Result<void> deliver(const v1::SolvedShare& share);

    std::string url_;
    http::Client client_;
    runtime::Loop loop_;
};

}  // namespace lode::sserver
