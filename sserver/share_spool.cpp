// The spool's thread: groups, reads and deletions, in this order of haste.
#include "sserver/share_spool.hpp"

#include <algorithm>

#include "common/base/assert.hpp"
#include "common/base/log.hpp"
#include "common/messages/share.pb.h"

namespace lode::sserver {

ShareSpool::ShareSpool(ShareSpoolFiles files, SpoolBudget& budget, Executor& executor,
                       ShareSpoolHandler& handler)
    : files_(std::move(files)),
      counted_(files_.size()),
      budget_(budget),
      executor_(executor),
      handler_(handler) {
    budget_.used += counted_;
    thread_ = std::thread([this] { run(); });
}

ShareSpool::~ShareSpool() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        wake_.notify_one();
    }
    thread_.join();  // it reads alive_; what it posted runs on our own thread, so not yet
    alive_.reset();
    budget_.used -= counted_;
}

void ShareSpool::append(const SharePtr& share) {
    const std::lock_guard lock(mutex_);
    if (fenced_) return;
    queue_.push_back(share);
    wake_.notify_one();
}

void ShareSpool::read(Sequence from, std::size_t count) {
    const std::lock_guard lock(mutex_);
    LODE_ASSERT(!read_);
    read_ = Read{from, count};
    wake_.notify_one();
}

void ShareSpool::forget(Sequence before) {
    const std::lock_guard lock(mutex_);
    before_ = std::max(before_, before);
    // What the bus has need not be written, and what comes next may begin behind it.
    while (!queue_.empty() && queue_.front()->sequence() < before_.value()) queue_.pop_front();
    wake_.notify_one();
}

void ShareSpool::run() {
    log::set_service("sserver");
    for (;;) {
        const Work work = wait();
        // Before the group, which may begin where the bus has got to.
        if (work.before > Sequence(1)) forget_now(work.before);
        if (!work.group.empty()) write(work.group);
        if (work.read) carry_out(*work.read);
        const std::uint64_t size = files_.size();
        budget_.used += size - counted_;  // modulo 2^64: also when it is less
        counted_ = size;
        if (work.last) return;
    }
}

ShareSpool::Work ShareSpool::wait() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return !queue_.empty() || read_ || before_ > forgotten_ || closing_; });
    Work work;
    const auto end =
        queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), group_max));
    work.group.assign(queue_.begin(), end);
    queue_.erase(queue_.begin(), end);
    work.read = std::exchange(read_, std::nullopt);
    work.before = before_;
    forgotten_ = before_;
    work.last = closing_ && queue_.empty();
    return work;
}

// A share that outlives the process is worth nothing without its job.
Result<void> ShareSpool::append_now(const std::vector<SharePtr>& group) {
    LODE_TRY_VOID(handler_.keep_jobs(group));
    return files_.append(group);
}

void ShareSpool::write(const std::vector<SharePtr>& group) {
    const auto written = append_now(group);
    if (written) {
        if (std::exchange(failing_, false)) log::info("shares are spooled again", {});
        const Sequence end(group.back()->sequence() + 1);
        return tell([this, end] { handler_.spooled(end); });
    }
    if (!std::exchange(failing_, true)) {
        log::error("shares not spooled, trying on", {{"reason", written.error()}});
    }
    {
        const std::lock_guard lock(mutex_);
        fenced_ = true;
        queue_.clear();
    }
    tell([this, error = written.error()] {
        lift_fence();
        handler_.spool_failed(error);
    });
}

void ShareSpool::lift_fence() {
    const std::lock_guard lock(mutex_);
    fenced_ = false;
}

void ShareSpool::carry_out(const Read& read) {
    auto shares = files_.read(read.from, read.count);
    if (!shares) {
        log::error("spooled shares not read, trying on", {{"reason", shares.error()}});
        return tell([this] { handler_.read_failed(); });
    }
    tell([this, shares = std::move(shares).value()] { handler_.read_back(shares); });
}

void ShareSpool::forget_now(Sequence before) {
    const auto gone = files_.forget(before);
    const bool kept = !gone;
    if (kept && !keeping_) log::warn("file of the spool stays", {{"reason", gone.error()}});
    keeping_ = kept;
}

void ShareSpool::tell(Task task) {
    executor_.post([task = std::move(task), alive = std::weak_ptr(alive_)] {
        if (alive.lock()) task();
    });
}

}  // namespace lode::sserver
