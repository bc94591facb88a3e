// Share messages used again and again: a message has a dozen texts, each a piece of memory of its
// own, and most of them are freed by another thread than the one that filled them in. A message
// that comes back keeps its memory for the next share.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace lode::v1 {
class Share;
}

namespace lode::sserver {

// One a thread. Messages may outlive it and be let go of by any thread.
class SharePool {
  public:
    // Messages kept for later, 700 B each: as many as a loop has under way in a busy moment.
    static constexpr std::size_t spare_max = 2'048;

    SharePool();
    ~SharePool();
    SharePool(const SharePool&) = delete;
    SharePool& operator=(const SharePool&) = delete;

    // A message that nobody else has. Empty, but that it may have an empty BitcoinProof.
    [[nodiscard]] std::shared_ptr<v1::Share> take();

  private:
    using Messages = std::vector<std::unique_ptr<v1::Share>>;
    // Where messages come back to. Locked once for many taken.
    struct Returned {
        std::mutex mutex;
        Messages messages;
    };

    Messages spare_;
    std::shared_ptr<Returned> returned_;
};

}  // namespace lode::sserver
