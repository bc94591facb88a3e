// Places in the stream, the ways to the bus and to the spool, and what is durable.
#include "sserver/share_stream.hpp"

#include <algorithm>

#include "common/base/assert.hpp"
#include "common/messages/share.pb.h"

namespace lode::sserver {

ShareStream::ShareStream(const ShareStreamOptions& options, SharePort& port, Answer answer)
    : options_(options),
      port_(port),
      answer_(std::move(answer)),
      spooling_(options.acknowledge == Acknowledge::spool && has_spool()) {}

ShareStream::ShareStream(const ShareStreamOptions& options, SharePort& port, SpooledRange left)
    : options_(options),
      port_(port),
      next_(left.end.value()),
      delivered_(left.first.value()),
      sent_(left.first.value()),
      handed_(left.end.value()),
      synced_(left.end.value()),
      forgotten_(left.first.value()),
      spooling_(true) {
    LODE_ASSERT(has_spool() && left.first < left.end);
}

Result<void> ShareStream::admit() const {
    if (waiting_.size() >= under_way_max) {
        return failure(ErrorCode::exhausted, "too many shares wait to be stored");
    }
    // A place that waits to be sent again must not be overtaken.
    if (!spooling_ && (failed_ > 0 || sent_ < next_)) {
        return failure(ErrorCode::unavailable, "the bus stores no shares now");
    }
    if (spooling_ && spool_broken_) {
        return failure(ErrorCode::unavailable, "the spool cannot be written: " + spool_problem_);
    }
    if (spooling_ && port_.spool_full()) {
        return failure(ErrorCode::exhausted, "the spool has its greatest size");
    }
    return success();
}

Result<void> ShareStream::offer(std::shared_ptr<v1::Share> share, WaitingAnswer waiting) {
    if (has_spool() && feed_.size() >= direct_max) enter_spool();
    LODE_TRY_VOID(admit());
    share->set_stream(options_.id.value());
    share->set_sequence(next_);
    if (!spooling_) {
        auto taken = port_.publish(share);
        if (!taken && (!has_spool() || port_.spool_full())) return taken;
        if (taken) ++sent_;
    }
    place({std::move(share), waiting.received});
    if (options_.acknowledge == Acknowledge::fast) answer_(waiting, waiting.received);
    waiting_.push_back(std::move(waiting));
    if (spooling_) hand_over();
    if (!spooling_ && sent_ < next_) enter_spool();
    return success();
}

void ShareStream::place(Entry entry) {
    if (!spooling_ || (feed_end() == next_ && feed_.size() < under_way_max)) {
        feed_.push_back(std::move(entry));
    } else {
        tail_.push_back(std::move(entry));
    }
    ++next_;
}

const ShareStream::Entry& ShareStream::entry(std::uint64_t sequence) const {
    LODE_ASSERT(sequence >= delivered_ && sequence < next_);
    if (sequence < feed_end()) return feed_[sequence - delivered_];
    LODE_ASSERT(sequence >= tail_begin());
    return tail_[sequence - tail_begin()];
}

void ShareStream::enter_spool() {
    if (spooling_) return;
    spooling_ = true;
    hand_over();
}

// Everything that the spool has not been handed yet. Where the bus has gone past the spool's end,
// the spool begins anew there.
void ShareStream::hand_over() {
    if (handed_ < delivered_) {
        handed_ = delivered_;
        synced_ = std::max(synced_, delivered_);
        forgotten_ = delivered_;
        port_.forget_spooled(Sequence(delivered_));
    }
    while (handed_ < next_) port_.spool(entry(handed_++).share);
}

void ShareStream::delivered(Sequence sequence, SteadyTime now) {
    LODE_ASSERT(failed_ == 0 && sequence.value() == delivered_ && delivered_ < sent_);
    const SteadyTime offered = feed_.front().offered;
    feed_.pop_front();
    ++delivered_;
    settle(now);
    if (!spooling_) return;
    pump();
    if (options_.acknowledge == Acknowledge::spool) return;
    // Either nothing is left, or the bus keeps up with the newest shares again. Half the time:
    // so that a bus which is about that slow does not make the stream change to and fro.
    const bool keeps_up = feed_end() == tail_begin() && offered + *options_.spool_after / 2 > now;
    if (delivered_ == next_ || keeps_up) leave_spool();
    if (delivered_ == next_) forget();
}

void ShareStream::leave_spool() {
    spooling_ = false;
    pump();
    spooling_ = sent_ < next_;  // the bus does not take all of it yet
    if (!spooling_) spool_broken_ = false;
}

void ShareStream::failed(Sequence sequence) {
    LODE_ASSERT(sequence.value() == delivered_ + failed_ && sequence.value() < sent_);
    ++failed_;
    if (has_spool()) enter_spool();
}

// Once every outcome is known: the places that failed are sent again, in order.
void ShareStream::resend() {
    if (failed_ == 0 || unheard() > 0) return;
    sent_ = delivered_;
    failed_ = 0;
}

void ShareStream::fill_feed() {
    while (!tail_.empty() && tail_begin() == feed_end() &&
           (!spooling_ || feed_.size() < under_way_max)) {
        // The end of the feed and the begin of the tail move together.
        feed_.push_back(std::move(tail_.front()));
        tail_.pop_front();
    }
}

// To the bus, in order: from the spool what is on disk. With a disk that takes nothing the bus is
// the only way left for what waits, unless a share must be on disk first.
void ShareStream::pump() {
    if (failed_ > 0) return;
    fill_feed();
    const bool disk_first =
        spooling_ && (!spool_broken_ || options_.acknowledge == Acknowledge::spool);
    const std::uint64_t end = std::min(disk_first ? synced_ : next_, feed_end());
    while (sent_ < end && port_.publish(feed_[sent_ - delivered_].share)) ++sent_;
    if (reading_ || feed_end() == tail_begin() || feed_.size() + read_max > under_way_max) return;
    reading_ = true;
    port_.read_spool(Sequence(feed_end()),
                     std::min<std::uint64_t>(read_max, tail_begin() - feed_end()));
}

void ShareStream::read_back(std::span<const SharePtr> shares) {
    reading_ = false;
    for (const SharePtr& share : shares) {
        LODE_ASSERT(share->sequence() == feed_end() && feed_end() < tail_begin());
        feed_.push_back({share, SteadyTime::min()});
    }
    pump();
}

void ShareStream::spooled(Sequence end, SteadyTime now) {
    synced_ = std::max(synced_, end.value());
    spool_broken_ = false;
    fill_feed();
    while (!tail_.empty() && tail_begin() < synced_) tail_.pop_front();
    settle(now);
    if (spooling_) pump();
}

void ShareStream::spool_failed(const Error& error) {
    handed_ = synced_;
    // Else nobody relies on the spool, and the next who does will be told.
    spool_broken_ = spooling_;
    spool_problem_ = error.context;
    if (spooling_) pump();
}

void ShareStream::settle(SteadyTime now) {
    const std::uint64_t durable_end = std::max(delivered_, synced_);
    while (!waiting_.empty() && next_ - waiting_.size() < durable_end) {
        if (options_.acknowledge != Acknowledge::fast) answer_(waiting_.front(), now);
        waiting_.pop_front();
    }
}

void ShareStream::look(SteadyTime now) {
    const auto due = look_due();
    if (due && now >= *due) enter_spool();
}

std::optional<SteadyTime> ShareStream::look_due() const {
    if (!has_spool() || spooling_ || waiting_.empty()) return std::nullopt;
    return waiting_.front().received + *options_.spool_after;
}

void ShareStream::tick() {
    resend();
    if (spooling_) hand_over();
    if (spooling_ || sent_ < next_) pump();
    forget();
}

void ShareStream::forget() {
    if (handed_ <= forgotten_ || delivered_ <= forgotten_) return;
    forgotten_ = delivered_;
    port_.forget_spooled(Sequence(delivered_));
}

bool ShareStream::stuck() const {
    return !admit();
}

}  // namespace lode::sserver
