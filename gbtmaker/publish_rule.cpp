// The rule of publish_rule.hpp, one case a line.
#include "gbtmaker/publish_rule.hpp"

#include <cstdlib>

namespace lode::gbtmaker {

Publish PublishRule::decide(const TemplateFacts& facts, SteadyTime now) const {
    if (!last_ || last_->facts.prev_hash != facts.prev_hash) return Publish::now;
    if (facts.kind == TemplateKind::empty_before_full) return Publish::hold;
    if (last_->facts.kind == TemplateKind::empty_before_full) return Publish::now;
    if (now - last_->at >= settings_.full_interval) return Publish::now;
    // At most 2.1e15 satoshi: a hundred of them fit well.
    const std::int64_t before = last_->facts.reward.value();
    const std::int64_t change = std::abs(facts.reward.value() - before);
    const bool much = change > 0 && change * 100 >= before * settings_.reward_change_percent;
    return much ? Publish::now : Publish::hold;
}

void PublishRule::published(const TemplateFacts& facts, SteadyTime now) {
    last_ = Last{facts, now};
}

}  // namespace lode::gbtmaker
