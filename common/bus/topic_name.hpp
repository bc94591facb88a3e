// The name of a topic for one chain.
#pragma once

#include "common/bus/bus.hpp"

namespace lode::bus {

// "lode.btc.share". It is also a file's name and a group's: nothing but a name may get in, so
// chains consist of a-z, 0-9 and -, and stand exactly where the topic has its <chain> (malformed).
[[nodiscard]] Result<std::string> full_name(const TopicName& topic);

// topics::all for each of the chains; those without a chain once.
[[nodiscard]] std::vector<TopicName> topics_of(const std::vector<std::string>& chains);

}  // namespace lode::bus
