// The node's own notices of new tips, timed.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace lode::load {

struct Tip {
    std::string hash;  // as people see it
    std::int64_t at_ns = 0;
};

class Tips {
  public:
    // Listens on a thread of its own, unless the endpoint is empty.
    explicit Tips(const std::string& endpoint);
    ~Tips();
    Tips(const Tips&) = delete;
    Tips& operator=(const Tips&) = delete;

    [[nodiscard]] std::vector<Tip> seen() const;

  private:
    void listen();

    void* context_ = nullptr;
    void* socket_ = nullptr;
    mutable std::mutex mutex_;
    std::vector<Tip> tips_;
    std::thread thread_;
};

}  // namespace lode::load
