// Headers first, because a new tip cannot wait; then templates; then the look at the whole chain.
#include "gbtmaker/node_poll.hpp"

#include <algorithm>

namespace lode::gbtmaker {

std::optional<Call> NodePoll::next(SteadyTime now) {
    if (under_way_ || (paused_until_ && now < *paused_until_)) return std::nullopt;
    paused_until_.reset();
    if (header_wanted_) {
        under_way_ = ReadHeader{*header_wanted_};
        header_wanted_.reset();
    } else if (template_wanted_) {
        under_way_ = ReadTemplate{};
        template_wanted_ = false;
    } else if (now >= chain_at_) {
        under_way_ = ReadChain{};
        chain_at_ = now + settings_.interval;
    }
    return under_way_;
}

void NodePoll::answered() {
    under_way_.reset();
    failures_ = 0;
}

void NodePoll::failed(SteadyTime now) {
    under_way_.reset();
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
    header_wanted_ = hash;
    paused_until_.reset();
}

}  // namespace lode::gbtmaker
