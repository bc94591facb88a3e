// The spool of one stream as its event loop sees it: a thread with the files behind it, because
// an fsync takes as long as the disk likes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

#include "common/base/executor.hpp"
#include "sserver/share_spool_files.hpp"

namespace lode::sserver {

// Told of everything on the executor.
class ShareSpoolHandler {
  public:
    virtual ~ShareSpoolHandler() = default;
    // But this: asked on the spool's thread, before the shares are written, to put their jobs on
    // disk. An error is one of the spool's.
    [[nodiscard]] virtual Result<void> keep_jobs(std::span<const SharePtr> shares) = 0;
    virtual void spooled(Sequence end) = 0;
    virtual void spool_failed(const Error& error) = 0;
    virtual void read_back(const std::vector<SharePtr>& shares) = 0;
    virtual void read_failed() = 0;
};

// Bytes of all spools of an sserver, old and new.
struct SpoolBudget {
    std::uint64_t max = 0;
    std::atomic<std::uint64_t> used{0};
};

class ShareSpool {
  public:
    // All but `files` outlive it.
    ShareSpool(ShareSpoolFiles files, SpoolBudget& budget, Executor& executor,
               ShareSpoolHandler& handler);
    // Writes what it was handed, deletes what the bus has, joins. On the executor's thread, or
    // when that has ended. The handler is not called any more.
    ~ShareSpool();
    ShareSpool(const ShareSpool&) = delete;
    ShareSpool& operator=(const ShareSpool&) = delete;

    // As SharePort's. The stream bounds what is handed over and not yet written.
    void append(const SharePtr& share);
    void read(Sequence from, std::size_t count);
    void forget(Sequence before);
    [[nodiscard]] bool full() const { return budget_.used.load() >= budget_.max; }

  private:
    // Written in well under 2 ms, then synced; a lone share waits for nobody.
    static constexpr std::size_t group_max = 512;

    struct Read {
        Sequence from;
        std::size_t count;
    };
    struct Work {
        std::vector<SharePtr> group;
        std::optional<Read> read;
        Sequence before;
        bool last = false;
    };
    void run();
    [[nodiscard]] Work wait();
    void write(const std::vector<SharePtr>& group);
    [[nodiscard]] Result<void> append_now(const std::vector<SharePtr>& group);
    void carry_out(const Read& read);
    void forget_now(Sequence before);
    void lift_fence();
    void tell(Task task);

    ShareSpoolFiles files_;      // the thread's
    std::uint64_t counted_ = 0;  // the thread's: of the files' bytes, in the budget
    bool failing_ = false;       // the thread's: the last group was not written
    bool keeping_ = false;       // the thread's: the last deletion failed
    SpoolBudget& budget_;
    Executor& executor_;
    ShareSpoolHandler& handler_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);

    std::mutex mutex_;  // guards all below
    std::condition_variable wake_;
    std::deque<SharePtr> queue_;
    std::optional<Read> read_;
    Sequence before_{1};
    Sequence forgotten_{1};
    // A group failed and the stream has not heard of it: what is handed over is dropped, the
    // stream hands it over again.
    bool fenced_ = false;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace lode::sserver
