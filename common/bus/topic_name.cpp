// Puts the chain into its place.
#include "common/bus/topic_name.hpp"

#include <algorithm>

namespace lode::bus {
namespace {

constexpr std::string_view place = "<chain>";

}  // namespace

Result<std::string> full_name(const TopicName& topic) {
    std::string name(topic.spec.name);
    const auto at = name.find(place);
    const bool plain = std::all_of(topic.chain.begin(), topic.chain.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!plain || topic.chain.empty() != (at == name.npos)) {
        return failure(ErrorCode::malformed,
                       "topic " + name + " with chain name '" + topic.chain + "'");
    }
    if (at != name.npos) name.replace(at, place.size(), topic.chain);
    return name;
}

std::vector<TopicName> topics_of(const std::vector<std::string>& chains) {
    std::vector<TopicName> names;
    for (const TopicSpec& spec : topics::all) {
        if (spec.name.find(place) == spec.name.npos) {
            names.push_back({spec, ""});
            continue;
        }
        for (const std::string& chain : chains) names.push_back({spec, chain});
    }
    return names;
}

}  // namespace lode::bus
