// Headers before the look at the whole chain, because a new tip cannot wait.
#include "gbtmaker/node_poll.hpp"

#include <algorithm>

namespace lode::gbtmaker {

std::optional<Call> NodePoll::next(SteadyTime now) {
    if (paused_until_ && now < *paused_until_) return std::nullopt;
    paused_until_.reset();
    if (auto look = next_look(now)) return look;
    if (template_under_way_ || !template_wanted_) return std::nullopt;
    template_under_way_ = true;
    template_wanted_ = false;
    return ReadTemplate{};
}

std::optional<Call> NodePoll::next_look(SteadyTime now) {
    if (look_) return std::nullopt;
    if (header_wanted_) {
        look_ = ReadHeader{*header_wanted_};
        header_wanted_.reset();
    } else if (now >= chain_at_) {
        look_ = ReadChain{};
        chain_at_ = now + settings_.interval;
    }
    look_at_ = now;
    return look_;
}

void NodePoll::end(const Call& call) {
    if (std::holds_alternative<ReadTemplate>(call)) {
        template_under_way_ = false;
    } else {
        look_.reset();
    }
}

void NodePoll::answered(const Call& call) {
    end(call);
    failures_ = 0;
}

void NodePoll::failed(const Call& call, SteadyTime now) {
    end(call);
    ++failures_;
    header_wanted_.reset();
    template_wanted_ = false;
    chain_at_ = SteadyTime::min();
    paused_until_ = now + retry_delay();
}

Duration NodePoll::retry_delay() const {
    // 2^10 first pauses are more than any limit.
    const unsigned doublings = std::min(failures_ > 0 ? failures_ - 1 : 0U, 10U);
    return std::min(settings_.retry_first * (1 << doublings), settings_.retry_max);
}

void NodePoll::want_header(const bitcoin::Hash256& hash) {
    paused_until_.reset();
    const auto* const asked = look_ ? std::get_if<ReadHeader>(&*look_) : nullptr;
    if (asked != nullptr && asked->hash == hash) return;
    header_wanted_ = hash;
}

}  // namespace lode::gbtmaker
