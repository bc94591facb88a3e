// Places in the stream, and the way back from a failed delivery.
#include "sserver/share_stream.hpp"

#include "common/base/assert.hpp"
#include "common/messages/share.pb.h"

namespace lode::sserver {

Result<void> ShareStream::offer(std::shared_ptr<v1::Share> share, WaitingAnswer waiting) {
    if (stuck_) return failure(ErrorCode::unavailable, "shares cannot be stored now");
    if (entries_.size() >= under_way_max) {
        return failure(ErrorCode::exhausted, "too many shares wait to be stored");
    }
    share->set_stream(id_.value());
    share->set_sequence(next_);
    LODE_TRY_VOID(send_(share));
    entries_.push_back({std::move(share), std::move(waiting)});
    ++outcomes_due_;
    ++next_;
    return success();
}

ShareStream::Entry& ShareStream::entry(Sequence sequence) {
    const std::uint64_t first = next_ - entries_.size();
    LODE_ASSERT(sequence.value() >= first && sequence.value() < next_);
    return entries_[sequence.value() - first];
}

std::vector<WaitingAnswer> ShareStream::delivered(Sequence sequence) {
    Entry& done = entry(sequence);
    LODE_ASSERT(done.state == State::sent);
    done.state = State::durable;
    --outcomes_due_;
    std::vector<WaitingAnswer> due;
    while (!entries_.empty() && entries_.front().state == State::durable) {
        due.push_back(std::move(entries_.front().waiting));
        entries_.pop_front();
    }
    return due;
}

void ShareStream::failed(Sequence sequence) {
    Entry& lost = entry(sequence);
    LODE_ASSERT(lost.state == State::sent);
    lost.state = State::failed;
    --outcomes_due_;
    stuck_ = true;
}

void ShareStream::resend() {
    if (!stuck_ || outcomes_due_ > 0) return;
    for (Entry& one : entries_) {
        if (one.state != State::failed) continue;
        if (!send_(one.share)) return;
        one.state = State::sent;
        ++outcomes_due_;
    }
    stuck_ = false;
}

}  // namespace lode::sserver
